"""Headroom.wrap: what goes out of a request, what stays, and what is booked."""

import asyncio
import copy
import json
import pickle
import subprocess
import sys
import threading
import warnings
from collections import OrderedDict, namedtuple
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import (
    BudgetError,
    ConversationCompressor,
    Headroom,
    InputError,
    JSONMinifier,
    SemanticCompressor,
)
from headroom.payloads import Saved
from headroom.payloads.memory import Remembered
from headroom.tokens import default_counter, messages_tokens

ROOT = Path(__file__).parents[2]
ROWS = [{"id": n, "name": f"row {n}", "note": None, "tags": []} for n in range(40)]
JSON = json.dumps(ROWS, indent=2)
SLIM = JSONMinifier().compress(JSON)
MINIFIER = JSONMinifier()
PROSE = "The build took 41 minutes, and two tests were skipped."


def chat(*results, name="rows", system="You help.", **more):
    """An OpenAI chat body in which each result answers a call of its own."""
    messages = [{"role": "system", "content": system}]
    messages += [{"role": "user", "content": "How many rows are there?"}]
    for at, result in enumerate(results):
        function = {"name": name, "arguments": "{}"}
        call = {"id": f"c{at}", "type": "function", "function": function}
        messages += [{"role": "assistant", "content": None, "tool_calls": [call]}]
        messages += [{"role": "tool", "tool_call_id": f"c{at}", "content": result}]
    return {"model": "gpt", "messages": messages, "temperature": 0.2, **more}


def anthropic(result, *, is_error=False, **block):
    call = {"type": "tool_use", "id": "t1", "name": "rows", "input": {}}
    thinking = {"type": "thinking", "thinking": "Let me look.", "signature": "c2ln"}
    answer = {"type": "tool_result", "tool_use_id": "t1", "content": result, **block}
    if is_error:
        answer["is_error"] = True
    return {
        "model": "claude",
        "max_tokens": 100,
        "system": [{"type": "text", "text": "Help.", "cache_control": {"type": "e"}}],
        "messages": [
            {"role": "user", "content": "How many?"},
            {"role": "assistant", "content": [thinking, call]},
            {"role": "user", "content": [answer, {"type": "text", "text": "Well?"}]},
        ],
    }


def responses(result, **more):
    return {
        "model": "gpt",
        "input": [
            {"role": "user", "content": "How many?"},
            {"type": "reasoning", "id": "r1", "summary": [], "encrypted_content": "x"},
            {"type": "function_call", "call_id": "f1", "name": "rows", "arguments": ""},
            {"type": "function_call_output", "call_id": "f1", "output": result},
        ],
        **more,
    }


def gemini(response):
    call = {"functionCall": {"name": "rows", "args": {}}, "thoughtSignature": "c2ln"}
    answer = {"functionResponse": {"name": "rows", "response": response, "id": "g1"}}
    return {
        "contents": [
            {"role": "user", "parts": [{"text": "How many?"}]},
            {"role": "model", "parts": [call]},
            {"role": "user", "parts": [answer]},
        ],
        "systemInstruction": {"parts": [{"text": "Help."}]},
    }


def rename(message, at):
    """Give the calls and results of a message ids of their own."""
    text = json.dumps(message)
    for name in ('"c0"', '"t1"', '"f1"', '"g1"'):
        text = text.replace(name, f'"id-{at}-"')
    if '"functionCall"' in text:
        text = text.replace('"args"', f'"id": "id-{at}-", "args"')
    return json.loads(text)


def slimmed(payload, room=None, **options):
    with (room or Headroom(**options)).wrap(payload) as slim:
        return slim


def fail(wrapped, act):
    """Leave a wrapped block by an exception."""
    with wrapped as slim:
        act(slim)
        raise ConnectionError


RESULTS = st.one_of(
    st.just(JSON),
    st.just(PROSE),
    st.text(max_size=60),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text(max_size=6), inner, max_size=4)
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value, indent=2)),
)
PAYLOADS = st.one_of(
    st.lists(RESULTS, max_size=4).map(lambda results: chat(*results)),
    RESULTS.map(anthropic),
    RESULTS.map(lambda text: anthropic([{"type": "text", "text": text}])),
    RESULTS.map(responses),
    RESULTS.map(lambda text: gemini({"result": text})),
    st.lists(RESULTS, max_size=3).map(lambda results: chat(*results)["messages"]),
)


def messages_of(payload):
    if isinstance(payload, list):
        return payload
    return next(payload[k] for k in ("messages", "input", "contents") if k in payload)


class TestLaws:
    @given(PAYLOADS)
    def test_the_payload_is_never_changed(self, payload):
        before = copy.deepcopy(payload)
        slimmed(payload)
        assert payload == before

    @given(PAYLOADS)
    def test_two_rooms_send_the_same_bytes(self, payload):
        first, second = slimmed(payload), slimmed(copy.deepcopy(payload))
        assert json.dumps(first) == json.dumps(second)

    @given(PAYLOADS)
    def test_never_more_tokens_than_before(self, payload):
        count = default_counter()
        after = messages_tokens(messages_of(slimmed(payload)), count)
        assert after <= messages_tokens(messages_of(payload), count)

    @given(PAYLOADS)
    def test_wrapping_again_changes_nothing_more(self, payload):
        once = slimmed(payload)
        assert slimmed(dict(once) if isinstance(once, dict) else list(once)) == once

    @given(PAYLOADS)
    def test_what_is_not_a_result_is_the_same_object(self, payload):
        slim = slimmed(payload)
        if isinstance(payload, dict):
            assert list(slim) == list(payload)
            for key in payload.keys() - {"messages", "input", "contents"}:
                assert slim[key] is payload[key]
        for old, new in zip(messages_of(payload), messages_of(slim), strict=True):
            if old.get("role") in ("system", "assistant", "model"):
                assert new is old
            assert {**new, "content": 0, "output": 0, "parts": 0} == {
                **old,
                "content": 0,
                "output": 0,
                "parts": 0,
            }

    @pytest.mark.parametrize(
        "empty", [{}, [], (), {"messages": []}, {"input": ""}, {"contents": []}]
    )
    def test_empty_in_empty_out(self, empty):
        slim = slimmed(empty, max_tokens=100)
        assert slim == empty
        assert isinstance(slim, type(empty))

    def test_a_room_pickles_without_what_it_remembers(self):
        room = Headroom(5000, exclude_tools=["x"], price=3, on_error="raise")
        slimmed(chat(JSON), room)
        twin = pickle.loads(pickle.dumps(room))
        assert (twin.max_tokens, twin.exclude_tools, twin.price) == (5000, ("x",), 3)
        assert twin.savings.requests == 0
        assert slimmed(chat(JSON), twin) == slimmed(chat(JSON), room)


class TestToolResults:
    @pytest.mark.parametrize(
        ("payload", "found"),
        [
            (chat(JSON), lambda slim: slim["messages"][3]["content"]),
            (chat(JSON)["messages"], lambda slim: slim[3]["content"]),
            (tuple(chat(JSON)["messages"]), lambda slim: slim[3]["content"]),
            (
                chat([{"type": "text", "text": JSON}]),
                lambda slim: slim["messages"][3]["content"][0]["text"],
            ),
            (anthropic(JSON), lambda s: s["messages"][2]["content"][0]["content"]),
            (
                anthropic([{"type": "text", "text": JSON}]),
                lambda s: s["messages"][2]["content"][0]["content"][0]["text"],
            ),
            (responses(JSON), lambda slim: slim["input"][3]["output"]),
            (
                responses([{"type": "input_text", "text": JSON}]),
                lambda slim: slim["input"][3]["output"][0]["text"],
            ),
            (
                gemini({"result": JSON}),
                lambda s: s["contents"][2]["parts"][0]["functionResponse"]["response"][
                    "result"
                ],
            ),
            (
                [{"role": "function", "name": "rows", "content": JSON}],
                lambda slim: slim[0]["content"],
            ),
        ],
    )
    def test_json_is_minified_in_every_shape(self, payload, found):
        slim = slimmed(payload)
        assert found(slim) == SLIM
        assert isinstance(slim, type(payload))
        assert JSONMinifier.decode(SLIM)[39] == ROWS[39]

    def test_gemini_keeps_an_object_under_its_own_key_or_output(self):
        def sent(response):
            [part] = slimmed(gemini(response))["contents"][2]["parts"]
            assert part["functionResponse"]["name"] == "rows"
            assert part["functionResponse"]["id"] == "g1"
            return part["functionResponse"]["response"]

        assert set(sent({"rows": ROWS})) == {"rows"}
        assert set(sent({"rows": ROWS, "more": False})) == {"output"}
        assert len(json.dumps(sent({"rows": ROWS}))) < len(json.dumps({"rows": ROWS}))
        small = {"total": 40, "ok": True}
        assert sent(small) is small

    def test_text_is_left_alone(self):
        payload = chat(PROSE)
        assert slimmed(payload)["messages"][3] is payload["messages"][3]

    def test_a_function_compresses_text_too(self):
        def shorter(text):
            return MINIFIER.compress(text)[:20]

        slim = slimmed(chat(PROSE), tool_outputs=shorter)
        assert slim["messages"][3]["content"] == PROSE[:20]

    def test_a_compressor_that_makes_it_longer_is_not_followed(self):
        slim = slimmed(chat(PROSE), tool_outputs=lambda text: text + " and so on")
        assert slim["messages"][3]["content"] == PROSE

    def test_none_switches_it_off(self):
        payload = chat(JSON)
        assert slimmed(payload, tool_outputs=None) == payload

    @pytest.mark.parametrize(
        "payload",
        [
            anthropic(JSON, is_error=True),
            chat('{"error": {"code": 500,   "message": "no such table"}}'),
            chat('{"isError": true,  "content": [{"text": "no",   "more": null}]}'),
            gemini({"error": JSON}),
            gemini({"result": '{"errors": [ "no" ],   "data": null}'}),
        ],
    )
    def test_errors_are_left_alone(self, payload):
        slim = slimmed(payload)
        for new, old in zip(messages_of(slim), messages_of(payload), strict=True):
            assert new is old

    def test_a_result_that_only_mentions_errors_is_minified(self):
        text = json.dumps({"error": None, "rows": ROWS}, indent=2)
        assert len(slimmed(chat(text))["messages"][3]["content"]) < len(text) / 2

    @pytest.mark.parametrize(
        ("excluded", "is_left"),
        [(["rows"], True), ("rows", True), (["ro*"], True), (["other"], False)],
    )
    @pytest.mark.parametrize("payload", [chat(JSON), anthropic(JSON), responses(JSON)])
    def test_excluded_tools_are_left_alone_by_name(self, payload, excluded, is_left):
        slim = slimmed(payload, exclude_tools=excluded)
        assert (messages_of(slim)[-1] is messages_of(payload)[-1]) == is_left

    def test_a_result_of_an_unknown_tool_counts_as_excluded(self):
        payload = {"input": responses(JSON)["input"][3:], "previous_response_id": "r0"}
        assert slimmed(payload, exclude_tools=["read_file"]) == payload
        assert slimmed(payload) != payload

    def test_pictures_cache_marks_and_unknown_fields_are_the_same_objects(self):
        picture = {"type": "image", "source": {"type": "base64", "data": "aGk="}}
        mark, odd = {"type": "ephemeral"}, {"x": [1]}
        text = {"type": "text", "text": JSON, "cache_control": mark, "odd": odd}
        payload = anthropic([text, picture], cache_control=mark, odd=odd)
        slim = slimmed(payload)
        block = slim["messages"][2]["content"][0]
        assert block["content"][1] is picture
        assert block["cache_control"] is mark
        assert block["odd"] is odd
        assert block["content"][0]["cache_control"] is mark
        assert block["content"][0]["odd"] is odd
        assert slim["messages"][1] is payload["messages"][1]

    def test_objects_for_messages_are_copied_not_changed(self):
        messages = pytest.importorskip("langchain_core.messages")
        message = messages.ToolMessage(JSON, tool_call_id="1", name="rows")
        failed = messages.ToolMessage(JSON, tool_call_id="2", status="error")
        slim = slimmed([message, failed])
        assert slim[0].content == SLIM
        assert message.content == JSON
        assert (slim[0].tool_call_id, slim[0].name) == ("1", "rows")
        assert slim[1] is failed


class TestStability:
    def test_what_was_sent_is_sent_again_byte_for_byte(self):
        room, count = Headroom(tool_outputs=Counting()), 0
        sent = []
        for steps in range(1, 11):
            results = [json.dumps({"step": n, "rows": ROWS[:n]}) for n in range(steps)]
            slim = slimmed(chat(*results), room)
            texts = [m["content"] for m in slim["messages"] if m["role"] == "tool"]
            assert texts[: len(sent)] == sent
            sent, count = texts, steps
        # Counting answers differently each time, and was asked once for each.
        assert room.tool_outputs.calls == count

    def test_a_retry_after_an_exception_sends_the_same_bytes(self):
        room, payload, sent = Headroom(tool_outputs=Counting()), chat(JSON), []
        for _ in range(2):
            with pytest.raises(ConnectionError):
                fail(room.wrap(payload), lambda s: sent.append(json.dumps(s)))
        with room.wrap(payload) as slim:
            sent.append(json.dumps(slim))
        assert len(set(sent)) == 1
        assert room.savings.requests == 1

    def test_an_exception_books_nothing(self):
        room = Headroom()
        with pytest.raises(ConnectionError):
            fail(room.wrap(chat(JSON)), lambda s: s.observe({"prompt_tokens": 400}))
        assert room.savings.requests == 0
        assert room.savings.tokens_before == 0
        assert room.savings.calibration == {}

    def test_messages_added_within_the_block_are_not_booked(self):
        room, payload = Headroom(), chat(JSON)
        before = messages_tokens(payload["messages"], default_counter())
        with room.wrap(payload):
            payload["messages"].append({"role": "assistant", "content": PROSE * 9})
        assert room.savings.tokens_before == before

    def test_a_history_over_budget_is_cut_in_the_same_place_next_time(self):
        room, messages, sent = Headroom(1500), [], []
        for turn in range(40):
            messages.append({"role": "user", "content": f"{turn}: {PROSE}"})
            sent.append(json.dumps(slimmed({"messages": messages}, room)["messages"]))
            assert slimmed({"messages": messages}, room) == slimmed(
                {"messages": messages}, max_tokens=1500
            )
            messages.append({"role": "assistant", "content": f"{turn}. {PROSE * 2}"})
        grown = [b.startswith(a[:-1]) for a, b in pairwise(sent)]
        assert "conversation_digest" in sent[-1]
        assert sum(grown) > len(grown) * 3 / 4

    def test_two_threads_mix_nothing_up(self):
        room = Headroom(3000)
        wrong = []

        def converse(who):
            messages = []
            for turn in range(8):
                text = json.dumps([{"who": who, "turn": turn, **r} for r in ROWS])
                messages += chat(text, system=f"You are {who}.")["messages"]
                body = {"model": who, "messages": messages}
                if slimmed(body, room) != slimmed(body, max_tokens=3000):
                    wrong.append((who, turn))

        threads = [threading.Thread(target=converse, args=(w,)) for w in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        savings = room.savings
        assert savings.requests == 32
        assert {one.tokens_before for one in savings.models.values()} == {
            savings.models["a"].tokens_before
        }

    def test_who_comes_second_sends_what_the_first_sent(self):
        barrier = threading.Barrier(2, timeout=10)

        def slow(text):
            barrier.wait()
            return f"{threading.get_ident()}"

        room, sent = Headroom(tool_outputs=slow), []
        threads = [
            threading.Thread(target=lambda: sent.append(slimmed(chat(JSON), room)))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sent[0] == sent[1]


class Counting:
    """A compressor that never answers the same twice."""

    def __init__(self):
        self.calls = 0

    def compress(self, text):
        self.calls += 1
        return f"{self.calls}"


class TestHistory:
    def long(self, turns=40):
        messages = [{"role": "system", "content": "You help."}]
        for turn in range(turns):
            messages.append({"role": "user", "content": f"Order {turn}? {PROSE}"})
            messages.append({"role": "assistant", "content": f"It is {turn}. {PROSE}"})
        return messages

    def test_it_is_kept_under_the_budget_with_schemas(self):
        tools = [{"type": "function", "function": {"name": "f", "description": PROSE}}]
        payload = {"model": "m", "messages": self.long(), "tools": tools * 10}
        slim = slimmed(payload, max_tokens=1200)
        count = default_counter()
        schemas = count(json.dumps(payload["tools"], separators=(",", ":")))
        assert messages_tokens(slim["messages"], count) + schemas <= 1200
        assert slim["messages"][0] is payload["messages"][0]
        assert slim["messages"][-6:] == payload["messages"][-6:]

    def test_the_callers_compressor_brings_its_settings_and_budget(self):
        own = ConversationCompressor(1200, keep_turns=1)
        slim = slimmed({"messages": self.long()}, conversation=own)
        assert messages_tokens(slim["messages"], default_counter()) <= 1200
        slim = slimmed({"messages": self.long()}, max_tokens=800, conversation=own)
        assert messages_tokens(slim["messages"], default_counter()) <= 800

    @pytest.mark.parametrize("turn_of", [chat, anthropic, responses, gemini])
    def test_every_shape_stays_valid_under_a_budget(self, turn_of):
        results = [json.dumps({"order": n, "note": PROSE * 3}) for n in range(12)]
        turns = [
            turn_of({"result": text} if turn_of is gemini else text) for text in results
        ]
        [key] = turns[0].keys() & {"messages", "input", "contents"}
        said = [
            rename(message, at)
            for at, turn in enumerate(turns)
            for message in turn[key]
            if message.get("role") != "system"
        ]
        payload, room = {**turns[0], key: said}, Headroom(900, on_error="raise")
        slim, whole = slimmed(payload, room)[key], slimmed(payload)[key]
        assert len(slim) < len(said) * 2 / 3
        assert "conversation_digest" in json.dumps(slim[0])
        assert slim[0]["role"] == "user"
        assert "Noted." in json.dumps(slim[1])
        assert slim[2:] == whole[2 - len(slim) :]
        assert room.savings.history.tokens_saved > 0
        text = json.dumps(slim)
        for at in range(12):
            # A call and its result are there together, or neither.
            assert text.count(f"id-{at}-") in (0, 2)

    def test_a_summarizer_that_fails_now_is_no_reason_to_fail_later(self):
        conversation = ConversationCompressor(900)
        room = Headroom(conversation=conversation)
        odd = [{"nothing": 1}, *self.long()]
        with pytest.warns(RuntimeWarning, match="without a role"):
            assert slimmed({"messages": odd}, room)["messages"] == odd
        assert len(slimmed({"messages": self.long()}, room)["messages"]) < 40

    def test_any_object_that_compresses_a_list_will_do(self):
        class LastThree:
            def compress(self, messages):
                return messages[-3:]

        payload = {"messages": self.long()}
        slim = slimmed(payload, conversation=LastThree())
        assert slim["messages"] == payload["messages"][-3:]

    @pytest.mark.parametrize("options", [{}, {"max_tokens": 800}])
    def test_our_mark_on_a_message_is_kept_to_ourselves(self, options):
        """OpenAI refuses a request with a key that it doesn't know."""
        said = {"role": "user", "content": "The contract number is C-1."}
        messages = [*self.long()[:2], {**said, "pinned": True}, *self.long()[2:]]
        messages[-1] = {**messages[-1], "pinned": False}
        before = copy.deepcopy(messages)
        with Headroom(**options).wrap({"messages": messages}) as slim:
            sent = slim["messages"]
        assert said in sent
        assert not any("pinned" in message for message in sent)
        assert sent[0] is messages[0]
        assert messages == before

    def test_a_mark_alone_is_a_change(self):
        """The transport sends the original bytes where nothing changed."""
        payload = [OrderedDict(role="user", content="C-1", pinned=True)]
        with Headroom().wrap(payload) as slim:
            assert slim == [{"role": "user", "content": "C-1"}]
            assert type(slim[0]) is OrderedDict
        wrapped = Headroom().wrap(payload)
        with wrapped:
            assert wrapped.changed
        theirs = [{"role": "user", "content": "C-1", "pinned": "by their own tool"}]
        assert slimmed(theirs)[0] is theirs[0]

    def test_without_a_budget_it_is_left_alone(self):
        payload = {"messages": self.long(400)}
        assert slimmed(payload) == payload

    @pytest.mark.parametrize("key", ["previous_response_id", "conversation"])
    def test_history_on_the_vendors_server_is_left_alone(self, key):
        payload = {"input": self.long(), key: "resp_1"}
        assert slimmed(payload, max_tokens=600) == payload

    def test_an_async_summarizer_is_awaited(self):
        async def summarize(messages, max_tokens):
            await asyncio.sleep(0)
            return "The user asked for many orders."

        own = ConversationCompressor(1000, summarizer=summarize)

        async def send():
            async with Headroom(conversation=own).wrap({"messages": self.long()}) as s:
                return s

        assert "asked for many orders" in json.dumps(asyncio.run(send()))

    def test_a_tool_result_is_minified_before_the_budget_is_measured(self):
        payload = chat(JSON)
        budget = messages_tokens(payload["messages"], default_counter()) // 2
        slim = slimmed(payload, max_tokens=budget, on_error="raise")
        assert slim["messages"][3]["content"] == SLIM
        assert len(slim["messages"]) == 4


DOCUMENTS = [
    "The Rhine rises in the Swiss Alps. It reaches the North Sea after 1,230 km.",
    "Cheese is made from milk. The Swiss make more than 450 kinds of it.",
]
QUESTION = "Where does the Rhine reach the sea?"


class TestDocuments:
    room = Headroom(documents=SemanticCompressor(0.5, scorer="bm25"))

    def test_marked_text_is_pruned_against_the_question_around_it(self):
        tagged = "".join(
            f'<document index="{n}">{text}</document>\n'
            for n, text in enumerate(DOCUMENTS)
        )
        payload = {"messages": [{"role": "user", "content": tagged + QUESTION}]}
        slim = slimmed(payload, self.room)["messages"][0]["content"]
        assert "It reaches the North Sea after 1,230 km.</document>" in slim
        assert slim.endswith(QUESTION)
        assert "Cheese" not in slim
        assert '<document index="1">[nothing relevant]</document>' in slim

    @pytest.mark.parametrize(
        "contents", [["Explain", "this"], [{"text": "Explain"}], {"parts": []}]
    )
    def test_what_google_takes_for_contents_passes_under_a_budget(self, contents):
        room = Headroom(max_tokens=1000, on_error="raise")
        assert slimmed({"contents": contents}, room)["contents"] == contents

    @pytest.mark.parametrize("key", ["input", "contents"])
    def test_a_body_of_one_text_is_pruned_too(self, key):
        text = f"<document>{' '.join(DOCUMENTS)}</document> {QUESTION}"
        slim = slimmed({key: text}, self.room)
        assert isinstance(slim[key], str)
        assert "1,230" in slim[key]
        assert "450 kinds" not in slim[key]

    def test_anthropics_blocks_are_marked_by_their_type(self):
        source = {"type": "text", "media_type": "text/plain", "data": DOCUMENTS[0]}
        blocks = [
            {"type": "document", "source": source, "title": "Rhine"},
            {
                "type": "search_result",
                "source": "x",
                "title": "y",
                "content": [{"type": "text", "text": DOCUMENTS[1]}],
            },
            {"type": "document", "source": {"type": "url", "url": "http://x"}},
            {"type": "text", "text": QUESTION},
        ]
        payload = {"messages": [{"role": "user", "content": blocks}]}
        [message] = slimmed(payload, self.room)["messages"]
        first, second, third, fourth = message["content"]
        assert "1,230 km" in first["source"]["data"]
        assert first["title"] == "Rhine"
        assert second["content"] == [{"type": "text", "text": "[nothing relevant]"}]
        assert third is blocks[2]
        assert fourth is blocks[3]

    def test_documents_in_the_system_prompt_follow_the_last_question(self):
        system = f"Answer from <document>{' '.join(DOCUMENTS)}</document> only."
        for payload in (
            {"system": system, "messages": [{"role": "user", "content": QUESTION}]},
            {
                "messages": [
                    {"role": "system", "content": system},
                    {"role": "user", "content": QUESTION},
                ]
            },
        ):
            slim = json.dumps(slimmed(payload, self.room))
            assert "1,230" in slim
            assert "450 kinds" not in slim

    def test_a_later_question_leaves_what_was_sent(self):
        first = {
            "role": "user",
            "content": f"<document>{' '.join(DOCUMENTS)}</document> {QUESTION}",
        }
        sent = slimmed({"messages": [first]}, self.room)["messages"][0]
        later = [
            first,
            {"role": "assistant", "content": "1,230 km."},
            {"role": "user", "content": "And how many kinds of cheese are there?"},
        ]
        assert slimmed({"messages": later}, self.room)["messages"][0] == sent

    def test_unmarked_text_and_rooms_without_documents_are_left_alone(self):
        plain = {"messages": [{"role": "user", "content": " ".join(DOCUMENTS)}]}
        assert slimmed(plain, self.room) == plain
        tagged = {
            "messages": [{"role": "user", "content": f"<document>{PROSE}</document>?"}]
        }
        assert slimmed(tagged) == tagged

    def test_savings_tell_documents_apart(self):
        room = Headroom(documents=SemanticCompressor(0.5, scorer="bm25"))
        text = f"<document>{' '.join(DOCUMENTS)}</document> {QUESTION}"
        slimmed({"input": text}, room)
        assert room.savings.documents.tokens_saved == room.savings.tokens_saved > 0
        assert room.savings.tool_outputs == Saved()


class Broken:
    def compress(self, content):
        raise LookupError("the disk is full")

    explain = compress


class TestErrors:
    @pytest.mark.parametrize("part", ["tool_outputs", "documents", "conversation"])
    def test_a_compressor_that_raises_sends_the_original_and_says_so_once(self, part):
        room = Headroom(**{"tool_outputs": None, part: Broken()})
        payload = chat(JSON, "[1,  2]", system=f"<document>{PROSE}</document>")
        with pytest.warns(RuntimeWarning, match="the disk is full") as said:
            sent = [slimmed(payload, room) for _ in range(2)]
        assert len(said) == 1
        assert sent == [payload, payload]
        assert room.savings.failures >= 2
        assert "Failed and sent as they were" in str(room.savings)

    @pytest.mark.parametrize("part", ["tool_outputs", "documents", "conversation"])
    def test_or_raises_if_told_to(self, part):
        room = Headroom(**{part: Broken()}, on_error="raise")
        payload = chat(JSON, system=f"<document>{PROSE}</document>")
        with pytest.raises(LookupError), room.wrap(payload):
            pytest.fail("the block must not be entered")
        assert room.savings.requests == 0

    def test_only_what_failed_is_sent_as_it_was(self):
        class FailsOnRows:
            def compress(self, text):
                if "row 7" in text:
                    raise LookupError("row 7")
                return MINIFIER.compress(text)

        other = json.dumps(ROWS[:5], indent=2)
        room = Headroom(tool_outputs=FailsOnRows(), documents=Broken())
        payload = chat(other, JSON, other, system=f"<document>{PROSE}</document>")
        with pytest.warns(RuntimeWarning) as said:
            sent = slimmed(payload, room)["messages"]
        assert len(said) == 1
        assert sent[0] is payload["messages"][0]
        slim = MINIFIER.compress(other)
        assert [m["content"] for m in sent[3::2]] == [slim, JSON, slim]
        assert room.savings.failures == 2

    def test_what_failed_once_stays_as_it_was_sent(self):
        class FailsFirst:
            calls = 0

            def compress(self, text):
                self.calls += 1
                if self.calls == 1:
                    raise LookupError
                return MINIFIER.compress(text)

        room = Headroom(tool_outputs=FailsFirst())
        with pytest.warns(RuntimeWarning):
            first = slimmed(chat(JSON), room)
        assert slimmed(chat(JSON), room) == first == chat(JSON)

    def test_a_compressor_that_returns_no_text_is_an_error(self):
        with pytest.warns(RuntimeWarning, match="must return str"):
            assert slimmed(chat(JSON), tool_outputs=len) == chat(JSON)

    def test_a_budget_that_cannot_hold_the_request(self):
        payload = chat(PROSE * 50)
        with pytest.warns(RuntimeWarning, match="cannot hold"):
            assert slimmed(payload, max_tokens=50) == payload
        with pytest.raises(BudgetError):
            slimmed(payload, max_tokens=50, on_error="raise")
        with pytest.raises(InputError, match="tool schemas"):
            slimmed({**payload, "tools": [PROSE] * 9}, max_tokens=9, on_error="raise")

    @pytest.mark.parametrize(
        "payload", [None, "hello", 7, {"prompt": "hi"}, {"messages": iter([])}]
    )
    def test_what_is_no_request_says_what_to_pass(self, payload):
        with pytest.raises(InputError, match="pass a list"), Headroom().wrap(payload):
            pytest.fail("the block must not be entered")

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"max_tokens": 0}, "max_tokens"),
            ({"max_tokens": True}, "max_tokens"),
            ({"on_error": "ignore"}, "on_error"),
            ({"tool_outputs": 7}, "tool_outputs"),
            ({"tool_outputs": JSONMinifier}, "tool_outputs"),
            ({"documents": JSONMinifier}, "documents"),
            ({"conversation": 7}, "conversation"),
        ],
    )
    def test_a_wrong_argument_is_named(self, options, said):
        with pytest.raises(InputError, match=said):
            Headroom(**options)

    @pytest.mark.parametrize(
        "odd",
        [
            [{"role": "tool"}, {"role": "tool", "content": None}, {"content": 5}],
            [{"role": "user", "content": [None, 3, {"type": "tool_result"}]}],
            [{"role": "user", "parts": [{"functionResponse": {}}, "x"]}],
            ["hello", {"type": "function_call_output", "output": {"a": 1}}],
            [{"role": "tool", "content": "\ud800 {"}, {"role": None}],
        ],
    )
    def test_odd_messages_pass_as_they_are(self, odd):
        room = Headroom()
        slim = slimmed(odd, room)
        assert all(new is old for new, old in zip(slim, odd, strict=True))
        assert room.savings.failures == 0
        assert room.savings.requests == 1


class TestAccounting:
    def test_an_error_in_it_does_not_lose_the_answer(self):
        def count(text):
            raise LookupError("no table")

        room, answer = Headroom(count_tokens=count), None
        with room.wrap([{"role": "user", "content": "hi"}]):
            answer = "hello"
        assert answer == "hello"
        cyclic = {}
        cyclic["self"] = cyclic
        room = Headroom()
        with (
            pytest.warns(RuntimeWarning, match="Circular"),
            room.wrap({"messages": [{"role": "user", "content": [cyclic]}]}),
        ):
            answer = "again"
        assert answer == "again"
        assert room.savings.failures == 1


class TestSavings:
    def test_the_figures_add_up_to_what_a_counter_finds(self):
        room, payload = Headroom(1500), chat(JSON, PROSE)
        payload["messages"] = TestHistory().long() + payload["messages"]
        payload["tools"] = [{"type": "function", "function": {"name": "rows"}}]
        slim = slimmed(payload, room)
        count, savings = default_counter(), room.savings
        schemas = {"role": "system", "content": json.dumps(payload["tools"])}
        schemas["content"] = schemas["content"].replace(" ", "")
        whole = [*payload["messages"], schemas]
        assert savings.tokens_before == messages_tokens(whole, count)
        assert savings.tokens_after == messages_tokens(
            [*slim["messages"], schemas], count
        )
        assert savings.tokens_saved == (
            savings.tool_outputs.tokens_saved + savings.history.tokens_saved
        )
        assert savings.tool_outputs.tokens_saved > 0
        assert savings.history.tokens_saved > 0

    def test_what_is_sent_again_counts_again(self):
        room = Headroom()
        slimmed(chat(JSON), room)
        once = room.savings
        slimmed(chat(JSON), room)
        assert room.savings.tokens_before == 2 * once.tokens_before
        assert room.savings.tokens_saved == 2 * once.tokens_saved

    def test_money_by_one_price_or_by_model(self):
        room = Headroom(price=2.5)
        slimmed(chat(JSON), room)
        savings = room.savings
        assert savings.money_before == pytest.approx(savings.tokens_before * 2.5e-6)
        assert savings.money_saved == pytest.approx(savings.tokens_saved * 2.5e-6)
        room = Headroom(price={"gpt": 4})
        slimmed(chat(JSON), room)
        slimmed(anthropic(JSON), room)
        savings = room.savings
        gpt = savings.models["gpt"]
        assert savings.money_after == pytest.approx(gpt.tokens_after * 4e-6)
        assert savings.unpriced == ("claude",)
        assert Headroom().savings.money_saved is None

    def test_it_reads_well(self):
        room = Headroom(price=2)
        for _ in range(2):
            slimmed(chat(*[JSON] * 30), room)
        lines = str(room.savings).splitlines()
        assert lines[0] == "Headroom: 2 requests"
        assert lines[1].startswith("input tokens")
        assert lines[2].startswith("  tool outputs")
        assert lines[3] == "Tokens: counted with o200k_base."
        assert lines[4].startswith("Money at 2 per million input tokens")
        assert len(lines) == 5

    def test_an_estimate_is_called_one(self):
        code = (
            "from headroom import Headroom\n"
            "room = Headroom()\n"
            "with room.wrap([{'role': 'tool', 'content': '{\"a\": null}'}]): pass\n"
            "print(room.savings)\n"
            "assert room.savings.estimated\n"
        )
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "import tiktoken; tiktoken.get_encoding = 0\n" + code,
            ],
            capture_output=True,
            encoding="utf-8",
            env={"PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore"},
            timeout=60,
        )
        assert "Tokens: estimated." in done.stdout, done.stderr

    def test_the_callers_counter_counts(self):
        room = Headroom(count_tokens=len, tool_outputs=None)
        slimmed([{"role": "user", "content": "12345"}], room)
        assert room.savings.tokens_before == 3 + 3 + 4 + 5
        assert "counted with len" in str(room.savings)

    @pytest.mark.parametrize(
        ("usage", "share"),
        [
            ({"prompt_tokens": 1.2}, 1.2),
            ({"input_tokens": 1.1, "output_tokens": 9}, 1.1),
            ({"input_tokens": 0.2, "cache_read_input_tokens": 1.1}, 1.3),
            ({"promptTokenCount": 0.9}, 0.9),
            ({"prompt_eval_count": 1.1, "eval_count": 3}, 1.1),
            ({"usage": {"inputTokens": 0.3, "cacheReadInputTokens": 0.9}}, 1.2),
            ({"usage": {"prompt_tokens": 1.5}}, 1.5),
            ({"prompt_tokens": 0.01}, None),
            ({"prompt_tokens": 50}, None),
        ],
    )
    def test_what_the_vendor_reports_calibrates(self, usage, share):
        def scaled(value):
            if isinstance(value, dict):
                return {key: scaled(each) for key, each in value.items()}
            return round(value * counted)

        room = Headroom(tool_outputs=None)
        messages = [{"role": "user", "content": PROSE * 40}]
        counted = messages_tokens(messages, default_counter())
        with room.wrap({"model": "m", "messages": messages}) as slim:
            slim.observe(scaled(usage))
        factor = room.savings.calibration.get("m")
        assert factor == (None if share is None else pytest.approx(share, abs=0.01))
        assert room.savings.tokens_before == pytest.approx(
            counted * (share or 1), abs=2
        )

    def test_a_report_after_the_block_counts_too(self):
        room = Headroom()
        with room.wrap(chat(PROSE * 50)) as slim:
            pass
        slim.observe(int(room.savings.tokens_after * 1.5))
        assert room.savings.calibration["gpt"] == pytest.approx(1.5, abs=0.01)
        assert "Figures of gpt are the counts times 1.50" in str(room.savings)
        slim.observe(None)
        with pytest.raises(InputError, match="no input tokens"):
            slim.observe({"tokens": 5})

    def test_a_vendor_that_counts_more_makes_the_budget_smaller(self):
        messages, count = TestHistory().long(30), default_counter()
        payload, plain = {"messages": messages}, messages_tokens(messages, count)
        room = Headroom(int(plain * 1.25))
        with room.wrap(payload) as slim:
            slim.observe(int(plain * 1.5))
        assert slim == payload
        after = messages_tokens(slimmed(payload, room)["messages"], count)
        assert after * 1.5 <= plain * 1.25

    def test_what_a_vendor_adds_to_small_requests_makes_no_budget_smaller(self):
        messages, count = TestHistory().long(30), default_counter()
        plain = messages_tokens(messages, count)
        room = Headroom(int(plain * 1.25))
        for question in ("Hello?", "Anybody there?"):
            small = [{"role": "user", "content": question}]
            with room.wrap(small) as slim:
                # Such as the 346 tokens of Anthropic's instructions for tools.
                slim.observe(int(messages_tokens(small, count) * 1.9))
        assert slimmed({"messages": messages}, room)["messages"] == messages

    def test_slim_behaves_as_the_dict_or_list_that_it_is(self):
        for payload in (chat(JSON), chat(JSON)["messages"]):
            slim = slimmed(payload)
            for twin in (copy.copy(slim), copy.deepcopy(slim), pickle.dumps(slim)):
                plain = pickle.loads(twin) if isinstance(twin, bytes) else twin
                assert plain == slim
                assert type(plain) is type(payload)


def test_no_network_and_no_disk():
    """Sockets and files opened for writing are seen by an audit hook."""
    code = (
        "import json, sys\n"
        "from headroom import Headroom, SemanticCompressor\n"
        "from headroom.tokens import default_counter\n"
        "default_counter()('')\n"
        "def look(event, arguments):\n"
        "    if event.startswith(('socket.', 'subprocess.', 'os.mkdir', 'sqlite3')):\n"
        "        print(event)\n"
        "    if event == 'open' and set(str(arguments[1])) & set('wax+'):\n"
        "        print(event, arguments)\n"
        "sys.dont_write_bytecode = True\n"
        "sys.addaudithook(look)\n"
        "room = Headroom(900, documents=SemanticCompressor(scorer='bm25'), price=1)\n"
        "said = [{'role': 'user', 'content': '<document>A cat. A dog.</document>"
        " What is a cat, and where does it live in winter?'}] * 60\n"
        "result = [{'role': 'tool', 'content': json.dumps([{'a': None}] * 99)}]\n"
        "with room.wrap({'messages': said + result}) as slim:\n"
        "    assert len(slim['messages']) < 61, slim\n"
        "    slim.observe({'prompt_tokens': 500})\n"
        "assert room.savings.failures == 0\n"
        "str(room.savings)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_a_long_history_is_no_reason_to_warn():
    messages = TestHistory().long(1000)
    room = Headroom()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        slimmed({"messages": messages}, room)


class TestTracing:
    def test_a_span_tells_model_and_tokens(self):
        trace = pytest.importorskip("opentelemetry.trace")
        pytest.importorskip("opentelemetry.sdk.trace")
        code = (
            "from opentelemetry import trace\n"
            "from opentelemetry.sdk.trace import TracerProvider\n"
            "from opentelemetry.sdk.trace.export import SimpleSpanProcessor\n"
            "from opentelemetry.sdk.trace.export.in_memory_span_exporter import "
            "InMemorySpanExporter\n"
            "import json\n"
            "from headroom import Headroom\n"
            "seen = InMemorySpanExporter()\n"
            "provider = TracerProvider()\n"
            "provider.add_span_processor(SimpleSpanProcessor(seen))\n"
            "trace.set_tracer_provider(provider)\n"
            "rows = json.dumps([{'a': None, 'b': n} for n in range(50)])\n"
            "body = {'model': 'm', 'messages': [{'role': 'tool', 'content': rows}]}\n"
            "with Headroom().wrap(body) as slim:\n"
            "    slim.observe({'prompt_tokens': 77})\n"
            "try:\n"
            "    with Headroom().wrap(body): raise LookupError('gone')\n"
            "except LookupError: pass\n"
            "good, bad = seen.get_finished_spans()\n"
            "print(json.dumps([good.name, dict(good.attributes), bad.status.is_ok]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
        )
        assert trace
        name, attributes, is_ok = json.loads(done.stdout or done.stderr)
        assert name == "headroom.wrap"
        assert attributes["gen_ai.request.model"] == "m"
        assert attributes["gen_ai.usage.input_tokens"] == 77
        before, after = (
            attributes[f"headroom.input_tokens.{when}"] for when in ("before", "after")
        )
        assert before > after > 0
        assert not is_ok

    def test_a_counter_that_fails_in_a_span_does_not_stop_the_request(self):
        pytest.importorskip("opentelemetry.sdk.trace")
        code = (
            "import warnings\n"
            "from opentelemetry import trace\n"
            "from opentelemetry.sdk.trace import TracerProvider\n"
            "trace.set_tracer_provider(TracerProvider())\n"
            "from headroom import Headroom\n"
            "def count(text): raise LookupError('no table')\n"
            "warnings.simplefilter('ignore')\n"
            "room = Headroom(count_tokens=count)\n"
            "with room.wrap([{'role': 'user', 'content': 'hi'}]) as slim: pass\n"
            "print(slim, trace.get_current_span().is_recording())\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
        )
        said = "[{'role': 'user', 'content': 'hi'}] False"
        assert done.stdout.strip() == said, done.stderr

    def test_who_does_not_trace_loads_nothing(self):
        code = (
            "import sys; from headroom import Headroom\n"
            "with Headroom().wrap([]): pass\n"
            "print([m for m in sys.modules if 'telemetry' in m])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
        )
        assert done.stdout.strip() == "[]", done.stderr


def test_booking_does_not_wait_for_counting():
    started, go_on = threading.Event(), threading.Event()

    def count(text):
        started.set()
        assert go_on.wait(10)
        return len(text)

    room = Headroom(count_tokens=count, tool_outputs=None)
    body = [{"role": "user", "content": "12345"}]
    slimmed(body, room)
    found = []
    reader = threading.Thread(target=lambda: found.append(room.savings))
    reader.start()
    assert started.wait(10)
    slimmed(body, room)
    go_on.set()
    reader.join(10)
    assert (found[0].requests, found[0].tokens_before) == (2, 30)


def test_a_counter_that_fails_loses_nothing():
    class Flaky:
        broken = True

        def __call__(self, text):
            if self.broken:
                raise LookupError
            return len(text)

    count = Flaky()
    room = Headroom(count_tokens=count, tool_outputs=None)
    slimmed([{"role": "user", "content": "12345"}], room)
    with pytest.raises(LookupError):
        _ = room.savings
    count.broken = False
    assert room.savings.tokens_before == 15


class TestCorners:
    def test_what_is_beside_the_messages_counts_in_every_shape(self):
        def before(**body):
            room = Headroom(count_tokens=len)
            slimmed(body, room)
            return room.savings.tokens_before

        contents = [{"role": "user", "parts": [{"text": "Hi"}]}]
        bare = before(contents=contents)
        said, tool = {"parts": [{"text": "x" * 100}]}, {"name": "y" * 100}
        frame = 3 + len("system")
        assert before(contents=contents, systemInstruction=said) == bare + 100 + frame
        config = {"system_instruction": "x" * 100, "tools": [tool]}
        schemas = len(json.dumps([tool], separators=(",", ":")))
        assert before(contents=contents, config=config) == (
            bare + 100 + schemas + 2 * frame
        )
        messages = [{"role": "user", "content": "Hi"}]
        assert before(input=messages, instructions="x" * 100) == bare + 100 + frame

    def test_dicts_of_other_kinds_keep_their_kind(self):
        class Body(dict):
            """A caller's own dict."""

        message = OrderedDict(chat(JSON)["messages"][3])
        slim = slimmed(Body(messages=(message,), model="m"))
        assert type(slim) is Body
        assert type(slim["messages"]) is tuple
        assert type(slim["messages"][0]) is OrderedDict
        assert slim["messages"][0]["content"] == SLIM
        assert message["content"] == JSON

    def test_objects_without_a_copy_method_are_copied_by_attribute(self):
        message = SimpleNamespace(role="tool", content=JSON, tool_call_id="1")
        slim = slimmed([message])
        assert (slim[0].content, slim[0].tool_call_id) == (SLIM, "1")
        assert message.content == JSON

    def test_what_cannot_be_copied_stays(self):
        Result = namedtuple("Result", "role content")
        payload = [Result("tool", JSON)]
        with pytest.warns(RuntimeWarning, match="pass it as a dict"):
            assert slimmed(payload)[0] is payload[0]

    def test_memory_is_bounded_and_forgets_the_oldest(self):
        remembered, asked = Remembered(), []

        def make(text):
            asked.append(text)
            return text * 1_000_000

        for n in range(40):
            remembered.get(chr(65 + n), make)
        remembered.get(chr(65 + 39), make)
        assert len(asked) == 40
        remembered.get("A", make)
        assert len(asked) == 41

    def test_more_than_can_wait_is_counted_at_once(self):
        counted = []

        def count(text):
            counted.append(text)
            return len(text)

        room = Headroom(count_tokens=count, tool_outputs=None)
        slimmed([{"role": "user", "content": "x" * 17_000_000}], room)
        assert counted
        assert room.savings.tokens_before == 17_000_010

    def test_several_models_are_listed(self):
        room = Headroom(price={"gpt": 1, "claude": 1})
        for body in (chat(JSON), anthropic(JSON), chat(JSON)["messages"]):
            slimmed(body, room)
        text = str(room.savings)
        assert "\n  claude " in text
        assert "\n  (no model) " in text
        # It named none: a mapping cannot price a request without a model.
        assert text.endswith("\nWithout a price: (no model)")

    @pytest.mark.parametrize("room", [None, "raise"])
    def test_an_async_compressor_that_raises(self, room):
        class Fails:
            async def acompress(self, messages):
                raise LookupError("gone")

            def compress(self, messages):
                raise AssertionError("the async one is there")

        async def send(**options):
            body = chat(PROSE)
            async with Headroom(conversation=Fails(), **options).wrap(body) as slim:
                return slim == body

        if room == "raise":
            with pytest.raises(LookupError):
                asyncio.run(send(on_error="raise"))
        else:
            with pytest.warns(RuntimeWarning, match="gone"):
                assert asyncio.run(send())


@pytest.mark.parametrize("price", ["2.5", True, {"gpt-5": "2"}])
def test_a_price_is_a_number(price):
    with pytest.raises(InputError, match="price"):
        Headroom(price=price)
