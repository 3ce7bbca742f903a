"""Packages that compress a whole request: a tool's text in, that tool's text out.

Each keeps what it leaves out in a store of its own, where a model can fetch it by a
further call. What counts here is what the text holds. headroom-ai runs in an
environment of its own, since it installs a package of our name.
"""

import json
from collections.abc import Callable
from typing import Any

from methods import Pair

_CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def _messages(text: str) -> list[dict[str, Any]]:
    """Return a chat whose last message is the tool's result."""
    return [
        {"role": "user", "content": "What does the tool say?"},
        {"role": "assistant", "content": None, "tool_calls": [_CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": text},
    ]


def _read(
    expand: Callable[[str], Any] | None = None,
) -> Callable[[dict[str, Any], str], dict[str, Any]]:
    """Return what reads a text as JSON, tables in its strings by `expand`."""

    def expanded(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: expanded(one) for key, one in value.items()}
        if isinstance(value, list):
            return [expanded(one) for one in value]
        rows = expand(value) if expand and isinstance(value, str) else None
        return value if rows is None else rows

    def finish(task: dict[str, Any], text: str) -> dict[str, Any]:
        if text == task["text"]:
            return {"text": text, "decoded": None}
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        decoded = expanded(value)
        # Nothing to read means that only the text can be searched.
        unreadable = decoded is text
        return {
            "text": text,
            "decoded": None if unreadable else decoded,
            "unreadable": unreadable,
        }

    return finish


def _headroom_ai() -> Pair:
    from headroom import compress, expand_compacted

    def work(task: dict[str, Any]) -> str:
        done = compress(_messages(task["text"]), model="gpt-4o", protect_recent=0)
        return str(done.messages[-1]["content"])

    return work, _read(expand_compacted)


def _headroom_ai_lossless() -> Pair:
    from headroom import SmartCrusher, expand_compacted

    crusher = SmartCrusher(lossless_only=True)
    return (
        lambda task: str(crusher.crush(task["text"]).compressed),
        _read(expand_compacted),
    )


def _llmtrim() -> Pair:
    import llmtrim

    def work(task: dict[str, Any]) -> str:
        body = {"model": "gpt-4o", "messages": _messages(task["text"])}
        # "agent" is the preset that its documentation names for tool results.
        done = llmtrim.compress(json.dumps(body), llmtrim.Provider.OPEN_AI, "agent")
        return str(json.loads(done.request_json)["messages"][-1]["content"])

    return work, _read()


def _distil(*, verbatim: bool) -> Callable[[], Pair]:
    def make() -> Pair:
        from distil import compress_messages

        def work(task: dict[str, Any]) -> str:
            done = compress_messages(_messages(task["text"]), verbatim=verbatim)
            return str(done.messages[-1]["content"])

        return work, _read()

    return make


METHODS: dict[str, Callable[[], Pair]] = {
    "llmtrim, agent": _llmtrim,
    "distil-llm": _distil(verbatim=False),
    "distil-llm, verbatim": _distil(verbatim=True),
    "headroom-ai, compress()": _headroom_ai,
    "headroom-ai, lossless_only": _headroom_ai_lossless,
}
