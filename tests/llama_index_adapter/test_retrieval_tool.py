"""The retrieval tool of LlamaIndex, and the example that uses it."""

import os
import subprocess
import sys
from pathlib import Path

from headroom.originals import MemoryStore, keep
from llama_index_headroom import compress_tool, retrieval_tool

EXAMPLE = Path(__file__).parents[2] / "examples/llama_index_hidden_rows.py"


def test_it_gives_the_part_that_is_asked_for_and_is_never_compressed():
    store = MemoryStore()
    handle = keep(store, b"one\ntwo\nthree\n")
    tool = retrieval_tool(store)
    assert compress_tool(tool) is tool
    answer = tool.call(handle=handle, lines="2")
    assert answer.content == "[headroom: lines 2 of 3]\ntwo"
    schema = tool.metadata.get_parameters_dict()["properties"]
    assert "hr_" in schema["handle"]["description"]


def test_the_agent_asks_for_a_hidden_row_and_gets_it():
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)],
        capture_output=True,
        text=True,
        timeout=120,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
    assert "web-731;ready:false" in done.stdout
    assert "web-411\n" not in done.stdout
    assert done.stdout.rstrip().endswith(
        'The row says: {"name":"web-411","ready":true}'
    )
