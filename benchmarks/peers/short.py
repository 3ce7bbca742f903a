"""The short tables of results.md, which README shows, too.

What is saved beside what survived, a row for each method, and below each table in
what ours leads and in what it is behind.
"""

from collections.abc import Sequence
from typing import Any

from tables import (
    Column,
    Row,
    numbers,
    percent,
    shares,
    spread,
    standing,
    table,
    values,
)

BEGIN, END = "<!-- beside other packages -->", "<!-- end -->"
_CPU = numbers("CPU ×", "cpu", ".1f", least=True)
_MS = numbers("ms", "cpu_ms", ".1f", least=True)


def cut(text: str) -> str:
    """Return what stands between the marks in results.md, or in README.

    Raises:
        ValueError: The marks are not there, each once.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"the text must have {BEGIN} and {END}, each once")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)]


def written(parts: dict[str, Any]) -> str:
    """Return a table for each part, what is saved beside what survived, and how we stand."""
    said = []
    if part := parts.get("tool_outputs"):
        columns = [
            Column("tokens saved", _saved, lambda row: -row["of_reference"]),
            shares("facts kept", "facts_kept"),
            shares("facts literally", "facts_found"),
            shares("leaves kept", "leaves_kept"),
            shares("values literally", "unique_found"),
            _CPU,
        ]
        said += [
            f"**Tool outputs**: {part['payloads']} payloads, against compact JSON.",
            _beside(part["rows"], columns, "Headroom"),
        ]
    if part := parts.get("documents"):
        rows = spread(part["rows"], "ratio")
        ratios = values(part["rows"], "ratio")
        columns = [
            *_kept_in("answers", "answers_kept", ratios),
            _worst("over the ceiling", "over", ratios),
            _MS,
        ]
        said += [
            f"**Retrieved documents**: answers kept, of {part['questions']} questions, "
            f"and in how many of the tokens, where {_any(ratios)} of them are allowed.",
            _beside(rows, columns, "Headroom, cross-encoder"),
        ]
    if part := parts.get("conversations"):
        rows = spread(part["rows"], "share")
        budgets = values(part["rows"], "share")
        columns = [
            *_kept_in("facts", "facts_kept", budgets),
            _worst("over budget", "over", budgets),
            _worst("calls torn", "broken", budgets),
            _MS,
        ]
        said += [
            f"**Conversations**: facts kept, of the old turns of {part['transcripts']} "
            f"transcripts, and in how many of all tokens, where {_any(budgets)} of the "
            "old turns' are allowed beside what must stay.",
            _beside(rows, columns, "Headroom"),
        ]
    return "\n\n".join([BEGIN, *said, END, ""])


def _beside(rows: Sequence[Row], columns: Sequence[Column], ours: str) -> str:
    """Return a table, without columns that have no figure, and how ours stands in it."""
    there = [row for row in rows if "missing" not in row]
    columns = [
        one
        for one in columns
        if one.value is None or any(one.value(row) is not None for row in there)
    ]
    stands = standing(rows, columns, ours)
    return table(rows, columns) + (f"\n{stands}" if stands else "")


def _any(limits: Sequence[float]) -> str:
    """Return shares as one reads them out: 10%, 20% or 40%."""
    *first, last = [f"{limit:.0%}" for limit in limits]
    return f"{', '.join(first)} or {last}" if first else last


def _saved(row: Row) -> str:
    return percent(1 - row["of_reference"])


def _kept_in(what: str, key: str, limits: Sequence[float]) -> list[Column]:
    """Return a column for each limit: what is kept, in how many tokens."""

    def column(limit: float) -> Column:
        def text(row: Row) -> str:
            at = row["at"][limit]
            return f"{percent(at[key])} in {percent(at['of_reference'])}"

        head = f"{what} at {limit:.0%}"
        return Column(head, text, lambda row: row["at"][limit][key])

    return [column(limit) for limit in limits]


def _worst(head: str, key: str, limits: Sequence[float]) -> Column:
    """Return a column of shares, of the limit at which they are largest."""

    def value(row: Row) -> float:
        return max(float(row["at"][limit][key]) for limit in limits)

    return Column(head, lambda row: percent(value(row)), value, least=True)
