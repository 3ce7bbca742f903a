"""The real SDKs and HTTP libraries against a server on this machine.

What arrives there is valid, smaller, and identical on retry.
"""

import asyncio
import importlib.util
import json
import sys
import threading
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
import requests

import headroom
from headroom import Headroom, InputError, JSONMinifier
from headroom.tokens import default_counter, estimate_tokens, messages_tokens

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

_PATH = Path(__file__).parents[2] / "examples" / "local_server.py"
_spec = importlib.util.spec_from_file_location("local_server", _PATH)
local_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(local_server)
LocalServer, TEXT = local_server.LocalServer, local_server.TEXT

ROWS = [{"id": n, "name": f"row {n}", "note": None, "tags": []} for n in range(30)]
RESULT = json.dumps(ROWS, indent=2)
SLIM = JSONMinifier().compress(RESULT)
CALL = {"id": "c1", "type": "function"}
CALL["function"] = {"name": "rows", "arguments": "{}"}
CHAT = [
    {"role": "user", "content": "How many rows?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": RESULT},
]
CLAUDE = [
    {"role": "user", "content": "How many rows?"},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
            {"type": "tool_use", "id": "t1", "name": "rows", "input": {}},
        ],
    },
    {
        "role": "user",
        "content": [
            {
                "type": "tool_result",
                "tool_use_id": "t1",
                "content": RESULT,
                "cache_control": {"type": "ephemeral"},
            }
        ],
    },
]
ITEMS = [
    {"role": "user", "content": "How many rows?"},
    {"type": "function_call", "call_id": "f1", "name": "rows", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "f1", "output": RESULT},
]
TOOLS = [f"tool_{n}" for n in range(3)]


def bodies(server):
    return [json.loads(body) for _, body in server.requests]


def open_ai(server, **options):
    return openai.OpenAI(base_url=server.url, api_key="none", **options)


def async_open_ai(server, **options):
    return openai.AsyncOpenAI(base_url=server.url, api_key="none", **options)


def claude(server, **options):
    return anthropic.Anthropic(base_url=server.url, api_key="none", **options)


def async_claude(server, **options):
    return anthropic.AsyncAnthropic(base_url=server.url, api_key="none", **options)


def run(coroutine_of):
    """Run a test's coroutine with one client, closed at its end."""

    async def main():
        with LocalServer() as server:
            await coroutine_of(server)
            return server

    return asyncio.run(main())


def without_time_to_wait(client):
    """Retry at once: the pause between attempts is the SDK's own affair."""
    client._calculate_retry_timeout = lambda *_, **__: 0.0
    return client


class TestOpenAI:
    def test_chat_arrives_smaller_and_otherwise_the_same(self):
        with LocalServer() as server, open_ai(server) as client:
            plain = client.chat.completions.create(model="m", messages=CHAT, seed=5)
            slim = (
                Headroom()
                .attach(client)
                .chat.completions.create(model="m", messages=CHAT, seed=5)
            )
            assert slim.choices[0].message.content == TEXT
            assert plain.choices[0].message.content == TEXT
            before, after = bodies(server)
        assert after["messages"][2].pop("content") == SLIM
        assert before["messages"][2].pop("content") == RESULT
        assert after == before

    def test_responses(self):
        room = Headroom()
        with LocalServer() as server, open_ai(server) as client:
            response = room.attach(client).responses.create(model="m", input=ITEMS)
            assert response.output_text == TEXT
            [body] = bodies(server)
        assert body["input"][2] == {**ITEMS[2], "output": SLIM}
        assert room.savings.requests == 1

    def test_streams(self):
        room = Headroom()
        with LocalServer() as server, open_ai(server) as client:
            attached = room.attach(client)
            stream = attached.chat.completions.create(
                model="m", messages=CHAT, stream=True
            )
            text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
            assert text.strip() == TEXT
            events = attached.responses.create(model="m", input=ITEMS, stream=True)
            assert [e.type for e in events][-1] == "response.completed"
            with attached.chat.completions.stream(model="m", messages=CHAT) as helper:
                assert helper.get_final_completion().choices[0].message.content
            first, second, third = bodies(server)
        assert first["messages"][2]["content"] == SLIM
        assert second["input"][2]["output"] == SLIM
        assert third["messages"][2]["content"] == SLIM
        assert room.savings.requests == 3

    def test_raw_and_streamed_responses(self):
        room = Headroom()
        with LocalServer() as server, open_ai(server) as client:
            chats = room.attach(client).chat.completions
            raw = chats.with_raw_response.create(model="m", messages=CHAT)
            assert raw.http_response.status_code == 200
            assert raw.parse().choices[0].message.content == TEXT
            with chats.with_streaming_response.create(
                model="m", messages=CHAT
            ) as response:
                assert TEXT in "".join(response.iter_text())
            assert all(b["messages"][2]["content"] == SLIM for b in bodies(server))
        assert room.savings.requests == 2

    def test_async_clients(self):
        room = Headroom()

        async def talk(server):
            async with room.attach(async_open_ai(server)) as client:
                answers = await asyncio.gather(
                    *(
                        client.chat.completions.create(model=f"m{n}", messages=CHAT)
                        for n in range(5)
                    )
                )
                assert {a.choices[0].message.content for a in answers} == {TEXT}
                stream = await client.chat.completions.create(
                    model="m", messages=CHAT, stream=True
                )
                assert len([chunk async for chunk in stream]) > 3
                raw = await client.responses.with_raw_response.create(
                    model="m", input=ITEMS
                )
                assert raw.parse().output_text == TEXT

        server = run(talk)
        assert len(server.requests) == 7
        for body in bodies(server):
            sent = body.get("messages") or body["input"]
            assert SLIM in (sent[2].get("content"), sent[2].get("output"))
        assert room.savings.requests == 7
        assert len(room.savings.models) == 6

    def test_a_loop_of_ten_tools_in_parallel_keeps_its_bytes(self):
        room = Headroom()
        with LocalServer(steps=10, parallel=2) as server, open_ai(server) as client:
            client = room.attach(client)
            messages = [{"role": "user", "content": "Look at everything."}]
            tools = [{"type": "function", "function": {"name": n}} for n in TOOLS]
            while True:
                answer = client.chat.completions.create(
                    model="m", messages=messages, tools=tools
                )
                message = answer.choices[0].message
                messages.append(message)
                if not message.tool_calls:
                    break
                messages += [
                    {"role": "tool", "tool_call_id": call.id, "content": RESULT}
                    for call in message.tool_calls
                ]
            sent = [body["messages"] for body in bodies(server)]
        assert message.content == TEXT
        assert len(sent) == 6
        assert_only_grows(sent)
        assert sum(m["role"] == "tool" for m in sent[-1]) == 10
        assert messages[2]["content"] == RESULT

    @pytest.mark.parametrize("failures", [1, 2])
    def test_a_retry_sends_identical_bytes_and_books_once(self, failures):
        room = Headroom()
        with LocalServer(failures=failures) as server, open_ai(server) as client:
            attached = without_time_to_wait(room.attach(client))
            attached.chat.completions.create(model="m", messages=CHAT)
            assert len({body for _, body in server.requests}) == 1
            assert len(server.requests) == failures + 1
        assert room.savings.requests == 1

    def test_a_call_that_fails_books_nothing_and_can_be_made_again(self):
        room = Headroom()
        with LocalServer(failures=1) as server, open_ai(server, max_retries=0) as one:
            client = room.attach(one)
            with pytest.raises(openai.InternalServerError):
                client.chat.completions.create(model="m", messages=CHAT)
            assert room.savings.requests == 0
            client.chat.completions.create(model="m", messages=CHAT)
            assert len({body for _, body in server.requests}) == 1
        assert room.savings.requests == 1

    def test_the_original_client_is_unchanged(self):
        with LocalServer() as server, open_ai(server) as client:
            before = dict(vars(client))
            attached = Headroom().attach(client)
            assert type(attached) is type(client)
            assert vars(client) == before
            client.chat.completions.create(model="m", messages=CHAT)
            [body] = bodies(server)
        assert body["messages"] == CHAT

    def test_copies_of_an_attached_client_are_attached(self):
        room = Headroom()
        with LocalServer() as server, open_ai(server) as client:
            attached = room.attach(client).with_options(max_retries=7)
            assert attached.max_retries == 7
            attached.copy(timeout=5).chat.completions.create(model="m", messages=CHAT)
            assert bodies(server)[0]["messages"][2]["content"] == SLIM
        assert room.savings.requests == 1

    def test_attaching_again_attaches_once(self):
        first, second = Headroom(), Headroom()
        with LocalServer() as server, open_ai(server) as client:
            attached = second.attach(first.attach(client))
            attached.chat.completions.create(model="m", messages=CHAT)
        assert (first.savings.requests, second.savings.requests) == (0, 1)

    def test_messages_that_are_the_sdks_own_objects(self):
        choice = openai.types.chat.ChatCompletionMessage(
            role="assistant", tool_calls=[CALL]
        )
        with LocalServer() as server, open_ai(server) as client:
            client = Headroom(exclude_tools=["other"], on_error="raise").attach(client)
            client.chat.completions.create(
                model="m", messages=[CHAT[0], choice, CHAT[2]]
            )
            [body] = bodies(server)
        assert body["messages"][2]["content"] == SLIM
        assert body["messages"][1]["tool_calls"][0]["id"] == "c1"

    def test_other_calls_pass_as_they_are(self):
        room = Headroom(max_tokens=10, on_error="raise")
        with LocalServer() as server, open_ai(server, max_retries=0) as client:
            with pytest.raises(openai.NotFoundError):
                room.attach(client).embeddings.create(model="m", input=[RESULT] * 3)
            [body] = bodies(server)
        assert body["input"] == [RESULT] * 3
        assert room.savings.requests == 0

    def test_a_broken_compressor_sends_the_original(self):
        def broken(text):
            raise LookupError("no disk")

        room = Headroom(tool_outputs=broken)
        with LocalServer() as server, open_ai(server) as client:
            attached = room.attach(client)
            with pytest.warns(RuntimeWarning, match="no disk"):
                attached.chat.completions.create(model="m", messages=CHAT)
            attached.chat.completions.create(model="m", messages=CHAT)
            assert [body["messages"] for body in bodies(server)] == [CHAT, CHAT]

    def test_the_vendors_usage_calibrates(self):
        room = Headroom()
        with LocalServer() as server, open_ai(server) as client:
            room.attach(client).chat.completions.create(model="m", messages=CHAT * 9)
            [(_, body)] = server.requests
        counted = messages_tokens(json.loads(body)["messages"], default_counter())
        factor = estimate_tokens(body.decode()) / counted  # as the server does
        assert room.savings.calibration == {"m": pytest.approx(factor)}


class TestAnthropic:
    def create(self, client, **options):
        return client.messages.create(
            model="m", max_tokens=9, messages=CLAUDE, **options
        )

    def test_messages_arrive_smaller_and_otherwise_the_same(self):
        with LocalServer() as server, claude(server) as client:
            self.create(client, system="Help.")
            answer = self.create(Headroom().attach(client), system="Help.")
            assert answer.content[0].text == TEXT
            before, after = bodies(server)
        assert after["messages"][2]["content"][0].pop("content") == SLIM
        assert before["messages"][2]["content"][0].pop("content") == RESULT
        assert after == before

    def test_streams_raw_responses_and_copies(self):
        room = Headroom()
        with LocalServer() as server, claude(server) as client:
            client = room.attach(client)
            with client.messages.stream(
                model="m", max_tokens=9, messages=CLAUDE
            ) as stream:
                assert "".join(stream.text_stream) == TEXT
            events = self.create(client, stream=True)
            assert [e.type for e in events][-1] == "message_stop"
            raw = client.messages.with_raw_response.create(
                model="m", max_tokens=9, messages=CLAUDE
            )
            assert raw.parse().content[0].text == TEXT
            self.create(client.with_options(timeout=5))
            client.beta.messages.create(model="m", max_tokens=9, messages=CLAUDE)
            results = [b["messages"][2]["content"][0] for b in bodies(server)]
        assert [result["content"] for result in results] == [SLIM] * 5
        assert room.savings.requests == 5

    def test_async_clients(self):
        room = Headroom()

        async def talk(server):
            async with room.attach(async_claude(server)) as client:
                answers = await asyncio.gather(*(self.create(client) for _ in "abc"))
                assert [a.content[0].text for a in answers] == [TEXT] * 3
                async with client.messages.stream(
                    model="m", max_tokens=9, messages=CLAUDE
                ) as stream:
                    assert await stream.get_final_text() == TEXT

        server = run(talk)
        results = [b["messages"][2]["content"][0] for b in bodies(server)]
        assert [result["content"] for result in results] == [SLIM] * 4
        assert room.savings.requests == 4

    def test_a_loop_of_ten_tools_with_the_sdks_own_blocks(self):
        room = Headroom(exclude_tools=["tool_2"])
        with LocalServer(steps=10) as server, claude(server) as client:
            client = room.attach(client)
            messages = [{"role": "user", "content": "Look at everything."}]
            tools = [{"name": n, "input_schema": {"type": "object"}} for n in TOOLS]
            while True:
                answer = client.messages.create(
                    model="m", max_tokens=9, messages=messages, tools=tools
                )
                if answer.stop_reason != "tool_use":
                    break
                [call] = answer.content
                result = {"type": "tool_result", "tool_use_id": call.id}
                result["content"] = RESULT
                messages.append({"role": "assistant", "content": answer.content})
                messages.append({"role": "user", "content": [result]})
            sent = [body["messages"] for body in bodies(server)]
        assert len(sent) == 11
        assert_only_grows(sent)
        texts = [message["content"][0]["content"] for message in sent[-1][2::2]]
        assert texts == ([SLIM, SLIM, RESULT] * 4)[:10]

    def test_a_retry_sends_identical_bytes_and_books_once(self):
        room = Headroom()
        with LocalServer(failures=2) as server, claude(server) as client:
            self.create(without_time_to_wait(room.attach(client)))
            assert len({body for _, body in server.requests}) == 1
            assert len(server.requests) == 3
        assert room.savings.requests == 1

    def test_the_original_client_is_unchanged_and_its_middleware_runs(self):
        seen = []

        def look(request, call_next):
            seen.append(request)
            return call_next(request)

        with LocalServer() as server, claude(server, middleware=[look]) as client:
            before = dict(vars(client))
            attached = Headroom().attach(client)
            assert type(attached) is type(client)
            assert vars(client) == before
            self.create(attached)
            self.create(client)
            assert len(seen) == 2
            after, plain = bodies(server)
        assert plain["messages"] == CLAUDE
        assert after["messages"] != CLAUDE

    def test_counting_tokens_counts_the_original(self):
        room = Headroom()
        with LocalServer() as server, claude(server, max_retries=0) as client:
            with pytest.raises(anthropic.NotFoundError):
                room.attach(client).messages.count_tokens(model="m", messages=CLAUDE)
            assert bodies(server)[0]["messages"] == CLAUDE


class TestAttach:
    @pytest.mark.parametrize(
        "other", [None, 5, "openai", openai, openai.OpenAI, httpx.Client, object()]
    )
    def test_what_is_no_client_says_what_to_use(self, other):
        with pytest.raises(InputError, match=r"httpx_transport\(room\)"):
            Headroom().attach(other)

    def test_a_client_that_sends_otherwise_is_refused(self):
        class Future(openai.OpenAI):
            def post(self, *args, **named):
                return self.transmit(*args, **named)

        with pytest.raises(InputError, match="of this version"):
            Headroom().attach(Future(api_key="none"))

    def test_the_hook_is_there_in_the_sdks_that_are_installed(self):
        for kind in (
            openai.OpenAI,
            openai.AsyncOpenAI,
            openai.AzureOpenAI,
            anthropic.Anthropic,
            anthropic.AsyncAnthropic,
        ):
            assert "request" in kind.post.__code__.co_names, kind


class TestTransport:
    @pytest.mark.parametrize("given", [None, "own"])
    def test_httpx(self, given):
        room = Headroom()
        given = given and httpx.HTTPTransport()
        body = {"model": "m", "messages": CHAT, "n": 1.5, "großes": "Straße"}
        with LocalServer() as server:
            transport = headroom.httpx_transport(room, given)
            assert isinstance(transport, httpx.BaseTransport)
            with httpx.Client(transport=transport) as client:
                url = f"{server.url}/v1/chat/completions?x=1"
                response = client.post(url, json=body, headers={"x-mine": "yes"})
            assert response.json()["choices"][0]["message"]["content"] == TEXT
            [sent] = bodies(server)
        assert sent["messages"][2].pop("content") == SLIM
        assert sent["messages"][2] == {"role": "tool", "tool_call_id": "c1"}
        assert {**sent, "messages": 0} == {**body, "messages": 0}
        assert room.savings.requests == 1

    @pytest.mark.parametrize("given", [None, "own"])
    def test_async_httpx(self, given):
        room = Headroom()

        async def talk(server):
            own = given and httpx.AsyncHTTPTransport()
            transport = headroom.httpx_transport(room, own)
            async with httpx.AsyncClient(transport=transport) as client:
                url = f"{server.url}/v1beta/models/m:generateContent"
                part = {"functionResponse": {"name": "r", "response": {"rows": ROWS}}}
                contents = [{"role": "user", "parts": [part]}]
                response = await client.post(url, json={"contents": contents})
                assert response.status_code == 200
                await client.get(server.url)

        server = run(talk)
        assert len(server.requests[0][1]) < len(json.dumps(ROWS)) / 2
        assert room.savings.requests == 1

    @pytest.mark.parametrize("flavour", ["httpx", "httpx2"])
    def test_without_an_inner_transport_it_takes_the_clients_flavour(self, flavour):
        module = pytest.importorskip(flavour)
        room, body = Headroom(), {"model": "m", "messages": CHAT}

        async def talk(server):
            url = f"{server.url}/v1/chat/completions"
            transport = headroom.httpx_transport(room)
            with module.Client(transport=transport) as client:
                assert client.post(url, json=body).status_code == 200
            transport = headroom.httpx_transport(room)
            async with module.AsyncClient(transport=transport) as client:
                assert (await client.post(url, json=body)).status_code == 200

        sent = bodies(run(talk))
        assert [each["messages"][2]["content"] for each in sent] == [SLIM, SLIM]

    def test_the_sdks_http_client(self):
        # The SDK's own flavour: httpx, or of late httpx2.
        flavour = sys.modules[anthropic.DefaultHttpxClient.__base__.__module__]
        room = Headroom()
        transport = headroom.httpx_transport(room, flavour.HTTPTransport())
        assert isinstance(transport, flavour.BaseTransport)
        with (
            LocalServer() as server,
            claude(server, http_client=flavour.Client(transport=transport)) as client,
        ):
            TestAnthropic().create(client)
            [body] = bodies(server)
        assert body["messages"][2]["content"][0]["content"] == SLIM
        assert room.savings.requests == 1

    def test_an_unchanged_request_passes_byte_for_byte(self):
        content = b'{"model": "m",\n "messages": [{"role": "user", "content": "a"}]}'
        with LocalServer() as server:
            with httpx.Client(transport=headroom.httpx_transport(Headroom())) as client:
                url = f"{server.url}/v1/chat/completions"
                kind = {"content-type": "application/json"}
                client.post(url, content=content, headers=kind)
                kind["content-length"] = str(len(content))
                client.post(url, content=iter([content]), headers=kind)
            assert [body for _, body in server.requests] == [content, content]

    @pytest.mark.parametrize(
        ("path", "headers"),
        [
            ("/v1/embeddings", {}),
            ("/v1/messages/count_tokens", {}),
            ("/v1/chat/completions", {"content-type": "text/plain"}),
            ("/v1/chat/completions", {"x-amz-content-sha256": "abc"}),
            ("/v1/messages", {"authorization": "AWS4-HMAC-SHA256 Credential=A/b"}),
            ("/v1/messages", {"authorization": "aws4-hmac-sha256 Credential=A/b"}),
            ("/v1/messages", {"authorization": 'Signature keyId="k",signature="s"'}),
            ("/v1/chat/completions", {"x-content-sha256": "abc"}),
            ("/v1/chat/completions", {"authorization": "HMAC-SHA256 Signature=s"}),
            ("/v1/chat/completions", {"content-encoding": "identity"}),
        ],
    )
    def test_what_is_not_for_a_model_or_signed_passes(self, path, headers):
        room, content = Headroom(), json.dumps({"model": "m", "messages": CHAT})
        kind = {"content-type": "application/json", **headers}
        with LocalServer() as server:
            with httpx.Client(transport=headroom.httpx_transport(room)) as client:
                client.post(server.url + path, content=content, headers=kind)
            assert server.requests[0][1] == content.encode()
        assert room.savings.requests == 0

    @pytest.mark.parametrize(
        ("odd", "is_slim"), [("1e999", False), (r'"\ud800"', True), ("1.50", True)]
    )
    def test_numbers_and_texts_that_are_hard_to_write(self, odd, is_slim):
        content = json.dumps({"messages": CHAT, "model": "m", "seed": "?"})
        content = content.replace('"?"', odd)
        with LocalServer() as server:
            with httpx.Client(transport=headroom.httpx_transport(Headroom())) as client:
                url = f"{server.url}/v1/chat/completions"
                kind = {"content-type": "application/json"}
                client.post(url, content=content, headers=kind)
            [(_, sent)] = server.requests
        assert (sent == content.encode()) != is_slim
        assert json.loads(sent)["seed"] == json.loads(odd)

    def test_an_error_answer_books_nothing(self):
        room = Headroom()
        with LocalServer(failures=1) as server:
            with httpx.Client(transport=headroom.httpx_transport(room)) as client:
                url, body = f"{server.url}/v1/messages", {"model": "m"}
                body["messages"] = CLAUDE
                assert client.post(url, json=body).status_code == 500
                assert room.savings.requests == 0
                assert client.post(url, json=body).status_code == 200
            assert len({body for _, body in server.requests}) == 1
        assert room.savings.requests == 1

    def test_a_server_that_is_not_there_raises_and_books_nothing(self):
        room = Headroom()
        with (
            httpx.Client(transport=headroom.httpx_transport(room)) as client,
            pytest.raises(httpx.ConnectError),
        ):
            client.post(
                "http://127.0.0.1:9/v1/chat/completions", json={"messages": CHAT}
            )
        assert room.savings.requests == 0

    def test_what_is_no_transport_is_refused(self):
        for wrong in (5, httpx.HTTPTransport, httpx):
            with pytest.raises(InputError, match=r"httpx\.HTTPTransport\(\)"):
                headroom.httpx_transport(Headroom(), wrong)
        transport = headroom.httpx_transport(Headroom(), httpx.AsyncHTTPTransport())
        request = httpx.Request("POST", "http://127.0.0.1")
        with pytest.raises(InputError, match="AsyncClient"):
            transport.handle_request(request)

    def test_without_httpx_the_pip_line_is_named(self, monkeypatch):
        monkeypatch.setattr("headroom.payloads.transport.find_spec", lambda name: None)
        with pytest.raises(ImportError, match="pip install httpx"):
            headroom.httpx_transport(Headroom())


def test_requests_around_the_body():
    room = Headroom()
    with LocalServer() as server:
        with room.wrap({"model": "m", "messages": CHAT}) as slim:
            url = f"{server.url}/v1/chat/completions"
            answer = requests.post(url, json=slim, timeout=10).json()
            slim.observe(answer["usage"])
        assert bodies(server)[0]["messages"][2]["content"] == SLIM
    assert room.savings.requests == 1


def test_async_wraps_and_clients_work_beside_the_event_loop():
    seen = []

    def shorter(text):
        seen.append(threading.get_ident())
        return text[:9]

    room = Headroom(tool_outputs=shorter, max_tokens=100_000)

    async def talk(server):
        async with room.wrap({"model": "m", "messages": CHAT}) as slim:
            assert slim["messages"][2]["content"] != CHAT[2]["content"]
        client = room.attach(openai.AsyncOpenAI(base_url=server.url, api_key="none"))
        messages = [*CHAT[:2], {**CHAT[2], "content": json.dumps(ROWS[1:])}]
        await client.chat.completions.create(model="m", messages=messages)
        await client.close()

    run(talk)  # its loop runs in this thread
    assert len(seen) == 2
    assert threading.get_ident() not in seen


def assert_only_grows(sent):
    """Each list of messages begins with the one before, byte for byte."""
    spelt = [[json.dumps(message) for message in messages] for messages in sent]
    for shorter, longer in pairwise(spelt):
        assert longer[: len(shorter)] == shorter
