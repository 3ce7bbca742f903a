"""LlamaIndex's `ChatMessage` and its blocks, by duck typing."""

from collections.abc import Mapping
from typing import Any

from headroom.fields import field_of, text_field
from headroom.messages import openai_chat
from headroom.messages.parts import Parts
from headroom.messages.view import Message

__all__ = ["is_message", "read", "read_block", "write"]


def is_message(message: Any) -> bool:
    """Tell whether this is a ChatMessage, or the dict that it is dumped to."""
    return field_of(message, "blocks") is not None and (
        isinstance(message, Mapping) or hasattr(message, "additional_kwargs")
    )


def read(message: Any, parts: Parts) -> Message:
    """Read a message."""
    role = openai_chat.role_of(field_of(message, "role"))
    extra = field_of(message, "additional_kwargs")
    extra = extra if isinstance(extra, Mapping) else {}
    parts.pinned = parts.pinned or extra.get("pinned") is True
    name = text_field(message, "name") or text_field(extra, "name") or ""
    parts.read(field_of(message, "blocks"))
    openai_chat.read_reasoning(extra, parts)
    openai_chat.read_calls(message, extra, parts)
    if role == "tool":
        parts.results_from_texts(extra.get("tool_call_id"), name)
    return parts.view(message, role, name)


def read_block(block: Any, kind: str, parts: Parts) -> bool:
    """Read a block into the parts, if it is one that only LlamaIndex has."""
    if kind == "tool_call" and field_of(block, "tool_name"):
        call_id, name = field_of(block, "tool_call_id"), field_of(block, "tool_name")
        parts.call(call_id, name, field_of(block, "tool_kwargs"))
    elif kind == "citable":
        title, content = text_field(block, "title"), field_of(block, "content")
        parts.texts.append("\n".join(filter(None, [title, parts.text_of(content)])))
    elif kind == "citation":
        parts.texts.append(parts.text_of([field_of(block, "cited_content")]))
    elif kind == "cache":
        pass
    else:
        return False
    return True


def write(role: str, text: str, like: Any) -> Any:
    """Return a message of ours, of the type of `like`."""
    if isinstance(like, Mapping):
        return {"role": role, "blocks": [{"block_type": "text", "text": text}]}
    return type(like)(role=type(like.role)(role), content=text)
