"""Writing a document in the table format (docs/table-format.md)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from headroom.tool_outputs.table.costs import (
    DEFINITION,
    SMALLEST,
    SMALLEST_CONTAINER,
    USE,
    Costs,
    cost_of_reading,
)
from headroom.tool_outputs.table.graph import ARRAY, Graph, Item, TooManyNodesError
from headroom.tool_outputs.table.headers import Headers
from headroom.tool_outputs.table.notation import (
    MAGIC,
    is_other,
    scan_quoted,
    template_cell,
)
from headroom.tool_outputs.table.packed import JOINED, MARKS
from headroom.tool_outputs.table.rows import Cells, Named, lay_out
from headroom.tool_outputs.table.schemas import Field, Kind, Schema, find_schemas
from headroom.tool_outputs.table.templates import spell_literal

__all__ = ["Table", "encode_table"]

# Characters that compact JSON has around a key and its value.
_PUNCTUATION = 4
# Source: recorded payloads have 2.5 to 4.
_CHARACTERS_PER_TOKEN = 2


# Tokens of a character at most, by `cost_of_reading`.
_MOST_TOKENS = 1.0
# Of nodes: written in more than one line, in none.
_SEVERAL, _NO_LINE = -1, -(10**9)
# Tokens from which an element of a list may be written elsewhere.
_SMALLEST_ELEMENT = 16.0
_SMALLEST_STRING_ELEMENT = 8.0
# A reader looks up each reference: the most in a row, and the values of a long row for
# one more.
_MOST_IN_ROW = 8
_VALUES_FOR_ONE = 5
# What is used in one row only is looked up in as many lines as there are rows, so it
# must be long.
_SMALLEST_IN_ROW = 25.0
# Source: a SHA-256 in hex.
_LONGEST_ID = 66
_OF_NO_ID = frozenset(" :")
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


def _gain(uses: int, cost: float) -> float:
    """Return the tokens that are spared where a value is written once."""
    return (uses - 1) * cost - DEFINITION - uses * USE


def _own_ids(schemas: Sequence[Schema]) -> set[Item]:
    """Return the words that tell the rows of a list apart, wherever else they stand.

    A row's own id stands in it as it is, so that it can be found.
    """
    found: set[Item] = set()
    for schema in schemas:
        if len(schema.rows) < _FEWEST_ROWS:
            continue
        for column in zip(*schema.rows.values(), strict=True):
            if len(set(column)) == len(column) and all(map(_is_id, column)):
                found.update(column)
    return found


def _is_id(item: Item | None) -> bool:
    """Tell whether an item may be an id: a short word, and no time or address."""
    return type(item) is str and len(item) <= _LONGEST_ID and _OF_NO_ID.isdisjoint(item)


def _characters(cost: float) -> int:
    """Return how many characters mostly have so many tokens: a long rule has more."""
    return int(_CHARACTERS_PER_TOKEN * cost)


class _Writer:
    """One document on its way to text."""

    def __init__(self, graph: Graph, *, literal: bool) -> None:
        self.graph = graph
        costs = Costs()
        self.schemas, self.schema_of = find_schemas(graph, costs, literal=literal)
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
            self.references = self._references(costs)
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

    def _references(self, costs: Costs) -> dict[Item, str]:
        """Name the values that are cheaper to write once: `&1`, `&2`, …."""
        written = [
            (node, line, self._items(node))
            for node, line in enumerate(self.line_of)
            # What JSON text holds is written where it stands.
            if line != _NO_LINE and self.graph.shape[node] not in MARKS
        ]
        reading = self._may_be_written_once([items for _, _, items in written])
        uses, lines = self._uses(written, reading)
        once: set[Item] = set()
        spared: dict[Item, float] = {}

        def decide(item: Item, cost: float) -> None:
            n = uses[item]
            gain = _gain(n, cost)
            if gain > 0:
                once.add(item)
                spared[item] = gain

        own = _own_ids(self.schemas)
        repeated = [item for item, n in uses.items() if n > 1 and item not in own]
        for item in repeated:
            if type(item) is str:
                cost = reading[item]
                if cost >= (_SMALLEST_IN_ROW if lines[item] in self.rows else SMALLEST):
                    decide(item, cost)
        # Inner values first: what holds a reference is only as long as that.
        for node in sorted([item for item in repeated if type(item) is int]):
            cost = self._size(node, costs, once)
            least = _SMALLEST_IN_ROW if lines[node] in self.rows else SMALLEST_CONTAINER
            if cost >= least:
                decide(node, cost)
        if len(once) > _MOST_IN_ROW:
            once -= self._crowded(once, spared)
        self.repeated = sum([_characters(spared[item]) for item in once])
        names = (item for item in repeated if item in once)
        return {item: f"&{i}" for i, item in enumerate(names, start=1)}

    def _items(self, node: int) -> Sequence[Item]:
        """Return what is written of a node."""
        items: Sequence[Item] = self.cells.get(node, self.graph.items[node])
        if self.graph.shape[node] == JOINED:
            return [items[i] for i in self.graph.nested[node]]
        if node in self.named:
            items = [*items, *[item for _, item in self.named[node]]]
        return items

    def _may_be_written_once(self, written: list[Sequence[Item]]) -> dict[Item, float]:
        """Return the values that repeat, with the tokens of the strings among them."""
        total = Counter(chain.from_iterable(written))
        total.update(
            [f.value for s in self.schemas for f in s.fields if f.value is not None]
        )
        reading: dict[Item, float] = {}
        for item, n in total.items():
            if n < 2:
                continue
            if type(item) is not str:
                reading[item] = 0.0
            elif len(item) >= SMALLEST and _gain(n, _MOST_TOKENS * len(item)) > 0:
                cost = cost_of_reading(item)
                if cost >= SMALLEST and _gain(n, cost) > 0:
                    reading[item] = cost
        return reading

    def _uses(
        self,
        written: list[tuple[int, int, Sequence[Item]]],
        reading: dict[Item, float],
    ) -> tuple[dict[Item, int], dict[Item, int]]:
        """Count the uses of each value, and tell the line of them, or _SEVERAL.

        Short elements of lists are not counted: who reads a list doesn't look up each
        of its elements.

        Args:
            written: Each node with its line and what is written of it.
            reading: The values to count, with the tokens of strings.
        """
        shape = self.graph.shape
        sizes = Costs()
        uses: dict[Item, int] = {}
        lines: dict[Item, int] = {}
        for i, schema in enumerate(self.schemas):
            for field in schema.fields:
                if field.value is not None and field.value in reading:
                    uses[field.value] = uses.get(field.value, 0) + 1
                    lines[field.value] = _SEVERAL if field.value in lines else -2 - i
        counted = reading.keys()
        for node, line, items in written:
            if counted.isdisjoint(items):
                continue
            found = [item for item in items if item in reading]
            if shape[node] == ARRAY:
                found = [
                    item
                    for item in found
                    if (
                        reading[item] >= _SMALLEST_STRING_ELEMENT
                        if type(item) is str
                        else self._size(item, sizes, set()) >= _SMALLEST_ELEMENT  # type: ignore[arg-type]
                    )
                ]
            for item in found:
                uses[item] = uses.get(item, 0) + 1
                if lines.setdefault(item, line) != line:
                    lines[item] = _SEVERAL
        return uses, lines

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

    def _crowded(self, once: set[Item], spared: dict[Item, float]) -> set[Item]:
        """Return the values that would be one reference too many in some row."""
        in_row: dict[int, dict[Item, None]] = {line: {} for line in self.rows}
        written = Counter[int]()
        for node, line in enumerate(self.line_of):
            if line in in_row:
                items = self._items(node)
                written[line] += len(items)
                if not once.isdisjoint(items):
                    in_row[line].update({item: None for item in items if item in once})
        crowded: set[Item] = set()
        for line, found in in_row.items():
            most = max(_MOST_IN_ROW, written[line] // _VALUES_FOR_ONE)
            if len(found) > most:
                crowded |= set(sorted(found, key=lambda one: -spared[one])[most:])
        return crowded

    def _size(self, node: int, costs: Costs, once: set[Item]) -> float:
        """Estimate the tokens of a node as it is written, with references to `once`."""
        size = costs.get(node)
        if size is not None:
            return size
        items: Sequence[Item] = self.graph.items[node]
        keys: Sequence[str] = ()
        if node in self.cells:
            named = self.named.get(node, ())
            items = [*self.cells[node], *[item for _, item in named]]
            keys = [name for name, _ in named]
        elif self.graph.shape[node] >= 0:
            keys = self.graph.keys(node)
        size = 2.0 + len(items)
        for name in keys:
            size += costs[name]
        for item in items:
            if item in once:
                size += USE
            elif type(item) is int:
                size += self._size(item, costs, once)
            else:
                size += costs[item]
        costs[node] = size
        return size

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
                    each += _characters(cost_of_reading(held))
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
