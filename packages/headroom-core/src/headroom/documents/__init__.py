"""Documents: which sentences of retrieved texts a query needs."""

from headroom.documents.account import KeptDocument, PrunedDocuments
from headroom.documents.compressor import SemanticCompressor

__all__ = ["KeptDocument", "PrunedDocuments", "SemanticCompressor"]
