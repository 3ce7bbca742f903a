"""The account of a compressed conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headroom.conversations.block import Block, parse
from headroom.conversations.messages import Message
from headroom.conversations.units import units_of, units_of_block
from headroom.conversations.wording import DENSE, PLAIN, shorten
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
        gone, shortened = [], []
        for unit in units:
            if unit.text in said:
                continue
            if unit.kind == "said" and any(
                shorten(unit.text, level) in said for level in (PLAIN, DENSE)
            ):
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
