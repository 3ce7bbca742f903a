"""The input tokens that a vendor reports with its answer, and what they tell."""

from math import ceil
from typing import Any

from headroom.errors import InputError
from headroom.fields import field_of
from headroom.payloads.savings import is_number

__all__ = ["budget_factor", "input_tokens", "plausible_factor"]

_USAGE_KEYS = (
    "prompt_tokens",
    "input_tokens",
    "promptTokenCount",
    "prompt_token_count",
    "prompt_eval_count",  # Ollama
    "inputTokens",  # Bedrock Converse
)
# Anthropic's and Converse's input tokens leave out what the cache wrote and read.
_CACHE_KEYS = (
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cacheReadInputTokens",
    "cacheWriteInputTokens",
)
# Beyond this a reported figure is of something else than the request: a stub's, or of
# pictures alone. Source: judged, not measured; tokenizers of models differ by less.
_PLAUSIBLE_FACTOR = (0.67, 2.0)
# Vendors add a constant (Anthropic's instructions for tools are 346 tokens), so a small
# request tells a factor that is none; and below this share nothing is cut anyway.
_LEAST_SHARE = 0.25
_FACTOR_STEPS = 10


def input_tokens(usage: Any) -> int:
    """Return the input tokens that a vendor reported; 0 for None.

    Args:
        usage: A number, the usage of a response, or the response with its usage:
            OpenAI chat and responses, Anthropic, Gemini, Bedrock Converse, Ollama and
            LangChain, as objects or dicts.

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


def plausible_factor(reported: int, counted: int) -> float | None:
    """Return the vendor's tokens for one of ours; None where they tell nothing."""
    low, high = _PLAUSIBLE_FACTOR
    factor = reported / counted if counted else 0.0
    return factor if low <= factor <= high else None


def budget_factor(known: float, reported: int, counted: int, max_tokens: int) -> float:
    """Return the vendor's tokens for one of ours, as a budget needs it.

    It moves in tenths and never down, since each change cuts a history anew.

    Args:
        known: The factor so far, 1.0 or more.
        reported: Input tokens of the last request, as its vendor counted them.
        counted: Ours of the same request; one of less than a quarter of the budget
            tells nothing.
        max_tokens: The budget, in the vendor's tokens.
    """
    factor = plausible_factor(reported, counted)
    if factor is None or counted < _LEAST_SHARE * max_tokens:
        return known
    return max(known, ceil(round(factor * _FACTOR_STEPS, 6)) / _FACTOR_STEPS)
