"""A text under a hard cap, with a line for each run of lines that is hidden."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from headroom.tool_outputs.capping.belonging import owners, whole_changes
from headroom.tool_outputs.capping.fitting import Wanted, capped
from headroom.tool_outputs.capping.notes import (
    Capped,
    counted,
    hidden_under_the_cap,
    numbered,
    opening,
    runs,
    tag_for,
)
from headroom.tool_outputs.capping.ranking import DATA_WEIGHS
from headroom.tool_outputs.capping.units import split
from headroom.tool_outputs.error_lines import severities, shape
from headroom.tool_outputs.text.recognition import VERBATIM, kind_of
from headroom.types import Dropped

__all__ = ["cap"]

# The severity from which on it is said how often a line came.
_TROUBLE = 3
_ALIKE = "; last error above: 1 of {:,} alike"
# One part in so many of the cap is used to say it, at most.
_COUNT_SHARE = 20
# How much an error weighs: less in rows of data, nothing in what only speaks of errors.
_WEIGHTS = {
    **dict.fromkeys(("csv", "tsv", "table"), DATA_WEIGHS),
    **dict.fromkeys((*VERBATIM, "diff", "git-log", "ini", "search"), 0.0),
}


def cap(text: str, wanted: Wanted, first_line: int = 1) -> Capped:
    """Return a text under a cap, lines shown verbatim or hidden whole.

    Of what fits, in this order: its first and last line, each distinct error line
    beside what the query asks for, then both ends. What does not fit is passed over.
    Lines of over 2,000 characters are hidden in pieces.

    Args:
        text: The whole output.
        wanted: The cap, and what is wanted of the text.
        first_line: The number of the text's first line in the whole output.
    """
    if wanted.fits(text):
        return Capped(text, 0, 0, "lines")
    return capped(_Lines(text, wanted, first_line), wanted)


class _Lines:
    """A text as lines, and what is said of hidden ones."""

    def __init__(self, text: str, wanted: Wanted, first_line: int) -> None:
        self._units = split(text)
        self._handle = wanted.handle
        self._first = first_line
        self._tag = tag_for(text)
        self.texts = self.named = self._units.texts
        self.belongs: Sequence[int] = owners(self.texts)
        self.unit = f"{self._units.name}s"
        self._starts = list(accumulate(map(len, self.texts), initial=0))
        rows = [unit.rstrip("\r\n") for unit in self.texts]
        self._kind = kind_of(text, rows if self._units.name == "record" else ())
        self.errors_weigh = _WEIGHTS.get(self._kind, 1.0)
        self.told: Sequence[int] = severities(self.texts) if self.errors_weigh else ()
        # How many lines tell the same error; and how often that can be said.
        self._alike = Counter(
            shape(self.texts[unit])
            for unit, level in enumerate(self.told)
            if level >= _TROUBLE
        )
        total = len(self.texts)
        said = wanted.count_tokens(_ALIKE.format(total))
        self._most_said = wanted.max_tokens // (_COUNT_SHARE * max(1, said))
        self.mark = self._mark(0, total)
        self.brief: Sequence[str] = (self._head(total), self.mark)

    def together(self, groups: Iterable[Sequence[int]]) -> Iterator[Sequence[int]]:
        """Yield the groups; in a diff and a git log with the rest of each change."""
        if self._kind in ("diff", "git-log"):
            groups = whole_changes(groups, self.texts)
        yield from groups

    def render(self, shown: bytearray, missed: str) -> tuple[str, tuple[Dropped, ...]]:
        """Return the shown lines, a mark in place of each run of hidden ones."""
        hidden = runs(shown)
        repeated = self._repeated(hidden)
        out = [self._head(sum(end - start for start, end in hidden), missed), "\n"]
        at = 0
        for start, end in hidden:
            out += self.texts[at:start]
            out.append(self._mark(start, end, repeated.get(start, 0)))
            if self._is_line_start(end) and end < len(shown):
                out.append("\n")
            at = end
        out += self.texts[at:]
        return "".join(out), tuple(
            hidden_under_the_cap(
                (start,), end - start, (self._starts[start], self._starts[end])
            )
            for start, end in hidden
        )

    def _repeated(self, hidden: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Return the gaps behind an error that came more often, and how often it came.

        The error is the last one between the gap and the one before it. The most
        frequent errors are said. Lines that differ in numbers only count as one.
        """
        found: list[tuple[int, int]] = []
        after = 0
        for start, end in hidden if self.told else ():
            above = range(start - 1, after - 1, -1)
            error = next((u for u in above if self.told[u] >= _TROUBLE), None)
            if error is not None:
                found.append((self._alike[shape(self.texts[error])], start))
            after = end
        found = sorted([(-count, start) for count, start in found if count > 1])
        return {start: -count for count, start in found[: self._most_said]}

    def _head(self, hidden: int, missed: str = "") -> str:
        """Return the first line: how much is hidden, and how to ask for it."""
        said = f"{hidden:,} of {counted(len(self.texts), self._units.name)} hidden"
        return opening(said + missed, self._tag, self._handle, 'lines="1-50"')

    def _mark(self, start: int, end: int, alike: int = 0) -> str:
        """Return the line in place of the hidden units [start, end).

        Args:
            start: The first hidden unit.
            end: The unit after the last hidden one.
            alike: How many lines are like the last error above it; 0 is not said.
        """
        if not (self._is_line_start(start) and self._is_line_start(end)):
            characters = self._starts[end] - self._starts[start]
            return f"[{characters:,} characters hidden{self._tag}]"
        lines = self._units.line_of
        first = lines[start]
        last = (lines[end] if end < len(lines) else self._units.lines) - 1
        first, last = first + self._first, last + self._first
        if self._handle:
            said = numbered("line", first, last)
        else:
            said = counted(last - first + 1, "line")
        said = f"[{said} hidden{self._tag}"
        if alike:
            said += _ALIKE.format(alike)
        return f"{said}]"

    def _is_line_start(self, unit: int) -> bool:
        lines = self._units.line_of
        return unit in (0, len(lines)) or lines[unit] != lines[unit - 1]
