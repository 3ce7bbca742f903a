"""Word pieces: how text of any language becomes the tokens of the shipped model."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from string import punctuation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["PADDING", "UNKNOWN", "Pieces", "WordPieces", "padded", "plain"]

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
# Words come again and again; a bounded memory of them halves the time.
_REMEMBERED = 32_768


def plain(text: str) -> str:
    """Return `text` as pieces spell it: NFKC, lower case, identifiers cut in words.

    >>> plain("fetchUser １")
    'fetch user 1'
    """
    if text.isascii():
        return _HUMP.sub(" ", text).lower()
    return _HUMP.sub(" ", unicodedata.normalize("NFKC", _clean(text))).lower()


def _clean(text: str) -> str:
    """Return `text` with ? for lone surrogates, which no vocabulary holds."""
    return text.encode("utf-8", "replace").decode()


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
        self._cut = lru_cache(maxsize=_REMEMBERED)(self._best)

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


class WordPieces:
    """BERT's vocabulary, which cuts each word into its longest pieces from the left.

    The tokens are those of the package tokenizers, with three exceptions: a form feed
    parts words, "[SEP]" in a text is text, and Unicode is Python's.

    Args:
        tokens: The token of each piece; "##" opens those that go on with a word.

    Source: Devlin et al. 2019, the reference implementation, `tokenization.py`.
    """

    # A longer word is unknown.
    _MOST_CHARACTERS = 100

    def __init__(self, tokens: Mapping[str, int]) -> None:
        self._tokens = tokens
        self._unknown = tokens["[UNK]"]
        self._spelling = _Spelling()
        self._cut = lru_cache(maxsize=_REMEMBERED)(self._longest)

    def tokens(self, text: str, most: int) -> list[int]:
        """Return the tokens of `text`, at most `most`; never empty."""
        if not text.isascii():
            text = unicodedata.normalize("NFD", _clean(text))
        found: list[int] = []
        for word in text.translate(self._spelling).split():
            found += self._cut(word)
            if len(found) >= most:
                return found[:most]
        return found or [self._unknown]

    def _longest(self, word: str) -> Sequence[int]:
        """Return the tokens of a word, the unknown one alone if a part has none."""
        found: list[int] = []
        start, end = 0, len(word)
        if end > self._MOST_CHARACTERS:
            return (self._unknown,)
        while start < len(word):
            token = self._tokens.get(("##" if start else "") + word[start:end])
            if token is not None:
                found.append(token)
                start, end = end, len(word)
            elif end - 1 > start:
                end -= 1
            else:
                return (self._unknown,)
        return tuple(found)


class _Spelling(dict[int, str]):
    """How BERT spells each character of decomposed text: without case and accents.

    Marks and ideographs stand alone, spaces part words. Found where it is asked for.
    """

    def __missing__(self, point: int) -> str:
        character = chr(point)
        kind = unicodedata.category(character)
        if character.isspace():
            spelled = " "
        elif kind in {"Mn", "Cc", "Cf", "Co"} or character == "\ufffd":
            spelled = ""
        elif (
            character in punctuation
            or kind[0] == "P"
            or (kind == "Lo" and unicodedata.name(character, "").startswith("CJK"))
        ):
            spelled = f" {character} "
        else:
            spelled = character.lower()
        self[point] = spelled
        return spelled
