"""Retrieved nodes cut down to the sentences that the query needs.

What differs from `headroom.SemanticCompressor`: nodes go in and come out, with their
ids, scores, relationships and metadata; without a query nothing is done; `max_tokens`
counts the metadata that the model sees beside the text.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self

from llama_index.core.bridge.pydantic import Field, model_validator
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import (
    BaseNode,
    ImageNode,
    MetadataMode,
    Node,
    NodeWithScore,
    QueryBundle,
    TextNode,
)
from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.base import BaseEvent

from headroom import RAGContext, SemanticCompressor
from headroom.arguments import refuse_unknown
from headroom.documents.report import KeptDocument, PrunedDocuments
from llama_index_headroom.tokens import count_tokens

__all__ = ["CompressionEvent", "HeadroomPostprocessor"]

_dispatcher = get_dispatcher(__name__)

# Where metadata would leave less than this share of `max_tokens` to the text, nodes
# go, the least relevant first.
_TEXT_SHARE = 0.5


class CompressionEvent(BaseEvent):
    """Says what a HeadroomPostprocessor saved; sent once for each call.

    Attributes:
        query: What was asked.
        nodes_before: Nodes that came in.
        nodes_after: Nodes that went out.
        tokens_before: Tokens of their texts, without metadata.
        tokens_after: The same afterwards.
    """

    query: str
    nodes_before: int
    nodes_after: int
    tokens_before: int
    tokens_after: int

    @classmethod
    def class_name(cls) -> str:
        """Return the event's name."""
        return "CompressionEvent"


def _default_compressor() -> SemanticCompressor:
    return SemanticCompressor(count_tokens=count_tokens)


class HeadroomPostprocessor(BaseNodePostprocessor):
    """Keeps the sentences of retrieved nodes that the query needs, verbatim.

    Sentences of all nodes are weighed together. Nodes keep their order; one of which
    nothing is kept goes, unless it holds more than text (a picture). Nodes that change
    are copies, the others the very objects that came in.

    Attributes:
        compressor: What decides; where it names no `count_tokens`, LlamaIndex's
            tokenizer counts. Not serialised: `from_dict(data, compressor=...)`.
        metadata_key: Where a changed node tells what became of it: `tokens_before`,
            `tokens_after`, `score`, and `spans`, the `[start, end)` characters of the
            original that are kept. Hidden from models. None tells nothing.
        base_if_none: Whether the nodes come back as they were where none has to do
            with the query. Else their openings come back where the scorer cannot
            tell, and none where it can.
    """

    compressor: SemanticCompressor = Field(
        default_factory=_default_compressor, exclude=True
    )
    metadata_key: str | None = None
    base_if_none: bool = False

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
            "what is kept is the compressor's to say: "
            "compressor=SemanticCompressor(target_ratio=0.5)"
        )
        return refuse_unknown(cls, values, hint, "class_name")

    @classmethod
    def class_name(cls) -> str:
        """Return the name this class is serialised under."""
        return "HeadroomPostprocessor"

    def _postprocess_nodes(
        self,
        nodes: list[NodeWithScore],
        query_bundle: QueryBundle | None = None,
    ) -> list[NodeWithScore]:
        """Return the nodes that are left; `nodes` as they are without a query.

        Raises:
            ScorerError: The scorer fails, or its model is not there.
            ImportError: The scorer needs an extra that is not installed.
        """
        if query_bundle is None or not query_bundle.query_str.strip():
            return nodes
        query = query_bundle.query_str
        texts = {
            at: text for at, each in enumerate(nodes) if (text := _text(each.node))
        }
        if not any(map(str.strip, texts.values())):
            return nodes
        found, places = self._explain(query, nodes, texts)
        if found.skipped and self.base_if_none:
            return nodes
        kept = {places[document.index]: document for document in found.kept}
        result = []
        for at, each in enumerate(nodes):
            if not texts.get(at, "").strip():
                result.append(each)
            elif at in kept:
                result.append(self._pruned(each, texts[at], kept[at]))
            elif _holds_media(each.node):
                nothing = KeptDocument(index=at, text="", spans=(), score=0.0)
                result.append(self._pruned(each, texts[at], nothing))
        count = self._counting().count_tokens or count_tokens
        _dispatcher.event(
            CompressionEvent(
                query=query,
                nodes_before=len(nodes),
                nodes_after=len(result),
                tokens_before=sum(map(count, texts.values())),
                tokens_after=found.tokens_after,
            )
        )
        return result

    def _counting(self) -> SemanticCompressor:
        if self.compressor.count_tokens is not None:
            return self.compressor
        return replace(self.compressor, count_tokens=count_tokens)

    def _explain(
        self, query: str, nodes: Sequence[NodeWithScore], texts: dict[int, str]
    ) -> tuple[PrunedDocuments, list[int]]:
        """Return what is kept, and the place in `nodes` of each document of it."""
        compressor, places = self._counting(), list(texts)

        def explain(limit: int | None) -> PrunedDocuments:
            documents = [texts[at] for at in places]
            chosen = replace(compressor, max_tokens=limit)
            return chosen.explain(RAGContext(query=query, documents=documents))

        limit = compressor.max_tokens
        found = explain(limit)
        if limit is None:
            return found, places
        count = compressor.count_tokens or count_tokens
        beside = {at: _metadata_tokens(nodes[at].node, count) for at in places}
        if not any(beside.values()):
            return found, places
        best = sorted(found.kept, key=lambda document: document.score, reverse=True)
        metadata, chosen = 0, list[int]()
        for document in best:
            at = places[document.index]
            allowed = limit if not chosen else int(limit * _TEXT_SHARE)
            if metadata + beside[at] <= allowed:
                chosen.append(at)
                metadata += beside[at]
        places = sorted(chosen)
        return explain(max(0, limit - metadata)), places

    def _pruned(
        self, each: NodeWithScore, text: str, kept: KeptDocument
    ) -> NodeWithScore:
        """Return a copy of the node with the text that is kept of it."""
        if kept.text == text:
            return each
        node = each.node
        update: dict[str, Any] = {"embedding": None}
        if isinstance(node, TextNode):
            update |= {"text": kept.text, "start_char_idx": None, "end_char_idx": None}
        elif isinstance(node, Node) and node.text_resource is not None:
            resource = {"text": kept.text, "embeddings": None}
            update["text_resource"] = node.text_resource.model_copy(update=resource)
        update |= {
            "metadata": dict(node.metadata),
            "relationships": dict(node.relationships),
            "excluded_llm_metadata_keys": list(node.excluded_llm_metadata_keys),
            "excluded_embed_metadata_keys": list(node.excluded_embed_metadata_keys),
        }
        if self.metadata_key is not None:
            count = self._counting().count_tokens or count_tokens
            update["metadata"][self.metadata_key] = {
                "tokens_before": count(text),
                "tokens_after": count(kept.text),
                "score": kept.score,
                "spans": [list(span) for span in kept.spans],
            }
            for keys in ("excluded_llm_metadata_keys", "excluded_embed_metadata_keys"):
                if self.metadata_key not in update[keys]:
                    update[keys].append(self.metadata_key)
        return NodeWithScore(node=node.model_copy(update=update), score=each.score)


def _text(node: BaseNode) -> str:
    """Return the text of a node without metadata, "" if it is of another kind."""
    if isinstance(node, TextNode | Node):
        return node.get_content(MetadataMode.NONE)
    return ""


def _holds_media(node: BaseNode) -> bool:
    if isinstance(node, ImageNode):
        return bool(node.image or node.image_path or node.image_url)
    resources = ("image_resource", "audio_resource", "video_resource")
    return any(getattr(node, name, None) is not None for name in resources)


def _metadata_tokens(node: BaseNode, count: Callable[[str], int]) -> int:
    """Return the tokens that the model sees of a node beside its text."""
    shown = count(node.get_content(MetadataMode.LLM))
    return max(0, shown - count(node.get_content(MetadataMode.NONE)))
