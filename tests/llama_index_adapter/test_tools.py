"""compress_tool, compress_tools, headroom_callback: what the model reads is shorter."""

import asyncio
import dataclasses
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core import MockEmbedding, VectorStoreIndex
from llama_index.core.base.llms.types import ImageBlock, TextBlock
from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import BaseModel
from llama_index.core.llms import MockLLM
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.tools import (
    AsyncBaseTool,
    BaseTool,
    FunctionTool,
    QueryEngineTool,
    RetrieverTool,
    ToolMetadata,
    ToolOutput,
)
from llama_index.core.tools.calling import acall_tool, call_tool
from llama_index.core.workflow import Context

from headroom import InputError, JSONMinifier, SemanticCompressor
from llama_index_headroom import (
    compress_output,
    compress_tool,
    compress_tools,
    headroom_callback,
)
from llama_index_headroom.tokens import count_tokens

ORDERS = [
    {"id": n, "state": "shipped", "note": None, "total": {"amount": n * 10}}
    for n in range(1, 9)
]


def list_orders(state: str = "shipped") -> list:
    """List the orders in a state."""
    return ORDERS


async def alist_orders() -> list:
    """List all orders."""
    return ORDERS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=12,
)


def tool_of(value, **options):
    return FunctionTool.from_defaults(
        lambda: value, name="t", description="d", **options
    )


class TestLaws:
    @given(json_values)
    def test_never_more_tokens_and_the_raw_output_stays(self, value):
        before = json.dumps(value)
        plain, slim = tool_of(value)(), compress_tool(tool_of(value))()
        assert count_tokens(slim.content) <= count_tokens(plain.content)
        assert slim.raw_output is value
        assert json.dumps(value) == before
        assert (slim.tool_name, slim.raw_input) == (plain.tool_name, plain.raw_input)

    @given(json_values)
    def test_what_is_shown_decodes_to_the_value(self, value):
        slim = compress_tool(tool_of(value), JSONMinifier.lossless())()
        if slim.content not in ("", str(value)) and not isinstance(value, str):
            assert JSONMinifier.decode(slim.content) == value

    @given(json_values)
    def test_twice_is_once(self, value):
        once = compress_output(tool_of(value)())
        assert compress_output(once).content == once.content

    @given(json_values)
    def test_the_callback_shows_the_same(self, value):
        tool = tool_of(value, callback=headroom_callback())
        slim = compress_tool(tool_of(value))()
        assert tool().content == slim.content
        assert tool().raw_output is value


class TestFunctionTools:
    def test_a_function_becomes_a_tool_whose_output_is_short(self):
        tool = compress_tool(list_orders)
        output = tool()
        assert isinstance(tool, FunctionTool)
        assert tool.metadata.name == "list_orders"
        assert count_tokens(output.content) < 0.5 * count_tokens(str(ORDERS))
        assert output.raw_output is ORDERS
        assert "shipped" in output.content
        assert call_tool(tool, {"state": "shipped"}).content == output.content

    def test_async_calls_too(self):
        for function in (list_orders, alist_orders):
            tool = compress_tool(function)
            output = asyncio.run(tool.acall())
            assert output.content == compress_tool(list_orders)().content
            assert asyncio.run(acall_tool(tool, {})).content == output.content

    def test_it_shares_everything_else_and_leaves_the_original(self):
        plain = FunctionTool.from_defaults(list_orders, partial_params={"state": "x"})
        slim = compress_tool(plain)
        assert slim.metadata is plain.metadata
        assert slim.real_fn is plain.real_fn
        assert slim.fn is plain.fn
        assert slim.partial_params == {"state": "x"}
        assert slim().raw_input == plain().raw_input
        assert plain().content == str(ORDERS)

    def test_a_workflows_context_is_still_injected(self):
        async def remember(ctx: Context, what: str) -> dict:
            """Remember."""
            return {"seen": ctx, "what": what, "nothing": None}

        tool = compress_tool(FunctionTool.from_defaults(async_fn=remember))
        assert tool.requires_context
        assert tool.ctx_param_name == "ctx"
        assert "ctx" not in tool.metadata.get_parameters_dict()["properties"]
        with pytest.raises(ValueError, match="Context is required"):
            asyncio.run(tool.acall(what="x"))

    def test_subclasses_keep_their_own_ways(self):
        class Twice(FunctionTool):
            @property
            def metadata(self):
                return ToolMetadata(name="twice", description="d")

            def call(self, *args, **kwargs):
                output = super().call(*args, **kwargs)
                return ToolOutput(
                    tool_name="twice",
                    content=str(output.raw_output * 2),
                    raw_input={},
                    raw_output=output.raw_output * 2,
                )

        tool = compress_tool(Twice.from_defaults(list_orders))
        assert tool.metadata.name == "twice"
        assert JSONMinifier.decode(tool().content)[8]["id"] == 1

    def test_compressing_again_changes_nothing(self):
        tool = compress_tool(list_orders)
        assert compress_tool(tool) is tool

    def test_several_at_once(self):
        tools = compress_tools([list_orders, alist_orders])
        assert [t.metadata.name for t in tools] == ["list_orders", "alist_orders"]
        assert compress_tools([]) == []

    def test_of_several_those_that_show_files_stay_as_they_are(self):
        def read_file() -> list:
            """Read a file."""
            return ORDERS

        file, orders = compress_tools([read_file, list_orders])
        assert file().content == str(ORDERS)
        assert len(orders().content) < len(str(ORDERS)) / 2

    def test_the_given_minifier_is_used(self):
        tool = compress_tool(list_orders, JSONMinifier(exclude_keys=["total"]))
        assert "total" not in tool().content
        tool = tool_of(
            ORDERS, callback=headroom_callback(JSONMinifier(exclude_keys=["total"]))
        )
        assert "total" not in tool().content

    def test_a_tools_own_callback_goes_first(self):
        tool = compress_tool(tool_of(ORDERS, callback=lambda raw: "eight orders"))
        assert tool().content == "eight orders"

    def test_the_callback_pickles(self):
        callback = pickle.loads(pickle.dumps(headroom_callback()))
        assert callback(ORDERS) == headroom_callback()(ORDERS)

    @pytest.mark.parametrize("one", [FunctionTool.from_defaults(len), len])
    def test_one_tool_where_many_belong_says_what_to_call(self, one):
        with pytest.raises(InputError, match=r"compress_tool\(tool\)"):
            compress_tools(one)

    def test_a_function_that_raises_still_does(self):
        def fail() -> None:
            """Fail."""
            raise KeyError("x")

        with pytest.raises(KeyError):
            compress_tool(fail)()
        output = call_tool(compress_tool(fail), {})
        assert output.is_error
        assert "x" in output.content


class Address(BaseModel):
    street: str
    floor: int | None = None


@dataclasses.dataclass
class Parcel:
    weight_grams: int
    label: str | None = None


class McpText(BaseModel):
    type: str = "text"
    text: str


class McpPicture(BaseModel):
    type: str = "image"
    data: str = "aGk="


class McpResult(BaseModel):
    """The shape of mcp.types.CallToolResult."""

    meta: dict | None = None
    content: list[McpText | McpPicture]
    isError: bool = False  # noqa: N815 - as MCP spells it


class TestRawOutputs:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (
                [Address(street=f"Street {n}") for n in range(3)],
                "#headroom k=v holds unless ;k:x\n[3](street,floor=null):\n"
                "Street 0\nStreet 1\nStreet 2",
            ),
            (
                [Parcel(weight) for weight in (900, 901, 902)],
                "#headroom k=v holds unless ;k:x\n[3](weight_grams,label=null):\n"
                "900\n901\n902",
            ),
            ('{"a": 1, "b": null, "c": [1, 2]}', '{"a":1,"b":null,"c":[1,2]}'),
            (McpResult(content=[McpText(text='{"a": 1, "b": 2}')]), '{"a":1,"b":2}'),
            (
                McpResult(content=[McpText(text="one"), McpText(text="two")]),
                "one\ntwo",
            ),
        ],
    )
    def test_objects_and_json_text_are_minified(self, value, shown):
        assert compress_tool(tool_of(value))().content == shown

    @pytest.mark.parametrize(
        "value",
        [
            None,
            7,
            True,
            "Plain words stay.",
            {1: object()},
            Response(response="The answer.", metadata={"a": None}),
            McpResult(content=[McpText(text='{"a": null}')], isError=True),
            McpResult(content=[McpText(text="a"), McpPicture()]),
            TextNode(text="A node shows its text."),
        ],
    )
    def test_the_rest_is_left_alone(self, value):
        plain, slim = tool_of(value)(), compress_tool(tool_of(value))()
        assert slim.content == plain.content
        assert headroom_callback()(value) is None

    def test_errors_are_left_alone(self):
        output = ToolOutput(
            tool_name="t",
            content=str(ORDERS),
            raw_input={},
            raw_output=ORDERS,
            is_error=True,
        )
        assert compress_output(output) is output

    def test_return_direct_is_left_alone(self):
        tool = compress_tool(tool_of(ORDERS, return_direct=True))
        assert tool().content == str(ORDERS)
        assert asyncio.run(tool.acall()).content == str(ORDERS)

    def test_blocks_other_than_text_are_left_alone(self):
        picture = ImageBlock(url="https://example.org/a.png")
        text = TextBlock(text=json.dumps(ORDERS, indent=2))
        output = compress_tool(tool_of([picture, text]))()
        assert output.blocks[0] is picture
        assert output.raw_output == [picture, text]
        assert count_tokens(output.content) < 0.5 * count_tokens(text.text)
        only = compress_tool(tool_of(picture))()
        assert only.blocks == [picture]


class TestWrongUse:
    @pytest.mark.parametrize("wrong", [5, SemanticCompressor(0.5)])
    def test_what_is_no_minifier_is_refused_at_once(self, wrong):
        output = tool_of(ORDERS)()
        for make in (
            lambda: compress_tool(len, wrong),
            lambda: headroom_callback(wrong),
            lambda: compress_output(output, wrong),
        ):
            with pytest.raises(
                TypeError, match=r"pass ToolOutputCompressor\(\.\.\.\), or an object"
            ):
                make()

    def test_what_is_no_tool_is_refused(self):
        with pytest.raises(TypeError, match="tool='x'; pass a tool or a function"):
            compress_tool("x")


class Plain(BaseTool):
    """A tool of the old, synchronous kind."""

    @property
    def metadata(self):
        return ToolMetadata(name="plain", description="d")

    def __call__(self, input):  # noqa: A002 - BaseTool's name
        return ToolOutput(
            tool_name="plain",
            content=str(ORDERS),
            raw_input={"input": input},
            raw_output=ORDERS,
        )


class TestOtherTools:
    def test_any_tool_becomes_an_async_one(self):
        tool = compress_tool(Plain())
        assert isinstance(tool, AsyncBaseTool)
        assert tool.metadata.name == "plain"
        short = compress_tool(list_orders)().content
        assert tool("x").content == tool.call("x").content == short
        assert asyncio.run(tool.acall("x")).content == short
        assert call_tool(tool, {"input": "x"}).content == short

    def test_query_engine_and_retriever_tools_say_what_they_said(self):
        index = VectorStoreIndex(
            [TextNode(text="The ferry leaves at nine.")],
            embed_model=MockEmbedding(embed_dim=4),
        )
        engine = QueryEngineTool.from_defaults(
            index.as_query_engine(llm=MockLLM()), name="e", description="d"
        )
        retriever = RetrieverTool.from_defaults(
            index.as_retriever(), name="r", description="d"
        )
        for tool in (engine, retriever):
            slim = compress_tool(tool)
            assert slim("ferry").content == tool("ferry").content
            assert "ferry" in slim("ferry").content

    def test_nodes_with_scores_are_shown_without_their_embeddings_weight(self):
        node = NodeWithScore(node=TextNode(text="Hello there."), score=0.5)
        output = compress_tool(tool_of([node]))()
        assert "Hello there." in output.content
        assert output.raw_output == [node]
