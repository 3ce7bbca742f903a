"""Headroom: the compressors around one request."""

from collections.abc import Collection, Mapping
from dataclasses import KW_ONLY, dataclass, field
from types import TracebackType
from typing import Any, Literal

from headroom.compressors import ToolOutputCompressor
from headroom.errors import InputError
from headroom.messages.file_tools import FILE_TOOLS
from headroom.payloads.clients import attach
from headroom.payloads.ledger import Account
from headroom.payloads.savings import Price, Savings
from headroom.payloads.shapes import read_body
from headroom.payloads.tracing import Span
from headroom.payloads.usage import input_tokens
from headroom.payloads.work import State, Work
from headroom.threads import in_thread
from headroom.tokens import CountTokens

__all__ = ["Headroom", "Wrapped"]


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
            for the text of tool results; None leaves them as they are. The
            default minifies JSON and folds other text without loss.
        documents: A SemanticCompressor for marked documents; None leaves them.
        conversation: How the history is kept under the budget; its own `max_tokens`
            is the budget where none is given here.
        clear_after_turns: Replace results and pictures older than so many answers of
            the model by a note with the handle of the original, which goes into the
            store of `tool_outputs`; None clears nothing. Give the model
            `headroom.RetrievalTool(store)`, so that it can ask for them again.
        exclude_tools: Names of tools, or patterns such as `mcp__github__*`, whose
            results are left alone; then so are those of tools whose name is not
            known. By default those of tools that show files, which must stay to the
            letter to be edited (`headroom.messages.file_tools.FILE_TOOLS`).
        on_error: What to do when a compressor raises. "send_original": what it was
            given is sent as it was, with one RuntimeWarning; "raise": it raises.
        price: Money per million input tokens: a number, or a number by model.
        count_tokens: Tokens of a text; default `headroom.tokens.default_counter()`.

    Raises:
        InputError: An argument is out of its range.

    Examples:
        >>> room = Headroom()
        >>> text = '{"a": 1, "b": null}'
        >>> result = {"role": "tool", "tool_call_id": "1", "content": text}
        >>> with room.wrap({"messages": [result]}) as slim:
        ...     print(slim["messages"][0]["content"])
        {"a":1,"b":null}
    """

    max_tokens: int | None = None
    _: KW_ONLY
    tool_outputs: Any = field(default_factory=ToolOutputCompressor)
    documents: Any = None
    conversation: Any = None
    exclude_tools: Collection[str] = FILE_TOOLS
    clear_after_turns: int | None = None
    on_error: Literal["send_original", "raise"] = "send_original"
    price: Price = None
    count_tokens: CountTokens | None = None
    _state: State = field(init=False, repr=False)

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
        turns = self.clear_after_turns
        if turns is not None:
            if type(turns) is not int or turns < 1:
                raise InputError(
                    f"clear_after_turns={turns!r}; pass a number of answers, "
                    "at least 1, or None"
                )
            if getattr(self.tool_outputs, "store", None) is None:
                raise InputError(
                    "clear_after_turns needs a store for the originals; pass "
                    "tool_outputs=ToolOutputCompressor(store=SQLiteStore(path))"
                )
        prices = self.price.values() if isinstance(self.price, dict) else [self.price]
        for price in prices:
            if price is not None and (
                isinstance(price, bool) or not isinstance(price, int | float)
            ):
                raise InputError(
                    f"price={self.price!r}; pass money per million input tokens, "
                    "a number or a number by model"
                )
        names = self.exclude_tools
        names = (names,) if isinstance(names, str) else tuple(names)
        object.__setattr__(self, "exclude_tools", names)
        object.__setattr__(self, "_state", State(self.count_tokens, self.on_error))

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
    "clear_after_turns",
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
        work = Work(self._room, read_body(self._payload))
        history = work.before_history()
        if history is not None:
            guarded = self._room._state.guarded
            work.set_history(guarded(history.run, history.messages))
        return self._enter(work)

    async def __aenter__(self) -> Any:
        work = Work(self._room, read_body(self._payload))
        history = await in_thread(work.before_history)
        if history is not None:
            guarded = self._room._state.guarded_async
            run = history.arun or (lambda each: in_thread(history.run, each))
            work.set_history(await guarded(run, history.messages))
        return self._enter(work)

    def _enter(self, work: Work) -> Any:
        self._reported, self._is_booked = 0, False
        work.unpin()
        self.changed = work.is_changed
        self._account = work.account()
        state = self._room._state
        state.guarded(lambda _: self._span.open(self._account, state.meter), None)
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
        if kind is None:
            await self.aleave(booking=True)
        else:
            self._span.close(kind, error, trace)

    def leave(self, *, booking: bool) -> None:
        """Leave the block without an exception, booking the savings or not."""
        self._span.close(None, None, None)
        if booking:
            # The answer is there: it must not be lost to an error in accounting.
            self._room._state.guarded(self._book, None)

    async def aleave(self, *, booking: bool) -> None:
        """Do the same, without keeping the event loop waiting."""
        self._span.close(None, None, None)
        if booking:
            await in_thread(self._room._state.guarded, self._book, None)

    def _book(self, _: None) -> None:
        ledger = self._room._state.ledger
        ledger.book(self._account)
        self._is_booked = True
        if self._reported:
            ledger.observe(self._account, self._reported)

    def _observe(self, usage: Any) -> None:
        reported = input_tokens(usage)
        self._span.observe(reported)
        self._reported = reported
        if self._is_booked and reported:
            self._room._state.ledger.observe(self._account, reported)


def _observe(slim: Any, usage: Any) -> None:
    """Calibrate token counts with the usage that the vendor reported.

    Args:
        slim: The request that was sent.
        usage: The response's usage, or the response; None does nothing.

    Raises:
        InputError: There is no number of input tokens in it.
    """
    slim._wrapped._observe(usage)


def _slim(plain: Any) -> Any:
    """Return a subclass that can report what a request cost; it pickles as `plain`."""
    body = {
        "__doc__": f"A {plain.__name__} with a place to report what it cost.",
        "__reduce__": lambda self: (plain, (plain(self),)),
        "observe": _observe,
    }
    return type(f"Slim{plain.__name__.title()}", (plain,), body)


# A request's body, or its messages alone.
_SLIM = {plain: _slim(plain) for plain in (dict, list, tuple)}


def _observable(body: Any, wrapped: Wrapped) -> Any:
    """Return the body able to observe; of other types as it is."""
    if type(body) not in _SLIM:
        return body
    twin = _SLIM[type(body)](body)
    twin._wrapped = wrapped
    return twin
