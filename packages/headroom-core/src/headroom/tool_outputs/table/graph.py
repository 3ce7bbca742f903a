"""A JSON document as distinct nodes: equal sub-trees are one node."""

import sys
from typing import Any

from headroom.tool_outputs.table.notation import string_cell
from headroom.tool_outputs.values import Cut, Numeral

__all__ = ["ARRAY", "Graph", "Item", "TooManyNodesError"]

# A leaf is the text of its cell (injective: "1" and 1 are spelled differently),
# a container is the number of its node.
Item = str | int

# What stands for the shape of an array.
ARRAY = -1

_CONTAINERS = frozenset({dict, list})


class TooManyNodesError(Exception):
    """A document with more distinct containers than the caller has memory for."""


class Graph:
    """The distinct containers of a document, children before parents.

    Attributes:
        shapes: Each distinct tuple of keys, in order of first appearance.
        shape: For each node the index into `shapes`, or ARRAY.
        items: For each node its values, in order.
        nested: For nodes with containers among their items, the indices of those.
        at: For each place (a path without indices) the shapes of the objects there.
        root: The document's own item.
    """

    def __init__(self, value: Any, max_nodes: int | None = None) -> None:
        """Take the document apart; `value` is a tree as `reading` makes it.

        Raises:
            TooManyNodesError: With more than `max_nodes` distinct containers.
        """
        self._max_nodes = sys.maxsize if max_nodes is None else max_nodes
        self.shapes: list[tuple[str, ...]] = []
        self.shape: list[int] = []
        self.items: list[tuple[Item, ...]] = []
        self.nested: dict[int, list[int]] = {}
        self.at: list[dict[int, None]] = [{}]
        self._shape_ids: dict[tuple[str, ...], int] = {}
        self._node_ids: dict[tuple[int, tuple[Item, ...]], int] = {}
        self._place_ids: dict[tuple[int, str], int] = {}
        self._strings = _StringCells()
        self.root: Item = self._visit(value, 0)
        # Only needed to find equal sub-trees; large for large documents.
        self._node_ids.clear()
        self._strings.clear()

    def is_object(self, item: Item) -> bool:
        """Tell whether an item is an object."""
        return type(item) is int and self.shape[item] >= 0

    def is_array(self, item: Item) -> bool:
        """Tell whether an item is an array."""
        return type(item) is int and self.shape[item] < 0

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
                self.shapes.append(keys)
            self.at[place][shape] = None
            values = value.values()
        elif kind is list:
            shape, keys, values = ARRAY, (), value
        else:
            return self._strings[value] if kind is str else _leaf(value)
        strings = self._strings
        nested: list[int] = []
        items: list[Item]
        if _CONTAINERS.isdisjoint(map(type, values)):
            items = [
                strings[v]
                if type(v) is str
                else repr(v)
                if type(v) is int
                else _leaf(v)
                for v in values
            ]
        else:
            items = []
            for i, child in enumerate(values):
                kind = type(child)
                if kind is str:
                    items.append(strings[child])
                elif kind is dict or kind is list:
                    nested.append(i)
                    inner = self._place(place, keys[i]) if keys else place
                    items.append(self._visit(child, inner))
                else:
                    items.append(repr(child) if kind is int else _leaf(child))
        node = (shape, tuple(items))
        found = self._node_ids.get(node)
        if found is None:
            found = self._node_ids[node] = len(self.items)
            self.shape.append(shape)
            self.items.append(node[1])
            if found >= self._max_nodes:
                raise TooManyNodesError
            if nested:
                self.nested[found] = nested
        return found

    def _place(self, parent: int, name: str) -> int:
        place = self._place_ids.get((parent, name))
        if place is None:
            place = self._place_ids[parent, name] = len(self.at)
            self.at.append({})
        return place


class _StringCells(dict[str, str]):
    """The cell of each string seen, spelled once."""

    def __missing__(self, text: str) -> str:
        cell = self[text] = string_cell(text)
        return cell


_CONSTANTS = {None: "null", True: "true", False: "false"}


def _leaf(value: Any) -> str:
    """Spell a leaf that is no string."""
    kind = type(value)
    if kind is bool or value is None:
        return _CONSTANTS[value]
    if kind is float:
        if value - value == 0:
            return float.__repr__(value)
        if value != value:
            return "NaN"
        return "Infinity" if value > 0 else "-Infinity"
    if kind is Numeral:
        return str(value.spelling)
    if kind is Cut:
        return str(value)
    return int.__repr__(value)
