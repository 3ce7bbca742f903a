"""A corpus goes through Ray Data; skipped where Ray is not installed (`make ray`)."""

import os
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from headroom import JSONMinifier

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def ray_run():
    if not find_spec("ray"):
        pytest.skip("make ray installs it")
    # Ray's sockets lie in there, and their paths may be 107 characters long.
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as home:
        done = subprocess.run(
            [sys.executable, EXAMPLES / "ray_data.py"],
            capture_output=True,
            encoding="utf-8",
            env={
                **os.environ,
                "HOME": home,
                "RAY_TMPDIR": home,
                "PYTHONIOENCODING": "utf-8",
            },
            timeout=120,
        )
        yield done, home


def test_a_corpus_is_minified_by_ray(ray_run):
    done, _ = ray_run
    assert done.returncode == 0, done.stderr
    rows = dict(
        re.findall(r"^(\S+\.json) +[\d,]+ → +([\d,]+) tokens$", done.stdout, re.M)
    )
    payloads = sorted((EXAMPLES / "payloads").glob("*.json"))
    assert list(rows) == [path.name for path in payloads]
    # Not always the same figure: where tiktoken has no table, both are estimates.
    own = JSONMinifier().explain(payloads[0].read_bytes()).tokens_after
    assert int(rows[payloads[0].name].replace(",", "")) == own


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc")
def test_no_process_of_ray_is_left(ray_run):
    _, home = ray_run
    left = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            left.append(path.read_bytes().decode(errors="replace"))
        except OSError:  # it has just ended
            continue
    assert any("pytest" in command for command in left)
    assert not [command for command in left if home in command]


def test_the_example_is_under_sixty_lines():
    assert len((EXAMPLES / "ray_data.py").read_text("utf-8").splitlines()) < 60
