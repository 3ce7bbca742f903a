"""Writing a document in the table format (docs/table-format.md)."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from headroom.tool_outputs.graph import Graph, Item
from headroom.tool_outputs.notation import MAGIC, bare_key, is_other, quote, raw_cell
from headroom.tool_outputs.schemas import Kind, Schema, cell_text, find_schemas, fits
from headroom.tool_outputs.templates import Template

__all__ = ["encode_table"]


def encode_table(value: Any) -> str:
    """Write a tree (a dict or list) as a table text."""
    return _Writer(Graph(value)).text()


def _key(name: str) -> str:
    return name if bare_key(name) else quote(name)


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.schemas, self.schema_of = find_schemas(graph)
        self.keys: dict[str, str] = {}
        # For each schema'd node: cells by place, and what the row names.
        self.rows: dict[int, tuple[list[Item], list[tuple[str, Item]]]] = {}
        for schema in self.schemas:
            for name in schema.fields:
                self.keys.setdefault(name.name, _key(name.name))
            self._lay_out(schema)
        self._count()
        self._sites()
        self._name()

    # -- what each row says
    def _lay_out(self, schema: Schema) -> None:
        fields = schema.fields
        keys = [self.keys[f.name] for f in fields]
        cell = [
            i for i, f in enumerate(fields) if f.kind is Kind.CELL and not f.template
        ]
        templates = [(i, f.template) for i, f in enumerate(fields) if f.template]
        if templates:
            self._lay_out_templates(schema, keys)
            return
        sparse = [i for i, f in enumerate(fields) if f.kind is Kind.SPARSE]
        fixed = [(i, f.value) for i, f in enumerate(fields) if f.kind is Kind.FIXED]
        for node, row in schema.rows.items():
            cells: list[Item] = ["" if row[i] is None else row[i] for i in cell]  # type: ignore[misc]
            while cells and cells[-1] == "":
                cells.pop()
            named: list[tuple[str, Item]] = []
            for i in sparse:
                item = row[i]
                if item is not None:
                    named.append((keys[i], item))
            for i, value in fixed:
                item = row[i]
                if item != value:
                    named.append((keys[i], "" if item is None else item))
            self.rows[node] = (cells, named)

    def _lay_out_templates(self, schema: Schema, keys: list[str]) -> None:
        """The same as `_lay_out`, for headers with templates."""
        fields = schema.fields
        for node, row in schema.rows.items():
            texts = [cell_text(v) for v in row]
            cells: list[Item] = []
            named: list[tuple[str, Item]] = []
            for i, (f, item) in enumerate(zip(fields, row, strict=True)):
                absent = item is None
                if f.template is not None:
                    filled = f.template.expand(texts)
                    text = texts[i] if not absent and type(item) is str and not is_other(item) else None
                    if f.kind is Kind.CELL:
                        if text is not None and filled is not None and fits(text, *filled):
                            cells.append(raw_cell(text[len(filled[0]) : len(text) - len(filled[1])]))
                        else:
                            cells.append("")
                            if not absent:
                                named.append((keys[i], item))
                    elif (filled and filled[0]) != text or (text is None and not absent):
                        named.append((keys[i], "" if absent else item))
                elif f.kind is Kind.CELL:
                    cells.append("" if absent else item)
                elif f.kind is Kind.SPARSE:
                    if not absent:
                        named.append((keys[i], item))
                elif item != f.value:
                    named.append((keys[i], "" if absent else item))
            while cells and cells[-1] == "":
                cells.pop()
            self.rows[node] = (cells, named)

    # -- what is written more than once
    def _printed(self, node: int) -> Iterable[Item]:
        row = self.rows.get(node)
        if row is None:
            return self.graph.items[node]
        return [*row[0], *(item for _, item in row[1])]

    def _count(self) -> None:
        graph = self.graph
        uses = Counter[Item]()
        size = [0.0] * len(graph.items)
        for node in range(len(graph.items)):
            total = 2.0
            for item in self._printed(node):
                uses[item] += 1
                total += size[item] if type(item) is int else 1 + len(item) / 4
            if node not in self.rows and graph.shape[node] >= 0:
                total += sum(1 + len(k) / 6 for k in graph.shapes[graph.shape[node]])
            size[node] = total
        for schema in self.schemas:
            for f in schema.fields:
                if f.value is not None:
                    uses[f.value] += 1
        self.size = size
        self.reference: dict[Item, str] = {}
        for item, n in uses.items():
            if n < 2:
                continue
            cost = size[item] if type(item) is int else len(item) / 3.5
            if (n - 1) * cost > 4 + 2.2 * n:
                self.reference[item] = f"&{len(self.reference) + 1}"

    # -- where a header stands
    def _sites(self) -> None:
        """For each place that holds objects, the schema most of them have."""
        graph, schema_of = self.graph, self.schema_of
        counts: dict[tuple[int, int, str], Counter[int]] = {}
        for node, shape in enumerate(graph.shape):
            if shape < 0:
                continue
            owner = schema_of[node]
            for name, item in zip(graph.shapes[shape], graph.items[node], strict=True):
                if type(item) is int:
                    site = (owner, 0 if owner >= 0 else node, name)
                    found = counts.setdefault(site, Counter())
                    self._below(item, found)
        found = Counter()
        if type(graph.root) is int:
            self._below(graph.root, found)
        counts[-1, -1, ""] = found
        self.expected: dict[tuple[int, int, str], int] = {}
        self.wanted = Counter[int]()
        self.tagged: set[int] = set()
        for site, found in counts.items():
            if not found:
                continue
            (top, _), *rest = found.most_common()
            self.expected[site] = top
            self.wanted[top] += 1
            self.tagged.update(s for s, _ in rest)
        for item in self.reference:
            if type(item) is int:
                below = Counter[int]()
                self._below(item, below)
                self.tagged.update(below)

    def _below(self, item: int, found: Counter[int]) -> None:
        if self.graph.shape[item] >= 0:
            if self.schema_of[item] >= 0:
                found[self.schema_of[item]] += 1
        else:
            for child in self.graph.items[item]:
                if type(child) is int:
                    self._below(child, found)

    def _name(self) -> None:
        """Name the schemas whose header is needed at more than one place."""
        self.names: dict[int, str] = {}
        parents: dict[int, set[int]] = {}
        for (owner, _, _), schema in self.expected.items():
            parents.setdefault(schema, set()).add(owner)
        hints: dict[int, str] = {}
        for (_, _, name), schema in self.expected.items():
            hints.setdefault(schema, name)
        taken: set[str] = set()
        for schema in range(len(self.schemas)):
            cyclic = self._within_itself(schema, parents)
            if self.wanted[schema] == 1 and schema not in self.tagged and not cyclic:
                continue
            hint = hints.get(schema, "")
            hint = hint if bare_key(hint) and hint.isascii() and len(hint) < 20 else "o"
            name, n = hint, 2
            while name in taken:
                name, n = f"{hint}{n}", n + 1
            taken.add(name)
            self.names[schema] = f"@{name}"

    def _within_itself(self, schema: int, parents: dict[int, set[int]]) -> bool:
        seen, todo = set(), list(parents.get(schema, ()))
        while todo:
            owner = todo.pop()
            if owner == schema:
                return True
            if owner >= 0 and owner not in seen:
                seen.add(owner)
                todo.extend(parents.get(owner, ()))
        return False

    # -- writing
    def text(self) -> str:
        graph = self.graph
        lines = [MAGIC]
        body = self._body()
        for schema, name in self.names.items():
            lines.append(f"{name}:{self._fields(schema)}")
        for item, name in self.reference.items():
            lines.append(f"{name}:{self._item(item, -1, define=True)}")
        return "\n".join([*lines, *body])

    def _body(self) -> list[str]:
        graph, root = self.graph, self.graph.root
        assert type(root) is int
        own = self.schema_of[root]
        if own >= 0:
            return [f"{self._spec(own)}:{self._item(root, own)}"]
        if graph.shape[root] < 0:
            schema = self.expected.get((-1, -1, ""), -1)
            if schema < 0:
                return [self._item(root, -1)]
            return self._rows(root, schema, "")
        lines: list[str] = []
        for name, item in zip(
            graph.shapes[graph.shape[root]], graph.items[root], strict=True
        ):
            key, owner, name, item = self._chain(root, name, item)
            if item == "null":
                lines.append(key)
                continue
            schema = self.expected.get((-1, owner, name), -1)
            lines.extend(self._rows(item, schema, key))
        return lines

    def _chain(self, owner: int, name: str, item: Item) -> tuple[str, int, str, Item]:
        """Follow objects of a single key: the dotted key, and what it leads to."""
        graph = self.graph
        key = _key(name)
        while (
            type(item) is int
            and graph.shape[item] >= 0
            and self.schema_of[item] < 0
            and len(graph.items[item]) == 1
            and item not in self.reference
        ):
            owner, (name,), (item,) = (
                item,
                graph.shapes[graph.shape[item]],
                graph.items[item],
            )
            key += "." + _key(name)
        return key, owner, name, item

    def _rows(self, item: Item, schema: int, key: str) -> list[str]:
        graph = self.graph
        spec = self._spec(schema) if schema >= 0 else ""
        if type(item) is int and graph.shape[item] < 0 and item not in self.reference:
            children = graph.items[item]
            own = [type(c) is int and self.schema_of[c] == schema for c in children]
            if schema >= 0 and (not key or 2 * sum(own) >= len(own)):
                head = f"{key}[{len(children)}]{spec}:"
                rows = [
                    self._row(c, schema)  # type: ignore[arg-type]
                    if mine and c not in self.reference
                    else "=" + self._item(c, schema)
                    for c, mine in zip(children, own, strict=True)
                ]
                return [head, *rows]
        return [f"{key}{spec}:{self._item(item, schema)}"]

    def _spec(self, schema: int) -> str:
        name = self.names.get(schema)
        return name if name is not None else f"({self._fields(schema)})"

    def _fields(self, schema: int) -> str:
        parts = []
        names = [f.name for f in self.schemas[schema].fields]
        for f in self.schemas[schema].fields:
            text = self.keys[f.name]
            if f.kind is Kind.SPARSE:
                text += "?"
            inner = self.expected.get((schema, 0, f.name), -1)
            if inner >= 0:
                text += self._spec(inner)
            if f.template is not None:
                text += "=" + self._template(f.template, names)
            elif f.kind is Kind.FIXED:
                assert f.value is not None
                text += "=" + self._constant(f.value, inner)
            parts.append(text)
        return ",".join(parts)

    def _constant(self, value: Item, schema: int) -> str:
        """Spell a header's value; a string's braces are doubled, as in templates."""
        text = self._item(value, schema)
        if type(value) is str and text is value and ("{" in value or "}" in value):
            inner = cell_text(value)
            return raw_cell(inner.replace("{", "{{").replace("}", "}}"))
        return text

    def _template(self, template: Template, names: list[str]) -> str:
        text = template.spell(names)
        return raw_cell(text)

    def _row(self, node: int, schema: int) -> str:
        cells, named = self.rows[node]
        schema_fields = self.schemas[schema].fields
        names = [f.name for f in schema_fields if f.kind is Kind.CELL]
        text = ",".join(
            [c if type(c) is str and c not in self.reference else self._item(c, self.expected.get((schema, 0, n), -1)) for c, n in zip(cells, names)]
        )
        if named:
            text += ";" + ",".join(
                f"{k}:{self._item(v, self.expected.get((schema, 0, k), -1))}" for k, v in named
            )
        return text

    def _item(self, item: Item, schema: int, *, define: bool = False) -> str:
        if not define and item in self.reference:
            return self.reference[item]
        if type(item) is str:
            return item
        graph = self.graph
        if graph.shape[item] < 0:
            return "[" + ",".join([self._item(c, schema) for c in graph.items[item]]) + "]"
        own = self.schema_of[item]
        if own >= 0:
            row = f"({self._row(item, own)})"
            return row if own == schema else self.names[own] + row
        pairs = []
        for name, child in zip(
            graph.shapes[graph.shape[item]], graph.items[item], strict=True
        ):
            key, owner, name, child = self._chain(item, name, child)
            if child == "null":
                pairs.append(key)
                continue
            inner = self.expected.get((-1, owner, name), -1)
            spec = self._spec(inner) if inner >= 0 else ""
            pairs.append(f"{key}{spec}:{self._item(child, inner)}")
        return "{" + ",".join(pairs) + "}"
