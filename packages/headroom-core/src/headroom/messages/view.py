"""One read-only view of a chat message, whatever library or API it comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from headroom.fields import compact_json
from headroom.messages.files import File

__all__ = ["Call", "Cost", "Message", "Result"]

# Source: `headroom.tokens.message_tokens`.
_FRAMING_TOKENS = 3


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call: its id, the tool's name, its arguments parsed where JSON."""

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class Result:
    """A tool's answer: the id of its call, the tool's name if told, its text."""

    id: str
    name: str
    text: str


class Cost(NamedTuple):
    """What of a message costs tokens besides its role and its name.

    Attributes:
        texts: All that the model gets as text, thoughts too.
        calls: Its tool calls as they are spelt.
        ids: Ids of the calls that it answers.
        files: Its pictures, sounds and files.
    """

    texts: tuple[str, ...] = ()
    calls: tuple[Any, ...] = ()
    ids: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


_NOTHING = Cost()


@dataclass(frozen=True, slots=True)
class Message:
    """What one message holds.

    Attributes:
        source: The message itself, as the caller handed it in.
        role: "system", "user", "assistant", "tool", or another word as it is.
        text: Its text for a reader: blocks joined by newlines, "" if none.
        calls: The tool calls it makes.
        results: The tool calls it answers.
        opaque: It holds something that only its vendor can read (thinking,
            reasoning, stored or encrypted items).
        pinned: It must stay: the caller marked it, or it sets what holds from here on.
        name: The speaker's or tool's name, "" if none.
        is_history: It stands for all that was said before it. Its vendor may ignore
            the messages before it.
        cost: What of it costs tokens.
    """

    source: Any
    role: str
    text: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()
    opaque: bool = False
    pinned: bool = False
    name: str = ""
    is_history: bool = False
    cost: Cost = _NOTHING

    @property
    def is_system(self) -> bool:
        """Whether it instructs the model rather than talks to it."""
        return self.role == "system"

    @property
    def is_prelude(self) -> bool:
        """Whether it is a reasoning item, which stays with the message after it."""
        says = self.text or self.calls or self.results or self.is_history
        return self.opaque and not says

    @property
    def answers_others(self) -> bool:
        """Whether it answers a call of another message.

        A server's tool is called and answered in one message.
        """
        own = {call.id for call in self.calls}
        return any(result.id not in own for result in self.results)

    def tokens(self, count_tokens: Callable[[str], int]) -> int:
        """Return what it costs, as `headroom.tokens.message_tokens` defines it."""
        total = _FRAMING_TOKENS + count_tokens(self.role)
        if self.cost.texts:
            total += count_tokens("\n".join(self.cost.texts))
        if self.cost.calls:
            total += count_tokens(compact_json(self.cost.calls))
        if self.name:
            total += 1 + count_tokens(self.name)
        total += sum(count_tokens(call_id) for call_id in self.cost.ids)
        return total + sum(file.tokens for file in self.cost.files)
