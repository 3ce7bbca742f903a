"""A history of LangChain messages within a token budget, still valid for its API."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from headroom.conversations import ConversationCompressor
from headroom.conversations.block import parse
from headroom.errors import BudgetError

__all__ = ["acompressed", "compressed", "digest_message", "is_digest"]


class _Attempt(NamedTuple):
    """One way to ask the compressor.

    Attributes:
        compressor: Who is asked.
        items: The messages as the compressor sees them.
        stand_ins: What items are in place of, by `id()`; None is in place of nothing.
    """

    compressor: ConversationCompressor
    items: list[BaseMessage]
    stand_ins: dict[int, BaseMessage | None]


def compressed(
    messages: Sequence[BaseMessage], *compressors: ConversationCompressor
) -> list[BaseMessage]:
    """Return the messages within a compressor's budget; [] for none.

    All but the digest are the very objects that came in. The digest is a HumanMessage
    with `additional_kwargs["lc_source"] == "headroom"` and an id derived from its
    text. With `overflow="relax"`, where even the last turn is too long, its own steps
    (a model's calls and their results) are digested, oldest first; the user's message
    and the last step stay.

    Args:
        messages: What to compress; never changed.
        compressors: Each is asked only where what must stay exceeds the budgets of
            those before.

    Raises:
        BudgetError: What must stay exceeds every budget.
    """
    failure: BudgetError | None = None
    for attempt in _attempts(compressors, messages):
        try:
            found = attempt.compressor.compress(attempt.items)
        except BudgetError as error:
            failure = error
            continue
        return _written(found, attempt, messages)
    assert failure is not None
    raise failure


async def acompressed(
    messages: Sequence[BaseMessage], *compressors: ConversationCompressor
) -> list[BaseMessage]:
    """Return the same as `compressed`, awaiting an async summarizer."""
    failure: BudgetError | None = None
    for attempt in _attempts(compressors, messages):
        try:
            found = await attempt.compressor.acompress(attempt.items)
        except BudgetError as error:
            failure = error
            continue
        return _written(found, attempt, messages)
    assert failure is not None
    raise failure


def is_digest(message: BaseMessage) -> bool:
    """Whether a message is a digest that Headroom put in place of older ones.

    Marks are not trusted: its text must read as one, too.
    """
    return (
        isinstance(message, HumanMessage)
        and message.additional_kwargs.get("lc_source") == "headroom"
        and isinstance(message.content, str)
        and bool(parse(message.content))
    )


def _attempts(
    compressors: Sequence[ConversationCompressor], messages: Sequence[BaseMessage]
) -> Iterator[_Attempt]:
    """Yield what to try, the next if what must stay exceeds the budget."""
    items = _digest_first(messages)
    for compressor in compressors:
        yield _Attempt(compressor, items, {})
        if compressor.overflow == "relax":
            stepped = _steps(compressor, items)
            if stepped is not None:
                yield stepped


def _digest_first(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the messages with a digest where the compressor looks for one.

    In an agent's state a digest stands where the messages were that it replaced.
    """
    digest = next((m for m in messages if is_digest(m)), None)
    if digest is None:
        return list(messages)
    others = [message for message in messages if message is not digest]
    leading = 0
    while leading < len(others) and others[leading].type == "system":
        leading += 1
    return [*others[:leading], digest, *others[leading:]]


def _steps(
    compressor: ConversationCompressor, items: list[BaseMessage]
) -> _Attempt | None:
    """Return an attempt that takes the steps of the last turn for turns.

    A blank user message before each step, taken out again, makes it a turn; the
    user's own message is pinned. None if the turn has no two steps.
    """
    last = max(
        (i for i, m in enumerate(items) if m.type == "human" and not is_digest(m)),
        default=None,
    )
    if last is None:
        return None
    user = items[last]
    pinned = user.model_copy(
        update={"additional_kwargs": {**user.additional_kwargs, "pinned": True}}
    )
    stepped = [*items[:last], pinned]
    stand_ins: dict[int, BaseMessage | None] = {id(pinned): user}
    open_calls: set[str | None] = set()
    steps = 0
    for message in items[last + 1 :]:
        if isinstance(message, AIMessage) and not open_calls:
            blank = HumanMessage(content="")
            stand_ins[id(blank)] = None
            stepped.append(blank)
            steps += 1
        if isinstance(message, AIMessage):
            open_calls |= {call["id"] for call in message.tool_calls}
        elif isinstance(message, ToolMessage):
            open_calls.discard(message.tool_call_id)
        stepped.append(message)
    if steps < 2:
        return None
    return _Attempt(compressor, stepped, stand_ins)


def _written(
    found: list[Any], attempt: _Attempt, messages: Sequence[BaseMessage]
) -> list[BaseMessage]:
    """Return the compressor's answer with originals for stand-ins, digest named."""
    came_in = {id(message) for message in attempt.items}
    result: list[BaseMessage] = []
    is_new = False
    for message in found:
        if id(message) not in came_in:
            message = digest_message(message.content)
            is_new = True
        elif id(message) in attempt.stand_ins:
            message = attempt.stand_ins[id(message)]
        if message is not None:
            result.append(message)
    if not is_new and len(result) == len(messages):
        return list(messages)
    return result


def digest_message(text: str) -> HumanMessage:
    """Return the message that carries a digest, its id telling it from others."""
    data = text.encode("utf-8", "surrogatepass")
    name = hashlib.blake2b(data, digest_size=16).hexdigest()
    return HumanMessage(
        content=text,
        additional_kwargs={"lc_source": "headroom"},
        id=f"headroom-{name}",
    )
