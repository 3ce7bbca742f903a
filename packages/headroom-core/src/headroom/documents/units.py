"""Units: the sentences and structural lines that a document is kept by."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

__all__ = ["Unit", "asks", "leans_back", "qualifies", "split_pieces", "split_units"]


class Unit(NamedTuple):
    """A piece of a document that is kept or dropped whole.

    Attributes:
        document: The document's place in the input.
        start: First character in the document.
        end: One past the last; neither end is whitespace.
        kind: "sentence", or a line that stands on its own: "heading", "item",
            "field", "header" (of a table), "row", "code"; "piece" for a part of an
            endless sentence.
        heading: Position among all units of the heading above it, or None.
        intro: Position of what introduces it: a table's header, the sentence before
            a list, the question it answers; or None.
    """

    document: int
    start: int
    end: int
    kind: str
    heading: int | None = None
    intro: int | None = None


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*(\S?)")
_HEADING = re.compile(r" {0,3}#{1,6}\s+\S")
_UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,})[ \t]*$")
# A line that is bold as a whole is a heading; one that ends like a sentence is none.
_BOLD = re.compile(r"\s*(\*\*|__)(?=\S)(?:(?!\1).){1,120}(?<![\s.!。！])\1:?\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦·–]|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))\s+\S")
_FIELD = re.compile(r"\s*[^\s:|][^:|\n]{0,48}:[ \t]+\S")
_RULE_CELL = re.compile(r":?-+:?")
# Marks that prose has hardly ever and code nearly always.
_CODE_MARKS = frozenset("={};")
# A longer value is prose with a label, and its sentences are worth telling apart.
_FIELD_CHARACTERS = 160
# Text is wrapped at 70 characters or more.
_LINE_CHARACTERS = 60

# A Chinese or Japanese full stop needs no space after it; sentencex leaves some
# inside. Joining the matches gives the text back.
_CJK_STOP = re.compile(r"[。！？｡]")
_CJK_SENTENCE = re.compile(
    r"[^。！？｡]*[。！？｡]+[”’」』）》〉】\"')\]]*\s*|[^。！？｡]+", re.DOTALL
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Where an endless sentence may be cut: after a clause mark, at whitespace, or between
# characters of scripts without spaces (in Thai, before a consonant). A mark inside a
# time, number or address is no clause mark.
_CLAUSE = re.compile(
    r"[,;:]\s+|[、，；：](?!\d)\s*|\s+"
    r"|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])(?=[\u3400-\u9fff\uac00-\ud7af])"
    r"|(?<=[\u0e00-\u0e7f])(?=[\u0e01-\u0e2e])"
)

# Openings that point at what was said before; the sentence alone would not tell
# who or what is meant. English, Spanish, French, German, Italian, Portuguese.
_LEANS = re.compile(
    r"[\"'“‘«(\[]*(?:he|she|it|they|this|these|those|his|her|its|their|such|"
    r"the (?:former|latter|same)|él|ella|ellos|ellas|esto|este|esta|estos|estas|"
    r"il|elle|ils|elles|cela|celui-ci|celle-ci|ce dernier|er|sie|dies|diese[rs]?|"
    r"egli|questo|questa|ele|ela|eles|elas|isso)\b|[他她它这這]",
    re.IGNORECASE,
)


# Openings of an exception to the rule before. English, German, French, Spanish.
_QUALIFIES = re.compile(
    r"[(\[]?(?:\d{1,3}[.)\]]\s)?\s?(?:except\b|exceptions?\b|unless\b|otherwise\b|"
    r"notwithstanding\b|(?:this|these|that|it|the (?:above|foregoing|same)|"
    r"(?:paragraph|subsection|section|clause|sentence|article|rule)s? [\d(]\S*)"
    r"(?: \w+)? (?:do|does|shall|will|is|are)(?: not|n[o']t) appl|"
    r"ausnahme|ausgenommen|es sei denn|(?:dies|absatz \d+|satz \d+) gilt nicht|"
    r"sauf\b|excepto\b|salvo\b|a menos que\b|à moins que\b|但是|例外|除非)",
    re.IGNORECASE,
)
_LOGGED = re.compile(r"\s*(?:[\[<]|\d+[-/:.T]\d)")
_ASKING = ("?", "？", "؟", ":", "：")
_QUESTION = re.compile(r"(?:q\d{0,3}|question)\s?[:：]\s", re.IGNORECASE)
# What may stand after the end mark of a sentence.
_CLOSING = "*_\"'”’»」』)）]"


def leans_back(text: str) -> bool:
    """Tell whether a sentence opens with a word that points at the one before.

    >>> leans_back("It rises to 15% after 60 days."), leans_back("Itemise it.")
    (True, False)
    """
    return _LEANS.match(text) is not None


def qualifies(text: str) -> bool:
    """Tell whether a sentence opens as an exception to the one before.

    >>> qualifies("(2) Paragraph 1 shall not apply to guests."), qualifies("Itemise.")
    (True, False)
    """
    return _QUALIFIES.match(text) is not None


def split_units(text: str, document: int = 0, position: int = 0) -> list[Unit]:
    """Split `text` into units in order; whitespace between them belongs to none.

    Headings, list items, table rows, fenced code and runs of `key: value` lines
    are units of their own; the rest is split into sentences. Empty for blank text.

    Args:
        text: The document.
        document: Its place in the input.
        position: How many units there are before its first one.
    """
    if "\n" not in text:
        return _answered(_sentences(text, 0, len(text), document, None), text, position)
    units: list[Unit] = []
    heading: int | None = None
    for kind, start, end in _blocks(text):
        if kind == "prose":
            units += _sentences(text, start, end, document, heading)
            continue
        intro = _introduction(units, text, kind, position)
        above = None if kind == "heading" else heading
        units.append(
            Unit(document, *_trimmed(text, start, end, kind), kind, above, intro)
        )
        if kind == "heading":
            heading = position + len(units) - 1
    return _answered(units, text, position)


def asks(text: str) -> bool:
    """Tell whether a unit is a question, by its end mark or its label.

    >>> asks("**May I cancel?**"), asks("Q: Cancelling"), asks("Yes.")
    (True, True, False)
    """
    end = text.rstrip(_CLOSING)[-1:]
    return end in _ASKING[:3] or _QUESTION.match(text) is not None


def split_pieces(text: str, unit: Unit, characters: int) -> Iterator[Unit]:
    """Cut one unit into pieces of about `characters`; the last resort.

    Lines are cut apart first, and only a line that is too long at its clauses. A
    word stays whole, however long.
    """
    start = at = unit.start
    for line in text[unit.start : unit.end].splitlines(keepends=True):
        end = at + len(line)
        if at > start and end - start > 2 * characters:
            yield from _piece(text, unit, start, at)
            start = at
        if len(line) > 2 * characters:
            yield from _clauses(text, unit, at, end, characters)
            start = end
        elif end - start >= characters:
            yield from _piece(text, unit, start, end)
            start = end
        at = end
    yield from _piece(text, unit, start, unit.end)


def _clauses(
    text: str, unit: Unit, start: int, end: int, characters: int
) -> Iterator[Unit]:
    """Cut the line `text[start:end]` into pieces of about `characters`, at clauses."""
    poorer: int | None = None
    for mark in _CLAUSE.finditer(text, start, end):
        size = mark.end() - start
        if size < characters:
            continue
        # A clause mark that comes soon is a better place than a mere space.
        if not mark.group().strip() and size < 2 * characters:
            poorer = poorer or mark.end()
            continue
        cut = poorer if poorer and size > 2 * characters else mark.end()
        yield from _piece(text, unit, start, cut)
        start, poorer = cut, None
    yield from _piece(text, unit, start, end)


def _piece(text: str, unit: Unit, start: int, end: int) -> Iterator[Unit]:
    """Yield `text[start:end]` as a piece of `unit`, unless it is blank."""
    body = text[start:end]
    if body.strip():
        indent = 0 if unit.kind == "code" else len(body) - len(body.lstrip())
        end = start + len(body.rstrip())
        yield unit._replace(start=start + indent, end=end, kind="piece")


def _answered(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, those that answer a question with it as their `intro`.

    The sentence after a question answers it; a question on a line of its own is
    answered by the whole paragraph, list or table below.
    """
    if not any(mark in text for mark in _ASKING):
        return units
    question: int | None = None
    alone = False
    for i, unit in enumerate(units):
        gap = text[units[i - 1].end : unit.start] if i else ""
        if question is not None:
            over = i > question + 1 and (not alone or gap.count("\n") > 1)
            question = None if over or unit.kind == "heading" else question
        if unit.kind in {"sentence", "field"} and asks(text[unit.start : unit.end]):
            question = i
            alone = text[unit.end : unit.end + 80].lstrip(" \t\r").startswith("\n")
        elif question is not None and unit.intro is None:
            units[i] = unit._replace(intro=position + question)
    return units


def _trimmed(text: str, start: int, end: int, kind: str) -> tuple[int, int]:
    """Return `[start, end)` without the whitespace at its ends."""
    block = text[start:end]
    left = len(block) - len(block.lstrip())
    # The indentation of a nested item or of code carries meaning.
    if kind in {"item", "code"}:
        left = 0
    return start + left, start + len(block.rstrip())


def _introduction(units: list[Unit], text: str, kind: str, position: int) -> int | None:
    """Return the position of what introduces a unit of `kind` that comes next."""
    if not units or kind == "heading":
        return None
    last = units[-1]
    if last.kind == kind:
        return last.intro
    introduces = (last.kind == "header" and kind == "row") or (
        last.kind == "sentence" and _introduces(text[last.start : last.end], kind)
    )
    return position + len(units) - 1 if introduces else None


def _introduces(sentence: str, kind: str) -> bool:
    """Tell whether a block of `kind` goes on with what `sentence` says."""
    end = sentence.rstrip(_CLOSING)[-1:]
    # A list under a title or a question belongs to it, as under a colon.
    return end in {":", "："} or (kind == "item" and end not in {*".!。！…"})


def _sentences(
    text: str, start: int, end: int, document: int, heading: int | None
) -> list[Unit]:
    """Return the sentences of `text[start:end]`."""
    from sentencex import segment

    block = text[start:end]
    if block.isascii():
        pieces = segment("en", block)
    else:
        # A lone surrogate cannot cross into Rust; one character for one.
        pieces = segment("en", _SURROGATE.sub("\ufffd", block))
    if not block.isascii() and _CJK_STOP.search(block):
        pieces = [part for piece in pieces for part in _CJK_SENTENCE.findall(piece)]
    # Quotes and brackets sentencex closes by itself.
    if "*" in block or "_" in block:
        pieces = _closed(pieces)
    if "\n" in block:
        pieces = [line for piece in pieces for line in _lines(piece)]
    units = []
    for piece in pieces:
        body = piece.rstrip()
        if body:
            indent = len(body) - len(body.lstrip()) if body[0].isspace() else 0
            last = start + len(body)
            units.append(Unit(document, start + indent, last, "sentence", heading))
        start += len(piece)
    return units


def _closed(pieces: Iterable[str]) -> list[str]:
    """Return `pieces`, closing marks moved to the sentence that they close."""
    found: list[str] = []
    for piece in pieces:
        if piece[:1] in _CLOSING and found and not found[-1][-1].isspace():
            rest = piece.lstrip(_CLOSING)
            if not rest or rest[0].isspace():
                found[-1] += piece[: len(piece) - len(rest)]
                piece = rest
        if piece:
            found.append(piece)
    return found


def _lines(piece: str) -> list[str]:
    """Return the lines of an address, log or menu; a wrapped sentence stays whole.

    Lines are told from wrapping by none going on in lower case, and by being short
    or, as in a log, by each beginning with a time or a bracket.
    """
    lines = piece.splitlines(keepends=True)
    logged = all(_LOGGED.match(line) for line in lines)
    for line in lines:
        start = line.lstrip()[:1]
        long = len(line) > _LINE_CHARACTERS and not logged
        if long or (start.isalpha() and not start.isupper()):
            return [piece]
    return lines


def _blocks(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield `(kind, start, end)` of blocks in order; paragraphs have kind "prose"."""
    lines: list[tuple[str, int, int]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        lines.append((line, at, at + len(line)))
        at += len(line)
    prose: int | None = None
    fenced = _fenced([line for line, _, _ in lines])
    i = 0
    while i < len(lines):
        line, start, _ = lines[i]
        if i in fenced:
            kind, size = "code", fenced[i]
        else:
            kind, size = _line_kind(lines, i, open_prose=prose is not None)
        if kind == "prose":
            prose = start if prose is None else prose
        else:
            if prose is not None:
                yield "prose", prose, start
                prose = None
            if kind != "blank":
                yield kind, start, lines[i + size - 1][2]
        i += size
    if prose is not None:
        yield "prose", prose, len(text)


def _line_kind(
    lines: list[tuple[str, int, int]], i: int, *, open_prose: bool
) -> tuple[str, int]:
    """Return the kind of the block that starts at line `i`, and its lines."""
    line = lines[i][0]
    if not line.strip():
        return "blank", 1
    bold = ("*" in line or "_" in line) and _BOLD.match(line)
    if bold or _HEADING.match(line):
        return "heading", 1
    following = lines[i + 1][0] if i + 1 < len(lines) else ""
    if not open_prose and _UNDERLINE.match(following) and _is_title(line):
        return "heading", 2
    if "|" in line and "|" in following and _is_table_rule(following):
        return "header", 2
    if line.lstrip().startswith("|") or (i and "|" in line and "|" in lines[i - 1][0]):
        return "row", 1
    if _ITEM.match(line):
        return "item", 1 + _continuation(lines, i + 1)
    if not open_prose and line.startswith(("    ", "\t")):
        return "code", 1 + _continuation(lines, i + 1)
    if _is_field(line) and (
        _is_field(following) or (i > 0 and _is_field(lines[i - 1][0]))
    ):
        return "field", 1
    return "prose", 1


def _fenced(lines: Sequence[str]) -> dict[int, int]:
    """Return where fenced code begins, with its number of lines.

    A chunk may begin or end inside of a fence: code then reaches from the start to
    a fence that can only be a closing one, or from the last fence to where prose
    begins again.
    """
    fences = [(i, m) for i, line in enumerate(lines) if (m := _FENCE.match(line))]
    blocks: dict[int, int] = {}
    if not fences:
        return blocks
    first, mark = fences[0]
    stray = len(fences) % 2 == 1 or bool(fences[1][1][2])
    after = lines[first + 1] if first + 1 < len(lines) else ""
    closes = not mark[2] and first > 0 and lines[first - 1].strip()
    if stray and closes and not after.strip():
        blocks[0] = first + 1
        fences = fences[1:]
    opened: tuple[int, str] | None = None
    for i, mark in fences:
        if opened is None:
            opened = i, mark[1]
        elif not mark[2] and mark[1].startswith(opened[1]):
            blocks[opened[0]] = i + 1 - opened[0]
            opened = None
    if opened is not None:
        start = opened[0]
        blocks[start] = _until_prose(lines, start + 1) - start
    return blocks


def _until_prose(lines: Sequence[str], i: int) -> int:
    """Return the first line from `i` on that is a sentence after a blank line."""
    for at in range(i + 1, len(lines)):
        if not lines[at - 1].strip() and _is_prose(lines[at]):
            return at
    return len(lines)


def _is_prose(line: str) -> bool:
    """Tell whether a line is surely no code: it begins and goes on like a sentence."""
    first = line[0]
    if not first.isalpha() or first.islower() or not _CODE_MARKS.isdisjoint(line):
        return False
    count = len(line.split())
    ends = line.rstrip()[-1] in ".!?:,。！？，："
    return count >= 8 or (ends and (count >= 4 or not first.isupper()))


def _is_table_rule(line: str) -> bool:
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return all(_RULE_CELL.fullmatch(cell.strip()) for cell in cells)


def _is_title(line: str) -> bool:
    """Tell whether a line can be an underlined heading."""
    begins = line.lstrip(" ")[:1]
    return (begins.isalnum() or begins in _CLOSING) and not (
        _ITEM.match(line) or _is_field(line)
    )


def _is_field(line: str) -> bool:
    return len(line) <= _FIELD_CHARACTERS and _FIELD.match(line) is not None


def _continuation(lines: list[tuple[str, int, int]], i: int) -> int:
    """Return how many lines from `i` on are indented and open no item of their own."""
    size = 0
    while i + size < len(lines):
        line = lines[i + size][0]
        if not line.startswith((" ", "\t")) or not line.strip() or _ITEM.match(line):
            break
        size += 1
    return size
