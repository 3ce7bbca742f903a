"""Writing a document in the table format (docs/table-format.md)."""

from typing import Any

from headroom.tool_outputs.table.costs import Costs
from headroom.tool_outputs.table.fields import Field
from headroom.tool_outputs.table.graph import ARRAY, Graph, Item
from headroom.tool_outputs.table.headers import Headers
from headroom.tool_outputs.table.layout import Layout, Member
from headroom.tool_outputs.table.notation import (
    MAGIC,
    scan_quoted,
    template_cell,
)
from headroom.tool_outputs.table.packed import JOINED, MARKS, REPR
from headroom.tool_outputs.table.references import find_references
from headroom.tool_outputs.table.schemas import find_schemas
from headroom.tool_outputs.table.templates import spell_literal

__all__ = ["encode_table"]


def encode_table(value: Any, *, literal: bool = False) -> str:
    """Write a tree, a dict or list that is not empty, as table text.

    Deterministic; `decoding.decode_table` reads it back, type and key order included.

    Args:
        value: The tree.
        literal: Write each value in full where it stands.
    """
    try:
        return _Writer(Graph(value), literal=literal).text()
    except RecursionError:
        # Strings that were taken apart may be the reason; they can stay as they are.
        return _Writer(Graph(value, unpacks=False), literal=literal).text()


# Elements from which a list says how many it has. Source: more than a reader sees at a
# glance; 4 costs 0.1 % of the tokens of 125 recorded payloads, 2 costs 1 %.
_MANY = 4
# The devices that the first line explains, in this order.
_FIXED, _SPARSE = "k=v holds unless ;k:x", "k? only where ;k:x"
_ABSENT, _BARE = ";k: is absent", "bare key is null"
_REFERS, _HOLE = "{k} is k's value", "{} the cell"
_MATRIX, _COLUMNS = "[n][] has a list a line", "{n}(k) has an element of each k a line"
_ONCE, _JOINED = "&n is line &n", "+a+b is one text"
_JSON, _PRINTED = "v is v's JSON text", f"{REPR}v is v's Python repr"
_LEGEND = (
    *(_FIXED, _SPARSE, _ABSENT, _REFERS, _HOLE),
    *(_ONCE, _MATRIX, _COLUMNS, _BARE, _JSON, _PRINTED, _JOINED),
)


class _Writer:
    """One document on its way to text."""

    def __init__(self, graph: Graph, *, literal: bool) -> None:
        self.graph = graph
        costs = Costs()
        self.schemas, self.schema_of = find_schemas(graph, costs, literal=literal)
        self.layout = Layout(graph, self.schemas, self.schema_of)
        self.cells, self.named = self.layout.cells, self.layout.named
        once: list[Item] = []
        if not literal:
            written, layout = self.layout.written(), self.layout
            once = find_references(
                graph, self.schemas, written, layout.rows, layout.keys, costs
            )
        self.references = {item: f"&{i}" for i, item in enumerate(once, start=1)}
        self.headers = Headers(
            graph, self.schema_of, len(self.schemas), once, self.layout.opened
        )
        # For each schema the schema expected in each cell.
        self.inner: list[list[int]] = [
            [
                self.headers.of_field(i, field.name)
                for field in schema.fields
                if field.has_cell
            ]
            for i, schema in enumerate(self.schemas)
        ]
        # Those of _LEGEND that the text uses, and the marks of its packed strings.
        self.devices: set[str] = set()
        self.marks: set[str] = set()

    def text(self) -> str:
        """Return the document's text."""
        body = [text for member in self.layout.lines for text in self._lines(member)]
        lines = [
            f"{name}:{self._fields(schema)}"
            for schema, name in self.headers.names.items()
        ]
        lines += [
            f"{name}:{self._written(i, -1)}" for i, name in self.references.items()
        ]
        if self.references:
            self.devices.add(_ONCE)
        if marks := sorted(self.marks - {REPR}):
            self.devices.add(_JSON)
        legend = [device for device in _LEGEND if device in self.devices]
        if marks:
            legend[legend.index(_JSON)] = f"{'v '.join(marks)}{_JSON}"
        first = " ".join([MAGIC, ", ".join(legend)]) if legend else MAGIC
        return "\n".join([first, *lines, *body])

    # -- the document's own lines
    def _lines(self, member: Member) -> list[str]:
        """Write a key's value: in its line, or as a line a row."""
        key, owner, name, item = member
        if item == "null":
            self.devices.add(_BARE)
            return [key]
        # The document itself has no key.
        schema = self.headers.at(owner, name) if key else self.headers.of_document()
        head = key + (self._spec(schema) if schema >= 0 else "")
        if type(item) is int and item not in self.references:
            rows = self._rows(item, schema) if self.graph.is_array(item) else []
            # Empty lines would read as if there were no rows.
            if rows and (not key or any(rows)):
                return [f"{key}[{len(rows)}]{head[len(key) :]}:", *rows]
            grid = self.layout.grid(item) if schema < 0 else None
            if grid:
                self.devices.add(_COLUMNS if grid[0][0] == "{" else _MATRIX)
                return [f"{key}{grid[0]}:", *map(self._grid_row, grid[1])]
        return [f"{head}:{self._item(item, schema)}" if head else self._item(item, -1)]

    def _rows(self, item: int, schema: int) -> list[str]:
        """Write a list as rows, if most of its elements follow the header."""
        if schema < 0:
            return []
        children = self.graph.items[item]
        mine = [
            type(c) is int and self.schema_of[c] == schema and c not in self.references
            for c in children
        ]
        if 2 * sum(mine) < len(mine) and item != self.graph.root:
            return []
        return [
            self._row(child, schema) if own else "=" + self._item(child, schema)  # type: ignore[arg-type]
            for child, own in zip(children, mine, strict=True)
        ]

    def _grid_row(self, row: Item | tuple[Item, ...]) -> str:
        if row in self.references:
            return "=" + self.references[row]
        items = row if isinstance(row, tuple) else self.graph.items[row]  # type: ignore[index]
        return ",".join([self._item(item, -1) for item in items])

    # -- headers
    def _spec(self, schema: int) -> str:
        name = self.headers.names.get(schema)
        return f"({self._fields(schema)})" if name is None else name

    def _fields(self, schema: int) -> str:
        fields = self.schemas[schema].fields
        return ",".join([self._field(schema, field, fields) for field in fields])

    def _field(self, schema: int, field: Field, fields: list[Field]) -> str:
        inner = self.headers.of_field(schema, field.name)
        names = [f.name for f in fields]
        text = field.name
        if field.sparse:
            self.devices.add(_SPARSE)
            text += "?"
        elif not field.has_cell:
            self.devices.add(_FIXED)
        if inner >= 0:
            text += self._spec(inner)
        if field.template is not None:
            used = {_REFERS: field.template.references, _HOLE: field.template.has_hole}
            self.devices.update([device for device in used if used[device]])
            text += "=" + template_cell(field.template.spell(names))
        elif field.value is not None:
            text += "=" + self._constant(field.value, inner, names)
        return text

    def _constant(self, value: Item, inner: int, names: list[str]) -> str:
        """Write a header's value; a string's braces must not read as references."""
        if type(value) is str and value not in self.references:
            text = scan_quoted(value, 0)[0] if value[0] == '"' else value
            if "{" in text or "}" in text:
                return template_cell(spell_literal(text, names))
        return self._item(value, inner)

    # -- values
    def _item(self, item: Item, schema: int) -> str:
        """Write a value, or the reference to it."""
        return self.references.get(item) or self._written(item, schema)

    def _written(self, item: Item, schema: int) -> str:
        """Write a value out; `schema` is the one expected at its place."""
        if isinstance(item, str):
            return item
        graph = self.graph
        shape = graph.shape[item]
        if shape == JOINED:
            self.devices.add(_JOINED)
            pieces = [
                self._item(piece, schema) if type(piece) is int else piece
                for piece in graph.items[item]
            ]
            # It is known by a text at its beginning.
            empty = "" if type(graph.items[item][0]) is str else '+""'
            return f"{empty}+{'+'.join(pieces)}"  # type: ignore[arg-type]
        if shape in MARKS:
            self.marks.add(MARKS[shape].strip())
            if MARKS[shape] == REPR:
                self.devices.add(_PRINTED)
            # Never a reference: "json:&1" is a string like any other.
            return MARKS[shape] + self._written(graph.items[item][0], schema)
        if shape == ARRAY:
            items = graph.items[item]
            is_long = len(items) >= _MANY and item != graph.root
            text = ",".join([self._item(each, schema) for each in items])
            return f"{len(items) if is_long else ''}[{text}]"
        own = self.schema_of[item]
        if own >= 0:
            row = f"({self._row(item, own)})"
            return row if own == schema else self.headers.names[own] + row
        pairs = []
        for key, owner, name, child in self.layout.members(item):
            if child == "null":
                self.devices.add(_BARE)
                pairs.append(key)
                continue
            inner = self.headers.at(owner, name)
            spec = self._spec(inner) if inner >= 0 else ""
            text = self._item(child, inner if inner >= 0 else schema)
            pairs.append(f"{key}{spec}:{text}")
        return f"{{{','.join(pairs)}}}"

    def _row(self, node: int, schema: int) -> str:
        cells, references = self.cells[node], self.references
        if node not in self.graph.nested and references.keys().isdisjoint(cells):
            text = ",".join(cells)  # type: ignore[arg-type]
        else:
            text = ",".join(
                [
                    references.get(c)
                    or (c if type(c) is str else self._written(c, inner))
                    for c, inner in zip(cells, self.inner[schema], strict=False)
                ]
            )
        if node in self.named:
            of_field = self.headers.of_field
            pairs = [
                f"{k}:{self._item(v, of_field(schema, k))}" for k, v in self.named[node]
            ]
            if any(item == "" for _, item in self.named[node]):
                self.devices.add(_ABSENT)
            text += f";{','.join(pairs)}"
        return text
