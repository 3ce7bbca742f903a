"""Rows of figures as Markdown tables, and where ours stands in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One figure of each row.

    Attributes:
        head: What stands above it.
        text: The figure as it is shown.
        value: The figure to compare by, None where a row has none; without it the
            column is not compared.
        least: Whether less is better.
    """

    head: str
    text: Callable[[Row], str]
    value: Callable[[Row], float | None] | None = None
    least: bool = False


def percent(share: float | None) -> str:
    """Return a share as it is shown."""
    return "–" if share is None else f"{share:.1%}"


def shares(head: str, key: str, *, least: bool = False) -> Column:
    """Return a column of shares."""
    return Column(head, lambda row: percent(row[key]), lambda row: row[key], least)


def numbers(head: str, key: str, form: str, *, least: bool = False) -> Column:
    """Return a column of numbers, written in a format of Python's."""
    return Column(head, lambda row: format(row[key], form), lambda row: row[key], least)


def spread(rows: Sequence[Row], key: str) -> list[Row]:
    """Return one row for each method; its rows by the value of a key under "at"."""
    found: dict[str, Row] = {}
    for row in rows:
        one = found.setdefault(row["name"], {**row, "at": {}})
        if key in row:
            one["at"][row[key]] = row
    return list(found.values())


def values(rows: Sequence[Row], key: str) -> list[float]:
    """Return the values of a key, in order."""
    return sorted({row[key] for row in rows if key in row})


def table(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """Return a Markdown table, and a line for each method that could not be run."""
    there = [row for row in rows if "missing" not in row]
    cells = [["", *(one.head for one in columns)]]
    cells += [[name(row), *(one.text(row) for one in columns)] for row in there]
    gone = dict.fromkeys(
        f"* Not measured: {row['name']}: {row['missing']}\n"
        for row in rows
        if "missing" in row
    )
    return _aligned(cells) + "".join(["\n", *gone] if gone else [])


def name(row: Row) -> str:
    """Return the method's name, ours in bold."""
    return f"**{row['name']}**" if row["ours"] else str(row["name"])


def _aligned(cells: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that reads well as text, too."""
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]

    def line(row: Sequence[str]) -> str:
        first = row[0].ljust(wide[0])
        others = [one.rjust(w) for one, w in zip(row[1:], wide[1:], strict=True)]
        return f"| {' | '.join([first, *others])} |\n"

    rule = ["-" * wide[0], *("-" * (w - 1) + ":" for w in wide[1:])]
    return "".join(map(line, [cells[0], rule, *cells[1:]]))


def standing(rows: Sequence[Row], columns: Sequence[Column], ours: str) -> str:
    """Return in which columns a method of ours leads, and in which it is behind.

    Only others' methods count; "" where there are none, or ours wasn't measured.

    Args:
        rows: One row for each method.
        columns: Those with a value are compared.
        ours: The name of our row.
    """
    there = [row for row in rows if "missing" not in row]
    own = next((row for row in there if row["name"] == ours), None)
    others = [row for row in there if not row["ours"]]
    if own is None or not others:
        return ""
    said: dict[str, list[str]] = {"leads": [], "is level": [], "is behind": []}
    for column in columns:
        place, what = _place(column, own, others)
        if place:
            said[place].append(what)
    parts = [f"{place} in {', '.join(found)}" for place, found in said.items() if found]
    return f"**{ours}** {'; '.join(parts)}." if parts else ""


def _place(column: Column, own: Row, others: Sequence[Row]) -> tuple[str, str]:
    """Return our place in a column, and against whom; "" where it isn't compared."""
    if column.value is None or column.value(own) is None:
        return "", ""
    sign = -1 if column.least else 1
    found = [(sign * v, row) for row in others if (v := column.value(row)) is not None]
    if not found:
        return "", ""
    mine = sign * column.value(own)
    best = max(value for value, _ in found)
    first = next(row for value, row in found if value == best)
    against = f"{first['name']} {column.text(first)}"
    said = f"*{column.head}* ({column.text(own)}"
    if mine > best:
        return "leads", f"{said}, next {against})"
    if mine == best:
        return "is level", f"{said})"
    better = sum(value > mine for value, _ in found)
    return "is behind", f"{said}; {better} of {len(found)} others, best {against})"
