"""One read-only view of a chat message, whatever library or API it comes from."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Call", "Message", "Result"]


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
