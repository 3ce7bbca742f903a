"""Content blocks of Bedrock's Converse API: each is a dict of one telling key."""

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.fields import compact_json, field_of
from headroom.messages.parts import Parts
from headroom.messages.readable import readable

__all__ = ["is_message", "read_block", "write"]

_BLOCKS = (
    "audio",
    "cachePoint",
    "citationsContent",
    "document",
    "guardContent",
    "image",
    "reasoningContent",
    "searchResult",
    "text",
    "toolResult",
    "toolUse",
    "video",
)


def is_message(message: Any) -> bool:
    """Tell whether a message's content is a list of Converse's blocks."""
    content = field_of(message, "content")
    return (
        isinstance(message, Mapping)
        and isinstance(content, list | tuple)
        and bool(content)
        and all(_key(block) for block in content)
    )


def read_block(block: Any, kind: str, parts: Parts) -> bool:
    """Read a block into the parts, if it is Converse's."""
    key = "" if kind else _key(block)
    if not key or key == "text":
        return False
    inner = block[key]
    if key == "toolUse":
        parts.call(inner.get("toolUseId"), inner.get("name"), inner.get("input"))
    elif key == "toolResult":
        text = _result_text(inner.get("content") or (), parts)
        prefix = "Error: " if inner.get("status") == "error" else ""
        parts.result(inner.get("toolUseId"), "", prefix + text)
    elif key == "reasoningContent":
        parts.think(inner)
    elif key == "cachePoint":
        pass
    elif key in ("citationsContent", "guardContent", "searchResult"):
        parts.texts.append(readable(inner))
    elif key == "document" and (said := _document_text(inner)):
        parts.texts.append(said)
    else:
        parts.file(inner, key)
    return True


def _key(block: Any) -> str:
    """Return the key that says what a block is, "" if it is none of Converse's."""
    if not isinstance(block, Mapping) or "type" in block or len(block) != 1:
        return ""
    [key] = block
    known = key in _BLOCKS and isinstance(block[key], Mapping | str)
    return str(key) if known and (key == "text") == isinstance(block[key], str) else ""


def _result_text(content: Sequence[Any], parts: Parts) -> str:
    texts = []
    for block in content:
        if isinstance(block, Mapping) and "json" in block:
            texts.append(compact_json(block["json"]))
        else:
            texts.append(parts.text_of([block]))
    return "\n".join(texts)


def _document_text(document: Mapping[str, Any]) -> str:
    source = document.get("source")
    text = readable([field_of(source, "text"), field_of(source, "content")])
    return "\n".join(filter(None, [document.get("name"), text])) if text else ""


def write(role: str, text: str, like: Any) -> Any:
    """Return a message of ours."""
    return {"role": role, "content": [{"text": text}]}
