"""Likeness of meaning, word by word, in a hundred languages; no layer, no training.

Each piece of a word has a vector that a multilingual teacher gave it, so that "dog",
"pets" and "perro" lie close together. What it is and how it is made:
docs/cross-encoder.md.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from headroom.scorers.pieces import Pieces

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

__all__ = ["Likeness", "Meaning"]

_MOST_TOKENS = 256  # of one text; what follows is left to BM25
# A piece weighs as much as it is rare: its negative log probability beyond this one,
# which the thousand most frequent pieces of all languages do not reach, up to a most.
# Source: measured, docs/cross-encoder.md.
_FREQUENT, _MOST_WEIGHT, _LEAST_WEIGHT = 8.0, 4.0, 0.05


class Likeness(NamedTuple):
    """Three ways in which sentences are like a query, each (n,), in [0, 1]."""

    found: "Floats"  # how near the sentence comes to each word of the query
    asked: "Floats"  # how near the query comes to each word of the sentence
    whole: "Floats"  # the cosine of both as wholes


class Meaning:
    """The table of vectors: `pieces.txt` and `vectors.npz`, as the pipeline wrote them.

    Two numbers of a vector share a byte, 4 bits each. Only directions matter, so each
    vector has a step of its own, which nobody needs to know.

    Args:
        names: The content of `pieces.txt`, one piece a line.
        table: The arrays codes (v, d / 2) and scores (v,), log probabilities.
    """

    def __init__(self, names: str, table: Any) -> None:
        import numpy as np

        pieces = names.split("\n")
        scores = table["scores"].astype(np.float32)
        self.pieces = Pieces(dict(zip(pieces, scores.tolist(), strict=True)))
        self._codes = table["codes"]
        rare = np.clip(-scores - _FREQUENT, _LEAST_WEIGHT, _MOST_WEIGHT)
        marks = [not any(map(str.isalnum, piece)) for piece in pieces]
        self._weights = np.where(marks, 0, rare).astype(np.float32)

    def vectors(self, tokens: "npt.NDArray[np.int64]") -> "Floats":
        """Return the vectors (n, d) of tokens (n,), of unit length."""
        import numpy as np

        codes = self._codes[tokens]
        found = np.empty((len(tokens), 2 * codes.shape[1]), np.float32)
        found[:, ::2], found[:, 1::2] = codes & 15, codes >> 4
        found -= 8
        length = np.sqrt(np.einsum("nd,nd->n", found, found))
        found /= np.maximum(length, 1e-6)[:, None]
        return found

    def likeness(self, query: str, sentences: Sequence[str]) -> Likeness:
        """Return how like the sentences are to the query; at least one sentence."""
        import numpy as np

        cut = [self.pieces.tokens(text, _MOST_TOKENS) for text in (query, *sentences)]
        asked, *rest = (np.array(tokens, np.int64) for tokens in cut)
        said = np.concatenate(rest)
        starts = np.cumsum([0, *map(len, rest[:-1])])
        near = np.maximum(self.vectors(asked) @ self.vectors(said).T, 0)
        square = near * near
        mine, theirs = self._weights[asked], self._weights[said]
        found = mine @ np.maximum.reduceat(square, starts, axis=1) / _some(mine.sum())
        total = _some(np.add.reduceat(theirs, starts))
        back = np.add.reduceat(theirs * square.max(0), starts) / total
        query_sum = mine @ self.vectors(asked)
        sums = np.add.reduceat(theirs[:, None] * self.vectors(said), starts)
        lengths = np.linalg.norm(sums, axis=1) * np.linalg.norm(query_sum)
        whole = np.maximum(sums @ query_sum / _some(lengths), 0)
        return Likeness(found, back, whole)


def _some(numbers: Any) -> Any:
    """Return the numbers, none of them 0, to divide by."""
    import numpy as np

    return np.maximum(numbers, 1e-6)
