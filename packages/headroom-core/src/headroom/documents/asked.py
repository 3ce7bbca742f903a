"""What is asked for: the words of the query, and where they are."""

import math
from collections.abc import Collection

from headroom.documents.corpus import Corpus
from headroom.scorers.words import content_terms

__all__ = ["Asked", "idf"]


class Asked:
    """The terms of a query in the units of a corpus.

    Attributes:
        terms: The terms of the query, stop words left out; in order.
        held: Which of them each distinct text of the corpus holds, sorted; by its
            position in `corpus.sentences`.
    """

    def __init__(self, query: str, corpus: Corpus) -> None:
        self.terms = content_terms(query)
        self._corpus = corpus
        spelled, places = corpus.sentences.matched(frozenset(self.terms))
        known, words = spelled.keys(), corpus.sentences.words
        self.held: list[list[str]] = [[] for _ in words]
        for i in places:
            self.held[i] = sorted({spelled[word] for word in known & words[i]})

    def covered(self) -> dict[int, float]:
        """Return the share of the query, by weight, that each document holds.

        A document that holds none is left out, and one of a single unit: of that
        the scorer has read everything.
        """
        found: dict[int, set[str]] = {}
        units: dict[int, int] = {}
        for unit, position in zip(self._corpus.units, self._corpus.which, strict=True):
            units[unit.document] = units.get(unit.document, 0) + 1
            if self.held[position]:
                found.setdefault(unit.document, set()).update(self.held[position])
        weights = idf(found.values(), len(self._corpus.documents))
        whole = sum(weights[term] for term in sorted(weights))
        return {
            # Sorted, because the last digit of a sum depends on the order.
            document: sum(weights[term] for term in sorted(terms)) / whole
            for document, terms in found.items()
            if units[document] > 1
        }


def idf(held: Collection[Collection[str]], total: int) -> dict[str, float]:
    """Return the weight of each term that is in some of `total` texts, above 0.

    Source: Lucene's BM25Similarity, as in `BM25Scorer`.
    """
    often: dict[str, int] = {}
    for terms in held:
        for term in terms:
            often[term] = often.get(term, 0) + 1
    return {
        term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in often.items()
    }
