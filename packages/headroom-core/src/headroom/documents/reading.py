"""Reading: what one text says by itself, whatever is asked and stands beside it."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from headroom.documents.cues import announces, asks
from headroom.documents.structure import Unit, split_units
from headroom.documents.structure.lines import opens_list
from headroom.scorers.words import words_of
from headroom.tokens import TokenCounter

__all__ = ["Reading", "read", "read_tokens"]

# The same chunks are retrieved for other questions, and again in each turn of an
# agent. So many are remembered, none longer than so many characters: a few megabytes.
_REMEMBERED_TEXTS, _REMEMBERED_CHARACTERS = 512, 4000


class Reading(NamedTuple):
    """One text, read; never changed, because it is shared.

    Attributes:
        units: Its units; their positions count from 0.
        texts: What each unit says, verbatim.
        words: The words of each.
        carried: Units that only come along with others: headings, table headers and
            questions that have something below them.
        longest: The characters of the longest unit.
    """

    units: list[Unit]
    texts: list[str]
    words: list[list[str]]
    carried: frozenset[int]
    longest: int

    def placed(self, document: int, position: int) -> Iterator[Unit]:
        """Yield the units as those of the given document, `position` units before."""
        for _, start, end, kind, heading, intro, needs, block in self.units:
            yield Unit(
                document,
                start,
                end,
                kind,
                None if heading is None else heading + position,
                None if intro is None else intro + position,
                tuple([n + position for n in needs]) if needs else needs,
                block,
            )


def read(text: str, longest: int, piece: int) -> Reading:
    """Read a text; one that is not long is remembered.

    Args:
        text: The text.
        longest: Characters above which a unit is cut, if it can be.
        piece: Characters of its parts, about.
    """
    remembered = _remembered(text) if len(text) <= _REMEMBERED_CHARACTERS else []
    if remembered and remembered[0].longest <= longest:
        return remembered[0]
    units = split_units(text, 0, 0, longest, piece)
    texts = [text[unit.start : unit.end] for unit in units]
    found = Reading(
        units,
        texts,
        words_of(texts),
        frozenset(_carried(units, texts)),
        max(map(len, texts), default=0),
    )
    if len(text) <= longest or all(unit.kind != "piece" for unit in units):
        # Nothing was cut, so it is the same wherever its longest unit is allowed.
        remembered[:] = [found]
    return found


def read_tokens(count_tokens: TokenCounter, text: str) -> int:
    """Return the tokens of a text by our own counter, remembered as its units are."""
    if len(text) > _REMEMBERED_CHARACTERS:
        return count_tokens(text)
    return _remembered_tokens(count_tokens, text)


@lru_cache(maxsize=_REMEMBERED_TEXTS)
def _remembered_tokens(count_tokens: TokenCounter, text: str) -> int:
    return count_tokens(text)


@lru_cache(maxsize=_REMEMBERED_TEXTS)
def _remembered(text: str) -> list[Reading]:
    """Return where the reading of `text` is kept: a list of it, empty before."""
    return []


def _carried(units: Sequence[Unit], texts: Sequence[str]) -> Iterator[int]:
    """Yield what only comes along: what has something below it, and no content."""
    for place, unit in enumerate(units):
        if unit.kind in {"markup", "frame"}:
            yield place
        if unit.kind == "data":
            yield from (n for n in unit.needs if texts[n][-1:] in ":{[")
        for n in unit.needs:
            above = units[n].kind
            if above in {"section", "header"} or (
                above == unit.kind == "item" and opens_list(texts[n])
            ):
                yield n
        if unit.heading is not None:
            yield unit.heading
        if unit.intro is not None and (
            units[unit.intro].kind in {"header", "lines"}
            or asks(texts[unit.intro])
            or announces(texts[unit.intro])
        ):
            yield unit.intro
