"""Writing a document in the table format (docs/table-format.md)."""

from collections.abc import Iterator
from typing import Any

from headroom.tool_outputs.table.costs import Costs
from headroom.tool_outputs.table.fields import Field
from headroom.tool_outputs.table.graph import ARRAY, Graph, Item
from headroom.tool_outputs.table.headers import Headers
from headroom.tool_outputs.table.layout import Layout
from headroom.tool_outputs.table.notation import (
    MAGIC,
    scan_quoted,
    template_cell,
)
from headroom.tool_outputs.table.packed import JOINED, MARKS
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


class _Writer:
    """One document on its way to text."""

    def __init__(self, graph: Graph, *, literal: bool) -> None:
        self.graph = graph
        self.costs = Costs()
        self.schemas, self.schema_of = find_schemas(graph, self.costs, literal=literal)
        self.layout = Layout(graph, self.schemas, self.schema_of)
        self.cells, self.named = self.layout.cells, self.layout.named
        self.references: dict[Item, str] = {}
        if not literal:
            written = self.layout.written()
            once = find_references(
                graph, self.schemas, written, self.layout.rows, self.costs
            )
            self.references = {item: f"&{i}" for i, item in enumerate(once, start=1)}
        self.layout.references = self.references
        self.headers = Headers(
            graph,
            self.schema_of,
            len(self.schemas),
            self.references,
            self.layout.opened,
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
        self.has_bare_keys = self.has_matrix = self.has_columns = False
        self.has_absent = any(
            item == "" for pairs in self.named.values() for _, item in pairs
        )
        # Those of packed strings.
        self.marks: set[str] = set()

    def text(self) -> str:
        """Return the document's text."""
        body = self._body()
        lines = [
            f"{name}:{self._fields(schema)}"
            for schema, name in self.headers.names.items()
        ]
        lines += [
            f"{name}:{self._written(i, -1)}" for i, name in self.references.items()
        ]
        return "\n".join([self._legend(), *lines, *body])

    def _legend(self) -> str:
        """Name the text, and explain in a few words the devices that it uses."""
        fields = [field for schema in self.schemas for field in schema.fields]
        templates = [f.template for f in fields if f.template is not None]
        parts = []
        if any(not (f.has_cell or f.sparse) for f in fields):
            parts.append("k=v holds unless ;k:x")
        if any(f.sparse for f in fields):
            parts.append("k? only where ;k:x")
        if self.has_absent:
            parts.append(";k: is absent")
        if any(t.references for t in templates):
            parts.append("{k} is k's value")
        if any(t.has_hole for t in templates):
            parts.append("{} the cell")
        if self.references:
            parts.append("&n is line &n")
        if self.has_matrix:
            parts.append("[n][] has a list a line")
        if self.has_columns:
            parts.append("{n}(k) has an element of each k a line")
        if self.has_bare_keys:
            parts.append("bare key is null")
        if self.marks:
            marked = " ".join([f"{mark}v" for mark in sorted(self.marks - {"+"})])
            parts.append(f"{marked} is v's JSON text")
        if "+" in self.marks:
            parts.append("+a+b is one text")
        return " ".join([MAGIC, ", ".join(parts)]) if parts else MAGIC

    # -- the document's own lines
    def _body(self) -> list[str]:
        graph, root = self.graph, self.graph.root
        assert type(root) is int
        own = self.schema_of[root]
        if own >= 0:
            return [f"{self._spec(own)}:{self._written(root, own)}"]
        if graph.shape[root] < 0:
            schema = self.headers.of_document()
            if schema < 0 and not self.layout.is_matrix(root):
                return [self._written(root, -1)]
            return self._lines("", schema, root)
        lines: list[str] = []
        for key, owner, name, item in self.layout.members("", root):
            if item == "null":
                self.has_bare_keys = True
                lines.append(key)
            else:
                lines.extend(self._lines(key, self.headers.at(owner, name), item))
        return lines

    def _lines(self, key: str, schema: int, item: Item) -> list[str]:
        """Write a key's value: in its line, or as a table of one line a row."""
        spec = self._spec(schema) if schema >= 0 else ""
        if schema >= 0 and self.graph.is_array(item) and item not in self.references:
            children = self.graph.items[item]  # type: ignore[index]
            mine = [
                type(c) is int
                and self.schema_of[c] == schema
                and c not in self.references
                for c in children
            ]
            if not key or 2 * sum(mine) >= len(mine):
                rows = [
                    self._row(child, schema) if own else "=" + self._item(child, schema)  # type: ignore[arg-type]
                    for child, own in zip(children, mine, strict=True)
                ]
                # Empty lines would read as if there were no rows.
                if not key or any(rows):
                    return [f"{key}[{len(rows)}]{spec}:", *rows]
        if schema < 0 and type(item) is int and item not in self.references:
            items = self.graph.items[item]
            if self.layout.is_columns(item):
                columns = [self.graph.items[column] for column in items]  # type: ignore[index]
                self.has_columns = True
                head = f"{{{len(columns[0])}}}({','.join(self.graph.keys(item))})"
                rows = [
                    ",".join([self._item(value, -1) for value in row])
                    for row in zip(*columns, strict=True)
                ]
                return [f"{key}{head}:", *rows]
            if self.graph.shape[item] == ARRAY and self.layout.is_matrix(item):
                self.has_matrix = True
                return [f"{key}[{len(items)}][]:", *self._matrix(item)]
        return [f"{key}{spec}:{self._item(item, schema)}"]

    def _matrix(self, item: int) -> Iterator[str]:
        """Write a list of lists as a line for each."""
        for row in self.graph.items[item]:
            written = self._item(row, -1)
            yield written[1:-1] if row not in self.references else "=" + written

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
            text += "?"
        if inner >= 0:
            text += self._spec(inner)
        if field.template is not None:
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
            self.marks.add("+")
            pieces = [
                self._item(piece, schema) if type(piece) is int else piece
                for piece in graph.items[item]
            ]
            # It is known by a text at its beginning.
            empty = "" if type(graph.items[item][0]) is str else '+""'
            return f"{empty}+{'+'.join(pieces)}"  # type: ignore[arg-type]
        if shape in MARKS:
            self.marks.add(MARKS[shape].strip())
            # Never a reference: "json:&1" is a string like any other.
            return MARKS[shape] + self._written(graph.items[item][0], schema)
        if shape == ARRAY:
            return f"[{','.join([self._item(c, schema) for c in graph.items[item]])}]"
        own = self.schema_of[item]
        if own >= 0:
            row = f"({self._row(item, own)})"
            return row if own == schema else self.headers.names[own] + row
        pairs = []
        for name, child in zip(graph.keys(item), graph.items[item], strict=True):
            key, owner, name, child = self.layout.chain(item, name, child)
            if child == "null":
                self.has_bare_keys = True
                pairs.append(key)
                continue
            inner = self.headers.at(owner, name)
            if inner >= 0:
                pairs.append(f"{key}{self._spec(inner)}:{self._item(child, inner)}")
            else:
                pairs.append(f"{key}:{self._item(child, schema)}")
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
            text += f";{','.join(pairs)}"
        return text
