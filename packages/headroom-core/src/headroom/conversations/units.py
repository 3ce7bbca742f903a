"""Units: the smallest parts of messages that a digest keeps or leaves out.

A unit is a sentence or list item, a line of code, a tool call, one field of a tool's
JSON answer, or a line of its text. Its text stands in the message word for word, but
for white space and a visible "…" where a long one was cut.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from headroom.conversations.block import Block, escape
from headroom.conversations.parts import Part
from headroom.conversations.records import call_parts, result_parts
from headroom.conversations.rules import binding_of
from headroom.conversations.spoken import said_parts
from headroom.conversations.words import gives_value
from headroom.messages import Message

__all__ = [
    "ERROR",
    "Unit",
    "answered",
    "asks",
    "behind_calls",
    "closing",
    "competing",
    "is_short",
    "units_of",
    "units_of_block",
]

# Of one message, at most so many units compete: of longer ones the start, the end, and
# the errors between them.
_MAX_CANDIDATES = 800


class Unit(NamedTuple):
    """One candidate for the digest.

    Attributes:
        message: Index of the message it came from.
        speaker: "user", "assistant", another role, or "tool NAME".
        kind: "said", "rule" (a standing instruction of the user), "code", "call",
            "field" (of an object that a tool answered) or "line" (of its text).
        text: What it says, on one line; a rule with its list or code on several.
        rank: Position of its row in a list; of a rule, how strictly it binds.
        name: What the speaker is called, "" if nothing.
        head: Text of the unit that must be read before it: the id of its record, the
            introduction of its list, the question that it answers; "" for none.
        joined: Whether its head says too little without it, too.
        closes: Texts of the questions that it answers, or of the request that it
            reports the outcome of.
        call: Id of the tool call that it makes or answers, "" for none.
    """

    message: int
    speaker: str
    kind: str
    text: str
    rank: int = 0
    name: str = ""
    head: str = ""
    joined: bool = False
    closes: tuple[str, ...] = ()
    call: str = ""


ERROR = re.compile(
    r"\b(?:error|exception|fail(?:ed|ure|s)?|traceback|denied|not found|unable|invalid"
    r"|cannot|warning|refused|fatal|panic|critical|timed out)\b",
    re.IGNORECASE,
)


def units_of(view: Message, at: int, tool_names: Mapping[str, str]) -> list[Unit]:
    """Return the units of one message, in order; `[]` if it says nothing.

    Args:
        view: The message.
        at: Its index.
        tool_names: Name of the called tool by call id, for results that carry none.
    """
    name = _label(view.name) if view.text else ""
    said = said_parts(view.text, is_user=view.role == "user")
    units = _made(said, at, _label(view.role), name)
    for call in view.calls:
        tool = f"tool {_label(call.name)}"
        units += _made(call_parts(call.arguments), at, tool, call=call.id)
    for result in view.results:
        tool = _label(result.name or tool_names.get(result.id, ""))
        tool = f"tool {tool}".rstrip()
        units += _made(result_parts(result.text), at, tool, call=result.id)
    return units


def _made(
    parts: Iterable[Part], at: int, speaker: str, name: str = "", call: str = ""
) -> list[Unit]:
    """Return parts as units, without what marks the parts of a digest."""
    return [
        Unit(
            *(at, speaker, part.kind, _quotable(part.kind, part.text), part.rank, name),
            *(_on_lines(escape(part.head)), part.joined, (), call),
        )
        for part in parts
    ]


def behind_calls(units: Iterable[Unit]) -> list[Unit]:
    """Return units in order, but each result of a tool right behind its own call."""
    groups: list[list[Unit]] = []
    calls: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.kind != "call" and unit.call in calls:
            calls[unit.call].append(unit)
            continue
        groups.append([unit])
        if unit.kind == "call":
            calls[unit.call] = groups[-1]
    return [unit for group in groups for unit in group]


def _quotable(kind: str, text: str) -> str:
    """Return a part's text on one line, a rule's on its own."""
    if kind == "code":
        return escape(text.expandtabs(4).rstrip())
    return _on_lines(escape(text)) if kind == "rule" else escape(" ".join(text.split()))


def _on_lines(text: str) -> str:
    return "\n".join(line.expandtabs(4).rstrip() for line in text.splitlines())


def competing(units: list[Unit]) -> list[Unit]:
    """Return a message's units; of a long one the start, the end and the errors."""
    if len(units) <= _MAX_CANDIDATES:
        return units
    most = _MAX_CANDIDATES // 2
    head, rest, tail = units[:most], units[most : -most // 2], units[-most // 2 :]
    return [*head, *[u for u in rest if ERROR.search(u.text)][-most // 2 :], *tail]


_LABEL_CHARACTERS = 80


def _label(name: str) -> str:
    """Return a role or name so that it cannot end the label that it is in."""
    plain = " ".join(name[:_LABEL_CHARACTERS].replace(":", " ").split())
    return escape(plain.replace("(", " ")).strip()


# An answer of so few words or characters says little without its question; a longer
# question costs more than it tells. Source: measured like the weights of the digest.
_ANSWER_WORDS = 7
_ANSWER_CHARACTERS = 64
_QUESTION_CHARACTERS = 160
_QUESTION_SENTENCES = 3
_ANSWER_SENTENCES = 3
# So short an answer answers something even where nothing was asked with a mark.
_REPLY_WORDS = 2
# A longer sentence is a story, no outcome; where no tool was called, a shorter one is.
_OUTCOME_CHARACTERS = (50, 64)
_ASKS = ("?", "？", "؟", ";", "吗。", "呢。", "か。")
_NUMBER = re.compile(r"\(?(\w{1,2})[.)] ")


def asks(text: str) -> bool:
    """Whether a sentence asks something."""
    return text.endswith(_ASKS)


def is_short(text: str) -> bool:
    """Whether a sentence says little without what it answers."""
    return (
        len(text.encode("utf-8", "surrogatepass")) <= _ANSWER_CHARACTERS
        and len(text.split()) <= _ANSWER_WORDS
    )


def answered(units: list[Unit], before: Sequence[Unit]) -> list[Unit]:
    """Return a message's units, the answer in them tied to the questions before it.

    The answer is the first sentence, the item of the same number, or all of a message
    of short sentences.

    Args:
        units: The units of one message.
        before: The units of the last message with text before it.
    """
    told = [n for n, unit in enumerate(units) if unit.kind in ("said", "rule")]
    said = [unit for unit in before if unit.kind in ("said", "rule")]
    if not told or not said or said[-1].speaker == units[told[0]].speaker:
        return units
    units = list(units)
    first = units[told[0]]
    asked = [
        unit.text
        for unit in said[-_QUESTION_SENTENCES:]
        if asks(unit.text) and len(unit.text) <= _QUESTION_CHARACTERS
    ]
    numbered = {match[1]: text for text in asked if (match := _NUMBER.match(text))}
    if numbered:
        for n in told:
            match = _NUMBER.match(units[n].text)
            if match and match[1] in numbered:
                units[n] = units[n]._replace(closes=(numbered[match[1]],))
        return units
    if (
        not asked
        and first.speaker != "user"
        and len(first.text.split()) <= _REPLY_WORDS
    ):
        asked = [said[-1].text]
    if not asked or asks(first.text):
        return units
    if first.kind == "rule" and is_short(first.text):
        text = f"{said[-1].speaker}: {asked[-1]}\n{first.text}"
        units[told[0]] = first._replace(text=text)
        return units
    whole = len(told) <= _ANSWER_SENTENCES and all(
        is_short(units[n].text) for n in told
    )
    for n in told if whole else told[:1]:
        units[n] = units[n]._replace(closes=tuple(asked))
    return units


def closing(units: list[Unit], request: Unit | None, *, worked: bool) -> list[Unit]:
    """Return the units of a turn's last answer, its outcome tied to the request.

    Args:
        units: The units of the message.
        request: What the user said last before it, None for nothing.
        worked: Tools were called for it.
    """
    if request is None or asks(request.text):
        return units
    for n, unit in enumerate(units):
        if unit.kind == "said" and len(unit.text.split()) > 1:
            told = not (unit.head or unit.closes or asks(unit.text))
            told = told and gives_value(unit.text)
            if told and len(unit.text) <= _OUTCOME_CHARACTERS[worked]:
                units = list(units)
                units[n] = unit._replace(closes=(*unit.closes, request.text))
            break
    return units


_LINE = re.compile(r"(tool(?: [^:(\n]{1,90})?|[^:(\s][^:(\n]{0,160})(?:: |(?=\())")


def units_of_block(block: Block, at: int) -> list[Unit]:
    """Return what a block kept as units again, so that a merge can choose anew."""
    units = [
        Unit(at, "user", "rule", rule, max(1, *map(binding_of, rule.splitlines())))
        for rule in block.rules
    ]
    speaker, name = "assistant", ""
    for line in block.body.split("\n"):
        text, kind = line.strip(), "said"
        if match := None if line.startswith(" ") else _LINE.match(line):
            speaker, _, name = match[1].partition(" ")
            if speaker == "tool":
                speaker, name = match[1], ""
            text = line[match.end() :]
            kind = "call" if text.startswith("(") else "said"
        if speaker.startswith("tool") and kind == "said":
            kind = "line"
        if text:
            units.append(Unit(at, speaker, kind, text, 0, name))
    return units
