"""Tables: which lines are rows, and which rows a row cannot be read without.

Pipe tables, grids, HTML tables, values apart by tabs, commas or semicolons, and
columns apart by spaces.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from headroom.documents.structure.outline import Outline

__all__ = ["table"]


class _Row(NamedTuple):
    """One row of a table.

    Attributes:
        first: The row's first line, counted from the table's.
        last: Its last line.
        kind: "header", "section" (a row that names the next ones), "row", or "markup"
            for lone tags and rules.
        needs: The `first` of rows that it needs: headers, section rows, and the rows
            that its blank first cells and those that span it point at.
    """

    first: int
    last: int
    kind: str
    needs: tuple[int, ...] = ()


_RULE_CELL = re.compile(r":?[-=]+:?")
_GRID_RULE = re.compile(r"\s*[+|][-=+:| \t]*$")
_SPACED_RULE = re.compile(r"\s*[-=]{2,}(?:\s+[-=]{2,})+\s*$")
_COLUMN_GAP = re.compile(r"\t+| {2,}(?=\S)")
_NUMBER = re.compile(r"[^\w]*\d[\d.,\s%/:-]*[^\w]*\w{0,3}")
_YEAR = re.compile(r"(?:FY ?)?(?:19|20)\d\d")
_DASHES = re.compile(r"[-–—−―.…]*")
_HTML_CELL = re.compile(
    r"<t([dh])\b([^>]*)>(.*?)(?=<t[dh]\b|</t[dh]>|</tr>|$)", re.I | re.S
)
_SPAN = re.compile(r"\b(row|col)span\s*=\s*[\"']?(\d{1,4})", re.I)
_TAGS = re.compile(r"<[^<>]*>")
_LEAST_CELLS, _MOST_COLUMNS = 2, 1000
_BOLD = ("**", "__")
_DELIMITERS = ("\t", ";", ",")


def table(outline: Outline, i: int) -> int:
    """Read the rows of a table."""
    found = _table_at([line.text for line in outline.lines[i : i + 2]])
    if not found:
        return 0
    stop = i
    while not outline.blank(stop):
        stop += 1
    rows = found([line.text for line in outline.lines[i:stop]])
    if not rows:
        return 0
    intro = outline.introduced(i, "table")
    known: dict[int, int] = {}
    for row in rows:
        first, last = outline.lines[i + row.first], outline.lines[i + row.last]
        needs = [known[at] for at in row.needs if at in known]
        header = next((n for n in needs if outline.kind_of(n) == "header"), None)
        needs = [n for n in (*needs, intro) if n is not None and n != header]
        if row.kind == "markup":
            outline.add(first.start, last.end, "markup")
        else:
            known[row.first] = outline.add(
                first.start, last.end, row.kind, header, needs
            )
    outline.items, outline.intro = [], None
    return rows[-1].last + 1


Lines = Sequence[str]


def _table_at(lines: Lines) -> Callable[[Lines], list[_Row]] | None:
    """Return what reads the table that begins with these two lines, or None."""
    first = lines[0]
    following = lines[1] if len(lines) > 1 else ""
    stripped = first.lstrip()
    if "|" in first and (
        stripped.startswith("|") or _is_rule(following) or "|" in following
    ):
        return _pipe
    if stripped.startswith("{|") or (stripped.startswith("!") and "!!" in stripped):
        return _wiki
    if stripped.startswith("+-") or stripped.startswith("+="):
        return _pipe
    if stripped[:4].lower() in {"<tab", "<tr>", "<tr ", "<the", "<tbo"}:
        return _html
    for delimiter in _DELIMITERS:
        if _least(delimiter) <= min(first.count(delimiter), following.count(delimiter)):
            return lambda rows: _delimited(rows, delimiter)
    if "  " in stripped and ("  " in following.lstrip()):
        return _aligned
    return None


def _least(delimiter: str) -> int:
    """Return how many of a delimiter a row has at least; a comma is in prose, too."""
    return 2 if delimiter == "," else 1


Cells = Sequence[str | None]  # None for one that a cell above spans


def _related(
    rows: Sequence[tuple[int, int, Cells]], headers: Sequence[int], header_kind: str
) -> list[_Row]:
    """Return rows of `(first, last, cells)` with what they need."""
    above = tuple(headers)
    names = Counter(cells[0] for first, _, cells in rows if first not in headers)
    found: list[_Row] = []
    section: list[int] = []
    filled: dict[int, int] = {}  # the last row with a value, by column
    was_section = bold = False
    for first, last, cells in rows:
        if first in headers:
            found.append(_Row(first, last, header_kind, above[: above.index(first)]))
        elif _is_section(cells, names):
            section = [*section, first] if was_section else [first]
            found.append(_Row(first, last, "section", (*above, *section[:-1])))
            filled.clear()
            bold = _is_bold(cells)
            was_section = True
            continue
        else:
            if section and bold and _is_bold(cells):
                # A total that is as bold as the sections stands beside them.
                section = []
            full = next((n for n, cell in enumerate(cells) if cell), 0)
            points = {
                filled.get(n, first)
                for n, cell in enumerate(cells)
                if cell is None or n < full
            }
            needs = (*above, *section, *sorted(points - {first}))
            found.append(_Row(first, last, "row", needs))
        was_section = False
        filled.update((n, first) for n, cell in enumerate(cells) if cell)
    return found


def _is_bold(cells: Cells) -> bool:
    return (cells[0] or "").startswith(_BOLD)


def _is_section(cells: Cells, names: Counter[str | None]) -> bool:
    """Tell whether a row only says what the next ones are about.

    Its other cells are blank or repeat the first one, which is no number. Dashes are
    blank, too, in a bold row or where other `names` of rows come again.
    """
    name, *others = cells
    if not name or not others or None in others:
        return False
    again = names[name] == 1 and len(names) < names.total()
    if _is_bold(cells) or again:
        others = ["" if _DASHES.fullmatch(cell or "") else cell for cell in others]
    return not any(others) or (
        set(others) == {name} and not _numeric(name) and (again or len(others) > 1)
    )


def _is_rule(line: str) -> bool:
    if "-" not in line and "=" not in line:
        return False
    if _GRID_RULE.match(line):
        return True
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return all(_RULE_CELL.fullmatch(cell.strip()) for cell in cells)


def _numeric(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _names(cells: Sequence[str]) -> bool:
    """Tell whether a row can be a header: names, years or quarters, no values."""
    numbers = [cell for cell in cells if cell and _numeric(cell)]
    # Years that differ name columns; one year is the value of a row.
    years = len(set(numbers)) > 1 and all(map(_YEAR.fullmatch, numbers))
    return any(cells) and (not numbers or years)


def _pipe(lines: Lines) -> list[_Row]:
    """Read a pipe table or grid; its header is what stands above the first rule."""
    size = 0
    while size < len(lines) and ("|" in lines[size] or _is_rule(lines[size])):
        size += 1
    rules = [i for i in range(size) if _is_rule(lines[i])]
    if size < _LEAST_CELLS and not lines[0].strip().startswith("|"):
        return []
    cells = {
        i: [
            c.strip()
            for c in lines[i].strip().removeprefix("|").removesuffix("|").split("|")
        ]
        for i in range(size)
        if i not in rules
    }
    marked = bool(rules) or lines[0].strip().startswith(("|", "+"))
    # Bars in prose: rows of a table have as many of them as each other.
    if not marked and len({len(row) for row in cells.values()}) > 1:
        return []
    body = list(cells)
    inner = [i for i in rules if body and i > body[0]]
    if inner:
        size = sum(i < inner[0] for i in body)
        # A second header row below the rule has nothing to say of the first column.
        while size < min(4, len(body)) and any(cells[body[size]][1:]):
            if cells[body[size]][0]:
                break
            size += 1
        top, end = min(rules[0], body[0]), max(inner[0], body[size - 1])
        found = [_Row(top, end, "header")]
        rows = [(i, i, cells[i]) for i in body[size:]]
        found += _related(rows, [top], "header")
        rules = [i for i in rules if i > end]
    else:
        named = (
            len(body) > 2
            and _names(cells[body[0]])
            and not all(_names(cells[i]) for i in body[1:])
        )
        rows = [(i, i, cells[i]) for i in body]
        found = _related(rows, body[:1] if named else [], "row")
    return sorted([*found, *(_Row(rule, rule, "markup") for rule in rules)])


def _wiki(lines: Lines) -> list[_Row]:
    """Read a table of MediaWiki: "!" opens header cells, "|" others, "|-" a row."""
    rows: list[tuple[int, int, list[str]]] = []
    headers: list[int] = []
    marks: list[_Row] = []
    opened = True
    for i, line in enumerate(lines):
        text = line.strip()
        cells = [c.strip() for c in re.split(r"\|\||!!", text[1:])]
        if text.startswith(("{|", "|-", "|}", "|+")):
            marks.append(_Row(i, i, "markup"))
            opened = True
        elif not text.startswith(("!", "|")):
            break
        elif opened:
            rows.append((i, i, cells))
            opened = False
            if text[0] == "!":
                headers.append(i)
        else:
            rows[-1] = (rows[-1][0], i, rows[-1][2] + cells)
        if text.startswith("|}"):
            break
    return sorted(marks + _related(rows, headers, "header"))


def _html(lines: Lines) -> list[_Row]:
    """Read the rows of an HTML table; a line is a row, a tag, or a part of a row."""
    rows: list[tuple[int, int, Cells]] = []
    headers: list[int] = []
    found: list[_Row] = []
    spans: dict[int, int] = {}  # rows that a cell spans still, by column
    i = 0
    while i < len(lines):
        text, first = lines[i], i
        if "<tr" in text.lower():
            while "</tr" not in text.lower() and i + 1 < len(lines):
                if "<tr" in lines[i + 1].lower():
                    break
                i += 1
                text += "\n" + lines[i]
            cells = _HTML_CELL.findall(text)
            said = [" ".join(_TAGS.sub(" ", cell).split()) for *_, cell in cells]
            rows.append((first, i, _spanned(said, [c[1] for c in cells], spans)))
            only_names = bool(cells) and all(kind in "hH" for kind, *_ in cells)
            if only_names or (len(rows) == 1 and _names(said)):
                headers.append(first)
        elif not _TAGS.sub("", text).strip():
            found.append(_Row(i, i, "markup"))
        else:
            break
        i += 1
        if "</table" in lines[i - 1].lower():
            break
    headers = [h for n, h in enumerate(headers) if rows[n][0] == h]
    # One cell across a wider table names the rows below it.
    wide = max((len(cells) for _, _, cells in rows), default=0) > 1
    rows = [(a, b, [*c, ""] if wide and len(c) == 1 else c) for a, b, c in rows]
    return sorted(found + _related(rows, headers, "header"))


def _spanned(
    said: Sequence[str], attributes: Sequence[str], spans: dict[int, int]
) -> list[str | None]:
    """Return the cells of an HTML row by column, None where one above reaches down."""
    row: list[str | None] = []
    waiting = [*zip(said, attributes, strict=True)]
    while (waiting or spans.get(len(row))) and len(row) < _MOST_COLUMNS:
        if spans.get(len(row)):
            spans[len(row)] -= 1
            row.append(None)
            continue
        cell, attribute = waiting.pop(0)
        size = {kind.lower(): int(count) for kind, count in _SPAN.findall(attribute)}
        for _ in range(min(size.get("col", 1), _MOST_COLUMNS - len(row)) or 1):
            spans[len(row)] = size.get("row", 1) - 1
            row.append(cell)
            cell = ""
    return row or [""]


def _delimited(lines: Lines, delimiter: str) -> list[_Row]:
    """Read values apart by `delimiter`; [] where the lines are no such table."""
    counts = [line.count(delimiter) for line in lines]
    size = 1
    while size < len(lines) and abs(counts[size] - counts[0]) <= (delimiter == ","):
        size += 1
    if size < 3:
        return []
    chosen = lines[:size]
    if delimiter == ",":
        # In prose a space follows a comma.
        tight = sum(len(re.findall(r",(?! )", line)) for line in chosen)
        if tight * 2 < sum(counts[:size]):
            return []
    elif delimiter == ";" and any(line.rstrip().endswith(".") for line in chosen):
        return []
    return _plain([[c.strip() for c in line.split(delimiter)] for line in chosen])


def _aligned(lines: Lines) -> list[_Row]:
    """Read columns that are apart by two spaces or more."""
    cells: list[list[str]] = []
    for line in lines:
        row = [c.strip() for c in _COLUMN_GAP.split(line.rstrip())]
        if (
            len(row) < _LEAST_CELLS
            and cells
            and not (line[:1].isspace() and line.strip())
        ):
            break
        cells.append(row)
    full = [row for row in cells if len(row) >= _LEAST_CELLS]
    if len(full) < 3 or len({len(row) for row in full}) > 2:
        return []
    ruled = len(lines) > 1 and _SPACED_RULE.match(lines[1])
    if ruled:
        rows = [(i, i, row) for i, row in enumerate(cells) if i > 1]
        return [_Row(0, 1, "header"), *_related(rows, [0], "header")]
    return _plain(cells, wrapped=True)


def _plain(cells: Sequence[list[str]], *, wrapped: bool = False) -> list[_Row]:
    """Return the rows of a table without a rule; the first may name the columns.

    Where no value is a number, it may be a row as well, and stays one.
    """
    most = max(map(len, cells))
    rows: list[tuple[int, int, Cells]] = []
    for i, row in enumerate(cells):
        if wrapped and rows and not row[0] and len(row) < most:
            # A cell goes on in the next line.
            rows[-1] = (rows[-1][0], i, rows[-1][2])
        else:
            rows.append((i, i, row))
    values = any(_numeric(c) for row in cells[1:] for c in row if c)
    named = [0] if _names(cells[0]) else []
    return _related(rows, named, "header" if values else "row")
