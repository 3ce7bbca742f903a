"""A JSON value under a hard cap: rows, members and lines of long texts go whole."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.tool_outputs.capping.belonging import owners, with_owners
from headroom.tool_outputs.capping.fitting import Wanted, capped
from headroom.tool_outputs.capping.notes import (
    Capped,
    counted,
    hidden_under_the_cap,
    numbered,
    opening,
    tag_for,
)
from headroom.tool_outputs.capping.ranking import DATA_WEIGHS
from headroom.tool_outputs.capping.units import split
from headroom.tool_outputs.compact import write_compact
from headroom.tool_outputs.error_lines import severities
from headroom.types import Dropped

__all__ = ["cap_tree"]

# A value of more characters is opened: its rows, members or lines are shown or hidden
# one by one. A smaller one is shown or hidden whole.
_OPENED = 2_000
# So is a list or an object of more than a share of the whole, but not a row.
_OPENED_SHARE = 0.1
_LEAST_OPENED = 200
# Members of an opened object that are this short are shown with whatever else of it
# is shown, since they say what the object is; unless it has many, as a map has.
_SHORT_MEMBER = 200
_FEW_MEMBERS = 50
# How many members a mark names.
_NAMED = 5
_HIDDEN = object()
_UNITS: dict[type, str] = {list: "row", dict: "member", str: "line"}


@dataclass(slots=True)
class _Node:
    """A value, and the parts that are shown or hidden one by one."""

    path: tuple[str | int, ...]
    value: Any
    # The unit that is this value, or this object's short members; -1 if none is.
    unit: int = -1
    parts: list["_Node"] = field(default_factory=list)

    @property
    def key(self) -> str | int:
        """The name or the number under which it is."""
        return self.path[-1]


def cap_tree(
    value: Any,
    write: Callable[[Any], str],
    wanted: Wanted,
    *,
    place: str = "",
    first_row: int = 0,
) -> Capped:
    """Return a JSON value as text under a cap.

    Rows of lists, members of large objects and lines of long texts are shown whole or
    hidden whole, each with the short members of the objects around it.

    Args:
        value: The JSON value; never changed.
        write: Writes a value as text.
        wanted: The cap, and what is wanted of the value.
        place: The path of the value in the whole output.
        first_row: The number there of its first row, if it is a list.
    """
    text = write(value)
    if wanted.fits(text):
        return Capped(text, 0, 0, "values")
    return capped(_Tree(value, write, wanted.handle, place, first_row), wanted)


class _Tree:
    """A value as units, and the value again without some of them."""

    belongs: Sequence[int] = ()
    errors_weigh = DATA_WEIGHS
    unit = "values"

    def __init__(
        self,
        value: Any,
        write: Callable[[Any], str],
        handle: str | None,
        place: str,
        first_row: int,
    ) -> None:
        self.texts: list[str] = []
        # The same with the key of each member of an object.
        self.named: list[str] = []
        # The units that must be shown with each, itself among them.
        self._needs: list[tuple[int, ...]] = []
        self._write = write
        whole = write_compact(value)
        self._tag = tag_for(whole)
        self._handle = handle
        self._place = place
        self._first_row = first_row
        # The marks of each list with hidden rows, and how many rows it has.
        self._cut_lists: list[tuple[str, int, int]] = []
        share = int(_OPENED_SHARE * len(whole))
        self._large = min(_OPENED, max(_LEAST_OPENED, share))
        self._root = self._opened(value, (), ())
        self.told: Sequence[int] = severities(self.texts)
        total = len(self.texts)
        self.mark = f'"rows {total}-{total} hidden{self._tag}",'
        self.brief: Sequence[str] = (
            self._head([hidden_under_the_cap((), total)]),
            self.mark,
        )

    def together(self, groups: Iterable[Sequence[int]]) -> Iterator[Sequence[int]]:
        """Yield the groups with the short members of the objects around each unit."""
        for group in groups:
            yield sorted({need for unit in group for need in self._needs[unit]})

    def render(self, shown: bytearray, missed: str) -> tuple[str, tuple[Dropped, ...]]:
        """Return the value of the shown units with marks, written as text."""
        dropped: list[Dropped] = []
        self._cut_lists = []
        slim = self._cut(self._root, shown, dropped)
        if slim is _HIDDEN:
            slim = self._mark(self._root, self._root.parts, dropped)
        text = self._counted(self._write(slim))
        return f"{self._head(dropped, missed)}\n{text}", tuple(dropped)

    def _unit(self, text: str, around: tuple[int, ...], key: str | int = 0) -> int:
        self.texts.append(text)
        self.named.append(f"{key}: {text}" if isinstance(key, str) else text)
        self._needs.append((*around, len(self._needs)))
        return len(self.texts) - 1

    def _opened(
        self, value: Any, path: tuple[str | int, ...], around: tuple[int, ...]
    ) -> _Node:
        node = _Node(path, value)
        text = _written(value)
        # A row of a list is found by the key of its list.
        key = next((step for step in reversed(path) if isinstance(step, str)), 0)
        is_member = path[-1:] == (key,) and not isinstance(value, str)
        largest = self._large if is_member else _OPENED
        is_whole = len(text) <= largest and path != ()
        if is_whole or not value or not isinstance(value, list | dict | str):
            node.unit = self._unit(text, around, key)
        elif isinstance(value, str):
            lines = split(value).texts
            belongs = owners(lines)
            begin = len(self.texts)
            for number, line in enumerate(lines):
                above = (begin + at for at in with_owners(number, belongs)[:-1])
                unit = self._unit(line, (*around, *above))
                node.parts.append(_Node((*path, number), line, unit))
        elif isinstance(value, list):
            for number, row in enumerate(value):
                node.parts.append(self._opened(row, (*path, number), around))
        else:
            short = {
                k: v for k, v in value.items() if len(_written(v)) <= _SHORT_MEMBER
            }
            if len(value) > _FEW_MEMBERS:
                short = {}
            if short:
                node.unit = self._unit(write_compact(short), around, key)
                around = (*around, node.unit)
            node.parts = [
                _Node((*path, name), member, node.unit)
                if name in short
                else self._opened(member, (*path, name), around)
                for name, member in value.items()
            ]
        return node

    def _cut(self, node: _Node, shown: bytearray, dropped: list[Dropped]) -> Any:
        if not node.parts:
            return node.value if node.unit >= 0 and shown[node.unit] else _HIDDEN
        is_object = isinstance(node.value, dict)
        kept: list[tuple[Any, Any]] = []
        run: list[_Node] = []
        for part in node.parts:
            value = self._cut(part, shown, dropped)
            if value is _HIDDEN:
                run.append(part)
                continue
            if run and not is_object:
                kept.append((None, self._mark(node, run, dropped)))
                run = []
            kept.append((part.key, value))
        if not kept:
            return _HIDDEN
        if run:
            kept.append(("…" if is_object else None, self._mark(node, run, dropped)))
        if is_object:
            return dict(kept)
        if isinstance(node.value, str):
            return "".join(value for _, value in kept)
        mark = next((value for key, value in kept if key is None), None)
        if mark is not None:
            self._cut_lists.append((mark, len(kept), len(node.value)))
        return [value for _, value in kept]

    def _mark(self, node: _Node, run: list[_Node], dropped: list[Dropped]) -> str:
        """Return the mark in place of parts of a node; itemise them."""
        count = sum(map(_units, run))
        dropped.append(hidden_under_the_cap(run[0].path if run else (), count))
        unit = _UNITS.get(type(node.value), "value")
        said = f"{counted(len(run), unit)} hidden{self._tag}"
        if unit == "member":
            names = ", ".join(str(part.key) for part in run[:_NAMED])
            return f"{said}: {names}" + (", …" if len(run) > _NAMED else "")
        if unit == "row" and run:
            first = self._first_row if node is self._root else 0
            rows = numbered("row", first + int(run[0].key), first + int(run[-1].key))
            return f"{rows} hidden{self._tag}"
        return f"[{said}]\n"

    def _counted(self, text: str) -> str:
        """Return a written value in which the headers of tables count all rows."""
        for mark, shown, rows in self._cut_lists:
            count = f"[{shown}]"
            at = text.rfind(count, 0, max(0, text.find(mark)))
            end = at + len(count)
            if at >= 0 and text[end : end + 1] in ("(", ":", "@"):
                text = f"{text[:at]}[{rows}]{text[end:]}"
        return text

    def _head(self, dropped: Sequence[Dropped], missed: str = "") -> str:
        """Return the first line: how much is hidden, and how to ask for it."""
        hidden, total = sum(each.count for each in dropped), len(self.texts)
        said = f"{hidden:,} of {counted(total, 'value')} hidden{missed}"
        largest = max(dropped, key=lambda each: each.count, default=None)
        example = 'path="…"'
        if largest and largest.path and isinstance(largest.path[-1], int):
            first = largest.path[-1]
            if len(largest.path) == 1:
                first += self._first_row
            place = f"{self._place}{_spelled(largest.path[:-1])}".lstrip(".")
            example = f'path="{place}", ' if place else ""
            example += f'rows="{first}-{first + largest.count - 1}"'
        return opening(said, self._tag, self._handle, example)


def _spelled(path: tuple[str | int, ...]) -> str:
    """Return a path as `headroom.retrieve` takes it."""
    return "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in path
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else write_compact(value)


def _units(node: _Node) -> int:
    """Return how many units a node and its parts are."""
    inside = (p for p in node.parts if p.unit < 0 or p.unit != node.unit)
    return (node.unit >= 0) + sum(map(_units, inside))
