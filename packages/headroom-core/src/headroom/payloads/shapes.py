"""Where a request body keeps its messages, and how it is put together again."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headroom.errors import InputError
from headroom.fields import compact_json, field_of

__all__ = [
    "Body",
    "asks_for_an_answer",
    "has_messages",
    "read_body",
]

# OpenAI chat and Anthropic; Gemini; OpenAI responses.
_MESSAGE_KEYS = ("messages", "contents", "input")
_SYSTEM_KEYS = ("system", "instructions", "systemInstruction", "system_instruction")
_SCHEMA_KEYS = ("tools", "functions", "toolConfig")
# History that the body doesn't hold.
_SERVER_KEYS = ("previous_response_id", "conversation")
_ANSWERING = re.compile(
    r"(?:/chat/completions|/responses|/messages|/api/chat"
    r"|:(?:stream)?generateContent|:(?:stream)?rawPredict"
    r"|/converse|/converse-stream)"
    r"/?(?:\?.*)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Body:
    """A request body, read but not changed.

    Attributes:
        payload: The body as it came.
        key: Where its messages are; None if it is a list of messages itself.
        messages: The messages as they were when it was read.
        is_text: Whether one text stands in the place of the messages.
        is_one: Whether one message does, as Google's SDK takes it.
    """

    payload: Any
    key: str | None
    messages: tuple[Any, ...]
    is_text: bool = False
    is_one: bool = False

    @property
    def model(self) -> str:
        """The model that is asked, "" if the body doesn't tell."""
        # Bedrock's Converse API says modelId.
        model = field_of(self.payload, "model") or field_of(self.payload, "modelId")
        return model if isinstance(model, str) else ""

    @property
    def has_history_elsewhere(self) -> bool:
        """Whether the vendor's server adds messages to these."""
        return any(field_of(self.payload, key) for key in _SERVER_KEYS)

    @property
    def fixed(self) -> tuple[Any, ...]:
        """What costs tokens beside the messages, each part as a message."""
        return tuple(self._fixed_parts())

    def _fixed_parts(self) -> Iterator[Any]:
        for holder in (self.payload, field_of(self.payload, "config")):
            for key in _SYSTEM_KEYS:
                if said := field_of(holder, key):
                    parts = field_of(said, "parts")
                    key = "content" if parts is None else "parts"
                    yield {"role": "system", key: said if parts is None else parts}
            for key in _SCHEMA_KEYS:
                if schemas := field_of(holder, key):
                    yield {"role": "system", "content": compact_json(schemas)}

    def rebuilt(self, messages: Sequence[Any], fixed: Mapping[str, Any]) -> Any:
        """Return a body of the same type with these messages; all else is shared.

        Args:
            messages: What stands in the place of `messages`.
            fixed: Entries of the payload that are replaced, too.
        """
        if self.key is None:
            return tuple(messages) if isinstance(self.payload, tuple) else [*messages]
        value: Any = messages
        if self.is_text:
            value = messages[0]["content"]
        elif self.is_one:
            value = messages[0]
        elif not isinstance(messages, list):
            value = list(messages)
        if isinstance(self.payload.get(self.key), tuple):
            value = tuple(value)
        if type(self.payload) is dict:
            return {**self.payload, **fixed, self.key: value}
        body = copy.copy(self.payload)
        for key, new in (*fixed.items(), (self.key, value)):
            body[key] = new
        return body


def asks_for_an_answer(url: str) -> bool:
    """Tell whether a model answers at this address; not where tokens are counted."""
    return _ANSWERING.search(url) is not None


def has_messages(payload: Any) -> bool:
    """Tell whether `read_body` can read this."""
    if isinstance(payload, Mapping):
        found = [payload[key] for key in _MESSAGE_KEYS if key in payload]
        return bool(found) and isinstance(found[0], str | list | tuple)
    return isinstance(payload, list | tuple)


def read_body(payload: Any) -> Body:
    """Return where things are in a request body.

    Raises:
        InputError: It is no request body with a list of messages.
    """
    if isinstance(payload, list | tuple):
        return Body(payload, None, tuple(payload))
    if isinstance(payload, Mapping):
        for key in _MESSAGE_KEYS:
            value = payload.get(key)
            if isinstance(value, str):
                return Body(
                    payload, key, ({"role": "user", "content": value},), is_text=True
                )
            if isinstance(value, list | tuple):
                return Body(payload, key, tuple(value))
            if hasattr(value, "parts") or field_of(value, "parts") is not None:
                return Body(payload, key, (value,), is_one=True)
            if value is not None:
                raise InputError(
                    f"payload[{key!r}] is {type(value).__name__}; pass a list, which "
                    "can be sent again where an iterator is used up"
                )
        if not payload:
            return Body(payload, None, ())
    got = sorted(map(str, payload)) if isinstance(payload, Mapping) else type(payload)
    raise InputError(
        f"got {got}; pass a list of messages, or a request body with `messages` "
        "(OpenAI chat, Anthropic), `input` (OpenAI responses) or `contents` (Gemini)"
    )
