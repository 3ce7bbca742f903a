"""Lossless folds of text tool outputs: recognise a kind, fold it, unfold it."""

from headroom.tool_outputs.text.kinds import Folded, fold, unfold

__all__ = ["Folded", "fold", "unfold"]
