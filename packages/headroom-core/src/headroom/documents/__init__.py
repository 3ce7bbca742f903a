"""Documents: which sentences of retrieved texts a query needs."""

from headroom.documents.compressor import (
    KeptDocument,
    PrunedDocuments,
    SemanticCompressor,
)

__all__ = ["KeptDocument", "PrunedDocuments", "SemanticCompressor"]
