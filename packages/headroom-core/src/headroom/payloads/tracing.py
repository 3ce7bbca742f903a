"""A span around a wrapped request, for programs that use OpenTelemetry.

Nothing is imported and nothing is sent from here: a program that traces has loaded
`opentelemetry.trace` and chosen where spans go, and any other gets nothing.
"""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from headroom.payloads.ledger import Account
from headroom.tokens import CountTokens, messages_tokens

__all__ = ["Span"]

Exit = Callable[
    [type[BaseException] | None, BaseException | None, TracebackType | None], Any
]


class Span:
    """The span of one wrapped request; does nothing where nobody traces.

    Its attributes follow the GenAI semantic conventions (`gen_ai.request.model`,
    `gen_ai.usage.input_tokens` where the vendor reported it) and add
    `headroom.input_tokens.before` and `.after`. It is the parent of the span that an
    instrumented client makes for the request itself.
    """

    def __init__(self) -> None:
        self._span: Any = None
        self._exit: Exit | None = None

    def open(self, account: Account, count_tokens: CountTokens) -> None:
        """Start the span, if the program traces and samples it."""
        trace = sys.modules.get("opentelemetry.trace")
        if trace is None:
            return
        tracer = trace.get_tracer("headroom")
        manager = tracer.start_as_current_span("headroom.wrap")
        span = manager.__enter__()
        self._exit = manager.__exit__
        if not span.is_recording():
            return
        self._span = span
        if account.model:
            span.set_attribute("gen_ai.request.model", account.model)
        for name, messages in (("before", account.whole), ("after", account.sent)):
            tokens = messages_tokens(messages, count_tokens)
            span.set_attribute(f"headroom.input_tokens.{name}", tokens)

    def observe(self, reported: int) -> None:
        """Add what the vendor counted."""
        if self._span is not None:
            self._span.set_attribute("gen_ai.usage.input_tokens", reported)

    def close(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the span, with the error that ended the block."""
        if self._exit is not None:
            self._exit(kind, error, trace)
        self._span = self._exit = None
