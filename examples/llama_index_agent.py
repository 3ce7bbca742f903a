"""An agent of LlamaIndex whose tools answer with minified JSON.

Run: python examples/llama_index_agent.py   (offline: LlamaIndex's mock models)
"""

import asyncio
import warnings

from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.base.llms.types import ToolCallBlock
from llama_index.core.llms import ChatMessage, MockFunctionCallingLLM

from llama_index.memory.headroom import HeadroomChatMemoryBuffer
from llama_index.tools.headroom import compress_tools
from llama_index_headroom.tokens import count_tokens

warnings.simplefilter("ignore", DeprecationWarning)  # llama-index-core's own


def list_orders(state: str) -> list:
    """List the orders in a state."""
    return [
        {"id": f"A-{n}", "state": state, "note": None, "total": {"eur": n * 9}}
        for n in range(100, 120)
    ]


def reply(messages: list[ChatMessage], **kwargs: object) -> ChatMessage:
    """Call the tool first, then say what came back."""
    if messages[-1].role == "tool":
        return ChatMessage(role="assistant", content=messages[-1].content)
    call = ToolCallBlock(
        tool_call_id="1", tool_name="list_orders", tool_kwargs={"state": "shipped"}
    )
    return ChatMessage(role="assistant", blocks=[call])


async def main() -> None:
    agent = FunctionAgent(
        tools=compress_tools([list_orders]),
        llm=MockFunctionCallingLLM(response_generator=reply),
    )
    memory = HeadroomChatMemoryBuffer.from_defaults(token_limit=4_000)
    handler = agent.run("Which orders are on their way?", memory=memory)
    async for event in handler.stream_events():
        if isinstance(event, ToolCallResult):
            raw, shown = event.tool_output.raw_output, event.tool_output.content
            print(f"the tool returned {count_tokens(str(raw))} tokens")
            print(f"the model reads {count_tokens(shown)} tokens:\n{shown}")
    await handler
    print(f"memory holds {len(memory.get_all())} messages")


if __name__ == "__main__":
    asyncio.run(main())
