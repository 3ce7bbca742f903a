"""The door the users know: the three compressors, by name."""

from headroom.conversations import ConversationCompressor
from headroom.documents import SemanticCompressor
from headroom.tool_outputs import JSONMinifier

__all__ = ["ConversationCompressor", "JSONMinifier", "SemanticCompressor"]
