"""Put the table that `make bench` prints into README.md.

    python benchmarks/readme_table.py

Run it after a change to the minifier; a test fails until README agrees.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Replace README's only ```text block; refuse to write estimates."""
    command = [sys.executable, "-m", "headroom", "bench", "examples/payloads"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    lines = done.stdout.decode("utf-8").splitlines()
    table = "\n".join(line.rstrip() for line in lines).strip("\n")
    if "o200k_base" not in table:
        sys.exit("Tokens are estimated here: set TIKTOKEN_CACHE_DIR first.")
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    block = f"```text\n{table}\n```"
    text = re.sub(r"```text\n.*?```", lambda _: block, text, count=1, flags=re.DOTALL)
    readme.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
