"""An agent whose tool results are capped asks for a row that the cap has hidden.

Runs offline: the model is a fake that answers as a real one would.
"""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

from headroom import ToolOutputCompressor
from headroom.originals import SQLiteStore
from langchain_headroom import HeadroomToolOutputMiddleware, retrieval_tool


@tool
def list_pods() -> dict[str, Any]:
    """List all pods of the cluster."""
    pods = [
        {"name": f"web-{n}", "node": f"node-{n % 9}", "ready": n != 731}
        for n in range(900)
    ]
    return {"total": len(pods), "items": pods}


class FakeModel(GenericFakeChatModel):
    """Lists the pods, then asks for one that is hidden, then answers with its row."""

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> "FakeModel":
        """Return itself: it knows the tools."""
        return self

    def _generate(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> ChatResult:
        seen = str(messages[-1].text)
        if messages[-1].type == "human":
            call = {"name": "list_pods", "args": {}, "id": "1"}
        elif (found := re.search(r'handle="(hr_\w+)"', seen)) and "web-411" not in seen:
            asked = {"handle": found.group(1), "path": "items[411]"}
            call = {"name": "headroom_retrieve", "args": asked, "id": "2"}
        else:
            answer = AIMessage(f"The row says: {seen.splitlines()[-1]}")
            return ChatResult(generations=[ChatGeneration(message=answer)])
        message = AIMessage("", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=message)])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = SQLiteStore(Path(folder) / "originals.db")
        compressor = ToolOutputCompressor(max_tokens=300, store=store)
        agent = create_agent(
            FakeModel(messages=iter(())),
            [list_pods, retrieval_tool(store)],
            middleware=[HeadroomToolOutputMiddleware(compressor)],
        )
        question = "Is the cluster healthy? Say on which node each suspect runs."
        for message in agent.invoke({"messages": [("user", question)]})["messages"]:
            print(f"{message.type}: {message.text or message.tool_calls}\n")


if __name__ == "__main__":
    main()
