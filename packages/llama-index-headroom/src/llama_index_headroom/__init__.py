"""Headroom for LlamaIndex: a postprocessor, chat memories, tools and an agent."""

from llama_index_headroom.agents import HeadroomFunctionAgent
from llama_index_headroom.documents import CompressionEvent, HeadroomPostprocessor
from llama_index_headroom.memory import HeadroomChatMemoryBuffer, HeadroomMemoryBlock
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
]
__version__ = "0.1.0"
