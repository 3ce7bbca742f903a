"""The corpus of one call: the units of all documents in one row."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from headroom.documents.cues import (
    asks,
    contrasts,
    goes_on,
    has_cues,
    leans_back,
    points_back,
    refers_back,
    reports,
)
from headroom.documents.reading import read
from headroom.documents.selection import Companions
from headroom.documents.sentences import language_of
from headroom.documents.structure import Unit
from headroom.scorers.words import Sentences

__all__ = ["Corpus"]

# A unit above this many tokens that is also above the ceiling is long code, a list
# or a transcript without full stops; only then it is cut, at lines or clauses of about
# that many.
# Source: the longest sentence of SQuAD and HotpotQA paragraphs has 190 tokens.
_ENDLESS_TOKENS = 200
_PIECE_TOKENS = 40
# An answer as short as "Yes." says nothing alone, nor does what follows it.
_FRAGMENT_CHARACTERS = 16
# A label of one or two words with a short value, alone below a sentence.
_DECISION = re.compile(r"[^\W\d][\w'-]*(?: [\w'-]+)?\s?[:：]\s?\S.{0,60}")
# Sentences that need one another in a row ("However ... But ...") are followed so far.
_MOST_STEPS = 3
# Lines below a log entry that are looked at.
_TRACE_LINES = 60
_TURNS = frozenset({"field", "log"})
_SPEAKER = re.compile(r"(?:[\[(<]?[\d:.]+[\])>]?\s*)?([^\W\d_][\w .'-]{0,24})[:：]\s*")
# Turns that are looked at to tell a dialogue, words of one on average, and replies.
_NEAR_TURNS, _LEAST_TURN, _MOST_REPLIES = 8, 4, 3
_MOST_SPOKEN = 4  # timed lines of one sentence
_TIME = re.compile(r"\s*[\[(<]?\d[\d:.,]*[\])>]?\s*")
_MOTION = re.compile(r"\s*[^\W\d_]+ \d+\s?[:：]")  # what a record is about
_MOST_FOLLOWING = 8  # sentences behind one that tell more of the same
_FEW = 8  # units of a section that is read as one
_RUNNING = frozenset({"sentence", "piece"})
_LINE_END = re.compile(r"[\n\r\u2028\u2029]")
# A clause of a contract; other items of a list stand for themselves.
_CLAUSE = re.compile(r"\s*(?:\(\d{1,2}[a-z]?\)|\d{1,2}(?:\.\d{1,2})+\.?)\s")
_STEP = re.compile(r"\s*(\d{1,2})[.)]\s")
# Steps of a procedure are kept all or none; a longer list is no procedure.
_LEAST_STEPS, _PROCEDURE_CHARACTERS = 3, 800


class Corpus:
    """The units of all documents, and the distinct texts among them.

    Attributes:
        documents: The texts that came in; never changed.
        units: The units of all documents, in order; other code speaks of a unit by
            its position here.
        texts: What each unit says, verbatim.
        estimates: Tokens of each unit, roughly.
        longest: Tokens above which an endless unit is cut, if it can be.
        sentences: The distinct texts.
        telling: Those of them, first in order, that are no lines of contents.
        which: The position of each unit's text in `sentences`.
        carried: Units that only come along with others: headings, table headers and
            questions that have something below them.
    """

    def __init__(
        self,
        documents: Sequence[str],
        tokens: Sequence[int],
        ceiling: int,
        *,
        asked_how: bool = False,
    ) -> None:
        """Split the documents.

        Args:
            documents: The texts.
            tokens: The tokens of each.
            ceiling: Most tokens of the output; an endless unit above it is cut.
            asked_how: True if the query asks how something is done.
        """
        self.asked_how = asked_how
        self.documents = documents
        self.longest = max(ceiling, _ENDLESS_TOKENS)
        self.units: list[Unit] = []
        self.texts: list[str] = []
        self.estimates: list[float] = []
        self.carried: set[int] = set()
        self.procedures: dict[int, range] = {}
        self._unknown: dict[int, bool] = {}
        self._groups: dict[int, frozenset[int]] = {}
        words: list[list[str]] = []
        for document, text in enumerate(documents):
            each = tokens[document] / (len(text) or 1)
            per = 1.0 / (each or 1.0)
            found = read(text, int(self.longest * per), int(_PIECE_TOKENS * per) or 1)
            first = len(self.units)
            self.units += found.placed(document, first)
            self.texts += found.texts
            self.estimates += [len(said) * each for said in found.texts]
            self.carried.update(first + at for at in found.carried)
            words += found.words
        # The units beside each one, without tags, page numbers and the like.
        row = [i for i, unit in enumerate(self.units) if unit.kind != "markup"]
        self._before = {after: before for before, after in pairwise(row)}
        self._after = dict(pairwise(row))
        self._read_procedures(ceiling)
        # Lines of contents come last, so that the others can be scored without them.
        distinct: dict[str, list[str]] = {}
        for listed in (False, True):
            for i, unit in enumerate(self.units):
                if (unit.kind == "contents") is listed:
                    distinct.setdefault(self.texts[i], words[i])
            if not listed:
                self.telling = Sentences(distinct)
                self.telling.words = list(distinct.values())
        self.sentences = self.telling
        if len(distinct) > len(self.telling):
            self.sentences = Sentences(distinct)
            self.sentences.words = list(distinct.values())
        positions = {said: place for place, said in enumerate(distinct)}
        self.which = [positions[said] for said in self.texts]

    def _read_procedures(self, ceiling: int) -> None:
        """Note which items are steps 1, 2, 3 ... of one list that `ceiling` holds."""
        run: list[int] = []
        for i, unit in enumerate([*self.units, None]):
            step = _STEP.match(self.texts[i]) if unit and unit.kind == "item" else None
            number = int(step[1]) if step else 0
            goes_on = bool(run) and number == len(run) + 1
            if run and not (
                goes_on and unit and unit.heading == self.units[run[0]].heading
            ):
                size = self.units[run[-1]].end - self.units[run[0]].start
                cost = sum(self.estimates[at] for at in run)
                told = any("?" in self.texts[at] for at in run)
                if (
                    len(run) >= _LEAST_STEPS
                    and size <= _PROCEDURE_CHARACTERS
                    and cost <= ceiling
                    and not told
                ):
                    steps = range(run[0], run[-1] + 1)
                    self.procedures.update(dict.fromkeys(run, steps))
                run = []
            if number == len(run) + 1:
                run.append(i)

    def companions(self, i: int) -> Companions:
        """Return what unit `i` must and should be kept with."""
        must = self.group(i)
        should = [self.leans_on(i), *self._replies(i)]
        if reports(self.texts[i]) or self._is_unknown(i):
            should.append(self._sentence_after(i))
        if self.units[i].kind == "piece":
            should += [at for at in (i + 1, i - 1) if self._are_parts(i, at)]

        def groups(wanted: Iterable[int | None]) -> tuple[tuple[int, ...], ...]:
            return tuple(
                tuple(sorted(self.group(n)))
                for n in wanted
                if n is not None and n not in must
            )

        return Companions(
            tuple(sorted(must - {i})), groups(should), groups(self._following(i))
        )

    def _following(self, i: int) -> Iterator[int]:
        """Yield the sentences after unit `i` that have to do with it.

        They point back at it, or tell how something is done where the query asks for
        that.
        """
        for _ in range(_MOST_FOLLOWING):
            after = self._sentence_after(i)
            if after is None or not (self.asked_how or points_back(self.texts[after])):
                return
            yield after
            i = after

    def _sentence_after(self, i: int) -> int | None:
        """Return the sentence after unit `i` if it is of the same text, or None."""
        after = self._after.get(i)
        if after is None or self._sentence_before(after) != i:
            return None
        return after if self._same_block(i, after) or self.asked_how else None

    def _are_parts(self, i: int, other: int) -> bool:
        """Tell whether two units are parts of one text without full stops."""
        return (
            0 <= other < len(self.units)
            and self.units[other].kind == "piece"
            and self._same_block(i, other)
        )

    def group(self, i: int) -> frozenset[int]:
        """Return unit `i` and all without which it would mean something else."""
        known = self._groups.get(i)
        if known is None:
            group: set[int] = set()
            waiting = [(i, 0)]
            while waiting:
                at, steps = waiting.pop()
                if at in group:
                    continue
                group.add(at)
                unit = self.units[at]
                above = (unit.heading, unit.intro, *unit.needs)
                waiting += [(n, steps) for n in above if n is not None]
                if steps < _MOST_STEPS:
                    waiting += [(n, steps + 1) for n in self._beside(at)]
            known = self._groups[i] = frozenset(group)
        return known

    def cost(self, i: int) -> float:
        """Return the tokens of unit `i` with all that it needs, roughly."""
        return sum(self.estimates[at] for at in self.group(i))

    def _beside(self, i: int) -> list[int]:
        """Return the sentences next to unit `i` that it is never kept without."""
        last = self.refers_to(i)
        found = [] if last is None else [last]
        found += self.procedures.get(i, ())
        if self.units[i].kind == "log":
            found += self._trace_of(i)
        after = self._after.get(i)
        if after is not None and self._completes(after):
            found.append(after)
        found += self._outcome(i)
        found += [
            at
            for at in self._next_post(i)[:1]
            if contrasts(self.texts[at]) or leans_back(self.texts[at])
        ]
        return found

    def _outcome(self, i: int) -> list[int]:
        """Return the last of the few fields below unit `i`, a motion or a title.

        They stand directly below a sentence, or below the numbered field of a record.
        """
        after = i + 1
        if after >= len(self.units) or self.units[after].kind != "field":
            return []
        unit, below = self.units[i], self.units[after]
        text = self.documents[unit.document]
        numbered = unit.kind == "field" and _MOTION.match(self.texts[i])
        heads = numbered and below.needs[:1] == (i,)
        told = unit.kind == "sentence" and below.intro == i
        if not (heads or told) or text[unit.end : below.start].count("\n") != 1:
            return []
        last = after
        while last + 1 < len(self.units) and self._same_block(last + 1, after):
            last += 1
        few = last - i <= _MOST_REPLIES
        return [last] if few and self.units[last].kind == "field" else []

    def _next_post(self, i: int) -> list[int]:
        """Return the first units of the post after that of unit `i`, in a thread."""
        post = self.units[i].heading
        if post is None or self.units[post].kind != "post" or i in self.carried:
            return []
        last = min(len(self.units), i + _NEAR_TURNS)
        next_ = next((n for n in range(i, last) if self.units[n].kind == "post"), last)
        below = range(next_ + 1, min(len(self.units), next_ + 1 + _MOST_REPLIES))
        return [at for at in below if self.units[at].heading == next_]

    def refers_to(self, i: int) -> int | None:
        """Return the sentence before without which unit `i` says nothing, or None."""
        if self._is_spoken_on(i):
            return i - 1
        last = self._sentence_before(i)
        if last is None:
            return None
        same = self.units[last].block == self.units[i].block
        if (
            (same and self._is_fragment(last))
            or refers_back(self.texts[i])
            or self._broken(last, i)
        ):
            return last
        return None

    def _trace_of(self, i: int) -> list[int]:
        """Return what stands below the log entry `i`, without the frames of a stack."""
        found = []
        for at in range(i + 1, min(i + _TRACE_LINES, len(self.units))):
            if self.units[at].kind not in {"trace", "frame"}:
                break
            if self.units[at].kind == "trace":
                found.append(at)
        return found

    def _is_fragment(self, i: int) -> bool:
        """Tell whether unit `i` is a word like "Yes.", an answer and no sentence."""
        text = self.texts[i]
        if len(text) > _FRAGMENT_CHARACTERS or not text.isascii():
            return len(text) <= _FRAGMENT_CHARACTERS // 4
        return len(text.split()) <= (1 if self.units[i].intro is None else 2)

    def _broken(self, last: int, i: int) -> bool:
        """Tell whether a line, blank line or page ends inside of a sentence."""
        text = self.texts[last]
        if not text[-1:].isalpha():
            return False
        over = self.units[last].block != self.units[i].block
        return (over and self.texts[i][:1].islower()) or goes_on(self.texts[i])

    def leans_on(self, i: int) -> int | None:
        """Return the sentence before if unit `i` points back at it, or None."""
        if i and leans_back(self.texts[i]):
            return self._sentence_before(i)
        return self.refers_to(i)

    def _completes(self, i: int) -> bool:
        """Tell whether unit `i` turns, limits or ends what the one before says."""
        if self._is_spoken_on(i):
            return True
        if self.units[i].kind in _TURNS:
            turn = _SPEAKER.match(self.texts[i])
            if turn is None or not i or not self._same_block(i - 1, i):
                return False
            return contrasts(self.texts[i][turn.end() :])
        last = self._sentence_before(i)
        return last is not None and (
            contrasts(self.texts[i]) or self._broken(last, i) or self._decides(last, i)
        )

    def _is_spoken_on(self, i: int) -> bool:
        """Tell whether timed line `i` goes on with the sentence of the line before.

        It begins small, and the sentence with a capital and ends with a stop; the
        messages of a log do not.
        """
        if self.units[i].kind != "log" or not i or not self._same_block(i - 1, i):
            return False
        run = range(i - 1, min(len(self.units), i + _MOST_SPOKEN))
        said = [_TIME.sub("", self.texts[at]) for at in run if self._same_block(at, i)]
        if not (said[0][-1:].isalpha() and said[1][:1].islower()):
            return False
        ends = next((n for n, text in enumerate(said) if text[-1:] in ".!?"), 0)
        return ends > 0 and all(text[:1].islower() for text in said[1 : ends + 1])

    def _decides(self, last: int, i: int) -> bool:
        """Tell whether unit `i` is a line like "Decision: rejected." below `last`."""
        text = self.documents[self.units[i].document]
        return (
            self._same_block(last, i)
            and _DECISION.fullmatch(self.texts[i]) is not None
            and "\n" in text[self.units[last].end : self.units[i].start]
        )

    def _sentence_before(self, i: int) -> int | None:
        """Return the sentence or clause before unit `i`, of the same section."""
        last = self._before.get(i)
        if last is None:
            return None
        one, two = self.units[last], self.units[i]
        if two.kind == "item":
            clauses = all(_CLAUSE.match(self.texts[at]) for at in (last, i))
            steps = _STEP.match(self.texts[i]) and refers_back(self.texts[i])
            same = (clauses or steps) and self._same_level(last, i)
            return last if same else None
        if two.kind not in _RUNNING or one.kind not in {*_RUNNING, "lines"}:
            return None
        return (
            last if (one.document, one.heading) == (two.document, two.heading) else None
        )

    def _replies(self, i: int) -> list[int]:
        """Return the turns of a dialogue after unit `i`, which may be taken back."""
        unit = self.units[i]
        if unit.kind not in _TURNS or i + 1 == len(self.units):
            return self._next_post(i)
        most = _MOST_REPLIES if self._is_dialogue(i) else self.units[i + 1].intro == i
        last = min(len(self.units), i + 1 + most)
        return [at for at in range(i + 1, last) if self._same_block(at, i)]

    def _is_dialogue(self, i: int) -> bool:
        """Tell whether unit `i` is among turns of speakers.

        Records have labels that come again, too, but short values.
        """
        near = range(max(0, i - _NEAR_TURNS), min(len(self.units), i + _NEAR_TURNS))
        run = [self.texts[at] for at in near if self._same_block(at, i)]
        speakers = [match[1] for match in map(_SPEAKER.match, run) if match]
        said = sum(len(text.split()) for text in run)
        return len(set(speakers)) < len(speakers) and said >= _LEAST_TURN * len(run)

    def _same_level(self, i: int, other: int) -> bool:
        one, two = self.units[i], self.units[other]
        return (one.document, one.kind, one.heading, one.intro, one.needs[:1]) == (
            two.document, two.kind, two.heading, two.intro, two.needs[:1],
        )  # fmt: skip

    def _same_block(self, i: int, other: int) -> bool:
        one, two = self.units[i], self.units[other]
        return (one.document, one.block) == (two.document, two.block)

    def _is_unknown(self, i: int) -> bool:
        """Tell whether unit `i` is in a language without cues."""
        document = self.units[i].document
        if document not in self._unknown:
            text = self.documents[document]
            self._unknown[document] = not has_cues(language_of(text, "?"), text)
        return self._unknown[document]

    def section(self, i: int) -> set[int]:
        """Return the units below the parent item or heading of unit `i`, if few."""
        above = self._parent(i)
        if above is None:
            return set()
        last = min(len(self.units), above + 2 * _FEW)
        found = {at for at in range(above + 1, last) if self._parent(at) == above}
        return found if len(found) <= _FEW else set()

    def _parent(self, i: int) -> int | None:
        """Return the item that unit `i` is nested in, or the heading above it."""
        unit = self.units[i]
        if unit.kind == "item" and unit.needs and unit.needs[0] < i:
            return unit.needs[0]
        return unit.heading

    def stands_above(self, i: int) -> bool:
        """Tell whether unit `i` is a block of its own, above another of its text."""
        after = i + 1
        return (
            after < len(self.units)
            and self.units[after].document == self.units[i].document
            and not self._same_block(i, after)
            and not (i and self._same_block(i - 1, i))
        )

    def qualifies(self, i: int) -> bool:
        """Tell whether unit `i` is an exception to the sentence before it."""
        return self._sentence_before(i) is not None and contrasts(self.texts[i])

    def is_evidence(self, i: int, own: Sequence[float], nothing: float) -> bool:
        """Tell whether unit `i` has to do with the query, by itself or by its heading.

        The sentence after a question in running text is no sure answer to it.
        """
        if own[i] > nothing:
            return True
        unit = self.units[i]
        above = {unit.heading, unit.intro, *unit.needs} - {None, self._asked_before(i)}
        return bool(above)

    def known_with(self, i: int) -> frozenset[int]:
        """Return unit `i` and what it stands under, but no question beside it."""
        return self.group(i) - {self._asked_before(i)}

    def _asked_before(self, i: int) -> int | None:
        """Return the question in the same running text that unit `i` comes after."""
        unit = self.units[i]
        if unit.kind != "sentence" or unit.intro is None:
            return None
        beside = self._same_block(unit.intro, i) and asks(self.texts[unit.intro])
        return unit.intro if beside else None

    def context(self, i: int) -> tuple[str, ...]:
        """Return the headings above unit `i` and what introduces it, nearest first."""
        unit = self.units[i]
        said = [] if unit.intro is None else [self.texts[unit.intro]]
        above = unit.heading
        while above is not None:
            said.append(self.texts[above])
            above = self.units[above].heading
        return tuple(said)

    def by_document(self, held: Sequence[Sequence[str]]) -> dict[int, set[str]]:
        """Return the words of each document that has any; `held` by distinct text."""
        found: dict[int, set[str]] = {}
        for unit, position in zip(self.units, self.which, strict=True):
            if held[position]:
                found.setdefault(unit.document, set()).update(held[position])
        return found

    def rows(self, kept: Collection[int]) -> dict[int, list[int]]:
        """Return the kept units of each document that has any, both in order."""
        rows: dict[int, list[int]] = {}
        for i in sorted(kept):
            rows.setdefault(self.units[i].document, []).append(i)
        return rows

    def joined(self, row: Sequence[int]) -> str:
        """Return units of one document as text.

        Neighbours keep the whitespace between them; others are joined by a space if
        they are running text of one line, by a line break if not.
        """
        source = self.documents[self.units[row[0]].document]
        said = [self.texts[row[0]]]
        for before, after in pairwise(row):
            left, right = self.units[before], self.units[after]
            if after == before + 1:
                said.append(source[left.end : right.start])
            else:
                gap = source[left.end : right.start]
                # Parts that are apart would read as one sentence.
                running = left.kind == right.kind == "sentence"
                said.append(" " if running and _LINE_END.search(gap) is None else "\n")
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
