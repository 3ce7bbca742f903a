"""The input tokens that a vendor reports with its answer."""

from typing import Any

from headroom.errors import InputError
from headroom.payloads.savings import is_number
from headroom.tokens import field_of

__all__ = ["input_tokens"]

_USAGE_KEYS = (
    "prompt_tokens",
    "input_tokens",
    "promptTokenCount",
    "prompt_token_count",
)
# Anthropic's input_tokens leave out what its cache wrote and read.
_CACHE_KEYS = ("cache_creation_input_tokens", "cache_read_input_tokens")


def input_tokens(usage: Any) -> int:
    """Return the input tokens that a vendor reported; 0 for None.

    Args:
        usage: A number, the usage of a response, or the response with its usage:
            OpenAI chat and responses, Anthropic, Gemini, as objects or dicts.

    Raises:
        InputError: There is no number of input tokens in it.
    """
    if usage is None:
        return 0
    for key in ("usage", "usageMetadata", "usage_metadata"):
        if (inner := field_of(usage, key)) is not None:
            usage = inner
            break
    if is_number(usage):
        return int(usage)
    for key in _USAGE_KEYS:
        tokens = field_of(usage, key)
        if is_number(tokens):
            cached = [field_of(usage, each) for each in _CACHE_KEYS]
            return int(tokens) + sum(int(c) for c in cached if is_number(c))
    raise InputError(
        f"no input tokens in {usage!r:.200}; pass the response's usage, with one of "
        f"{', '.join(_USAGE_KEYS)}"
    )
