"""The corpus of one call: the units of all documents in one row."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from headroom.documents.selection import Companions
from headroom.documents.units import (
    Unit,
    asks,
    leans_back,
    qualifies,
    split_pieces,
    split_units,
)
from headroom.scorers.words import Sentences

__all__ = ["Corpus"]

# A unit above this many tokens that is also above the ceiling is long code, a list
# or a transcript without full stops; only then it is cut, at lines or clauses of about
# that many.
# Source: the longest sentence of SQuAD and HotpotQA paragraphs has 190 tokens.
_ENDLESS_TOKENS = 200
_PIECE_TOKENS = 40
_STEP = re.compile(r"\s*(\d{1,2})[.)]\s")


class Corpus:
    """The units of all documents, and the distinct texts among them.

    Attributes:
        documents: The texts that came in; never changed.
        units: The units of all documents, in order; other code speaks of a unit by
            its position here.
        texts: What each unit says, verbatim.
        estimates: Tokens of each unit, roughly.
        sentences: The distinct texts.
        which: The position of each unit's text in `sentences`.
        carried: Units that only come along with others: headings, table headers and
            questions that have something below them.
    """

    def __init__(
        self, documents: Sequence[str], tokens: Sequence[int], ceiling: int
    ) -> None:
        """Split the documents.

        Args:
            documents: The texts.
            tokens: The tokens of each.
            ceiling: Tokens above which an endless unit is cut.
        """
        self.documents = documents
        self.units: list[Unit] = []
        self.texts: list[str] = []
        self.estimates: list[float] = []
        self.which: list[int] = []
        self.carried: set[int] = set()
        positions: dict[str, int] = {}
        for document, text in enumerate(documents):
            if not text:
                continue
            each = tokens[document] / len(text)
            units = split_units(text, document, len(self.units))
            units = self._bounded(text, units, each, ceiling)
            texts = [text[unit.start : unit.end] for unit in units]
            self.units += units
            self.texts += texts
            self.estimates += [len(said) * each for said in texts]
            self.which += [positions.setdefault(said, len(positions)) for said in texts]
            self.carried.update(self._carriers(units))
        self.sentences = Sentences(positions)

    def _bounded(
        self, text: str, units: list[Unit], each: float, ceiling: int
    ) -> list[Unit]:
        """Return `units`, endless ones above the ceiling cut apart."""
        longest = max(ceiling, _ENDLESS_TOKENS) / (each or 1.0)
        if len(text) <= longest or all(u.end - u.start <= longest for u in units):
            return units
        size = max(1, int(_PIECE_TOKENS / each))
        bounded: list[Unit] = []
        moved: dict[int | None, int | None] = {None: None}
        for place, unit in enumerate(units, start=len(self.units)):
            moved[place] = len(self.units) + len(bounded)
            unit = unit._replace(heading=moved[unit.heading], intro=moved[unit.intro])
            if unit.end - unit.start > longest:
                bounded += split_pieces(text, unit, size)
            else:
                bounded.append(unit)
        return bounded

    def _carriers(self, units: Sequence[Unit]) -> Iterator[int]:
        """Yield the headings, headers and questions with something below them."""
        for unit in units:
            if unit.heading is not None:
                yield unit.heading
            if unit.intro is not None and (
                self.units[unit.intro].kind == "header" or self.is_question(unit.intro)
            ):
                yield unit.intro

    def is_question(self, i: int) -> bool:
        """Tell whether unit `i` is a question."""
        return self.units[i].kind in {"sentence", "field"} and asks(self.texts[i])

    def companions(self, i: int) -> Companions:
        """Return what unit `i` should be kept with."""
        unit = self.units[i]
        if unit.kind == "row" and unit.intro is not None:
            return Companions((unit.intro,), _known(unit.heading))
        before = self.leans_on(i)
        if before == unit.intro:
            before = None
        if before is None:
            before = self._step_before(i)
        return Companions(
            (), _known(before) + _known(unit.intro) + _known(unit.heading)
        )

    def leans_on(self, i: int) -> int | None:
        """Return the sentence before that unit `i` points back at, or None."""
        unit = self.units[i]
        if not i or not (leans_back(self.texts[i]) or qualifies(self.texts[i])):
            return None
        last = self.units[i - 1]
        told = last.kind == unit.kind == "sentence" and last.document == unit.document
        return i - 1 if told else None

    def _step_before(self, i: int) -> int | None:
        """Return the numbered step before unit `i` of the same list, or None."""
        unit = self.units[i]
        if unit.kind != "item" or unit.intro is None or not i:
            return None
        last = self.units[i - 1]
        numbers = [_STEP.match(self.texts[at]) for at in (i - 1, i)]
        if last.intro != unit.intro or None in numbers:
            return None
        first, second = (int(number[1]) for number in numbers if number)
        return i - 1 if second == first + 1 else None

    def qualifies(self, i: int) -> bool:
        """Tell whether unit `i` is an exception to the sentence before it."""
        return qualifies(self.texts[i]) and self.leans_on(i) is not None

    def rows(self, kept: Collection[int]) -> dict[int, list[int]]:
        """Return the kept units of each document that has any, both in order."""
        rows: dict[int, list[int]] = {}
        for i in sorted(kept):
            rows.setdefault(self.units[i].document, []).append(i)
        return rows

    def joined(self, row: Sequence[int]) -> str:
        """Return units of one document as text.

        Neighbours keep the whitespace between them; else sentences are joined by a
        space, and structural lines by a line break.
        """
        source = self.documents[self.units[row[0]].document]
        said = [self.texts[row[0]]]
        for before, after in pairwise(row):
            left, right = self.units[before], self.units[after]
            if after == before + 1:
                said.append(source[left.end : right.start])
            else:
                said.append(" " if left.kind == right.kind == "sentence" else "\n")
            said.append(self.texts[after])
        return "".join(said)

    def spans(self, row: Sequence[int]) -> tuple[tuple[int, int], ...]:
        """Return `[start, end)` in the document for units of it, neighbours as one."""
        spans: list[tuple[int, int]] = []
        for place, i in enumerate(row):
            start, end = self.units[i].start, self.units[i].end
            if place and row[place - 1] == i - 1:
                start = spans.pop()[0]
            spans.append((start, end))
        return tuple(spans)


def _known(position: int | None) -> tuple[int, ...]:
    return () if position is None else (position,)
