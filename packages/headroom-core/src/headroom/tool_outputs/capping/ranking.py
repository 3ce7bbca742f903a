"""In which order the units of an output matter."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from headroom.tool_outputs.capping.answers import Answers
from headroom.tool_outputs.capping.belonging import is_message, with_owners
from headroom.tool_outputs.capping.extremes import extremes
from headroom.tool_outputs.error_lines import severity, shape

__all__ = ["DATA_WEIGHS", "Show", "rank"]

Show = Literal["what matters", "what the query asks for", "the beginning"]

# Shares of the cap for each reason to show a unit, while there are units of it left.
# Source: measured on 80 recorded outputs of 59 kinds; ends have little, since a query
# or an error line says more of what is wanted.
_SHARES = {
    "errors": 50.0,
    "query": 100.0,
    "extremes": 60.0,
    "totals": 10.0,
    "outliers": 6.0,
    "ends": 4.0,
}
# Errors that the query asks for have so many times the room.
_ERRORS_ASKED = 6
# Words that ask for errors, and for the largest or smallest.
_WHY = re.compile(
    r"\bwhy\b|wrong|\bcauses?\b|\breason\b|warum|wieso|pourquoi|por ?qu[eé]|почему"
    r"|なぜ|どうして|为什么|왜",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:most|least|max(?:imum)?|min(?:imum)?|top|(?:larg|small|high|low|bigg|long"
    r"|short|slow|fast|full|old|new)est|nearly|almost|full)\b"
    r"|\b(?:fast|beinahe) voll|\bmeisten|größt|höchst|längst|kleinst",
    re.IGNORECASE,
)
# "2 failed, 37 passed"; where more kinds of lines look so, they are no totals.
_COUNTS = re.compile(
    r"\d (?:to )?[^\W\d]{1,20}[^,\n\d]{0,16}, (?:and )?\d[\d.]{0,9} (?:to )?[^\W\d]"
)
_MOST_TOTALS = 3
# Units of one shape (the same but for numbers) are usual where there are so many of
# them, as a share of all; and units differ from the usual where most are usual and no
# more than a share are like them.
_USUAL_SHARE = 0.02
_MOST_ARE_USUAL = 0.5
_OUTLIER_SHARE = 0.005
# So are units with a number so many times as large as that which one in so many units
# of the shape exceeds, in shapes of so many units.
_FAR = 5
_EXCEEDED = 20
_FEWEST_ALIKE = 10
_MOST_FAR = 5
_NUMBERS = re.compile(r"0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?")
# Quotations, and words with signs of a path, a place or an id: without them and
# without numbers, errors of one kind are the same.
_DETAIL = re.compile(r"""(?<!\w)'[^']*'|"[^"]*"|`[^`]*`|\S*[\d/\\._]\S*""")
# Error lines that take less room come first, those to which they belong counted, in
# steps of so many characters: a long one does not take the room of ten others.
_ROOM_STEP = 240
# What an error weighs in rows of data, compared with a log.
DATA_WEIGHS = 0.3
# Errors that are so many lines nearer to the line that the query needs come first.
_NEAR = 4
# A record of up to so many characters at an end is shown whole or not at all.
_SHORT_RECORD = 400


def rank(
    texts: Sequence[str],
    query: str | None,
    asked: Answers,
    show: Show,
    *,
    told: Sequence[int] = (),
    belongs: Sequence[int] = (),
    errors_weigh: float = 1.0,
) -> Iterator[Sequence[int]]:
    """Yield groups of units, the most important first; each unit once at most.

    Args:
        texts: The units.
        query: What the reader wants to know, or None.
        asked: The units that answer the query, as `answers` gives them.
        show: Which units are ranked: "what matters" and "the beginning" rank all.
        told: The severity of each unit; none where units only quote errors.
        belongs: The unit above to which each belongs, as `owners` gives it: a group
            has a unit behind those to which it belongs.
        errors_weigh: How much room units that speak of errors have, compared with
            what the query asks for.
    """
    if show == "the beginning" or not texts:
        yield from ((unit,) for unit in range(len(texts)))
        return
    best, more = asked
    if show == "what the query asks for":
        yield from (with_owners(unit, belongs) for unit in best + more)
        return
    seen = bytearray(len(texts))
    is_data = errors_weigh == DATA_WEIGHS
    if is_data:
        # The header of a table.
        seen[0] = 1
        yield (0,)
    about_errors = not query or severity(query) or _WHY.search(query)
    near = best[0] if best else None
    shares = {**_SHARES, "errors": _SHARES["errors"] * errors_weigh}
    queues = {
        "query": (with_owners(unit, belongs) for unit in best + more),
        "errors": _errors(texts, told, belongs, near),
        "extremes": iter(()),
        "totals": ((unit,) for unit in _totals(texts if told else ())),
        "outliers": (with_owners(unit, belongs) for unit in _outliers(texts)),
        "ends": _ends(texts, belongs),
    }
    if _MOST.search(query) if query else is_data:
        rows = [*extremes(texts, query)] or _far(_alike(texts), texts)
        queues["extremes"] = (with_owners(unit, belongs) for unit in rows)
    if about_errors:
        # The best answer, and what became of it all.
        for group in (
            *[with_owners(unit, belongs) for unit in best[:1]],
            _ending(texts, belongs),
            *[[unit] for unit in _totals(texts if told else ())],
        ):
            for unit in group:
                seen[unit] = 1
            yield group
        stages = [
            ("errors", "query"),
            ("extremes", "totals", "outliers", "ends"),
        ]
        shares["errors"] *= _ERRORS_ASKED
    else:
        stages = [tuple(queues)]
    for names in stages:
        some = {name: queues[name] for name in names}
        yield from _in_turn(some, shares, texts, seen)


def _totals(texts: Sequence[str]) -> list[int]:
    """Return the lines that give several counts, if they are few."""
    firsts: dict[str, int] = {}
    for unit, text in enumerate(texts):
        if _COUNTS.search(text):
            firsts.setdefault(shape(text), unit)
            if len(firsts) > _MOST_TOTALS:
                return []
    return list(firsts.values())


def _in_turn(
    queues: dict[str, Iterator[Sequence[int]]],
    shares: dict[str, float],
    texts: Sequence[str],
    seen: bytearray,
) -> Iterator[Sequence[int]]:
    """Yield the groups of several queues, each queue up to its share of the room.

    The next group is the one with which its queue has used least of its share.
    """
    spent = dict.fromkeys(queues, 0.0)
    heads: dict[str, set[int]] = {}

    def used(name: str) -> float:
        new = [unit for unit in heads[name] if not seen[unit]]
        return spent[name] + sum(len(texts[unit]) + 8 for unit in new) / shares[name]

    while queues:
        for name in list(queues):
            while name in queues and all(seen[u] for u in heads.get(name, ())):
                group = next(queues[name], None)
                if group is None:
                    del queues[name]
                    heads.pop(name, None)
                elif any(texts[unit].strip() for unit in group):
                    heads[name] = set(group)
        if not heads:
            return
        name = min(heads, key=used)
        spent[name] = used(name)
        group = sorted(heads.pop(name))
        for unit in group:
            seen[unit] = 1
        yield group


def _ends(texts: Sequence[str], belongs: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the units from both ends inwards, the last one with text first.

    Short records come whole: a part of one would read as all of it.
    """
    yield _ending(texts, belongs)
    records = _records(texts, belongs)
    first, last = 0, len(records) - 1
    while first <= last:
        for record in (records[first], records[last]):
            yield sorted({u for unit in record for u in with_owners(unit, belongs)})
        first, last = first + 1, last - 1


def _ending(texts: Sequence[str], belongs: Sequence[int]) -> Sequence[int]:
    """Return the last unit with text, with those to which it belongs if they are short.

    It often is the outcome.
    """
    count = len(texts)
    last = next((u for u in range(count - 1, 0, -1) if texts[u].strip()), count - 1)
    ending = _needs(last, texts, belongs)
    is_short = sum(len(texts[unit]) for unit in ending) <= _SHORT_RECORD
    return ending if is_short else (last,)


def _needs(unit: int, texts: Sequence[str], belongs: Sequence[int]) -> Sequence[int]:
    """Return a message alone; else the unit with those to which it belongs."""
    return (unit,) if is_message(texts[unit]) else with_owners(unit, belongs)


def _records(texts: Sequence[str], belongs: Sequence[int]) -> list[Sequence[int]]:
    """Return the units in order, those of a short record together."""
    found: list[list[int]] = []
    roots: list[int] = []
    for unit in range(len(texts)):
        above = belongs[unit] if belongs else -1
        roots.append(roots[above] if above >= 0 else unit)
        if above >= 0 and found and roots[found[-1][0]] == roots[unit]:
            found[-1].append(unit)
        else:
            found.append([unit])
    return [
        part
        for record in found
        for part in (
            [record]
            # A text that is one record can only be shown in part.
            if len(found) > 1
            and sum(len(texts[unit]) for unit in record) <= _SHORT_RECORD
            else [[unit] for unit in record]
        )
    ]


def _outliers(texts: Sequence[str]) -> Iterator[int]:
    """Yield units unlike the others, where most are alike but for their numbers.

    Then those with a number far above that of the others.
    """
    groups = _alike(texts)
    usual = max(3.0, _USUAL_SHARE * len(texts))
    alike = sum(len(units) for units in groups.values() if len(units) >= usual)
    if alike >= _MOST_ARE_USUAL * len(texts):
        few = max(1.0, _OUTLIER_SHARE * len(texts))
        yield from sorted(
            unit
            for its, units in groups.items()
            for unit in units
            if its and len(units) <= few
        )
    yield from _far(groups, texts)


def _alike(texts: Sequence[str]) -> dict[str, list[int]]:
    """Return the units of each shape."""
    groups: dict[str, list[int]] = {}
    for unit, text in enumerate(texts):
        groups.setdefault(shape(text), []).append(unit)
    return groups


def _far(groups: dict[str, list[int]], texts: Sequence[str]) -> list[int]:
    """Return the units with a number far above that of units of the same shape."""
    found: dict[int, float] = {}
    for units in groups.values():
        if len(units) < _FEWEST_ALIKE:
            continue
        rows = [_NUMBERS.findall(texts[unit]) for unit in units]
        for column in zip(*rows, strict=False):
            numbers = [
                0.0 if word[:2] in ("0x", "0X") else float(word) for word in column
            ]
            most = sorted(numbers)[-1 - max(1, len(numbers) // _EXCEEDED)]
            if max(numbers) > _FAR * most > 0:
                for unit, number in zip(units, numbers, strict=True):
                    if number > _FAR * most:
                        found[unit] = max(found.get(unit, 0.0), number / most)
    return sorted(found, key=lambda unit: (-found[unit], unit))[:_MOST_FAR]


def _errors(
    texts: Sequence[str], told: Sequence[int], belongs: Sequence[int], near: int | None
) -> Iterator[Sequence[int]]:
    """Yield the first of each distinct error line, then trouble, then warnings.

    Of those, the ones nearest to the unit that the query needs most come first, then
    the first of each kind, such as each rule of a type checker. The last of each
    distinct line comes after all of them.
    """
    firsts: dict[tuple[int, str], int] = {}
    lasts: dict[tuple[int, str], int] = {}
    for unit, level in enumerate(told):
        if level:
            its = level, shape(texts[unit])
            firsts.setdefault(its, unit)
            lasts[its] = unit
    order: dict[int, tuple[int, int, bool, bool, int]] = {}
    kinds: set[str] = set()
    for (level, _), unit in firsts.items():
        needs = _needs(unit, texts, belongs)
        room = sum(len(texts[need]) for need in needs)
        distance = 0
        if near is not None:
            # The cause is near, be it an error or trouble.
            level, distance = min(level, 3), abs(unit - near) // _NEAR
        kind = _DETAIL.sub("", texts[unit])
        is_known = kind in kinds
        kinds.add(kind)
        order[unit] = -level, distance, is_known, len(needs) > 1, room // _ROOM_STEP
    ranked = sorted(order, key=lambda unit: (order[unit], unit))
    # A message says itself what is wrong, so all of them come before their context.
    for unit in ranked:
        yield _needs(unit, texts, belongs)
    for unit in (*ranked, *sorted(set(lasts.values()) - set(ranked))):
        yield with_owners(unit, belongs)
