"""Measure Headroom beside its peers.

    python benchmarks/peers DATA [--questions 15] [--conversations 12] [--only NAME]...

benchmarks/README.md says what DATA holds. Writes results.md and plots into FOLDER
(build/benchmarks). Each method runs in a process of its own.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import conversations
import documents
import results
import tool_outputs
from processes import ROOT
from rich.console import Console

from headroom.cli.screen import loaded_counter, progress


def main() -> None:
    """Measure what DATA has, and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=15, help="per file; 0: all")
    parser.add_argument(
        "--conversations", type=int, default=12, help="per file; 0: all"
    )
    parser.add_argument(
        "--longest",
        type=int,
        default=30_000,
        help="tokens of a conversation's old turns",
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="this method; repeatable"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(
            f"{options.data} is no folder; benchmarks/README.md says what it holds"
        )
    if loaded_counter().estimated:
        sys.exit("Tokens would be estimated here: set TIKTOKEN_CACHE_DIR first.")
    # What is measured is what is there now; it may change before the end.
    machine = results.machine()
    with Console(stderr=True).status("reading DATA"):
        payloads = tool_outputs.load(options.data)
        questions = documents.load(options.data, options.questions)
        transcripts = conversations.load(
            options.data, options.conversations, options.longest
        )
    parts: dict[str, Any] = {}
    texts = sum(not one.is_json for one in payloads)
    for name, module, loaded, limits, about in (
        ("tool_outputs", tool_outputs, payloads, 1, {"text_payloads": texts}),
        ("documents", documents, questions, len(documents.RATIOS), {"sample": options.questions}),
        ("conversations", conversations, transcripts, len(conversations.SHARES),
         {"sample": options.conversations, "longest": options.longest}),
    ):  # fmt: skip
        if loaded:
            methods = [
                one
                for one in module.METHODS
                if not options.only or one.name in (*options.only, module.REFERENCE)
            ]
            steps = len(methods) * len(loaded) * limits
            with progress(name.replace("_", " "), steps) as step:
                rows = module.compare(loaded, methods, step)
                parts[name] = {"rows": rows, "number": len(loaded), **about}
    if not parts:
        sys.exit(f"{options.data} holds nothing to measure; see benchmarks/README.md")
    written = results.write(options.out, parts | {"machine": machine})
    print(written[-1].read_text(encoding="utf-8"))
    print(f"Written to {written[-1]}")


if __name__ == "__main__":
    main()
