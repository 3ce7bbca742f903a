"""What a Headroom has saved so far: tokens by source and model, and money."""

import math
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from headroom.errors import InputError
from headroom.tokens import CountTokens, field_of, message_tokens

__all__ = ["Account", "Ledger", "Meter", "Saved", "Savings", "input_tokens"]

SOURCES = ("tool outputs", "documents", "history")
# Texts wait for being counted until somebody asks, up to this many characters.
_MOST_PENDING_CHARACTERS = 16_000_000
_MOST_REMEMBERED_COUNTS = 100_000
# Beyond this a reported figure is of something else than the request: a stub's, or of
# pictures alone. Source: judged, not measured; tokenizers of models differ by less.
_PLAUSIBLE_FACTOR = (0.67, 2.0)
_LIST_TOKENS = 3
Price = float | Mapping[str, float] | None


@dataclass(frozen=True)
class Saved:
    """Input tokens of one source or model, over all requests so far."""

    tokens_before: int = 0
    tokens_after: int = 0

    @property
    def tokens_saved(self) -> int:
        """Tokens before less tokens after."""
        return self.tokens_before - self.tokens_after

    @property
    def ratio(self) -> float:
        """Tokens after / before; 1.0 where there were none."""
        return self.tokens_after / self.tokens_before if self.tokens_before else 1.0


@dataclass(frozen=True)
class Savings(Saved):
    """What was saved so far; what a request sends again counts again, as it is billed.

    Attributes:
        tokens_before: Input tokens of all requests as the caller had them, with
            system prompts and tool schemas.
        tokens_after: The same as they were sent.
        requests: Blocks that were left normally.
        tool_outputs: The messages with tool results among them.
        documents: The messages with marked documents.
        history: The turns that a digest stands for, and the digest.
        models: Tokens by model; "" where a request names none.
        estimated: Whether any count is an estimate, since tiktoken's table could
            not be loaded.
        counter: Which tokens these are, in words.
        calibration: Factor by model that the vendor's own figures gave; the token
            figures of that model are multiplied by it.
        failures: Times a compressor raised and its input was sent as it was.
        price: The caller's price per million input tokens.
    """

    requests: int = 0
    tool_outputs: Saved = Saved()
    documents: Saved = Saved()
    history: Saved = Saved()
    models: Mapping[str, Saved] = field(default_factory=dict)
    estimated: bool = False
    counter: str = "o200k_base"
    calibration: Mapping[str, float] = field(default_factory=dict)
    failures: int = 0
    price: Price = None

    @property
    def money_before(self) -> float | None:
        """Money for `tokens_before`; None without a price for any of the models."""
        return self._money({m: one.tokens_before for m, one in self.models.items()})

    @property
    def money_after(self) -> float | None:
        """Money for `tokens_after`, all at the full price: caching makes it less."""
        return self._money({m: one.tokens_after for m, one in self.models.items()})

    @property
    def money_saved(self) -> float | None:
        """Money before less money after."""
        return self._money({m: one.tokens_saved for m, one in self.models.items()})

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Models that are in no money figure, since no price was given for them."""
        if self.price is None:
            return ()
        return tuple(m for m in self.models if price_of(self.price, m) is None)

    def _money(self, tokens: Mapping[str, int]) -> float | None:
        priced = [
            price * tokens[model] / 1e6
            for model in tokens
            if (price := price_of(self.price, model)) is not None
        ]
        return sum(priced) if priced or _is_number(self.price) else None

    def __str__(self) -> str:
        rows: list[tuple[str, Saved]] = [("input tokens", self)]
        for name, one in zip(
            SOURCES, (self.tool_outputs, self.documents, self.history), strict=True
        ):
            if one.tokens_before:
                rows.append((f"  {name}", one))
        if len(self.models) > 1:
            rows += [(f"  {m or '(no model)'}", one) for m, one in self.models.items()]
        requests = f"{self.requests:,} request{'' if self.requests == 1 else 's'}"
        lines = [f"Headroom: {requests}"]
        wide = max(len(name) for name, _ in rows)
        for name, one in rows:
            lines.append(
                f"{name:{wide}}  {one.tokens_before:>12,} → {one.tokens_after:>12,}"
                f"  {1 - one.ratio:6.1%} saved"
            )
        how = "estimated" if self.estimated else f"counted with {self.counter}"
        for model, factor in self.calibration.items():
            how += f", × {factor:.2f} as {model or 'the vendor'} reported"
        lines.append(f"Tokens: {how}.")
        before, after = self.money_before, self.money_after
        if before is not None and after is not None:
            price = f" at {self.price:g}" if isinstance(self.price, int | float) else ""
            lines.append(
                f"Money{price} per million input tokens, without cache discounts: "
                f"{_money(before)} → {_money(after)}, saved {_money(before - after)}"
            )
        if self.unpriced:
            lines.append(f"Without a price: {', '.join(self.unpriced)}")
        if self.failures:
            lines.append(f"Failed and sent as they were: {self.failures:,}")
        return "\n".join(lines)


def _money(amount: float) -> str:
    """Return an amount as it reads well; small ones with more digits."""
    return f"{amount:,.2f}" if amount >= 10 or not amount else f"{amount:,.4f}"


def price_of(price: Price, model: str) -> float | None:
    """Return the price of a model, None if there is none."""
    return price.get(model) if isinstance(price, Mapping) else price


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
        self._lock = threading.Lock()
        self._sums: Counter[tuple[str, str]] = Counter()
        self._pending: Counter[tuple[str, str, str]] = Counter()
        self._characters = 0
        self._requests: Counter[str] = Counter()
        self._reported: Counter[str] = Counter()
        self._failures = 0

    def book(self, account: Account) -> None:
        """Add one request that was sent."""
        with self._lock:
            self._requests[account.model] += 1
            self._sums[account.model, "before"] += _LIST_TOKENS
            self._add(account.model, "before", account.whole)
            for source, before, after in account.changes:
                self._add(account.model, f"{source} before", before)
                self._add(account.model, f"{source} after", after)
            if self._characters > _MOST_PENDING_CHARACTERS:
                self._settle()

    def observe(self, account: Account, reported: int) -> None:
        """Note what the vendor counted for a request."""
        with self._lock:
            self._reported[account.model] += reported
            self._sums[account.model, "observed"] += _LIST_TOKENS
            self._add(account.model, "observed", account.sent)

    def note_failure(self) -> None:
        """Count a compressor that raised."""
        with self._lock:
            self._failures += 1

    def factor(self, model: str) -> float:
        """Return the vendor's tokens for one of ours; 1.0 where nothing is known."""
        with self._lock:
            if not self._reported[model]:
                return 1.0
            self._settle()
            return self._factor(model) or 1.0

    def savings(self, price: Price) -> Savings:
        """Return all that was booked so far."""
        with self._lock:
            self._settle()
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

    def _add(self, model: str, series: str, messages: Iterable[Any]) -> None:
        """Add messages to a series, their texts to be counted later."""
        texts: list[str] = []

        def collect(text: str) -> int:
            if text:
                texts.append(text)
            return 0

        framing = sum(message_tokens(message, collect) for message in messages)
        self._sums[model, series] += framing
        for text in texts:
            self._pending[model, series, text] += 1
            self._characters += len(text)

    def _settle(self) -> None:
        """Count what is pending."""
        for (model, series, text), uses in self._pending.items():
            self._sums[model, series] += uses * self._meter(text)
        self._pending.clear()
        self._characters = 0

    def _factor(self, model: str) -> float | None:
        """Return the vendor's tokens for one of ours, None if that is unknown."""
        counted = self._sums.get((model, "observed"), 0)
        if not counted or not self._reported[model]:
            return None
        factor = self._reported[model] / counted
        low, high = _PLAUSIBLE_FACTOR
        return factor if low <= factor <= high else None


_USAGE_KEYS = (
    "prompt_tokens",
    "input_tokens",
    "promptTokenCount",
    "prompt_token_count",
)
# Anthropic's input_tokens leave out what its cache wrote and read.
_CACHE_KEYS = ("cache_creation_input_tokens", "cache_read_input_tokens")


def input_tokens(usage: Any) -> int:
    """Return the input tokens that a vendor reported; 0 for None.

    Args:
        usage: A number, the usage of a response, or the response with its usage:
            OpenAI chat and responses, Anthropic, Gemini, as objects or dicts.

    Raises:
        InputError: There is no number of input tokens in it.
    """
    if usage is None:
        return 0
    for key in ("usage", "usageMetadata", "usage_metadata"):
        if (inner := field_of(usage, key)) is not None:
            usage = inner
            break
    if _is_number(usage):
        return int(usage)
    for key in _USAGE_KEYS:
        tokens = field_of(usage, key)
        if _is_number(tokens):
            cached = [field_of(usage, each) for each in _CACHE_KEYS]
            return int(tokens) + sum(int(c) for c in cached if _is_number(c))
    raise InputError(
        f"no input tokens in {usage!r:.200}; pass the response's usage, with one of "
        f"{', '.join(_USAGE_KEYS)}"
    )


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 0
    )
