"""A conversation followed message by message: plan, write, put together, check."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from headroom.conversations import block as blocks
from headroom.conversations.block import Block
from headroom.conversations.digest import prune, select, standing_rules
from headroom.conversations.engine import Engine, Written
from headroom.conversations.plan import (
    Segment,
    State,
    Transcript,
    advance,
    view_tokens,
)
from headroom.conversations.result import ConversationCompression, account
from headroom.conversations.summarizers import Guard, Request
from headroom.conversations.turns import (
    broken_pairs,
    group_starts,
    kept_in_place,
    turn_starts,
)
from headroom.conversations.units import (
    Unit,
    answered,
    behind_calls,
    closing,
    competing,
    units_of,
    units_of_block,
)
from headroom.errors import BudgetError, InputError
from headroom.fields import compact_json
from headroom.messages import (
    Message,
    listed,
    make_message,
    read_messages,
)
from headroom.messages.placing import FILLERS, Placed, fillers, is_filler
from headroom.threads import in_thread
from headroom.types import Dropped

__all__ = ["ConversationSession"]

_VERSION = 3
_FITTING_ATTEMPTS = 4
_BELOW = "below the trigger"
_UNREACHABLE = "above the trigger, but only what must stay is left to shrink"
# Characters of candidates a session remembers per token of max_tokens, twice at
# most: what a merge chooses from. Four characters are about one token.
_LEDGER_CHARACTERS_PER_TOKEN = 12


Run = Generator[Request, Any, ConversationCompression]


def _step(run: Run, reply: Any) -> Request | ConversationCompression:
    """Go on with a run; return its next question, or at its end the result."""
    try:
        return run.send(reply)
    except StopIteration as stop:
        result: ConversationCompression = stop.value
        return result


def _drive(run: Run, guard: Guard | None) -> ConversationCompression:
    """Return the result of a run, asking the summarizer where it must be asked."""
    found = _step(run, None)
    while isinstance(found, Request):
        found = _step(run, guard and guard.ask(found))
    return found


async def _drive_async(run: Run, guard: Guard | None) -> ConversationCompression:
    """Return the same as `_drive`, working in threads and awaiting the summarizer."""
    found = await in_thread(_step, run, None)
    while isinstance(found, Request):
        reply = guard and await guard.aask(found)
        found = await in_thread(_step, run, reply)
    return found


@dataclass(slots=True)
class _Memory:
    """What a session knows of the messages it has seen.

    `states` are those that `plan.advance` returned, from the one of the last result
    on, the text of which is written.
    """

    states: tuple[State, ...]
    ledger: list[Unit]
    quick: int = 0
    chain: str = ""
    costs: Sequence[int] = ()

    @property
    def state(self) -> State:
        """The state of the last result."""
        return self.states[0]


class ConversationSession:
    """Compresses one growing conversation without starting over each time.

    Give it the whole history each time: what it has seen before is recognised, what
    was edited or rewound is noticed and read anew. The results are those of
    `ConversationCompressor.compress`. A session is for one conversation and one
    thread at a time; what it remembers is bounded by `max_tokens`.

    Make one by `ConversationCompressor.session()`.
    """

    def __init__(
        self, engine: Engine, saved: str | None = None, *, lasting: bool = True
    ) -> None:
        self._engine = engine
        # What is asked once need not remember, which takes a third of the time.
        self._lasting = lasting
        self._memory = _load(saved, engine) if saved else None

    def compress(self, messages: Iterable[Any]) -> list[Any]:
        """Return the history so far within the budget."""
        return _drive(self._run(messages), self._engine.guard).content

    def explain(self, messages: Iterable[Any]) -> ConversationCompression:
        """Return the same with the account of it."""
        return _drive(self._run(messages, explain=True), self._engine.guard)

    async def acompress(self, messages: Iterable[Any]) -> list[Any]:
        """Return the same as `compress`, beside the event loop."""
        return (await _drive_async(self._run(messages), self._engine.guard)).content

    async def aexplain(self, messages: Iterable[Any]) -> ConversationCompression:
        """Return the same as `explain`, beside the event loop."""
        run = self._run(messages, explain=True)
        return await _drive_async(run, self._engine.guard)

    def to_json(self) -> str:
        """Return the session as JSON text for `ConversationCompressor.session`."""
        memory = self._memory
        saved = {
            "version": _VERSION,
            "settings": self._engine.settings._asdict(),
            "states": [asdict(s) for s in memory.states] if memory else None,
            "ledger": memory.ledger if memory else [],
            "chain": memory.chain if memory else "",
        }
        return json.dumps(saved, ensure_ascii=True, separators=(",", ":"))

    def _run(self, messages: Iterable[Any], *, explain: bool = False) -> Run:
        """Plan, ask for summaries, and return the result."""
        items = listed(messages)
        memory = self._recall(items)
        work = _Work(self._engine, items, memory)
        if memory.state.seen and work.contradicts_memory():
            memory = _start(items, self._engine)
            work = _Work(self._engine, items, memory)
        states = advance(memory.states, work.transcript, self._engine.limits)
        while True:
            plan, *later = states
            state = yield from work.fitted(plan, work.room(plan) if later else None)
            # Where the room was too small for a word, a later plan has more of it.
            told = _digest_text(state.segments) or not state.covered_tokens
            if not later or (told and work.is_below(state)):
                break
            states = tuple(later)
        work.check(state)
        result = work.result(state, explain=explain)
        if self._lasting:
            self._memory = work.remembered((state, *later), plan)
        return result

    def _recall(self, items: list[Any]) -> _Memory:
        """Return the memory if it is of these messages, else a fresh one."""
        memory = self._memory
        known = memory is not None and memory.state.seen <= len(items)
        if memory is not None and known and not memory.state.fed:
            # A digest may have come in behind what was there before.
            known = not _digest_among(items)[2]
        if memory is not None and known:
            old = items[: memory.state.seen]
            if memory.quick:
                if _quick(0, old) == memory.quick:
                    return memory
            elif _chain("", read_messages(old)) == memory.chain:
                return replace(memory, quick=_quick(0, old))
        return _start(items, self._engine)


def _start(items: list[Any], engine: Engine) -> _Memory:
    """Return the memory before any message, but for a digest that comes with them."""
    at, asked, found = _digest_among(items)
    if not found:
        return _Memory((State(),), [])
    seen = read_messages(items[: at + 2])
    end = at + 2 if len(seen) > at + 1 and is_filler(seen[-1]) else at + 1
    kept = [n for n in range(at) if not is_filler(seen[n])]
    segments = tuple(
        Segment(
            first_turn=part.first_turn,
            last_turn=part.last_turn,
            start=at,
            end=end,
            seen=end,
            budget=engine.count(part.body),
            merged=False,
            text=part.body,
            rules=part.rules,
            method="extractive",
        )
        for part in found
    )
    costs = [engine.cost(view) for view in seen[:end]]
    cost = sum(costs[n] for n in range(end) if n not in kept)
    around = sum(
        0 if n == asked else room
        for n, room in enumerate(_room_around(seen[:at], engine))
        if n in kept
    )
    written = max(0, cost - around)
    state = State(
        seen=end,
        covered=end,
        turns=found[-1].last_turn,
        kept=tuple(kept),
        kept_tokens=sum(costs[n] for n in kept) + around,
        covered_tokens=cost,
        segments=segments,
        digest_tokens=written,
        written_tokens=written,
        fed=end,
        asked=asked,
        asked_tokens=costs[asked] if asked >= 0 else 0,
    )
    ledger = units_of(seen[asked], asked, {}) if asked >= 0 else []
    ledger += [unit for part in found for unit in units_of_block(part, at)]
    quick = _quick(0, items[:end])
    return _Memory((state,), ledger, quick, _chain("", seen[:end]))


def _digest_among(items: list[Any]) -> tuple[int, int, list[Block]]:
    """Return where a digest stands that an earlier compression put there, and it.

    Between the two, the index of the request that it stands behind, else -1.

    Only what stays in place can stand before it: system and pinned messages, with the
    calls, results and reasoning that belong to pinned ones, and the user message whose
    turn was cut.
    """
    before: list[Message] = []
    asked = -1
    for at, item in enumerate(items):
        view = read_messages([item], at)[0]
        marked = view.pinned or view.is_history or view.calls or view.results
        if view.role == "user" and not marked and not is_filler(view):
            if found := blocks.parse(view.text):
                in_place = kept_in_place(before)
                stays = all(
                    in_place[n] or n == asked or is_filler(one)
                    for n, one in enumerate(before)
                )
                placed = stays and _leading(range(at), before) == at
                return (at, asked, found) if placed else (0, -1, [])
            if asked >= 0:
                break
            asked = at
        before.append(view)
    return 0, -1, []


def _leading(kept: Sequence[int], views: Sequence[Message]) -> int:
    """Return how many of the messages that stay stand before a digest.

    Those at the start of the list do, and all up to the last one that stands for
    history, before which its vendor reads nothing; but no call is left open.

    Args:
        kept: Index of each in the list.
        views: Each of them.
    """
    history = max((n for n, view in enumerate(views) if view.is_history), default=-1)
    leading = 0
    waiting: set[str] = set()
    for n, (at, view) in enumerate(zip(kept, views, strict=True)):
        if at != n and n > history:
            break
        waiting |= {call.id for call in view.calls}
        waiting -= {result.id for result in view.results}
        if not waiting and not view.is_prelude:
            leading = n + 1
    return leading


def _room_around(
    views: Sequence[Message], engine: Engine, *, leads: bool = True
) -> list[int]:
    """Return the tokens of the fillers that a message may need where it stays alone.

    Args:
        views: Messages of a list.
        engine: What counts.
        leads: Whether they begin the list: system messages there need none.
    """
    room = []
    for view in views:
        leads = leads and view.is_system
        room.append(0 if leads else 2 * engine.limits.filler)
    return room


class _New(NamedTuple):
    """A message of ours: the digest, or a filler."""

    item: Any


class _Work:
    """One compression of one list, from what is remembered of its start."""

    def __init__(
        self,
        engine: Engine,
        items: list[Any],
        memory: _Memory,
    ) -> None:
        self._engine = engine
        self._items = items
        self._memory = memory
        self._base = memory.state.covered
        self._views = read_messages(items[self._base :], self._base)
        # Counting is most of the work, and what was counted has not changed.
        known = len(memory.costs)
        fresh = engine.costs(self._views[known:], self._base + known)
        self._costs = [*memory.costs, *fresh]
        self._kept = kept_in_place(self._views)
        self._seen: dict[int, Message] = {}
        self._starts = [self._base + at for at in turn_starts(self._views)]
        self._groups: list[int] = []
        if engine.limits.relax:
            self._groups = [self._base + at for at in group_starts(self._views)]
        asked = memory.state.asked
        self.transcript = Transcript(
            self._base,
            self._costs,
            self._staying_costs(),
            [asked, *self._starts] if 0 <= asked < self._base else self._starts,
            self._groups,
        )
        # Of one conversation several digests may be tried, with mostly the same units.
        self._count = cache(engine.count)
        self._names = {call.id: call.name for v in self._views for call in v.calls}
        self._ledger = list(memory.ledger)
        self._ledger_end = self._base
        self._read: dict[int, list[Unit]] = {}

    def _staying_costs(self) -> list[int | None]:
        """Return what each message costs where it stays and its neighbours go.

        None for one that doesn't stay. Others may need a filler on either side.
        """
        around = _room_around(self._views, self._engine, leads=self._base == 0)
        return [
            cost + more if kept else None
            for cost, more, kept in zip(self._costs, around, self._kept, strict=True)
        ]

    def _view(self, at: int) -> Message | None:
        """Return the view of a message, None beyond the ends of the list."""
        if at >= self._base:
            inside = at < len(self._items)
            return self._views[at - self._base] if inside else None
        if at not in self._seen and at >= 0:
            self._seen[at] = read_messages([self._items[at]], at)[0]
        return self._seen.get(at)

    def contradicts_memory(self) -> bool:
        """Whether later messages tell otherwise what belongs together.

        A result that comes after another user message joins two turns that were
        apart when they were planned, or answers a call that is covered. What stands
        for history takes the place of what stood for it before.
        """
        known = self._memory.state.seen - self._base
        if any(view.is_history for view in self._views[known:]):
            return True
        if self._base and broken_pairs(self._views)[1]:
            return True
        old = self._views[:known]
        found = [(turn_starts(old), self._starts)]
        if self._engine.limits.relax:
            found.append((group_starts(old), self._groups))
        end = self._memory.state.seen
        return kept_in_place(old) != self._kept[:known] or any(
            before != [at - self._base for at in now if at < end]
            for before, now in found
        )

    def room(self, state: State) -> float:
        """Return the tokens that a digest may have below the trigger."""
        limits = self._engine.limits
        bare = view_tokens(state, self.transcript, 0)
        return limits.trigger * limits.max_tokens - bare

    def is_below(self, state: State) -> bool:
        """Whether the result in a state with a written digest is below the trigger."""
        return state.written_tokens <= self.room(state)

    def check(self, state: State) -> None:
        """Make sure that the result in a state fits.

        Raises:
            BudgetError: It doesn't.
        """
        limits = self._engine.limits
        tokens = view_tokens(state, self.transcript, state.written_tokens)
        if tokens > limits.max_tokens:
            raise self._too_small(state, tokens)

    def _too_small(self, state: State, tokens: int) -> BudgetError:
        settings = self._engine.settings
        relaxed = settings.overflow == "relax"
        keep = 1 if relaxed else settings.keep_turns
        turns = max(1, min(keep, len(self._starts)))
        cut = self._starts[-keep] if len(self._starts) >= keep else self._base
        system = state.kept_tokens
        tail = 0
        for at in range(state.covered, len(self._items)):
            cost = self._costs[at - self._base]
            if self._kept[at - self._base]:
                system += cost
            elif at >= cut:
                tail += cost
        advice = "raise max_tokens, lower keep_turns"
        if not relaxed:
            advice += ' or pass overflow="relax"'
        last = f"last {turns} turns" if turns > 1 else "last turn"
        return BudgetError(
            f"max_tokens={settings.max_tokens} cannot hold what must stay: "
            f"system and pinned messages {system} tokens, the {last} {tail} "
            f"tokens, framing 3; {advice}, or shorten them ({tokens} tokens in all)"
        )

    def fitted(self, plan: State, most: float | None) -> Generator[Request, Any, State]:
        """Return a planned state with its digest written within what is planned for it.

        Args:
            plan: The state.
            most: More tokens than these are of no use: writing then stops.

        Raises:
            BudgetError: count_tokens says otherwise each time.
        """
        state = yield from self._written(plan, most)
        # Parts counted apart may come to a few tokens more together.
        for _ in range(_FITTING_ATTEMPTS):
            excess = state.written_tokens - state.digest_tokens
            if excess <= 0 or state is plan:
                return state
            plan = self._narrowed(plan, excess)
            state = yield from self._written(plan, most)
        raise BudgetError(
            f"the digest does not fit in its {state.digest_tokens} tokens: "
            "count_tokens must depend on the text alone, and count a text about "
            "like its parts"
        )

    def _written(
        self, state: State, most: float | None
    ) -> Generator[Request, Any, State]:
        """Return the state with the text of every segment."""
        if all(segment.text is not None for segment in state.segments):
            return state
        segments: list[Segment] = []
        for segment in state.segments:
            told = sum(self._engine.count(one.text or "") for one in segments)
            if most is not None and told > most:
                return replace(state, written_tokens=told)
            if segment.text is None:
                chain = self._chain_until(segment.seen)
                known = self._engine.recall(chain, segment)
                if known is None:
                    known = yield from self._write(segment, state, segments)
                    # What only stands in for a summary is not kept: ask again.
                    if known.method == "llm" or self._engine.guard is None:
                        self._engine.remember(chain, segment, known)
                segment = replace(
                    segment, text=known.text, method=known.method, rules=known.rules
                )
            segments.append(segment)
        digest = _digest_text(segments)
        head = self._head(state, digest)
        new = read_messages(one.item for one in head if isinstance(one, _New))
        cost = sum(map(self._engine.cost, new))
        # What stays was planned with the fillers around it.
        planned = state.kept_tokens - sum(
            self._engine.cost(view) for at in state.kept if (view := self._view(at))
        )
        return replace(
            state,
            segments=tuple(segments),
            written_tokens=max(0, cost - planned),
        )

    def _narrowed(self, plan: State, excess: int) -> State:
        """Return the plan with that much less room for its newest segment."""
        if not plan.segments or plan.segments[-1].text is not None:
            return plan
        last = plan.segments[-1]
        less = replace(last, budget=last.budget - excess - 1)
        return replace(plan, segments=(*plan.segments[:-1], less))

    def _chain_until(self, end: int) -> str:
        fresh = self._views[self._memory.state.seen - self._base : end - self._base]
        return _chain(self._memory.chain, fresh)

    def _write(
        self, segment: Segment, state: State, before: Sequence[Segment]
    ) -> Generator[Request, Any, Written]:
        """Return what is written for a segment behind those before it."""
        if segment.merged:
            units = self._ledger_until(segment.end)
        else:
            units = self._units(segment.start, segment.end)
        earlier = [rule for one in before for rule in one.rules]
        if self._engine.guard is not None:
            kept = set(state.kept)
            sources = [
                self._items[at]
                for at in range(segment.start, segment.end)
                if at not in kept
            ]
            rules, tokens = standing_rules(
                units, segment.budget, self._count, earlier=earlier
            )
            summary = yield from self._engine.guard.summary(
                sources, segment.budget - tokens, self._count
            )
            if summary is not None:
                return Written(summary, "llm", rules)
        # Later ones were not there yet when a session wrote it.
        stayed = [self._view(at) for at in state.kept if at < segment.end]
        known = [view.text for view in stayed if view]
        known += [
            text
            for view in self._views[
                segment.end - self._base : segment.seen - self._base
            ]
            for text in (view.text, *(r.text for r in view.results))
        ]
        selection = select(
            units, segment.budget, self._count, known=known, earlier=earlier
        )
        return Written(selection.text, "extractive", selection.rules)

    def _units(self, start: int, end: int) -> list[Unit]:
        """Return the units of messages in [start, end) that don't stay in place."""
        found: list[Unit] = []
        asked = self._units_at(start - 1) if start else []
        begun = bisect_right(self._starts, start)
        request = self._request(self._starts[begun - 1]) if begun else None
        worked = True
        for at in range(start, end):
            if self._kept[at - self._base]:
                continue
            view, after = self._views[at - self._base], self._view(at + 1)
            units = competing(self._units_at(at))
            told = answered(units, asked)
            if view.role == "user" and view.text:
                request, worked = self._request(at), False
            elif view.text and (after is None or after.role == "user"):
                told = closing(told, request, worked=worked)
            found += told
            worked = worked or bool(view.calls)
            asked = units if view.text else asked
        return behind_calls(found)

    def _units_at(self, at: int) -> list[Unit]:
        """Return all units of one message."""
        if at not in self._read:
            view = self._view(at)
            self._read[at] = units_of(view, at, self._names) if view else []
        return self._read[at]

    def _request(self, at: int) -> Unit | None:
        """Return what a user's message asked for last, None for nothing but rules."""
        said = reversed(self._units_at(at))
        return next((unit for unit in said if unit.kind == "said"), None)

    def _ledger_until(self, end: int) -> list[Unit]:
        """Return the candidates of everything before `end`, bounded, turn by turn."""
        limit = self._engine.settings.max_tokens * _LEDGER_CHARACTERS_PER_TOKEN
        characters = sum(len(unit.text) for unit in self._ledger)
        # Wherever a plan may cut, so that it is the same ledger whenever it is asked.
        cuts = sorted({*self._starts, *self._groups})
        cuts = [at for at in cuts if self._ledger_end < at < end]
        for cut in [*cuts, end] if end > self._ledger_end else []:
            fresh = self._units(self._ledger_end, cut)
            self._ledger += fresh
            characters += sum(len(unit.text) for unit in fresh)
            self._ledger_end = cut
            if characters > 2 * limit:
                self._ledger = prune(self._ledger, limit)
                characters = sum(len(unit.text) for unit in self._ledger)
        return list(self._ledger)

    def result(self, state: State, *, explain: bool) -> ConversationCompression:
        """Return the messages of a state with the account of them."""
        items, kept = self._items, set(state.kept)
        digest = _digest_text(state.segments)
        content, skipped = list(items), None
        covered: tuple[int, ...] = ()
        dropped: tuple[Dropped, ...] = ()
        if _is_as_fed(state):
            skipped = _BELOW if self.is_below(state) else _UNREACHABLE
        else:
            content = self._assembled(state, digest)
            covered = tuple(at for at in range(state.covered) if at not in kept)
        if explain and covered:
            views = {at: view for at in covered if (view := self._view(at))}
            parts = [_block_of(s) for s in state.segments]
            summarised = any(s.method == "llm" for s in state.segments)
            dropped = account(views, self._units_at, parts, summarised=summarised)
        return ConversationCompression(
            content=content,
            dropped=dropped,
            skipped=skipped,
            digest=digest,
            rules=tuple(rule for s in state.segments for rule in s.rules),
            method=state.segments[-1].method if state.segments else "none",
            covered=covered,
            _source=items,
            _measure=self._engine.measure,
        )

    def _assembled(self, state: State, digest: str) -> list[Any]:
        """Return system messages, digest, what else stays in place, live messages."""
        head = self._head(state, digest)
        content = [
            one.item if isinstance(one, _New) else self._items[one] for one in head
        ]
        return content + self._items[state.covered :]

    def _head(self, state: State, digest: str) -> "list[int | _New]":
        """Return what stands before the live messages: indices, and new messages."""
        kept = [(at, self._view(at)) for at in state.kept]
        placed = [Placed(view, at) for at, view in kept if view is not None]
        if digest:
            leading = _leading(state.kept, [one.view for one in placed])
            placed.insert(leading, Placed(Message(None, "user", digest), -1))
        live = self._view(state.covered)
        around = [*placed, Placed(live, state.covered)] if live else placed
        head: list[int | _New] = [
            one.at if one.at >= 0 else _New(make_message("user", digest, self._items))
            for one in placed
        ]
        for filler in reversed(fillers(around, self._view)):
            text = FILLERS[filler.role]
            made = make_message(filler.role, text, self._items)
            head.insert(filler.before, _New(made))
        return head

    def remembered(self, states: tuple[State, ...], plan: State) -> _Memory:
        """Return what a session keeps of this work.

        Args:
            states: That of the result, written, and those planned after it.
            plan: That of the result, as it was planned.
        """
        state = states[0]
        seen = self._items[self._memory.state.seen : state.seen]
        # What is written stays so in the states that came of it.
        text = dict(zip(plan.segments, state.segments, strict=True))
        later = [
            replace(s, segments=tuple(text.get(each, each) for each in s.segments))
            for s in states[1:]
        ]
        return _Memory(
            (state, *later),
            self._ledger_until(state.covered),
            _quick(self._memory.quick, seen),
            self._chain_until(state.seen),
            self._costs[state.covered - self._base :],
        )


def _is_as_fed(state: State) -> bool:
    """Whether the result is the list as it came, perhaps with a digest in it."""
    if state.covered != state.fed or any(s.merged for s in state.segments):
        return False
    return bool(state.segments) or not state.fed


def _digest_text(segments: Sequence[Segment]) -> str:
    """Return the text of the digest message, "" without segments."""
    return "\n".join(
        blocks.write(_block_of(segment), preamble=at == 0)
        for at, segment in enumerate(s for s in segments if s.text or s.rules)
    )


def _block_of(segment: Segment) -> Block:
    return Block(
        segment.first_turn, segment.last_turn, segment.text or "", segment.rules
    )


def _chain(start: str, views: Iterable[Message]) -> str:
    """Return a hash of messages that continues the hash of those before."""
    chain = start
    for view in views:
        said = compact_json(
            [view.role, view.name, view.text, view.calls, view.results, view.pinned]
        )
        data = (chain + said).encode("utf-8", "surrogatepass")
        chain = hashlib.blake2b(data, digest_size=16).hexdigest()
    return chain


def _quick(start: int, items: Iterable[Any]) -> int:
    """Return a hash of messages that is cheap to compute again; 0 for none.

    It is no use to another process.
    """
    value = start
    for item in items:
        plain = item if isinstance(item, Mapping) else getattr(item, "__dict__", item)
        value = hash((value, type(item), repr(plain)))
    return value


def _load(saved: str, engine: Engine) -> _Memory | None:
    """Return the memory in a saved session, None if it is of other settings."""
    try:
        data = json.loads(saved)
        if data["version"] != _VERSION or data["settings"] != engine.settings._asdict():
            return None
        if data["states"] is None:
            return None
        states = [
            State(
                **{
                    **state,
                    "kept": tuple(state["kept"]),
                    "segments": tuple(
                        Segment(**{**s, "rules": tuple(s["rules"])})
                        for s in state["segments"]
                    ),
                }
            )
            for state in data["states"]
        ]
        rows = [Unit(*row) for row in data["ledger"]]
        ledger = [unit._replace(closes=tuple(unit.closes)) for unit in rows]
        return _Memory(tuple(states), ledger, chain=str(data["chain"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"not a saved session ({error}); pass the text that to_json() returned"
        ) from error
