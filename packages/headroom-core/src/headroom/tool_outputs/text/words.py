"""The lines of a text as words, and what stands around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from headroom.tool_outputs.text.patterns import Column

__all__ = ["Shaped", "Words", "words_of"]

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
class Shaped:
    """Lines that are the same but for their words.

    Attributes:
        texts: What stands around the words, one more than there are words in a line.
        at: The numbers of the lines, ascending.
        columns: The words of all lines, one column for each place.
    """

    texts: list[str]
    at: list[int]
    columns: list[Column]


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

    def of(self, line: int) -> list[str]:
        """Return the words of a line."""
        return self.all[self.starts[line] : self.starts[line + 1]]

    def alike(self, numbers: Sequence[int]) -> list[Shaped]:
        """Group some of the lines by what stands around their words.

        Lines without anything, lines of too many words, and lines like no other are
        left out.
        """
        groups: dict[str, list[int]] = {}
        shapes = self.shapes
        for number in numbers:
            shape = shapes[number]
            if shape in groups:
                groups[shape].append(number)
            else:
                groups[shape] = [number]
        out: list[Shaped] = []
        words, starts = self.all, self.starts
        for shape, at in groups.items():
            if len(at) == 1:
                continue
            texts = shape.split("\0")
            width = len(texts) - 1
            if shape and width <= _MOST_WORDS:
                rows = [words[starts[n] : starts[n] + width] for n in at]
                out.append(Shaped(texts, at, list(zip(*rows, strict=True))))
        return out


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
