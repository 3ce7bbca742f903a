"""Tokens as LlamaIndex counts them."""

from collections.abc import Callable, Sized

from llama_index.core.llms import ChatMessage, TextBlock
from llama_index.core.utils import get_tokenizer

from headroom.tokens import message_tokens

__all__ = ["content_tokens", "count_tokens", "counter"]

# tiktoken goes quadratic on long runs without a boundary.
# Source: headroom.tokens, measured on tiktoken 0.12 to 0.14.
_SLICE_CHARACTERS = 65_536
# What headroom.tokens adds to each message besides its role.
_FRAMING_TOKENS = 3


def counter(tokenize: Callable[[str], Sized]) -> Callable[[str], int]:
    """Return a function from a text to the number of its tokens, 0 for "".

    Args:
        tokenize: What LlamaIndex calls a tokenizer: a text to its tokens.
    """

    def count(text: str) -> int:
        return sum(
            len(tokenize(text[start : start + _SLICE_CHARACTERS]))
            for start in range(0, len(text), _SLICE_CHARACTERS)
        )

    return count


def count_tokens(text: str) -> int:
    """Return the tokens of `text` by LlamaIndex's tokenizer of the moment.

    That is `Settings.tokenizer`, or tiktoken's cl100k_base from the table that
    llama-index-core carries: no network.
    """
    return counter(get_tokenizer())(text)


def content_tokens(message: ChatMessage, count: Callable[[str], int]) -> int:
    """Return the tokens of what a message holds, without role and framing.

    Its text as ChatMemoryBuffer counts it, and what that leaves out: tool calls with
    their arguments, ids, thinking, and a flat estimate for pictures, sound, files.
    """
    if not message.additional_kwargs and all(
        type(block) is TextBlock for block in message.blocks
    ):
        return count(message.content or "")
    role = count(message.role.value)
    return message_tokens(message, count) - _FRAMING_TOKENS - role
