"""Values that follow from their neighbours: prefixes and `{key}` references."""

import os.path
import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["Template", "find_templates"]

# A reference stands between these while a template is being looked for; both are
# private-use characters, and values that hold them take no part.
OPEN, CLOSE = "\ue0f0", "\ue0f1"
_MARK = re.compile(f"{OPEN}([0-9]+){CLOSE}")
# Shorter values match by chance. Source: tried 2 to 6 on REST payloads.
_MIN_REFERENCE = 4
_MAX_REFERENCES = 3


class Template:
    """Literal text with references to sibling fields and at most one hole.

    Attributes:
        parts: Literal, field index, literal, field index, … literal.
        hole: Index into `parts` of the literal that the hole follows, or -1.
    """

    __slots__ = ("prefix", "suffix")

    def __init__(self, prefix: str, suffix: str | None) -> None:
        """Text before the hole and after it; no suffix (None): no hole."""
        self.prefix = prefix
        self.suffix = suffix

    @property
    def references(self) -> set[int]:
        """The fields referred to."""
        return {int(i) for i in _MARK.findall(self.prefix + (self.suffix or ""))}

    def spell(self, names: Sequence[str]) -> str:
        """Return the header's text: `{key}`, `{}`, literal braces doubled."""

        def side(text: str) -> str:
            text = text.replace("{", "{{").replace("}", "}}")
            return _MARK.sub(lambda m: "{" + names[int(m[1])] + "}", text)

        if self.suffix is None:
            return side(self.prefix)
        return side(self.prefix) + "{}" + side(self.suffix)

    def expand(self, row: Sequence[str | None]) -> tuple[str, str] | None:
        """Fill the references from a row's texts; None if one is absent."""
        try:
            return (
                _MARK.sub(lambda m: row[int(m[1])], self.prefix),  # type: ignore[arg-type, return-value]
                _MARK.sub(lambda m: row[int(m[1])], self.suffix or ""),  # type: ignore[arg-type, return-value]
            )
        except TypeError:
            return None


def _replace(text: str, value: str, mark: str) -> str:
    """Put `mark` for `value`; a short value only as the last whole word."""
    if len(value) >= _MIN_REFERENCE:
        return text.replace(value, mark)
    at = text.rfind(value)
    end = at + len(value)
    if at < 1 or text[at - 1].isalnum() or text[end : end + 1].isalnum():
        return text
    return text[:at] + mark + text[end:]


def find_templates(
    texts: Sequence[str | None],
    columns: Sequence[Sequence[str | None]],
    allowed: Sequence[int],
) -> list[Template]:
    """Return templates worth weighing for one column, best guesses only.

    Args:
        texts: The column's strings, None where it has none.
        columns: The texts of all columns of the header (None: absent, no scalar).
        allowed: The columns that may be referred to.
    """
    present = [i for i, t in enumerate(texts) if t is not None]
    sample = {present[0], present[len(present) // 2], present[-1]}
    chosen: list[int] = []
    for j in allowed:
        column = columns[j]
        for i in sample:
            value, text = column[i], texts[i]
            if not value or value not in text or value == "0":  # type: ignore[operator]
                break
            if len(value) < _MIN_REFERENCE and (
                _replace(text, value, OPEN) == text or len(present) == 1  # type: ignore[arg-type]
            ):
                break
        else:
            chosen.append(j)
    first = present[0]
    chosen.sort(key=lambda j: -len(columns[j][first] or ""))
    found: list[Template] = []
    for picked in (chosen[:_MAX_REFERENCES], []) if chosen else ([],):
        marked: list[str] = []
        for i in present:
            text = texts[i]
            assert text is not None
            for j in picked:
                value = columns[j][i]
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


def _hole(marked: list[str]) -> Template | None:
    """Common text before and after the part that differs."""
    low, high = min(marked), max(marked)
    prefix = os.path.commonprefix([low, high])
    reversed_ = [t[len(prefix) :][::-1] for t in marked]
    suffix = os.path.commonprefix([min(reversed_), max(reversed_)])[::-1]
    prefix = _whole_words(prefix, at_end=True)
    suffix = _whole_words(suffix, at_end=False)
    holes = [t[len(prefix) : len(t) - len(suffix)] for t in marked]
    if any(OPEN in h or CLOSE in h or not h for h in holes):
        return None
    return Template(prefix, suffix)


def _whole_words(text: str, *, at_end: bool) -> str:
    """Cut common text back to where a word ends, so that words stay whole."""
    if at_end:
        while text and text[-1].isalnum():
            text = text[:-1]
    else:
        while text and text[0].isalnum():
            text = text[1:]
    return "" if text.count(OPEN) != text.count(CLOSE) else text
