"""Every error that Headroom raises on purpose.

All are also the built-in error that they are nearest to, so both can be caught.

    HeadroomError
    ├── InputError        content that cannot be read, and what to do about it
    ├── DecodeError       text that JSONMinifier.decode did not write
    ├── BudgetError       a token budget that cannot hold what must stay
    ├── ScorerError       a scorer that raised or returned something unusable
    ├── OriginalError     an original that a store does not hold, or no longer
    └── SummarizerError   a summarizer that cannot be used as it was called
"""

__all__ = [
    "BudgetError",
    "DecodeError",
    "HeadroomError",
    "InputError",
    "OriginalError",
    "ScorerError",
    "SummarizerError",
]


class HeadroomError(Exception):
    """Base of all errors raised by Headroom; its text says what to do."""


class InputError(HeadroomError, ValueError):
    """Content that Headroom cannot read without guessing."""


class DecodeError(HeadroomError, ValueError):
    """Text that is neither JSON nor written by JSONMinifier."""


class BudgetError(HeadroomError, ValueError):
    """A token budget too small for what must not be cut."""


class OriginalError(HeadroomError, LookupError):
    """An original that cannot be given back; its text says what to do instead."""


class ScorerError(HeadroomError, ValueError):
    """A scorer that raised, or whose scores cannot be used."""


class SummarizerError(HeadroomError, RuntimeError):
    """A summarizer that cannot be used the way it was called."""
