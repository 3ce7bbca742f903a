"""OpenAI chat completions, and what speaks its language: vLLM, DeepSeek, LiteLLM."""

from collections.abc import Mapping
from typing import Any

from headroom.messages.parts import Parts, text_field
from headroom.messages.view import Message
from headroom.tokens import field_of

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
    if role == "tool" and not parts.results:
        call_id = field_of(message, "tool_call_id") or name
        parts.result(call_id, name, "\n".join(parts.texts))
        parts.texts.clear()
    return parts.view(message, role, name)


def read_reasoning(holder: Any, parts: Parts) -> None:
    """Note the reasoning that a message carries beside its content."""
    if any(field_of(holder, key) for key in _REASONING_KEYS):
        parts.opaque = True


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
        found = (field_of(inner, key) for key in ("arguments", "args", "input"))
        arguments = next((each for each in found if each is not None), None)
        parts.call(call_id, field_of(inner, "name"), arguments)
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
