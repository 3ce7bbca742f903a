"""An agent on the Anthropic SDK, with every request wrapped: one line is added.

    python examples/anthropic_sdk.py

It talks to a stand-in on this machine; leave out `base_url` to talk to Anthropic.
"""

import asyncio
import json
from pathlib import Path

from anthropic import AsyncAnthropic
from local_server import LocalServer

from headroom import Headroom

PAYLOADS = Path(__file__).parent / "payloads"
TOOLS = ["github_issues", "jira_search", "slack_history", "notion_query"]

# Above 85 % of the budget, the oldest turns would become a digest.
room = Headroom(max_tokens=100_000, exclude_tools=["slack_history"], price=3)


def run_tool(name: str) -> str:
    return json.dumps(json.loads((PAYLOADS / f"{name}.json").read_text("utf-8")))


async def ask(client: AsyncAnthropic, question: str) -> str:
    messages = [{"role": "user", "content": question}]
    tools = [{"name": name, "input_schema": {"type": "object"}} for name in TOOLS]
    while True:
        message = await client.messages.create(
            model="claude", max_tokens=1000, messages=messages, tools=tools
        )
        calls = [block for block in message.content if block.type == "tool_use"]
        if not calls:
            return message.content[0].text
        messages.append({"role": "assistant", "content": message.content})
        results = [
            {"type": "tool_result", "tool_use_id": c.id, "content": run_tool(c.name)}
            for c in calls
        ]
        messages.append({"role": "user", "content": results})


async def main() -> None:
    with LocalServer(steps=4, parallel=2) as server:
        client = AsyncAnthropic(base_url=server.url, api_key="none")
        async with room.attach(client) as client:  # this is all that Headroom needs
            print(await ask(client, "What should we do first?"))


asyncio.run(main())
print(room.savings)
