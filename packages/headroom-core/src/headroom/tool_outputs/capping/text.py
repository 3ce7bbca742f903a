"""A text under a hard cap on its tokens, with a line for each run that is hidden."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headroom.scorers import Scorer
from headroom.tool_outputs.capping.fitting import fit
from headroom.tool_outputs.capping.ranking import rank
from headroom.tool_outputs.capping.units import Units, split
from headroom.types import Dropped

__all__ = ["Capped", "cap"]

# How our own lines begin. A text that holds one of these gets a tag in ours.
_HEAD = "[headroom"
_MARK = "[…"
_REASON = "hidden under the cap"


@dataclass(frozen=True, slots=True)
class Capped:
    """A text under a cap, and the account of it.

    Attributes:
        content: The text to show.
        hidden: How many units are hidden; 0 if all is shown.
        total: How many units there are.
        unit: "lines", "rows" or "pieces".
        dropped: Each hidden run: `path` is its first unit, `count` its units, `span`
            its characters in the source.
    """

    content: str
    hidden: int
    total: int
    unit: str
    dropped: tuple[Dropped, ...] = ()


def cap(
    text: str,
    *,
    max_tokens: int,
    count_tokens: Callable[[str], int],
    query: str | None = None,
    scorer: Scorer | None = None,
    handle: str | None = None,
    kind: str = "text",
) -> Capped:
    """Return a text of at most `max_tokens`, lines shown verbatim or hidden whole.

    Of what fits, in this order: its first and last line, each distinct error line,
    what the query asks for, changes, head and tail. A larger cap shows all lines that
    a smaller one shows. Lines of over 2,000 characters are hidden in pieces.

    Args:
        text: The whole output.
        max_tokens: The cap, 1 or more; the notes of what is hidden count.
        count_tokens: Tokens of a text.
        query: What the reader wants to know; None for nothing in particular.
        scorer: Says which lines the query needs; None for BM25.
        handle: Under which the whole output can be asked for; None names none.
        kind: The kind of the text, as `ToolOutputCompressor.explain` names it.
    """
    if count_tokens(text) <= max_tokens:
        return Capped(text, 0, 0, "lines")
    units = split(text)
    notes = Notes(text, units, handle)
    costs: dict[int, int] = {}

    def cost(unit: int) -> int:
        if unit not in costs:
            costs[unit] = count_tokens(units.texts[unit])
        return costs[unit]

    ranking = list(rank(units, query, scorer))
    total = len(units.texts)
    mark = count_tokens(notes.mark(0, total)) + 1
    budget = max_tokens - count_tokens(notes.head(total)) - 1
    while budget > 0:
        shown = fit(total, ranking, cost, mark, budget)
        content = notes.render(shown)
        excess = count_tokens(content) - max_tokens
        if excess <= 0:
            runs = list(_hidden_runs(shown))
            hidden = sum(end - start for start, end in runs)
            return Capped(content, hidden, total, notes.unit, notes.dropped(runs))
        budget -= excess
    whole = notes.dropped([(0, total)])
    for content in (notes.head(total), notes.mark(0, total), "…"):
        if count_tokens(content) <= max_tokens:
            return Capped(content, total, total, notes.unit, whole)
    return Capped("", total, total, notes.unit, whole)


def _hidden_runs(shown: Sequence[int]) -> list[tuple[int, int]]:
    """Return the runs of units that are not shown, each [start, end)."""
    runs: list[tuple[int, int]] = []
    start = 0
    while (start := bytes(shown).find(0, start)) >= 0:
        end = bytes(shown).find(1, start)
        end = len(shown) if end < 0 else end
        runs.append((start, end))
        start = end
    return runs


class Notes:
    """What is said of hidden units, and the text of which it is said."""

    def __init__(self, text: str, units: Units, handle: str | None) -> None:
        self._units = units
        self._handle = handle
        self._tag = _tag(text)
        self.unit = "lines" if units.are_lines else "pieces"
        self._ends = [0]
        for each in units.texts:
            self._ends.append(self._ends[-1] + len(each))

    def head(self, hidden: int) -> str:
        """Return the first line: how much is hidden, and how to ask for it."""
        total = len(self._units.texts)
        said = f"{_HEAD}{self._tag}: {hidden} of {total} {self.unit} hidden"
        if self._tag:
            said += f"; only notes with{self._tag} are headroom's"
        if self._handle:
            said += (
                f'; headroom_retrieve(handle="{self._handle}", lines="1-50" or '
                'query="…") shows them'
            )
        return said + "]"

    def mark(self, start: int, end: int) -> str:
        """Return the line in place of the hidden units [start, end)."""
        lines = self._units.line_of
        whole = self._is_line_start(start) and self._is_line_start(end)
        if not whole:
            characters = self._ends[end] - self._ends[start]
            return f"{_MARK}{self._tag} {characters} characters hidden]"
        first, last = lines[start] + 1, lines[end - 1] + 1
        said = f"{_MARK}{self._tag} {last - first + 1} lines hidden"
        return f"{said}: {first}-{last}]" if self._handle else said + "]"

    def _is_line_start(self, unit: int) -> bool:
        lines = self._units.line_of
        return unit in (0, len(lines)) or lines[unit] != lines[unit - 1]

    def render(self, shown: Sequence[int]) -> str:
        """Return the text of the shown units, a mark in place of each hidden run."""
        runs = _hidden_runs(shown)
        hidden = sum(end - start for start, end in runs)
        out = [self.head(hidden), "\n"]
        at = 0
        for start, end in runs:
            out += self._units.texts[at:start]
            if not out[-1].endswith(("\n", "\r")) and self._is_line_start(start):
                out.append("\n")
            out.append(self.mark(start, end))
            if self._is_line_start(end):
                out.append("\n")
            at = end
        out += self._units.texts[at:]
        if at == len(shown):
            out.pop()
        return "".join(out)

    def dropped(self, runs: Sequence[tuple[int, int]]) -> tuple[Dropped, ...]:
        """Return the account of the hidden runs."""
        return tuple(
            Dropped(
                (start,),
                _REASON,
                end - start,
                span=(self._ends[start], self._ends[end]),
            )
            for start, end in runs
        )


def _tag(text: str) -> str:
    """Return "", or a tag that is not in a text that holds lines like ours."""
    if _HEAD not in text and _MARK not in text:
        return ""
    seed = text.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(seed).hexdigest()
    width = 4
    while f"#{digest[:width]}" in text:
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return f" #{digest[:width]}"
