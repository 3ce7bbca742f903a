"""What JSONMinifier leaves out of a JSON tree (docs/dropping-rules.md)."""

from headroom.tool_outputs.dropping.patterns import unmatched
from headroom.tool_outputs.dropping.policy import Policy
from headroom.tool_outputs.dropping.walk import Gone, leaves, prune

__all__ = ["Gone", "Policy", "leaves", "prune", "unmatched"]
