"""A JSON value under a hard cap: rows, members and lines of long texts go whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.scorers import Scorer
from headroom.tool_outputs.capping.answers import answers
from headroom.tool_outputs.capping.belonging import owners, with_owners
from headroom.tool_outputs.capping.notes import (
    Capped,
    best_hidden,
    counted,
    hidden_under_the_cap,
    numbered,
    opening,
    tag_for,
)
from headroom.tool_outputs.capping.ranking import DATA_WEIGHS, Show, rank
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
# So many groups are tried behind the first that does not fit.
_PASSED_OVER = 8
# How many members a mark names.
_NAMED = 5
_HIDDEN = object()
_UNITS: dict[type, str] = {list: "row", dict: "member", str: "line"}


@dataclass(slots=True)
class _Node:
    """A value, and the parts that are shown or hidden one by one."""

    path: tuple[str | int, ...]
    value: Any
    # The unit that is this value, or this object's short members; None if none is.
    unit: int | None = None
    parts: list[tuple[Any, "_Node"]] = field(default_factory=list)


def cap_tree(
    value: Any,
    *,
    write: Callable[[Any], str],
    max_tokens: int,
    count_tokens: Callable[[str], int],
    query: str | None = None,
    scorer: Scorer | None = None,
    handle: str | None = None,
    show: Show = "what matters",
    place: str = "",
    first_row: int = 0,
) -> Capped:
    """Return a JSON value as text of at most `max_tokens`.

    Rows of lists, members of large objects and lines of long texts are shown whole or
    hidden whole, each with the short members of the objects around it.

    Args:
        value: The JSON value; never changed.
        write: Writes a value as text.
        max_tokens: The cap, 1 or more; the notes of what is hidden count.
        count_tokens: Tokens of a text.
        query: What the reader wants to know; None for nothing in particular.
        scorer: Says which parts the query needs; None for BM25.
        handle: Under which the whole output can be asked for; None names none.
        show: "what matters", errors among it; only "what the query asks for"; or "the
            beginning", as far as it fits.
        place: The path of the value in the whole output.
        first_row: The number there of its first row, if it is a list.
    """
    text = write(value)
    if count_tokens(text) <= max_tokens:
        return Capped(text, 0, 0, "values")
    tree = _Tree(value, tag_for(write_compact(value)), handle, place, first_row)
    asked = answers(tree.named, query, scorer, is_data=True)
    groups = list(
        rank(
            tree.texts,
            query,
            asked,
            show,
            told=severities(tree.texts),
            errors_weigh=DATA_WEIGHS,
        )
    )

    def written(first: int, *more: int) -> tuple[str, tuple[Dropped, ...]]:
        chosen = [*groups[:first], *[groups[at] for at in more]]
        shown = {need for g in chosen for u in g for need in tree.needs[u]}
        slim, dropped = tree.cut(shown)
        missed = best_hidden(asked[0], shown)
        return f"{tree.head(dropped, missed)}\n{tree.counted(write(slim))}", dropped

    low, high = 0, len(groups)
    best = None
    while low < high:
        middle = (low + high + 1) // 2
        content, dropped = written(middle)
        if count_tokens(content) <= max_tokens:
            low, best = middle, (content, dropped)
        else:
            high = middle - 1
    # What does not fit is passed over.
    more: list[int] = []
    for at in range(low + 1, min(len(groups), low + 1 + _PASSED_OVER)):
        content, dropped = written(low, *more, at)
        if count_tokens(content) <= max_tokens:
            more.append(at)
            best = content, dropped
    total = len(tree.texts)
    if best is None:
        dropped = (hidden_under_the_cap((), total),)
        note = f"[{total:,} values hidden]"
        for content in (tree.head(dropped), note, "…", ""):
            if count_tokens(content) <= max_tokens:
                break
        return Capped(content, total, total, "values", dropped)
    content, dropped = best
    return Capped(content, sum(d.count for d in dropped), total, "values", dropped)


class _Tree:
    """A value as units, and the value again without some of them."""

    def __init__(
        self, value: Any, tag: str, handle: str | None, place: str, first_row: int
    ) -> None:
        self.texts: list[str] = []
        # The same with the key of each member of an object.
        self.named: list[str] = []
        # The units that must be shown with each, itself among them.
        self.needs: list[tuple[int, ...]] = []
        self._tag = tag
        self._handle = handle
        self._place = place
        self._first_row = first_row
        # The marks of each list with hidden rows, and how many rows it has.
        self._cut_lists: list[tuple[str, int, int]] = []
        whole = int(_OPENED_SHARE * len(write_compact(value)))
        self._large = min(_OPENED, max(_LEAST_OPENED, whole))
        self._root = self._opened(value, (), ())

    def _unit(self, text: str, around: tuple[int, ...], key: str | int = 0) -> int:
        self.texts.append(text)
        self.named.append(f"{key}: {text}" if isinstance(key, str) else text)
        self.needs.append((*around, len(self.needs)))
        return len(self.texts) - 1

    def _opened(
        self,
        value: Any,
        path: tuple[str | int, ...],
        around: tuple[int, ...],
    ) -> _Node:
        node = _Node(path, value)
        text = value if isinstance(value, str) else write_compact(value)
        # A row of a list is found by the key of its list.
        key = next((step for step in reversed(path) if isinstance(step, str)), 0)
        is_member = path[-1:] == (key,) and not isinstance(value, str)
        largest = self._large if is_member else _OPENED
        is_whole = len(text) <= largest and path != ()
        if is_whole or not value or not isinstance(value, list | dict | str):
            node.unit = self._unit(text, around, key)
            return node
        if isinstance(value, str):
            lines = split(value).texts
            belongs = owners(lines)
            begin = len(self.texts)
            for number, line in enumerate(lines):
                above = (begin + at for at in with_owners(number, belongs)[:-1])
                unit = self._unit(line, (*around, *above))
                part = _Node((*path, number), line, unit)
                node.parts.append((number, part))
            return node
        if isinstance(value, list):
            for number, row in enumerate(value):
                part = self._opened(row, (*path, number), around)
                node.parts.append((number, part))
            return node
        short: dict[str, Any] = {}
        if len(value) <= _FEW_MEMBERS:
            short = {k: v for k, v in value.items() if _length(v) <= _SHORT_MEMBER}
        if short:
            node.unit = self._unit(write_compact(short), around, key)
            around = (*around, node.unit)
        for key, member in value.items():
            inside = (*path, key)
            if key in short:
                part = _Node(inside, member, node.unit)
            else:
                part = self._opened(member, inside, around)
            node.parts.append((key, part))
        return node

    def cut(self, shown: set[int]) -> tuple[Any, tuple[Dropped, ...]]:
        """Return the value of the shown units with marks, and what is hidden."""
        dropped: list[Dropped] = []
        self._cut_lists = []
        slim = self._cut(self._root, shown, dropped)
        if slim is _HIDDEN:
            slim = self._mark(self._root, self._root.parts, dropped)
        return slim, tuple(dropped)

    def _cut(self, node: _Node, shown: set[int], dropped: list[Dropped]) -> Any:
        if not node.parts:
            return node.value if node.unit in shown else _HIDDEN
        kept: list[tuple[Any, Any]] = []
        run: list[tuple[Any, _Node]] = []
        for key, part in node.parts:
            value = self._cut(part, shown, dropped)
            if value is _HIDDEN:
                run.append((key, part))
                continue
            if run and not isinstance(node.value, dict):
                kept.append((None, self._mark(node, run, dropped)))
                run = []
            kept.append((key, value))
        if not kept:
            return _HIDDEN
        if run:
            key = "…" if isinstance(node.value, dict) else None
            kept.append((key, self._mark(node, run, dropped)))
        if isinstance(node.value, dict):
            return dict(kept)
        if isinstance(node.value, list):
            mark = next((value for key, value in kept if key is None), None)
            if mark is not None:
                self._cut_lists.append((mark, len(kept), len(node.value)))
            return [value for _, value in kept]
        return "".join(value for _, value in kept)

    def _mark(
        self, node: _Node, run: list[tuple[Any, _Node]], dropped: list[Dropped]
    ) -> str:
        """Return the mark in place of parts of a node; itemise them."""
        kind: type = type(node.value)
        said = f"{counted(len(run), _UNITS.get(kind, 'value'))} hidden{self._tag}"
        count = sum(_units(part) for _, part in run)
        dropped.append(hidden_under_the_cap(run[0][1].path if run else (), count))
        if kind is dict:
            names = ", ".join(str(key) for key, _ in run[:_NAMED])
            return f"{said}: {names}" + (", …" if len(run) > _NAMED else "")
        if kind is list and run:
            first = self._first_row if node is self._root else 0
            rows = numbered("row", first + run[0][0], first + run[-1][0])
            return f"{rows} hidden{self._tag}"
        return f"[{said}]\n"

    def counted(self, text: str) -> str:
        """Return a written value in which the headers of tables count all rows."""
        for mark, shown, rows in self._cut_lists:
            count = f"[{shown}]"
            at = text.rfind(count, 0, max(0, text.find(mark)))
            end = at + len(count)
            if at >= 0 and text[end : end + 1] in ("(", ":", "@"):
                text = f"{text[:at]}[{rows}]{text[end:]}"
        return text

    def head(self, dropped: Sequence[Dropped], missed: str = "") -> str:
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


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(write_compact(value))


def _units(node: _Node) -> int:
    """Return how many units a node and its parts are."""
    own = {node.unit} - {None}
    return len(own) + sum(_units(p) for _, p in node.parts if p.unit not in own)
