"""Fakes built on LangChain's own base classes, and checks of what a model is sent."""

import json
import os
import sqlite3
from collections.abc import Callable

# Nothing of a test run may be traced.
os.environ.pop("LANGSMITH_TRACING", None)

import pytest
from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    ToolMessage,
    messages_from_dict,
    messages_to_dict,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult


class ScriptedModel(BaseChatModel):
    """Says its script, one entry a call, over and over; remembers what it was sent.

    A text is an answer; a dict is the arguments of a call of `tool_name`, a list of
    dicts several calls at once. `usage` tells from messages the input tokens to report.
    """

    script: list
    tool_name: str = "search"
    sent: list = []
    usage: Callable[[list], int] | None = None

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **kwargs):
        return self

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        entry = self.script[len(self.sent) % len(self.script)]
        number = len(self.sent)
        self.sent.append(list(messages))
        if isinstance(entry, str):
            said = AIMessage(content=entry)
        else:
            calls = entry if isinstance(entry, list) else [entry]
            said = AIMessage(
                content="",
                tool_calls=[
                    {"name": self.tool_name, "args": args, "id": f"call-{number}-{i}"}
                    for i, args in enumerate(calls)
                ],
            )
        if self.usage is not None:
            tokens = self.usage(messages)
            said.usage_metadata = UsageMetadata(
                input_tokens=tokens, output_tokens=1, total_tokens=tokens + 1
            )
        return ChatResult(generations=[ChatGeneration(message=said)])


class WordEmbeddings(Embeddings):
    """A dimension per word, by its hash: texts that share words are near."""

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text):
        vector = [0.0] * 512
        for word in text.lower().replace("?", " ").replace(".", " ").split():
            vector[sum(map(ord, word)) * 31 % 512] += 1.0
        return vector


class FileHistory(BaseChatMessageHistory):
    """Messages in a JSON file."""

    def __init__(self, path):
        self.path = path

    @property
    def messages(self):
        if not self.path.exists():
            return []
        return messages_from_dict(json.loads(self.path.read_text("utf-8")))

    def add_messages(self, messages):
        saved = messages_to_dict([*self.messages, *messages])
        self.path.write_text(json.dumps(saved), "utf-8")

    def clear(self):
        self.path.unlink(missing_ok=True)


class SQLiteHistory(BaseChatMessageHistory):
    """Messages in a table."""

    def __init__(self, path):
        self.path = path
        self._run("create table if not exists said (message text)")

    def _run(self, statement, rows=()):
        connection = sqlite3.connect(self.path)
        try:
            with connection:
                if rows:
                    return connection.executemany(statement, rows).fetchall()
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    @property
    def messages(self):
        rows = self._run("select message from said")
        return messages_from_dict([json.loads(row[0]) for row in rows])

    def add_messages(self, messages):
        rows = [(json.dumps(saved),) for saved in messages_to_dict(messages)]
        self._run("insert into said values (?)", rows)

    def clear(self):
        self._run("delete from said")


@pytest.fixture(scope="session")
def scripted():
    """Return the class of a fake model."""
    return ScriptedModel


@pytest.fixture
def embeddings():
    return WordEmbeddings()


@pytest.fixture
def histories(tmp_path):
    """Return functions that open a history, the same one each time."""
    return {
        "file": lambda: FileHistory(tmp_path / "history.json"),
        "sqlite": lambda: SQLiteHistory(tmp_path / "history.db"),
    }


def faults_of(messages):
    """Return what an API would refuse in these messages."""
    faults, open_calls = [], {}
    for at, message in enumerate(messages):
        if isinstance(message, ToolMessage):
            if open_calls.pop(message.tool_call_id, None) is None:
                faults.append(f"{at}: orphan result {message.tool_call_id}")
            continue
        if open_calls:
            faults.append(f"{at}: unanswered calls {sorted(open_calls)}")
            open_calls = {}
        if isinstance(message, AIMessage):
            open_calls = {call["id"]: at for call in message.tool_calls}
    if open_calls:
        faults.append(f"end: unanswered calls {sorted(open_calls)}")
    spoken = [m for m in messages if m.type != "system"]
    if spoken and not isinstance(spoken[0], HumanMessage):
        faults.append(f"first message is {spoken[0].type}")
    return faults


@pytest.fixture(scope="session")
def faults():
    return faults_of
