"""Context compression for LLM agents and RAG, in your process and without a model."""

from headroom._installation import refuse_foreign_files as _refuse_foreign_files

_refuse_foreign_files()

from typing import TYPE_CHECKING  # noqa: E402 - a mixed install must be named first

from headroom import compressors as _compressors  # noqa: E402
from headroom.errors import (  # noqa: E402
    BudgetError,
    DecodeError,
    HeadroomError,
    InputError,
    OriginalError,
    ScorerError,
    SummarizerError,
)
from headroom.types import Compression, Compressor, Dropped, RAGContext  # noqa: E402

if TYPE_CHECKING:
    from headroom.compressors import (
        ConversationCompressor,
        JSONMinifier,
        SemanticCompressor,
        ToolOutputCompressor,
    )
    from headroom.payloads import Headroom, httpx_transport
    from headroom.tool_outputs.retrieval import RetrievalTool, retrieve
    from headroom.verification import verify

__all__ = [
    "BudgetError",
    "Compression",
    "Compressor",
    "ConversationCompressor",
    "DecodeError",
    "Dropped",
    "Headroom",
    "HeadroomError",
    "InputError",
    "JSONMinifier",
    "OriginalError",
    "RAGContext",
    "RetrievalTool",
    "ScorerError",
    "SemanticCompressor",
    "SummarizerError",
    "ToolOutputCompressor",
    "httpx_transport",
    "retrieve",
    "verify",
]
__version__ = "0.1.0"
__distribution__ = "headroom-core"  # the adapters look for it

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _compressors.__all__:
            return getattr(_compressors, name)
        if name in ("Headroom", "httpx_transport"):
            from headroom import payloads

            return getattr(payloads, name)
        if name == "verify":
            from headroom import verification

            return verification.verify
        if name in ("RetrievalTool", "retrieve"):
            from headroom.tool_outputs import retrieval

            return getattr(retrieval, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __all__
