"""The contract of a scorer, and the check that its answer keeps it."""

import math
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from headroom.errors import HeadroomError, ScorerError

__all__ = ["Scorer", "checked_scores"]


@runtime_checkable
class Scorer(Protocol):
    """Anything that tells how much a query needs each of some sentences.

    A scorer that has an attribute `min_score` says by it that its scores are
    calibrated: in [0, 1], comparable across documents, irrelevant sentences below
    `min_score`.
    """

    def score(self, query: str, sentences: Sequence[str]) -> Sequence[float]:
        """Return one finite score per sentence, same order, higher is better."""
        ...


def checked_scores(scorer: Scorer, query: str, sentences: Sequence[str]) -> list[float]:
    """Return the scorer's scores as floats; [] for no sentences, without asking it.

    Raises:
        ScorerError: If the scorer raises, or does not return one finite number per
            sentence. Errors of Headroom and a missing extra pass unchanged.
    """
    if not sentences:
        return []
    name = type(scorer).__name__
    # Our own scorers share the words found in `sentences`; a foreign one may change
    # the list that it gets.
    ours = type(scorer).__module__.partition(".")[0] == "headroom"
    handed = sentences if ours else list(sentences)
    try:
        scores = [float(score) for score in scorer.score(query, handed)]
    except (HeadroomError, ImportError):
        raise
    except Exception as error:
        raise ScorerError(
            f"{name}.score() raised {error!r}; mend the scorer"
        ) from error
    if len(scores) != len(sentences):
        raise ScorerError(
            f"{name}.score() returned {len(scores)} scores for {len(sentences)} "
            "sentences; return one per sentence, in the same order"
        )
    if not all(map(math.isfinite, scores)):
        at = next(i for i, score in enumerate(scores) if not math.isfinite(score))
        raise ScorerError(
            f"{name}.score() returned {scores[at]!r} for sentence {at}: "
            f"{sentences[at][:60]!r}; return finite numbers"
        )
    return scores
