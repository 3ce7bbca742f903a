"""A FunctionAgent whose tool results reach the model minified."""

from typing import Any

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.agent.workflow.workflow_events import ToolCallResult
from llama_index.core.bridge.pydantic import Field, model_validator
from llama_index.core.memory import BaseMemory
from llama_index.core.workflow import Context

from llama_index_headroom.arguments import refuse_unknown
from llama_index_headroom.tools import compress_output

__all__ = ["HeadroomFunctionAgent"]


class HeadroomFunctionAgent(FunctionAgent):
    """A FunctionAgent that minifies what its tools return, whatever tools they are.

    The events it streams hold the originals; what the model reads, and memory keeps,
    is minified. Errors and `return_direct` results are left alone.

    Attributes:
        minifier: None for ToolOutputCompressor(), counting with LlamaIndex's tokenizer.
    """

    minifier: Any = Field(default=None, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _known_arguments(cls, values: Any) -> Any:
        hint = "how results are minified is said by minifier=ToolOutputCompressor(...)"
        return refuse_unknown(cls, values, hint)

    async def handle_tool_call_results(
        self, ctx: Context, results: list[ToolCallResult], memory: BaseMemory
    ) -> None:
        """Hand the results on, minified."""
        shown = [
            result
            if result.return_direct
            else result.model_copy(
                update={
                    "tool_output": compress_output(result.tool_output, self.minifier)
                }
            )
            for result in results
        ]
        await super().handle_tool_call_results(ctx, shown, memory)
