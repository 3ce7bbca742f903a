"""Ways to keep a chat within a budget: OpenAI chat messages in and out.

Each gets what it is made for: LangChain's a counter of messages, LlamaIndex's a
tokenizer, and where a method keeps system messages apart, those beside its budget.
The summarizer is fake: it returns the beginning of what it should summarise. A real
one would keep other things, at the price of a model call.
"""

import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from methods import Pair, counter


def _lead(text: str, limit: int, count: Callable[[str], int]) -> str:
    """Return the first words of a text, at most `limit` tokens; the fake summary."""
    words = text.split()

    def tokens(kept: int) -> int:
        return count(" ".join(words[:kept]))

    longer = bisect_right(range(len(words) + 1), limit, key=tokens)
    return " ".join(words[: max(0, longer - 1)])


def _headroom(*, fake: bool) -> Callable[[], Pair]:
    """Return the method of a ConversationCompressor."""

    def make() -> Pair:
        from headroom import ConversationCompressor

        count = counter()

        def summarizer(messages: Sequence[Any], max_tokens: int) -> str:
            text = " ".join(str(one.get("content") or "") for one in messages)
            return _lead(text, max_tokens, count)

        def work(task: dict[str, Any]) -> list[dict[str, Any]]:
            compressor = ConversationCompressor(
                task["max_tokens"],
                keep_turns=task["keep_turns"],
                trigger=1.0,
                target=1.0,
                summarizer=summarizer if fake else None,
                count_tokens=count,
            )
            return compressor.compress(task["messages"])

        return work, lambda task, messages: messages

    return make


def _to_langchain(messages: Sequence[dict[str, Any]]) -> list[Any]:
    """Return LangChain's messages, each with its index as its id."""
    from langchain_core.messages import convert_to_messages

    found = convert_to_messages(messages)
    for at, one in enumerate(found):
        one.id = str(at)
    return found


def _trim_messages() -> Pair:
    from langchain_core.messages import trim_messages

    from headroom.tokens import message_tokens

    count = counter()

    def work(task: dict[str, Any]) -> Any:
        # They are counted by what they were.
        tokens = [message_tokens(one, count) for one in task["messages"]]
        return trim_messages(
            _to_langchain(task["messages"]),
            max_tokens=task["max_tokens"],
            token_counter=lambda some: 3 + sum(tokens[int(one.id)] for one in some),
            strategy="last",
            include_system=True,
            start_on="human",
        )

    return work, lambda task, kept: [task["messages"][int(one.id)] for one in kept]


def _to_llama(messages: Sequence[dict[str, Any]]) -> list[Any]:
    from llama_index.core.llms import ChatMessage

    found = []
    for at, one in enumerate(messages):
        rest = {key: one[key] for key in one if key not in ("role", "content")}
        found.append(
            ChatMessage(
                role=one["role"],
                content=one.get("content") or "",
                additional_kwargs={"index": at, **rest},
            )
        )
    return found


def _from_llama(task: dict[str, Any], messages: Any) -> list[dict[str, Any]]:
    return [
        task["messages"][one.additional_kwargs["index"]]
        if "index" in one.additional_kwargs
        else {"role": one.role.value, "content": one.content or ""}
        for one in messages
    ]


def _apart(task: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return system messages and the others; LlamaIndex keeps the first elsewhere."""
    messages = _to_llama(task["messages"])
    system = [one for one in messages if one.role.value in ("system", "developer")]
    return system, [one for one in messages if one not in system]


def _tokenizer() -> Callable[[str], list[int]]:
    import tiktoken

    encoding = tiktoken.get_encoding("o200k_base")
    return lambda text: encoding.encode(text, disallowed_special=())


def _memory_buffer() -> Pair:
    from llama_index.core.memory import ChatMemoryBuffer

    from headroom.tokens import messages_tokens

    tokenizer, count = _tokenizer(), counter()

    def work(task: dict[str, Any]) -> Any:
        system, others = _apart(task)
        memory = ChatMemoryBuffer.from_defaults(
            chat_history=others,
            token_limit=task["max_tokens"],
            tokenizer_fn=tokenizer,
        )
        taken = messages_tokens(system, count) if system else 0
        return [*system, *memory.get(initial_token_count=taken)]

    return work, _from_llama


def _summary_buffer() -> Pair:
    from llama_index.core.base.llms.types import ChatResponse
    from llama_index.core.llms import ChatMessage, MockLLM
    from llama_index.core.memory import ChatSummaryMemoryBuffer

    from headroom.tokens import messages_tokens

    tokenizer, count = _tokenizer(), counter()

    class Fake(MockLLM):
        room: int = 0

        def chat(self, messages: Any, **kwargs: Any) -> ChatResponse:
            text = messages[-1].content.removeprefix('"Transcript so far: ')
            summary = _lead(text, self.room, count)
            return ChatResponse(message=ChatMessage(role="assistant", content=summary))

    def work(task: dict[str, Any]) -> Any:
        system, others = _apart(task)
        taken = messages_tokens(system, count) if system else 0
        # The same room for the summary that Headroom's digest has.
        fake = Fake()
        fake.room = task["room"]
        memory = ChatSummaryMemoryBuffer.from_defaults(
            chat_history=others,
            llm=fake,
            token_limit=max(1, task["max_tokens"] - task["room"] - taken),
            tokenizer_fn=tokenizer,
        )
        found = memory.get()
        return [*system, *found]

    return work, _from_llama


def said(messages: Sequence[dict[str, Any]]) -> str:
    """Return all text and tool calls of messages."""
    return " ".join(
        str(one.get("content") or "")
        + " "
        + json.dumps(one.get("tool_calls") or "", ensure_ascii=False)
        for one in messages
    )


METHODS: dict[str, Callable[[], Pair]] = {
    "LangChain trim_messages": _trim_messages,
    "LlamaIndex ChatMemoryBuffer": _memory_buffer,
    "LlamaIndex ChatSummaryMemoryBuffer, fake": _summary_buffer,
    "Headroom, fake summarizer": _headroom(fake=True),
    "Headroom": _headroom(fake=False),
}
