"""Headers: how each field of the objects that share one is written."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import eq, itemgetter

from headroom.tool_outputs.table.chains import collapse_chains, reachable
from headroom.tool_outputs.table.classes import find_classes
from headroom.tool_outputs.table.costs import COLON, COMMA, EMPTY, Costs
from headroom.tool_outputs.table.graph import Graph, Item
from headroom.tool_outputs.table.notation import is_other, raw_cell
from headroom.tool_outputs.table.templates import Template, Texts, find_templates

__all__ = ["Field", "Kind", "Schema", "find_schemas"]

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
# Keys that are data hold digits or signs: "2031-01-01", "U12", "/srv", "home.title".
_DATA = re.compile(r"[^A-Za-z_]")
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

Row = Sequence[Item | None]


class Kind(Enum):
    """Where the value of a field is found."""

    CELL = "in its place in each row"
    SPARSE = "absent, unless the row names it"
    FIXED = "in the header, unless the row names another"


@dataclass(slots=True)
class Field:
    """One field of a header.

    Attributes:
        name: The key.
        kind: Where its value is found.
        value: The header's value of a FIXED field without template.
        template: How the value follows from others; for a CELL it has a hole.
        absent: Rows that lack the key.
    """

    name: str
    kind: Kind = Kind.CELL
    value: Item | None = None
    template: Template | None = None
    absent: int = 0


@dataclass(slots=True)
class Schema:
    """Objects that share one header.

    Attributes:
        fields: In the key order of every member.
        rows: For each member node its items by field, None where the key is absent.
    """

    fields: list[Field]
    rows: dict[int, Row]


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
    for names, nodes in classes:
        if len(nodes) > 1:
            rows = [n for n in nodes if n != graph.root]
            collapse_chains(graph, names, rows)
    alive = reachable(graph)
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
        schema = Schema([Field(name) for name in names], _rows(graph, names, nodes))
        chooser = _Chooser(schema, costs)
        if not literal:
            chooser.choose()
        if len(nodes) == 1 and all(f.template is None for f in schema.fields):
            continue
        cells = sum(field.kind is Kind.CELL for field in schema.fields)
        if cells > _MOST_CELLS_FOR_A_ROW * len(nodes) > _MOST_CELLS_FOR_A_ROW:
            continue
        for node in nodes:
            schema_of[node] = len(schemas)
        schemas.append(schema)
    return schemas, schema_of


def _are_maps(graph: Graph, names: Sequence[str], nodes: Sequence[int]) -> bool:
    """Tell whether objects are maps, whose keys are data: dates, ids, names.

    Each value of a map is of one kind, and a reader looks for a value by its key; two
    lists to count in are no help, unless there are many rows.
    """
    many = len(names)
    if many < _FEWEST_KEYS_OF_A_MAP or len(nodes) >= min(many, _MANY_ROWS):
        return False
    odd = sum(_DATA.search(name) is not None for name in names)
    if 2 * odd < many and not (many >= _MANY_KEYS and len(nodes) <= _FEW_MAPS):
        return False
    kinds = {
        _kind(graph, item)
        for node in nodes
        for item in graph.items[node]
        if item != "null"
    }
    return len(kinds) == 1


def _kind(graph: Graph, item: Item) -> str:
    if type(item) is int:
        return "object" if graph.shape[item] >= 0 else "list"
    return "number" if is_other(item) else "text"  # type: ignore[arg-type]


def _rows(graph: Graph, names: Sequence[str], nodes: Iterable[int]) -> dict[int, Row]:
    index = {name: i for i, name in enumerate(names)}
    slots: dict[int, list[int]] = {}
    rows: dict[int, Row] = {}
    for node in nodes:
        items = graph.items[node]
        if len(items) == len(names):
            rows[node] = items
            continue
        shape = graph.shape[node]
        places = slots.get(shape)
        if places is None:
            places = slots[shape] = [index[k] for k in graph.shapes[shape]]
        row: list[Item | None] = [None] * len(names)
        for i, item in zip(places, items, strict=True):
            row[i] = item
        rows[node] = row
    return rows


class _Chooser:
    """Chooses for each field the way of writing that costs the fewest tokens."""

    def __init__(self, schema: Schema, costs: Costs) -> None:
        self.fields = schema.fields
        self.columns: list[Row] = list(zip(*schema.rows.values(), strict=True))
        self.costs = costs
        self.single = len(schema.rows) == 1
        for field, column in zip(self.fields, self.columns, strict=True):
            distinct = set(column)
            if len(distinct) == 1:
                field.kind, field.value = Kind.FIXED, column[0]
            elif len(distinct) < len(column):
                self._choose_kind(field, column)
            elif None in distinct:
                field.absent = 1
        if len(schema.rows) > _SAMPLE_ROWS:
            # Rows that a template does not fit name their value, so that it may be
            # found on some of the rows.
            step = len(schema.rows) // _SAMPLE_ROWS + 1
            self.columns = [column[::step] for column in self.columns]
        # Fields that are derived can't be referred to, and those referred to are not
        # derived any more: no cycles, no chains.
        self.derived = {
            i for i, f in enumerate(self.fields) if not Template.can_name(f.name)
        }
        self.locked: set[int] = set()
        # The fields that templates may refer to.
        self.base: Sequence[int] = ()

    def choose(self) -> None:
        if len(self.fields) > _MAX_FIELDS:
            return
        if not self.single:
            self._find_copies()
        candidates = [i for i in range(len(self.fields)) if self._may_follow(i)]
        if not candidates:
            return
        texts = Texts(self.columns)
        self.base = range(len(self.fields))
        if self.single:
            # By chance a long text holds a short one; a single row can't tell.
            row = texts.row(0)
            self.base = [j for j in self.base if len(row[j] or "") >= _LONG]
        for i in candidates:
            if i not in self.locked:
                self._try_templates(i, texts)

    def _named(self, i: int) -> float:
        """What it costs that a row names the field, without the value."""
        return self.costs[self.fields[i].name] + COLON + COMMA

    def _choose_kind(self, field: Field, column: Row) -> None:
        """Choose among the kinds without a template, where some values repeat.

        What the values cost by themselves is the same for all and left out.
        """
        counts = Counter(column)
        absent = field.absent = counts.pop(None, 0)
        present = len(column) - absent
        if 2 * absent > len(column):
            # Nobody counts out empty cells to find the one that is filled.
            field.kind = Kind.SPARSE
            return
        named = self.costs[field.name] + COLON + COMMA
        best = present * COMMA + absent * EMPTY
        top, n = max(counts.items(), key=itemgetter(1))
        assert top is not None
        if n * 3 >= present and (
            self.costs[top] < _LONG_DEFAULT or n * 2 > len(column)
        ):
            fixed = COLON - (n - 1) * self.costs[top] + (len(column) - n) * named
            if fixed < best:
                field.kind, field.value = Kind.FIXED, top

    def _cost(self, i: int) -> float:
        """Estimate what a field costs as it is written so far."""
        field, column, costs = self.fields[i], self.columns[i], self.costs
        named = self._named(i)
        total = 0.0
        if field.kind is Kind.FIXED:
            assert field.value is not None
            total = COLON + costs[field.value]
            column = [v for v in column if v != field.value]
            total += named * len(column)
        for item in column:
            if item is not None:
                total += COMMA + costs[item]
        return total

    def _set(self, i: int, template: Template) -> None:
        field = self.fields[i]
        field.kind = Kind.FIXED if template.suffix is None else Kind.CELL
        field.value, field.template = None, template
        if template.references:
            self.derived.add(i)
            self.locked |= template.references

    def _find_copies(self) -> None:
        """Find fields that mostly repeat an earlier field of the same row."""
        n = len(self.columns[0])
        probes = {0, n // 2, n - 1}
        columns = self.columns
        several = [
            i for i, f in enumerate(self.fields) if f.kind is Kind.CELL and columns[i]
        ]
        for i in several:
            column = columns[i]
            for j in several:
                if j >= i:
                    break
                other = columns[j]
                if j in self.derived or 2 * sum(
                    [column[p] == other[p] for p in probes]
                ) < len(probes):
                    continue
                if 2 * sum(map(eq, column, other)) < n or _by_chance(column, other):
                    continue
                cost = 2 * COLON + self.costs[self.fields[j].name]
                cost += sum(
                    self._named(i) + (0 if a is None else self.costs[a])
                    for a, b in zip(column, other, strict=True)
                    if a != b
                )
                if cost < self._cost(i) - 1:
                    self._set(i, Template.copy(j))
                    break

    def _may_follow(self, i: int) -> bool:
        """Tell whether a field's strings are long and different enough."""
        field = self.fields[i]
        if field.template is not None or (field.kind is Kind.FIXED and not self.single):
            return False
        if not self.single and field.name.lower() in _OWN_IDS:
            return False
        present = [item for item in self.columns[i] if item is not None]
        long_ = [
            type(item) is str and len(item) >= _LONG and not item.startswith(_JSON)
            for item in present
        ]
        return 2 * sum(long_) >= len(present) > 0

    def _try_templates(self, i: int, texts: Texts) -> None:
        strings = texts.strings(i)
        if all(s is None for s in strings):
            return
        # What a header says of all rows says nothing about one.
        allowed = [
            j
            for j in self.base
            if j != i
            and j not in self.derived
            and (self.single or self.fields[j].kind is not Kind.FIXED)
        ]
        templates = find_templates(texts, i, allowed)
        if not templates:
            return
        best = _WORTHWHILE * self._cost(i) - 1
        for template in templates:
            copied = template.copied
            if copied >= 0 and _by_chance(self.columns[i], self.columns[copied]):
                continue
            cost = self._weigh(template, i, strings, texts)
            if cost < best:
                best = cost
                self._set(i, template)

    def _weigh(
        self,
        template: Template,
        i: int,
        strings: list[str | None],
        texts: Texts,
    ) -> float:
        """Estimate what a field costs when it is written by `template`."""
        costs = self.costs
        spelled = template.spell([f.name for f in self.fields])
        total = COLON + costs[spelled]
        named = self._named(i)
        for r, item in enumerate(self.columns[i]):
            if item is None:
                total += EMPTY if template.suffix is not None else named
                continue
            text = strings[r]
            filled = None if text is None else template.expand(texts, r)
            if filled is None or text is None:
                total += named + costs[item]
            elif template.suffix is None:
                total += 0 if filled[0] == text else named + costs[item]
            elif Template.fits(text, *filled):
                hole = text[len(filled[0]) : len(text) - len(filled[1])]
                total += COMMA + costs[raw_cell(hole)]
            else:
                total += named + costs[item]
        return total


def _by_chance(column: Row, other: Row) -> bool:
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
