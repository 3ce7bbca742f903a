"""An agent whose results have at most 300 tokens asks for a hidden row (offline)."""

import asyncio
import re
import tempfile
import warnings

from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.base.llms.types import ToolCallBlock
from llama_index.core.llms import ChatMessage, MockFunctionCallingLLM

from headroom import ToolOutputCompressor
from headroom.originals import SQLiteStore
from llama_index.tools.headroom import compress_tool, retrieval_tool
from llama_index_headroom.tokens import count_tokens

warnings.simplefilter("ignore", DeprecationWarning)  # llama-index-core's own


def list_pods() -> dict:
    """List all pods of the cluster."""
    names = [f"web-{n}" for n in range(900)]
    return {"items": [{"name": n, "ready": n != "web-731"} for n in names]}


def reply(messages: list[ChatMessage], **kwargs: object) -> ChatMessage:
    """List the pods, then ask for one that is hidden, then answer with its row."""
    seen = messages[-1].content or ""
    if messages[-1].role != "tool":
        name, asked = "list_pods", {}
    elif (found := re.search(r'handle="(hr_\w+)"', seen)) and "web-411" not in seen:
        name = "headroom_retrieve"
        asked = {"handle": found.group(1), "path": "items[411]"}
    else:
        return ChatMessage(f"The row says: {seen.splitlines()[-1]}", role="assistant")
    call = ToolCallBlock(tool_call_id=name, tool_name=name, tool_kwargs=asked)
    return ChatMessage(role="assistant", blocks=[call])


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = SQLiteStore(f"{folder}/originals.db")
        capped = ToolOutputCompressor(max_tokens=300, store=store)
        agent = FunctionAgent(
            tools=[compress_tool(list_pods, capped), retrieval_tool(store)],
            llm=MockFunctionCallingLLM(response_generator=reply),
        )
        handler = agent.run("Is the cluster healthy?")
        async for event in handler.stream_events():
            if isinstance(event, ToolCallResult):
                shown = event.tool_output.content
                print(f"{count_tokens(shown)} tokens:\n{shown}\n")
        print(await handler)


if __name__ == "__main__":
    asyncio.run(main())
