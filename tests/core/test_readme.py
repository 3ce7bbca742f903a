"""README.md shows what the commands print."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "0", "COLUMNS": "200"},
        capture_output=True,
        timeout=120,
        check=True,
    ).stdout.decode("utf-8")


def test_the_demo_checks_its_promise():
    printed = run("examples/demo.py")
    assert printed.count("% saved") == 4
    assert "decode() returned the log, byte for byte" in printed


def test_every_make_target_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text("utf-8")
        assert set(re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE)) <= targets
