"""Chat memory within a token budget: a digest of old turns, the last ones verbatim.

`HeadroomChatMemoryBuffer` takes the place of `ChatMemoryBuffer`; `HeadroomMemoryBlock`
goes into `Memory`. What differs from `headroom.ConversationCompressor`:

- `token_limit` counts content, as ChatMemoryBuffer does, without framing;
- nothing is done below it (`trigger=1.0`), and a last turn that is alone too big is
  returned as small as it can validly be instead of raising `BudgetError`.
"""

import json
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from llama_index.core.base.llms.types import MessageRole
from llama_index.core.bridge.pydantic import (
    Field,
    PrivateAttr,
    field_serializer,
    field_validator,
    model_validator,
)
from llama_index.core.llms import LLM, ChatMessage
from llama_index.core.memory import BaseMemoryBlock, ChatMemoryBuffer
from llama_index.core.memory.types import DEFAULT_CHAT_STORE_KEY
from llama_index.core.storage.chat_store import BaseChatStore, SimpleChatStore
from llama_index.core.storage.chat_store.loading import load_chat_store
from llama_index.core.tools import BaseTool

from headroom import BudgetError, ConversationCompressor
from headroom.arguments import refuse_unknown
from headroom.conversations import Summarizer
from headroom.conversations.block import parse
from headroom.conversations.session import ConversationSession
from headroom.fields import compact_json
from headroom.messages import read_messages
from headroom.messages.file_tools import is_named
from headroom.messages.placing import is_filler
from headroom.originals import Store
from headroom.payloads.clearing import cleared
from headroom.payloads.usage import budget_factor, input_tokens
from headroom.threads import in_thread
from headroom.tokens import messages_tokens
from llama_index_headroom.tokens import count_tokens, counter
from llama_index_headroom.views import History

__all__ = ["HeadroomChatMemoryBuffer", "HeadroomMemoryBlock"]

_REMEMBERED_TEXTS = 20_000
_REMEMBERED_BUDGETS = 8
# A changing `initial_token_count` moves the budget in steps of this share of the
# limit, so that the digest, and with it the provider's prompt cache, mostly stays.
_BUDGET_STEPS = 16
# Source: ConversationCompressor.target.
_TARGET_WITH_SUMMARIZER = 0.5


class _Lock:
    """A lock that copies and pickles as a new one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple[Any, ...]:
        return (_Lock, ())


class _Workbench:
    """What saves time and may be lost: counts of texts, compressors, sessions.

    Copies and pickles as None. Any thread may use it.
    """

    def __init__(
        self,
        tokenize: Callable[[str], Any],
        target: float,
        summarizer: Summarizer | None,
    ) -> None:
        self.made_for = (tokenize, target, summarizer)
        self.count = lru_cache(_REMEMBERED_TEXTS)(counter(tokenize))
        self._target = target
        self._summarizer = summarizer
        self._lock = threading.Lock()
        self._known: dict[
            tuple[int, int], tuple[ConversationCompressor, ConversationSession]
        ] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return (_nothing, ())

    def compress(
        self, max_tokens: int, keep_turns: int, messages: list[ChatMessage]
    ) -> list[ChatMessage] | None:
        """Return the messages compressed, None if the budget is too small."""
        with self._lock:
            _, session = self._made(max_tokens, keep_turns)
            try:
                return session.compress(messages)
            except BudgetError:
                return None

    async def acompress(
        self, max_tokens: int, keep_turns: int, messages: list[ChatMessage]
    ) -> list[ChatMessage] | None:
        """Return the same as `compress`, awaiting the summarizer."""
        with self._lock:
            compressor, _ = self._made(max_tokens, keep_turns)
        try:
            return await compressor.acompress(messages)
        except BudgetError:
            return None

    def _made(
        self, max_tokens: int, keep_turns: int
    ) -> tuple[ConversationCompressor, ConversationSession]:
        """Return the compressor for a budget; the same one as last time."""
        key = (max_tokens, keep_turns)
        made = self._known.pop(key, None)
        if made is None:
            compressor = ConversationCompressor(
                max_tokens,
                keep_turns=keep_turns,
                trigger=1.0,
                target=self._target,
                overflow="relax",
                summarizer=self._summarizer,
                count_tokens=self.count,
            )
            made = compressor, compressor.session()
        self._known[key] = made
        while len(self._known) > _REMEMBERED_BUDGETS:
            del self._known[next(iter(self._known))]
        return made


def _nothing() -> None:
    return None


class HeadroomChatMemoryBuffer(ChatMemoryBuffer):
    """A ChatMemoryBuffer that condenses old turns instead of forgetting them.

    The store keeps everything: `get_all()` returns it, `get()` what fits
    `token_limit`. What fits comes back untouched. Else the oldest turns become one
    digest in a user message, and system messages and the last turns stay, the very
    objects that were put. A tool call and its results stay or go together.

    `get()` exceeds the limit only where system messages, the last user message and
    the tool result that the model has yet to read are alone more than that.

    Attributes:
        token_limit: Tokens of content, tool calls and pictures included; at least 1.
        tokenizer_fn: From a text to its tokens; LlamaIndex's own unless given.
        chat_store: Where the messages are kept.
        chat_store_key: The conversation's name there.
        keep_turns: Last turns that stay verbatim if they fit, at least 1.
        target: Share of the limit that a compaction leaves, in (0, 1]. 1 says the most
            and changes the digest with every message, as ChatMemoryBuffer changes what
            comes first. With less, the view grows at its end only until the limit is
            reached again, and a provider's prompt cache holds meanwhile. None is 1, or
            0.5 with a summarizer, which is asked at each compaction.
            Source: measured, docs/llama_index.md.
        summarizer: Writes the digest: `(messages, max_tokens) -> str`, async only for
            `aget`; None extracts it, offline. Not serialised: pass it to `from_dict`.
        calibration: The model's tokens, in which `token_limit` is, for one of
            `tokenizer_fn`; at least 1. `observe` learns it.
        clear_after_turns: Shows tool results older than so many answers of the model
            as a note with the handle of the original, which goes into `store`; None
            clears nothing. Results of tools that show files stay. Give the agent
            `retrieval_tool(store)`, so that it can ask for them again.
        store: A store of `headroom.originals`. Not serialised; nothing is cleared
            without it.
    """

    keep_turns: int = Field(default=3, ge=1)
    target: float | None = Field(default=None, gt=0, le=1)
    summarizer: Summarizer | None = Field(default=None, exclude=True)
    calibration: float = Field(default=1.0, ge=1)
    clear_after_turns: int | None = Field(default=None, ge=1)
    store: Any = Field(default=None, exclude=True)
    _lock: _Lock = PrivateAttr(default_factory=_Lock)
    _bench: _Workbench | None = PrivateAttr(default=None)
    # The last view, the tokens before it, and how many messages it was made of.
    _shown: tuple[list[ChatMessage], int, int] = PrivateAttr(default=([], 0, 0))

    @model_validator(mode="before")
    @classmethod
    def _known_arguments(cls, values: Any) -> Any:
        return refuse_unknown(
            cls, values, "the budget is token_limit=3_000", "class_name"
        )

    @classmethod
    def class_name(cls) -> str:
        """Return the name this class is serialised under."""
        return "HeadroomChatMemoryBuffer"

    @classmethod
    def from_defaults(
        cls,
        chat_history: list[ChatMessage] | None = None,
        llm: LLM | None = None,
        chat_store: BaseChatStore | None = None,
        chat_store_key: str = DEFAULT_CHAT_STORE_KEY,
        token_limit: int | None = None,
        tokenizer_fn: Callable[[str], list[Any]] | None = None,
        *,
        keep_turns: int = 3,
        target: float | None = None,
        summarizer: Summarizer | None = None,
        clear_after_turns: int | None = None,
        store: Store | None = None,
        **kwargs: Any,
    ) -> "HeadroomChatMemoryBuffer":
        """Return a memory; the arguments of ChatMemoryBuffer.from_defaults, and ours.

        Args:
            chat_history: Messages to begin with; the list is copied.
            llm: Sets the limit to 0.75 of its context window, unless given.
            chat_store: Default: a new SimpleChatStore.
            chat_store_key: The conversation's name in the store.
            token_limit: Default: by `llm`, or 3,000.
            tokenizer_fn: Default: LlamaIndex's tokenizer.
            keep_turns: As the attribute.
            target: As the attribute.
            summarizer: As the attribute.
            clear_after_turns: As the attribute; needs `store`.
            store: As the attribute.
            kwargs: None are known.

        Raises:
            ValueError: For an unknown argument, or one out of its range.
        """
        if clear_after_turns is not None and store is None:
            raise ValueError(
                "clear_after_turns needs a store for the originals; pass "
                "store=SQLiteStore(path)"
            )
        memory = ChatMemoryBuffer.from_defaults(
            chat_history=None if chat_history is None else list(chat_history),
            llm=llm,
            chat_store=chat_store,
            chat_store_key=chat_store_key,
            token_limit=token_limit,
            tokenizer_fn=tokenizer_fn,
            **kwargs,
        )
        return cls(
            token_limit=memory.token_limit,
            tokenizer_fn=memory.tokenizer_fn,
            chat_store=memory.chat_store,
            chat_store_key=memory.chat_store_key,
            keep_turns=keep_turns,
            target=target,
            summarizer=summarizer,
            clear_after_turns=clear_after_turns,
            store=store,
        )

    def get(
        self,
        input: str | None = None,  # noqa: A002 - BaseMemory's name
        initial_token_count: int = 0,
        **kwargs: Any,
    ) -> list[ChatMessage]:
        """Return the history within `token_limit - initial_token_count` tokens.

        Args:
            input: The user's message; not needed.
            initial_token_count: Tokens that the caller puts before the history.
            kwargs: Ignored, as BaseMemory's users expect.

        Raises:
            ValueError: `initial_token_count` exceeds the limit.
            SummarizerError: `summarizer` is async; call `aget`.
        """
        bench, room = self._workbench(), self._room(initial_token_count)
        messages = self._cleared(self.get_all())
        shown = self._view(messages, room, bench)
        self._shown = shown, initial_token_count, len(messages)
        return shown

    async def aget(
        self,
        input: str | None = None,  # noqa: A002
        initial_token_count: int = 0,
        **kwargs: Any,
    ) -> list[ChatMessage]:
        """Return the same as `get`, without keeping the event loop waiting."""
        bench, room = self._workbench(), self._room(initial_token_count)
        messages = await in_thread(self._cleared, await self.aget_all())
        if self.summarizer is None:
            shown = await in_thread(self._view, messages, room, bench)
        else:
            history = await in_thread(History, messages, room, bench.count)
            budget = self._budget(room), self.keep_turns
            fits = history.fits
            found = None if fits else await bench.acompress(*budget, messages)
            shown = await in_thread(history.shown, found)
        self._shown = shown, initial_token_count, len(messages)
        return shown

    def observe(
        self,
        response: Any,
        messages: Sequence[ChatMessage] | None = None,
        tools: Sequence[BaseTool] = (),
    ) -> None:
        """Calibrate `token_limit` with the input tokens that the model reported.

        `HeadroomFunctionAgent` does so by itself. A report of a request that took less
        than a quarter of the limit, or less than 0.67 or more than 2 times our count,
        tells nothing.

        Args:
            response: A ChatResponse, an agent's output, or the usage of the provider's
                own response; None does nothing.
            messages: What was sent; default the last view, and what was put since but
                for the answer.
            tools: The tools that were sent.

        Raises:
            InputError: There is no number of input tokens in the response.
        """
        raw = getattr(response, "raw", None)
        reported = input_tokens(response if raw is None else raw)
        shown, counted, known = self._shown
        if messages is None:
            since = self.get_all()[known:]
            if since and since[-1].role == MessageRole.ASSISTANT:
                del since[-1]
            messages = [*shown, *since]
        else:
            counted = 0
        count = self._workbench().count
        counted += messages_tokens(messages, count)
        schemas = [tool.metadata.to_openai_tool() for tool in tools]
        counted += count(compact_json(schemas)) if schemas else 0
        self.calibration = budget_factor(
            self.calibration, reported, counted, self.token_limit
        )

    def _cleared(self, messages: list[ChatMessage]) -> list[ChatMessage]:
        """Return the messages, old tool results replaced by notes."""
        if self.clear_after_turns is None or self.store is None:
            return messages
        views = read_messages(messages)
        names = {call.id: call.name for view in views for call in view.calls}

        def name_of(text: str, call_id: str, name: str) -> str | None:
            tool = name or names.get(call_id, "")
            return None if is_named(tool) else tool

        return cleared(messages, self.clear_after_turns, self.store, name_of)

    def _view(
        self, messages: list[ChatMessage], room: int, bench: _Workbench
    ) -> list[ChatMessage]:
        """Return what is shown of `messages` in `room` tokens."""
        history, found = History(messages, room, bench.count), None
        if not history.fits:
            found = bench.compress(self._budget(room), self.keep_turns, messages)
        return history.shown(found)

    def _budget(self, room: int) -> int:
        """Return the tokens to compress to, in steps where less than the limit."""
        excess = room % max(1, self._limit // _BUDGET_STEPS)
        return max(1, room - excess if room < self._limit else room)

    def _workbench(self) -> _Workbench:
        target = self.target
        if target is None:
            target = 1.0 if self.summarizer is None else _TARGET_WITH_SUMMARIZER
        needs, bench = (self.tokenizer_fn, target, self.summarizer), self._bench
        if bench is None or bench.made_for != needs:
            bench = self._bench = _Workbench(*needs)
        return bench

    @property
    def _limit(self) -> int:
        """The limit in tokens of `tokenizer_fn`."""
        return int(self.token_limit / self.calibration)

    def _room(self, initial_token_count: int) -> int:
        if initial_token_count > self.token_limit:
            raise ValueError("Initial token count exceeds token limit")
        return max(0, self._limit - initial_token_count)

    def get_all(self) -> list[ChatMessage]:
        """Return everything that was put, in a list of its own."""
        return list(super().get_all())

    async def aget_all(self) -> list[ChatMessage]:
        """Return the same as `get_all`."""
        return list(await super().aget_all())

    def put(self, message: ChatMessage) -> None:
        """Add a message; any thread may."""
        with self._lock:
            super().put(message)

    def set(self, messages: list[ChatMessage]) -> None:
        """Replace the history; the list is copied."""
        with self._lock:
            super().set(list(messages))

    async def aset(self, messages: list[ChatMessage]) -> None:
        """Replace the history; the list is copied."""
        await super().aset(list(messages))

    def reset(self) -> None:
        """Forget the history."""
        with self._lock:
            super().reset()
            self._bench, self._shown = None, ([], 0, 0)

    @field_serializer("chat_store")
    def serialize_courses_in_order(self, chat_store: BaseChatStore) -> dict[str, Any]:
        """Return the store as a dict; under upstream's name, to take its place.

        Upstream's own fails with pydantic 2.14 and newer.
        """
        if isinstance(chat_store, SimpleChatStore):
            dumped: dict[str, Any] = {
                "store": {
                    key: [message.model_dump(mode="json") for message in messages]
                    for key, messages in chat_store.store.items()
                }
            }
        else:
            dumped = chat_store.model_dump()
        return {**dumped, "class_name": chat_store.class_name()}

    @field_validator("chat_store", mode="before")
    @classmethod
    def _load_chat_store(cls, value: Any) -> Any:
        return load_chat_store(value) if isinstance(value, dict) else value

    def to_string(self) -> str:
        """Return the memory as JSON text for `from_string`."""
        return json.dumps(self.to_dict())

    def to_dict(self, **kwargs: Any) -> dict[str, Any]:
        """Return the memory as a dict for `from_dict`."""
        return self.model_dump(**kwargs)

    @classmethod
    def from_string(cls, json_str: str) -> "HeadroomChatMemoryBuffer":
        """Return the memory that `to_string` wrote."""
        return cls.from_dict(json.loads(json_str))

    @classmethod
    def from_dict(
        cls, data: dict[str, Any], **kwargs: Any
    ) -> "HeadroomChatMemoryBuffer":
        """Return the memory that `to_dict` described; `data` is not changed.

        Args:
            data: From this class or ChatMemoryBuffer, old ones (`chat_history`) too.
            kwargs: Replace entries, or add what is not serialised: `summarizer`,
                `tokenizer_fn`, a `chat_store` that LlamaIndex cannot load.

        Raises:
            ValueError: The chat store is of a class that LlamaIndex cannot load.
        """
        values = {**data, **kwargs}
        values.pop("class_name", None)
        if "chat_history" in values:
            store = {DEFAULT_CHAT_STORE_KEY: values.pop("chat_history")}
            values["chat_store"] = SimpleChatStore(store=store)
        return cls(**values)


class HeadroomMemoryBlock(BaseMemoryBlock[str]):
    """A block of `Memory` that condenses the turns which no longer fit.

    What Memory flushes is kept here for as long as the block lives, and shown as text:
    verbatim while it fits `max_tokens`, then a digest of as many of the oldest turns as
    need be. A block shared by several memories keeps their sessions apart.

    Attributes:
        name: The tag around the text in the prompt.
        max_tokens: Tokens of the text, at most; 1 or more.
        summarizer: Writes the digest: `(messages, max_tokens) -> str`, sync or async;
            None extracts it, offline.
    """

    name: str = Field(default="EarlierTurns")
    description: str | None = Field(
        default="Earlier turns of the conversation, condensed."
    )
    max_tokens: int = Field(default=1_000, ge=1)
    summarizer: Summarizer | None = Field(default=None, exclude=True)
    _flushed: list[ChatMessage] = PrivateAttr(default_factory=list)
    # Per session the text, and of how many messages it was made.
    _texts: dict[str | None, tuple[int, str]] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _known_arguments(cls, values: Any) -> Any:
        return refuse_unknown(
            cls, values, "the budget is max_tokens=1_000", "class_name"
        )

    async def _aput(self, messages: list[ChatMessage]) -> None:
        """Keep flushed messages."""
        self._flushed.extend(messages)

    async def _aget(
        self, messages: list[ChatMessage] | None = None, **block_kwargs: Any
    ) -> str:
        """Return the text of what was flushed, "" if nothing was.

        Args:
            messages: The history that Memory shows itself; not needed.
            block_kwargs: `session_id`, None or missing for all sessions.
        """
        session: str | None = block_kwargs.get("session_id")
        flushed = [m for m in self._flushed if session in (None, _session_of(m))]
        known = self._texts.get(session)
        if known is None or known[0] != len(flushed):
            known = (len(flushed), await self._condensed(flushed, self.max_tokens))
            self._texts[session] = known
        return known[1]

    async def atruncate(self, content: str, tokens_to_truncate: int) -> str | None:
        """Return `content` in that many tokens less, None if nothing is left to say."""
        room = count_tokens(content) - tokens_to_truncate
        if tokens_to_truncate <= 0:
            return content
        source = [ChatMessage(role=MessageRole.USER, content=content)]
        return await self._condensed(source, room) or None

    async def _condensed(self, messages: list[ChatMessage], max_tokens: int) -> str:
        """Return messages as text of at most `max_tokens` tokens."""
        # Everything before the last turn may be condensed: so the last one is empty.
        end = ChatMessage(role=MessageRole.USER, content="")
        room = max_tokens
        while messages and room > 0:
            compressor = ConversationCompressor(
                room,
                keep_turns=1,
                trigger=1.0,
                target=1.0,
                overflow="relax",
                summarizer=self.summarizer,
                count_tokens=count_tokens,
            )
            try:
                shown = await compressor.acompress([*messages, end])
            except BudgetError:
                plain = [_as_said(message) for message in messages]
                if plain == messages:
                    return ""
                messages = plain
                continue
            text = _transcript([m for m in shown if m is not end])
            if (excess := count_tokens(text) - max_tokens) <= 0:
                return text
            room -= excess
        return ""


def _session_of(message: ChatMessage) -> str | None:
    session: str | None = message.additional_kwargs.get("session_id")
    return session


def _as_said(message: ChatMessage) -> ChatMessage:
    """Return a message that may be condensed like any other."""
    if message.role not in (MessageRole.SYSTEM, MessageRole.DEVELOPER):
        return message
    return message.model_copy(update={"role": MessageRole.USER})


def _transcript(messages: Sequence[ChatMessage]) -> str:
    """Return messages as lines of text; a digest is text already."""
    lines = []
    for view in read_messages(messages):
        if is_filler(view):
            continue
        if view.role == "user" and parse(view.text):
            lines.append(view.text)
            continue
        parts = [view.text] if view.text else []
        parts += [f"{c.name}({compact_json(c.arguments)})" for c in view.calls]
        parts += [result.text for result in view.results]
        lines += [f"{view.role}: {part}" for part in parts]
    return "\n".join(lines)
