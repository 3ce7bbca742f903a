"""What stays of an output under a cap: ranked parts, as many as fit."""

from headroom.tool_outputs.capping.notes import Capped
from headroom.tool_outputs.capping.text import cap
from headroom.tool_outputs.capping.tree import cap_tree

__all__ = ["Capped", "cap", "cap_tree"]
