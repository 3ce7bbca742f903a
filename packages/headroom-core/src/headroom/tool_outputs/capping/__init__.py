"""What stays of an output under a cap: ranked parts, as many as fit."""

from headroom.tool_outputs.capping.fitting import Wanted
from headroom.tool_outputs.capping.notes import Capped
from headroom.tool_outputs.capping.output import (
    cap_output,
    check_store,
    keep_original,
    scorer_of,
)
from headroom.tool_outputs.capping.text import cap
from headroom.tool_outputs.capping.tree import cap_tree

__all__ = [
    "Capped",
    "Wanted",
    "cap",
    "cap_output",
    "cap_tree",
    "check_store",
    "keep_original",
    "scorer_of",
]
