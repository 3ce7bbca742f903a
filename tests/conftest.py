"""How hard Hypothesis tries, how tests measure work, and how they run an example.

HYPOTHESIS_PROFILE=default draws the same 16 examples in each run, so that the
suite gives the same verdict each time; deep draws 2,000 random ones.
"""

import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail, so no example has a deadline.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("default", max_examples=16, derandomize=True, **_COMMON)
settings.register_profile("deep", max_examples=2000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def _count_operations(run: Callable[[], Any]) -> int:
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "c_call"

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(trace)
    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count


@pytest.fixture
def count_operations() -> Callable[[Callable[[], Any]], int]:
    """A function that runs another and counts its work: lines executed and C calls.

    The count is the same on every machine, busy or not, so a test of growth can
    compare two counts exactly. Work inside one C call (a regular expression, a
    join) is not seen. Tracing makes the run some ten times slower.
    """
    return _count_operations


@pytest.fixture
def run_example(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """A function that runs a script of examples/ and returns what it prints.

    It takes the script's arguments too, and runs in this process, which has loaded
    the frameworks already.
    """
    folder = Path(__file__).parents[1] / "examples"
    monkeypatch.syspath_prepend(folder)

    def run(name: str, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(folder / name), run_name="__main__")
        return capsys.readouterr().out

    return run
