"""Documents: which sentences of retrieved texts a query needs."""

from headroom.documents.compressor import SemanticCompressor
from headroom.documents.report import KeptDocument, PrunedDocuments

__all__ = ["KeptDocument", "PrunedDocuments", "SemanticCompressor"]
