"""How a table text writes each value: the device of the format, and the place."""

from dataclasses import dataclass, replace
from typing import Any

from headroom.tool_outputs.table.decoding import ABSENT, Reader

__all__ = ["DEVICES", "Traced", "trace_table"]

# What a reader does to find a value: read a cell, look into the header, see that the
# row names another value than the header, follow `&n`, fill in a template.
DEVICES = ("literal", "default", "override", "reference", "template")

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Traced:
    """A leaf (no filled object or list), and how the text writes it.

    Attributes:
        value: The value that `decode_table` returns here.
        device: One of DEVICES; of nested devices it is the outermost.
        span: `[start, end)` characters of the text where the value is written: the
            `&n` of a reference, the header's text of a default, the row of a
            template. None for a key without a value, which is null.
    """

    value: Any
    device: str = "literal"
    span: _Span | None = None


def trace_table(text: str) -> Any:
    """Return the value of a table text, with a `Traced` for each leaf.

    Raises:
        DecodeError: If the text was cut or changed.
    """
    return _traced(_Tracer(text).document())


class _Tracer(Reader):
    """A reader that returns traced leaves."""

    def mark(self, value: Any, device: str, start: int, end: int) -> Any:
        if self.layers:  # inside JSON text, which is one string
            return _plain(value)
        if device == "literal":
            return value if isinstance(value, Traced) else _traced(value, (start, end))
        span = (start, self.text.find("\n", start) if end < 0 else end)
        if device == "override":
            return _traced(value, device=device)
        return _traced(value, span, device)


def _traced(value: Any, span: _Span | None = None, device: str | None = None) -> Any:
    """Return a value whose leaves are all traced, by `device` and `span` if given."""
    if type(value) is dict and value:
        return {key: _traced(each, span, device) for key, each in value.items()}
    if type(value) is list and value:
        return [_traced(each, span, device) for each in value]
    if value is ABSENT:
        return value
    leaf = value if isinstance(value, Traced) else Traced(value)
    return replace(leaf, device=device or leaf.device, span=span or leaf.span)


def _plain(value: Any) -> Any:
    """Return a value without traces."""
    if type(value) is dict:
        return {key: _plain(each) for key, each in value.items()}
    if type(value) is list:
        return [_plain(each) for each in value]
    return value.value if isinstance(value, Traced) else value
