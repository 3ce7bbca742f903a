"""Tools that answer with text that is no JSON."""

from llama_index.core.tools import FunctionTool

from headroom import ToolOutputCompressor
from llama_index_headroom import compress_tool, headroom_callback

LOG = "\n".join(
    f"2026-11-27 22:25:{n % 60:02d} [{n * 37 % 100}] INFO request {n} done in {n % 9} s"
    for n in range(300)
)


def logs() -> str:
    """Read the log."""
    return LOG


def test_a_compressed_tool_folds_its_log():
    output = compress_tool(logs)()
    assert output.raw_output == LOG
    assert len(output.content) < len(LOG) / 2
    assert ToolOutputCompressor.decode(output.content) == LOG


def test_the_callback_folds_a_log():
    tool = FunctionTool.from_defaults(logs, callback=headroom_callback())
    assert ToolOutputCompressor.decode(tool().content) == LOG


def test_a_capped_compressor_says_how_much_is_hidden():
    output = compress_tool(logs, ToolOutputCompressor(max_tokens=200))()
    assert "hidden" in output.content
