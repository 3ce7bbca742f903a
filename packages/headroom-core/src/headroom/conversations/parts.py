"""Parts: what a message is made of, and how a long text is cut."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

__all__ = ["MAX_SENTENCE_CHARACTERS", "Part", "pieces"]

# A sentence longer than this is several.
MAX_SENTENCE_CHARACTERS = 640


class Part(NamedTuple):
    """One part of a message, as `Unit` describes it."""

    kind: str
    text: str
    rank: int = 0
    head: str = ""
    joined: bool = False


def pieces(text: str, most: int = MAX_SENTENCE_CHARACTERS) -> Iterator[str]:
    """Yield a text in pieces of at most about `most` characters, cuts marked by "…"."""
    start = 0
    while start < len(text):
        end = _cut(text, start, most)
        before, after = "…" if start else "", "…" if end < len(text) else ""
        yield f"{before}{text[start:end].rstrip() if after else text[start:end]}{after}"
        start = end


def _cut(text: str, start: int, most: int) -> int:
    """Return where to cut the piece from `start`: never inside a word or number."""
    end = start + most
    if end >= len(text):
        return len(text)
    space = int(text.rfind(" ", start + most // 2, end))
    if space > 0:
        return space
    # Writing without spaces: before a character that continues no word and no number,
    # else inside a word.
    before = range(end, start + most // 2, -1)
    after = range(end, min(end + most, len(text)))
    for is_part in (_is_part, _is_digit):
        for at in chain(before, after):
            if not (is_part(text[at - 1]) and is_part(text[at])):
                return at
    return end


def _is_part(character: str) -> bool:
    """Whether a character may be inside a number, an id or a spelt word."""
    return character in ".,:-_/" or (character.isalnum() and character < "\u0e00")


def _is_digit(character: str) -> bool:
    """Whether a character may be inside a number."""
    return character in ".,:-/" or character.isdigit()
