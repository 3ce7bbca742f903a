"""Python objects that tools return, as plain JSON values."""

import datetime
import json
import math
import os
import uuid
from collections import UserString, deque
from collections.abc import (
    Callable,
    ItemsView,
    Iterator,
    KeysView,
    Mapping,
    Sequence,
    Set,
    ValuesView,
)
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from headroom.errors import InputError
from headroom.tool_outputs.values import (
    LONGEST_INTEGER_DIGITS,
    Cut,
    Numeral,
    number_from,
)

__all__ = ["fields_of", "plain"]

_PLAIN_LEAVES = frozenset({str, float, bool, type(None), Numeral, Cut})
_STRINGS = frozenset({str})
_BIG = 10**LONGEST_INTEGER_DIGITS


class _Refused(Exception):
    """A value that has no JSON form; its path grows on the way out.

    `trail` holds each value around it, the innermost first, with the step into it; an
    object that was converted has none.
    """

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice
        self.trail: list[tuple[str | int | None, Any]] = []


class _Unknown(_Refused):
    """A value of a type for which there is no rule."""


class _TooDeep(_Refused):
    """A value that Python cannot walk."""

    def __init__(self) -> None:
        super().__init__(
            "nested deeper than Python can walk from here (sys.getrecursionlimit())",
            "flatten the value, or pass the part that is needed",
        )


def plain(
    value: Any, *, exact: bool, default: Callable[[Any], Any] | None = None
) -> Any:
    """Return `value` as dict, list, str, int, float, bool, None, Numeral and Cut.

    What is plain already comes back as the very object, whole or in part; nothing
    is ever changed in place.

    Args:
        value: Any Python value.
        exact: Keep the spelling of a Decimal (`1.10`), not only its value.
        default: Makes a value with a JSON form of one that has none, as in
            `json.dumps`.

    Raises:
        InputError: A cycle, keys that collide, or a value without a JSON form.
    """
    try:
        return _Plain(exact, default).value(value)
    except RecursionError:
        problem: _Refused = _TooDeep()
    except _Refused as refused:
        problem = refused
    where = ""
    steps: list[str | int] = []
    seen: set[int] = set()
    for step, holder in reversed(problem.trail):
        if id(holder) in seen and isinstance(problem, _TooDeep):
            raise InputError(
                f"the value at {spelled(steps)} contains itself; JSON has no cycles, "
                "so replace it by an id or leave it out"
            )
        seen.add(id(holder))
        steps += [step] if step is not None else []
    if not isinstance(problem, _TooDeep):
        where = f" at {spelled(steps)}"
    raise InputError(
        f"{problem.problem}{where}; {problem.advice}"
    ) from problem.__cause__


def fields_of(value: Any) -> dict[str, bool] | None:
    """Return the fields of a record and whether its repr shows each; None for others.

    Records are instances of dataclasses, pydantic models, attrs and msgspec classes,
    and named tuples.
    """
    kind = type(value)
    if is_dataclass(kind):
        return {field.name: field.repr for field in fields(kind)}
    if hasattr(kind, "model_fields"):
        extra = getattr(value, "model_extra", None) or ()
        shown = {name: field.repr for name, field in kind.model_fields.items()}
        return shown | dict.fromkeys(extra, True)
    if hasattr(kind, "__attrs_attrs__"):
        return {field.name: bool(field.repr) for field in kind.__attrs_attrs__}
    if hasattr(kind, "__struct_fields__"):
        return dict.fromkeys(kind.__struct_fields__, True)
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return dict.fromkeys(kind._fields, True)
    return None


def spelled(path: Sequence[str | int]) -> str:
    """Return a path for a message: `$.items[0].name`; `$` is the value itself."""
    return "$" + "".join(
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if step.isidentifier()
        else f"[{step!r}]"
        for step in path
    )


class _Plain:
    """One conversion; holds whether spellings of numbers are kept."""

    __slots__ = ("default", "exact")

    def __init__(self, exact: bool, default: Callable[[Any], Any] | None) -> None:  # noqa: FBT001 - private
        self.exact = exact
        self.default = default

    def value(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN_LEAVES:
            return value
        if kind is int:
            return value if -_BIG < value < _BIG else _long_integer(value)
        if kind is list or (kind is dict and _STRINGS.issuperset(map(type, value))):
            return self._container(value)
        return self._mapping(value) if kind is dict else self._other(value)

    def _container(self, holder: Any) -> Any:
        """Convert the members of a list, or of a dict whose keys are strings."""
        is_list = type(holder) is list
        changed: dict[Any, Any] = {}
        step: Any = None
        try:
            for step, item in enumerate(holder) if is_list else holder.items():
                kind = type(item)
                if kind in _PLAIN_LEAVES or (kind is int and -_BIG < item < _BIG):
                    continue
                if kind is list or (
                    kind is dict and _STRINGS.issuperset(map(type, item))
                ):
                    new = self._container(item)  # at once, since most are these
                else:
                    new = self.value(item)
                if new is not item:
                    changed[step] = new
        except _Refused as refused:
            refused.trail.append((step, holder))
            raise
        except RecursionError:
            raise _TooDeep from None
        if not changed:
            return holder
        if is_list:
            return [changed.get(index, item) for index, item in enumerate(holder)]
        return {**holder, **changed}

    def _mapping(self, value: Mapping[Any, Any]) -> dict[str, Any]:
        """Convert keys as json.dumps does; two keys of one spelling are refused."""
        result: dict[str, Any] = {}
        origin: dict[str, Any] = {}
        for key, item in value.items():
            name = self._key(key)
            if name in result:
                raise _Refused(
                    f"keys {origin[name]!r} and {key!r} are both {name!r} in JSON",
                    "rename one of them",
                )
            origin[name] = key
            try:
                result[name] = self.value(item)
            except _Refused as refused:
                refused.trail.append((name, value))
                raise
        return result

    def _key(self, key: Any) -> str:
        if isinstance(key, Enum):
            key = key.value
        if isinstance(key, str):
            return str.__str__(key)
        if not isinstance(key, tuple | Mapping | Set):
            new = self.value(key)
            if new is None:
                return "null"
            if isinstance(new, bool):
                return "true" if new else "false"
            if isinstance(new, Numeral):
                return new.spelling
            if isinstance(new, float):
                return json.dumps(new)
            if isinstance(new, int | str):
                return str(new)
        raise _Refused(
            f"a key of type {_name(key)} ({key!r:.60})",
            "JSON keys are strings, so turn it into one first",
        )

    def _other(self, value: Any) -> Any:
        """Convert what is not plain; whatever its own code raises is an InputError."""
        try:
            return self._converted(value)
        except _Unknown:
            if self.default is None:
                raise
            return self.value(self._from_default(value))
        except _Refused as refused:
            refused.trail.append((None, value))
            raise
        except (RecursionError, MemoryError):
            raise
        except Exception as error:
            raise _Refused(
                f"a {_name(value)} that cannot be read "
                f"({type(error).__name__}: {error})",
                "pass a dict of the values that can",
            ) from error

    def _from_default(self, value: Any) -> Any:
        assert self.default is not None
        try:
            return self.default(value)
        except Exception as error:
            raise _Refused(
                f"a {_name(value)} for which default= raised "
                f"{type(error).__name__}: {error}",
                "let it return a value that has a JSON form",
            ) from error

    def _converted(self, value: Any) -> Any:  # noqa: C901 - one line per kind
        """Convert by kind, the more special kinds first."""
        if isinstance(value, Enum):
            return self.value(value.value)
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return self.value(int(value))
        if isinstance(value, float):
            return float(value)
        if isinstance(value, Decimal):
            return self._decimal(value)
        if isinstance(value, datetime.date | datetime.time):
            return value.isoformat()
        if isinstance(value, datetime.timedelta):
            return self._seconds(value)
        if isinstance(value, uuid.UUID | UserString):
            return str(value)
        if isinstance(value, memoryview) and value.format not in ("B", "b", "c"):
            return self._container(value.tolist())
        if isinstance(value, bytes | bytearray | memoryview):
            return _text(bytes(value))
        if isinstance(value, type):
            raise _Refused(f"the class {value.__name__}", "pass an instance of it")
        fields_of = self._fields(value)
        if fields_of is not None:
            return self.value(fields_of)
        if isinstance(value, Mapping):
            return self._mapping(value)
        items = self._items(value)
        if items is not None:
            return self._container(items)
        if isinstance(value, os.PathLike):
            return self.value(os.fspath(value))
        return self._duck(value)

    def _seconds(self, value: datetime.timedelta) -> Any:
        whole = value // datetime.timedelta(seconds=1)
        if not value.microseconds:
            return whole
        # A float holds the microseconds of some 270 years; Decimal of all of them.
        exact = Decimal(whole) + Decimal(value.microseconds).scaleb(-6)
        return number_from(str(exact.normalize()), exact=False)

    def _decimal(self, value: Decimal) -> Any:
        if value.is_nan():
            return math.nan
        if value.is_infinite():
            return math.copysign(math.inf, value)
        return number_from(str(value), exact=self.exact)

    def _fields(self, value: Any) -> Any:
        """Return the named fields of a record, or None if it is not one."""
        kind = type(value)
        if callable(getattr(kind, "model_dump", None)):  # pydantic
            try:
                return value.model_dump(mode="json")
            except (ValueError, TypeError) as error:
                raise _Refused(
                    f"a {_name(value)} whose model_dump(mode='json') failed ({error})",
                    "pass model_dump() with the failing field converted or excluded",
                ) from error
        if hasattr(kind, "__fields__") and callable(getattr(kind, "dict", None)):
            return value.dict()  # pydantic 1
        names = fields_of(value)
        if names is None:
            return self._columns(value)
        return {name: getattr(value, name) for name in names}

    def _columns(self, value: Any) -> Any:
        """Return a row of a database by column, or None if it is not one.

        Drivers make rows that are sequences too (sqlite3, SQLAlchemy, psycopg2).
        """
        kind = type(value)
        if isinstance(value, Mapping) or hasattr(kind, "to_dict"):
            return None
        named = getattr(value, "_fields", None) if hasattr(kind, "_fields") else None
        if isinstance(named, tuple) and isinstance(value, Sequence):
            pairs = list(zip(named, value, strict=True))
        elif callable(getattr(kind, "keys", None)) and hasattr(kind, "__getitem__"):
            pairs = [(name, value[name]) for name in value.keys()]  # noqa: SIM118
        else:
            return None
        columns = dict(pairs)
        if len(columns) != len(pairs):
            raise _Refused(
                f"a {_name(value)} with two columns of one name",
                "name each column of the query differently (SELECT ... AS ...)",
            )
        return columns

    def _items(self, value: Any) -> list[Any] | None:
        """Return the elements of a collection as a list, or None if it is not one."""
        if isinstance(
            value, tuple | list | deque | range | KeysView | ValuesView | ItemsView
        ):
            return list(value)
        if isinstance(value, Set):
            # Sets have no order of their own, and strings hash differently in
            # every process; sorted, the same set gives the same bytes.
            return sorted((self.value(item) for item in value), key=_rank)
        if isinstance(value, Sequence):
            return list(value)
        return None

    def _duck(self, value: Any) -> Any:
        """Convert numpy-like scalars and arrays; refuse everything else."""
        if hasattr(value, "to_dict") and hasattr(value, "index"):
            raise _Refused(
                f"a {_name(value)}",
                "pass to_dict('records') of a frame or to_dict() of a series, with "
                "reset_index() first if the index matters",
            )
        shape, item = getattr(value, "shape", None), getattr(value, "item", None)
        listed = getattr(value, "tolist", None)
        dtype = getattr(getattr(value, "dtype", None), "kind", None)
        if dtype in ("M", "m") and callable(getattr(value, "astype", None)):
            # Nanosecond times become bare integers by item() and tolist().
            text = value.astype(str)
            return self.value(str(text) if shape == () else text.tolist())
        if shape != () and callable(listed):
            return self._container(listed())
        if shape == () and bool(getattr(value, "mask", False)):  # NumPy's missing value
            return None
        if callable(item) and shape == ():
            new = item()
            if type(new) is not type(value):
                return self.value(new)
        if isinstance(value, Iterator):
            raise _Refused(
                f"a {_name(value)}, which can be read only once", "pass list(...) of it"
            )
        raise _Unknown(
            f"a {_name(value)}, which has no JSON form",
            "convert it to a dict, list, string or number first, or pass default=str",
        )


def _long_integer(value: int) -> Numeral:
    # str() refuses integers of so many digits; Decimal is exact and does not.
    return Numeral(str(Decimal(value)))


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise _Refused(
            f"bytes that are not UTF-8 text ({error.reason} at byte {error.start})",
            "decode them, or pass base64.b64encode(...).decode()",
        ) from None


def _name(value: Any) -> str:
    kind = type(value)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def _rank(value: Any) -> tuple[int, Any, str]:
    """Order the members of a set: by kind, then by value, then by spelling."""
    if value is None or isinstance(value, bool):
        return (0, 0, repr(value))
    if isinstance(value, int | float) and value == value:  # not NaN
        return (1, value, repr(value))
    if isinstance(value, str):
        return (2, value, "")
    return (3, 0, repr(value))
