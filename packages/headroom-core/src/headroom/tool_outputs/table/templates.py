"""Values that follow from their neighbours: prefixes and `{key}` references."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

from headroom.tool_outputs.table.graph import Item
from headroom.tool_outputs.table.notation import (
    is_other,
    raw_cell,
    scan_quoted,
    string_cell,
)

__all__ = ["Template", "Texts", "find_templates", "spell_literal"]

_BRACED = re.compile(r"\{([^{}]+)\}")
_PLAIN_BRACES = re.compile(r"(?:[^{}]|\{[^{}]+\})*")
# A reference stands between these while a template is being looked for; both are
# private-use characters, and columns with texts that hold them have no template.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
# Shorter values match by chance. Source: tried 2 to 6 on REST payloads.
_MIN_REFERENCE = 4
_MAX_REFERENCES = 3
# What is common is split off only where a reader expects a seam, so that ids, dates
# and names stay whole and can be searched for.
_PREFIX_END = re.compile(rf"[^/:=#?& {_CLOSE}]*\Z")
_SUFFIX_START = re.compile(rf"[/?# {_OPEN}]|\Z")
# An e-mail address is never taken apart.
_EMAIL = re.compile(r"[^\s@/:]+@[^\s@/]+")
# At the end of a prefix: the beginning of a time, a number that has spaces, or a
# MAC or IP address.
_WHOLE = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]|(?<![0-9:])[0-9]{1,2}:)[0-9:]*\Z"
    r"|\+?[0-9][0-9 ]* \Z"
    r"|(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{1,4}::?)+\Z"
)

# The part of a template that each row has in its cell.
HOLE = -1


class Texts(dict[int, list[str | None]]):
    """By column the texts that templates fill in: characters, spellings of scalars.

    None for what templates can't refer to: absent values, containers, markers.

    Attributes:
        columns: The items of each column.
    """

    def __init__(self, columns: Sequence[Sequence[Item | None]]) -> None:
        self.columns = columns
        self._strings: dict[int, list[str | None]] = {}

    def __missing__(self, column: int) -> list[str | None]:
        texts = self[column] = list(map(_text, self.columns[column]))
        return texts

    def strings(self, column: int) -> list[str | None]:
        """Return the characters of a column's strings, None for everything else."""
        strings = self._strings.get(column)
        if strings is None:
            strings = self._strings[column] = [
                None if text is None or is_other(item) else text  # type: ignore[arg-type]
                for item, text in zip(self.columns[column], self[column], strict=True)
            ]
        return strings


def _text(item: Item | None) -> str | None:
    if type(item) is not str or item[0] == "…":
        return None
    return scan_quoted(item, 0)[0] if item[0] == '"' else item


class Template(NamedTuple):
    """How a value follows from its row.

    Attributes:
        parts: Literal texts, columns of sibling fields, and at most one HOLE.
    """

    parts: tuple[str | int, ...]

    @staticmethod
    def can_name(key: str) -> bool:
        """Tell whether `{key}` would be read as a reference to that key."""
        return '"' not in key

    @property
    def has_hole(self) -> bool:
        """Whether rows have a cell for it."""
        return HOLE in self.parts

    @property
    def references(self) -> set[int]:
        """The columns referred to."""
        return {part for part in self.parts if type(part) is int and part != HOLE}

    @property
    def copied(self) -> int | None:
        """The column whose value this is, of any type, if there is no more to it."""
        (first, *others) = self.parts
        return first if type(first) is int and first != HOLE and not others else None

    def spell(self, names: Sequence[str]) -> str:
        """Return the header's text: `{key}` for a reference, `{}` for the hole."""
        return "".join(
            [
                spell_literal(part, names)
                if isinstance(part, str)
                else f"{{{'' if part == HOLE else names[part]}}}"
                for part in self.parts
            ]
        )

    def expected(self, texts: Texts, rows: int) -> Sequence[Item | None]:
        """Return what a template without a hole stands for in each row."""
        if self.copied is not None:
            return texts.columns[self.copied]
        filled = _filled(self.parts, texts, rows)
        return [None if text is None else string_cell(text) for text in filled]

    def holes(self, column: int, texts: Texts) -> list[str]:
        """Return the cells of a template's hole, empty where a row does not fit."""
        strings = texts.strings(column)
        at = self.parts.index(HOLE)
        before = _filled(self.parts[:at], texts, len(strings))
        after = _filled(self.parts[at + 1 :], texts, len(strings))
        return [
            raw_cell(text[len(a) : len(text) - len(b)])
            if not (text is None or a is None or b is None)
            and len(text) > len(a) + len(b)
            and text.startswith(a)
            and text.endswith(b)
            else ""
            for text, a, b in zip(strings, before, after, strict=True)
        ]


def _filled(
    parts: Sequence[str | int], texts: Texts, rows: int
) -> Iterable[str | None]:
    """Return the text of parts for each row, None where what they refer to has none."""
    if len(parts) == 1 and type(parts[0]) is str:
        return repeat(parts[0], rows)
    pieces = [repeat(p, rows) if isinstance(p, str) else texts[p] for p in parts]
    return [
        None if None in row else "".join(row)
        for row in zip(repeat("", rows), *pieces, strict=True)
    ]


def spell_literal(text: str, names: Collection[str]) -> str:
    """Spell literal text in a header: braces doubled where they could be a reference.

    `{x}` is literal as it is where no field of the header is named x.
    """
    if "{" not in text and "}" not in text:
        return text
    if _PLAIN_BRACES.fullmatch(text) and not any(
        inner in names for inner in _BRACED.findall(text)
    ):
        return text
    return text.replace("{", "{{").replace("}", "}}")


def find_templates(texts: Texts, target: int, allowed: Sequence[int]) -> list[Template]:
    """Return templates worth weighing for one column, best guesses only.

    Args:
        texts: The texts of all columns.
        target: The column to derive.
        allowed: The columns that may be referred to.
    """
    strings = texts.strings(target)
    present = {i: t for i, t in enumerate(strings) if t is not None}
    rows = list(present)
    if not rows or any(_OPEN in t or _CLOSE in t for t in present.values()):
        return []
    first = rows[0]
    sample = {first, rows[len(rows) // 2], rows[-1]}
    if any("@" in present[i] and _EMAIL.search(present[i]) for i in sample):
        return []
    chosen = [
        j
        for j in allowed
        if (value := texts[j][first])
        and value in present[first]
        and all(_refers(texts[j][i], present[i], of=len(rows)) for i in sample)
    ]
    chosen.sort(key=lambda j: -len(texts[j][first] or ""))
    found: list[Template] = []
    for picked in (chosen[:_MAX_REFERENCES], []) if chosen else ([],):
        marked = list(present.values())
        for j in picked:
            values = texts[j]
            mark = f"{_OPEN}{j}{_CLOSE}"
            marked = [
                _replace(text, values[i] or "", mark)
                for i, text in zip(rows, marked, strict=True)
            ]
        if picked:
            top, n = Counter(marked).most_common(1)[0]
            if _OPEN in top and 2 * n > len(marked):
                found.append(Template(_parts(top)))
                if n == len(marked):
                    return found
        if len(rows) > 1:
            found += _with_hole(marked)
    return found


def _refers(value: str | None, text: str, *, of: int) -> bool:
    """Tell whether a text, one `of` so many, may be meant to hold a value."""
    if not value or value not in text:
        return False
    if len(value) >= _MIN_REFERENCE:
        return True
    return of > 1 and value != "0" and _replace(text, value, _OPEN) != text


def _replace(text: str, value: str, mark: str) -> str:
    """Put `mark` for `value`; a short value only as the last whole word."""
    if len(value) >= _MIN_REFERENCE:
        return text.replace(value, mark)
    at = text.rfind(value)
    end = at + len(value)
    if not value or at < 1 or text[at - 1].isalnum() or text[end : end + 1].isalnum():
        return text
    return text[:at] + mark + text[end:]


def _parts(marked: str) -> tuple[str | int, ...]:
    """Return a text whose references are marked as the parts of a template."""
    parts: list[str | int] = list(_MARK.split(marked))
    parts[1::2] = [int(column) for column in parts[1::2]]
    return tuple([part for part in parts if part != ""])


def _common_prefix(a: str, b: str) -> str:
    length = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        length += 1
    return a[:length]


def _with_hole(marked: list[str]) -> list[Template]:
    """Return the template of common text before and after the part that differs."""
    low, high = min(marked), max(marked)
    prefix = _common_prefix(low, high)
    suffix = ""
    if low[-1:] == high[-1:]:
        backwards = [t[len(prefix) :][::-1] for t in marked]
        suffix = _common_prefix(min(backwards), max(backwards))[::-1]
    prefix = _PREFIX_END.sub("", prefix)
    inside = _WHOLE.search(prefix)
    if inside:
        prefix = _PREFIX_END.sub("", prefix[: inside.start()])
    suffix = suffix[_SUFFIX_START.search(suffix).start() :]  # type: ignore[union-attr]
    if not prefix and not suffix:
        # Strings that look like numbers: the header says once that they are strings.
        numeric = sum(map(is_other, filter(None, marked)))
        return [Template((HOLE,))] if 2 * numeric > len(marked) else []
    holes = [t[len(prefix) : len(t) - len(suffix)] for t in marked]
    if (
        _is_whole(prefix)
        and _is_whole(suffix)
        and not any(not h or _OPEN in h or _CLOSE in h for h in holes)
    ):
        return [Template((*_parts(prefix), HOLE, *_parts(suffix)))]
    return []


def _is_whole(text: str) -> bool:
    """Tell whether a text ends no line and no pair of brackets, quotes or marks."""
    pairs = ("()", "[]", "<>", "{}", _OPEN + _CLOSE)
    return (
        "\n" not in text
        and text.count('"') % 2 == 0
        and all(text.count(pair[0]) == text.count(pair[1]) for pair in pairs)
    )
