"""An AutoGen model context that minifies what tools returned.

    python examples/autogen_context.py

Give it to an agent as `model_context=HeadroomContext(room)`; no model is asked here.
"""

import asyncio
from pathlib import Path

from autogen_core import FunctionCall
from autogen_core.model_context import UnboundedChatCompletionContext
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    UserMessage,
)

from headroom import Headroom

PAYLOADS = Path(__file__).parent / "payloads"


class HeadroomContext(UnboundedChatCompletionContext):
    """Keeps every message, and hands them out with slim tool results."""

    def __init__(self, room: Headroom) -> None:
        super().__init__()
        self._room = room

    async def get_messages(self):
        """Return what the model is to see."""
        async with self._room.wrap(await super().get_messages()) as slim:
            return list(slim)


async def main() -> None:
    room = Headroom(price=2.5)
    context = HeadroomContext(room)
    await context.add_message(UserMessage(content="Who is late?", source="user"))
    for name in ("jira_search", "github_issues"):
        call = FunctionCall(id=name, name=name, arguments="{}")
        await context.add_message(AssistantMessage(content=[call], source="agent"))
        text = (PAYLOADS / f"{name}.json").read_text("utf-8")
        result = FunctionExecutionResult(content=text, name=name, call_id=name)
        await context.add_message(FunctionExecutionResultMessage(content=[result]))
        sent = await context.get_messages()
        print(name, len(text), "→", len(sent[-1].content[0].content), "characters")
    print(room.savings)


asyncio.run(main())
