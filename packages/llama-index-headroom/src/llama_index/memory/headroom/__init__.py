"""`llama_index_headroom`'s memories, where LlamaIndex users look for them."""

from llama_index_headroom.memory import HeadroomChatMemoryBuffer, HeadroomMemoryBlock
from llama_index_headroom.summarizers import llm_summarizer

__all__ = ["HeadroomChatMemoryBuffer", "HeadroomMemoryBlock", "llm_summarizer"]
