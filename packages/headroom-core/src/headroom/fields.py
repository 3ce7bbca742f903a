"""Fields of dicts and objects alike, and the JSON that they are spelt as."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from headroom.errors import InputError

__all__ = [
    "compact_json",
    "field_of",
    "first_of",
    "replaced",
    "text_field",
    "without",
]


def compact_json(value: Any) -> str:
    """Return `value` as JSON without spaces; objects by their fields or `str`.

    Raises:
        InputError: `value` contains itself, or more levels than Python can follow.
    """
    try:
        try:
            return _dumped(value)
        except TypeError:  # a key that JSON doesn't have, such as a tuple
            return _dumped(_with_plain_keys(value))
    except (RecursionError, ValueError) as error:
        raise InputError(
            f"a value that cannot be written as JSON ({error}); pass plain JSON, "
            "less deep, and nothing that contains itself"
        ) from error


def _dumped(value: Any) -> str:
    return json.dumps(
        value, separators=(",", ":"), ensure_ascii=False, default=_plain_object
    )


def _with_plain_keys(value: Any) -> Any:
    """Return `value` with each key that JSON doesn't have spelt by `str`."""
    if isinstance(value, Mapping):
        plain = {}
        for key, item in value.items():
            known = key is None or isinstance(key, str | int | float)
            plain[key if known else str(key)] = _with_plain_keys(item)
        return plain
    if isinstance(value, list | tuple):
        return [_with_plain_keys(item) for item in value]
    return value


def field_of(message: Any, key: str) -> Any:
    """Return an entry of a mapping or an attribute of an object; None if missing."""
    # Asking whether it is a Mapping takes three times as long, and most are dicts.
    if type(message) is dict or isinstance(message, Mapping):
        return message.get(key)
    return getattr(message, key, None)


def _plain_object(value: Any) -> Any:
    """Return what JSON should show for an object it doesn't know."""
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else str(value)


def first_of(holder: Any, *keys: str) -> Any:
    """Return the first of these fields that is there; None if none is."""
    for key in keys:
        if (value := field_of(holder, key)) is not None:
            return value
    return None


def text_field(holder: Any, *keys: str) -> str | None:
    """Return the first of these fields that is a text; None if none is."""
    for key in keys:
        if isinstance(value := field_of(holder, key), str):
            return value
    return None


def replaced(holder: Any, key: str, value: Any) -> Any:
    """Return a copy of a mapping, dataclass or model with one entry exchanged.

    Raises:
        InputError: It is none of those.
    """
    if type(holder) is dict:
        return {**holder, key: value}
    if isinstance(holder, Mapping):
        twin: Any = copy.copy(holder)
        twin[key] = value
        return twin
    if callable(update := getattr(holder, "model_copy", None)):
        return update(update={key: value})
    if hasattr(holder, "__dict__"):
        twin = copy.copy(holder)
        object.__setattr__(twin, key, value)
        return twin
    raise InputError(f"a {type(holder).__name__} cannot be copied; pass it as a dict")


def without(holder: Mapping[str, Any], key: str) -> Any:
    """Return a copy of a mapping, of its type, without one entry."""
    if type(holder) is dict:
        return {name: value for name, value in holder.items() if name != key}
    twin: Any = copy.copy(holder)
    del twin[key]
    return twin
