"""Objects of one key inside rows, written as one dotted key: `response.schema.$ref`."""

from collections.abc import Iterable, Sequence

from headroom.tool_outputs.table.graph import Graph, Item

__all__ = ["collapse_chains", "reachable"]

# By item the dotted key that it leads to, and what stands there.
_Led = dict[Item, tuple[str, Item]]
# Chains of other keys in other rows (`state.running`, `state.waiting`) are fields of
# their own. Source: states and typed values of the APIs recorded have two or three.
_MOST_BRANCHES = 4


def collapse_chains(graph: Graph, names: list[str], nodes: Sequence[int]) -> bool:
    """Join keys whose values are objects of one key, in every row that has an object.

    Changes `names`, and the graph: the nodes then hold what lies inside. Returns
    whether there was something to join.

    Args:
        graph: The document.
        names: The keys of a class of objects.
        nodes: Its objects.
    """
    columns: dict[str, dict[Item, None]] = {}
    for node in nodes:
        keys, items = graph.keys(node), graph.items[node]
        for i in graph.nested.get(node, ()):
            if _only_member(graph, items[i]):
                columns[keys[i]] = {}
    if not columns:
        return False
    for node in nodes:
        for key, item in zip(graph.keys(node), graph.items[node], strict=True):
            if key in columns:
                columns[key][item] = None
    joined: dict[str, _Led] = {}
    for key, column in columns.items():
        joined[key] = _led(graph, key, column)
        at = names.index(key)
        names[at : at + 1] = dict.fromkeys([name for name, _ in joined[key].values()])
    shapes: dict[tuple[str, ...], int] = {}
    for node in nodes:
        pairs = [
            joined[key][item] if key in joined else (key, item)
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
    return True


def _led(graph: Graph, name: str, items: Iterable[Item]) -> _Led:
    """Follow objects of one key from `name`; to themselves where that is no use."""
    stay: _Led = {item: (name, item) for item in items}
    inside: dict[str, dict[Item, Item]] = {}
    for item in stay:
        member = _only_member(graph, item)
        if member is not None:
            inside.setdefault(member[0], {})[item] = member[1]
        elif graph.is_object(item):
            return stay
    found = dict(stay)
    for key, members in inside.items():
        led = _led(graph, f"{name}.{key}", members.values())
        found.update({item: led[inner] for item, inner in members.items()})
    names = {name for name, _ in found.values()}
    return found if len(names) <= _MOST_BRANCHES else stay


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
