"""Headroom: the compressors around one request."""

import threading
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from math import ceil
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, cast

from headroom import compressors
from headroom.compressors import JSONMinifier
from headroom.errors import InputError
from headroom.payloads import marked
from headroom.payloads.clients import attach
from headroom.payloads.memory import Remembered
from headroom.payloads.results import holds_results, with_results
from headroom.payloads.savings import (
    Account,
    Change,
    Ledger,
    Meter,
    Price,
    Savings,
    input_tokens,
)
from headroom.payloads.shapes import Body, read_body, replaced
from headroom.payloads.tracing import Span
from headroom.tokens import CountTokens, default_counter, field_of, message_tokens

if TYPE_CHECKING:
    from headroom.compressors import ConversationCompressor

__all__ = ["Headroom", "Wrapped"]

# Tool schemas and system prompts differ by a few tokens from request to request; in
# steps, so that the history is not cut anew each time. Source: 1/64 of a budget is
# less than one turn in our recorded agents.
_OVERHEAD_STEPS = 64
# Likewise the vendor's tokens for one of ours, rounded up to a tenth.
_FACTOR_STEPS = 10
_REMEMBERED_COMPRESSORS = 16


class _State:
    """What a Headroom remembers; every part of it safe between threads."""

    def __init__(self, count_tokens: CountTokens | None) -> None:
        self.meter = Meter(count_tokens or default_counter())
        self.ledger = Ledger(self.meter)
        self.sent = Remembered()
        self.lock = threading.Lock()
        self.conversations: dict[int, ConversationCompressor] = {}
        self.factors: dict[str, float] = {}
        self.has_warned = False


@dataclass(frozen=True, eq=False)
class Headroom:
    """Makes room in requests to a model: `with room.wrap(payload) as slim:`.

    Tool results are minified, marked documents are pruned to what the last user
    message asks, and history is kept under a budget. What was sent once is sent again
    byte for byte. It opens no connection, writes no file and reports to nobody. Safe
    to share between threads and conversations; pickles without what it remembers.

    Args:
        max_tokens: Budget for a whole request, tool schemas included, in tokens;
            None leaves the history as it is, unless `conversation` is given.
        tool_outputs: A compressor of text (`compress(str) -> str`) or a function,
            for the text of tool results; None leaves them as they are. JSONMinifier
            gives text that holds no JSON back as it is.
        documents: A SemanticCompressor for marked documents; None leaves them.
        conversation: How the history is kept under the budget; its own `max_tokens`
            is the budget where none is given here.
        exclude_tools: Names of tools, or patterns such as `mcp__github__*`, whose
            results are left alone.
        on_error: What to do when a compressor raises. "send_original": what it was
            given is sent as it was, with one RuntimeWarning; "raise": it raises.
        price: Money per million input tokens: a number, or a number by model.
        count_tokens: Tokens of a text; default `headroom.tokens.default_counter()`.

    Raises:
        InputError: An argument is out of its range.

    >>> room = Headroom()
    >>> result = {"role": "tool", "tool_call_id": "1", "content": '{"a": 1, "b": null}'}
    >>> with room.wrap({"messages": [result]}) as slim:
    ...     print(slim["messages"][0]["content"])
    {"a":1}
    """

    max_tokens: int | None = None
    _: KW_ONLY
    tool_outputs: Any = field(default_factory=JSONMinifier)
    documents: Any = None
    conversation: Any = None
    exclude_tools: Collection[str] = ()
    on_error: Literal["send_original", "raise"] = "send_original"
    price: Price = None
    count_tokens: CountTokens | None = None
    _state: _State = field(init=False, repr=False)

    def __post_init__(self) -> None:
        tokens = self.max_tokens
        if tokens is not None and (
            not isinstance(tokens, int) or isinstance(tokens, bool) or tokens < 1
        ):
            raise InputError(f"max_tokens={tokens!r}; pass tokens, at least 1, or None")
        if self.on_error not in ("send_original", "raise"):
            raise InputError(
                f'on_error={self.on_error!r}; pass "send_original" or "raise"'
            )
        for name, verb in (
            ("tool_outputs", "compress"),
            ("documents", "explain"),
            ("conversation", "compress"),
        ):
            value = getattr(self, name)
            usable = callable(getattr(value, verb, None)) or (
                name == "tool_outputs" and callable(value)
            )
            if value is not None and (not usable or isinstance(value, type)):
                raise InputError(
                    f"{name}={value!r} cannot {verb}; pass a compressor, or None"
                )
        names = self.exclude_tools
        names = (names,) if isinstance(names, str) else tuple(names)
        object.__setattr__(self, "exclude_tools", names)
        object.__setattr__(self, "_state", _State(self.count_tokens))

    def wrap(self, payload: Any) -> "Wrapped":
        """Return a context manager that gives the request to send.

        Args:
            payload: The keyword dict or JSON body of OpenAI chat completions, OpenAI
                responses, Anthropic messages or Gemini generateContent, or a list
                of messages. Never changed. Empty gives empty.

        Raises:
            InputError: On entering, if it is none of those.
        """
        return Wrapped(self, payload)

    def attach(self, client: Any) -> Any:
        """Return a copy of an OpenAI or Anthropic client whose requests are wrapped.

        Works for sync and async clients, streaming, raw responses and copies made by
        `with_options`. The client itself is unchanged.

        Raises:
            InputError: It is no such client, or of a version that sends requests in
                another way; the text says what to do instead.
        """
        return attach(self, client)

    @property
    def savings(self) -> Savings:
        """What was saved so far. Tokens are counted now, each text once."""
        return self._state.ledger.savings(self.price)

    def __getstate__(self) -> dict[str, Any]:
        """Return the arguments; what is remembered stays behind."""
        return {name: getattr(self, name) for name in _ARGUMENTS}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.__post_init__()


_ARGUMENTS = (
    "max_tokens",
    "tool_outputs",
    "documents",
    "conversation",
    "exclude_tools",
    "on_error",
    "price",
    "count_tokens",
)


class Wrapped:
    """One request on its way; made by `Headroom.wrap`.

    Entering, by `with` or `async with`, gives the request to send: a dict or list of
    the payload's shape, with `observe(usage)` besides. Leaving the block normally
    books the savings; an exception books nothing. Entering again after that gives
    the same bytes.

    Attributes:
        changed: Whether the request to send differs from the payload.
    """

    def __init__(self, room: Headroom, payload: Any) -> None:
        self._room = room
        self._payload = payload
        self._span = Span()
        self._account = Account("", (), ())
        self._reported = 0
        self._is_booked = False
        self.changed = False

    def __enter__(self) -> Any:
        work = _Work(self._room, read_body(self._payload))
        history = work.before_history()
        if history is not None:
            work.set_history(work.guarded(history.run, history.messages))
        return self._enter(work)

    async def __aenter__(self) -> Any:
        work = _Work(self._room, read_body(self._payload))
        history = work.before_history()
        if history is not None:
            work.set_history(await work.guarded_async(history.arun, history.messages))
        return self._enter(work)

    def _enter(self, work: "_Work") -> Any:
        self._reported, self._is_booked = 0, False
        self.changed = work.is_changed
        self._account = work.account()
        self._span.open(self._account, self._room._state.meter)
        return _observable(work.result(), self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.leave(booking=True)
        else:
            self._span.close(kind, error, trace)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    def leave(self, *, booking: bool) -> None:
        """Leave the block without an exception, booking the savings or not."""
        if booking:
            ledger = self._room._state.ledger
            ledger.book(self._account)
            self._is_booked = True
            if self._reported:
                ledger.observe(self._account, self._reported)
        self._span.close(None, None, None)

    def _observe(self, usage: Any) -> None:
        reported = input_tokens(usage)
        self._span.observe(reported)
        self._reported = reported
        if self._is_booked and reported:
            self._room._state.ledger.observe(self._account, reported)


class _SlimDict(dict[Any, Any]):
    """A request body, with a place to report what it cost."""

    __slots__ = ("_wrapped",)
    _wrapped: Wrapped

    def observe(self, usage: Any) -> None:
        """Calibrate token counts with the usage that the vendor reported.

        Args:
            usage: The response's usage, or the response; None does nothing.

        Raises:
            InputError: There is no number of input tokens in it.
        """
        self._wrapped._observe(usage)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


class _SlimList(list[Any]):
    """A list of messages, with a place to report what they cost."""

    __slots__ = ("_wrapped",)
    _wrapped: Wrapped

    observe = _SlimDict.observe

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)


class _SlimTuple(tuple[Any, ...]):
    """A tuple of messages, with a place to report what they cost."""

    _wrapped: Wrapped

    observe = _SlimDict.observe

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (tuple(self),)


def _observable(body: Any, wrapped: Wrapped) -> Any:
    """Return the body able to observe; of other types as it is."""
    for plain, slim in ((dict, _SlimDict), (list, _SlimList), (tuple, _SlimTuple)):
        if type(body) is plain:
            twin: Any = slim(body)
            twin._wrapped = wrapped
            return twin
    return body


@dataclass(frozen=True, slots=True)
class _History:
    """The history to be kept under a budget, and who does that."""

    messages: list[Any]
    run: Callable[[list[Any]], list[Any]]
    arun: Callable[[list[Any]], Any]


class _Work:
    """One body becoming a slim one, source by source."""

    def __init__(self, room: Headroom, body: Body) -> None:
        self._room = room
        self._state = room._state
        self._body = body
        self._messages = list(body.messages)
        self._fixed: dict[str, Any] = {}
        self._sources: list[Change] = []
        self._called: dict[str, str] | None = None

    @property
    def is_changed(self) -> bool:
        """Whether anything is sent otherwise than it came."""
        came = self._body.messages
        return (
            bool(self._fixed)
            or len(came) != len(self._messages)
            or any(a is not b for a, b in zip(came, self._messages, strict=True))
        )

    def before_history(self) -> _History | None:
        """Rewrite tool results and documents; return the history, if it has limits."""
        if self._room.tool_outputs is not None:
            self._minify_results()
        if self._room.documents is not None:
            self._prune_documents()
        return self._history()

    def account(self) -> Account:
        """Return what is to be booked."""
        fixed = self._body.fixed
        sent = (*self._sent_body().fixed, *self._messages)
        whole = (*fixed, *self._body.messages)
        return Account(self._body.model, whole, sent, tuple(self._sources))

    def result(self) -> Any:
        """Return the body to send."""
        if not self._body.payload:
            return type(self._body.payload)()
        return self._body.rebuilt(self._messages, self._fixed)

    def _sent_body(self) -> Body:
        if not self._fixed:
            return self._body
        return replace(self._body, payload={**self._body.payload, **self._fixed})

    def guarded(self, make: Callable[[Any], Any], value: Any) -> Any:
        """Return `make(value)`; or `value`, with one warning, if it raises."""
        try:
            return make(value)
        except Exception as error:  # noqa: BLE001 - said in a warning, or raised
            self._forgive(error)
            return value

    async def guarded_async(self, make: Callable[[Any], Any], value: Any) -> Any:
        """Return the same as `guarded`, awaited."""
        try:
            return await make(value)
        except Exception as error:  # noqa: BLE001 - said in a warning, or raised
            self._forgive(error)
            return value

    def _forgive(self, error: Exception) -> None:
        """Warn of an error, the first time; else let it pass, or raise it."""
        # A warning was made an error by the caller's own filter.
        if self._room.on_error == "raise" or isinstance(error, Warning):
            raise error
        self._state.ledger.note_failure()
        with self._state.lock:
            if self._state.has_warned:
                return
            self._state.has_warned = True
        warnings.warn(
            f"Headroom sends what it could not compress as it was "
            f"({type(error).__name__}: {error}). This is said once; room.savings."
            'failures counts on, and on_error="raise" raises instead.',
            RuntimeWarning,
            stacklevel=2,
        )

    # Tool results

    def _minify_results(self) -> None:
        compressor = self._room.tool_outputs
        compress = getattr(compressor, "compress", compressor)
        trusted = isinstance(compressor, JSONMinifier)

        def make(text: str) -> str:
            new = self.guarded(compress, text)
            if not isinstance(new, str):
                wrong = InputError(
                    f"tool_outputs returned {type(new).__name__}; it must return str"
                )
                return cast(str, self.guarded(_raiser(wrong), text))
            if trusted or new == text:
                return new
            meter = self._state.meter
            return new if meter(new) <= meter(text) else text

        def rewrite(text: str, call_id: str, name: str) -> str:
            if self._room.exclude_tools and self._is_excluded(name, call_id):
                return text
            return self._state.sent.get(text, make)

        before, after = [], []
        for at, message in enumerate(self._messages):
            if not holds_results(message):
                continue
            new = self.guarded(lambda each: with_results(each, rewrite), message)
            before.append(message)
            after.append(new)
            self._messages[at] = new
        self._sources.append(Change("tool outputs", before, after))

    def _is_excluded(self, name: str, call_id: str) -> bool:
        """Tell whether a result is to be left alone; so is one of an unknown tool."""
        name = name or self._names().get(call_id, "")
        patterns = self._room.exclude_tools
        return not name or any(fnmatchcase(name, pattern) for pattern in patterns)

    def _names(self) -> dict[str, str]:
        """Return the tool's name for the id of each call in the messages."""
        if self._called is None:
            from headroom.conversations.messages import read_messages

            readable = [m for m in self._body.messages if not isinstance(m, str)]
            views = self.guarded(read_messages, readable)
            self._called = {
                call.id: call.name
                for view in views
                for call in getattr(view, "calls", ())
            }
        return self._called

    # Documents

    def _prune_documents(self) -> None:
        explain = self._room.documents.explain
        roles = [_role(message) for message in self._messages]
        questions = [
            "" if role != "user" else marked.question_of(_content(message))
            for role, message in zip(roles, self._messages, strict=True)
        ]
        last = next(filter(None, reversed(questions)), "")
        before, after = [], []
        for at, message in enumerate(self._messages):
            content = _content(message)
            if roles[at] not in ("user", "system") or not marked.has_documents(content):
                continue
            # What was asked when these documents came; a later question about them
            # would change bytes that were sent already.
            own = next(filter(None, questions[at:]), last)
            question = last if roles[at] == "system" else own
            new = self.guarded(partial(self._pruned, question), message)
            before.append(message)
            after.append(new)
            self._messages[at] = new
        for key in ("system", "instructions"):
            said = field_of(self._body.payload, key)
            if self._body.key is None or not marked.has_documents(said):
                continue
            new = self.guarded(
                lambda each: marked.with_documents(each, last, explain), said
            )
            if new is said:
                continue
            before.append({"role": "system", "content": said})
            after.append({"role": "system", "content": new})
            self._fixed[key] = new
        self._sources.append(Change("documents", before, after))

    def _pruned(self, question: str, message: Any) -> Any:
        key = "parts" if field_of(message, "content") is None else "content"
        content = field_of(message, key)
        new = marked.with_documents(content, question, self._room.documents.explain)
        return message if new is content else replaced(message, key, new)

    # History

    def _history(self) -> _History | None:
        """Return the history and its compressor; None if nothing limits it."""
        conversation, budget = self._room.conversation, self._room.max_tokens
        if conversation is None and budget is None:
            return None
        if self._body.has_history_elsewhere or self._body.is_text or not self._messages:
            return None
        if conversation is None or isinstance(
            conversation, compressors.ConversationCompressor
        ):
            conversation = self.guarded(self._within_budget, None)
        if conversation is None:
            return None

        async def arun(messages: list[Any]) -> list[Any]:
            awaited = getattr(conversation, "acompress", None)
            if awaited is None:
                return list(conversation.compress(messages))
            return list(await awaited(messages))

        return _History(
            list(self._messages),
            lambda messages: list(conversation.compress(messages)),
            arun,
        )

    def _within_budget(self, _: None) -> "ConversationCompressor":
        """Return the compressor for what system prompt and schemas leave."""
        given = self._room.conversation
        budget: int = self._room.max_tokens or given.max_tokens
        count = self._state.meter
        fixed = self._sent_body().fixed
        overhead = sum(message_tokens(part, count) for part in fixed)
        step = max(1, budget // _OVERHEAD_STEPS)
        overhead = ceil(overhead / step) * step
        left = int(budget / self._factor()) - overhead
        if left < 1:
            raise InputError(
                f"max_tokens={budget} cannot hold the system prompt and the tool "
                f"schemas ({overhead} tokens); raise it or send fewer tools"
            )
        with self._state.lock:
            known = self._state.conversations.get(left)
            if known is None:
                known = (
                    compressors.ConversationCompressor(left, count_tokens=count)
                    if given is None
                    else replace(
                        given, max_tokens=left, count_tokens=given.count_tokens or count
                    )
                )
                if len(self._state.conversations) >= _REMEMBERED_COMPRESSORS:
                    self._state.conversations.clear()
                self._state.conversations[left] = known
            return known

    def _factor(self) -> float:
        """Return the vendor's tokens for one of ours, at least 1, never falling.

        Each change cuts the history anew, so it moves in steps and one way.
        """
        model = self._body.model
        found = ceil(self._state.ledger.factor(model) * _FACTOR_STEPS) / _FACTOR_STEPS
        with self._state.lock:
            factor = max(1.0, found, self._state.factors.get(model, 1.0))
            self._state.factors[model] = factor
            return factor

    def set_history(self, messages: Sequence[Any]) -> None:
        """Take over what the history became."""
        came = {id(message) for message in self._messages}
        stay = {id(message) for message in messages}
        self._sources.append(
            Change(
                "history",
                [m for m in self._messages if id(m) not in stay],
                [m for m in messages if id(m) not in came],
            )
        )
        self._messages = list(messages)


def _raiser(error: Exception) -> Callable[[Any], Any]:
    def fail(_: Any) -> Any:
        raise error

    return fail


def _role(message: Any) -> str:
    """Return the role of a message: "user" for text alone, and where there is none."""
    role = field_of(message, "role") or field_of(message, "type")
    role = str(getattr(role, "value", role) or "user")
    if role in ("human", "UserMessage"):
        return "user"
    return "system" if role == "developer" else role


def _content(message: Any) -> Any:
    content = field_of(message, "content")
    return field_of(message, "parts") if content is None else content
