"""The examples run offline, say what they promise, and stay short."""

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_retriever_keeps_the_answer_in_half_of_the_tokens(run_example):
    said = run_example("langchain_rag.py")
    assert "Parental leave is 90 days, paid in full." in said
    before, after = _numbers(said.splitlines()[-2])
    assert after <= 0.6 * before


def test_the_agent_sends_a_third_and_holds_its_budget(run_example):
    said = run_example("langchain_agent.py").splitlines()
    assert said[0] == said[2] == "All are late."
    plain, _ = _numbers(said[1])
    shorter, most = _numbers(said[3])
    assert shorter < plain / 3
    assert most <= 1_000


def test_the_memory_holds_its_limit_and_survives_a_restart(run_example):
    said = run_example("langchain_memory.py")
    lines = said.splitlines()
    assert lines[0] == "60 messages are kept,"
    assert _numbers(lines[2])[0] <= 300
    assert lines[-1] == "The same after a restart: True"


def test_the_agent_asks_for_a_hidden_row_and_gets_it(run_example):
    said = run_example("langchain_hidden_rows.py")
    assert "web-731,node-2;ready:false" in said
    assert "web-411,node" not in said
    assert said.rstrip().endswith(
        'ai: The row says: {"name":"web-411","node":"node-6","ready":true}'
    )


@pytest.mark.parametrize("name", ["rag", "agent", "memory"])
def test_an_example_fits_on_a_screen(name):
    text = (EXAMPLES / f"langchain_{name}.py").read_text("utf-8")
    assert len(text.splitlines()) < 60


def _numbers(line):
    words = (word.strip(".,;:").replace(",", "") for word in line.split())
    return [int(word) for word in words if word.isdigit()]
