"""A JSON document as distinct nodes: equal sub-trees are one node."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from headroom.tool_outputs.table.notation import quote, spell_key, string_cell
from headroom.tool_outputs.table.packed import JOINED, unpacked
from headroom.tool_outputs.values import Cut, Numeral

__all__ = ["ARRAY", "Graph", "Item"]

# A leaf is the text of its cell (injective: "1" and 1 are spelled differently),
# a container is the number of its node.
Item = str | int

# What stands for the shape of an array. A string that is JSON text has one of its own
# (`packed.MARKS`), and a single item.
ARRAY = -1

_CONTAINERS = frozenset({dict, list})


class Graph:
    """The distinct containers of a document, children before parents.

    Attributes:
        shapes: Each distinct tuple of keys as they are spelled, in order of first
            appearance.
        shape: For each node the index into `shapes`, ARRAY or a packed string's.
        items: For each node its values, in order.
        nested: For nodes with containers among their items, the indices of those.
        at: For each place (a path without indices) the shapes of the objects there.
        root: The document's own item.
    """

    def __init__(self, value: Any, *, unpacks: bool = True) -> None:
        """Take the document apart; `value` is a tree as `reading` makes it.

        Args:
            value: A dict or list.
            unpacks: Whether strings that are JSON text are taken apart, too.
        """
        self.shapes: list[tuple[str, ...]] = []
        self.shape: list[int] = []
        self.items: list[tuple[Item, ...]] = []
        self.nested: dict[int, list[int]] = {}
        self.at: list[dict[int, None]] = [{}]
        self._shape_ids: dict[tuple[str, ...], int] = {}
        # By shape, so that what is looked up for each node is the items alone.
        self._node_ids: dict[int, dict[tuple[Item, ...], int]] = defaultdict(dict)
        self._place_ids: dict[tuple[int, str], int] = {}
        strings = _StringCells(unpacks=unpacks)
        self._cells, self._packed = _cells(strings), strings.packed
        self.root: Item = self._visit(value, 0)
        # Only needed to find equal sub-trees; large for large documents.
        self._node_ids.clear()
        self._cells.clear()
        self._packed.clear()

    def is_object(self, item: Item) -> bool:
        """Tell whether an item is an object."""
        return type(item) is int and self.shape[item] >= 0

    def is_array(self, item: Item) -> bool:
        """Tell whether an item is an array."""
        return type(item) is int and self.shape[item] == ARRAY

    def keys(self, node: int) -> tuple[str, ...]:
        """Return the keys of an object, in order."""
        return self.shapes[self.shape[node]]

    def _visit(self, value: Any, place: int) -> Item:
        # The one loop over every leaf of the document, so it is written for speed.
        kind = type(value)
        if kind is dict:
            keys = tuple(value)
            shape = self._shape_ids.get(keys, ARRAY)
            if shape == ARRAY:
                shape = self._shape_ids[keys] = len(self.shapes)
                self.shapes.append(tuple(map(spell_key, keys)))
            self.at[place][shape] = None
            values = value.values()
        elif kind is list:
            shape, keys, values = ARRAY, (), value
        else:
            return self._cells[kind][value]
        cells = self._cells
        nested: list[int] = []
        items: tuple[Item, ...]
        if _CONTAINERS.isdisjoint(map(type, values)):
            items = tuple([cells[type(v)][v] for v in values])
        else:
            found_items: list[Item] = []
            for i, child in enumerate(values):
                kind = type(child)
                if kind is dict or kind is list:
                    nested.append(i)
                    inner = self._place(place, keys[i]) if keys else place
                    found_items.append(self._visit(child, inner))
                else:
                    found_items.append(cells[kind][child])
            items = tuple(found_items)
        packed = self._packed
        if packed and not packed.keys().isdisjoint(items):
            items = self._unpack(items, keys, place, nested)
        return self._node(shape, items, nested)

    def _unpack(
        self,
        items: tuple[Item, ...],
        keys: tuple[str, ...],
        place: int,
        nested: list[int],
    ) -> tuple[Item, ...]:
        """Take apart the strings among `items` that are JSON text."""
        out = list(items)
        for i, item in enumerate(items):
            found = self._packed.get(item) if type(item) is str else None
            if found is not None:
                inner = self._place(place, keys[i]) if keys else place
                pieces = [
                    quote(piece)
                    if type(piece) is str
                    else self._node(piece[1], (self._visit(piece[0], inner),), [0])  # type: ignore[arg-type]
                    for piece in found
                ]
                out[i] = pieces[0]
                if len(pieces) > 1:
                    nodes = [j for j, piece in enumerate(pieces) if type(piece) is int]
                    out[i] = self._node(JOINED, tuple(pieces), nodes)
                nested.append(i)
        nested.sort()
        return tuple(out)

    def _node(self, shape: int, items: tuple[Item, ...], nested: list[int]) -> int:
        new = len(self.items)
        node = self._node_ids[shape].setdefault(items, new)
        if node == new:
            self.shape.append(shape)
            self.items.append(items)
            if nested:
                self.nested[new] = nested
        return node

    def _place(self, parent: int, name: str) -> int:
        place = self._place_ids.get((parent, name))
        if place is None:
            place = self._place_ids[parent, name] = len(self.at)
            self.at.append({})
        return place


class _Cells(dict[Any, str]):
    """The cells of the values of one type, each spelled once."""

    def __init__(self, spell: Callable[[Any], str]) -> None:
        self._spell = spell

    def __missing__(self, value: Any) -> str:
        cell = self[value] = self._spell(value)
        return cell


class _StringCells(dict[str, str]):
    """The cells of strings, and by its cell what a string is the JSON text of."""

    def __init__(self, *, unpacks: bool) -> None:
        self.packed: dict[str, list[str | tuple[Any, int]]] = {}
        self._unpacks = unpacks

    def __missing__(self, text: str) -> str:
        cell = self[text] = string_cell(text)
        if cell[0] == '"' and self._unpacks:
            found = unpacked(text)
            if found:
                self.packed[cell] = found
        return cell


class _FloatCells(dict[float, str]):
    def __missing__(self, value: float) -> str:
        if value - value == 0:
            cell = float.__repr__(value)
            # Zero has two spellings, which are equal.
            if value:
                self[value] = cell
            return cell
        if value != value:
            return "NaN"
        return "Infinity" if value > 0 else "-Infinity"


def _cells(strings: _StringCells) -> dict[type, Mapping[Any, str]]:
    """Return how the leaves of each type are spelled."""
    return {
        str: strings,
        int: _Cells(int.__repr__),
        float: _FloatCells(),
        bool: {True: "true", False: "false"},
        type(None): {None: "null"},
        Numeral: _Cells(_spelling),
        Cut: _Cells(str),
    }


def _spelling(number: Numeral) -> str:
    return number.spelling
