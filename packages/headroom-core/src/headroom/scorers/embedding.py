"""Embeddings: relevance by the angle between the query's vector and a sentence's."""

import importlib.util
import math
import operator
import threading
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from headroom.errors import ScorerError
from headroom.scorers.models import located, missing_extra

__all__ = ["EmbeddingScorer"]

Encode = Callable[[list[str]], Any]
# From a query and sentences to the query's vector and a row per sentence.
_Vectors = Callable[[str, list[str], int], tuple[Any, Any]]

_loading = threading.Lock()


@dataclass(frozen=True, eq=False)
class EmbeddingScorer:
    """Scores each sentence by the square of its cosine with the query.

    Squared, because unrelated sentences have cosines of 0.1 to 0.3, and a score
    should then be near 0; negative cosines are 0.

    The model is loaded on first use, once per process; nothing is downloaded unless
    `model` is a hub name.

    Attributes:
        model: A sentence-transformers model, by folder or hub name; or a function
            from a list of n texts to an array of shape (n, d). None raises on use.
        device: "cpu", "cuda", ...; None lets sentence-transformers choose. A
            function ignores it.
        batch_size: Sentences per forward pass, at least 1.
        min_score: The floor below which `SemanticCompressor` drops a sentence. Some
            models (e5) give every pair a cosine of 0.7: pass a higher `min_score`
            to `SemanticCompressor` with those.
    """

    model: str | Path | Encode | None = None
    _: KW_ONLY
    device: str | None = None
    batch_size: int = 32

    # Source: measured on all-MiniLM-L6-v2, docs/documents.md "Floors".
    min_score: ClassVar[float] = 0.1

    def __post_init__(self) -> None:
        known = self.model is None or isinstance(self.model, str | Path)
        if not known and not callable(self.model):
            raise ScorerError(
                f"model={self.model!r}; pass a folder, a hub name, or a function from "
                "a list of texts to vectors"
            )
        if not isinstance(self.batch_size, int) or self.batch_size < 1:
            raise ScorerError(f"batch_size={self.batch_size!r}; pass 1 or more")

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one score in [0, 1] per sentence, same order; [] for none.

        Raises:
            ImportError: If sentence-transformers is needed and not installed.
            ScorerError: If there is no such model, or its vectors are unusable.
        """
        if not sentences:
            return []
        if callable(self.model):
            vectors = self.model([query, *sentences])
            return _squared_cosines(_rows(vectors, len(sentences) + 1))
        with _loading:
            encode = _loaded(self.model, self.device)
        asked, found = encode(query, list(sentences), self.batch_size)
        return _squared_cosines(_rows([*asked, *found], len(sentences) + 1))


# Bounded, so that trying many models does not keep them all in memory.
@lru_cache(maxsize=4)
def _loaded(model: str | Path | None, device: str | None) -> _Vectors:
    """Return the function from a query and sentences to their vectors."""
    if model is None and importlib.util.find_spec("sentence_transformers"):
        raise ScorerError(
            "no embedding model ships with Headroom; pass "
            'scorer=EmbeddingScorer("FOLDER or hub name"), for example '
            '"sentence-transformers/all-MiniLM-L6-v2", or scorer="bm25"'
        )
    place = None if model is None else located(model)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise missing_extra(
            "EmbeddingScorer", "sentence-transformers", "semantic", error
        ) from error
    encoder = SentenceTransformer(place, device=device)
    # Fast tokenizers refuse to be used by two threads at once.
    turn = threading.Lock()

    def vectors(query: str, sentences: list[str], batch_size: int) -> tuple[Any, Any]:
        with turn:
            return (
                encoder.encode_query([query], show_progress_bar=False),
                encoder.encode_document(
                    sentences, batch_size=batch_size, show_progress_bar=False
                ),
            )

    return vectors


def _rows(vectors: Any, rows: int) -> list[list[float]]:
    """Return the vectors as lists of numbers.

    Raises:
        ScorerError: If they are not `rows` finite vectors of one length.
    """
    try:
        found = [[float(number) for number in vector] for vector in vectors]
    except (TypeError, ValueError) as error:
        raise ScorerError(
            f"encode() returned no array of numbers ({error}); return shape (n, d)"
        ) from error
    widths = {len(vector) for vector in found}
    if len(found) != rows or len(widths) > 1:
        raise ScorerError(
            f"encode() returned {len(found)} vectors of {sorted(widths)} numbers for "
            f"{rows} texts; return one vector per text, all of one length"
        )
    if not all(math.isfinite(number) for vector in found for number in vector):
        raise ScorerError("encode() returned NaN or infinity; mend the model")
    return found


def _squared_cosines(vectors: list[list[float]]) -> list[float]:
    """Return every further vector's squared cosine with the first one, in [0, 1]."""
    query, *rest = ([x / (math.hypot(*v) or 1.0) for x in v] for v in vectors)
    cosines = (sum(map(operator.mul, query, vector)) for vector in rest)
    return [min(1.0, max(0.0, cosine)) ** 2 for cosine in cosines]
