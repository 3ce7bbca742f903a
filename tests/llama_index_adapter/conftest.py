"""A model on LlamaIndex's own base class that says its script and remembers."""

from collections.abc import Callable

import pytest
from llama_index.core.base.llms.types import ToolCallBlock
from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    LLMMetadata,
)
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection


class ScriptedLLM(FunctionCallingLLM):
    """Says its script, one entry a call: a text, or calls as (name, arguments).

    `usage` tells from messages the input tokens to report, as OpenAI's models do.
    """

    script: list
    sent: list = []
    usage: Callable[[list], int] | None = None

    @property
    def metadata(self):
        return LLMMetadata(is_function_calling_model=True, is_chat_model=True)

    def chat(self, messages, **kwargs):
        response = self._said(messages)
        if self.usage is not None:
            response.raw = {"usage": {"prompt_tokens": self.usage(messages)}}
        return response

    def _said(self, messages):
        self.sent.append([message.model_copy(deep=True) for message in messages])
        step = self.script[(len(self.sent) - 1) % len(self.script)]
        if isinstance(step, str):
            return ChatResponse(message=ChatMessage(role="assistant", content=step))
        blocks = [
            ToolCallBlock(
                tool_call_id=f"{len(self.sent)}-{at}", tool_name=name, tool_kwargs=args
            )
            for at, (name, args) in enumerate(step)
        ]
        return ChatResponse(message=ChatMessage(role="assistant", blocks=blocks))

    def stream_chat(self, messages, **kwargs):
        response = self.chat(messages)
        response.delta = response.message.content
        yield response

    async def achat(self, messages, **kwargs):
        return self.chat(messages)

    async def astream_chat(self, messages, **kwargs):
        async def stream():
            for each in self.stream_chat(messages):
                yield each

        return stream()

    def complete(self, prompt, formatted=False, **kwargs):
        """Say the last line of the prompt that holds a colon: the question."""
        lines = [line for line in prompt.splitlines() if ": " in line]
        return CompletionResponse(text=lines[-1].partition(": ")[2])

    async def acomplete(self, prompt, formatted=False, **kwargs):
        return self.complete(prompt)

    def stream_complete(self, prompt, formatted=False, **kwargs):
        raise NotImplementedError

    astream_complete = stream_complete

    def _prepare_chat_with_tools(self, tools, user_msg=None, chat_history=None, **kw):
        return {"messages": chat_history or []}

    def get_tool_calls_from_response(
        self,
        response,
        error_on_no_tool_call=True,
        **kwargs,
    ):
        return [
            ToolSelection(
                tool_id=block.tool_call_id,
                tool_name=block.tool_name,
                tool_kwargs=block.tool_kwargs,
            )
            for block in response.message.blocks
            if isinstance(block, ToolCallBlock)
        ]


@pytest.fixture
def scripted():
    """Return a function from a script to the model that says it."""

    def make(*script, usage=None):
        return ScriptedLLM(script=list(script), sent=[], usage=usage)

    return make
