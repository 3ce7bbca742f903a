"""Aligned columns: lines that all have spaces at the same places."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

from headroom.tool_outputs.text.mining import mine, pick, split_rows
from headroom.tool_outputs.text.notation import written
from headroom.tool_outputs.text.patterns import Column, Group, Pattern, tokens_about
from headroom.tool_outputs.text.words import Words, words_of

__all__ = ["aligned"]

_FEWEST_ROWS = 4
_FEWEST_GUTTERS = 2
_WIDEST = 1_000
# Several patterns for one table read worse than one, so they must save this share.
_LESS = 0.97
# Rows under a header are read as columns; several patterns must save this share.
_MUCH_LESS = 0.9
# Rows on which several ways of folding a table are tried.
_ROWS_TRIED = 90
_DIGIT = re.compile(r"\d")
_RULER = re.compile(r"[\s|+]*[-=]{2}[-=\s|+]*")
_GAP = re.compile(r"(?<=\S)  +(?=\S)")
# Every character but the space becomes 0, so that a line reads as a number in base 2.
_SPACES = bytes(0x31 if byte == 0x20 else 0x30 for byte in range(256))


def aligned(lines: Sequence[str], words: Words, kept: set[int]) -> list[Group]:
    """Return groups of lines that a pattern with filled holes writes.

    Args:
        lines: All lines of a text.
        words: Their words.
        kept: Lines that stay as they are; they show where columns are, all the same.
    """
    found: list[Group] = []
    for start, end, blank in _tables(lines):
        at = [number for number in range(start, end) if number not in kept]
        if len(at) >= _FEWEST_ROWS:
            found += _groups(lines, words, at, blank)
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


def _groups(
    lines: Sequence[str], words: Words, at: list[int], blank: int
) -> list[Group]:
    """Group the rows of a table by the number of columns that they reach."""
    spans = _spans(blank)
    header = lines[at[0]]
    has_header = header == header.upper() and not _DIGIT.search(header)
    around = lines[max(0, at[0] - 1) : at[0] + 2]
    has_header = has_header or any(map(_RULER.fullmatch, around))
    while has_header and len(spans) > 1 and not header[spans[-1][0] :].strip():
        # Words that stand under each other in the last column part no columns.
        spans.pop()
    starts = [start for start, _ in spans]
    reached: dict[int, list[int]] = {}
    for number in at:
        count = bisect_left(starts, len(lines[number]))
        reached.setdefault(count, []).append(number)
    found: list[Group] = []
    for count, rows in reached.items():
        if count > _FEWEST_GUTTERS and len(rows) >= _FEWEST_ROWS:
            enough = _MUCH_LESS if has_header else _LESS
            found += _rows(lines, words, rows, spans[:count], enough)
    return found


def _rows(
    lines: Sequence[str],
    words: Words,
    at: Sequence[int],
    spans: list[tuple[int, int]],
    enough: float,
) -> list[Group]:
    """Group rows of the same columns, of which the last runs to the line's end.

    Several patterns are chosen where they have less than `enough` of the tokens of one.
    """
    columns: list[Column] = []
    texts = [" " * spans[0][0]]
    pads: list[int] = []
    for (start, end), (after, _) in pairwise(spans):
        cells = [lines[number][start:end] for number in at]
        left = sum([cell[0] != " " for cell in cells])
        right = sum([cell[-1] != " " for cell in cells])
        if right > left:
            columns.append([cell.lstrip(" ") for cell in cells])
            pads.append(start - end)
        else:
            columns.append([cell.rstrip(" ") for cell in cells])
            pads.append(end - start if right < len(cells) else 0)
        texts.append(" " * (after - end))
    columns.append([lines[number][spans[-1][0] :] for number in at])
    texts.append("")
    pads.append(0)
    pattern = Pattern(tuple(texts), tuple(pads), tuple(range(len(spans))))
    form = pattern.format()
    good = [
        row
        for row, values in enumerate(zip(*columns, strict=True))
        if form % values == lines[at[row]]
    ]
    if len(good) < _FEWEST_ROWS:
        return []
    at = [at[row] for row in good]
    columns = [pick(column, good) for column in columns]
    some = _some(len(at))
    rows = pick(at, some)
    parts = [pick(column, some) for column in columns]
    best, chosen, found = 0.0, 0, []
    for way, fold in enumerate(_ways(texts, pads, rows, parts, words)):
        groups = fold()
        tokens = _tokens(groups, lines, rows, len(at) / len(rows))
        if way == 0 or tokens < enough * best:
            best, chosen, found = tokens, way, groups
    is_whole = len(rows) == len(at)
    return found if is_whole else _ways(texts, pads, at, columns, words)[chosen]()


def _ways(
    texts: list[str],
    pads: list[int],
    at: Sequence[int],
    columns: Sequence[Column],
    words: Words,
) -> tuple[Callable[[], list[Group]], ...]:
    """Return ways to fold rows: one pattern, shared cells, last words, alike lines."""
    every = frozenset(range(len(pads)))
    return (
        lambda: split_rows(texts, pads, at, columns, every)[1],
        lambda: split_rows(texts, pads, at, columns)[1],
        lambda: _by_words(texts, pads, at, columns),
        lambda: mine(words, at),
    )


def _some(count: int) -> Sequence[int]:
    """Return which rows to try several ways of folding on: the ends and the middle."""
    if count <= _ROWS_TRIED:
        return range(count)
    third = _ROWS_TRIED // 3
    middle = (count - third) // 2
    return [
        *range(third),
        *range(middle, middle + third),
        *range(count - third, count),
    ]


def _tokens(
    groups: list[Group], lines: Sequence[str], at: Sequence[int], times: float
) -> float:
    """Return about how many tokens `times` as many rows would have in these groups."""
    left = set(at)
    definitions = rows = 0
    for group in groups:
        if made := written(group, "A", "{}"):
            left.difference_update(group.at)
            definitions += tokens_about(made[0])
            rows += sum(map(tokens_about, made[1:]))
    rows += sum([tokens_about(lines[number]) for number in left])
    return definitions + times * rows


def _by_words(
    texts: list[str],
    pads: list[int],
    at: Sequence[int],
    columns: Sequence[Column],
) -> list[Group]:
    """Fold the last column by its words."""
    found: list[Group] = []
    for around, rows, parts in words_of(columns[-1]).alike(range(len(at))):
        found += split_rows(
            [*texts[:-2], texts[-2] + around[0], *around[1:]],
            [*pads[:-1], *[0] * len(parts)],
            pick(at, rows),
            [*[pick(column, rows) for column in columns[:-1]], *parts],
        )[1]
    return found
