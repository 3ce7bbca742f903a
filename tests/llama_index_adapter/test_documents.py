"""HeadroomPostprocessor: nodes in, nodes out, only their texts shorter."""

import asyncio
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core import Document, MockEmbedding, Settings, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import (
    BaseNode,
    ImageNode,
    IndexNode,
    MediaResource,
    MetadataMode,
    Node,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.event_handlers import BaseEventHandler
from llama_index_instrumentation.span_handlers import SimpleSpanHandler

from headroom import RAGContext, ScorerError, SemanticCompressor
from llama_index_headroom import (
    CompressionEvent,
    EmbedModelScorer,
    HeadroomPostprocessor,
)
from llama_index_headroom.tokens import count_tokens

QUERY = "When does the ferry to Hydra leave?"
FERRY = "The ferry to Hydra leaves at nine."
CATS = "Cats rule the harbour. They sleep on nets."
TEXT = f"{CATS} {FERRY} Bring a hat."


def bm25(ratio=0.5, **options):
    return SemanticCompressor(ratio, scorer="bm25", **options)


def postprocessor(ratio=0.5, metadata_key=None, **options):
    return HeadroomPostprocessor(
        compressor=bm25(ratio, **options), metadata_key=metadata_key
    )


def scored(*nodes):
    return [
        NodeWithScore(node=node, score=1 - at / 10) for at, node in enumerate(nodes)
    ]


def text_of(each):
    return each.node.get_content(MetadataMode.NONE)


def rich_node(cls=TextNode, **fields):
    return cls(
        id_="n1",
        metadata={"page": 3},
        excluded_llm_metadata_keys=["page"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id="doc")},
        embedding=[0.1, 0.2],
        **fields,
    )


words = st.sampled_from(["ferry", "Hydra", "leaves", "cats", "sleep", "at", "nine"])
sentences = st.lists(words, min_size=1, max_size=8).map(
    lambda ws: " ".join(ws).capitalize() + "."
)
texts = st.lists(sentences, max_size=5).map(" ".join)
kinds = st.sampled_from([TextNode, Document, ImageNode])


@st.composite
def retrieved(draw):
    nodes = []
    for at in range(draw(st.integers(0, 6))):
        fields = {"metadata": {"page": at}} if draw(st.booleans()) else {}
        kind = draw(kinds)
        nodes.append(kind(id_=f"n{at}", text=draw(texts), **fields))
    return scored(*nodes)


class TestLaws:
    @given(retrieved(), texts, st.floats(0.05, 1))
    def test_ids_scores_order_and_input_stay(self, nodes, query, ratio):
        before = [each.model_dump() for each in nodes]
        after = postprocessor(ratio).postprocess_nodes(nodes, query_str=query)
        assert [each.model_dump() for each in nodes] == before
        places = {each.node_id: at for at, each in enumerate(nodes)}
        kept = [places[each.node_id] for each in after]
        assert kept == sorted(set(kept))
        for at, each in zip(kept, after, strict=True):
            assert each.score == nodes[at].score
            assert each.metadata == nodes[at].metadata
            assert type(each.node) is type(nodes[at].node)

    @given(retrieved(), texts, st.floats(0.05, 1))
    def test_texts_are_those_of_the_compressor(self, nodes, query, ratio):
        after = postprocessor(ratio).postprocess_nodes(nodes, query_str=query)
        if not query.strip():
            assert after is nodes
            return
        documents = [text for each in nodes if (text := text_of(each))]
        compressor = bm25(ratio, count_tokens=count_tokens)
        expected = compressor.compress(RAGContext(query, documents))
        found = [text for each in after if (text := text_of(each))]
        assert found == expected

    @given(retrieved(), texts)
    def test_never_more_tokens(self, nodes, query):
        after = postprocessor(1.0).postprocess_nodes(nodes, query_str=query)

        def tokens(each_of):
            return sum(count_tokens(text_of(each)) for each in each_of)

        assert tokens(after) <= tokens(nodes)

    @settings(max_examples=settings().max_examples // 2)
    @given(retrieved(), texts.filter(str.strip), st.integers(0, 80))
    def test_max_tokens_counts_the_metadata_beside_the_text(self, nodes, query, limit):
        after = postprocessor(1.0, max_tokens=limit).postprocess_nodes(
            nodes, query_str=query
        )
        shown = [each.get_content(MetadataMode.LLM) for each in after if text_of(each)]
        assert sum(map(count_tokens, shown)) <= limit + len(shown)


class TestNodes:
    def test_unneeded_sentences_go_and_the_rest_of_the_node_stays(self):
        node = rich_node(text=TEXT, start_char_idx=7, end_char_idx=90)
        (before,) = nodes = scored(node)
        (after,) = postprocessor().postprocess_nodes(nodes, query_str=QUERY)
        assert after.node.text == FERRY
        assert before.node.text == TEXT
        assert after.score == 1
        assert after.node.id_ == "n1"
        assert after.node.relationships == node.relationships
        assert after.node.metadata == {"page": 3}
        assert after.node.embedding is after.node.start_char_idx is None
        assert after.node.end_char_idx is None
        assert node.embedding == [0.1, 0.2]
        after.node.metadata["page"] = 4
        after.node.relationships.clear()
        assert node.metadata == {"page": 3}
        assert node.relationships

    def test_an_unchanged_node_is_the_very_object(self):
        nodes = scored(TextNode(text=FERRY))
        (after,) = postprocessor(1.0).postprocess_nodes(nodes, query_str=QUERY)
        assert after is nodes[0]

    def test_a_node_of_which_nothing_is_needed_goes(self):
        nodes = scored(TextNode(text=CATS), TextNode(text=FERRY))
        after = postprocessor(1.0).postprocess_nodes(nodes, query_str=QUERY)
        assert [each.node_id for each in after] == [nodes[1].node_id]

    def test_sentences_of_all_nodes_are_weighed_together(self):
        nodes = scored(TextNode(text=f"{FERRY} It is blue."), TextNode(text=CATS))
        after = postprocessor(0.5).postprocess_nodes(nodes, query_str=QUERY)
        assert [text_of(each) for each in after] == [FERRY]

    def test_documents_keep_their_mimetype(self):
        resource = MediaResource(text=TEXT, mimetype="text/markdown")
        node = rich_node(Document, text_resource=resource)
        (after,) = postprocessor().postprocess_nodes(scored(node), query_str=QUERY)
        assert isinstance(after.node, Document)
        assert after.node.text == FERRY
        assert after.node.text_resource.mimetype == "text/markdown"
        assert node.text == TEXT

    def test_index_nodes_keep_what_they_point_to(self):
        target = TextNode(text="target")
        node = rich_node(IndexNode, text=TEXT, index_id="i", obj=target)
        (after,) = postprocessor().postprocess_nodes(scored(node), query_str=QUERY)
        assert after.node.text == FERRY
        assert after.node.obj is target
        assert after.node.index_id == "i"

    def test_a_picture_stays_when_its_caption_goes(self):
        picture = ImageNode(text=CATS, image_url="https://example.org/a.png")
        film = Node(
            text_resource=MediaResource(text=CATS),
            video_resource=MediaResource(url="https://example.org/a.mp4"),
        )
        nodes = scored(picture, TextNode(text=FERRY), film)
        after = postprocessor(1.0).postprocess_nodes(nodes, query_str=QUERY)
        assert [text_of(each) for each in after] == ["", FERRY, ""]
        assert after[0].node.image_url == "https://example.org/a.png"
        assert after[2].node.video_resource is film.video_resource

    def test_nodes_without_text_pass_through(self):
        class Sound(BaseNode):
            @classmethod
            def get_type(cls):
                return "sound"

            def get_content(self, metadata_mode=MetadataMode.ALL):
                raise NotImplementedError

            def get_content_blocks(self, metadata_mode=MetadataMode.ALL):
                raise NotImplementedError

            def get_metadata_str(self, mode=MetadataMode.ALL):
                return ""

            def set_content(self, value):
                raise NotImplementedError

            @property
            def hash(self):
                return "sound"

        nodes = scored(
            Sound(),
            TextNode(text=""),
            Node(image_resource=MediaResource(url="https://example.org/a.png")),
            TextNode(text=TEXT),
        )
        after = postprocessor().postprocess_nodes(nodes, query_str=QUERY)
        assert all(a is b for a, b in zip(after[:3], nodes, strict=False))
        assert after[3].node.text == FERRY

    @pytest.mark.parametrize("query", [None, QueryBundle(""), QueryBundle("  ")])
    def test_without_a_query_nodes_come_back_as_they_are(self, query):
        nodes = scored(TextNode(text=TEXT))
        assert postprocessor().postprocess_nodes(nodes, query) is nodes

    def test_no_nodes_give_no_nodes(self):
        assert postprocessor().postprocess_nodes([], query_str=QUERY) == []

    def test_where_nothing_is_relevant_the_nodes_come_back_if_asked_for(self):
        nodes = scored(TextNode(text="Soup is hot. It is served at noon."))
        openings = postprocessor(0.5).postprocess_nodes(nodes, query_str="zebras")
        assert [text_of(each) for each in openings] == ["Soup is hot."]
        floored = postprocessor(0.5, min_score=0.1)
        assert floored.postprocess_nodes(nodes, query_str="zebras") == []
        base = HeadroomPostprocessor(compressor=bm25(min_score=0.1), base_if_none=True)
        assert base.postprocess_nodes(nodes, query_str="zebras") == nodes

    def test_query_and_bundle_together_raise(self):
        with pytest.raises(ValueError, match="both query_str and query_bundle"):
            postprocessor().postprocess_nodes([], QueryBundle(QUERY), QUERY)

    def test_async_returns_the_same(self):
        nodes = scored(TextNode(id_="a", text=TEXT))
        after = asyncio.run(postprocessor().apostprocess_nodes(nodes, query_str=QUERY))
        assert after == postprocessor().postprocess_nodes(nodes, query_str=QUERY)

    def test_what_became_of_a_node_is_told_and_hidden_from_models(self):
        node = rich_node(text=TEXT)
        nodes = scored(node, TextNode(text="Another ferry to Hydra leaves at ten."))
        after, same = postprocessor(1.0, "headroom").postprocess_nodes(
            nodes, query_str=QUERY
        )
        told = after.metadata["headroom"]
        assert told["tokens_before"] == count_tokens(TEXT)
        assert told["tokens_after"] == count_tokens(after.node.text)
        assert 0 < told["score"] <= 1
        assert "".join(TEXT[a:b] for a, b in told["spans"]) == after.node.text
        for mode in (MetadataMode.LLM, MetadataMode.EMBED):
            assert "headroom" not in after.get_content(mode)
        assert same is nodes[1]
        assert "headroom" not in node.metadata
        assert node.excluded_llm_metadata_keys == ["page"]

    def test_metadata_takes_its_share_of_max_tokens(self):
        metadata = {"summary": " ".join(["word"] * 60)}
        nodes = scored(*(TextNode(text=TEXT, metadata=metadata) for _ in range(3)))
        nodes[1].node.text = f"{TEXT} Boats wait."
        for limit, most in ((20, 0), (90, 1), (400, 3)):
            after = postprocessor(1.0, max_tokens=limit).postprocess_nodes(
                nodes, query_str=QUERY
            )
            shown = sum(count_tokens(n.get_content(MetadataMode.LLM)) for n in after)
            assert shown <= limit
            assert len(after) <= most
        assert FERRY in after[0].node.text


class Counted(BaseEmbedding):
    """Two dimensions: how often a text says ferry, and how long it is."""

    calls: list = []

    def _get_text_embedding(self, text):
        self.calls.append(text)
        return [10.0 * text.lower().count("ferry"), 1.0]

    _get_query_embedding = _get_text_embedding

    async def _aget_query_embedding(self, query):
        return self._get_query_embedding(query)


class TestScorers:
    def test_what_is_no_embedding_model_is_refused_at_once(self):
        with pytest.raises(TypeError, match="embed_model='bge'; pass a LlamaIndex"):
            EmbedModelScorer("bge")

    def test_an_embedding_model_of_llama_index_scores(self):
        compressor = SemanticCompressor(0.5, scorer=EmbedModelScorer(Counted()))
        nodes = scored(TextNode(text=TEXT))
        (after,) = HeadroomPostprocessor(compressor=compressor).postprocess_nodes(
            nodes, query_str=QUERY
        )
        assert after.node.text == FERRY

    def test_it_is_that_of_settings_at_the_time_of_the_call(self):
        scorer, before = EmbedModelScorer(), Settings._embed_model
        try:
            Settings.embed_model = Counted()
            near, far = scorer.score("ferry", ["a ferry", "a cat"])
        finally:
            Settings._embed_model = before
        assert near == pytest.approx(1)
        assert far < scorer.min_score
        assert scorer.score("ferry", []) == []

    def test_vectors_that_make_no_sense_raise(self):
        class Broken(Counted):
            def _get_text_embedding(self, text):
                return [float("nan"), 1.0]

        with pytest.raises(ScorerError, match="NaN"):
            EmbedModelScorer(Broken()).score("q", ["a"])

    def test_any_object_with_score_serves(self):
        class Longest:
            def score(self, query, sentences):
                return [len(s) for s in sentences]

        compressor = SemanticCompressor(0.5, scorer=Longest())
        (after,) = HeadroomPostprocessor(compressor=compressor).postprocess_nodes(
            scored(TextNode(text=TEXT)), query_str=QUERY
        )
        assert after.node.text == FERRY

    def test_tokens_are_counted_by_llama_index_unless_said_otherwise(self):
        seen = []

        def count(text):
            seen.append(text)
            return len(text.split())

        nodes = scored(TextNode(text=TEXT))
        postprocessor(count_tokens=count).postprocess_nodes(nodes, query_str=QUERY)
        assert TEXT in seen
        assert HeadroomPostprocessor().compressor.count_tokens is count_tokens


class TestComponent:
    def test_a_compressor_without_its_name_says_how_to_pass_it(self):
        with pytest.raises(TypeError, match=r"HeadroomPostprocessor\(compressor="):
            HeadroomPostprocessor(SemanticCompressor(scorer="bm25"))

    def test_the_compressors_options_are_not_its_own(self):
        # They were ignored, and the defaults ran.
        with pytest.raises(
            ValueError, match=r"takes no target_ratio, scorer; .*compressor=Semantic"
        ):
            HeadroomPostprocessor(target_ratio=0.1, scorer="bm25")

    def test_its_dict_is_what_it_takes(self):
        data = postprocessor(0.3, "headroom").to_dict()
        assert HeadroomPostprocessor(**data).metadata_key == "headroom"
        assert HeadroomPostprocessor.model_validate(data).metadata_key == "headroom"

    def test_dict_leaves_the_compressor_to_the_caller(self):
        one = postprocessor(0.3, "headroom")
        data = one.to_dict()
        assert data["class_name"] == "HeadroomPostprocessor"
        assert "compressor" not in data
        two = HeadroomPostprocessor.from_dict(data, compressor=one.compressor)
        assert two.compressor is one.compressor
        assert two.metadata_key == "headroom"
        three = HeadroomPostprocessor.from_dict(data)
        assert three.compressor.target_ratio == 0.5

    def test_pickle_keeps_it(self):
        one = postprocessor(0.3, "headroom")
        two = pickle.loads(pickle.dumps(one))
        assert two.compressor.target_ratio == 0.3
        nodes = scored(TextNode(id_="a", text=TEXT))
        assert two.postprocess_nodes(nodes, query_str=QUERY) == one.postprocess_nodes(
            nodes, query_str=QUERY
        )

    def test_it_is_a_postprocessor(self):
        assert isinstance(postprocessor(), BaseNodePostprocessor)
        assert HeadroomPostprocessor.class_name() == "HeadroomPostprocessor"

    def test_it_tells_the_dispatcher(self):
        events = []

        class Keep(BaseEventHandler):
            def handle(self, event, **kwargs):
                events.append(event)

        spans, root = SimpleSpanHandler(), get_dispatcher()
        root.add_event_handler(Keep())
        root.add_span_handler(spans)
        try:
            nodes = scored(TextNode(text=TEXT), TextNode(text=CATS))
            postprocessor().postprocess_nodes(nodes, query_str=QUERY)
        finally:
            root.event_handlers.pop()
            root.span_handlers.pop()
        (event,) = (e for e in events if isinstance(e, CompressionEvent))
        assert (event.nodes_before, event.nodes_after) == (2, 1)
        assert event.query == QUERY
        assert event.tokens_before == count_tokens(TEXT) + count_tokens(CATS)
        assert event.tokens_after == count_tokens(FERRY)
        assert event.class_name() == "CompressionEvent"
        assert event.span_id in {span.id_ for span in spans.completed_spans}

    def test_a_query_engine_sends_less(self):
        index = VectorStoreIndex.from_documents(
            [Document(text=TEXT)], embed_model=MockEmbedding(embed_dim=4)
        )
        engine = index.as_query_engine(
            llm=MockLLM(), node_postprocessors=[postprocessor()]
        )
        response = engine.query(QUERY)
        assert FERRY in str(response)
        assert CATS not in str(response)
        assert [each.node.text for each in response.source_nodes] == [FERRY]


def test_the_default_compressor_needs_no_set_up():
    nodes = scored(TextNode(text=TEXT), TextNode(text=CATS))
    (after,) = HeadroomPostprocessor().postprocess_nodes(nodes, query_str=QUERY)
    assert FERRY in after.node.text
    assert CATS not in after.node.text
