"""References: questions with their answers, and marks with their notes."""

import re
from collections import Counter

from headroom.documents.cues import asks, conditions, leans_back, limits, measures
from headroom.documents.structure.fields import SENDER, SUBJECT
from headroom.documents.structure.units import Unit

__all__ = ["answered", "closed", "labelled", "noted", "pointed"]

# The mark of a note, where it stands in the text and where it opens the note.
_SIGN = (
    r"\[\^[^\]\s]{1,20}\]|\[\w{1,2}\]|\(\d{1,2}\)|(?:\\?\*){1,3}|"
    r"[†‡※]{1,2}|⁽?[¹²³⁴-⁹]{1,2}[⁾)]?"
)
# A blank may stand before it at the end of a cell, line or sentence.
_NOTE_MARK = re.compile(
    rf"(?:(?<=[^\s*])|(?<=\S )(?=\[|(?:{_SIGN})\s*(?:[|<.;\t\n]|$)))({_SIGN})(?![\w*])"
)
_STARS = re.compile(r"\*+")
# A note that says where a sentence is from is no condition of it.
_SOURCE = re.compile(r"\b(?:1[89]|20)\d\d\b|https?://|\bdoi\b", re.IGNORECASE)

_NOTE = re.compile(rf"(?:<[^<>]+>\s*)*(?:[-*+] )?({_SIGN})(?!\*):?\s*[^\s*]")


def _need(units: list[Unit], i: int, other: int) -> None:
    units[i] = units[i]._replace(needs=(*units[i].needs, other))


def answered(units: list[Unit], text: str, position: int) -> list[Unit]:
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
    # The first post below a title that asks only asks that again.
    asked_above: set[int] = set()
    titles: set[int | None] = {None}
    for i, unit in enumerate(units):
        if unit.kind == "post" and unit.heading not in titles:
            titles.add(unit.heading)
            title = units[(unit.heading or position) - position]
            if asks(text[title.start : title.end]):
                asked_above.add(position + i)
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
        if unit.heading in asked_above:
            continue
        if unit.kind in {"sentence", "field", "item", "lines"} and asks(said):
            after = text[unit.end : units[i + 1].start] if i + 1 < len(units) else ""
            question, answered = i, False
            alone = "\n" in gap and "\n" in after
        elif question is not None and unit.kind != "markup":
            answered = True
            if unit.kind == "row":
                _need(units, i, position + question)
            else:
                units[i] = unit._replace(intro=position + question)
    return _top_posted(units, text, position)


# "Q1" and "A1", "Q." and "A.": the label of a question or answer.
_LABELLED = re.compile(
    r"\W*([^\W\d_])(?:(\d{1,3})(?:[.:)：．]|(?=\s))|[.:：])\s*(?=\S)"
)
_LABEL_REACH = 4  # units between a question and its answer: objections, wrapped lines


def labelled(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, each that answers by its label with the question it names.

    The question has another letter with the same number, or is one by its mark.
    """
    opened: dict[str, tuple[str, int]] = {}
    for i, unit in enumerate(units):
        label = _LABELLED.match(text, unit.start, unit.end)
        if label is None:
            continue
        letter, number = label[1].upper(), label[2] or ""
        asked, at = opened.get(number, (letter, i))
        near = asked != letter and i - at <= _LABEL_REACH
        if near and units[at].heading == unit.heading:
            units[i] = unit._replace(intro=position + at)
            for between in range(at + 1, i):
                # An objection is no answer.
                _need(units, between, position + i)
        elif number or asks(text[unit.start : unit.end]):
            opened[number] = (letter, i)
    return units


# A clause that is pointed at by its number, and the number that opens one.
_POINTER = re.compile(
    r"\b(?:(?:sub)?(?:clauses?|sections?|paragraphs?)|articles?|points?|rules?|items?|"
    r"ziffer|abschnitt|punkt|artikel|nr\.|absatz|abs\.|satz|buchstabe|lit\.|alinéa|"
    r"lettre|cláusula|artículo|apartado|punto|letra|lettera|comma|articolo|artigo|lid|"
    r"пункт\w*|стать\w*)\s+\(?(\d+(?:\.\d+)*|[a-z](?=\W))(?![\w.]*\d)|"
    r"§+\s*(\d+[a-z]?)|第\s*(\d+)\s*[条條項项]",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\s*(?:(?:§+\s*|第\s*|\w+\s+)?\(?(\d+(?:\.\d+)*[a-z]?)\b|\(?([a-z])\)\s)"
)


def pointed(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, each limit of a clause that it names with it, and back."""
    numbers: dict[str, int] = {}
    for i, unit in enumerate(units):
        number = unit.kind == "item" and _NUMBER.match(text, unit.start, unit.end)
        if number:
            # A number that opens two clauses says nothing.
            name = number[1] or number[2]
            numbers[name] = -1 if name in numbers else i
    for i, unit in enumerate(units if numbers else ()):
        said = text[unit.start : unit.end]
        if unit.kind not in {"item", "sentence"} or not limits(said):
            continue
        found = [next(filter(None, each)) for each in _POINTER.findall(said)]
        places = {numbers.get(number, -1) for number in found} - {-1, i}
        for at in sorted(places):
            _need(units, i, position + at)
            _need(units, at, position + i)
    return units


# What a list or table has below it is said of all of it, not of what is farther above.
_TAIL_CHARACTERS = 160
# A longer list is not kept as a whole for one of its conditions.
_MOST_CONDITIONS = 20
_ENTRIES = {"item": {"item"}, "row": {"row", "section", "header", "markup"}}
# How an item ends that another one follows: with a mark, or a mark and "and".
_SIBLING_END = re.compile(r"[;,；，、][^\S\n]*\w*$")


def closed(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, the entries of a list or table with what ends or limits all.

    Below a list that is the rest of its sentence, or one that denies or points back;
    below a table, what its numbers are in or when they do not hold. An item that
    lacks the mark that its siblings end with goes on in the next one.
    """
    rules = [_rule(unit) for unit in units]
    sizes = Counter(rules)
    for i in range(1, len(units)):
        unit, last = units[i], units[i - 1]
        if last.kind not in _ENTRIES:
            continue
        rule = rules[i]
        few = rule == rules[i - 1] and sizes[rule] <= _MOST_CONDITIONS
        if unit.kind == "item" and rule is not None and few:
            above = units[rule - position]
            if conditions(text[above.start : above.end]):
                # One condition alone would say that it is enough.
                _need(units, i, position + i - 1)
                _need(units, i - 1, position + i)
                continue
        if unit.kind == last.kind == "item":
            if last.intro == unit.intro and _hangs(text, last, unit):
                _need(units, i, position + i - 1)
            continue
        said = text[unit.start : unit.end]
        if unit.kind not in {"sentence", "lines"} or len(said) > _TAIL_CHARACTERS:
            continue
        if last.kind == "item":
            holds = text[last.end : unit.start].count("\n") == 1 and (
                said[0].islower() or limits(said) or leans_back(said)
            )
        else:
            holds = measures(said) or (limits(said) and leans_back(said))
        if not holds:
            continue
        if last.kind == "item" and unit.intro is None:
            units[i] = unit._replace(intro=last.intro)
        at = i - 1
        while at >= 0 and units[at].kind in _ENTRIES[last.kind]:
            if units[at].kind == last.kind and units[at].intro == last.intro:
                _need(units, at, position + i)
            at -= 1
    return units


def _rule(unit: Unit) -> int | None:
    """Return the item above an item, or what introduces its list."""
    return unit.needs[0] if unit.needs else unit.intro


def _hangs(text: str, unit: Unit, after: Unit) -> bool:
    """Tell whether an item lacks the end mark that the next one has."""
    open_end = text[unit.end - 1].isalpha() and not _ends_as_sibling(text, unit)
    return open_end and _ends_as_sibling(text, after)


def _ends_as_sibling(text: str, unit: Unit) -> bool:
    end = text[max(unit.start, unit.end - 24) : unit.end]
    return _SIBLING_END.search(end) is not None


def _top_posted(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, a reply above a quoted question with it as its `intro`.

    A quotation has its marks, or the header of a mail above it: who wrote it and of
    what, in one block.
    """
    said = [text[unit.start : unit.end] for unit in units]
    subjects = {u.block for u, t in zip(units, said, strict=True) if SUBJECT.match(t)}
    mails = {
        i
        for i, unit in enumerate(units)
        if unit.kind == "field" and unit.block in subjects and SENDER.match(said[i])
    }
    first = next((i for i, unit in enumerate(units) if unit.kind == "sentence"), 0)
    quoted = next(
        (i for i in range(first + 1, len(units)) if said[i][0] == ">" or (i in mails)),
        0,
    )
    if said and said[first][0] == ">":
        return units
    marked = quoted and said[quoted][0] == ">"
    for i in range(quoted, len(units)) if quoted else ():
        if marked and said[i][0] != ">" and units[i].block != units[i - 1].block:
            break
        if asks(said[i]):
            for j in range(quoted):
                if units[j].kind == "sentence" and units[j].intro is None:
                    units[j] = units[j]._replace(intro=position + i)
            # What the asker goes on with is no answer beside the reply.
            for j in range(i + 1, len(units)):
                if units[j].intro == position + i and units[j].block == units[i].block:
                    units[j] = units[j]._replace(intro=None)
            break
    return units


def noted(units: list[Unit], text: str, position: int) -> list[Unit]:
    """Return `units`, each that has the mark of a note with the note, and back."""
    notes: dict[str, int] = {}
    for i, unit in enumerate(units):
        if note := _NOTE.match(text, unit.start, unit.end):
            # Two lines that open with the same mark are items of a list.
            mark = note[1].replace("\\", "")
            notes[mark] = -1 if mark in notes else i
    marked: set[int] = set()
    for i, unit in enumerate(units if notes else ()):
        said = text[unit.start : unit.end]
        for mark in _NOTE_MARK.findall(said.replace("\\*", "*")):
            at = notes.get(mark, -1)
            # Stars in pairs are emphasis.
            stars = [run for run in _STARS.findall(said) if run == mark]
            if at < 0 or at == i or (stars and len(stars) % 2 == 0):
                continue
            if not _SOURCE.search(text, units[at].start, units[at].end):
                _need(units, i, position + at)
            if at not in marked:
                marked.add(at)
                _need(units, at, position + i)
    return units
