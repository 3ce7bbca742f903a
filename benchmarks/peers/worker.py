"""One method in a process of its own: tasks in on stdin, results out on stdout.

    python worker.py MODULE METHOD

Needs nothing but the standard library, so that it also runs in the environment of a
peer whose package cannot be installed beside Headroom. MODULE.METHODS[METHOD]() makes
a pair of functions: `work(task)`, which is measured, and `finish(task, result)`,
which makes JSON of it and is not.
"""

import importlib
import json
import os
import re
import sys
import time
from contextlib import suppress


def main() -> None:
    """Answer each line with a line, and the first with what loading took."""
    # What libraries print must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    module, method = sys.argv[1:3]
    try:
        work, finish = importlib.import_module(module).METHODS[method]()
    except Exception as error:  # noqa: BLE001 - that it is not there is the result
        print(json.dumps({"missing": _said(error)}), file=answers, flush=True)
        return
    print(json.dumps({"missing": None}), file=answers, flush=True)
    first = True
    for line in sys.stdin:
        task = json.loads(line)
        if first:
            # Tables and models that are loaded on first use are not the method.
            with suppress(Exception):
                work(task)
            first = False
        row: dict = {"out": None, "error": None}
        started = time.process_time()
        try:
            result = work(task)
        except Exception as error:  # noqa: BLE001 - that it fails is the result
            # Its message may quote what was recorded.
            row["error"] = type(error).__name__
        row["cpu"] = time.process_time() - started
        if row["error"] is None:
            row["out"] = finish(task, result)
        print(json.dumps(row, default=str), file=answers, flush=True)


def _said(error: Exception) -> str:
    """Return an error without paths of this machine."""
    text = re.sub(r"(/[\w.+-]+){2,}", "…", str(error))
    return f"{type(error).__name__}: {text}".split("\n")[0][:300]


if __name__ == "__main__":
    main()
