"""README.md shows what the commands print."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from headroom.tokens import default_counter

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "0", "COLUMNS": "200"},
        capture_output=True,
        timeout=120,
        check=True,
    ).stdout.decode("utf-8")


def test_the_table_is_what_make_bench_prints():
    default_counter()("")
    if default_counter().estimated:
        pytest.skip("tiktoken's table can't be loaded here")
    [table] = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    printed = run("-m", "headroom", "bench", "examples/payloads")
    assert lines(table) == lines(printed)


def lines(text):
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_the_demo_checks_its_promise():
    printed = run("examples/demo.py")
    assert "Checked: decode() gives back all the rest exactly." in printed
    assert "% saved" in printed


def test_every_make_target_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text("utf-8")
        assert set(re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE)) <= targets
