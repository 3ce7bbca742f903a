"""Strings that hold documents as JSON text or as Python's repr, as logs have them."""

import ast
import json
import re
import warnings
from typing import Any

__all__ = ["JOINED", "MARKS", "MOST_LAYERS", "REPR", "START", "packed_text", "unpacked"]

# How the text is spelled: compact; spaced as Python's json.dumps does it; indented by
# two or four spaces or a tab. Characters beyond ASCII may be escaped, and a line feed
# may follow.
_LAYOUTS: dict[str, dict[str, Any]] = {
    "": {"separators": (",", ":")},
    " ": {"separators": (", ", ": ")},
    "2": {"indent": 2},
    "4": {"indent": 4},
    "t": {"indent": "\t"},
}


def _mark(layout: str, *, escaped: bool, line: bool) -> str:
    """Return the mark before a value whose text is spelled so."""
    letters = "a" * escaped + layout.strip() + "l" * line
    return f"json{letters}:" + (" " if layout == " " else "")


_SPELLINGS = [
    (layout, escaped, line)
    for line in (False, True)
    for escaped in (False, True)
    for layout in _LAYOUTS
]
# By what stands for the shape of such a string in a graph, the mark before its value.
MARKS = {
    -2 - i: _mark(layout, escaped=escaped, line=line)
    for i, (layout, escaped, line) in enumerate(_SPELLINGS)
}
# What Python prints of lists and dicts is a spelling too.
REPR = "repr:"
MARKS[min(MARKS) - 1] = REPR
# The shape of a string that is more than one JSON text: its pieces one after another.
JOINED = min(MARKS) - 1
_SHAPES = {mark: shape for shape, mark in MARKS.items()}
_SPELLING_OF = dict(zip(MARKS.values(), _SPELLINGS, strict=False))
# A mark is one only before a bracket; no string that begins so is bare.
START = re.compile(r"(?:json(?:a?[24t]?l?: ?)|repr:)(?=[0-9]*\[|[{(]|@[\w$/+-]+\()")
# Strings in strings in strings. Each layer doubles the backslashes, so that a string
# of more would have a billion of them.
MOST_LAYERS = 30

_DECODER = json.JSONDecoder()
# What is shorter has no member worth a place of its own.
_LIKE_PACKED = re.compile(r'(?=.{16})[{[][^"]*"', re.DOTALL)
_LIKE_REPR = re.compile(r"(?=.{16})(?:\{|\[+\{?)'[^\n]+[\]}]\Z")
# Where JSON may begin in prose: on a line of its own, or behind a tag or a colon.
_BEGINS = re.compile(r"(?:\A|[\n>\]}]|: ?)(?=(?:\{\s*\"|\[\s*[\[{]).{64})", re.DOTALL)
# How often it may be looked for in vain.
_MOST_FAILURES = 8
# A string is never the reason why a document is nested too deep.
_DEEPEST = 16


def packed_text(value: Any, mark: str) -> str:
    """Return the string that a value stands for behind a mark.

    Raises:
        TypeError: If there is something in the value that JSON text can't have.
        KeyError: If there is no such mark.
    """
    if mark == REPR:
        return repr(value)
    layout, escaped, line = _SPELLING_OF[mark]
    text = json.dumps(value, ensure_ascii=escaped, **_LAYOUTS[layout])
    return text + "\n" if line else text


def unpacked(text: str) -> list[str | tuple[Any, int]]:
    """Return a string as prose and the JSON in it, each value with its shape.

    Empty unless writing the values again gives the very characters.
    """
    if _LIKE_PACKED.match(text):
        whole = _whole(text)
        if whole is not None:
            return [whole]
    if _LIKE_REPR.match(text) and (printed := _printed(text)) is not None:
        return [(printed, _SHAPES[REPR])]
    pieces: list[str | tuple[Any, int]] = []
    done = at = failures = 0
    while failures < _MOST_FAILURES and (begin := _BEGINS.search(text, at)):
        at = begin.end()
        try:
            _, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            failures += 1
            continue
        value = _whole(text[at:end])
        if value is None:
            failures += 1
        else:
            pieces += [text[done:at], value] if at > done else [value]
            done = end
        # The last character of a value may stand before the next one.
        at = end - 1
    if pieces and done < len(text):
        pieces.append(text[done:])
    return pieces


def _whole(text: str) -> tuple[Any, int] | None:
    """Return the object or array that a string is the text of, and its shape."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if _is_deep(value):
        return None
    line = text.endswith("\n")
    for layout in _layouts(text):
        for escaped in (False, True) if "\\u" in text else (False,):
            mark = _mark(layout, escaped=escaped, line=line)
            if packed_text(value, mark) == text:
                return value, _SHAPES[mark]
    return None


def _printed(text: str) -> Any:
    """Return the list or dict of plain values whose repr a string is, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in the text
            value = ast.literal_eval(text)
        # What JSON has another form for, or none, would come back as another type.
        same = json.loads(json.dumps(value)) == value and repr(value) == text
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    return value if same and not _is_deep(value) else None


def _layouts(text: str) -> tuple[str, ...]:
    """Return how a text may be laid out."""
    if text[1] != "\n":
        return (" ", "") if '": ' in text else ("", " ")
    return ("t",) if text[2] == "\t" else ("2", "4")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for container in level:
            values = container.values() if type(container) is dict else container
            below += [v for v in values if type(v) is dict or type(v) is list]
        if not below:
            return False
        level = below
    return True
