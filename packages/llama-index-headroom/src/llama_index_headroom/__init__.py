"""Headroom for LlamaIndex: a postprocessor, chat memories, tools and an agent."""

import headroom

# Two unrelated distributions, headroom and headroom-ai, install a package of this
# name. Whichever pip installs last wins without a word.
if getattr(headroom, "__distribution__", None) != "headroom-core":
    _where = getattr(headroom, "__file__", None) or list(headroom.__path__)
    raise ImportError(
        f"{_where} is not headroom-core: another distribution has overwritten or "
        "removed it. Run: pip uninstall -y headroom headroom-ai headroom-core, then "
        "install headroom-core again (from a clone: pip install "
        "./packages/headroom-core)"
    )

from llama_index_headroom.agents import HeadroomFunctionAgent
from llama_index_headroom.documents import CompressionEvent, HeadroomPostprocessor
from llama_index_headroom.memory import HeadroomChatMemoryBuffer, HeadroomMemoryBlock
from llama_index_headroom.retrieval import retrieval_tool
from llama_index_headroom.scorers import EmbedModelScorer
from llama_index_headroom.summarizers import llm_summarizer
from llama_index_headroom.tools import (
    compress_output,
    compress_tool,
    compress_tools,
    headroom_callback,
)

__all__ = [
    "CompressionEvent",
    "EmbedModelScorer",
    "HeadroomChatMemoryBuffer",
    "HeadroomFunctionAgent",
    "HeadroomMemoryBlock",
    "HeadroomPostprocessor",
    "compress_output",
    "compress_tool",
    "compress_tools",
    "headroom_callback",
    "llm_summarizer",
    "retrieval_tool",
]
__version__ = "0.1.0"
