"""The two leaves that JSON needs beyond Python's own: Numeral and Cut."""

import re
from dataclasses import dataclass
from decimal import Decimal
from math import isinf

__all__ = ["MARKER", "Cut", "Numeral", "escape", "number_from", "string_from"]

# The longest integer that Python turns into text and back under its default limit.
# Source: sys.int_info.default_max_str_digits.
LONGEST_INTEGER_DIGITS = 4300

# From this many digits on, a decimal that equals a float's expansion was printed from
# it. Source: a double tells apart 17 digits, so three more agree by chance in less
# than one of 1,000 numbers.
_PRINTED_FLOAT_DIGITS = 20

# What a marker looks like as a JSON string, and its escaped look-alikes.
MARKER = re.compile("…+([1-9][0-9]{0,17}) cut")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A JSON number that a Python int or float would not carry exactly.

    Attributes:
        spelling: The number as JSON spells it, such as `1e400` or `0.10`.
    """

    spelling: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The visible marker that `max_depth` leaves where it cut something.

    Attributes:
        count: Leaf values that were cut there, at least 1.
    """

    count: int

    def __str__(self) -> str:
        return f"…{self.count} cut"


def escape(text: str) -> str:
    """Return how a genuine string is written, so that none reads as a marker.

    >>> escape("…18 cut"), escape("18 cut")
    ('……18 cut', '18 cut')
    """
    return "…" + text if text[:1] == "…" and MARKER.fullmatch(text) else text


def string_from(text: str) -> "str | Cut":
    """Return what a string in JSON text stands for: a marker, or itself.

    >>> string_from("…18 cut"), string_from("……18 cut")
    (Cut(count=18), '…18 cut')
    """
    marker = MARKER.fullmatch(text) if text[:1] == "…" else None
    if not marker:
        return text
    return text[1:] if text[1] == "…" else Cut(int(marker[1]))


def number_from(spelling: str, *, exact: bool) -> "int | float | Numeral":
    """Return the number that JSON spells so, as a Numeral where Python would change it.

    Args:
        spelling: A JSON number; not NaN or Infinity.
        exact: Keep the spelling too (`1.10`, `-0`), not only the value.
    """
    if spelling.lstrip("-").isdigit():
        if len(spelling) > LONGEST_INTEGER_DIGITS and (
            len(spelling.lstrip("-")) > LONGEST_INTEGER_DIGITS
        ):
            return Numeral(spelling)
        try:
            integer = int(spelling)
            same = str(integer) == spelling
        except ValueError:  # this process has a lower limit on digits
            return Numeral(spelling)
        return Numeral(spelling) if exact and not same else integer
    real = float(spelling)
    if repr(real) == spelling:
        return real
    if exact or isinf(real):
        return Numeral(spelling)
    if real == 0.0:
        # A tiny number underflows; only a mantissa of zeros is truly zero.
        mantissa = spelling.lower().partition("e")[0]
        return Numeral(spelling) if mantissa.strip("-0.") else real
    _, point, decimals = spelling.partition(".")
    digits = len(spelling.lstrip("-0.")) - 1
    if (
        digits >= _PRINTED_FLOAT_DIGITS
        and point
        and decimals.isdigit()
        and f"{real:.{len(decimals)}f}" == spelling
    ):
        # Printed from a float to a fixed number of decimals: all its digits are the
        # float's own (952798452288.8000488281 is 952798452288.8).
        return real
    return real if Decimal(spelling) == Decimal(repr(real)) else Numeral(spelling)
