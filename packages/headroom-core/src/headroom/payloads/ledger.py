"""Adding up what requests cost, before and after; counting is put off."""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from headroom.payloads.savings import SOURCES, Price, Saved, Savings
from headroom.payloads.usage import plausible_factor
from headroom.tokens import CountTokens, message_tokens

__all__ = ["Account", "Change", "Ledger", "Meter"]

# Texts wait for being counted until somebody asks, up to this many characters.
_MOST_PENDING_CHARACTERS = 16_000_000
_MOST_REMEMBERED_COUNTS = 100_000
_LIST_TOKENS = 3


class Change(NamedTuple):
    """Messages of one source, as they came and as they are sent."""

    source: str
    before: Sequence[Any]
    after: Sequence[Any]


class Account(NamedTuple):
    """What is to be booked for one request.

    Attributes:
        model: The model it asks.
        whole: All that costs tokens in it, as messages, as it came.
        sent: The same as it is sent.
        changes: Which of it belongs to which source.
    """

    model: str
    whole: Sequence[Any]
    sent: Sequence[Any]
    changes: Sequence[Change] = ()


class Meter:
    """Counts tokens, each text once; safe between threads."""

    def __init__(self, count_tokens: CountTokens) -> None:
        self.count_tokens = count_tokens
        self._known: dict[tuple[int, int], int] = {}

    def __call__(self, text: str) -> int:
        """Return the tokens of `text`."""
        # The texts themselves would be kept alive as keys; Python's 64-bit hash
        # and the length tell them apart.
        key = (hash(text), len(text))
        tokens = self._known.get(key)
        if tokens is None:
            tokens = self.count_tokens(text)
            if len(self._known) >= _MOST_REMEMBERED_COUNTS:
                self._known.clear()
            self._known[key] = tokens
        return tokens


class Ledger:
    """Adds up accounts; counts only when somebody asks. Safe between threads."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        # Counting may take long, so nobody who books waits for it.
        self._counting = threading.Lock()
        self._lock = threading.Lock()
        self._sums: Counter[tuple[str, str]] = Counter()
        self._pending: Counter[tuple[str, str, str]] = Counter()
        self._characters = 0
        self._requests: Counter[str] = Counter()
        self._reported: Counter[str] = Counter()
        self._latest: dict[str, tuple[int, tuple[int, list[str]]]] = {}
        self._failures = 0

    def book(self, account: Account) -> None:
        """Add one request that was sent."""
        series = [("before", _read(account.whole))]
        for source, before, after in account.changes:
            series.append((f"{source} before", _read(before)))
            series.append((f"{source} after", _read(after)))
        with self._lock:
            self._requests[account.model] += 1
            self._sums[account.model, "before"] += _LIST_TOKENS
            for name, read in series:
                self._add(account.model, name, read)
            is_full = self._characters > _MOST_PENDING_CHARACTERS
        if is_full:
            self._settle()

    def observe(self, account: Account, reported: int) -> None:
        """Note what the vendor counted for a request."""
        read = _read(account.sent)
        with self._lock:
            self._reported[account.model] += reported
            self._latest[account.model] = reported, read
            self._sums[account.model, "observed"] += _LIST_TOKENS
            self._add(account.model, "observed", read)

    def note_failure(self) -> None:
        """Count a compressor that raised."""
        with self._lock:
            self._failures += 1

    def latest(self, model: str) -> tuple[int, int]:
        """Return the tokens of a model's latest request: as reported, and ours.

        (0, 0) where nothing was reported.
        """
        reported, (framing, texts) = self._latest.get(model, (0, (-_LIST_TOKENS, [])))
        return reported, _LIST_TOKENS + framing + sum(map(self._meter, texts))

    def savings(self, price: Price) -> Savings:
        """Return all that was booked so far."""
        while True:
            self._settle()
            with self._lock:
                # Another thread may have booked in the meantime.
                if not self._pending:
                    return self._total(price)

    def _total(self, price: Price) -> Savings:
        """Return all that was booked; nothing may be pending."""
        factors = {m: f for m in self._requests if (f := self._factor(m))}

        def total(model: str, series: str) -> int:
            tokens = self._sums.get((model, series), 0)
            return round(tokens * factors.get(model, 1.0))

        by_model, by_source = {}, {}
        for model in self._requests:
            saved = sum(
                total(model, f"{source} before") - total(model, f"{source} after")
                for source in SOURCES
            )
            before = total(model, "before")
            by_model[model] = Saved(before, before - saved)
        for source in SOURCES:
            by_source[source.replace(" ", "_")] = Saved(
                sum(total(model, f"{source} before") for model in self._requests),
                sum(total(model, f"{source} after") for model in self._requests),
            )
        count = self._meter.count_tokens
        return Savings(
            tokens_before=sum(one.tokens_before for one in by_model.values()),
            tokens_after=sum(one.tokens_after for one in by_model.values()),
            requests=self._requests.total(),
            models=by_model,
            estimated=bool(getattr(count, "estimated", False)),
            counter="o200k_base"
            if hasattr(count, "estimated")
            else getattr(count, "__name__", "count_tokens"),
            calibration=factors,
            failures=self._failures,
            price=price,
            **by_source,
        )

    def _add(self, model: str, series: str, read: tuple[int, list[str]]) -> None:
        """Add what was read of messages to a series, texts to be counted later."""
        framing, texts = read
        self._sums[model, series] += framing
        for text in texts:
            key = (model, series, text)
            self._characters += 0 if key in self._pending else len(text)
            self._pending[key] += 1

    def _settle(self) -> None:
        """Count what is pending; what is booked meanwhile may stay pending."""
        with self._counting:
            with self._lock:
                pending = dict(self._pending)
            tokens = {key: self._meter(key[2]) for key in pending}
            with self._lock:
                for key, uses in pending.items():
                    self._sums[key[:2]] += uses * tokens[key]
                    self._pending[key] -= uses
                    if not self._pending[key]:
                        del self._pending[key]
                        self._characters -= len(key[2])

    def _factor(self, model: str) -> float | None:
        """Return the vendor's tokens for one of ours, None if that is unknown."""
        counted = self._sums.get((model, "observed"), 0)
        return plausible_factor(self._reported[model], counted)


def _read(messages: Iterable[Any]) -> tuple[int, list[str]]:
    """Return the tokens of messages beside their texts, and the texts."""
    texts: list[str] = []

    def collect(text: str) -> int:
        if text:
            texts.append(text)
        return 0

    return sum(message_tokens(message, collect) for message in messages), texts
