"""HeadroomDocumentCompressor: what LangChain's retrievers get from it."""

import asyncio
import pickle
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_classic.retrievers.document_compressors import (
    DocumentCompressorPipeline,
)
from langchain_core.cross_encoders import BaseCrossEncoder
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import RetrieversIntegrationTests
from langchain_text_splitters import CharacterTextSplitter
from pydantic import Field

from headroom import RAGContext, ScorerError, SemanticCompressor
from langchain_headroom import HeadroomDocumentCompressor

BM25 = SemanticCompressor(0.6, scorer="bm25")
QUERY = "Which river flows through Rome?"
DOCUMENTS = [
    Document(
        "Rome was founded in 753 BC. The river Tiber flows through Rome. It rains.",
        id="rome",
        metadata={"source": "a.txt", "page": 3},
    ),
    Document("Penguins eat fish. Ice is cold.", id="ice", metadata={"source": "b"}),
    Document(
        "Which way? The river flows through Rome to the sea. Its banks flood.",
        id="tiber",
    ),
]


class Foundings(BaseCrossEncoder):
    """Scores a pair by whether the text tells when something was founded."""

    def score(self, text_pairs):
        return [float("founded" in text) for _, text in text_pairs]


class OnlyAwaited(Embeddings):
    """Embeddings of a client that is async only."""

    def __init__(self, inner):
        self.inner = inner

    def embed_documents(self, texts):
        raise AssertionError("blocked the event loop's client")

    embed_query = embed_documents

    async def aembed_documents(self, texts):
        await asyncio.sleep(0)
        return self.inner.embed_documents(texts)

    async def aembed_query(self, text):
        await asyncio.sleep(0)
        return self.inner.embed_query(text)


def texts(documents):
    return [document.page_content for document in documents]


def pruned(documents=DOCUMENTS, query=QUERY, **options):
    options.setdefault("compressor", BM25)
    return HeadroomDocumentCompressor(**options).compress_documents(documents, query)


document_lists = st.lists(
    st.builds(
        Document,
        page_content=st.text(max_size=80)
        | st.sampled_from(["Rome is big. It rains.", "The river is long."]),
        id=st.none() | st.text(min_size=1, max_size=4),
        metadata=st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    ),
    max_size=5,
)


class TestLaws:
    @given(document_lists, st.sampled_from([QUERY, "rain", "", "?"]))
    def test_sentences_are_verbatim_and_documents_keep_what_they_are(self, docs, query):
        before = deepcopy(docs)
        out = pruned(docs, query)
        assert docs == before
        assert texts(out) == BM25.compress(RAGContext(query, texts(docs)))
        sources = iter(docs)
        for document in out:
            spans = document.metadata["headroom"]["spans"]
            source = next(
                s
                for s in sources
                if s.id == document.id
                and {k: v for k, v in document.metadata.items() if k != "headroom"}
                == s.metadata
                and all(s.page_content[a:b] in document.page_content for a, b in spans)
            )
            assert type(document) is type(source)

    @given(document_lists)
    def test_async_returns_the_same(self, docs):
        compressor = HeadroomDocumentCompressor(compressor=BM25)
        awaited = asyncio.run(compressor.acompress_documents(docs, QUERY))
        assert awaited == compressor.compress_documents(docs, QUERY)

    def test_no_documents_are_no_documents(self):
        assert pruned([]) == []


class TestDocuments:
    def test_irrelevant_documents_go_and_the_rest_keep_their_order(self):
        out = pruned()
        assert [document.id for document in out] == ["rome", "tiber"]
        assert "The river Tiber flows through Rome." in out[0].page_content
        assert "It rains." not in out[0].page_content
        assert out[0].metadata["source"] == "a.txt"

    def test_metadata_tells_score_and_spans_as_json_types(self):
        mark = pruned()[0].metadata["headroom"]
        assert set(mark) == {"score", "spans"}
        assert 0 < mark["score"] <= 1
        start, end = mark["spans"][-1]
        assert DOCUMENTS[0].page_content[start:end] in pruned()[0].page_content

    def test_metadata_can_be_left_alone(self):
        out = pruned(add_metadata=False)
        assert out[0].metadata == {"source": "a.txt", "page": 3}

    def test_where_none_is_relevant_there_is_none_or_all(self):
        openings = pruned(query="zebra crossing")
        assert all(
            kept.page_content in source.page_content
            for kept, source in zip(openings, DOCUMENTS, strict=True)
        )
        assert {kept.metadata["headroom"]["score"] for kept in openings} == {0.0}
        floored = SemanticCompressor(0.4, scorer="bm25", min_score=0.1)
        assert pruned(query="zebra crossing", compressor=floored) == []
        assert pruned(query="zebra crossing", base_if_none=True) == DOCUMENTS
        assert pruned(base_if_none=True) == pruned()

    def test_the_start_index_of_a_splitter_is_that_of_what_is_kept(self):
        text = "Soup is hot. The river Tiber flows through Rome. It rains."
        whole = f"Menu of the day. {text}"
        source = Document(page_content=text, metadata={"start_index": 17})
        (kept,) = pruned([source], query="Which river flows through Rome?")
        start = kept.metadata["start_index"]
        assert kept.page_content == "The river Tiber flows through Rome."
        assert whole[start:].startswith(kept.page_content)
        assert source.metadata == {"start_index": 17}

    def test_the_vector_of_the_text_before_does_not_stay(self):
        class WithState(Document):  # as langchain-community's embeddings filters
            state: dict = Field(default_factory=dict)

        text = "The river Tiber flows through Rome. Soup is hot."
        state = {"embedded_doc": [0.1, 0.9], "query_similarity_score": 0.8}
        source = WithState(page_content=text, state=state)
        (kept,) = pruned([source], query="Which river flows through Rome?")
        assert kept.state == {"query_similarity_score": 0.8}
        assert source.state == state
        everything = SemanticCompressor(1.0, scorer="bm25", min_score=0.0)
        (whole,) = pruned([source], compressor=everything)
        assert (whole.page_content, whole.state) == (text, state)

    def test_a_subclass_of_document_stays_one(self):
        class Rated(Document):
            stars: int = 0

        rated = Rated(page_content=DOCUMENTS[0].page_content, stars=4)
        assert pruned([rated])[0].stars == 4

    def test_an_unknown_option_is_an_error(self):
        with pytest.raises(ValueError, match=r"takes no ratio; .*compressor=Semantic"):
            HeadroomDocumentCompressor(ratio=0.4)


class TestScorers:
    def test_embeddings_score(self, embeddings):
        out = pruned(scorer=embeddings)
        assert "The river Tiber flows through Rome." in out[0].page_content
        assert "ice" not in [document.id for document in out]

    def test_a_cross_encoder_scores(self):
        out = pruned(scorer=Foundings())
        assert [document.id for document in out] == ["rome"]

    def test_a_cross_encoder_in_the_compressor_scores(self):
        compressor = SemanticCompressor(0.5, scorer=Foundings())
        assert pruned(compressor=compressor) == pruned(scorer=Foundings())

    def test_any_scorer_scores(self):
        class Shortest:
            def score(self, query, sentences):
                return [1 / len(sentence) for sentence in sentences]

        assert "It rains." in pruned(scorer=Shortest())[0].page_content

    @pytest.mark.parametrize("scorer", ["bm25", 3, WordCount := dict])
    def test_what_cannot_score_says_what_can(self, scorer):
        with pytest.raises(ValueError, match="Embeddings"):
            HeadroomDocumentCompressor(scorer=scorer)

    def test_a_failing_scorer_is_not_hidden(self):
        class Broken:
            def score(self, query, sentences):
                raise OSError("no model")

        with pytest.raises(ScorerError, match="no model"):
            pruned(scorer=Broken())

    def test_async_embeddings_are_awaited(self, embeddings):
        compressor = HeadroomDocumentCompressor(
            compressor=BM25, scorer=OnlyAwaited(embeddings)
        )

        async def many():
            return await asyncio.gather(
                *(compressor.acompress_documents(DOCUMENTS, QUERY) for _ in range(12))
            )

        expected = pruned(scorer=embeddings)
        assert all(out == expected for out in asyncio.run(many()))

    def test_a_query_without_words_asks_no_embeddings(self, embeddings):
        compressor = HeadroomDocumentCompressor(
            compressor=BM25, scorer=OnlyAwaited(embeddings)
        )
        out = asyncio.run(compressor.acompress_documents(DOCUMENTS, "?"))
        assert out == compressor.compress_documents(DOCUMENTS, "?")


def test_a_compressor_without_its_name_says_how_to_pass_it():
    with pytest.raises(TypeError, match=r"HeadroomDocumentCompressor\(compressor="):
        HeadroomDocumentCompressor(BM25)


class TestInLangChain:
    def store(self):
        store = InMemoryVectorStore(DeterministicFakeEmbedding(size=16))
        store.add_documents(DOCUMENTS)
        return store

    def test_contextual_compression_retriever(self):
        retriever = ContextualCompressionRetriever(
            base_compressor=HeadroomDocumentCompressor(compressor=BM25),
            base_retriever=self.store().as_retriever(),
        )
        found = retriever.invoke(QUERY)
        assert {document.id for document in found} == {"rome", "tiber"}
        assert asyncio.run(retriever.ainvoke(QUERY)) == found

    def test_a_runnable_as_base_retriever_and_nothing_found(self):
        retriever = ContextualCompressionRetriever(
            base_compressor=HeadroomDocumentCompressor(compressor=BM25),
            base_retriever=RunnableLambda(lambda query: []),
        )
        assert retriever.invoke(QUERY) == []

    def test_document_compressor_pipeline(self):
        pipeline = DocumentCompressorPipeline(
            transformers=[
                CharacterTextSplitter(separator=". ", chunk_size=40, chunk_overlap=0),
                HeadroomDocumentCompressor(compressor=BM25),
            ]
        )
        out = pipeline.compress_documents(DOCUMENTS, QUERY, callbacks=[])
        assert out
        assert out == asyncio.run(pipeline.acompress_documents(DOCUMENTS, QUERY))

    def test_it_is_pickled_and_copied(self):
        compressor = HeadroomDocumentCompressor(compressor=BM25, scorer=Foundings())
        for twin in (
            pickle.loads(pickle.dumps(compressor)),
            compressor.model_copy(),
            compressor.model_copy(deep=True),
        ):
            assert twin.compress_documents(DOCUMENTS, QUERY) == (
                compressor.compress_documents(DOCUMENTS, QUERY)
            )

    def test_it_dumps_like_its_siblings(self):
        dumped = HeadroomDocumentCompressor(compressor=BM25).model_dump()
        assert set(dumped) == {
            "compressor",
            "scorer",
            "add_metadata",
            "base_if_none",
        }

    def test_the_default_compressor_needs_no_model_until_it_is_used(self):
        compressor = HeadroomDocumentCompressor()
        assert compressor.compressor.scorer == "cross-encoder"
        assert compressor.compress_documents([], QUERY) == []


class _Compressing(BaseRetriever):
    """A retriever with k, as LangChain's standard tests want it."""

    k: int = 3

    def _get_relevant_documents(self, query, *, run_manager, k=None):
        documents = [
            Document(f"Fact {i}. River {i} is {i} km long. Blank.") for i in range(10)
        ]
        chosen = documents[: k or self.k]
        compressor = HeadroomDocumentCompressor(compressor=BM25)
        retriever = ContextualCompressionRetriever(
            base_compressor=compressor,
            base_retriever=RunnableLambda(lambda _: chosen),
        )
        return retriever.invoke(query)


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore:The test .* is marked with '@pytest.mark.asyncio'")
class TestStandardRetriever(RetrieversIntegrationTests):
    @property
    def retriever_constructor(self):
        return _Compressing

    @property
    def retriever_constructor_params(self):
        return {"k": 3}

    @property
    def retriever_query_example(self):
        return "How long is the river?"
