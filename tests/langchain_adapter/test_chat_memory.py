"""HeadroomChatMemory: a whole chat remembered, a budget of it loaded."""

import asyncio
import logging
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_classic.memory import ConversationSummaryBufferMemory
from langchain_classic.memory.chat_memory import BaseChatMemory
from langchain_core.chat_history import InMemoryChatMessageHistory
from langchain_core.language_models import FakeListChatModel, FakeListLLM
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.prompts import (
    ChatPromptTemplate,
    MessagesPlaceholder,
    PromptTemplate,
)
from langchain_core.tools import tool

from headroom import SummarizerError
from headroom.tokens import default_counter, messages_tokens
from langchain_headroom import HeadroomChatMemory

with warnings.catch_warnings():
    # It loads langchain-community where that is there, which warns of its end.
    warnings.simplefilter("ignore", DeprecationWarning)
    from langchain_classic.agents import AgentExecutor, create_react_agent
    from langchain_classic.chains import ConversationChain, LLMChain

# LangChain calls all its classic memories and chains deprecated.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::langchain_core._api.LangChainDeprecationWarning",
)
count = default_counter()


def said(turn):
    question = f"Order A-{turn} of customer C-{turn * 7} is {turn} days late. Why?"
    return {"input": question}, {"output": f"Truck T-{turn} broke down."}


def filled(turns=30, **options):
    options.setdefault("max_token_limit", 300)
    memory = HeadroomChatMemory(**options)
    for turn in range(turns):
        memory.save_context(*said(turn))
    return memory


class TestLoading:
    @given(st.integers(0, 40), st.integers(60, 900), st.booleans())
    def test_what_is_loaded_holds_the_limit(self, turns, limit, return_messages):
        memory = filled(turns, max_token_limit=limit, return_messages=return_messages)
        loaded = memory.load_memory_variables({})["history"]
        if return_messages:
            tokens = messages_tokens(loaded, count) if loaded else 0
        else:
            tokens = count(loaded)
        assert tokens <= limit
        assert len(memory.chat_memory.messages) == 2 * turns
        if turns:
            assert f"Truck T-{turns - 1} broke down." in str(loaded)

    def test_a_short_chat_is_loaded_as_langchain_would(self):
        memory = filled(2)
        assert memory.load_memory_variables({}) == {
            "history": (
                "Human: Order A-0 of customer C-0 is 0 days late. Why?\n"
                "AI: Truck T-0 broke down.\n"
                "Human: Order A-1 of customer C-7 is 1 days late. Why?\n"
                "AI: Truck T-1 broke down."
            )
        }
        assert filled(0).load_memory_variables({}) == {"history": ""}
        assert filled(0, return_messages=True).buffer == []

    def test_prefixes_and_key_are_yours(self):
        memory = filled(2, human_prefix="Client", ai_prefix="Bot", memory_key="chat")
        assert memory.memory_variables == ["chat"]
        assert memory.buffer.startswith("Client: Order A-0")
        assert "\nBot: Truck" in memory.load_memory_variables({})["chat"]

    def test_long_prefixes_count_too(self):
        prefix = "The honourable customer of ours on the telephone line"
        memory = filled(30, human_prefix=prefix, ai_prefix=prefix)
        assert count(memory.buffer) <= 300

    def test_messages_are_a_digest_and_the_last_turns(self):
        memory = filled(return_messages=True)
        digest, *rest = memory.buffer
        assert digest.additional_kwargs["lc_source"] == "headroom"
        assert rest[-2:] == [
            HumanMessage("Order A-29 of customer C-203 is 29 days late. Why?"),
            AIMessage("Truck T-29 broke down."),
        ]
        assert memory.buffer_as_messages == memory.buffer
        assert filled().buffer == filled(return_messages=True).buffer_as_str
        assert "Human: <conversation_digest" not in filled().buffer

    def test_async_loads_the_same(self):
        async def run():
            memory = HeadroomChatMemory(max_token_limit=300)
            for turn in range(30):
                await memory.asave_context(*said(turn))
            loaded = await memory.aload_memory_variables({})
            buffered = await memory.abuffer()
            await memory.aclear()
            return loaded, buffered, await memory.abuffer()

        loaded, buffered, cleared = asyncio.run(run())
        assert loaded == filled().load_memory_variables({})
        assert loaded == {"history": buffered}
        assert cleared == ""

    def test_clear_forgets(self):
        memory = filled()
        memory.clear()
        assert memory.buffer == ""

    def test_fewer_turns_stay_where_they_do_not_fit(self):
        memory = filled(30, max_token_limit=110, keep_turns=8)
        assert count(memory.buffer) <= 110
        assert "Truck T-29 broke down." in memory.buffer

    def test_an_over_long_last_turn_is_loaded_whole_and_alone(self, caplog):
        memory = filled(5)
        long = "Why is it late? " * 200
        memory.save_context({"input": long}, {"output": "It snowed."})
        with caplog.at_level(logging.WARNING, "langchain_headroom"):
            assert memory.buffer == f"Human: {long}\nAI: It snowed."
        assert "max_token_limit=300" in caplog.text

    def test_settings_may_change_later(self):
        memory = filled()
        memory.max_token_limit = 2_000
        assert "A-0 of customer" in memory.buffer

    def test_system_messages_of_the_history_stay(self):
        history = InMemoryChatMessageHistory()
        history.add_message(SystemMessage("Speak Latin."))
        memory = filled(chat_memory=history, return_messages=True)
        assert memory.buffer[0].content == "Speak Latin."

    def test_what_is_out_of_range_is_an_error(self):
        with pytest.raises(ValueError, match="max_tokens"):
            HeadroomChatMemory(max_token_limit=0)


class TestKeys:
    def test_keys_are_chosen(self):
        memory = HeadroomChatMemory(input_key="question", output_key="answer")
        memory.save_context(
            {"question": "Why?", "style": "short"}, {"answer": "Snow.", "source": "x"}
        )
        assert memory.buffer == "Human: Why?\nAI: Snow."

    def test_several_outputs_without_a_key_are_langchains_error(self):
        with pytest.raises(ValueError, match="output"):
            HeadroomChatMemory().save_context({"input": "a"}, {"b": "c", "d": "e"})


class TestHistories:
    @pytest.mark.parametrize("name", ["file", "sqlite"])
    def test_a_restart_loads_the_very_same(self, histories, name):
        memory = filled(chat_memory=histories[name]())
        restarted = HeadroomChatMemory(
            chat_memory=histories[name](), max_token_limit=300
        )
        assert restarted.buffer == memory.buffer == filled().buffer
        memory.clear()
        assert HeadroomChatMemory(chat_memory=histories[name]()).buffer == ""

    @pytest.mark.parametrize("name", ["file", "sqlite"])
    def test_a_models_digest_is_kept_with_the_history(self, histories, name):
        asked = []

        def summarize(messages, max_tokens):
            asked.append(len(messages))
            return f"Summary {len(asked)}: trucks broke down."

        def opened():
            return HeadroomChatMemory(
                chat_memory=histories[name](), max_token_limit=300, summarizer=summarize
            )

        memory = opened()
        for turn in range(14):
            memory.save_context(*said(turn))
        loaded = memory.buffer
        assert "Summary" in loaded
        before = len(asked)
        assert opened().buffer == loaded
        assert asyncio.run(opened().abuffer()) == loaded
        assert len(asked) == before
        contents = [m.content for m in histories[name]().messages]
        assert contents[:2] == [*said(0)[0].values(), *said(0)[1].values()]
        assert len(contents) == 28

    def test_a_digest_of_other_messages_is_not_used(self, histories):
        history = histories["file"]()
        memory = HeadroomChatMemory(
            chat_memory=history,
            max_token_limit=300,
            summarizer=lambda messages, max_tokens: "Trucks broke down.",
        )
        for turn in range(14):
            memory.save_context(*said(turn))
        messages = history.messages
        history.clear()
        history.add_messages([HumanMessage("Edited."), *messages[1:]])
        plain = HeadroomChatMemory(chat_memory=history, max_token_limit=300)
        assert "Trucks broke down." not in plain.buffer

    def test_an_async_summarizer_is_awaited(self):
        async def summarize(messages, max_tokens):
            return "Trucks broke down."

        async def run():
            memory = HeadroomChatMemory(max_token_limit=300, summarizer=summarize)
            for turn in range(14):
                await memory.asave_context(*said(turn))
            return await memory.abuffer()

        assert "Trucks broke down." in asyncio.run(run())
        with pytest.raises(SummarizerError):
            filled(summarizer=summarize)


class TestInLangChain:
    def test_it_is_a_base_chat_memory(self):
        assert isinstance(HeadroomChatMemory(), BaseChatMemory)

    def test_conversation_chain(self):
        model = FakeListChatModel(responses=[f"Truck T-{i} broke." for i in range(99)])
        memory = HeadroomChatMemory(max_token_limit=300)
        chain = ConversationChain(llm=model, memory=memory)
        for turn in range(20):
            answer = chain.invoke(said(turn)[0])
        assert answer["response"] == "Truck T-19 broke."
        assert count(answer["history"]) <= 300
        assert "conversation_digest" in answer["history"]
        assert len(memory.chat_memory.messages) == 40
        awaited = asyncio.run(chain.ainvoke(said(20)[0]))
        assert awaited["response"] == "Truck T-20 broke."

    def test_a_chain_with_a_messages_placeholder(self):
        prompt = ChatPromptTemplate.from_messages(
            [MessagesPlaceholder("chat"), ("user", "{input}")]
        )
        chain = LLMChain(
            llm=FakeListChatModel(responses=["Fine."]),
            prompt=prompt,
            memory=HeadroomChatMemory(
                memory_key="chat", return_messages=True, max_token_limit=200
            ),
        )
        for turn in range(20):
            assert chain.invoke(said(turn)[0])["text"] == "Fine."

    def test_classic_agents(self):
        @tool
        def find(order: str) -> str:
            """Find an order."""
            return f"{order} is on truck T-1"

        prompt = PromptTemplate.from_template(
            "{tools} {tool_names}\n{chat}\nQuestion: {input}\n{agent_scratchpad}"
        )
        model = FakeListLLM(
            responses=[
                "Action: find\nAction Input: A-1",
                "I now know the final answer\nFinal Answer: On truck T-1.",
            ]
        )
        memory = HeadroomChatMemory(
            memory_key="chat", input_key="input", output_key="output"
        )
        executor = AgentExecutor(
            agent=create_react_agent(model, [find], prompt),
            tools=[find],
            memory=memory,
            return_intermediate_steps=True,
        )
        for _ in range(3):
            done = executor.invoke({"input": "Where is A-1?"})
        assert done["output"] == "On truck T-1."
        assert memory.buffer.count("AI: On truck T-1.") == 3

    def test_arguments_of_the_summary_buffer_memory_do(self):
        model = FakeListChatModel(responses=["Trucks broke down."])
        options = {"llm": model, "max_token_limit": 300, "return_messages": True}
        ConversationSummaryBufferMemory(**options)
        memory = filled(14, **options)
        assert "Trucks broke down." in memory.buffer[0].content

    def test_it_is_copied(self):
        memory = filled()
        twin = memory.model_copy(deep=True)
        twin.save_context(*said(99))
        assert "A-99" not in memory.buffer
        assert "A-99" in twin.buffer

    @pytest.mark.parametrize("name", ["max_tokens", "prompt"])
    def test_an_argument_it_does_not_have_is_refused(self, name):
        # It was ignored, and the limit stayed 2,000.
        with pytest.raises(ValueError, match=f"takes no {name}; .*max_token_limit"):
            HeadroomChatMemory(**{name: 50})
