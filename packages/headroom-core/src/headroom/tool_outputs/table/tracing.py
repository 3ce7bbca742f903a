"""How a table text writes each value: the device of the format, and the place."""

from dataclasses import dataclass, replace
from typing import Any

from headroom.errors import DecodeError
from headroom.tool_outputs.table.decoding import (
    _ABSENT,
    _Field,
    _Read,
    _Reader,
    _Schema,
)

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
    try:
        return _marked(_Tracer(text).document())
    except (LookupError, ValueError, StopIteration, RecursionError) as error:
        msg = "the text ends too early or was changed; decode needs it whole"
        raise DecodeError(msg) from error


def _marked(value: Any, device: str | None = None, span: _Span | None = None) -> Any:
    """Return a value whose leaves are all traced, by `device` and `span` if given."""
    if type(value) is dict and value:
        return {key: _marked(each, device, span) for key, each in value.items()}
    if type(value) is list and value:
        return [_marked(each, device, span) for each in value]
    if value is _ABSENT:
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


class _Tracer(_Reader):
    """A reader that returns traced leaves."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.rows: list[int] = []
        self.headers_of: dict[int, _Span] = {}

    def _value(self, at: int, schema: _Schema | None) -> tuple[_Read, int]:
        (value, text), end = super()._value(at, schema)
        if self.layers:  # inside JSON text, which is one string
            return (_plain(value), text), end
        if self.text[at] == "&":
            return (_marked(value, "reference", (at, end)), text), end
        if type(value) in (dict, list) and value:
            return (value, text), end
        span = None if isinstance(value, Traced) else (at, end)
        return (_marked(value, span=span), text), end

    def _row(self, at: int, schema: _Schema) -> tuple[dict[str, Any], int]:
        self.rows.append(at)
        read = super()._row(at, schema)
        self.rows.pop()
        return read

    def _fixed(self, at: int, new: _Field) -> int:
        end = super()._fixed(at, new)
        self.headers_of[id(new)] = (at, end)
        return end

    def _given(self, of: _Field) -> _Read:
        value, text = super()._given(of)
        return _marked(value, "default", self.headers_of[id(of)]), text

    def _named_values(self, at: int, schema: _Schema) -> tuple[dict[str, _Read], int]:
        named, end = super()._named_values(at, schema)
        return {
            name: (_marked(value, "override"), text)
            for name, (value, text) in named.items()
        }, end

    def _expand(self, *given: Any) -> _Read:
        value, text = super()._expand(*given)
        start = self.rows[-1]
        return _marked(value, "template", (start, self.text.find("\n", start))), text
