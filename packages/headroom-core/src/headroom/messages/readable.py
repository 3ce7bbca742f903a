"""The readable text of structured output, such as what a vendor's own tool answered."""

from collections.abc import Mapping
from typing import Any

from headroom.fields import field_of

__all__ = ["plain", "readable"]

# Their value is the text itself; of other fields the name is told, too.
_TEXT_KEYS = (
    "content",
    "data",
    "logs",
    "output",
    "result",
    "stderr",
    "stdout",
    "summary",
    "text",
)
# Only the vendor reads them, or they say what kind of thing this is.
_UNREADABLE = ("cache_control", "caller", "citations", "signature", "status", "type")


def plain(value: Any) -> Any:
    """Return an SDK's model as a dict; anything else as it is."""
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else value


def readable(value: Any) -> str:
    """Return the text in a JSON value or SDK object, one line for each part.

    Encrypted fields, signatures and type names are left out; so are empty values.
    """
    value = plain(value)
    if isinstance(value, Mapping):
        return "\n".join(filter(None, (_field(k, v) for k, v in value.items())))
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(readable, value)))
    return "" if value is None else str(value)


def _field(key: Any, value: Any) -> str:
    key = str(key)
    if key in _UNREADABLE or key.startswith("encrypted_"):
        return ""
    if key == "source" and str(field_of(value, "type") or "text") == "base64":
        return ""
    text = readable(value)
    if not text or key in _TEXT_KEYS or not isinstance(value, str | int | float):
        return text
    return f"{key}: {text}"
