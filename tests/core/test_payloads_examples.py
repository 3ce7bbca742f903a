"""The examples around a request run offline, and save what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
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
