"""Scorers: how much a query needs a sentence, by words, vectors or a cross-encoder."""

from headroom.scorers.bm25 import BM25Scorer
from headroom.scorers.contract import Scorer
from headroom.scorers.cross_encoder import CrossEncoderScorer
from headroom.scorers.embedding import EmbeddingScorer
from headroom.scorers.hybrid import HybridScorer
from headroom.scorers.pruner import PrunerScorer

__all__ = [
    "BM25Scorer",
    "CrossEncoderScorer",
    "EmbeddingScorer",
    "HybridScorer",
    "PrunerScorer",
    "Scorer",
]
