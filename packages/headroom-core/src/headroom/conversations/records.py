"""Records: the parts of tool calls and of what tools answered.

A call is one part, so is each field of a JSON answer and each line of a text.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headroom.conversations.parts import MAX_SENTENCE_CHARACTERS, Part, pieces

__all__ = ["call_parts", "result_parts"]

# A field's value longer than this is an article, not a fact.
_MAX_VALUE_CHARACTERS = 300
# What of a value is beyond its start counts like a row so far down.
_REST_RANK = 6
_RULER = re.compile(r"[\s|:=_*~+`-]*")


def call_parts(arguments: Any) -> Iterator[Part]:
    """Yield `(k=v, ...)` as the call itself, then its nested and long arguments."""
    if not isinstance(arguments, Mapping):
        spelt = "" if arguments in (None, "") else _scalar(arguments)
        yield Part("call", f"({spelt})", 0)
        for piece in _rest(arguments):
            yield Part("line", piece, _REST_RANK)
        return
    flat = {k: v for k, v in arguments.items() if not _is_nested(v)}
    text = ", ".join(f"{key}={_scalar(value)}" for key, value in flat.items())
    yield Part("call", f"({text})", 0)
    for key, value in flat.items():
        for piece in _rest(value):
            yield Part("line", f"{key}={piece}", _REST_RANK)
    for key, value in arguments.items():
        if _is_nested(value):
            yield from _fields(value, str(key))


def result_parts(text: str) -> Iterator[Part]:
    """Yield the parts of a tool's answer."""
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        try:
            value = json.loads(stripped)
        except (ValueError, RecursionError):
            pass
        else:
            yield from _fields(value, "")
            return
    yield from _lines(text)


# How a text of JSONMinifier begins (docs/table-format.md).
_TABLE = "#headroom"
_PAIR = re.compile(r"([\w .-]{1,40})[:=]\s")


def _lines(text: str) -> Iterator[Part]:
    """Yield the lines of a tool's text, each with the line that it stands under.

    A line stands under the nearest one that is indented less; `key: value` lines under
    the first line of their paragraph; rows of a table under its first line.
    """
    above: list[tuple[int, str]] = []
    opening = table = ""
    for rank, line in enumerate(text.splitlines()):
        bare = " ".join(line.split())
        if not bare:
            opening = ""
        if not bare or _RULER.fullmatch(bare):
            continue
        indent = len(line) - len(line.lstrip())
        while above and above[-1][0] >= indent:
            above.pop()
        head = above[-1][1] if above else ""
        pair = _PAIR.match(bare)
        if not head and opening and pair:
            head = opening
        joined = bool(pair and _is_status(pair[1].strip(), bare))
        if bare.startswith(_TABLE):
            table = bare
        elif table:
            head = table
        opening = opening or bare
        if len(bare) <= _MAX_VALUE_CHARACTERS:
            above.append((indent, bare))
        if len(head) > _MAX_VALUE_CHARACTERS and not table:
            head = ""
        most = len(bare) if table else MAX_SENTENCE_CHARACTERS
        for piece in pieces(bare, most):
            yield Part("line", piece, rank, head, bool(head) and joined)


def _is_nested(value: Any) -> bool:
    """Whether a value is more than a scalar or a list of scalars."""
    if isinstance(value, list):
        return any(isinstance(item, Mapping | list) for item in value)
    return isinstance(value, Mapping) and bool(value)


def _scalar(value: Any) -> str:
    """Return a scalar or list of scalars as short text."""
    if isinstance(value, str):
        text = " ".join(value.split())
        return next(pieces(text, _MAX_VALUE_CHARACTERS), "")
    if isinstance(value, list):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _rest(value: Any) -> Iterator[str]:
    """Yield the pieces of a long text that `_scalar` leaves out."""
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str) and len(part) > _MAX_VALUE_CHARACTERS:
            rest = pieces(" ".join(part.split()), _MAX_VALUE_CHARACTERS)
            next(rest, None)
            yield from rest


_ID = re.compile(r"(?:^|_)(?:id|key|uuid|sku|number|code|name|title|path|login)$|Id$")
# What became of a record: kept with it, or its other fields would say something else.
_STATUS = re.compile(
    r"(?:^|_|\b)(?:status|state|errors?|outcome|result|success|succeeded|ok|failed|failure|exit_?code|return_?code|reason"
    r"|approved|completed?|done|cancel+ed|message|estado|stato|statut|fehler|erreur|状态|状態|상태|статус)$|(?:Status|State|Error|Code|Reason)$",
    re.IGNORECASE,
)
_STATUS_CHARACTERS = 120
_OWNER_CHARACTERS = 60


def _owner(flat: Sequence[tuple[Any, Any]], *, is_row: bool) -> Any:
    """Return the key of the field that tells an object from its like, or None."""
    short = [
        key
        for key, value in flat
        if isinstance(value, str | int)
        and not isinstance(value, bool)
        and 0 < len(str(value)) <= _OWNER_CHARACTERS
    ]
    named = (key for key in short if _ID.search(str(key)))
    return next(named, short[0] if short and is_row else None)


def _is_status(name: str, value: Any) -> bool:
    """Whether a field tells what became of its record."""
    short = not isinstance(value, str) or len(value) <= _STATUS_CHARACTERS
    return short and _STATUS.search(name) is not None


def _fields(value: Any, path: str) -> Iterator[Part]:
    """Yield the fields of a JSON value, each with what tells its object from others.

    That is the path to the object, and the field that names it.
    """
    stack: list[tuple[Any, str, int, bool]] = [(value, path, 0, False)]
    while stack:
        value, path, rank, is_row = stack.pop()
        where = f"{path}: " if path else ""
        if isinstance(value, Mapping) and value:
            flat = [(k, v) for k, v in value.items() if not _is_nested(v)]
            status = [k for k, v in flat if _is_status(str(k), v)]
            key = _owner(flat, is_row=is_row)
            if key is None and len(value) > 1:
                key = next(iter(status), None)
            # An object under its own id says it once.
            parent, _, own = path.rpartition(".")
            if key is not None and own and str(value[key]) == own:
                where = f"{parent}: " if parent else ""
            head = where.rstrip()
            if key is not None:
                head = f"{where}{key}={_scalar(value[key])}"
                yield Part("field", head, rank)
            for name, held in flat:
                if name != key:
                    text = f"{name}={_scalar(held)}"
                    yield Part("field", text, rank, head, bool(head) and name in status)
                for piece in _rest(held):
                    yield Part("field", f"{name}={piece}", rank + _REST_RANK, head)
            of = head.rstrip(":")
            nested = [
                (v, f"{of}.{k}" if of else str(k), rank, False)
                for k, v in value.items()
                if _is_nested(v)
            ]
            stack.extend(reversed(nested))
        elif isinstance(value, list) and _is_nested(value):
            rows = [(v, path, max(rank, n), True) for n, v in enumerate(value)]
            stack.extend(reversed(rows))
        else:
            yield Part("field", f"{where}{_scalar(value)}", rank)
            for piece in _rest(value):
                yield Part("field", piece, rank + _REST_RANK, where.rstrip())
