"""A Runnable that keeps messages within a budget, for LCEL and LangGraph."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import (
    BaseMessage,
    MessageLikeRepresentation,
    convert_to_messages,
)
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import Runnable, RunnableConfig

from headroom.arguments import check_kind
from headroom.conversations import ConversationCompressor
from langchain_headroom.history import acompressed, compressed

__all__ = ["HeadroomMessageCompressor"]

_Input = Any  # PromptValue | Sequence[MessageLikeRepresentation] | Mapping[str, Any]


class HeadroomMessageCompressor(Runnable[_Input, Any]):
    """Messages in, the same messages within a token budget out.

        shorter = HeadroomMessageCompressor(ConversationCompressor(8_000))
        chain = prompt | shorter | model

    Takes messages, what converts to them, or a prompt value, and returns a list.
    Given a graph's state (a mapping with "messages"), it returns
    `{"llm_input_messages": [...]}`, so that it is a `pre_model_hook` as it stands.

    Args:
        compressor: The budget, and what stays. With `overflow="relax"` the steps of an
            agent's last turn are digested where the turn alone exceeds the budget.

    Raises:
        TypeError: If `compressor` is no ConversationCompressor.
        BudgetError: On use, if what must stay exceeds the budget.
    """

    def __init__(self, compressor: ConversationCompressor) -> None:
        check_kind(compressor, ConversationCompressor, "compressor", optional=False)
        self.compressor = compressor

    def invoke(
        self,
        input: _Input,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return the messages within the budget; [] for none."""
        return self._call_with_config(self._compressed, input, config, **kwargs)

    async def ainvoke(
        self,
        input: _Input,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return the same, awaiting an async summarizer."""
        return await self._acall_with_config(self._acompressed, input, config, **kwargs)

    def _compressed(self, content: _Input) -> Any:
        messages = _read(content)
        return _shaped(compressed(messages, self.compressor), content)

    async def _acompressed(self, content: _Input) -> Any:
        messages = _read(content)
        return _shaped(await acompressed(messages, self.compressor), content)


def _read(content: _Input) -> list[BaseMessage]:
    if isinstance(content, PromptValue):
        return content.to_messages()
    if isinstance(content, Mapping) and "messages" in content:
        content = content["messages"]
    if isinstance(content, str | Mapping) or not isinstance(content, Sequence):
        raise TypeError(
            f"got {type(content).__name__}; pass messages, a prompt value, or a state "
            'with "messages"'
        )
    messages: Sequence[MessageLikeRepresentation] = content
    return convert_to_messages(messages)


def _shaped(messages: list[BaseMessage], content: _Input) -> Any:
    is_state = isinstance(content, Mapping)
    return {"llm_input_messages": messages} if is_state else messages
