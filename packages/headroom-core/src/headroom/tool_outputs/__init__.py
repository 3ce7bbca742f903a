"""All that knows tool outputs: reading, pruning, folding, encoding and decoding."""

from headroom.tool_outputs.compressor import CompressedOutput, ToolOutputCompressor
from headroom.tool_outputs.minifier import JSONMinifier

__all__ = ["CompressedOutput", "JSONMinifier", "ToolOutputCompressor"]
