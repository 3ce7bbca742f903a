"""Put the figures that commands print into the documentation: `make figures`.

    python benchmarks/figures.py

A page names the command itself, and what it printed stands below it:

    <!-- figures: headroom bench examples/payloads -->
    ...
    <!-- end -->
"""

import io
import re
import runpy
import shlex
import sys
from contextlib import chdir, redirect_stdout, suppress
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!-- figures: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def printed(command: str) -> str:
    """Return what a command prints, as Markdown."""
    arguments = shlex.split(command)
    script = Path(arguments[0])
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with (
        chdir(ROOT),
        patch.object(sys, "argv", arguments),
        patch.object(sys, "path", [str(ROOT / script.parent), *sys.path]),
        redirect_stdout(out),
        suppress(SystemExit),
    ):
        if script.suffix:
            runpy.run_path(str(script), run_name="__main__")
        else:
            runpy.run_module(script.name, run_name="__main__", alter_sys=True)
    out.seek(0)
    text = "\n".join(line.rstrip() for line in out.read().splitlines()).strip("\n")
    if "estimated" in text:
        sys.exit("Tokens are estimated here: set TIKTOKEN_CACHE_DIR first.")
    return text if text.startswith("|") else f"```text\n{text}\n```"


def renewed(page: str) -> str:
    """Return a page's text with the figures of now."""
    return BLOCK.sub(lambda m: f"{m[1]}{printed(m[2])}\n{m[3]}", page)


def main() -> None:
    """Renew all pages."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text:
            page.write_text(new, encoding="utf-8", newline="\n")
            print(f"{page.name} has new figures")


if __name__ == "__main__":
    main()
