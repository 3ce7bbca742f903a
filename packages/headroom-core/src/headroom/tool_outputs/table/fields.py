"""The fields of a header: how each is written, and what its rows say of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

from headroom.tool_outputs.table.graph import Item
from headroom.tool_outputs.table.templates import Template, Texts

__all__ = ["Cells", "Column", "Field", "Named", "Schema", "in_rows", "lay_out"]

# The items of one field in all rows, None where the key is absent.
Column = Sequence[Item | None]
# A row's cells by place, empty ones at the end left out.
Cells = Sequence[Item]
# (key, item) of the fields that a row names, an empty item where it lacks what the
# header holds for others.
Named = Sequence[tuple[str, Item]]


@dataclass(slots=True)
class Field:
    """One field of a header; each row has a cell for it where nothing else is said.

    Attributes:
        name: The key.
        sparse: Absent, unless the row names it.
        value: The header's value, which holds unless the row names another.
        template: How the value follows from others; it may have a hole for the cell.
    """

    name: str
    sparse: bool = False
    value: Item | None = None
    template: Template | None = None

    @property
    def has_cell(self) -> bool:
        """Whether rows have a place for it."""
        if self.template is not None:
            return self.template.has_hole
        return not self.sparse and self.value is None


@dataclass(slots=True)
class Schema:
    """Objects that share one header.

    Attributes:
        fields: In the key order of every member.
        nodes: The member nodes.
        columns: For each field the items of all members.
    """

    fields: list[Field]
    nodes: list[int]
    columns: list[Column]


def lay_out(field: Field, i: int, texts: Texts) -> tuple[Cells | None, Column]:
    """Return the cells of a field, None without a place, and what rows say by name.

    Args:
        field: How the field is written.
        i: The index of its column.
        texts: All columns.
    """
    column = texts.columns[i]
    template = field.template
    expected: Iterable[Item | None]
    if template is not None and template.has_hole:
        holes = template.holes(i, texts)
        said = [None if h else v for h, v in zip(holes, column, strict=True)]
        return holes, said
    if template is not None:
        expected = template.expected(texts, len(column))
    elif field.sparse or field.value is not None:
        expected = repeat(field.value, len(column))
    else:
        has_gaps = None in column
        return ["" if v is None else v for v in column] if has_gaps else column, ()  # type: ignore[return-value]
    return None, [
        None if v == e else "" if v is None else v
        for v, e in zip(column, expected, strict=True)
    ]


def in_rows(schema: Schema) -> tuple[dict[int, Cells], dict[int, Named]]:
    """Return the cells of every member node, and what those name that name anything."""
    texts = Texts(schema.columns)
    columns: list[Cells] = []
    named: dict[int, list[tuple[str, Item]]] = {}
    for i, field in enumerate(schema.fields):
        cells, said = lay_out(field, i, texts)
        if cells is not None:
            columns.append(cells)
        for node, item in zip(schema.nodes, said, strict=False):
            if item is not None:
                named.setdefault(node, []).append((field.name, item))
    nodes = schema.nodes
    rows: Iterable[Cells] = zip(*columns, strict=True) if columns else repeat(())
    laid = dict(zip(nodes, rows, strict=False))
    if columns and "" in columns[-1]:
        for node, row in laid.items():
            if row[-1] == "":
                last = max((i for i, item in enumerate(row) if item != ""), default=-1)
                laid[node] = row[: last + 1]
    return laid, named  # type: ignore[return-value]
