"""Items of OpenAI's Responses API, as dicts and as the SDK's objects."""

from collections.abc import Mapping
from typing import Any

from headroom.fields import compact_json, field_of, first_of, text_field
from headroom.messages.parts import Parts
from headroom.messages.readable import plain, readable
from headroom.messages.view import Message

__all__ = ["is_item", "is_message", "read", "read_block", "write"]

# What an item says about the call that it makes: the first of these it has.
_ARGUMENTS = ("arguments", "input", "action", "operation", "queries", "query", "code")
_ANSWERS = ("output", "outputs", "results", "logs")
_OPAQUE = ("reasoning", "mcp_list_tools")
# They set what holds from here on, as a system message does.
_SETTINGS = ("additional_tools", "configuration_update")


def is_item(message: Any) -> bool:
    """Tell whether this is an item, not a message with a role."""
    kind = field_of(message, "type")
    return isinstance(kind, str) and _knows(kind)


def is_message(message: Any) -> bool:
    """Tell whether this is an item of type message, as a dict."""
    return isinstance(message, Mapping) and message.get("type") == "message"


def _knows(kind: str) -> bool:
    return (
        kind.endswith(("_call", "_output"))
        or kind in _OPAQUE
        or kind in _SETTINGS
        or kind.startswith(("mcp_approval_", "compaction"))
        or kind in ("item_reference", "program")
    )


def read(item: Any, parts: Parts) -> Message:
    """Read an item; the role is the one that it plays."""
    kind = str(field_of(item, "type"))
    if kind.endswith("_output") or kind == "mcp_approval_response":
        role = "tool"
    elif kind in _SETTINGS:
        role = "system"
    else:
        role = "assistant"
    _read(item, kind, parts)
    return parts.view(item, role)


def read_block(block: Any, kind: str, parts: Parts) -> bool:
    """Read an item that stands as a block in a message, as LangChain has it."""
    if kind in ("tool_call", "server_tool_call") or not _knows(kind):
        return False
    _read(block, kind, parts)
    return True


def _read(item: Any, kind: str, parts: Parts) -> None:
    call_id = field_of(item, "call_id") or field_of(item, "id")
    if kind == "mcp_approval_request":
        parts.call(call_id, field_of(item, "name"), field_of(item, "arguments"))
    elif kind == "mcp_approval_response":
        said = "approved" if field_of(item, "approve") is True else "not approved"
        reason = text_field(item, "reason")
        asked = field_of(item, "approval_request_id")
        parts.result(asked, "", f"{said}: {reason}" if reason else said)
    elif kind in ("item_reference", "compaction", "compaction_summary"):
        parts.think(field_of(item, "encrypted_content"))
        parts.is_history = kind != "item_reference"
        parts.pinned = parts.pinned or not parts.is_history
    elif kind.endswith("_output"):
        _read_output(item, kind, call_id, parts)
    elif kind.endswith("_call") or kind == "program":
        _read_call(item, kind, call_id, parts)
    elif kind == "reasoning":
        parts.think(field_of(item, "summary"), field_of(item, "content"))
    else:
        parts.think(compact_json(item))


def _read_output(item: Any, kind: str, call_id: Any, parts: Parts) -> None:
    output = field_of(item, "output") or field_of(item, "result")
    text = parts.text_of(output) if _is_content(output) else readable(output)
    name = field_of(item, "name")
    if kind not in ("function_call_output", "custom_tool_call_output"):
        name = name or kind.removesuffix("_output").removesuffix("_call")
    if field_of(item, "status") == "failed":
        text = f"Error: {text}"
    # The tools that a search found hold from here on, for the vendor alone.
    parts.opaque = parts.opaque or kind == "tool_search_output"
    parts.result(call_id, name, text)


def _is_content(output: Any) -> bool:
    """Tell whether an output is a list of content blocks, or one such block."""
    first = output[0] if isinstance(output, list | tuple) and output else output
    kind = field_of(first, "type")
    return isinstance(kind, str) and kind.startswith(("input_", "output_", "computer"))


def _read_call(item: Any, kind: str, call_id: Any, parts: Parts) -> None:
    name = field_of(item, "name") or kind.removesuffix("_call")
    parts.call(call_id, name, plain(first_of(item, *_ARGUMENTS)))
    if field_of(item, "call_id"):
        return
    # A tool of the server's: called and answered in one item.
    answers = [readable(field_of(item, key)) for key in _ANSWERS]
    if error := readable(field_of(item, "error")):
        answers.append(f"Error: {error}")
    if kind == "image_generation_call":
        made = {"data": text_field(item, "result")}
        made["title"] = text_field(item, "revised_prompt")
        answers.append(parts.text_of([{"type": "image", **made}]))
    parts.result(call_id, name, "\n".join(filter(None, answers)))


def write(role: str, text: str, like: Any) -> Any:
    """Return a message of ours; the assistant's has no id, so its content is text."""
    if role == "assistant":
        return {"type": "message", "role": role, "content": text}
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": role, "content": content}
