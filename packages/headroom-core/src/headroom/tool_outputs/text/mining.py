"""Lines that are alike: grouped by their punctuation, split where a word recurs."""

import itertools
from collections.abc import Sequence
from operator import itemgetter, ne
from typing import TypeVar

from headroom.tool_outputs.text.patterns import Column, Group, Pattern, tokens_about
from headroom.tool_outputs.text.words import Words

__all__ = ["fixed", "mine", "pick", "split_rows"]

Value = TypeVar("Value")

# Words of one column whose size is looked at, and longer texts of one.
_SAMPLE = 3
_LONG_SAMPLE = 40
# Tokens of the signs around a value in a definition.
_HOLE = 2
_FILLED_HOLE = 5
# A word that so many lines share at one place makes a pattern of its own.
_FEWEST_ALIKE = 3
_DEEPEST_SPLIT = 12


def mine(words: Words, numbers: Sequence[int]) -> list[Group]:
    """Return the groups that make about the fewest tokens of some lines.

    Args:
        words: All lines of a text.
        numbers: Which of them to look at, in order.
    """
    found: list[Group] = []
    for texts, at, columns in words.alike(numbers):
        found += split_rows(texts, (0,) * len(columns), at, columns)[1]
    return found


def split_rows(
    texts: Sequence[str],
    pads: Sequence[int],
    at: Sequence[int],
    columns: Sequence[Column],
    banned: frozenset[int] = frozenset(),
    depth: int = 0,
) -> tuple[float, list[Group]]:
    """Return the fewest tokens for these lines, and the groups that make them.

    The choice is between the lines in full, one pattern for all, and the same choice
    for the lines that share a word at the place where the fewest words occur.

    Args:
        texts: The text around the columns, one more than there are columns.
        pads: For each column the width that its values are filled to.
        at: The numbers of the lines.
        columns: The values of all lines, by place.
        banned: Places that lines are not parted by.
        depth: How many times the lines were parted already.
    """
    count = len(at)
    distinct = [len(set(column)) for column in columns]
    if 1 in distinct:
        # What does not vary here varies in no part of these lines.
        varies = [kinds > 1 for kinds in distinct]
        texts, pads, columns = fixed(texts, pads, columns, varies)
        distinct = [kinds for kinds in distinct if kinds > 1]
        places = itertools.compress(range(len(varies)), varies)
        banned = frozenset(new for new, old in enumerate(places) if old in banned)
    constant = sum(map(tokens_about, texts))
    varying = cells = 0.0
    for column, kinds, pad in zip(columns, distinct, pads, strict=True):
        most = _LONG_SAMPLE if " " in column[0] else _SAMPLE
        sample = column[:: max(1, count // most)][:most]
        each = sum([tokens_about(" " + word) for word in sample]) / len(sample)
        varying += each * count
        changes = count
        if kinds <= count // 2:
            changes = 1 + sum(map(ne, column, column[1:]))
        cells += each * changes + count - changes + (_FILLED_HOLE if pad else _HOLE)
    best = (constant + 1) * count + varying
    if count == 1:
        return best, []
    groups: list[Group] = []
    as_one = constant + 3 + 2 * count + cells
    if as_one < best:
        best = as_one
        pattern = Pattern(tuple(texts), tuple(pads), tuple(range(len(columns))))
        groups = [Group(pattern, at, columns)]
    shared = [
        (kinds, place)
        for place, kinds in enumerate(distinct)
        if kinds <= count // 2 and place not in banned
    ]
    if not shared or depth > _DEEPEST_SPLIT:
        return best, groups
    _, place = min(shared)
    total = 0.0
    parts: list[Group] = []
    for rows, deeper in _by_word(columns[place], place, banned):
        if len(rows) == count:
            return best, groups
        tokens, some = split_rows(
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


def fixed(
    texts: Sequence[str],
    pads: Sequence[int],
    columns: Sequence[Column],
    varies: Sequence[bool],
) -> tuple[list[str], list[int], list[Column]]:
    """Move the values of columns that do not vary into the text."""
    new_texts = [texts[0]]
    for column, pad, varying, after in zip(
        columns, pads, varies, texts[1:], strict=True
    ):
        if varying:
            new_texts.append(after)
        else:
            value = column[0]
            new_texts[-1] += value.ljust(pad) if pad >= 0 else value.rjust(-pad)
            new_texts[-1] += after
    return (
        new_texts,
        list(itertools.compress(pads, varies)),
        list(itertools.compress(columns, varies)),
    )


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
