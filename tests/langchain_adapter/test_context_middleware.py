"""HeadroomContextMiddleware: the conversation within its budget, in either mode."""

import asyncio
import json
import logging
from copy import copy, deepcopy
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    TodoListMiddleware,
)
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph.message import add_messages

from headroom import ConversationCompressor
from headroom.tokens import default_counter, messages_tokens
from langchain_headroom import (
    HeadroomContextMiddleware,
    HeadroomToolOutputMiddleware,
    chat_model_summarizer,
)

BUDGET = 900
CONFIG = {"configurable": {"thread_id": "1"}, "recursion_limit": 200}


@tool
def search(query: str) -> list:
    """Search the users."""
    return [{"id": f"{query}-{i}", "name": f"user {i} of {query}"} for i in range(8)]


def tokens(messages):
    return messages_tokens(messages, default_counter())


def budget(**options):
    return ConversationCompressor(options.pop("max_tokens", BUDGET), **options)


def digests(messages):
    return [m for m in messages if m.additional_kwargs.get("lc_source") == "headroom"]


def contents(messages):
    return [message.content for message in messages]


def agent_of(
    scripted, mode, script, *, checkpointer=None, more=(), usage=None, **options
):
    compressor = options.pop("compressor", None) or budget()
    model = scripted(script=script, usage=usage)
    agent = create_agent(
        model,
        [search],
        system_prompt="You find users.",
        middleware=[
            HeadroomContextMiddleware(compressor, mode=mode, **options),
            HeadroomToolOutputMiddleware(),
            *more,
        ],
        checkpointer=checkpointer or InMemorySaver(),
    )
    return agent, model


CHAT = ["It is done."]
STEPS = [{"query": f"q{i}"} for i in range(11)] + ["All done."]
PARALLEL = [[{"query": "a"}, {"query": "b"}], {"query": "c"}, "Found them."]
SCRIPTS = {"chat": CHAT, "steps": STEPS, "parallel": PARALLEL}
LONG = "Please look into order A-{0} of customer C-{1}, it was late by {0} days. " * 5


def talk(agent, turns, config=CONFIG):
    for turn in range(turns):
        said = LONG.format(turn, turn * 7)
        agent.invoke({"messages": [("user", said)]}, config)
    return agent.get_state(config).values["messages"]


@pytest.fixture(params=["view", "state"])
def mode(request):
    return request.param


class TestTheProvidersTokens:
    """`usage_metadata` of replies says what a token of the budget is."""

    def test_the_budget_holds_in_them(self, scripted, mode):
        agent, model = agent_of(
            scripted, mode, CHAT, usage=lambda sent: int(1.5 * tokens(sent))
        )
        talk(agent, 9)
        assert any(digests(sent) for sent in model.sent)
        # The state holds no system prompt, so its mode cannot count it.
        uncounted = () if mode == "view" else SystemMessage
        counted = [
            [message for message in sent if not isinstance(message, uncounted)]
            for sent in model.sent
        ]
        assert max(1.5 * tokens(sent) for sent in counted) <= BUDGET
        untold, other = agent_of(scripted, mode, CHAT)
        talk(untold, 9)
        assert max(1.5 * tokens(sent) for sent in other.sent) > BUDGET

    def test_so_do_sizes_in_langchains_words(self, scripted, mode):
        agent, model = agent_of(
            scripted,
            mode,
            CHAT,
            usage=lambda sent: int(1.5 * tokens(sent)),
            compressor=budget(max_tokens=4 * BUDGET),
            trigger=("tokens", 2 * BUDGET),
        )
        talk(agent, 16)
        whole = [1.5 * tokens(sent) for sent in model.sent if not digests(sent)]
        assert len(whole) < 16
        assert max(whole) <= 2 * BUDGET

    def test_they_are_known_after_a_restart(self, scripted, mode):
        saver = InMemorySaver()
        options = {"checkpointer": saver, "usage": lambda s: int(1.7 * tokens(s))}
        agent, model = agent_of(scripted, mode, CHAT, **options)
        talk(agent, 9)
        again, restarted = agent_of(scripted, mode, CHAT, **options)
        state = agent.get_state(CONFIG)
        said = {"messages": [("user", "And now?")]}
        agent.invoke(said, CONFIG)
        again.invoke(said, state.config)
        assert contents(restarted.sent[-1]) == contents(model.sent[-1])
        assert digests(restarted.sent[-1])

    @pytest.mark.parametrize(
        "usage",
        [
            lambda sent: tokens(sent) + 346,  # Anthropic's instructions for tools
            lambda sent: 9 * tokens(sent),  # of pictures, or of another request
            lambda sent: 1,
        ],
    )
    def test_a_report_that_tells_nothing_changes_nothing(self, scripted, mode, usage):
        agent, model = agent_of(
            scripted, mode, CHAT, compressor=budget(max_tokens=5000)
        )
        talk(agent, 5)
        told, other = agent_of(
            scripted, mode, CHAT, usage=usage, compressor=budget(max_tokens=5000)
        )
        talk(told, 5)
        assert list(map(contents, other.sent)) == list(map(contents, model.sent))

    def test_a_counter_that_fails_costs_no_reply(self, scripted, mode, caplog):
        def count(text):
            raise LookupError("no table")

        agent, _ = agent_of(
            scripted,
            mode,
            CHAT,
            usage=lambda sent: BUDGET,
            compressor=budget(count_tokens=count),
        )
        state = talk(agent, 1)
        assert state[-1].content == "It is done."
        assert "usage was not read" in caplog.text

    def test_several_instances_remember_apart(self, scripted, mode):
        more = [
            HeadroomContextMiddleware(budget(), mode=mode, name="inner"),
        ]
        agent, _ = agent_of(
            scripted, mode, CHAT, more=more, usage=lambda sent: int(1.5 * tokens(sent))
        )
        talk(agent, 6)
        factors = agent.get_state(CONFIG).values["headroom_factors"]
        # The tool's schema is counted with the messages.
        assert set(factors) == {"HeadroomContextMiddleware", "inner"}
        assert all(1.3 <= factor <= 1.5 for factor in factors.values())


class TestEveryMode:
    @pytest.mark.parametrize("script", SCRIPTS)
    def test_requests_stay_valid_and_within_the_budget(
        self, scripted, faults, mode, script
    ):
        agent, model = agent_of(scripted, mode, SCRIPTS[script])
        state = talk(agent, 12 if script == "chat" else 2)
        # Of a state the system prompt is no part.
        limit = BUDGET if mode == "view" else BUDGET + 10
        assert any(digests(sent) for sent in model.sent)
        for sent in model.sent:
            assert faults(sent) == []
            assert tokens(sent) <= limit
            assert sent[0].content == "You find users."
            users = [m for m in sent if m.type == "human" and not digests([m])]
            assert users[-1].content.startswith("Please look into")
        assert faults(state) == []

    def test_between_compactions_requests_only_grow_at_their_end(self, scripted, mode):
        agent, model = agent_of(
            scripted, mode, STEPS, compressor=budget(max_tokens=3000)
        )
        talk(agent, 3)
        grown = sum(
            [m.content for m in later[: len(sent)]] == [m.content for m in sent]
            for sent, later in zip(model.sent, model.sent[1:], strict=False)
        )
        assert grown >= len(model.sent) - 4

    def test_messages_keep_what_they_are(self, scripted, mode):
        agent, model = agent_of(scripted, mode, STEPS)
        state = {m.id: m for m in talk(agent, 2)}
        for message in model.sent[-1][1:]:
            if not digests([message]) and message.content != "Noted.":
                assert state[message.id].model_dump() == message.model_dump()

    def test_async_sends_the_same(self, scripted, mode):
        async def atalk(agent):
            for turn in range(4):
                said = LONG.format(turn, turn * 7)
                await agent.ainvoke({"messages": [("user", said)]}, CONFIG)

        agent, model = agent_of(scripted, mode, PARALLEL)
        talk(agent, 4)
        other, awaited = agent_of(scripted, mode, PARALLEL)
        asyncio.run(atalk(other))
        said = [[(m.type, m.content) for m in sent] for sent in model.sent]
        assert said == [[(m.type, m.content) for m in sent] for sent in awaited.sent]

    def test_no_digest_and_no_removal_is_streamed(self, scripted, mode):
        agent, model = agent_of(scripted, mode, STEPS)
        streamed = []
        for turn in range(2):
            said = LONG.format(turn, turn)
            streamed += [
                message
                for message, _ in agent.stream(
                    {"messages": [("user", said)]}, CONFIG, stream_mode="messages"
                )
            ]
        assert any(digests(sent) for sent in model.sent)
        assert {m.type for m in streamed} <= {"ai", "tool", "AIMessageChunk"}
        assert "conversation_digest" not in str(streamed)

    def test_it_starts_where_it_stopped_after_a_restart(self, scripted, mode, tmp_path):
        def run(restarts):
            path = tmp_path / f"{mode}-{restarts}.db"
            sent = []
            for part in range(2 if restarts else 1):
                with SqliteSaver.from_conn_string(str(path)) as saver:
                    agent, model = agent_of(
                        scripted, mode, PARALLEL, checkpointer=saver
                    )
                    turns = range(part * 2, part * 2 + 2) if restarts else range(4)
                    for turn in turns:
                        said = LONG.format(turn, turn * 7)
                        agent.invoke({"messages": [("user", said)]}, CONFIG)
                    sent += model.sent
            return [
                [m.content for m in one if not isinstance(m, ToolMessage | AIMessage)]
                for one in sent
            ]

        assert run(restarts=True) == run(restarts=False)

    def test_async_sqlite_checkpoints(self, scripted, mode, faults, tmp_path):
        async def go():
            path = str(tmp_path / "a.db")
            async with AsyncSqliteSaver.from_conn_string(path) as saver:
                agent, model = agent_of(scripted, mode, PARALLEL, checkpointer=saver)
                for turn in range(5):
                    said = LONG.format(turn, turn)
                    await agent.ainvoke({"messages": [("user", said)]}, CONFIG)
            return model

        model = asyncio.run(go())
        assert digests(model.sent[-1])
        assert all(faults(sent) == [] for sent in model.sent)

    def test_beside_other_middleware(self, scripted, mode, faults):
        class Notes(AgentMiddleware):
            def wrap_model_call(self, request, handler):
                return handler(request.override(system_message=SystemMessage("Notes.")))

        more = [TodoListMiddleware(), ModelCallLimitMiddleware(run_limit=99), Notes()]
        agent, model = agent_of(scripted, mode, PARALLEL, more=more)
        talk(agent, 4)
        assert digests(model.sent[-1])
        assert all(faults(sent) == [] for sent in model.sent)

    def test_two_instances_live_in_one_agent(self, scripted, mode):
        second = HeadroomContextMiddleware(budget(), mode=mode, name="second")
        agent, model = agent_of(scripted, mode, PARALLEL, more=[second])
        talk(agent, 4)
        assert len(digests(model.sent[-1])) == 1

    def test_a_subclass_does_the_same(self, scripted, mode):
        class Yours(HeadroomContextMiddleware):
            """Named otherwise."""

        yours = Yours(budget(), mode=mode, name="yours")
        assert isinstance(yours, Yours)
        model = scripted(script=CHAT)
        agent = create_agent(model, middleware=[yours], checkpointer=InMemorySaver())
        talk(agent, 12)
        assert digests(model.sent[-1])
        assert type(copy(yours)) is type(yours)

    def test_a_short_conversation_is_left_alone(self, scripted, mode):
        agent, model = agent_of(
            scripted, mode, CHAT, compressor=budget(max_tokens=9999)
        )
        state = talk(agent, 3)
        assert [m.id for m in model.sent[-1][1:]] == [m.id for m in state[:-1]]

    def test_compression_that_fails_lets_the_request_go_out(
        self, scripted, mode, caplog
    ):
        def count(text):
            raise OSError("no counter")

        compressor = ConversationCompressor(BUDGET, count_tokens=count)
        agent, model = agent_of(scripted, mode, CHAT, compressor=compressor)
        with caplog.at_level(logging.WARNING, "langchain_headroom"):
            talk(agent, 2)
        assert [len(sent) for sent in model.sent] == [2, 4]
        assert "no counter" in caplog.text

    def test_one_result_above_the_window_is_sent_with_a_warning(
        self, scripted, mode, caplog, faults
    ):
        agent, model = agent_of(
            scripted, mode, PARALLEL, compressor=budget(max_tokens=60)
        )
        with caplog.at_level(logging.WARNING, "langchain_headroom"):
            talk(agent, 1)
        assert "cannot hold" in caplog.text
        assert all(faults(sent) == [] for sent in model.sent)

    def test_what_the_model_raises_is_raised(self, scripted, mode):
        class Failing(AgentMiddleware):
            def wrap_model_call(self, request, handler):
                raise ConnectionError("overloaded")

        agent, _ = agent_of(scripted, mode, CHAT, more=[Failing()])
        with pytest.raises(ConnectionError, match="overloaded"):
            talk(agent, 1)


@pytest.mark.parametrize("mode", ["view", "state"])
@pytest.mark.parametrize("wrong", [4000, None])
def test_what_is_no_compressor_is_refused_at_once(mode, wrong):
    with pytest.raises(TypeError, match=r"pass ConversationCompressor\(\.\.\.\)$"):
        HeadroomContextMiddleware(wrong, mode=mode)


class TestViewMode:
    def test_the_state_keeps_every_message(self, scripted):
        agent, model = agent_of(scripted, "view", CHAT)
        state = talk(agent, 12)
        assert len(state) == 24
        assert digests(state) == []
        assert len(model.sent[-1]) < 20

    def test_the_system_prompt_counts(self, scripted):
        model = scripted(script=CHAT)
        prompt = "Be kind to customers. " * 60
        agent = create_agent(
            model,
            system_prompt=prompt,
            middleware=[HeadroomContextMiddleware(budget())],
            checkpointer=InMemorySaver(),
        )
        talk(agent, 12)
        assert all(tokens(sent) <= BUDGET for sent in model.sent)
        assert all(sent[0].content == prompt for sent in model.sent)

    def test_tool_schemas_are_part_of_the_budget(self, scripted):
        @tool
        def find(query: str) -> str:
            """Find."""
            return query

        find.description = "Find what is asked for, in every list there is. " * 12
        model = scripted(script=CHAT)
        agent = create_agent(
            model,
            [find],
            middleware=[HeadroomContextMiddleware(budget())],
            checkpointer=InMemorySaver(),
        )
        talk(agent, 14)
        schema = default_counter()(json.dumps(convert_to_openai_tool(find)))
        assert any(digests(sent) for sent in model.sent)
        assert max(map(tokens, model.sent)) + schema <= BUDGET + 20

    def test_a_tool_that_cannot_be_counted_stops_no_request(self, scripted, caplog):
        request = ModelRequest(
            model=scripted(script=CHAT),
            messages=[HumanMessage("Hello.")],
            tools=[{"a": object(), "loop": (loop := [])}],
        )
        loop.append(loop)
        answer = HeadroomContextMiddleware(budget()).wrap_model_call(
            request, lambda sent: ModelResponse(result=[AIMessage("Hi.")])
        )
        assert answer.result[0].content == "Hi."
        assert "tools were not counted" in caplog.text

    def test_its_hooks_are_no_nodes_of_the_graph(self, scripted):
        agent, _ = agent_of(scripted, "view", CHAT)
        assert set(agent.get_graph().nodes) == {
            "__start__",
            "__end__",
            "model",
            "tools",
        }

    def test_the_digest_id_tells_its_text(self, scripted):
        _, model = agent_of(scripted, "view", CHAT)
        agent, model = agent_of(scripted, "view", CHAT)
        talk(agent, 12)
        ids = {}
        for sent in model.sent:
            for digest in digests(sent):
                ids.setdefault(digest.id, set()).add(digest.content)
        assert ids
        assert all(len(texts) == 1 for texts in ids.values())


class TestStateMode:
    def test_the_state_shrinks_and_is_not_written_anew(self, scripted):
        agent, _ = agent_of(scripted, "state", CHAT)
        state = talk(agent, 12)
        assert len(state) < 20
        assert len(digests(state)) == 1

    def test_the_update_removes_first_and_adds_the_digest(self):
        middleware = HeadroomContextMiddleware(budget(), mode="state")
        messages = conversation(12)
        update = middleware.before_model({"messages": messages}, None)["messages"]
        assert isinstance(update[0], RemoveMessage)
        new = [m for m in update if not isinstance(m, RemoveMessage)]
        assert [m.type for m in new] == ["human", "ai"]
        assert new[:1] == digests(update)
        left = add_messages(messages, update)
        assert tokens(left) <= BUDGET
        assert left[-6:] == messages[-6:]

    def test_beside_deepagents_summarization_the_state_is_left_alone(self, caplog):
        middleware = HeadroomContextMiddleware(budget(), mode="state")
        event = {"cutoff_index": 4, "summary_message": "s", "file_path": None}
        state = {"messages": conversation(12), "_summarization_event": event}
        assert middleware.before_model(state, None) is None
        assert middleware.before_model(state, None) is None
        assert sum('mode="view"' in r.getMessage() for r in caplog.records) == 1

    def test_messages_without_ids_are_replaced_whole(self):
        middleware = HeadroomContextMiddleware(budget(), mode="state")
        messages = [m.model_copy(update={"id": None}) for m in conversation(12)]
        update = middleware.before_model({"messages": messages}, None)["messages"]
        assert update[0].id == "__remove_all__"
        assert update[-6:] == messages[-6:]
        assert len(add_messages(conversation(12), update)) == len(update) - 1

    def test_a_digest_grows_and_is_not_digested(self, scripted):
        agent, _ = agent_of(scripted, "state", CHAT)
        texts = []
        for turn in range(20):
            said = LONG.format(turn, turn * 7)
            agent.invoke({"messages": [("user", said)]}, CONFIG)
            found = digests(agent.get_state(CONFIG).values["messages"])
            assert len(found) <= 1
            texts += [m.content for m in found]
        assert len(set(texts)) > 1
        assert all(text.count("Verbatim excerpts") == 1 for text in texts)

    def test_a_fraction_has_no_model_to_ask(self):
        with pytest.raises(ValueError, match="needs the model"):
            HeadroomContextMiddleware(budget(), mode="state", trigger=("fraction", 0.5))


def conversation(turns):
    messages = []
    for turn in range(turns):
        said = LONG.format(turn, turn * 7)
        messages += [
            HumanMessage(said, id=f"h{turn}"),
            AIMessage(f"Order A-{turn} is looked into.", id=f"a{turn}"),
        ]
    return messages


class Request:
    """What a view reads of a model request, and what it makes of it."""

    def __init__(self, messages, profile=None):
        self.messages = self.sent = messages
        self.model = type("Model", (), {"profile": profile})
        self.system_message = None
        self.tools = []
        self.state = {}

    def override(self, messages):
        self.sent = messages
        return self


def shown(messages, profile=None, compressor=None, **options):
    """Return what a model is sent of these messages."""
    compressor = compressor or ConversationCompressor(100_000)
    middleware = HeadroomContextMiddleware(compressor, **options)
    request = Request(messages, profile)
    middleware.wrap_model_call(request, lambda request: None)
    return request.sent


class TestTriggerAndKeep:
    @pytest.mark.parametrize(
        ("trigger", "acts"),
        [
            (("messages", 24), True),
            (("messages", 25), False),
            (("tokens", 400), True),
            (("tokens", 90_000), False),
            (("fraction", 0.5), True),
            ([("messages", 99), ("tokens", 400)], True),
            ([("messages", 99), ("tokens", 90_000)], False),
            ({"messages": 20, "tokens": 400}, True),
            ({"messages": 99, "tokens": 400}, False),
            ([{"messages": 99, "tokens": 400}, ("messages", 20)], True),
        ],
        ids=str,
    )
    def test_the_words_of_langchain(self, trigger, acts):
        messages = conversation(12)
        sent = shown(messages, profile={"max_input_tokens": 1_000}, trigger=trigger)
        assert bool(digests(sent)) is acts

    @pytest.mark.parametrize(
        ("keep", "limit"), [(("tokens", 300), 300), (("messages", 6), 400)]
    )
    def test_keep_is_what_remains(self, keep, limit):
        messages = conversation(12)
        views = (
            shown(messages[:length], trigger=("tokens", 700), keep=keep)
            for length in range(1, 25, 2)
        )
        first = next(view for view in views if digests(view))
        assert tokens(first) <= limit

    def test_a_count_of_messages_cuts_at_the_same_place_as_the_chat_grows(self):
        messages = conversation(30)
        views = [
            shown(messages[:length], trigger=("messages", 24))
            for length in range(25, 60, 4)
        ]
        changes = sum(
            [m.content for m in b[: len(a)]] != [m.content for m in a]
            for a, b in pairwise(views)
        )
        assert changes <= 3

    def test_a_fraction_of_an_unknown_limit_is_an_error(self):
        with pytest.raises(ValueError, match="profile"):
            shown(conversation(3), trigger=("fraction", 0.5))

    @pytest.mark.parametrize(
        "trigger",
        [("tokens", 0), ("messages", -1), ("fraction", 1.5), ("words", 3), {}, [{}]],
        ids=str,
    )
    def test_what_is_out_of_range_is_an_error(self, trigger):
        with pytest.raises(ValueError, match=r"trigger|Unsupported"):
            HeadroomContextMiddleware(budget(), trigger=trigger)

    def test_an_unknown_mode_is_an_error(self):
        with pytest.raises(ValueError, match="mode"):
            HeadroomContextMiddleware(budget(), mode="both")


class TestLanguageModel:
    def summarising(self, scripted):
        script = [
            f"Orders so far, note {i}: A-1 to A-{i} were late." for i in range(99)
        ]
        return scripted(script=script)

    def test_its_digest_is_written_once_and_kept_for_the_next_process(
        self, scripted, tmp_path
    ):
        first = self.summarising(scripted)
        path = str(tmp_path / "llm.db")

        def talk_on(summarizer, turns):
            compressor = budget(summarizer=chat_model_summarizer(summarizer))
            with SqliteSaver.from_conn_string(path) as saver:
                agent, model = agent_of(
                    scripted, "view", CHAT, checkpointer=saver, compressor=compressor
                )
                for said in turns:
                    agent.invoke({"messages": [("user", said)]}, CONFIG)
                return model

        model = talk_on(first, [LONG.format(turn, turn) for turn in range(9)])
        digest = digests(model.sent[-1])[0]
        assert "note 0" in digest.content
        asked = len(first.sent)
        assert 0 < asked <= 2
        second = self.summarising(scripted)
        model = talk_on(second, ["And now?"])
        assert second.sent == []
        assert digests(model.sent[0])[0].content == digest.content

    def test_a_digest_of_a_digest_does_not_speak_of_markup(self, scripted):
        compressor = budget(
            summarizer=chat_model_summarizer(self.summarising(scripted))
        )
        agent, model = agent_of(scripted, "view", CHAT, compressor=compressor)
        talk(agent, 20)
        texts = {m.content for sent in model.sent for m in digests(sent)}
        assert len(texts) > 2
        assert all(text.count("conversation_digest") == 2 for text in texts)

    def test_rewound_history_starts_over(self, scripted, faults):
        compressor = budget(
            summarizer=chat_model_summarizer(self.summarising(scripted))
        )
        agent, model = agent_of(scripted, "view", CHAT, compressor=compressor)
        state = talk(agent, 9)
        assert digests(model.sent[-1])
        removals = [RemoveMessage(id=m.id) for m in state[2:]]
        agent.update_state(CONFIG, {"messages": removals})
        agent.invoke({"messages": [("user", "Hello again")]}, CONFIG)
        assert digests(model.sent[-1]) == []
        assert faults(model.sent[-1]) == []

    @pytest.mark.parametrize("method", ["stream", "astream"])
    def test_its_tokens_are_not_streamed(self, scripted, mode, method):
        summarizer = self.summarising(scripted)
        compressor = budget(summarizer=chat_model_summarizer(summarizer))
        agent, _ = agent_of(scripted, mode, CHAT, compressor=compressor)

        async def collect(said):
            stream = agent.astream(
                {"messages": [("user", said)]}, CONFIG, stream_mode="messages"
            )
            return [message async for message, _ in stream]

        streamed = []
        for turn in range(9):
            said = LONG.format(turn, turn)
            if method == "astream":
                streamed += asyncio.run(collect(said))
            else:
                stream = agent.stream(
                    {"messages": [("user", said)]}, CONFIG, stream_mode="messages"
                )
                streamed += [message for message, _ in stream]
        assert summarizer.sent
        assert "note" not in str(streamed)
        assert {m.content for m in streamed} == {"It is done."}

    def test_a_model_that_fails_is_stood_in_for(self, scripted, mode, faults):
        summarizer = scripted(script=["I'm sorry, I can't do that."])
        compressor = budget(summarizer=chat_model_summarizer(summarizer))
        agent, model = agent_of(scripted, mode, CHAT, compressor=compressor)
        talk(agent, 9)
        [digest] = digests(model.sent[-1])
        assert "sorry" not in digest.content
        assert "A-" in digest.content


@st.composite
def transcripts(draw):
    """Return valid transcripts: turns of steps of parallel calls, all answered."""
    messages, number = [], 0
    words = st.sampled_from(["order A-7", "Rome", "late", "email a@b.io", "why", "héé"])
    text = st.lists(words, min_size=1, max_size=30).map(" ".join)
    for _ in range(draw(st.integers(1, 7))):
        if draw(st.integers(0, 5)) == 0:
            messages.append(SystemMessage(draw(text)))
        messages.append(HumanMessage(draw(text)))
        for _ in range(draw(st.integers(0, 6))):
            calls = []
            for _ in range(draw(st.integers(1, 3))):
                number += 1
                calls.append(
                    {"name": "f", "args": {"q": draw(words)}, "id": f"c{number}"}
                )
            messages.append(AIMessage(draw(st.just("") | text), tool_calls=calls))
            order = draw(st.permutations(calls))
            messages += [
                ToolMessage(draw(text), tool_call_id=call["id"], name="f")
                for call in order
            ]
        if draw(st.booleans()):
            messages.append(AIMessage(draw(text)))
    return [m.model_copy(update={"id": f"m{i}"}) for i, m in enumerate(messages)]


@settings(max_examples=settings().max_examples // 2)
@given(transcripts(), st.integers(80, 600), st.sampled_from([1, 2, 3]))
def test_no_tool_message_is_ever_an_orphan(faults, transcript, max_tokens, keep_turns):
    before = deepcopy(transcript)
    compressor = ConversationCompressor(max_tokens, keep_turns=keep_turns)
    middleware = HeadroomContextMiddleware(compressor, mode="state")
    sent = shown(transcript, compressor=compressor)
    update = middleware.before_model({"messages": transcript}, None)
    left = add_messages(transcript, update["messages"]) if update else transcript
    assert transcript == before
    spoken = max(i for i, m in enumerate(transcript) if m.type == "human")
    models = [i for i, m in enumerate(transcript) if m.type == "ai" and i > spoken]
    kept = [m for m in transcript if m.type == "system"]
    kept += [transcript[spoken], *transcript[models[-1] if models else spoken :]]
    for result in (sent, left):
        assert faults(result) == []
        assert tokens(result) <= max(max_tokens, tokens(transcript))
        assert all(m in result for m in kept)
        others = [m for m in result if not m.additional_kwargs.get("lc_source")]
        assert others == [m for m in transcript if m in others]
        assert len(digests(result)) <= 1
    assert sent == transcript or tokens(sent) <= max_tokens
