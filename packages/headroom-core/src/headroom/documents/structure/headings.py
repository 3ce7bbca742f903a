"""Headings: marked, underlined, bold, in HTML, or a short line above its text."""

import re
from collections.abc import Sequence

from headroom.documents.cues import asks
from headroom.documents.structure.fields import SUBJECT
from headroom.documents.structure.lines import (
    BOLD,
    FIELD_CHARACTERS,
    HEADING,
    NUMBERED,
    UNDERLINE,
    Line,
    is_field,
    is_item,
    is_label,
    is_short,
    is_title,
)
from headroom.documents.structure.outline import Outline

_TITLE_FIELD = re.compile(
    r"\s*(?:document |page |doc )?(title|section|subsection|chapter|"
    r"heading|topic|source|"
    r"titel|abschnitt|kapitel|titre|chapitre|título|sección|seção|titolo|sezione|"
    r"标题|章节|タイトル)\s*[:：]\s*\S",
    re.IGNORECASE,
)

_CRUMBS = re.compile(r"[^\n.!?]{1,60}(?:\s(?:>|»|›|→|::)\s[^\n.!?>]{1,80})+\??$")

_HTML_HEADING = re.compile(r"\s*<h([1-6])\b", re.IGNORECASE)
_HTML_BOLD = re.compile(
    r"\s*(?:<p\b[^>]*>\s*)?<(b|strong)\b[^>]*>[^<]{1,80}(?<![.!?])</\1>\s*"
    r"(?:<br\s*/?>\s*)*(?:</p>)?\s*$",
    re.IGNORECASE,
)
# "Part A: Rental", in any language.
_PART = re.compile(r"\s*([^\W\d_]+)\s(?:\d{1,3}|[IVXLC]+|[^\W\d_])\s?[.:–—-]\s+\S")
# A title between signs, or behind one.
_SIGNED = re.compile(
    r"\s*(?:([—–★☆◆◇■□●○▼▲▶※])\1{0,2}\s*|[【〈]|（\d{1,2}）)(\S.{0,40}?)"
    r"\s*(?:\1{1,3}|[】〉])?\s*$"
)
_MONTH = "(?:jan|feb|m[aä]r|apr|ma[iy]|ju[nl]|aug|sep|o[ck]t|nov|de[cz])"
# Who posted below, and when: a date, a time, or how long ago.
_POST = re.compile(
    r"(?=.*(?:\d{1,2}:\d\d|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\b\d{1,2}\s?(?:h|m|min|d)\b|"
    rf"\b{_MONTH}[a-z]*\.? \d{{1,2}}|\b\d{{1,2}}\.? {_MONTH}))"
    r"\s*@?[^\W\d_].{2,70}[^.!?。！？]$",
    re.IGNORECASE,
)
_NAMES, _NUMBERS = (
    re.compile(r"[\w-]*[^\W\d_][\w-]*(?:\s+[\w-]*[^\W\d_][\w-]*)*"),
    re.compile(r"\d+"),
)

# AsciiDoc and MediaWiki, Textile and Jira, LaTeX.
_WIKI_HEADING = re.compile(
    r"(={2,6})\s*\S.*|h([1-6])\.\s+\S|\\(?:(?:sub)*section|chapter)\*?\{[^{}]+\}\s*$"
)

_BEFORE_HEADINGS, BOLD_LEVEL, _PLAIN_LEVEL, _POST_LEVEL = -1.0, 7.0, 8.0, 9.0


def heading(outline: Outline, i: int) -> int:
    """Read a heading that its own mark, or the line below it, shows."""
    line, text = outline.lines[i], outline.lines[i].text
    if mark := HEADING.match(text):
        outline.add_heading(line, line.end, len(mark[1]))
        return 1
    if mark := _WIKI_HEADING.match(text):
        depth = int(mark[2] or 0) or len(mark[1] or "") or 2 + mark[0].count("sub")
        outline.add_heading(line, line.end, depth)
        return 1
    if i in outline.posts:
        outline.add_heading(line, line.end, _POST_LEVEL, "post")
        return 1
    if "<" in text and _HTML_BOLD.match(text) and not asks(text):
        outline.add_heading(line, line.end, BOLD_LEVEL)
        return 1
    signed = _SIGNED.match(text)
    if signed and is_title(signed[2]) and _stands_alone_above(outline, i):
        level = outline.nested(text.lstrip()[0], _PLAIN_LEVEL)
        outline.add_heading(line, line.end, level)
        return 1
    if mark := _HTML_HEADING.match(text):
        outline.add_heading(line, line.end, int(mark[1]))
        return 1
    if ("*" in text or "_" in text) and BOLD.match(text) and not asks(text):
        outline.add_heading(line, line.end, BOLD_LEVEL)
        return 1
    if UNDERLINE.match(outline.at(i + 1)) and is_title(text) and "|" not in text:
        level = 1.0 if outline.at(i + 1).lstrip()[:1] == "=" else 2.0
        outline.add_heading(line, outline.lines[i + 1].end, level)
        return 2
    if not outline.units and _CRUMBS.match(text) and not text.lstrip().startswith(">"):
        outline.add_heading(line, line.end, _BEFORE_HEADINGS)
        return 1
    if all(unit.kind in {"heading", "markup"} for unit in outline.units):
        label = _TITLE_FIELD.match(text) or (asks(text) and SUBJECT.match(text))
        if label and len(text) <= FIELD_CHARACTERS:
            level = _BEFORE_HEADINGS + 0.5 * bool(outline.headings)
            outline.add_heading(line, line.end, level)
            return 1
    return 0


def posts(lines: Sequence[Line]) -> frozenset[int]:
    """Return the lines that say who posted what is below: two or more of one shape."""
    shapes: dict[str, list[int]] = {}
    for i, line in enumerate(lines):
        above = lines[i - 1].text if i else ""
        below = lines[i + 1].text if i + 1 < len(lines) else ""
        between = below.strip() and not (above.strip() or UNDERLINE.match(below))
        if between and _POST.match(line.text) and _shape(line.text) != _shape(below):
            shapes.setdefault(_shape(line.text), []).append(i)
    return frozenset(i for found in shapes.values() if len(found) > 1 for i in found)


def _shape(line: str) -> str:
    return _NUMBERS.sub("0", _NAMES.sub("w", line.strip()))


def _stands_alone_above(outline: Outline, i: int) -> bool:
    """Tell whether line `i` is no item of a list, but stands directly above a text."""
    below = outline.at(i + 1)
    return (
        outline.blank(i - 1)
        and below[:1].isalnum()
        and not is_item(below)
        and not is_short(below)
    )


def titles(outline: Outline, groups: Sequence[tuple[int, int]], stop: int) -> bool:
    """Read the first lines as a heading if they are one; tell whether."""
    first, last = groups[0]
    text = outline.said(first, last)
    # At the start of a text, "Report: the pump of 12 May" is a title.
    part = _PART.match(text) if outline.blank(first - 1) else None
    opening = outline.blank(last) and is_field(text) and (part or not outline.units)
    if not is_short(text) or not (is_title(text) or opening) or asks(text):
        return False
    if len(groups) > 1:
        # A title directly above its text: the text must be sentences.
        rest = outline.said(last, stop)
        if (
            is_label(outline.said(*groups[1]))
            or len(groups) > 2
            or len(rest) < len(text)
        ):
            return False
    elif not _heads(outline, stop):
        return False
    level = _PLAIN_LEVEL
    if text.isupper() or NUMBERED.match(text):
        level = BOLD_LEVEL
    top = outline.headings[-1][0] if outline.headings else 0.0
    if part:
        # A part has chapters, and not the other way round.
        level = outline.nested(part[1], max(BOLD_LEVEL, top + 0.01))
    elif outline.was("heading") and top >= level:
        level = top + 0.01
    elif top > level == _PLAIN_LEVEL:
        level = top
    outline.add_heading(outline.lines[first], outline.lines[last - 1].end, level)
    return True


def _heads(outline: Outline, stop: int) -> bool:
    """Tell whether a title may stand above what begins after line `stop`."""
    below = outline.next_full(stop)
    if below >= len(outline.lines):
        return False
    text = outline.at(below)
    if text.lstrip()[:1] in {":", "~"}:
        return False  # a term above its definition
    if "@" in text or text.startswith("-----"):
        return False  # a name above the mail that it answers
    if is_item(outline.at(below)) or text.lstrip().startswith(("|", "```")):
        return True
    if (
        HEADING.match(text)
        or UNDERLINE.match(outline.at(below + 1))
        or text.startswith(">")
    ):
        return False
    if not is_short(text.strip()) or not outline.blank(below + 1):
        return True
    # A title above a title, if that is one.
    return (
        _heads(outline, below + 1)
        if below - stop < 3 and (is_title(text) or _PART.match(text))
        else False
    )
