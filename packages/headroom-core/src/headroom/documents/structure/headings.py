"""Headings: marked, underlined, bold, in HTML, or a short line above its text."""

import re
from collections.abc import Sequence

from headroom.documents.cues import asks
from headroom.documents.structure.fields import SUBJECT
from headroom.documents.structure.lines import (
    FIELD_CHARACTERS,
    HEADING,
    NUMBERED,
    PART,
    UNDERLINE,
    Line,
    is_bold,
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

_BEFORE_HEADINGS, _BOLD_LEVEL, _PLAIN_LEVEL, _SIGN_LEVEL = -1.0, 7.0, 8.0, 8.5
_POST_LEVEL = 9.0
_FIRST = re.compile(r"\s*(\d+(?:\.\d+)*|[^\W\d_]+|<\w+|[^\w\s]+)")
_DIGITS = re.compile(r"\d+")


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
    if mark := _HTML_HEADING.match(text):
        outline.add_heading(line, line.end, int(mark[1]))
        return 1
    if is_bold(text) and not asks(text):
        outline.add_heading(line, line.end, level_of(outline, text))
        return 1
    if UNDERLINE.match(outline.at(i + 1)) and is_title(text) and "|" not in text:
        level = 1.0 if outline.at(i + 1).lstrip()[:1] == "=" else 2.0
        outline.add_heading(line, outline.lines[i + 1].end, level)
        return 2
    if not outline.units and _CRUMBS.match(text) and not text.lstrip().startswith(">"):
        outline.add_heading(line, line.end, _BEFORE_HEADINGS)
        return 1
    if outline.opening:
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


def titles(outline: Outline, groups: Sequence[tuple[int, int]], stop: int) -> bool:
    """Read the first lines as a heading if they are one; tell whether."""
    first, last = groups[0]
    text = outline.said(first, last)
    # At the start of a text, "Report: the pump of 12 May" is a title.
    opening = not outline.units and outline.blank(last) and is_field(text)
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
    end = outline.lines[last - 1].end
    outline.add_heading(outline.lines[first], end, level_of(outline, text))
    return True


def level_of(outline: Outline, text: str) -> float:
    """Return the level of a heading whose mark tells none.

    It is that of an open heading that looks alike, or it is below a heading with
    nothing in between. A plain line does not end what has a heading directly below.
    """
    style = _style(text)
    below = outline.was("heading")
    for above, position in reversed(outline.headings[: -1 if below else None]):
        umbrella = outline.kind_of(position + 1) == "heading"
        if _style(outline.said_at(position)) == style and (style or not umbrella):
            return above
    top = outline.headings[-1][0] if outline.headings else 0.0
    usual = _usual_level(text, style)
    if top >= usual and below:
        return top + 0.01
    return usual if style else max(usual, top)


def _style(text: str) -> str:
    """Return how a heading begins: its number, counted word, sign or tag."""
    first = _FIRST.match(text)
    if first and first[1][0].isdigit():
        return _DIGITS.sub("0", first[1])
    if first and (not first[1].isalpha() or NUMBERED.match(text) or PART.match(text)):
        return first[1].casefold()
    return "A" if text.isupper() else ""


def _usual_level(text: str, style: str) -> float:
    if style[:1] == "0":
        return _BOLD_LEVEL + 0.1 * (1 + style.count("."))
    if style[:1].isalpha() or style[:1] == "§" or is_bold(text) or style[:1] == "<":
        return _BOLD_LEVEL
    return _SIGN_LEVEL if style else _PLAIN_LEVEL


def _heads(outline: Outline, stop: int) -> bool:
    """Tell whether a title may stand above what begins after line `stop`.

    A title above a title may, if that one may: each is asked once.
    """
    asked = []
    answer: bool | None = None
    while answer is None:
        answer = outline.heads.get(stop)
        if answer is None:
            asked.append(stop)
            below = outline.next_full(stop)
            answer = _stands_above(outline, stop, below)
            stop = below + 1
    outline.heads.update(dict.fromkeys(asked, answer))
    return answer


def _stands_above(outline: Outline, stop: int, below: int) -> bool | None:
    """Return None if line `below`, after `stop`, is a title that may be one, too."""
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
    return None if below - stop < 3 and is_title(text) else False
