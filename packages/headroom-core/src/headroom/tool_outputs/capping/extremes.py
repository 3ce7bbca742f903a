"""Rows with the largest and smallest numbers of a column that a query names."""

import itertools
import re
from collections.abc import Iterator, Sequence

from headroom.tool_outputs.capping.belonging import RULER

__all__ = ["extremes"]

# Rows shown for their large numbers, and for their small ones.
_LARGEST, _SMALLEST = 3, 1
# A column has numbers in so many rows, and in this share of the rows below its name.
_FEWEST_ROWS = 4
_LEAST_SHARE = 0.7
# Lines from the top that may be a header.
_TOP = 20
_WORD = re.compile(r"[^\W\d_]{2,}")
_CELL = re.compile(r"\S+")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_SIZES = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_MEMBER = re.compile(r'"([^"\\]{1,60})":(-?\d+(?:\.\d+)?)(?=[,}])')


def extremes(texts: Sequence[str], query: str | None) -> Iterator[int]:
    """Yield the rows of the largest numbers of each column that the query names.

    The largest of each column come first, the smallest last.

    Where it names none, those of the columns of percentages: how full, how busy.

    Args:
        texts: The lines of a table with aligned or delimited columns, or JSON objects.
        query: What the reader wants to know, or None.
    """
    asked = _names(query or "")
    columns = [*_aligned(texts, asked), *_members(texts, asked)]
    columns = columns or [*_aligned(texts, {"%"})]
    # "Memory Requests" is asked for more than "CPU Requests" by who asks for memory.
    most = max((words for words, _ in columns), default=0)
    found: list[list[int]] = []
    for words, numbers in columns:
        if words == most and len(set(numbers.values())) > 1:
            rows = sorted(numbers, key=lambda row: (-numbers[row], row))
            found.append([*rows[:_LARGEST], *rows[: -_SMALLEST - 1 : -1]])
    for row in itertools.chain.from_iterable(itertools.zip_longest(*found)):
        if row is not None:
            yield row


def _names(text: str) -> set[str]:
    """Return the words of a name or a query, small and without a plural s."""
    words = [word.lower() for word in _WORD.findall(text)]
    return {w[:-1] if len(w) > 3 and w.endswith("s") else w for w in words}


def _named(name: str, asked: set[str]) -> int:
    """Return how many words of a query name a column: CPU as %CPU, memory as MEM."""
    parts = _names(name) | ({"%"} & set(name))
    return sum(any(_same(part, word) for part in parts) for word in asked)


def _same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) > 2 and long.startswith(short))


def _aligned(
    texts: Sequence[str], asked: set[str]
) -> Iterator[tuple[int, dict[int, float]]]:
    """Yield how many words name a column, and its numbers by row.

    The names of columns are in a line near the top, below a blank line, or above a
    ruler.
    """
    for top, header in enumerate(texts):
        ruler = texts[top + 1] if top + 1 < len(texts) else ""
        is_ruled = RULER.fullmatch(ruler.rstrip("\r\n")) is not None
        if top >= _TOP and texts[top - 1].strip() and not is_ruled:
            continue
        indent = header[: len(header) - len(header.lstrip())] if is_ruled else ""
        first = top + 1 + is_ruled
        end = next(
            (
                at
                for at in range(first, len(texts))
                if not texts[at].strip() or not texts[at].startswith(indent)
            ),
            len(texts),
        )
        below = range(first, end)
        sign = next((sign for sign in "\t|,;" if header.count(sign) > 1), "")
        cells = header.split(sign) if sign else [m[0] for m in _CELL.finditer(header)]
        spans = [found.span() for found in _CELL.finditer(header)]
        if is_ruled and not sign:
            spans = [found.span() for found in _CELL.finditer(ruler)]
            ends = [*(start for start, _ in spans[1:]), len(header)]
            cells = [
                header[start:at] for (start, _), at in zip(spans, ends, strict=True)
            ]
        named = [_named(cell, asked) for cell in cells]
        for at in range(len(cells) if len(cells) > 2 else 0):
            if not named[at]:
                continue
            numbers: dict[int, float] = {}
            for row in below:
                if sign:
                    parts = texts[row].split(sign)
                    cell = parts[at].strip(' "\n') if at < len(parts) else ""
                else:
                    cell = _cell_under(texts[row], spans[at])
                if found := _NUMBER.match(cell):
                    size = cell[found.end() : found.end() + 1].lower()
                    numbers[row] = float(found[0]) * _SIZES.get(size, 1.0)
            if len(numbers) >= max(_FEWEST_ROWS, _LEAST_SHARE * len(below)):
                yield named[at], numbers


def _cell_under(line: str, span: tuple[int, int]) -> str:
    """Return the word of a line that is below a span of characters, or ""."""
    start, end = span
    if not line[start:end].strip():
        return ""
    at = start + len(line[start:end]) - len(line[start:end].lstrip())
    begin = line.rfind(" ", 0, at + 1) + 1
    return "".join(line[begin:].split(maxsplit=1)[:1])


def _members(
    texts: Sequence[str], asked: set[str]
) -> Iterator[tuple[int, dict[int, float]]]:
    """Yield the same for each member of JSON objects that is named."""
    found: dict[str, dict[int, float]] = {}
    for row, text in enumerate(texts):
        if text.startswith("{"):
            for key, number in _MEMBER.findall(text):
                if _named(key, asked):
                    found.setdefault(key, {}).setdefault(row, float(number))
    for key, numbers in found.items():
        if len(numbers) >= max(_FEWEST_ROWS, _LEAST_SHARE * len(texts)):
            yield _named(key, asked), numbers
