"""pydantic-ai's own agent with a history processor of ours."""

import asyncio
import itertools

import pytest

from headroom import ConversationCompressor
from headroom.conversations.block import parse
from headroom.messages import read_messages

pytest.importorskip("pydantic_ai")


def test_an_agents_history_stays_within_its_budget():
    from pydantic_ai import Agent
    from pydantic_ai.capabilities import ProcessHistory
    from pydantic_ai.messages import ModelResponse, TextPart
    from pydantic_ai.models.function import FunctionModel

    sent = []

    def model(messages, info):
        sent.append(list(messages))
        return ModelResponse(parts=[TextPart("Noted down. " + "word " * 40)])

    compressor = ConversationCompressor(800, overflow="relax", count_tokens=len_words)
    agent = Agent(
        FunctionModel(model),
        capabilities=[ProcessHistory(lambda messages: compressor.compress(messages))],
    )
    history = []
    for n in range(20):
        said = f"My order is ORD-{n:04d}. " + "story " * 30
        # Its run_sync leaves an event loop open.
        run = asyncio.run(agent.run(said, message_history=history))
        history = run.all_messages()
    assert max(map(len, sent)) < 20
    views = read_messages(sent[-1])
    assert any(parse(view.text) for view in views if view.role == "user")
    roles = [view.role for view in views]
    assert all(a != b for a, b in itertools.pairwise(roles))


def len_words(text):
    return len(text.split())
