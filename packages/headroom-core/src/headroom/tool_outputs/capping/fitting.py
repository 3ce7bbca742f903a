"""Which units of a ranking fit under a cap."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Shown", "fit"]

# A gap of at most so many units is shown if it costs no more than the line that
# would say that it is hidden.
_SMALL_GAP = 3
# Groups that do not fit are passed over, so many of them; and in so little room
# nothing fits.
_MOST_REFUSED = 200
_LEAST_ROOM = 3


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

    def add(self, group: Sequence[int], budget: int) -> bool:
        """Show a group if it fits, and the gaps that are cheaper shown than marked."""
        before = self.spent, self.gaps
        new: list[int] = []
        for unit in group:
            self._show(unit, new)
            for step in (-1, 1):
                gap = self._gap(unit, step)
                if gap and sum(map(self.cost, gap)) <= self.mark:
                    for each in gap:
                        self._show(each, new)
            if self.spent > budget:
                break
        if self.estimate <= budget:
            return True
        for unit in new:
            self.units[unit] = 0
        self.spent, self.gaps = before
        return False

    def _show(self, unit: int, new: list[int]) -> None:
        if self.units[unit]:
            return
        self.units[unit] = 1
        new.append(unit)
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
    """Return which units to show: the most important that fit.

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
    refused = 0
    for group in ranking:
        if shown.add(group, budget):
            continue
        refused += 1
        if refused > _MOST_REFUSED or budget - shown.estimate < _LEAST_ROOM:
            break
    return shown.units
