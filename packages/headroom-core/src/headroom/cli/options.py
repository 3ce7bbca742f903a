"""Options that several commands share."""

from collections.abc import Callable
from typing import Any

import click

from headroom.cli.files import WrittenFile
from headroom.compressors import JSONMinifier

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _keys(verb: str, help_: str) -> Decorator:
    """Return the option `--VERB-key`, which may be given several times."""
    return click.option(
        f"--{verb}-key",
        f"{verb}_keys",
        multiple=True,
        metavar="KEY",
        help=f"{help_} Repeatable.",
    )


_OPTIONS = (
    click.option("--lossless", is_flag=True, help="Drop nothing."),
    click.option(
        "--format",
        "format_",
        type=click.Choice(["auto", "json", "table"]),
        default="auto",
        show_default=True,
        help="Valid JSON, the densest text, or the shorter of the two.",
    ),
    click.option(
        "--literal",
        is_flag=True,
        help="Write every value in full where it is: no references, no templates.",
    ),
    _keys("exclude", "Drop this key: exact, dotted path, or * pattern."),
    _keys("keep", "Never drop this key."),
    click.option(
        "--max-depth",
        type=click.IntRange(min=1),
        help="Cut what is nested deeper; each cut leaves a marker.",
    ),
    _keys("only", "Keep only this key and what leads to it."),
    click.option(
        "--drop-nulls/--keep-nulls",
        default=False,
        help="Members that are null.  [keep]",
    ),
    click.option(
        "--drop-empty/--keep-empty",
        default=None,
        help='Members that are "", [] or {}.  [as nulls]',
    ),
    click.option("--drop-links/--keep-links", default=True, help="API links.  [drop]"),
    click.option(
        "--drop-opaque/--keep-opaque",
        default=True,
        help="Ids that nobody can use, such as node_id.  [drop]",
    ),
)


_REPORT = (
    click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object instead."
    ),
    click.option(
        "--html",
        "html_file",
        type=WrittenFile(),
        help="Write the report as one self-contained page, too.",
    ),
)


def with_options(*options: Decorator) -> Decorator:
    """Return the decorator that adds click options, in this order."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


# Every option of JSONMinifier, and those of every command that reports figures.
minifier_options = with_options(*_OPTIONS)
report_options = with_options(*_REPORT)


def build_minifier(options: dict[str, Any]) -> JSONMinifier:
    """Return the minifier that the options describe.

    Raises:
        click.UsageError: If --lossless comes with an option that drops something.
    """
    chosen = dict(options)
    how = {"format": chosen.pop("format_"), "literal": chosen.pop("literal")}
    if not chosen.pop("lossless"):
        return JSONMinifier(**how, **chosen)
    source = click.get_current_context().get_parameter_source
    for name in chosen:
        given = source(name)
        if given is not None and given.name == "COMMANDLINE":
            raise click.UsageError(
                f"--lossless drops nothing; leave out {_flag(name, options[name])}."
            )
    return JSONMinifier.lossless(**how)


def _flag(name: str, value: Any) -> str:
    """Return the option as it was typed: `--keep-nulls`, `--exclude-key`."""
    flag = name.replace("_", "-")
    if value is False:
        return "--" + flag.replace("drop-", "keep-")
    return "--" + (flag if value is True else flag.removesuffix("s"))
