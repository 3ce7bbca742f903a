"""Aligned columns: lines that all have spaces at the same places."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from headroom.tool_outputs.text.mining import shapes, split_rows
from headroom.tool_outputs.text.patterns import Column, Group, Pattern

__all__ = ["aligned"]

_FEWEST_ROWS = 4
_FEWEST_GUTTERS = 2
_WIDEST = 1_000
# Rows whose last column has the same punctuation, so that it is folded by its words.
_FEWEST_SHAPED = 6
_GAP = re.compile(r"(?<=\S)  +(?=\S)")
# Every character but the space becomes 0, so that a line reads as a number in base 2.
_SPACES = bytes(0x31 if byte == 0x20 else 0x30 for byte in range(256))


def aligned(lines: Sequence[str], kept: set[int]) -> list[Group]:
    """Return groups of lines that a pattern with filled holes writes.

    Args:
        lines: All lines of a text.
        kept: Lines that stay as they are; they show where columns are, all the same.
    """
    found: list[Group] = []
    for start, end, blank in _tables(lines):
        at = [number for number in range(start, end) if number not in kept]
        if len(at) >= _FEWEST_ROWS:
            found += _groups(lines, at, blank)
    return found


def _tables(lines: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the lines [start, end) of each table, and its blank places as bits."""
    start, common, alive = 0, -1, False
    for number, line in enumerate([*lines, ""]):
        blank = -1
        if "  " in line and len(line) <= _WIDEST and len(_GAP.findall(line)) > 1:
            code = line.encode("latin-1", "replace").translate(_SPACES)[::-1]
            blank = int(code, 2) | (-1 << len(line))
            both = common & blank
            if alive and _is_table(both, len(line)):
                common = both
                continue
        if alive and number - start >= _FEWEST_ROWS:
            yield start, number, common
        start, common, alive = number, blank, blank != -1


def _is_table(blank: int, width: int) -> bool:
    """Tell whether blank places part at least three columns."""
    solid = ~blank & ((1 << width) - 1)
    # Each run of solid places begins where a place is solid and the one before is not.
    return (solid & ~(solid << 1)).bit_count() > _FEWEST_GUTTERS


def _spans(blank: int) -> list[tuple[int, int]]:
    """Return the columns [start, end) between blank places; the last has no end."""
    width = (~blank).bit_length()
    code = format(~blank & ((1 << width) - 1), "b")[::-1]
    spans: list[tuple[int, int]] = []
    at = 0
    for sign, run in groupby(code):
        length = len(list(run))
        if sign == "1":
            spans.append((at, at + length))
        at += length
    return spans


def _groups(lines: Sequence[str], at: list[int], blank: int) -> list[Group]:
    spans = _spans(blank)
    columns: list[Column] = []
    texts = [" " * spans[0][0]]
    pads: list[int] = []
    for (start, end), (after, _) in pairwise(spans):
        cells = [lines[number][start:end] for number in at]
        left = sum([cell[:1] not in ("", " ") for cell in cells])
        right = sum([len(cell) == end - start and cell[-1] != " " for cell in cells])
        if right > left:
            columns.append([cell.lstrip(" ") for cell in cells])
            pads.append(start - end)
        else:
            columns.append([cell.rstrip(" ") for cell in cells])
            pads.append(end - start if right < len(cells) else 0)
        texts.append(" " * (after - end))
    tails = [lines[number][spans[-1][0] :] for number in at]
    pattern = Pattern((*texts, ""), (*pads, 0), tuple(range(len(spans))))
    good = [
        row
        for row, values in enumerate(zip(*columns, tails, strict=True))
        if pattern.text(values) == lines[at[row]] and '"' not in lines[at[row]]
    ]
    found: list[Group] = []
    others: list[int] = []
    for shape, some, words in shapes([tails[row] for row in good]):
        rows = [good[place] for place in some]
        if len(rows) < _FEWEST_SHAPED or len(words) < 2:
            others += rows
            continue
        found += split_rows(
            [*texts[:-1], texts[-1] + shape[0], *shape[1:]],
            [*pads, *[0] * len(words)],
            [at[row] for row in rows],
            [*[[column[row] for row in rows] for column in columns], *words],
        )
    others.sort()
    if len(others) >= _FEWEST_ROWS:
        found += split_rows(
            [*texts, ""],
            [*pads, 0],
            [at[row] for row in others],
            [[column[row] for row in others] for column in [*columns, tails]],
        )
    return found
