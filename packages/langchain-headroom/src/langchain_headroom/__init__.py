"""Headroom for LangChain: the compressors of `headroom` where LangChain takes them.

A compressor is configured in `headroom` and handed over; nothing here repeats its
options. Each name is loaded when it is first asked for, with what it needs.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import headroom

# Two unrelated distributions, headroom and headroom-ai, install a package of this
# name. Whichever pip installs last wins without a word.
if getattr(headroom, "__distribution__", None) != "headroom-core":
    _where = getattr(headroom, "__file__", None) or list(headroom.__path__)
    raise ImportError(
        f"{_where} is not headroom-core: another distribution has overwritten or "
        "removed it. Run: pip uninstall -y headroom headroom-ai headroom-core, then "
        "install headroom-core again (from a clone: pip install "
        "./packages/headroom-core)"
    )

if TYPE_CHECKING:
    from langchain_headroom.agents import (
        HeadroomContextEdit,
        HeadroomContextMiddleware,
        HeadroomToolOutputMiddleware,
    )
    from langchain_headroom.documents import HeadroomDocumentCompressor
    from langchain_headroom.memory import HeadroomChatMemory
    from langchain_headroom.messages import HeadroomMessageCompressor
    from langchain_headroom.retrieval import retrieval_tool
    from langchain_headroom.summarizers import (
        chat_model_summarizer,
        headroom_summarizer,
    )
    from langchain_headroom.tools import wrap_tool, wrap_tools

__all__ = [
    "HeadroomChatMemory",
    "HeadroomContextEdit",
    "HeadroomContextMiddleware",
    "HeadroomDocumentCompressor",
    "HeadroomMessageCompressor",
    "HeadroomToolOutputMiddleware",
    "chat_model_summarizer",
    "headroom_summarizer",
    "retrieval_tool",
    "wrap_tool",
    "wrap_tools",
]
__version__ = "0.1.0"

_HOMES = {
    "HeadroomChatMemory": "memory",
    "HeadroomContextEdit": "agents",
    "HeadroomContextMiddleware": "agents",
    "HeadroomDocumentCompressor": "documents",
    "HeadroomMessageCompressor": "messages",
    "HeadroomToolOutputMiddleware": "agents",
    "chat_model_summarizer": "summarizers",
    "headroom_summarizer": "summarizers",
    "retrieval_tool": "retrieval",
    "wrap_tool": "tools",
    "wrap_tools": "tools",
}

if not TYPE_CHECKING:  # a type checker would take any name for granted
    # `import *` asks for every name here, so those of an extra that is not installed
    # are left out. Asked for by name, they say what to install.
    _EXTRAS = {"agents": "langchain", "memory": "langchain_classic"}
    __all__ = [
        name for name in __all__ if find_spec(_EXTRAS.get(_HOMES[name], "headroom"))
    ]

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f"{__name__}.{_HOMES[name]}")
        globals()[name] = getattr(module, name)
        return globals()[name]

    def __dir__() -> list[str]:
        return __all__
