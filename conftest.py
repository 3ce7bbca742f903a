"""Every code block of README.md and docs/, and every docstring example, is a test.

Tokens are counted with the table that llama-index-core carries, offline.
"""

import gc
import importlib.util
import os
from collections.abc import Iterator
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

# The frameworks' hundred thousands of objects live as long as the tests: nothing
# looks for garbage among them.
gc.disable()


def pytest_collection_finish() -> None:
    """Let the garbage collector see only what comes from now on."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Iterator[None]:
    """Let it see only what the tests of one file made.

    Else each collection goes through what earlier files loaded and made.
    """
    done = yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()
    return done


# One adapter may be tested where the other is not installed.
_spec = importlib.util.find_spec("llama_index") and importlib.util.find_spec(
    "llama_index.core"
)
if _spec and _spec.origin:
    os.environ.setdefault(
        "TIKTOKEN_CACHE_DIR",
        str(Path(_spec.origin).parent / "_static" / "tiktoken_cache"),
    )


class _Docstrings(PythonDocStringDocument):
    """Docstrings of a module; of most there is no example to look for."""

    @staticmethod
    def extract_docstrings(python_source_code: str) -> Iterator[tuple[int, int, str]]:
        if ">>>" not in python_source_code:
            return iter(())
        return PythonDocStringDocument.extract_docstrings(python_source_code)


_FLAGS = ELLIPSIS | NORMALIZE_WHITESPACE

pages = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=_FLAGS), SkipParser()],
    patterns=["README.md", "docs/*.md"],
)
docstrings = Sybil(
    parsers=[DocTestParser(optionflags=_FLAGS)],
    path="packages",
    patterns=["*.py"],
    document_types={".py": _Docstrings},
)
pytest_collect_file = (pages + docstrings).pytest()
