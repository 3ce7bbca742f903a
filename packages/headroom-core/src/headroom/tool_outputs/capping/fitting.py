"""What of an output fits under a cap: ranked parts, as many as fit."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, tee
from typing import Protocol

from headroom.scorers import Scorer
from headroom.tokens import CountTokens
from headroom.tool_outputs.capping.answers import answers
from headroom.tool_outputs.capping.notes import Capped, best_hidden, runs
from headroom.tool_outputs.capping.ranking import DATA_WEIGHS, Show, rank
from headroom.types import Dropped

__all__ = ["Wanted", "capped"]

# A gap of at most so many units is shown if it costs no more than the line that
# would say that it is hidden.
_SMALL_GAP = 3
# Groups that do not fit are passed over, so many of them; and in so little room
# nothing fits.
_MOST_REFUSED = 50
_LEAST_ROOM = 3
# What units cost together is known when they are written, so many times at most.
_MOST_TRIES = 6
# A text that leaves less than one part in so many of the cap is full.
_NEARLY = 50
# A text is longer than a cap where its first characters, so many for a token of the
# cap, have a few tokens more.
_DECIDING_CHARACTERS = 6
_MORE_TOKENS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of an output.

    Attributes:
        max_tokens: The cap, 1 or more; the notes of what is hidden count.
        count_tokens: Tokens of a text.
        query: What the reader wants to know; None for nothing in particular.
        scorer: Says which parts the query needs; None for BM25.
        handle: Under which the whole output can be asked for; None names none.
        show: "what matters", errors among it; only "what the query asks for"; or "the
            beginning", as far as it fits.
    """

    max_tokens: int
    count_tokens: CountTokens
    query: str | None = None
    scorer: Scorer | None = None
    handle: str | None = None
    show: Show = "what matters"

    def fits(self, text: str) -> bool:
        """Tell whether a text is within the cap."""
        beginning = text[: _DECIDING_CHARACTERS * self.max_tokens]
        if len(beginning) < len(text):
            tokens = self.count_tokens(beginning)
            if tokens > self.max_tokens + _MORE_TOKENS:
                return False
        return self.count_tokens(text) <= self.max_tokens


class View(Protocol):
    """An output as units that are shown or hidden.

    Attributes:
        texts: The units, in order.
        named: The same with what they are found by.
        belongs: The unit above to which each belongs, as `owners` gives it, or ().
        told: How severe the error is that each unit tells of; () where none is looked
            for.
        errors_weigh: How much room errors have, as `rank` takes it.
        unit: What the units are, in the plural.
        mark: What is written in place of hidden units, at its longest.
        brief: What says how much is hidden where nothing fits, the longest first.
    """

    texts: list[str]
    named: list[str]
    belongs: Sequence[int]
    told: Sequence[int]
    errors_weigh: float
    unit: str
    mark: str
    brief: Sequence[str]

    def together(self, groups: Iterable[Sequence[int]]) -> Iterator[Sequence[int]]:
        """Yield groups of units with all that must be shown with each."""

    def render(self, shown: bytearray, missed: str) -> tuple[str, tuple[Dropped, ...]]:
        """Return the shown units with marks for the others, and what is hidden.

        Args:
            shown: One byte for each unit, 1 for those that are shown.
            missed: The remark that answers are hidden, or "".
        """


def capped(view: View, wanted: Wanted) -> Capped:
    """Return what of an output stays under a cap; units are shown or hidden whole."""
    count, room, total = wanted.count_tokens, wanted.max_tokens, len(view.texts)
    is_data = view.errors_weigh == DATA_WEIGHS
    asked = answers(
        view.named, wanted.query, wanted.scorer, view.belongs, is_data=is_data
    )
    ranking = view.together(
        rank(
            view.texts,
            wanted.query,
            asked,
            wanted.show,
            told=view.told,
            belongs=view.belongs,
            errors_weigh=view.errors_weigh,
        )
    )
    costs: dict[int, int] = {}

    def cost(unit: int) -> int:
        if unit not in costs:
            costs[unit] = count(view.named[unit])
        return costs[unit]

    content, dropped = view.render(bytearray(total), "")
    mark = count(view.mark) + 1
    least = count(content) - mark
    budget = float(room - least)
    low, high = 0.0, math.inf

    def written(shown: bytearray) -> tuple[str, tuple[Dropped, ...]]:
        missed = best_hidden(asked[0], {at for at in asked[0] if shown[at]})
        return view.render(shown, missed)

    tries, tokens = 0, room
    while budget > 0 and (tries < _MOST_TRIES or (tokens > room and not low)):
        ranking, again = tee(ranking)
        shown = _fit(total, ranking, cost, mark, budget)
        ranking = again
        text, hidden = written(shown)
        tokens = count(text)
        if tokens > room:
            high = budget
        elif any(shown):
            low, content, dropped = budget, text, hidden
        if 0 <= room - tokens <= max(_LEAST_ROOM, room // _NEARLY):
            break
        # Units cost less or more together than each alone.
        step = max if tokens <= room else min
        by_share = budget * (room - least) / max(1, tokens - least)
        budget = step(by_share, budget + room - tokens)
        tries += 1
        if tries >= _MOST_TRIES and tokens > room:
            # The same units came each time: steps down grow until others come.
            budget = high - 2.0 ** (tries - _MOST_TRIES) * max(1, tokens - room)
        if not low < budget < high:
            budget = (low + high) / 2
        if high - low < _LEAST_ROOM or budget == math.inf:
            break
    if not low:
        # The costs were estimates: one of the most important may fit alone.
        alone = (written(_only(g, total)) for g in islice(ranking, _MOST_TRIES))
        nothing = ((text, dropped) for text in (*view.brief, "…", ""))
        content, dropped = next(
            each for each in chain(alone, nothing) if count(each[0]) <= room
        )
    return Capped(content, sum(d.count for d in dropped), total, view.unit, dropped)


def _only(group: Iterable[int], total: int) -> bytearray:
    """Return one byte for each unit, 1 for those of a group."""
    shown = bytearray(total)
    for unit in group:
        shown[unit] = 1
    return shown


def _fit(
    total: int,
    ranking: Iterable[Sequence[int]],
    cost: Callable[[int], int],
    mark: int,
    budget: float,
) -> bytearray:
    """Return which units to show: the most important that fit.

    Args:
        total: How many units there are.
        ranking: Groups of units, the most important first; each is shown whole.
        cost: Tokens of a unit.
        mark: Tokens of a mark in place of a gap, at most.
        budget: Tokens that units and marks may have.

    Returns:
        One byte for each unit, 1 for those that are shown.
    """
    shown = bytearray(total + 1)
    shown[total] = 1
    spent, refused = mark, 0
    for group in ranking:
        new: list[int] = []
        more = 0
        for unit in group:
            if not shown[unit]:
                # The unit, and the gaps before and behind it in place of one.
                gaps = (unit > 0 and not shown[unit - 1]) + (not shown[unit + 1]) - 1
                more += cost(unit) + mark * gaps
                shown[unit] = 1
                new.append(unit)
                if spent + more > budget + mark * len(group):
                    break
        if spent + more <= budget:
            spent += more
            continue
        for unit in new:
            shown[unit] = 0
        refused += 1
        if refused > _MOST_REFUSED or budget - spent < _LEAST_ROOM:
            break
    del shown[total]
    for start, end in runs(shown):
        if end - start <= _SMALL_GAP and sum(map(cost, range(start, end))) <= mark:
            shown[start:end] = b"\1" * (end - start)
    return shown
