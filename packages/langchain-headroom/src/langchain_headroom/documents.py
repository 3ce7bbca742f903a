"""Retrieved documents cut to the sentences that the query needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.embeddings import Embeddings
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict, Field, InstanceOf, field_validator, model_validator

from headroom.arguments import refuse_unknown
from headroom.documents import SemanticCompressor
from headroom.scorers import EmbeddingScorer, Scorer
from headroom.types import RAGContext

__all__ = ["HeadroomDocumentCompressor"]


class HeadroomDocumentCompressor(BaseDocumentCompressor):
    """Keeps the sentences of retrieved documents that the query needs, verbatim.

    All documents are pruned together; those with nothing to the query go. What stays
    keeps its order, id and metadata; a text splitter's `start_index` moves to the first
    character that is kept.

        retriever = ContextualCompressionRetriever(
            base_compressor=HeadroomDocumentCompressor(
                compressor=SemanticCompressor(0.4, scorer="bm25")
            ),
            base_retriever=store.as_retriever(),
        )

    Attributes:
        compressor: How much stays, and by which scorer.
        scorer: Scores instead of the compressor's own scorer: LangChain `Embeddings`,
            a LangChain cross-encoder, or an object with `score(query, sentences)`.
        add_metadata: Whether each document gets `metadata["headroom"]`: `score`, the
            relevance of its best sentence, and `spans`, the `[start, end)` characters
            of the source that are kept.
        base_if_none: Whether the documents come back as they were where none has
            to do with the query. Else their openings come back where the scorer
            cannot tell, and [] where it can.
    """

    compressor: InstanceOf[SemanticCompressor] = Field(
        default_factory=SemanticCompressor
    )
    scorer: Any = None
    add_metadata: bool = True
    base_if_none: bool = False

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    # Not __init__: pydantic would go through it for every validation, too.
    def __new__(cls, *positional: Any, **_: Any) -> Self:
        """Say how it is called; pydantic's own error does not."""
        if positional:
            raise TypeError(
                f"{cls.__name__} takes its arguments by name: "
                f"{cls.__name__}(compressor=SemanticCompressor(...))"
            )
        return super().__new__(cls)

    @model_validator(mode="before")
    @classmethod
    def _known_arguments(cls, values: Any) -> Any:
        hint = (
            "how much stays is the compressor's to say: "
            "compressor=SemanticCompressor(target_ratio=0.5)"
        )
        return refuse_unknown(cls, values, hint)

    @field_validator("scorer")
    @classmethod
    def _known_scorer(cls, scorer: Any) -> Any:
        known = scorer is None or isinstance(scorer, Embeddings | Scorer)
        if isinstance(scorer, str | type) or not known:
            raise ValueError(
                f"scorer={scorer!r}; pass Embeddings, a cross-encoder, or an object "
                "with score(query, sentences); a scorer by name goes to the compressor:"
                ' SemanticCompressor(scorer="bm25")'
            )
        return scorer

    def compress_documents(
        self,
        documents: Sequence[Document],
        query: str,
        callbacks: Callbacks | None = None,
    ) -> Sequence[Document]:
        """Return the documents cut to what the query needs; [] for none.

        Args:
            documents: The retrieved documents; never changed.
            query: What the user asked.
            callbacks: Not used: no model of LangChain's is run here.

        Raises:
            HeadroomError: If the scorer fails, or its model is not there.
            ImportError: If the scorer needs an extra that is not installed.
        """
        return self._pruned(self._ready, documents, query)

    async def acompress_documents(
        self,
        documents: Sequence[Document],
        query: str,
        callbacks: Callbacks | None = None,
    ) -> Sequence[Document]:
        """Return the same; embeddings are awaited, the rest runs in an executor."""
        compressor = self._ready
        scorer = compressor.scorer
        if isinstance(scorer, EmbeddingScorer) and isinstance(scorer.model, _Vectors):
            # Which sentences there are, is known once the documents are split.
            asked = _Asked()
            splitting = replace(compressor, scorer=asked)
            unscored = await run_in_executor(
                None, self._pruned, splitting, documents, query
            )
            if not asked.sentences:
                return unscored
            model = scorer.model.embeddings
            known = _Known(
                [
                    await model.aembed_query(query),
                    *await model.aembed_documents(asked.sentences),
                ]
            )
            compressor = replace(compressor, scorer=replace(scorer, model=known))
        return await run_in_executor(None, self._pruned, compressor, documents, query)

    def _pruned(
        self,
        compressor: SemanticCompressor,
        documents: Sequence[Document],
        query: str,
    ) -> list[Document]:
        texts = [document.page_content for document in documents]
        account = compressor.explain(RAGContext(query, texts))
        if account.skipped and self.base_if_none:
            return list(documents)
        pruned = []
        for part in account.kept:
            source = documents[part.index]
            update: dict[str, Any] = {"page_content": part.text}
            metadata = dict(source.metadata)
            if part.text != source.page_content:
                update |= _without_vectors(source)
                start = metadata.get("start_index")
                if isinstance(start, int) and start >= 0:
                    metadata["start_index"] = start + part.spans[0][0]
            if self.add_metadata:
                spans = [list(span) for span in part.spans]
                metadata["headroom"] = {"score": float(part.score), "spans": spans}
            update["metadata"] = metadata
            pruned.append(source.model_copy(update=update))
        return pruned

    @property
    def _ready(self) -> SemanticCompressor:
        """The compressor with a scorer that it can ask."""
        scorer = self.compressor.scorer if self.scorer is None else self.scorer
        adapted = _adapted(scorer)
        if adapted is self.compressor.scorer:
            return self.compressor
        return replace(self.compressor, scorer=adapted)


def _without_vectors(document: Document) -> dict[str, Any]:
    """Return the `state` of a document without the embedding of its former text.

    langchain-community's EmbeddingsFilter leaves vectors there for what comes next.
    """
    state = getattr(document, "state", None)
    if not isinstance(state, dict) or "embedded_doc" not in state:
        return {}
    return {"state": {k: v for k, v in state.items() if k != "embedded_doc"}}


def _adapted(scorer: Any) -> Any:
    """Return LangChain's models as scorers, anything else as it is."""
    if isinstance(scorer, Embeddings):
        return EmbeddingScorer(_Vectors(scorer))
    from langchain_core.cross_encoders import BaseCrossEncoder

    if isinstance(scorer, BaseCrossEncoder):
        return _Pairs(scorer)
    return scorer


@dataclass(frozen=True)
class _Vectors:
    """The vectors of a query and its sentences, from LangChain's embeddings."""

    embeddings: Embeddings

    def __call__(self, texts: list[str]) -> list[list[float]]:
        query, *sentences = texts
        found = self.embeddings.embed_documents(sentences)
        return [self.embeddings.embed_query(query), *found]


@dataclass(frozen=True)
class _Known:
    """Vectors that were awaited before."""

    vectors: list[list[float]]

    def __call__(self, texts: list[str]) -> list[list[float]]:
        return self.vectors


@dataclass(frozen=True)
class _Asked:
    """Remembers what it is asked to score."""

    sentences: list[str] = field(default_factory=list)

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        self.sentences.extend(sentences)
        return [0.0] * len(sentences)


@dataclass(frozen=True)
class _Pairs:
    """A LangChain cross-encoder, which scores pairs of texts."""

    model: Any

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        scores = self.model.score([(query, sentence) for sentence in sentences])
        return [float(score) for score in scores]
