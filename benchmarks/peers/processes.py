"""Methods run in processes of their own, and what came back."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
_FOLDER = "Scripts" if os.name == "nt" else "bin"
# It installs a package of our name, so it lives elsewhere.
HERE_PYTHON = Path(sys.executable)
HEADROOM_AI = ROOT / ".venv-headroom-ai" / _FOLDER / "python"


@dataclass(frozen=True)
class Method:
    """Something to compare.

    Attributes:
        name: Its key in the METHODS of its module.
        module: The module beside this one that has it.
        ours: Whether it is Headroom.
        python: The interpreter that has what it needs.
    """

    name: str
    module: str
    ours: bool = False
    python: Path = HERE_PYTHON


@dataclass(frozen=True)
class Run:
    """What a method did.

    Attributes:
        outs: For each task what it returned, or None if it failed.
        errors: What went wrong, once each time it did.
        cpu: CPU seconds of each task, all threads.
        missing: Why the method could not be run at all, or None.
    """

    outs: Sequence[Any] = ()
    errors: Sequence[str] = ()
    cpu: Sequence[float] = ()
    missing: str | None = None


def run(method: Method, tasks: Sequence[Any], step: Callable[[], None]) -> Run:
    """Run a method over tasks; `step` is called after each."""
    if not method.python.exists():
        return Run(missing="not installed (make bench HEADROOM_AI=1 installs it)")
    with tempfile.TemporaryDirectory() as home:
        command = [str(method.python), "worker.py", method.module, method.name]
        with subprocess.Popen(
            command,
            cwd=HERE,
            env=_environment(home, method.python),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        ) as child:
            rows = _converse(child, tasks, step)
    if isinstance(rows, str):
        return Run(missing=rows)
    return Run(
        outs=[row["out"] for row in rows],
        errors=[row["error"] for row in rows if row["error"]],
        cpu=[row["cpu"] for row in rows],
    )


def compare(
    methods: Sequence[Method],
    tasks: Sequence[Any],
    step: Callable[[str], None],
    figures: Callable[[Run, dict[str, Run]], Iterable[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Return the rows of all methods; of one that didn't run, why.

    Args:
        methods: What to compare.
        tasks: The same for all.
        step: Called with the method's name after each task.
        figures: Makes the rows of a run, given all runs by name.
    """
    runs = {one.name: run(one, tasks, partial(step, one.name)) for one in methods}
    rows: list[dict[str, Any]] = []
    for method in methods:
        row, done = {"name": method.name, "ours": method.ours}, runs[method.name]
        if done.missing:
            rows.append(row | {"missing": done.missing})
            continue
        row |= {"failed": len(done.errors), "errors": sorted(set(done.errors))}
        rows += [row | each for each in figures(done, runs)]
    return rows


def _converse(
    child: subprocess.Popen[str], tasks: Sequence[Any], step: Callable[[], None]
) -> list[dict[str, Any]] | str:
    """Return an answer per task, or why there is none."""
    assert child.stdin is not None
    assert child.stdout is not None
    first = child.stdout.readline()
    if not first:
        return "its process ended while loading"
    missing = json.loads(first)["missing"]
    if missing:
        return str(missing)
    rows = []
    for task in tasks:
        child.stdin.write(json.dumps(task) + "\n")
        child.stdin.flush()
        answer = child.stdout.readline()
        if not answer:
            return f"its process ended at task {len(rows) + 1} of {len(tasks)}"
        rows.append(json.loads(answer))
        step()
    child.stdin.close()
    return rows


def _environment(home: str, python: Path) -> dict[str, str]:
    """Return what makes runs alike: no network, one thread, no files left behind."""
    own = dict(os.environ)
    if python != HERE_PYTHON:
        # Where other packages are found has no say in another environment.
        own.pop("PYTHONPATH", None)
    return own | {
        "HOME": home,
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONWARNINGS": "ignore",
        "PYTHONUTF8": "1",
    }
