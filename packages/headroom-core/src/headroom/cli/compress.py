"""`headroom compress`: any tool output in, its shorter text out."""

from typing import Any, BinaryIO

import click

from headroom.cli.minify import (
    filter_options,
    input_bytes,
    json_text,
    write_out,
    write_result,
)
from headroom.cli.options import build_minifier, minifier_options
from headroom.cli.screen import loaded_counter
from headroom.cli.wording import worded_errors
from headroom.compressors import JSONMinifier, ToolOutputCompressor
from headroom.tool_outputs.compressor import TRUNCATED


@click.command()
@filter_options
@click.option(
    "--max-tokens",
    type=click.IntRange(min=1),
    help="Show at most so much, and say how much is hidden.",
)
@click.option("--query", help="What the output is read for; decides what is shown.")
@click.option(
    "--markdown", is_flag=True, help="HTML as Markdown; needs headroom-core[html]."
)
@click.option("--no-ansi", is_flag=True, help="Drop terminal escapes, progress bars.")
@click.option("--no-blobs", is_flag=True, help="Base64 as its type, size and hash.")
@minifier_options
def compress(
    file: BinaryIO,
    explain: bool,
    decode: bool,
    max_tokens: int | None,
    query: str | None,
    markdown: bool,
    no_ansi: bool,
    no_blobs: bool,
    **options: Any,
) -> None:
    """Compress any tool output from FILE, or from stdin if FILE is - or missing.

    JSON is minified; logs, tables, listings, diffs and other text are folded by
    their kind, so that --decode gives every byte back. What comes out is UTF-8, with
    no line added. Text that has nothing to fold comes out unchanged.

    Exit status: 0 done, 1 the input could not be read or is broken JSON (then it
    comes out unchanged, or folded as text), 2 wrong use.
    """
    if query and max_tokens is None:
        raise click.UsageError("--query decides what --max-tokens shows; give both.")
    data = input_bytes(file, explain=explain, decode=decode)
    loaded_counter()
    with worded_errors():
        if decode:
            value = ToolOutputCompressor.decode(data.decode("utf-8", "surrogatepass"))
            write_out(value if isinstance(value, str) else json_text(value))
            return
        account = ToolOutputCompressor(
            minifier=build_minifier(options),
            max_tokens=max_tokens,
            markup="text" if markdown else None,
            ansi=not no_ansi,
            blobs=not no_blobs,
        ).explain(data, query=query)
        cut_off = None if account.kind == "json" else _where_cut_off(data)
    if explain:
        click.echo(f"Kind: {account.kind}")
    things = "values" if account.kind == "json" else "lines"
    write_result(account, explain=explain, things=things)
    if cut_off:
        # Where nothing was folded, write_result has said so.
        click.echo(f"Folded as text: {cut_off}", err=True)
        click.get_current_context().exit(1)


def _where_cut_off(data: bytes) -> str | None:
    """Return where JSON that is cut off ends, or None for anything else."""
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return None
    skipped = JSONMinifier().explain(data).skipped or ""
    return skipped if skipped.startswith(TRUNCATED) else None
