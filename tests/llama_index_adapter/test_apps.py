"""Whole LlamaIndex applications: chat engines, agents, workflows' contexts."""

import asyncio
import json
from itertools import product

import pytest
from llama_index.core import Document, MockEmbedding, VectorStoreIndex
from llama_index.core.agent.workflow import (
    AgentWorkflow,
    FunctionAgent,
    ReActAgent,
    ToolCallResult,
)
from llama_index.core.chat_engine import (
    CondensePlusContextChatEngine,
    ContextChatEngine,
    SimpleChatEngine,
)
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import Context

from headroom import InputError, SemanticCompressor
from headroom.tokens import messages_tokens
from llama_index_headroom import (
    HeadroomChatMemoryBuffer,
    HeadroomFunctionAgent,
    HeadroomPostprocessor,
    compress_tool,
    compress_tools,
)
from llama_index_headroom.tokens import count_tokens

# Agents still use what pydantic and workflows deprecate; exactly that is ignored.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*:pydantic.warnings.PydanticDeprecatedSince20",
    "ignore:.*:pydantic.warnings.PydanticDeprecatedSince211",
    "ignore:is_running called from within a step:DeprecationWarning",
)

ORDERS = [{"id": n, "state": "shipped", "note": None, "eta": None} for n in range(20)]
QUESTION = "Please tell me, number {}, all that you know about the harbour of Chania."


def list_orders() -> list:
    """List the orders."""
    return ORDERS


def memory(limit=300, **options):
    return HeadroomChatMemoryBuffer.from_defaults(token_limit=limit, **options)


def size(messages):
    return sum(count_tokens(message.content or "") for message in messages)


class TestTheModelsTokens:
    """What a model reports says what a token of the limit is."""

    @staticmethod
    def reported(messages):
        return int(1.6 * messages_tokens(messages, count_tokens))

    def test_an_agents_memory_holds_its_limit_in_them(self, scripted):
        tool = FunctionTool.from_defaults(list_orders)
        schema = count_tokens(json.dumps([tool.metadata.to_openai_tool()]))
        llm = scripted(
            "It is a harbour.",
            usage=lambda sent: self.reported(sent) + int(1.6 * schema),
        )
        buffer = memory(600)
        agent = HeadroomFunctionAgent(tools=[tool], llm=llm, streaming=False)

        async def talk():
            for number in range(16):
                await agent.run(QUESTION.format(number), memory=buffer)

        asyncio.run(talk())
        assert 1.6 <= buffer.calibration <= 1.7
        late = llm.sent[6:]
        assert any("<conversation_digest" in str(sent) for sent in late)
        assert max(1.6 * size(sent) for sent in late) <= 600

    def test_a_chat_engines_memory_is_told(self, scripted):
        llm = scripted("It is a harbour.", usage=self.reported)
        buffer = memory(600)
        engine = SimpleChatEngine.from_defaults(llm=llm, memory=buffer)
        for number in range(16):
            engine.chat(QUESTION.format(number))
            buffer.observe(self.reported(llm.sent[-1]))
        assert buffer.calibration == 1.6
        again = HeadroomChatMemoryBuffer.from_dict(buffer.to_dict())
        assert again.get() == buffer.get()
        assert 1.6 * size(again.get()) <= 600

    def test_a_report_that_tells_nothing_changes_nothing(self):
        buffer = memory(600)
        buffer.put(ChatMessage(role="user", content=QUESTION.format(1)))
        buffer.get()
        buffer.observe({"usage": {"prompt_tokens": 45}})  # too small a request
        buffer.observe(None)
        for number in range(9):
            buffer.put(ChatMessage(role="user", content=QUESTION.format(number)))
        buffer.get()
        buffer.observe({"usage": {"prompt_tokens": 9_000}})  # of something else
        assert buffer.calibration == 1.0
        with pytest.raises(InputError, match="no input tokens"):
            buffer.observe({"tokens": 1})


class TestChatEngines:
    def engine(self, kind, llm, buffer):
        if kind is SimpleChatEngine:
            return kind.from_defaults(llm=llm, memory=buffer, system_prompt="Be brief.")
        index = VectorStoreIndex.from_documents(
            [Document(text="The harbour of Chania is old. Cats sleep.")],
            embed_model=MockEmbedding(embed_dim=4),
        )
        compressor = SemanticCompressor(scorer="bm25")
        return kind.from_defaults(
            retriever=index.as_retriever(),
            llm=llm,
            memory=buffer,
            system_prompt="Be brief.",
            node_postprocessors=[HeadroomPostprocessor(compressor=compressor)],
        )

    @pytest.mark.parametrize(
        ("kind", "way"),
        [
            *product(
                [SimpleChatEngine, ContextChatEngine, CondensePlusContextChatEngine],
                ["chat", "astream_chat"],
            ),
            (CondensePlusContextChatEngine, "achat"),
            (CondensePlusContextChatEngine, "stream_chat"),
        ],
    )
    def test_a_long_chat_stays_within_the_limit(self, scripted, kind, way):
        llm, buffer = (
            scripted("The harbour is old, and boats sleep there. " * 2),
            memory(),
        )
        engine = self.engine(kind, llm, buffer)

        async def ask(text):
            reply = getattr(engine, way)(text)
            if way.startswith("a"):
                reply = await reply
            if way == "stream_chat":
                assert "".join(reply.response_gen)
            elif way == "astream_chat":
                assert [each async for each in reply.async_response_gen()]

        async def talk():
            for n in range(9):
                await ask(QUESTION.format(n))
                # What streams is put into memory by another thread or task.
                for _ in range(500):
                    if len(engine.chat_history) == 2 * n + 2:
                        break
                    await asyncio.sleep(0.002)
                assert len(engine.chat_history) == 2 * n + 2

        asyncio.run(talk())
        assert len(buffer.get_all()) == 18
        # Besides the view: system prompt, context and the new question.
        assert max(map(size, llm.sent)) < 300 + 250
        assert any(
            "conversation_digest" in (message.content or "") for message in llm.sent[-1]
        )
        engine.reset()
        assert buffer.get_all() == []

    def test_a_given_history_replaces_the_memory(self, scripted):
        engine = SimpleChatEngine.from_defaults(llm=scripted("Yes."), memory=memory())
        history = [ChatMessage(role="user", content="Hi.")]
        engine.chat("So?", chat_history=history)
        assert len(history) == 1
        assert [m.content for m in engine.chat_history] == ["Hi.", "So?", "Yes."]


class TestAgents:
    def run(self, agent, text="What did I order?", **options):
        async def go():
            handler = agent.run(text, **options)
            events = [event async for event in handler.stream_events()]
            return await handler, events, handler.ctx

        return asyncio.run(go())

    def test_an_argument_an_agent_does_not_have_is_refused(self, scripted):
        with pytest.raises(ValueError, match=r"takes no compressor; .*minifier="):
            HeadroomFunctionAgent(tools=[], llm=scripted(), compressor=None)

    def results(self, messages):
        return [m.content for m in messages if m.role == "tool"]

    @pytest.mark.parametrize("streaming", [True, False])
    def test_the_model_reads_the_short_output(self, scripted, streaming):
        llm = scripted([("list_orders", {})], "Twenty orders.")
        agent = FunctionAgent(
            tools=compress_tools([list_orders]), llm=llm, streaming=streaming
        )
        buffer = memory(3_000)
        response, events, _ = self.run(agent, memory=buffer)
        assert str(response) == "Twenty orders."
        (seen,) = self.results(llm.sent[-1])
        assert count_tokens(seen) < 0.5 * count_tokens(str(ORDERS))
        (result,) = (e for e in events if isinstance(e, ToolCallResult))
        assert result.tool_output.raw_output == ORDERS
        roles = [m.role.value for m in buffer.get()]
        assert roles == ["user", "assistant", "tool", "assistant"]

    def test_an_agent_may_do_it_for_all_its_tools(self, scripted):
        llm = scripted([("list_orders", {})], "Twenty orders.")
        agent = HeadroomFunctionAgent(tools=[list_orders], llm=llm)
        _, events, _ = self.run(agent)
        (seen,) = self.results(llm.sent[-1])
        assert count_tokens(seen) < 0.5 * count_tokens(str(ORDERS))
        (result,) = (e for e in events if isinstance(e, ToolCallResult))
        assert result.tool_output.content == str(ORDERS)
        assert agent.savings.by_tool["list_orders"].results == 1
        assert agent.savings.total.tokens_after == count_tokens(seen)

    def test_it_leaves_files_alone(self, scripted):
        def read_file() -> list:
            """Read a file."""
            return ORDERS

        llm = scripted([("read_file", {})], "Twenty orders.")
        self.run(HeadroomFunctionAgent(tools=[read_file], llm=llm))
        assert self.results(llm.sent[-1]) == [str(ORDERS)]

    def test_it_leaves_return_direct_alone(self, scripted):
        tool = FunctionTool.from_defaults(list_orders, return_direct=True)
        llm = scripted([("list_orders", {})])
        response, _, _ = self.run(HeadroomFunctionAgent(tools=[tool], llm=llm))
        assert str(response) == str(ORDERS)

    def test_context_is_injected_into_compressed_tools(self, scripted):
        async def remember(ctx: Context, what: str) -> dict:
            """Remember."""
            await ctx.store.set("seen", what)
            return {"remembered": what, "nothing": None}

        llm = scripted([("remember", {"what": "boats"})], "Done.")
        agent = FunctionAgent(tools=[compress_tool(remember)], llm=llm)
        _, _, ctx = self.run(agent)
        assert asyncio.run(ctx.store.get("seen")) == "boats"
        assert self.results(llm.sent[-1]) == ['{"remembered":"boats","nothing":null}']

    def test_a_context_keeps_the_memory_through_json(self, scripted):
        agent = FunctionAgent(
            tools=compress_tools([list_orders]),
            llm=scripted([("list_orders", {})], "Twenty."),
        )
        buffer = memory(3_000, keep_turns=2)
        _, _, ctx = self.run(agent, memory=buffer)
        data = json.loads(json.dumps(ctx.to_dict()))
        again = Context.from_dict(agent, data)
        restored = asyncio.run(again.store.get("memory"))
        assert type(restored) is HeadroomChatMemoryBuffer
        assert restored.keep_turns == 2
        assert restored.get_all() == buffer.get_all()
        self.run(agent, "And now?", ctx=again)
        restored = asyncio.run(again.store.get("memory"))
        assert len(restored.get_all()) > len(buffer.get_all())

    def test_many_runs_stay_within_the_limit_and_valid(self, scripted):
        llm = scripted(
            [("list_orders", {}), ("list_orders", {})], "Twenty orders, all shipped."
        )
        agent = FunctionAgent(tools=compress_tools([list_orders]), llm=llm)
        buffer = memory(400)
        for n in range(6):
            self.run(agent, QUESTION.format(n), memory=buffer)
        for sent in llm.sent:
            calls = {
                block.tool_call_id
                for message in sent
                for block in message.blocks
                if block.block_type == "tool_call"
            }
            assert {
                m.additional_kwargs["tool_call_id"] for m in sent if m.role == "tool"
            } == calls
        # What a run itself adds is the scratchpad's, not memory's.
        assert max(size(sent) for sent in llm.sent[::2]) <= 400
        assert len(buffer.get_all()) == 30

    def test_react_agents_and_workflows_take_it(self, scripted):
        thought = "Thought: I can answer.\nAnswer: Twenty."
        agent = ReActAgent(tools=compress_tools([list_orders]), llm=scripted(thought))
        buffer = memory()
        response, _, _ = self.run(agent, memory=buffer)
        assert str(response) == "Twenty."
        assert len(buffer.get_all()) == 2
        llm = scripted("Hello.")
        flow = AgentWorkflow(
            agents=[FunctionAgent(name="a", description="d", llm=llm)],
            initial_state={"step": 1},
        )
        buffer = memory()
        self.run(flow, "Hi.", memory=buffer)
        assert any("step" in m.content for m in llm.sent[0] if m.role == "user")
