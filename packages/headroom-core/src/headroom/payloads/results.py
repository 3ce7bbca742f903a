"""Tool results in messages of any vendor: found, and given another text."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom.fields import compact_json, field_of
from headroom.payloads.shapes import replaced

__all__ = ["Rewrite", "holds_results", "tells_of_an_error", "with_results"]

# From a result's text, the id of its call, and the tool's name if the message tells
# it, to the text that is sent in its place.
Rewrite = Callable[[str, str, str], str]

_RESULT_ROLES = ("tool", "function")
_RESULT_ITEMS = ("function_call_output", "custom_tool_call_output")
_TEXT_TYPES = ("text", "input_text", "output_text")
# With these a tool says that it failed (GraphQL, MCP, most JSON APIs).
_ERROR_KEYS = ("error", "errors", "isError", "is_error")
# JSON inside JSON is escaped, which costs; so a result that must stay an object
# has to be this much shorter. Source: escaped quotes are a tenth of compact JSON.
_WORTH_NESTING = 0.9
_FEWEST_ROWS = 2


def holds_results(message: Any) -> bool:
    """Tell whether any part of a message answers a tool call."""
    if _is_result_message(message) or field_of(message, "type") in _RESULT_ITEMS:
        return True
    return any(
        _is_result_block(block) or _gemini_key(block) or _converse_result(block)
        for block in (*_items(message, "content"), *_items(message, "parts"))
    )


def with_results(message: Any, rewrite: Rewrite) -> Any:
    """Return `message` with the text of its tool results rewritten.

    Results that are marked as errors, pictures, and everything beside the text stay
    the same objects; so does a message in which nothing changes.
    """
    if _is_result_message(message):
        call_id = str(field_of(message, "tool_call_id") or "")
        return _with_text(message, "content", call_id, rewrite)
    if field_of(message, "type") in _RESULT_ITEMS:
        call_id = str(field_of(message, "call_id") or "")
        return _with_text(message, "output", call_id, rewrite)
    for key, change in (("content", _with_block), ("parts", _with_part)):
        blocks = _items(message, key)
        if not blocks:
            continue
        changed = [change(block, rewrite) for block in blocks]
        if any(new is not old for new, old in zip(changed, blocks, strict=True)):
            same_type = tuple(changed) if isinstance(blocks, tuple) else changed
            message = replaced(message, key, same_type)
    return message


def _items(message: Any, key: str) -> Sequence[Any]:
    """Return a list that a message holds, () if there is none."""
    value = field_of(message, key)
    return value if isinstance(value, list | tuple) else ()


def _is_result_message(message: Any) -> bool:
    """Tell whether a whole message is one tool's answer."""
    role = field_of(message, "role")
    role = getattr(role, "value", role)
    if role is None:
        return bool(field_of(message, "type") == "tool")
    return role in _RESULT_ROLES


def _is_result_block(block: Any) -> bool:
    """Tell whether a block is Anthropic's tool_result, or AutoGen's result."""
    if isinstance(block, str):
        return False
    if field_of(block, "type") == "tool_result":
        return True
    return (
        not isinstance(block, Mapping)
        and isinstance(field_of(block, "call_id"), str)
        and isinstance(field_of(block, "content"), str)
    )


def _converse_result(block: Any) -> Any:
    """Return the result in a block of Bedrock's Converse API, None if it is none."""
    result = block.get("toolResult") if isinstance(block, Mapping) else None
    return result if isinstance(result, Mapping) else None


def _with_converse_result(block: Any, rewrite: Rewrite) -> Any:
    """Return Converse's block with its text rewritten; a JSON value becomes text."""
    result = _converse_result(block)
    call_id = str(result.get("toolUseId") or "")
    if result.get("status") == "error":
        return block
    content, changed = [], False
    for part in result.get("content") or ():
        value = part.get("json") if isinstance(part, Mapping) else None
        said = field_of(part, "text") if value is None else compact_json(value)
        new = part
        if isinstance(said, str):
            text = _rewritten(said, call_id, "", rewrite)
            new = part if text is said else {"text": text}
        content.append(new)
        changed = changed or new is not part
    if not changed:
        return block
    return {**block, "toolResult": {**result, "content": content}}


def _with_block(block: Any, rewrite: Rewrite) -> Any:
    if _converse_result(block) is not None:
        return _with_converse_result(block, rewrite)
    if not _is_result_block(block):
        return block
    call_id = field_of(block, "tool_use_id") or field_of(block, "call_id") or ""
    return _with_text(block, "content", str(call_id), rewrite)


def _with_text(holder: Any, key: str, call_id: str, rewrite: Rewrite) -> Any:
    """Return the holder of a result's text with the text rewritten."""
    if field_of(holder, "is_error") is True or field_of(holder, "status") == "error":
        return holder
    name = field_of(holder, "name")
    name = name if isinstance(name, str) else ""
    content = field_of(holder, key)
    if isinstance(content, str):
        text = _rewritten(content, call_id, name, rewrite)
        return holder if text is content else replaced(holder, key, text)
    if not isinstance(content, list | tuple):
        return holder
    joined = _joined(content, call_id, name, rewrite)
    if joined is not None:
        return replaced(holder, key, joined)
    parts, changed = [], False
    for part in content:
        new = part
        if isinstance(part, str):
            new = _rewritten(part, call_id, name, rewrite)
        elif (field_of(part, "type") or "text") in _TEXT_TYPES:
            said = field_of(part, "text")
            if isinstance(said, str):
                text = _rewritten(said, call_id, name, rewrite)
                new = part if text is said else replaced(part, "text", text)
        parts.append(new)
        changed = changed or new is not part
    if not changed:
        return holder
    return replaced(holder, key, tuple(parts) if isinstance(content, tuple) else parts)


def _joined(
    content: Sequence[Any], call_id: str, name: str, rewrite: Rewrite
) -> list[Any] | None:
    """Return the one block that all blocks of a result become; None if they don't.

    MCP servers send a list as one block of JSON for each row: together, as lines, the
    rows say their keys once.
    """
    texts = [_row(part) for part in content]
    if len(texts) < _FEWEST_ROWS or not all(texts):
        return None
    lines = "\n".join(" ".join(text.split("\n")) for text in texts if text)
    new = _rewritten(lines, call_id, name, rewrite)
    return None if new is lines else [replaced(content[0], "text", new)]


def _row(part: Any) -> str:
    """Return the JSON object that a block of text and nothing else holds, else ""."""
    text = field_of(part, "text")
    bare = isinstance(part, Mapping) and set(part) <= {"type", "text"}
    if not bare or not isinstance(text, str) or not text.startswith("{"):
        return ""
    return text if text.rstrip().endswith("}") else ""


def _rewritten(text: str, call_id: str, name: str, rewrite: Rewrite) -> str:
    """Return the new text; the very same object if nothing is to change."""
    new = rewrite(text, call_id, name) if text else text
    return text if new == text else new


def tells_of_an_error(text: str) -> bool:
    """Tell whether a text is a JSON object that says the tool failed."""
    # Parsing takes a tenth of what minifying does, so texts without such a key are
    # told by looking.
    if not any(f'"{key}"' in text for key in _ERROR_KEYS):
        return False
    if not text.lstrip().startswith("{"):
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and any(value.get(key) for key in _ERROR_KEYS)


def _gemini_key(part: Any) -> str:
    """Return the key under which a part holds a function's response, "" if none."""
    for key in ("functionResponse", "function_response"):
        if field_of(part, key) is not None:
            return key
    return ""


def _with_part(part: Any, rewrite: Rewrite) -> Any:
    """Return Gemini's part with its function's response rewritten.

    A response must be an object: its only text or value is replaced under its own
    key, and an object of several entries goes under `output`, which is the key that
    Google's API reference names for a function's output.
    """
    key = _gemini_key(part)
    answer = field_of(part, key) if key else None
    response = field_of(answer, "response")
    if not isinstance(response, Mapping) or not response:
        return part
    if any(response.get(error) for error in _ERROR_KEYS):
        return part
    entry, value = "output", response
    if len(response) == 1:
        [(entry, value)] = response.items()
    text = value if isinstance(value, str) else compact_json(value)
    call_id = str(field_of(answer, "id") or "")
    new = _rewritten(text, call_id, str(field_of(answer, "name") or ""), rewrite)
    if new is text:
        return part
    nested = {entry: new}
    if len(compact_json(nested)) > _WORTH_NESTING * len(compact_json(response)):
        return part
    return replaced(part, key, replaced(answer, "response", nested))
