"""Lines that follow each other again and again: one pattern of several lines."""

import itertools
from collections import Counter
from collections.abc import Sequence

from headroom.tool_outputs.text.mining import fixed, pick
from headroom.tool_outputs.text.patterns import Column, Group, Pattern, tokens_about

__all__ = ["blocks", "simplified"]

_MOST_ROUNDS = 16
_FEWEST_REPEATS = 3
# Tokens of a pattern's name and the line feed, and of a definition beyond its text.
_NAME = 2
_DEFINITION = 4
# A reader finds the values of so many lines by counting; of more lines it is a riddle.
_MOST_LINES = 4
# A round that spares less than this share of all records' lines is the last.
_LEAST_GAIN = 0.002


def blocks(groups: Sequence[Group], line_count: int) -> list[Group]:
    """Join the records that follow each other often to records of longer patterns.

    This is byte pair encoding over lines.

    Args:
        groups: Records of one line each; a line is in one group at most.
        line_count: Lines of the text.

    Returns:
        Groups of records of one or more lines that do not overlap.
    """
    # Each line is a sign: that of its group, or one that stands for no group.
    none, first = "\0", 1
    signs = [none] * line_count
    for number, group in enumerate(groups, start=first):
        sign = chr(number)
        for at in group.at:
            signs[at] = sign
    text = "".join(signs)
    sizes = {none: 0}
    parts: dict[str, tuple[int, ...]] = {none: ()}
    for number, group in enumerate(groups, start=first):
        sizes[chr(number)] = sum(map(tokens_about, group.pattern.texts))
        parts[chr(number)] = (number - first,)
    for _ in range(_MOST_ROUNDS):
        joined, gain = _pairs(text, sizes, parts)
        for left, right in joined:
            sign = chr(len(parts))
            parts[sign] = parts[left] + parts[right]
            sizes[sign] = sizes[left] + sizes[right]
            text = text.replace(left + right, sign)
        if gain < _LEAST_GAIN * line_count:
            break
    return _regrouped(text, parts, groups)


def _pairs(
    text: str, sizes: dict[str, int], parts: dict[str, tuple[int, ...]]
) -> tuple[list[tuple[str, str]], float]:
    """Return the pairs of signs to join, none sharing a sign, and what they spare."""
    counts = Counter(text)
    gains: list[tuple[float, str, str]] = []
    for (left, right), count in Counter(itertools.pairwise(text)).items():
        if count < _FEWEST_REPEATS or left == right:
            continue
        if not parts[left] or not parts[right]:
            continue
        if len(parts[left]) + len(parts[right]) > _MOST_LINES:
            continue
        spared = min(sizes[left] + 1, _NAME) + min(sizes[right] + 1, _NAME) - _NAME
        gain = count * spared - _DEFINITION
        if counts[left] > count:
            gain -= sizes[left]
        if counts[right] > count:
            gain -= sizes[right]
        if gain > 0:
            gains.append((-gain, left, right))
    joined: list[tuple[str, str]] = []
    used: set[str] = set()
    total = 0.0
    for loss, left, right in sorted(gains):
        if left not in used and right not in used:
            used |= {left, right}
            joined.append((left, right))
            total -= loss
    return joined, total


def _regrouped(
    text: str, parts: dict[str, tuple[int, ...]], groups: Sequence[Group]
) -> list[Group]:
    starts: dict[str, list[int]] = {}
    lengths = {sign: max(1, len(members)) for sign, members in parts.items()}
    at = 0
    for sign in text:
        if sign in starts:
            starts[sign].append(at)
        else:
            starts[sign] = [at]
        at += lengths[sign]
    row_of: dict[int, int] = {}
    out: list[Group] = []
    for sign, begins in starts.items():
        members = parts[sign]
        if not members:
            continue
        if len(members) == 1 and len(begins) == len(groups[members[0]].at):
            out.append(groups[members[0]])
            continue
        if not row_of:
            for group in groups:
                row_of.update(zip(group.at, range(len(group.at)), strict=True))
        columns: list[Column] = []
        for offset, member in enumerate(members):
            rows = [row_of[begin + offset] for begin in begins]
            columns += [pick(column, rows) for column in groups[member].columns]
        pattern = _joined([groups[member].pattern for member in members])
        out.append(Group(pattern, begins, columns))
    return out


def _joined(patterns: list[Pattern]) -> Pattern:
    """Return the pattern of records that follow each other."""
    texts = list(patterns[0].texts)
    pads = list(patterns[0].pads)
    values = list(patterns[0].values)
    for pattern in patterns[1:]:
        texts[-1] += "\n" + pattern.texts[0]
        texts += pattern.texts[1:]
        pads += pattern.pads
        shift = max(values, default=-1) + 1
        values += [at + shift for at in pattern.values]
    return Pattern(tuple(texts), tuple(pads), tuple(values))


def simplified(group: Group) -> Group:
    """Move values that never vary into the text, and give equal values once."""
    varies = [column.count(column[0]) < len(column) for column in group.columns]
    texts, pads, columns = fixed(
        group.pattern.texts, group.pattern.pads, group.columns, varies
    )
    kept: list[Column] = []
    values: list[int] = []
    # A reader tells which value comes again by its text in the first record.
    seen: dict[str, int] = {}
    for column in columns:
        at = seen.setdefault(column[0], len(kept))
        if at == len(kept) or kept[at] != column:
            at = len(kept)
            kept.append(column)
        values.append(at)
    pattern = Pattern(tuple(texts), tuple(pads), tuple(values))
    return Group(pattern, group.at, kept)
