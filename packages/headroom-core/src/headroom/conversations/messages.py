"""Read-only views of chat messages, whatever library or API they come from.

One `Message` per message: what the rest of the package needs to know, beside the
object itself. Nothing here decides what is kept; nothing beyond here asks which
shape a message has.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from headroom.errors import InputError
from headroom.tokens import compact_json, field_of

__all__ = ["Call", "Message", "Result", "listed", "make_user_message", "read_messages"]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call: its id, the tool's name, its arguments parsed where JSON."""

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class Result:
    """A tool's answer: the id of its call, the tool's name if told, its text."""

    id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """What one message holds.

    Attributes:
        source: The message itself, as the caller handed it in.
        role: "system", "user", "assistant", "tool", or another word as it is.
        text: Its text for a reader: blocks joined by newlines, "" if none.
        calls: The tool calls it makes.
        results: The tool calls it answers.
        opaque: It holds something that only its vendor can read (thinking,
            reasoning, stored or encrypted items).
        pinned: It must stay: the caller marked it, or it stands for history
            that is kept elsewhere.
        name: The speaker's or tool's name, "" if none.
    """

    source: Any
    role: str
    text: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()
    opaque: bool = False
    pinned: bool = False
    name: str = ""

    @property
    def is_system(self) -> bool:
        """Whether it instructs the model rather than talks to it."""
        return self.role == "system"


def listed(messages: Iterable[Any]) -> list[Any]:
    """Return messages of any iterable as a list.

    Raises:
        InputError: `messages` is a text, a whole payload or nothing to iterate.
    """
    if isinstance(messages, str | bytes | Mapping) or not isinstance(
        messages, Iterable
    ):
        raise InputError(
            f"messages must be a list of chat messages, got {type(messages).__name__}; "
            "pass the list itself, such as payload['messages']"
        )
    return list(messages)


def read_messages(messages: Iterable[Any], first: int = 0) -> list[Message]:
    """Return one view per message, same order; `[]` for no messages.

    Calls and results that carry no id (Gemini) get one from their tool's name and
    order, so that they pair like the others.

    Args:
        messages: What to read.
        first: Index of the first of them, for errors.

    Raises:
        InputError: One of them is neither a mapping nor an object with a role or
            a type.
    """
    views = [_read(message, at) for at, message in enumerate(messages, first)]
    return _with_ids(views)


_ROLES = {
    "human": "user",
    "HumanMessageChunk": "user",
    "ai": "assistant",
    "AIMessageChunk": "assistant",
    "model": "assistant",
    "chatbot": "assistant",
    "SystemMessageChunk": "system",
    "developer": "system",
    "function": "tool",
    "ToolMessageChunk": "tool",
    "FunctionMessageChunk": "tool",
}
_CALL_BLOCKS = ("tool_use", "server_tool_use", "mcp_tool_use")
_OPAQUE = (
    "thinking",
    "redacted_thinking",
    "reasoning",
    "reasoning_content",
    "item_reference",
    "compaction",
)
# They stand for history that only the server holds.
_STANDS_FOR_HISTORY = ("item_reference", "compaction")


class _Found:
    """The parts of one message while it is read."""

    __slots__ = ("calls", "opaque", "pinned", "results", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.calls: list[Call] = []
        self.results: list[Result] = []
        self.opaque = False
        self.pinned = False


def _read(message: Any, at: int) -> Message:
    """Return the view of one message of any shape."""
    role, kind = field_of(message, "role"), field_of(message, "type")
    role = getattr(role, "value", role)
    if not isinstance(role, str):
        role = None
    if role is None and not isinstance(kind, str):
        raise InputError(
            f"message {at} is {type(message).__name__} without a role or type; pass "
            "OpenAI, Anthropic, LangChain or LlamaIndex messages or Responses items"
        )
    found = _Found()
    extra = field_of(message, "additional_kwargs")
    extra = extra if isinstance(extra, Mapping) else {}
    found.pinned = field_of(message, "pinned") is True or extra.get("pinned") is True
    name = field_of(message, "name")
    name = name if isinstance(name, str) else ""
    if role is None:
        assert isinstance(kind, str)
        if isinstance(message, Mapping) and "content" not in message:
            return Message(
                message,
                _read_item(message, kind, found),
                "\n".join(found.texts),
                tuple(found.calls),
                tuple(found.results),
                found.opaque,
                found.pinned,
                name,
            )
        role = str(_ROLES.get(kind, kind))
    role = str(_ROLES.get(role, role))
    call_id = field_of(message, "tool_call_id") or extra.get("tool_call_id")
    blocks = field_of(message, "blocks")
    _read_content(field_of(message, "content") if blocks is None else blocks, found)
    _read_content(field_of(message, "parts"), found)
    _read_calls(message, extra, found)
    text = "\n".join(found.texts)
    if role == "tool" and not found.results:
        found.results.append(Result(str(call_id or name or ""), name, text))
        text = ""
    return Message(
        source=message,
        role=role,
        text=text,
        calls=tuple(found.calls),
        results=tuple(found.results),
        opaque=found.opaque,
        pinned=found.pinned,
        name=name,
    )


def _read_item(item: Mapping[str, Any], kind: str, found: _Found) -> str:
    """Read a Responses item that is no message; return the role it plays."""
    call_id = str(item.get("call_id") or item.get("id") or "")
    if kind.endswith("_output"):
        texts = _Found()
        _read_content(item.get("output"), texts)
        found.results.append(Result(call_id, "", "\n".join(texts.texts)))
        return "tool"
    if kind.endswith("_call") and item.get("call_id"):
        arguments = item.get("arguments", item.get("input", item.get("action")))
        name = str(item.get("name") or kind)
        found.calls.append(Call(call_id, name, _parsed(arguments)))
        return "assistant"
    found.opaque = kind in _OPAQUE or not kind.endswith("_call")
    found.pinned = found.pinned or kind in _STANDS_FOR_HISTORY
    if kind.endswith("_call"):
        found.texts.append(f"[{kind}]")
    return "assistant"


def _read_content(content: Any, found: _Found) -> None:
    """Read a message's content into `found`."""
    if content is None or content == "":
        return
    if isinstance(content, list | tuple):
        for block in content:
            if isinstance(block, str):
                found.texts.append(block)
            else:
                _read_block(block, found)
    elif isinstance(content, Mapping):
        _read_block(content, found)
    elif isinstance(content, bytes):
        found.texts.append(f"[{len(content)} bytes omitted]")
    else:
        found.texts.append(str(content))


def _read_block(block: Any, found: _Found) -> None:
    """Read one content block into `found`."""
    kind = str(field_of(block, "type") or field_of(block, "block_type") or "")
    if kind in _OPAQUE or kind in ("cache", "cachePoint"):
        found.opaque = True
        return
    if field_of(block, "thought") is True:
        found.opaque = True
        return
    if _read_tool_block(block, kind, found):
        return
    text = field_of(block, "text")
    if not isinstance(text, str):
        text = field_of(block, "refusal")
    if isinstance(text, str):
        found.texts.append(text)
    elif label := _media_label(block, kind):
        found.texts.append(label)
    elif isinstance(content := field_of(block, "content"), str | list | tuple):
        _read_content(content, found)
    elif isinstance(block, Mapping) and not kind:
        found.texts.append(compact_json(block))
    else:
        found.texts.append(f"[{kind or type(block).__name__} omitted]")


def _read_tool_block(block: Any, kind: str, found: _Found) -> bool:
    """Read a block that calls a tool or answers a call; tell whether it was one."""
    call = field_of(block, "functionCall") or field_of(block, "function_call")
    if call is not None:
        found.calls.append(
            Call(
                str(field_of(call, "id") or ""),
                str(field_of(call, "name") or ""),
                field_of(call, "args"),
            )
        )
        return True
    answer = field_of(block, "functionResponse") or field_of(block, "function_response")
    if answer is not None:
        response = field_of(answer, "response")
        text = response if isinstance(response, str) else compact_json(response)
        name = str(field_of(answer, "name") or "")
        found.results.append(Result(str(field_of(answer, "id") or ""), name, text))
        return True
    if kind in _CALL_BLOCKS or (kind == "tool_call" and field_of(block, "name")):
        arguments = field_of(block, "input")
        if arguments is None:
            arguments = field_of(block, "args")
        name = str(field_of(block, "name") or "")
        found.calls.append(Call(str(field_of(block, "id")), name, _parsed(arguments)))
        return True
    if kind == "tool_call" and field_of(block, "tool_name"):
        found.calls.append(
            Call(
                str(field_of(block, "tool_call_id")),
                str(field_of(block, "tool_name")),
                _parsed(field_of(block, "tool_kwargs")),
            )
        )
        return True
    answered = field_of(block, "tool_use_id")
    if answered:
        texts = _Found()
        _read_content(field_of(block, "content"), texts)
        prefix = "Error: " if field_of(block, "is_error") is True else ""
        found.results.append(Result(str(answered), "", prefix + "\n".join(texts.texts)))
        return True
    return False


def _media_label(block: Any, kind: str) -> str:
    """Return what stands for a picture, sound or file, "" if it is none."""
    media = next(
        (
            word
            for word in ("image", "audio", "video", "document", "file")
            if word in kind
        ),
        "",
    )
    inline = field_of(block, "inlineData") or field_of(block, "inline_data")
    if inline is not None and not media:
        media = "file"
    if not media:
        return ""
    name = next(
        (
            value
            for key in ("title", "filename", "name", "file_id", "path")
            if isinstance(value := field_of(block, key), str) and value
        ),
        "",
    )
    url = field_of(block, "image_url")
    url = field_of(url, "url") if isinstance(url, Mapping) else url
    if not name and isinstance(url, str) and url.startswith("http"):
        name = url
    return f"[{media} omitted: {name}]" if name else f"[{media} omitted]"


def _read_calls(message: Any, extra: Mapping[str, Any], found: _Found) -> None:
    """Read the tool calls that stand beside a message's content."""
    calls = field_of(message, "tool_calls") or extra.get("tool_calls")
    seen = {call.id for call in found.calls}
    for call in calls if isinstance(calls, list | tuple) else ():
        function = field_of(call, "function") or field_of(call, "custom")
        inner = function if function is not None else call
        call_id = str(field_of(call, "id") or "")
        if call_id and call_id in seen:
            continue
        arguments = field_of(inner, "arguments")
        for key in ("args", "input"):
            if arguments is None:
                arguments = field_of(inner, key)
        name = str(field_of(inner, "name") or "")
        found.calls.append(Call(call_id, name, _parsed(arguments)))
    legacy = field_of(message, "function_call")
    if legacy is not None and field_of(legacy, "name"):
        name = str(field_of(legacy, "name"))
        found.calls.append(Call(name, name, _parsed(field_of(legacy, "arguments"))))


def _parsed(arguments: Any) -> Any:
    """Return arguments as the value they spell, or as they are."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments


def _with_ids(views: list[Message]) -> list[Message]:
    """Give calls and results without an id one, by tool name and order."""
    called: dict[str, int] = {}
    answered: dict[str, int] = {}
    for at, view in enumerate(views):
        if all(c.id for c in view.calls) and all(r.id for r in view.results):
            continue
        calls, results = [], []
        for call in view.calls:
            if not call.id:
                called[call.name] = called.get(call.name, 0) + 1
                call = replace(call, id=f"{call.name}#{called[call.name]}")
            calls.append(call)
        for result in view.results:
            if not result.id:
                answered[result.name] = answered.get(result.name, 0) + 1
                result = replace(result, id=f"{result.name}#{answered[result.name]}")
            results.append(result)
        views[at] = replace(view, calls=tuple(calls), results=tuple(results))
    return views


def make_user_message(text: str, messages: Sequence[Any]) -> Any:
    """Return a user message that says `text`, in the shape of its neighbours.

    The shape is that of the first user message, else of the first message that
    is no system message; OpenAI's dict where that tells nothing.
    """
    views = (_read(message, at) for at, message in enumerate(messages))
    others = (view for view in views if not view.is_system)
    first = next(others, None)
    users = (
        v for v in chain([first], others) if v and v.role == "user" and not v.results
    )
    like = next(users, first)
    source = like.source if like else {}
    if isinstance(source, Mapping):
        return _user_mapping(text, source)
    if hasattr(source, "additional_kwargs") and hasattr(source, "blocks"):
        role = type(field_of(source, "role"))
        return type(source)(role=role("user"), content=text)
    if hasattr(source, "additional_kwargs") and hasattr(source, "type"):
        human = type(source)
        if source.type != "human":
            human = sys.modules["langchain_core.messages"].HumanMessage
        return human(content=text, additional_kwargs={"lc_source": "headroom"})
    try:
        return type(source)(role="user", content=text)
    except TypeError:
        return {"role": "user", "content": text}


def _user_mapping(text: str, like: Mapping[str, Any]) -> dict[str, Any]:
    """Return a user message as a dict of the shape of `like`."""
    if "parts" in like:
        return {"role": "user", "parts": [{"text": text}]}
    if like.get("type") == "message":
        content = [{"type": "input_text", "text": text}]
        return {"type": "message", "role": "user", "content": content}
    if like.get("type") in ("human", "ai"):
        return {"type": "human", "content": text}
    return {"role": "user", "content": text}
