"""Objects of one key inside rows, written as one dotted key: `response.schema.$ref`."""

from collections.abc import Sequence

from headroom.tool_outputs.table.graph import Graph, Item

__all__ = ["collapse_chains", "reachable"]

# What the rows have at one place: each node's item.
_Column = dict[int, Item]
# Chains of other keys in other rows (`state.running`, `state.waiting`) are fields of
# their own. Source: states and typed values of the APIs recorded have two or three.
_MOST_BRANCHES = 4


def collapse_chains(graph: Graph, names: list[str], nodes: Sequence[int]) -> None:
    """Join keys whose values are objects of one key, in every row that has an object.

    Changes `names`, and the graph: the nodes then hold what lies inside.

    Args:
        graph: The document.
        names: The keys of a class of objects.
        nodes: Its objects.
    """
    columns: dict[str, _Column] = {}
    for node in nodes:
        keys, items = graph.keys(node), graph.items[node]
        for i in graph.nested.get(node, ()):
            if _only_member(graph, items[i]):
                columns[keys[i]] = {}
    if not columns:
        return
    for node in nodes:
        for key, item in zip(graph.keys(node), graph.items[node], strict=True):
            if key in columns:
                columns[key][node] = item
    # By key and node the dotted key, and what it leads to.
    joined: dict[str, dict[int, tuple[str, Item]]] = {}
    for key, column in columns.items():
        branches = _branches(graph, key, column)
        if len(branches) > 1 or branches[0][0] != key:
            joined[key] = {
                node: (name, item)
                for name, branch in branches
                for node, item in branch.items()
            }
            at = names.index(key)
            names[at : at + 1] = [name for name, _ in branches]
    if not joined:
        return
    shapes: dict[tuple[str, ...], int] = {}
    for node in nodes:
        pairs = [
            joined[key][node] if key in joined else (key, item)
            for key, item in zip(graph.keys(node), graph.items[node], strict=True)
        ]
        keys = tuple([name for name, _ in pairs])
        if keys not in shapes:
            shapes[keys] = len(graph.shapes)
            graph.shapes.append(keys)
        graph.shape[node] = shapes[keys]
        graph.items[node] = tuple([item for _, item in pairs])
        inside = [i for i, (_, item) in enumerate(pairs) if type(item) is int]
        if inside:
            graph.nested[node] = inside
        else:
            graph.nested.pop(node, None)


def _branches(graph: Graph, name: str, column: _Column) -> list[tuple[str, _Column]]:
    """Follow objects of one key: each dotted key, and what rows have there."""
    rest: _Column = {}
    inside: dict[str, _Column] = {}
    for node, item in column.items():
        member = _only_member(graph, item)
        if member is None:
            rest[node] = item
        else:
            inside.setdefault(member[0], {})[node] = member[1]
    found = [(name, rest)] if rest else []
    for key, inner in inside.items():
        found += _branches(graph, f"{name}.{key}", inner)
    others = any(graph.is_object(item) for item in rest.values())
    if others or not inside or len(found) > _MOST_BRANCHES:
        return [(name, column)]
    return found


def _only_member(graph: Graph, item: Item) -> tuple[str, Item] | None:
    """Return the key and value of an object of one key; None for anything else."""
    if type(item) is not int or graph.shape[item] < 0 or len(graph.items[item]) != 1:
        return None
    (inner,) = graph.items[item]
    if type(inner) is str and inner[0] == "…":
        return None  # a marker reads as the absence of one key only
    return graph.keys(item)[0], inner


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
