"""Which messages may stand side by side, and what is put between those that may not.

Where turns leave a conversation, messages become neighbours that never were. Some
vendors refuse two user messages in a row (Bedrock Converse, the chat templates of
Gemma, Llama 2 and Mistral); Anthropic takes a system message within a conversation
only behind a user message and before an assistant message or at the end. So a short
message goes between such neighbours; neighbours of the source stay as they were.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from headroom.messages.view import Message

__all__ = ["FILLERS", "Filler", "Placed", "fillers", "is_filler"]

# What a filler says, by its role.
FILLERS = {"assistant": "Noted.", "user": "[left out]"}


class Placed(NamedTuple):
    """A message of the result.

    Attributes:
        view: The message.
        at: Its index in the source; -1 for one of ours.
    """

    view: Message
    at: int


class Filler(NamedTuple):
    """A message to put in front of another: by the other's position, and its role."""

    before: int
    role: Literal["assistant", "user"]


def is_filler(view: Message) -> bool:
    """Tell whether a message is a filler of an earlier compression."""
    plain = not (view.calls or view.results or view.opaque)
    return plain and FILLERS.get(view.role) == view.text


def fillers(
    placed: Sequence[Placed], source: Callable[[int], Message | None]
) -> list[Filler]:
    """Return what to insert so that only neighbours of the source may clash.

    Args:
        placed: The beginning of the result, as far as it is new.
        source: The view of a message of the source by its index, None beyond its ends.
    """
    found: list[Filler] = []
    last: Placed | None = None
    answered = {result.id for each in placed for result in each.view.results}
    open_calls: set[str] = set()
    for position, each in enumerate(placed):
        side = _side(each, source)
        if not side:
            continue
        if not open_calls and not _were_neighbours(last, each, source):
            before = _side(last, source) if last else ""
            opens = not before and each.view.is_history
            between = [] if opens else _between(before, side)
            found += [Filler(position, role) for role in between]
        open_calls |= {call.id for call in each.view.calls} & answered
        open_calls -= {result.id for result in each.view.results}
        last = each
    return found


def _side(placed: Placed, source: Callable[[int], Message | None]) -> str:
    """Return whose a message is; "" for one that may stand anywhere."""
    view = placed.view
    if view.is_system:
        return "system" if _is_bound(placed.at, source) else ""
    if view.role == "assistant":
        return "assistant"
    return "user" if view.role in ("user", "tool") else ""


def _is_bound(at: int, source: Callable[[int], Message | None]) -> bool:
    """Whether a system message stands where Anthropic alone would have it."""
    before, after = source(at - 1), source(at + 1)
    return (
        before is not None
        and before.role in ("user", "tool")
        and (after is None or after.role == "assistant")
    )


def _were_neighbours(
    last: Placed | None, each: Placed, source: Callable[[int], Message | None]
) -> bool:
    """Whether nothing but free system messages stood between the two."""
    if each.at < 0 or (last is not None and last.at < 0):
        return False
    at = each.at - 1
    while (view := source(at)) is not None and not _side(Placed(view, at), source):
        at -= 1
    return at == (last.at if last is not None else -1)


def _between(before: str, after: str) -> list[Literal["assistant", "user"]]:
    """Return the roles of what must stand between two sides."""
    if after == "user":
        return ["assistant"] if before in ("user", "system") else []
    if after == "assistant":
        return ["user"] if before in ("", "assistant") else []
    if before == "user":
        return []
    return ["assistant", "user"] if before == "system" else ["user"]
