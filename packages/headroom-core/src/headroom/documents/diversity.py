"""Diversity: what tells another part of the question comes before a repetition."""

import heapq
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from headroom.documents.corpus import Corpus
from headroom.documents.query import Asked
from headroom.scorers.bm25 import idf

__all__ = ["varied"]

# A word of the query counts half as much each time it has been told, and a unit loses
# at most half of its relevance by that. Source of both: measured, docs/documents.md
# "Multi-hop"; from 0.3 to 0.7 little changes.
_TOLD_AGAIN = 0.5
_LOSS = 0.5
_TOLD_OUT = 6  # times after which a word is told: what changes then is under 1 %


def varied(
    asked: Asked, order: Sequence[int], scores: Sequence[float], corpus: Corpus
) -> list[int]:
    """Return the units of `order`, those that repeat the same words later.

    A question of two facts is answered by two sentences that share different words
    with it, and each fact has many near misses that share the same ones. The first
    unit stays the first; one without a word of the query loses nothing.

    Args:
        asked: The words of the query in `corpus`.
        order: Units, most relevant first.
        scores: The relevance of each unit of `corpus`, at least 0.
        corpus: The units.
    """
    if len(order) < 3:
        return list(order)
    held = [asked.held[corpus.which[i]] for i in order]
    weights = idf(Counter(chain.from_iterable(held)), len(order))
    whole = [sum(weights[term] for term in terms) for terms in held]
    told = dict.fromkeys(weights, 0)
    share = [1.0 - _TOLD_AGAIN**times for times in range(_TOLD_OUT + 1)]
    # Gains only fall, so a gain that was computed before is an upper bound, and the
    # first whose gain still holds is the best (Minoux 1978, lazy greedy).
    waiting = [(-scores[i], place) for place, i in enumerate(order)]
    heapq.heapify(waiting)
    found: list[int] = []
    while waiting:
        before, place = waiting[0]
        gain = scores[order[place]]
        if whole[place]:
            again = sum(weights[term] * share[told[term]] for term in held[place])
            gain *= 1.0 - _LOSS * again / whole[place]
        if -gain > before:
            heapq.heapreplace(waiting, (-gain, place))
            continue
        heapq.heappop(waiting)
        found.append(order[place])
        for term in held[place]:
            if told[term] < _TOLD_OUT:
                told[term] += 1
    return found
