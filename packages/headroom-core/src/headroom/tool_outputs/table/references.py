"""Which values are written once, and stand as `&n` where they are used."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from headroom.tool_outputs.table.costs import Costs
from headroom.tool_outputs.table.graph import ARRAY, Graph, Item
from headroom.tool_outputs.table.packed import MARKS
from headroom.tool_outputs.table.schemas import Schema

__all__ = ["Written", "find_references"]

_DEFINITION = 4.0  # tokens of "&1:" and a line end
_USE = 2.2  # of "&1"
# What is smaller is not written elsewhere: a reader would look it up for too little.
_SMALLEST = 4.0
_SMALLEST_CONTAINER = 10.0
# Who reads a list doesn't look up each of its elements.
_SMALLEST_ELEMENT = 11.0
# The most in a row, and the values of a long row for one more.
_MOST_IN_ROW = 8
_VALUES_FOR_ONE = 5
# Source: a SHA-256 in hex.
_LONGEST_ID = 66
_OF_NO_ID = frozenset(" :")
_FEWEST_ROWS = 3


class Written(NamedTuple):
    """What is written of a node.

    Attributes:
        node: The node.
        line: The line in which it stands, a negative number if there are several.
        items: Its values.
        keys: The keys that it writes.
    """

    node: int
    line: int
    items: Sequence[Item]
    keys: Sequence[str]


def find_references(
    graph: Graph,
    schemas: Sequence[Schema],
    written: Sequence[Written],
    rows: set[int],
    costs: Costs,
) -> dict[Item, float]:
    """Return the values that are cheaper to write once, with the tokens spared.

    Args:
        graph: The document.
        schemas: Its headers.
        written: What is written of each node, children before parents.
        rows: The lines that are rows of a list. What one row alone uses stands there.
        costs: Of keys and cells.
    """
    total = Counter(chain.from_iterable([one.items for one in written]))
    fixed = [(f.value, i) for i, s in enumerate(schemas) for f in s.fields if f.value]
    total.update([value for value, _ in fixed])
    # Counting uses takes time, so what is too short for any gain is left out first.
    candidates = {
        item
        for item, n in total.items()
        if n > 1 and (type(item) is int or _gain(n, costs[item]) > 0)
    } - _own_ids(schemas)
    lines: dict[Item, list[int]] = {}
    for value, schema in fixed:
        if value in candidates:
            # A header is a line of its own.
            lines.setdefault(value, []).append(-2 - schema)
    sizes: dict[Item, float] = {}
    for one in written:
        shape = graph.shape[one.node]
        # What JSON text holds is written where it stands.
        is_used = shape not in MARKS and not candidates.isdisjoint(one.items)
        for item in one.items if is_used else ():
            if item in candidates and (
                shape != ARRAY or _cost(item, sizes, costs) >= _SMALLEST_ELEMENT
            ):
                lines.setdefault(item, []).append(one.line)
        sizes[one.node] = _size(one, sizes, costs, {})
    spared: dict[Item, float] = {}

    def decide(item: Item, cost: float, least: float) -> None:
        used = lines.get(item, ())
        is_local = len(set(used)) == 1 and used[0] in rows
        gain = _gain(len(used), cost)
        if gain > 0 and cost >= least and not is_local:
            spared[item] = gain

    for item in lines:
        if type(item) is str:
            decide(item, costs[item], _SMALLEST)
    # Inner values first: what holds a reference is only as long as that.
    sizes = {}
    for one in written:
        sizes[one.node] = _size(one, sizes, costs, spared)
        decide(one.node, sizes[one.node], _SMALLEST_CONTAINER)
    return _uncrowded(spared, lines, written, rows)


def _gain(uses: int, cost: float) -> float:
    """Return the tokens that are spared where a value is written once."""
    return (uses - 1) * cost - _DEFINITION - uses * _USE


def _cost(item: Item, sizes: dict[Item, float], costs: Costs) -> float:
    return costs[item] if type(item) is str else sizes.get(item, 0.0)


def _size(
    one: Written, sizes: dict[Item, float], costs: Costs, once: dict[Item, float]
) -> float:
    """Estimate the tokens of a node as it is written, with references to `once`."""
    size = 2.0 + len(one.items) + sum([costs[key] for key in one.keys])
    for item in one.items:
        size += _USE if item in once else _cost(item, sizes, costs)
    return size


def _own_ids(schemas: Sequence[Schema]) -> set[Item | None]:
    """Return the words that tell the rows of a list apart, wherever else they stand.

    A row's own id stands in it as it is, so that it can be found.
    """
    found: set[Item | None] = set()
    for schema in schemas:
        if len(schema.rows) >= _FEWEST_ROWS:
            for column in zip(*schema.rows.values(), strict=True):
                if len(set(column)) == len(column) and all(map(_is_id, column)):
                    found.update(column)
    return found


def _is_id(item: Item | None) -> bool:
    """Tell whether an item may be an id: a short word, and no time or address."""
    return type(item) is str and len(item) <= _LONGEST_ID and _OF_NO_ID.isdisjoint(item)


def _uncrowded(
    spared: dict[Item, float],
    lines: dict[Item, list[int]],
    written: Sequence[Written],
    rows: set[int],
) -> dict[Item, float]:
    """Leave out what would be one reference too many in some row.

    A reader looks up each of them; those that spare most come first.
    """
    values = Counter[int]()
    for one in written:
        values[one.line] += len(one.items)
    taken = Counter[int]()
    crowded = set()
    for item in sorted(spared, key=lambda item: -spared[item]):
        used = rows.intersection(lines[item])
        if all(
            taken[row] < max(_MOST_IN_ROW, values[row] // _VALUES_FOR_ONE)
            for row in used
        ):
            taken.update(used)
        else:
            crowded.add(item)
    return {item: spared[item] for item in lines if item in spared.keys() - crowded}
