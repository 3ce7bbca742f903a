"""What methods of different kinds share."""

from collections.abc import Callable
from typing import Any

# The work, which is measured, and what makes JSON of its task and result.
Pair = tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]


def counter() -> Callable[[str], int]:
    """Return a counter of tokens that counts each text once, for all methods alike."""
    from headroom.tokens import default_counter

    count, known = default_counter(), {}

    def counted(text: str) -> int:
        if text not in known:
            known[text] = count(text)
        return known[text]

    return counted
