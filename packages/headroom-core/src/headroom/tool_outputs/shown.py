"""A tool's result as its own classes show it to a model."""

import datetime
import uuid
from collections import deque
from collections.abc import Mapping, Set, ValuesView
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any

from headroom.errors import InputError
from headroom.tool_outputs.objects import plain

__all__ = ["as_shown"]

# Leaves that have a JSON form of their own, whatever their `__str__`.
_LEAVES = (
    str, bytes, bytearray, memoryview, bool, int, float, type(None), Decimal, Enum,
    uuid.UUID, PurePath, datetime.date, datetime.time, datetime.timedelta,
)  # fmt: skip

# What else is a collection of values.
_ITERABLES = (list, tuple, deque, Set, ValuesView)


def as_shown(value: Any, strange: set[str] | None = None) -> Any:
    """Return what a framework would show of a value, as far as that has a JSON form.

    Fields that a class hides from its repr are left out (dataclasses and attrs with
    `repr=False`, pydantic's `Field(repr=False)`), however deep in collections they lie.
    An object with a `__str__` of its own
    reads as that, and so does a leaf that has no JSON form.

    Args:
        value: What a tool returned; never changed, and shared where nothing differs.
        strange: Takes the names of the types that were read by `str()` because they
            have no JSON form.
    """
    if isinstance(value, (*_LEAVES, type)):
        return value
    if isinstance(value, Mapping):
        pairs = {key: as_shown(item, strange) for key, item in value.items()}
        same = all(pairs[key] is item for key, item in value.items())
        return value if same else pairs
    names = _shown_fields(value)
    if names is None and isinstance(value, _ITERABLES):
        items = [as_shown(item, strange) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        if same:
            return value
        # A set has no order of its own.
        return sorted(items, key=repr) if isinstance(value, Set) else items
    if _has_own_text(value):
        return str(value)
    if names is not None:
        pairs = {name: as_shown(getattr(value, name), strange) for name in names}
        same = all(pairs[name] is getattr(value, name) for name in names)
        return value if same and len(names) == len(_all_fields(value)) else pairs
    try:
        plain(value, exact=False)
    except InputError:
        if not (_defines(type(value), "__str__") or _defines(type(value), "__repr__")):
            return value
        if strange is not None:
            strange.add(type(value).__name__)
        return str(value)
    return value


def _has_own_text(value: Any) -> bool:
    """Tell whether the class of a record says itself how it reads."""
    kind = type(value)
    if is_dataclass(kind):
        shows_fields = kind.__dataclass_params__.repr  # type: ignore[attr-defined]
        return _defines(kind, "__str__") or (
            not shows_fields and _defines(kind, "__repr__")
        )
    if hasattr(kind, "model_fields"):
        bases = [
            base for base in kind.__mro__ if base.__module__.startswith("pydantic")
        ]
        return bool(bases) and kind.__str__ is not bases[0].__str__
    return hasattr(kind, "__attrs_attrs__") and _defines(kind, "__str__")


def _defines(kind: type, name: str) -> bool:
    """Tell whether a class has its own method where `object` has one, too."""
    return getattr(kind, name) is not getattr(object, name)


def _shown_fields(value: Any) -> list[str] | None:
    """Return the fields that a record shows, or None if it is no record."""
    kind = type(value)
    if is_dataclass(kind):
        return [field.name for field in fields(kind) if field.repr]
    if hasattr(kind, "model_fields"):
        shown = [name for name, field in kind.model_fields.items() if field.repr]
        return [*shown, *(getattr(value, "model_extra", None) or ())]
    if hasattr(kind, "__attrs_attrs__"):
        return [field.name for field in kind.__attrs_attrs__ if field.repr]
    if isinstance(value, tuple) and hasattr(kind, "_fields"):  # NamedTuple
        return list(kind._fields)
    return None


def _all_fields(value: Any) -> list[str]:
    kind = type(value)
    if is_dataclass(kind):
        return [field.name for field in fields(kind)]
    if hasattr(kind, "model_fields"):
        return [*kind.model_fields, *(getattr(value, "model_extra", None) or ())]
    if hasattr(kind, "__attrs_attrs__"):
        return [field.name for field in kind.__attrs_attrs__]
    return list(kind._fields)
