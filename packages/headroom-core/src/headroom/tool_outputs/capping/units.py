"""The units that a cap shows or hides: lines, and the pieces of long lines."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Units", "lines_of", "split"]

# A line, ended in every way; a lone carriage return ends one too (old Mac files,
# progress bars).
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r)|[^\r\n]++")
# A line of more characters is hidden or shown in pieces: shown whole, it alone could
# use up a cap.
_LONG_LINE = 2_000
# In a text of few lines each is the larger part of it, such as a record: then only a
# line of more than a tenth of the text is cut, or one beyond this length.
_LONGEST_LINE = 8_000
# A piece has at most so many characters, and is cut behind one of these signs where
# there is one in its second half: ends of objects, tags, statements, cells, words.
_PIECE = 400
_ENDS = ("}", "\\n", ">", ";", ",", " ")


# What parts the cells of a table, and the share of its records that are as wide as its
# header.
_DELIMITERS = (",", "\t", ";")
_ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class Units:
    """A text cut into units, which joined are the text.

    Attributes:
        texts: The units in order, line ends included.
        line_of: The number of each unit's first line, from 0; the same for the pieces
            of a line.
        lines: Lines in all.
    """

    texts: list[str]
    line_of: list[int]
    lines: int

    @property
    def name(self) -> str:
        """What a unit is: a "line", a "piece" of one, or a "record" of several."""
        if len(self.texts) == self.lines:
            return "line"
        pieces = len(set(self.line_of)) < len(self.line_of)
        return "piece" if pieces else "record"


def split(text: str) -> Units:
    """Cut a text into lines, and long lines into pieces; no unit for ""."""
    texts: list[str] = []
    line_of: list[int] = []
    number = 0
    longest = max(_LONG_LINE, min(_LONGEST_LINE, len(text) // 10))
    for line in _records(lines_of(text)):
        if len(line) > longest:
            pieces = list(_pieces(line))
            texts += pieces
            line_of += [number] * len(pieces)
        else:
            texts.append(line)
            line_of.append(number)
        number += max(1, len(lines_of(line))) if "\n" in line[:-1] else 1
    return Units(texts, line_of, number)


def _records(lines: list[str]) -> list[str]:
    """Join the lines of each record of a CSV table whose quoted cells hold line feeds.

    Other lines come back as they are.
    """
    header = lines[0] if lines else ""
    sign = max(_DELIMITERS, key=header.count)
    if not header.count(sign) or not any(line.count('"') % 2 for line in lines):
        return lines
    records: list[str] = []
    widths: Counter[int] = Counter()
    reader = csv.reader(lines, delimiter=sign)
    start = 0
    try:
        for row in reader:
            widths[len(row)] += 1
            records.append("".join(lines[start : reader.line_num]))
            start = reader.line_num
    except csv.Error:
        return lines
    is_table = widths[header.count(sign) + 1] >= _ALIKE * len(records)
    return records if is_table and start == len(lines) else lines


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, line ends included; [] for ""."""
    return _LINE.findall(text)


def _pieces(line: str) -> Iterator[str]:
    start = 0
    while len(line) - start > _PIECE:
        window = line[start : start + _PIECE]
        cut = _PIECE
        for sign in _ENDS:
            at = window.rfind(sign)
            if at >= _PIECE // 2:
                cut = at + len(sign)
                break
        yield line[start : start + cut]
        start += cut
    yield line[start:]
