"""The door the users know: the three compressors, by name."""

from headroom.tool_outputs import JSONMinifier

__all__ = ["JSONMinifier"]
