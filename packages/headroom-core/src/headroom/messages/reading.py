"""Messages of any vendor or library: read into one view, written in their own type."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from headroom.errors import InputError
from headroom.fields import compact_json, field_of
from headroom.messages import (
    anthropic,
    bedrock_converse,
    gemini,
    langchain,
    llama_index,
    openai_chat,
    openai_responses,
    pydantic_ai,
)
from headroom.messages.parts import Parts
from headroom.messages.view import Call, Cost, Message, Result

__all__ = [
    "listed",
    "make_message",
    "read_message",
    "read_messages",
]


class _Format(NamedTuple):
    """One wire format: which messages are its, how to read and how to write them."""

    knows: Callable[[Any], bool]
    read: Callable[[Any, Parts], Message]
    write: Callable[[str, str, Any], Any]


# A message is of the first format that knows it.
_FORMATS = tuple(
    _Format(*functions)
    for functions in (
        (llama_index.is_message, llama_index.read, llama_index.write),
        (langchain.is_message, langchain.read, langchain.write),
        (pydantic_ai.is_message, pydantic_ai.read, pydantic_ai.write),
        (gemini.is_message, gemini.read, gemini.write),
        (openai_responses.is_item, openai_responses.read, openai_responses.write),
        (openai_responses.is_message, openai_chat.read, openai_responses.write),
        (bedrock_converse.is_message, openai_chat.read, bedrock_converse.write),
        (openai_chat.is_message, openai_chat.read, openai_chat.write),
    )
)
# A block is read by the first that knows it: LangChain's messages hold blocks of any
# vendor, and so do gateways.
_BLOCKS = (
    anthropic.read_block,
    gemini.read_block,
    bedrock_converse.read_block,
    llama_index.read_block,
    langchain.read_block,
    openai_responses.read_block,
)


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
    views = []
    for at, message in enumerate(messages, first):
        try:
            views.append(_read(message))
        except InputError as error:
            raise InputError(f"message {at}: {error}") from error
    return _with_ids(views, first)


def read_message(message: Any) -> Message:
    """Return the view of one message; of what is none, the user's with its JSON."""
    try:
        return _read(message)
    except InputError:
        text = compact_json(message)
        return Message(message, "user", text, cost=Cost((text,)))


def _read(message: Any) -> Message:
    """Return the view of one message of any shape."""
    parts = Parts(_BLOCKS)
    parts.pinned = field_of(message, "pinned") is True
    for format_ in _FORMATS:
        if format_.knows(message):
            return format_.read(message, parts)
    kind = field_of(message, "type")
    if not isinstance(kind, str):
        raise InputError(
            f"{type(message).__name__} without a role or type; pass "
            "messages of OpenAI, Anthropic, Gemini, Bedrock, LangChain, LlamaIndex or "
            "pydantic-ai"
        )
    if field_of(message, "content") is None:
        parts.opaque = True
        return parts.view(message, "assistant")
    parts.read(field_of(message, "content"))
    return parts.view(message, kind, str(field_of(message, "name") or ""))


def _with_ids(views: list[Message], first: int) -> list[Message]:
    """Give calls and results without an id one, by tool name and place.

    Such a result answers a call of the latest message that left calls of that tool
    open; the calls of one message are answered in their order. A call has the same id
    wherever reading begins.

    Args:
        views: The views; changed.
        first: Index of the first of them in the whole list.
    """
    opened: dict[str, tuple[int, list[str]]] = {}

    def name(call: Call, at: int, n: int) -> Call:
        if call.id:
            return call
        call = replace(call, id=f"{call.name}#{at}.{n}")
        message, waiting = opened.get(call.name, (at, []))
        opened[call.name] = (at, [*(waiting if message == at else ()), call.id])
        return call

    def answer(result: Result, at: int, n: int) -> Result:
        if result.id:
            return result
        _, waiting = opened.get(result.name, (0, []))
        orphan = f"{result.name}#{at}.-{n}"
        return replace(result, id=waiting.pop(0) if waiting else orphan)

    for at, view in enumerate(views, first):
        if all(c.id for c in view.calls) and all(r.id for r in view.results):
            continue
        calls = tuple(name(call, at, n) for n, call in enumerate(view.calls))
        results = tuple(answer(each, at, n) for n, each in enumerate(view.results))
        views[at - first] = replace(view, calls=calls, results=results)
    return views


def make_message(role: str, text: str, messages: Sequence[Any]) -> Any:
    """Return a message that says `text`, in the shape of its neighbours.

    The shape is that of the first user message, else of the first message that is no
    system message; OpenAI's dict where that tells nothing.

    Args:
        role: "user" or "assistant".
        text: What it says.
        messages: The conversation that it is for.
    """
    first: Any = None
    for message in messages:
        view = read_message(message)
        if view.role == "user" and not view.results and view.text:
            first = message
            break
        if first is None and not view.is_system:
            first = message
    for format_ in _FORMATS:
        if format_.knows(first):
            return format_.write(role, text, first)
    return openai_chat.write(role, text, {})
