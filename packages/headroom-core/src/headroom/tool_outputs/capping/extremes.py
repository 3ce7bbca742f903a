"""Rows with the largest and smallest numbers of a column that a query names."""

import itertools
import re
from collections.abc import Iterator, Sequence

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
    found: list[list[int]] = []
    for numbers in columns or _aligned(texts, {"%"}):
        if len(set(numbers.values())) > 1:
            rows = sorted(numbers, key=lambda row: (-numbers[row], row))
            found.append([*rows[:_LARGEST], *rows[: -_SMALLEST - 1 : -1]])
    for row in itertools.chain.from_iterable(itertools.zip_longest(*found)):
        if row is not None:
            yield row


def _names(text: str) -> set[str]:
    """Return the words of a name or a query, small and without a plural s."""
    words = [word.lower() for word in _WORD.findall(text)]
    return {w[:-1] if len(w) > 3 and w.endswith("s") else w for w in words}


def _is_named(name: str, asked: set[str]) -> bool:
    """Tell whether a query names a column: CPU as %CPU, memory as MEM."""
    for part in _names(name) | ({"%"} & set(name)):
        for word in asked:
            short, long = sorted((part, word), key=len)
            if short == long or (len(short) > 2 and long.startswith(short)):
                return True
    return False


def _aligned(texts: Sequence[str], asked: set[str]) -> Iterator[dict[int, float]]:
    """Yield the numbers by row of each column named in a line near the top."""
    begins = [at for at in range(len(texts)) if at < _TOP or not texts[at - 1].strip()]
    for top in begins:
        header = texts[top]
        end = next(
            (at for at in range(top + 1, len(texts)) if not texts[at].strip()),
            len(texts),
        )
        below = range(top + 1, end)
        sign = next((sign for sign in "\t|,;" if header.count(sign) > 1), "")
        cells = header.split(sign) if sign else [m[0] for m in _CELL.finditer(header)]
        named = [at for at, cell in enumerate(cells) if _is_named(cell, asked)]
        spans = [found.span() for found in _CELL.finditer(header)] if named else []
        for at in named if len(cells) > 2 else ():
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
                yield numbers


def _cell_under(line: str, span: tuple[int, int]) -> str:
    """Return the word of a line that is below a span of characters, or ""."""
    start, end = span
    if not line[start:end].strip():
        return ""
    at = start + len(line[start:end]) - len(line[start:end].lstrip())
    begin = line.rfind(" ", 0, at + 1) + 1
    return "".join(line[begin:].split(maxsplit=1)[:1])


def _members(texts: Sequence[str], asked: set[str]) -> Iterator[dict[int, float]]:
    """Yield the numbers by row of each member of JSON objects that is named."""
    found: dict[str, dict[int, float]] = {}
    for row, text in enumerate(texts):
        if text.startswith("{"):
            for key, number in _MEMBER.findall(text):
                if _is_named(key, asked):
                    found.setdefault(key, {}).setdefault(row, float(number))
    for numbers in found.values():
        if len(numbers) >= max(_FEWEST_ROWS, _LEAST_SHARE * len(texts)):
            yield numbers
