"""Structure: a text becomes units, each knowing what it stands under.

Lines are read once, from top to bottom. Headings, list items, table rows, fields,
data, log lines and code are units of their own; what is left is running text, whose
wrapped lines belong together and which is cut into sentences.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from headroom.documents import tables
from headroom.documents.cues import CLOSING, announces, asks, turns
from headroom.documents.sentences import (
    clauses,
    language_of,
    pieces,
    sentences,
)
from headroom.scorers.stop_words import ALL_STOP_WORDS

__all__ = ["Unit", "split_pieces", "split_units"]


class Unit(NamedTuple):
    """A piece of a document that is kept or dropped whole.

    Attributes:
        document: The document's place in the input.
        start: First character in the document.
        end: One past the last. Neither end is whitespace, but for the indentation of
            code, data and items, which says what they stand under.
        kind: "sentence"; "lines" (of an address or menu); "heading", "item", "field",
            "header" (of a table), "row", "data" (indented), "code", "log", "trace";
            "contents" for a line of a table of contents, "markup" for page numbers and
            lone tags, "piece" for a part of a text without full stops.
        heading: Position among all units of the heading above it, or None.
        intro: Position of what introduces it: a table's header, the sentence before
            a list, the question it answers; or None.
        needs: Positions of other units without which it would mean something else: a
            parent item or key, a section row, the first line of a record.
        block: Number of the block it is in; a paragraph is one block.
    """

    document: int
    start: int
    end: int
    kind: str
    heading: int | None = None
    intro: int | None = None
    needs: tuple[int, ...] = ()
    block: int = 0


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*(\S?)")
_HEADING = re.compile(r" {0,3}(#{1,6})\s+\S")
_UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,}|~{3,}|\^{3,})[ \t]*$")
# A line that is bold as a whole is a heading; one that ends like a sentence is none.
_BOLD = re.compile(r"\s*(\*\*|__)(?=\S)(?:(?!\1).){1,120}(?<![\s.!。！])\1:?\s*$")
_BULLET = r"[-*+–—•‣◦·●○▪▫■□◆◇►▶▸➢➤➔→✓✔✗✘❖★☆☐☑☒※\uf000-\uf0ff]"
_ITEM = re.compile(
    rf"\s*({_BULLET}|o(?=\s{{1,3}}[A-Z])|\(?\d{{1,3}}[.)]|\(?[a-zA-Z]\)|"
    r"\(?[ivx]{2,4}\)|\d{1,3}(?:\.\d{1,3}){1,4}\.?|[①-⑳])[ \t\u3000]+(?=\S)"
)
_NUMBERED = re.compile(
    r"\s*(?:(?:§+|art(?:icle|ikel|ículo|icolo|igo)?\.?|section|chapter|"
    r"kapitel|teil|part|"
    r"annex|anhang|appendix|abschnitt|chapitre|capítulo|sección)\s*[\dIVX]+[a-z]?"
    r"|\d{1,2}(?:\.\d{1,3}){0,4})[.):]?\s+\S|第[\d一二三四五六七八九十百]+[章条節节編编]",
    re.IGNORECASE,
)
_FIELD = re.compile(r"\s*[^\s:|<>][^:|\n]{0,48}[:：](?:[ \t]+|(?<=：))\S")
_TURN_LABEL = re.compile(r"\s*[A-Z]\d{0,3}[.:]\s+\S")
_TITLE_FIELD = re.compile(
    r"\s*(?:document |page |doc )?(title|section|subsection|chapter|"
    r"heading|topic|source|"
    r"titel|abschnitt|kapitel|titre|chapitre|título|sección|seção|titolo|sezione|"
    r"标题|章节|タイトル)\s*[:：]\s*\S",
    re.IGNORECASE,
)
_CRUMBS = re.compile(r"[^\n.!?]{1,60}(?:\s(?:>|»|›|→|::)\s[^\n.!?>]{1,80})+$")
_CONTENTS = re.compile(
    r".{2,100}?(?:\.{4,}|(?:\s\.){3,}|…{2,}|_{4,}|·{4,})\s*\d{1,4}\s*$"
)
_LISTED = re.compile(r"\s*\d+(?:\.\d+)*\.?\s+\S.{1,80}?\s{2,}\d{1,4}\s*$")
_FURNITURE = re.compile(
    r"\W*(?:page|seite|página|pagina|p\.|стр\.)?\s*\d{1,4}"
    r"(?:\s*(?:of|von|de|di|/|из)\s*\d{1,4})?\W*$|第?\s*\d+\s*[页頁ページ]+$",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"\s*(?:\[[^\]\n]{2,40}\]|<\d{1,3}>|\(?\d{1,4}[-/.:]\d{1,2}[-/.:T]\d|\d{1,2}:\d\d\b"
    r"|[A-Z][a-z]{2}\s+\d{1,2}\s+\d\d:|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|"
    r"FATAL|CRITICAL)\b|[EWIF]\d{4}\s|[\w.]+=\S+ +[\w.]+=|\d{9,}\b)"
)
_TRACE = re.compile(
    r"\s+\S|Caused by\b|Traceback\b|\.\.\. \d+ more|[\w.$]+(?:Error|"
    r"Exception)\b|goroutine\b"
)
_FRAME = re.compile(r"\s*(?:at\s+[\w.$<>]+\s*\(|File \"|\.\.\. \d+ more|\^+\s*$)")
_KEY = re.compile(
    r"\s*(?:-\s+)?[\"']?[\w$@./-]+(?: [\w./-]+)?[\"']?\s*[:=](?:\s|$|[\"\[{])"
)
_DATA = re.compile(r"\s*(?:[\[\]{}(),;]+\s*$|-\s+\S|[\"'][^\"']*[\"'],?\s*$)")
_BRACES = re.compile(r"[\s\[\]{}(),;-]+")
_OPENS_BLOCK = re.compile(r"(?:[\"']?[\w$@./ -]+[\"']?\s*[:=]|[\[{])\s*[\[{]?\s*$")
_INNER_END = re.compile(r"[.!?]\s|[。！？]")
_TAG = re.compile(
    r"</?(?:table|thead|tbody|tr|ul|ol|li|p|h[1-6]|div|dl|dt|dd|br|section)\b"
)
_TAGS = re.compile(r"<[^<>]{1,200}>")
_HTML_HEADING = re.compile(r"\s*<h([1-6])\b", re.IGNORECASE)
_HTML_ITEM = re.compile(r"\s*<(?:li|dd)\b", re.IGNORECASE)
# Marks that prose has hardly ever and code nearly always.
_CODE_MARKS = frozenset("={};")
_INDENTED = frozenset({"code", "data", "item"})
_END = ".!?。！？…؟।"
_WORD_END = re.compile(r"([^\W\d_]+)$")
_SHAPE = re.compile(r"\d+")

# A longer value is prose with a label, and its sentences are worth telling apart.
_FIELD_CHARACTERS = 160
# A title is a short line; a block of short lines that is no longer is one unit.
_TITLE_CHARACTERS, _TITLE_WORDS = 70, 10
_BLOCK_CHARACTERS = 240
# Text is wrapped at 70 characters or more; narrower columns show by their full lines.
_LINE_CHARACTERS = 60
_FULL = 0.75  # the share of the longest line from which on a line counts as full
_BEFORE_HEADINGS, _BOLD_LEVEL, _PLAIN_LEVEL = -1.0, 7.0, 8.0


# The mark of a note, where it stands in the text and where it opens the note.
_SIGN = r"\[\^[^\]\s]{1,20}\]|\*{1,3}|[†‡]{1,2}|[¹²³⁴-⁹]{1,2}"
_NOTE_MARK = re.compile(rf"(?<=[^\s*])({_SIGN})(?![\w*])")
_NOTE = re.compile(rf"(?:[-*+] )?({_SIGN})(?!\*):?\s*[^\s*]")
_DEFINITION = re.compile(r" {0,3}[:~][ \t]+\S")
# Terms that one definition may stand under.
_MOST_TERMS = 3


class _Line(NamedTuple):
    start: int
    end: int
    text: str

    @property
    def indent(self) -> int:
        expanded = self.text.expandtabs(4)
        return len(expanded) - len(expanded.lstrip())


def split_units(text: str, document: int = 0, position: int = 0) -> list[Unit]:
    """Split `text` into units in order; whitespace between them belongs to none.

    Empty for blank text.

    Args:
        text: The document.
        document: Its place in the input.
        position: How many units there are before its first one.
    """
    reader = _Reader(text, document, position)
    if "\n" not in text and "\r" not in text and not _TAG.search(text):
        reader.add_sentences(0, len(text))
    else:
        reader.read()
    return _noted(_answered(reader.units, text, position), text, position)


def split_pieces(text: str, unit: Unit, characters: int) -> Iterator[Unit]:
    """Cut one unit into pieces of about `characters`; the last resort.

    Lines are cut apart first, and only a line that is too long at its clauses. A
    word stays whole, however long.
    """
    for start, end in _cut_lines(text, unit.start, unit.end, characters):
        last = start + len(text[start:end].rstrip())
        if unit.kind not in _INDENTED:
            start = end - len(text[start:end].lstrip())
        if start < last:
            yield unit._replace(start=start, end=last, kind="piece")


def _cut_lines(
    text: str, start: int, stop: int, characters: int
) -> Iterator[tuple[int, int]]:
    at = start
    for line in text[start:stop].splitlines(keepends=True):
        end = at + len(line)
        if at > start and end - start > 2 * characters:
            yield start, at
            start = at
        if len(line) > 2 * characters:
            yield from clauses(text, at, end, characters)
            start = end
        elif end - start >= characters:
            yield start, end
            start = end
        at = end
    yield start, stop


class _Reader:
    """Reads the lines of one document into `units`."""

    def __init__(self, text: str, document: int, position: int) -> None:
        self.text = text
        self.document = document
        self.position = position
        self.language = language_of(text)
        self.units: list[Unit] = []
        self.lines: list[_Line] = []
        self.block = 0
        # Headings that are open, as (level, position); list items, as (depth, style,
        # position); what introduces the next block; what turns the rest of a list.
        self.headings: list[tuple[float, int]] = []
        self.items: list[tuple[int, str, int]] = []
        self.list_intro: int | None = None
        self.intro: int | None = None
        self.turned: int | None = None

    # Units

    def add(
        self,
        start: int,
        end: int,
        kind: str,
        intro: int | None = None,
        needs: Sequence[int | None] = (),
    ) -> int:
        """Append a unit, and return its position among all."""
        heading = self.headings[-1][1] if self.headings else None
        known = tuple(dict.fromkeys(n for n in needs if n is not None))
        body = self.text[start:end]
        end = start + len(body.rstrip())
        if kind not in _INDENTED:
            start += len(body) - len(body.lstrip())
        self.units.append(
            Unit(self.document, start, end, kind, heading, intro, known, self.block)
        )
        return self.position + len(self.units) - 1

    def add_heading(self, line: _Line, end: int, level: float) -> None:
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self.headings.append((level, self.add(line.start, end, "heading")))
        self.items, self.intro = [], None

    def add_sentences(
        self, start: int, end: int, intro: int | None = None, needs: Sequence[int] = ()
    ) -> int | None:
        """Append sentences, and return what introduces what comes next, if any.

        A sentence that announces something introduces the rest.
        """
        announced = intro
        for a, b in sentences(self.text, start, end, self.language):
            parts = pieces(self.text, a, b)
            for c, d in parts:
                kind = "sentence" if len(parts) == 1 else "piece"
                at = self.add(c, d, kind, announced, needs)
                if kind == "sentence" and announces(self.text[c:d]):
                    announced = at
        return announced

    def last(self) -> str:
        """Return what the last unit says, "" if there is none."""
        return (
            self.text[self.units[-1].start : self.units[-1].end] if self.units else ""
        )

    @property
    def last_position(self) -> int:
        return self.position + len(self.units) - 1

    # Lines

    def read(self) -> None:
        self.lines = list(_lines(self.text))
        fenced = _fenced([line.text for line in self.lines])
        readers: tuple[Callable[[int], int], ...] = (
            self.definitions, self.heading, self.markup, self.logs, self.contents,
            self.table, self.data, self.item, self.code, self.fields,
        )  # fmt: skip
        i = 0
        while i < len(self.lines):
            if not self.lines[i].text.strip():
                i += 1
                continue
            self.block += 1
            if i in fenced:
                size = fenced[i]
                self.add(
                    self.lines[i].start,
                    self.lines[i + size - 1].end,
                    "code",
                    self.introduced(i, "code"),
                )
                self.intro = None
            else:
                size = next((size for read in readers if (size := read(i))), 0)
            i += size or self.paragraph(i)

    def at(self, i: int) -> str:
        """Return line `i`, "" outside of the text."""
        return self.lines[i].text if 0 <= i < len(self.lines) else ""

    def blank(self, i: int) -> bool:
        return not self.at(i).strip()

    def next_full(self, i: int) -> int:
        """Return the first line from `i` on that is not blank."""
        while i < len(self.lines) and self.blank(i):
            i += 1
        return i

    def introduced(self, i: int, kind: str) -> int | None:
        """Return what introduces the block of `kind` that begins at line `i`."""
        if self.intro is not None:
            return self.intro
        place = len(self.units) - 1
        while place >= 0 and self.units[place].kind == "markup":
            place -= 1
        if place < 0 or self.units[place].kind not in {"sentence", "lines", "piece"}:
            return None
        said = self.text[self.units[place].start : self.units[place].end]
        said = (_TAGS.sub("", said) if "<" in said else said).rstrip(CLOSING)
        # A list under a title or a question belongs to it, as under a colon.
        close = kind == "item" or (
            kind == "table" and self.units[place].kind == "lines"
        )
        close = close and said[-1:] not in {*_END} - {"?"}
        return self.position + place if close or announces(said) else None

    def definitions(self, i: int) -> int:
        """Read a term with all its definitions, lines that open with a colon."""
        stop = i
        while stop - i < _MOST_TERMS and not self.blank(stop):
            stop += 1
            first = stop + (stop == i + 1 and self.blank(stop))
            if _DEFINITION.match(self.at(first)):
                break
        else:
            return 0
        if _DEFINITION.match(self.at(i)):
            return 0
        stop, below = first + 1, first + 1
        while below < len(self.lines) and (
            _DEFINITION.match(self.at(below))
            or (self.at(below)[:1].isspace() and not self.blank(below))
            or (
                not self.blank(below)
                and not self.blank(below - 1)
                and not _DEFINITION.match(self.at(below + 1))
            )
        ):
            stop = below + 1
            below = self.next_full(stop)
        intro = self.introduced(i, "field")
        self.add(self.lines[i].start, self.lines[stop - 1].end, "field", intro)
        self.items, self.intro = [], None
        return stop - i

    def heading(self, i: int) -> int:
        line, text = self.lines[i], self.lines[i].text
        if mark := _HEADING.match(text):
            self.add_heading(line, line.end, len(mark[1]))
            return 1
        if mark := _HTML_HEADING.match(text):
            self.add_heading(line, line.end, int(mark[1]))
            return 1
        if ("*" in text or "_" in text) and _BOLD.match(text) and not asks(text):
            self.add_heading(line, line.end, _BOLD_LEVEL)
            return 1
        if _UNDERLINE.match(self.at(i + 1)) and _is_title(text) and "|" not in text:
            level = 1.0 if self.at(i + 1).lstrip()[:1] == "=" else 2.0
            self.add_heading(line, self.lines[i + 1].end, level)
            return 2
        if not self.units and _CRUMBS.match(text) and not text.lstrip().startswith(">"):
            self.add_heading(line, line.end, _BEFORE_HEADINGS)
            return 1
        if not any(unit.kind != "heading" for unit in self.units):
            label = _TITLE_FIELD.match(text)
            if label and len(text) <= _FIELD_CHARACTERS:
                level = _BEFORE_HEADINGS + 0.5 * bool(self.headings)
                self.add_heading(line, line.end, level)
                return 1
        return 0

    def table(self, i: int) -> int:
        found = tables.table_at([line.text for line in self.lines[i : i + 2]])
        if not found:
            return 0
        stop = i
        while not self.blank(stop):
            stop += 1
        rows = found([line.text for line in self.lines[i:stop]])
        if not rows:
            return 0
        intro = self.introduced(i, "table")
        known: dict[int, int] = {}
        for row in rows:
            first, last = self.lines[i + row.first], self.lines[i + row.last]
            needs = [known[at] for at in row.needs if at in known]
            header = next((n for n in needs if self.kind_of(n) == "header"), None)
            needs = [n for n in (*needs, intro) if n is not None and n != header]
            if row.kind == "markup":
                self.add(first.start, last.end, "markup")
            else:
                known[row.first] = self.add(
                    first.start, last.end, row.kind, header, needs
                )
        self.items, self.intro = [], None
        return rows[-1].last + 1

    def kind_of(self, position: int) -> str:
        return self.units[position - self.position].kind

    def contents(self, i: int) -> int:
        text = self.at(i)
        listed = _CONTENTS.match(text) or (
            _LISTED.match(text)
            and (_CONTENTS.match(self.at(i + 1)) or self.was("contents"))
        )
        if not listed:
            return 0
        self.add(self.lines[i].start, self.lines[i].end, "contents")
        return 1

    def was(self, kind: str) -> bool:
        return bool(self.units) and self.units[-1].kind == kind

    def logs(self, i: int) -> int:
        """Read lines that begin alike, each with the trace below it."""
        stamped = self.stamps(i) if self.stamped(i) else {}
        if sum(stamped.values()) < 2:
            return 0
        head: int | None = None
        size = 0
        for j, is_stamped in stamped.items():
            line = self.lines[j]
            if is_stamped:
                head = self.add(line.start, line.end, "log")
            else:
                frame = _FRAME.match(line.text) or (
                    self.was("frame") and line.text[:1].isspace()
                )
                self.add(
                    line.start, line.end, "frame" if frame else "trace", None, [head]
                )
            size += 1
        self.items, self.intro = [], None
        return size

    def stamped(self, i: int) -> bool:
        """Tell whether line `i` opens an entry of a log."""
        return _STAMP.match(self.at(i)) is not None or self.shape(i) is not None

    def shape(self, i: int) -> str | None:
        """Return how line `i` begins if two of the next five lines begin so too."""
        shape = _shape(self.at(i))
        if shape is None:
            return None
        alike = sum(_shape(self.at(j)) == shape for j in range(i + 1, i + 6))
        return shape if alike > 1 else None

    def stamps(self, i: int) -> dict[int, bool]:
        """Return the lines of the log at `i`: whether each opens an entry."""
        shape = self.shape(i)
        found: dict[int, bool] = {}
        for j in range(i, len(self.lines)):
            text = self.at(j)
            if _STAMP.match(text) or (shape is not None and _shape(text) == shape):
                found[j] = True
            elif text.strip() and _TRACE.match(text):
                found[j] = False
            else:
                break
        return found

    def data(self, i: int) -> int:
        """Read indented data: keys and values, each under the keys above it."""
        if not (_KEY.match(self.at(i)) or _BRACES.fullmatch(self.at(i))):
            return 0
        stop, deeper = i, False
        while not self.blank(stop) and (
            _KEY.match(self.at(stop)) or _DATA.match(self.at(stop))
        ):
            opens = stop > i and _OPENS_BLOCK.match(self.at(stop - 1).strip())
            opens = opens or (stop > i and _BRACES.fullmatch(self.at(stop - 1)))
            deeper |= (
                bool(opens) and self.lines[stop].indent > self.lines[stop - 1].indent
            )
            stop += 1
        if stop - i < 2 or not deeper:
            return 0
        intro = self.introduced(i, "data")
        above: list[tuple[int, int, bool]] = []
        for j in range(i, stop):
            line = self.lines[j]
            while above and above[-1][0] >= line.indent:
                above.pop()
            bare = _BRACES.fullmatch(line.text) is not None
            closing = bare and line.text.strip()[:1] in "]})"
            needs = [at for _, at, _ in above[-1:]]
            at = self.add(
                line.start, line.end, "markup" if closing else "data", intro, needs
            )
            if not closing:
                above.append((line.indent, at, bare))
                dash = line.text.lstrip().startswith("- ")
                nameless = len(above) > 1 and above[-2][2]
                if nameless and not bare and not dash:
                    # The first key names a record that has no name of its own.
                    above[-2] = (above[-2][0], at, False)
        self.items, self.intro = [], None
        return stop - i

    def item(self, i: int) -> int:
        line = self.lines[i]
        html = _HTML_ITEM.match(line.text)
        mark = None if html else _ITEM.match(line.text)
        if mark is None and html is None:
            return 0
        if mark and self.numbered_heading(i, mark[1]):
            depth = mark[1].strip("().").count(".")
            self.add_heading(line, line.end, _BOLD_LEVEL + 0.1 * (1 + depth))
            return 1
        size = 1 if html else 1 + self.continuation(i)
        end = self.lines[i + size - 1].end
        marker, depth = (
            ("<li>", 0) if mark is None else _marker(mark[1], line.indent, self)
        )
        if not self.items:
            self.list_intro, self.turned = self.introduced(i, "item"), None
        parent = self.parent(depth, marker)
        needs = [parent, self.turned]
        at = self.add(line.start, end, "item", self.list_intro, needs)
        self.items.append((depth, marker, at))
        said = self.last()
        if turns(said):
            self.turned = at
        self.intro = None
        following = self.next_full(i + size)
        if not self.begins_item(following) and not self.at(following).startswith(
            (" ", "\t")
        ):
            self.items = []
        return size

    def numbered_heading(self, i: int, marker: str) -> bool:
        """Tell whether a numbered line is the heading of the text below it."""
        text = self.at(i).strip()
        below = self.next_full(i + 1)
        return (
            marker[0].isdigit()
            and not self.items
            and self.introduced(i, "item") is None
            and _is_short(text)
            and text[-1] not in ",;:"
            and below < len(self.lines)
            and not self.begins_item(below)
            and not (below == i + 1 and self.goes_on(i, i + 1, len(text)))
        )

    def parent(self, depth: int, marker: str) -> int | None:
        """Close what is no parent of an item, and return its parent."""
        style = _style(marker)
        while self.items and self.items[-1][0] > depth:
            self.items.pop()
        level = [
            at
            for at, (d, m, _) in enumerate(self.items)
            if d == depth and _style(m) == style
        ]
        if level:
            del self.items[level[-1] :]
        elif self.items and self.items[-1][0] == depth:
            said = self.text[slice(*self.units[self.items[-1][2] - self.position][1:3])]
            if not (said.rstrip(CLOSING)[-1:] == ":" or style in {"a", "i"}):
                self.items.pop()
        return self.items[-1][2] if self.items else None

    def begins_item(self, i: int) -> bool:
        return (
            _ITEM.match(self.at(i)) is not None
            or _HTML_ITEM.match(self.at(i)) is not None
        )

    def continuation(self, i: int) -> int:
        """Return how many lines after line `i` go on with its item."""
        size = 1
        while not self.blank(i + size) and not self.begins_item(i + size):
            if not self.goes_on(i + size - 1, i + size, self.width(i)):
                break
            size += 1
        return size - 1

    def width(self, i: int) -> int:
        """Return the length of the longest line of the run of lines around `i`."""
        first = last = i
        while first > 0 and i - first < 40 and not self.blank(first - 1):
            first -= 1
        while last - i < 40 and not self.blank(last + 1):
            last += 1
        return max(len(self.at(j).rstrip()) for j in range(first, last + 1))

    def goes_on(self, i: int, j: int, width: int) -> bool:
        """Tell whether line `j` goes on with the sentence that line `i` began."""
        before, after = self.at(i).rstrip(), self.at(j)
        first = after.lstrip()[:1]
        if self.starts_block(j):
            return False
        if after[:1] in " \t" and self.lines[j].indent > self.lines[i].indent:
            return True
        if before.rstrip(CLOSING)[-1:] in _END:
            return False
        if first.islower() or before[-1:] in {",", "-", "\u2010", "(", "/"}:
            return True
        full = len(before) + 1 + len(after.split(None, 1)[0]) > width
        return full and len(before) >= 40 and before[-1:] != ":"

    def starts_block(self, i: int) -> bool:
        """Tell whether line `i` is surely no running text."""
        text = self.at(i)
        return bool(
            _HEADING.match(text)
            or _FENCE.match(text)
            or _TAG.match(text.lstrip())
            or text.lstrip().startswith("|")
            or (("*" in text or "_" in text) and _BOLD.match(text))
            or _CONTENTS.match(text)
        )

    def code(self, i: int) -> int:
        text = self.at(i)
        if not text.startswith(("    ", "\t")) or self.items:
            return 0
        size = 1
        while self.at(i + size).startswith((" ", "\t")) and not self.blank(i + size):
            size += 1
        self.add(
            self.lines[i].start,
            self.lines[i + size - 1].end,
            "code",
            self.introduced(i, "code"),
        )
        self.intro = None
        return size

    def fields(self, i: int) -> int:
        """Read a run of `key: value` lines, or of labelled turns."""
        stop = i
        while _is_field(self.at(stop)) or (stop > i and self.wraps_field(stop)):
            stop += 1
        if stop - i < 2 or sum(_is_field(self.at(j)) for j in range(i, stop)) < 2:
            return 0
        labels = [re.split("[:：.]", self.at(j), maxsplit=1)[0] for j in range(i, stop)]
        record = len(set(labels)) == len(labels)
        intro = self.introduced(i, "field")
        first: int | None = None
        j = i
        while j < stop:
            end = j + 1
            while end < stop and not _is_field(self.at(end)):
                end += 1
            at = self.add(
                self.lines[j].start, self.lines[end - 1].end, "field", intro, [first]
            )
            if record and first is None:
                first = at
            j = end
        self.items, self.intro = [], None
        return stop - i

    def wraps_field(self, i: int) -> bool:
        text = self.at(i)
        return text[:1].isspace() and bool(text.strip()) and not _ITEM.match(text)

    def markup(self, i: int) -> int:
        """Read page numbers, rules, and tags without a text."""
        text = self.at(i)
        alone = _FURNITURE.match(text) and self.blank(i - 1) and self.blank(i + 1)
        tags = "<" in text and not _TAGS.sub("", text).strip()
        if not (alone or tags) and any(map(str.isalnum, text)):
            return 0
        self.add(self.lines[i].start, self.lines[i].end, "markup")
        return 1

    # Running text

    def paragraph(self, i: int) -> int:
        """Read running text up to a blank line or another kind of block."""
        quoted = self.at(i).lstrip().startswith(">")
        stop = i + 1
        while not self.blank(stop) and not self.ends_paragraph(stop, quoted=quoted):
            stop += 1
        groups = self.groups(i, stop)
        intro = self.introduced(i, "sentence") if self.intro_applies(i) else None
        self.intro = None
        if self.titles(groups, stop):
            return groups[0][1] - i
        if not self.at(i).startswith((" ", "\t")):
            self.items = []
        needs = [self.items[-1][2]] if self.items else []
        run: list[tuple[int, int]] = []
        for first, last in groups:
            if self.is_line(first, last):
                run.append((first, last))
                continue
            self.add_lines(run, intro, needs)
            run = []
            intro = self.add_sentences(
                self.lines[first].start, self.lines[last - 1].end, intro, needs
            )
        self.add_lines(run, intro, needs)
        if self.units and self.last().rstrip(CLOSING)[-1:] in {":", "："}:
            self.intro = self.last_position
        return stop - i

    def intro_applies(self, i: int) -> bool:
        return self.intro is not None and not self.blank(i)

    def ends_paragraph(self, i: int, *, quoted: bool) -> bool:
        text = self.at(i)
        if text.lstrip().startswith(">") != quoted or self.starts_block(i):
            return True
        if (
            _UNDERLINE.match(self.at(i + 1))
            and _is_title(text)
            and not self.blank(i - 1)
        ):
            return False
        before = self.at(i - 1).rstrip().rstrip(CLOSING)
        item = _ITEM.match(text)
        if item:
            return not item[1][-1:].isdigit() and (
                not item[1][0].isdigit()
                or before[-1:] in {*_END, ":", "："}
                or self.begins_item(i + 1)
            )
        if _is_field(text) and _is_field(self.at(i + 1)):
            return True
        return before[-1:] in {*_END, ":"} and self.stamped(i) and self.stamped(i + 1)

    def groups(self, i: int, stop: int) -> list[tuple[int, int]]:
        """Return `[first, last)` of lines that belong together in a paragraph."""
        width = max(len(self.at(j).rstrip()) for j in range(i, stop))
        body = "\n".join(self.at(j) for j in range(i, stop))
        stopped = any(mark in body for mark in _END)
        found: list[tuple[int, int]] = []
        for j in range(i, stop):
            if found and self.wraps(j - 1, j, width, stopped=stopped):
                found[-1] = (found[-1][0], j + 1)
            else:
                found.append((j, j + 1))
        return found

    def wraps(self, i: int, j: int, width: int, *, stopped: bool) -> bool:
        """Tell whether line `j` of running text goes on with line `i`."""
        before, after = self.at(i).rstrip(), self.at(j).lstrip(" \t>")
        end = before.rstrip(CLOSING)[-1:]
        first = after[:1]
        if end in _END:
            # A full stop cuts by itself, wherever the line ends.
            return True
        if not after or end in {":", "："}:
            return False
        if first.islower() or end in {
            ",",
            ";",
            "-",
            "\u2010",
            "–",
            "(",
            "/",
            "、",
            "，",
        }:
            return True
        if _ends_open(before):
            return True
        reach = len(before) + 1 + len(after.split(None, 1)[0])
        return reach > _FULL * width and (stopped or len(before) > _LINE_CHARACTERS)

    def is_line(self, first: int, last: int) -> bool:
        """Tell whether lines are a label, address or title rather than a sentence."""
        text = self.text[self.lines[first].start : self.lines[last - 1].end].rstrip()
        return (
            len(text) <= 2 * _LINE_CHARACTERS
            and text.rstrip(CLOSING)[-1:] not in {*_END, ":", "："}
            and _INNER_END.search(text) is None
        )

    def add_lines(
        self, run: Sequence[tuple[int, int]], intro: int | None, needs: Sequence[int]
    ) -> None:
        """Append short lines that belong together: one unit, or each with its label."""
        if not run:
            return
        start, end = self.lines[run[0][0]].start, self.lines[run[-1][1] - 1].end
        if end - start <= _BLOCK_CHARACTERS:
            self.add(start, end, "lines", intro, needs)
            return
        first: int | None = None
        before: int | None = None
        for a, b in run:
            at = self.add(
                self.lines[a].start,
                self.lines[b - 1].end,
                "lines",
                intro,
                [*needs, before],
            )
            first = at if first is None else first
            label = before is None or self.kind_of(before) != "lines"
            before = (
                at if label or not self.text[self.lines[a].start].isdigit() else None
            )

    def titles(self, groups: Sequence[tuple[int, int]], stop: int) -> bool:
        """Read the first lines as a heading if they are one; tell whether."""
        first, last = groups[0]
        text = self.text[self.lines[first].start : self.lines[last - 1].end]
        if not _is_short(text) or not _is_title(text) or asks(text):
            return False
        if len(groups) > 1:
            # A title directly above its text: the text must be sentences.
            rest = self.text[self.lines[last].start : self.lines[stop - 1].end]
            if self.is_line(*groups[1]) or len(groups) > 2 or len(rest) < len(text):
                return False
        elif not self.heads(stop):
            return False
        level = _PLAIN_LEVEL
        if text.isupper() or _NUMBERED.match(text):
            level = _BOLD_LEVEL
        top = self.headings[-1][0] if self.headings else 0.0
        if self.was("heading") and top >= level:
            level = top + 0.01
        elif top > level == _PLAIN_LEVEL:
            level = top
        self.add_heading(self.lines[first], self.lines[last - 1].end, level)
        return True

    def heads(self, stop: int) -> bool:
        """Tell whether a title may stand above what begins after line `stop`."""
        below = self.next_full(stop)
        if below >= len(self.lines):
            return False
        text = self.at(below)
        if self.begins_item(below) or text.lstrip().startswith(("|", "```")):
            return True
        if (
            _HEADING.match(text)
            or _UNDERLINE.match(self.at(below + 1))
            or text.startswith(">")
        ):
            return False
        if not _is_short(text.strip()) or not self.blank(below + 1):
            return True
        # A title above a title, if that is one.
        return self.heads(below + 1) if below - stop < 3 and _is_title(text) else False


def _lines(text: str) -> Iterator[_Line]:
    """Yield the lines of `text`; tags of HTML blocks begin and end lines too."""
    at = 0
    html = _TAG.search(text) is not None
    for whole in text.splitlines(keepends=True):
        for line in tables.html_lines(whole) if html and "<" in whole else (whole,):
            body = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
            yield _Line(at, at + len(body), body)
            at += len(line)


def _shape(line: str) -> str | None:
    """Return how a line begins, numbers as 0; None without one in its first words."""
    head = " ".join(line.split(None, 2)[:2])
    shaped = _SHAPE.sub("0", head)
    return shaped if "0" in shaped and not line[:1].isspace() else None


def _marker(marker: str, indent: int, reader: _Reader) -> tuple[str, int]:
    """Return the style of an item and how deep it is."""
    bare = marker.strip("().")
    depth = bare.count(".") if bare[:1].isdigit() else 0
    letter = bare in {"i", "v", "x"} and not (
        reader.items and reader.items[-1][1].strip("().") in {"h", "u", "w"}
    )
    return ("(ii)" if letter else marker), 10 * indent + depth


def _style(marker: str) -> str:
    """Return what the markers of one list have in common."""
    bare = marker.strip("().")
    if bare[:1].isdigit():
        return "1" + marker[0] * (marker[0] == "(") + marker[-1] * (marker[-1] == ")")
    if len(bare) > 1 and set(bare) <= set("ivx"):
        return "i"
    return (
        "a"
        if bare.isalpha() and bare.islower()
        else marker
        if not bare.isalpha()
        else "A"
    )


def _is_short(text: str) -> bool:
    """Tell whether a line is as short as a title, and no sentence."""
    return (
        len(text) <= _TITLE_CHARACTERS
        and len(text.split()) <= _TITLE_WORDS
        and text.rstrip(CLOSING)[-1:] not in {*_END} - {"?"}
    )


def _is_title(line: str) -> bool:
    """Tell whether a line can be a heading without a mark."""
    begins = line.lstrip()[:1]
    return (
        (begins.isalnum() or begins in CLOSING or begins == "§")
        and not begins.islower()
        and line.rstrip()[-1:] not in {",", ";", ":", "："}
        and not (_ITEM.match(line) and not _NUMBERED.match(line))
        and not _ends_open(line)
        and not _is_field(line)
    )


def _ends_open(line: str) -> bool:
    """Tell whether a line ends in a small word that a sentence goes on after."""
    word = _WORD_END.search(line.rstrip())
    return word is not None and word[1].islower() and word[1] in ALL_STOP_WORDS


def _is_field(line: str) -> bool:
    if len(line) > _FIELD_CHARACTERS:
        return False
    return _FIELD.match(line) is not None or _TURN_LABEL.match(line) is not None


def _answered(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, those that answer a question with it as their `intro`.

    The sentence after a question answers it; a question on a line of its own is
    answered by the whole paragraph, list or table below, up to the next question.
    """
    if (
        not any(mark in text for mark in "?？؟")
        and ":" not in text
        and "：" not in text
    ):
        return units
    question: int | None = None
    alone = answered = False
    for i, unit in enumerate(units):
        said = text[unit.start : unit.end]
        gap = text[units[i - 1].end : unit.start] if i else "\n"
        if question is not None:
            asked = units[question]
            quoted = text[asked.start] == ">"
            if quoted and said[:1] == ">" and not asks(said):
                continue
            over = answered and (gap.count("\n") > 1 or not (alone or quoted))
            sibling = unit.kind == asked.kind == "item" and (
                unit.needs[:1] == asked.needs[:1]
            )
            if over or sibling or unit.kind == "heading":
                question = None
        if unit.kind in {"sentence", "field", "item", "lines"} and asks(said):
            after = text[unit.end : units[i + 1].start] if i + 1 < len(units) else ""
            question, answered = i, False
            alone = "\n" in gap and "\n" in after
        elif question is not None and unit.kind != "markup":
            answered = True
            if unit.kind == "row":
                needs = (*unit.needs, position + question)
                units[i] = unit._replace(needs=needs)
            else:
                units[i] = unit._replace(intro=position + question)
    return _top_posted(units, text, position)


def _noted(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, each that has the mark of a note with the note, and back."""
    notes: dict[str, int] = {}
    for i, unit in enumerate(units):
        if note := _NOTE.match(text, unit.start, unit.end):
            # Two lines that open with the same mark are items of a list.
            notes[note[1]] = -1 if note[1] in notes else i
    marked: set[int] = set()
    for i, unit in enumerate(units if notes else ()):
        said = text[unit.start : unit.end]
        for mark in _NOTE_MARK.findall(said):
            at = notes.get(mark, -1)
            # Stars in pairs are emphasis.
            if at < 0 or at == i or (mark[0] == "*" and said.count("*") % 2 == 0):
                continue
            units[i] = units[i]._replace(needs=(*units[i].needs, position + at))
            if at not in marked:
                marked.add(at)
                needs = (*units[at].needs, position + i)
                units[at] = units[at]._replace(needs=needs)
    return units


def _top_posted(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, a reply above a quoted question with it as its `intro`."""
    quoted = next((i for i, u in enumerate(units) if text[u.start] == ">"), 0)
    if not quoted:
        return units
    for i in range(quoted, len(units)):
        said = text[units[i].start : units[i].end]
        if not said.startswith(">") and units[i].block != units[i - 1].block:
            break
        if asks(said):
            for j in range(quoted):
                if units[j].kind == "sentence" and units[j].intro is None:
                    units[j] = units[j]._replace(intro=position + i)
            break
    return units


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
    first = line[:1]
    if not first.isalpha() or first.islower() or not _CODE_MARKS.isdisjoint(line):
        return False
    count = len(line.split())
    ends = line.rstrip()[-1] in ".!?:,。！？，："
    return count >= 8 or (ends and (count >= 4 or not first.isupper()))
