"""HeadroomMessageCompressor: messages in, fewer out, in LCEL and LangGraph."""

import asyncio
import itertools
import pickle
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.tools import tool
from langgraph.prebuilt import create_react_agent

from headroom import BudgetError, ConversationCompressor, SummarizerError
from headroom.tokens import default_counter, messages_tokens
from langchain_headroom import HeadroomMessageCompressor

SMALL = ConversationCompressor(300)


def tokens(messages):
    return messages_tokens(messages, default_counter())


def conversation(turns=12):
    messages = [SystemMessage("You are a clerk.", id="s")]
    for i in range(turns):
        said = f"Order A-{i} of customer C-{i * 7} arrived {i} days late, in Rome."
        messages += [
            HumanMessage(said, id=f"h{i}"),
            AIMessage(f"Noted A-{i}.", id=f"a{i}", response_metadata={"m": i}),
        ]
    return messages


def digest_of(messages):
    return [m for m in messages if m.additional_kwargs.get("lc_source") == "headroom"]


class TestMessages:
    def test_the_result_is_within_the_budget_and_made_of_what_came_in(self):
        messages = conversation()
        before = deepcopy(messages)
        out = HeadroomMessageCompressor(SMALL).invoke(messages)
        assert messages == before
        assert tokens(out) <= 300
        [digest] = digest_of(out)
        assert isinstance(digest, HumanMessage)
        assert digest.id.startswith("headroom-")
        new = [m for m in out if not any(m is old for old in messages)]
        assert [m.content for m in new if m is not digest] == ["Noted."]
        assert out[0] is messages[0]
        assert out[-6:] == messages[-6:]

    @given(st.integers(0, 24), st.integers(180, 900))
    def test_it_is_idempotent_deterministic_and_never_more(self, turns, max_tokens):
        messages = conversation(turns)
        compressor = HeadroomMessageCompressor(ConversationCompressor(max_tokens))
        out = compressor.invoke(messages)
        assert tokens(out) <= tokens(messages)
        assert compressor.invoke(messages) == out
        assert compressor.invoke(out) == out
        assert asyncio.run(compressor.ainvoke(messages)) == out

    def test_nothing_is_nothing(self):
        assert HeadroomMessageCompressor(SMALL).invoke([]) == []

    def test_what_converts_to_messages_is_read(self):
        out = HeadroomMessageCompressor(SMALL).invoke(
            [("user", "hi"), {"role": "assistant", "content": "hello"}]
        )
        assert out == [HumanMessage("hi"), AIMessage("hello")]

    @pytest.mark.parametrize("wrong", ["hi", 3, {"text": "hi"}, None])
    def test_what_is_no_messages_says_what_to_pass(self, wrong):
        with pytest.raises(TypeError, match="pass messages"):
            HeadroomMessageCompressor(SMALL).invoke(wrong)

    def test_what_must_stay_and_does_not_fit_is_an_error(self):
        tight = HeadroomMessageCompressor(ConversationCompressor(40))
        with pytest.raises(BudgetError, match="max_tokens=40"):
            tight.invoke(conversation())
        with pytest.raises(BudgetError, match="max_tokens=40"):
            asyncio.run(tight.ainvoke(conversation()))

    def test_it_is_pickled(self):
        twin = pickle.loads(pickle.dumps(HeadroomMessageCompressor(SMALL)))
        expected = HeadroomMessageCompressor(SMALL).invoke(conversation())
        assert twin.invoke(conversation()) == expected

    @pytest.mark.parametrize("wrong", [400, None, ConversationCompressor])
    def test_what_is_no_compressor_is_refused_at_once(self, wrong):
        with pytest.raises(TypeError, match=r"pass ConversationCompressor\(\.\.\.\)$"):
            HeadroomMessageCompressor(wrong)


class TestSteps:
    """One turn of an agent that is longer than the budget."""

    def messages(self, steps=12):
        messages = [HumanMessage("Find all late orders.", id="task")]
        for i in range(steps):
            call = {"name": "find", "args": {"page": i}, "id": f"c{i}"}
            messages += [
                AIMessage("", tool_calls=[call], id=f"a{i}"),
                ToolMessage(
                    f"order A-{i} is {i} days late and belongs to customer C-{i * 7}",
                    tool_call_id=f"c{i}",
                    id=f"t{i}",
                ),
            ]
        return messages

    def test_relaxed_its_own_steps_are_digested(self, faults):
        messages = self.messages(24)
        compressor = ConversationCompressor(600, overflow="relax")
        out = HeadroomMessageCompressor(compressor).invoke(messages)
        assert tokens(out) <= 600
        assert faults(out) == []
        assert [m for m in out if m.type == "human"] == [messages[0], *digest_of(out)]
        assert out[-2:] == messages[-2:]
        lines = digest_of(out)[0].content.splitlines()
        found = [n for n, line in enumerate(lines) if line.startswith("tool find(")]
        assert found
        assert all(lines[n + 1].startswith(" order A-") for n in found)

    def test_strict_it_is_an_error(self):
        with pytest.raises(BudgetError):
            HeadroomMessageCompressor(SMALL).invoke(self.messages())

    def test_requests_grow_at_their_end_while_the_turn_goes_on(self):
        messages = self.messages(30)
        compressor = ConversationCompressor(600, overflow="relax")
        views = [
            HeadroomMessageCompressor(compressor).invoke(messages[:length])
            for length in range(1, 61, 2)
        ]
        changes = sum(
            view[: len(before)] != before for before, view in itertools.pairwise(views)
        )
        assert 0 < changes <= 6


class TestInChains:
    def test_between_prompt_and_model(self, scripted):
        prompt = ChatPromptTemplate.from_messages(
            [
                ("system", "You are a clerk."),
                MessagesPlaceholder("history"),
                ("user", "{q}"),
            ]
        )
        model = scripted(script=["Four."])
        chain = prompt | HeadroomMessageCompressor(SMALL) | model
        history = conversation()[1:]
        assert chain.invoke({"history": history, "q": "How many?"}).content == "Four."
        assert tokens(model.sent[0]) <= 300
        assert model.sent[0][-1].content == "How many?"
        assert "".join(c.content for c in chain.stream({"history": [], "q": "?"}))
        [one, two] = chain.batch([{"history": history, "q": "1"}] * 2)
        assert one.content == two.content

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    @pytest.mark.parametrize("method", ["invoke", "ainvoke"])
    def test_as_pre_model_hook(self, scripted, faults, method):
        @tool
        def search(query: str) -> str:
            """Search the orders."""
            return "\n".join(f"order {query}-{i} of C-{i} was late" for i in range(9))

        model = scripted(script=[{"query": f"q{i}"} for i in range(9)] + ["Done."])
        compressor = ConversationCompressor(600, overflow="relax")
        agent = create_react_agent(
            model, [search], pre_model_hook=HeadroomMessageCompressor(compressor)
        )
        done = getattr(agent, method)(
            {"messages": [("user", "Find them")]}, {"recursion_limit": 99}
        )
        done = asyncio.run(done) if method == "ainvoke" else done
        assert len(done["messages"]) == 20
        assert digest_of(model.sent[-1])
        assert all(tokens(sent) <= 600 for sent in model.sent)
        assert all(faults(sent) == [] for sent in model.sent)


class TestSummarizers:
    def test_an_async_summarizer_is_awaited(self):
        async def summarize(messages, max_tokens):
            return "Orders were late."

        compressor = ConversationCompressor(300, summarizer=summarize)
        with pytest.raises(SummarizerError, match="async"):
            HeadroomMessageCompressor(compressor).invoke(conversation())
        awaited = HeadroomMessageCompressor(compressor).ainvoke(conversation())
        assert "Orders were late." in digest_of(asyncio.run(awaited))[0].content
