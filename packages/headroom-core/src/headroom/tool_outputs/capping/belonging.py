"""To which line above each line of a text belongs: its record, section or parent."""

import re
from collections.abc import Iterable, Iterator, Sequence

from headroom.tool_outputs.error_lines import severity, shape

__all__ = ["RULER", "is_message", "owners", "whole_changes", "with_owners"]

_COMMIT, _FILE, _SECTION, _HUNK = 0, 1, 2, 3
# Lines that begin a section, and how deep it is. Sources: git log, diff, tail of many
# files, the rulers of pytest and of MySQL's \G, psql's \x, INI and TOML, Markdown.
_HEADERS = (
    (_COMMIT, re.compile(r"commit [0-9a-f]{7,}")),
    (_FILE, re.compile(r"diff |==> .* <==\s*$|=== .*\w|([=*])\1{2,}.*\w.*\1{3}\s*$")),
    (
        _SECTION,
        re.compile(
            r"\[[^\[\]]*[^\W\d][^\[\]]*\]\s*$|\[\[[^\[\]]+\]\]\s*$|-\[ .*\]-"
            r"|##+ |([_~-])\1{2,}.*\w.*\1{3}\s*$"
        ),
    ),
    (_HUNK, re.compile(r"@@ ")),
)
# The command of a shell, whose output begins below it.
_PROMPT = re.compile(r"(?:[\w.@~:/-]*[$#%>]|PS [^>]*>) \S")
_DIGIT = re.compile(r"\d")
# A line of dashes below the names of columns.
RULER = re.compile(r"[ |+]*-{2,}(?:[ |+]+-{2,})+[ |+]*")
_FEWEST_COLUMNS = 3
_FIELD = re.compile(r"([^\W\d](?:[\w./()-]| (?! )){0,40}?)\s*(?::(?=\s)|=)")
# Lines under which one is indented, at most; the nearest count.
_MOST_OWNERS = 8
# A block of so many lines is a record, even if its lines are no fields.
_SHORT_BLOCK = 12
_SHORT_CHANGE = 8
_SHORT_COMMIT = 24
# A unit of so many characters without a line end is a piece of a longer line.
_PIECE = 200


def owners(texts: Sequence[str]) -> list[int]:
    """Return for each line the line above to which it belongs directly, or -1.

    A line belongs to the line under which it is indented; a field ("name: value"), and
    a line of a short block, to the first line of its record; other lines to the header
    of their section. Records are blocks between blank lines, and begin anew where the
    name of their first field comes again. A record whose first
    two names begin several blocks reaches to the next of them, as an e-mail does.
    """
    names = [field[1] if (field := _FIELD.match(text)) else "" for text in texts]
    starts = _repeated_starts(texts, names)
    short, alike = _short_blocks(texts)
    found = [-1] * len(texts)
    sections: list[tuple[int, int]] = []
    indented: list[tuple[int, int]] = []
    first = -1
    for unit, text in enumerate(texts):
        if (
            unit
            and len(texts[unit - 1]) >= _PIECE
            and texts[unit - 1][-1] not in "\r\n"
        ):
            continue
        if not text.strip() or _PROMPT.match(text):
            first = -1
            continue
        level = _level(texts, unit)
        if level is None and sections and sections[-1][0] == _HUNK:
            if text[0] in " +-\\":
                found[unit] = sections[-1][1]
                continue
            _leave(sections, _FILE)
        if level is None and unit in starts:
            level = _SECTION
        if level is not None:
            _leave(sections, level)
            found[unit] = sections[-1][1] if sections else -1
            sections.append((level, unit))
            indented = [(0, unit)]
            first = unit
            continue
        if RULER.fullmatch(text.rstrip("\r\n")) and indented and first >= 0:
            # What is above the ruler is the header of what is below it.
            depth, header = indented.pop()
            indented.append((depth - 1, header))
            found[unit] = header
            continue
        parent = _parent(text, unit, indented)
        if parent >= 0:
            found[unit] = parent
        elif first >= 0 and (
            names[unit] or unit in short or texts[first].rstrip().endswith(":")
        ):
            if unit in alike or (names[unit] and names[unit] == names[first]):
                found[unit] = found[first]
                first = unit
            else:
                found[unit] = first
        elif sections:
            found[unit] = sections[-1][1]
        if first < 0:
            first = unit
    return found


def with_owners(unit: int, belongs: Sequence[int]) -> list[int]:
    """Return the lines to which one belongs, the outermost first, and the line."""
    found = [unit]
    while belongs and (above := belongs[found[-1]]) >= 0 and len(found) <= _MOST_OWNERS:
        found.append(above)
    return found[::-1]


def is_message(text: str) -> bool:
    """Tell whether a line says itself what is wrong: no field, nothing indented."""
    field = _FIELD.match(text)
    return not text[:1].isspace() and (not field or severity(field[1]) > 0)


def whole_changes(
    groups: Iterable[Sequence[int]], texts: Sequence[str]
) -> Iterator[Sequence[int]]:
    """Yield the groups with the rest of each change: a run of - and + lines, a commit.

    The head of a hunk comes with its changes. A run of more than 8 lines, or a commit
    of more than 24, stays in its lines.
    """
    change_of: list[Sequence[int]] = []
    start = 0
    for unit in range(1, len(texts) + 1):
        if unit == len(texts) or not _goes_on(texts[unit], texts[unit - 1]):
            change = range(start, unit)
            change_of += [change] * len(change)
            start = unit
    changes: list[int] | None = None
    for unit, text in enumerate(texts):
        if text.startswith("@@ "):
            change_of[unit] = changes = [unit]
        elif text[:1] not in (" ", "+", "-", "\\") or text.startswith("--- "):
            changes = None
        elif changes is not None and text[:1] in ("+", "-"):
            changes.append(unit)
    for group in groups:
        whole = set(group)
        for unit in group:
            of_diff = texts[unit][:1] in ("+", "-", "@")
            if len(change_of[unit]) <= (_SHORT_CHANGE if of_diff else _SHORT_COMMIT):
                whole.update(change_of[unit])
        yield sorted(whole)


def _goes_on(text: str, before: str) -> bool:
    """Tell whether a line is of the same change as the line before it."""
    if text[:1] in ("+", "-"):
        return before[:1] in ("+", "-") and not text.startswith("--- ")
    if text.startswith(("    ", "Author", "Date", "Merge:")) or not text.strip():
        return not before.startswith(("+", "-", "@@")) and not text.startswith("commit")
    return False


def _leave(stack: list[tuple[int, int]], level: int) -> None:
    """Take from a stack all that is as deep as a level, or deeper."""
    while stack and stack[-1][0] >= level:
        stack.pop()


def _parent(text: str, unit: int, indented: list[tuple[int, int]]) -> int:
    """Return the line under which one is indented, or -1; add it to the stack.

    Numbers stand to the right of their column, so nothing is indented under them.
    """
    inside = text.lstrip()
    # An item is deeper than the line that it is an item of.
    depth = 2 * (len(text) - len(inside)) + inside.startswith("- ")
    parent = next((at for deep, at in reversed(indented) if deep < depth), -1)
    if not inside[0].isdigit():
        _leave(indented, depth)
        indented.append((depth, unit))
    return parent


def _short_blocks(texts: Sequence[str]) -> tuple[set[int], set[int]]:
    """Return the lines of short blocks between blank lines, and those like the first.

    Where most lines of a block begin with the same word, numbers aside, each is a
    record of its own.
    """
    short: set[int] = set()
    alike: set[int] = set()
    start = 0
    for unit in range(len(texts) + 1):
        if unit == len(texts) or not texts[unit].strip() or _PROMPT.match(texts[unit]):
            if unit - start > 1 and (
                unit - start <= _SHORT_BLOCK or _is_table(texts[start:unit])
            ):
                block = range(start, unit)
                words = [shape(texts[at].split(maxsplit=1)[0]) for at in block]
                short.update(block)
                if 2 * words.count(words[0]) > len(words):
                    alike.update(
                        at
                        for at, word in zip(block, words, strict=True)
                        if word == words[0]
                    )
            start = unit + 1
    return short, alike


def _is_table(block: Sequence[str]) -> bool:
    """Tell whether a block has a header without numbers, and rows with some."""
    header, *rows = block
    if len(header.split()) < _FEWEST_COLUMNS or _DIGIT.search(header):
        return False
    return 2 * sum(bool(_DIGIT.search(row)) for row in rows) > len(rows)


def _repeated_starts(texts: Sequence[str], names: Sequence[str]) -> set[int]:
    """Return the lines that begin a block with two names as another block does."""
    found: dict[tuple[str, str], list[int]] = {}
    for unit in range(len(texts) - 1):
        pair = (names[unit], names[unit + 1])
        if all(pair) and not (unit and texts[unit - 1].strip()):
            found.setdefault(pair, []).append(unit)
    return {unit for units in found.values() if len(units) > 1 for unit in units}


def _level(texts: Sequence[str], unit: int) -> int | None:
    """Return how deep a section is that a line begins; None if it begins none."""
    text = texts[unit]
    if text.startswith("--- ") and "".join(texts[unit + 1 : unit + 2])[:4] == "+++ ":
        under_diff = any(
            each.startswith("diff ") for each in texts[max(0, unit - 5) : unit]
        )
        return _SECTION if under_diff else _FILE
    return next((level for level, begins in _HEADERS if begins.match(text)), None)
