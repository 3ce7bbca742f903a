"""What ToolOutputCompressor drops from a text only when it is asked to."""

from headroom.tool_outputs.lossy.blobs import without_blobs
from headroom.tool_outputs.lossy.escapes import without_escapes
from headroom.tool_outputs.lossy.markup import as_markdown

__all__ = ["as_markdown", "without_blobs", "without_escapes"]
