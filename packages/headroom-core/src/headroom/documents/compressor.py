"""The SemanticCompressor: the sentences that a query needs, verbatim."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from itertools import pairwise

from headroom.documents.duplicates import fragments, same_saying
from headroom.documents.relevance import relevance
from headroom.documents.selection import Companions, select
from headroom.documents.units import Unit, leans_back, split_pieces, split_units
from headroom.errors import InputError
from headroom.scorers import (
    BM25Scorer,
    CrossEncoderScorer,
    EmbeddingScorer,
    Scorer,
)
from headroom.scorers.contract import checked_scores
from headroom.scorers.words import Sentences, words
from headroom.tokens import CountTokens, default_counter
from headroom.types import Compression, Dropped, RAGContext

__all__ = ["KeptDocument", "PrunedDocuments", "SemanticCompressor"]

_SCORERS: Mapping[str, Callable[[str | None], Scorer]] = {
    "bm25": lambda device: BM25Scorer(),
    "cross-encoder": lambda device: CrossEncoderScorer(device=device),
    "embedding": lambda device: EmbeddingScorer(device=device),
}

# The surer the best sentence, the less is needed beside it: by default others must
# reach this share of it, times its own score. Source: measured, docs/documents.md
# "Floors": a third fewer tokens, and 0 to 1 % fewer answers.
_SHARE_OF_BEST = 0.6
# What a heading's score counts for the units below it.
_HEADING_SHARE = 0.6
# A sentence above this many tokens that is also above the ceiling is a list or a
# transcript without full stops; only then it is cut, at clauses of about that many.
# Source: the longest sentence of SQuAD and HotpotQA paragraphs has 190 tokens.
_ENDLESS_TOKENS = 200
_PIECE_TOKENS = 40


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """What is kept of one document.

    Attributes:
        index: Its place in the input.
        text: The kept sentences, verbatim, in order.
        spans: Where they are in the source: `[start, end)` characters; neighbours
            that stayed together are one span.
        score: The relevance of the best of them, in [0, 1] for calibrated scorers.
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
        device: Where a model runs, for example "cpu" or "cuda"; None chooses.
        max_tokens: Hard cap on the tokens of the output, besides `target_ratio`.
        min_score: Least relevance of what is kept. None takes the scorer's own
            floor, and at most half of what the best sentence leaves to be asked;
            for a scorer without a floor, anything above 0.
        count_tokens: How tokens are counted; None is tiktoken's o200k_base.

    Raises:
        InputError: If an argument is out of range, or no scorer.

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
            not isinstance(self.max_tokens, int)
            or isinstance(self.max_tokens, bool)
            or self.max_tokens < 0
        ):
            raise InputError(
                f"max_tokens={self.max_tokens!r}; pass a whole number of tokens, or None"
            )
        if self.min_score is not None and not _is_number(self.min_score):
            raise InputError(f"min_score={self.min_score!r}; pass a number, or None")
        object.__setattr__(self, "_scorer", _resolved(self.scorer, self.device))

    def compress(self, content: RAGContext) -> list[str]:
        """Return the surviving documents in input order; [] if nothing survives.

        Kept sentences that were neighbours stay joined as they were, others by a
        space (structural lines by a line break).

        Raises:
            InputError: If `content` is no RAGContext of texts.
            ScorerError: If the scorer fails.
            ImportError: If the scorer needs an extra that is not installed.
        """
        return list(self._plan(content).content.values())

    def explain(self, content: RAGContext) -> PrunedDocuments:
        """Return what `compress` returns, with spans, scores and what was dropped.

        `dropped` lists every sentence that is gone, its path being `(document
        index,)`; the reasons are "below min_score", "over the ceiling",
        "over max_tokens", "duplicate", "blank".

        Raises:
            InputError, ScorerError, ImportError: As `compress`.
        """
        plan = self._plan(content)
        count = self.count_tokens or default_counter()
        return PrunedDocuments(
            content=list(plan.content.values()),
            dropped=plan.dropped(),
            skipped=plan.skipped,
            kept=plan.kept_documents(),
            _source=list(plan.documents),
            _measure=lambda texts: sum(map(count, texts)),
        )

    def _plan(self, context: RAGContext) -> "_Plan":
        """Decide what to keep; everything else is written down from this."""
        documents = _checked_documents(context)
        count = self.count_tokens or default_counter()
        sizes = {text: count(text) for text in dict.fromkeys(documents)}
        tokens = [sizes[text] for text in documents]
        # The float product of a whole number of tokens may fall short by rounding.
        ceiling = math.floor(self.target_ratio * sum(tokens) + 1e-9)
        limit = ceiling if self.max_tokens is None else min(ceiling, self.max_tokens)
        parts = _Parts(documents, tokens, limit)
        asked = bool(words(context.query))
        floor = 0.0
        if asked:
            scores, floor = self._relevance(context.query, parts)
            order = parts.by_score(scores, floor)
        else:
            scores = [0.0] * len(parts.units)
            order = parts.by_position()
        kept = select(
            order,
            parts.estimates,
            parts.companions,
            parts.meter(count),
            limit,
            self.max_tokens,
        )
        return _Plan(
            documents,
            parts,
            scores,
            floor,
            frozenset(order),
            frozenset(kept),
            _reason(asked, order, kept, floor, self.max_tokens, parts),
        )

    def _relevance(self, query: str, parts: "_Parts") -> tuple[list[float], float]:
        """Return each unit's relevance and the floor under it."""
        found = checked_scores(self._scorer, query, parts.sentences)
        own = parts.under_headings([found[i] for i in parts.which])
        calibrated = getattr(self._scorer, "min_score", None)
        if calibrated is None:
            # A foreign scale: lifting or sharing scores would mean nothing.
            floor = math.ulp(0.0) if self.min_score is None else self.min_score
            return own, floor
        scores = relevance(query, own, parts.document, parts.sentences, parts.which)
        if self.min_score is not None:
            return scores, self.min_score
        surest = max(own, default=0.0)
        share = _SHARE_OF_BEST * surest * max(scores, default=0.0)
        return scores, max(calibrated, share)


def _is_number(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
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


def _reason(
    asked: bool,
    order: Sequence[int],
    kept: Collection[int],
    floor: float,
    max_tokens: int | None,
    parts: "_Parts",
) -> str | None:
    """Return why the result is not what was asked for, or None."""
    if not parts.units:
        return None
    if not asked:
        return "the query has no words: kept openings, not relevance"
    if not order:
        return f"no sentence reaches min_score={floor:.3g}"
    if not kept:
        return f"no sentence fits max_tokens={max_tokens}"
    return None


class _Parts:
    """The units of all documents in one row, and the distinct texts among them."""

    def __init__(
        self, documents: Sequence[str], tokens: Sequence[int], limit: int
    ) -> None:
        self.documents = documents
        self.units: list[Unit] = []
        self.document: list[int] = []
        self.first: list[int] = []
        self.texts: list[str] = []
        self.estimates: list[float] = []
        positions: dict[str, int] = {}
        self.which: list[int] = []
        for i, text in enumerate(documents):
            self.first.append(len(self.units))
            if not text:
                continue
            each = tokens[i] / len(text)
            for unit in _bounded(text, split_units(text), each, limit):
                said = text[unit.start : unit.end]
                self.units.append(unit)
                self.document.append(i)
                self.texts.append(said)
                self.estimates.append((len(said) + 1) * each)
                self.which.append(positions.setdefault(said, len(positions)))
        self.sentences = Sentences(positions)

    def under_headings(self, scores: list[float]) -> list[float]:
        """Return the scores, a heading's passed on to what stands below it."""
        lifted = list(scores)
        for i, unit in enumerate(self.units):
            if unit.heading is not None:
                above = scores[self.first[self.document[i]] + unit.heading]
                lifted[i] = max(lifted[i], _HEADING_SHARE * above)
        return lifted

    @cached_property
    def carried(self) -> frozenset[int]:
        """Units that only come along: headings and table headers with content."""
        return frozenset(
            self.first[i] + above
            for i, unit in zip(self.document, self.units, strict=True)
            for above in (unit.heading, unit.intro if unit.kind == "row" else None)
            if above is not None
        )

    def by_score(self, scores: Sequence[float], floor: float) -> list[int]:
        """Return the units worth keeping, best first, each saying once."""
        able = [
            i
            for i, score in enumerate(scores)
            if score >= floor and i not in self.carried
        ]
        able.sort(key=lambda i: -scores[i])
        return self._once(able)

    def by_position(self) -> list[int]:
        """Return first units of all documents, then second ones, and so on."""
        able = [i for i in range(len(self.units)) if i not in self.carried]
        able.sort(key=lambda i: i - self.first[self.document[i]])
        return self._once(able)

    def _once(self, order: Sequence[int]) -> list[int]:
        """Return `order` without repeated sayings and halves of other sentences."""
        said: set[str] = set()
        distinct = []
        for i in order:
            saying = same_saying(self.texts[i])
            if saying not in said and self.which[i] not in self.fragments:
                said.add(saying)
                distinct.append(i)
        return distinct

    @cached_property
    def fragments(self) -> frozenset[int]:
        """Positions of the distinct texts that are halves of another one."""
        if len(self.documents) < 2:
            return frozenset()
        starts = [i for i in self.first if i < len(self.units)]
        ends = [i - 1 for i in (*self.first[1:], len(self.units)) if i]
        return frozenset(
            fragments(
                self.sentences.words,
                [self.which[i] for i in starts],
                [self.which[i] for i in ends],
            )
        )

    def companions(self, i: int) -> Companions:
        """Return what unit `i` should be kept with."""
        unit, first = self.units[i], self.first[self.document[i]]
        if unit.kind == "sentence" and i > first and leans_back(self.texts[i]):
            before = (i - 1,) if self.units[i - 1].kind == "sentence" else ()
        else:
            before = ()
        must: tuple[int, ...] = ()
        if unit.intro is not None:
            if unit.kind == "row":
                must = (first + unit.intro,)
            else:
                before = (first + unit.intro,)
        if unit.heading is not None:
            before = (*before, first + unit.heading)
        return Companions(must, before)

    def render(self, kept: Collection[int]) -> dict[int, str]:
        """Return the text that is left of each document that has any, in order."""
        rows: dict[int, list[int]] = {}
        for i in sorted(kept):
            rows.setdefault(self.document[i], []).append(i)
        return {document: self._joined(document, row) for document, row in rows.items()}

    def _joined(self, document: int, row: Sequence[int]) -> str:
        """Return units of one document as text; the gaps of neighbours stay."""
        source, units = self.documents[document], self.units
        said = [self.texts[row[0]]]
        for before, after in pairwise(row):
            if after == before + 1:
                said.append(source[units[before].end : units[after].start])
            elif units[before].kind == units[after].kind == "sentence":
                said.append(" ")
            else:
                said.append("\n")
            said.append(self.texts[after])
        return "".join(said)

    def meter(self, count: CountTokens) -> Callable[[Collection[int]], int]:
        """Return what counts the output's tokens, each text once."""
        known: dict[str, int] = {}

        def measure(kept: Collection[int]) -> int:
            total = 0
            for text in self.render(kept).values():
                tokens = known.get(text)
                if tokens is None:
                    tokens = known[text] = count(text)
                total += tokens
            return total

        return measure


def _bounded(
    text: str, units: list[Unit], tokens_per_character: float, limit: int
) -> list[Unit]:
    """Return the units, endless ones that `limit` tokens cannot hold cut at clauses."""
    longest = max(limit, _ENDLESS_TOKENS) / (tokens_per_character or 1.0)
    if all(unit.end - unit.start <= longest for unit in units):
        return units
    size = max(1, int(_PIECE_TOKENS / tokens_per_character))
    bounded: list[Unit] = []
    moved: list[int] = []
    for unit in units:
        moved.append(len(bounded))
        unit = unit._replace(
            heading=None if unit.heading is None else moved[unit.heading],
            intro=None if unit.intro is None else moved[unit.intro],
        )
        if unit.end - unit.start > longest and unit.kind != "code":
            bounded += split_pieces(text, unit, size)
        else:
            bounded.append(unit)
    return bounded


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is kept of which documents, before anything is written."""

    documents: list[str]
    parts: _Parts
    scores: list[float]
    floor: float
    able: frozenset[int]
    kept: frozenset[int]
    skipped: str | None

    @property
    def content(self) -> dict[int, str]:
        return self.parts.render(self.kept)

    def kept_documents(self) -> tuple[KeptDocument, ...]:
        """Return one entry per document of which something is kept."""
        rows: dict[int, list[int]] = {}
        for i in sorted(self.kept):
            rows.setdefault(self.parts.document[i], []).append(i)
        return tuple(
            KeptDocument(
                index=document,
                text=self.content[document],
                spans=tuple(self._spans(row)),
                score=max(self.scores[i] for i in row),
                cut=any(self.parts.units[i].kind == "piece" for i in row),
            )
            for document, row in rows.items()
        )

    def _spans(self, row: Sequence[int]) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        for place, i in enumerate(row):
            unit = self.parts.units[i]
            if place and row[place - 1] == i - 1:
                spans[-1] = (spans[-1][0], unit.end)
            else:
                spans.append((unit.start, unit.end))
        return spans

    def dropped(self) -> tuple[Dropped, ...]:
        """Return every unit that is gone and every blank document, in input order."""
        gone: list[Dropped] = []
        parts = self.parts
        ends = [*parts.first[1:], len(parts.units)]
        for document, (start, end) in enumerate(zip(parts.first, ends, strict=True)):
            if start == end:
                text = self.documents[document]
                gone.append(
                    Dropped((document,), "blank", text=text, span=(0, len(text)))
                )
            gone += [
                Dropped(
                    (document,),
                    self._why(i),
                    text=parts.texts[i],
                    span=(parts.units[i].start, parts.units[i].end),
                    score=self.scores[i],
                )
                for i in range(start, end)
                if i not in self.kept
            ]
        return tuple(gone)

    def _why(self, i: int) -> str:
        if i in self.able:
            return "over the ceiling"
        if self.scores[i] < self.floor:
            return "below min_score"
        return "without its content" if i in self.parts.carried else "duplicate"
