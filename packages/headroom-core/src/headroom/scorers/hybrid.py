"""Rank fusion: several scorers decide together."""

from collections.abc import Sequence
from typing import ClassVar

from headroom.errors import ScorerError
from headroom.scorers.contract import Scorer, checked_scores
from headroom.scorers.words import Sentences

__all__ = ["HybridScorer"]

# How fast a rank loses weight: the 11th counts half of the first. Reciprocal rank
# fusion (Cormack, Clarke, Büttcher 2009) takes 60, for lists of a thousand; here
# are some dozens of sentences. Source: measured, docs/documents.md "Floors".
_HALF_RANK = 10.0


class HybridScorer:
    """Scores each sentence by its ranks in several scorers.

    A score is the mean over the scorers of 1 / (1 + rank / 10), times the mean of
    their best scores: ranks alone would call the best of nothing relevant. The best
    sentence has rank 0, equal scores have equal ranks. A sentence under a scorer's
    floor gets 0 from it; so what all find irrelevant scores 0.

    Attributes:
        scorers: The scorers that decide; safe to share and picklable if they are.
        min_score: The floor below which `SemanticCompressor` drops a sentence.

    Examples:
        >>> from headroom.scorers import BM25Scorer
        >>> scorer = HybridScorer(BM25Scorer(), BM25Scorer())
        >>> relevant, other = scorer.score("late", ["Late.", "No."])
        >>> relevant > 0.5, other
        (True, 0.0)
    """

    # Source: measured with MiniLM and BM25, docs/documents.md "Floors".
    min_score: ClassVar[float] = 0.05

    def __init__(self, *scorers: Scorer) -> None:
        if len(scorers) < 2 or not all(
            isinstance(scorer, Scorer) and not isinstance(scorer, type)
            for scorer in scorers
        ):
            raise ScorerError(
                f"HybridScorer got {scorers!r}; pass two or more objects with "
                "score(query, sentences)"
            )
        self.scorers = scorers

    def __repr__(self) -> str:
        return f"HybridScorer({', '.join(map(repr, self.scorers))})"

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one score in [0, 1] per sentence, same order; [] for none.

        Raises:
            ScorerError, ImportError: What the scorers raise, or wrong scores.
        """
        # So that two scorers that need words find them once.
        known = sentences if isinstance(sentences, Sentences) else Sentences(sentences)
        total = [0.0] * len(known)
        surest = 0.0
        for scorer in self.scorers:
            scores = checked_scores(scorer, query, known)
            floor = getattr(scorer, "min_score", None)
            surest += min(1.0, max(scores, default=0.0))
            ranks: dict[float, int] = {}
            for rank, score in enumerate(sorted(scores, reverse=True)):
                ranks.setdefault(score, rank)
            for i, score in enumerate(scores):
                if score > 0 if floor is None else score >= floor:
                    total[i] += 1.0 / (1.0 + ranks[score] / _HALF_RANK)
        share = max(0.0, surest) / len(self.scorers) ** 2
        return [score * share for score in total]
