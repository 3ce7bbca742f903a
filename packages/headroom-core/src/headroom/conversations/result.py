"""The account of a compressed conversation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from headroom.conversations.block import Block, parse
from headroom.conversations.units import Unit, units_of_block
from headroom.messages import Message
from headroom.types import Compression, Dropped

__all__ = ["ConversationCompression", "account"]


@dataclass(frozen=True)
class ConversationCompression(Compression[list[Any]]):
    """What became of a conversation.

    Attributes:
        digest: Text of the digest message, "" if there is none.
        rules: The user's standing instructions that the digest keeps apart from its
            excerpts, word for word, oldest first.
        method: How the digest's newest part was written: "extractive", "llm", or
            "none" if there is no digest.
        covered: Indices of the messages that the digest stands for, ascending; they
            are in the input and not in `content`.
    """

    digest: str = ""
    rules: tuple[str, ...] = ()
    method: str = "none"
    covered: tuple[int, ...] = ()


def account(
    views: dict[int, Message],
    units_at: Callable[[int], list[Unit]],
    blocks: Sequence[Block],
    *,
    summarised: bool,
) -> tuple[Dropped, ...]:
    """Return what of the covered messages the digest doesn't say word for word.

    Args:
        views: The covered messages by index.
        units_at: The units of the message at an index.
        blocks: The digest.
        summarised: Whether a language model wrote it.
    """
    rules = _flat("\n".join(rule for block in blocks for rule in block.rules))
    lines = [line for block in blocks for line in block.body.split("\n")]
    said = {*lines, *(line.strip() for line in lines)}
    said |= {line.partition(": ")[2] for line in lines if ": " in line}
    fields = "\n".join(lines)
    dropped = []
    for at, view in views.items():
        earlier = parse(view.text) if view.role == "user" else []
        units = [unit for block in earlier for unit in units_of_block(block, at)]
        units = units or units_at(at)
        gone: list[str] = []
        lost: list[str] = []
        for unit in units:
            if unit.speaker == "user" and _flat(unit.text) in rules:
                continue
            text = unit.text.strip(" …")
            if unit.kind in ("field", "call") or text != unit.text:
                there = not summarised and text in fields
            else:
                there = not summarised and text in said
            if not there:
                (lost if unit.kind == "rule" else gone).append(unit.text)
        for texts, reason in (
            (lost, "rule without room"),
            (gone, "summarised" if summarised else "not in the digest"),
        ):
            if texts:
                dropped.append(Dropped((at,), reason, len(texts), "\n".join(texts)))
        if view.opaque:
            dropped.append(Dropped((at,), "opaque part went with its turn"))
        if not units and not view.opaque:
            dropped.append(Dropped((at,), "empty message"))
    return tuple(dropped)


def _flat(text: str) -> str:
    return " ".join(text.split())
