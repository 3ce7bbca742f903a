"""Units: the smallest things a digest keeps or leaves out, cut from messages.

A unit is a sentence or list item of what somebody said, a tool call, one shallow
object of a tool's JSON answer, or a line of its text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from headroom.conversations.block import Block, escape
from headroom.conversations.wording import words_of
from headroom.messages import Message

__all__ = ["Unit", "answered", "continues", "units_of", "units_of_block"]

# A field's value longer than this is an article, not a fact.
_MAX_VALUE_CHARACTERS = 300
# A sentence longer than this is cut at its clauses, so that parts of it can be kept.
_LONG_CHARACTERS = 80
# Of one message, at most so many lines or objects compete: of longer ones the start,
# the end, and what of the rest tells of an error.
_MAX_CANDIDATES = 400
# Fields of one object that are kept or left out together: one where it needs no
# path before them.
_FIELDS_TOGETHER = 8
_FIELDS_AT_ROOT = 1
# What of a value is beyond its start counts like a row so far down.
_REST_RANK = 6


class Unit(NamedTuple):
    """One candidate for the digest.

    Attributes:
        message: Index of the message it came from.
        speaker: "user", "assistant", another role, or "tool NAME".
        kind: "said", "call", "record" (fields of the one object that a tool
            answered), "row" (fields of one of many) or "line" (of its text).
        text: What it says, on one line.
        rank: Position among its siblings: the n-th row of a list, the n-th clause of
            a sentence that was cut, else 0.
        name: What the speaker is called, "" if nothing.
    """

    message: int
    speaker: str
    kind: str
    text: str
    rank: int = 0
    name: str = ""


ERROR = re.compile(
    r"\b(?:error|exception|fail(?:ed|ure|s)?|traceback|denied|not found|unable|invalid"
    r"|cannot|warning|refused|fatal|panic|critical|timed out)\b",
    re.IGNORECASE,
)
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
    r"(?<=[;—–]) ?|(?<=:) | [—–]+ ?"
    r"|(?<=,) (?=(?:and|but|or|so|because|since|which|while|though|although|if|when"
    r"|where|especially|like|including|plus|then|as|with)\b)"
)
_RULE = re.compile(r"^[\s|:=_*~+-]*$")


def units_of(
    view: Message, at: int, tool_names: Mapping[str, str], *, whole: bool = False
) -> list[Unit]:
    """Return the units of one message, in order; `[]` if it says nothing.

    Args:
        view: The message.
        at: Its index.
        tool_names: Name of the called tool by call id, for results that carry none.
        whole: All of a long message, not only what competes for the digest.
    """
    speaker = _label(view.role)
    name = _label(view.name) if view.text else ""
    units = [
        Unit(at, speaker, "said", text, rank, name)
        for text, rank in _sentences(view.text)
        if text
    ]
    for call in view.calls:
        speaker = f"tool {_label(call.name)}"
        units += [
            Unit(at, speaker, kind, text, rank)
            for rank, (kind, text) in enumerate(_call_texts(call.name, call.arguments))
        ]
    for result in view.results:
        speaker = (
            f"tool {_label(result.name or tool_names.get(result.id, ''))}".rstrip()
        )
        units += [
            Unit(at, speaker, kind, text, rank)
            for kind, text, rank in _result_texts(result.text)
            if text
        ]
    if len(units) > _MAX_CANDIDATES and not whole:
        units = _competing(units)
    return [unit._replace(text=_quotable(unit.text)) for unit in units]


# An answer of so few words, and so few that carry meaning, says little without its
# question; a longer question costs more than it tells. Source: measured like the
# weights of the digest.
_ANSWER_WORDS = 6
_ANSWER_MEANING = 2
_QUESTION_CHARACTERS = 120


_OFFER = re.compile(r"\b(?:any|some)thing else\b", re.IGNORECASE)


def answered(units: list[Unit], before: Message) -> list[Unit]:
    """Return a message's units, a short answer behind the question that it answers.

    "No" becomes "Do you want full insurance? No", if the assistant asked that in one
    of its last three sentences.

    Args:
        units: The units of one message.
        before: The message before it.
    """
    if before.role != "assistant" or not units:
        return units
    first = units[0]
    if first.kind != "said" or first.speaker != "user" or first.text[-1] in "?？":
        return units
    meaning = sum(word.weight >= 1 for word in words_of(first.text))
    if meaning > _ANSWER_MEANING or len(first.text.split()) > _ANSWER_WORDS:
        return units
    sentences: list[str] = []
    for text, rank in _sentences(before.text):
        if rank:
            sentences[-1] += f" {text}"
        else:
            sentences.append(text)
    questions = [
        text for text in sentences[-3:] if text[-1] in "?？" and not _OFFER.search(text)
    ]
    if not questions or len(questions[-1]) > _QUESTION_CHARACTERS:
        return units
    text = f"{_quotable(questions[-1])} {first.text}"
    return [first._replace(text=text), *units[1:]]


def continues(before: Unit, unit: Unit) -> bool:
    """Whether a unit goes on with the sentence of the one before it."""
    return (
        unit.kind == before.kind == "said"
        and unit.rank == before.rank + 1
        and unit.message == before.message
    )


def _competing(units: list[Unit]) -> list[Unit]:
    """Return the start, the end and the errors of a long message."""
    most = _MAX_CANDIDATES // 2
    head, rest, tail = units[:most], units[most : -most // 2], units[-most // 2 :]
    return [*head, *[u for u in rest if ERROR.search(u.text)][-most // 2 :], *tail]


def _quotable(text: str) -> str:
    """Return `text` without what marks the parts of a digest, on one line."""
    return escape(" ".join(text.split()).replace("; ", ", "))


_LABEL_CHARACTERS = 80
_LOOSE_MARK = re.compile(r"(?:^| )[-–—]+(?= |$)|:+(?= |$)")


def _label(name: str) -> str:
    """Return a role or name so that it cannot end the label that it is in."""
    return _LOOSE_MARK.sub("", _quotable(name[: 2 * _LABEL_CHARACTERS])).strip()[
        :_LABEL_CHARACTERS
    ]


def _sentences(text: str) -> Iterator[tuple[str, int]]:
    """Yield the sentences, list items and code headers of what somebody said.

    With each its position in its sentence, 0 but for clauses of one that was cut.
    """
    in_code = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            in_code = not in_code
            continue
        line = _MARKER.sub("", line).strip()
        if not line or _RULE.match(line):
            continue
        if in_code:
            yield from ((piece, 0) for piece in _pieces(line))
            continue
        # One space each: patterns need not try every length of a run of them.
        line = _EMPHASIS.sub(r"\1", " ".join(line.split()))
        for sentence in _split(line, _SENTENCE_END):
            if len(sentence) <= _LONG_CHARACTERS:
                yield sentence, 0
                continue
            rank = 0
            for clause in _clauses(sentence):
                yield clause, rank
                rank = 0 if clause[-1] in ";:" else rank + 1


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


def _pieces(text: str, start: int = 0) -> Iterator[str]:
    """Yield a text from `start` on in pieces of the length of a long value."""
    while start < len(text):
        cut = start + _MAX_VALUE_CHARACTERS
        if cut < len(text):
            space = text.rfind(" ", start + 1, cut)
            cut = space if space > 0 else cut
        yield text[start:cut].strip()
        start = cut


def _call_texts(name: str, arguments: Any) -> Iterator[tuple[str, str]]:
    """Yield the kind and text of `name(k=v, ...)`, then of the nested arguments."""
    if not isinstance(arguments, Mapping):
        if arguments in (None, ""):
            yield "call", f"{name}()"
            return
        yield "call", f"{name}({_scalar(arguments)})"
        for piece in _rest(arguments):
            yield "line", f"{name} {piece}"
        return
    flat = {k: v for k, v in arguments.items() if not _is_nested(v)}
    yield "call", f"{name}({_fields(flat)})"
    for key, value in flat.items():
        for piece in _rest(value):
            yield "line", f"{name} {key}=…{piece}"
    for key, value in arguments.items():
        if _is_nested(value):
            for text, _ in _objects(value, str(key)):
                yield "call", f"{name} {text}"


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
            for item, rank in _objects(value, ""):
                yield kind, item, rank
            return
    in_table = False
    for rank, line in enumerate(stripped.splitlines()):
        line = " ".join(line.split())
        in_table = in_table or line.startswith(_TABLE)
        if in_table:
            # Of a row, what stands at its end may deny what its header holds.
            yield "line", line, rank
        elif line and not _RULE.match(line):
            for piece in _clauses(line):
                yield "line", piece, rank


# How a text of JSONMinifier begins (docs/table-format.md).
_TABLE = "#headroom"


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
            text = next(_pieces(text)) + "…"
        return text
    if isinstance(value, list):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _rest(value: Any) -> Iterator[str]:
    """Yield the pieces of a long text that `_scalar` leaves out."""
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str) and len(part) > _MAX_VALUE_CHARACTERS:
            pieces = _pieces(" ".join(part.split()))
            next(pieces, None)
            yield from pieces


def _fields(flat: Mapping[Any, Any]) -> str:
    """Return `k=v, k=v` of the fields that say something."""
    return ", ".join(
        f"{key}={_scalar(value)}"
        for key, value in flat.items()
        if value not in (None, "", [], {})
    )


def _objects(value: Any, path: str, rank: int = 0) -> Iterator[tuple[str, int]]:
    """Yield every shallow object of a JSON value with its row number in a list."""
    stack = [(value, path, rank, False)]
    while stack:
        value, path, rank, is_row = stack.pop()
        prefix = f"{path}: " if path else ""
        if isinstance(value, Mapping):
            flat = [(k, v) for k, v in value.items() if not _is_nested(v)]
            parent, _, key = path.rpartition(".")
            if key and any(v == key for _, v in flat):
                # An object under its own id says it once.
                prefix = f"{parent}: " if parent else ""
            size = _FIELDS_TOGETHER if path or is_row else _FIELDS_AT_ROOT
            owner = _row_name(flat) if is_row or not path else ""
            for start in range(0, len(flat), size):
                if text := _fields(dict(flat[start : start + size])):
                    # What is kept of a row says of which.
                    yield f"{prefix}{owner if start else ''}{text}", rank
            for key, long in flat:
                for piece in _rest(long):
                    yield f"{prefix}{owner}{key}=…{piece}", rank + _REST_RANK
            of = f"{path} {owner}".strip()
            nested = [
                (v, f"{of}.{k}" if of else str(k), rank, False)
                for k, v in value.items()
                if _is_nested(v)
            ]
            stack.extend(reversed(nested))
        elif isinstance(value, list) and _is_nested(value):
            rows = [
                (item, path, max(rank, row), True)
                for row, item in enumerate(value)
                if item not in (None, "", [], {})
            ]
            stack.extend(reversed(rows))
        elif value not in (None, "", [], {}):
            yield prefix + _scalar(value), rank
            for piece in _rest(value):
                yield f"{prefix}…{piece}", rank + _REST_RANK


_ROW_NAME_CHARACTERS = 40


def _row_name(flat: list[tuple[Any, Any]]) -> str:
    """Return the first field of a row that is short enough to name it by."""
    for key, value in flat:
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = _scalar(value)
            if 0 < len(text) <= _ROW_NAME_CHARACTERS:
                return f"{key}={text} "
    return ""


_LINE = re.compile(
    r"(?:(intent|preferences|decisions|open|refs): "
    r"|(tool(?: [^\n]{1,90}?)?|\w[\w.@-]{0,60}(?: [^\s][^\n]{0,80}?)?) - )"
)


def units_of_block(block: Block, at: int) -> list[Unit]:
    """Return what a block kept as units again, so that a merge can choose anew."""
    units = []
    for line in block.body.split("\n"):
        match = _LINE.match(line)
        speaker, kind, name = "assistant", "said", ""
        if match:
            line = line[match.end() :]
            if match[1] in ("intent", "preferences", "open"):
                speaker = "user"
            elif match[2]:
                speaker = match[2]
                kind = "record" if speaker.startswith("tool") else "said"
                role, _, called = speaker.partition(" ")
                if role in ("user", "assistant"):
                    speaker, name = role, called
        units += [
            Unit(at, speaker, kind, text, 0, name) for text in line.split("; ") if text
        ]
    return units
