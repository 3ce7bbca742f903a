"""Units: the smallest parts of messages that a digest keeps or leaves out.

A unit is a sentence or list item, a line of code, a tool call, one field of a tool's
JSON answer, or a line of its text. Its text stands in the message word for word, but
for white space and a visible "…" where a long one was cut.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from headroom.conversations.block import Block, escape
from headroom.conversations.rules import binding_of, own_lines
from headroom.messages import Message
from headroom.scorers.stop_words import STOP_WORDS
from headroom.scorers.words import words

__all__ = ["ERROR", "Unit", "answered", "units_of", "units_of_block"]

# A field's value longer than this is an article, not a fact; a sentence longer than
# twice that is several.
_MAX_VALUE_CHARACTERS = 300
_MAX_SENTENCE_CHARACTERS = 640
# Of one message, at most so many units compete: of longer ones the start, the end, and
# the errors between them.
_MAX_CANDIDATES = 800
# A block of code up to this length is kept whole or not at all.
_WHOLE_CODE_LINES = 12
# What of a value is beyond its start counts like a row so far down.
_REST_RANK = 6


class Unit(NamedTuple):
    """One candidate for the digest.

    Attributes:
        message: Index of the message it came from.
        speaker: "user", "assistant", another role, or "tool NAME".
        kind: "said", "rule" (a standing instruction of the user), "code", "call",
            "field" (of an object that a tool answered) or "line" (of its text).
        text: What it says, on one line.
        rank: Position of its row in a list; of a rule, how strictly it binds.
        name: What the speaker is called, "" if nothing.
        head: Text of the unit that must be read before it: the id of its record, the
            introduction of its list, the question that it answers; "" for none.
        joined: Whether its head says too little without it, too.
    """

    message: int
    speaker: str
    kind: str
    text: str
    rank: int = 0
    name: str = ""
    head: str = ""
    joined: bool = False


ERROR = re.compile(
    r"\b(?:error|exception|fail(?:ed|ure|s)?|traceback|denied|not found|unable|invalid"
    r"|cannot|warning|refused|fatal|panic|critical|timed out)\b",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-*+•·]|#{1,6})\s+")
_ITEM = re.compile(r"(?:[-*+•·]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s")
_RULER = re.compile(r"[\s|:=_*~+`-]*")
# What limits or turns the sentence before it is kept with that one.
_GOES_ON = re.compile(
    r"(?:but|except|unless|only if|otherwise|however|though|aber|außer|jedoch|sonst"
    r"|mais|sauf|sinon|toutefois|pero|excepto|salvo|sino|ma|però|tranne|altrimenti|mas"
    r"|exceto|senão|maar|behalve|но|кроме|иначе|ale|chyba że)\b|但|不过|除非|否则"
    r"|ただし|でも|しかし|하지만|그러나|단,",
    re.IGNORECASE,
)


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
    units = _said(view, at)
    for call in view.calls:
        speaker = f"tool {_label(call.name)}"
        units += [
            Unit(at, speaker, kind, text, rank, head=head)
            for kind, text, rank, head in _call_parts(call.arguments)
        ]
    for result in view.results:
        name = result.name or tool_names.get(result.id, "")
        speaker = f"tool {_label(name)}".rstrip()
        units += [
            Unit(at, speaker, kind, text, rank, head=head)
            for kind, text, rank, head in _result_parts(result.text)
        ]
    if len(units) > _MAX_CANDIDATES and not whole:
        units = _competing(units)
    return [u._replace(text=_quotable(u), head=escape(u.head)) for u in units]


def _quotable(unit: Unit) -> str:
    """Return a unit's text on one line, without what marks the parts of a digest."""
    spaced = unit.text.expandtabs(4) if unit.kind == "code" else unit.text
    return escape(spaced.rstrip() if unit.kind == "code" else " ".join(spaced.split()))


def _competing(units: list[Unit]) -> list[Unit]:
    """Return the start, the end and the errors of a long message."""
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
_ANSWER_CHARACTERS = 60
_QUESTION_CHARACTERS = 160
_QUESTION_SENTENCES = 3
_ASKS = ("?", "？", "؟", ";", "吗。", "呢。", "か。")


def answered(units: list[Unit], before: Sequence[Unit]) -> list[Unit]:
    """Return a message's units, a short answer tied to the question that it answers.

    Args:
        units: The units of one message.
        before: The units of the message before it, of another speaker.
    """
    if not units or not before or before[-1].speaker == units[0].speaker:
        return units
    first = units[0]
    if (
        first.kind not in ("said", "rule")
        or before[-1].kind not in ("said", "rule")
        or first.text.endswith(_ASKS)
        or len(first.text.split()) > _ANSWER_WORDS
        or len(first.text) > _ANSWER_CHARACTERS
    ):
        return units
    for asked in reversed(before[-_QUESTION_SENTENCES:]):
        if asked.text.endswith(_ASKS) and len(asked.text) <= _QUESTION_CHARACTERS:
            return [first._replace(head=asked.text, joined=True), *units[1:]]
    return units


def _said(view: Message, at: int) -> list[Unit]:
    """Return the units of what somebody said."""
    speaker, name = _label(view.role), _label(view.name) if view.text else ""
    lines = view.text.splitlines()
    own = own_lines(lines) if view.role == "user" else [False] * len(lines)
    units: list[Unit] = []
    language = _language(view.text)
    intro, intro_rules, code = "", False, -1
    for line, is_own in zip(lines, own, strict=True):
        bare = line.strip()
        if bare.startswith(("```", "~~~")):
            code = len(units) if code < 0 else _close_code(units, code)
            continue
        if not bare or _RULER.fullmatch(bare):
            continue
        if code >= 0:
            units += [Unit(at, speaker, "code", p, 0, name) for p in _pieces(line)]
            continue
        item = _ITEM.match(bare)
        if not item:
            intro, intro_rules = "", False
        text = bare[mark.end() :] if (mark := _BULLET.match(bare)) else bare
        before = ""
        for n, sentence in enumerate(_sentences(text, language)):
            binds = binding_of(sentence, listed=intro_rules) if is_own else 0
            kind = "rule" if binds else "said"
            goes_on = bool(n and _GOES_ON.match(sentence))
            head = before if goes_on else intro
            if binds or goes_on:
                units.append(
                    Unit(at, speaker, kind, sentence, binds, name, head, goes_on)
                )
            else:
                units += [
                    Unit(at, speaker, kind, clause, rank, name, head)
                    for rank, clause in enumerate(_clauses(sentence, language))
                ]
            before = sentence
        if not item and bare.endswith((":", "：")) and units:
            intro = " ".join(units[-1].text.split())
            intro_rules = is_own and binding_of(intro, announces=True) > 0
    if code >= 0:
        _close_code(units, code)
    return units


def _close_code(units: list[Unit], start: int) -> int:
    """Tie the lines of a short block of code together; return that none is open."""
    if len(units) - start <= _WHOLE_CODE_LINES:
        for n in range(start + 1, len(units)):
            head = _quotable(units[n - 1])
            units[n] = units[n]._replace(head=head, joined=True)
    return -1


def _language(text: str) -> str:
    """Return the language of a message, for where its sentences end."""
    found = [word.casefold() for word in words(text[:500])]
    return max(
        STOP_WORDS, key=lambda name: sum(map(STOP_WORDS[name].__contains__, found))
    )


_SURROGATES = re.compile("[\ud800-\udfff]")


def _sentences(line: str, language: str) -> Iterator[str]:
    """Yield the sentences of a line, very long ones in pieces."""
    # It takes a while to load, and one sentence alone needs no help.
    from sentencex import segment

    if len(line) < 12:
        yield line
        return
    found = segment(language, line if line.isascii() else _SURROGATES.sub("?", line))
    start = 0
    for piece in found:
        sentence = line[start : start + len(piece)].strip()
        start += len(piece)
        if len(sentence) > _MAX_SENTENCE_CHARACTERS:
            yield from _pieces(sentence, _MAX_SENTENCE_CHARACTERS)
        elif sentence:
            yield sentence


# A sentence of several clauses may be cut between them if it says what is so: not where
# a word denies, limits or supposes something, which may reach over a comma.
_LONG_CHARACTERS = 80
_SCOPE = {
    "en": re.compile(
        r"\b(?:not?|never|none|nothing|nobody|nowhere|neither|nor|cannot|without|if|unless|until"
        r"|only|except|instead|rather|than|would|could|should|might|may|must|almost|nearly|hardly"
        r"|barely|yet|used to|whether|supposed|wish|hope|said|says|think|thought|\w+n['’]t"
        r"|[\w’']+['’]d)\b",
        re.IGNORECASE,
    ),
}
_CLAUSE = re.compile(
    r"(?<=;) | [—–]+ ?|(?<=[^\W\d])—(?=\w)|(?<=,) (?=(?:and|so|because|since|which|while|where|especially|like"
    r"|including|plus|then|as|with|who)\b)"
)
_CLAUSE_CHARACTERS = 25


def _clauses(sentence: str, language: str) -> Iterator[str]:
    """Yield a sentence, or its clauses where each may stand without the others.

    A clause shows by "…" that the sentence goes on before or after it.
    """
    scope = _SCOPE.get(language)
    if len(sentence) <= _LONG_CHARACTERS or not scope or scope.search(sentence):
        yield sentence
        return
    starts = [0]
    for match in _CLAUSE.finditer(sentence):
        at = match.end()
        if at - starts[-1] >= _CLAUSE_CHARACTERS <= len(sentence) - at:
            starts.append(at)
    for start, end in zip(starts, [*starts[1:], len(sentence)], strict=True):
        before, after = "… " if start else "", " …" if end < len(sentence) else ""
        yield f"{before}{sentence[start:end].strip()}{after}"


def _pieces(text: str, most: int = _MAX_SENTENCE_CHARACTERS) -> Iterator[str]:
    """Yield a text in pieces of at most about `most` characters, cuts marked by "…"."""
    start = 0
    while start < len(text):
        end = _cut(text, start, most)
        before, after = "…" if start else "", "…" if end < len(text) else ""
        yield f"{before}{text[start:end].rstrip() if after else text[start:end]}{after}"
        start = end


def _cut(text: str, start: int, most: int) -> int:
    """Return where to cut the piece from `start`: never inside a word or number."""
    end = start + most
    if end >= len(text):
        return len(text)
    space = int(text.rfind(" ", start + most // 2, end))
    if space > 0:
        return space
    # Writing without spaces: before a character that continues nothing. A run of
    # digits or Latin letters longer than a piece is cut as it comes.
    before = range(end, start + most // 2, -1)
    after = range(end, min(end + most, len(text)))
    for at in chain(before, after):
        if not (_is_part(text[at - 1]) and _is_part(text[at])):
            return at
    return end


def _is_part(character: str) -> bool:
    """Whether a character may be inside a number, an id or a spelt word."""
    return character in ".,:-_/" or (character.isalnum() and character < "\u0e00")


Part = tuple[str, str, int, str]  # kind, text, rank, head


def _call_parts(arguments: Any) -> Iterator[Part]:
    """Yield `(k=v, ...)` as the call itself, then its nested and long arguments."""
    if not isinstance(arguments, Mapping):
        spelt = "" if arguments in (None, "") else _scalar(arguments)
        yield "call", f"({spelt})", 0, ""
        for piece in _rest(arguments):
            yield "line", piece, _REST_RANK, ""
        return
    flat = {k: v for k, v in arguments.items() if not _is_nested(v)}
    text = ", ".join(f"{key}={_scalar(value)}" for key, value in flat.items())
    yield "call", f"({text})", 0, ""
    for key, value in flat.items():
        for piece in _rest(value):
            yield "line", f"{key}={piece}", _REST_RANK, ""
    for key, value in arguments.items():
        if _is_nested(value):
            yield from _fields(value, str(key))


def _result_parts(text: str) -> Iterator[Part]:
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
_PAIR = re.compile(r"[\w .-]{1,40}[:=]\s")


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
        if not head and opening and _PAIR.match(bare):
            head = opening
        if bare.startswith(_TABLE):
            table = bare
        elif table:
            head = table
        opening = opening or bare
        if len(bare) <= _MAX_VALUE_CHARACTERS:
            above.append((indent, bare))
        if len(head) > _MAX_VALUE_CHARACTERS and not table:
            head = ""
        most = len(bare) if table else _MAX_SENTENCE_CHARACTERS
        for piece in _pieces(bare, most):
            yield "line", piece, rank, head


def _is_nested(value: Any) -> bool:
    """Whether a value is more than a scalar or a list of scalars."""
    if isinstance(value, list):
        return any(isinstance(item, Mapping | list) for item in value)
    return isinstance(value, Mapping) and bool(value)


def _scalar(value: Any) -> str:
    """Return a scalar or list of scalars as short text."""
    if isinstance(value, str):
        text = " ".join(value.split())
        return next(_pieces(text, _MAX_VALUE_CHARACTERS), "")
    if isinstance(value, list):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _rest(value: Any) -> Iterator[str]:
    """Yield the pieces of a long text that `_scalar` leaves out."""
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str) and len(part) > _MAX_VALUE_CHARACTERS:
            pieces = _pieces(" ".join(part.split()), _MAX_VALUE_CHARACTERS)
            next(pieces, None)
            yield from pieces


_ID = re.compile(r"(?:^|_)(?:id|key|uuid|sku|number|code|name|title|path|login)$|Id$")
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
            key = _owner(flat, is_row=is_row)
            # An object under its own id says it once.
            parent, _, own = path.rpartition(".")
            if key is not None and own and str(value[key]) == own:
                where = f"{parent}: " if parent else ""
            head = where.rstrip()
            if key is not None:
                head = f"{where}{key}={_scalar(value[key])}"
                yield "field", head, rank, ""
            for name, held in flat:
                if name != key:
                    yield "field", f"{name}={_scalar(held)}", rank, head
                for piece in _rest(held):
                    yield "field", f"{name}={piece}", rank + _REST_RANK, head
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
            yield "field", f"{where}{_scalar(value)}", rank, ""
            for piece in _rest(value):
                yield "field", piece, rank + _REST_RANK, where.rstrip()


_LINE = re.compile(r"(tool(?: [^:(\n]{1,90})?|[^:(\s][^:(\n]{0,160})(?:: |(?=\())")


def units_of_block(block: Block, at: int) -> list[Unit]:
    """Return what a block kept as units again, so that a merge can choose anew."""
    units = [Unit(at, "user", "rule", rule, 1) for rule in block.rules]
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
