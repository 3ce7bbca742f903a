"""pydantic-ai's `ModelRequest` and `ModelResponse`, by duck typing."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from headroom.fields import compact_json, field_of, text_field
from headroom.messages.parts import Parts
from headroom.messages.view import Message

__all__ = ["is_message", "read", "write"]

_EPOCH = datetime.fromtimestamp(0, UTC)


def is_message(message: Any) -> bool:
    """Tell whether this is a request or response, or the dict that it is dumped to."""
    kind = field_of(message, "kind")
    return kind in ("request", "response") and field_of(message, "parts") is not None


def read(message: Any, parts: Parts) -> Message:
    """Read a message."""
    kinds = set()
    for part in field_of(message, "parts"):
        kind = str(field_of(part, "part_kind"))
        kinds.add(kind)
        _read_part(part, kind, parts)
    role = "user" if field_of(message, "kind") == "request" else "assistant"
    role = "system" if kinds == {"system-prompt"} else role
    return parts.view(message, role)


def _read_part(part: Any, kind: str, parts: Parts) -> None:
    call_id, name = field_of(part, "tool_call_id"), field_of(part, "tool_name")
    content = field_of(part, "content")
    if kind == "system-prompt":
        parts.pinned = True
        parts.texts.append(str(content))
    elif kind.endswith("tool-call"):
        parts.call(call_id, name, field_of(part, "args"))
    elif kind.endswith("tool-return"):
        text = content if isinstance(content, str) else compact_json(content)
        parts.result(call_id, name, text)
    elif kind == "retry-prompt" and name:
        text = content if isinstance(content, str) else compact_json(content)
        parts.result(call_id, name, f"Error: {text}")
    elif kind in ("thinking", "compaction"):
        parts.think(content)
        parts.is_history = parts.is_history or kind == "compaction"
    elif kind == "file":
        parts.file(content, kind)
    elif isinstance(content, str | list | tuple):
        for item in [content] if isinstance(content, str) else content:
            _read_said(item, parts)
    else:
        parts.label(f"[{kind} omitted]")


def _read_said(item: Any, parts: Parts) -> None:
    """Read one piece of a user's prompt: text, or a file with a kind."""
    if isinstance(item, str):
        parts.texts.append(item)
        return
    kind = str(field_of(item, "kind") or type(item).__name__)
    if kind == "text-content" or text_field(item, "content"):
        parts.texts.append(text_field(item, "content") or "")
    elif kind not in ("cache-point", "CachePoint"):
        media = kind.removesuffix("-url")
        if media == "binary":
            media = str(field_of(item, "media_type")).partition("/")[0]
        if not parts.file(item, media):
            parts.file(item, "file")


def write(role: str, text: str, like: Any) -> Any:
    """Return a message of ours, of pydantic-ai's own class."""
    if isinstance(like, Mapping):
        if role == "user":
            part = {"part_kind": "user-prompt", "content": text}
            return {"kind": "request", "parts": [part]}
        part = {"part_kind": "text", "content": text}
        return {"kind": "response", "parts": [part]}
    home = sys.modules[type(like).__module__]
    # Its own default is the time of the moment; ours are the same each time.
    stamps = [field_of(each, "timestamp") for each in (like, *like.parts)]
    stamp = next((each for each in stamps if each is not None), _EPOCH)
    if role == "user":
        parts = [home.UserPromptPart(content=text, timestamp=stamp)]
        return home.ModelRequest(parts=parts)
    return home.ModelResponse(parts=[home.TextPart(content=text)], timestamp=stamp)
