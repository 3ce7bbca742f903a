"""What of an output fits under a cap: ranked parts, as many as fit."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, tee
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
# What units cost together is known when they are written, so many times at most; and
# so many of the most important groups that are missing then are tried one by one.
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

    kept = bytearray(total)
    content, dropped = view.render(kept, "")
    mark = count(view.mark) + 1
    used = count(content) - mark
    budget, high = float(room - used), math.inf

    def written(shown: bytearray) -> tuple[str, tuple[Dropped, ...]]:
        missed = best_hidden(asked[0], {at for at in asked[0] if shown[at]})
        return view.render(shown, missed)

    full = room - max(_LEAST_ROOM, room // _NEARLY)
    # Each try adds to what fits already, so that no try loses an answer. Rows of data
    # cost much less together than each alone: the first tries end at what does not fit,
    # so that no lesser rows take its room. Later and in a text it is passed over.
    ends = _MOST_TRIES // 2 if is_data else 0
    for attempt in range(_MOST_TRIES):
        refused = _MOST_REFUSED if attempt >= ends else 0
        if attempt == ends:
            budget, high = float(room - used), math.inf
        if used >= full or budget <= 0:
            break
        ranking, again = tee(ranking)
        first = 0 if any(kept) else mark
        shown, spent = _fit(kept, ranking, cost, mark, budget, first, refused)
        ranking = again
        if shown == kept:
            # More has to be tried than this, and less than what was too much.
            budget = (budget + min(high, 3 * budget)) / 2
            continue
        text, hidden = written(shown)
        tokens = count(text)
        # Units cost less or more together than each alone.
        share = spent / max(1, tokens - used)
        if tokens > room:
            high, budget = spent, min(spent - 1, share * (room - used))
        else:
            kept, content, dropped, used = shown, text, hidden, tokens
            high, budget = math.inf, max(1.0, share) * (room - used)
    # The costs were estimates: some of the most important may fit yet.
    missing = (group for group in ranking if not all(kept[unit] for unit in group))
    for group in islice(missing, _MOST_TRIES):
        if used >= full:
            break
        shown = kept[:]
        for unit in group:
            shown[unit] = 1
        text, hidden = written(shown)
        if (tokens := count(text)) <= room:
            kept, content, dropped, used = shown, text, hidden, tokens
    if not any(kept):
        content = next(text for text in (*view.brief, "…", "") if count(text) <= room)
    return Capped(content, sum(d.count for d in dropped), total, view.unit, dropped)


def _fit(
    kept: bytearray,
    ranking: Iterable[Sequence[int]],
    cost: Callable[[int], int],
    mark: int,
    budget: float,
    spent: int,
    most_refused: int,
) -> tuple[bytearray, int]:
    """Return which units to show, the most important that fit, and what they cost.

    Args:
        kept: One byte for each unit, 1 for those that are shown already.
        ranking: Groups of units, the most important first; each is shown whole.
        cost: Tokens of a unit.
        mark: Tokens of a mark in place of a gap, at most.
        budget: Tokens that more units and marks may have.
        spent: Tokens of it that are spent.
        most_refused: How many groups that do not fit are passed over.

    Returns:
        `kept` with more units, and the tokens spent then.
    """
    total, refused = len(kept), 0
    shown = kept + b"\1"
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
        if refused > most_refused or budget - spent < _LEAST_ROOM:
            break
    del shown[total]
    for start, end in runs(shown):
        if end - start <= _SMALL_GAP and sum(map(cost, range(start, end))) <= mark:
            shown[start:end] = b"\1" * (end - start)
    return shown, spent
