"""chat_model_summarizer and headroom_summarizer: digests across the border."""

import asyncio
import inspect
import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain.agents.middleware import SummarizationMiddleware
from langchain_core.language_models import (
    FakeListChatModel,
    FakeListLLM,
    GenericFakeChatModel,
)
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from headroom import ConversationCompressor, InputError
from headroom.tokens import default_counter
from langchain_headroom import chat_model_summarizer, headroom_summarizer

HAS_SUMMARIZER = (
    "summarizer" in inspect.signature(SummarizationMiddleware.__init__).parameters
)


def conversation(turns=20):
    messages = []
    for i in range(turns):
        call = {"name": "find", "args": {"order": f"A-{i}"}, "id": f"c{i}"}
        messages += [
            HumanMessage(f"Order A-{i} of customer C-{i * 7} is {i} days late. Why?"),
            AIMessage("", tool_calls=[call]),
            ToolMessage(f"truck T-{i} broke down", tool_call_id=f"c{i}"),
            AIMessage(f"Truck T-{i} broke down."),
        ]
    return messages


class TestChatModel:
    def compressor(self, model):
        return ConversationCompressor(600, summarizer=chat_model_summarizer(model))

    @pytest.mark.parametrize(
        "model",
        [
            FakeListChatModel(responses=["Trucks broke down."]),
            GenericFakeChatModel(messages=iter([AIMessage("Trucks broke down.")] * 9)),
            FakeListLLM(responses=["Trucks broke down."]),
            FakeListChatModel(responses=["Trucks broke down."]).with_retry(),
        ],
        ids=["chat", "generic", "text", "retrying"],
    )
    def test_any_model_writes_the_digest(self, model):
        found = self.compressor(model).explain(conversation())
        assert found.method == "llm"
        assert "Trucks broke down." in found.digest
        assert found.tokens_after <= 600

    def test_async_it_does_too(self):
        model = FakeListChatModel(responses=["Trucks broke down."])
        found = asyncio.run(self.compressor(model).aexplain(conversation()))
        assert found.method == "llm"

    def test_it_is_asked_for_the_room_there_is(self, scripted):
        model = scripted(script=["Trucks broke down."])
        self.compressor(model).compress(conversation())
        instructions, transcript = model.sent[0]
        assert "tokens" in instructions.content
        assert "Order A-0 of customer C-0" in transcript.content

    @pytest.mark.parametrize("answer", ["", "I'm sorry, I can't.", "late " * 2_000])
    def test_a_bad_answer_is_stood_in_for(self, answer):
        compressor = self.compressor(FakeListChatModel(responses=[answer]))
        with pytest.warns(RuntimeWarning, match="the summarizer failed"):
            found = compressor.explain(conversation())
        assert found.method == "extractive"
        assert "A-" in found.digest

    @pytest.mark.parametrize(
        "metadata",
        [{"finish_reason": "MAX_TOKENS"}, {"stopReason": "max_tokens"}],
    )
    def test_an_answer_that_was_cut_off_is_stood_in_for(self, metadata):
        torn = AIMessage("Trucks broke", response_metadata=metadata)
        model = GenericFakeChatModel(messages=iter([torn] * 9))
        with pytest.warns(RuntimeWarning, match="summarizer failed"):
            found = self.compressor(model).explain(conversation())
        assert found.method == "extractive"

    def test_a_model_that_raises_is_stood_in_for(self):
        model = FakeListChatModel(
            responses=["x", "y", "z"], error_on_chunk_number=0
        ).bind(stop=["a"])
        broken = GenericFakeChatModel(messages=iter([]))
        for each in (model, broken):
            with pytest.warns(RuntimeWarning, match="the summarizer failed"):
                found = self.compressor(each).explain(conversation())
            assert found.tokens_after <= 600

    def test_it_is_pickled(self):
        summarizer = chat_model_summarizer(FakeListChatModel(responses=["Late."]))
        twin = pickle.loads(pickle.dumps(summarizer))
        assert twin(conversation(), 50) == "Late."

    def test_a_models_name_is_refused_at_once(self):
        with pytest.raises(TypeError, match="model='gpt-5'; pass a chat model"):
            chat_model_summarizer("gpt-5")


class TestExtractive:
    @given(st.integers(1, 24), st.integers(100, 900))
    def test_it_holds_its_tokens_and_is_the_same_each_time(self, turns, max_tokens):
        messages = conversation(turns)
        summary = headroom_summarizer(max_tokens)(messages)
        assert 0 < default_counter()(summary) <= max_tokens
        assert summary == headroom_summarizer(max_tokens)(messages)
        assert "conversation_digest" not in summary

    def test_what_fits_is_kept_verbatim(self):
        summary = headroom_summarizer(500)(conversation(2))
        assert "Order A-1 of customer C-7 is 1 days late. Why?" in summary
        assert "truck T-1 broke down" in summary

    def test_facts_of_a_summary_outlive_the_next_one(self):
        summarizer = headroom_summarizer(400)
        secret = HumanMessage("My customer number is K-4711-X, remember it.")
        summary = summarizer([secret, *conversation(30)])
        assert "K-4711-X" in summary
        wrapped = HumanMessage(
            f"Here is a summary of the conversation to date:\n\n{summary}",
            additional_kwargs={"lc_source": "summarization"},
        )
        again = summarizer([wrapped, *conversation(30)])
        assert "K-4711-X" in again
        assert "Here is a summary" not in again

    def test_too_few_tokens_are_an_error(self):
        with pytest.raises(InputError, match="100"):
            headroom_summarizer(50)

    def test_it_is_pickled(self):
        twin = pickle.loads(pickle.dumps(headroom_summarizer(300)))
        assert twin(conversation()) == headroom_summarizer(300)(conversation())

    @pytest.mark.skipif(not HAS_SUMMARIZER, reason="came with langchain 1.4.6")
    @pytest.mark.parametrize("method", ["invoke", "ainvoke"])
    def test_in_summarization_middleware(self, scripted, faults, method):
        model = scripted(script=["Noted."])
        middleware = SummarizationMiddleware(
            model=model,
            trigger=("messages", 12),
            keep=("messages", 4),
            summarizer=headroom_summarizer(200),
            trim_tokens_to_summarize=None,
        )
        agent = create_agent(
            model, middleware=[middleware], checkpointer=InMemorySaver()
        )
        config = {"configurable": {"thread_id": "1"}}
        for turn in range(20):
            said = f"My order {turn} is A-{turn * 37}, it came {turn} days late."
            state = {"messages": [("user", said)]}
            done = getattr(agent, method)(state, config)
            done = asyncio.run(done) if method == "ainvoke" else done
        sent = model.sent[-1]
        assert len(sent) < 14
        assert sent[0].content.startswith("Here is a summary")
        assert "A-37" in sent[0].content
        assert faults(sent) == []
        assert all(m.type != "system" for m in sent)


def test_a_summarizer_serves_several_compressors():
    model = FakeListChatModel(responses=["Trucks broke down."])
    one = ConversationCompressor(600, summarizer=chat_model_summarizer(model))
    two = replace(one, max_tokens=900)
    assert one.explain(conversation()).method == "llm"
    assert two.explain(conversation(30)).method == "llm"
