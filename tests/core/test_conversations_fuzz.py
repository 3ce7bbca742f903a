"""A small, seeded part of `make fuzz` (10,000 of each): every shape, every law."""

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "fuzz"
FUZZ = runpy.run_path(str(FOLDER / "fuzz_conversations.py"))
WIRE = runpy.run_path(str(FOLDER / "wire_formats.py"))
FORMATS, Row = FUZZ["FORMATS"], WIRE["Row"]


@pytest.mark.parametrize("name", list(FORMATS))
def test_generated_transcripts_break_no_law(name):
    if not FORMATS[name].is_installed:
        pytest.skip(f"{FORMATS[name].package} is not installed")
    outcomes = {FUZZ["check"](name, seed) for seed in range(10)}
    assert {"digest", "budget"} <= outcomes


USER, ANSWER = Row("user", [], []), Row("assistant", [], [])


@pytest.mark.parametrize(
    ("checker", "rows"),
    [
        ("chat_faults", [USER, Row("tool", [], ["x"])]),
        ("chat_faults", [USER, Row("assistant", ["x"], []), USER]),
        ("chat_faults", [ANSWER]),
        ("chat_faults", [USER, USER]),
        ("chat_faults", [USER, Row("assistant", ["x"], []), Row("tool", [], ["x"])]),
        ("anthropic_faults", [Row("system", [], []), USER]),
        ("anthropic_faults", [USER, Row("system", [], []), USER]),
        ("responses_faults", [USER, Row("reasoning", [], [], key="r")]),
        ("responses_faults", [USER, Row("assistant", [], [], key="c")]),
    ],
)
def test_the_checkers_see_what_a_vendor_would_refuse(checker, rows):
    assert +WIRE[checker](rows)


@pytest.mark.parametrize(
    ("checker", "rows"),
    [
        ("chat_faults", [USER, ANSWER, USER]),
        (
            "chat_faults",
            [USER, Row("assistant", ["x"], [], thinks=True), Row("tool", [], ["x"])],
        ),
        ("anthropic_faults", [USER, Row("system", [], []), ANSWER]),
        ("anthropic_faults", [Row("assistant", [], [], summary=True), USER]),
    ],
)
def test_the_checkers_let_pass_what_is_right(checker, rows):
    assert not +WIRE[checker](rows)
