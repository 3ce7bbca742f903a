"""Writing a document in the table format (docs/table-format.md)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from headroom.tool_outputs.table.costs import Costs
from headroom.tool_outputs.table.graph import ARRAY, Graph, Item, TooManyNodesError
from headroom.tool_outputs.table.headers import Headers
from headroom.tool_outputs.table.notation import (
    MAGIC,
    is_other,
    scan_quoted,
    template_cell,
)
from headroom.tool_outputs.table.packed import JOINED, MARKS
from headroom.tool_outputs.table.references import Written, find_references
from headroom.tool_outputs.table.rows import Cells, Named, lay_out
from headroom.tool_outputs.table.schemas import Field, Kind, find_schemas
from headroom.tool_outputs.table.templates import spell_literal

__all__ = ["Table", "encode_table"]

# Characters that compact JSON has around a key and its value.
_PUNCTUATION = 4
# Source: recorded payloads have 2.5 to 4.
_CHARACTERS_PER_TOKEN = 2


# Of nodes: written in more than one line, in none.
_SEVERAL, _NO_LINE = -1, -(10**9)
# Lists in a list that are worth a line each.
_FEWEST_ROWS = 3
# Lists of fewer elements may be of equal length by chance.
_FEWEST_IN_COLUMN = 6


class Table(NamedTuple):
    """A document in the table format.

    Attributes:
        text: The table text.
        spared_characters: About how many characters more compact JSON has, because
            it repeats in each row what a header says, and what is written once here.
    """

    text: str
    spared_characters: int


def encode_table(
    value: Any,
    *,
    literal: bool = False,
    max_nodes: int | None = None,
) -> Table:
    """Write a tree, a dict or list that is not empty, as table text.

    Deterministic; `decoding.decode_table` reads it back, type and key order included.

    Args:
        value: The tree.
        literal: Write each value in full where it stands.
        max_nodes: The most distinct objects and arrays there may be.

    Raises:
        TooManyNodesError: With more than `max_nodes` distinct objects and arrays.
    """
    try:
        return _encoded(Graph(value, max_nodes), literal=literal)
    except TooManyNodesError as error:
        if not error.unpacked:
            raise
    except RecursionError:
        pass
    # Strings that were taken apart may be the reason; they can stay as they are.
    return _encoded(Graph(value, max_nodes, unpacks=False), literal=literal)


def _encoded(graph: Graph, *, literal: bool) -> Table:
    writer = _Writer(graph, literal=literal)
    return Table(writer.text(), writer.spared_characters())


class _Writer:
    """One document on its way to text."""

    def __init__(self, graph: Graph, *, literal: bool) -> None:
        self.graph = graph
        self.costs = Costs()
        self.schemas, self.schema_of = find_schemas(graph, self.costs, literal=literal)
        self.cells: dict[int, Cells] = {}
        self.named: dict[int, Named] = {}
        for schema in self.schemas:
            cells, named = lay_out(schema)
            self.cells.update(cells)
            self.named.update(named)
        # Characters of what has a line of its own, but for its first use.
        self.repeated = 0
        # The lines that are rows of a list.
        self.rows: set[int] = set()
        self.references: dict[Item, str] = {}
        # Objects on the way to a table: each member has a line of its own.
        self.opened: set[int] = set()
        if type(graph.root) is int and graph.is_object(graph.root):
            self._open(graph.root)
        self.line_of = self._lines_of_nodes()
        if not literal:
            self.references = self._references()
        self.headers = Headers(
            graph, self.schema_of, len(self.schemas), self.references, self.opened
        )
        # For each schema the schema expected in each cell.
        self.inner: list[list[int]] = [
            [
                self.headers.of_field(i, field.name)
                for field in schema.fields
                if field.kind is Kind.CELL
            ]
            for i, schema in enumerate(self.schemas)
        ]
        self.has_bare_keys = self.has_matrix = self.has_columns = False
        self.has_absent = any(
            item == "" for pairs in self.named.values() for _, item in pairs
        )
        # Those of packed strings.
        self.marks: set[str] = set()

    def _references(self) -> dict[Item, str]:
        """Name the values that are cheaper to write once: `&1`, `&2`, …."""
        written = [
            Written(node, line, self._items(node), self._keys(node))
            for node, line in enumerate(self.line_of)
            if line != _NO_LINE
        ]
        spared = find_references(
            self.graph, self.schemas, written, self.rows, self.costs
        )
        self.repeated = int(_CHARACTERS_PER_TOKEN * sum(spared.values()))
        return {item: f"&{i}" for i, item in enumerate(spared, start=1)}

    def _items(self, node: int) -> Sequence[Item]:
        """Return what is written of a node."""
        items: Sequence[Item] = self.cells.get(node, self.graph.items[node])
        if self.graph.shape[node] == JOINED:
            return [items[i] for i in self.graph.nested[node]]
        if node in self.named:
            items = [*items, *[item for _, item in self.named[node]]]
        return items

    def _keys(self, node: int) -> Sequence[str]:
        """Return the keys that are written of a node."""
        if node in self.cells:
            return [name for name, _ in self.named.get(node, ())]
        return self.graph.keys(node) if self.graph.shape[node] >= 0 else ()

    def _lines_of_nodes(self) -> list[int]:
        """Return the line in which each node is written, or _SEVERAL."""
        graph, root = self.graph, self.graph.root
        line_of = [_NO_LINE] * len(graph.items)
        assert type(root) is int
        line_of[root] = 0
        todo: list[tuple[int, int]] = []
        line = 1

        def rows(items: Sequence[Item]) -> None:
            nonlocal line
            for row in items:
                line += 1
                self.rows.add(line)
                if type(row) is int:
                    todo.append((row, line))

        if graph.shape[root] < 0 or self.schema_of[root] >= 0:
            rows(self._items(root))
        else:
            for _, owner, _, item in self._members("", root):
                line += 1
                line_of[owner] = 0
                if type(item) is not int:
                    continue
                if graph.shape[item] == ARRAY:
                    line_of[item] = line
                    rows(graph.items[item])
                else:
                    todo.append((item, line))
        for i, schema in enumerate(self.schemas):
            # A header is a line of its own.
            todo += [(f.value, -2 - i) for f in schema.fields if type(f.value) is int]
        while todo:
            node, line = todo.pop()
            known = line_of[node]
            if known in (line, _SEVERAL):
                continue
            line_of[node] = line = line if known == _NO_LINE else _SEVERAL
            if node in graph.nested:
                for item in self._items(node):
                    if type(item) is int:
                        todo.append((item, line))
        return line_of

    def spared_characters(self) -> int:
        """Characters that compact JSON would write again and again, and this does not.

        Keys and what headers hold, in each row but the first, and the further uses of
        what is written once; quotes, colons and commas counted.
        """
        spared = 0
        for schema in self.schemas:
            further = len(schema.rows) - 1
            pairs = [p for node in schema.rows for p in self.named.get(node, ())]
            named = Counter([key for key, _ in pairs])
            # Of an absent key compact JSON says nothing.
            spared -= sum([len(key) + 2 for key, item in pairs if item == ""])
            for field in schema.fields:
                if field.kind is Kind.SPARSE:
                    continue
                each = len(field.name) + _PUNCTUATION
                held = field.template.prefix if field.template else field.value
                if type(held) is str:
                    each += int(_CHARACTERS_PER_TOKEN * self.costs[held])
                rows = further - field.absent - named[field.name]
                spared += each * max(rows, 0)
        return spared + self.repeated - self.headers.named_characters()

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
        if any(f.kind is Kind.FIXED for f in fields):
            parts.append("k=v holds unless ;k:x")
        if any(f.kind is Kind.SPARSE for f in fields):
            parts.append("k? only where ;k:x")
        if self.has_absent:
            parts.append(";k: is absent")
        if any(t.references for t in templates):
            parts.append("{k} is k's value")
        if any(t.suffix is not None for t in templates):
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
            if schema < 0 and not self._is_matrix(root):
                return [self._written(root, -1)]
            return self._lines("", schema, root)
        lines: list[str] = []
        for key, owner, name, item in self._members("", root):
            if item == "null":
                self.has_bare_keys = True
                lines.append(key)
            else:
                lines.extend(self._lines(key, self.headers.at(owner, name), item))
        return lines

    def _open(self, node: int) -> tuple[int, int]:
        """Note an object that leads to tables, if these outweigh its other lines.

        Returns:
            The rows of its tables, and its lines without them.
        """
        graph = self.graph
        if self.schema_of[node] >= 0:
            return 0, 1
        rows, lines = 0, len(graph.items[node])
        for i in graph.nested.get(node, ()):
            item = graph.items[node][i]
            assert type(item) is int
            inner = self._sole(item)
            if self._is_columns(item):
                rows += len(graph.items[graph.items[item][0]])  # type: ignore[index]
            elif graph.shape[inner] >= 0:
                more, others = self._open(inner)
                rows, lines = rows + more, lines + others - 1
            elif graph.shape[item] == ARRAY and (
                self._is_matrix(item) or self._is_table(item)
            ):
                rows, lines = rows + len(graph.items[item]), lines - 1
        if rows <= lines:
            return 0, 1
        self.opened.add(node)
        return rows, lines

    def _sole(self, item: int) -> int:
        """Return the only element of a list, if it is an object; else the item."""
        items = self.graph.items[item]
        is_sole = self.graph.shape[item] == ARRAY and len(items) == 1
        return items[0] if is_sole and self.graph.is_object(items[0]) else item  # type: ignore[return-value]

    def _is_table(self, item: int) -> bool:
        """Tell whether most elements of a list have a header."""
        items = self.graph.items[item]
        headed = [type(c) is int and self.schema_of[c] >= 0 for c in items]
        return len(items) > 1 and 2 * sum(headed) >= len(items)

    def _is_matrix(self, item: int) -> bool:
        """Tell whether a list has lists without objects in them, none of them empty."""
        graph, rows = self.graph, self.graph.items[item]
        if len(rows) < _FEWEST_ROWS or not all(map(graph.is_array, rows)):
            return False
        lengths = [len(graph.items[row]) for row in rows]  # type: ignore[index]
        return (
            graph.nested.keys().isdisjoint(rows)
            and min(lengths) > 0
            and max(lengths) > 1
        )

    def _is_columns(self, item: int) -> bool:
        """Tell whether an object has lists of equal length that belong together.

        Measured values do, and what they were measured at: one list has only numbers,
        and one has no value twice. Two lists of names may be of equal length by chance.
        """
        graph, items = self.graph, self.graph.items[item]
        if (
            graph.shape[item] < 0
            or self.schema_of[item] >= 0
            or len(items) < 2
            or not all(map(graph.is_array, items))
            or not graph.nested.keys().isdisjoint(items)
            or not self.references.keys().isdisjoint(items)
        ):
            return False
        columns = [graph.items[column] for column in items]  # type: ignore[index]
        return (
            len(columns[0]) >= _FEWEST_IN_COLUMN
            and len(set(map(len, columns))) == 1
            and any(len(set(column)) == len(column) for column in columns)
            and any(all(map(is_other, column)) for column in columns)  # type: ignore[arg-type]
        )

    def _members(self, prefix: str, node: int) -> Iterator[tuple[str, int, str, Item]]:
        """Yield each line of an object: its key, and where and what it leads to."""
        graph = self.graph
        for name, item in zip(graph.keys(node), graph.items[node], strict=True):
            key, owner, name, item = self._chain(node, name, item)
            key = prefix + key
            inner = self._sole(item) if type(item) is int else -1
            if inner in self.opened and self.references.keys().isdisjoint(
                (item, inner)
            ):
                sole = "[]" if inner != item else ""
                yield from self._members(f"{key}{sole}.", inner)
            else:
                yield key, owner, name, item

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
            if self._is_columns(item):
                columns = [self.graph.items[column] for column in items]  # type: ignore[index]
                self.has_columns = True
                head = f"{{{len(columns[0])}}}({','.join(self.graph.keys(item))})"
                rows = [
                    ",".join([self._item(value, -1) for value in row])
                    for row in zip(*columns, strict=True)
                ]
                return [f"{key}{head}:", *rows]
            if self.graph.shape[item] == ARRAY and self._is_matrix(item):
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
        if field.kind is Kind.SPARSE:
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
            key, owner, name, child = self._chain(item, name, child)
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

    def _chain(self, owner: int, name: str, item: Item) -> tuple[str, int, str, Item]:
        """Follow objects of one key: the dotted key, and where and what it leads to."""
        graph = self.graph
        key = name
        while (
            graph.is_object(item)
            and len(graph.items[item]) == 1  # type: ignore[index]
            and self.schema_of[item] < 0  # type: ignore[index]
            and item not in self.references
        ):
            assert type(item) is int
            owner = item
            (name,), (item,) = graph.keys(owner), graph.items[owner]
            key += "." + name
        return key, owner, name, item
