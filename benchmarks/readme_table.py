"""Put the figures that the benchmarks print into README.md.

    python benchmarks/readme_table.py [DATA]

The first table is what `make bench` prints of examples/payloads, the others are those
at the top of results.md. With DATA that is written anew first, by benchmarks/peers; a
test fails until README agrees.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks" / "peers"))

import short  # noqa: E402 - found by the line above
from processes import use_the_table_of_llama_index  # noqa: E402


def main() -> None:
    """Replace README's ```text block and what is beside other packages."""
    use_the_table_of_llama_index()
    if sys.argv[1:]:
        peers = [sys.executable, ROOT / "benchmarks" / "peers", *sys.argv[1:]]
        subprocess.run(peers, check=True)
    command = [sys.executable, "-m", "headroom", "bench", "examples/payloads"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    lines = done.stdout.decode("utf-8").splitlines()
    table = "\n".join(line.rstrip() for line in lines).strip("\n")
    if "o200k_base" not in table:
        sys.exit("Tokens are estimated here: set TIKTOKEN_CACHE_DIR first.")
    results = (ROOT / "benchmarks" / "results.md").read_text(encoding="utf-8")
    readme = ROOT / "README.md"
    text = renewed(readme.read_text(encoding="utf-8"), table, results)
    readme.write_text(text, encoding="utf-8", newline="\n")


def renewed(readme: str, table: str, results: str) -> str:
    """Return README's text with both.

    Raises:
        ValueError: README or results.md has no marks for them.
    """
    block = f"```text\n{table}\n```"
    readme = re.sub(
        r"```text\n.*?```", lambda _: block, readme, count=1, flags=re.DOTALL
    )
    shown = short.cut(readme)
    before, after = readme.split(f"{short.BEGIN}{shown}{short.END}")
    return f"{before}{short.BEGIN}{short.cut(results)}{short.END}{after}"


if __name__ == "__main__":
    main()
