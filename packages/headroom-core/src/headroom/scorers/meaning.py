"""How well sentences match a query, word by word, in a hundred languages.

Each piece of a word has a vector that a multilingual teacher gave it, so that "dog",
"pets" and "perro" lie close together. How much a word counts, and which words answer
which, was learned. What it is and how it is made: docs/cross-encoder.md.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headroom.scorers.pieces import PADDING, Pieces

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

__all__ = ["Meaning"]

_MOST_TOKENS = 256  # of one text; what follows is left to BM25
# A piece is as rare as its negative log probability beyond this one, which the
# thousand most frequent pieces of all languages do not reach, up to a most.
# Source: measured, docs/cross-encoder.md.
_FREQUENT, _MOST_RARE, _LEAST_RARE = 8.0, 4.0, 0.05


class Meaning:
    """The table of vectors and what was learned of it, as the pipeline wrote them.

    Two numbers of a vector share a byte, 4 bits each. Only directions matter, so each
    vector has a step of its own, which nobody needs to know.

    Args:
        names: The content of `pieces.txt`, one piece a line.
        table: The arrays codes (v, d / 2) and scores (v,), log probabilities.
        learned: The arrays of `matching.npz`; without them there are no logits.

    Attributes:
        pieces: What cuts text into tokens.
        rarity: The rarity of each token (v,); 0 for punctuation.
    """

    def __init__(self, names: str, table: Any, learned: Any = None) -> None:
        import numpy as np

        pieces = names.split("\n")
        scores = table["scores"].astype(np.float32)
        self.pieces = Pieces(dict(zip(pieces, scores.tolist(), strict=True)))
        self._codes = table["codes"]
        rare = np.clip(-scores - _FREQUENT, _LEAST_RARE, _MOST_RARE)
        marks = [not any(map(str.isalnum, piece)) for piece in pieces]
        self.rarity = np.where(marks, 0, rare).astype(np.float32)
        self._learned = {
            name: array.astype(np.float32) for name, array in (learned or {}).items()
        }

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

    def logits(self, query: str, sentences: Sequence[str]) -> "Floats":
        """Return the logits (n,) of relevance; at least one sentence."""
        import numpy as np

        cut = [self.pieces.tokens(text, _MOST_TOKENS) for text in (query, *sentences)]
        sizes = np.array([len(tokens) for tokens in cut[1:]])
        # A word is read with its neighbours; padding parts the sentences.
        starts = np.cumsum([0, *(sizes[:-1] + 1)])
        ids = np.array([t for tokens in cut[1:] for t in (*tokens, PADDING)])
        words = ids != PADDING
        asked, asked_rarity, asked_projected, asked_weights = self._side(
            "query", np.array(cut[0]), np.ones(len(cut[0]), bool)
        )
        said, rarity, projected, weights = self._side("sentence", ids, words)
        near = self._learned["alike"] * (asked @ said.T) + asked_projected @ projected.T
        square = np.square(np.maximum(near, 0) * words)

        def totals(rows: "Floats") -> "Floats":
            return np.add.reduceat(rows, starts)

        found = asked_weights @ np.maximum.reduceat(square, starts, axis=1)
        found /= _some(asked_weights.sum())
        back = totals(weights * square.max(0)) / _some(totals(weights))
        whole, wholes = asked_rarity @ asked, totals(rarity[:, None] * said)
        lengths = np.linalg.norm(wholes, axis=1) * np.linalg.norm(whole)
        cosine = np.maximum(wholes @ whole / _some(lengths), 0)
        length = np.log1p(sizes) - 3
        parts = [found, back, cosine, length, length**2, np.ones_like(length)]
        logits: Floats = np.stack(parts, 1).astype(np.float32) @ self._learned["mix"]
        return logits

    def _side(
        self, name: str, ids: "npt.NDArray[np.int64]", words: "npt.NDArray[np.bool_]"
    ) -> "tuple[Floats, Floats, Floats, Floats]":
        """Return the vectors, rarity, projections and weights of a text's words."""
        import numpy as np

        learned = self._learned
        vectors = self.vectors(ids) * words[:, None]
        rarity = self.rarity[ids] * words
        projected = _convolved(vectors, learned[f"{name}.weight"])
        both = np.concatenate([vectors, rarity[:, None]], 1)
        weights = _convolved(both, learned[f"{name}_weight.weight"])[:, 0]
        weights += learned[f"{name}_weight.bias"]
        weights += learned["rarity"] * (rarity - 2)
        return vectors, rarity, projected, np.logaddexp(0, weights) * words


def _convolved(rows: "Floats", kernel: "Floats") -> "Floats":
    """Return rows (n, d) each mixed with its two neighbours by a kernel (k, d, 3)."""
    before, here, after = kernel.transpose(2, 1, 0)
    found: Floats = rows @ here
    found[1:] += rows[:-1] @ before
    found[:-1] += rows[1:] @ after
    return found


def _some(numbers: Any) -> Any:
    """Return the numbers, none of them 0, to divide by."""
    import numpy as np

    return np.maximum(numbers, 1e-3)
