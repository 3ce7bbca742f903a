"""`headroom minify`: one payload in, its shorter text out."""

import json
import re
import sys
from typing import Any, BinaryIO

import click

from headroom.cli.account import by_path, by_reason
from headroom.cli.options import build_minifier, minifier_options, with_options
from headroom.cli.screen import counted, loaded_counter, print_table, screen, tell
from headroom.cli.tables import Table
from headroom.cli.wording import in_options, worded_errors
from headroom.compressors import JSONMinifier
from headroom.errors import HeadroomError
from headroom.tool_outputs.dropping import unmatched
from headroom.tool_outputs.reading import Embedded, read
from headroom.types import Compression

_SHOWN_PATHS = 15
_SURROGATE = re.compile("[\ud800-\udfff]")

filter_options = with_options(
    click.argument("file", type=click.File("rb"), default="-"),
    click.option(
        "--explain", is_flag=True, help="Print what is saved and dropped instead."
    ),
    click.option("--decode", is_flag=True, help="Turn shortened text back."),
)


@click.command()
@filter_options
@minifier_options
def minify(file: BinaryIO, explain: bool, decode: bool, **options: Any) -> None:
    """Minify one JSON payload from FILE, or from stdin if FILE is - or missing.

    What comes out is UTF-8, byte for byte what JSONMinifier.compress returns, with
    no line added. Text that is not JSON comes out unchanged. JSON lines and JSON
    inside other text are understood.

    Exit status: 0 done, 1 the input could not be read or is broken JSON (then it
    comes out unchanged), 2 wrong use.
    """
    minifier = build_minifier(options)
    data = input_bytes(file, explain=explain, decode=decode)
    _warn_of_unmatched(data, options)
    with worded_errors():
        if decode:
            text = data.decode("utf-8", "surrogatepass")
            write_out(json_text(JSONMinifier.decode(text)))
            return
        loaded_counter()
        result = minifier.explain(data)
    write_result(result, explain=explain, things="values")


def _warn_of_unmatched(data: bytes, options: dict[str, Any]) -> None:
    """Say which keys and paths of the options are nowhere in the payload."""
    named = {name: options[name] for name in ("exclude_keys", "keep_keys", "only_keys")}
    if not any(named.values()):
        return
    try:
        tree = read(data, exact_numbers=False)
    except HeadroomError:
        return  # the payload's own error is told below
    values = [part.value for part in tree.parts if isinstance(part, Embedded)]
    for name, patterns in named.items():
        for pattern in unmatched(patterns, values or tree.value):
            flag = name.replace("_", "-").removesuffix("s")
            click.echo(f"--{flag} {pattern} matches nothing here.", err=True)


def input_bytes(file: BinaryIO, *, explain: bool, decode: bool) -> bytes:
    """Return all of a file.

    Raises:
        click.UsageError: If it is a terminal, or the options exclude each other.
    """
    if file.isatty():
        raise click.UsageError("Name a FILE, or pipe an input in.")
    if decode and explain:
        raise click.UsageError("--decode and --explain exclude each other.")
    return file.read()


def write_result(account: Compression[str], *, explain: bool, things: str) -> None:
    """Write the text or its account; exit with status 1 for broken JSON."""
    skipped = account.skipped or ""
    if explain:
        _print_account(account, things)
    else:
        write_out(account.content)
        if skipped and not skipped.startswith("already"):
            click.echo(f"Unchanged: {in_options(skipped)}", err=True)
    is_text = skipped.startswith("not JSON: plain text")
    if skipped.startswith("not JSON") and not is_text:
        click.get_current_context().exit(1)


def json_text(value: Any) -> str:
    """Return `value` as compact JSON; what UTF-8 can't hold as escapes.

    Raises:
        click.ClickException: If Python can't write it, such as an integer of more
            digits than it will turn into text.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if _SURROGATE.search(text):
            text = json.dumps(value, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise click.ClickException(f"This can't be written as JSON: {error}") from error
    return text


def write_out(text: str) -> None:
    """Write `text` to stdout as UTF-8, whatever the terminal's encoding is."""
    out = sys.stdout.buffer
    out.write(text.encode("utf-8", "surrogatepass"))
    if sys.stdout.isatty() and not text.endswith("\n"):
        out.write(b"\n")
    out.flush()


def _print_account(account: Compression[str], things: str) -> None:
    """Print tokens before and after, and how many things were dropped where and why.

    Only values have places of their own.
    """
    console = screen()
    if account.skipped:
        tell(console, f"Unchanged: {in_options(account.skipped)}")
    before, after = account.tokens_before, account.tokens_after
    tell(
        console,
        f"{before:,} tokens as it came -> {after:,} ({1 - account.ratio:.1%} saved)",
        f"Tokens are {counted(loaded_counter())}.",
    )
    if not account.dropped:
        tell(console, "Nothing was dropped.")
        return
    leaves = sum(one.count for one in account.dropped)
    tell(console, f"{leaves:,} {things} were dropped:")
    for reason, count in by_reason(account.dropped):
        tell(console, f"{count:8,} {reason}")
    if things != "values":
        return
    rows = [(path, why, f"{count:,}") for path, why, count in by_path(account.dropped)]
    heads = ("where most of them were", "why", "values")
    print_table(console, Table(heads, rows[:_SHOWN_PATHS], texts=(0, 1)))
    if len(rows) > _SHOWN_PATHS:
        tell(console, f"and {len(rows) - _SHOWN_PATHS} more places")
