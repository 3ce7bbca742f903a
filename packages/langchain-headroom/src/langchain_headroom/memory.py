"""A memory for ConversationChain and classic agents; needs the `[classic]` extra."""

from langchain_headroom.extras import need

need("langchain_classic", "classic")

import hashlib  # noqa: E402 - the extra first
import json  # noqa: E402
import logging  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from typing import Any  # noqa: E402

from langchain_classic.memory.chat_memory import BaseChatMemory  # noqa: E402
from langchain_core.chat_history import BaseChatMessageHistory  # noqa: E402
from langchain_core.language_models import BaseLanguageModel  # noqa: E402
from langchain_core.messages import (  # noqa: E402
    AIMessage,
    BaseMessage,
    HumanMessage,
    get_buffer_string,
)
from langchain_core.runnables.config import run_in_executor  # noqa: E402
from pydantic import Field, PrivateAttr, model_validator  # noqa: E402

from headroom.arguments import refuse_unknown  # noqa: E402
from headroom.conversations import ConversationCompressor, Summarizer  # noqa: E402
from headroom.errors import BudgetError  # noqa: E402
from headroom.tokens import default_counter  # noqa: E402
from langchain_headroom.history import (  # noqa: E402
    acompressed,
    behind_digest,
    compressed,
    digest_message,
    is_digest,
    is_filler,
)
from langchain_headroom.summarizers import chat_model_summarizer  # noqa: E402

__all__ = ["HeadroomChatMemory"]

logger = logging.getLogger(__name__)
# Shares of the limit at which to act, and to shrink to. An extractive digest costs
# nothing, so it takes all the room there is, anew each time: at 1,000 and 2,000 tokens
# that keeps 74 % of the facts of BFCL's memory chats, the compressor's own shares 47 %.
# A model is asked as seldom as the compressor's own shares ask it.
_FILLING = (1.0, 1.0)
_SELDOM = (0.85, 0.5)


class _History(BaseChatMessageHistory):
    """Messages in a list; LangChain's own would warn of its deprecation."""

    def __init__(self) -> None:
        self.messages = []

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        self.messages = [*self.messages, *messages]

    def clear(self) -> None:
        self.messages = []


class HeadroomChatMemory(BaseChatMemory):
    """Remembers a whole chat, and shows the model as much as a budget holds.

    All messages stay in `chat_memory` as they were said; what is loaded is a digest of
    the old ones and the last turns verbatim. Without a summarizer the digest is made of
    the history each time, and comes out the same after a restart. With one it is
    written as messages are saved, and stands in `response_metadata["headroom"]` of the
    reply it was written after; so it goes wherever the history goes.

        ConversationChain(llm=model, memory=HeadroomChatMemory(max_token_limit=2_000))

    Attributes:
        max_token_limit: What is loaded has at most that many tokens, as messages by
            `headroom.tokens.messages_tokens`, as text by its tokens. A last turn that
            alone has more is loaded whole, alone.
        keep_turns: Last turns that stay verbatim; fewer where they exceed the limit.
        summarizer: Writes the digest: `(messages, max_tokens) -> str`, async only for
            the async methods. None takes `llm`, if there is one, or else the
            extractive digest, which is offline.
        llm: A model as the summarizer, as ConversationSummaryBufferMemory takes it; it
            is asked in Headroom's words, so there is no `prompt`.
        memory_key: The variable that prompts find the history in.
        human_prefix: Who speaks, where the history is loaded as text.
        ai_prefix: Likewise.
        count_tokens: Tokens of a text; default `headroom.tokens.default_counter()`.
    """

    chat_memory: BaseChatMessageHistory = Field(default_factory=_History)
    max_token_limit: int = 2000
    keep_turns: int = 3
    summarizer: Summarizer | None = None
    # Its type argument would make pydantic build models anew.
    llm: BaseLanguageModel | None = None  # type: ignore[type-arg]
    memory_key: str = "history"
    human_prefix: str = "Human"
    ai_prefix: str = "AI"
    count_tokens: Callable[[str], int] | None = None

    _compressors: dict[Any, ConversationCompressor] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _known_arguments(cls, values: Any) -> Any:
        return refuse_unknown(cls, values, "the budget is max_token_limit=2_000")

    @model_validator(mode="after")
    def _in_range(self) -> "HeadroomChatMemory":
        self._compressor(self._asked)
        return self

    @property
    def memory_variables(self) -> list[str]:
        """The one variable that is loaded."""
        return [self.memory_key]

    @property
    def buffer(self) -> str | list[BaseMessage]:
        """What is loaded now."""
        found = self._fitting(self.chat_memory.messages)
        return found if self.return_messages else self._as_text(found)

    async def abuffer(self) -> str | list[BaseMessage]:
        """Return what is loaded now."""
        found = await self._afitting(await self.chat_memory.aget_messages())
        if self.return_messages:
            return found
        return await run_in_executor(None, self._as_text, found)

    @property
    def buffer_as_messages(self) -> list[BaseMessage]:
        """What is loaded now, as messages."""
        return self._fitting(self.chat_memory.messages)

    @property
    def buffer_as_str(self) -> str:
        """What is loaded now, as text."""
        return self._as_text(self._fitting(self.chat_memory.messages))

    def load_memory_variables(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the history within the limit, as text or as messages."""
        return {self.memory_key: self.buffer}

    async def aload_memory_variables(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the same; compression runs in an executor or awaits its summarizer."""
        return {self.memory_key: await self.abuffer()}

    def save_context(self, inputs: dict[str, Any], outputs: dict[str, str]) -> None:
        """Add a turn to the history, and with a summarizer its digest."""
        turn = self._turn(inputs, outputs)
        if self._asked is not None:
            messages = [*self.chat_memory.messages, *turn]
            turn[-1] = _marked(turn[-1], messages, self._fitting(messages))
        self.chat_memory.add_messages(turn)

    async def asave_context(
        self, inputs: dict[str, Any], outputs: dict[str, str]
    ) -> None:
        """Do the same; awaits the summarizer."""
        turn = self._turn(inputs, outputs)
        if self._asked is not None:
            messages = [*await self.chat_memory.aget_messages(), *turn]
            turn[-1] = _marked(turn[-1], messages, await self._afitting(messages))
        await self.chat_memory.aadd_messages(turn)

    def _turn(
        self, inputs: dict[str, Any], outputs: dict[str, str]
    ) -> list[BaseMessage]:
        said, answered = self._get_input_output(inputs, outputs)
        return [HumanMessage(content=said), AIMessage(content=answered)]

    def _fitting(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """Return the messages within the limit."""
        try:
            return compressed(_with_digest(messages), self._compressor(self._asked))
        except BudgetError:
            return self._last_turn(messages)

    async def _afitting(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        try:
            items = _with_digest(messages)
            return await acompressed(items, self._compressor(self._asked))
        except BudgetError:
            return self._last_turn(messages)

    def _last_turn(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """Return the last turn, which alone is too long."""
        logger.warning(
            "The last turn alone exceeds max_token_limit=%d and is loaded whole, "
            "without what was said before; raise the limit",
            self.max_token_limit,
        )
        last = max(
            (i for i, message in enumerate(messages) if message.type == "human"),
            default=0,
        )
        return list(messages[last:])

    def _as_text(self, found: list[BaseMessage]) -> str:
        """Return what is loaded as text of at most the limit."""
        text = self._written(found)
        count = self.count_tokens or default_counter()
        limit = self.max_token_limit
        # Long prefixes may take more tokens than the framing of messages.
        while (tokens := count(text)) > self.max_token_limit and limit > 1:
            limit = max(1, limit - (tokens - self.max_token_limit))
            try:
                found = compressed(found, self._compressor(None, limit))
            except BudgetError:
                break
            text = self._written(found)
        return text

    def _written(self, messages: Sequence[BaseMessage]) -> str:
        """Return messages as text; a digest is nobody's line."""
        lines = [
            str(message.content)
            if is_digest(message)
            else get_buffer_string([message], self.human_prefix, self.ai_prefix)
            for message in messages
            if not is_filler(message)
        ]
        return "\n".join(lines)

    @property
    def _asked(self) -> Summarizer | None:
        """The summarizer, if there is one."""
        if self.summarizer is None and self.llm is not None:
            return chat_model_summarizer(self.llm)
        return self.summarizer

    def _compressor(
        self, summarizer: Summarizer | None, limit: int | None = None
    ) -> ConversationCompressor:
        """Return the compressor of the present settings, the same one while they hold.

        It remembers what it wrote, and how often its summarizer failed.
        """
        settings = (
            limit or self.max_token_limit,
            self.keep_turns,
            summarizer and id(self.summarizer or self.llm),
            id(self.count_tokens),
        )
        known = self._compressors.get(settings)
        if known is None:
            trigger, target = _FILLING if summarizer is None else _SELDOM
            known = ConversationCompressor(
                limit or self.max_token_limit,
                keep_turns=self.keep_turns,
                trigger=trigger,
                target=target,
                summarizer=summarizer,
                overflow="relax",
                count_tokens=self.count_tokens,
            )
            if limit is None:
                self._compressors[settings] = known
        return known


def _with_digest(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the messages with the latest saved digest for those that it covers.

    A digest is only used for the very messages it was written of: where the history
    was edited or cut, an earlier one is, or none.
    """
    for message in reversed(messages):
        mark = message.response_metadata.get("headroom")
        if not isinstance(mark, dict) or not isinstance(mark.get("digest"), str):
            continue
        covered = mark.get("covered")
        if not isinstance(covered, int) or mark.get("of") != _hash(messages[:covered]):
            continue
        digest = digest_message(mark["digest"])
        if is_digest(digest):
            system = [m for m in messages[:covered] if m.type == "system"]
            return [*system, *behind_digest(digest, messages[covered:])]
    return list(messages)


def _marked(
    reply: BaseMessage, messages: Sequence[BaseMessage], found: list[BaseMessage]
) -> BaseMessage:
    """Return the reply with the digest that was written after it, if there is one."""
    digest = next((message for message in found if is_digest(message)), None)
    live = {id(message) for message in found}
    covered = max((i for i, m in enumerate(messages) if id(m) not in live), default=-1)
    if digest is None or covered < 0:
        return reply
    mark = {
        "digest": digest.content,
        "covered": covered + 1,
        "of": _hash(messages[: covered + 1]),
    }
    metadata = {**reply.response_metadata, "headroom": mark}
    return reply.model_copy(update={"response_metadata": metadata})


def _hash(messages: Sequence[BaseMessage]) -> str:
    """Return what tells these messages from others, the same in every process."""
    said = json.dumps([[m.type, m.content] for m in messages], ensure_ascii=True)
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
