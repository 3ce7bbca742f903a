"""An agent's tool results, minified as they come in or once there are too many."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState
from langchain.agents.middleware.types import ContextT, ResponseT, ToolCallRequest
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
)
from langchain_core.runnables.config import run_in_executor
from langchain_core.tools import BaseTool
from langgraph.types import Command

from headroom.arguments import check_compressor
from headroom.compressors import ToolOutputCompressor
from headroom.fields import field_of
from headroom.messages.file_tools import FILE_TOOLS, is_named
from headroom.originals import RETRIEVE
from headroom.tool_outputs.savings import ToolSavings
from langchain_headroom.tool_results import in_output, minified

__all__ = ["HeadroomContextEdit", "HeadroomToolOutputMiddleware"]


class HeadroomToolOutputMiddleware(
    AgentMiddleware[AgentState[ResponseT], ContextT, ResponseT]
):
    """Minifies each tool result once, as it comes in, so that prompt caches hold.

    What was saved so far, by tool, is in `savings`.

    Errors, results of `return_direct` tools and everything but text are left alone. A
    tool that returns objects LangChain can only write as their `repr` gains more from
    `wrap_tool`, which minifies the object itself.

    Args:
        minifier: A ToolOutputCompressor (the default), or any object whose
            `compress(text)` returns a shorter text. Should it fail, the result stays
            as it is.
        include_tools: Only results of these tools, by name or as tools; None is all.
        exclude_tools: Never results of these, by name, pattern or as tools. None is
            the tools that show files, which must stay to the letter to be edited
            (`headroom.messages.file_tools.FILE_TOOLS`), if no `include_tools` are
            given.
        min_tokens: Results of fewer tokens are left alone.
        name: Tells several instances in one agent apart; default the class's name.

    Raises:
        TypeError: If `minifier` cannot compress, or a text is passed for tools.
    """

    def __init__(
        self,
        minifier: Any = None,
        *,
        include_tools: Collection[str | BaseTool] | None = None,
        exclude_tools: Collection[str | BaseTool] | None = None,
        min_tokens: int = 0,
        name: str | None = None,
    ) -> None:
        super().__init__()
        check_compressor(minifier, "minifier")
        self.minifier = minifier or ToolOutputCompressor()
        self.savings = ToolSavings()
        self.include_tools = None if include_tools is None else _names(include_tools)
        if exclude_tools is None:
            exclude_tools = FILE_TOOLS if include_tools is None else ()
        self.exclude_tools = _names(exclude_tools)
        self.min_tokens = min_tokens
        self._name = name or type(self).__name__

    @property
    def name(self) -> str:
        """What tells this instance from others in an agent."""
        return self._name

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Return what the tool returned, its answer minified."""
        return self._minified(request, handler(request))

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        """Return the same; minifying runs in an executor."""
        output = await handler(request)
        return await run_in_executor(None, self._minified, request, output)

    def _minified(
        self, request: ToolCallRequest, output: ToolMessage | Command[Any]
    ) -> ToolMessage | Command[Any]:
        name = request.tool_call["name"]
        included = self.include_tools is None or name in self.include_tools
        if not included or is_named(name, {RETRIEVE, *self.exclude_tools}):
            return output
        if request.tool is not None and request.tool.return_direct:
            return output
        smaller = partial(
            minified,
            minifier=self.minifier,
            min_tokens=self.min_tokens,
            savings=self.savings,
            tool=name,
            query=_question(field_of(request, "state")),
        )
        result: ToolMessage | Command[Any] = in_output(
            output, request.tool_call["id"], smaller
        )
        return result


@dataclass(slots=True)
class HeadroomContextEdit:
    """An edit for ContextEditingMiddleware: minifies old tool results.

    Where `ClearToolUsesEdit` would clear a result, this one keeps what it says. Put
    the two in one list, this one first, and less is cleared.

    Attributes:
        minifier: Makes results smaller.
        trigger: Tokens of the messages above which something is done.
        keep: Latest results that stay as they are, 0 or more.
        exclude_tools: Tools whose results stay, by name or pattern; by default those
            that show files.
        savings: What was saved so far, by tool; what is sent again counts again.
    """

    minifier: Any = field(default_factory=ToolOutputCompressor)
    _: KW_ONLY
    trigger: int = 100_000
    keep: int = 3
    exclude_tools: Sequence[str] = FILE_TOOLS
    savings: ToolSavings = field(
        default_factory=ToolSavings, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        check_compressor(self.minifier, "minifier", optional=False)

    def apply(
        self,
        messages: list[AnyMessage],
        *,
        count_tokens: Callable[[Sequence[BaseMessage]], int],
    ) -> None:
        """Minify in the list that is handed over, which is the middleware's copy."""
        if count_tokens(messages) <= self.trigger:
            return
        places = [i for i, m in enumerate(messages) if isinstance(m, ToolMessage)]
        names = {
            call["id"]: call["name"]
            for message in messages
            if isinstance(message, AIMessage)
            for call in message.tool_calls
        }
        for place in places[: max(0, len(places) - self.keep)]:
            message = messages[place]
            assert isinstance(message, ToolMessage)
            name = message.name or names.get(message.tool_call_id) or ""
            if not is_named(name, (RETRIEVE, *self.exclude_tools)):
                messages[place] = minified(
                    message, self.minifier, savings=self.savings, tool=name
                )


def _question(state: Any) -> str | None:
    """Return the text of the last user message in an agent's state, if there is one."""
    messages = field_of(state, "messages")
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, HumanMessage):
            return message.text
    return None


def _names(tools: Collection[str | BaseTool]) -> frozenset[str]:
    if isinstance(tools, str):
        raise TypeError(f"pass a list of tools or their names, got {tools!r}")
    return frozenset(tool if isinstance(tool, str) else tool.name for tool in tools)
