"""A request by hand: with requests around the body, with httpx in the transport.

    python examples/raw_http.py

It talks to a stand-in on this machine.
"""

from pathlib import Path

import httpx
import requests
from local_server import LocalServer

import headroom

PAYLOADS = Path(__file__).parent / "payloads"
RESULT = (PAYLOADS / "kubernetes_pods.json").read_text("utf-8")
CALL = {"id": "1", "type": "function"}
CALL["function"] = {"name": "kubernetes_pods", "arguments": "{}"}
BODY = {
    "model": "any",
    "messages": [
        {"role": "user", "content": "Which pods are failing?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "1", "content": RESULT},
    ],
}
room = headroom.Headroom(price=1)

with LocalServer() as server:
    url = f"{server.url}/v1/chat/completions"

    # requests, or anything else that takes a dict:
    with room.wrap(BODY) as slim:
        answer = requests.post(url, json=slim, timeout=10).json()
        slim.observe(answer["usage"])  # the vendor's count, if you want it used
    print("requests:", answer["choices"][0]["message"]["content"])

    # httpx, or what is built on it: every request of the client is wrapped.
    with httpx.Client(transport=headroom.httpx_transport(room)) as client:
        answer = client.post(url, json=BODY).json()
    print("httpx:   ", answer["choices"][0]["message"]["content"])

    for path, body in server.requests:
        print(f"{path}: {len(body):,} bytes")

print(room.savings)
