"""LangChain's messages, by duck typing, and the dicts that they are dumped to."""

import sys
from collections.abc import Mapping
from typing import Any

from headroom.fields import field_of, text_field
from headroom.messages import openai_chat
from headroom.messages.parts import Parts
from headroom.messages.placing import FILLERS
from headroom.messages.readable import readable
from headroom.messages.view import Message

__all__ = ["is_message", "read", "read_block", "write"]

_ROLES = {
    "human": "user",
    "HumanMessageChunk": "user",
    "ai": "assistant",
    "AIMessageChunk": "assistant",
    "system": "system",
    "SystemMessageChunk": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "ToolMessageChunk": "tool",
    "FunctionMessageChunk": "tool",
    "chat": "chat",
    "ChatMessageChunk": "chat",
}


def is_message(message: Any) -> bool:
    """Tell whether this is LangChain's: a type for a role, and content."""
    kind = field_of(message, "type")
    if isinstance(message, Mapping):
        return kind in _ROLES and "role" not in message
    return isinstance(kind, str) and hasattr(message, "additional_kwargs")


def read(message: Any, parts: Parts) -> Message:
    """Read a message."""
    kind = str(field_of(message, "type"))
    role = _ROLES.get(kind, kind)
    if role == "chat":
        role = openai_chat.role_of(text_field(message, "role") or "user")
    extra = field_of(message, "additional_kwargs")
    extra = extra if isinstance(extra, Mapping) else {}
    parts.pinned = parts.pinned or extra.get("pinned") is True
    name = text_field(message, "name") or ""
    parts.read(field_of(message, "content"))
    if refusal := text_field(extra, "refusal"):
        parts.texts.append(refusal)
    if transcript := text_field(extra.get("audio"), "transcript"):
        parts.texts.append(transcript)
    openai_chat.read_reasoning(extra, parts)
    openai_chat.read_calls(message, extra, parts)
    if role == "tool":
        call_id = field_of(message, "tool_call_id") or extra.get("tool_call_id")
        failed = field_of(message, "status") == "error"
        parts.results_from_texts(call_id, name, "Error: " if failed else "")
    return parts.view(message, role, name)


def read_block(block: Any, kind: str, parts: Parts) -> bool:
    """Read one of LangChain's standard content blocks into the parts."""
    if kind in ("tool_call", "server_tool_call") and field_of(block, "name"):
        call_id, name = field_of(block, "id"), field_of(block, "name")
        parts.call(call_id, name, field_of(block, "args"))
    elif kind == "server_tool_result":
        text = readable(field_of(block, "output"))
        prefix = "Error: " if field_of(block, "status") == "error" else ""
        parts.result(field_of(block, "tool_call_id"), "", prefix + text)
    elif kind in ("reasoning", "reasoning_content"):
        parts.think(field_of(block, "reasoning"), field_of(block, "reasoning_content"))
    elif kind == "text-plain":
        found = [text_field(block, "title"), text_field(block, "text")]
        if found[1] or not parts.file(block, "file"):
            parts.texts.append("\n".join(filter(None, found)))
    elif kind == "non_standard":
        parts.read([field_of(block, "value")])
    else:
        return False
    return True


def write(role: str, text: str, like: Any) -> Any:
    """Return a message of ours, of LangChain's own class."""
    if isinstance(like, Mapping):
        return {"type": "human" if role == "user" else "ai", "content": text}
    kind = {"user": "human", "assistant": "ai"}[role]
    made = type(like)
    if like.type != kind:
        names = {"user": "HumanMessage", "assistant": "AIMessage"}
        made = getattr(sys.modules["langchain_core.messages"], names[role])
    # Users tell a digest by its source; a filler is none.
    source = "headroom" if text not in FILLERS.values() else "headroom_filler"
    return made(content=text, additional_kwargs={"lc_source": source})
