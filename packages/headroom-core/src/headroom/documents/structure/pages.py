"""Pages: tables of contents, page numbers, and tags without a text."""

import re

from headroom.documents.structure.lines import CONTENTS, TAGS, is_short
from headroom.documents.structure.outline import Outline

# A page number at the end of a line; how a line of an index ends.
_PAGE = re.compile(r"\S[\s.·…_]+(\d{1,4})(?:[-–]\d{1,4})?\s*$")
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

_FURNITURE = re.compile(
    r"\W*(?:page|seite|página|pagina|p\.|стр\.)?\s*\d{1,4}"
    r"(?:\s*(?:of|von|de|di|/|из)\s*\d{1,4})?\W*$|第?\s*\d+\s*[页頁ページ]+$",
    re.IGNORECASE,
)


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
    stop, pages = i, []
    while found := _PAGE.search(outline.at(stop)):
        pages.append(int(found[1]))
        stop += 1
    entries = [outline.at(j) for j in range(i, stop)]
    led = [each for each in entries if CONTENTS.match(each)]
    if led and (len(led) == len(entries) or pages == sorted(pages)):
        return len(entries)
    ascending = len(entries) >= _LEAST_ENTRIES and pages == sorted(pages)
    if ascending and (title or all(map(_CHAPTER.match, entries))):
        return len(entries)
    if title and entries and all(map(_INDEXED.match, entries)):
        return len(entries)
    if title and title[1] is None:
        while is_short(outline.at(stop)) and not outline.blank(stop):
            stop += 1
        return stop - i if outline.blank(stop) and stop - i >= _LEAST_ENTRIES else 0
    return 0


def markup(outline: Outline, i: int) -> int:
    """Read page numbers, rules, and tags without a text."""
    text = outline.at(i)
    alone = _FURNITURE.match(text) and outline.blank(i - 1) and outline.blank(i + 1)
    tags = "<" in text and not TAGS.sub("", text).strip()
    if not (alone or tags) and any(map(str.isalnum, text)):
        return 0
    outline.add(outline.lines[i].start, outline.lines[i].end, "markup")
    return 1
