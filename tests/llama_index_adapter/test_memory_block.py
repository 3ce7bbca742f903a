"""HeadroomMemoryBlock, alone and within LlamaIndex's Memory."""

import asyncio
import copy
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.llms.types import TextBlock, ToolCallBlock
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import BaseMemoryBlock, Memory
from sqlalchemy.ext.asyncio import create_async_engine

from llama_index_headroom import HeadroomMemoryBlock
from llama_index_headroom.tokens import count_tokens

FACTS = [f"Box {n} holds {n * 7} red apples from Chania." for n in range(60)]


def said(text, role="user", **kwargs):
    return ChatMessage(role=role, content=text, additional_kwargs=kwargs)


def turns(facts=FACTS):
    return [
        each for fact in facts for each in (said(fact), said("Noted.", "assistant"))
    ]


def shown(messages, max_tokens=1_000, **options):
    async def use():
        block = HeadroomMemoryBlock(max_tokens=max_tokens, **options)
        await block.aput(messages)
        return await block.aget()

    return asyncio.run(use())


histories = st.lists(
    st.tuples(
        st.sampled_from(["user", "assistant", "system", "tool"]),
        st.lists(st.sampled_from(FACTS), max_size=4).map(" ".join),
    ),
    max_size=12,
)


class TestLaws:
    @settings(max_examples=settings().max_examples // 2)
    @given(histories, st.integers(1, 400))
    def test_the_text_never_exceeds_max_tokens(self, history, limit):
        messages = [said(text, role) for role, text in history]
        before = copy.deepcopy(messages)
        assert count_tokens(shown(messages, limit)) <= limit
        assert messages == before

    @settings(max_examples=settings().max_examples // 2)
    @given(st.integers(60, 400), st.integers(-10, 400))
    def test_truncating_takes_that_many_tokens(self, limit, fewer):
        text = shown(turns(), limit)
        block = HeadroomMemoryBlock()
        less = asyncio.run(block.atruncate(text, fewer))
        if fewer <= 0:
            assert less == text
        elif less is not None:
            assert count_tokens(less) <= count_tokens(text) - fewer


class TestBlock:
    def test_an_argument_it_does_not_have_is_refused(self):
        with pytest.raises(ValueError, match=r"takes no token_limit; .*max_tokens"):
            HeadroomMemoryBlock(token_limit=100)

    def test_nothing_flushed_is_no_text(self):
        assert shown([]) == ""

    def test_what_fits_is_shown_as_it_was_said(self):
        call = ToolCallBlock(tool_call_id="1", tool_name="f", tool_kwargs={"x": 1})
        messages = [
            said("Hi."),
            ChatMessage(role="assistant", blocks=[TextBlock(text="Wait."), call]),
            said("42", "tool", tool_call_id="1"),
        ]
        assert shown(messages).splitlines() == [
            "user: Hi.",
            "assistant: Wait.",
            'assistant: f({"x":1})',
            "tool: 42",
        ]

    def test_more_becomes_a_digest(self):
        text = shown(turns(), 400)
        assert text.startswith("<conversation_digest")
        assert "Box 0" in text
        assert sum(f"Box {n} " in text for n in range(60)) > 10
        assert 200 < count_tokens(text) <= 400

    def test_a_system_message_that_is_too_long_is_condensed_too(self):
        text = shown([said(" ".join(FACTS), "system"), *turns(FACTS[:3])], 150)
        assert 0 < count_tokens(text) <= 150

    def test_one_giant_turn_is_condensed(self):
        text = shown([said(" ".join(FACTS))], 150)
        assert "Box" in text

    def test_a_summarizer_writes_it_sync_or_async(self):
        def summarize(messages, max_tokens):
            return "Sixty boxes of apples."

        async def asummarize(messages, max_tokens):
            return "Sixty boxes of apples."

        for summarizer in (summarize, asummarize):
            text = shown(turns(), 300, summarizer=summarizer)
            assert "Sixty boxes of apples." in text

    def test_truncating_to_nothing_says_none(self):
        block = HeadroomMemoryBlock()
        assert asyncio.run(block.atruncate("A few words.", 100)) is None

    def test_sessions_are_kept_apart(self):
        async def use():
            block = HeadroomMemoryBlock()
            await block.aput([said("I am Ada.")], session_id="a")
            await block.aput([said("I am Bob.")], session_id="b")
            assert await block.aget(session_id="a") == "user: I am Ada."
            assert await block.aget(session_id="b") == "user: I am Bob."
            assert await block.aget(session_id="c") == ""
            assert await block.aget() == "user: I am Ada.\nuser: I am Bob."

        asyncio.run(use())

    def test_what_comes_later_is_shown(self):
        async def use():
            block = HeadroomMemoryBlock()
            await block.aput([said("One.")])
            assert await block.aget() == "user: One."
            await block.aput([said("Two.")], from_short_term_memory=True)
            assert await block.aget() == "user: One.\nuser: Two."

        asyncio.run(use())

    def test_it_is_a_block_that_copies_and_pickles(self):
        block = HeadroomMemoryBlock(name="Old", max_tokens=50, priority=1)
        assert isinstance(block, BaseMemoryBlock)
        asyncio.run(block.aput([said("One.")]))
        for other in (copy.deepcopy(block), pickle.loads(pickle.dumps(block))):
            assert other.max_tokens == 50
            assert asyncio.run(other.aget()) == "user: One."
        assert "summarizer" not in block.model_dump()

    def test_max_tokens_is_at_least_one(self):
        with pytest.raises(ValueError, match="max_tokens"):
            HeadroomMemoryBlock(max_tokens=0)


def test_memory_shows_flushed_turns_in_its_system_message():
    async def use():
        engine = create_async_engine("sqlite+aiosqlite:///:memory:")
        memory = Memory.from_defaults(
            async_engine=engine,
            token_limit=600,
            token_flush_size=100,
            chat_history_token_ratio=0.4,
            memory_blocks=[HeadroomMemoryBlock(max_tokens=250)],
        )
        for message in turns():
            await memory.aput(message)
        messages = await memory.aget()
        await engine.dispose()
        return messages

    messages = asyncio.run(use())
    assert messages[0].role == "system"
    assert "<EarlierTurns>" in messages[0].content
    assert "conversation_digest" in messages[0].content
    assert "Box 0" in messages[0].content
    assert messages[-2].content == FACTS[-1]
