"""The tool by which a LlamaIndex agent asks for what a cap has hidden."""

from typing import Any

from llama_index.core.tools import FunctionTool

from headroom import RetrievalTool

__all__ = ["retrieval_tool"]


def retrieval_tool(store: Any, **options: Any) -> FunctionTool:
    """Return the tool `headroom_retrieve`, for the tools of an agent.

    Its answers are not compressed by `compress_tool` or `Headroom.wrap`.

    Args:
        store: The store that the compressor was given.
        **options: As `headroom.RetrievalTool` takes them: max_tokens, scorer,
            count_tokens.

    Raises:
        TypeError: For a store without `put` and `get`.
    """
    inner = RetrievalTool(store, **options)
    return FunctionTool.from_defaults(
        inner.retrieve, name=inner.name, description=inner.description
    )
