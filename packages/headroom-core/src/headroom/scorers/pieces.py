"""Word pieces: how text of any language becomes the tokens of the shipped model."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["PADDING", "UNKNOWN", "Pieces", "padded", "plain"]

PADDING, UNKNOWN = 0, 1  # the first two tokens of every vocabulary
_START = "▁"  # opens a piece that begins a word, as SentencePiece writes it
# Where an identifier's next word begins: fetchUser, but not HTTP.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Words with their vowel signs and accents, which \w lacks in many scripts; every
# other character on its own.
_WORD = re.compile(
    r"(?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963"
    r"\u0966-\u0dff\u0e00-\u109f\u1780-\u17ff])+|[^\w\s]|_"
)
_UNKNOWN_COST = 30.0  # more than any two pieces


def plain(text: str) -> str:
    """Return `text` as pieces spell it: NFKC, lower case, identifiers cut in words.

    >>> plain("fetchUser １")
    'fetch user 1'
    """
    if text.isascii():
        return _HUMP.sub(" ", text).lower()
    # A lone surrogate cannot be encoded, and must not make a text unreadable.
    clean = text.encode("utf-8", "replace").decode()
    return _HUMP.sub(" ", unicodedata.normalize("NFKC", clean)).lower()


def padded(tokens: Sequence[Sequence[int]]) -> "npt.NDArray[np.int64]":
    """Return rows of tokens (n, t), the shorter ones filled up with padding."""
    import numpy as np

    ids = np.full((len(tokens), max(map(len, tokens))), PADDING, np.int64)
    for row, known in zip(ids, tokens, strict=True):
        row[: len(known)] = known
    return ids


class Pieces:
    """A vocabulary that cuts text into the likeliest pieces.

    Args:
        scores: The log probability of each piece; its position is its token.

    Source: Kudo 2018, "Subword Regularization", section 3.2 (unigram model).
    """

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._tokens = {piece: i for i, piece in enumerate(scores)}
        self._scores = list(scores.values())
        self._longest = max(map(len, scores), default=1)
        self._bare = self._tokens.get(_START)
        # Words come again and again; a bounded memory of them halves the time.
        self._cut = lru_cache(maxsize=32_768)(self._best)

    def __len__(self) -> int:
        return len(self._scores)

    def tokens(self, text: str, most: int) -> list[int]:
        """Return the tokens of `text`, at most `most`; never empty."""
        found: list[int] = []
        for word in _WORD.findall(plain(text)):
            # A word longer than that is no word, and the time grows with it.
            for start in range(0, len(word), 256):
                found += self._cut((_START if not start else "") + word[start:][:256])
            if len(found) >= most:
                return found[:most]
        return found or [UNKNOWN]

    def _best(self, word: str) -> Sequence[int]:
        """Return the tokens of the likeliest way to cut `word`."""
        # Cutting further costs more than any piece does alone.
        if (whole := self._tokens.get(word)) is not None:
            return () if whole == self._bare else (whole,)
        size = len(word)
        best, back = [0.0] + [float("-inf")] * size, [(0, UNKNOWN)] * (size + 1)
        for start in range(size):
            here = best[start]
            for end in range(start + 1, min(size, start + self._longest) + 1):
                token = self._tokens.get(word[start:end], UNKNOWN)
                if token != UNKNOWN and here + self._scores[token] > best[end]:
                    best[end] = here + self._scores[token]
                    back[end] = start, token
            if here - _UNKNOWN_COST > best[start + 1]:
                best[start + 1] = here - _UNKNOWN_COST
                back[start + 1] = start, UNKNOWN
        found, end = [], size
        while end:
            end, token = back[end]
            if token != self._bare:
                found.append(token)
        return tuple(found[::-1])
