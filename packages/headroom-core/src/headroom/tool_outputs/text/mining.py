"""Lines that are alike: grouped by their punctuation, split where a word recurs."""

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter, ne
from typing import TypeVar

from headroom.tool_outputs.text.patterns import (
    Column,
    Group,
    Pattern,
    filled,
    tokens_about,
)

__all__ = ["mine", "pick", "shapes", "split_rows"]

Value = TypeVar("Value")

# A word is what stands between blanks, brackets, quotes and the signs that separate
# values. A value that a reader would copy (path, time, address, version) is one word.
_WORD = re.compile(r"([^\s\"'`()\[\]{}<>,;=|\0]+)")
# Longer lines are rarely alike, and take long to compare.
_MOST_WORDS = 200
# Words of one column whose size is looked at.
_SAMPLE = 4
# A word that so many lines share at one place makes a pattern of its own.
_FEWEST_ALIKE = 3
_DEEPEST_SPLIT = 12


def mine(lines: Sequence[str], numbers: Iterable[int]) -> list[Group]:
    """Return groups of lines that one pattern writes in fewer tokens than in full.

    Args:
        lines: All lines of a text, without their line feeds and without NUL.
        numbers: Which of them to look at, in order.
    """
    numbers = list(numbers)
    found: list[Group] = []
    for texts, rows, columns in shapes([lines[at] for at in numbers]):
        if len(rows) > 1:
            at = pick(numbers, rows)
            found += split_rows(texts, (0,) * len(columns), at, columns)
    return found


def shapes(
    lines: Sequence[str],
) -> list[tuple[list[str], list[int], list[Column]]]:
    """Group lines that are the same but for their words.

    Returns:
        For each group what stands around the words, the lines' numbers, and the words
        as columns, one for each place. Lines of too many words are left out.
    """
    parts = _WORD.split("\n".join(lines))
    words = parts[1::2]
    alike: dict[str, tuple[list[int], list[int]]] = {}
    start = 0
    for number, shape in enumerate("\0".join(parts[::2]).split("\n")):
        if shape in alike:
            rows, starts = alike[shape]
            rows.append(number)
            starts.append(start)
        else:
            alike[shape] = [number], [start]
        start += shape.count("\0")
    out: list[tuple[list[str], list[int], list[Column]]] = []
    for shape, (rows, starts) in alike.items():
        texts = shape.split("\0")
        width = len(texts) - 1
        if shape and width <= _MOST_WORDS:
            columns = zip(*[words[at : at + width] for at in starts], strict=True)
            out.append((texts, rows, list(columns)))
    return out


def split_rows(
    texts: Sequence[str],
    pads: Sequence[int],
    at: Sequence[int],
    columns: Sequence[Column],
) -> list[Group]:
    """Return the patterns that write these lines in the fewest tokens.

    Args:
        texts: The text around the columns, one more than there are columns.
        pads: For each column the width that its values are filled to.
        at: The numbers of the lines.
        columns: The values of all lines, by place.
    """
    return _split(texts, pads, at, columns, frozenset(), 0)[1]


def _split(
    texts: Sequence[str],
    pads: Sequence[int],
    at: Sequence[int],
    columns: Sequence[Column],
    banned: frozenset[int],
    depth: int,
) -> tuple[float, list[Group]]:
    """Return the fewest tokens for these lines, and the groups that make them.

    The choice is between the lines in full, one pattern for all, and the same choice
    for the lines that share a word at the place where the fewest words occur.
    """
    count = len(at)
    distinct = [len(set(column)) for column in columns]
    fixed = texts[0] + "".join(
        [
            column[0] + after if kinds == 1 else after
            for column, kinds, after in zip(columns, distinct, texts[1:], strict=True)
        ]
    )
    constant = tokens_about(fixed)
    varying = cells = 0.0
    for column, kinds in zip(columns, distinct, strict=True):
        if kinds > 1:
            sample = column[:: max(1, count // _SAMPLE)][:_SAMPLE]
            each = 0.5 + sum([tokens_about(word) for word in sample]) / len(sample)
            varying += each * count
            changes = count
            if kinds <= count // 2:
                changes = 1 + sum(map(ne, column, column[1:]))
            cells += each * changes + count - changes + 2
    best = (constant + 1) * count + varying
    if count == 1:
        return best, []
    groups: list[Group] = []
    as_one = constant + 3 + 2 * count + cells
    if as_one < best:
        best = as_one
        groups = [_group(texts, pads, at, columns, distinct)]
    places = [
        (kinds, place)
        for place, kinds in enumerate(distinct)
        if 1 < kinds <= count // 2 and place not in banned
    ]
    if not places or depth > _DEEPEST_SPLIT:
        return best, groups
    _, place = min(places)
    total = 0.0
    parts: list[Group] = []
    for rows, deeper in _by_word(columns[place], place, banned):
        if len(rows) == count:
            return best, groups
        tokens, some = _split(
            texts,
            pads,
            pick(at, rows),
            [pick(column, rows) for column in columns],
            deeper,
            depth + 1,
        )
        total += tokens
        parts += some
        if total >= best:
            return best, groups
    return total, parts


def _by_word(
    column: Column, place: int, banned: frozenset[int]
) -> list[tuple[list[int], frozenset[int]]]:
    """Return the rows of each frequent word, and at last the rows of all others."""
    rows: dict[str, list[int]] = {}
    for row, word in enumerate(column):
        if word in rows:
            rows[word].append(row)
        else:
            rows[word] = [row]
    parts: list[tuple[list[int], frozenset[int]]] = []
    rest: list[int] = []
    for some in rows.values():
        if len(some) >= _FEWEST_ALIKE:
            parts.append((some, banned))
        else:
            rest += some
    if rest:
        parts.append((sorted(rest), banned | {place}))
    return parts


def pick(values: Sequence[Value], rows: Sequence[int]) -> Sequence[Value]:
    """Return the values at some places, at least one."""
    if len(rows) == 1:
        return (values[rows[0]],)
    picked: tuple[Value, ...] = itemgetter(*rows)(values)
    return picked


def _group(
    texts: Sequence[str],
    pads: Sequence[int],
    at: Sequence[int],
    columns: Sequence[Column],
    distinct: list[int],
) -> Group:
    constants = [texts[0]]
    holes: list[Column] = []
    widths: list[int] = []
    for column, kinds, pad, after in zip(
        columns, distinct, pads, texts[1:], strict=True
    ):
        if kinds == 1:
            constants[-1] += filled(column[0], pad) + after
        else:
            constants.append(after)
            holes.append(column)
            widths.append(pad)
    pattern = Pattern(tuple(constants), tuple(widths), tuple(range(len(holes))))
    return Group(pattern, at, holes)
