"""HeadroomChatMemoryBuffer: laws, then what ChatMemoryBuffer's users rely on."""

import asyncio
import copy
import json
import pickle
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.llms.types import (
    CachePoint,
    ImageBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.llms import ChatMessage, MockLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.storage.chat_store import BaseChatStore, SimpleChatStore
from llama_index.core.utils import get_tokenizer

import headroom
from headroom.conversations import ConversationCompressor
from headroom.fields import compact_json
from headroom.originals import MemoryStore, original
from llama_index_headroom import HeadroomChatMemoryBuffer, llm_summarizer
from llama_index_headroom.tokens import content_tokens, counter

TOKENIZE = get_tokenizer()
COUNT = counter(TOKENIZE)
TEXT = (
    "the booking 4711 to Oslo leaves on 12 May and costs 230 euros; Ada prefers an "
    "aisle seat, never flies at night, and pays with the card ending in 0042"
)
WORDS = TEXT.split()


def message(role, text, **kwargs):
    return ChatMessage(role=role, content=text, additional_kwargs=kwargs)


def call(*ids, text=None, **kwargs):
    blocks = [TextBlock(text=text)] if text else []
    blocks += [
        ToolCallBlock(tool_call_id=i, tool_name="look_up", tool_kwargs=kwargs)
        for i in ids
    ]
    return ChatMessage(role="assistant", blocks=blocks)


def answer(call_id, text):
    return message("tool", text, tool_call_id=call_id)


def long_text(words, start=0):
    return " ".join(WORDS[(start + i) % len(WORDS)] for i in range(words))


def chat(turns, words=30):
    """Plain turns, each a question and an answer."""
    return [
        message(role, f"{role} {turn}: {long_text(words, turn)}")
        for turn in range(turns)
        for role in ("user", "assistant")
    ]


def agent(turns, words=30):
    """Turns with a tool call each."""
    return [
        each
        for turn in range(turns)
        for each in (
            message("user", f"question {turn} {long_text(words, turn)}"),
            call(f"c{turn}", order=f"A-{turn}", note=long_text(5)),
            answer(f"c{turn}", f"result {turn} {long_text(words)}"),
            message("assistant", f"answer {turn} {long_text(words)}"),
        )
    ]


def tokens(messages):
    """Content as ChatMemoryBuffer counts it, and the arguments that it forgets."""
    text = len(TOKENIZE(" ".join(m.content or "" for m in messages)))
    blocks = [b for m in messages for b in m.blocks if isinstance(b, ToolCallBlock)]
    return text + sum(len(TOKENIZE(compact_json(b.tool_kwargs))) for b in blocks)


def memory_of(messages, limit, **options):
    return HeadroomChatMemoryBuffer.from_defaults(
        chat_history=messages, token_limit=limit, **options
    )


def orphans(messages):
    """Return ids of results without a call before, and of calls never answered."""
    open_calls, lost = set(), set()
    for each in messages:
        for block in each.blocks:
            if isinstance(block, ToolCallBlock):
                open_calls.add(block.tool_call_id)
        for legacy in each.additional_kwargs.get("tool_calls", []):
            open_calls.add(legacy["id"])
        if each.role == "tool":
            found = each.additional_kwargs["tool_call_id"]
            (open_calls if found in open_calls else lost).symmetric_difference_update(
                {found}
            )
    return lost, open_calls


@st.composite
def histories(draw):
    """Valid transcripts: turns with plain answers, parallel calls, system messages."""
    result, number = [], 0
    if draw(st.booleans()):
        result.append(message("system", long_text(draw(st.integers(1, 10)))))
    for turn in range(draw(st.integers(1, 7))):
        result.append(message("user", long_text(draw(st.integers(1, 60)), turn)))
        for _ in range(draw(st.integers(0, 4))):
            ids = [f"c{number + i}" for i in range(draw(st.integers(1, 3)))]
            number += len(ids)
            if draw(st.booleans()):
                result.append(call(*ids, text=draw(st.sampled_from([None, "I see"]))))
            else:
                functions = [
                    {"id": i, "function": {"name": "f", "arguments": '{"x": 1}'}}
                    for i in ids
                ]
                result.append(message("assistant", None, tool_calls=functions))
            for each in draw(st.permutations(ids)):
                result.append(answer(each, long_text(draw(st.integers(0, 60)))))
        if draw(st.booleans()):
            result.append(message("assistant", long_text(draw(st.integers(1, 40)))))
        if draw(st.integers(0, 9)) == 0:
            result.append(message("system", "From now on be brief."))
    return result


limits = st.integers(1, 600)
# Transcripts are dear to make, and a memory that grows is asked after each message.
fewer = settings(max_examples=max(10, settings().max_examples // 3))
fewest = settings(max_examples=max(4, settings().max_examples // 10))


class TestLaws:
    # One test for all laws of one view, since its transcript is what costs.
    @fewer
    @given(histories(), limits)
    def test_every_view_is_valid_within_budget_and_the_same_again(self, history, limit):
        before = [m.model_dump() for m in history]
        memory = memory_of(history, limit)
        shown = memory.get()
        self.calls_and_results_stay_or_go_together(history, shown)
        self.the_budget_holds_but_for_what_must_stay(history, shown, limit)
        self.what_stays_is_the_stored_object_in_its_order(history, shown)
        assert shown[0].role in ("system", "user")
        assert [m.model_dump() for m in history] == before
        assert memory.get_all() == history
        assert memory.get() == shown
        assert memory_of(history, limit).get() == shown
        assert asyncio.run(memory_of(history, limit).aget()) == shown

    @staticmethod
    def calls_and_results_stay_or_go_together(history, shown):
        # The history itself has no orphan, so nor has any view of it.
        assert orphans(history) == (set(), set())
        assert orphans(shown) == (set(), set())

    @staticmethod
    def the_budget_holds_but_for_what_must_stay(history, shown, limit):
        if tokens(shown) > limit:
            asked = max(i for i, m in enumerate(history) if m.role == "user")
            system = [m for m in history if m.role == "system"]
            rest = [m for m in shown if m not in system and m is not history[asked]]
            # Only an atom that the model has yet to read.
            results = [m for m in rest if m.role == "tool"]
            calls = [m for m in rest if m.role == "assistant"]
            assert len(rest) == len(results) + len(calls)
            assert len(calls) <= 1

    @staticmethod
    def what_stays_is_the_stored_object_in_its_order(history, shown):
        places = {id(m): at for at, m in enumerate(history)}
        order = [places[id(m)] for m in shown if id(m) in places]
        assert order == sorted(order)
        last = [m for m in history if m.role == "user"][-1]
        must_stay = [last, *(m for m in history if m.role == "system")]
        assert {id(m) for m in must_stay} <= {id(m) for m in shown}
        added = [m for m in shown if id(m) not in places]
        digests = [m for m in added if "conversation_digest" in m.content]
        assert len(digests) <= 1
        fillers = {"Noted.", "[left out]"}
        assert all(m.content in fillers for m in added if m not in digests)

    @fewest
    @given(histories(), limits)
    def test_a_memory_that_grew_shows_what_a_new_one_would(self, history, limit):
        memory = memory_of([], limit)
        for at, each in enumerate(history, 1):
            memory.put(each)
            if orphans(history[:at]) == (set(), set()):
                assert memory.get() == memory_of(history[:at], limit).get()

    @fewer
    @given(histories(), st.integers(0, 20))
    def test_what_fits_comes_back_untouched(self, history, spare):
        room = memory_of(history, 10**9)
        limit = tokens_of_all(history) + spare
        assert memory_of(history, limit).get() == room.get() == history

    def test_an_empty_memory_is_empty(self):
        memory = memory_of([], 10)
        assert memory.get() == memory.get_all() == []
        assert asyncio.run(memory.aget()) == []


def tokens_of_all(history):
    """Text as ChatMemoryBuffer counts it, and all that it leaves out."""
    texts = [m.content or "" for m in history]
    beside = sum(content_tokens(m, COUNT) for m in history) - sum(map(COUNT, texts))
    return COUNT(" ".join(filter(None, texts))) + beside


class TestBudget:
    def test_old_turns_become_a_digest_and_the_last_ones_stay(self):
        history = [message("system", "You book flights."), *chat(20)]
        history[1] = message("user", "My passport number is X1234567.")
        shown = memory_of(history, 600).get()
        assert shown[0] is history[0]
        assert shown[1].role == "user"
        assert "conversation_digest" in shown[1].content
        assert "X1234567" in shown[1].content
        assert all(a is b for a, b in zip(shown[-6:], history[-6:], strict=True))
        assert tokens(shown) <= 600

    def test_target_says_how_much_a_compaction_leaves(self):
        def least(target):
            memory, sizes = memory_of([], 600, target=target), []
            for each in chat(18):
                memory.put(each)
                if (shown := memory.get()) != memory.get_all():
                    sizes.append(tokens(shown))
            assert max(sizes) <= 600
            return min(sizes)

        assert least(0.5) < 400 < 450 < least(1.0)

    def test_keep_turns_shrinks_to_what_fits(self):
        history = chat(6, words=60)
        limit = tokens(history[-4:]) + 80
        shown = memory_of(history, limit, keep_turns=5).get()
        assert shown[-1] is history[-1]
        assert tokens(shown) <= limit

    def test_without_room_for_a_digest_the_oldest_turns_go_whole(self):
        history = [message("user", "first message") for _ in range(4)]
        shown = memory_of(history, 5).get()
        assert shown == history[-2:]
        shown = memory_of([*history, message("user", "test message2")], 5).get()
        assert [m.content for m in shown] == ["first message", "test message2"]

    def test_the_limit_counts_joined_content_like_chat_memory_buffer(self):
        # "Llamas" alone is more tokens than after a space.
        history = [message("user", "Llamas"), message("assistant", "Llamas Llamas")]
        limit = len(TOKENIZE("Llamas Llamas Llamas"))
        upstream = ChatMemoryBuffer.from_defaults(
            chat_history=history, token_limit=limit
        )
        assert memory_of(history, limit).get() == upstream.get() == history
        assert memory_of(history, limit - 1).get() == history[:1]

    def test_the_limit_holds_for_numbers_joined_by_spaces(self):
        # After a space "4711" is a token more than alone.
        history = [message("user", text) for text in ("the", "booking", "4711")]
        shown = memory_of(history, 3).get()
        assert len(TOKENIZE(" ".join(m.content for m in shown))) <= 3

    def test_tool_call_arguments_count(self):
        big = call("c1", text="Looking.", query=long_text(400))
        history = [message("user", "Hi"), big, answer("c1", "ok")]
        history += [message("assistant", "Done."), message("user", "And now?")]
        assert ChatMemoryBuffer.from_defaults(
            chat_history=history, token_limit=60
        ).get() == (history)
        shown = memory_of(history, 60).get()
        assert shown[-1] is history[-1]
        assert big not in shown
        assert tokens(shown) <= 60

    def test_legacy_tool_calls_and_ids_count(self):
        function = {"name": "f", "arguments": json.dumps({"q": long_text(400)})}
        calls = [{"id": "c1", "type": "function", "function": function}]
        history = [message("user", "Hi"), message("assistant", "", tool_calls=calls)]
        history += [answer("c1", "ok"), message("user", "And now?")]
        assert memory_of(history, 60).get()[-1:] == history[-1:]
        assert len(memory_of(history, 60).get()) < len(history)

    def test_thinking_and_pictures_count_and_stay(self):
        thinking = ThinkingBlock(content=long_text(200))
        picture = ImageBlock(url="https://example.org/a.png")
        history = [
            message("user", "Hi"),
            ChatMessage(role="assistant", blocks=[thinking, TextBlock(text="Yes?")]),
            ChatMessage(role="user", blocks=[TextBlock(text="See"), picture]),
            ChatMessage(role="user", blocks=[TextBlock(text="So"), CachePoint_of()]),
        ]
        assert len(memory_of(history, 150).get()) < 4
        assert memory_of(history, 2_000).get() == history

    def test_a_last_turn_of_many_calls_keeps_its_question_and_newest_calls(self):
        history = [*chat(2), message("user", "Book the trip to Oslo.")]
        for n in range(20):
            history += [call(f"c{n}", leg=n), answer(f"c{n}", f"confirmation ZX{n}81Q")]
        shown = memory_of(history, 500).get()
        assert tokens(shown) <= 500
        assert orphans(shown) == (set(), set())
        assert shown[-1] is history[-1]
        assert history[4] in shown
        digest = next(m.content for m in shown if "conversation_digest" in m.content)
        assert sum(f"ZX{n}81Q" in digest for n in range(20)) > 5
        assert sum(m is history[4] for m in shown) == 1

    def test_a_result_that_is_too_big_is_returned_for_the_model_to_refuse(self):
        history = [*chat(3), message("user", "Read it."), call("c1")]
        history += [answer("c1", long_text(500))]
        assert memory_of(history, 100).get() == history[-3:]

    def test_a_question_that_is_too_big_is_returned(self):
        history = [*chat(3), message("user", long_text(500))]
        assert memory_of(history, 100).get() == history[-1:]

    def test_an_answer_that_is_too_big_goes_before_its_question(self):
        history = [message("user", "first message"), message("assistant", "an answer")]
        assert memory_of(history, 2).get() == history[:1]

    def test_a_history_without_user_messages_is_cut_between_calls(self):
        history = []
        for n in range(6):
            history += [call(f"c{n}"), answer(f"c{n}", long_text(30))]
        shown = memory_of(history, 150).get()
        assert orphans(shown) == (set(), set())
        assert shown == history[-len(shown) :]
        assert tokens(shown) <= 150

    def test_initial_tokens_leave_less_room(self):
        memory = memory_of(chat(20), 600)
        shown = memory.get(initial_token_count=300)
        assert tokens(shown) <= 300
        assert asyncio.run(memory.aget(initial_token_count=300)) == shown

    @pytest.mark.parametrize("count", [601, 10_000])
    def test_more_initial_tokens_than_the_limit_raise(self, count):
        memory = memory_of(chat(2), 600)
        with pytest.raises(ValueError, match=r"^Initial token count exceeds token lim"):
            memory.get(initial_token_count=count)
        with pytest.raises(ValueError, match=r"^Initial token count exceeds token lim"):
            asyncio.run(memory.aget(initial_token_count=count))

    def test_as_many_initial_tokens_as_the_limit_leave_the_last_question(self):
        history = [message("user", "first message")]
        assert memory_of(history, 5).get(initial_token_count=5) == history

    def test_small_changes_of_the_rest_of_the_prompt_leave_the_digest(self):
        memory = memory_of(chat(20), 1_600)
        one, two = (memory.get(initial_token_count=n) for n in (510, 540))
        assert one == two

    def test_any_number_of_budgets_may_be_asked_for(self):
        memory = memory_of(chat(20), 1_600)
        for count in range(0, 1_600, 100):
            assert tokens(memory.get(initial_token_count=count)) <= 1_600 - count

    def test_between_compactions_the_view_only_grows_at_its_end(self):
        memory, changes, before = memory_of([], 600, target=0.5), 0, []
        for each in chat(40, words=15):
            memory.put(each)
            shown = memory.get()
            changes += shown[: len(before)] != before
            before = shown
        assert 0 < changes < 12

    def test_another_tokenizer_is_asked(self):
        memory = memory_of(chat(10), 100, tokenizer_fn=str.split)
        shown = memory.get()
        assert shown != memory.get_all()
        assert sum(len((m.content or "").split()) for m in shown) <= 100
        memory.tokenizer_fn = lambda text: []
        assert memory.get() == memory.get_all()


def CachePoint_of():
    from llama_index.core.base.llms.types import CacheControl

    return CachePoint(cache_control=CacheControl(type="ephemeral"))


class TestConstruction:
    def test_it_is_a_chat_memory_buffer(self):
        memory = HeadroomChatMemoryBuffer.from_defaults()
        assert isinstance(memory, ChatMemoryBuffer)
        assert memory.token_limit == 3_000
        assert memory.chat_store_key == "chat_history"
        assert isinstance(memory.chat_store, SimpleChatStore)
        assert callable(memory.tokenizer_fn)
        # `memory or default` must not replace an empty memory.
        assert memory

    def test_an_argument_it_does_not_have_is_refused(self):
        with pytest.raises(ValueError, match=r"takes no max_tokens; .*token_limit"):
            HeadroomChatMemoryBuffer(token_limit=50, max_tokens=40)

    def test_the_limit_is_three_quarters_of_the_models_window(self):
        llm = MockLLM()
        memory = HeadroomChatMemoryBuffer.from_defaults(llm=llm)
        assert memory.token_limit == int(llm.metadata.context_window * 0.75)
        assert (
            HeadroomChatMemoryBuffer.from_defaults(llm=llm, token_limit=7).token_limit
            == 7
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            {"token_limit": 0},
            {"token_limit": -1},
            {"keep_turns": 0},
            {"x": 1},
            {"target": 0},
        ],
    )
    def test_wrong_arguments_raise(self, wrong):
        with pytest.raises(
            ValueError, match=r"oken|keep_turns|target|Unexpected kwargs"
        ):
            HeadroomChatMemoryBuffer.from_defaults(**wrong)

    def test_a_limit_is_needed_without_from_defaults(self):
        with pytest.raises(ValueError, match="Token limit must be set"):
            HeadroomChatMemoryBuffer()

    def test_lists_are_copied_in_and_out(self):
        history = chat(1)
        memory = memory_of(history, 1_000)
        history.clear()
        assert len(memory.get_all()) == 2
        memory.get_all().clear()
        memory.get().clear()
        assert len(memory.get()) == 2
        again = chat(2)
        memory.set(again)
        again.clear()
        assert len(memory.get_all()) == 4
        again = chat(1)
        asyncio.run(memory.aset(again))
        again.clear()
        assert len(asyncio.run(memory.aget_all())) == 2


class TestStore:
    def test_put_set_reset(self):
        memory = memory_of([], 1_000)
        first, second = chat(1)
        memory.put(first)
        memory.put_messages([second, second])
        assert memory.get() == [first, second, second]
        memory.set([second])
        assert memory.get() == [second]
        memory.reset()
        assert memory.get() == memory.get_all() == []

    def test_their_async_twins(self):
        async def use():
            memory = memory_of([], 1_000)
            first, second = chat(1)
            await memory.aput(first)
            await memory.aput_messages([second])
            assert await memory.aget() == [first, second]
            await memory.aset([second])
            assert await memory.aget_all() == [second]
            await memory.areset()
            assert await memory.aget() == []

        asyncio.run(use())

    def test_a_shared_store_keeps_conversations_apart(self):
        store = SimpleChatStore()
        ada = memory_of(None, 1_000, chat_store=store, chat_store_key="ada")
        bob = memory_of(None, 1_000, chat_store=store, chat_store_key="bob")
        ada.put(chat(1)[0])
        assert bob.get() == []
        assert store.get_keys() == ["ada"]

    def test_a_state_that_agents_write_into_a_message_stays(self):
        memory = memory_of(chat(20), 600)
        memory.get()[-1].blocks.append(TextBlock(text="state: step 2"))
        assert "state: step 2" in memory.get()[-1].content
        assert "state: step 2" in memory.get_all()[-1].content

    def test_an_edited_message_is_counted_anew(self):
        memory = memory_of(chat(5), 600)
        assert memory.get() == memory.get_all()
        memory.get_all()[0].blocks = [TextBlock(text=long_text(600))]
        assert tokens(memory.get()) <= 600

    def test_edited_tool_arguments_are_noticed(self):
        # The session knows messages by a quick hash; once it missed tool call blocks.
        def history(order):
            return [
                message("user", "Where is my order?"),
                call("c1", text="Looking.", order=order),
                answer("c1", "on its way"),
                *chat(20),
            ]

        # Each message of the chat has a rule; a smaller digest holds rules alone.
        memory = memory_of(history("A-100"), 900)
        assert "A-100" in memory.get()[0].content
        memory.set(history("B-200"))
        assert "B-200" in memory.get()[0].content
        assert memory.get() == memory_of(history("B-200"), 900).get()

    def test_puts_from_many_threads_all_arrive(self):
        class Careless(SimpleChatStore):
            """Reads, waits and writes, as stores on a server do."""

            def add_message(self, key, message, idx=None):
                messages = list(self.store.get(key, []))
                time.sleep(0.0005)
                self.store[key] = [*messages, message]

        memory = memory_of([], 500, chat_store=Careless())

        def put(n):
            for i in range(8):
                memory.put(message("user", f"{n}-{i} {long_text(10)}"))
                memory.get()

        threads = [threading.Thread(target=put, args=(n,)) for n in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        texts = [m.content.split()[0] for m in memory.get_all()]
        assert sorted(texts) == sorted(f"{n}-{i}" for n in range(6) for i in range(8))
        for n in range(6):
            mine = [t for t in texts if t.startswith(f"{n}-")]
            assert mine == [f"{n}-{i}" for i in range(8)]


class TestSerialisation:
    def history(self):
        picture = ImageBlock(image=b"\x89PNG\r\n\x1a\n" + bytes(20))
        return [
            message("system", "Be brief."),
            *agent(2),
            ChatMessage(role="user", blocks=[TextBlock(text="grüße 你好"), picture]),
            ChatMessage(
                role="assistant",
                blocks=[ThinkingBlock(content="hm"), TextBlock(text="x")],
                additional_kwargs={"model": MockLLM().metadata},
            ),
        ]

    def same(self, one, two):
        def plain(messages):
            return [m.model_dump(mode="json") for m in messages]

        assert type(one) is type(two)
        assert plain(one.get_all()) == plain(two.get_all())
        for name in ("token_limit", "chat_store_key", "keep_turns", "target"):
            assert getattr(one, name) == getattr(two, name)

    def test_dict_and_string_round_trip(self):
        memory = memory_of(
            self.history(), 77, keep_turns=5, target=0.5, chat_store_key="ada"
        )
        data = memory.to_dict()
        before = copy.deepcopy(data)
        self.same(HeadroomChatMemoryBuffer.from_dict(data), memory)
        assert data == before
        assert data["class_name"] == "HeadroomChatMemoryBuffer"
        assert data["chat_store"]["class_name"] == "SimpleChatStore"
        assert "summarizer" not in data
        text = memory.to_string()
        assert json.loads(text) == json.loads(json.dumps(data))
        self.same(HeadroomChatMemoryBuffer.from_string(text), memory)
        self.same(HeadroomChatMemoryBuffer.from_string(memory.to_json()), memory)

    def test_pydantics_own_ways_round_trip(self):
        memory = memory_of(self.history(), 77)
        self.same(HeadroomChatMemoryBuffer.model_validate(memory.model_dump()), memory)
        text = memory.model_dump_json()
        self.same(HeadroomChatMemoryBuffer.model_validate_json(text), memory)

    def test_pickle_and_copies_round_trip(self):
        memory = memory_of(chat(20), 600)
        view = memory.get()
        for other in (
            pickle.loads(pickle.dumps(memory)),
            copy.deepcopy(memory),
            memory.model_copy(deep=True),
        ):
            self.same(other, memory)
            assert other.get() == view
            other.put(message("user", "more"))
            assert len(memory.get_all()) == 40

    def test_a_dict_of_old_and_one_of_upstream_load(self):
        old = {"token_limit": 9, "chat_history": [{"role": "user", "content": "hi"}]}
        memory = HeadroomChatMemoryBuffer.from_dict(old)
        assert memory.get_all() == [message("user", "hi")]
        assert "chat_history" in old
        data = memory_of(chat(1), 9).to_dict()
        data["class_name"] = "ChatMemoryBuffer"
        del data["keep_turns"]
        assert HeadroomChatMemoryBuffer.from_dict(data).get_all() == chat(1)

    def test_what_is_not_serialised_is_handed_over(self):
        def summarize(messages, max_tokens):
            return "they talked"

        memory = memory_of(chat(1), 50, summarizer=summarize)
        loaded = HeadroomChatMemoryBuffer.from_dict(
            memory.to_dict(), summarizer=summarize, tokenizer_fn=str.split
        )
        assert loaded.summarizer is summarize
        assert loaded.tokenizer_fn is str.split

    def test_a_store_that_llama_index_cannot_load_raises(self):
        class Mine(SimpleChatStore):
            @classmethod
            def class_name(cls):
                return "Mine"

        store = Mine()
        memory = memory_of(chat(1), 50, chat_store=store)
        data = memory.to_dict()
        with pytest.raises(ValueError, match="Mine"):
            HeadroomChatMemoryBuffer.from_dict(data)
        loaded = HeadroomChatMemoryBuffer.from_dict(data, chat_store=store)
        assert loaded.get_all() == chat(1)

    def test_any_chat_store_serves_and_is_serialised_by_its_own_dump(self):
        class ListStore(BaseChatStore):
            """Another kind of store: one list of pairs."""

            rows: list = []

            def set_messages(self, key, messages):
                self.rows = [r for r in self.rows if r[0] != key]
                self.rows += [(key, m.model_dump()) for m in messages]

            def get_messages(self, key):
                return [ChatMessage(**m) for k, m in self.rows if k == key]

            def add_message(self, key, message):
                self.rows = [*self.rows, (key, message.model_dump())]

            def delete_messages(self, key):
                self.rows = [r for r in self.rows if r[0] != key]

            def delete_message(self, key, idx):
                raise NotImplementedError

            def delete_last_message(self, key):
                raise NotImplementedError

            def get_keys(self):
                return sorted({key for key, _ in self.rows})

        memory = memory_of(chat(20), 600, chat_store=ListStore())
        shown = memory.get()
        assert tokens(shown) <= 600
        assert shown[-1] == chat(20)[-1]
        assert asyncio.run(memory.aget()) == shown
        assert len(memory.to_dict()["chat_store"]["rows"]) == 40
        memory.reset()
        assert memory.get() == []


class TestClearing:
    """Results that the model has used become notes; originals are in the store."""

    LOG = "\n".join(f"line {n}: nothing of interest" for n in range(60))

    def history(self):
        file = ToolCallBlock(tool_call_id="f", tool_name="read_file", tool_kwargs={})
        return [
            message("user", "Read the log."),
            call("a"),
            answer("a", self.LOG),
            ChatMessage(role="assistant", blocks=[file]),
            answer("f", self.LOG),
            message("assistant", "The disk is full."),
            message("user", "Since when?"),
            call("b"),
            answer("b", self.LOG),
        ]

    def test_a_used_result_becomes_its_handle_and_the_store_has_it(self):
        store, history = MemoryStore(), self.history()
        memory = memory_of(history, 9_000, clear_after_turns=1, store=store)
        shown = memory.get()
        note = shown[2].content
        assert note.startswith("[headroom: the result of look_up, 60 lines, was read")
        handle = note.partition('handle="')[2].partition('"')[0]
        assert original(handle, store).decode() == self.LOG
        assert shown[2].additional_kwargs == history[2].additional_kwargs
        same = [n for n in range(len(history)) if n != 2]
        assert all(shown[n] is history[n] for n in same)
        assert memory.get_all() == self.history()
        assert asyncio.run(memory.aget()) == memory.get() == shown

    def test_it_makes_room_before_turns_go(self):
        history = self.history()
        limit = tokens(history) - 300
        assert len(memory_of(history, limit).get()) < len(history)
        options = {"clear_after_turns": 1, "store": MemoryStore()}
        assert len(memory_of(history, limit, **options).get()) == len(history)

    def test_without_a_store_it_is_refused_and_a_loaded_one_shows_all(self):
        history = self.history()
        with pytest.raises(ValueError, match="needs a store"):
            memory_of(history, 9_000, clear_after_turns=1)
        memory = memory_of(history, 9_000, clear_after_turns=1, store=MemoryStore())
        loaded = HeadroomChatMemoryBuffer.from_dict(memory.to_dict())
        assert loaded.get() == history
        loaded.store = MemoryStore()
        assert loaded.get() == memory.get() != history


class TestSummarizer:
    def test_a_models_name_is_refused_at_once(self):
        with pytest.raises(TypeError, match="llm='gpt-5'; pass a LlamaIndex model"):
            llm_summarizer("gpt-5")

    def test_it_writes_the_digest_once(self):
        asked = []

        def summarize(messages, max_tokens):
            asked.append(len(messages))
            return "Ada wants to fly to Oslo."

        memory = memory_of(chat(20), 600, summarizer=summarize)
        shown = memory.get()
        assert "Ada wants to fly to Oslo." in shown[0].content
        times = len(asked)
        assert memory.get() == shown
        assert asyncio.run(memory.aget()) == shown
        assert len(asked) == times

    def test_an_async_one_serves_aget_alone(self):
        async def summarize(messages, max_tokens):
            return "Ada wants to fly to Oslo."

        memory = memory_of(chat(20), 600, summarizer=summarize)
        shown = asyncio.run(memory.aget())
        assert "Ada wants to fly to Oslo." in shown[0].content
        with pytest.raises(headroom.SummarizerError, match="acompress"):
            memory_of(chat(20), 600, summarizer=summarize).get()

    def test_a_model_of_llama_index_may_write_it(self, scripted):
        llm = scripted("Ada wants to fly to Oslo.")
        memory = memory_of(chat(20), 600, summarizer=llm_summarizer(llm))
        assert "Ada wants to fly to Oslo." in memory.get()[0].content
        system, transcript = llm.sent[0]
        assert "Condense" in system.content
        assert "user 0: the booking" in transcript.content
        assert asyncio.run(memory.aget()) == memory.get()

    def test_an_async_one_has_nothing_to_say_where_nothing_may_go(self):
        async def summarize(messages, max_tokens):
            return "Ada wants to fly to Oslo."

        history = [*chat(3), message("user", long_text(500))]
        memory = memory_of(history, 100, summarizer=summarize)
        assert asyncio.run(memory.aget()) == history[-1:]

    def test_a_failing_one_is_replaced_by_the_extractive_digest(self):
        def summarize(messages, max_tokens):
            raise OSError("no network")

        with pytest.warns(RuntimeWarning, match="extractive digest stands in"):
            shown = memory_of(chat(20), 600, summarizer=summarize).get()
        assert "card ending in 0042" in shown[0].content
        assert "<conversation_digest" in shown[0].content

    def test_it_is_asked_seldom_while_a_chat_grows(self):
        asked = []

        def summarize(messages, max_tokens):
            asked.append(len(messages))
            return "They talked about flights."

        memory = memory_of([], 600, summarizer=summarize)
        for each in chat(20):
            memory.put(each)
            memory.get()
        assert 0 < len(asked) < 8  # of 20 turns


def test_work_grows_with_the_history_not_its_square(count_operations):
    def operations(turns):
        memory = memory_of(chat(turns), 1_000)
        memory.get()
        memory.put(message("user", "next"))
        return count_operations(memory.get)

    # Six times the messages: six times the work, where a square is 36.
    assert operations(150) < 9 * operations(25)


def test_the_view_is_what_the_core_compressor_shows():
    history = chat(20)
    compressor = ConversationCompressor(
        600, trigger=1.0, target=1.0, overflow="relax", count_tokens=COUNT
    )
    assert memory_of(history, 600).get() == compressor.compress(history)
