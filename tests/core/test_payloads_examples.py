"""The examples around a request run offline, and save what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from headroom.tokens import default_counter

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NEEDS = {
    "openai_sdk": ["openai"],
    "anthropic_sdk": ["anthropic"],
    "raw_http": ["httpx", "requests"],
    "autogen_context": ["autogen_core"],
}


@pytest.mark.parametrize("name", NEEDS)
def test_an_example_runs_and_saves(name):
    for module in NEEDS[name]:
        pytest.importorskip(module)
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    [saved] = re.findall(r"^input tokens .* ([\d.]+)% saved$", done.stdout, re.M)
    assert float(saved) > 40
    assert "Failed" not in done.stdout


@pytest.mark.parametrize("name", NEEDS)
def test_an_example_is_under_sixty_lines(name):
    assert len((EXAMPLES / f"{name}.py").read_text("utf-8").splitlines()) < 60


def test_the_economics_page_shows_what_its_script_prints():
    """Within three points, so that it need not follow each turn of the minifier."""
    default_counter()("")
    if default_counter().estimated:
        pytest.skip("tiktoken's table can't be loaded here")
    page = (ROOT / "docs" / "economics.md").read_text("utf-8")
    [shown, *_] = re.findall(r"```text\n(.*?)\n```", page, re.DOTALL)
    printed = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "economics.py"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    ).stdout.strip()
    assert shown.splitlines()[:5] == printed.splitlines()[:5]
    rows = [
        re.findall(r"^(\S.*?) +(\d+)% ", text, re.MULTILINE)
        for text in (shown, printed)
    ]
    assert len(rows[0]) == 10
    for (name, share), (same, now) in zip(*rows, strict=True):
        assert name == same
        assert abs(int(share) - int(now)) <= 3, f"{name}: run the script with --write"


def test_wrap_costs_an_agents_loop_less_than_counting():
    """In CPU time, side by side, with the benchmark that the page names."""
    default_counter()("")
    if default_counter().estimated:
        pytest.skip("tiktoken's table can't be loaded here")
    printed = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "wrap_overhead.py", "--rounds", "5"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=120,
        check=True,
    ).stdout
    ratios = dict(re.findall(r"^ *(\S.*?)  .* ([\d.]+)$", printed, re.MULTILINE))
    assert float(ratios["one new each time"]) < 1
    assert float(ratios["nothing new"]) < 0.5
    assert float(ratios["all but JSONMinifier"]) < 0.5
