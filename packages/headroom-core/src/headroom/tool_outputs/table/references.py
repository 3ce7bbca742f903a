"""Which values are written once, and stand as `&n` where they are used."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from headroom.tool_outputs.table.costs import Costs
from headroom.tool_outputs.table.fields import Schema
from headroom.tool_outputs.table.graph import ARRAY, Graph, Item
from headroom.tool_outputs.table.packed import MARKS

__all__ = ["SEVERAL", "Written", "find_references"]

# The line of a node that is written in more than one.
SEVERAL = -1

_DEFINITION = 4.0  # tokens of "&1:" and a line end
_USE = 2.2  # of "&1"
# What is smaller is not written elsewhere: a reader would look it up for too little.
_SMALLEST = 4.0
_SMALLEST_CONTAINER = 10.0
# Who reads a list doesn't look up each of its elements.
_SMALLEST_ELEMENT, _SMALLEST_LIST = 11.0, 20.0
# The most in a line, and the values of a long line for one more.
_MOST_IN_LINE = 8
_VALUES_FOR_ONE = 5
# Source: a SHA-256 in hex.
_LONGEST_ID = 66
_OF_NO_ID = frozenset(" :")
_FEWEST_ROWS = 3


class Written(NamedTuple):
    """What is written of a node.

    Attributes:
        node: The node, -1 for a line of the document.
        line: The line in which it stands, or SEVERAL.
        items: Its values.
    """

    node: int
    line: int
    items: Sequence[Item]


def find_references(
    graph: Graph,
    schemas: Sequence[Schema],
    written: Sequence[Written],
    rows: set[int],
    keys_of: Callable[[int], Sequence[str]],
    costs: Costs,
) -> list[Item]:
    """Return the values that are cheaper to write once, inner ones first.

    Args:
        graph: The document.
        schemas: Its headers.
        written: What is written of each node, children before parents.
        rows: The lines that are rows of a list. What one row alone uses stands there.
        keys_of: The keys that are written of a node.
        costs: Of keys and cells.
    """
    total = Counter(chain.from_iterable([one.items for one in written]))
    fixed = [
        (f.value, i)
        for i, s in enumerate(schemas)
        for f in s.fields
        if f.value is not None
    ]
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
    of_node = {node: items for node, _, items in written}
    size = _measured(of_node, keys_of, costs, {})
    for node, line, items in written:
        if candidates.isdisjoint(items):
            continue
        shape = graph.shape[node] if node >= 0 else 0
        # What JSON text holds is written where it stands.
        for item in items if shape not in MARKS else ():
            # A point of a line is read where it stands.
            least = _SMALLEST_LIST if graph.is_array(item) else _SMALLEST_ELEMENT
            if item in candidates and (shape != ARRAY or size(item) >= least):
                lines.setdefault(item, []).append(line)
    spared: dict[Item, float] = {}

    size = _measured(of_node, keys_of, costs, spared)
    # Inner values first: what holds a reference is only as long as that.
    for item in sorted(lines, key=lambda item: (type(item) is int, item)):
        used = lines[item]
        if len(used) < 2 or (used[0] in rows and len(set(used)) == 1):
            continue
        cost = size(item)
        gain = _gain(len(used), cost)
        least = _SMALLEST if type(item) is str else _SMALLEST_CONTAINER
        if gain > 0 and cost >= least:
            spared[item] = gain
    return _uncrowded(spared, lines, written)


def _gain(uses: int, cost: float) -> float:
    """Return the tokens that are spared where a value is written once."""
    return (uses - 1) * cost - _DEFINITION - uses * _USE


def _measured(
    of_node: Mapping[int, Sequence[Item]],
    keys_of: Callable[[int], Sequence[str]],
    costs: Costs,
    once: dict[Item, float],
) -> Callable[[Item], float]:
    """Return what estimates the tokens of an item, with references to `once`."""
    known: dict[int, float] = {}

    def size(item: Item) -> float:
        if isinstance(item, str):
            return costs[item]
        found = known.get(item)
        if found is None:
            items = of_node.get(item)
            if items is None:
                return 0.0
            found = 2.0 + len(items) + sum([costs[key] for key in keys_of(item)])
            found += sum([_USE if i in once else size(i) for i in items])
            known[item] = found
        return found

    return size


def _own_ids(schemas: Sequence[Schema]) -> set[Item | None]:
    """Return the words that tell the rows of a list apart, wherever else they stand.

    A row's own id stands in it as it is, so that it can be found.
    """
    found: set[Item | None] = set()
    for schema in schemas:
        if len(schema.nodes) >= _FEWEST_ROWS:
            for column in schema.columns:
                if all(map(_is_id, column)) and len(set(column)) == len(column):
                    found.update(column)
    return found


def _is_id(item: Item | None) -> bool:
    """Tell whether an item may be an id: a short word, and no time or address."""
    return type(item) is str and len(item) <= _LONGEST_ID and _OF_NO_ID.isdisjoint(item)


def _uncrowded(
    spared: dict[Item, float],
    lines: dict[Item, list[int]],
    written: Sequence[Written],
) -> list[Item]:
    """Leave out what would be one reference too many in some line.

    A reader looks up each of them; those that spare most come first.
    """
    values = Counter[int]()
    for _, line, items in written:
        values[line] += len(items)
    taken = Counter[int]()
    crowded = set()
    for item in sorted(spared, key=lambda item: -spared[item]):
        used = Counter([line for line in lines[item] if line != SEVERAL])
        if all(
            taken[line] + n <= max(_MOST_IN_LINE, values[line] // _VALUES_FOR_ONE)
            for line, n in used.items()
        ):
            taken.update(used)
        else:
            crowded.add(item)
    return [item for item in lines if item in spared.keys() - crowded]
