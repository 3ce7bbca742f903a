"""The retrieval tool of LlamaIndex, and the example that uses it."""

import llama_index.core.llms
import pytest

from headroom.originals import MemoryStore, keep
from llama_index_headroom import compress_tool, retrieval_tool


def test_it_gives_the_part_that_is_asked_for_and_is_never_compressed():
    store = MemoryStore()
    handle = keep(store, b"one\ntwo\nthree\n")
    tool = retrieval_tool(store)
    assert compress_tool(tool) is tool
    answer = tool.call(handle=handle, lines="2")
    assert answer.content == "[headroom: lines 2 of 3]\ntwo"
    schema = tool.metadata.get_parameters_dict()["properties"]
    assert "hr_" in schema["handle"]["description"]


@pytest.mark.skipif(
    not hasattr(llama_index.core.llms, "MockFunctionCallingLLM"),
    reason="LlamaIndex's fake of a model that calls tools is newer",
)
def test_the_agent_asks_for_a_hidden_row_and_gets_it(run_example):
    said = run_example("llama_index_hidden_rows.py")
    assert "web-731;ready:false" in said
    assert "web-411\n" not in said
    assert said.rstrip().endswith('The row says: {"name":"web-411","ready":true}')
