"""Tools whose outputs reach the model minified.

What differs from `headroom.JSONMinifier`: a tool shows the model `str(raw_output)`,
the repr of a Python object; here that is replaced by the minified value. `raw_output`
itself stays as it is for the program.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

from llama_index.core.base.llms.types import TextBlock
from llama_index.core.bridge.pydantic import BaseModel
from llama_index.core.tools import (
    AsyncBaseTool,
    BaseTool,
    FunctionTool,
    ToolMetadata,
    ToolOutput,
)
from llama_index.core.tools.types import adapt_to_async_tool

from headroom import InputError, JSONMinifier
from headroom.originals import RETRIEVE
from llama_index_headroom.arguments import check_kind
from llama_index_headroom.tokens import count_tokens

__all__ = ["compress_output", "compress_tool", "compress_tools", "headroom_callback"]

_MINIFIER = JSONMinifier(count_tokens=count_tokens)
# Texts this much shorter have fewer tokens, without counting.
# Source: JSONMinifier, measured on 125 recorded payloads.
_SURELY_SHORTER = 0.8


def compress_tool(
    tool: BaseTool | Callable[..., Any], minifier: JSONMinifier | None = None
) -> BaseTool:
    """Return a tool that does the same and shows the model less.

    A FunctionTool stays one, so that a workflow's Context is still injected. Metadata,
    `raw_output`, errors, tools with `return_direct`, blocks other than text and
    `headroom_retrieve` are left alone.

    Args:
        tool: A tool, or a function, which becomes a FunctionTool. Never changed.
        minifier: Default: JSONMinifier(), counting with LlamaIndex's tokenizer.

    Raises:
        TypeError: If it is no tool and no function, or `minifier` no JSONMinifier.
    """
    check_kind(minifier, JSONMinifier, "minifier")
    chosen = minifier or _MINIFIER
    if not isinstance(tool, BaseTool):
        if not callable(tool):
            raise TypeError(f"tool={tool!r:.100}; pass a tool or a function")
        tool = FunctionTool.from_defaults(tool)
    if isinstance(tool, _CompressedFunctionTool | _CompressedTool):
        return tool
    if tool.metadata.name == RETRIEVE:
        return tool
    if isinstance(tool, FunctionTool):
        return _CompressedFunctionTool(tool, chosen)
    return _CompressedTool(tool, chosen)


def compress_tools(
    tools: Iterable[BaseTool | Callable[..., Any]],
    minifier: JSONMinifier | None = None,
) -> list[BaseTool]:
    """Return `compress_tool` of each, same order; [] for none.

    Raises:
        InputError: It is one tool, which `compress_tool` takes.
        TypeError: If one is no tool, or `minifier` no JSONMinifier.
    """
    if isinstance(tools, BaseTool) or callable(tools):
        raise InputError(
            "compress_tools takes a list of tools, got one; call compress_tool(tool) "
            "or compress_tools([tool])"
        )
    return [compress_tool(tool, minifier) for tool in tools]


@dataclass(frozen=True)
class headroom_callback:  # noqa: N801 - called like a function, and picklable
    """A callback for `FunctionTool.from_defaults(callback=headroom_callback())`.

    Called with a raw output, it returns the minified text, or None where the tool
    should show what it always did.

    Attributes:
        minifier: Default: JSONMinifier(), counting with LlamaIndex's tokenizer.
    """

    minifier: JSONMinifier | None = None

    def __post_init__(self) -> None:
        check_kind(self.minifier, JSONMinifier, "minifier")

    def __call__(self, raw_output: Any) -> str | None:
        """Return the minified text of a raw output, None to keep the default."""
        return _minified(raw_output, str(raw_output), self.minifier or _MINIFIER)


def compress_output(
    output: ToolOutput, minifier: JSONMinifier | None = None
) -> ToolOutput:
    """Return the output with its text minified; itself if nothing is to be gained.

    Args:
        output: What a tool returned; never changed. The result shares `raw_output`.
        minifier: Default: JSONMinifier(), counting with LlamaIndex's tokenizer.

    Raises:
        TypeError: If `minifier` is no JSONMinifier.
    """
    check_kind(minifier, JSONMinifier, "minifier")
    if output.is_error:
        return output
    chosen, blocks = minifier or _MINIFIER, list(output.blocks)
    for at, block in enumerate(blocks):
        if not isinstance(block, TextBlock):
            continue
        # One block that is the raw output's repr: read the object instead.
        shows_raw = len(blocks) == 1 and block.text == str(output.raw_output)
        value = output.raw_output if shows_raw else block.text
        text = _minified(value, block.text, chosen)
        if text is not None:
            blocks[at] = TextBlock(text=text)
    if blocks == output.blocks:
        return output
    return output.model_copy(update={"blocks": blocks})


def _minified(value: Any, shown: str, minifier: JSONMinifier) -> str | None:
    """Return the minified text of `value`, None if `shown` should stay."""
    value = _readable(value)
    if value is None:
        return None
    try:
        text = minifier.compress(value)
    except InputError:
        return None
    if not text or text == shown:
        return None
    if len(text) < _SURELY_SHORTER * len(shown):
        return text
    return text if count_tokens(text) < count_tokens(shown) else None


def _readable(raw: Any) -> Any:
    """Return what the minifier should read of a raw output, None for nothing.

    An object that says itself how it reads as text (`__str__`), such as a query
    engine's Response, is not taken apart.
    """
    if isinstance(raw, str | Mapping):
        return raw
    parts = getattr(raw, "content", None)
    if isinstance(parts, list) and parts:  # what MCP servers answer
        if getattr(raw, "isError", False):
            return None
        texts = [getattr(part, "text", None) for part in parts]
        if all(isinstance(text, str) for text in texts):
            return texts[0] if len(texts) == 1 else "\n".join(map(str, texts))
        return None
    if isinstance(raw, list | tuple):
        return raw
    if isinstance(raw, BaseModel):
        return raw if type(raw).__str__ is BaseModel.__str__ else None
    if is_dataclass(raw) and not isinstance(raw, type):
        return raw if type(raw).__str__ is object.__str__ else None
    return None


class _Minifying:
    """What both wrappers do: call the tool inside, and minify what the model sees."""

    _tool: AsyncBaseTool
    _minifier: JSONMinifier

    @property
    def metadata(self) -> ToolMetadata:
        """Return the metadata of the tool inside."""
        return self._tool.metadata

    def call(self, *args: Any, **kwargs: Any) -> ToolOutput:
        """Call the tool and return its output minified."""
        return self._shown(self._tool.call(*args, **kwargs))

    async def acall(self, *args: Any, **kwargs: Any) -> ToolOutput:
        """Call the tool and return its output minified."""
        return self._shown(await self._tool.acall(*args, **kwargs))

    def _shown(self, output: ToolOutput) -> ToolOutput:
        if self.metadata.return_direct:
            return output
        return compress_output(output, self._minifier)


class _CompressedFunctionTool(_Minifying, FunctionTool):
    """A FunctionTool around another, so that `isinstance` and its fields hold."""

    def __init__(self, tool: FunctionTool, minifier: JSONMinifier) -> None:
        self.__dict__.update(tool.__dict__)
        self._tool = tool
        self._minifier = minifier


class _CompressedTool(_Minifying, AsyncBaseTool):
    """Any other tool, as an async one."""

    def __init__(self, tool: BaseTool, minifier: JSONMinifier) -> None:
        self._tool = adapt_to_async_tool(tool)
        self._minifier = minifier
