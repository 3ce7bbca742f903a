"""What stays under a cap: the ranking of an output's parts, and the fit."""

from headroom.tool_outputs.capping.text import Capped, cap

__all__ = ["Capped", "cap"]
