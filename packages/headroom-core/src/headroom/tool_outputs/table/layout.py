"""Where the values of a document stand: in which lines, as rows or in their line."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from headroom.tool_outputs.table.fields import Cells, Named, Schema, in_rows
from headroom.tool_outputs.table.graph import ARRAY, Graph, Item
from headroom.tool_outputs.table.notation import is_other
from headroom.tool_outputs.table.packed import JOINED
from headroom.tool_outputs.table.references import SEVERAL, Written

__all__ = ["Layout", "Member"]

# Lists in a list that are worth a line each.
_FEWEST_ROWS = 3
# Lists of fewer elements may be of equal length by chance.
_FEWEST_IN_COLUMN = 6


class Member(NamedTuple):
    """A key and its value, as they are written.

    Attributes:
        key: The key, dotted where it leads through objects of one key.
        owner: The node of the innermost object.
        name: The key in that object.
        item: The value.
    """

    key: str
    owner: int
    name: str
    item: Item


class Layout:
    """The lines of a document.

    Attributes:
        cells: For each node with a header its cells.
        named: For each of them that names fields the keys and items.
        opened: Objects on the way to a table: each member has a line of its own.
        lines: The document's own lines; those of rows follow the line of their list.
        rows: The numbers of the lines that are rows of a list.
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
        root = graph.root
        self.opened: set[int] = set()
        self.lines = [Member("", -1, "", root)]
        if type(root) is int and graph.is_object(root) and schema_of[root] < 0:
            self._open(root)
            self.lines = list(self._members("", root))
        self.rows: set[int] = set()

    def members(self, node: int) -> Iterator[Member]:
        """Yield the members of an object without header, objects of one key dotted."""
        graph = self.graph
        for name, item in zip(graph.keys(node), graph.items[node], strict=True):
            key, owner = name, node
            while (
                type(item) is int
                and graph.shape[item] >= 0
                and len(graph.items[item]) == 1
                and self.schema_of[item] < 0
            ):
                owner = item
                (name,), (item,) = graph.keys(owner), graph.items[owner]
                key += "." + name
            yield Member(key, owner, name, item)

    def _members(self, prefix: str, node: int) -> Iterator[Member]:
        """Yield each line of an object."""
        for key, owner, name, item in self.members(node):
            inner = self._sole(item) if type(item) is int else -1
            if inner in self.opened:
                sole = "[]" if inner != item else ""
                yield from self._members(f"{prefix}{key}{sole}.", inner)
            else:
                yield Member(prefix + key, owner, name, item)

    def _open(self, node: int) -> tuple[int, int]:
        """Note an object that leads to tables, if these outweigh its other lines.

        Returns:
            The rows of its tables, and its lines without them.
        """
        if self.schema_of[node] >= 0:
            return 0, 1
        rows, lines = 0, len(self.graph.items[node])
        for i in self.graph.nested.get(node, ()):
            item = self.graph.items[node][i]
            assert type(item) is int
            inner = self._sole(item)
            grid = self.grid(item)
            if grid:
                rows, lines = rows + len(grid[1]), lines - 1
            elif self.graph.shape[inner] >= 0:
                more, others = self._open(inner)
                rows, lines = rows + more, lines + others - 1
            elif self._is_table(item):
                rows, lines = rows + len(self.graph.items[item]), lines - 1
        if rows <= lines and node != self.graph.root:
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
        return (
            self.graph.shape[item] == ARRAY
            and len(items) > 1
            and 2 * sum(headed) >= len(items)
        )

    def grid(self, item: int) -> tuple[str, Sequence[Item | tuple[Item, ...]]] | None:
        """Return head and rows of lists that are written a line each, or None.

        They are those of a list, none of them empty, or those of an object that are of
        equal length and belong together. Measured values do, and what they were
        measured at: one list has only numbers, and one has no value twice. Two lists
        of names may be of equal length by chance.
        """
        graph, items = self.graph, self.graph.items[item]
        if not (
            len(items) > 1
            and self.schema_of[item] < 0
            and all(map(graph.is_array, items))
            and graph.nested.keys().isdisjoint(items)
        ):
            return None
        lists = [graph.items[each] for each in items]  # type: ignore[index]
        lengths = set(map(len, lists))
        if graph.shape[item] < 0:
            is_matrix = len(lists) >= _FEWEST_ROWS and 0 not in lengths != {1}
            return (f"[{len(lists)}][]", items) if is_matrix else None
        if (
            len(lengths) == 1
            and len(lists[0]) >= _FEWEST_IN_COLUMN
            and any(len(set(column)) == len(column) for column in lists)
            and any(all(map(is_other, column)) for column in lists)  # type: ignore[arg-type]
        ):
            keys = ",".join(graph.keys(item))
            return f"{{{len(lists[0])}}}({keys})", list(zip(*lists, strict=True))
        return None

    # -- what references are looked for in
    def written(self) -> list[Written]:
        """Return what is written of each line and node, and in which line."""
        graph = self.graph
        found: list[Written] = []
        # A header is a line of its own.
        todo: list[tuple[Item | None, int]] = [
            (f.value, -2 - i) for i, s in enumerate(self.schemas) for f in s.fields
        ]
        number = 0
        for *_, item in self.lines:
            number += 1
            if type(item) is int and graph.shape[item] == ARRAY:
                for row in graph.items[item]:
                    number += 1
                    self.rows.add(number)
                    todo.append((row, number))
            else:
                todo.append((item, number))
            found.append(Written(-1, number, [item]))
        line_of: dict[int, int] = {}
        while todo:
            node, line = todo.pop()
            if type(node) is not int or line_of.get(node, 0) in (line, SEVERAL):
                continue
            line_of[node] = line = SEVERAL if node in line_of else line
            if node in graph.nested:
                todo += [(item, line) for item in self._items(node)]
        found += [Written(n, line_of[n], self._items(n)) for n in sorted(line_of)]
        return found

    def _items(self, node: int) -> Sequence[Item]:
        """Return what is written of a node."""
        graph = self.graph
        shape, items = graph.shape[node], graph.items[node]
        if node in self.cells:
            items = self.cells[node]  # type: ignore[assignment]
            named = self.named.get(node)
            return [*items, *[item for _, item in named]] if named else items
        if shape == JOINED:
            return [items[i] for i in graph.nested[node]]
        if shape >= 0 and node in graph.nested:
            return [item for _, _, _, item in self.members(node)]
        return items

    def keys(self, node: int) -> Sequence[str]:
        """Return the keys that are written of a node."""
        if node in self.cells:
            return [name for name, _ in self.named.get(node, ())]
        return self.graph.keys(node) if self.graph.shape[node] >= 0 else ()
