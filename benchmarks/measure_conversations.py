"""How many facts of old turns a compressed conversation still holds.

    python benchmarks/measure_conversations.py FILE.jsonl... [--share 0.25]

Each line of a file is one conversation: {"messages": OpenAI chat messages, "facts":
[{"answers": [spellings], "evidence": [message indices]}]}. The budget is what the
system messages and the last 3 turns need, and `share` of the tokens of the rest. A
fact counts if its evidence lies in that rest, one of its spellings is in it, and none
is in what stays anyway; it is kept if a spelling is in the result. Beside it, for
comparison: keeping as many of the most recent messages as fit. The two numbers of
`halves` are every other conversation, so that a rule fitted to some shows.
"""

import argparse
import json
import re
import time
import unicodedata
from pathlib import Path
from typing import Any

from headroom import ConversationCompressor
from headroom.tokens import default_counter, message_tokens, messages_tokens

KEYS = ("role", "content", "name", "tool_calls", "tool_call_id")
KEEP_TURNS = 3
count = default_counter()


def plain(text: str) -> str:
    """Return text without case, width and spacing."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", text).strip(" \t\n.,;:!?\"'()[]")


def said(messages: list[dict[str, Any]]) -> str:
    """Return all text and tool calls of messages."""
    calls = [
        json.dumps(m["tool_calls"], ensure_ascii=False)
        for m in messages
        if m.get("tool_calls")
    ]
    return plain(" ".join([str(m.get("content") or "") for m in messages] + calls))


def measure(conversation: dict[str, Any], share: float) -> dict[str, float] | None:
    """Return facts, facts kept, facts kept by recency and milliseconds; or None."""
    messages = [
        {k: m[k] for k in KEYS if m.get(k) is not None}
        for m in conversation["messages"]
    ]
    starts = [at for at, m in enumerate(messages) if m["role"] == "user"]
    cut = starts[-KEEP_TURNS] if len(starts) >= KEEP_TURNS else 0
    system = [m for m in messages[:cut] if m["role"] in ("system", "developer")]
    head = [m for m in messages[:cut] if m not in system]
    stays = system + messages[cut:]
    tokens = sum(message_tokens(m, count) for m in head)
    if tokens < 400:
        return None
    room = int(share * tokens)
    limit = messages_tokens(stays, count) + room
    compressor = ConversationCompressor(
        limit, keep_turns=KEEP_TURNS, trigger=1.0, target=1.0
    )
    started = time.process_time()
    out = compressor.compress(messages)
    milliseconds = 1000 * (time.process_time() - started)
    recent: list[dict[str, Any]] = []
    for message in reversed(head):
        room -= message_tokens(message, count)
        if room < 0:
            break
        recent.append(message)
    before, known, after, latest = said(head), said(stays), said(out), said(recent)
    asked = []
    for fact in conversation["facts"]:
        answers = [plain(str(a)) for a in fact["answers"] if plain(str(a))]
        old = max(fact["evidence"], default=cut) < cut
        if old and any(a in before for a in answers):
            asked += [answers] if not any(a in known for a in answers) else []
    return {
        "facts": len(asked),
        "kept": sum(any(a in after for a in answers) for answers in asked),
        "recent": sum(any(a in latest for a in answers) for answers in asked),
        "ms": milliseconds,
        "over": messages_tokens(out, count) > limit,
    }


def main() -> None:
    """Print one line per file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--share", type=float, default=0.25)
    options = parser.parse_args()
    print("file  conversations  facts  kept %  (halves)  most recent %  over  ms")
    for path in options.files:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [measure(json.loads(line), options.share) for line in lines if line]
        found = [row for row in rows if row]
        halves = [found[::2], found[1::2], found]
        share = [
            f"{100 * sum(r['kept'] for r in half) / max(1, sum(r['facts'] for r in half)):.1f}"
            for half in halves
        ]
        facts = sum(r["facts"] for r in found)
        recent = 100 * sum(r["recent"] for r in found) / max(1, facts)
        speed = sum(r["ms"] for r in found) / max(1, len(found))
        over = sum(r["over"] for r in found)
        print(
            f"{path.stem}  {len(found)}  {facts:.0f}  {share[2]}  ({share[0]}, {share[1]})"
            f"  {recent:.1f}  {over}  {speed:.0f}"
        )


if __name__ == "__main__":
    main()
