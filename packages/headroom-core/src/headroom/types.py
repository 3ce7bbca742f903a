"""The values that go into the compressors and come out of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["Compression", "Compressor", "Dropped", "RAGContext"]

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out")


@dataclass(frozen=True, slots=True)
class RAGContext:
    """A query and the retrieved documents that should answer it.

    Attributes:
        query: What the user asked; may be empty.
        documents: The texts of the retrieved chunks, in retrieval order.
    """

    query: str
    documents: Sequence[str]


@dataclass(frozen=True, slots=True)
class Dropped:
    """One thing that is in the input and not in the result.

    Attributes:
        path: Where it was: keys and indices into the input (JSON), or
            `(document index,)`, or `(message index,)`.
        reason: Why it went, a short fixed phrase.
        count: How many leaves, sentences or units went with it, at least 1.
        text: What it said, where that is text (documents, conversations).
        span: `[start, end)` characters of the source text, where there is one.
        score: The relevance in [0, 1] it was dropped for, where there is one.
    """

    path: tuple[str | int, ...]
    reason: str
    count: int = 1
    text: str | None = None
    span: tuple[int, int] | None = None
    score: float | None = None


@dataclass(frozen=True)
class Compression(Generic[Out]):
    """What a compressor made of its input, and the account of it.

    Token counts are computed when they are asked for, once: counting costs
    more than compressing.

    Attributes:
        content: The compressed value, the same that `compress` returns.
        dropped: Everything that is gone, in input order; empty if nothing is.
        skipped: Why the input came back unchanged, or None if it was compressed.
    """

    content: Out
    dropped: tuple[Dropped, ...] = ()
    skipped: str | None = None
    # The plain form of the input, and how to count tokens of it and of content.
    _source: Any = field(default=None, repr=False, compare=False)
    _measure: Callable[[Any], int] | None = field(
        default=None, repr=False, compare=False
    )

    @cached_property
    def tokens_before(self) -> int:
        """Tokens of the plain form of the input."""
        return self._measure(self._source) if self._measure else 0

    @cached_property
    def tokens_after(self) -> int:
        """Tokens of `content`."""
        return self._measure(self.content) if self._measure else 0

    @property
    def tokens_saved(self) -> int:
        """Tokens before less tokens after; 0 or more."""
        return self.tokens_before - self.tokens_after

    @property
    def ratio(self) -> float:
        """Tokens after / before, in [0, 1]; 1.0 for empty input."""
        return self.tokens_after / self.tokens_before if self.tokens_before else 1.0

    def __str__(self) -> str:
        """Return a short report: tokens, and how much was dropped for which reason."""
        lines = [
            f"{self.tokens_before:,} -> {self.tokens_after:,} tokens "
            f"({1 - self.ratio:.0%} saved)"
        ]
        if self.skipped:
            lines.append(f"unchanged: {self.skipped}")
        reasons: Counter[str] = Counter()
        for one in self.dropped:
            reasons[one.reason] += one.count
        lines += [
            f"dropped: {count:,} {reason}" for reason, count in reasons.most_common()
        ]
        return "\n".join(lines)


class Compressor(Protocol[In, Out]):
    """What all three compressors can do."""

    def compress(self, content: In) -> Out:
        """Return the plain value, ready for the prompt."""
        ...

    def explain(self, content: In) -> Compression[Out]:
        """Return the same value with the account of it."""
        ...
