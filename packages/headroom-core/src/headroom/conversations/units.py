"""Units: the smallest things a digest keeps or leaves out, cut from messages.

A unit is a sentence or list item of what somebody said, a tool call, one shallow
object of a tool's JSON answer, or a line of its text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from headroom.conversations.block import Block, escape
from headroom.conversations.messages import Message

__all__ = ["Unit", "units_of", "units_of_block"]

# A field's value longer than this is an article, not a fact.
_MAX_VALUE_CHARACTERS = 300
# A sentence longer than this is cut at its clauses, so that parts of it can be kept.
_LONG_CHARACTERS = 80
# Lines of one tool text beyond this many are left to the errors and ids in them.
_MAX_LINES = 400
_MAX_OBJECTS = 200
# Fields of one object that are kept or left out together: one where it needs no
# path before them.
_FIELDS_TOGETHER = 8
_FIELDS_AT_ROOT = 1


class Unit(NamedTuple):
    """One candidate for the digest.

    Attributes:
        message: Index of the message it came from.
        speaker: "user", "assistant", another role, or "tool NAME".
        kind: "said", "call", "record" (fields of the one object that a tool
            answered), "row" (fields of one of many) or "line" (of its text).
        text: What it says, on one line.
        rank: Position among its siblings: the n-th row of a list, else 0.
    """

    message: int
    speaker: str
    kind: str
    text: str
    rank: int = 0


_MARKER = re.compile(r"^\s*(?:[-*+•·]|#{1,6}|>|\d{1,3}[.)])\s+")
# Not "__": it is part of names such as __init__; and "2**3**4" is no emphasis.
_EMPHASIS = re.compile(r"(?<![\w)\]])\*\*(?=\S)([^*]{1,400})(?<=\S)\*\*(?!\w)")
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])[\"'”’)\]]{0,4} (?=[\"'“‘(\[]?[^\W_])|(?<=[。！？；])"
)
# Not an end of sentence: initials and the commonest abbreviations.
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|e\.g|i\.e|No|Inc|Ltd|Co|approx))\.$"
)
_CLAUSE = re.compile(
    r"(?<=[;—–:]) ?| [—–]+ ?"
    r"|(?<=,) (?=(?:and|but|or|so|because|since|which|while|though|although|if|when"
    r"|where|especially|like|including|plus|then|as|with)\b)"
)
_RULE = re.compile(r"^[\s|:=_*~+-]*$")


def units_of(view: Message, at: int, tool_names: Mapping[str, str]) -> list[Unit]:
    """Return the units of one message, in order; `[]` if it says nothing.

    Args:
        view: The message.
        at: Its index.
        tool_names: Name of the called tool by call id, for results that carry none.
    """
    units = [
        Unit(at, view.role, "said", text) for text in _sentences(view.text) if text
    ]
    for call in view.calls:
        speaker = f"tool {call.name}"
        units += [
            Unit(at, speaker, "call", text, rank)
            for rank, text in enumerate(_call_texts(call.name, call.arguments))
        ]
    for result in view.results:
        name = result.name or tool_names.get(result.id, "")
        speaker = f"tool {name}".rstrip()
        units += [
            Unit(at, speaker, kind, text, rank)
            for kind, text, rank in _result_texts(result.text)
            if text
        ]
    return [unit._replace(text=_quotable(unit.text)) for unit in units]


def _quotable(text: str) -> str:
    """Return `text` without what marks the parts of a digest, on one line."""
    return escape(" ".join(text.replace("; ", ", ").split()))


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences, list items and code headers of what somebody said."""
    in_code = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            in_code = not in_code
            continue
        line = _MARKER.sub("", line).strip()
        if not line or _RULE.match(line):
            continue
        if in_code:
            yield line[:_MAX_VALUE_CHARACTERS]
            continue
        # One space each: patterns need not try every length of a run of them.
        line = _EMPHASIS.sub(r"\1", " ".join(line.split()))
        for sentence in _split(line, _SENTENCE_END):
            if len(sentence) <= _LONG_CHARACTERS:
                yield sentence
            else:
                yield from _clauses(sentence)


def _split(line: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield the pieces of `line` between matches, initials not being ends."""
    start = 0
    for match in pattern.finditer(line):
        if _ABBREVIATION.search(line, max(0, match.start() - 8), match.start()):
            continue
        if piece := line[start : match.end()].strip():
            yield piece
        start = match.end()
    if piece := line[start:].strip():
        yield piece


def _clauses(sentence: str) -> Iterator[str]:
    """Yield a long sentence in pieces of a readable length, cut between clauses."""
    held = ""
    for clause in _split(sentence, _CLAUSE):
        if held and len(held) + len(clause) > _LONG_CHARACTERS:
            yield held
            held = ""
        held = f"{held} {clause}" if held else clause
    while len(held) > 8 * _LONG_CHARACTERS:
        cut = held.rfind(" ", 0, 4 * _LONG_CHARACTERS)
        cut = cut if cut > 0 else 4 * _LONG_CHARACTERS
        yield held[:cut]
        held = held[cut:].strip()
    if held:
        yield held


def _call_texts(name: str, arguments: Any) -> Iterator[str]:
    """Yield `name(k=v, ...)`, then the nested arguments as objects of their own."""
    if not isinstance(arguments, Mapping):
        yield f"{name}({_scalar(arguments) if arguments not in (None, '') else ''})"
        return
    flat = {k: v for k, v in arguments.items() if not _is_nested(v)}
    yield f"{name}({_fields(flat)})"
    for key, value in arguments.items():
        if _is_nested(value):
            for text, _ in _objects(value, str(key)):
                yield f"{name} {text}"


def _result_texts(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield kind, text and rank of each unit of a tool's answer."""
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        try:
            value = json.loads(stripped)
        except (ValueError, RecursionError):
            value = None
        if value is not None:
            kind = "row" if isinstance(value, list) and len(value) > 1 else "record"
            for count, (item, rank) in enumerate(_objects(value, "")):
                if count >= _MAX_OBJECTS:
                    break
                yield kind, item, rank
            return
    for rank, line in enumerate(stripped.splitlines()):
        if rank >= _MAX_LINES:
            break
        line = " ".join(line.split())
        if line and not _RULE.match(line):
            for piece in _clauses(line):
                yield "line", piece, rank


def _is_nested(value: Any) -> bool:
    """Whether a value is more than a scalar or a list of scalars."""
    if isinstance(value, list):
        return any(isinstance(item, Mapping | list) for item in value)
    return isinstance(value, Mapping) and bool(value)


def _scalar(value: Any) -> str:
    """Return a scalar or list of scalars as short text."""
    if isinstance(value, str):
        text = " ".join(value.split())
        if len(text) > _MAX_VALUE_CHARACTERS:
            text = text[:_MAX_VALUE_CHARACTERS].rsplit(" ", 1)[0] + "…"
        return text
    if isinstance(value, list):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _fields(flat: Mapping[Any, Any]) -> str:
    """Return `k=v, k=v` of the fields that say something."""
    return ", ".join(
        f"{key}={_scalar(value)}"
        for key, value in flat.items()
        if value not in (None, "", [], {})
    )


def _objects(value: Any, path: str, rank: int = 0) -> Iterator[tuple[str, int]]:
    """Yield every shallow object of a JSON value with its row number in a list."""
    stack = [(value, path, rank)]
    while stack:
        value, path, rank = stack.pop()
        prefix = f"{path}: " if path else ""
        if isinstance(value, Mapping):
            flat = [(k, v) for k, v in value.items() if not _is_nested(v)]
            size = _FIELDS_TOGETHER if path else _FIELDS_AT_ROOT
            for start in range(0, len(flat), size):
                if text := _fields(dict(flat[start : start + size])):
                    yield prefix + text, rank
            nested = [
                (v, f"{path}.{k}" if path else str(k), rank)
                for k, v in value.items()
                if _is_nested(v)
            ]
            stack.extend(reversed(nested))
        elif isinstance(value, list) and _is_nested(value):
            rows = [
                (item, path, max(rank, row))
                for row, item in enumerate(value)
                if item not in (None, "", [], {})
            ]
            stack.extend(reversed(rows))
        elif value not in (None, "", [], {}):
            yield prefix + _scalar(value), rank


_LINE = re.compile(
    r"(?:(intent|preferences|decisions|open|refs): "
    r"|(user|assistant|tool[^\n]{0,80}?) - )"
)


def units_of_block(block: Block, at: int) -> list[Unit]:
    """Return what a block kept as units again, so that a merge can choose anew."""
    units = []
    for line in block.body.split("\n"):
        match = _LINE.match(line)
        speaker, kind = "assistant", "said"
        if match:
            line = line[match.end() :]
            if match[1] in ("intent", "preferences"):
                speaker = "user"
            elif match[2]:
                speaker = match[2]
                kind = "record" if speaker.startswith("tool") else "said"
        units += [Unit(at, speaker, kind, text) for text in line.split("; ") if text]
    return units
