"""Tools whose results reach the model minified."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial, wraps
from types import new_class
from typing import Any

from langchain_core.messages import ToolMessage
from langchain_core.runnables.config import run_in_executor
from langchain_core.tools import BaseTool
from langchain_core.tools import tool as as_tool
from pydantic import PrivateAttr

from headroom.arguments import check_compressor
from headroom.compressors import ToolOutputCompressor
from headroom.errors import InputError
from headroom.messages.file_tools import is_named
from headroom.originals import RETRIEVE
from headroom.tool_outputs.savings import ToolSavings
from langchain_headroom.tool_results import NOTHING, in_output, minified

__all__ = ["wrap_tool", "wrap_tools"]

# What the running tool's function returned, before LangChain writes it as text.
_results: ContextVar[list[Any] | None] = ContextVar("headroom_results", default=None)


def wrap_tool(tool: BaseTool | Callable[..., Any], minifier: Any = None) -> BaseTool:
    """Return a copy of the tool whose results are minified for the model.

    It is of the tool's own class and keeps name, schema, injected arguments,
    `return_direct`, artifacts, callbacks (they see the raw result) and errors. A call
    that is not a model's (without a tool call id) returns the native result, and what
    `return_direct` sends to the user is left alone. So is `headroom_retrieve`, whose
    answers are the parts that were asked for.

    Args:
        tool: Any LangChain tool, or a function with a docstring; never changed.
        minifier: A ToolOutputCompressor (the default), or any object whose
            `compress(text)` returns a shorter text. Should it fail, the result stays
            as it is.

    What was saved so far is in the tool's `savings`.

    Raises:
        TypeError: If it is no tool and no function, or `minifier` cannot compress.
    """
    check_compressor(minifier, "minifier")
    plain = _as_tool(tool)
    if plain.name == RETRIEVE:
        return plain
    if isinstance(plain, _Minifying):
        plain = plain._unwrapped()
    copy = plain.model_copy()
    object.__setattr__(copy, "__class__", _minifying(type(plain)))
    private = getattr(copy, "__pydantic_private__", None) or {}
    private = {
        **private,
        "_headroom_minifier": minifier or ToolOutputCompressor(),
        "_headroom_savings": ToolSavings(),
    }
    object.__setattr__(copy, "__pydantic_private__", private)
    return copy


def wrap_tools(
    tools: Sequence[BaseTool | Callable[..., Any] | dict[str, Any]],
    minifier: Any = None,
) -> list[BaseTool | dict[str, Any]]:
    """Return copies of the tools as `wrap_tool` makes them, same order; [] for none.

    A dict describes a tool that the provider runs; it comes back as it is. So does a
    tool that shows files (`headroom.messages.file_tools.FILE_TOOLS`), since an edit
    must match them to the letter.

    Raises:
        InputError: It is one tool, which `wrap_tool` takes.
        TypeError: If one is no tool, or `minifier` cannot compress.
    """
    if isinstance(tools, BaseTool) or callable(tools):
        raise InputError(
            "wrap_tools takes a list of tools, got one; call wrap_tool(tool) or "
            "wrap_tools([tool])"
        )
    check_compressor(minifier, "minifier")
    shared = minifier or ToolOutputCompressor()
    each = [tool if isinstance(tool, dict) else _as_tool(tool) for tool in tools]
    return [
        tool
        if isinstance(tool, dict) or is_named(tool.name)
        else wrap_tool(tool, shared)
        for tool in each
    ]


def _as_tool(tool: BaseTool | Callable[..., Any]) -> BaseTool:
    if isinstance(tool, BaseTool):
        return tool
    if not callable(tool):
        raise TypeError(f"tool={tool!r:.100}; pass a tool or a function")
    return as_tool(tool)


class _Minifying:
    """What a wrapped tool does besides what its own class does."""

    __slots__ = ()

    @property
    def savings(self) -> ToolSavings:
        """What was saved on the results so far."""
        tool: Any = self
        savings: ToolSavings = tool._headroom_savings
        return savings

    def run(self, *args: Any, **kwargs: Any) -> Any:
        with _recording() as results:
            output = super().run(*args, **kwargs)  # type: ignore[misc]
        return self._minified(output, results, kwargs.get("tool_call_id"))

    async def arun(self, *args: Any, **kwargs: Any) -> Any:
        with _recording() as results:
            output = await super().arun(*args, **kwargs)  # type: ignore[misc]
        call_id = kwargs.get("tool_call_id")
        if call_id is None:
            return output
        return await run_in_executor(None, self._minified, output, results, call_id)

    def _minified(self, output: Any, results: list[Any], call_id: str | None) -> Any:
        tool: Any = self
        if call_id is None or tool.return_direct:
            return output
        result = results[-1] if results else NOTHING
        if tool.response_format == "content_and_artifact" and isinstance(result, tuple):
            result = result[0]
        if result is output or not isinstance(output, ToolMessage):
            result = NOTHING  # the tool wrote its messages itself
        smaller = partial(
            minified,
            minifier=tool._headroom_minifier,
            result=result,
            savings=tool._headroom_savings,
            tool=tool.name,
        )
        return in_output(output, call_id, smaller)

    def _unwrapped(self) -> BaseTool:
        """Return a copy of the tool as it was before it was wrapped."""
        wrapped: Any = self
        plain: BaseTool = wrapped.model_copy()
        private = dict(getattr(plain, "__pydantic_private__", None) or {})
        private.pop("_headroom_minifier", None)
        private.pop("_headroom_savings", None)
        object.__setattr__(plain, "__pydantic_private__", private or None)
        object.__setattr__(plain, "__class__", wrapped._headroom_kind)
        return plain

    def __reduce__(self) -> tuple[Any, ...]:
        # A class made at run time cannot be found by name: wrap again instead.
        wrapped: Any = self
        return wrap_tool, (self._unwrapped(), wrapped._headroom_minifier)


@contextmanager
def _recording() -> Iterator[list[Any]]:
    results: list[Any] = []
    token = _results.set(results)
    try:
        yield results
    finally:
        _results.reset(token)


def _record(result: Any) -> Any:
    results = _results.get()
    if results is not None:
        results.append(result)
    return result


@lru_cache(maxsize=256)
def _minifying(kind: type[BaseTool]) -> type[BaseTool]:
    """Return the subclass of a tool class that minifies.

    LangChain reads the signatures of `_run` and `_arun` to decide what to inject, and
    whether `_arun` is its own; so they are replaced by ones that look the same.
    """

    @wraps(kind._run)
    def _run(self: Any, *args: Any, **kwargs: Any) -> Any:
        return _record(kind._run(self, *args, **kwargs))

    @wraps(kind._arun)
    async def _arun(self: Any, *args: Any, **kwargs: Any) -> Any:
        return _record(await kind._arun(self, *args, **kwargs))

    body: dict[str, Any] = {
        "__module__": kind.__module__,
        "__qualname__": kind.__qualname__,
        "__doc__": kind.__doc__,
        "_run": _run,
        "_headroom_minifier": PrivateAttr(),
        "_headroom_savings": PrivateAttr(),
        "_headroom_kind": property(lambda self: kind),
    }
    if kind._arun is not BaseTool._arun:
        body["_arun"] = _arun
    made: type[BaseTool] = new_class(
        kind.__name__, (_Minifying, kind), exec_body=lambda space: space.update(body)
    )
    return made
