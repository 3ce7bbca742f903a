"""The account of a compressed conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headroom.conversations.block import Block, parse
from headroom.conversations.units import (
    Unit,
    answered,
    continues,
    units_of,
    units_of_block,
)
from headroom.conversations.wording import DENSE, PLAIN, VERBATIM, shorten
from headroom.messages import Message
from headroom.types import Compression, Dropped

__all__ = ["ConversationCompression", "account"]


@dataclass(frozen=True)
class ConversationCompression(Compression[list[Any]]):
    """What became of a conversation.

    Attributes:
        digest: Text of the digest message, "" if there is none.
        method: How the digest's newest part was written: "extractive", "llm", or
            "none" if there is no digest.
        covered: Indices of the messages that the digest stands for, ascending; they
            are in the input and not in `content`.
    """

    digest: str = ""
    method: str = "none"
    covered: tuple[int, ...] = ()


def account(
    views: dict[int, Message], blocks: Sequence[Block], *, summarised: bool
) -> tuple[Dropped, ...]:
    """Return what of the covered messages the digest doesn't say verbatim.

    Args:
        views: The covered messages by index.
        blocks: The digest.
        summarised: Whether a language model wrote it.
    """
    said = {piece for block in blocks for piece in _pieces(block.body)}
    names = {call.id: call.name for view in views.values() for call in view.calls}
    dropped = []
    for at, view in views.items():
        earlier = parse(view.text) if view.role == "user" else []
        units = [unit for block in earlier for unit in units_of_block(block, at)]
        units = units or units_of(view, at, names, whole=True)
        if summarised:
            text = "\n".join(unit.text for unit in units)
            dropped.append(Dropped((at,), "summarised", max(1, len(units)), text))
            continue
        whole = answered(units, views[at - 1]) if at - 1 in views else units
        levels = [
            _said_at(level, each, said) for level in _LEVELS for each in (units, whole)
        ]
        gone, shortened = [], []
        for n, unit in enumerate(units):
            if n in levels[0] | levels[1]:
                continue
            if any(n in found for found in levels):
                shortened.append(unit.text)
            else:
                gone.append(unit.text)
        if shortened:
            text = "\n".join(shortened)
            dropped.append(Dropped((at,), "shortened", len(shortened), text))
        if gone:
            dropped.append(
                Dropped((at,), "not in the digest", len(gone), "\n".join(gone))
            )
        if view.opaque:
            dropped.append(Dropped((at,), "opaque part went with its turn"))
        if not units and not view.opaque:
            dropped.append(Dropped((at,), "empty message"))
    return tuple(dropped)


_LEVELS = (VERBATIM, PLAIN, DENSE)
# Clauses of one sentence that are looked for together, at most.
_CLAUSES_TOGETHER = 64


def _said_at(level: int, units: Sequence[Unit], said: set[str]) -> set[int]:
    """Return the positions of units that a digest says, shortened to `level`.

    Alone, or with the clauses after it that it was joined with.
    """
    texts = [
        shorten(unit.text, level) if unit.kind == "said" else unit.text
        for unit in units
    ]
    found: set[int] = set()
    for start, text in enumerate(texts):
        end = start + 1
        while True:
            if text in said:
                found.update(range(start, end))
            if (
                end - start >= _CLAUSES_TOGETHER
                or end == len(units)
                or not continues(units[end - 1], units[end])
            ):
                break
            text += f" {texts[end]}"
            end += 1
    return found


def _pieces(body: str) -> set[str]:
    """Return what stands between the marks of a digest's lines."""
    pieces = set()
    for line in body.split("\n"):
        for piece in line.split("; "):
            pieces.add(piece)
            for mark in (": ", " - "):
                head, found, rest = piece.partition(mark)
                if found and len(head) < 100:
                    pieces.add(rest)
    return pieces
