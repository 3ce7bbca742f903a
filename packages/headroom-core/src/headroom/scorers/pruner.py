"""Pruners: models that read a question and a whole text, and return what to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain
from typing import Any, ClassVar, Protocol, runtime_checkable

from headroom.errors import ScorerError
from headroom.scorers.bm25 import BM25Scorer

__all__ = ["Pruner", "PrunerScorer"]

# A text that such a model reads at once: below its 512 tokens in any script.
_MOST_CHARACTERS = 1_200


@runtime_checkable
class Pruner(Protocol):
    """A model of the Provence family, as `transformers` loads it."""

    def process(self, question: str, context: str) -> Any:
        """Return the sentences of `context` that the question needs.

        As a text, or as a mapping with `pruned_context`.
        """
        ...


@dataclass(frozen=True, eq=False)
class PrunerScorer:
    """Scores sentences by a model that prunes whole texts (Provence, OpenProvence).

    The model reads neighbouring sentences together. A sentence that it keeps scores
    0.5 to 1, more the more words of the query it holds; one that it drops scores 0;
    one that it cuts, in between.

    Attributes:
        model: What `AutoModel.from_pretrained(..., trust_remote_code=True)` returns,
            or any object with `process(question, context)`.
        min_score: The floor below which `SemanticCompressor` drops a sentence.

    Source: Chirkova et al. 2025, "Provence: efficient and robust context pruning".
    """

    model: Pruner

    min_score: ClassVar[float] = 0.25

    def __post_init__(self) -> None:
        if not isinstance(self.model, Pruner) or isinstance(self.model, type):
            raise ScorerError(
                f"model={self.model!r:.100} has no process(question, context); pass a "
                "loaded model of the Provence family"
            )

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one score in [0, 1] per sentence, same order; [] for none.

        Raises:
            ScorerError: If the model answers with anything but a text.
        """
        kept: list[float] = []
        for together in _blocks(sentences):
            answer = self.model.process(query, " ".join(together))
            kept += _shares(together, _text(answer))
        return [
            share * (0.5 + 0.5 * words)
            for share, words in zip(
                kept, BM25Scorer().score(query, sentences), strict=True
            )
        ]


def _blocks(sentences: Sequence[str]) -> list[list[str]]:
    """Return the sentences in runs that a model reads at once."""
    blocks: list[list[str]] = []
    size = 0
    for sentence in sentences:
        if not blocks or size + len(sentence) > _MOST_CHARACTERS:
            blocks.append([])
            size = 0
        blocks[-1].append(sentence)
        size += len(sentence) + 1
    return blocks


def _text(answer: Any) -> str:
    """Return the text that is left, out of what a model returned."""
    found = answer["pruned_context"] if isinstance(answer, Mapping) else answer
    # Some return a list of one text for one question.
    while isinstance(found, list) and len(found) == 1:
        [found] = found
    if not isinstance(found, str):
        raise ScorerError(
            f"process() returned {answer!r:.100}; it must return a text, or a mapping "
            "with the text as 'pruned_context'"
        )
    return found


def _shares(sentences: Sequence[str], pruned: str) -> list[float]:
    """Return how much of each sentence is in `pruned`, in [0, 1]."""
    pieces = [sentence.split() for sentence in sentences]
    words = list(chain.from_iterable(pieces))
    kept = [False] * len(words)
    matcher = SequenceMatcher(None, words, pruned.split(), autojunk=False)
    for start, _, size in matcher.get_matching_blocks():
        kept[start : start + size] = [True] * size
    shares, at = [], 0
    for piece in pieces:
        shares.append(sum(kept[at : at + len(piece)]) / (len(piece) or 1))
        at += len(piece)
    return shares
