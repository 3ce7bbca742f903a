"""`llama_index_headroom`'s memories, where LlamaIndex users look for them."""

from llama_index_headroom.memory import HeadroomChatMemoryBuffer, HeadroomMemoryBlock

__all__ = ["HeadroomChatMemoryBuffer", "HeadroomMemoryBlock"]
