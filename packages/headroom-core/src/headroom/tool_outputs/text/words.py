"""The lines of a text as words, and what stands around them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from headroom.tool_outputs.text.patterns import Column

__all__ = ["Words", "words_of"]

# A word is what stands between blanks, brackets, quotes and the signs that separate
# values. A value that a reader would copy (path, time, address, version) is one word.
_WORD = re.compile(r"([^\s\"'`()\[\]{}<>,;=|\0]+)")
# In search results the place of a match is two words: the file, which comes again in
# the next line, and the line's number.
_PLACED = re.compile(r"([^\s\"'`()\[\]{}<>,;=|:\0]+)")
# In markup the sign of a closing tag is no part of the name, which comes twice.
_TAGGED = re.compile(r"((?:(?<!<)|(?!/))[^\s\"'`()\[\]{}<>,;=|\0]+)")
_WORDS = {"search": _PLACED, "xml": _TAGGED, "html": _TAGGED}
# Longer lines are rarely alike, and take long to compare.
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some lines.

    Attributes:
        all: The words of all lines, in order.
        shapes: For each line what stands around its words, parted by NUL.
        starts: For each line which word is its first; at the end how many there are.
    """

    all: list[str]
    shapes: list[str]
    starts: list[int]

    def alike(
        self, numbers: Sequence[int]
    ) -> Iterator[tuple[list[str], list[int], list[Column]]]:
        """Yield some of the lines in groups that are the same but for their words.

        Lines without anything, lines of too many words, and lines like no other are
        left out.

        Args:
            numbers: Which lines, ascending.

        Yields:
            What stands around the words, one text more than there are words in a line;
            the numbers of the lines; their words, one column for each place.
        """
        groups: dict[str, list[int]] = {}
        shapes = self.shapes
        for number in numbers:
            shape = shapes[number]
            if shape in groups:
                groups[shape].append(number)
            else:
                groups[shape] = [number]
        words, starts = self.all, self.starts
        for shape, at in groups.items():
            if len(at) == 1:
                continue
            texts = shape.split("\0")
            width = len(texts) - 1
            if shape and width <= _MOST_WORDS:
                first, end = starts[at[0]], starts[at[-1]] + width
                columns: list[Column]
                if end - first == width * len(at):
                    # Lines that follow each other: each place is a slice.
                    columns = [words[first + p : end : width] for p in range(width)]
                else:
                    rows = [words[starts[n] : starts[n] + width] for n in at]
                    columns = list(zip(*rows, strict=True))
                yield texts, at, columns


def words_of(lines: Sequence[str], kind: str = "text") -> Words:
    """Cut lines, which hold no line feed and no NUL, into words.

    Args:
        lines: The lines.
        kind: Their kind, as `kind_of` tells it.
    """
    parts = _WORDS.get(kind, _WORD).split("\n".join(lines))
    shapes = "\0".join(parts[::2]).split("\n")
    counts = [shape.count("\0") for shape in shapes]
    return Words(parts[1::2], shapes, list(accumulate(counts, initial=0)))
