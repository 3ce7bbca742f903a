"""A history of LangChain messages within a token budget, still valid for its API."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from headroom.conversations import ConversationCompressor
from headroom.conversations.block import parse
from headroom.errors import BudgetError
from headroom.messages.placing import FILLERS

__all__ = [
    "acompressed",
    "behind_digest",
    "compressed",
    "digest_message",
    "is_digest",
    "is_filler",
]


def compressed(
    messages: Sequence[BaseMessage], *compressors: ConversationCompressor
) -> list[BaseMessage]:
    """Return the messages within a compressor's budget; [] for none.

    What is not new are the very objects that came in. The digest is a HumanMessage
    with `additional_kwargs["lc_source"] == "headroom"` and an id derived from its
    text.

    Args:
        messages: What to compress; never changed.
        compressors: Each is asked only where what must stay exceeds the budgets of
            those before.

    Raises:
        BudgetError: What must stay exceeds every budget.
    """
    *others, last = compressors
    for compressor in others:
        with suppress(BudgetError):
            return _named(compressor.compress(messages), messages)
    return _named(last.compress(messages), messages)


async def acompressed(
    messages: Sequence[BaseMessage], *compressors: ConversationCompressor
) -> list[BaseMessage]:
    """Return the same as `compressed`, working in threads; awaits the summarizer."""
    *others, last = compressors
    for compressor in others:
        with suppress(BudgetError):
            return _named(await compressor.acompress(messages), messages)
    return _named(await last.acompress(messages), messages)


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


def is_filler(message: BaseMessage) -> bool:
    """Whether a message only keeps user and assistant in turn beside a digest."""
    return (
        message.additional_kwargs.get("lc_source") == "headroom_filler"
        and message.content in FILLERS.values()
    )


def behind_digest(digest: BaseMessage, rest: Sequence[BaseMessage]) -> list[Any]:
    """Return a digest and what comes after it, user and assistant in turn."""
    if not rest or isinstance(rest[0], AIMessage):
        return [digest, *rest]
    extra = {"lc_source": "headroom_filler"}
    noted = AIMessage(content=FILLERS["assistant"], additional_kwargs=extra)
    return [digest, noted, *rest]


def _named(found: list[Any], messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the compressor's answer, its new digest under an id of its own."""
    came_in = {id(message) for message in messages}
    return [
        digest_message(message.content)
        if id(message) not in came_in and is_digest(message)
        else message
        for message in found
    ]


def digest_message(text: str) -> HumanMessage:
    """Return the message that carries a digest, its id telling it from others."""
    data = text.encode("utf-8", "surrogatepass")
    name = hashlib.blake2b(data, digest_size=16).hexdigest()
    return HumanMessage(
        content=text,
        additional_kwargs={"lc_source": "headroom"},
        id=f"headroom-{name}",
    )
