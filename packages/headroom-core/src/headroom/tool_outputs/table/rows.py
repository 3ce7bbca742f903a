"""What each row of a header says: its cells, and the fields it names."""

from collections.abc import Iterable, Sequence

from headroom.tool_outputs.table.graph import Item
from headroom.tool_outputs.table.notation import raw_cell
from headroom.tool_outputs.table.schemas import Field, Kind, Schema
from headroom.tool_outputs.table.templates import Template, Texts

__all__ = ["Cells", "Named", "lay_out"]

# By place, empty ones at the end left out.
Cells = Sequence[Item]
# (key, item) of the fields that a row names, an empty item where it lacks what the
# header holds for others.
Named = Sequence[tuple[str, Item]]

# A cell, or what the row says by name, or nothing at all.
_Column = Sequence[Item | None]


def lay_out(schema: Schema) -> tuple[dict[int, Cells], dict[int, Named]]:
    """Return the cells of every member node, and what those name that name anything."""
    columns: list[_Column] = list(zip(*schema.rows.values(), strict=True))
    n = len(schema.rows)
    texts = Texts(columns)
    cells: list[Sequence[Item]] = []
    named: dict[int, list[tuple[str, Item]]] = {}
    for i, (field, column) in enumerate(zip(schema.fields, columns, strict=True)):
        said: _Column | None
        if field.template is not None:
            placed, said = _by_template(field.template, i, columns, texts)
            if placed is not None:
                cells.append(placed)
        elif field.kind is Kind.CELL:
            cells.append(
                ["" if v is None else v for v in column] if None in column else column  # type: ignore[arg-type]
            )
            continue
        else:
            said = _by_name(field, column)
        if said is not None:
            for r, item in enumerate(said):
                if item is not None:
                    named.setdefault(r, []).append((field.name, item))
    nodes = list(schema.rows)
    rows: Iterable[Cells] = zip(*cells, strict=True) if cells else [()] * n
    laid: dict[int, Cells] = dict(zip(nodes, rows, strict=True))
    if cells and "" in cells[-1]:
        for node, row in laid.items():
            if row[-1] == "":
                last = max((i for i, item in enumerate(row) if item != ""), default=-1)
                laid[node] = row[: last + 1]
    return laid, {nodes[r]: pairs for r, pairs in named.items()}


def _by_name(field: Field, column: _Column) -> _Column:
    """What rows say of a field that is sparse or fixed."""
    if field.kind is Kind.SPARSE:
        return column
    value = field.value
    return [None if v == value else "" if v is None else v for v in column]


def _by_template(
    template: Template,
    i: int,
    columns: Sequence[_Column],
    texts: Texts,
) -> tuple[list[Item] | None, _Column]:
    """The cells of a field with a template, and what rows say of it by name."""
    column = columns[i]
    copied = template.copied
    if copied >= 0:
        return None, [
            None if v == other else "" if v is None else v
            for v, other in zip(column, columns[copied], strict=True)
        ]
    strings = texts.strings(i)
    placed: list[Item] = []
    said: list[Item | None] = []
    for r, (item, text) in enumerate(zip(column, strings, strict=True)):
        filled = template.expand(texts, r)
        hole, name = "", item
        if template.suffix is None:
            if (filled[0] if filled else None) == text and (item is None) == (
                text is None
            ):
                # A reader also fills in texts with our own marks, which we can't.
                name = "" if _is_filled(template, columns, r) and not filled else None
            elif item is None:
                name = ""
        elif filled is not None and text is not None and Template.fits(text, *filled):
            hole, name = (
                raw_cell(text[len(filled[0]) : len(text) - len(filled[1])]),
                None,
            )
        placed.append(hole)
        said.append(name)
    return (None if template.suffix is None else placed), said


def _is_filled(template: Template, columns: Sequence[_Column], row: int) -> bool:
    """Tell whether all that a template refers to is a scalar in a row."""
    referred = [columns[j][row] for j in template.references]
    return all(type(item) is str and item[0] != "…" for item in referred)
