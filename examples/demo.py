"""Shorten one JSON answer, one log, one page and one chat, and show what is left.

`make demo` runs it, offline, on the files beside it.
"""

import json
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

from headroom import (
    ConversationCompressor,
    JSONMinifier,
    RAGContext,
    SemanticCompressor,
    ToolOutputCompressor,
)
from headroom.cli.screen import loaded_counter
from headroom.tokens import messages_tokens

HERE = Path(__file__).parent
QUESTION = "Is damage by mice covered?"
sys.stdout.reconfigure(encoding="utf-8")
console, count = Console(highlight=False), loaded_counter()
# Loads what is loaded once, so that the times below are those of the work.
JSONMinifier().compress([{"a": 1}])


def show(title: str, before: str, after: str, started: float, rest: str) -> None:
    """Print the beginning of both texts, their tokens, and the time in between."""
    seconds, (b, a) = time.perf_counter() - started, (count(before), count(after))
    console.print(Text(f"\n{title}", "bold"))
    console.print(
        Text(f"{b:,} → {a:,} tokens, {1 - a / b:.0%} saved, {1000 * seconds:.0f} ms")
    )
    for name, text, style in (("before", before, "dim"), ("after", after, "")):
        console.print(Text(f"  {name}", "green"))
        lines = text.rstrip("\n").split("\n")
        if len(lines) > 12:
            lines[7:] = [f"… {len(lines) - 7:,} more lines"]
        for line in lines:
            wide = shutil.get_terminal_size().columns - 7
            shown = line if len(line) <= wide else line[:wide] + " >"
            console.print(Text(f"    {shown}", style), no_wrap=True, crop=True)
    console.print(Text(f"  {rest}", "cyan"))


read = (HERE / "payloads" / "github_issues.json").read_text("utf-8")
started = time.perf_counter()
answer = JSONMinifier().explain(read)
reasons = sorted({one.reason for one in answer.dropped})
show(
    "A tool's JSON: 16 issues from GitHub's API",
    json.dumps(json.loads(read), indent=2),
    answer.content,
    started,
    f"{sum(d.count for d in answer.dropped)} values dropped ({', '.join(reasons)}), "
    "each listed by explain(); decode() returns the rest",
)
JSONMinifier.decode(answer.content)

log = (HERE / "texts" / "server.log").read_text("utf-8")
started = time.perf_counter()
folded = ToolOutputCompressor().explain(log)
assert ToolOutputCompressor.decode(folded.content) == log
show(
    f"A tool's text: a {folded.kind} of {log.count(chr(10))} lines",
    log,
    folded.content,
    started,
    "nothing dropped: decode() returned the log, byte for byte",
)

page = (HERE / "texts" / "insurance.md").read_text("utf-8")
started = time.perf_counter()
pruned = SemanticCompressor(0.3, scorer="bm25").explain(RAGContext(QUESTION, [page]))
show(
    f"A page and the question {QUESTION!r}",
    page,
    "\n".join(pruned.content),
    started,
    f"{len(pruned.dropped)} sentences and lines dropped, each listed with its score",
)

chat = json.loads((HERE / "chat" / "travel.jsonl").read_text("utf-8"))["messages"]
limit = messages_tokens(chat, count) * 6 // 10
started = time.perf_counter()
kept = ConversationCompressor(limit).explain(chat)


def as_text(messages: list[dict]) -> str:
    """Return a chat as lines, calls included."""
    return "\n".join(
        f"{one['role']}: {one.get('content') or json.dumps(one['tool_calls'])}"
        for one in messages
    )


show(
    f"A chat of {len(chat)} messages, to be kept under {limit:,} tokens",
    as_text(chat),
    as_text(kept.content),
    started,
    f"the last 3 turns stay as they are; {len(kept.content)} messages are sent",
)
if count.estimated:
    console.print("\nTokens are estimates: docs/tokens.md tells how to count exactly.")
console.print(
    "\nA > at the end of a line means that the screen cuts it, not Headroom."
    "\nYour own files: .venv/bin/headroom bench FOLDER"
    "\n                .venv/bin/headroom compress FILE"
)
