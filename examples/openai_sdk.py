"""An agent on the OpenAI SDK, with every request wrapped: one line is added.

    python examples/openai_sdk.py

It talks to a stand-in on this machine; leave out `base_url` to talk to OpenAI.
"""

import json
from pathlib import Path

from local_server import LocalServer
from openai import OpenAI

from headroom import Headroom

PAYLOADS = Path(__file__).parent / "payloads"
TOOLS = ["ec2_instances", "kubernetes_pods", "sql_rows", "search_results"]

room = Headroom(price=2.5)


def run_tool(name: str) -> str:
    return json.dumps(json.loads((PAYLOADS / f"{name}.json").read_text("utf-8")))


def ask(client: OpenAI, question: str) -> str:
    messages = [{"role": "user", "content": question}]
    tools = [{"type": "function", "function": {"name": name}} for name in TOOLS]
    while True:
        response = client.chat.completions.create(
            model="gpt-5", messages=messages, tools=tools
        )
        message = response.choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message)
        for call in message.tool_calls:
            result = run_tool(call.function.name)
            messages.append(
                {"role": "tool", "tool_call_id": call.id, "content": result}
            )


with LocalServer(steps=4) as server:
    client = OpenAI(base_url=server.url, api_key="none")
    client = room.attach(client)  # this is all that Headroom needs
    print(ask(client, "Which of our machines are idle?"))

print(room.savings)
