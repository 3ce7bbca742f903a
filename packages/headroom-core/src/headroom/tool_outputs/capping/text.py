"""A text under a hard cap, with a line for each run of lines that is hidden."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate

from headroom.scorers import Scorer
from headroom.tool_outputs.capping.answers import answers
from headroom.tool_outputs.capping.belonging import owners, whole_changes
from headroom.tool_outputs.capping.fitting import fit
from headroom.tool_outputs.capping.notes import (
    Capped,
    best_hidden,
    counted,
    hidden_under_the_cap,
    numbered,
    opening,
    runs,
    tag_for,
)
from headroom.tool_outputs.capping.ranking import DATA_WEIGHS, Show, rank
from headroom.tool_outputs.capping.units import Units, split
from headroom.tool_outputs.error_lines import severities, shape
from headroom.tool_outputs.text.recognition import VERBATIM, kind_of

__all__ = ["cap"]

# The severity from which on it is said how often a line came.
_TROUBLE = 3
_ALIKE = "; last error above: 1 of {:,} alike"
# One part in so many of the cap is kept free to say it, at most.
_COUNT_SHARE = 20
# How much an error weighs: less in rows of data, nothing in what only speaks of errors.
_WEIGHTS = {
    **dict.fromkeys(("csv", "tsv", "table"), DATA_WEIGHS),
    **dict.fromkeys((*VERBATIM, "diff", "git-log", "ini", "search"), 0.0),
}
_NONE: Mapping[int, int] = {}


def cap(
    text: str,
    *,
    max_tokens: int,
    count_tokens: Callable[[str], int],
    query: str | None = None,
    scorer: Scorer | None = None,
    handle: str | None = None,
    first_line: int = 1,
    show: Show = "what matters",
) -> Capped:
    """Return a text of at most `max_tokens`, lines shown verbatim or hidden whole.

    Of what fits, in this order: its first and last line, each distinct error line
    beside what the query asks for, then both ends. What does not fit is passed over.
    Lines of over 2,000 characters are hidden in pieces.

    Args:
        text: The whole output.
        max_tokens: The cap, 1 or more; the notes of what is hidden count.
        count_tokens: Tokens of a text.
        query: What the reader wants to know; None for nothing in particular.
        scorer: Says which lines the query needs; None for BM25.
        handle: Under which the whole output can be asked for; None names none.
        first_line: The number of the text's first line in the whole output.
        show: "what matters", errors among it; only "what the query asks for"; or "the
            beginning", as far as it fits.
    """
    if count_tokens(text) <= max_tokens:
        return Capped(text, 0, 0, "lines")
    units = split(text)
    notes = _Notes(text, units, handle, first_line)
    costs: dict[int, int] = {}

    def cost(unit: int) -> int:
        if unit not in costs:
            costs[unit] = count_tokens(units.texts[unit])
        return costs[unit]

    total = len(units.texts)
    belongs = owners(units.texts)
    rows = [unit.rstrip("\r\n") for unit in units.texts]
    kind = kind_of(text, rows if units.name == "record" else ())
    weight = _WEIGHTS.get(kind, 1.0)
    is_data = weight == DATA_WEIGHS
    asked = answers(units.texts, query, scorer, belongs, is_data=is_data)
    told = severities(units.texts) if weight else ()
    ranking: Iterable[Sequence[int]] = rank(
        units.texts,
        query,
        asked,
        show,
        told=told,
        belongs=belongs,
        errors_weigh=weight,
    )
    if kind in ("diff", "git-log"):
        ranking = whole_changes(ranking, units.texts)
    ranking = list(ranking)
    mark = count_tokens(notes.mark(0, total)) + 1
    room = max_tokens
    counts = Counter(
        shape(units.texts[unit]) for unit, level in enumerate(told) if level >= _TROUBLE
    )
    if any(count > 1 for count in counts.values()):
        room -= min(count_tokens(_ALIKE.format(total)), max_tokens // _COUNT_SHARE)
    budget = room - count_tokens(notes.head(total)) - 1
    found: tuple[bytearray, str, str] | None = None
    while budget > 0:
        shown = fit(total, ranking, cost, mark, budget)
        missed = best_hidden(asked[0], {at for at in asked[0] if shown[at]})
        content = notes.render(shown, missed)
        excess = count_tokens(content) - room
        if excess <= 0 and (found is None or sum(shown) > sum(found[0])):
            found = shown, missed, content
        elif found:
            break
        # Costs were estimated: there may be room for more, or for less.
        budget -= excess
    if found:
        shown, missed, content = found
        repeated = _repeated(units.texts, shown, told, counts)
        while repeated:
            counted = notes.render(shown, missed, dict(repeated))
            if count_tokens(counted) <= max_tokens:
                content = counted
                break
            repeated = repeated[: len(repeated) // 2]
        return notes.capped(content, runs(shown))
    for content in (notes.head(total), notes.mark(0, total), "…", ""):
        if count_tokens(content) <= max_tokens:
            break
    return notes.capped(content, [(0, total)])


def _repeated(
    texts: Sequence[str],
    shown: bytearray,
    told: Sequence[int],
    counts: Mapping[str, int],
) -> list[tuple[int, int]]:
    """Return the gaps behind an error that came more often, and how often it came.

    The error is the last one between the gap and the one before it. The most frequent
    is first. Lines that differ in numbers only count as one.
    """
    found: dict[int, str] = {}
    after = 0
    for start, end in runs(shown):
        above = range(start - 1, after - 1, -1) if told else ()
        error = next((unit for unit in above if told[unit] >= _TROUBLE), None)
        if error is not None:
            found[start] = shape(texts[error])
        after = end
    often = [(start, counts[its]) for start, its in found.items() if counts[its] > 1]
    return sorted(often, key=lambda each: -each[1])


class _Notes:
    """What is said of hidden units, and the text of which it is said."""

    def __init__(
        self, text: str, units: Units, handle: str | None, first_line: int
    ) -> None:
        self._units = units
        self._handle = handle
        self._first = first_line
        self._tag = tag_for(text)
        self._unit = units.name
        self._starts = list(accumulate(map(len, units.texts), initial=0))

    def head(self, hidden: int, missed: str = "") -> str:
        """Return the first line: how much is hidden, and how to ask for it."""
        said = f"{hidden:,} of {counted(len(self._units.texts), self._unit)} hidden"
        said += missed
        return opening(said, self._tag, self._handle, 'lines="1-50"')

    def mark(self, start: int, end: int, alike: int = 0) -> str:
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

    def render(
        self, shown: bytearray, missed: str, repeated: Mapping[int, int] = _NONE
    ) -> str:
        """Return the text of the shown units, a mark in place of each hidden run.

        Args:
            shown: One byte for each unit, 1 for those that are shown.
            missed: The remark that answers are hidden, or "".
            repeated: For the start of a hidden run, how many lines are like the last
                error before it.
        """
        hidden = runs(shown)
        out = [self.head(sum(end - start for start, end in hidden), missed), "\n"]
        at = 0
        for start, end in hidden:
            out += self._units.texts[at:start]
            out.append(self.mark(start, end, repeated.get(start, 0)))
            if self._is_line_start(end) and end < len(shown):
                out.append("\n")
            at = end
        out += self._units.texts[at:]
        return "".join(out)

    def capped(self, content: str, hidden: Sequence[tuple[int, int]]) -> Capped:
        """Return the content with the account of its hidden runs."""
        dropped = tuple(
            hidden_under_the_cap(
                (start,), end - start, (self._starts[start], self._starts[end])
            )
            for start, end in hidden
        )
        count = sum(each.count for each in dropped)
        return Capped(content, count, len(self._units.texts), self._unit + "s", dropped)
