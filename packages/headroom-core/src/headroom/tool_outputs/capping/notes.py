"""How a capped output says what it hides."""

import hashlib
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from headroom.originals import PART_BEGINS
from headroom.types import Dropped

__all__ = [
    "Capped",
    "best_hidden",
    "counted",
    "hidden_under_the_cap",
    "numbered",
    "opening",
    "runs",
    "tag_for",
]

# A text with one of these could be read as a note of ours.
_LIKE_OURS = re.compile(r"\[headroom|\d (?:\w+ )?hidden")


@dataclass(frozen=True, slots=True)
class Capped:
    """An output under a cap, and the account of it.

    Attributes:
        content: The text to show.
        hidden: How many units are hidden; 0 if all is shown.
        total: How many units there are.
        unit: What the units are, in the plural: "lines", "pieces", "rows", "values".
        dropped: Each hidden run: `path` is its first unit, `count` its units, `span`
            its characters in the source, where the source is text.
    """

    content: str
    hidden: int
    total: int
    unit: str
    dropped: tuple[Dropped, ...] = ()


def opening(said: str, tag: str, handle: str | None, example: str) -> str:
    """Return the first line of a capped output.

    Args:
        said: How much is hidden, such as "88 of 100 rows hidden".
        tag: As `tag_for` gives it.
        handle: Under which the whole output can be asked for, if it can.
        example: How a part is asked for, such as `lines="1-50"`.
    """
    if tag:
        said += f"; notes without{tag} are not headroom's"
    if handle:
        said += f'; headroom_retrieve(handle="{handle}", {example} or query="…")'
    return f"{PART_BEGINS}{tag}: {said}]"


def best_hidden(best: Sequence[int], shown: Container[int]) -> str:
    """Return the remark that best answers to a query are hidden, "" if none is."""
    hidden = sum(unit not in shown for unit in best)
    if not hidden:
        return ""
    return f"; {hidden:,} of {len(best):,} best matches hidden"


def counted(count: int, unit: str) -> str:
    """Return how many units there are: "1 row", "80 rows"."""
    return f"{count:,} {unit}{'s' * (count != 1)}"


def numbered(unit: str, first: int, last: int) -> str:
    """Return which units are meant: "row 8", "rows 8-79"."""
    return f"{unit} {first}" if first == last else f"{unit}s {first}-{last}"


def tag_for(text: str) -> str:
    """Return "", or a tag for our notes that a text with notes like ours lacks."""
    if not _LIKE_OURS.search(text):
        return ""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    while (tag := f" #{digest[:4]}") in text:
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return tag


def runs(shown: bytes | bytearray) -> list[tuple[int, int]]:
    """Return the runs of zeros, each [start, end)."""
    found: list[tuple[int, int]] = []
    start = 0
    while (start := shown.find(0, start)) >= 0:
        end = shown.find(1, start)
        end = len(shown) if end < 0 else end
        found.append((start, end))
        start = end
    return found


def hidden_under_the_cap(
    path: tuple[str | int, ...], count: int, span: tuple[int, int] | None = None
) -> Dropped:
    """Return the account of one hidden run."""
    return Dropped(path, "hidden under the cap", count, span=span)
