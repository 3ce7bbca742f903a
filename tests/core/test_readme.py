"""README.md shows what the commands print."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_demo_checks_its_promise(run_example, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    printed = run_example("demo.py")
    assert printed.count("% saved") == 4
    assert "decode() returned the log, byte for byte" in printed


def test_every_make_target_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text("utf-8")
        assert set(re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE)) <= targets
