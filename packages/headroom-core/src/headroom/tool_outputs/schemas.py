"""Which objects share a header, and how each field of a header is written."""

import re
from operator import itemgetter
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from headroom.tool_outputs.graph import Graph, Item
from headroom.tool_outputs.notation import is_other, scan_quoted
from headroom.tool_outputs.templates import Template, find_templates

__all__ = ["Field", "Kind", "Schema", "cost_of", "find_schemas"]

# Estimated tokens, for choosing among ways to write a field. Source: averages over
# cl100k and o200k on REST payloads; only their proportions matter.
_COMMA = 0.8
_COLON = 1.0
_ABSENT = 0.4
_REFERENCE = 2.5
# Characters from which a string may be worth a template.
_LONG = 12


class Kind(Enum):
    """How the value of a field is found."""

    CELL = "cell"  # in its place in each row
    SPARSE = "sparse"  # absent, unless the row names it
    FIXED = "fixed"  # the header's value, unless the row names another


@dataclass(slots=True)
class Field:
    """One field of a header.

    Attributes:
        name: The key.
        kind: Where its value is found.
        value: The header's value of a FIXED field.
        template: Literal text and `{key}` references; for a CELL one `{}` hole.
    """

    name: str
    kind: Kind = Kind.CELL
    value: Item | None = None
    template: Template | None = None


@dataclass(slots=True)
class Schema:
    """Objects that share one header.

    Attributes:
        fields: In key order of every member.
        members: The nodes, in document order.
    """

    fields: list[Field]
    members: list[int] = field(default_factory=list)
    # For each member its items by field, None where the key is absent.
    rows: dict[int, list[Item | None]] = field(default_factory=dict)


_WORDS = re.compile(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9\s]+|\s\s+")


class _Costs(dict[str, float]):
    """Estimated tokens of each cell seen."""

    def __missing__(self, cell: str) -> float:
        size = len(cell)
        if size <= 4:
            cost = 1.0
        elif size > 60:
            cost = size / 3.6
        else:
            cost = 0.0
            for piece in _WORDS.findall(cell):
                cost += 1.0 if len(piece) < 4 else 1 + (len(piece) - 3) / 6
        self[cell] = cost
        return cost


def cost_of(graph: Graph) -> tuple[_Costs, list[float]]:
    """Estimate tokens: of cells, on demand, and of every node."""
    cells = _Costs()
    nodes: list[float] = []
    for items in graph.items:
        total = 1.0
        for item in items:
            total += _COMMA + (cells[item] if type(item) is str else nodes[item])
        nodes.append(total)
    return cells, nodes


def _merge(order: list[str], keys: Sequence[str]) -> list[str] | None:
    """Insert `keys` into `order` keeping both orders; None where they disagree."""
    position = {name: i for i, name in enumerate(order)}
    last, shared = -1, 0
    for name in keys:
        at = position.get(name)
        if at is not None:
            if at < last:
                return None
            last, shared = at, shared + 1
    if shared * 2 < min(len(order), len(keys)):
        return None
    merged, start = [], 0
    for name in keys:
        at = position.get(name)
        if at is None:
            merged.append(name)
        else:
            merged.extend(order[start : at + 1])
            start = at + 1
    # Keys new to the order stand before the next shared key.
    merged.extend(order[start:])
    return merged


def _classes(graph: Graph) -> dict[int, int]:
    """Give shapes that occur at one place one class, where key order allows it."""
    parent = list(range(len(graph.shapes)))

    def root(shape: int) -> int:
        while parent[shape] != shape:
            parent[shape] = parent[parent[shape]]
            shape = parent[shape]
        return shape

    order: dict[int, list[str]] = {
        i: list(keys) for i, keys in enumerate(graph.shapes)
    }
    for shapes in graph.at:
        if len(shapes) < 2:
            continue
        heads: list[int] = []
        for shape in list(shapes)[:200]:
            here = root(shape)
            for head in heads[:8]:
                head = root(head)
                if head == here:
                    break
                merged = _merge(order[head], order[here])
                if merged is not None:
                    parent[here] = head
                    order[head] = merged
                    break
            else:
                heads.append(here)
    return {shape: root(shape) for shape in range(len(graph.shapes))}, order


def find_schemas(graph: Graph) -> tuple[list[Schema], list[int]]:
    """Return the schemas, and for each node the index of its schema or -1."""
    classes, order = _classes(graph)
    members: dict[int, list[int]] = {}
    root_alone = type(graph.root) is int and graph.shape[graph.root] >= 0 and sum(
        classes[s] == classes[graph.shape[graph.root]] for s in graph.shape if s >= 0
    ) == 1
    for node, shape in enumerate(graph.shape):
        # The document's own keys stand a line each, unless templates need a header.
        if shape >= 0 and (node != graph.root or root_alone):
            members.setdefault(classes[shape], []).append(node)
    schemas: list[Schema] = []
    schema_of = [-1] * len(graph.items)
    chooser = _Chooser(graph)
    for head, nodes in members.items():
        names = order[head]
        if len(nodes) > 1:
            keys_written = sum(len(graph.items[n]) for n in nodes)
            if keys_written < len(names) + 3:
                continue
        elif not chooser.long_strings(nodes[0]):
            continue
        schema = Schema([Field(name) for name in names], nodes)
        _fill_rows(graph, schema)
        chooser.choose(schema)
        if len(nodes) == 1 and all(f.template is None for f in schema.fields):
            continue
        for node in nodes:
            schema_of[node] = len(schemas)
        schemas.append(schema)
    return schemas, schema_of


def _fill_rows(graph: Graph, schema: Schema) -> None:
    names = [f.name for f in schema.fields]
    width = len(names)
    index = {name: i for i, name in enumerate(names)}
    slots: dict[int, list[int]] = {}
    for node in schema.members:
        shape = graph.shape[node]
        keys = graph.shapes[shape]
        if len(keys) == width:
            schema.rows[node] = list(graph.items[node])
            continue
        places = slots.get(shape)
        if places is None:
            places = slots[shape] = [index[k] for k in keys]
        row: list[Item | None] = [None] * width
        for i, item in zip(places, graph.items[node], strict=True):
            row[i] = item
        schema.rows[node] = row


class _Chooser:
    """Chooses for each field the way of writing that costs the fewest tokens."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.costs, self.nodes = cost_of(graph)

    def long_strings(self, node: int) -> bool:
        """Tell whether an object has strings enough to look for templates."""
        n = 0
        for item in self.graph.items[node]:
            n += type(item) is str and len(item) >= _LONG
        return n >= 3

    def cost(self, item: Item) -> float:
        return self.costs[item] if type(item) is str else min(self.nodes[item], 12.0)

    def choose(self, schema: Schema) -> None:
        fields = schema.fields
        columns = list(zip(*schema.rows.values(), strict=True))
        chosen = [self._plain(f, c) for f, c in zip(fields, columns, strict=True)]
        long_ = [
            i
            for i, column in enumerate(columns)
            if chosen[i] > 6
            and (fields[i].kind is not Kind.FIXED or len(schema.members) == 1)
            and sum(type(v) is str and len(v) >= _LONG for v in column) * 2
            >= sum(v is not None for v in column)
        ]
        if not long_ or len(fields) > 400:
            return
        texts = [[cell_text(v) for v in column] for column in columns]
        single = len(schema.members) == 1
        # A field that is itself derived can't be referred to: no cycles, no chains.
        derived: set[int] = set()
        locked: set[int] = set()
        for i in long_:
            if i in locked:
                continue
            column = [
                t if type(v) is str and not is_other(v) else None
                for v, t in zip(columns[i], texts[i], strict=True)
            ]
            if all(t is None for t in column):
                continue
            allowed = [
                j
                for j in range(len(fields))
                if j != i
                and j not in derived
                and (not single or len(texts[j][0] or "") >= _LONG)
            ]
            for template in find_templates(column, texts, allowed):
                cost, kind = self._weigh(
                    template, i, columns[i], column, texts, fields[i]
                )
                if cost < chosen[i] - 1:
                    chosen[i] = cost
                    fields[i].kind, fields[i].value = kind, None
                    fields[i].template = template
            if fields[i].template is not None:
                references = fields[i].template.references
                if references:
                    derived.add(i)
                    locked |= references

    def _plain(self, fld: Field, column: Sequence[Item | None]) -> float:
        costs = self.cost
        counts = Counter(column)
        absent = counts.pop(None, 0)
        name = self.costs[fld.name] + _COLON + _COMMA
        values = sum([costs(v) * n for v, n in counts.items()])
        present = len(column) - absent
        best, fld.kind = values + present * _COMMA + absent * _ABSENT, Kind.CELL
        as_sparse = 0.3 + values + present * name
        if as_sparse < best:
            best, fld.kind = as_sparse, Kind.SPARSE
        top, n = max(counts.items(), key=itemgetter(1))
        if n * 3 >= present:
            top_cost = costs(top)
            as_fixed = (
                _COLON
                + top_cost
                + (present - n) * name
                + values
                - top_cost * n
                + absent * (name - 0.5)
            )
            if as_fixed < best or len(column) == 1:
                best, fld.kind, fld.value = as_fixed, Kind.FIXED, top
        return best

    def _weigh(
        self,
        template: Template,
        i: int,
        column: Sequence[Item | None],
        strings: Sequence[str | None],
        texts: Sequence[Sequence[str | None]],
        fld: Field,
    ) -> tuple[float, Kind]:
        """Estimate what a field costs when it is written by `template`."""
        spelled = template.spell(["x" * 5] * (max(template.references, default=0) + 1))
        total = _COLON + self.costs[spelled]
        name = self.costs[fld.name] + _COLON + _COMMA
        refs = template.references
        for r, item in enumerate(column):
            filled = None
            if item is None:
                if template.suffix is not None:
                    total += _ABSENT
                elif all(texts[j][r] is not None for j in refs):
                    total += name
                continue
            text = strings[r]
            if text is not None:
                filled = template.expand([t[r] for t in texts]) if refs else (template.prefix, template.suffix or "")
            if filled is None:
                total += name + self.cost(item)
            elif template.suffix is None:
                total += 0 if filled[0] == text else name + self.cost(item)
            elif fits(text, *filled):
                total += _COMMA + self.costs[text[len(filled[0]) : len(text) - len(filled[1])]]
            else:
                total += name + self.cost(item)
        return total, Kind.FIXED if template.suffix is None else Kind.CELL


def fits(text: str, prefix: str, suffix: str) -> bool:
    """Tell whether `text` is prefix, something, suffix."""
    return (
        len(text) > len(prefix) + len(suffix)
        and text.startswith(prefix)
        and text.endswith(suffix)
    )


def cell_text(item: Item | None) -> str | None:
    """Return a scalar's text: a string without quotes, else its spelling."""
    if type(item) is not str or item[:1] == "…":
        return None
    if item[0] == '"':
        text = scan_quoted(item, 0)[0]
        return None if "\ue0f0" in text or "\ue0f1" in text else text
    return item
