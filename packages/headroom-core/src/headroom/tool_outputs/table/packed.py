"""Strings that are the JSON text of a document, as logs and queues have them."""

import json
import re
from typing import Any

__all__ = ["MARKS", "MOST_LAYERS", "START", "packed_text", "unpacked"]

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
_SHAPES = {mark: shape for shape, mark in MARKS.items()}
_SPELLING_OF = dict(zip(MARKS.values(), _SPELLINGS, strict=True))
# A mark is one only before a bracket; no string that begins so is bare.
START = re.compile(r"json(?:a?[24t]?l?: ?)(?=[\[{(]|@[\w$/+-]+\()")
# Strings in strings in strings. Each layer doubles the backslashes, so that a string
# of more would have a billion of them.
MOST_LAYERS = 30

# What is shorter has no member worth a place of its own.
_LIKE_PACKED = re.compile(r'(?=.{16})[{[][^"]*"', re.DOTALL)
# A string is never the reason why a document is nested too deep.
_DEEPEST = 16


def packed_text(value: Any, mark: str) -> str:
    """Return the string that a value stands for behind a mark.

    Raises:
        TypeError: If there is something in the value that JSON text can't have.
        KeyError: If there is no such mark.
    """
    layout, escaped, line = _SPELLING_OF[mark]
    text = json.dumps(value, ensure_ascii=escaped, **_LAYOUTS[layout])
    return text + "\n" if line else text


def unpacked(text: str) -> tuple[Any, int] | None:
    """Return the object or array that a string is the text of, and its shape.

    None unless writing the value again gives the very characters.
    """
    if not _LIKE_PACKED.match(text):
        return None
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
