"""Headers: how each field of the objects that share one is written."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import eq, itemgetter

from headroom.tool_outputs.table.chains import collapse_chains, reachable
from headroom.tool_outputs.table.classes import find_classes
from headroom.tool_outputs.table.costs import COLON, COMMA, EMPTY, Costs
from headroom.tool_outputs.table.fields import Column, Field, Schema, lay_out
from headroom.tool_outputs.table.graph import Graph, Item
from headroom.tool_outputs.table.notation import is_other
from headroom.tool_outputs.table.templates import Template, Texts, find_templates

__all__ = ["find_schemas"]

# Characters from which a string may be worth a template.
_LONG = 12
# JSON text of an odd spelling would be cut anywhere.
_JSON = ('"{', '"[')
# Objects with more keys than this are maps or machine dumps: no templates.
_MAX_FIELDS = 150
# What a template must leave of a field's tokens at most: a value that is put together
# from others can't be searched for. Source: on 125 recorded payloads, beside 1, 0.7
# costs 0.4 % of the tokens and leaves 93 % of the strings literal instead of 89 %; 0.5
# costs 1 % and leaves 95 %.
_WORTHWHILE = 0.7
# Tokens from which a value in the header is taken for what all rows say, by readers
# that skim: most must say it. Source: chosen by reading tables of chat messages; it
# costs less than 0.1 % of the tokens of 125 recorded payloads.
_LONG_DEFAULT = 10.0
# Keys that are data hold digits or signs: "2031-01-01", "U12", "/srv"; with a dot of
# their own they are in quotes.
_DATA = re.compile(r"[^A-Za-z_.]")
_FEWEST_KEYS_OF_A_MAP = 4
_MANY_KEYS = 12
_MANY_ROWS = 12
_FEW_MAPS = 2
# Few rows of many cells are counted in more often than they spare keys: two rows of
# more than twelve cells name each field.
_MOST_CELLS_FOR_A_ROW = 6
# A row's own id is written whole, so that it can be searched for.
_OWN_IDS = frozenset({"id", "_id", "key", "uid", "uuid", "guid", "sha", "sid", "gid"})
# What two fields may have in common by chance: flags, numbers and dates, unless there
# are so many different ones.
_MEASURE = re.compile(r"[0-9-]|(?:true|false|null)$|\"[0-9]")
_FEWEST_WORDS, _FEWEST_MEASURES = 2, 6
# Templates are looked for on this many rows, evenly spread.
_SAMPLE_ROWS = 64


def find_schemas(
    graph: Graph, costs: Costs, *, literal: bool = False
) -> tuple[list[Schema], list[int]]:
    """Return the schemas, and for each node the index of its schema or -1."""
    schemas: list[Schema] = []
    schema_of = [-1] * len(graph.items)
    classes = [
        (names, nodes)
        for names, nodes in find_classes(graph)
        if not _are_maps(graph, names, nodes)
    ]
    has_joined = False
    for names, nodes in classes:
        if len(nodes) > 1:
            rows = [n for n in nodes if n != graph.root]
            has_joined |= collapse_chains(graph, names, rows)
    alive = reachable(graph) if has_joined else range(len(graph.items))
    for node in [node for node in graph.nested if node not in alive]:
        del graph.nested[node]
    for names, members in classes:
        nodes = [node for node in members if node in alive]
        if not nodes:
            continue
        if len(nodes) > 1:
            # The document's own keys stand a line each instead.
            nodes = [n for n in nodes if n != graph.root]
            if sum(len(graph.items[n]) for n in nodes) < len(names) + 2:
                continue
        elif sum(type(v) is str and len(v) >= _LONG for v in graph.items[nodes[0]]) < 3:
            continue
        fields = [Field(name) for name in names]
        schema = Schema(fields, nodes, _columns(graph, names, nodes))
        chooser = _Chooser(schema, costs)
        if not literal:
            chooser.choose()
        if len(nodes) == 1 and all(f.template is None for f in schema.fields):
            continue
        cells = sum(field.has_cell for field in schema.fields)
        if cells > _MOST_CELLS_FOR_A_ROW * len(nodes) > _MOST_CELLS_FOR_A_ROW:
            continue
        for node in nodes:
            schema_of[node] = len(schemas)
        schemas.append(schema)
    return schemas, schema_of


def _are_maps(graph: Graph, names: Sequence[str], nodes: Sequence[int]) -> bool:
    """Tell whether objects are maps, whose keys are data: dates, ids, names.

    All values of a map are of one kind, and a reader looks for a value by its key; two
    lists to count in are no help, unless there are many rows.
    """
    many = len(names)
    if many < _FEWEST_KEYS_OF_A_MAP or len(nodes) >= min(many, _MANY_ROWS):
        return False
    if not (_are_data(names) or (many >= _MANY_KEYS and len(nodes) <= _FEW_MAPS)):
        return False
    return all(
        len({_kind(graph, item) for item in graph.items[node] if item != "null"}) <= 1
        for node in nodes
    )


def _are_data(names: Sequence[str]) -> bool:
    """Tell whether keys are data themselves, as those of a map are."""
    odd = sum([_DATA.search(name) is not None for name in names])
    return len(names) >= _FEWEST_KEYS_OF_A_MAP and 2 * odd >= len(names)


def _kind(graph: Graph, item: Item) -> str:
    if type(item) is int:
        return "object" if graph.shape[item] >= 0 else "list"
    return "number" if is_other(item) else "text"  # type: ignore[arg-type]


def _columns(graph: Graph, names: Sequence[str], nodes: Sequence[int]) -> list[Column]:
    """Return for each key the items of all nodes, None where one lacks it."""
    index = {name: i for i, name in enumerate(names)}
    slots: dict[int, list[int]] = {}
    rows: list[Column] = []
    for node in nodes:
        items = graph.items[node]
        if len(items) == len(names):
            rows.append(items)
            continue
        shape = graph.shape[node]
        places = slots.get(shape)
        if places is None:
            places = slots[shape] = [index[k] for k in graph.shapes[shape]]
        row: list[Item | None] = [None] * len(names)
        for i, item in zip(places, items, strict=True):
            row[i] = item
        rows.append(row)
    return list(zip(*rows, strict=True))


class _Chooser:
    """Chooses for each field the way of writing that costs the fewest tokens."""

    def __init__(self, schema: Schema, costs: Costs) -> None:
        self.fields = schema.fields
        self.costs = costs
        self.single = len(schema.nodes) == 1
        for field, column in zip(self.fields, schema.columns, strict=True):
            self._choose_kind(field, column)
        # Rows that a template does not fit name their value, so that it may be found
        # on some of the rows.
        step = -(-len(schema.nodes) // _SAMPLE_ROWS)
        self.texts = Texts([column[::step] for column in schema.columns])
        # Fields that are derived can't be referred to, and those referred to are not
        # derived any more: no cycles, no chains.
        self.derived = {
            i for i, f in enumerate(self.fields) if not Template.can_name(f.name)
        }
        self.locked: set[int] = set()

    def choose(self) -> None:
        """Look for templates that spare what rows would say."""
        if len(self.fields) > _MAX_FIELDS:
            return
        columns = self.texts.columns
        # An entry of a map never refers to another one.
        refers = not _are_data([field.name for field in self.fields])
        for i, field in enumerate(self.fields):
            if field.has_cell and not self.single and columns[i] and refers:
                self._take(i, self._copies(i), 1.0)
        candidates = [i for i in range(len(self.fields)) if self._may_follow(i)]
        base: Sequence[int] = range(len(self.fields)) if candidates and refers else ()
        if self.single:
            # By chance a long text holds a short one; a single row can't tell.
            base = [j for j in base if len(self.texts[j][0] or "") >= _LONG]
        else:
            # What a header says of all rows says nothing about one.
            base = [
                j for j in base if self.fields[j].value is None or j in self.derived
            ]
        for i in candidates:
            if i not in self.locked:
                allowed = [j for j in base if j != i and j not in self.derived]
                self._take(i, find_templates(self.texts, i, allowed), _WORTHWHILE)

    def _choose_kind(self, field: Field, column: Column) -> None:
        """Choose among the kinds without a template.

        What the values cost by themselves is the same for all and left out.
        """
        if column.count(column[0]) == len(column):
            field.value = column[0]
            return
        if len(set(column)) == len(column):
            return
        counts = Counter(column)
        absent = counts.pop(None, 0)
        if 2 * absent > len(column):
            # Nobody counts out empty cells to find the one that is filled.
            field.sparse = True
            return
        named = self.costs[field.name] + COLON + COMMA
        present = len(column) - absent
        top, n = max(counts.items(), key=itemgetter(1))
        assert top is not None
        if n * 3 >= present and (
            self.costs[top] < _LONG_DEFAULT or n * 2 > len(column)
        ):
            fixed = COLON - (n - 1) * self.costs[top] + (len(column) - n) * named
            if fixed < present * COMMA + absent * EMPTY:
                field.value = top

    def _cost(self, field: Field, i: int) -> float:
        """Estimate what a field costs: its header's text, cells and named values."""
        costs = self.costs
        total = COLON if field.has_cell else 0.0
        if field.template is not None:
            total = COLON + costs[field.template.spell([f.name for f in self.fields])]
        elif field.value is not None:
            total = COLON + costs[field.value]
        cells, said = lay_out(field, i, self.texts)
        named = costs[field.name] + COLON + COMMA
        total += sum([COMMA + costs[item] for item in cells or ()])
        return total + sum([named + costs[item] for item in said if item is not None])

    def _take(self, i: int, templates: Iterable[Template], share: float) -> None:
        """Write a field by the template that costs least, if that is worthwhile.

        Args:
            i: The field.
            templates: How it may be written.
            share: Of what it costs so far, the most that a template may cost.
        """
        best = None
        for template in templates:
            copied = template.copied
            columns = self.texts.columns
            if copied is not None and _by_chance(columns[i], columns[copied]):
                continue
            if best is None:
                best = share * self._cost(self.fields[i], i) - 1
            field = Field(self.fields[i].name, template=template)
            cost = self._cost(field, i)
            if cost < best:
                best, self.fields[i] = cost, field
        taken = self.fields[i].template
        if taken is not None and taken.references:
            self.derived.add(i)
            self.locked |= taken.references

    def _copies(self, i: int) -> Iterator[Template]:
        """Yield the templates that repeat an earlier field of most rows."""
        column, n = self.texts.columns[i], len(self.texts.columns[i])
        probes = {0, n // 2, n - 1}
        for j in range(i):
            other = self.texts.columns[j]
            if self.fields[j].has_cell and j not in self.derived:
                same = sum([column[p] == other[p] for p in probes])
                if 2 * same >= len(probes) and 2 * sum(map(eq, column, other)) >= n:
                    yield Template((j,))

    def _may_follow(self, i: int) -> bool:
        """Tell whether a field's strings are long and different enough."""
        field = self.fields[i]
        if field.template is not None or (field.value is not None and not self.single):
            return False
        if not self.single and field.name.lower() in _OWN_IDS:
            return False
        present = [item for item in self.texts.columns[i] if item is not None]
        long_ = [
            type(item) is str and len(item) >= _LONG and not item.startswith(_JSON)
            for item in present
        ]
        return 2 * sum(long_) >= len(present) > 0


def _by_chance(column: Column, other: Column) -> bool:
    """Tell whether two fields may agree by chance: flags, counts, a few dates.

    A header that says `verified={banned}` reads as a statement about the two.
    """
    same = {one for one, two in zip(column, other, strict=True) if one == two}
    words = [
        item
        for item in same
        if type(item) is int or (type(item) is str and not _MEASURE.match(item))
    ]
    return len(words) < _FEWEST_WORDS and len(same) < _FEWEST_MEASURES
