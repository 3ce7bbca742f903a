"""Which kind of text this is, and the fold that goes with it."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Folded", "fold", "unfold"]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, shorter where its kind folds.

    Attributes:
        kind: The kind that the content shows, such as `"log"` or `"text"`.
        text: The folded text, or the very text that came in.
        skipped: Why the text is unchanged, or None if it was folded.
    """

    kind: str
    text: str
    skipped: str | None = None


def fold(text: str, count_tokens: Callable[[str], int]) -> Folded:
    """Return the text folded by its kind, or unchanged where that does not pay.

    Args:
        text: Any text.
        count_tokens: Tokens of a text, for folds whose gain lengths do not show.
    """
    return Folded("text", text, "no fold for this kind of text")


def unfold(text: str) -> str:
    """Return the text that `fold` was given; a text that is not folded, as it is."""
    return text
