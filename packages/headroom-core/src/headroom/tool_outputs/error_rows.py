"""Rows of JSON lines that tell of an error, written in full in their table."""

import re

from headroom.errors import DecodeError
from headroom.tool_outputs.error_lines import severity, shape
from headroom.tool_outputs.minifier import JSONMinifier
from headroom.tool_outputs.table import MAGIC

__all__ = ["with_error_rows"]

_HEADER = re.compile(r"\[(\d+)\].*:")
_TROUBLE = 3
# A table must stay this much shorter than its source; more rows are not written out.
_LONGEST = 0.9
# In a list of nothing but errors, such as a compiler's, all rows in full would leave
# nothing to spare: they take this share of the source at most.
_SHARE = 0.2


def with_error_rows(table: str, source: str) -> str:
    """Return the table of JSON lines with the lines that tell of errors as they are.

    Of lines that differ in numbers only, the first is written out. The table decodes
    to the same value; lines that the table holds with less in them stay rows.

    Args:
        table: What a JSONMinifier made of the source.
        source: JSON lines; for other text the table comes back.
    """
    if not table.startswith(MAGIC) or not source.startswith("{"):
        return table
    # A comma may follow each, as in an array without its brackets.
    lines = [line.strip().rstrip(",") for line in source.split("\n") if line.strip()]
    rows = table.split("\n")
    top = len(rows) - len(lines) - 1
    header = _HEADER.fullmatch(rows[top]) if top > 0 else None
    if header is None or header[1] != str(len(lines)):
        return table
    room = min(_LONGEST * len(source) - len(table), _SHARE * len(source))
    chosen: list[int] = []
    known: set[str] = set()
    for number, line in enumerate(lines):
        if severity(line) < _TROUBLE or (told := shape(line)) in known:
            continue
        known.add(told)
        room -= len(line) - len(rows[top + 1 + number])
        if room < 0:
            break
        chosen.append(number)
    if not chosen:
        return table
    written = [f"={lines[number]}" for number in chosen]
    try:
        read = JSONMinifier.decode("\n".join([MAGIC, f"[{len(written)}]:", *written]))
    except DecodeError:  # a line with a name twice
        return table
    # A line says more than its row where values were dropped.
    rows_say = JSONMinifier.decode(table)
    if read != [rows_say[number] for number in chosen]:
        return table
    for number, row in zip(chosen, written, strict=True):
        rows[top + 1 + number] = row
    return "\n".join(rows)
