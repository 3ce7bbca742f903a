"""All that knows tool outputs: reading, pruning, encoding and decoding JSON."""

from headroom.tool_outputs.minifier import JSONMinifier

__all__ = ["JSONMinifier"]
