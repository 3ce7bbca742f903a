"""Context compression for LLM agents and RAG: local, exact, small."""

from headroom._installation import refuse_foreign_files as _refuse_foreign_files

_refuse_foreign_files()

from headroom.compressors import (  # noqa: E402 - a mixed install must be named first
    ConversationCompressor,
    JSONMinifier,
    SemanticCompressor,
)
from headroom.errors import (  # noqa: E402
    BudgetError,
    DecodeError,
    HeadroomError,
    InputError,
    ScorerError,
    SummarizerError,
)
from headroom.types import Compression, Compressor, Dropped, RAGContext  # noqa: E402

__all__ = [
    "BudgetError",
    "Compression",
    "Compressor",
    "ConversationCompressor",
    "DecodeError",
    "Dropped",
    "HeadroomError",
    "InputError",
    "JSONMinifier",
    "RAGContext",
    "ScorerError",
    "SemanticCompressor",
    "SummarizerError",
]
__version__ = "0.1.0"
