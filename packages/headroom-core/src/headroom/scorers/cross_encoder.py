"""Cross-encoders: models that read the query and a sentence together."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from headroom.errors import ScorerError
from headroom.scorers.models import OnnxModel, check_options, loaded, using
from headroom.scorers.shipped import logistic, shipped_scores

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["CrossEncoderScorer"]


@dataclass(frozen=True, eq=False)
class CrossEncoderScorer:
    """Scores each sentence by a model that reads it together with the query.

    The model is loaded on first use, once per process, whoever shares it; nothing
    is downloaded unless `model` is a hub name.

    Attributes:
        model: A folder with `model.onnx` and `tokenizer.json`, run by onnxruntime
            without torch (extra `onnx-models`); or any cross-encoder that
            sentence-transformers loads, by folder or hub name, for example
            "BAAI/bge-reranker-v2-m3"; or None for
            the small model that ships with Headroom, which decides together with
            BM25, in any language.
        device: "cpu", "cuda", ...; None is the CPU for ONNX, and for
            sentence-transformers the best device there is. The model that ships
            always runs on the CPU.
        batch_size: Sentences per forward pass of another model than the one that
            ships, at least 1; they are sorted by length first, which saves about
            half of the time (padding).
        threads: Processor threads of an ONNX model, at least 1; scores are the same
            for any number.
        min_score: The floor below which `SemanticCompressor` drops a sentence.
    """

    model: str | Path | None = None
    _: KW_ONLY
    device: str | None = None
    batch_size: int = 32
    threads: int = 1

    # Source: measured with the model that ships, docs/cross-encoder.md.
    min_score: ClassVar[float] = 0.1

    def __post_init__(self) -> None:
        check_options(self.model, self.batch_size, self.threads)

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one relevance in [0, 1] per sentence, same order; [] for none.

        Raises:
            ImportError: If the packages that run the model are not installed.
            ScorerError: If there is no such model, it is no cross-encoder, or the
                files of the model that ships are damaged.
        """
        if not sentences:
            return []
        if self.model is None:
            return shipped_scores(query, sentences, self.threads)
        model = loaded(self.model, "CrossEncoder", self.device, self.threads)
        pairs = [(query, sentence) for sentence in sentences]
        import numpy as np

        if isinstance(model, OnnxModel):
            return _probabilities(np.stack(model.run(pairs, self.batch_size)))
        from torch.nn import Identity

        with using:
            logits = model.predict(
                pairs,
                batch_size=self.batch_size,
                activation_fn=Identity(),
                show_progress_bar=False,
            )
        return _probabilities(logits)


def _probabilities(logits: "npt.NDArray[np.floating[Any]]") -> list[float]:
    """Return the probability of relevance for logits of shape (n,), (n, 1), (n, 2)."""
    found = logits.reshape(len(logits), -1)
    if found.shape[1] > 2:
        raise ScorerError(
            f"the model returns scores of shape {logits.shape}; pass a cross-encoder "
            "with one relevance label (or two: irrelevant, relevant)"
        )
    margins = found[:, -1] - (found[:, 0] if found.shape[1] == 2 else 0)
    scores: list[float] = logistic(margins.astype("float64")).tolist()
    return scores
