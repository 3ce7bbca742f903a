"""Messages of every shape: read the same, counted the same, given back untouched."""

import base64
import struct
from types import SimpleNamespace

import pytest

from headroom import ConversationCompressor
from headroom.fields import compact_json
from headroom.messages import Call, make_message, read_messages
from headroom.tokens import message_tokens, messages_tokens


def count(text):
    """Count a token per character, so that sums can be checked by hand."""
    return len(text)


STORY = "and so the old story went on from there, as it always had. " * 6


def openai_history():
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "get_user", "arguments": '{"id":"u_7"}'},
    }
    return [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Look up u_7. " + STORY},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": '{"mail":"a@example.org"}'},
        {"role": "assistant", "content": STORY},
        {"role": "user", "content": "Thanks. " + STORY},
        {"role": "assistant", "content": "You're welcome."},
    ]


def responses_history():
    def said(role, text):
        kind = "output_text" if role == "assistant" else "input_text"
        content = [{"type": kind, "text": text}]
        return {"type": "message", "role": role, "content": content}

    return [
        said("developer", "Be brief."),
        said("user", "Look up u_7. " + STORY),
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {
            "type": "function_call",
            "call_id": "c1",
            "name": "get_user",
            "arguments": '{"id":"u_7"}',
        },
        {
            "type": "function_call_output",
            "call_id": "c1",
            "output": '{"mail":"a@example.org"}',
        },
        said("assistant", STORY),
        said("user", "Thanks. " + STORY),
        said("assistant", "You're welcome."),
    ]


def anthropic_history():
    use = {"type": "tool_use", "id": "c1", "name": "get_user", "input": {"id": "u_7"}}
    think = {"type": "thinking", "thinking": "hm", "signature": "s=="}
    result = [{"type": "text", "text": '{"mail":"a@example.org"}'}]
    answer = {"type": "tool_result", "tool_use_id": "c1", "content": result}
    return [
        {"role": "user", "content": "Look up u_7. " + STORY},
        {"role": "assistant", "content": [think, use]},
        {"role": "user", "content": [answer]},
        {"role": "assistant", "content": [{"type": "text", "text": STORY}]},
        {"role": "user", "content": "Thanks. " + STORY},
        {"role": "assistant", "content": "You're welcome."},
    ]


def gemini_history():
    call = {"functionCall": {"name": "get_user", "args": {"id": "u_7"}}}
    response = {"mail": "a@example.org"}
    answer = {"functionResponse": {"name": "get_user", "response": response}}
    return [
        {"role": "user", "parts": [{"text": "Look up u_7. " + STORY}]},
        {"role": "model", "parts": [call]},
        {"role": "user", "parts": [answer]},
        {"role": "model", "parts": [{"text": STORY}]},
        {"role": "user", "parts": [{"text": "Thanks. " + STORY}]},
        {"role": "model", "parts": [{"text": "You're welcome."}]},
    ]


def langchain_history():
    messages = pytest.importorskip("langchain_core.messages")
    call = {"name": "get_user", "args": {"id": "u_7"}, "id": "c1"}
    return [
        messages.SystemMessage("Be brief."),
        messages.HumanMessage("Look up u_7. " + STORY),
        messages.AIMessage("", tool_calls=[call]),
        messages.ToolMessage('{"mail":"a@example.org"}', tool_call_id="c1"),
        messages.AIMessage(STORY),
        messages.HumanMessage("Thanks. " + STORY),
        messages.AIMessage("You're welcome."),
    ]


def llama_index_history():
    types = pytest.importorskip("llama_index.core.base.llms.types")
    call = types.ToolCallBlock(
        tool_call_id="c1", tool_name="get_user", tool_kwargs={"id": "u_7"}
    )
    answer = '{"mail":"a@example.org"}'
    extra = {"tool_call_id": "c1"}
    return [
        types.ChatMessage(role="system", content="Be brief."),
        types.ChatMessage(role="user", content="Look up u_7. " + STORY),
        types.ChatMessage(role="assistant", blocks=[call]),
        types.ChatMessage(role="tool", content=answer, additional_kwargs=extra),
        types.ChatMessage(role="assistant", content=STORY),
        types.ChatMessage(role="user", content="Thanks. " + STORY),
        types.ChatMessage(role="assistant", content="You're welcome."),
    ]


def sdk_history():
    """Return dicts mixed with objects of attributes, as the OpenAI SDK returns."""
    messages = openai_history()
    function = SimpleNamespace(name="get_user", arguments='{"id":"u_7"}')
    call = SimpleNamespace(id="c1", type="function", function=function)
    messages[2] = SimpleNamespace(role="assistant", content=None, tool_calls=[call])
    return messages


def responses_sdk_history():
    """Return dicts mixed with the SDK's items, as `input += response.output` makes."""
    sdk = pytest.importorskip("openai.types.responses")
    messages = responses_history()
    messages[2] = sdk.ResponseReasoningItem(**messages[2])
    messages[3] = sdk.ResponseFunctionToolCall(**messages[3])
    return messages


def gemini_sdk_history():
    sdk = pytest.importorskip("google.genai.types")
    return [sdk.Content.model_validate(content) for content in gemini_history()]


def converse_history():
    use = {"toolUseId": "c1", "name": "get_user", "input": {"id": "u_7"}}
    answer = {"toolUseId": "c1", "content": [{"json": {"mail": "a@example.org"}}]}
    return [
        {"role": "user", "content": [{"text": "Look up u_7. " + STORY}]},
        {"role": "assistant", "content": [{"toolUse": use}]},
        {"role": "user", "content": [{"toolResult": answer}]},
        {"role": "assistant", "content": [{"text": STORY}]},
        {"role": "user", "content": [{"text": "Thanks. " + STORY}]},
        {"role": "assistant", "content": [{"text": "You're welcome."}]},
    ]


def pydantic_ai_history():
    sdk = pytest.importorskip("pydantic_ai.messages")
    call = sdk.ToolCallPart("get_user", {"id": "u_7"}, tool_call_id="c1")
    answer = sdk.ToolReturnPart("get_user", {"mail": "a@example.org"}, "c1")
    return [
        sdk.ModelRequest([sdk.UserPromptPart("Look up u_7. " + STORY)]),
        sdk.ModelResponse([call]),
        sdk.ModelRequest([answer]),
        sdk.ModelResponse([sdk.TextPart(STORY)]),
        sdk.ModelRequest([sdk.UserPromptPart("Thanks. " + STORY)]),
        sdk.ModelResponse([sdk.TextPart("You're welcome.")]),
    ]


HISTORIES = [
    openai_history,
    responses_history,
    anthropic_history,
    gemini_history,
    langchain_history,
    llama_index_history,
    sdk_history,
    responses_sdk_history,
    gemini_sdk_history,
    converse_history,
    pydantic_ai_history,
]


@pytest.mark.parametrize("history", HISTORIES)
class TestShapes:
    def test_calls_and_results_are_read_the_same(self, history):
        views = read_messages(history())
        [call] = [c for v in views for c in v.calls]
        [result] = [r for v in views for r in v.results]
        assert (call.name, call.arguments) == ("get_user", {"id": "u_7"})
        assert result.id == call.id
        assert result.text == '{"mail":"a@example.org"}'

    def test_roles_and_texts_are_read_the_same(self, history):
        views = read_messages(history())
        users = [v.text for v in views if v.role == "user" and not v.results]
        assert users == ["Look up u_7. " + STORY[:], "Thanks. " + STORY]
        assert views[-1].text == "You're welcome."
        assert views[-1].role == "assistant"

    def test_the_same_shape_comes_back_the_rest_being_the_very_objects(self, history):
        messages = history()
        small = ConversationCompressor(
            messages_tokens(messages, count) * 3 // 4,
            keep_turns=1,
            trigger=0.99,
            target=0.9,
            count_tokens=count,
        )
        result = small.explain(messages)
        known = {id(m) for m in messages}
        [digest, noted] = [m for m in result.content if id(m) not in known]
        assert read_messages([noted])[0].text == "Noted."
        assert "a@example.org" in result.digest
        asked = next(v for v in read_messages(messages) if v.role == "user").source
        assert type(digest) is type(asked)
        assert result.content[-2] is messages[-2]
        assert result.content[-1] is messages[-1]
        [view] = read_messages([digest])
        assert (view.role, view.text) == ("user", result.digest)
        assert small.compress(result.content) == result.content


class TestTokens:
    def test_a_message_is_the_sum_of_its_parts(self):
        calls = [{"id": "c1", "type": "function", "function": {"name": "f"}}]
        message = {"role": "assistant", "content": "hello", "name": "bo"}
        message |= {"tool_calls": calls, "tool_call_id": "c9"}
        parts = len("assistant") + len("hello") + len(compact_json(calls))
        assert message_tokens(message, count) == 3 + parts + 1 + len("bo") + len("c9")

    def test_a_list_adds_three(self):
        messages = openai_history()
        apart = sum(message_tokens(m, count) for m in messages)
        assert messages_tokens(messages, count) == 3 + apart
        assert messages_tokens([], count) == 3

    def test_json_of_calls_is_compact_and_unescaped(self):
        assert compact_json([{"a": "é", "b": [1, 2]}]) == '[{"a":"é","b":[1,2]}]'

    @pytest.mark.parametrize(
        ("content", "tokens"),
        [
            (None, 0),
            ("", 0),
            ([], 0),
            ("four", 4),
            (["ab", "cd"], 5),
            ([{"type": "text", "text": "ab"}, {"type": "text", "text": "cd"}], 5),
            (7, 1),
            ({"a": 1}, 7),
        ],
    )
    def test_content_of_any_kind_counts(self, content, tokens):
        message = {"role": "user", "content": content}
        assert message_tokens(message, count) == 3 + 4 + tokens

    @pytest.mark.parametrize("history", HISTORIES)
    def test_no_shape_is_counted_for_nothing(self, history):
        plain = messages_tokens(openai_history(), count)
        assert 0.8 * plain < messages_tokens(history(), count) < 1.5 * plain


def png(width, height, extra=0):
    """Return the start of a PNG of that size, in base64."""
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height)
    return base64.b64encode(head + b"\x00" * extra).decode()


def jpeg(width, height):
    """Return the start of a JPEG of that size, in base64."""
    head = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08"
    return base64.b64encode(
        head + struct.pack(">HH", height, width) + b"\0" * 9
    ).decode()


class TestImages:
    def tokens(self, block):
        message = {"role": "user", "content": [block]}
        return message_tokens(message, count) - 3 - len("user")

    def url(self, data, **detail):
        inner = {"url": f"data:image/png;base64,{data}", **detail}
        return {"type": "image_url", "image_url": inner}

    @pytest.mark.parametrize(
        ("width", "height", "tokens"),
        [(512, 512, 255), (1024, 1024, 765), (2048, 4096, 1105), (1, 1, 255)],
    )
    def test_they_cost_by_size(self, width, height, tokens):
        assert self.tokens(self.url(png(width, height))) == tokens
        source = {"type": "base64", "media_type": "image/jpeg"}
        source["data"] = jpeg(width, height)
        assert self.tokens({"type": "image", "source": source}) == tokens

    def test_never_by_their_base64(self):
        small, big = self.url(png(512, 512)), self.url(png(512, 512, extra=900_000))
        assert self.tokens(small) == self.tokens(big) == 255

    def test_low_detail_and_unknown_sizes_are_flat(self):
        assert self.tokens(self.url(png(4000, 4000), detail="low")) == 85
        remote = {"type": "input_image", "image_url": "https://example.org/a.png"}
        assert self.tokens(remote) == 765
        assert self.tokens(self.url("not base64!")) == 765

    def test_a_picture_of_gemini_costs_by_size_too(self):
        inline = {"inlineData": {"mimeType": "image/png", "data": png(512, 512)}}
        message = {"role": "user", "parts": [inline]}
        assert message_tokens(message, count) == 3 + len("user") + 255

    @pytest.mark.parametrize("size", [10, 400_000])
    def test_a_pdf_costs_by_its_pages(self, size):
        pages = b"<< /Type /Pages /Count 3 >>" + b"<< /Type /Page >>" * 3
        data = base64.b64encode(b"%PDF-1.7\n" + pages + b"x" * size).decode()
        source = {"type": "base64", "media_type": "application/pdf", "data": data}
        assert self.tokens({"type": "document", "source": source}) == 3 * 1_500

    def test_a_sound_costs_by_its_seconds(self):
        head = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0"
        head += struct.pack("<II", 16_000, 32_000) + b"\x02\0\x10\0data\0\0\0\0"
        data = base64.b64encode(head + b"\0" * 320_000).decode()
        sound = {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}
        assert 320 <= self.tokens(sound) <= 322

    @pytest.mark.parametrize("kind", ["image", "document"])
    @pytest.mark.parametrize("nested", [False, True])
    def test_files_of_converse_cost_the_same(self, kind, nested):
        content = base64.b64decode(png(512, 512, extra=90_000))
        tokens = 255
        if kind == "document":
            content = b"%PDF-1.7\n" + b"<< /Type /Page >>" * 3 + b"x" * 90_000
            tokens = 3 * 1_500
        block = {kind: {"format": "png", "source": {"bytes": content}}}
        if nested:
            block = {"toolResult": {"toolUseId": "t", "content": [block]}}
        assert tokens <= self.tokens(block) <= tokens + 25

    def test_a_pasted_text_costs_its_text(self):
        source = {"type": "text", "media_type": "text/plain", "data": "abc" * 50}
        assert self.tokens({"type": "document", "source": source}) == 150


LEASE = "The deposit is 3,115 euros. Keys are with Mrs Okafor."
PACKED = base64.b64encode(LEASE.encode()).decode()
TEXT_FILES = {
    "chat": {"type": "file", "file": {"file_data": f"data:text/plain;base64,{PACKED}"}},
    "responses": {"type": "input_file", "file_data": f"data:text/csv;base64,{PACKED}"},
    "anthropic": {
        "type": "document",
        "source": {"type": "base64", "media_type": "text/plain", "data": PACKED},
    },
    "converse": {
        "document": {"format": "md", "name": "a", "source": {"bytes": LEASE.encode()}}
    },
    "gemini": {"inlineData": {"mimeType": "text/plain", "data": PACKED}},
    "langchain": {"type": "text-plain", "base64": PACKED, "mime_type": "text/plain"},
    "llama_index": {"block_type": "document", "data": PACKED.encode()},
    "pydantic_ai": {"kind": "binary", "data": LEASE.encode(), "media_type": "text/md"},
}


@pytest.mark.parametrize("vendor", TEXT_FILES)
def test_a_file_of_plain_text_is_read_however_it_is_packed(vendor):
    block, message = TEXT_FILES[vendor], {"role": "user"}
    message |= {"parts" if vendor == "gemini" else "content": [block]}
    if vendor == "pydantic_ai":
        part = {"part_kind": "user-prompt", "content": [block]}
        message = {"kind": "request", "parts": [part]}
    [view] = read_messages([message])
    assert LEASE in view.text
    assert len(LEASE) <= message_tokens(message, count) < len(LEASE) + 20


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 << /Type /Page >>", b"{\\rtf1 a}", b"MZ\0\0", b"\xff\xfe0"]
)
def test_a_file_of_anything_else_is_named(data):
    block = {"document": {"format": "txt", "name": "a", "source": {"bytes": data}}}
    [view] = read_messages([{"role": "user", "content": [block]}])
    assert view.text == "[document omitted: a]"


def test_files_of_llama_index_cost_by_their_pages_and_pixels():
    blocks = pytest.importorskip("llama_index.core.base.llms.types")
    pdf = blocks.DocumentBlock(data=b"%PDF-1.7\n" + b"<< /Type /Page >>" * 3)
    picture = blocks.ImageBlock(image=base64.b64decode(png(512, 512)))
    for block, tokens in ((pdf, 3 * 1_500), (picture, 255)):
        message = blocks.ChatMessage(role="user", blocks=[block])
        assert message_tokens(message, count) == 3 + len("user") + tokens


def test_what_stands_for_a_picture_names_it():
    blocks = [
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
        {"type": "document", "title": "plan.pdf", "source": {}},
        {"type": "input_audio", "input_audio": {"data": "AAAA"}},
    ]
    [view] = read_messages([{"role": "user", "content": blocks}])
    assert view.text == (
        "[image omitted: https://example.org/cat.png]\n"
        "[document omitted: plan.pdf]\n[audio omitted]"
    )


def test_parallel_calls_without_ids_are_paired_by_name_and_order():
    def call(name):
        return {"functionCall": {"name": name, "args": {}}}

    def answer(name, text):
        return {"functionResponse": {"name": name, "response": text}}

    views = read_messages(
        [
            {"role": "model", "parts": [call("f"), call("g"), call("f")]},
            {
                "role": "user",
                "parts": [answer("f", "1"), answer("g", "2"), answer("f", "3")],
            },
        ]
    )
    assert [c.id for c in views[0].calls] == [r.id for r in views[1].results]
    assert len({c.id for c in views[0].calls}) == 3


def test_a_call_without_an_id_has_the_same_one_wherever_reading_begins():
    history = [each for _ in range(4) for each in gemini_history()]
    whole = read_messages(history)
    later = read_messages(history[6:], 6)
    assert [view.calls for view in later] == [view.calls for view in whole[6:]]
    assert [view.results for view in later] == [view.results for view in whole[6:]]
    ids = [call.id for view in whole for call in view.calls]
    assert len(set(ids)) == len(ids) == 4


def test_arguments_that_are_no_json_stay_text():
    function = {"name": "run", "arguments": "ls -l {"}
    call = {"id": "c", "type": "function", "function": function}
    [view] = read_messages([{"role": "assistant", "tool_calls": [call]}])
    assert view.calls == (Call("c", "run", "ls -l {"),)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], {"role": "user", "content": "x"}),
        ([{"role": "model", "parts": []}], {"role": "user", "parts": [{"text": "x"}]}),
        ([{"type": "ai", "content": ""}], {"type": "human", "content": "x"}),
    ],
)
def test_a_user_message_takes_the_shape_of_its_neighbours(messages, expected):
    assert make_message("user", "x", messages) == expected


def test_langchain_without_a_human_message_still_gets_one():
    messages = pytest.importorskip("langchain_core.messages")
    made = make_message("user", "x", [messages.AIMessage("hello")])
    assert isinstance(made, messages.HumanMessage)


def test_langchain_content_blocks_are_counted_once():
    messages = pytest.importorskip("langchain_core.messages")
    block = {"type": "tool_use", "id": "c1", "name": "f", "input": {"q": "x" * 200}}
    call = {"id": "c1", "name": "f", "args": {"q": "x" * 200}}
    message = messages.AIMessage(content=[block], tool_calls=[call])
    assert message_tokens(message, count) < 320
