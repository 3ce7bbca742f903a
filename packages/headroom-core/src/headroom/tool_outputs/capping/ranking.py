"""In which order the units of an output matter."""

from collections.abc import Iterator, Sequence
from typing import Literal

from headroom.scorers import BM25Scorer, Scorer
from headroom.scorers.contract import checked_scores
from headroom.scorers.words import Sentences
from headroom.tool_outputs.capping.error_lines import severity, shape

__all__ = ["Show", "rank"]

Show = Literal["what matters", "what the query asks for", "the beginning"]

# Shares of the cap for each reason to show a unit, while there are units of it left.
_SHARES = {"errors": 45, "query": 45, "ends": 10}


def rank(
    texts: Sequence[str], query: str | None, scorer: Scorer | None, show: Show
) -> Iterator[Sequence[int]]:
    """Yield groups of units, the most important first; each unit once at most.

    Args:
        texts: The units.
        query: What the reader wants to know, or None.
        scorer: Says which units the query needs; None for BM25.
        show: Which units are ranked: "what matters" and "the beginning" rank all.
    """
    if show == "the beginning" or not texts:
        yield from ((unit,) for unit in range(len(texts)))
        return
    if show == "what the query asks for":
        yield from _asked(texts, query, scorer)
        return
    yield (0, len(texts) - 1)
    queues = {
        "errors": _errors(texts),
        "query": _asked(texts, query, scorer),
        "ends": _ends(len(texts)),
    }
    spent = dict.fromkeys(queues, 0.0)
    seen = bytearray(len(texts))
    seen[0] = seen[-1] = 1
    while queues:
        name = min(queues, key=lambda each: spent[each])
        group = next(queues[name], None)
        if group is None:
            del queues[name]
            continue
        new = [unit for unit in group if not seen[unit]]
        for unit in new:
            seen[unit] = 1
        spent[name] += sum(len(texts[unit]) + 8 for unit in new) / _SHARES[name]
        if new:
            yield new


def _ends(count: int) -> Iterator[Sequence[int]]:
    """Yield the units from both ends inwards."""
    for unit in range((count + 1) // 2):
        yield (unit,)
        yield (count - 1 - unit,)


def _errors(texts: Sequence[str]) -> Iterator[Sequence[int]]:
    """Yield the first of each distinct error line, then of each distinct warning."""
    levels = [severity(text) for text in texts]
    for level in (2, 1):
        known: set[str] = set()
        for unit, text in enumerate(texts):
            if levels[unit] == level and (told := shape(text)) not in known:
                known.add(told)
                yield (unit,)


def _asked(
    texts: Sequence[str], query: str | None, scorer: Scorer | None
) -> Iterator[Sequence[int]]:
    """Yield the units that the query needs, the most needed first."""
    if not query:
        return
    scores = checked_scores(scorer or BM25Scorer(), query, Sentences(texts))
    found = [unit for unit, score in enumerate(scores) if score > 0]
    for unit in sorted(found, key=lambda each: (-scores[each], each)):
        yield (unit,)
