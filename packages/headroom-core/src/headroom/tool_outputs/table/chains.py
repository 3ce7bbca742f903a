"""Objects of one key inside rows, written as one dotted key: `response.schema.$ref`."""

from collections.abc import Sequence

from headroom.tool_outputs.table.graph import Graph, Item

__all__ = ["collapse_chains", "reachable"]


def collapse_chains(graph: Graph, names: list[str], nodes: Sequence[int]) -> None:
    """Join keys whose values are objects with one and the same key in every row.

    Changes `names`, and the graph: the nodes then hold what lies inside.

    Args:
        graph: The document.
        names: The keys of a class of objects.
        nodes: Its objects.
    """
    index = {name: i for i, name in enumerate(names)}
    # For each shape the place of each of the names, and for each name one row.
    places: dict[int, dict[int, int]] = {}
    first: dict[int, tuple[int, int]] = {}
    for node in nodes:
        shape = graph.shape[node]
        if shape not in places:
            places[shape] = {
                index[name]: at for at, name in enumerate(graph.shapes[shape])
            }
            for i, at in places[shape].items():
                first.setdefault(i, (node, at))
    joined: dict[int, list[str]] = {}
    for i, name in enumerate(names):
        if i not in first or not _holds_objects(graph, *first[i]):
            continue
        found = [
            (node, places[graph.shape[node]][i])
            for node in nodes
            if i in places[graph.shape[node]]
        ]
        keys, items = _chain(graph, name, [graph.items[n][at] for n, at in found])
        if len(keys) > 1:
            joined[i] = keys
            for (node, at), item in zip(found, items, strict=True):
                old = graph.items[node]
                graph.items[node] = (*old[:at], item, *old[at + 1 :])
    if not joined:
        return
    for i, keys in joined.items():
        names[i] = ".".join(keys)
    new_shapes: dict[int, int] = {}
    for node in nodes:
        shape = graph.shape[node]
        if shape not in new_shapes:
            new_shapes[shape] = len(graph.shapes)
            graph.shapes.append(tuple(names[i] for i in places[shape]))
        graph.shape[node] = new_shapes[shape]
        inside = [i for i, v in enumerate(graph.items[node]) if type(v) is int]
        if inside:
            graph.nested[node] = inside
        else:
            graph.nested.pop(node, None)


def _chain(graph: Graph, name: str, items: list[Item]) -> tuple[list[str], list[Item]]:
    """Follow objects of one and the same key: the keys, and what they lead to."""
    keys = [name]
    while True:
        shapes = {graph.shape[v] if type(v) is int else -1 for v in items}
        shape = shapes.pop()
        if shapes or shape < 0 or len(graph.shapes[shape]) != 1:
            return keys, items
        inner = [graph.items[v][0] for v in items]  # type: ignore[index]
        if any(type(v) is str and v[0] == "…" for v in inner):
            return keys, items  # a marker reads as the absence of one key only
        keys.append(graph.shapes[shape][0])
        items = inner


def _holds_objects(graph: Graph, node: int, at: int) -> bool:
    item = graph.items[node][at]
    return type(item) is int and graph.shape[item] >= 0 and len(graph.items[item]) == 1


def reachable(graph: Graph) -> set[int]:
    """Return the nodes that are still part of the document."""
    found: set[int] = set()
    todo = [graph.root]
    while todo:
        item = todo.pop()
        if type(item) is int and item not in found:
            found.add(item)
            todo += [graph.items[item][i] for i in graph.nested.get(item, ())]
    return found
