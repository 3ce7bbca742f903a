"""Tool results in messages of any vendor: found, and given another text."""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from headroom.fields import compact_json, field_of, first_of, replaced, text_field

__all__ = [
    "Rewrite",
    "holds_results",
    "tells_of_an_error",
    "with_blocks",
    "with_results",
]

# From a result's text, the id of its call, and the tool's name if the message tells
# it, to the text that is sent in its place.
Rewrite = Callable[[str, str, str], str]

_RESULT_ROLES = ("tool", "function")
_RESULT_ITEMS = ("function_call_output", "custom_tool_call_output")
_RESULT_TYPES = ("tool", "tool_result", *_RESULT_ITEMS)
_CALL_IDS = ("tool_call_id", "tool_use_id", "toolUseId", "call_id")
_TEXT_TYPES = ("text", "input_text", "output_text")
# With these a tool says that it failed (GraphQL, MCP, most JSON APIs).
_ERROR_KEYS = ("error", "errors", "isError", "is_error")
# JSON inside JSON is escaped, which costs; so a result that must stay an object
# has to be this much shorter. Source: escaped quotes are a tenth of compact JSON.
_WORTH_NESTING = 0.9
_FEWEST_ROWS = 2


def holds_results(message: Any) -> bool:
    """Tell whether any part of a message answers a tool call."""
    return _is_result(message) or any(
        _is_result(_inner(block)) or _gemini_key(block)
        for block in (*_items(message, "content"), *_items(message, "parts"))
    )


def with_results(message: Any, rewrite: Rewrite) -> Any:
    """Return `message` with the text of its tool results rewritten.

    Results that are marked as errors, pictures, and everything beside the text stay
    the same objects; so does a message in which nothing changes.
    """
    if _is_result(message):
        return _with_text(message, rewrite)
    message = with_blocks(message, "content", lambda block: _with_block(block, rewrite))
    return with_blocks(message, "parts", lambda block: _with_part(block, rewrite))


def with_blocks(message: Any, key: str, change: Callable[[Any], Any]) -> Any:
    """Return `message`, each block of the list at `key` changed.

    The same message if all blocks stay the same objects, or there is no list.
    """
    blocks = _items(message, key)
    changed = [change(block) for block in blocks]
    if all(new is old for new, old in zip(changed, blocks, strict=True)):
        return message
    return replaced(message, key, tuple(changed) if type(blocks) is tuple else changed)


def _items(message: Any, key: str) -> Sequence[Any]:
    """Return a list that a message holds, () if there is none."""
    value = field_of(message, key)
    return value if isinstance(value, list | tuple) else ()


def _is_result(holder: Any) -> bool:
    """Tell whether a message, an item or a block is a tool's answer as a whole.

    Anthropic's block tells by its type, Converse's by its id, AutoGen's by its fields.
    """
    if isinstance(holder, str):
        return False
    kind, role = field_of(holder, "type"), field_of(holder, "role")
    if role is not None:
        role = getattr(role, "value", role)
        return role in _RESULT_ROLES
    if kind in _RESULT_TYPES or field_of(holder, "toolUseId") is not None:
        return True
    return (
        not isinstance(holder, Mapping)
        and isinstance(field_of(holder, "call_id"), str)
        and isinstance(field_of(holder, "content"), str)
    )


def _inner(block: Any) -> Any:
    """Return the result in a block of Bedrock's Converse API, else the block itself."""
    result = block.get("toolResult") if isinstance(block, Mapping) else None
    return result if isinstance(result, Mapping) else block


def _with_block(block: Any, rewrite: Rewrite) -> Any:
    result = _inner(block)
    new = _with_text(result, rewrite) if _is_result(result) else result
    if new is result:
        return block
    return new if result is block else replaced(block, "toolResult", new)


def _with_text(holder: Any, rewrite: Rewrite) -> Any:
    """Return the holder of a result's text with the text rewritten."""
    if field_of(holder, "is_error") is True or field_of(holder, "status") == "error":
        return holder
    key = "output" if field_of(holder, "type") in _RESULT_ITEMS else "content"
    # LlamaIndex' content is its blocks, and its ids are elsewhere.
    key = key if field_of(holder, "blocks") is None else "blocks"
    extra = field_of(holder, "additional_kwargs")
    call_id = str(first_of(holder, *_CALL_IDS) or first_of(extra, *_CALL_IDS) or "")
    name = text_field(holder, "name") or text_field(extra, "name") or ""
    content = field_of(holder, key)

    def say(text: str) -> str:
        return _rewritten(text, call_id, name, rewrite)

    if isinstance(content, str):
        text = say(content)
        return holder if text is content else replaced(holder, key, text)
    if not isinstance(content, list | tuple):
        return holder
    parts: list[Any] = []
    for are_rows, run in groupby(content, _is_row):
        parts += _with_run([*run], say, are_rows=are_rows)
    if len(parts) == len(content) and all(map(operator.is_, parts, content)):
        return holder
    return replaced(holder, key, tuple(parts) if isinstance(content, tuple) else parts)


def _with_run(
    run: list[Any], say: Callable[[str], str], *, are_rows: bool
) -> list[Any]:
    """Return what a run of blocks becomes: one block of rows, or each of them anew.

    MCP servers send a list as one block of JSON for each row: together, as lines, the
    rows say their keys once.
    """
    if are_rows and len(run) >= _FEWEST_ROWS:
        lines = "\n".join(" ".join((_said(row) or "").split("\n")) for row in run)
        if (new := say(lines)) is not lines:
            return [_saying(run[0], new)]
    return [_with_said(part, say) for part in run]


def _with_said(part: Any, say: Callable[[str], str]) -> Any:
    text = _said(part)
    new = text if text is None else say(text)
    return part if new is text or new is None else _saying(part, new)


def _said(part: Any) -> str | None:
    """Return the text of a block, or the JSON of Converse's; None if it has none."""
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping) and "json" in part:
        return compact_json(part["json"])
    if (field_of(part, "type") or "text") not in _TEXT_TYPES:
        return None
    return text_field(part, "text")


def _saying(part: Any, text: str) -> Any:
    """Return a block with another text."""
    if isinstance(part, str):
        return text
    is_json = isinstance(part, Mapping) and "json" in part
    return {"text": text} if is_json else replaced(part, "text", text)


def _is_row(part: Any) -> bool:
    """Tell whether a block holds the text of a JSON object and nothing else."""
    # LangChain gives each block an id.
    bare = isinstance(part, Mapping) and set(part) <= {"type", "text", "json", "id"}
    text = _said(part) if bare else None
    return bool(text and text.startswith("{") and text.rstrip().endswith("}"))


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
