"""What a compression dropped, grouped so that people can read it."""

from collections import Counter
from collections.abc import Iterable

from headroom.types import Dropped

__all__ = ["by_path", "by_reason", "shown_path"]


def shown_path(path: Iterable[str | int]) -> str:
    """Write a path as people do, every index as `[*]`; "(all)" for the root.

    >>> shown_path(("items", 3, "user", "avatar_url"))
    'items[*].user.avatar_url'
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += "[*]"
        else:
            text += f".{step}" if text else str(step)
    return text or "(all)"


def by_reason(dropped: Iterable[Dropped]) -> list[tuple[str, int]]:
    """Return each reason with its leaves, most first."""
    leaves: Counter[str] = Counter()
    for one in dropped:
        leaves[one.reason] += one.count
    return sorted(leaves.items(), key=lambda item: (-item[1], item[0]))


def by_path(dropped: Iterable[Dropped]) -> list[tuple[str, str, int]]:
    """Return each path without its indices, its reason and leaves, most first."""
    leaves: Counter[tuple[str, str]] = Counter()
    for one in dropped:
        leaves[shown_path(one.path), one.reason] += one.count
    return sorted(
        ((path, reason, count) for (path, reason), count in leaves.items()),
        key=lambda row: (-row[2], row[0], row[1]),
    )
