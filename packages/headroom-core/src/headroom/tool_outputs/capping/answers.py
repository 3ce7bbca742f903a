"""Which units of an output answer a query."""

import math
import re
from collections.abc import Sequence

from headroom.scorers import BM25Scorer, Scorer
from headroom.scorers.contract import checked_scores
from headroom.scorers.words import Sentences

__all__ = ["Answers", "answers"]

# Units that answer as well as the best, and those near them.
Answers = tuple[list[int], list[int]]

# How much of its score a unit that the query needs gives to the units after it and
# before it: answers stand below their label.
_AFTER = (0.6, 0.4, 0.25)
_BEFORE = (0.35,)
# What a word of the query that stands in a unit letter for letter weighs, compared
# with the scorer's scores in [0, 1]. A part of an id is no word to a scorer.
_LITERAL = 0.8
# What it gives to all that belongs to it where it is one of the best answers, and how
# much less to each further line.
_BELOW = 0.5
_BELOW_LESS = 0.97
# The share of its score that a line gives to lines that belong to it and match, too.
_INHERITED = 0.7
# The same where the line itself has no word of the query, such as a key between two:
# so much less that of lines that answer alike the one nearer to the top comes first.
_PASSED_ON = 0.8
# A unit of this share of the best score answers as well.
_AS_GOOD = 0.7
_SHORTEST_LITERAL = 3
# The two words behind a "not"; and members that say no more than that there is nothing:
# a row with "locked":false is none of those that are locked.
_NOT = re.compile(
    r"\b(?:not|never|without|nicht|kein\w*|ohne|sin|sans|pas|не|без)\s+(\w+(?:\s+\w+)?)",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r'"[^"\\]{1,60}":\s?(?:false|null|0|""|\[\]|\{\})(?=[,}\]])|\b[^\W\d]\w*=0(?!\S)'
)
_PUNCTUATION = "?.,;:!\"'()[]{}<>。、？"


def answers(
    texts: Sequence[str],
    query: str | None,
    scorer: Scorer | None,
    belongs: Sequence[int] = (),
    *,
    is_data: bool,
) -> Answers:
    """Return the units that answer a query as well as the best, and those near them.

    Both lists have the most needed first; both are empty without a query.

    Args:
        texts: The units, with their names if they have some.
        query: What the reader wants to know, or None.
        scorer: Says which units the query needs; None for BM25.
        belongs: The unit above to which each belongs, as `owners` gives it.
        is_data: The units are rows of data, which tell by what they lack, too.
    """
    if not query:
        return [], []
    if any('":' in text or "=0" in text for text in texts):
        texts = [_NOTHING.sub(" 0 0 ", text) for text in texts]
    lacking: list[int] = []
    if is_data:
        query, lacking = _negated(texts, query)
    scores = checked_scores(scorer or BM25Scorer(), query, Sentences(texts))
    for unit, score in _literal(texts, query).items():
        scores[unit] += _LITERAL * score
    for unit in lacking:
        scores[unit] += _LITERAL
    # A line that answers is found by the lines to which it belongs, too.
    inherited = list(scores)
    for unit, above in enumerate(belongs):
        if above >= 0:
            weight = _INHERITED if scores[unit] > 0 else _PASSED_ON
            inherited[unit] += weight * inherited[above]
    scores = [i if own > 0 else 0.0 for i, own in zip(inherited, scores, strict=True)]
    if is_data:
        # The first line is shown anyway: a header has the words of every query.
        scores[:1] = [0.0][: len(scores)]
    good = _AS_GOOD * max(scores, default=0.0)
    spread = _spread(texts, scores, belongs, good)
    found = [unit for unit, score in enumerate(spread) if score > 0]
    # A text that came before comes last, but for an answer about something else: one
    # under other lines.
    firsts: dict[str | tuple[int, str], int] = {}
    first: list[int] = []
    for unit, text in enumerate(texts):
        above = belongs[unit] if belongs and scores[unit] >= good else -1
        place = text if above < 0 else (first[above], text)
        first.append(firsts.setdefault(place, unit))
    found.sort(key=lambda each: (first[each] != each, -spread[each], each))
    best = [u for u in found if scores[u] >= good and first[u] == u]
    return best, [unit for unit in found if unit not in set(best)]


def _spread(
    texts: Sequence[str], scores: Sequence[float], belongs: Sequence[int], good: float
) -> list[float]:
    """Return the scores, those of the lines around answers raised.

    Answers stand near the line with the words of the query, or below it: what changed
    in a file is said below its name.

    Args:
        texts: The units.
        scores: How well each answers.
        belongs: The unit above to which each belongs.
        good: The least score of those whose lower lines are raised, too.
    """
    spread = list(scores)
    filled = [unit for unit, text in enumerate(texts) if text.strip()]
    for place, unit in enumerate(filled):
        score = scores[unit]
        if score > 0:
            for step, share in ((1, _AFTER), (-1, _BEFORE)):
                for distance, part in enumerate(share, 1):
                    at = place + step * distance
                    if 0 <= at < len(filled):
                        near = filled[at]
                        raised = part * score
                        spread[near] = max(spread[near], raised)
    # For each unit what the best answer above it gives to its next line.
    below: list[list[float]] = []
    none = [0.0]
    for unit, above in enumerate(belongs):
        gives = below[above] if above >= 0 else none
        spread[unit] = max(spread[unit], scores[unit] + gives[0])
        gives[0] *= _BELOW_LESS
        is_good = 0 < good <= scores[unit]
        below.append([_BELOW * scores[unit]] if is_good else gives)
    return spread


def _negated(texts: Sequence[str], query: str) -> tuple[str, list[int]]:
    """Return a query without the words behind a "not", and the rows that lack them.

    Only a word that most rows have tells by its absence: "not paid".
    """
    lacking: list[int] = []
    for word in {w for said in _NOT.finditer(query) for w in said[1].split()}:
        query = query.replace(word, "")
        small = word.casefold()
        without = [at for at, text in enumerate(texts) if small not in text.casefold()]
        if 0 < 2 * len(without) < len(texts):
            lacking += without
    return query, lacking


def _literal(texts: Sequence[str], query: str) -> dict[int, float]:
    """Return how much of the query stands in units letter for letter, in (0, 1].

    A word weighs by its rarity; one in every tenth unit weighs nothing.
    """
    found: dict[int, float] = {}
    whole = 0.0
    for word in dict.fromkeys(each.strip(_PUNCTUATION) for each in query.split()):
        if len(word) < _SHORTEST_LITERAL:
            continue
        units = [unit for unit, text in enumerate(texts) if word in text]
        weight = math.log(len(texts) / len(units)) if units else 0.0
        if len(units) * 10 > len(texts) + 10:
            continue
        whole += weight
        for unit in units:
            found[unit] = found.get(unit, 0.0) + weight
    return {unit: weight / whole for unit, weight in found.items()} if whole else {}
