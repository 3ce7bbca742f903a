"""Content blocks of Anthropic's Messages API."""

from typing import Any

from headroom.fields import compact_json, field_of, first_of, text_field
from headroom.messages.parts import Parts
from headroom.messages.readable import readable

__all__ = ["read_block"]

_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
_THINKING = ("thinking", "redacted_thinking")
# They change the tools from here on.
_SETTINGS = ("tool_addition", "tool_removal", "mcp_tool_listing")


def read_block(block: Any, kind: str, parts: Parts) -> bool:
    """Read a block into the parts, if it is Anthropic's."""
    if kind in _THINKING:
        parts.think(first_of(block, "thinking", "content"))
    elif kind == "compaction":
        # Without content it is a compaction that failed, which does nothing.
        history = text_field(block, "content", "encrypted_content")
        parts.think(history)
        parts.is_history = history is not None
    elif kind in _SETTINGS:
        parts.opaque = parts.pinned = True
        parts.think(compact_json(block))
    elif kind in _CALLS:
        call_id, name = field_of(block, "id"), field_of(block, "name")
        parts.call(call_id, name, field_of(block, "input"))
    elif "result" in kind and field_of(block, "tool_use_id"):
        _read_result(block, kind, parts)
    elif kind == "document":
        return _read_document(block, parts)
    elif kind == "search_result":
        found = [text_field(block, "title"), text_field(block, "source")]
        found.append(parts.text_of(field_of(block, "content")))
        parts.texts.append("\n".join(filter(None, found)))
    else:
        return False
    return True


def _read_result(block: Any, kind: str, parts: Parts) -> None:
    content = field_of(block, "content")
    # The server's own tools answer with structures, others with content blocks.
    own = kind not in ("tool_result", "mcp_tool_result")
    text = readable(content) if own else parts.text_of(content)
    name = kind.removesuffix("_tool_result") if own else ""
    prefix = "Error: " if field_of(block, "is_error") is True else ""
    spelt = content if own else None
    parts.result(field_of(block, "tool_use_id"), name, prefix + text, spelt)


def _read_document(block: Any, parts: Parts) -> bool:
    """Read a document of text; others are labelled like any file."""
    source = field_of(block, "source")
    content = field_of(source, "content")
    if field_of(source, "type") == "text":
        content = field_of(source, "data")
    elif field_of(source, "type") != "content":
        return False
    titles = [text_field(block, "title"), text_field(block, "context")]
    parts.texts.append("\n".join(filter(None, [*titles, parts.text_of(content)])))
    return True
