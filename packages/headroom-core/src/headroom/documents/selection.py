"""Selection: the most relevant units under a token ceiling, counted exactly."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

__all__ = ["Companions", "select"]

# How often the exact count may correct the estimate. Source: measured; on our
# contexts the third round adds nothing.
_ROUNDS = 8
# The best units whose surroundings take the room that is left.
_COMPLETED = 6
# Tokens by which an estimate may exceed the room; the exact count decides.
_TOLERANCE = 0.5


class Companions(NamedTuple):
    """What a unit should be kept with, as positions of other units.

    Attributes:
        must: Without these the unit is not kept: a table row's header.
        should: These come along if they fit, each group whole: what a pronoun points
            at with what that needs, the replies of a dialogue.
        might: These take the room that is left in the end, in order, each group whole.
    """

    must: tuple[int, ...] = ()
    should: tuple[tuple[int, ...], ...] = ()
    might: tuple[tuple[int, ...], ...] = ()


def select(
    order: Sequence[int],
    estimates: Sequence[float],
    companions: Callable[[int], Companions],
    measure: Callable[[Collection[int]], int],
    ceiling: int,
    max_tokens: int | None = None,
    rivals: int = 1,
) -> set[int]:
    """Return the units to keep; empty if there are none or none fits `max_tokens`.

    Takes units greedily by estimated cost, then counts the text that would come
    out and corrects until it is under the ceiling: counting every sentence first
    would cost more than all the rest.

    Args:
        order: The units that may be kept, best first.
        estimates: Tokens of each unit, roughly; indexed by unit.
        companions: What a unit should be kept with.
        measure: Exact tokens of the output for a set of units.
        ceiling: Most tokens of the output; only the best unit, with what it must
            have, may exceed it.
        max_tokens: Most tokens of even that, or None.
        rivals: How many of the first units are about as good as the best; the first
            of them that the ceiling holds, with what it must have, is taken for it.
    """
    best = _best(order[:rivals], companions, measure, ceiling)
    if best is None:
        best = _best(order, companions, measure, max_tokens)
    if best is None:
        return set()
    kept = {order[best], *companions(order[best]).must}
    left = ceiling - sum(estimates[unit] for unit in kept)
    # The last of them goes first where the exact count finds them too long.
    groups = _companions_that_fit(order[best], companions, estimates, left, kept)
    for group in groups:
        kept.update(group)
        left -= sum(estimates[unit] for unit in group)
    refused: set[int] = set()
    for _ in range(_ROUNDS):
        found = _fill(order, estimates, companions, left, kept, refused)
        groups += found
        for group in found:
            kept.update(group)
        tokens = measure(kept)
        while tokens > ceiling and groups:
            freed = 0.0
            while groups and freed < tokens - ceiling:
                group = groups.pop()
                freed += sum(estimates[unit] for unit in group)
                kept.difference_update(group)
                refused.add(group[-1])
            tokens = measure(kept)
        left = ceiling - tokens
        if not found:
            break
        groups = []
    _complete(order, companions, measure, ceiling, kept)
    return kept


def _complete(
    order: Sequence[int],
    companions: Callable[[int], Companions],
    measure: Callable[[Collection[int]], int],
    ceiling: int,
    kept: set[int],
) -> None:
    """Add to `kept` what the best of it might be kept with, as far as there is room."""
    best = [unit for unit in order if unit in kept][:_COMPLETED]
    for unit in best:
        for group in companions(unit).might:
            more = kept.union(group)
            if len(more) > len(kept):
                if measure(more) > ceiling:
                    break
                kept.update(group)


def _best(
    order: Sequence[int],
    companions: Callable[[int], Companions],
    measure: Callable[[Collection[int]], int],
    max_tokens: int | None,
) -> int | None:
    """Return the place of the best unit that `max_tokens` holds, with its must."""
    for place, unit in enumerate(order):
        group = (*companions(unit).must, unit)
        if max_tokens is None or measure(group) <= max_tokens:
            return place
    return None


def _companions_that_fit(
    unit: int,
    companions: Callable[[int], Companions],
    estimates: Sequence[float],
    left: float,
    kept: Collection[int],
) -> list[tuple[int, ...]]:
    """Return groups of companions of a chosen `unit` that `left` tokens hold."""
    wanted = companions(unit)
    known = {unit, *kept}
    found: list[tuple[int, ...]] = []
    for group in (wanted.must, *wanted.should):
        missing = tuple(other for other in group if other not in known)
        cost = sum(estimates[other] for other in missing)
        if missing and cost <= left + _TOLERANCE:
            found.append(missing)
            known.update(missing)
            left -= cost
    return found


def _fill(
    order: Sequence[int],
    estimates: Sequence[float],
    companions: Callable[[int], Companions],
    left: float,
    kept: Collection[int],
    refused: Collection[int],
) -> list[tuple[int, ...]]:
    """Return groups of units to add within `left` estimated tokens, best first.

    The unit that a group is for comes last in it.
    """
    groups: list[tuple[int, ...]] = []
    taken = set(kept)
    for unit in order:
        if estimates[unit] > left + _TOLERANCE or unit in taken or unit in refused:
            continue
        must = companions(unit).must
        if any(other not in taken for other in must):
            cost = sum(estimates[other] for other in must if other not in taken)
            if estimates[unit] + cost > left + _TOLERANCE:
                continue
        room = left - estimates[unit]
        with_it = _companions_that_fit(unit, companions, estimates, room, taken)
        group = (*(other for each in with_it for other in each), unit)
        groups.append(group)
        taken.update(group)
        left -= sum(estimates[other] for other in group)
    return groups
