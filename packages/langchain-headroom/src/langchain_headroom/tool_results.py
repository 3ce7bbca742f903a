"""Tool results made smaller: one ToolMessage, or all that a tool call returns."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from langchain_core.messages import ToolMessage

from headroom.compressors import JSONMinifier, ToolOutputCompressor
from headroom.errors import InputError
from headroom.messages.tool_results import with_results
from headroom.tokens import default_counter
from headroom.tool_outputs.savings import ToolSavings
from headroom.tool_outputs.shown import as_shown

__all__ = ["NOTHING", "Minify", "in_output", "minified"]

Minify = Callable[[ToolMessage], ToolMessage]

logger = logging.getLogger(__name__)
_MOST_WARNINGS = 100
NOTHING = object()  # None is a result that a tool may return


def minified(
    message: ToolMessage,
    minifier: Any,
    *,
    min_tokens: int = 0,
    result: Any = NOTHING,
    savings: ToolSavings | None = None,
    tool: str | None = None,
    query: str | None = None,
) -> ToolMessage:
    """Return the message with less content, or itself if that would save nothing.

    Only text changes; ids, name, status, artifact and metadata stay. What was saved
    stands in `response_metadata["headroom"]`. Errors (`status="error"`) are left
    alone; should the minifier fail, the message comes back and a warning is logged.

    Args:
        message: The tool's answer; never changed.
        minifier: A JSONMinifier, or any object whose `compress(text)` returns a
            shorter text.
        min_tokens: Content of fewer tokens is left alone.
        result: The object that the content was written from, if it is at hand: then
            that is minified instead of its `repr`.
        savings: Takes what was saved.
        tool: The name under which it does; default the message's.
        query: What the result is wanted for; decides what stays under a cap.
    """
    if message.status == "error" or not message.content:
        return message
    compress = minifier.compress
    if query and isinstance(minifier, ToolOutputCompressor):
        compress = partial(minifier.compress, query=query)
    # The object stands for the whole text alone.
    whole = result if isinstance(message.content, str) else NOTHING

    def rewrite(text: str, call_id: str, name: str) -> str:
        return _written(text, minifier, compress, whole)

    try:
        smaller = with_results(message, rewrite)
        before, after = _tokens(message.content), _tokens(smaller.content)
    except Exception:
        logger.warning(
            "Tool result of %r left as it is: minifying failed",
            message.name,
            exc_info=True,
        )
        return message
    if before < min_tokens or after >= before:
        return message
    if savings is not None:
        savings.add(tool or message.name or "", before, after)
    mark = {"tokens_before": before, "tokens_after": after}
    metadata = {**message.response_metadata, "headroom": mark}
    return message.model_copy(
        update={"content": smaller.content, "response_metadata": metadata}
    )


def _tokens(content: str | list[str | dict[Any, Any]]) -> int:
    """Return the tokens of a message's texts."""
    blocks = [content] if isinstance(content, str) else content
    texts = [block if isinstance(block, str) else block.get("text") for block in blocks]
    return sum(default_counter()(text) for text in texts if isinstance(text, str))


def _written(
    content: str, minifier: Any, compress: Callable[[Any], str], result: Any
) -> str:
    """Return the result as a shorter text, by the object itself where that is read."""
    reads_objects = isinstance(minifier, JSONMinifier | ToolOutputCompressor)
    if result is NOTHING or isinstance(result, str) or not reads_objects:
        return str(compress(content))
    strange: set[str] = set()
    try:
        text: str = compress(as_shown(result, strange))
    except InputError as error:
        _warn_once(f"A tool result has no JSON form ({error}); its text is taken")
        return str(compress(content))
    for name in sorted(strange):
        _warn_once(f"Values of type {name} have no JSON form; str() of them is taken")
    return text


_warned: set[str] = set()


def _warn_once(text: str) -> None:
    if text not in _warned and len(_warned) < _MOST_WARNINGS:
        _warned.add(text)
        logger.warning(text)


def in_output(output: Any, call_id: str | None, minify: Minify) -> Any:
    """Return what a tool call returned with its answer minified.

    Args:
        output: A ToolMessage, a Command that updates messages, a list of these, or
            anything else, which comes back as it is.
        call_id: Only the answer to this call changes: a Command may hand over
            a whole history.
        minify: What to do with the answer.
    """
    if isinstance(output, ToolMessage):
        return minify(output) if output.tool_call_id == call_id else output
    if isinstance(output, list | tuple):
        items = [in_output(item, call_id, minify) for item in output]
        same = all(new is old for new, old in zip(items, output, strict=True))
        return output if same else type(output)(items)
    if isinstance(output, dict):
        values = {key: in_output(output[key], call_id, minify) for key in output}
        same = all(values[key] is output[key] for key in output)
        return output if same else values
    if _is_command(output):
        update = in_output(output.update, call_id, minify)
        return output if update is output.update else replace(output, update=update)
    return output


def _is_command(output: Any) -> bool:
    """Whether it is LangGraph's Command, which needs no import unless it is one."""
    kind = type(output)
    return kind.__name__ == "Command" and kind.__module__.startswith("langgraph.")
