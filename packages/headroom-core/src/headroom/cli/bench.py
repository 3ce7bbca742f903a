"""`headroom bench`: what minifying saves on the user's own payloads."""

import json
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

import headroom
from headroom.cli.account import by_path, by_reason
from headroom.cli.files import WrittenFile, write
from headroom.cli.measure import (
    BASELINES,
    Bench,
    Payload,
    loaded_counter,
    measure,
    payload_files,
)
from headroom.cli.options import build_minifier, minifier_options

# Where output isn't a terminal it has this width, so that it is the same anywhere.
_WIDTH = 140
# A narrower terminal has no room for the tables' last columns.
_ROOM = 100


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--price",
    type=click.FloatRange(min=0),
    help="Money per million input tokens; adds the cost of 1,000 calls.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
@click.option(
    "--html",
    "html_file",
    type=WrittenFile(),
    help="Write the report as one self-contained page, too.",
)
@minifier_options
def bench(
    paths: tuple[str, ...],
    price: float | None,
    as_json: bool,
    html_file: Path | None,
    **options: Any,
) -> None:
    """Measure what minifying saves on payload files.

    A folder stands for every .json, .jsonl, .ndjson and .txt file in it and below.
    Savings are against the same payload as json.dumps(indent=2), as json.dumps
    writes by default (non-ASCII text escaped), and compact.

    Exit status: 0 if every file was measured, 1 if one could not be read (the
    others are measured and it is listed), 2 for wrong use or nothing to measure.
    """
    minifier = build_minifier(options)
    files = payload_files(paths)
    if not files:
        raise click.UsageError("No .json, .jsonl, .ndjson or .txt file there.")
    if not any(path.exists() for _, path in files):
        missing = ", ".join(str(path) for _, path in files)
        raise click.UsageError(f"There is no {missing}.")
    counter = loaded_counter()
    with Progress(
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not Console(stderr=True).is_terminal,
    ) as progress:
        task = progress.add_task("measuring", total=len(files))
        payloads = []
        for name, path in files:
            payloads.append(measure(name, path, minifier))
            progress.advance(task)
    result = Bench(tuple(payloads), estimated=counter.estimated, price=price)
    if as_json:
        click.echo(json.dumps(as_object(result), indent=2))
    else:
        print_tables(result)
    if html_file:
        from headroom.cli.report import as_html

        write(html_file, as_html(result))
    if result.broken:
        click.get_current_context().exit(1)


def print_tables(result: Bench) -> None:
    """Print a row for each file, the totals, what was dropped and what is broken."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    if result.measured:
        console.print(_savings(result, wide=console.width >= _ROOM))
        _print_losses(console, result)
        if result.price is not None:
            console.print(_money(result, result.price, wide=console.width >= _ROOM))
    for one in result.broken:
        console.print(Text(f"broken: {one.name}: {one.broken}", style="red"))
    how = "estimated (tiktoken's table could not be loaded)"
    console.print(
        Text(f"Tokens: {how if result.estimated else 'counted with o200k_base'}.")
    )


def _table(*heads: str, title: str | None = None) -> Table:
    """Return an empty table of names and numbers."""
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left"
    )
    table.add_column(heads[0], overflow="fold", min_width=12)
    for head in heads[1:]:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def _savings(result: Bench, *, wide: bool) -> Table:
    """Return the table of tokens and savings."""
    heads = ("payload", *BASELINES, "headroom", "saved, vs each")
    table = _table(*heads, *(["dropped"] if wide else []))
    for one in (*result.measured, result.total):
        if one is result.total:
            table.add_section()
        saved = " ".join(f"{share:4.0%}" for share in one.saved)
        table.add_row(
            Text(one.name),
            *(Text(f"{tokens:,}") for tokens in (*one.before, one.after)),
            Text(saved, style="green" if one.saved[1] > 0 else "yellow"),
            *([f"{one.dropped_leaves:,}/{one.leaves:,}"] if wide else []),
            style="bold" if one is result.total else None,
        )
    mean = " ".join(f"{share:4.0%}" for share in result.mean_saved)
    table.add_row("mean of the files", "", "", "", "", mean)
    return table


def _money(result: Bench, price: float, *, wide: bool) -> Table:
    """Return the table of what 1,000 calls with each payload cost."""
    table = _table(
        "1,000 calls",
        *BASELINES,
        "headroom",
        *(["saved, vs each"] if wide else []),
        title=f"Money at {price:g} per million input tokens",
    )
    for one in (*result.measured, result.total):
        if one is result.total:
            table.add_section()
        after = result.per_thousand(one.after)
        before = [result.per_thousand(tokens) for tokens in one.before]
        saved = " ".join(f"{money - after:8,.2f}" for money in before)
        table.add_row(
            Text(one.name),
            *(f"{money:,.2f}" for money in (*before, after)),
            *([saved] if wide else []),
        )
    return table


def _print_losses(console: Console, result: Bench) -> None:
    """Print what was dropped, by reason, and which texts stayed as they are."""
    for reason, leaves in by_reason(result.total.dropped):
        console.print(Text(f"{leaves:8,} values dropped: {reason}"))
    for one in result.measured:
        if one.skipped:
            console.print(Text(f"unchanged: {one.name}: {one.skipped}", style="yellow"))


def as_object(result: Bench) -> dict[str, Any]:
    """Return the result as JSON values; shares in [0, 1], tokens as integers."""
    total = result.total
    return {
        "headroom": headroom.__version__,
        "tokens": "estimated" if result.estimated else "o200k_base",
        "price_per_million": result.price,
        "files": [_row(result, one) for one in result.payloads],
        "total": _row(result, total)
        | {
            "measured": len(result.measured),
            "broken": len(result.broken),
            "mean_saved": dict(zip(BASELINES, result.mean_saved, strict=True)),
        },
        "dropped": [
            {"path": path, "reason": reason, "leaves": leaves}
            for path, reason, leaves in by_path(total.dropped)
        ],
    }


def _row(result: Bench, one: Payload) -> dict[str, Any]:
    """Return one file as JSON values."""
    if one.broken is not None:
        return {"name": one.name, "broken": one.broken}
    row: dict[str, Any] = {
        "name": one.name,
        "before": dict(zip(BASELINES, one.before, strict=True)),
        "after": one.after,
        "saved": dict(zip(BASELINES, one.saved, strict=True)),
        "leaves": one.leaves,
        "dropped_leaves": one.dropped_leaves,
        "skipped": one.skipped,
    }
    if result.price is not None:
        row["money_per_1000_calls"] = {
            name: result.per_thousand(tokens)
            for name, tokens in zip(
                (*BASELINES, "headroom"), (*one.before, one.after), strict=True
            )
        }
    return row
