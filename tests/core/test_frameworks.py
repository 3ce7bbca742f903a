"""Every program of docs/frameworks.md, where its framework is installed.

Each runs in a process of its own, against the examples' local server.
"""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "frameworks.md").read_text("utf-8")
BEGINNING, *PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.DOTALL)
# The server calls the tool once, then it answers.
SERVED = """
import os, sys
sys.path.insert(0, {examples!r})
from local_server import LocalServer


class Server(LocalServer):
    def calls(self, results, names):
        return super().calls(results, [name for name in names if "orders" in name])


server = Server(steps=1).__enter__()
os.environ["OPENAI_BASE_URL"] = os.environ["OPENAI_API_BASE"] = server.url
os.environ["ANTHROPIC_BASE_URL"] = os.environ["GOOGLE_GEMINI_BASE_URL"] = server.url
"""
CHECKED = """
sent = [body.decode() for _, body in server.requests]
print("failures", room.savings.failures)
print("result arrived", any("199" in body and "open" in body for body in sent))
print("nulls", max(body.count("null") for body in sent))
"""
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY")
QUIET = {
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "OTEL_SDK_DISABLED": "true",
    "LITELLM_LOCAL_MODEL_COST_MAP": "true",
    "PYTHONIOENCODING": "utf-8",
}


def imports(program):
    """Return the modules that a program imports."""
    return re.findall(r"^(?:from|import) ([\w.]+)", program, re.M)


def is_there(module):
    """Tell whether a module's package is installed, without importing it."""
    first, _, rest = module.partition(".")
    # `google` is a namespace of many distributions.
    package = (
        f"google.{rest.partition('.')[0] or 'genai'}" if first == "google" else first
    )
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda text: imports(text)[-1])
def test_a_program_of_the_page_runs_and_sends_less(program, tmp_path):
    missing = [name for name in imports(program) if not is_there(name)]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    served = SERVED.format(examples=str(ROOT / "examples"))
    file = tmp_path / "program.py"  # smolagents reads the source of its tools
    file.write_text(served + BEGINNING + program + CHECKED, "utf-8")
    done = subprocess.run(
        [sys.executable, file],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **QUIET, **dict.fromkeys(KEYS, "none")},
        cwd=tmp_path,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Everything is in order." in done.stdout
    told = dict(
        re.findall(r"^(failures|result arrived|nulls) (\w+)$", done.stdout, re.M)
    )
    assert told["failures"] == "0"
    if "list_orders" in program:
        assert told["result arrived"] == "True", done.stdout
        # As the tool returns it, it has 200.
        assert int(told["nulls"]) < 50
