"""The report: what was kept of which document, and what went, and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from headroom.documents.corpus import Corpus
from headroom.types import Compression, Dropped

__all__ = ["KeptDocument", "PrunedDocuments", "dropped_units", "kept_documents"]


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """What is kept of one document.

    Attributes:
        index: Its place in the input.
        text: The kept sentences, verbatim, in order.
        spans: Where they are in the source: `[start, end)` characters; neighbours
            that stayed together are one span.
        score: The relevance of the best of them; in [0, 1] unless the scorer is not.
        cut: True if an endless sentence had to be cut at a clause.
    """

    index: int
    text: str
    spans: tuple[tuple[int, int], ...]
    score: float
    cut: bool = False


@dataclass(frozen=True)
class PrunedDocuments(Compression[list[str]]):
    """The surviving documents, with the account of what went.

    Attributes:
        kept: One entry per string of `content`, same order.
    """

    kept: tuple[KeptDocument, ...] = ()


def kept_documents(
    corpus: Corpus, kept: Collection[int], scores: Sequence[float]
) -> tuple[KeptDocument, ...]:
    """Return one entry per document that has a kept unit, in input order."""
    return tuple(
        KeptDocument(
            index=document,
            text=corpus.joined(row),
            spans=corpus.spans(row),
            score=max(scores[i] for i in row),
            cut=any(corpus.units[i].kind == "piece" for i in row),
        )
        for document, row in corpus.rows(kept).items()
    )


def dropped_units(
    corpus: Corpus,
    kept: Collection[int],
    able: Collection[int],
    candidates: Collection[int],
    scores: Sequence[float],
    least: float,
) -> tuple[Dropped, ...]:
    """Return every unit that is gone and every blank document, in input order.

    Args:
        corpus: The units.
        kept: Those that are kept.
        able: Those that reach the floors.
        candidates: Those of them that say something of their own.
        scores: The relevance of each unit.
        least: The lower floor.
    """
    gone = [
        Dropped((i,), "blank", text=text, span=(0, len(text)))
        for i, text in enumerate(corpus.documents)
        if not text.strip()
    ]
    for i, unit in enumerate(corpus.units):
        if i in kept:
            continue
        if i in candidates:
            reason = "over the ceiling"
        elif scores[i] < least:
            reason = "below min_score"
        elif i not in able:
            reason = "far below the best"
        elif i in corpus.carried:
            reason = "nothing kept below it"
        else:
            reason = "duplicate"
        span = (unit.start, unit.end)
        gone.append(
            Dropped(
                (unit.document,),
                reason,
                text=corpus.texts[i],
                span=span,
                score=scores[i],
            )
        )
    # A blank document has no units, so sorting by document keeps both orders.
    return tuple(sorted(gone, key=lambda each: each.path))
