"""Lines: what one line of a text shows by itself."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from headroom.documents.cues import CLOSING
from headroom.scorers.stop_words import ALL_STOP_WORDS

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*(\S?)")

HEADING = re.compile(r" {0,3}(#{1,6})\s+\S")

UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,}|~{3,}|\^{3,})[ \t]*$")

# A line that is bold as a whole is a heading; one that ends like a sentence is none.
BOLD = re.compile(r"\s*(\*\*|__)(?=\S)(?:(?!\1).){1,120}(?<![\s.!。！])\1:?\s*$")

_BULLET = r"[-*+–—•‣◦·●○▪▫■□◆◇►▶▸➢➤➔→✓✔✗✘❖★☆☐☑☒※\uf000-\uf0ff]"

ITEM = re.compile(
    rf"\s*({_BULLET}|o(?=\s{{1,3}}[A-Z])|\(?\d{{1,3}}[.)]|\(?[a-zA-Z]\)|"
    r"\(?[ivx]{2,4}\)|\d{1,3}(?:\.\d{1,3}){1,4}\.?|[①-⑳])[ \t\u3000]+(?=\S)"
)

NUMBERED = re.compile(
    r"\s*(?:(?:§+|art(?:icle|ikel|ículo|icolo|igo)?\.?|section|chapter|"
    r"kapitel|teil|part|"
    r"annex|anhang|appendix|abschnitt|chapitre|capítulo|sección)\s*[\dIVX]+[a-z]?"
    r"|\d{1,2}(?:\.\d{1,3}){0,4})[.):]?\s+\S|第[\d一二三四五六七八九十百]+[章条節节編编]",
    re.IGNORECASE,
)

_FIELD = re.compile(r"\s*[^\s:|<>][^:|\n]{0,48}[:：](?:[ \t]+|(?<=：))\S")

_TURN_LABEL = re.compile(r"\s*[A-Z]\d{0,3}[.:]\s+\S")

CONTENTS = re.compile(
    r".{2,100}?(?:\.{4,}|(?:\s\.){3,}|…{2,}|_{4,}|·{4,})\s*\d{1,4}\s*$"
)

TAG = re.compile(
    r"</?(?:table|thead|tbody|tr|ul|ol|li|p|h[1-6]|div|dl|dt|dd|br|section)\b"
)

_HTML_BLOCK = re.compile(
    r"(?=<(?:table|thead|tbody|tr|ul|ol|li|p|h[1-6]|div|dl|dt|dd|section)\b)"
    r"|(?<=</tr>)|(?<=</li>)|(?<=</h[1-6]>)|(?<=</p>)|(?<=</table>)|"
    r"(?<=</ul>)|(?<=</ol>)"
    r"|(?<=</thead>)|(?<=</tbody>)|(?<=</div>)|(?<=</dd>)|(?<=</dt>)",
    re.IGNORECASE,
)
TAGS = re.compile(r"<[^<>]{1,200}>")

HTML_ITEM = re.compile(r"\s*<(?:li|dd)\b", re.IGNORECASE)

_INNER_END = re.compile(r"[.!?]\s|[。！？]")

END = ".!?。！？…؟।"

_WORD_END = re.compile(r"([^\W\d_]+)$")

# A longer value is prose with a label, and its sentences are worth telling apart.
FIELD_CHARACTERS = 160
# A title is a short line; a block of short lines that is no longer is one unit.
_TITLE_CHARACTERS, _TITLE_WORDS = 70, 10
# Text is wrapped at 70 characters or more; narrower columns show by their full lines.
LINE_CHARACTERS = 60


class Line(NamedTuple):
    """One line: `[start, end)` in the document, without its line break."""

    start: int
    end: int
    text: str

    @property
    def indent(self) -> int:
        """Columns of white space before the text."""
        expanded = self.text.expandtabs(4)
        return len(expanded) - len(expanded.lstrip())


def lines(text: str) -> Iterator[Line]:
    """Yield the lines of `text`; tags of HTML blocks begin and end lines too."""
    at = 0
    html = TAG.search(text) is not None
    for whole in text.splitlines(keepends=True):
        for line in _html_lines(whole) if html and "<" in whole else (whole,):
            body = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
            yield Line(at, at + len(body), body)
            at += len(line)


def _html_lines(line: str) -> list[str]:
    """Cut one line before and after the tags of HTML blocks; joins back exactly."""
    parts: list[str] = []
    for part in _HTML_BLOCK.split(line):
        if parts and not (part.strip() and parts[-1].strip()):
            parts[-1] += part
        elif part:
            parts.append(part)
    return parts


def is_item(text: str) -> bool:
    """Tell whether a line begins a list item."""
    return ITEM.match(text) is not None or HTML_ITEM.match(text) is not None


def starts_block(text: str) -> bool:
    """Tell whether a line is surely no running text."""
    return bool(
        HEADING.match(text)
        or FENCE.match(text)
        or TAG.match(text.lstrip())
        or text.lstrip().startswith("|")
        or (("*" in text or "_" in text) and BOLD.match(text))
        or CONTENTS.match(text)
    )


def is_short(text: str) -> bool:
    """Tell whether a line is as short as a title, and no sentence."""
    return (
        len(text) <= _TITLE_CHARACTERS
        and len(text.split()) <= _TITLE_WORDS
        and text.rstrip(CLOSING)[-1:] not in {*END} - {"?"}
    )


def is_title(line: str) -> bool:
    """Tell whether a line can be a heading without a mark."""
    begins = line.lstrip()[:1]
    return (
        (begins.isalnum() or begins in CLOSING or begins == "§")
        and not begins.islower()
        and line.rstrip()[-1:] not in {",", ";", ":", "："}
        and not (ITEM.match(line) and not NUMBERED.match(line))
        and not ends_open(line)
        and not is_field(line)
    )


def ends_open(line: str) -> bool:
    """Tell whether a line ends in a small word that a sentence goes on after."""
    word = _WORD_END.search(line.rstrip())
    return word is not None and word[1].islower() and word[1] in ALL_STOP_WORDS


def opens_list(text: str) -> bool:
    """Tell whether a text says nothing without the items below it."""
    return text.rstrip(CLOSING)[-1:] in {":", "："} or ends_open(text)


def is_field(line: str) -> bool:
    """Tell whether a line is a label with its value, or a labelled turn."""
    if len(line) > FIELD_CHARACTERS:
        return False
    return _FIELD.match(line) is not None or _TURN_LABEL.match(line) is not None


def is_label(text: str) -> bool:
    """Tell whether lines are a label, address or title rather than a sentence."""
    text = text.rstrip()
    return (
        len(text) <= 2 * LINE_CHARACTERS
        and text.rstrip(CLOSING)[-1:] not in {*END, ":", "："}
        and _INNER_END.search(text) is None
    )
