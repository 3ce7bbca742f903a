"""The compressor of chat and agent transcripts."""

import numbers
import operator
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from headroom.conversations.digest import CountTokens
from headroom.conversations.engine import Engine, Settings
from headroom.conversations.result import ConversationCompression
from headroom.conversations.session import ConversationSession
from headroom.conversations.summarizers import Summarizer
from headroom.errors import InputError

__all__ = ["ConversationCompressor"]


@dataclass(frozen=True)
class ConversationCompressor:
    """Keeps a transcript of any length within a token budget, still valid for its API.

    Below `trigger * max_tokens` a list comes back as it is. Above it the oldest
    `compact_turns` turns become a digest, then more, until `target * max_tokens`
    is reached. System messages, pinned messages and the last `keep_turns` turns stay:
    the very objects that came in. A turn starts at a real user message; tool calls
    and their results are never separated.

    Reads OpenAI chat messages and Responses items, Anthropic and Gemini messages,
    LangChain messages and LlamaIndex `ChatMessage`, and returns what it was given.

    Args:
        max_tokens: The result never exceeds it, by `headroom.tokens.messages_tokens`.
        keep_turns: Last turns that stay verbatim, at least 1.
        compact_turns: Turns that become a digest at once, at least 1.
        trigger: Share of `max_tokens` above which something is done, in (0, 1].
        target: Share of `max_tokens` to shrink to, in (0, trigger].
        summarizer: None for the extractive digest, offline and the same each time;
            else a callable `(messages, max_tokens) -> str`, sync or async.
        overflow: "error" raises BudgetError where what must stay exceeds
            `max_tokens`; "relax" keeps fewer turns, so that what comes next has room,
            but always the last one, and where that is too long itself, its request
            and the newest calls.
        count_tokens: Tokens of a text; default `headroom.tokens.default_counter()`.

    Raises:
        InputError: An argument is out of its range.
    """

    max_tokens: int
    keep_turns: int = field(default=3, kw_only=True)
    compact_turns: int = field(default=10, kw_only=True)
    trigger: float = field(default=0.85, kw_only=True)
    target: float = field(default=0.5, kw_only=True)
    summarizer: Summarizer | None = field(default=None, kw_only=True)
    overflow: Literal["error", "relax"] = field(default="error", kw_only=True)
    count_tokens: CountTokens | None = field(default=None, kw_only=True)
    _engine: Engine = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("max_tokens", "keep_turns", "compact_turns"):
            value = getattr(self, name)
            whole = hasattr(value, "__index__") and not isinstance(value, bool)
            if not whole or operator.index(value) < 1:
                raise InputError(f"{name} must be an int of at least 1, got {value!r}")
            # numpy's integers are integers too, but JSON cannot say them.
            object.__setattr__(self, name, operator.index(value))
        for name, top in (("trigger", "1"), ("target", f"trigger={self.trigger}")):
            value = getattr(self, name)
            highest = 1 if name == "trigger" else self.trigger
            real = isinstance(value, numbers.Real) and not isinstance(value, bool)
            if not real or not 0 < value <= highest:
                raise InputError(f"{name} must be in (0, {top}], got {value!r}")
            if not isinstance(value, int | float):
                object.__setattr__(self, name, float(value))
        if self.count_tokens is not None and not callable(self.count_tokens):
            raise InputError(
                "count_tokens must be None or a callable (text) -> int, "
                f"got {self.count_tokens!r}"
            )
        if self.overflow not in ("error", "relax"):
            raise InputError(
                f'overflow must be "error" or "relax", got {self.overflow!r}'
            )
        if self.summarizer is not None and not callable(self.summarizer):
            raise InputError(
                "summarizer must be None or a callable (messages, max_tokens) -> str, "
                f"got {self.summarizer!r}"
            )
        settings = Settings(*(getattr(self, name) for name in Settings._fields))
        engine = Engine(settings, self.summarizer, self.count_tokens)
        object.__setattr__(self, "_engine", engine)

    def compress(self, messages: Iterable[Any]) -> list[Any]:
        """Return the messages within the budget; `[]` for none.

        Raises:
            BudgetError: What must stay exceeds `max_tokens`.
            InputError: `messages` is no list of messages.
            SummarizerError: The summarizer is async; call `acompress`.
        """
        return self._once.compress(messages)

    def explain(self, messages: Iterable[Any]) -> ConversationCompression:
        """Return the same messages with the account of them; raises the same."""
        return self._once.explain(messages)

    async def acompress(self, messages: Iterable[Any]) -> list[Any]:
        """Return the same as `compress`, in a thread; the summarizer may be async."""
        return await self._once.acompress(messages)

    async def aexplain(self, messages: Iterable[Any]) -> ConversationCompression:
        """Return the same as `explain`, likewise."""
        return await self._once.aexplain(messages)

    @property
    def failed_summaries(self) -> int:
        """How many digests the summarizer failed to write so far; 0 without one."""
        guard = self._engine.guard
        return guard.failed if guard else 0

    @property
    def _once(self) -> ConversationSession:
        return ConversationSession(self._engine, lasting=False)

    def session(self, saved: str | None = None) -> ConversationSession:
        """Return a session that follows one conversation as it grows.

        Args:
            saved: What `ConversationSession.to_json` returned, to go on from there;
                one of other settings is ignored, and the history read anew.

        Raises:
            InputError: `saved` is no saved session.
        """
        return ConversationSession(self._engine, saved)

    def __getstate__(self) -> dict[str, Any]:
        """Return the arguments; what is remembered stays behind."""
        return {
            name: getattr(self, name)
            for name in (*Settings._fields, "summarizer", "count_tokens")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.__post_init__()
