"""The door the users know: the compressors, by name.

Each is loaded when it is first asked for, so that `import headroom` costs little and
a user of one doesn't wait for the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headroom.conversations import ConversationCompressor
    from headroom.documents import SemanticCompressor
    from headroom.tool_outputs import JSONMinifier, ToolOutputCompressor

__all__ = [
    "ConversationCompressor",
    "JSONMinifier",
    "SemanticCompressor",
    "ToolOutputCompressor",
]

_HOMES = {
    "ConversationCompressor": "headroom.conversations",
    "JSONMinifier": "headroom.tool_outputs",
    "SemanticCompressor": "headroom.documents",
    "ToolOutputCompressor": "headroom.tool_outputs",
}

if not TYPE_CHECKING:  # a type checker would take any name for granted

    def __getattr__(name: str) -> type:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = getattr(import_module(_HOMES[name]), name)
        return globals()[name]

    def __dir__() -> list[str]:
        return __all__
