"""BM25: relevance by shared words, without any model."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from headroom.scorers.words import Sentences, content_terms

__all__ = ["BM25Scorer", "bm25", "idf"]

# Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", section 3.2:
# how fast a word's repetition stops to count, and how much a long sentence loses.
_K1, _B = 1.5, 0.75


def bm25(
    query: Sequence[str], sizes: Sequence[int], shared: Mapping[int, Sequence[str]]
) -> tuple[dict[int, float], dict[str, float]]:
    """Return the BM25 score of each document in `shared`, and the idf of each word.

    Args:
        query: Its words; a word that no document holds adds nothing.
        sizes: How many words each document of the corpus has.
        shared: Documents by position, each as those of its words that count; what
            shares no word with the query may be left out.

    Source: Lucene's BM25Similarity; Robertson and Zaragoza 2009, section 3.
    """
    counts = {i: Counter(document) for i, document in shared.items()}
    holders = Counter(word for count in counts.values() for word in count)
    total, mean = len(sizes), sum(sizes) / (len(sizes) or 1) or 1.0
    weights = idf(holders, total)
    scores = {}
    for i, count in counts.items():
        bend = _K1 * (1 - _B + _B * sizes[i] / mean)
        scores[i] = sum(
            weights[word] * count[word] * (_K1 + 1) / (count[word] + bend)
            for word in query
            if word in count
        )
    return scores, weights


def idf(often: Mapping[str, int], total: int) -> dict[str, float]:
    """Return the weight of each term by how many of `total` texts it is in, above 0.

    Okapi's is 0 for a term in half of the texts and negative above, so small corpora
    would score nothing.

    Source: Lucene's BM25Similarity.
    """
    return {
        term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in often.items()
    }


class BM25Scorer:
    """Scores sentences by the query's words that they hold; any language.

    A score is the share of the query's weight (idf) that the sentence holds, bent
    to stay below 1: 0 means no word in common. Words are matched casefolded,
    without accents and light suffixes; scripts without spaces by character pairs.

    Attributes:
        min_score: The floor below which `SemanticCompressor` drops a sentence.
    """

    # Source: measured, docs/documents.md "Floors".
    min_score = 0.1

    def __repr__(self) -> str:
        return "BM25Scorer()"

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one score in [0, 1] per sentence, same order; [] for none.

        All 0 when the query has no word, or none that occurs.
        """
        known = sentences if isinstance(sentences, Sentences) else Sentences(sentences)
        terms = content_terms(query)
        matched, places = known.matched(frozenset(terms))
        scores = [0.0] * len(known)
        if not places:
            return scores
        # Only sentences with a word of the query can score, and only by it.
        shared = {i: [matched[word] for word in held] for i, held in places.items()}
        found, weights = bm25(terms, list(map(len, known.words)), shared)
        # A word that occurs nowhere weighs as the query's rarest one that does: it
        # lowers all scores alike, and must not drown what is there.
        rarest = max(weights.values())
        whole = sum(weights.get(term, rarest) for term in terms)
        for i, score in found.items():
            scores[i] = math.tanh(score / whole)
        return scores
