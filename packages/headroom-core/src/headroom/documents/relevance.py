"""Relevance: a sentence's own score, lifted by its surroundings and by names."""

import math
from collections.abc import Sequence
from heapq import nlargest

from headroom.scorers.words import NO_NAMES, Sentences, content_terms

__all__ = ["relevance"]

# Source of all five: measured, docs/documents.md "Multi-hop"; the plateau is wide.
_DOCUMENT = 0.3  # what a sentence gains from the best one of its document
_NEIGHBOUR = 0.2  # what it gains from the better one of its neighbours
_BRIDGE = 1.3  # what it gains at most from names it shares with the best sentences
_SOURCES = 12  # how many best sentences lend their names
_COMMON = 0.3  # names in a larger share of the documents connect nothing


def relevance(
    query: str,
    scores: Sequence[float],
    documents: Sequence[int],
    sentences: Sentences,
    which: Sequence[int],
) -> list[float]:
    """Return the relevance of each unit, same order, at least its own score.

    A question often needs a second fact that shares no word with it, only a name
    with the first fact. So names in the best sentences lift the sentences of
    other documents that hold them too.

    Args:
        query: What the user asked.
        scores: One score per unit.
        documents: The document of each unit, ascending.
        sentences: The distinct texts that were scored.
        which: For each unit, the position of its text in `sentences`.
    """
    lifted = _with_surroundings(scores, documents)
    bridged = _bridges(query, lifted, documents, sentences, which)
    best = max(lifted, default=0.0)
    return [
        own + _BRIDGE * best * gain for own, gain in zip(lifted, bridged, strict=True)
    ]


def _with_surroundings(
    scores: Sequence[float], documents: Sequence[int]
) -> list[float]:
    best: dict[int, float] = {}
    for score, document in zip(scores, documents, strict=True):
        if score > best.get(document, 0.0):
            best[document] = score
    lifted = []
    last = len(scores) - 1
    for i, (score, document) in enumerate(zip(scores, documents, strict=True)):
        beside = scores[i - 1] if i and documents[i - 1] == document else 0.0
        if i < last and documents[i + 1] == document and scores[i + 1] > beside:
            beside = scores[i + 1]
        lifted.append(score + _DOCUMENT * best.get(document, 0.0) + _NEIGHBOUR * beside)
    return lifted


def _bridges(
    query: str,
    scores: Sequence[float],
    documents: Sequence[int],
    sentences: Sentences,
    which: Sequence[int],
) -> list[float]:
    """Return each unit's connection to the best ones by shared names, in [0, 1)."""
    gains = [0.0] * len(scores)
    total = documents[-1] + 1 if documents else 0
    sources = nlargest(_SOURCES, range(len(scores)), key=scores.__getitem__)
    best = scores[sources[0]] if sources else 0.0
    if best <= 0:
        return gains
    asked = frozenset(content_terms(query))
    terms = sentences.terms
    found = sentences.words
    names: set[str] = set()
    for unit in sources:
        names.update(word for word in found[which[unit]] if not word[0].islower())
    names = {
        name for name in names if terms[name] not in asked and _is_name(name, terms)
    }
    if not names:
        return gains
    held = [sorted(names.intersection(each)) for each in found]
    where: dict[str, set[int]] = {}
    for position, document in zip(which, documents, strict=True):
        for name in held[position]:
            where.setdefault(name, set()).add(document)
    most = max(2.0, _COMMON * total) if total > 3 else 0
    weight = {
        name: math.log(1 + (total - len(holders) + 0.5) / (len(holders) + 0.5))
        for name, holders in where.items()
        if 2 <= len(holders) <= most
    }
    # For every name, what each document's best source lends to the others.
    lent: dict[str, dict[int, float]] = {}
    for unit in sources:
        share = (scores[unit] / best) ** 2
        for name in held[which[unit]]:
            if name in weight:
                by = lent.setdefault(name, {})
                by[documents[unit]] = max(
                    by.get(documents[unit], 0.0), share * weight[name]
                )
    half = 1.5
    for unit, document in enumerate(documents):
        gain = 0.0
        for name in held[which[unit]]:
            if name in lent:
                gain += max(
                    (v for d, v in lent[name].items() if d != document), default=0.0
                )
        gains[unit] = gain / (gain + half)
    return gains


def _is_name(word: str, terms: dict[str, str]) -> bool:
    """Tell whether `word` is capitalised here and nowhere written small."""
    low = word.lower()
    return (
        len(word) > 1 and word[0].isupper() and low not in NO_NAMES and low not in terms
    )
