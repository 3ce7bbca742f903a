"""Print README's picture, docs/before_after.svg: rows of SQL as JSON, and as a table.

    python benchmarks/before_after.py > docs/before_after.svg

`make figures` runs it.
"""

import json
import sys
from html import escape
from pathlib import Path

from headroom import JSONMinifier

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / "examples" / "payloads" / "sql_rows.json"
LINES, CHARACTERS = 15, 68
WIDTH, STEP, MARGIN = 1180, 19, 22


def panel(left: int, height: int, title: str, text: str) -> str:
    """Return a card with a title and the first lines of a text."""
    lines = text.split("\n")
    rows = [
        line if len(line) <= CHARACTERS else line[:CHARACTERS] + "…" for line in lines
    ]
    rows = [*rows[:LINES], f"… {len(lines) - LINES:,} more lines"]
    said = "".join(
        f'<tspan x="{left + 14}" dy="{STEP}" xml:space="preserve">{escape(row)}</tspan>'
        for row in rows
    )
    return (
        f'<rect class="card" x="{left}" y="8" width="{WIDTH // 2 - 12}" '
        f'height="{height - 16}" rx="10"/>'
        f'<text x="{left + 14}" y="34" class="title">{escape(title)}</text>'
        f'<text x="{left + 14}" y="48" class="code">{said}</text>'
    )


def main() -> None:
    """Print the picture."""
    rows = json.loads(ROWS.read_text("utf-8"))
    before = json.dumps(rows, indent=2, ensure_ascii=False)
    account = JSONMinifier().explain(before)
    compact = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    of_compact = JSONMinifier().explain(compact).tokens_before
    saved = 1 - account.tokens_after / account.tokens_before
    less = 1 - account.tokens_after / of_compact
    height = 48 + STEP * (LINES + 2) + MARGIN
    sys.stdout.reconfigure(encoding="utf-8")
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="80 rows as JSON, and as a table: {saved:.0%} fewer '
        'tokens"><style>.page{fill:#f6f7f9}.card{fill:#fff;stroke:#e3e7ec}'
        ".title{font:600 15px system-ui,sans-serif;fill:#16202c}"
        ".code{font:11.5px ui-monospace,Menlo,Consolas,monospace;fill:#33404f}"
        "</style>"
        f'<rect class="page" width="{WIDTH}" height="{height}"/>'
        + panel(
            8,
            height,
            f"A tool's answer: {account.tokens_before:,} tokens "
            f"({of_compact:,} as compact JSON)",
            before,
        )
        + panel(
            WIDTH // 2 + 4,
            height,
            f"What the model reads: {account.tokens_after:,} tokens, {saved:.0%} fewer "
            f"({less:.0%} fewer than compact)",
            account.content,
        )
        + "</svg>"
    )


if __name__ == "__main__":
    main()
