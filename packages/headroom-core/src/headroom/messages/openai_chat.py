"""OpenAI chat completions, and what speaks its language: vLLM, DeepSeek, LiteLLM."""

from collections.abc import Mapping
from typing import Any

from headroom.fields import field_of, first_of, text_field
from headroom.messages.parts import Parts
from headroom.messages.view import Message

__all__ = ["is_message", "read", "read_calls", "read_reasoning", "role_of", "write"]

_ROLES = {
    "developer": "system",
    "function": "tool",
    "human": "user",
    "ai": "assistant",
    "model": "assistant",
    "chatbot": "assistant",
}
# Some models refuse a tool call of this turn that comes back without it.
_REASONING_KEYS = (
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "thinking_blocks",
)


def is_message(message: Any) -> bool:
    """Tell whether this is a message with a role, of whatever further shape."""
    role = field_of(message, "role")
    return isinstance(getattr(role, "value", role), str)


def role_of(role: Any) -> str:
    """Return the word of `Message.role` for a role in a vendor's word."""
    word = str(getattr(role, "value", role))
    return _ROLES.get(word, word)


def read(message: Any, parts: Parts) -> Message:
    """Read a message that has a role and content."""
    role = role_of(field_of(message, "role"))
    name = text_field(message, "name") or ""
    parts.read(field_of(message, "content"))
    if refusal := text_field(message, "refusal"):
        parts.texts.append(refusal)
    if transcript := text_field(field_of(message, "audio"), "transcript"):
        parts.texts.append(transcript)
    read_reasoning(message, parts)
    read_calls(message, {}, parts)
    call_id = field_of(message, "tool_call_id")
    if role == "tool":
        parts.results_from_texts(call_id, name)
    parts.answers(call_id)
    return parts.view(message, role, name)


def read_reasoning(holder: Any, parts: Parts) -> None:
    """Note the reasoning that a message carries beside its content."""
    if thoughts := [each for k in _REASONING_KEYS if (each := field_of(holder, k))]:
        parts.think(thoughts)


def read_calls(message: Any, extra: Mapping[str, Any], parts: Parts) -> None:
    """Read the tool calls beside a message's content, each id once."""
    calls = field_of(message, "tool_calls") or extra.get("tool_calls")
    seen = {call.id for call in parts.calls}
    for call in calls if isinstance(calls, list | tuple) else ():
        function = field_of(call, "function") or field_of(call, "custom")
        inner = function if function is not None else call
        call_id = str(field_of(call, "id") or "")
        if call_id and call_id in seen:
            continue
        arguments = first_of(inner, "arguments", "args", "input")
        parts.call(call_id, field_of(inner, "name"), arguments, call)
    legacy = field_of(message, "function_call") or extra.get("function_call")
    if legacy is not None and (name := field_of(legacy, "name")):
        parts.call(name, name, field_of(legacy, "arguments"))


def write(role: str, text: str, like: Any) -> Any:
    """Return a message of ours: a dict, or an object of the type of `like`."""
    if not isinstance(like, Mapping):
        try:
            return type(like)(role=role, content=text)
        except (TypeError, ValueError):
            # An SDK's answer, say, which takes no role of the user's.
            pass
    return {"role": role, "content": text}
