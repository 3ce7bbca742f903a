"""The examples around a request run offline, and save what they say."""

import re
import shutil
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


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
@pytest.mark.parametrize("name", NEEDS)
def test_an_example_runs_and_saves(name, run_example):
    for module in NEEDS[name]:
        pytest.importorskip(module)
    said = run_example(f"{name}.py")
    [saved] = re.findall(r"^input tokens .* ([\d.]+)% saved$", said, re.M)
    assert float(saved) > 40
    assert "Failed" not in said


@pytest.mark.parametrize("name", NEEDS)
def test_an_example_is_under_sixty_lines(name):
    assert len((EXAMPLES / f"{name}.py").read_text("utf-8").splitlines()) < 60


def test_the_benchmark_of_wrap_prints_a_ratio_for_each_case(run_example, tmp_path):
    default_counter()("")
    if default_counter().estimated:
        pytest.skip("tiktoken's table can't be loaded here")
    shutil.copy(EXAMPLES / "payloads" / "sql_rows.json", tmp_path)
    options = (str(tmp_path), "--rounds", "1", "--tokens", "4000")
    printed = run_example("../benchmarks/wrap_overhead.py", *options)
    ratios = dict(re.findall(r"^ *(\S.*?)  .* ([\d.]+)$", printed, re.MULTILINE))
    assert {"one new each time", "nothing new", "all but JSONMinifier"} <= set(ratios)
