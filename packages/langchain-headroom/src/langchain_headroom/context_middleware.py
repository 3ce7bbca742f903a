"""An agent's conversation within its budget: as a view of it, or in its state."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import ceil
from operator import or_
from types import new_class
from typing import Annotated, Any, Literal, NamedTuple, NotRequired

from langchain.agents.middleware import AgentMiddleware, AgentState
from langchain.agents.middleware.types import (
    ContextT,
    ExtendedModelResponse,
    ModelRequest,
    ModelResponse,
    PrivateStateAttr,
    ResponseT,
)
from langchain_core.messages import AIMessage, BaseMessage, RemoveMessage
from langchain_core.runnables.config import run_in_executor
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.runtime import Runtime
from langgraph.types import Command

from headroom.arguments import check_kind
from headroom.conversations import ConversationCompressor
from headroom.fields import compact_json
from headroom.payloads.usage import budget_factor
from headroom.tokens import default_counter, message_tokens, messages_tokens
from langchain_headroom import sizes
from langchain_headroom.history import (
    acompressed,
    behind_digest,
    compressed,
    digest_message,
    is_digest,
)

__all__ = ["HeadroomContextMiddleware"]

logger = logging.getLogger(__name__)

# A reply to less than this part of the budget tells nothing (`budget_factor`), so its
# request need not be counted.
_LEAST_REPORTED = 6
# Source: `headroom.payloads.histories`, for the same reason.
_SCHEMA_STEPS = 64


class _State(AgentState[ResponseT]):
    """An agent's state with what a middleware of ours remembers, each by its name.

    What a language model wrote for the view of it; the provider's tokens for one of
    ours.
    """

    headroom_digests: NotRequired[Annotated[dict[str, Any], PrivateStateAttr, or_]]
    headroom_factors: NotRequired[Annotated[dict[str, float], PrivateStateAttr, or_]]


class HeadroomContextMiddleware(
    AgentMiddleware[AgentState[ResponseT], ContextT, ResponseT]
):
    """Keeps what the model is sent within a ConversationCompressor's budget.

    `mode="view"` leaves the agent's state as it is and shortens each request; system
    prompt and tool schemas count towards the budget. `mode="state"` shortens the state
    itself, before the model runs and knowing neither of them, so that checkpoints stay
    small; of what is replaced the
    digest takes the place and the id, which keeps it out of streams. In either mode
    calls and results stay together, and system messages, the last user message, the
    last model message and its pending results stay as they are. Where a turn alone is
    too long, its steps are digested, oldest first.

    The budget is in the provider's tokens: where its replies report their input tokens
    (`usage_metadata`), they say how many of them one of the compressor's is.

    Should compression fail, the request goes out as it is, and a warning is logged.

    Args:
        compressor: The budget, and what stays; its `overflow` is taken for "relax".
        mode: "view" or "state".
        trigger: When to shorten, in LangChain's words: `("tokens", n)`, `("messages",
            n)`, `("fraction", f)`, a mapping (all of them) or a list (any of them).
            None is the compressor's own trigger.
        keep: How much remains, likewise; None is the compressor's own target and
            `keep_turns`.
        name: Tells several instances in one agent apart; default the class's name.

    Raises:
        TypeError: If `compressor` is no ConversationCompressor.
        ValueError: If an argument is out of its range, or a fraction is asked for in
            mode "state", where there is no model to ask for its limit.
    """

    state_schema: Any = _State

    def __new__(
        cls,
        compressor: ConversationCompressor | None = None,
        *,
        mode: str = "view",
        **options: Any,
    ) -> "HeadroomContextMiddleware[ResponseT, ContextT]":
        """Return an instance with the hooks of its mode alone: each is a graph node."""
        kind: Any = _StateMode if mode == "state" else _ViewMode
        if cls is not HeadroomContextMiddleware:
            # A subclass of yours, unless it is a mode already (as copying asks for).
            known = issubclass(cls, _StateMode | _ViewMode)
            kind = cls if known else new_class(cls.__name__, (cls, kind))
        made: HeadroomContextMiddleware[ResponseT, ContextT] = super().__new__(kind)
        return made

    def __init__(
        self,
        compressor: ConversationCompressor,
        *,
        mode: Literal["view", "state"] = "view",
        trigger: sizes.Trigger | None = None,
        keep: sizes.Size | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        check_kind(compressor, ConversationCompressor, "compressor", optional=False)
        if mode not in ("view", "state"):
            raise ValueError(f'mode must be "view" or "state", got {mode!r}')
        for word, size in (("trigger", trigger), ("keep", keep)):
            if size is not None:
                sizes.check_size(size, word)
            if mode == "state" and sizes.needs_profile(size):
                raise ValueError(
                    f'{word}={size!r} needs the model; with mode="state" use '
                    '("tokens", n) or ("messages", n)'
                )
        self.compressor = compressor
        self.mode = mode
        self.trigger = trigger
        self.keep = keep
        self._name = name or "HeadroomContextMiddleware"
        # What segments were written once is remembered by the compressor.
        self._configured = lru_cache(maxsize=16)(self._configure)

    @property
    def name(self) -> str:
        """What tells this instance from others in an agent."""
        return self._name

    def _configure(
        self, max_tokens: int, trigger: float, target: float, keep_turns: int
    ) -> ConversationCompressor:
        return replace(
            self.compressor,
            max_tokens=max_tokens,
            trigger=trigger,
            target=target,
            keep_turns=keep_turns,
            overflow="relax",
        )

    def _factor(self, state: Mapping[str, Any]) -> float:
        """Return the provider's tokens for one of ours, as known by now."""
        return float((state.get("headroom_factors") or {}).get(self.name, 1.0))

    def _compressors_for(
        self,
        messages: Sequence[BaseMessage],
        system: BaseMessage | None,
        tools: Sequence[Any],
        model: Any,
        factor: float,
    ) -> list[ConversationCompressor]:
        """Return what to ask for this conversation, the compressor's own budget last.

        A trigger in LangChain's words scales the budget, so that the compressor acts at
        that size and shrinks by as much as it would at its own. Where the last turn
        does not fit into that, its own budget holds.

        Args:
            messages: The conversation.
            system: What is sent before it.
            tools: What is sent beside it.
            model: Whose limits a fraction is of.
            factor: The provider's tokens, in which sizes are, for one of ours.

        Raises:
            ValueError: If a fraction is asked for of a model without a profile.
        """
        own = self.compressor
        # In steps, so that the history is not cut anew when an agent's tools change.
        step = max(1, own.max_tokens // _SCHEMA_STEPS)
        schemas = ceil(factor * self._schema_tokens(tools) / step) * step
        left = max(1, own.max_tokens - schemas)

        def ours(max_tokens: int) -> int:
            return max(1, int(max_tokens / factor))

        # Where the schemas leave too little, the messages alone have the budget.
        plain = [
            self._configured(ours(most), own.trigger, own.target, own.keep_turns)
            for most in dict.fromkeys((left, own.max_tokens))
        ]
        if self.trigger is None and self.keep is None:
            return plain
        count = own.count_tokens or default_counter()
        costs = [factor * message_tokens(message, count) for message in messages]
        base = factor * message_tokens(system, count) if system else 0.0
        limit = _input_limit(model)
        at_least = own.trigger * own.max_tokens
        if self.trigger is not None:
            tokens = sizes.reached(self.trigger, costs, base, limit)
            # Reaching a size is enough, the compressor's trigger is to be exceeded.
            at_least = own.max_tokens if tokens is None else tokens - 0.5
        max_tokens = max(1, min(left, ceil(at_least / own.trigger)))
        trigger = min(1.0, at_least / max_tokens)
        target = min(own.target, trigger)
        keep_turns = own.keep_turns
        if self.keep is not None:
            kept = sizes.kept_tokens(self.keep, costs, base, limit, at_least)
            target = min(trigger, kept / max_tokens)
            keep_turns = 1
        shorter = self._configured(ours(max_tokens), trigger, target, keep_turns)
        return [shorter, *plain]

    def _with_usage(
        self,
        sent: ModelRequest[ContextT],
        response: ModelResponse[ResponseT],
        update: dict[str, Any],
    ) -> ModelResponse[ResponseT] | ExtendedModelResponse[ResponseT]:
        """Return a reply with an update of the state, and what its usage tells."""
        known = self._factor(sent.state)
        try:
            factor = self._learnt(known, sent, response)
        except Exception:  # noqa: BLE001 - the reply is there; _warn logs it
            _warn(self.name, "the reply's usage was not read")
            factor = known
        if factor != known:
            update = {**update, "headroom_factors": {self.name: factor}}
        if not update:
            return response
        command: Command[Any] = Command(update=update)
        return ExtendedModelResponse(model_response=response, command=command)

    def _learnt(
        self,
        known: float,
        sent: ModelRequest[ContextT],
        response: ModelResponse[ResponseT],
    ) -> float:
        """Return the provider's tokens for one of ours, after another reply."""
        usages = [getattr(m, "usage_metadata", None) or {} for m in response.result]
        reported = sum(usage.get("input_tokens", 0) for usage in usages)
        budget = self.compressor.max_tokens
        if reported < budget / _LEAST_REPORTED:
            return known
        count = self.compressor.count_tokens or default_counter()
        system = [sent.system_message] if sent.system_message else []
        counted = messages_tokens([*system, *sent.messages], count)
        counted += self._schema_tokens(sent.tools)
        return budget_factor(known, reported, counted, budget)

    def _schema_tokens(self, tools: Sequence[Any]) -> int:
        """Return what tools cost as they are described to a model; 0 for none."""
        if not tools:
            return 0
        try:
            # A dict is a tool of the provider's own.
            schemas = [
                tool if isinstance(tool, dict) else convert_to_openai_tool(tool)
                for tool in tools
            ]
            count = self.compressor.count_tokens or default_counter()
            return count(compact_json(schemas))
        except Exception:  # noqa: BLE001 - a schema stops no request; _warn logs it
            _warn(self.name, "the tools were not counted")
            return 0


class _View(NamedTuple):
    """What the model is to see, and what to remember of it; None for nothing new."""

    messages: list[BaseMessage]
    memo: dict[str, Any] | None = None

    def update(self, name: str) -> dict[str, Any]:
        """Return the update of the state that remembers it."""
        return {"headroom_digests": {name: self.memo}} if self.memo else {}


class _ViewMode(HeadroomContextMiddleware[ResponseT, ContextT]):
    """Shortens requests.

    An extractive digest is replayed from the history each time, and comes out the same.
    A language model's would not, so it is kept in a private field of the state, with
    the id of the last message that it stands for; if that is gone, it starts over.
    """

    def wrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], ModelResponse[ResponseT]],
    ) -> ModelResponse[ResponseT] | AIMessage | ExtendedModelResponse[ResponseT]:
        """Call the model with the messages within the budget."""
        compressors = self._compressors(request)
        view = _View(list(request.messages))
        try:
            items = self._items(request)
            view = self._read(compressed(items, *compressors), items, request)
        except Exception:  # noqa: BLE001 - fail open; _warn logs it
            _warn(self.name)
        sent = _shown(request, view)
        return self._with_usage(sent, handler(sent), view.update(self.name))

    async def awrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[
            [ModelRequest[ContextT]], Awaitable[ModelResponse[ResponseT]]
        ],
    ) -> ModelResponse[ResponseT] | AIMessage | ExtendedModelResponse[ResponseT]:
        """Return the same; compression runs in an executor or awaits its summarizer."""
        compressors = await run_in_executor(None, self._compressors, request)
        view = _View(list(request.messages))
        try:
            items = self._items(request)
            found = await acompressed(items, *compressors)
            view = self._read(found, items, request)
        except Exception:  # noqa: BLE001 - fail open; _warn logs it
            _warn(self.name)
        sent = _shown(request, view)
        response, update = await handler(sent), view.update(self.name)
        return await run_in_executor(None, self._with_usage, sent, response, update)

    def _compressors(
        self, request: ModelRequest[ContextT]
    ) -> list[ConversationCompressor]:
        return self._compressors_for(
            request.messages,
            request.system_message,
            request.tools,
            request.model,
            self._factor(request.state),
        )

    def _items(self, request: ModelRequest[ContextT]) -> list[BaseMessage]:
        """Return what to compress: system prompt, a digest we know of, what follows."""
        messages: list[BaseMessage] = list(request.messages)
        system = [request.system_message] if request.system_message else []
        digests: Any = request.state.get("headroom_digests") or {}
        memo = digests.get(self.name) if self.compressor.summarizer else None
        last = _index(messages, memo["last"]) if memo else None
        if memo is None or last is None:
            return [*system, *messages]
        kept = [m for m in messages[: last + 1] if m.id in memo["kept"]]
        leading = [message for message in kept if message.type == "system"]
        others = [message for message in kept if message.type != "system"]
        digest = digest_message(memo["digest"])
        rest = [*others, *messages[last + 1 :]]
        return [*system, *leading, *behind_digest(digest, rest)]

    def _read(
        self,
        found: list[BaseMessage],
        items: list[BaseMessage],
        request: ModelRequest[ContextT],
    ) -> _View:
        shown = [message for message in found if message is not request.system_message]
        came_in = {id(message) for message in items}
        new = (m for m in shown if id(m) not in came_in)
        digest = next(filter(is_digest, new), None)
        if digest is None or self.compressor.summarizer is None:
            return _View(shown)
        there = {id(message) for message in shown}
        messages = request.messages
        covered = [i for i, m in enumerate(messages) if id(m) not in there]
        last = messages[max(covered)]
        if last.id is None:
            return _View(shown)
        kept = [m.id for m in messages[: max(covered)] if id(m) in there]
        memo = {"digest": digest.content, "last": last.id, "kept": kept}
        return _View(shown, memo)


class _StateMode(HeadroomContextMiddleware[ResponseT, ContextT]):
    """Shortens the state.

    deepagents' summarization remembers a position in the state's messages; once it has,
    the state is left alone, or the model would be sent its summary and nothing else.
    """

    _has_said_so = False

    def _is_taken(self, state: AgentState[ResponseT]) -> bool:
        """Whether deepagents shortens this state already; said in the log once."""
        found: Any = state
        if not found.get("_summarization_event"):
            return False
        if not self._has_said_so:
            self._has_said_so = True
            logger.warning(
                '%s: mode="state" does nothing after deepagents\' summarization, which '
                'remembers a position in the messages; use mode="view"',
                self.name,
            )
        return True

    def before_model(
        self, state: AgentState[ResponseT], runtime: Runtime[ContextT]
    ) -> dict[str, Any] | None:
        """Return the update that replaces old messages by a digest, None if none."""
        if self._is_taken(state):
            return None
        messages = state["messages"]
        factor = self._factor(state)
        compressors = self._compressors_for(messages, None, (), None, factor)
        try:
            return _update(messages, compressed(messages, *compressors))
        except Exception:  # noqa: BLE001 - fail open; _warn logs it
            _warn(self.name)
            return None

    async def abefore_model(
        self, state: AgentState[ResponseT], runtime: Runtime[ContextT]
    ) -> dict[str, Any] | None:
        """Return the same; runs in an executor or awaits the summarizer."""
        if self._is_taken(state):
            return None
        messages = state["messages"]
        compressors = await run_in_executor(
            None, self._compressors_for, messages, None, (), None, self._factor(state)
        )
        try:
            return _update(messages, await acompressed(messages, *compressors))
        except Exception:  # noqa: BLE001 - fail open; _warn logs it
            _warn(self.name)
            return None

    def wrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], ModelResponse[ResponseT]],
    ) -> ModelResponse[ResponseT] | AIMessage | ExtendedModelResponse[ResponseT]:
        """Call the model, and note what its reply cost."""
        return self._with_usage(request, handler(request), {})

    async def awrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[
            [ModelRequest[ContextT]], Awaitable[ModelResponse[ResponseT]]
        ],
    ) -> ModelResponse[ResponseT] | AIMessage | ExtendedModelResponse[ResponseT]:
        """Return the same; counting runs in an executor."""
        response = await handler(request)
        return await run_in_executor(None, self._with_usage, request, response, {})


def _shown(request: ModelRequest[ContextT], view: _View) -> ModelRequest[ContextT]:
    same = len(view.messages) == len(request.messages) and all(
        new is old for new, old in zip(view.messages, request.messages, strict=True)
    )
    messages: Any = view.messages
    return request if same else request.override(messages=messages)


def _update(
    messages: Sequence[BaseMessage], found: list[BaseMessage]
) -> dict[str, Any] | None:
    """Return the state update from `messages` to `found`, None if nothing changed.

    What is new takes the place and the id of a message that goes: what LangGraph has
    seen under its id, it does not stream as news. Removals come first.
    """
    there = {id(message) for message in found}
    places = {id(message): at for at, message in enumerate(messages)}
    gone = [at for at, message in enumerate(messages) if id(message) not in there]
    if not gone:
        return None
    everything: list[BaseMessage] = [RemoveMessage(id=REMOVE_ALL_MESSAGES), *found]
    if any(message.id is None for message in messages):
        return {"messages": everything}
    update: list[BaseMessage] = []
    last = -1
    for n, message in enumerate(found):
        if id(message) in places:
            last = places[id(message)]
            continue
        after = (places[id(m)] for m in found[n:] if id(m) in places)
        end = next(after, len(messages))
        last = next((at for at in gone if last < at < end), -1)
        if last < 0:
            return {"messages": everything}
        gone.remove(last)
        update.append(message.model_copy(update={"id": messages[last].id}))
    removals = [RemoveMessage(id=str(messages[at].id)) for at in gone]
    return {"messages": [*removals, *update]}


def _index(messages: Sequence[BaseMessage], message_id: str) -> int | None:
    return next((i for i, m in enumerate(messages) if m.id == message_id), None)


def _input_limit(model: Any) -> int | None:
    profile = getattr(model, "profile", None)
    limit = profile.get("max_input_tokens") if isinstance(profile, Mapping) else None
    return limit if isinstance(limit, int) else None


def _warn(
    name: str, what: str = "compression failed; messages left as they are"
) -> None:
    logger.warning("%s: %s", name, what, exc_info=True)
