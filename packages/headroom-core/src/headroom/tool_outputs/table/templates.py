"""Values that follow from their neighbours: prefixes and `{key}` references."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from headroom.tool_outputs.table.graph import Item
from headroom.tool_outputs.table.notation import is_other, scan_quoted

__all__ = ["Template", "Texts", "find_templates", "spell_literal"]

# A reference stands between these while a template is being looked for; both are
# private-use characters, and values that hold them take no part.
OPEN, CLOSE = "\ue0f0", "\ue0f1"
_BRACED = re.compile(r"\{([^{}]+)\}")
_PLAIN_BRACES = re.compile(r"(?:[^{}]|\{[^{}]+\})*")
_MARK = re.compile(f"{OPEN}([0-9]+){CLOSE}")
# Shorter values match by chance. Source: tried 2 to 6 on REST payloads.
_MIN_REFERENCE = 4
_MAX_REFERENCES = 3
# What is common is split off only where a reader expects a seam, so that ids, dates
# and names stay whole and can be searched for.
_PREFIX_END = re.compile(rf"[^/:=#?& {CLOSE}]*\Z")
# At the end of a prefix: the beginning of a time, a number that has spaces, or a
# MAC or IP address.
# An e-mail address is never taken apart.
_EMAIL = re.compile(r"[^\s@/:]+@[^\s@/]+")
_WHOLE = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]|(?<![0-9:])[0-9]{1,2}:)[0-9:]*\Z"
    r"|\+?[0-9][0-9 ]* \Z"
    r"|(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{1,4}::?)+\Z"
)
_SUFFIX_START = re.compile(rf"[/?# {OPEN}]|\Z")


class Texts:
    """The texts of a header's columns: what templates are made of and refer to."""

    def __init__(self, columns: Sequence[Sequence[Item | None]]) -> None:
        self._columns = columns
        self._texts: dict[int, list[str | None]] = {}
        self._rows: dict[int, list[str | None]] = {}
        self._strings: dict[int, list[str | None]] = {}

    def __getitem__(self, column: int) -> list[str | None]:
        """Return a column's texts: characters of strings, spellings of other scalars.

        None for what templates can't refer to: absent values, containers, markers.
        """
        texts = self._texts.get(column)
        if texts is None:
            texts = self._texts[column] = list(map(_text, self._columns[column]))
        return texts

    def row(self, row: int) -> list[str | None]:
        """Return one row's texts."""
        texts = self._rows.get(row)
        if texts is None:
            texts = self._rows[row] = [_text(c[row]) for c in self._columns]
        return texts

    def strings(self, column: int) -> list[str | None]:
        """Return the characters of a column's strings, None for everything else."""
        strings = self._strings.get(column)
        if strings is None:
            strings = self._strings[column] = [
                text if type(item) is str and not is_other(item) else None
                for item, text in zip(self._columns[column], self[column], strict=True)
            ]
        return strings


def _text(item: Item | None) -> str | None:
    if type(item) is not str or item[0] == "…":
        return None
    text = scan_quoted(item, 0)[0] if item[0] == '"' else item
    return None if OPEN in text or CLOSE in text else text


class Template:
    """Literal text with references to sibling fields and at most one hole.

    Attributes:
        prefix: Text before the hole, or all of it; references stand in it as marks.
        suffix: Text after the hole; None where there is no hole.
    """

    __slots__ = ("_refers", "prefix", "suffix")

    def __init__(self, prefix: str, suffix: str | None) -> None:
        self.prefix = prefix
        self.suffix = suffix
        self._refers = OPEN in prefix or OPEN in (suffix or "")

    @classmethod
    def copy(cls, column: int) -> "Template":
        """Return the template that is a sibling's value, whatever its type."""
        return cls(f"{OPEN}{column}{CLOSE}", None)

    @staticmethod
    def fits(text: str, prefix: str, suffix: str) -> bool:
        """Tell whether `text` is prefix, something, suffix."""
        return (
            len(text) > len(prefix) + len(suffix)
            and text.startswith(prefix)
            and text.endswith(suffix)
        )

    @staticmethod
    def can_name(key: str) -> bool:
        """Tell whether `{key}` would be read as a reference to that key."""
        return '"' not in key

    @property
    def copied(self) -> int:
        """The column whose value this is, or -1 if there is more to it."""
        whole = _MARK.fullmatch(self.prefix) if self.suffix is None else None
        return int(whole[1]) if whole else -1

    @property
    def references(self) -> set[int]:
        """The fields referred to."""
        return {int(i) for i in _MARK.findall(self.prefix + (self.suffix or ""))}

    def spell(self, names: Sequence[str]) -> str:
        """Return the header's text: `{key}` for a reference, `{}` for the hole."""

        def side(text: str) -> str:
            parts = _MARK.split(text)
            parts[::2] = [spell_literal(part, names) for part in parts[::2]]
            parts[1::2] = ["{" + names[int(index)] + "}" for index in parts[1::2]]
            return "".join(parts)

        if self.suffix is None:
            return side(self.prefix)
        return side(self.prefix) + "{}" + side(self.suffix)

    def expand(self, texts: Texts, row: int) -> tuple[str, str] | None:
        """Fill the references from a row's texts: prefix and suffix.

        Returns:
            None if a field referred to is absent or no scalar.
        """
        if not self._refers:
            return self.prefix, self.suffix or ""

        def text(mark: re.Match[str]) -> str:
            value = texts[int(mark[1])][row]
            if value is None:
                raise _AbsentError
            return value

        try:
            return _MARK.sub(text, self.prefix), _MARK.sub(text, self.suffix or "")
        except _AbsentError:
            return None


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


class _AbsentError(Exception):
    """A field that a template refers to has no text; never seen outside."""


def _replace(text: str, value: str, mark: str) -> str:
    """Put `mark` for `value`; a short value only as the last whole word."""
    if len(value) >= _MIN_REFERENCE:
        return text.replace(value, mark)
    at = text.rfind(value)
    end = at + len(value)
    if at < 1 or text[at - 1].isalnum() or text[end : end + 1].isalnum():
        return text
    return text[:at] + mark + text[end:]


def find_templates(texts: Texts, target: int, allowed: Sequence[int]) -> list[Template]:
    """Return templates worth weighing for one column, best guesses only.

    Args:
        texts: The texts of all columns.
        target: The column to derive; it has a string at least.
        allowed: The columns that may be referred to.
    """
    strings = texts.strings(target)
    present = [i for i, t in enumerate(strings) if t is not None]
    first = present[0]
    sample = [
        (texts.row(i), strings[i])
        for i in {first, present[len(present) // 2], present[-1]}
    ]
    alone = len(present) == 1
    if any(text and "@" in text and _EMAIL.search(text) for _, text in sample):
        return []
    values, text = sample[0]
    assert text is not None
    chosen = [
        j
        for j in allowed
        if (value := values[j])
        and value in text
        and all(_refers(row[j], other, alone=alone) for row, other in sample)
    ]
    chosen.sort(key=lambda j: -len(texts.row(first)[j] or ""))
    found: list[Template] = []
    for picked in (chosen[:_MAX_REFERENCES], []) if chosen else ([],):
        marked: list[str] = []
        for i in present:
            text = strings[i]
            assert text is not None
            for j in picked:
                value = texts[j][i]
                if value:
                    text = _replace(text, value, f"{OPEN}{j}{CLOSE}")
            marked.append(text)
        if picked:
            top, n = Counter(marked).most_common(1)[0]
            if OPEN in top and 2 * n > len(marked):
                found.append(Template(top, None))
                if n == len(marked):
                    return found
        if len(present) > 1:
            hole = _hole(marked)
            if hole:
                found.append(hole)
    return found


def _refers(value: str | None, text: str | None, *, alone: bool) -> bool:
    """Tell whether a text may be meant to hold a value, and not by chance."""
    if not value or not text or value not in text:
        return False
    if len(value) >= _MIN_REFERENCE:
        return True
    return not alone and value != "0" and _replace(text, value, OPEN) != text


def _common_prefix(a: str, b: str) -> str:
    length = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        length += 1
    return a[:length]


def _hole(marked: list[str]) -> Template | None:
    """Common text before and after the part that differs."""
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
        return Template("", "") if 2 * numeric > len(marked) else None
    if prefix.count(OPEN) != prefix.count(CLOSE) or suffix.count(OPEN) != suffix.count(
        CLOSE
    ):
        return None
    if not _is_whole(prefix) or not _is_whole(suffix):
        return None
    holes = [t[len(prefix) : len(t) - len(suffix)] for t in marked]
    if any(OPEN in h or CLOSE in h or not h for h in holes):
        return None
    return Template(prefix, suffix)


def _is_whole(text: str) -> bool:
    """Tell whether a text ends no line and no pair of brackets or quotes."""
    return (
        "\n" not in text
        and text.count('"') % 2 == 0
        and all(text.count(a) == text.count(b) for a, b in ("()", "[]", "<>", "{}"))
    )
