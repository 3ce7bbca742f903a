"""A FunctionAgent whose tool results reach the model minified."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.agent.workflow.workflow_events import AgentOutput, ToolCallResult
from llama_index.core.bridge.pydantic import Field, PrivateAttr, model_validator
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import BaseMemory
from llama_index.core.tools import AsyncBaseTool, ToolOutput
from llama_index.core.workflow import Context

from headroom import InputError
from headroom.arguments import refuse_unknown
from headroom.messages.file_tools import is_named
from headroom.threads import in_thread
from headroom.tool_outputs.savings import ToolSavings
from llama_index_headroom.memory import HeadroomChatMemoryBuffer
from llama_index_headroom.tools import compress_output

__all__ = ["HeadroomFunctionAgent"]


class HeadroomFunctionAgent(FunctionAgent):
    """A FunctionAgent that minifies what its tools return, whatever tools they are.

    The events it streams hold the originals; what the model reads, and memory keeps,
    is minified. Errors, `return_direct` results and those of tools that show files
    (`headroom.messages.file_tools.FILE_TOOLS`) are left alone. The input tokens that
    the model reports calibrate a HeadroomChatMemoryBuffer. What was saved so far, by
    tool, is in `savings`.

    Attributes:
        minifier: None for ToolOutputCompressor(), counting with LlamaIndex's tokenizer.
    """

    minifier: Any = Field(default=None, exclude=True)
    _savings: ToolSavings = PrivateAttr(default_factory=ToolSavings)

    @model_validator(mode="before")
    @classmethod
    def _known_arguments(cls, values: Any) -> Any:
        hint = "how results are minified is said by minifier=ToolOutputCompressor(...)"
        return refuse_unknown(cls, values, hint, "class_name")

    async def take_step(
        self,
        ctx: Any,  # a Context, or in newer versions what it has in common
        llm_input: list[ChatMessage],
        tools: Sequence[AsyncBaseTool],
        memory: BaseMemory,
    ) -> AgentOutput:
        """Take a step; tell the memory what it cost."""
        if not isinstance(memory, HeadroomChatMemoryBuffer):
            return await super().take_step(ctx, llm_input, tools, memory)
        steps = await ctx.store.get(self.scratchpad_key, default=[])
        sent = [*llm_input, *steps]
        output = await super().take_step(ctx, llm_input, tools, memory)
        # Not every model reports its usage.
        with suppress(InputError):
            await in_thread(memory.observe, output, sent, tools)
        return output

    async def handle_tool_call_results(
        self, ctx: Context, results: list[ToolCallResult], memory: BaseMemory
    ) -> None:
        """Hand the results on, minified."""
        shown = []
        for result in results:
            if not (result.return_direct or is_named(result.tool_name)):
                output = await in_thread(self._minified, result.tool_output)
                result = result.model_copy(update={"tool_output": output})
            shown.append(result)
        await super().handle_tool_call_results(ctx, shown, memory)

    def _minified(self, output: ToolOutput) -> ToolOutput:
        return compress_output(output, self.minifier, savings=self._savings)

    @property
    def savings(self) -> ToolSavings:
        """What was saved on the results so far, by tool."""
        return self._savings
