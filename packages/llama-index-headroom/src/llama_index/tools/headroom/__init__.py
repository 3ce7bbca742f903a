"""`llama_index_headroom`'s tools, where LlamaIndex users look for them."""

from llama_index_headroom.retrieval import retrieval_tool
from llama_index_headroom.tools import (
    compress_output,
    compress_tool,
    compress_tools,
    headroom_callback,
)

__all__ = [
    "compress_output",
    "compress_tool",
    "compress_tools",
    "headroom_callback",
    "retrieval_tool",
]
