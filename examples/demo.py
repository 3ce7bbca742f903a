"""Minify a GitHub API response and check what the promise is worth: `make demo`."""

import copy
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from headroom import JSONMinifier
from headroom.cli.account import by_reason, shown_path
from headroom.cli.measure import loaded_counter

PAYLOAD = Path(__file__).parent / "payloads" / "github_issues.json"
sys.stdout.reconfigure(encoding="utf-8")
console, count = Console(highlight=False), loaded_counter()


def show(title: str, lines: list[str]) -> None:
    console.print(Text(f"\n{title}\n", style="bold"))
    for line in lines:
        console.print(Text(f"  {line}", "dim"), no_wrap=True, overflow="ellipsis")


response = json.loads(PAYLOAD.read_text(encoding="utf-8"))
account = JSONMinifier().explain(response)
pretty, lines = json.dumps(response, indent=2).split("\n"), account.content.split("\n")
show(f"GitHub's answer: {len(response)} issues, {len(pretty):,} lines", pretty[:14])
show(f"JSONMinifier's text: {len(lines)} lines. What repeats is said once,", lines[:9])
show("then follows one line for each issue:", lines[-17:-10])

costs = {
    "JSON, indent=2": count("\n".join(pretty)),
    "json.dumps": count(json.dumps(response)),
    "compact JSON": count(json.dumps(response, separators=(",", ":"))),
    "JSONMinifier": account.tokens_after,
}
console.print(Text(f"\nTokens{' (estimated)' * count.estimated}\n", "bold"))
table, small = Table.grid(padding=(0, 0, 0, 2)), min(costs.values())
for name, tokens in costs.items():
    bar, best = "━" * round(32 * tokens / max(costs.values())), tokens == small
    saved = "" if best else f"{1 - small / tokens:.0%} saved"
    table.add_row(f"  {name}", f"{tokens:,}", bar, saved, style="green" if best else "")
console.print(table)

console.print(Text("\nValues dropped, each listed with its reason\n", "bold"))
for reason, leaves in by_reason(account.dropped):
    example = next(one.path for one in account.dropped if one.reason == reason)
    console.print(Text(f"  {leaves:4} {reason:10}  such as {shown_path(example)}"))

rest = copy.deepcopy(response)
for *parents, key in (one.path for one in reversed(account.dropped)):
    item = rest
    for step in parents:
        item = item[step]
    del item[key]
assert JSONMinifier.decode(account.content) == rest
console.print(Text("\nChecked: decode() gives back all the rest exactly.\n", "bold"))
