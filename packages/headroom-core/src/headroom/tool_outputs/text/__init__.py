"""Lossless folds of text tool outputs: recognise a kind, fold it, unfold it."""

from headroom.tool_outputs.text.kinds import Folded, fold, unfold
from headroom.tool_outputs.text.notation import is_folded
from headroom.tool_outputs.text.recognition import kind_of

__all__ = ["Folded", "fold", "is_folded", "kind_of", "unfold"]
