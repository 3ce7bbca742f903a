"""Any output under a cap: a JSON value by its rows, everything else by its lines."""

import json
import re
import warnings
from collections.abc import Callable
from typing import Any

from headroom.errors import DecodeError
from headroom.originals import Store, keep
from headroom.scorers import (
    BM25Scorer,
    CrossEncoderScorer,
    EmbeddingScorer,
    Scorer,
)
from headroom.tokens import CountTokens
from headroom.tool_outputs.capping.fitting import Wanted
from headroom.tool_outputs.capping.notes import Capped
from headroom.tool_outputs.capping.text import cap
from headroom.tool_outputs.capping.tree import cap_tree
from headroom.tool_outputs.minifier import JSONMinifier
from headroom.tool_outputs.table import MAGIC

__all__ = ["cap_output", "check_store", "keep_original", "scorer_of"]

# How a table begins whose document lost values.
_LEFT_OUT = re.compile(MAGIC + " left out: [^,\n]*")
_SCORERS: dict[str, Callable[[], Scorer]] = {
    "bm25": BM25Scorer,
    "cross-encoder": CrossEncoderScorer,
    "embedding": EmbeddingScorer,
}


def scorer_of(scorer: Any) -> Scorer:
    """Return the scorer of a name, or the object itself.

    Raises:
        ValueError: It is no such name and has no `score`.
    """
    if isinstance(scorer, str) and scorer in _SCORERS:
        return _SCORERS[scorer]()
    if isinstance(scorer, Scorer) and not isinstance(scorer, type):
        return scorer
    raise ValueError(
        f"scorer={scorer!r:.80}; pass one of {sorted(_SCORERS)}, or an object with "
        "score(query, sentences)"
    )


def check_store(store: Any) -> None:
    """Raise unless it is a store, or None.

    Raises:
        TypeError: It has no `put` and `get`.
    """
    if store is not None and (isinstance(store, type) or not isinstance(store, Store)):
        raise TypeError(
            f"store={store!r:.80}; pass an object with put(key, data) and get(key), "
            "such as headroom.originals.SQLiteStore(path)"
        )


def keep_original(store: Store | None, output: Any, text: str) -> str | None:
    """Put an output into a store; return its handle, None if it is not kept.

    Args:
        store: The store; None keeps nothing.
        output: The output as it came. Bytes are kept as they are.
        text: Its plain text, which is kept in UTF-8 otherwise.
    """
    if store is None:
        return None
    content = bytes(output) if isinstance(output, bytes | bytearray) else None
    if content is None:
        content = text.encode("utf-8", "surrogatepass")
    try:
        return keep(store, content)
    except Exception as error:  # noqa: BLE001 - said in a warning; the cap holds
        warnings.warn(
            f"The original of a capped output was not kept ({error!r}), so the text "
            "names no handle. Mend the store, or pass store=None",
            RuntimeWarning,
            stacklevel=2,
        )
        return None


def cap_output(source: str, minified: str | None, wanted: Wanted) -> Capped:
    """Return an output as text under a cap.

    Args:
        source: The text of the output, or its compact JSON.
        minified: What a JSONMinifier made of it; None if it holds no JSON.
        wanted: The cap, and what is wanted of the output.
    """
    if minified is not None and (value := _document(source, minified)) is not None:
        return cap_tree(value, _writer(minified, wanted.count_tokens), wanted)
    return cap(source, wanted)


def _writer(minified: str, count_tokens: CountTokens) -> Callable[[Any], str]:
    """Return what writes a part of a document; a table says what was left out of it."""
    compress = JSONMinifier.lossless(count_tokens=count_tokens).compress
    left_out = _LEFT_OUT.match(minified)
    if left_out is None:
        return compress

    def write(part: Any) -> str:
        text = compress(part)
        if not text.startswith(MAGIC):
            return text
        comma = "," if text.startswith(MAGIC + " ") else ""
        return left_out[0] + comma + text.removeprefix(MAGIC)

    return write


def _document(source: str, minified: str) -> Any:
    """Return the object or list that one JSON document is; None for other text.

    JSON lines are no document: each line stays as it is, a record that can be found.
    """
    try:
        if not isinstance(json.loads(source), dict | list):
            return None
        value = JSONMinifier.decode(minified)
    except (ValueError, RecursionError, DecodeError):
        return None
    return value if isinstance(value, dict | list) and value else None
