"""The parts of one message while it is read, and the blocks that all vendors share."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom.messages.view import Call, Message, Result
from headroom.tokens import compact_json, field_of

__all__ = ["BlockReader", "Parts", "parsed", "text_field"]

# Reads a block into the parts and returns True, or returns False for a block that it
# does not know. Takes the block, its type ("" if it has none) and the parts.
BlockReader = Callable[[Any, str, "Parts"], bool]

_MEDIA = ("image", "audio", "video", "document", "file")
_MEDIA_NAMES = ("title", "filename", "name", "file_id", "path")


class Parts:
    """What was found in a message so far.

    Attributes:
        texts: Texts for a reader, in order.
        calls: Tool calls.
        results: Answers to tool calls.
        opaque: As in `Message`.
        pinned: As in `Message`.
        is_history: As in `Message`.
    """

    __slots__ = (
        "_readers",
        "calls",
        "is_history",
        "opaque",
        "pinned",
        "results",
        "texts",
    )

    def __init__(self, readers: Sequence[BlockReader]) -> None:
        self._readers = readers
        self.texts: list[str] = []
        self.calls: list[Call] = []
        self.results: list[Result] = []
        self.opaque = self.pinned = self.is_history = False

    def view(self, source: Any, role: str, name: str = "") -> Message:
        """Return the view of the message that was read."""
        return Message(
            source,
            role,
            "\n".join(self.texts),
            tuple(self.calls),
            tuple(self.results),
            self.opaque,
            self.pinned,
            name,
            self.is_history,
        )

    def call(self, call_id: Any, name: Any, arguments: Any) -> None:
        """Add a tool call."""
        self.calls.append(Call(str(call_id or ""), str(name or ""), parsed(arguments)))

    def result(self, call_id: Any, name: Any, text: str) -> None:
        """Add a tool's answer."""
        self.results.append(Result(str(call_id or ""), str(name or ""), text))

    def read(self, content: Any) -> None:
        """Read a message's content: text, blocks, or anything else as its text."""
        if content is None or content == "":
            return
        if isinstance(content, list | tuple):
            for block in content:
                if isinstance(block, str):
                    self.texts.append(block)
                else:
                    self._read_block(block)
        elif isinstance(content, Mapping):
            self._read_block(content)
        elif isinstance(content, bytes):
            self.texts.append(f"[{len(content)} bytes omitted]")
        else:
            self.texts.append(str(content))

    def text_of(self, content: Any) -> str:
        """Return the text of content that is nested in a block."""
        inner = Parts(self._readers)
        inner.read(content)
        return "\n".join(inner.texts)

    def _read_block(self, block: Any) -> None:
        kind = str(field_of(block, "type") or field_of(block, "block_type") or "")
        if any(read(block, kind, self) for read in self._readers):
            return
        text = text_field(block, "text", "refusal")
        if text is not None:
            self.texts.append(text)
        elif label := _media_label(block, kind):
            self.texts.append(label)
        elif isinstance(content := field_of(block, "content"), str | list | tuple):
            self.read(content)
        elif isinstance(block, Mapping) and not kind:
            self.texts.append(compact_json(block))
        else:
            self.texts.append(f"[{kind or type(block).__name__} omitted]")


def text_field(holder: Any, *keys: str) -> str | None:
    """Return the first of these fields that is a text; None if none is."""
    values = (field_of(holder, key) for key in keys)
    return next((value for value in values if isinstance(value, str)), None)


def parsed(arguments: Any) -> Any:
    """Return arguments as the value they spell, or as they are."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments


def _media_label(block: Any, kind: str) -> str:
    """Return the label of a picture, sound or file; "" if the block is none."""
    media = next((word for word in _MEDIA if word in kind), "")
    if not media:
        return ""
    name = text_field(block, *_MEDIA_NAMES)
    for key in ("image_url", "source", "file"):
        inner = field_of(block, key)
        url = (
            text_field(inner, "url") if inner and not isinstance(inner, str) else inner
        )
        if not name and isinstance(url, str) and url.startswith("http"):
            name = url
        name = name or text_field(inner, *_MEDIA_NAMES)
    return f"[{media} omitted: {name}]" if name else f"[{media} omitted]"
