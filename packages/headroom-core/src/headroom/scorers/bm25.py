"""BM25: relevance by shared words, without any model."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from headroom.scorers.words import Sentences, content_terms

__all__ = ["BM25Scorer"]


def _lucene_idf(sentences: int, containing: int) -> float:
    """Return Lucene's idf, above 0 even for a word in every sentence.

    Source: Lucene's BM25Similarity. The idf of rank_bm25 is 0 for a word in half
    of the sentences and negative above, so small corpora score nothing.
    """
    return math.log(1 + (sentences - containing + 0.5) / (containing + 0.5))


@cache
def _lucene_bm25() -> type[Any]:
    """Return rank_bm25's Okapi with Lucene's idf; imported on first use."""
    from rank_bm25 import BM25Okapi

    class LuceneBM25(BM25Okapi):  # type: ignore[misc]
        """Knows only the sentences that can score, out of `sentences` in all."""

        def __init__(
            self,
            matches: list[list[str]],
            lengths: list[int],
            sentences: int,
            mean: float,
        ) -> None:
            self.sentences = sentences
            super().__init__(matches)
            self.doc_len = lengths
            self.avgdl = mean

        def _calc_idf(self, nd: Mapping[str, int]) -> None:
            self.idf = {t: _lucene_idf(self.sentences, n) for t, n in nd.items()}

    return LuceneBM25


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
        if not matched:
            return [0.0] * len(known)
        # Only sentences with a word of the query can score, and only by it; what is
        # handed over are these, with the lengths of the whole sentences.
        lengths = [len(known.words[i]) for i in places]
        bm25 = _lucene_bm25()(
            [[matched[w] for w in known.words[i] if w in matched] for i in places],
            lengths,
            len(known),
            sum(map(len, known.words)) / len(known),
        )
        # A word that occurs nowhere weighs as the query's rarest one that does: it
        # lowers all scores alike, and must not drown what is there.
        rarest = max(bm25.idf.values())
        whole = sum(bm25.idf.get(term, rarest) for term in terms)
        raw = bm25.get_scores([term for term in terms if term in bm25.idf])
        scores = [0.0] * len(known)
        for i, score in zip(places, raw.tolist(), strict=True):
            scores[i] = math.tanh(score / whole)
        return scores
