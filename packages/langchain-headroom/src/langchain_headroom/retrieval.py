"""The tool by which a LangChain agent asks for what a cap has hidden."""

from typing import Any

from langchain_core.tools import BaseTool, StructuredTool

from headroom import RetrievalTool

__all__ = ["retrieval_tool"]


def retrieval_tool(store: Any, **options: Any) -> BaseTool:
    """Return the tool `headroom_retrieve`, for the tools of an agent.

    Its answers are not compressed by `wrap_tool`, the middlewares or `Headroom.wrap`.

    Args:
        store: The store that the compressor was given.
        **options: As `headroom.RetrievalTool` takes them: max_tokens, scorer,
            count_tokens.

    Raises:
        TypeError: For a store without `put` and `get`.
    """
    inner = RetrievalTool(store, **options)
    return StructuredTool.from_function(
        func=inner.retrieve,
        name=inner.name,
        description=inner.description,
        args_schema=inner.parameters,
    )
