"""Sizes of a conversation in LangChain's words, as tokens of a ConversationCompressor.

`("tokens", n)`, `("messages", n)`, `("fraction", f)` of the model's input; a mapping of
these means all of them, a list any of them.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Literal

__all__ = ["Size", "Trigger", "check_size", "kept_tokens", "needs_profile", "reached"]

Size = tuple[Literal["tokens", "messages"], int] | tuple[Literal["fraction"], float]
Trigger = Size | Mapping[str, float] | Sequence[Size | Mapping[str, float]]

_FRAMING = 3  # tokens of an empty list of messages, by headroom.tokens


def _clauses(trigger: Trigger) -> list[Mapping[str, float]]:
    """Return what is enough (any of the list) as what it takes (all of a mapping)."""
    if isinstance(trigger, Mapping):
        return [trigger]
    if isinstance(trigger, tuple) and trigger and isinstance(trigger[0], str):
        size: Any = trigger
        return [{size[0]: size[1]}]
    options: Any = trigger
    return [clause for option in options for clause in _clauses(option)]


def check_size(trigger: Trigger, word: str) -> None:
    """Raise ValueError, as LangChain does, for a size out of its range."""
    for clause in _clauses(trigger):
        if not clause:
            raise ValueError(f"{word} has an empty clause; name a size in it")
        for kind, value in clause.items():
            if kind not in ("tokens", "messages", "fraction"):
                raise ValueError(
                    f"Unsupported context size type {kind} for {word}; "
                    "use tokens, messages or fraction"
                )
            if kind == "fraction" and not 0 < value <= 1:
                raise ValueError(
                    f"Fractional {word} values must be between 0 and 1, got {value}."
                )
            if kind != "fraction" and value <= 0:
                raise ValueError(
                    f"{word} thresholds must be greater than 0, got {value}."
                )


def needs_profile(trigger: Trigger | None) -> bool:
    """Whether the model's input limit must be known."""
    return trigger is not None and any("fraction" in c for c in _clauses(trigger))


def reached(
    trigger: Trigger, costs: Sequence[float], base: float, limit: int | None
) -> float | None:
    """Return the tokens at which a conversation reaches the trigger, None if not yet.

    A number of messages stands for the tokens of the first so many: so the answer stays
    what it is while the conversation grows, and cuts can be replayed.

    Args:
        trigger: What to reach.
        costs: Tokens of each message.
        base: Tokens of what is sent besides.
        limit: Tokens that the model takes, for a fraction.
    """
    found = [_all_reached(clause, costs, base, limit) for clause in _clauses(trigger)]
    return min((tokens for tokens in found if tokens is not None), default=None)


def _all_reached(
    clause: Mapping[str, float],
    costs: Sequence[float],
    base: float,
    limit: int | None,
) -> float | None:
    found: list[float] = []
    for kind, value in clause.items():
        if kind == "messages":
            if len(costs) < value:
                return None
            found.append(_FRAMING + base + sum(costs[: int(value)]))
        else:
            found.append(_as_tokens(kind, value, limit))
    return max(found)


def kept_tokens(
    keep: Size,
    costs: Sequence[float],
    base: float,
    limit: int | None,
    trigger: float,
) -> float:
    """Return the tokens that are to remain once `trigger` tokens are exceeded.

    A number of messages stands for the tokens of the last so many at that time.
    """
    kind, value = keep
    if kind != "messages":
        return _as_tokens(kind, value, limit)
    totals = accumulate(costs, initial=_FRAMING + base)
    end = next((i for i, total in enumerate(totals) if total > trigger), len(costs))
    return _FRAMING + base + sum(costs[max(0, end - int(value)) : end])


def _as_tokens(kind: str, value: float, limit: int | None) -> int:
    if kind == "tokens":
        return int(value)
    if limit is None:
        raise ValueError(
            "a fraction needs the model's profile, which is unavailable; use "
            '("tokens", n), or pass ChatModel(..., profile={"max_input_tokens": n})'
        )
    return max(1, int(limit * value))
