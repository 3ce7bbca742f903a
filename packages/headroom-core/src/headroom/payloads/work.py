"""The work on one request: tool results, then documents, then history."""

import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from headroom import compressors
from headroom.compressors import JSONMinifier, ToolOutputCompressor
from headroom.errors import InputError
from headroom.fields import field_of, replaced, without
from headroom.messages.file_tools import FILE_TOOLS, is_named
from headroom.messages.tool_results import (
    holds_results,
    tells_of_an_error,
    with_results,
)
from headroom.originals import PART_BEGINS, RETRIEVE
from headroom.payloads import marked
from headroom.payloads.clearing import cleared
from headroom.payloads.histories import Histories
from headroom.payloads.ledger import Account, Change, Ledger, Meter
from headroom.payloads.memory import Remembered
from headroom.payloads.shapes import Body
from headroom.tokens import CountTokens, default_counter, message_tokens

if TYPE_CHECKING:
    from headroom.compressors import ConversationCompressor
    from headroom.payloads.room import Headroom

__all__ = ["History", "State", "Work"]

# By this key a caller's message asks to be kept as it is.
_PIN = "pinned"


class State:
    """What a Headroom remembers; every part of it safe between threads."""

    def __init__(self, count_tokens: CountTokens | None, on_error: str) -> None:
        self._on_error = on_error
        self.meter = Meter(count_tokens or default_counter())
        self.ledger = Ledger(self.meter)
        self.sent = Remembered()
        self.lock = threading.Lock()
        self.histories = Histories(self.meter)
        self.has_warned = False

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
        if self._on_error == "raise" or isinstance(error, Warning):
            raise error
        self.ledger.note_failure()
        with self.lock:
            if self.has_warned:
                return
            self.has_warned = True
        warnings.warn(
            f"Headroom sent what it could not compress as it was "
            f"({type(error).__name__}: {error}). This is said once; room.savings."
            'failures counts on, and on_error="raise" raises instead.',
            RuntimeWarning,
            stacklevel=2,
        )


@dataclass(frozen=True, slots=True)
class History:
    """The history to be kept under a budget, and who does that.

    Attributes:
        messages: The history.
        run: Returns what it becomes.
        arun: Does the same, awaited; None if it has no such method.
    """

    messages: list[Any]
    run: Callable[[list[Any]], list[Any]]
    arun: Callable[[list[Any]], Any] | None


class Work:
    """One body becoming a slim one, source by source."""

    def __init__(self, room: "Headroom", body: Body) -> None:
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

    def before_history(self) -> History | None:
        """Rewrite tool results and documents; return the history, if it has limits."""
        if self._room.clear_after_turns is not None:
            self._clear(self._room.clear_after_turns)
        if self._room.tool_outputs is not None:
            self._minify_results()
        if self._room.documents is not None:
            self._prune_documents()
        return self._history()

    def account(self) -> Account:
        """Return what is to be booked."""
        fixed = self._fixed_parts(self._body)
        sent = self._fixed_parts(self._sent_body()) if self._fixed else fixed
        return Account(
            self._body.model,
            (*fixed, *self._body.messages),
            (*sent, *self._messages),
            tuple(self._sources),
        )

    def _fixed_parts(self, body: Body) -> tuple[Any, ...]:
        """Return what costs tokens beside the messages; () if that has no JSON."""
        return cast(tuple[Any, ...], self._state.guarded(lambda _: body.fixed, ()))

    def result(self) -> Any:
        """Return the body to send."""
        if not self._body.payload:
            return type(self._body.payload)()
        return self._body.rebuilt(self._messages, self._fixed)

    def _sent_body(self) -> Body:
        if not self._fixed:
            return self._body
        return replace(self._body, payload={**self._body.payload, **self._fixed})

    # Tool results

    def _clear(self, after_turns: int) -> None:
        store = self._room.tool_outputs.store
        before = self._messages

        def name_of(text: str, call_id: str, name: str) -> str | None:
            named = name or self._names().get(call_id, "")
            if named != RETRIEVE and self._is_excluded(text, name, call_id):
                return None
            return named

        after = self._state.guarded(
            lambda each: cleared(each, after_turns, store, name_of), before
        )
        pairs = [(a, b) for a, b in zip(before, after, strict=True) if a is not b]
        self._sources.append(
            Change("cleared", [a for a, _ in pairs], [b for _, b in pairs])
        )
        self._messages = list(after)

    def _minify_results(self) -> None:
        compressor = self._room.tool_outputs
        compress = getattr(compressor, "compress", compressor)
        trusted = isinstance(compressor, JSONMinifier | ToolOutputCompressor)
        takes_query = isinstance(compressor, ToolOutputCompressor)
        question = ""

        def make(text: str) -> str:
            if tells_of_an_error(text):
                return text
            options = {"query": question or None} if takes_query else {}
            new = self._state.guarded(partial(compress, **options), text)
            if not isinstance(new, str):
                wrong = InputError(
                    f"tool_outputs returned {type(new).__name__}; it must return str"
                )
                return cast(str, self._state.guarded(_raiser(wrong), text))
            if trusted or new == text:
                return new
            meter = self._state.meter
            return new if meter(new) <= meter(text) else text

        def rewrite(text: str, call_id: str, name: str) -> str:
            if self._is_excluded(text, name, call_id):
                return text
            return self._state.sent.get(text, make)

        before, after = [], []
        for at, message in enumerate(self._messages):
            if not holds_results(message):
                if takes_query and _role(message) == "user":
                    # What was asked when these results came; a later question would
                    # change bytes that were sent already.
                    question = marked.question_of(_content(message)) or question
                continue
            new = self._state.guarded(lambda each: with_results(each, rewrite), message)
            before.append(message)
            after.append(new)
            self._messages[at] = new
        self._sources.append(Change("tool outputs", before, after))

    def _is_excluded(self, text: str, name: str, call_id: str) -> bool:
        """Tell whether a result is to be left alone.

        So is a part of an original that was asked for, and, where the caller excludes
        any, one of an unknown tool.
        """
        patterns = self._room.exclude_tools
        if not patterns and not text.startswith(PART_BEGINS):
            return False
        name = name or self._names().get(call_id, "")
        if name == RETRIEVE:
            return True
        if not name:
            return bool(patterns) and patterns != FILE_TOOLS
        return is_named(name, patterns)

    def _names(self) -> dict[str, str]:
        """Return the tool's name for the id of each call in the messages."""
        if self._called is None:
            from headroom.messages import read_messages

            self._called = {}
            for message in self._body.messages:
                # One that cannot be read has no names to tell.
                with suppress(InputError):
                    [view] = read_messages([message])
                    self._called |= {call.id: call.name for call in view.calls}
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
            new = self._state.guarded(partial(self._pruned, question), message)
            before.append(message)
            after.append(new)
            self._messages[at] = new
        for key in ("system", "instructions"):
            said = field_of(self._body.payload, key)
            if self._body.key is None or not marked.has_documents(said):
                continue
            new = self._state.guarded(
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

    def _history(self) -> History | None:
        """Return the history and its compressor; None if nothing limits it."""
        conversation, budget = self._room.conversation, self._room.max_tokens
        if conversation is None and budget is None:
            return None
        body = self._body
        if body.has_history_elsewhere or body.is_text or body.is_one:
            return None
        if not self._messages:
            return None
        if conversation is not None and not isinstance(
            conversation, compressors.ConversationCompressor
        ):
            return _history_of(conversation, list(self._messages))
        found = self._state.guarded(self._within_budget, None)
        if found is None:
            return None
        histories = self._state.histories

        failed = found.failed_summaries

        def noted(messages: list[Any]) -> list[Any]:
            if found.failed_summaries > failed:
                self._state.ledger.note_failure()
            return messages

        def run(messages: list[Any]) -> list[Any]:
            with histories.session(found, messages) as session:
                return noted(session.compress(messages))

        async def arun(messages: list[Any]) -> list[Any]:
            with histories.session(found, messages) as session:
                return noted(await session.acompress(messages))

        return History(list(self._messages), run, arun)

    def _within_budget(self, _: None) -> "ConversationCompressor":
        """Return the compressor for what system prompt and schemas leave."""
        given, state, model = self._room.conversation, self._state, self._body.model
        fixed = self._fixed_parts(self._sent_body())
        return state.histories.compressor(
            given,
            self._room.max_tokens or given.max_tokens,
            sum(message_tokens(part, state.meter) for part in fixed),
            model,
            state.ledger.latest(model),
        )

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

    def unpin(self) -> None:
        """Take our own mark off the messages: vendors refuse keys they don't know."""
        for at, message in enumerate(self._messages):
            if isinstance(message, Mapping) and isinstance(message.get(_PIN), bool):
                self._messages[at] = self._state.guarded(
                    lambda each: without(each, _PIN), message
                )


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


def _history_of(conversation: Any, messages: list[Any]) -> History:
    """Return the history for a compressor of the caller's own kind."""

    def run(messages: list[Any]) -> list[Any]:
        return list(conversation.compress(messages))

    awaited: Any = getattr(conversation, "acompress", None)

    async def arun(messages: list[Any]) -> list[Any]:
        return list(await awaited(messages))

    return History(messages, run, None if awaited is None else arun)
