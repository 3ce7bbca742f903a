"""How far down a ranking a cap reaches, and the text of what it shows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Shown", "fit"]

# A gap of at most so many units is shown if it costs no more than the line that
# would say that it is hidden.
_SMALL_GAP = 3


@dataclass(slots=True)
class Shown:
    """Which units are shown, and what they cost with a mark for each gap."""

    units: bytearray
    cost: Callable[[int], int]
    mark: int
    spent: int = 0
    gaps: int = 1

    @property
    def estimate(self) -> int:
        """Tokens of the units shown and of the marks, at most."""
        return self.spent + self.gaps * self.mark

    def add(self, unit: int) -> None:
        """Show a unit, and the gaps beside it that are cheaper shown than marked."""
        if self.units[unit]:
            return
        self._show(unit)
        for step in (-1, 1):
            gap = self._gap(unit, step)
            if gap and sum(map(self.cost, gap)) <= self.mark:
                for each in gap:
                    self._show(each)

    def _show(self, unit: int) -> None:
        self.units[unit] = 1
        self.spent += self.cost(unit)
        before = unit > 0 and not self.units[unit - 1]
        after = unit + 1 < len(self.units) and not self.units[unit + 1]
        self.gaps += before + after - 1

    def _gap(self, unit: int, step: int) -> Sequence[int]:
        """Return the hidden units beside one, [] if there are too many."""
        found: list[int] = []
        at = unit + step
        while 0 <= at < len(self.units) and not self.units[at]:
            found.append(at)
            if len(found) > _SMALL_GAP:
                return []
            at += step
        return found


def fit(
    count: int,
    ranking: Iterable[Sequence[int]],
    cost: Callable[[int], int],
    mark: int,
    budget: int,
) -> bytearray:
    """Return which units to show: those of the longest beginning that fits.

    A larger budget shows all that a smaller one shows, since nothing in the ranking
    is skipped.

    Args:
        count: How many units there are.
        ranking: Groups of units, the most important first; each is shown whole.
        cost: Tokens of a unit.
        mark: Tokens of a mark in place of a gap, at most.
        budget: Tokens that units and marks may have.

    Returns:
        One byte for each unit, 1 for those that are shown.
    """
    shown = Shown(bytearray(count), cost, mark)
    best = bytes(count)
    for group in ranking:
        for unit in group:
            shown.add(unit)
        if shown.spent > budget:
            break
        if shown.estimate <= budget:
            best = bytes(shown.units)
    return bytearray(best)
