"""The outline: units read so far, and the headings and lists that are open."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from headroom.documents.cues import CLOSING, announces, limits, measures
from headroom.documents.sentences import clauses, language_of, pieces, sentences
from headroom.documents.structure.lines import END, TAGS, Line, lines
from headroom.documents.structure.units import Unit

__all__ = ["Outline"]

# A longer paragraph of one sentence above a block is about something else, too.
_LEAD_CHARACTERS = 160
_PARENT_LINES = 80  # that are looked at for what a block stands in
INDENTED = frozenset({"code", "data", "item"})


class Outline:
    """The units of one document so far, and what is open above the next line."""

    def __init__(
        self, text: str, document: int, position: int, longest: int, piece: int
    ) -> None:
        self.text = text
        self.longest = longest
        self.piece = piece
        self.document = document
        self.position = position
        self.language = language_of(text)
        self.units: list[Unit] = []
        self.opening = True  # no text was read yet, only headings and marks
        self.heads: dict[int, bool] = {}  # by line: may a title stand above the rest?
        self.fences: dict[int, int] = {}
        self.blocks: dict[int, int] = {}
        self.running: frozenset[str] = frozenset()
        self.flat = 0  # up to this line, data was looked for in vain
        self.block = 0
        # Headings that are open, as (level, position); list items, as (depth, style,
        # position); what introduces the next block; what turns the rest of a list.
        self.headings: list[tuple[float, int]] = []
        self.items: list[tuple[int, str, int]] = []
        self.posts: frozenset[int] = frozenset()
        self.leads: dict[int, int] = {}
        self.list_intro: int | None = None
        self.intro: int | None = None
        self.turned: int | None = None
        # Who wrote the mail that is read: its "From:" line.
        self.sender: int | None = None

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the text; one that is a single line is cut without them."""
        return lines(self.text)

    # Units

    def add(
        self,
        start: int,
        end: int,
        kind: str,
        intro: int | None = None,
        needs: Sequence[int | None] = (),
    ) -> int:
        """Append a unit, and return its position among all.

        One that is too long is cut into pieces, the last resort; the position is then
        that of the first.
        """
        heading = self.headings[-1][1] if self.headings else None
        self.opening = self.opening and kind in {"heading", "markup"}
        known = (
            tuple(dict.fromkeys([n for n in needs if n is not None])) if needs else ()
        )
        body = self.text[start:end]
        end = start + len(body.rstrip())
        if kind not in INDENTED:
            start += len(body) - len(body.lstrip())
        at = self.position + len(self.units)
        unit = Unit(self.document, start, end, kind, heading, intro, known, self.block)
        if end - start <= self.longest:
            self.units.append(unit)
        else:
            self.units += self._pieces(unit)
        return at

    def _pieces(self, unit: Unit) -> Iterator[Unit]:
        """Yield pieces of one unit; a word stays whole, however long."""
        for start, end in self._cut(unit.start, unit.end):
            body = self.text[start:end]
            last = start + len(body.rstrip())
            if unit.kind not in INDENTED:
                start = end - len(body.lstrip())
            if start < last:
                yield unit._replace(start=start, end=last, kind="piece")

    def _cut(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield parts: whole lines, and clauses only of a line that is too long."""
        at = start
        for line in self.text[start:stop].splitlines(keepends=True):
            end = at + len(line)
            if at > start and end - start > 2 * self.piece:
                yield start, at
                start = at
            if len(line) > 2 * self.piece:
                yield from clauses(self.text, at, end, self.piece)
                start = end
            elif end - start >= self.piece:
                yield start, end
                start = end
            at = end
        yield start, stop

    def add_heading(
        self, line: Line, end: int, level: float, kind: str = "heading"
    ) -> None:
        """Append a heading; it closes those of its level and below."""
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        lead = self._lead()
        self.headings.append((level, self.add(line.start, end, kind, lead)))
        self.items, self.intro = [], None

    def _lead(self) -> int | None:
        """Return the sentence that limits all sections below the open heading.

        It stands between that heading and the first one below it, with at most one
        other sentence behind it.
        """
        if not self.headings:
            return None
        above = self.headings[-1][1]
        first = self.last_position
        if first == above + 2 and self.units[-2].block == self.units[-1].block:
            first -= 1
        unit = self.units[first - self.position]
        if first == above + 1 and unit.kind == "sentence":
            said = self.text[unit.start : unit.end]
            if announces(said) or limits(said) or measures(said):
                self.leads[above] = first
        return self.leads.get(above)

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

    def said_at(self, position: int) -> str:
        """Return what the unit at `position` says."""
        unit = self.units[position - self.position]
        return self.text[unit.start : unit.end]

    def last(self) -> str:
        """Return what the last unit says, "" if there is none."""
        return self.said_at(self.last_position) if self.units else ""

    @property
    def last_position(self) -> int:
        """Position of the last unit among all."""
        return self.position + len(self.units) - 1

    def at(self, i: int) -> str:
        """Return line `i`, "" outside of the text."""
        return self.lines[i].text if 0 <= i < len(self.lines) else ""

    def said(self, first: int, last: int) -> str:
        """Return lines `[first, last)` as one text."""
        return self.text[self.lines[first].start : self.lines[last - 1].end]

    def blank(self, i: int) -> bool:
        """Tell whether line `i` is blank, or outside of the text."""
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
        said = (TAGS.sub("", said) if "<" in said else said).rstrip(CLOSING)
        # A list under a title or a question belongs to it, as under a colon.
        close = kind in {"item", "heading"} or (
            kind == "table" and self.units[place].kind == "lines"
        )
        close = close and said[-1:] not in {*END} - {"?"}
        # A paragraph of one sentence says what the block below it is.
        alone = self.units[place].block == self.block - 1 and (
            not place or self.units[place - 1].block != self.units[place].block
        )
        alone = (
            alone
            and kind not in {"sentence", "heading"}
            and len(said) <= _LEAD_CHARACTERS
        )
        return self.position + place if close or alone or announces(said) else None

    def parent(self, i: int) -> int | None:
        """Return the line above line `i` that is indented less and opens a block.

        It is of the same code or data, be there blank lines between them.
        """
        indent = self.lines[i].indent
        for j in range(i - 1, max(-1, i - _PARENT_LINES), -1) if indent else ():
            line = self.lines[j]
            if not line.text.strip() or line.indent >= indent:
                continue
            if line.text.rstrip()[-1] not in ":{[(":
                return None
            place = len(self.units) - 1
            while place >= 0 and self.units[place].start > line.start:
                place -= 1
            return self.position + place if place >= 0 else None
        return None

    def kind_of(self, position: int) -> str:
        """Return the kind of the unit at `position`."""
        return self.units[position - self.position].kind

    def opens_record(self, position: int) -> bool:
        """Tell whether the unit at `position` is the first value of a record."""
        unit = self.units[position - self.position]
        return self.text[unit.end - 1] not in ":{[="

    def need(self, position: int, other: int) -> None:
        """Let the unit at `position` need the `other` one, too."""
        place = position - self.position
        unit = self.units[place]
        self.units[place] = unit._replace(needs=(*unit.needs, other))

    def was(self, kind: str) -> bool:
        """Tell whether the last unit is of `kind`."""
        return bool(self.units) and self.units[-1].kind == kind
