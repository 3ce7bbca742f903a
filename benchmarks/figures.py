"""Put the figures that commands print into the documentation: `make figures`.

    python benchmarks/figures.py [--check]

A page names the command itself, and what it printed stands below it:

    <!-- figures: headroom bench examples/payloads -->
    ...
    <!-- end -->

--check changes nothing and exits with 1 where a page shows something else.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!-- figures: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def printed(command: str) -> str:
    """Return what a command prints, as Markdown."""
    name, *arguments = shlex.split(command)
    first = ["-m", "headroom"] if name == "headroom" else [name]
    done = subprocess.run(
        [sys.executable, *first, *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "80", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stderr}")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    text = "\n".join(lines).strip("\n")
    if "estimated" in text:
        sys.exit("Tokens are estimated here: set TIKTOKEN_CACHE_DIR first.")
    return text if text.startswith("|") else f"```text\n{text}\n```"


def renewed(page: str) -> str:
    """Return a page's text with the figures of now."""
    return BLOCK.sub(lambda m: f"{m[1]}{printed(m[2])}\n{m[3]}", page)


def main() -> None:
    """Renew all pages, or check them."""
    wrong = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text and "--check" in sys.argv:
            wrong.append(page.name)
        elif new != text:
            page.write_text(new, encoding="utf-8", newline="\n")
            print(f"{page.name} has new figures")
    if wrong:
        sys.exit(f"{', '.join(wrong)}: figures have changed; run: make figures")


if __name__ == "__main__":
    main()
