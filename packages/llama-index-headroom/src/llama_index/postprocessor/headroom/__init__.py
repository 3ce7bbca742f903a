"""`llama_index_headroom`'s postprocessor, where LlamaIndex users look for it."""

from llama_index_headroom.documents import CompressionEvent, HeadroomPostprocessor
from llama_index_headroom.scorers import EmbedModelScorer

__all__ = ["CompressionEvent", "EmbedModelScorer", "HeadroomPostprocessor"]
