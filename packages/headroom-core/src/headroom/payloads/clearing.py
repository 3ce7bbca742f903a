"""Results and pictures that the model has used, replaced by the handle of the original.

Source: agents solve as much with old observations masked as with a summary of them,
Lindenbauer et al., "The Complexity Trap", 2025. Here they can be asked for again.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom.fields import field_of
from headroom.messages.tool_results import with_blocks, with_results
from headroom.originals import PART_BEGINS, RETRIEVE, Store, keep

__all__ = ["cleared"]

NameOf = Callable[[str, str, str], str | None]
# A shorter result costs hardly more than the note in its place.
_SHORTEST = 400
_ANSWERING_ROLES = ("assistant", "model", "ai")
_PICTURES = {"image": "text", "image_url": "text", "input_image": "input_text"}


def cleared(
    messages: Sequence[Any],
    after_turns: int,
    store: Store,
    name_of: NameOf,
) -> list[Any]:
    """Return the messages, old results and pictures replaced by notes.

    Args:
        messages: Of any vendor; never changed, and the others are the same objects.
        after_turns: How many answers of the model a result stays for, 1 or more.
        store: Where the originals go.
        name_of: The tool's name for a result's text, the id of its call and the name
            that the message tells; "" if unknown, None if the result is to stay.
    """
    turns = 0
    found: list[Any] = []
    for message in reversed(messages):
        if turns >= after_turns:
            message = _without_pictures(message, store)
            message = with_results(message, _Note(store, name_of))
        role = field_of(message, "role") or field_of(message, "type")
        turns += str(getattr(role, "value", role)) in (
            *_ANSWERING_ROLES,
            "function_call",
        )
        found.append(message)
    return found[::-1]


class _Note:
    """Writes the note in place of a result's text."""

    def __init__(self, store: Store, name_of: NameOf) -> None:
        self._store = store
        self._name_of = name_of

    def __call__(self, text: str, call_id: str, name: str) -> str:
        if len(text) < _SHORTEST:
            return text
        tool = self._name_of(text, call_id, name)
        if tool is None:
            return text
        handle = keep(self._store, text.encode("utf-8", "surrogatepass"))
        if handle is None:
            return text
        of = f" of {tool}" if tool else ""
        lines = text.count("\n") + 1
        return (
            f"{PART_BEGINS}: the result{of}, {lines:,} lines, was read and cleared; "
            f'{RETRIEVE}(handle="{handle}", query="…") shows it again]'
        )


def _without_pictures(message: Any, store: Store) -> Any:
    for key in ("content", "parts"):
        message = with_blocks(
            message, key, lambda block: _without_picture(block, store)
        )
    return message


def _without_picture(block: Any, store: Store) -> Any:
    """Return a block of text in place of a picture; any other block as it is."""
    if not isinstance(block, Mapping):
        return block
    if block.get("type") == "tool_result":
        return _without_pictures(block, store)
    inline = block.get("inlineData") or block.get("inline_data")
    if isinstance(inline, Mapping):
        kind = str(inline.get("mimeType") or inline.get("mime_type") or "")
        if not kind.startswith("image/"):
            return block
        return {"text": _said(str(inline.get("data", "")), store)}
    word = _PICTURES.get(str(block.get("type")))
    if word is None:
        return block
    source = block.get("source") or block.get("image_url") or {}
    if isinstance(source, Mapping):
        source = source.get("url") or source.get("data") or source.get("file_id") or ""
    return {"type": word, "text": _said(str(source), store)}


def _said(source: str, store: Store) -> str:
    """Return what stands for a picture, given as base64, a data address or another."""
    data = source.partition("base64,")[2] if source.startswith("data:") else source
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return f"{PART_BEGINS}: a picture was seen and cleared: {source:.300}]"
    handle = keep(store, content)
    return (
        f"{PART_BEGINS}: a picture of {len(content):,} bytes was seen and cleared; "
        f"its original is {handle}]"
    )
