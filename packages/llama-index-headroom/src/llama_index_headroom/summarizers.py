"""A LlamaIndex model as the writer of digests."""

from dataclasses import dataclass
from typing import Any

from llama_index.core.base.llms.types import MessageRole
from llama_index.core.llms import LLM, ChatMessage

from headroom.conversations import Summarizer
from headroom.conversations.summarizers import ended_by_itself, summary_request

__all__ = ["llm_summarizer"]


def llm_summarizer(llm: LLM) -> Summarizer:
    """Return a summarizer for `HeadroomChatMemoryBuffer` or `HeadroomMemoryBlock`.

    Its answer is checked like that of any summarizer: where it fails, takes too long or
    says too much, the extractive digest stands in.

    Args:
        llm: Any LlamaIndex model; it gets an instruction and the transcript.

    Raises:
        TypeError: If it is none, such as a model's name.
    """
    if not isinstance(llm, LLM):
        raise TypeError(f"llm={llm!r:.100}; pass a LlamaIndex model, such as OpenAI()")
    return _LLMSummarizer(llm)


@dataclass(frozen=True, eq=False)
class _LLMSummarizer:
    llm: LLM

    def __call__(self, messages: list[Any], max_tokens: int) -> str:
        instructions, transcript = summary_request(messages, max_tokens)
        reply = self.llm.chat(
            [
                ChatMessage(role=MessageRole.SYSTEM, content=instructions),
                ChatMessage(role=MessageRole.USER, content=transcript),
            ]
        )
        whole = ended_by_itself(reply.raw) and ended_by_itself(reply.additional_kwargs)
        return (reply.message.content or "") if whole else ""
