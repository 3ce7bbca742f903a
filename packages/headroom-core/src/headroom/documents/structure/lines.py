"""Lines: what one line of a text shows by itself."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from headroom.documents.cues import CLOSING
from headroom.scorers.stop_words import ALL_STOP_WORDS
from headroom.scorers.words import words

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*(\S?)")

HEADING = re.compile(r" {0,3}(#{1,6})\s+\S")

UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,}|~{3,}|\^{3,})[ \t]*$")

# A line that is bold as a whole is a heading; one that ends like a sentence is none.
_BOLD = re.compile(
    r"\s*(?:(\*\*|__)(?=\S)(?:(?!\1).){1,120}(?<![\s.!。！])\1:?"
    r"|(?i:(?:<p\b[^>]*>\s*)?<(b|strong)\b[^>]*>[^<]{1,120}(?<![.!。！])</\2>:?"
    r"(?:\s*<br\s*/?>)*(?:\s*</p>)?))\s*$"
)
_EMPHASIS = re.compile("[*_<]")

# A colon or tilde opens the definition of the term above it.
_BULLET = r"[-*+:~–—•‣◦·●○▪▫■□◆◇►▶▸➢➤➔→✓✔✗✘❖★☆☐☑☒※\uf000-\uf0ff]"

ITEM = re.compile(
    rf"\s*({_BULLET}|[(（]?\d{{1,3}}[.)）]|\(?[a-zA-Z]\)|"
    r"\(?[ivx]{2,4}\)|\d{1,3}(?:\.\d{1,3}){1,4}\.?|[①-⑳])"
    r"(?:[ \t\u3000]+|(?<=）))(?=\S)"
)

_MARK_ALONE = re.compile(rf"\s*(?:{_BULLET}|\(?\d{{1,2}}[.)]|\([a-z]\)|[a-z]\))[ \t]*$")
_ROUND = re.compile(r"(\s*)o[ \t]{1,3}(\S)")

NUMBERED = re.compile(
    r"\s*(?:(?:§+|art(?:icle|ikel|ículo|icolo|igo)?\.?|section|chapter|"
    r"kapitel|teil|part|"
    r"annex|anhang|appendix|abschnitt|chapitre|capítulo|sección)\s*[\dIVX]+[a-z]?"
    r"|\d{1,2}(?:\.\d{1,3}){0,4})[.):]?\s+\S|第[\d一二三四五六七八九十百]+[章条節节編编]",
    re.IGNORECASE,
)

# "Part A: Sale", in any language: a word that is counted, above a title.
PART = re.compile(
    r"\s*([^\W\d_]{3,12})\.? (?:\d{1,3}|[IVXLC]{1,6}|[^\W\d_a-z])\s?[:.–—-] ?[^\W\d_]"
)

_FIELD = re.compile(
    r"\s*[^\s:|<>][^:|\n]{0,48}[:：](?:[ \t]+|(?<=：))\S|\s*[\w.$/-]+ ?= ?[^\s=]"
)

_TURN_LABEL = re.compile(r"\s*[A-Z]\d{0,3}[.:]\s+\S")

CONTENTS = re.compile(
    r".{2,100}?(?:\.{4,}|(?:\s\.){3,}|…{2,}|_{4,}|·{4,})\s*\d{1,4}\s*$"
)

TAG = re.compile(
    r"</?(?:table|thead|tbody|tr|ul|ol|li|p|h[1-6]|div|dl|dt|dd|br|section)\b",
    re.IGNORECASE,
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
OPEN_ENDS = frozenset(",;-\u2010–(/、，")

_FIRST_WORD = re.compile(r"[\W_]*([^\W_]+)")
_INSIDE = "(（|>`\\.…,;:!?/"  # these open no title
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


def lines(text: str) -> list[Line]:
    """Return the lines of `text`; tags of HTML blocks begin and end lines too.

    A bullet or number on a line of its own is one line with the next, as PDFs have it.
    """
    found: list[Line] = []
    at = 0
    html = TAG.search(text) is not None
    for whole in text.splitlines(keepends=True):
        for line in _html_lines(whole) if html and "<" in whole else (whole,):
            body = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
            marked = found and _MARK_ALONE.match(found[-1].text)
            if marked and body.strip() and not _MARK_ALONE.match(body):
                mark = found.pop()
                gap = " " * (at - mark.end)
                found.append(Line(mark.start, at + len(body), mark.text + gap + body))
            else:
                found.append(Line(at, at + len(body), body))
            at += len(line)
    return _with_round_bullets(found)


def _with_round_bullets(found: list[Line]) -> list[Line]:
    """Return the lines, "o" as a bullet where two lines in a row open with it.

    Alone it is a word in many languages.
    """
    full = [i for i, line in enumerate(found) if line.text.strip()]
    round_ = [_ROUND.match(found[i].text) for i in full]
    for n, i in enumerate(full):
        mark = round_[n]
        if mark and (
            mark[2].isupper()
            or any(round_[max(n - 1, 0) : n])
            or any(round_[n + 1 : n + 2])
        ):
            text = found[i].text
            found[i] = found[i]._replace(text=f"{mark[1]}•{text[mark.end(1) + 1 :]}")
    return found


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


def is_bold(text: str) -> bool:
    """Tell whether a line is bold as a whole, in Markdown or HTML."""
    return _EMPHASIS.search(text) is not None and _BOLD.match(text) is not None


def starts_block(text: str) -> bool:
    """Tell whether a line is surely no running text."""
    return bool(
        HEADING.match(text)
        or FENCE.match(text)
        or TAG.match(text.lstrip())
        or text.lstrip().startswith("|")
        or is_bold(text)
        or CONTENTS.match(text)
    )


def is_short(text: str) -> bool:
    """Tell whether a line is as short as a title and no sentence, without its tags."""
    text = TAGS.sub("", text) if "<" in text else text
    return (
        len(text) <= _TITLE_CHARACTERS
        and len(text.split()) <= _TITLE_WORDS
        and text.rstrip(CLOSING)[-1:] not in {*END} - {"?"}
    )


def is_title(line: str) -> bool:
    """Tell whether a line can be a heading: a capital, or a sign before it.

    A bracket or mark that opens or goes on with a sentence sets nothing apart.
    """
    signed = not line.lstrip()[:1].isalnum()
    line = TAGS.sub("", line).strip() if "<" in line else line.strip()
    word = _FIRST_WORD.match(line)
    return (
        word is not None
        and (signed or not word[1].islower())
        and line[0] not in _INSIDE
        and line[-1] not in {",", ";", ":", "："}
        and not (ITEM.match(line) and not NUMBERED.match(line))
        and not ends_open(line)
        and not (is_field(line) and not PART.match(line))
    )


def ends_open(line: str) -> bool:
    """Tell whether a line ends in a small word that a sentence goes on after."""
    word = _WORD_END.search(line.rstrip())
    if word is None or not word[1].islower():
        return False
    # Stop words have no accents.
    return word[1] in ALL_STOP_WORDS or not ALL_STOP_WORDS.isdisjoint(words(word[1]))


def runs_on(before: str, after: str, width: float) -> bool:
    """Tell whether a line of running text without an end mark goes on in the next.

    `width` is the length in characters from which on a line is full.
    """
    before, after = before.rstrip(), after.lstrip(" \t>")
    end, first = before.rstrip(CLOSING)[-1:], after[:1]
    if not after or end in {":", "："}:
        return False
    if first.islower() or end in OPEN_ENDS or ends_open(before):
        return True
    # Scripts without spaces wrap after any character.
    first_word = after.split(None, 1)[0] if first < "\u2e80" else first
    return len(before) + 1 + len(first_word) > width


_MOST_WRAPPED = 4  # lines that a number may open before the end mark
_DENSE = "\u0e00"  # from here on, scripts put no spaces between words


def tail_ends(lines: Iterable[str]) -> bool:
    """Tell whether the first of `lines` ends the sentence above: a number or a word.

    A number goes on in small letters or numbers up to an end mark.
    """
    for n, line in enumerate(islice(lines, _MOST_WRAPPED)):
        first = line.lstrip()[:1]
        ends = line.rstrip().rstrip(CLOSING)[-1:] in {*END}
        word = ends and not n and first < _DENSE and len(line.split()) == 1
        if not (word or first.isdigit() or (first.islower() and n)):
            return False
        if ends:
            return True
    return False


def opens_list(text: str) -> bool:
    """Tell whether a text says nothing without the items below it."""
    return text.rstrip(CLOSING)[-1:] in {":", "："} or ends_open(text)


def is_field(line: str) -> bool:
    """Tell whether a line is a label with its value, or a labelled turn."""
    if len(line) > FIELD_CHARACTERS:
        return False
    return _FIELD.match(line) is not None or _TURN_LABEL.match(line) is not None


def is_turn(line: str) -> bool:
    """Tell whether a line is a turn labelled by a letter: "Q1. ...", "A: ..."."""
    return _TURN_LABEL.match(line) is not None


def is_label(text: str) -> bool:
    """Tell whether lines are a label, address or title rather than a sentence."""
    text = text.rstrip()
    return (
        len(text) <= 2 * LINE_CHARACTERS
        and text.rstrip(CLOSING)[-1:] not in {*END, ":", "："}
        and _INNER_END.search(text) is None
    )
