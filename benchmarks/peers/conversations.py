"""Conversations: transcripts within equal budgets, by every method."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import conversation_methods
import processes
from conversation_methods import said
from methods import sampled
from processes import Method, Run

from headroom.tokens import default_counter, message_tokens, messages_tokens
from headroom.verification.matching import folded, holds

METHODS = tuple(
    Method(name, "conversation_methods", ours=name.startswith("Headroom"))
    for name in conversation_methods.METHODS
)
REFERENCE = "LangChain trim_messages"
SHARES = (0.1, 0.25)
KEEP_TURNS = 3
# Below so many tokens of old turns there is nothing to choose.
_LEAST_HEAD = 400
_KEYS = ("role", "content", "name", "tool_calls", "tool_call_id")


class Transcript(NamedTuple):
    """One conversation: its messages, which of them stay, and facts of the others."""

    source: str
    messages: list[dict[str, Any]]
    stays: list[dict[str, Any]]
    head_tokens: int
    facts: list[list[str]]
    valid: bool


def load(folder: Path, sample: int, longest: int) -> list[Transcript]:
    """Return the transcripts of DATA/chat/*.jsonl that have facts in old turns.

    At most `sample` of each file (0: all), evenly spread; none whose old turns have
    more than `longest` tokens, since some methods take time by the square of them.
    """
    transcripts = []
    for file in sorted((folder / "chat").glob("*.jsonl")):
        for row in sampled(file, sample):
            one = _transcript(file.stem, row)
            if one.facts and _LEAST_HEAD <= one.head_tokens <= longest:
                transcripts.append(one)
    return transcripts


def _transcript(source: str, row: dict[str, Any]) -> Transcript:
    messages = [
        {"content": "", **{key: one[key] for key in _KEYS if one.get(key) is not None}}
        for one in row["messages"]
    ]
    turns = [at for at, one in enumerate(messages) if one["role"] == "user"]
    cut = turns[-KEEP_TURNS] if len(turns) >= KEEP_TURNS else 0
    fixed = ("system", "developer")
    head = [one for one in messages[:cut] if one["role"] not in fixed]
    system = [one for one in messages[:cut] if one["role"] in fixed]
    stays = system + messages[cut:]
    before, known = folded(said(head)), folded(said(stays))
    facts = []
    for fact in row["facts"]:
        # Evidence names the messages that say it; without, any old one may.
        old = max(fact.get("evidence") or [0]) < cut
        answers = [folded(str(one)) for one in fact["answers"]]
        there = [one for one in answers if holds(before, one)]
        if old and there and not any(holds(known, one) for one in answers):
            facts.append(there)
    count = default_counter()
    tokens = sum(message_tokens(one, count) for one in head)
    return Transcript(source, messages, stays, tokens, facts, _broken(messages) == 0)


def compare(
    transcripts: Sequence[Transcript],
    methods: Sequence[Method],
    step: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Return a row of figures per method and share of the old turns' tokens."""
    count = default_counter()
    tasks = [
        {
            "messages": one.messages,
            "max_tokens": messages_tokens(one.stays, count)
            + int(share * one.head_tokens),
            "room": int(share * one.head_tokens),
            "keep_turns": KEEP_TURNS,
            "stays": one.stays,
        }
        for one in transcripts
        for share in SHARES
    ]
    before = [messages_tokens(one.messages, count) for one in transcripts]

    def figures(one: Run, runs: dict[str, Run]) -> Iterator[dict[str, Any]]:
        timed = {"cpu_ms": 1000 * sum(one.cpu) / len(one.cpu)}
        for at, share in enumerate(SHARES):
            each = slice(at, None, len(SHARES))
            found = _figures(transcripts, tasks[each], one.outs[each], before)
            yield timed | {"share": share} | found

    return processes.compare(methods, tasks, step, figures)


def _figures(
    transcripts: Sequence[Transcript],
    tasks: Sequence[dict[str, Any]],
    outs: Sequence[list[dict[str, Any]] | None],
    before: Sequence[int],
) -> dict[str, Any]:
    """Return the figures of one method at one budget."""
    count = default_counter()
    total, asked, kept = (Counter[str]() for _ in range(3))
    for one, task, out, tokens in zip(transcripts, tasks, outs, before, strict=True):
        messages = one.messages if out is None else out
        after = messages_tokens(messages, count)
        text = folded(said(messages))
        total["before"] += tokens
        total["after"] += after
        total["over"] += after > task["max_tokens"]
        total["broken"] += one.valid and _broken(messages) > 0
        total["whole"] += _holds_all(messages, one.stays)
        asked[one.source] += len(one.facts)
        kept[one.source] += sum(
            any(holds(text, answer) for answer in answers) for answers in one.facts
        )
    return {
        "of_reference": total["after"] / total["before"],
        "facts": asked.total(),
        "facts_kept": kept.total() / max(1, asked.total()),
        "over": total["over"] / len(transcripts),
        "broken": total["broken"] / len(transcripts),
        "whole": total["whole"] / len(transcripts),
        "sources": {name: (kept[name] / asked[name], None) for name in asked},
    }


def _holds_all(
    messages: Sequence[dict[str, Any]], stays: Sequence[dict[str, Any]]
) -> bool:
    """Tell whether the system messages and last turns are still there."""
    there, needed = (
        Counter((one["role"], str(one.get("content") or "")) for one in some)
        for some in (messages, stays)
    )
    return needed <= there


def _broken(messages: Sequence[dict[str, Any]]) -> int:
    """Return how many results have no call before them, and calls no result."""
    waiting: set[str] = set()
    broken = 0
    for one in messages:
        if one["role"] == "tool":
            if one.get("tool_call_id") in waiting:
                waiting.discard(one["tool_call_id"])
            else:
                broken += 1
            continue
        broken += len(waiting)
        waiting = {call["id"] for call in one.get("tool_calls") or ()}
    return broken + len(waiting)
