"""Summarizers: LangChain's models for Headroom, Headroom's digest for LangChain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    get_buffer_string,
)
from langchain_core.runnables import Runnable, RunnableConfig

from headroom.conversations import ConversationCompressor, Summarizer
from headroom.conversations.block import Block, parse, write
from headroom.conversations.summarizers import ended_by_itself, summary_request
from headroom.errors import InputError
from headroom.tokens import default_counter
from langchain_headroom.history import is_filler

__all__ = ["chat_model_summarizer", "headroom_summarizer"]

# The frame of a digest and one sentence.
_LEAST_SUMMARY_TOKENS = 100

# "nostream" keeps a call's tokens out of LangGraph's stream_mode="messages".
_CONFIG: RunnableConfig = {
    "run_name": "headroom_summarizer",
    "tags": ["nostream"],
    "metadata": {"lc_source": "headroom"},
}


def chat_model_summarizer(model: BaseChatModel | Runnable[Any, Any]) -> Summarizer:
    """Return a summarizer for `ConversationCompressor(summarizer=...)`.

    Its answer is checked like that of any summarizer: where it fails, takes too long or
    says too much, the extractive digest stands in. Its tokens appear in no stream of
    messages.

    Args:
        model: Any chat model, also with retries, fallbacks or bound options.

    Raises:
        TypeError: If it is none, such as a model's name.
    """
    if not isinstance(model, Runnable):
        raise TypeError(
            f"model={model!r:.100}; pass a chat model; init_chat_model makes one "
            "of a name"
        )
    return _ChatModelSummarizer(model)


@dataclass(frozen=True)
class _ChatModelSummarizer:
    model: BaseChatModel | Runnable[Any, Any]

    def __call__(self, messages: list[Any], max_tokens: int) -> str:
        instructions, transcript = summary_request(messages, max_tokens)
        prompt = [SystemMessage(instructions), HumanMessage(transcript)]
        reply = self.model.invoke(prompt, config=_CONFIG)
        if not isinstance(reply, AIMessage):
            return str(reply)
        return reply.text if ended_by_itself(reply.response_metadata) else ""


def headroom_summarizer(
    max_tokens: int = 1_000,
) -> Callable[[Sequence[BaseMessage]], str]:
    """Return a summarizer for `SummarizationMiddleware(summarizer=...)`, offline.

    It keeps what Headroom's extractive digest keeps, and the latest turns verbatim
    where there is room. A summary that comes in is read as one, so that no facts are
    summarised twice. Pass `trim_tokens_to_summarize=None` beside it: the middleware
    would otherwise cut the messages to 4,000 tokens before.

    Args:
        max_tokens: The summary has at most that many, 100 or more.

    Raises:
        InputError: If `max_tokens` is too small for any summary.
    """
    if max_tokens < _LEAST_SUMMARY_TOKENS:
        raise InputError(
            f"max_tokens={max_tokens!r}; a summary needs {_LEAST_SUMMARY_TOKENS}"
        )
    return _Extractive(max_tokens)


@dataclass(frozen=True)
class _Extractive:
    max_tokens: int

    def __call__(self, messages: Sequence[BaseMessage]) -> str:
        count = default_counter()
        items = [_read_summary(message) for message in messages]
        # The compressor keeps the last turn, so there is a blank one to keep.
        items.append(HumanMessage(content=""))
        text = _as_text(items)
        budget = self.max_tokens
        while count(text) > self.max_tokens and budget > 1:
            compressor = ConversationCompressor(
                budget, keep_turns=1, compact_turns=len(items), trigger=1, target=1
            )
            text = _as_text(compressor.compress(items))
            # Written as text, messages may come to a few tokens more than apart.
            budget = budget * 9 // 10
        return text


def _read_summary(message: BaseMessage) -> BaseMessage:
    """Return a summary that LangChain wrapped as the digest it was, if it is one."""
    content = message.content
    if message.additional_kwargs.get("lc_source") != "summarization":
        return message
    if not isinstance(content, str):
        return message
    _, _, body = content.partition("\n\n")
    return HumanMessage(content=write(Block(1, 1, body), preamble=True))


def _as_text(messages: Sequence[BaseMessage]) -> str:
    """Return messages as lines, digests as their own text."""
    lines = []
    for message in messages:
        if is_filler(message):
            continue
        digest = parse(message.content) if isinstance(message.content, str) else []
        if digest:
            for block in digest:
                lines += [f"user: {rule}" for rule in block.rules]
                lines += [block.body] if block.body else []
        elif message.content or not isinstance(message, HumanMessage):
            lines.append(get_buffer_string([message]))
    return "\n".join(lines)
