"""Rule: ids and bookkeeping that nobody acts on go."""

import json
import re
from typing import Any

from headroom.tool_outputs.dropping.record import NUMBERING, Record

__all__ = ["concerns", "reason"]

_OPAQUE_ID = re.compile(r"[A-Za-z0-9_+/-]{8,}=*")
# Source: signatures that people compare (HMAC, SHA-512 in hex) end at 128 characters.
_BLOB = re.compile(r"[A-Za-z0-9_+/-]{129,}=*")
# An id besides the id that people use; what a model provider encrypts for itself.
_STRINGS = {
    "node_id": ("opaque id", _OPAQUE_ID),
    "gravatar_id": ("opaque id", _OPAQUE_ID),
    "encrypted_content": ("opaque blob", _BLOB),
    "encryptedContent": ("opaque blob", _BLOB),
    "thoughtSignature": ("opaque blob", _BLOB),
    "thought_signature": ("opaque blob", _BLOB),
}
# Last words of keys that tell a thing from all others.
_IDENTIFYING = NUMBERING | {"uuid", "guid", "key", "login", "slug", "sha", "name"}
# What Notion says of a text that has no format.
_PLAIN_FORMAT = {
    **dict.fromkeys(("bold", "italic", "strikethrough", "underline", "code"), False),
    "color": "default",
}
# Which fields a manager owns, in Kubernetes; who that is stands beside it.
_OWNED = frozenset({"fieldsType", "fieldsV1"})
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def concerns(key: str) -> bool:
    """Tell whether there is a rule about a key."""
    return key in _STRINGS or key in _OWNED or key in ("annotations", _APPLIED)


def reason(key: str, value: Any, record: Record) -> str:
    """Return why a value under such a key goes, or "" if it stays."""
    if key in _STRINGS:
        why, pattern = _STRINGS[key]
        # An id that is the only one is the one to act on.
        is_spare = why != "opaque id" or record.has(_IDENTIFYING)
        is_opaque = type(value) is str and pattern.fullmatch(value)
        return why if is_opaque and is_spare else ""
    if key == "annotations":
        is_plain = type(value) is dict and value.items() <= _PLAIN_FORMAT.items()
        return "plain format" if is_plain and "color" in value else ""
    if key in _OWNED:
        return "bookkeeping" if "manager" in record.members else ""
    return "bookkeeping" if _is_live(value, record) else ""


def _is_live(applied: Any, record: Record) -> bool:
    """Tell whether an annotation says of a resource what the resource says itself."""
    resource = record.around.around if record.around is not None else None
    if type(applied) is not str or resource is None:
        return False
    try:
        said = json.loads(applied)
        if type(said) is not dict:
            return False
        for key in {"apiVersion", "kind"} - resource.members.keys():
            said.pop(key, None)  # of the items of a list, the list says them
        return _is_within(said, resource.members)
    except (ValueError, RecursionError):
        return False


def _is_within(part: Any, whole: Any) -> bool:
    """Tell whether all that one tree says is in another at the same place."""
    if type(part) is dict and type(whole) is dict:
        return all(
            key in whole and _is_within(value, whole[key])
            for key, value in part.items()
        )
    if type(part) is list and type(whole) is list:
        return len(part) == len(whole) and all(map(_is_within, part, whole))
    return type(part) is type(whole) and bool(part == whole)
