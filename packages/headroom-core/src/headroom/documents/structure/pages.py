"""Pages: tables of contents, page numbers, and tags without a text."""

import re

from headroom.documents.structure.lines import CONTENTS, TAGS
from headroom.documents.structure.outline import Outline

_LISTED = re.compile(r"\s*\d+(?:\.\d+)*\.?\s+\S.{1,80}?\s{2,}\d{1,4}\s*$")

_FURNITURE = re.compile(
    r"\W*(?:page|seite|página|pagina|p\.|стр\.)?\s*\d{1,4}"
    r"(?:\s*(?:of|von|de|di|/|из)\s*\d{1,4})?\W*$|第?\s*\d+\s*[页頁ページ]+$",
    re.IGNORECASE,
)


def contents(outline: Outline, i: int) -> int:
    """Read a line of a table of contents."""
    text = outline.at(i)
    listed = CONTENTS.match(text) or (
        _LISTED.match(text)
        and (CONTENTS.match(outline.at(i + 1)) or outline.was("contents"))
    )
    if not listed:
        return 0
    outline.add(outline.lines[i].start, outline.lines[i].end, "contents")
    return 1


def markup(outline: Outline, i: int) -> int:
    """Read page numbers, rules, and tags without a text."""
    text = outline.at(i)
    alone = _FURNITURE.match(text) and outline.blank(i - 1) and outline.blank(i + 1)
    tags = "<" in text and not TAGS.sub("", text).strip()
    if not (alone or tags) and any(map(str.isalnum, text)):
        return 0
    outline.add(outline.lines[i].start, outline.lines[i].end, "markup")
    return 1
