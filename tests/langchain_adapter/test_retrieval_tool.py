"""The retrieval tool of LangChain, beside capped tools."""

from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool

from headroom import ToolOutputCompressor
from headroom.originals import MemoryStore, keep
from langchain_headroom import (
    HeadroomToolOutputMiddleware,
    retrieval_tool,
    wrap_tool,
)

LOG = "".join(f"request {n} served\n" for n in range(3_000))
CALL = {"name": "read_log", "args": {}, "id": "1"}


@tool
def read_log() -> str:
    """Read the log."""
    return LOG


class Model(FakeMessagesListChatModel):
    def bind_tools(self, tools, **options):
        return self


def test_it_gives_the_part_that_is_asked_for_and_is_never_wrapped():
    store = MemoryStore()
    handle = keep(store, LOG.encode())
    tool = retrieval_tool(store)
    assert wrap_tool(tool) is tool
    call = {"type": "tool_call", "id": "1", "name": tool.name}
    answer = tool.invoke({**call, "args": {"handle": handle, "lines": "2"}})
    assert answer.content == "[headroom: lines 2 of 3,000]\nrequest 1 served"


def test_a_wrapped_tool_is_capped_and_keeps_its_original():
    store = MemoryStore()
    capped = wrap_tool(read_log, ToolOutputCompressor(max_tokens=200, store=store))
    answer = capped.invoke({"type": "tool_call", **CALL})
    assert "lines hidden; headroom_retrieve(handle=" in answer.content


def test_the_middleware_asks_with_the_last_user_message_and_spares_what_was_retrieved():
    store = MemoryStore()
    compressor = ToolOutputCompressor(max_tokens=200, store=store)
    handle = keep(store, LOG.encode())
    part = {"handle": handle, "lines": "1-100"}
    again = {"name": "headroom_retrieve", "args": part, "id": "2"}
    model = Model(
        responses=[
            AIMessage("", tool_calls=[CALL]),
            AIMessage("", tool_calls=[again]),
            AIMessage("done"),
        ]
    )
    agent = create_agent(
        model,
        [read_log, retrieval_tool(store)],
        middleware=[HeadroomToolOutputMiddleware(compressor)],
    )
    said = agent.invoke({"messages": [("user", "What became of request 1234?")]})
    first, second = (m for m in said["messages"] if isinstance(m, ToolMessage))
    assert "request 1234 served" in first.content
    assert second.content.count("served") == 100
