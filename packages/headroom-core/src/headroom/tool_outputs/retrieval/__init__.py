"""How an agent asks for what a cap has hidden."""

from headroom.tool_outputs.retrieval.parts import retrieve
from headroom.tool_outputs.retrieval.tool import RetrievalTool

__all__ = ["RetrievalTool", "retrieve"]
