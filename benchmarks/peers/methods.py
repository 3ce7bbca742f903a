"""What methods of different kinds share."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

# The work, which is measured, and what makes JSON of its task and result.
Pair = tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]


def counter() -> Callable[[str], int]:
    """Return a counter of tokens that counts each text once, for all methods alike."""
    from headroom.tokens import default_counter

    return cache(default_counter())


def sampled(file: Path, most: int) -> list[dict[str, Any]]:
    """Return at most so many of the JSON lines of a file (0: all), evenly spread.

    Files may be sorted by something.
    """
    rows = [line for line in file.read_text("utf-8").split("\n") if line.strip()]
    step = max(1, len(rows) // most) if most else 1
    return [json.loads(row) for row in rows[::step][: most or None]]
