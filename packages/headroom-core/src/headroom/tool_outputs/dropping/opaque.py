"""Rule: ids and bookkeeping that nobody acts on go."""

import re
from typing import Any

__all__ = ["concerns", "reason"]

_OPAQUE_ID = re.compile(r"[A-Za-z0-9_+/-]{8,}=*")
# Source: signatures that people compare (HMAC, SHA-512 in hex) end at 128 characters.
_BLOB = re.compile(r"[A-Za-z0-9_+/-]{129,}=*")
_SWITCHES = frozenset({"bold", "italic", "strikethrough", "underline", "code"})

# An id besides the id that people use.
_IDS = frozenset({"node_id", "gravatar_id"})
# What a model provider encrypts for itself; thousands of characters.
_BLOBS = frozenset(
    {"encrypted_content", "encryptedContent", "thoughtSignature", "thought_signature"}
)
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_KEYS = _IDS | _BLOBS | {"managedFields", "ResponseMetadata", "annotations", _APPLIED}


def concerns(key: str) -> bool:
    """Tell whether there is a rule about a key."""
    return key in _KEYS


def reason(key: str, value: Any) -> str | None:
    """Return why a value under such a key goes, or None if it stays."""
    if key in _IDS:
        is_id = type(value) is str and _OPAQUE_ID.fullmatch(value)
        return "opaque id" if is_id else None
    if key in _BLOBS:
        is_blob = type(value) is str and _BLOB.fullmatch(value)
        return "opaque blob" if is_blob else None
    if key == "annotations":
        return "plain format" if _is_plain_format(value) else None
    return "bookkeeping" if _is_bookkeeping(key, value) else None


def _is_bookkeeping(key: str, value: Any) -> bool:
    """Tell whether Kubernetes or AWS wrote a value for itself."""
    if key == _APPLIED:
        return type(value) is str and value.startswith("{")
    if key == "managedFields":
        return (
            type(value) is list
            and bool(value)
            and all(type(item) is dict and "manager" in item for item in value)
        )
    # Of a call that did not fail.
    return type(value) is dict and value.get("HTTPStatusCode") == 200


def _is_plain_format(switches: Any) -> bool:
    """Tell whether Notion says of a text that it has no format."""
    return (
        type(switches) is dict
        and switches.get("color") == "default"
        and all(
            value is False if key in _SWITCHES else key == "color"
            for key, value in switches.items()
        )
    )
