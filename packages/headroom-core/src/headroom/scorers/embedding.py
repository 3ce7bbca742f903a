"""Embeddings: relevance by the angle between the query's vector and a sentence's."""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from headroom.errors import ScorerError
from headroom.scorers.models import (
    OnnxModel,
    check_options,
    loaded,
    using,
)

__all__ = ["EmbeddingScorer"]

Encode = Callable[[list[str]], Any]


@dataclass(frozen=True, eq=False)
class EmbeddingScorer:
    """Scores each sentence by the square of its cosine with the query.

    Squared, because unrelated sentences have cosines of 0.1 to 0.3, and a score
    should then be near 0; negative cosines are 0. Models of the E5 family give every
    pair a cosine of 0.7: a model that is loaded is asked about sentences that have
    nothing to do with each other, and their mean cosine scores 0.

    The model is loaded on first use, once per process; nothing is downloaded unless
    `model` is a hub name.

    Attributes:
        model: A folder with `model.onnx` and `tokenizer.json`, run by onnxruntime
            without torch (extra `onnx-models`); or any model that
            sentence-transformers loads, by folder or hub name, for example
            "intfloat/multilingual-e5-small"; or a function from a list of n texts to
            an array of shape (n, d). None raises on use.
        device: "cpu", "cuda", ...; None is the CPU for ONNX, and lets
            sentence-transformers choose. A function ignores it.
        batch_size: Sentences per forward pass, at least 1.
        threads: Processor threads of an ONNX model, at least 1.
        min_score: The floor below which `SemanticCompressor` drops a sentence. A
            function whose cosines are all high needs a higher one, given to
            `SemanticCompressor`.
    """

    model: str | Path | Encode | None = None
    _: KW_ONLY
    device: str | None = None
    batch_size: int = 32
    threads: int = 1

    # Source: measured on all-MiniLM-L6-v2, docs/documents.md "Floors".
    min_score: ClassVar[float] = 0.1

    def __post_init__(self) -> None:
        check_options(self.model, self.batch_size, self.threads)

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one score in [0, 1] per sentence, same order; [] for none.

        Raises:
            ImportError: If sentence-transformers is needed and not installed.
            ScorerError: If there is no such model, or its vectors are unusable.
        """
        if not sentences:
            return []
        if self.model is None:
            raise ScorerError(
                "no embedding model ships with Headroom; pass "
                'scorer=EmbeddingScorer("FOLDER or hub name"), for example '
                '"sentence-transformers/all-MiniLM-L6-v2", or scorer="bm25"'
            )
        if callable(self.model):
            vectors, zero = self.model([query, *sentences]), 0.0
        else:
            model = loaded(self.model, "SentenceTransformer", self.device, self.threads)
            vectors = _vectors(model, query, sentences, self.batch_size)
            zero = _zero(model)
        cosines = _cosines(_rows(vectors, len(sentences) + 1))
        # In [0, 1]; 0 at `zero` and below.
        return [
            min(1.0, max(0.0, (cosine - zero) / (1 - zero))) ** 2 for cosine in cosines
        ]


def _vectors(model: Any, query: str, sentences: Sequence[str], batch_size: int) -> Any:
    """Return the vector of the query by a loaded model, then one per sentence."""
    if isinstance(model, OnnxModel):
        return model.vectors(query, sentences, batch_size)
    with using:
        asked = model.encode_query([query], show_progress_bar=False)
        found = model.encode_document(
            list(sentences), batch_size=batch_size, show_progress_bar=False
        )
    return [*asked, *found]


# A question, and sentences that have nothing to do with it.
_UNRELATED = (
    "When does the night train to Lisbon leave?",
    [
        "The recipe needs two eggs and a spoon of flour.",
        "Interest on the loan is paid every quarter.",
        "The function returns a list of integers.",
        "Penguins breed on the rocky islands of the south.",
    ],
)


# As many as there are loaded models.
@lru_cache(maxsize=4)
def _zero(model: Any) -> float:
    """Return the cosine that a model gives to a question and what is unrelated.

    About 0 for most models, 0.7 to 0.8 for those of the E5 family.
    """
    cosines = _cosines(_rows(_vectors(model, *_UNRELATED, 4), 5))
    # A model that gives all texts the same vector tells nothing apart.
    return min(0.99, max(0.0, sum(cosines) / len(cosines)))


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


def _cosines(vectors: list[list[float]]) -> list[float]:
    """Return every further vector's cosine with the first one."""
    query, *rest = ([x / (math.hypot(*v) or 1.0) for x in v] for v in vectors)
    return [sum(map(operator.mul, query, vector)) for vector in rest]
