"""A small, seeded part of `make fuzz`: every shape, every law."""

import runpy
from pathlib import Path

import pytest

FUZZ = runpy.run_path(
    str(Path(__file__).parents[2] / "benchmarks" / "fuzz_conversations.py")
)


@pytest.mark.parametrize("shape", list(FUZZ["SHAPES"]))
def test_generated_transcripts_break_no_law(shape):
    if package := FUZZ["SHAPES"][shape][2]:
        pytest.importorskip(package)
    outcomes = {FUZZ["check"](shape, seed) for seed in range(60)}
    assert {"digest", "budget", "whole"} <= outcomes


def test_the_validator_sees_what_an_api_would_refuse():
    faults = FUZZ["faults"]
    assert faults([("user", [], []), ("tool", [], ["x"])])
    assert faults([("user", [], []), ("assistant", ["x"], []), ("user", [], [])])
    assert faults([("assistant", [], [])])
    assert not faults([("user", [], []), ("assistant", ["x"], []), ("tool", [], ["x"])])
