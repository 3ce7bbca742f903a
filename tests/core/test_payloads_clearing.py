"""Results and pictures that were used go, and the handle brings them back."""

import base64
import copy
import re

import pytest

import headroom
from headroom import Headroom, InputError, RetrievalTool, ToolOutputCompressor
from headroom.originals import MemoryStore, original

LOG = "".join(f"request {n} served\n" for n in range(100))
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
DATA = base64.b64encode(PICTURE).decode()


def call(number):
    function = {"name": "read_log", "arguments": "{}"}
    calls = [{"id": str(number), "type": "function", "function": function}]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def answer(number, text):
    return {"role": "tool", "tool_call_id": str(number), "content": text}


def conversation():
    found = [{"role": "user", "content": "go"}]
    for number in range(4):
        found += [call(number), answer(number, f"run {number}\n{LOG}")]
    return found


def room(store, turns):
    compressor = ToolOutputCompressor(store=store)
    return Headroom(tool_outputs=compressor, clear_after_turns=turns)


def test_old_results_become_their_handle_and_come_back():
    store = MemoryStore()
    messages = conversation()
    before = copy.deepcopy(messages)
    with room(store, 2).wrap({"messages": messages}) as slim:
        sent = slim["messages"]
    assert messages == before
    notes = [m["content"] for m in sent if m["role"] == "tool"]
    assert ["was read and cleared" in note for note in notes] == [
        True,
        True,
        False,
        False,
    ]
    assert notes[0].startswith("[headroom: the result of read_log, 102 lines, was read")
    handle = re.search(r"hr_[0-9a-f]{32}", notes[0]).group()
    assert original(handle, store).decode() == messages[2]["content"]
    assert "request 7 served" in headroom.retrieve(
        handle, store=store, query="request 7"
    )
    with room(store, 2).wrap({"messages": sent}) as again:
        assert again["messages"] == sent


def test_old_pictures_go_too_in_the_shape_of_each_api():
    old = {
        "anthropic": {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": DATA},
        },
        "chat": {
            "type": "image_url",
            "image_url": {"url": f"data:image/png;base64,{DATA}"},
        },
        "responses": {
            "type": "input_image",
            "image_url": f"data:image/png;base64,{DATA}",
        },
    }
    for api, block in old.items():
        store = MemoryStore()
        messages = [
            {"role": "user", "content": [block, {"type": "text", "text": "see"}]},
            {"role": "assistant", "content": "seen"},
            {"role": "user", "content": [block]},
        ]
        with room(store, 1).wrap({"messages": messages}) as slim:
            sent = slim["messages"]
        first = sent[0]["content"][0]
        assert first["type"] == ("input_text" if api == "responses" else "text")
        assert sent[2] == messages[2]
        handle = re.search(r"hr_[0-9a-f]{32}", first["text"]).group()
        assert original(handle, store) == PICTURE
        assert "bytes that are no text" in RetrievalTool(store).retrieve(handle)


def test_a_gemini_picture_and_one_by_its_address():
    store = MemoryStore()
    inline = {"inlineData": {"mimeType": "image/png", "data": DATA}}
    contents = [
        {"role": "user", "parts": [inline, {"text": "see"}]},
        {"role": "model", "parts": [{"text": "seen"}]},
    ]
    with room(store, 1).wrap({"contents": contents}) as slim:
        assert "a picture of 1,032 bytes" in slim["contents"][0]["parts"][0]["text"]
    address = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    messages = [
        {"role": "user", "content": [address]},
        {"role": "assistant", "content": "seen"},
    ]
    with room(store, 1).wrap(messages) as slim:
        assert "https://example.com/a.png" in slim[0]["content"][0]["text"]


def test_results_of_excluded_tools_stay():
    store = MemoryStore()
    compressor = ToolOutputCompressor(store=store)
    kept = Headroom(
        tool_outputs=compressor, clear_after_turns=1, exclude_tools=["read_*"]
    )
    with kept.wrap({"messages": conversation()}) as slim:
        assert slim["messages"] == conversation()


def test_short_results_stay():
    messages = [call(1), answer(1, "ok"), call(2), answer(2, "ok")]
    with room(MemoryStore(), 1).wrap({"messages": messages}) as slim:
        assert slim["messages"] == messages


def test_clearing_needs_a_store_and_a_number():
    with pytest.raises(InputError, match="needs a store"):
        Headroom(clear_after_turns=3)
    for turns in (0, -1, True, "3"):
        with pytest.raises(InputError, match="at least 1, or None"):
            room(MemoryStore(), turns)
