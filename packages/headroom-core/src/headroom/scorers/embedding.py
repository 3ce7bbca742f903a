"""Embeddings: relevance by the angle between the query's vector and a sentence's."""

import importlib.util
import json
import math
import operator
import threading
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from headroom.errors import ScorerError
from headroom.scorers.models import located, missing_extra, must_hold_model
from headroom.scorers.onnx_folder import OnnxFolder, is_onnx_folder

__all__ = ["EmbeddingScorer"]

Encode = Callable[[list[str]], Any]
# From a query and sentences to the query's vector and a row per sentence.
_Vectors = Callable[[str, list[str], int], tuple[Any, Any]]

_loading = threading.Lock()


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
            without torch; or any model that sentence-transformers loads, by folder
            or hub name, for example "intfloat/multilingual-e5-small"; or a function
            from a list of n texts to an array of shape (n, d). None raises on use.
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
        known = self.model is None or isinstance(self.model, str | Path)
        if not known and not callable(self.model):
            raise ScorerError(
                f"model={self.model!r}; pass a folder, a hub name, or a function from "
                "a list of texts to vectors"
            )
        if not isinstance(self.batch_size, int) or self.batch_size < 1:
            raise ScorerError(f"batch_size={self.batch_size!r}; pass 1 or more")
        if not isinstance(self.threads, int) or self.threads < 1:
            raise ScorerError(f"threads={self.threads!r}; pass 1 or more")

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one score in [0, 1] per sentence, same order; [] for none.

        Raises:
            ImportError: If sentence-transformers is needed and not installed.
            ScorerError: If there is no such model, or its vectors are unusable.
        """
        if not sentences:
            return []
        if callable(self.model):
            vectors, zero = self.model([query, *sentences]), 0.0
        else:
            with _loading:
                encode, zero = _loaded(self.model, self.device, self.threads)
            asked, found = encode(query, list(sentences), self.batch_size)
            vectors = [*asked, *found]
        cosines = _cosines(_rows(vectors, len(sentences) + 1))
        return [_squared(cosine, zero) for cosine in cosines]


# Bounded, so that trying many models does not keep them all in memory.
@lru_cache(maxsize=4)
def _loaded(
    model: str | Path | None, device: str | None, threads: int
) -> tuple[_Vectors, float]:
    """Return the function from a query and sentences to vectors, and its zero point."""
    if model is None and importlib.util.find_spec("sentence_transformers"):
        raise ScorerError(
            "no embedding model ships with Headroom; pass "
            'scorer=EmbeddingScorer("FOLDER or hub name"), for example '
            '"sentence-transformers/all-MiniLM-L6-v2", or scorer="bm25"'
        )
    place = None if model is None else located(model)
    folder = Path(place or "")
    if place is not None and folder.is_dir() and is_onnx_folder(folder):
        vectors = _onnx_vectors(folder, device, threads)
    else:
        if place is not None:
            must_hold_model(folder)
        vectors = _torch_vectors(place, device)
    return vectors, _zero(vectors)


def _onnx_vectors(folder: Path, device: str | None, threads: int) -> _Vectors:
    """Load an ONNX folder, with its pooling and prompts if it says them."""
    model = OnnxFolder(folder, device, threads)
    pooling = _json(folder / "1_Pooling" / "config.json")
    first = bool(pooling.get("pooling_mode_cls_token"))
    prompts = _json(folder / "config_sentence_transformers.json").get("prompts", {})
    asked, found = (
        next((prompts[name] for name in names if prompts.get(name)), "")
        for names in (("query",), ("document", "passage"))
    )

    def vectors(query: str, sentences: list[str], batch_size: int) -> tuple[Any, Any]:
        texts = [asked + query, *(found + each for each in sentences)]
        rows = model.run(texts, batch_size)
        # A row per token is pooled; a sentence's vector is what it is.
        pooled = [
            row if row.ndim == 1 else row[0] if first else row.mean(0) for row in rows
        ]
        return pooled[:1], pooled[1:]

    return vectors


def _json(path: Path) -> dict[str, Any]:
    """Return the object in a file, {} if there is none."""
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def _torch_vectors(place: str | None, device: str | None) -> _Vectors:
    """Load a sentence-transformers model."""
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


def _zero(vectors: _Vectors) -> float:
    """Return the cosine that a model gives to a question and what is unrelated.

    About 0 for most models, 0.7 to 0.8 for those of the E5 family.
    """
    asked, found = vectors(*_UNRELATED, 4)
    cosines = _cosines(_rows([*asked, *found], 5))
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


def _squared(cosine: float, zero: float = 0.0) -> float:
    """Return the score of a cosine, in [0, 1]; 0 at `zero` and below."""
    return min(1.0, max(0.0, (cosine - zero) / (1 - zero))) ** 2
