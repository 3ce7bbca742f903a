"""The distribution headroom-ai, in its own environment: text in, text out.

It keeps what it leaves out in a store of its own, where a model can fetch it by a
further call; what counts here is what the text holds.
"""

import json
from collections.abc import Callable
from typing import Any

from methods import Pair


def _finish(task: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the text, and its values by the package's reader, or as JSON."""
    if text == task["text"]:
        return {"text": text, "decoded": None}
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    decoded = _expanded(value)
    # Nothing to read means that only the text can be searched.
    unreadable = decoded is text
    return {
        "text": text,
        "decoded": None if unreadable else decoded,
        "unreadable": unreadable,
    }


def _expanded(value: Any) -> Any:
    """Return a value with every table in it, which is a string, read back."""
    from headroom import expand_compacted

    if isinstance(value, dict):
        return {key: _expanded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_expanded(one) for one in value]
    if not isinstance(value, str):
        return value
    rows = expand_compacted(value)
    return value if rows is None else rows


def _compress() -> Pair:
    from headroom import compress

    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
    }
    opening = [
        {"role": "user", "content": "What does the tool say?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
    ]

    def work(task: dict[str, Any]) -> str:
        result = {"role": "tool", "tool_call_id": "c1", "content": task["text"]}
        done = compress([*opening, result], model="gpt-4o", protect_recent=0)
        return str(done.messages[-1]["content"])

    return work, _finish


def _lossless() -> Pair:
    from headroom import SmartCrusher

    crusher = SmartCrusher(lossless_only=True)
    return lambda task: str(crusher.crush(task["text"]).compressed), _finish


METHODS: dict[str, Callable[[], Pair]] = {
    "headroom-ai, compress()": _compress,
    "headroom-ai, lossless_only": _lossless,
}
