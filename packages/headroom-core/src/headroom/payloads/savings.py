"""What a Headroom has saved so far: tokens by source and model, and money."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["SOURCES", "Price", "Saved", "Savings", "is_number"]

SOURCES = ("tool outputs", "documents", "history")
Price = float | Mapping[str, float] | None
_NO_MODEL = "(no model)"


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
        return sum(priced) if priced or is_number(self.price) else None

    def __str__(self) -> str:
        rows: list[tuple[str, Saved]] = [("input tokens", self)]
        for name, one in zip(
            SOURCES, (self.tool_outputs, self.documents, self.history), strict=True
        ):
            if one.tokens_before:
                rows.append((f"  {name}", one))
        if len(self.models) > 1:
            rows += [(f"  {m or _NO_MODEL}", one) for m, one in self.models.items()]
        requests = f"{self.requests:,} request{'' if self.requests == 1 else 's'}"
        lines = [f"Headroom: {requests}"]
        wide = max(len(name) for name, _ in rows)
        for name, one in rows:
            lines.append(
                f"{name:{wide}}  {one.tokens_before:>12,} → {one.tokens_after:>12,}"
                f"  {1 - one.ratio:6.1%} saved"
            )
        how = "estimated" if self.estimated else f"counted with {self.counter}"
        lines.append(f"Tokens: {how}.")
        for model, factor in self.calibration.items():
            lines.append(
                f"Figures of {model or _NO_MODEL} are the counts times {factor:.2f}, "
                "as its vendor reported."
            )
        before, after = self.money_before, self.money_after
        if before is not None and after is not None:
            price = f" at {self.price:g}" if isinstance(self.price, int | float) else ""
            lines.append(
                f"Money{price} per million input tokens, without cache discounts: "
                f"{_money(before)} → {_money(after)}, saved {_money(before - after)}"
            )
        if self.unpriced:
            names = ", ".join(model or _NO_MODEL for model in self.unpriced)
            lines.append(f"Without a price: {names}")
        if self.failures:
            lines.append(f"Failed and sent as they were: {self.failures:,}")
        return "\n".join(lines)


def _money(amount: float) -> str:
    """Return an amount as it reads well; small ones with more digits."""
    return f"{amount:,.2f}" if amount >= 10 or not amount else f"{amount:,.4f}"


def price_of(price: Price, model: str) -> float | None:
    """Return the price of a model, None if there is none."""
    return price.get(model) if isinstance(price, Mapping) else price


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number of at least 0."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 0
    )
