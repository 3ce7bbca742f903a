"""The plan: which turns a digest stands for, decided message by message.

`advance` is a pure fold over the messages: the state after n messages is a function
of those n alone. So a caller that sends its growing history gets the same cuts each
time, whether it keeps the state (a session) or starts over (`compress`), and the
result only grows at its end until the trigger is reached again.

A plan counts what a digest may have, which is known before it is written; where it
came out shorter, the plan is early. So the states it left are handed out too, as long
as they might still be below the trigger: the oldest that is, is the result's.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

__all__ = ["Limits", "Segment", "State", "Transcript", "advance", "view_tokens"]

# A digest of a quarter of the tokens keeps nearly all facts, one of a tenth no longer.
# Source: our measurement, docs/conversations.md.
_RATE = 0.25
# Fewer tokens than this say nothing. Source: about one sentence.
_MIN_BODY_TOKENS = 12
# Where there is room, a digest has this much: two rules with their marks and one fact.
_LEAST_BODY_TOKENS = 96
# Where the target cannot be reached, a digest may still have this share of max_tokens.
_FLOOR_SHARE = 1 / 16
# Where the last turns take the target, of what they leave below the trigger.
_ABOVE_SHARE = 2 / 3
# Of what max_tokens leaves beside the last turns, where they are above the trigger.
_LAST_SHARE = 3 / 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What the plan keeps to, in tokens and turns.

    Attributes:
        frame: Tokens of a digest message around its first segment's body.
        joint: Tokens around every further segment's body.
        filler: Tokens of a message between two that may not stand side by side.
        reserve: Tokens that a digest leaves for segments to come; 0 where each
            compaction chooses it anew, in all the room that there is.
    """

    max_tokens: int
    trigger: float
    target: float
    keep_turns: int
    compact_turns: int
    relax: bool
    frame: int
    joint: int
    filler: int = 0
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the digest that is written once and then stays as it is.

    Attributes:
        first_turn: Number of the first turn it stands for, from 1.
        last_turn: Number of the last.
        start: Index of the first message it stands for.
        end: One past the last.
        seen: How many messages there were when it was decided.
        budget: Tokens its body may have.
        merged: Whether it stands for everything from the start of the list.
        text: Its text once it is written, or came in with the messages.
        method: "extractive" or "llm", or "" while there is no text.
        rules: The user's standing instructions, written apart from the text.
    """

    first_turn: int
    last_turn: int
    start: int
    end: int
    seen: int
    budget: int
    merged: bool
    text: str | None = None
    method: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What is decided after `seen` messages.

    Attributes:
        seen: Messages decided upon so far.
        covered: All messages before this index are in the digest, or kept in place.
        turns: Turns that are covered.
        kept: Indices of covered messages that stay verbatim.
        kept_tokens: Tokens of those.
        covered_tokens: Tokens of the other covered messages.
        segments: The digest.
        digest_tokens: Tokens planned for the digest message.
        written_tokens: Tokens of the digest message once it is written.
        gave_up: Start of the turn in which an attempt to shrink was of no use.
        fed: Messages covered by a digest that came in with the list.
        asked: Index of the user message that stays although calls made in answer to
            it are covered, -1 if there is none.
        asked_tokens: Tokens of that message, 0 if it stays anyway.
    """

    seen: int = 0
    covered: int = 0
    turns: int = 0
    kept: tuple[int, ...] = ()
    kept_tokens: int = 0
    covered_tokens: int = 0
    segments: tuple[Segment, ...] = ()
    digest_tokens: int = 0
    written_tokens: int = 0
    gave_up: int = -1
    fed: int = 0
    asked: int = -1
    asked_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """The messages from index `base` on, as numbers.

    Attributes:
        base: Index of the first message that is described.
        costs: Tokens of each message.
        staying: Tokens of a message that stays verbatim wherever it stands, with those
            of what may have to stand around it; None for one that doesn't stay.
        starts: Indices at which a turn starts, ascending, in the whole list.
        groups: Indices at which a call and all that belongs to it starts, ascending.
    """

    base: int
    costs: Sequence[int]
    staying: Sequence[int | None]
    starts: Sequence[int]
    groups: Sequence[int] = ()

    @property
    def end(self) -> int:
        """One past the index of the last message."""
        return self.base + len(self.costs)


def view_tokens(state: State, transcript: Transcript, digest_tokens: int) -> int:
    """Return the tokens of the result after all messages with that long a digest."""
    live = sum(transcript.costs[state.covered - transcript.base :])
    return 3 + state.kept_tokens + digest_tokens + live


def advance(
    states: Sequence[State], transcript: Transcript, limits: Limits
) -> tuple[State, ...]:
    """Return the states after all messages of `transcript`, from the last one on.

    The last is the plan's. Those before it, oldest first, are what it left, and with
    a short enough digest would still be below the trigger.
    """
    fold = _Fold(transcript, limits)
    *left, state = states
    for seen in range(state.seen + 1, transcript.end + 1):
        before, state = state, fold.step(state, seen)
        # Without hysteresis the digest changes with every message anyway.
        moved = (before.covered, before.segments) != (state.covered, state.segments)
        if moved and limits.target < limits.trigger:
            left = [old for old in left if fold.could_hold(old, seen)]
            if fold.could_hold(before, seen):
                left.append(before)
    return tuple(
        [
            replace(old, seen=state.seen)
            for old in left
            if fold.could_hold(old, state.seen)
        ]
        + [state]
    )


def _has_lost(state: State) -> bool:
    """Whether turns too large for a digest beside them left none of the history."""
    return state.covered_tokens > 0 and not state.segments


class _Fold:
    """Sums over a transcript that make each step cheap."""

    def __init__(self, transcript: Transcript, limits: Limits) -> None:
        self._limits = limits
        self._target = int(limits.target * limits.max_tokens)
        self._base = transcript.base
        self._starts = transcript.starts
        self._groups = transcript.groups
        self._costs = transcript.costs
        # The user message that is to stay while its turn is cut, -1 for none.
        self._asked = -1
        self._kept = [cost is not None for cost in transcript.staying]
        self._total = [0]
        self._fixed = [0]
        for cost, staying in zip(transcript.costs, transcript.staying, strict=True):
            self._total.append(self._total[-1] + cost)
            self._fixed.append(self._fixed[-1] + (staying or 0))
        self._known_starts = 0

    def _between(self, sums: list[int], start: int, end: int) -> int:
        return sums[end - self._base] - sums[start - self._base]

    def _fixed_between(self, start: int, end: int) -> int:
        """Return the tokens of what stays in place of [start, end)."""
        fixed = self._between(self._fixed, start, end)
        return fixed + (self._asked_tokens() if start <= self._asked < end else 0)

    def _asked_tokens(self) -> int:
        """Return what staying costs the message that would not stay otherwise."""
        at = self._asked - self._base
        return 0 if self._kept[at] else self._costs[at]

    def could_hold(self, state: State, seen: int) -> bool:
        """Whether a state is below the trigger but for its digest, and has one."""
        if _has_lost(state):
            return False
        bare = 3 + state.kept_tokens + self._between(self._total, state.covered, seen)
        return bare <= self._limits.trigger * self._limits.max_tokens

    def step(self, state: State, seen: int) -> State:
        """Return the state after one more message."""
        limits = self._limits
        starts = self._known_starts
        while starts < len(self._starts) and self._starts[starts] < seen:
            starts += 1
        self._known_starts = starts
        state = replace(state, seen=seen)
        tokens = self._view(state, state.covered, state.digest_tokens)
        lost = _has_lost(state)
        if tokens <= limits.trigger * limits.max_tokens and not lost:
            return state
        over = tokens > limits.max_tokens
        newest = self._starts[starts - 1] if starts else 0
        if not over and state.gave_up == newest:
            return state
        relax = limits.relax and over
        keeps = range(limits.keep_turns, 0 if relax else limits.keep_turns - 1, -1)
        sizes: list[int | None] = [None if over or lost else self._target]
        if relax and limits.target < limits.trigger:
            # Turns go before a digest beside them is squeezed with every message.
            sizes = [(self._target + limits.max_tokens) // 2, *sizes]
        shrunk = None
        for most, keep in product(sizes, keeps):
            cut = self._starts[starts - keep] if starts >= keep else 0
            shrunk = self._shrink(state, max(cut, state.covered), most)
            if shrunk is not None:
                break
        if relax and starts and (shrunk is None or self._is_at_cost(shrunk, newest)):
            shrunk = self._shrink_within(state, newest) or shrunk
        if shrunk is None or not (over or shrunk.segments):
            return replace(state, gave_up=newest)
        return shrunk

    def _is_at_cost(self, shrunk: State, newest: int) -> bool:
        """Whether a state keeps the last turn at the cost of what there is of others.

        It does where that turn is cut already, or hardly any digest is left.
        """
        if shrunk.asked == newest:
            return True
        limits = self._limits
        least = min(_RATE * shrunk.covered_tokens, _FLOOR_SHARE * limits.max_tokens)
        left = sum(segment.budget for segment in shrunk.segments)
        return newest <= shrunk.covered and left < int(least)

    def _view(self, state: State, covered: int, digest: int) -> int:
        """Return the tokens of the result if all before `covered` were covered."""
        live = self._between(self._total, covered, state.seen)
        fixed = self._fixed_between(state.covered, covered)
        return 3 + digest + state.kept_tokens + fixed + live

    def _shrink(self, state: State, cut: int, most: int | None) -> State | None:
        """Return a smaller state that keeps all from `cut` on verbatim, if any.

        It has `most` tokens, or with None what fits, perhaps without a digest.
        """
        limits = self._limits
        boundaries = self._starts[
            bisect_right(self._starts, state.covered) : bisect_right(self._starts, cut)
        ]
        fresh = self._gone(state, cut)
        if not fresh and not (most != self._target and state.segments):
            return None
        if boundaries and state.asked >= 0:
            # What was asked goes with its turn: into a digest of all of it.
            return self._merge(self._released(state), cut, most)
        first = min(limits.compact_turns, len(boundaries)) - 1
        shrunk = self._shrink_to_target(state, boundaries[max(0, first) :])
        return shrunk or self._merge(state, cut, most)

    def _shrink_to_target(self, state: State, cuts: Sequence[int]) -> State | None:
        """Return the state that covers all before the first cut that is enough."""
        shrink = self._append if self._limits.reserve else self._refill
        # Covering more leaves less, whatever its digest takes: so the cuts that are
        # enough are the last ones.
        at = bisect_left(cuts, 1, key=lambda cut: int(shrink(state, cut) is not None))
        return shrink(state, cuts[at]) if at < len(cuts) else None

    def _shrink_within(self, state: State, start: int) -> State | None:
        """Return a smaller state that cuts the last turn, which starts at `start`.

        What the user asked stays, and so do the newest calls with their results, as
        many as turns are kept where there is room.
        """
        if state.asked not in (-1, start):
            state = self._released(state)
        after = max(start, state.covered)
        cuts = self._groups[
            bisect_right(self._groups, after) : bisect_left(self._groups, state.seen)
        ]
        if not cuts:
            return None
        self._asked = start if start >= state.covered else -1
        found = self._shrink_to_target(state, cuts)
        for covered in cuts[-self._limits.keep_turns :]:
            found = found or self._merge(state, covered, self._target)
        found = found or self._merge(state, cuts[-1], None)
        self._asked = -1
        # Whole turns may go without a trace, work on what is asked now may not.
        return found if found and found.segments else None

    def _released(self, state: State) -> State:
        """Return the state in which what was asked counts as covered."""
        return replace(
            state,
            kept=tuple(
                at for at in state.kept if at != state.asked or not state.asked_tokens
            ),
            kept_tokens=state.kept_tokens - state.asked_tokens,
            covered_tokens=state.covered_tokens + state.asked_tokens,
            asked=-1,
            asked_tokens=0,
        )

    def _append(self, state: State, covered: int) -> State | None:
        """Return the state with a segment more, if that reaches the target."""
        limits = self._limits
        around = limits.joint if state.segments else limits.frame
        gone = self._gone(state, covered)
        # Where the digest of what went before had to go, this one is of that too.
        anew = state.covered_tokens > 0 and not state.segments
        if anew:
            gone += state.covered_tokens
        least = min(_LEAST_BODY_TOKENS, gone - around - 1)
        body = max(int(_RATE * gone), least)
        if body < _MIN_BODY_TOKENS or around + body >= gone:
            return None
        bare = self._view(state, covered, state.digest_tokens + around)
        room = int(limits.target * limits.max_tokens - bare)
        if room < int(_RATE * gone) or room < _MIN_BODY_TOKENS:
            return None
        body = min(body, room)
        digest = state.digest_tokens + around + body
        return self._covering(state, covered, body, digest, merged=anew)

    def _refill(self, state: State, covered: int) -> State | None:
        """Return the state whose digest takes all the room there is, if enough."""
        room = self._target - self._view(state, covered, self._limits.frame)
        gone = state.covered_tokens + self._gone(state, covered)
        if room < max(_MIN_BODY_TOKENS, int(_RATE * gone)):
            return None
        return self._merge(state, covered, self._target)

    def _gone(self, state: State, covered: int) -> int:
        """Return the tokens that newly go into the digest up to `covered`."""
        every = self._between(self._total, state.covered, covered)
        return max(0, every - self._fixed_between(state.covered, covered))

    def _merge(self, state: State, cut: int, most: int | None) -> State | None:
        """Return the state with one digest of all up to `cut`, if any.

        It has `most` tokens, or with None what fits, perhaps without a digest. Whether
        it can depends on what stays verbatim alone, so that a result that is compressed
        again is left as it is.
        """
        limits = self._limits
        bare = self._view(state, cut, limits.frame)
        room = self._target - bare
        hard_room = limits.max_tokens - bare
        if hard_room < -limits.frame or (most and most - bare < _MIN_BODY_TOKENS):
            return None
        fresh = self._gone(state, cut)
        gone = state.covered_tokens + fresh
        # Where the last turns alone take about the target, a digest has up to a third
        # of the way to the trigger, and the smallest that holds a rule all of it; where
        # they take more, most of what max_tokens leaves.
        left = limits.trigger * limits.max_tokens - bare
        above = max(
            _ABOVE_SHARE * (left - limits.reserve), min(left, _LEAST_BODY_TOKENS)
        )
        least = min(_FLOOR_SHARE * limits.max_tokens, room)
        if most is None:
            share = max(_FLOOR_SHARE * limits.max_tokens, _LAST_SHARE * hard_room)
            least = min(share, hard_room)
        floor = min(max(_RATE * gone, _LEAST_BODY_TOKENS), max(above, least))
        body = max(room - limits.reserve, room / 2, floor)
        body = int(min(body, gone - limits.frame - 1))
        if body >= _MIN_BODY_TOKENS:
            return self._covering(state, cut, body, limits.frame + body, merged=True)
        return self._covering(state, cut, 0, 0, merged=True) if most is None else None

    def _covering(
        self,
        state: State,
        covered: int,
        body: int,
        digest: int,
        *,
        merged: bool,
    ) -> State:
        """Return the state in which all before `covered` is in the digest."""
        turns = bisect_left(self._starts, covered) - bisect_left(
            self._starts, state.covered
        )
        last_turn = max(1, state.turns + turns)
        fresh = range(state.covered, covered)
        asked = self._asked if self._asked in fresh else -1
        kept = tuple(at for at in fresh if self._kept[at - self._base] or at == asked)
        segment = Segment(
            first_turn=1 if merged else min(state.turns + 1, last_turn),
            last_turn=last_turn,
            start=0 if merged else state.covered,
            end=covered,
            seen=state.seen,
            budget=body,
            merged=merged,
        )
        segments = () if merged else state.segments
        return replace(
            state,
            covered=covered,
            turns=state.turns + turns,
            kept=state.kept + kept,
            kept_tokens=state.kept_tokens + self._fixed_between(state.covered, covered),
            covered_tokens=state.covered_tokens + self._gone(state, covered),
            segments=(*segments, segment) if body else segments,
            digest_tokens=digest,
            written_tokens=0,
            gave_up=-1,
            asked=state.asked if asked < 0 else asked,
            asked_tokens=state.asked_tokens if asked < 0 else self._asked_tokens(),
        )
