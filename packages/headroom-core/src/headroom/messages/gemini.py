"""Contents and parts of Gemini's API, as dicts and as google-genai's `Content`."""

from collections.abc import Mapping
from typing import Any

from headroom.fields import compact_json, field_of, first_of
from headroom.messages.parts import Parts
from headroom.messages.readable import readable
from headroom.messages.view import Message

__all__ = ["is_message", "read", "read_block", "write"]


_PART_KEYS = (
    "text",
    "inlineData",
    "inline_data",
    "fileData",
    "file_data",
    "functionCall",
    "function_call",
    "functionResponse",
    "function_response",
)


def is_message(message: Any) -> bool:
    """Tell whether a message has parts instead of content, or is a bare part.

    Google's SDK takes a text or a part for a content of the user's.
    """
    if isinstance(message, Mapping) and "parts" in message:
        return "content" not in message and "kind" not in message
    return _is_part(message) or (
        hasattr(message, "parts") and not hasattr(message, "kind")
    )


def _is_part(message: Any) -> bool:
    if isinstance(message, Mapping):
        return bool(message) and set(message) <= {"pinned", *_PART_KEYS}
    return isinstance(message, str) or hasattr(message, "inline_data")


def read(message: Any, parts: Parts) -> Message:
    """Read a content; one without a role is the user's."""
    role = field_of(message, "role")
    role = {"model": "assistant", "function": "tool"}.get(role, role or "user")
    parts.read([message] if _is_part(message) else field_of(message, "parts"))
    return parts.view(message, str(role))


def read_block(block: Any, kind: str, parts: Parts) -> bool:
    """Read a part into the parts, if it is Gemini's."""
    if not isinstance(block, Mapping):
        if kind:
            return False  # Google's objects have no type.
        # Asking an object for fields that it lacks takes long.
        block = getattr(block, "__dict__", block)
    if first_of(block, "thoughtSignature", "thought_signature"):
        parts.think()
    call = first_of(block, "functionCall", "function_call")
    answer = first_of(block, "functionResponse", "function_response")
    code = first_of(block, "executableCode", "executable_code")
    ran = first_of(block, "codeExecutionResult", "code_execution_result")
    data = first_of(block, "inlineData", "inline_data")
    data = data if data is not None else first_of(block, "fileData", "file_data")
    if field_of(block, "thought") is True:
        parts.think(field_of(block, "text"))
    elif call is not None:
        parts.call(field_of(call, "id"), field_of(call, "name"), field_of(call, "args"))
    elif answer is not None:
        response = field_of(answer, "response")
        text = response if isinstance(response, str) else compact_json(response)
        parts.result(field_of(answer, "id"), field_of(answer, "name"), text)
    elif code is not None:
        parts.call("", "code_execution", field_of(code, "code"))
    elif ran is not None:
        parts.result("", "code_execution", readable(field_of(ran, "output")))
    elif data is not None and not kind:
        media = str(first_of(data, "mimeType", "mime_type") or "").partition("/")[0]
        known = media in ("image", "audio", "video")
        parts.file(data, media if known else "file")
    else:
        return False
    return True


def write(role: str, text: str, like: Any) -> Any:
    """Return a content of ours, of the type of `like`."""
    role = "model" if role == "assistant" else role
    if isinstance(like, Mapping | str) or _is_part(like):
        return {"role": role, "parts": [{"text": text}]}
    part: Any = {"text": text}
    inner = field_of(like, "parts") or ()
    if inner and not isinstance(inner[0], Mapping):
        part = type(inner[0])(text=text)
    return type(like)(role=role, parts=[part])
