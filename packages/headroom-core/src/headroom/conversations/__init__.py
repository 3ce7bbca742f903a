"""All that knows turns: messages, digests, summarizers."""

from headroom.conversations.compressor import ConversationCompressor
from headroom.conversations.result import ConversationCompression
from headroom.conversations.session import ConversationSession
from headroom.conversations.summarizers import (
    AnthropicSummarizer,
    OpenAISummarizer,
    Summarizer,
)

__all__ = [
    "AnthropicSummarizer",
    "ConversationCompression",
    "ConversationCompressor",
    "ConversationSession",
    "OpenAISummarizer",
    "Summarizer",
]
