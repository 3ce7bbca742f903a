"""wrap_tool and wrap_tools: every kind of tool stays what it was, and says less."""

import asyncio
import json
import logging
import pickle
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain.tools import InjectedState, InjectedToolCallId, ToolRuntime
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import ToolMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import (
    BaseTool,
    StructuredTool,
    Tool,
    ToolException,
    create_retriever_tool,
    tool,
)
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests
from langgraph.types import Command
from pydantic import BaseModel

from headroom import InputError, JSONMinifier, SemanticCompressor
from headroom.tokens import default_counter
from langchain_headroom import wrap_tool, wrap_tools

ROWS = [
    {"id": i, "name": f"user {i}", "avatar_url": f"https://x.io/{i}.png", "team": None}
    for i in range(20)
]


class User(BaseModel):
    id: int
    name: str
    team: str | None = None


class Team(BaseModel):
    users: list[User]


@dataclass
class Point:
    x: int
    y: int


def call(wrapped, **args):
    return {"type": "tool_call", "id": "c1", "name": wrapped.name, "args": args}


def rows(query: str) -> list:
    """Search the users."""
    return ROWS


async def arows(query: str) -> list:
    """Search the users."""
    return ROWS


class RowsTool(BaseTool):
    """A tool by class, without a schema of its own."""

    name: str = "rows"
    description: str = "Search the users."
    limit: int = 20

    def _run(self, query: str, run_manager: Any = None) -> list:
        return ROWS[: self.limit]


class AsyncRowsTool(RowsTool):
    async def _arun(self, query: str) -> list:
        return ROWS[: self.limit]


class Lines(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager):
        return [Document(json.dumps(ROWS))]


def mcp_like():
    """Return a tool as langchain-mcp-adapters makes them: async, blocks, artifact."""

    async def run(**arguments):
        return [{"type": "text", "text": json.dumps(ROWS)}], {"raw": ROWS}

    schema = {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
    }
    return StructuredTool(
        name="rows",
        description="Search the users.",
        args_schema=schema,
        coroutine=run,
        response_format="content_and_artifact",
    )


KINDS = {
    "function": lambda: tool(rows),
    "decorated async": lambda: tool("rows")(arows),
    "structured": lambda: StructuredTool.from_function(rows, coroutine=arows),
    "single input": lambda: Tool(name="rows", func=rows, description="Search users."),
    "class": RowsTool,
    "async class": AsyncRowsTool,
    "retriever": lambda: create_retriever_tool(Lines(), "rows", "Search the users."),
    "mcp": mcp_like,
}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def text_of(message):
    content = message.content
    return content if isinstance(content, str) else content[0]["text"]


class TestEveryKind:
    def test_it_keeps_class_name_schema_and_flags(self, kind):
        plain = KINDS[kind]()
        wrapped = wrap_tool(plain)
        assert isinstance(wrapped, type(plain))
        assert type(wrapped).__name__ == type(plain).__name__
        for word in ("name", "description", "return_direct", "response_format", "tags"):
            assert getattr(wrapped, word) == getattr(plain, word)
        assert wrapped.args == plain.args
        assert convert_to_openai_tool(wrapped) == convert_to_openai_tool(plain)

    def test_a_models_call_gets_less_and_all_of_it(self, kind):
        plain = KINDS[kind]()
        wrapped = wrap_tool(plain, JSONMinifier.lossless())
        raw = asyncio.run(plain.ainvoke(call(plain, query="u")))
        message = asyncio.run(wrapped.ainvoke(call(plain, query="u")))
        assert isinstance(message, ToolMessage)
        assert (message.name, message.tool_call_id) == ("rows", "c1")
        assert message.status == "success"
        assert message.artifact == raw.artifact
        assert len(text_of(message)) < len(text_of(raw))
        assert JSONMinifier.decode(text_of(message)) == ROWS
        mark = message.response_metadata["headroom"]
        assert mark["tokens_after"] < mark["tokens_before"]
        json.dumps(mark)

    def test_sync_and_async_say_the_same(self, kind):
        wrapped = wrap_tool(KINDS[kind]())
        if kind in ("decorated async", "mcp"):
            with pytest.raises(NotImplementedError):
                wrapped.invoke(call(wrapped, query="u"))
            return
        sync = wrapped.invoke(call(wrapped, query="u"))
        assert asyncio.run(wrapped.ainvoke(call(wrapped, query="u"))) == sync

    def test_a_call_of_yours_gets_the_native_result(self, kind):
        plain = KINDS[kind]()
        native = asyncio.run(plain.ainvoke({"query": "u"}))
        assert asyncio.run(wrap_tool(plain).ainvoke({"query": "u"})) == native

    def test_the_tool_that_is_wrapped_does_not_change(self, kind):
        plain = KINDS[kind]()
        before = asyncio.run(plain.ainvoke(call(plain, query="u")))
        before_type, state = type(plain), dict(plain.__dict__)
        wrap_tool(plain)
        assert type(plain) is before_type
        assert dict(plain.__dict__) == state
        assert asyncio.run(plain.ainvoke(call(plain, query="u"))) == before

    def test_wrapping_twice_is_wrapping_once(self, kind):
        once = wrap_tool(KINDS[kind]())
        twice = wrap_tool(once, JSONMinifier(exclude_keys=["name"]))
        assert type(twice) is type(once)
        message = asyncio.run(twice.ainvoke(call(once, query="u")))
        assert "user 3" not in text_of(message)

    def test_copies_minify_too(self, kind):
        wrapped = wrap_tool(KINDS[kind]())
        expected = asyncio.run(wrapped.ainvoke(call(wrapped, query="u")))
        for twin in (wrapped.model_copy(), wrap_tool(wrapped)):
            assert asyncio.run(twin.ainvoke(call(wrapped, query="u"))) == expected


def result_of(value, **options):
    @tool(**options)
    def give() -> Any:
        """Give it."""
        return value

    return (
        wrap_tool(give).invoke(call(give)),
        give.invoke(call(give)),
    )


@dataclass
class Account:
    owner: str
    token: str = field(repr=False, default="s3cret")


@dataclass
class Balance:
    cents: int

    def __str__(self) -> str:
        return f"{self.cents / 100:.2f} EUR in credit"


class TestResults:
    @pytest.mark.parametrize(
        ("value", "decoded"),
        [
            (
                [User(id=i, name=f"user {i}") for i in range(9)],
                [{"id": i, "name": f"user {i}", "team": None} for i in range(9)],
            ),
            (
                Team(users=[User(id=i, name=f"user {i}") for i in range(9)]),
                {
                    "users": [
                        {"id": i, "name": f"user {i}", "team": None} for i in range(9)
                    ]
                },
            ),
            (
                {"points": [Point(i, i) for i in range(9)]},
                {"points": [{"x": i, "y": i} for i in range(9)]},
            ),
        ],
        ids=["models", "model", "dataclasses"],
    )
    def test_objects_are_minified_themselves_not_their_repr(self, value, decoded):
        message, raw = result_of(value)
        assert JSONMinifier.decode(message.content) == decoded
        assert len(message.content) < len(raw.content)

    def test_json_text_and_the_object_give_the_same(self):
        from_text, _ = result_of(json.dumps(ROWS))
        from_object, _ = result_of(ROWS)
        assert from_text.content == from_object.content

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=9),
            lambda each: (
                st.lists(each, max_size=4)
                | st.dictionaries(st.text(max_size=4), each, max_size=4)
            ),
        )
    )
    def test_a_result_is_never_changed_nor_longer(self, value):
        before = deepcopy(value)
        message, raw = result_of(value)
        assert value == before
        count = default_counter()
        assert count(str(message.content)) <= count(str(raw.content))

    @pytest.mark.parametrize(
        "value", ["Sunny, 21 degrees.", "", 7, None, True, b"\xff"]
    )
    def test_what_cannot_shrink_stays_as_it_is(self, value):
        message, raw = result_of(value)
        assert message == raw
        assert "headroom" not in message.response_metadata

    def test_of_blocks_only_text_changes(self):
        image = {"type": "image", "url": "https://x.io/a.png"}
        text = {
            "type": "text",
            "text": json.dumps(ROWS),
            "cache_control": {"type": "ephemeral"},
        }
        message, _ = result_of([image, text, json.dumps(ROWS)])
        assert message.content[0] == image
        assert message.content[1]["cache_control"] == {"type": "ephemeral"}
        assert message.content[1]["text"] == message.content[2]
        assert len(message.content[2]) < len(json.dumps(ROWS))

    def test_artifacts_are_handed_on(self):
        artifact = object()
        message, _ = result_of((ROWS, artifact), response_format="content_and_artifact")
        assert message.artifact is artifact
        assert len(message.content) < len(json.dumps(ROWS))

    def test_return_direct_goes_to_the_user_untouched(self):
        message, raw = result_of(ROWS, return_direct=True)
        assert message == raw

    def test_a_minifier_that_fails_leaves_the_result_and_a_warning(self, caplog):
        class Broken(JSONMinifier):
            def compress(self, data):
                raise OSError("no counter")

        @tool
        def give() -> list:
            """Give it."""
            return ROWS

        with caplog.at_level(logging.WARNING, "langchain_headroom"):
            message = wrap_tool(give, Broken()).invoke(call(give))
        assert message == give.invoke(call(give))
        assert "no counter" in caplog.text

    def test_an_object_without_a_json_form_stays_its_text(self, caplog):
        value = {"at": object()}
        for _ in range(2):
            message, raw = result_of(value)
            assert message == raw
        assert [one for one in caplog.messages if "$.at" in one] == caplog.messages
        assert len(caplog.messages) == 1

    def test_what_a_class_hides_from_its_repr_stays_hidden(self):
        value = [{"n": n, "account": Account("ada lovelace")} for n in range(9)]
        message, raw = result_of(value)
        assert len(message.content) < len(raw.content)
        assert "ada lovelace" in message.content
        assert "s3cret" not in message.content

    def test_an_object_with_a_text_of_its_own_reads_as_that(self):
        message, raw = result_of(Balance(1250))
        assert message.content == raw.content == "12.50 EUR in credit"

    def test_a_leaf_without_a_json_form_is_written_as_its_text(self, caplog):
        class Key:
            def __str__(self):
                return "65a0f1"

        value = [{"_id": Key(), "state": "open"} for _ in range(9)]
        for _ in range(2):
            message, _ = result_of(value)
        assert JSONMinifier.decode(message.content)[0] == {
            "_id": "65a0f1",
            "state": "open",
        }
        assert len([one for one in caplog.messages if "type Key" in one]) == 1

    def test_any_object_that_compresses_text_will_do_and_savings_are_counted(self):
        class Head:
            def compress(self, text):
                return text[:20]

        @tool
        def rows() -> list:
            """Give rows."""
            return ROWS

        wrapped = wrap_tool(rows, Head())
        raw = rows.invoke(call(rows)).content
        assert wrapped.invoke(call(rows)).content == raw[:20]
        assert wrapped.savings.by_tool["rows"].results == 1
        assert wrapped.savings.total.tokens_saved > 0
        assert "rows: 1 results" in str(wrapped.savings)

    def test_text_blocks_of_one_row_each_become_one_table(self):
        blocks = [{"type": "text", "text": json.dumps(row)} for row in ROWS]
        message, _ = result_of(blocks)
        [block] = message.content
        assert [row["id"] for row in JSONMinifier.decode(block["text"])] == [
            row["id"] for row in ROWS
        ]

    def test_callbacks_see_the_raw_result(self):
        class Ends(BaseCallbackHandler):
            seen = []

            def on_tool_end(self, output, **kwargs):
                self.seen.append(output)

        handler = Ends()
        wrapped = wrap_tool(tool(rows))
        wrapped.invoke(call(wrapped, query="u"), {"callbacks": [handler]})
        assert handler.seen[0].content == json.dumps(ROWS)


class TestErrors:
    def broken(self, **options):
        @tool
        def broken(page: int) -> str:
            """Fail."""
            raise ToolException(json.dumps(ROWS))

        broken.handle_tool_error = options.get("handle_tool_error", False)
        broken.handle_validation_error = options.get("handle_validation_error", False)
        return wrap_tool(broken)

    @pytest.mark.parametrize("one", [RowsTool(), len])
    def test_one_tool_where_many_belong_says_what_to_call(self, one):
        with pytest.raises(InputError, match=r"wrap_tool\(tool\)"):
            wrap_tools(one)

    def test_what_a_tool_raises_is_raised(self):
        with pytest.raises(ToolException):
            self.broken().invoke(call(self.broken(), page=1))

    def test_a_handled_error_reaches_the_model_word_for_word(self):
        message = self.broken(handle_tool_error=True).invoke(
            call(self.broken(), page=1)
        )
        assert message.status == "error"
        assert message.content == json.dumps(ROWS)

    def test_validation_errors_are_handled_as_before(self):
        wrapped = self.broken(handle_validation_error="wrong page")
        message = wrapped.invoke(call(wrapped, page="x"))
        assert (message.status, message.content) == ("error", "wrong page")


class InjectedTool(BaseTool):
    name: str = "search"
    description: str = "Search."

    def _run(
        self,
        query: str,
        state: Annotated[dict, InjectedState],
    ) -> dict:
        return {"query": query, "said": len(state["messages"]), "x": None}

    @pytest.mark.parametrize("wrong", [5, SemanticCompressor(0.5)])
    def test_what_is_no_minifier_is_refused_at_once(self, wrong):
        for wrapped in (lambda: wrap_tool(len, wrong), lambda: wrap_tools([], wrong)):
            with pytest.raises(
                TypeError, match=r"pass ToolOutputCompressor\(\.\.\.\), or None"
            ):
                wrapped()

    @pytest.mark.parametrize("wrap", [wrap_tool, lambda tool: wrap_tools([tool])])
    def test_what_is_no_tool_is_refused(self, wrap):
        with pytest.raises(TypeError, match="tool='x'; pass a tool or a function"):
            wrap("x")


class TestInAgents:
    def answer(self, scripted, *tools):
        model = scripted(script=[{"query": "q"}, "Done."])
        agent = create_agent(model, wrap_tools(tools))
        messages = agent.invoke({"messages": [("user", "Find it")]})["messages"]
        return next(m for m in messages if isinstance(m, ToolMessage))

    def test_injected_state_and_call_id_arrive(self, scripted):
        @tool
        def search(
            query: str,
            state: Annotated[dict, InjectedState],
            call_id: Annotated[str, InjectedToolCallId],
        ) -> dict:
            """Search."""
            return {"said": len(state["messages"]), "id": call_id, "none": None}

        message = self.answer(scripted, search)
        assert json.loads(message.content) == {
            "said": 2,
            "id": message.tool_call_id,
            "none": None,
        }

    def test_a_class_tool_gets_what_is_injected(self, scripted):
        message = self.answer(scripted, InjectedTool())
        assert json.loads(message.content) == {"query": "q", "said": 2, "x": None}

    def test_tool_runtime_arrives(self, scripted):
        @tool
        def search(query: str, runtime: ToolRuntime) -> dict:
            """Search."""
            return {"id": runtime.tool_call_id, "none": None}

        message = self.answer(scripted, search)
        assert json.loads(message.content) == {
            "id": message.tool_call_id,
            "none": None,
        }

    def test_a_command_updates_the_state_with_a_minified_answer(self, scripted):
        @tool
        def search(query: str, call_id: Annotated[str, InjectedToolCallId]) -> Command:
            """Search."""
            return Command(
                update={
                    "messages": [ToolMessage(json.dumps(ROWS), tool_call_id=call_id)]
                }
            )

        message = self.answer(scripted, search)
        assert len(message.content) < len(json.dumps(ROWS)) / 2

    def test_plain_functions_and_providers_tools_pass(self):
        server_tool = {"type": "web_search_20250305", "name": "web_search"}
        wrapped = wrap_tools([rows, server_tool])
        assert wrapped[0].name == "rows"
        assert wrapped[1] is server_tool
        assert wrap_tools([]) == []

    def test_of_several_those_that_show_files_stay_as_they_are(self):
        file = tool("read_file")(rows)
        wrapped = wrap_tools([file, rows])
        assert wrapped[0] is file
        call = {"type": "tool_call", "name": "rows", "id": "1", "args": {"query": "x"}}
        shown = [each.invoke(call).content for each in wrapped]
        assert len(shown[1]) < len(shown[0]) / 2


class Doubling(BaseTool):
    """A tool that pickles, for it is found by name."""

    name: str = "doubling"
    description: str = "Double a number."

    def _run(self, number: int) -> dict:
        return {"doubled": number * 2, "note": None}


def test_a_wrapped_tool_is_pickled():
    wrapped = wrap_tool(Doubling(), JSONMinifier(format="json"))
    twin = pickle.loads(pickle.dumps(wrapped))
    assert type(twin) is type(wrapped)
    assert twin.invoke(call(wrapped, number=4)) == wrapped.invoke(
        call(wrapped, number=4)
    )


class _Standard:
    @property
    def tool_constructor(self):
        return wrap_tool(Doubling())

    @property
    def tool_invoke_params_example(self):
        return {"number": 21}


class TestStandardUnit(_Standard, ToolsUnitTests):
    """LangChain's own tests of tools."""


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore:The test .* is marked with '@pytest.mark.asyncio'")
class TestStandardIntegration(_Standard, ToolsIntegrationTests):
    """LangChain's own tests of tools that run."""
