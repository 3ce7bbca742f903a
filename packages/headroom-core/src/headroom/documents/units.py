"""Units: the sentences and structural lines that a document is kept by."""

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Unit", "leans_back", "split_units"]


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
        intro: Position of what introduces it, a table's header or the sentence with
            a colon before a list; or None.
    """

    document: int
    start: int
    end: int
    kind: str
    heading: int | None = None
    intro: int | None = None


_FENCE = re.compile(r" {0,3}(```|~~~)")
_HEADING = re.compile(r" {0,3}#{1,6}\s+\S")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦·–]|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))\s+\S")
_FIELD = re.compile(r"\s*[^\s:|][^:|\n]{0,48}:[ \t]+\S")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
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
# characters of scripts without spaces (in Thai, before a consonant).
_CLAUSE = re.compile(
    r"[,;:、，；：]\s*|\s+"
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


def leans_back(text: str) -> bool:
    """Tell whether a sentence opens with a word that points at the one before.

    >>> leans_back("It rises to 15% after 60 days."), leans_back("Itemise it.")
    (True, False)
    """
    return _LEANS.match(text) is not None


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
        return _sentences(text, 0, len(text), document, None)
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
    return units


def split_pieces(text: str, unit: Unit, characters: int) -> Iterator[Unit]:
    """Cut one unit into pieces of about `characters`, at clauses; the last resort.

    A word stays whole, however long.
    """
    start = unit.start
    poorer: int | None = None
    for mark in _CLAUSE.finditer(text, unit.start, unit.end):
        size = mark.end() - start
        if size < characters:
            continue
        # A clause mark that comes soon is a better place than a mere space.
        if not mark.group().strip() and size < 2 * characters:
            poorer = poorer or mark.end()
            continue
        end = poorer if poorer and size > 2 * characters else mark.end()
        yield unit._replace(
            start=start, end=_without_space(text, start, end), kind="piece"
        )
        start, poorer = end, None
    if start < unit.end:
        yield unit._replace(start=start, kind="piece")


def _without_space(text: str, start: int, end: int) -> int:
    """Return the end of `text[start:end]` without the whitespace it ends with."""
    return start + len(text[start:end].rstrip())


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
        last.kind == "sentence" and text[last.end - 1] in ":："
    )
    return position + len(units) - 1 if introduces else None


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


def _lines(piece: str) -> list[str]:
    """Return the lines of an address, log or menu; a wrapped sentence stays whole.

    Lines are told from wrapping by being short and by none going on in lower case.
    """
    lines = piece.splitlines(keepends=True)
    for line in lines:
        start = line.lstrip()[:1]
        if len(line) > _LINE_CHARACTERS or (start.isalpha() and not start.isupper()):
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
    i = 0
    while i < len(lines):
        line, start, _ = lines[i]
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
    if fence := _FENCE.match(line):
        size = 1
        while i + size < len(lines):
            size += 1
            if lines[i + size - 1][0].lstrip().startswith(fence[1]):
                break
        return "code", size
    if _HEADING.match(line):
        return "heading", 1
    following = lines[i + 1][0] if i + 1 < len(lines) else ""
    if "|" in line and "|" in following and _TABLE_RULE.match(following):
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
