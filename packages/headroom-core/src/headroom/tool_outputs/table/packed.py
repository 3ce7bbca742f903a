"""Strings that are the JSON text of a document, as logs and queues have them."""

import json
import re
from typing import Any

__all__ = ["MARKS", "MOST_LAYERS", "START", "packed_text", "unpacked"]

# By what stands for the shape of such a string in a graph, the mark before its value:
# compact, or spaced as Python's json.dumps writes it; then the same with a line end.
MARKS = {-2: "json:", -3: "json: ", -4: "jsonl:", -5: "jsonl: "}
# A mark is one only before a bracket; no string that begins so is bare.
START = re.compile(r"jsonl?: ?(?=[\[{(]|@[\w$/+-]+\()")
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
    """
    separators = (", ", ": ") if mark.endswith(" ") else (",", ":")
    text = json.dumps(value, ensure_ascii=False, separators=separators)
    return text + "\n" if mark.startswith("jsonl") else text


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
    for shape, mark in MARKS.items():
        if text.endswith("\n") == mark.startswith("jsonl") and (
            packed_text(value, mark) == text
        ):
            return value, shape
    return None


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
