"""The table of word vectors of the shipped model: a hundred languages in one space.

Each piece of a word has a vector that a multilingual teacher gave it, so that "dog",
"pets" and "perro" lie close together. What it is and how it is made:
docs/cross-encoder.md.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headroom.scorers.pieces import PADDING, Pieces, padded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

__all__ = ["Meaning"]

# A piece is as rare as its negative log probability beyond this one, which the
# thousand most frequent pieces of all languages do not reach, up to a most.
# Source: measured, docs/cross-encoder.md.
_FREQUENT, _MOST_RARE, _LEAST_RARE = 8.0, 4.0, 0.05


class Meaning:
    """The table of pieces and vectors, as the pipeline wrote it.

    Two numbers of a vector share a byte, 4 bits each. Only directions matter, so each
    vector has a step of its own, which nobody needs to know; each column has one too.

    Args:
        names: The pieces, one a line.
        table: The arrays codes (v, d / 2), columns (d,), and scores (v,), log
            probabilities.

    Attributes:
        pieces: What cuts text into tokens.
        rarity: The rarity of each token (v,); 0 for padding and punctuation.
    """

    def __init__(self, names: str, table: Any) -> None:
        import numpy as np

        pieces = names.split("\n")
        scores = table["scores"].astype(np.float32)
        self.pieces = Pieces(dict(zip(pieces, scores.tolist(), strict=True)))
        self._codes, self._columns = table["codes"], table["columns"]
        rare = np.clip(-scores - _FREQUENT, _LEAST_RARE, _MOST_RARE)
        marks = [not any(map(str.isalnum, piece)) for piece in pieces]
        self.rarity = np.where(marks, 0, rare).astype(np.float32)
        self.rarity[PADDING] = 0

    def vectors(self, tokens: "npt.NDArray[np.int64]") -> "Floats":
        """Return the vectors (..., d) of tokens (...), of length 1, of padding 0."""
        import numpy as np

        codes = self._codes[tokens]
        found = np.empty((*codes.shape[:-1], 2 * codes.shape[-1]), np.float32)
        found[..., ::2], found[..., 1::2] = codes & 15, codes >> 4
        found -= 8
        found *= self._columns
        length = np.sqrt(np.einsum("...d,...d->...", found, found))
        found /= np.maximum(length, 1e-6)[..., None]
        return found

    def rows(self, tokens: Sequence[Sequence[int]]) -> "tuple[Floats, Floats, Floats]":
        """Return n texts of tokens as padded vectors (n, t, d), rarity (n, t), mask."""
        import numpy as np

        ids = padded(tokens)
        return self.vectors(ids), self.rarity[ids], (ids != PADDING).astype(np.float32)
