"""Which objects of a document share one header."""

from collections.abc import Sequence

from headroom.tool_outputs.table.graph import Graph

__all__ = ["find_classes"]

# Shapes compared at one place; beyond, each further shape is a class of its own, so
# that a place with thousands of shapes costs linear time.
_MAX_SHAPES = 200
_MAX_CLASSES = 8
# A class may have this many times the keys of its first shape: rows have a place for
# each, so that optional keys without end would cost memory without bound.
_MAX_GROWTH = 3


def find_classes(graph: Graph) -> list[tuple[list[str], list[int]]]:
    """Return for each class of objects its keys and its nodes, in document order.

    Shapes that occur at one place (a path without indices) become one class where
    they share half of their keys and agree on the order of those they share.
    """
    parent = list(range(len(graph.shapes)))

    def head(shape: int) -> int:
        while parent[shape] != shape:
            parent[shape] = parent[parent[shape]]
            shape = parent[shape]
        return shape

    order = {shape: list(keys) for shape, keys in enumerate(graph.shapes)}
    for shapes in graph.at:
        if len(shapes) < 2:
            continue
        heads: list[int] = []
        widest: dict[int, int] = {}
        for shape in list(shapes)[:_MAX_SHAPES]:
            here = head(shape)
            if here in heads:
                continue
            for other in heads:
                merged = _merged(order[other], order[here])
                if merged is not None and len(merged) <= widest[other]:
                    parent[here] = other
                    order[other] = merged
                    break
            else:
                if len(heads) < _MAX_CLASSES:
                    heads.append(here)
                    widest[here] = _MAX_GROWTH * len(order[here])
    members: dict[int, list[int]] = {}
    for node, shape in enumerate(graph.shape):
        if shape >= 0:
            members.setdefault(head(shape), []).append(node)
    return [(order[shape], nodes) for shape, nodes in members.items()]


def _merged(order: Sequence[str], keys: Sequence[str]) -> list[str] | None:
    """Insert `keys` into `order`, keeping both orders; None where that can't be."""
    position = {name: i for i, name in enumerate(order)}
    last, shared = -1, 0
    for name in keys:
        at = position.get(name)
        if at is not None:
            if at < last:
                return None
            last, shared = at, shared + 1
    if 2 * shared < min(len(order), len(keys)):
        return None
    merged: list[str] = []
    start = 0
    for name in keys:
        at = position.get(name)
        if at is None:
            merged.append(name)
        else:
            merged.extend(order[start : at + 1])
            start = at + 1
    merged.extend(order[start:])
    return merged
