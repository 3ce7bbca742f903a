"""A LlamaIndex embedding model as a scorer of sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.settings import Settings

from headroom.scorers import EmbeddingScorer

__all__ = ["EmbedModelScorer"]


@dataclass(frozen=True, eq=False)
class EmbedModelScorer:
    """Scores sentences by the embedding model that the index uses already.

    The score is the square of the cosine, as of `headroom.scorers.EmbeddingScorer`.

    Attributes:
        embed_model: The model; None takes `Settings.embed_model` at each call.
        min_score: The floor below which SemanticCompressor drops a sentence; models
            that give every pair a cosine of 0.7 (e5, ada-002) need a higher
            `SemanticCompressor(min_score=...)`.
    """

    embed_model: BaseEmbedding | None = None

    min_score: ClassVar[float] = EmbeddingScorer.min_score

    def __post_init__(self) -> None:
        model = self.embed_model
        if model is not None and not isinstance(model, BaseEmbedding):
            raise TypeError(
                f"embed_model={model!r:.100}; pass a LlamaIndex embedding model, "
                "or None"
            )

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one score in [0, 1] per sentence, same order; [] for none.

        Raises:
            ScorerError: The model's vectors are unusable.
        """
        if not sentences:
            return []
        model = self.embed_model or Settings.embed_model

        def encode(texts: list[str]) -> list[list[float]]:
            asked, *rest = texts
            return [
                model.get_query_embedding(asked),
                *model.get_text_embedding_batch(rest),
            ]

        return EmbeddingScorer(encode).score(query, sentences)
