"""A stand-in for OpenAI, Anthropic and Gemini on this machine, for the examples.

It understands nothing: it calls the tools it is offered, one after the other, until
it has `steps` results, and then answers with a sentence, or with what `answer` makes
of the last message. It keeps what it was sent.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from headroom.tokens import estimate_tokens

TEXT = "Everything is in order."


class LocalServer:
    """An HTTP server on 127.0.0.1: `with LocalServer(steps=4) as server:`.

    Attributes:
        url: Its address, such as http://127.0.0.1:40123.
        requests: The path and body of each POST that was received, in bytes.
        failures: How many of the next requests get an error of status 500.
    """

    def __init__(self, steps=0, parallel=1, failures=0, answer=lambda _: TEXT):
        self.steps, self.parallel, self.failures = steps, parallel, failures
        self.answer = answer
        self.requests, self._lock = [], threading.Lock()

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        serve = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        serve.daemon = True
        serve.start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()

    def receive(self, path, body):
        """Keep a request; tell whether it is to fail."""
        with self._lock:
            self.requests.append((path, body))
            self.failures -= 1
            return self.failures >= 0

    def calls(self, results, names):
        """Return the names of the tools to call after so many results."""
        number = min(self.parallel, self.steps - results) if names else 0
        return [names[(results + i) % len(names)] for i in range(number)]


class _Handler(BaseHTTPRequestHandler):
    owner: LocalServer
    protocol_version = "HTTP/1.1"
    # Headers and body go out together, without waiting for an acknowledgement.
    wbufsize = -1

    def log_message(self, *_):
        """Print nothing."""

    def do_POST(self):
        """Answer a request in the manner of its address."""
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.owner.receive(self.path, content):
            return self._send(500, "application/json", b'{"error":{"message":"busy"}}')
        body = json.loads(content)
        path = self.path.partition("?")[0]
        answer = next(
            (make for end, make in _ANSWERS.items() if path.endswith(end)), None
        )
        if answer is None:
            return self._send(404, "application/json", b'{"error":{"message":"?"}}')
        tokens = estimate_tokens(content.decode())
        reply, events = answer(self.owner, body, tokens)
        if not body.get("stream"):
            return self._send(200, "application/json", json.dumps(reply).encode())
        lines = [
            (f"event: {e['type']}\n" if "type" in e else "") + f"data: {json.dumps(e)}"
            for e in events
        ]
        if path.endswith("/chat/completions"):
            lines.append("data: [DONE]")
        stream = "".join(f"{line}\n\n" for line in lines)
        return self._send(200, "text/event-stream", stream.encode())

    def _send(self, status, kind, content):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _chat(server, body, tokens):
    """Answer as OpenAI's chat completions."""
    results = sum(m["role"] == "tool" for m in body["messages"])
    names = [tool["function"]["name"] for tool in body.get("tools", [])]
    calls = [
        {
            "id": f"call_{results + i}",
            "type": "function",
            "function": {"name": name, "arguments": "{}"},
        }
        for i, name in enumerate(server.calls(results, names))
    ]
    text = "" if calls else server.answer(body["messages"][-1]["content"])
    said = {"tool_calls": calls, "content": None} if calls else {"content": text}
    why = "tool_calls" if calls else "stop"
    head = {"id": "chat_1", "created": 0, "model": body["model"]}
    usage = {"prompt_tokens": tokens, "completion_tokens": 5, "total_tokens": 5}
    usage["total_tokens"] += tokens
    choice = {"index": 0, "message": {"role": "assistant", **said}}
    reply = {
        **head,
        "object": "chat.completion",
        "choices": [{**choice, "finish_reason": why}],
        "usage": usage,
    }
    chunk = {**head, "object": "chat.completion.chunk"}
    deltas = [({"content": word + " "}, None) for word in text.split()]
    deltas += [
        ({"tool_calls": [{"index": at, **call}]}, None) for at, call in enumerate(calls)
    ]
    events = [
        {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": end}]}
        for delta, end in [*deltas, ({}, why)]
    ]
    return reply, events


def _responses(server, body, tokens):
    """Answer as OpenAI's responses."""
    items = [] if isinstance(body["input"], str) else body["input"]
    results = sum(i.get("type") == "function_call_output" for i in items)
    names = [tool["name"] for tool in body.get("tools", [])]
    output = [
        {
            "type": "function_call",
            "id": f"fc_{results + i}",
            "call_id": f"call_{results + i}",
            "name": name,
            "arguments": "{}",
            "status": "completed",
        }
        for i, name in enumerate(server.calls(results, names))
    ]
    text = {"type": "output_text", "text": TEXT, "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant"}
    reply = {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "model": body["model"],
        "status": "completed",
        "output": output or [{**message, "status": "completed", "content": [text]}],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": tokens,
            "output_tokens": 5,
            "total_tokens": tokens + 5,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }
    delta = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
    events = [
        {
            "type": "response.output_text.delta",
            "sequence_number": 0,
            "delta": TEXT,
            **delta,
        },
        {"type": "response.completed", "sequence_number": 1, "response": reply},
    ]
    return reply, events


def _anthropic(server, body, tokens):
    """Answer as Anthropic's messages."""
    blocks = [
        block
        for message in body["messages"]
        if isinstance(message["content"], list)
        for block in message["content"]
    ]
    results = sum(block["type"] == "tool_result" for block in blocks)
    names = [tool["name"] for tool in body.get("tools", [])]
    content = [
        {"type": "tool_use", "id": f"toolu_{results + i}", "name": name, "input": {}}
        for i, name in enumerate(server.calls(results, names))
    ]
    text = "" if content else server.answer(body["messages"][-1]["content"])
    reply = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content or [{"type": "text", "text": text}],
        "stop_reason": "tool_use" if content else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": tokens, "output_tokens": 5},
    }
    end = {"stop_reason": reply["stop_reason"], "stop_sequence": None}
    events = [{"type": "message_start", "message": {**reply, "content": []}}]
    for index, block in enumerate(reply["content"]):
        empty = {**block, "text": ""} if "text" in block else block
        delta = {"type": "input_json_delta", "partial_json": "{}"}
        if "text" in block:
            delta = {"type": "text_delta", "text": block["text"]}
        events += [
            {"type": "content_block_start", "index": index, "content_block": empty},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]
    events += [
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    return reply, events


def _gemini(server, body, tokens):
    """Answer as Gemini's generateContent."""
    parts = [part for content in body["contents"] for part in content["parts"]]
    results = sum("functionResponse" in part for part in parts)
    names = [
        declared["name"]
        for tool in body.get("tools", [])
        for declared in tool["functionDeclarations"]
    ]
    calls = [
        {"functionCall": {"name": name, "args": {}}}
        for name in server.calls(results, names)
    ]
    text = "" if calls else server.answer(body["contents"][-1]["parts"][-1].get("text"))
    content = {"role": "model", "parts": calls or [{"text": text}]}
    reply = {
        "candidates": [{"content": content, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": tokens},
    }
    return reply, [reply]


_ANSWERS = {
    "/chat/completions": _chat,
    "/responses": _responses,
    "/messages": _anthropic,
    ":generateContent": _gemini,
}
