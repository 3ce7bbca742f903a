"""Tools that answer with text that is no JSON."""

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool

from headroom import ToolOutputCompressor
from langchain_headroom import HeadroomToolOutputMiddleware, wrap_tool

LOG = "\n".join(
    f"2026-11-27 22:25:{n % 60:02d} [{n * 37 % 100}] INFO request {n} done in {n % 9} s"
    for n in range(300)
)


@tool
def logs(query: str) -> str:
    """Read the log."""
    return LOG


def test_a_wrapped_tool_folds_its_log():
    call = {"name": "logs", "args": {"query": "q"}, "id": "1", "type": "tool_call"}
    text = wrap_tool(logs).invoke(call).content
    assert len(text) < len(LOG) / 2
    assert ToolOutputCompressor.decode(text) == LOG


def shown(scripted, middleware, question):
    model = scripted(script=[{"query": "q"}, "Done."], tool_name="logs")
    agent = create_agent(model, [logs], middleware=[middleware])
    done = agent.invoke({"messages": [HumanMessage(question)]})
    [message] = [m for m in done["messages"] if isinstance(m, ToolMessage)]
    return message.content


def test_the_middleware_folds_a_log(scripted):
    text = shown(scripted, HeadroomToolOutputMiddleware(), "What happened?")
    assert ToolOutputCompressor.decode(text) == LOG
    assert len(text) < len(LOG) / 2


def test_under_a_cap_the_middleware_shows_what_the_user_asked_for(scripted):
    capped = HeadroomToolOutputMiddleware(ToolOutputCompressor(max_tokens=300))
    row = "2026-11-27 22:25:37 [29] INFO request 217 done in 1 s"
    assert row in shown(scripted, capped, "How long did request 217 take?")
    assert row not in shown(scripted, capped, "What happened?")
