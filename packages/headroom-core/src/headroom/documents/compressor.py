"""The SemanticCompressor: the sentences that a query needs, verbatim."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cache, partial
from itertools import takewhile
from numbers import Integral, Real
from typing import NamedTuple

from headroom.documents.corpus import Corpus
from headroom.documents.cues import asks_how
from headroom.documents.deduplication import best_first, openings_first
from headroom.documents.diversity import varied
from headroom.documents.quantities import fitting
from headroom.documents.query import Asked
from headroom.documents.reading import read_tokens
from headroom.documents.relevance import inherited, relevance, with_answers
from headroom.documents.report import (
    PrunedDocuments,
    dropped_units,
    kept_documents,
)
from headroom.documents.selection import select
from headroom.errors import InputError
from headroom.scorers import BM25Scorer, CrossEncoderScorer, EmbeddingScorer, Scorer
from headroom.scorers.contract import checked_scores
from headroom.scorers.words import words
from headroom.tokens import CountTokens, default_counter
from headroom.types import RAGContext

__all__ = ["SemanticCompressor"]

_SCORERS: Mapping[str, Callable[[str | None], Scorer]] = {
    "bm25": lambda device: BM25Scorer(),
    "cross-encoder": lambda device: CrossEncoderScorer(device=device),
    "embedding": lambda device: EmbeddingScorer(device=device),
}

# The surer the best sentence, the less is needed beside it: others must reach this
# share
# of it, times its own score; what has to do with the query itself, a lower one.
# Source: measured, docs/documents.md "Floors".
_SHARE_OF_BEST = 0.6
_SHARE_OF_RELATED = 0.3
# A unit that is so near to the best may come first where the best does not fit.
_RIVAL = 0.9
# Where no score is above this, the scorer knows nothing rather than that all is
# irrelevant.
_NOTHING = 0.01


class _Ranking(NamedTuple):
    """What may be kept; units by position.

    Attributes:
        scores: The relevance of each unit.
        least: The least relevance of what is kept.
        able: The units that reach the floors.
        candidates: Those that say something of their own, best first.
        reason: Why others are among them, or None.
        rivals: How many of them are about as good as the best.
    """

    scores: list[float]
    least: float
    able: Collection[int]
    candidates: list[int]
    reason: str | None = None
    rivals: int = 1


class _Plan(NamedTuple):
    """What is kept, before anything is written; units by position."""

    corpus: Corpus
    found: _Ranking
    kept: set[int]
    skipped: str | None


@dataclass(frozen=True, eq=False)
class SemanticCompressor:
    """Keeps the sentences of retrieved documents that a query needs, verbatim.

    Sentences of all documents are scored together and kept, best first, until the
    token ceiling; they come out in their own order. Immutable, safe to share
    between threads, picklable if `scorer` and `count_tokens` are.

    Attributes:
        target_ratio: Ceiling on the tokens of the output over those of the input,
            in (0, 1]. Only the single best sentence may exceed it.
        scorer: "cross-encoder", "embedding", "bm25", or an object with
            `score(query, sentences) -> scores`.
        device: Where the model of a scorer that is named runs, for example "cpu" or
            "cuda"; None chooses. A scorer object brings its own.
        max_tokens: Hard cap on the tokens of the output, besides `target_ratio`.
        min_score: Least relevance of what is kept. None takes the scorer's own
            floor, and leaves out what is far below a sure best sentence; for a
            scorer without a floor, it is anything above 0.
        count_tokens: How tokens are counted; None is tiktoken's o200k_base.

    Raises:
        InputError: If an argument is out of range, or no scorer.

    Examples:
        >>> compressor = SemanticCompressor(target_ratio=0.5, scorer="bm25")
        >>> compressor.compress(RAGContext("Is it late?", ["It is late. We go."]))
        ['It is late.']
    """

    target_ratio: float = 0.5
    _: KW_ONLY
    scorer: str | Scorer = "cross-encoder"
    device: str | None = None
    max_tokens: int | None = None
    min_score: float | None = None
    count_tokens: CountTokens | None = None
    _scorer: Scorer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not _is_number(self.target_ratio) or not 0 < self.target_ratio <= 1:
            raise InputError(
                f"target_ratio={self.target_ratio!r}; pass a share in (0, 1]"
            )
        if self.max_tokens is not None and (
            not isinstance(self.max_tokens, Integral)
            or isinstance(self.max_tokens, bool)
            or self.max_tokens < 0
        ):
            raise InputError(
                f"max_tokens={self.max_tokens!r}; pass a whole number, or None"
            )
        if self.min_score is not None and not _is_number(self.min_score):
            raise InputError(f"min_score={self.min_score!r}; pass a number, or None")
        # NumPy's numbers are as good; plain ones make plain accounts.
        object.__setattr__(self, "target_ratio", float(self.target_ratio))
        if self.max_tokens is not None:
            object.__setattr__(self, "max_tokens", int(self.max_tokens))
        if self.min_score is not None:
            object.__setattr__(self, "min_score", float(self.min_score))
        object.__setattr__(self, "_scorer", _resolved(self.scorer, self.device))
        floor = getattr(self._scorer, "min_score", None)
        if floor is not None and not _is_number(floor):
            raise InputError(
                f"scorer.min_score={floor!r}; give {type(self._scorer).__name__} a "
                "number, or no min_score if its scores are not in [0, 1]"
            )

    def compress(self, content: RAGContext) -> list[str]:
        """Return the surviving documents in input order; [] if nothing survives.

        Kept sentences that were neighbours stay joined as they were, others by a
        space (structural lines by a line break).

        Raises:
            InputError: If `content` is no RAGContext of texts.
            ScorerError: If the scorer fails, or its model is not there.
            ImportError: If the scorer needs an extra that is not installed.
        """
        plan = self._plan(content)
        return [plan.corpus.joined(row) for row in plan.corpus.rows(plan.kept).values()]

    def explain(self, content: RAGContext) -> PrunedDocuments:
        """Return what `compress` returns, with spans, scores and what was dropped.

        `dropped` lists every unit that is gone, its path being `(document index,)`
        and its reason "below min_score", "far below the best", "over the ceiling",
        "duplicate", "nothing kept below it" (headings) or "blank".

        Raises:
            InputError, ScorerError, ImportError: As `compress`.
        """
        corpus, found, kept, skipped = self._plan(content)
        scores = found.scores
        if getattr(self._scorer, "min_score", None) is not None:
            # Beyond 1 relevance still sorts, but says nothing more to a reader.
            scores = [min(1.0, score) for score in scores]
        documents = kept_documents(corpus, kept, scores)
        return PrunedDocuments(
            content=[document.text for document in documents],
            dropped=dropped_units(
                corpus, kept, found.able, {*found.candidates}, scores, found.least
            ),
            skipped=skipped,
            kept=documents,
            _source=corpus.documents,
            _measure=partial(_total, self.count_tokens),
        )

    def _plan(self, context: RAGContext) -> _Plan:
        """Decide what to keep; all that is returned is written down from this."""
        documents = _checked_documents(context)
        count = cache(self.count_tokens or default_counter())
        if self.count_tokens is None:
            tokens = [read_tokens(default_counter(), text) for text in documents]
        else:
            tokens = [count(text) for text in documents]
        # Rounding may leave the product of the float just below a whole number.
        ceiling = math.floor(self.target_ratio * sum(tokens) + 1e-9)
        if self.max_tokens is not None:
            ceiling = min(ceiling, self.max_tokens)
        how = asks_how(context.query)
        corpus = Corpus(documents, tokens, ceiling, asked_how=how)
        found = self._ranked(context.query, corpus)

        def measure(kept: Collection[int]) -> int:
            return sum(count(corpus.joined(row)) for row in corpus.rows(kept).values())

        kept = select(
            found.candidates,
            corpus.estimates,
            cache(corpus.companions),
            measure,
            ceiling,
            self.max_tokens,
            found.rivals,
        )
        skipped = found.reason if corpus.units else None
        if skipped is None and corpus.units and not found.candidates:
            skipped = f"no sentence reaches min_score={found.least:.3g}"
        elif found.candidates and not kept:
            skipped = f"no sentence fits max_tokens={self.max_tokens}"
        return _Plan(corpus, found, kept, skipped)

    def _ranked(self, query: str, corpus: Corpus) -> _Ranking:
        """Return each unit's relevance, the floors under it, and what may be kept."""
        if not words(query):
            reason = "the query has no words: openings are kept, not relevance"
            nothing = [0.0] * len(corpus.units)
            able = range(len(corpus.units))
            return _Ranking(nothing, 0.0, able, openings_first(corpus), reason)
        least: float | None = getattr(self._scorer, "min_score", None)
        own = self._scores(query, corpus, least or math.ulp(0.0))
        if least is None:
            # On a foreign scale, lifting scores by shares would mean nothing.
            scores = with_answers(own, corpus)
            return self._above(math.ulp(0.0), scores, corpus)
        asked = Asked(query, corpus)
        below = inherited(asked, own)
        scores = relevance(asked, below, corpus)
        if self.min_score is not None:
            above = self._above(self.min_score, scores, corpus)
            order = varied(asked, above.candidates, scores, corpus)
            return above._replace(candidates=order)
        return self._with_floors(least, asked, own, below, scores)

    def _scores(self, query: str, corpus: Corpus, least: float) -> list[float]:
        """Return the scorer's score of each unit.

        A table of contents names what other texts tell. Its lines are scored only
        where nothing else reaches `least`: beside them the answer looks poor.
        """
        found = checked_scores(self._scorer, query, corpus.telling)
        if len(corpus.telling) < len(corpus.sentences):
            if max(found, default=0.0) < least:
                found = checked_scores(self._scorer, query, corpus.sentences)
            else:
                found += [0.0] * (len(corpus.sentences) - len(found))
        return [found[i] for i in corpus.which]

    def _above(self, least: float, scores: list[float], corpus: Corpus) -> _Ranking:
        """Rank the units that reach `min_score`, or `least` where there is none."""
        least = least if self.min_score is None else self.min_score
        able = {i for i, score in enumerate(scores) if score >= least}
        return _Ranking(scores, least, able, best_first(corpus, scores, able))

    def _with_floors(
        self,
        least: float,
        asked: Asked,
        own: Sequence[float],
        below: Sequence[float],
        scores: list[float],
    ) -> _Ranking:
        """Rank by the scorer's own floor; `below` has what stands above each unit."""
        corpus = asked.corpus
        # What cannot be kept at all, or not alone, must not push out what can; nor may
        # what only repeats the question.
        echoes = {
            i
            for i in range(len(scores))
            if i not in corpus.carried and asked.is_echo(i)
        }
        telling = [
            i
            for i, score in enumerate(scores)
            if score >= least and i not in corpus.carried and i not in echoes
        ]
        fitting = telling
        if (most := self.max_tokens) is not None:
            fitting = [i for i in telling if corpus.cost(i) <= most]
        top = max(fitting, key=scores.__getitem__, default=-1)
        best = scores[top] if fitting else 0.0
        surest = max((scores[i] * below[i] for i in fitting), default=0.0)
        # Beside the best come the rest of its short section, and, before all that is
        # less than it, what alone holds a word of the query.
        ranks = list(scores)
        alone = asked.only_ones(top, own) if fitting else set()
        section = corpus.section(top) if fitting else set()
        for i in section:
            ranks[i] = max(ranks[i], _SHARE_OF_RELATED * best)
        for i in alone:
            # Of rivals, it comes first.
            ranks[i] = best * (_RIVAL if ranks[i] < _RIVAL * best else 1 + _RIVAL)

        def floor(i: int) -> float:
            related = below[i] >= least or asked.held[corpus.which[i]]
            return max(
                least, surest * (_SHARE_OF_RELATED if related else _SHARE_OF_BEST)
            )

        able = {i for i, score in enumerate(scores) if score >= floor(i)}
        able |= alone | section
        unfit = set(telling).difference(fitting)
        longer = max(sorted(unfit), key=scores.__getitem__, default=-1)
        better = longer >= 0 and scores[longer] > best
        if not better and fitting and longer >= 0 and scores[longer] > _RIVAL * best:
            held = [asked.held[corpus.which[i]] for i in (longer, top)]
            better = bool(held[0]) and not held[1]
        if better:
            # Beside an answer that does not fit, a mere neighbour is none.
            able = {i for i in able if asked.held[corpus.which[i]]} | {longer}
        order = varied(asked, best_first(corpus, ranks, able), ranks, corpus)
        # What only repeats the question comes after all that have to do with it.
        told = [i for i in order if below[i] >= least and i not in echoes]
        last = order.index(told[-1]) if told else 0
        order[:last] = sorted(order[:last], key=echoes.__contains__)
        # A unit that is only lifted by its heading is no rival of the one that answers.
        rivals = sum(
            1
            for _ in takewhile(
                lambda i: (
                    min(scores[i] / best, own[i] / (own[order[0]] or 1.0)) >= _RIVAL
                ),
                order if best else (),
            )
        )
        reason = None
        known = [i for i in telling if corpus.is_evidence(i, own, _NOTHING)]
        if not known and order:
            reason = "only titles and questions share words with the query"
        elif max(own, default=0.0) < _NOTHING:
            reason = "no document shares a word with the query"
        elif not asked.is_told(known, echoes, own):
            reason = "titles and questions share more words with the query than texts"
        if reason:
            order = _with_openings(asked, order, echoes)
            reason += ": openings are kept, not relevance"
            rivals = 1
        return _Ranking(scores, least, able, order, reason, rivals or 1)


def _with_openings(
    asked: Asked, order: Sequence[int], echoes: Collection[int]
) -> list[int]:
    """Return `order` and openings, those of titles that repeat the question first.

    A title comes behind the opening of its document. What else repeats the question
    comes last, but for the best of it where nothing is better.
    """
    corpus = asked.corpus
    within = fitting(asked.query, corpus.units, corpus.texts)
    titles = [i for i in order if i in echoes]
    entitled = {corpus.units[i].document for i in titles}
    known = {*order, *echoes}
    openings = [
        i
        for i in openings_first(corpus)
        if i not in known and corpus.estimates[i] <= corpus.longest
    ]
    openings.sort(key=lambda i: (-within[i], corpus.units[i].document not in entitled))
    found = [*(i for i in order if i not in echoes), *openings]
    places: dict[int, float] = {i: place for place, i in enumerate(found)}
    first = {corpus.units[i].document: places[i] for i in reversed(found)}
    for i in titles:
        if corpus.units[i].kind == "contents" and openings and i != order[0]:
            continue
        places[i] = math.inf
        if corpus.stands_above(i):
            places[i] = first.get(corpus.units[i].document, math.inf)
        elif i == order[0]:
            places[i] = -1
        found.append(i)
    return sorted(found, key=places.__getitem__)


def _total(count_tokens: CountTokens | None, texts: Sequence[str]) -> int:
    """Return the tokens of several texts."""
    return sum(map(count_tokens or default_counter(), texts))


def _is_number(value: object) -> bool:
    return (
        isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    )


def _resolved(scorer: str | Scorer, device: str | None) -> Scorer:
    """Return the scorer meant by a name, or the object itself."""
    if isinstance(scorer, str):
        if scorer not in _SCORERS:
            raise InputError(
                f"scorer={scorer!r} is unknown; pass one of {sorted(_SCORERS)}, or an "
                "object with score(query, sentences)"
            )
        return _SCORERS[scorer](device)
    if not isinstance(scorer, Scorer) or isinstance(scorer, type):
        raise InputError(
            f"scorer={scorer!r} has no score(query, sentences); pass an object that "
            f"has, or one of {sorted(_SCORERS)}"
        )
    return scorer


def _checked_documents(context: RAGContext) -> list[str]:
    """Return the documents as a list of texts."""
    if not isinstance(context, RAGContext):
        raise InputError(
            f"got {type(context).__name__}; pass RAGContext(query=..., documents=[...])"
        )
    if not isinstance(context.query, str):
        raise InputError(f"query is {type(context.query).__name__}; pass a str")
    if isinstance(context.documents, str | bytes) or not isinstance(
        context.documents, Sequence
    ):
        raise InputError(
            f"documents is {type(context.documents).__name__}; pass a list of str"
        )
    documents = list(context.documents)
    for i, text in enumerate(documents):
        if not isinstance(text, str):
            raise InputError(
                f"document {i} is {type(text).__name__}; pass its text, a str"
            )
    return documents
