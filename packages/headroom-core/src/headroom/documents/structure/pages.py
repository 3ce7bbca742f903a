"""Pages: tables of contents, page numbers, and tags without a text."""

import re
from collections import Counter
from collections.abc import Sequence

from headroom.documents.structure.lines import CONTENTS, TAGS, Line, is_short
from headroom.documents.structure.outline import Outline

# A page number at the end of a line.
_PAGE = re.compile(r"\S[\s.·…_]+(\d{1,4})(?:[-–]\d{1,4})?\s*$")
# How a line of an index ends.
_INDEXED = re.compile(
    r".{2,60}?,? \d{1,4}(?:[-–]\d{1,4})?(?:, \d{1,4}(?:[-–]\d{1,4})?)*\s*$"
)
_CHAPTER = re.compile(r"\s*(?:\d+(?:\.\d+)*\.?|[IVX]+\.)\s+\S")
# An item that is nothing but a link into the same text.
_LINKED = re.compile(
    r"\s*(?:(?:[-*+]|\d{1,3}[.)])\s+\[[^\]]+\]\(#[^)]*\)|"
    r"<li[^>]*>\s*<a\s[^>]*href=[\"']?#[^>]*>[^<]*</a>\s*(?:</li>)?)\s*$"
)
# Above a list of chapters; the first group may stand above what is in a box, too.
_CONTENTS_TITLE = re.compile(
    r"\W*(?:(contents|index|inhalt)|table of contents|"
    r"(?:on this page|in this (?:article|page|document|section))|"
    r"inhalts(?:verzeichnis|übersicht)|auf dieser seite|table des mati[èe]res|sommaire|"
    r"tabla de contenidos?|[ií]ndice|sommario|sumário|inhoud(?:sopgave)?|"
    r"содержание|оглавление|目录|目錄|目次|차례|목차|المحتويات|สารบัญ)\W*$",
    re.IGNORECASE,
)
_LEAST_ENTRIES = 3

_PAGE_NUMBER = (
    r"(?:page|seite|página|pagina|p\.|s\.|стр\.)\s*\d{1,4}"
    r"(?:\s*(?:of|von|de|di|/|из)\s*\d{1,4})?"
)
_FURNITURE = re.compile(
    rf"\W*(?:{_PAGE_NUMBER}|\d{{1,4}}(?:\s*(?:of|von|de|di|/|из)\s*\d{{1,4}})?)\W*$|"
    rf"第?\s*\d+\s*[页頁ページ]+$|.{{1,60}}\W{_PAGE_NUMBER}\W*$",
    re.IGNORECASE,
)
_FURNITURE_CHARACTERS = 90
_FURNITURE_LINES = 9  # between the halves of a sentence, blank ones included
_DIGITS = re.compile(r"\d+")


def contents(outline: Outline, i: int) -> int:
    """Read a table of contents or an index, with its title."""
    title = _CONTENTS_TITLE.match(outline.at(i))
    first = outline.next_full(i + 1) if title else i
    if title is None and outline.was("heading"):
        title = _CONTENTS_TITLE.match(outline.last())
    size = _entries(outline, first, title)
    if not size:
        return 0
    for line in outline.lines[i : first + size]:
        if line.text.strip():
            outline.add(line.start, line.end, "contents")
    return first + size - i


def _entries(outline: Outline, i: int, title: re.Match[str] | None) -> int:
    """Return how many lines at `i` are entries of contents, or 0.

    They have leaders, or are links into the text; page numbers ascend below chapters
    that are numbered, and an index ascends by its words. A title says it of any list.
    """
    stop = i
    while _LINKED.match(outline.at(stop)):
        stop += 1
    if stop - i >= _LEAST_ENTRIES or (title and stop > i):
        return stop - i
    stop, page, led = i, 0, False
    while found := _PAGE.search(outline.at(stop)):
        dotted = CONTENTS.match(outline.at(stop)) is not None
        chapter = title or dotted or _CHAPTER.match(outline.at(stop))
        if int(found[1]) < page or not chapter:
            break
        stop, page, led = stop + 1, int(found[1]), led or dotted
    if led or stop - i >= _LEAST_ENTRIES:
        return stop - i
    while title and _INDEXED.match(outline.at(stop)):
        stop += 1
    if title and stop > i:
        return stop - i
    if title and title[1] is None:
        while is_short(outline.at(stop)) and not outline.blank(stop):
            stop += 1
        return stop - i if outline.blank(stop) and stop - i >= _LEAST_ENTRIES else 0
    return 0


def markup(outline: Outline, i: int) -> int:
    """Read page numbers, running headers, rules, and tags without a text."""
    text = outline.at(i)
    alone = _FURNITURE.match(text) and outline.blank(i - 1) and outline.blank(i + 1)
    tags = "<" in text and not TAGS.sub("", text).strip()
    running = " ".join(_DIGITS.sub("0", text).split()) in outline.running
    if not (alone or tags or running) and any(map(str.isalnum, text)):
        return 0
    outline.add(outline.lines[i].start, outline.lines[i].end, "markup")
    return 1


# When a subtitle is shown, in SRT and WebVTT.
_SHOWN = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d\d[.,]\d{3}\s+-->\s")


def subtitle(outline: Outline, i: int) -> int:
    """Read the number and the times above a subtitle."""
    times = i + (outline.at(i).strip().isdigit() and not outline.blank(i + 1))
    if not _SHOWN.match(outline.at(times)):
        return 0
    outline.add(outline.lines[i].start, outline.lines[times].end, "markup")
    return times + 1 - i


def running(lines: Sequence[Line]) -> frozenset[str]:
    """Return the headers and footers that run through pages, digits as 0.

    They are short lines that come again, and at least once in the middle of a
    sentence, a blank line beside them: no heading does that.
    """
    said = [
        " ".join(_DIGITS.sub("0", line.text).split())
        if len(line.text) <= _FURNITURE_CHARACTERS
        else ""
        for line in lines
    ]
    often = Counter(said)
    found: set[str] = set()
    last: int | None = None  # the last line that is neither blank nor comes again
    for i, line in enumerate(lines):
        if not line.text.strip() or (said[i] and often[said[i]] > 1):
            continue
        if last is not None and 1 < i - last <= _FURNITURE_LINES:
            over = said[last + 1 : i]
            before, after = lines[last].text.rstrip(), line.text.lstrip()
            if "" in over and after[0].islower() and _goes_on(before):
                found.update(over)
        last = i
    return frozenset(found - {""})


def _goes_on(line: str) -> bool:
    return line[-1].isalpha() or line[-1] in ",-"
