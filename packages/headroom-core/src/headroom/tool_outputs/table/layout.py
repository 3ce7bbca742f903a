"""Where the values of a document stand: in which lines, as rows or in their line."""

from collections.abc import Iterator, Sequence

from headroom.tool_outputs.table.fields import Cells, Named, Schema, in_rows
from headroom.tool_outputs.table.graph import ARRAY, Graph, Item
from headroom.tool_outputs.table.notation import is_other
from headroom.tool_outputs.table.packed import JOINED
from headroom.tool_outputs.table.references import SEVERAL, Written

__all__ = ["Layout"]

# Of nodes that are written in no line.
_NO_LINE = -(10**9)
# Lists in a list that are worth a line each.
_FEWEST_ROWS = 3
# Lists of fewer elements may be of equal length by chance.
_FEWEST_IN_COLUMN = 6


class Layout:
    """The lines of a document.

    Attributes:
        cells: For each node with a header its cells.
        named: For each of them that names fields the keys and items.
        opened: Objects on the way to a table: each member has a line of its own.
        references: How values are written that stand in a line of their own; empty
            until these are known.
        rows: The lines that are rows of a list.
    """

    def __init__(
        self, graph: Graph, schemas: Sequence[Schema], schema_of: Sequence[int]
    ) -> None:
        self.graph = graph
        self.schemas = schemas
        self.schema_of = schema_of
        self.cells: dict[int, Cells] = {}
        self.named: dict[int, Named] = {}
        for schema in schemas:
            cells, named = in_rows(schema)
            self.cells.update(cells)
            self.named.update(named)
        self.references: dict[Item, str] = {}
        self.opened: set[int] = set()
        if type(graph.root) is int and graph.is_object(graph.root):
            self._open(graph.root)
        self.rows: set[int] = set()

    def written(self) -> list[Written]:
        """Return what is written of each node, and in which line."""
        return [
            Written(node, line, self.items(node), self.keys(node))
            for node, line in enumerate(self._lines_of_nodes())
            if line != _NO_LINE
        ]

    def items(self, node: int) -> Sequence[Item]:
        """Return what is written of a node."""
        items: Sequence[Item] = self.cells.get(node, self.graph.items[node])
        if self.graph.shape[node] == JOINED:
            return [items[i] for i in self.graph.nested[node]]
        if node in self.named:
            items = [*items, *[item for _, item in self.named[node]]]
        return items

    def keys(self, node: int) -> Sequence[str]:
        """Return the keys that are written of a node."""
        if node in self.cells:
            return [name for name, _ in self.named.get(node, ())]
        return self.graph.keys(node) if self.graph.shape[node] >= 0 else ()

    def _lines_of_nodes(self) -> list[int]:
        """Return the line in which each node is written, or SEVERAL."""
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
            rows(self.items(root))
        else:
            for _, owner, _, item in self.members("", root):
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
            if known in (line, SEVERAL):
                continue
            line_of[node] = line = line if known == _NO_LINE else SEVERAL
            if node in graph.nested:
                for item in self.items(node):
                    if type(item) is int:
                        todo.append((item, line))
        return line_of

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
            if self.is_columns(item):
                rows += len(graph.items[graph.items[item][0]])  # type: ignore[index]
            elif graph.shape[inner] >= 0:
                more, others = self._open(inner)
                rows, lines = rows + more, lines + others - 1
            elif graph.shape[item] == ARRAY and (
                self.is_matrix(item) or self._is_table(item)
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

    def is_matrix(self, item: int) -> bool:
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

    def is_columns(self, item: int) -> bool:
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

    def members(self, prefix: str, node: int) -> Iterator[tuple[str, int, str, Item]]:
        """Yield each line of an object: its key, and where and what it leads to."""
        graph = self.graph
        for name, item in zip(graph.keys(node), graph.items[node], strict=True):
            key, owner, name, item = self.chain(node, name, item)
            key = prefix + key
            inner = self._sole(item) if type(item) is int else -1
            if inner in self.opened and self.references.keys().isdisjoint(
                (item, inner)
            ):
                sole = "[]" if inner != item else ""
                yield from self.members(f"{key}{sole}.", inner)
            else:
                yield key, owner, name, item

    def chain(self, owner: int, name: str, item: Item) -> tuple[str, int, str, Item]:
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
