"""Turns and atoms: where a transcript may be cut, and what must stay together."""

from collections.abc import Iterator, Sequence

from headroom.messages import Message
from headroom.messages.placing import is_filler

__all__ = ["broken_pairs", "group_starts", "kept_in_place", "turn_starts"]


def _paired(
    views: Sequence[Message],
) -> tuple[list[tuple[int, int]], set[str], set[str]]:
    """Return the positions of each call and its result, and the ids without either.

    That is of calls without a result, and of results without a call: a second result
    is none. An Anthropic server tool is called and answered in one message, no pair.
    """
    pairs = []
    open_calls: dict[str, int] = {}
    orphans = set()
    for at, view in enumerate(views):
        open_calls.update((call.id, at) for call in view.calls)
        for result in view.results:
            called = open_calls.pop(result.id, None)
            if called is None:
                orphans.add(result.id)
            elif called != at:
                pairs.append((called, at))
    return pairs, set(open_calls), orphans


def broken_pairs(views: Sequence[Message]) -> tuple[set[str], set[str]]:
    """Return the ids of calls without a result and of results without a call."""
    return _paired(views)[1:]


def turn_starts(views: Sequence[Message]) -> list[int]:
    """Return the positions where a turn starts: real user messages.

    A message of tool results alone starts no turn, and none starts between a call
    and its result. Messages before the first start belong to the first turn.
    """
    return [at for at in _apart(views) if _opens_turn(views[at])]


def group_starts(views: Sequence[Message]) -> list[int]:
    """Return the positions where a turn may be cut: what the assistant says or calls.

    A call, its results, and a reasoning item before it are one group. A turn that
    thought is only cut before further thoughts: APIs want one at its start; what
    stands for history ends that. One with a second user message in it, before a late
    result, is not cut after that.
    """
    starts = []
    done = 0
    thought = fused = False
    for at in _apart(views):
        for n, view in enumerate(views[done:at]):
            if _opens_turn(view):
                thought, fused = False, n > 0
            thought = (thought or view.opaque) and not view.is_history
        done = at
        view = views[at]
        speaks = view.role == "assistant" and not view.answers_others
        follows = at > 0 and views[at - 1].is_prelude
        if speaks and not (follows or fused) and (view.opaque or not thought):
            starts.append(at)
    return starts


def _opens_turn(view: Message) -> bool:
    """Whether a message is a real user message, not one of tool results alone."""
    said = view.role == "user" and bool(view.text or not view.results)
    return said and not is_filler(view)


def _apart(views: Sequence[Message]) -> Iterator[int]:
    """Yield the positions before which no call is left without its result."""
    # Forbidden is (call, result]: the furthest result reached so far.
    reach = [0] * len(views)
    for called, answered in _paired(views)[0]:
        reach[called] = max(reach[called], answered)
    furthest = -1
    for at in range(len(views)):
        if at > furthest:
            yield at
        furthest = max(furthest, reach[at])


def kept_in_place(views: Sequence[Message]) -> list[bool]:
    """Tell for each message whether it stays verbatim wherever it stands.

    System messages do. Pinned ones, and the last that stands for history, do with all
    that belongs to them: a call and its results, a reasoning item and what follows it.
    """
    # Of several that stand for history, a later one stands for the earlier, too.
    history = max((at for at, view in enumerate(views) if view.is_history), default=-1)
    kept = [
        view.is_system or view.pinned or at == history for at, view in enumerate(views)
    ]
    if history < 0 and not any(view.pinned for view in views):
        return kept
    group = list(range(len(views)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for called, answered in _paired(views)[0]:
        group[root(answered)] = root(called)
    for at, view in enumerate(views[:-1]):
        if view.is_prelude:
            group[root(at + 1)] = root(at)
    whole = {root(at) for at, view in enumerate(views) if view.pinned or at == history}
    return [keep or root(at) in whole for at, keep in enumerate(kept)]
