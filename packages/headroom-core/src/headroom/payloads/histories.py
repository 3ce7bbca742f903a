"""Histories under what a request leaves of its budget, each followed as it grows."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any

from headroom import compressors
from headroom.errors import InputError
from headroom.fields import compact_json
from headroom.payloads.usage import budget_factor
from headroom.tokens import CountTokens

if TYPE_CHECKING:
    from headroom.compressors import ConversationCompressor
    from headroom.conversations import ConversationSession

__all__ = ["Histories"]

# Tool schemas and system prompts differ by a few tokens from request to request; in
# steps, so that the history is not cut anew each time. Source: 1/64 of a budget of
# 100,000 tokens is about one tool's schema and result.
_OVERHEAD_STEPS = 64
_REMEMBERED_COMPRESSORS = 16
_REMEMBERED_SESSIONS = 64
# A conversation is known again by so many messages: system prompt and first question.
_FIRST_MESSAGES = 2


class Histories:
    """The compressors and sessions of one Headroom; safe between threads.

    A session only saves the time to read old turns again: what it returns is what
    the compressor returns for the whole history.
    """

    def __init__(self, count_tokens: CountTokens) -> None:
        self._count = count_tokens
        self._lock = threading.Lock()
        self._factors: dict[str, float] = {}
        self._compressors: OrderedDict[Any, ConversationCompressor] = OrderedDict()
        self._sessions: OrderedDict[int, ConversationSession] = OrderedDict()

    def compressor(
        self,
        given: "ConversationCompressor | None",
        max_tokens: int,
        overhead: int,
        model: str,
        latest: tuple[int, int],
    ) -> "ConversationCompressor":
        """Return the compressor for the messages of a request.

        Args:
            given: The caller's, for its other settings.
            max_tokens: Budget of the request, in the vendor's tokens.
            overhead: Tokens of it beside the messages.
            model: Whose factor it is.
            latest: Tokens of the model's latest request: as reported, and ours.

        Raises:
            InputError: Nothing is left of the budget.
        """
        step = max(1, max_tokens // _OVERHEAD_STEPS)
        overhead = ceil(overhead / step) * step
        with self._lock:
            known = self._factors.get(model, 1.0)
            factor = budget_factor(known, *latest, max_tokens)
            self._factors[model] = factor
            left = int(max_tokens / factor) - overhead
            if left < 1:
                raise InputError(
                    f"max_tokens={max_tokens} cannot hold the system prompt and the "
                    f"tool schemas ({overhead} tokens); raise it or send fewer tools"
                )
            made = self._compressors.get(left)
            if made is None:
                count = self._count
                if given is None:
                    # An agent's run is one turn: its completed steps may go.
                    made = compressors.ConversationCompressor(
                        left, overflow="relax", count_tokens=count
                    )
                else:
                    count = given.count_tokens or count
                    made = replace(given, max_tokens=left, count_tokens=count)
                self._compressors[left] = made
                if len(self._compressors) > _REMEMBERED_COMPRESSORS:
                    self._compressors.popitem(last=False)
            return made

    @contextmanager
    def session(
        self, compressor: "ConversationCompressor", messages: list[Any]
    ) -> Iterator["ConversationSession"]:
        """Lend the session of a conversation, or a fresh one, to one user at a time.

        One that fails is not taken back.
        """
        first = compact_json(messages[:_FIRST_MESSAGES])
        key = hash((compressor.max_tokens, first))
        with self._lock:
            session = self._sessions.pop(key, None)
        if session is None:
            session = compressor.session()
        yield session
        with self._lock:
            self._sessions[key] = session
            if len(self._sessions) > _REMEMBERED_SESSIONS:
                self._sessions.popitem(last=False)
