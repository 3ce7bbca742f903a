"""Tools whose outputs reach the model minified.

What differs from `headroom.ToolOutputCompressor`: a tool shows the model
`str(raw_output)`, the repr of a Python object; here that is replaced by the minified
value. `raw_output` itself stays as it is for the program.
"""

import logging
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
from headroom.arguments import check_compressor
from headroom.compressors import ToolOutputCompressor
from headroom.messages.file_tools import is_named
from headroom.originals import RETRIEVE
from headroom.threads import in_thread
from headroom.tool_outputs.savings import ToolSavings
from headroom.tool_outputs.shown import as_shown
from llama_index_headroom.tokens import count_tokens

__all__ = ["compress_output", "compress_tool", "compress_tools", "headroom_callback"]

_logger = logging.getLogger(__name__)
_warned: set[str] = set()
_MOST_WARNINGS = 100
_MINIFIER = ToolOutputCompressor(
    minifier=JSONMinifier(count_tokens=count_tokens), count_tokens=count_tokens
)
# Texts this much shorter have fewer tokens, without counting.
# Source: JSONMinifier, measured on 125 recorded payloads.
_SURELY_SHORTER = 0.8


def compress_tool(
    tool: BaseTool | Callable[..., Any], minifier: Any = None
) -> BaseTool:
    """Return a tool that does the same and shows the model less.

    What was saved so far is in its `savings`.

    A FunctionTool stays one, so that a workflow's Context is still injected. Metadata,
    `raw_output`, errors, tools with `return_direct`, blocks other than text and
    `headroom_retrieve` are left alone.

    Args:
        tool: A tool, or a function, which becomes a FunctionTool. Never changed.
        minifier: Any object whose `compress(text)` returns a shorter text. Default:
            ToolOutputCompressor(), counting with LlamaIndex's tokenizer.

    Raises:
        TypeError: If it is no tool and no function, or `minifier` cannot compress.
    """
    check_compressor(minifier, "minifier")
    chosen = minifier or _MINIFIER
    tool = _as_tool(tool)
    if isinstance(tool, _CompressedFunctionTool | _CompressedTool):
        return tool
    if tool.metadata.name == RETRIEVE:
        return tool
    if isinstance(tool, FunctionTool):
        return _CompressedFunctionTool(tool, chosen)
    return _CompressedTool(tool, chosen)


def compress_tools(
    tools: Iterable[BaseTool | Callable[..., Any]],
    minifier: Any = None,
) -> list[BaseTool]:
    """Return `compress_tool` of each, same order; [] for none.

    A tool that shows files (`headroom.messages.file_tools.FILE_TOOLS`) comes back as it
    is, since an edit must match them to the letter.

    Raises:
        InputError: It is one tool, which `compress_tool` takes.
        TypeError: If one is no tool, or `minifier` cannot compress.
    """
    if isinstance(tools, BaseTool) or callable(tools):
        raise InputError(
            "compress_tools takes a list of tools, got one; call compress_tool(tool) "
            "or compress_tools([tool])"
        )
    each = [_as_tool(tool) for tool in tools]
    return [
        tool if is_named(tool.metadata.get_name()) else compress_tool(tool, minifier)
        for tool in each
    ]


def _as_tool(tool: BaseTool | Callable[..., Any]) -> BaseTool:
    if isinstance(tool, BaseTool):
        return tool
    if not callable(tool):
        raise TypeError(f"tool={tool!r:.100}; pass a tool or a function")
    return FunctionTool.from_defaults(tool)


@dataclass(frozen=True)
class headroom_callback:  # noqa: N801 - called like a function, and picklable
    """A callback for `FunctionTool.from_defaults(callback=headroom_callback())`.

    Called with a raw output, it returns the minified text, or None where the tool
    should show what it always did. It is not told the tool's name: do not give it to
    a tool that shows files which are then edited.

    Attributes:
        minifier: Any object whose `compress(text)` returns a shorter text. Default:
            ToolOutputCompressor(), counting with LlamaIndex's tokenizer.
    """

    minifier: Any = None

    def __post_init__(self) -> None:
        check_compressor(self.minifier, "minifier")

    def __call__(self, raw_output: Any) -> str | None:
        """Return the minified text of a raw output, None to keep the default."""
        return _minified(raw_output, str(raw_output), self.minifier or _MINIFIER)


def compress_output(
    output: ToolOutput, minifier: Any = None, *, savings: ToolSavings | None = None
) -> ToolOutput:
    """Return the output with its text minified; itself if nothing is to be gained.

    Args:
        output: What a tool returned; never changed. The result shares `raw_output`.
        minifier: Any object whose `compress(text)` returns a shorter text. Default:
            ToolOutputCompressor(), counting with LlamaIndex's tokenizer.
        savings: Takes what was saved, under the output's tool name.

    Raises:
        TypeError: If `minifier` cannot compress.
    """
    check_compressor(minifier, "minifier")
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
    shown = output.model_copy(update={"blocks": blocks})
    if savings is not None:
        before, after = count_tokens(output.content), count_tokens(shown.content)
        savings.add(output.tool_name, before, after)
    return shown


def _minified(value: Any, shown: str, minifier: Any) -> str | None:
    """Return the minified text of `value`, None if `shown` should stay."""
    value = _readable(value)
    if value is None:
        return None
    strange: set[str] = set()
    try:
        if isinstance(minifier, JSONMinifier | ToolOutputCompressor):
            text = minifier.compress(as_shown(value, strange))
        else:
            text = minifier.compress(value if isinstance(value, str) else shown)
    except InputError as error:
        _warn_once(f"A tool output stays as it is: {error}")
        return None
    except Exception as error:  # noqa: BLE001 - a tool call never fails for this
        _warn_once(f"A tool output stays as it is: {type(error).__name__}: {error}")
        return None
    for name in sorted(strange):
        _warn_once(f"Values of type {name} have no JSON form; str() of them is taken")
    if not isinstance(text, str) or not text or text == shown:
        return None
    if len(text) < _SURELY_SHORTER * len(shown):
        return text
    return text if count_tokens(text) < count_tokens(shown) else None


def _warn_once(text: str) -> None:
    if text not in _warned and len(_warned) < _MOST_WARNINGS:
        _warned.add(text)
        _logger.warning(text)


def _readable(raw: Any) -> Any:
    """Return what the minifier should read of a raw output, None for nothing."""
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
    if isinstance(raw, list | tuple | BaseModel):
        return raw
    if is_dataclass(raw) and not isinstance(raw, type):
        return raw
    return None


class _Minifying:
    """What both wrappers do: call the tool inside, and minify what the model sees."""

    _tool: AsyncBaseTool
    _minifier: Any
    savings: ToolSavings

    @property
    def metadata(self) -> ToolMetadata:
        """Return the metadata of the tool inside."""
        return self._tool.metadata

    def call(self, *args: Any, **kwargs: Any) -> ToolOutput:
        """Call the tool and return its output minified."""
        return self._shown(self._tool.call(*args, **kwargs))

    async def acall(self, *args: Any, **kwargs: Any) -> ToolOutput:
        """Return the same, beside the event loop."""
        return await in_thread(self._shown, await self._tool.acall(*args, **kwargs))

    def _shown(self, output: ToolOutput) -> ToolOutput:
        if self.metadata.return_direct:
            return output
        return compress_output(output, self._minifier, savings=self.savings)


class _CompressedFunctionTool(_Minifying, FunctionTool):
    """A FunctionTool around another, so that `isinstance` and its fields hold."""

    def __init__(self, tool: FunctionTool, minifier: Any) -> None:
        self.__dict__.update(tool.__dict__)
        self._tool = tool
        self._minifier = minifier
        self.savings = ToolSavings()


class _CompressedTool(_Minifying, AsyncBaseTool):
    """Any other tool, as an async one."""

    def __init__(self, tool: BaseTool, minifier: Any) -> None:
        self._tool = adapt_to_async_tool(tool)
        self._minifier = minifier
        self.savings = ToolSavings()
