"""Folding lines: patterns once, then the values of each line."""

from collections.abc import Sequence
from itertools import pairwise

from headroom.tool_outputs.text.blocks import blocks, simplified
from headroom.tool_outputs.text.columns import aligned
from headroom.tool_outputs.text.mining import mine
from headroom.tool_outputs.text.notation import Written, write
from headroom.tool_outputs.text.patterns import Group, Pattern, tokens_about
from headroom.tool_outputs.text.words import Words

__all__ = ["fold_lines"]

# A line of fewer tokens that comes again alone is read faster than a name for it.
_SHORT_LINE = 8


def fold_lines(
    text: str, lines: Sequence[str], words: Words, kept: set[int], end: str = "\n"
) -> Written | None:
    """Return the folded text, or None where nothing in it is alike.

    Args:
        text: The text, without NUL.
        lines: Its lines.
        words: Their words.
        kept: The lines that stay as they are.
        end: What parts the lines, a line feed or a carriage return.
    """
    rows = aligned(lines, words, kept)
    taken = kept.union(*[group.at for group in rows])
    groups = mine(words, [n for n in range(len(lines)) if n not in taken])
    taken = taken.union(*[group.at for group in groups])
    groups += _repeated(lines, taken)
    # Rows of a table are read one by one, under their header.
    groups = [*rows, *blocks(groups, len(lines))]
    worth = [simplified(group) for group in groups if _gain(group) > 0]
    return write(lines, worth, text, end) if worth else None


def _repeated(lines: Sequence[str], taken: set[int]) -> list[Group]:
    """Return the other lines that come more than once."""
    at: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if number not in taken:
            at.setdefault(line, []).append(number)
    return [
        Group(Pattern((line,)), numbers, ())
        for line, numbers in at.items()
        if len(numbers) > 1
    ]


def _gain(group: Group) -> float:
    """Return about how many tokens a group's pattern spares."""
    size = sum(map(tokens_about, group.pattern.texts))
    times = len(group.at)
    if not group.columns:
        # Records that follow each other are one line with a count.
        height = group.pattern.height
        runs = 1 + sum([later != at + height for at, later in pairwise(group.at)])
        if height == 1 and size < _SHORT_LINE and 3 * runs > times:
            return 0.0
        return times * (size + height) - size - 3 - 4 * runs
    return (times - 1) * (size - 2) - 3 - 2 * len(group.pattern.pads)
