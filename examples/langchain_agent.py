"""An agent whose tool results are minified and whose conversation has a budget.

Needs `pip install "langchain-headroom[agents]"`. Runs offline: the model is a fake that
looks up page after page; put your own in its place.
"""

from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool

from headroom import ConversationCompressor, JSONMinifier
from headroom.tokens import default_counter, messages_tokens
from langchain_headroom import HeadroomContextMiddleware, HeadroomToolOutputMiddleware

SENT: list[int] = []


@tool
def list_orders(page: int) -> list[dict[str, Any]]:
    """List a page of orders."""
    return [
        {"id": page * 10 + i, "status": "late", "notes": None, "url": f"https://x/{i}"}
        for i in range(10)
    ]


class PagingModel(GenericFakeChatModel):
    """A fake model that counts the tokens it is sent."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> "PagingModel":  # noqa: D102
        return self

    def _generate(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
        SENT.append(messages_tokens(messages, default_counter()))
        return super()._generate(messages, *args, **kwargs)


def ask(*middleware: Any) -> None:
    call = {"name": "list_orders", "args": {}, "id": ""}
    calls = [call | {"args": {"page": i}, "id": f"c{i}"} for i in range(12)]
    said = [*(AIMessage("", tool_calls=[call]) for call in calls), "All are late."]
    model = PagingModel(messages=iter(said))
    agent = create_agent(model, [list_orders], middleware=middleware)
    SENT.clear()
    done = agent.invoke({"messages": [("user", "Which are late?")]})["messages"]
    print(done[-1].content)
    print(f"{sum(SENT):,} tokens sent, at most {max(SENT):,} at once.")


if __name__ == "__main__":
    ask()
    ask(
        HeadroomContextMiddleware(ConversationCompressor(1_000)),
        HeadroomToolOutputMiddleware(JSONMinifier()),
    )
