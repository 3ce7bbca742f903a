"""A tool's result as its own classes show it to a model."""

import datetime
import uuid
from collections import deque
from collections.abc import Mapping, Set, ValuesView
from dataclasses import is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any

from headroom.errors import InputError
from headroom.tool_outputs.objects import fields_of, plain

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
    record = fields_of(value)
    if record is None and isinstance(value, _ITERABLES):
        items = [as_shown(item, strange) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        # A set has no order of its own.
        return sorted(items, key=repr) if isinstance(value, Set) else items
    if _has_own_text(value):
        return str(value)
    if record is not None:
        held = {name: getattr(value, name) for name, shows in record.items() if shows}
        pairs = {name: as_shown(item, strange) for name, item in held.items()}
        same = all(pairs[name] is item for name, item in held.items())
        return value if same and len(held) == len(record) else pairs
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
