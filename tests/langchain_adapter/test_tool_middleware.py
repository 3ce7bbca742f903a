"""Tool results in create_agent: minified as they come in, or once there are many."""

import asyncio
import json
import re
from copy import deepcopy

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ClearToolUsesEdit,
    ContextEditingMiddleware,
    ToolRetryMiddleware,
)
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt

from headroom import (
    JSONMinifier,
    SemanticCompressor,
    ToolOutputCompressor,
    retrieve,
)
from headroom.originals import MemoryStore
from langchain_headroom import (
    HeadroomContextEdit,
    HeadroomToolOutputMiddleware,
    wrap_tool,
)

ROWS = [{"id": i, "name": f"user {i}", "avatar_url": None} for i in range(20)]
RAW = json.dumps(ROWS)
SMALL = JSONMinifier().compress(ROWS)


@tool
def search(query: str) -> list:
    """Search the users."""
    return ROWS


@tool
def broken(query: str) -> list:
    """Fail."""
    raise ValueError(RAW)


def run(scripted, middleware, tools=(search,), script=({"query": "q"}, "Done.")):
    """Return the sync and async runs' tool messages, which must agree."""
    found = []
    for method in ("invoke", "ainvoke"):
        model = scripted(script=list(script), tool_name=tools[0].name)
        agent = create_agent(model, list(tools), middleware=middleware)
        state = {"messages": [HumanMessage("Find it", id="h")]}
        done = getattr(agent, method)(state)
        done = asyncio.run(done) if method == "ainvoke" else done
        found.append([m for m in done["messages"] if isinstance(m, ToolMessage)])
    sync, awaited = found
    assert [m.content for m in sync] == [m.content for m in awaited]
    assert [m.status for m in sync] == [m.status for m in awaited]
    return sync


class TestToolOutput:
    def test_a_result_reaches_the_model_minified(self, scripted):
        [message] = run(scripted, [HeadroomToolOutputMiddleware()])
        assert message.content == SMALL
        assert message.tool_call_id == "call-0-0"
        assert message.name == "search"

    def test_parallel_calls_are_all_answered(self, scripted):
        script = [[{"query": "a"}, {"query": "b"}, {"query": "c"}], "Done."]
        messages = run(scripted, [HeadroomToolOutputMiddleware()], script=script)
        assert [m.tool_call_id for m in messages] == [f"call-0-{i}" for i in range(3)]
        assert {m.content for m in messages} == {SMALL}

    @pytest.mark.parametrize(
        ("options", "content"),
        [
            ({"include_tools": ["search"]}, SMALL),
            ({"include_tools": [search]}, SMALL),
            ({"include_tools": ["other"]}, RAW),
            ({"include_tools": []}, RAW),
            ({"exclude_tools": ["search"]}, RAW),
            ({"exclude_tools": [search]}, RAW),
            ({"exclude_tools": ["sea*"]}, RAW),
            ({"exclude_tools": ["read_file"]}, SMALL),
            ({"min_tokens": 100_000}, RAW),
            ({"min_tokens": 10}, SMALL),
        ],
    )
    def test_tools_are_chosen_by_name_or_size(self, scripted, options, content):
        [message] = run(scripted, [HeadroomToolOutputMiddleware(**options)])
        assert message.content == content

    @pytest.mark.parametrize(
        ("options", "content"),
        [
            ({}, RAW),
            ({"exclude_tools": []}, SMALL),
            ({"include_tools": ["mcp__fs__read_file"]}, SMALL),
        ],
    )
    def test_files_stay_to_the_letter_unless_they_are_asked_for(
        self, scripted, options, content
    ):
        @tool("mcp__fs__read_file")
        def read_file(query: str) -> list:
            """Read a file."""
            return ROWS

        [message] = run(
            scripted, [HeadroomToolOutputMiddleware(**options)], tools=[read_file]
        )
        assert message.content == content

    def test_one_name_in_place_of_a_list_is_an_error(self):
        with pytest.raises(TypeError, match="list"):
            HeadroomToolOutputMiddleware(exclude_tools="search")

    def test_return_direct_reaches_the_user_untouched(self, scripted):
        @tool(return_direct=True)
        def direct(query: str) -> list:
            """Search."""
            return ROWS

        [message] = run(scripted, [HeadroomToolOutputMiddleware()], tools=[direct])
        assert message.content == RAW

    def test_errors_reach_the_model_word_for_word(self, scripted):
        middleware = [
            HeadroomToolOutputMiddleware(),
            ToolRetryMiddleware(max_retries=0, on_failure="continue"),
        ]
        [message] = run(scripted, middleware, tools=[broken])
        assert message.status == "error"
        assert "headroom" not in message.response_metadata

    def test_what_a_tool_raises_is_raised(self, scripted):
        with pytest.raises(ValueError, match="user 3"):
            run(scripted, [HeadroomToolOutputMiddleware()], tools=[broken])

    def test_a_wrapped_tool_is_not_minified_twice(self, scripted):
        [message] = run(
            scripted, [HeadroomToolOutputMiddleware()], tools=[wrap_tool(search)]
        )
        assert message.content == SMALL

    def test_a_command_keeps_what_else_it_updates(self):
        others = [
            ToolMessage(RAW, tool_call_id="other"),
            HumanMessage("hello"),
        ]
        answer = ToolMessage(RAW, tool_call_id="c1", artifact={"a": 1}, id="m")
        command = Command(
            update={"messages": [*others, answer], "todo": [1]}, goto="tools"
        )
        before = deepcopy(command)
        out = self.handled(command)
        assert command == before
        assert out.goto == "tools"
        assert out.update["todo"] == [1]
        assert out.update["messages"][:2] == others
        minified = out.update["messages"][2]
        assert (minified.content, minified.id) == (SMALL, "m")
        assert minified.artifact == {"a": 1}

    def test_a_command_of_pairs_and_lists_of_results_are_read(self):
        answer = ToolMessage(RAW, tool_call_id="c1")
        out = self.handled([Command(update=[("messages", [answer])]), answer])
        assert out[0].update[0][1][0].content == SMALL
        assert out[1].content == SMALL

    def test_what_holds_no_answer_comes_back_itself(self):
        command = Command(goto="end")
        assert self.handled(command) is command

    def handled(self, output):
        class Request:
            tool_call = {"name": "search", "id": "c1", "args": {}}
            tool = None

        middleware = HeadroomToolOutputMiddleware()
        return middleware.wrap_tool_call(Request(), lambda request: output)

    def test_two_instances_live_in_one_agent(self, scripted):
        middleware = [
            HeadroomToolOutputMiddleware(include_tools=["search"]),
            HeadroomToolOutputMiddleware(include_tools=["other"], name="others"),
        ]
        [message] = run(scripted, middleware)
        assert message.content == SMALL

    def test_it_sees_what_inner_middleware_returns(self, scripted):
        class Append(AgentMiddleware):
            def wrap_tool_call(self, request, handler):
                message = handler(request)
                return message.model_copy(update={"content": json.dumps(ROWS[:5])})

            async def awrap_tool_call(self, request, handler):
                message = await handler(request)
                return message.model_copy(update={"content": json.dumps(ROWS[:5])})

        [message] = run(scripted, [HeadroomToolOutputMiddleware(), Append()])
        assert message.content == JSONMinifier().compress(ROWS[:5])

    def test_an_interrupt_passes_and_resumes(self, scripted):
        @tool
        def ask(query: str) -> list:
            """Ask the user."""
            return [*ROWS, {"id": 99, "name": interrupt("who?")}]

        model = scripted(script=[{"query": "q"}, "Done."], tool_name="ask")
        agent = create_agent(
            model,
            [ask],
            middleware=[HeadroomToolOutputMiddleware()],
            checkpointer=InMemorySaver(),
        )
        config = {"configurable": {"thread_id": "1"}}
        stopped = agent.invoke({"messages": [("user", "hi")]}, config)
        assert stopped["__interrupt__"][0].value == "who?"
        done = agent.invoke(Command(resume="Ada"), config)
        [message] = [m for m in done["messages"] if isinstance(m, ToolMessage)]
        assert JSONMinifier.decode(message.content)[-1] == {"id": 99, "name": "Ada"}


def history(results=6):
    messages = [HumanMessage("Find them")]
    for i in range(results):
        call = {"name": "search", "args": {"query": f"q{i}"}, "id": f"c{i}"}
        messages += [
            AIMessage("", tool_calls=[call]),
            ToolMessage(RAW, tool_call_id=f"c{i}", artifact={"n": i}, id=f"t{i}"),
        ]
    return messages


@pytest.mark.parametrize("kind", [HeadroomToolOutputMiddleware, HeadroomContextEdit])
@pytest.mark.parametrize("wrong", [5, SemanticCompressor(0.5)])
def test_what_is_no_minifier_is_refused_at_once(kind, wrong):
    with pytest.raises(TypeError, match=r"pass ToolOutputCompressor\(\.\.\.\)"):
        kind(wrong)


class TestContextEdit:
    def edited(self, name=None, **options):
        messages = history()
        for message in messages:
            if isinstance(message, ToolMessage):
                message.name = name
        edit = HeadroomContextEdit(**options)
        edit.apply(messages, count_tokens=count_tokens_approximately)
        self.savings = edit.savings
        return [m for m in messages if isinstance(m, ToolMessage)]

    def test_below_the_trigger_nothing_changes(self):
        assert {m.content for m in self.edited()} == {RAW}

    @pytest.mark.parametrize("keep", [0, 1, 3, 6, 9])
    def test_above_it_all_but_the_latest_are_minified(self, keep):
        results = self.edited(trigger=100, keep=keep)
        expected = [SMALL] * max(0, 6 - keep) + [RAW] * min(6, keep)
        assert [m.content for m in results] == expected
        assert [m.artifact for m in results] == [{"n": i} for i in range(6)]
        assert [m.id for m in results] == [f"t{i}" for i in range(6)]
        assert self.savings.total.results == max(0, 6 - keep)

    def test_files_stay(self):
        results = self.edited("read_file", trigger=100, keep=0)
        assert {m.content for m in results} == {RAW}

    def test_excluded_tools_stay_even_where_only_the_call_names_them(self):
        results = self.edited(trigger=100, keep=0, exclude_tools=["search"])
        assert {m.content for m in results} == {RAW}

    def test_under_a_small_cap_old_results_become_their_handles(self):
        store = MemoryStore()
        compressor = ToolOutputCompressor(max_tokens=80, store=store)
        results = self.edited(minifier=compressor, trigger=100, keep=1)
        assert results[-1].content == RAW
        handle = re.search(r"hr_[0-9a-f]{32}", results[0].content)[0]
        assert ROWS[7]["name"] in retrieve(handle, rows="7", store=store)

    @pytest.mark.parametrize("method", ["invoke", "ainvoke"])
    def test_in_the_middleware_beside_clearing(self, scripted, method):
        edits = [
            HeadroomContextEdit(trigger=1_000, keep=1),
            ClearToolUsesEdit(trigger=100_000),
        ]
        model = scripted(script=[{"query": "q"}] * 5 + ["Done."])
        agent = create_agent(
            model, [search], middleware=[ContextEditingMiddleware(edits=edits)]
        )
        done = getattr(agent, method)({"messages": [("user", "hi")]})
        done = asyncio.run(done) if method == "ainvoke" else done
        sent = [m for m in model.sent[-1] if isinstance(m, ToolMessage)]
        assert [m.content for m in sent] == [SMALL] * 4 + [RAW]
        kept = [m for m in done["messages"] if isinstance(m, ToolMessage)]
        assert {m.content for m in kept} == {RAW}
