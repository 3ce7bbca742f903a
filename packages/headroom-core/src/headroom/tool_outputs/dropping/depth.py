"""Rule: what lies deeper than the caller asked for is cut, with a marker."""

from typing import Any

__all__ = ["is_too_deep", "leaves"]

from headroom.tool_outputs.values import Cut


def leaves(value: Any) -> int:
    """Return the leaf values in a tree; an empty container counts as one."""
    kind = type(value)
    if kind is dict:
        return sum(map(leaves, value.values())) or 1
    if kind is list:
        return sum(map(leaves, value)) or 1
    return value.count if kind is Cut else 1


def is_too_deep(value: Any, depth: int, max_depth: int) -> bool:
    """Tell whether a container is cut.

    An array belongs to the level of its key: at the last level its scalars stay, and
    only its rows are too deep.

    Args:
        value: A dict or list.
        depth: Object keys on its path, plus steps from an array into an array.
        max_depth: The most there may be.
    """
    if depth < max_depth or not value:
        return False
    if type(value) is list and depth == max_depth:
        return any(value) and all(type(item) in (dict, list) for item in value)
    return True
