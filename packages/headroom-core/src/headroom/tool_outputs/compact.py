"""Compact JSON: the shortest valid spelling of a tree, and reading it back."""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from headroom.errors import DecodeError
from headroom.tool_outputs.table.notation import encodable, quote
from headroom.tool_outputs.values import (
    LONGEST_INTEGER_DIGITS,
    MARKER,
    Cut,
    Numeral,
    escape,
    string_from,
)

__all__ = ["read_compact", "write_compact"]


# A string that reads as a marker where it is not escaped.
_LOOK_ALIKE = re.compile(f'"{MARKER.pattern}"')


def write_compact(value: Any) -> str:
    """Write a tree as one line of valid JSON (NaN and Infinity as Python's json)."""
    try:
        text = _ENCODER.encode(value)
    except _NeedsOwnWriter:
        return "".join(_pieces(value))
    if '"…' in text and _LOOK_ALIKE.search(text):
        return "".join(_pieces(value))
    return encodable(text)


class _NeedsOwnWriter(Exception):
    """The tree holds what the standard encoder cannot spell."""


def _refuse(_: Any) -> NoReturn:
    raise _NeedsOwnWriter


_ENCODER = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    separators=(",", ":"),
    default=_refuse,
)


def _pieces(value: Any) -> list[str]:
    kind = type(value)
    if kind is str:
        return [quote(escape(value))]
    if kind is Numeral:
        return [value.spelling]
    if kind is Cut:
        return [f'"{value}"']
    if kind is dict:
        out = ["{"]
        for name, child in value.items():
            out += [quote(name), ":", *_pieces(child), ","]
        out[len(out) - (len(out) > 1) :] = "}"
        return out
    if kind is list:
        out = ["["]
        for child in value:
            out += [*_pieces(child), ","]
        out[len(out) - (len(out) > 1) :] = "]"
        return out
    return [json.dumps(value)]


def read_compact(text: str) -> Any:
    """Return the value of JSON text; what `max_depth` cut is absent.

    Numbers are read as `json.loads` reads them, integers longer than Python's int()
    takes as Decimal.

    Raises:
        DecodeError: If the text is not JSON.
    """
    try:
        value = json.loads(text, parse_int=_integer)
        if "…" in text or "\\u2026" in text:
            value = _without_markers(value)
    except (ValueError, RecursionError) as error:
        msg = (
            f"not JSON, nor a table text of JSONMinifier: {error}; "
            "decode takes what compress returned, unchanged and without prose around it"
        )
        raise DecodeError(msg) from error
    return value


def _integer(digits: str) -> Any:
    if len(digits.lstrip("-")) <= LONGEST_INTEGER_DIGITS:
        return int(digits)
    return Decimal(digits)


def _without_markers(value: Any) -> Any:
    if type(value) is dict:
        members = ((k, _without_markers(v)) for k, v in value.items())
        return {k: v for k, v in members if type(v) is not Cut}
    if type(value) is list:
        return [v for v in map(_without_markers, value) if type(v) is not Cut]
    return string_from(value) if type(value) is str else value
