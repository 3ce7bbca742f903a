"""What all sessions of one compressor share: limits, counting, written segments."""

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from headroom.conversations import block as blocks
from headroom.conversations.block import Block
from headroom.conversations.digest import CountTokens
from headroom.conversations.plan import Limits, Segment
from headroom.conversations.summarizers import Guard, Summarizer
from headroom.errors import InputError
from headroom.fields import compact_json, field_of
from headroom.messages import Message
from headroom.messages.placing import FILLERS
from headroom.tokens import default_counter, message_tokens, messages_tokens

__all__ = ["Engine", "Settings", "Written"]

# Texts joined may count a few tokens more than apart; this covers it.
_JOINT_TOKENS = 2
_REMEMBERED_SEGMENTS = 64
# A summary leaves room for two more, of a quarter of what comes between two compactions
# each, so that not all is sent to the language model again each time.
_RESERVED_SHARE = 0.5


class Settings(NamedTuple):
    """The numbers that decide the plan, as ConversationCompressor documents them."""

    max_tokens: int
    keep_turns: int
    compact_turns: int
    trigger: float
    target: float
    overflow: str


class Written(NamedTuple):
    """A segment's text, the method that wrote it, and the rules kept apart from it."""

    text: str
    method: str
    rules: tuple[str, ...] = ()


class Engine:
    """Counts, and remembers segments that were written once; safe between threads.

    Attributes:
        settings: What the compressor was configured with.
        guard: The summarizer behind its checks, or None for the extractive digest.
    """

    def __init__(
        self,
        settings: Settings,
        summarizer: Summarizer | None,
        count_tokens: CountTokens | None,
    ) -> None:
        self.settings = settings
        self.guard = Guard(summarizer) if summarizer is not None else None
        self._summarizer = summarizer
        self._count_tokens = count_tokens
        self._lock = threading.Lock()
        self._written: dict[tuple[str, Segment], Written] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make it anew; what is remembered stays behind."""
        return Engine, (self.settings, self._summarizer, self._count_tokens)

    @cached_property
    def count(self) -> CountTokens:
        """Tokens of a text."""
        return self._count_tokens or default_counter()

    def cost(self, view: Message) -> int:
        """Return the tokens to plan for one message.

        Others count a message's text and calls in one go, which may come to a token
        more; the budget is to hold by both counts.
        """
        tokens = view.tokens(self.count)
        text = field_of(view.source, "content")
        calls = field_of(view.source, "tool_calls")
        if not (isinstance(text, str) and text and calls):
            return tokens
        spelt = compact_json(calls)
        joined = self.count(text + spelt) - self.count(text) - self.count(spelt)
        return tokens + max(0, joined)

    def costs(self, views: Iterable[Message], first: int) -> list[int]:
        """Return the tokens to plan for messages, of which `first` is the first index.

        Raises:
            InputError: One of them cannot be counted.
        """
        found: list[int] = []
        for view in views:
            try:
                found.append(self.cost(view))
            except InputError as error:
                at = first + len(found)
                raise InputError(f"message {at}: {error}") from error
        return found

    def measure(self, messages: Sequence[Any]) -> int:
        """Return the tokens of a list of messages, 0 for none."""
        return messages_tokens(messages, self.count) if messages else 0

    @cached_property
    def limits(self) -> Limits:
        """The settings as the plan needs them."""
        settings = self.settings
        reserve = 0
        if self.guard:
            spread = settings.trigger - settings.target
            reserve = int(_RESERVED_SHARE * spread * settings.max_tokens)
        whole = blocks.write(Block(1, 999, ""), preamble=True)
        further = blocks.write(Block(999, 999, ""), preamble=False)
        message = {"role": "user", "content": whole}
        filler = _JOINT_TOKENS + max(
            message_tokens({"role": role, "content": text}, self.count)
            for role, text in FILLERS.items()
        )
        return Limits(
            max_tokens=settings.max_tokens,
            trigger=settings.trigger,
            target=settings.target,
            keep_turns=settings.keep_turns,
            compact_turns=settings.compact_turns,
            relax=settings.overflow == "relax",
            frame=message_tokens(message, self.count) + _JOINT_TOKENS + filler,
            joint=self.count("\n" + further) + _JOINT_TOKENS,
            filler=filler,
            reserve=reserve,
        )

    def recall(self, chain: str, segment: Segment) -> Written | None:
        """Return what was written for a segment of the messages hashed by `chain`."""
        with self._lock:
            return self._written.get((chain, segment))

    def remember(self, chain: str, segment: Segment, written: Written) -> None:
        """Keep what was written, forgetting the oldest."""
        with self._lock:
            self._written[chain, segment] = written
            while len(self._written) > _REMEMBERED_SEGMENTS:
                del self._written[next(iter(self._written))]
