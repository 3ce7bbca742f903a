"""`headroom minify`: one payload in, its shorter text out."""

import json
import re
import sys
from typing import Any, BinaryIO

import click
from rich.text import Text

from headroom.cli.account import by_path, by_reason
from headroom.cli.options import build_minifier, minifier_options
from headroom.cli.screen import counted, loaded_counter, screen, table, tell
from headroom.cli.wording import in_options
from headroom.compressors import JSONMinifier
from headroom.errors import HeadroomError
from headroom.tool_outputs.dropping import unmatched
from headroom.tool_outputs.reading import Embedded, read
from headroom.types import Compression

__all__ = ["is_truncated", "json_text", "minify", "print_account", "write_out"]

_SHOWN_PATHS = 15
_SURROGATE = re.compile("[\ud800-\udfff]")


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--explain", is_flag=True, help="Print what is saved and dropped instead."
)
@click.option("--decode", is_flag=True, help="Turn minified text back into JSON.")
@minifier_options
def minify(file: BinaryIO, explain: bool, decode: bool, **options: Any) -> None:
    """Minify one JSON payload from FILE, or from stdin if FILE is - or missing.

    What comes out is UTF-8, byte for byte what JSONMinifier.compress returns, with
    no line added. Text that is not JSON comes out unchanged. JSON lines and JSON
    inside other text are understood.

    Exit status: 0 done, 1 the input could not be read or is broken JSON (then it
    comes out unchanged), 2 wrong use.
    """
    if file.isatty():
        raise click.UsageError("Name a FILE, or pipe a payload in.")
    if decode and explain:
        raise click.UsageError("--decode and --explain exclude each other.")
    minifier = build_minifier(options)
    data = file.read()
    _warn_of_unmatched(data, options)
    try:
        if decode:
            text = data.decode("utf-8", "surrogatepass")
            write_out(json_text(JSONMinifier.decode(text)))
            return
        loaded_counter()
        result = minifier.explain(data)
        if explain:
            print_account(result)
        else:
            write_out(result.content)
            if result.skipped and not result.skipped.startswith("already"):
                click.echo(f"Unchanged: {in_options(result.skipped)}", err=True)
        if _is_broken(result.skipped):
            click.get_current_context().exit(1)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"The input is not UTF-8: {error}") from error
    except HeadroomError as error:
        raise click.ClickException(in_options(str(error))) from error


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


def _is_broken(skipped: str | None) -> bool:
    """Tell whether a text was left alone because it begins as JSON and is none."""
    return bool(
        skipped
        and skipped.startswith("not JSON")
        and not skipped.startswith("not JSON: plain text")
    )


def is_truncated(skipped: str | None) -> bool:
    """Tell whether a text was left alone because it is JSON that ends too early."""
    return bool(skipped and skipped.startswith("not JSON: truncated"))


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


def print_account(account: Compression[str], *, things: str = "values") -> None:
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
    rows = by_path(account.dropped)
    places = table(console, "where most of them were", "why", "values")
    places.columns[1].justify = "left"
    for path, reason, count in rows[:_SHOWN_PATHS]:
        places.add_row(Text(path), Text(reason), f"{count:,}")
    console.print(places)
    if len(rows) > _SHOWN_PATHS:
        tell(console, f"and {len(rows) - _SHOWN_PATHS} more places")
