"""`headroom bench`: what compressing saves on the user's own tool outputs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import headroom
from headroom.cli.account import by_path, by_reason
from headroom.cli.files import write
from headroom.cli.measure import (
    BASELINES,
    Bench,
    Payload,
    measure,
    payload_files,
)
from headroom.cli.options import build_minifier, minifier_options, report_options
from headroom.cli.screen import (
    ROOM,
    counted,
    loaded_counter,
    print_table,
    progress,
    screen,
    shortened,
    tell,
)
from headroom.cli.tables import Table

# Characters of a file's name that a narrow terminal has room for.
_NAME = 24


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--price",
    type=click.FloatRange(min=0),
    help="Money per million input tokens; adds the cost of 1,000 calls.",
)
@report_options
@minifier_options
def bench(
    paths: tuple[str, ...],
    price: float | None,
    as_json: bool,
    html_file: Path | None,
    **options: Any,
) -> None:
    """Measure what compressing saves on files of tool outputs.

    JSON is minified, other text is folded without loss. A folder stands for every
    .json, .jsonl, .ndjson, .txt, .csv, .tsv, .log, .diff, .patch, .html, .xml and
    .yaml file in it and below; a named file is taken whatever its ending.
    Savings compare with the same payload from json.dumps(indent=2), from json.dumps
    by default (it escapes non-ASCII text), and as compact JSON.

    Exit status: 0 if every file was measured, 1 if one could not be read (the
    others are measured and it is listed), 2 for wrong use or nothing to measure.
    """
    minifier = build_minifier(options)
    files = payload_files(paths, texts=True)
    if not files:
        raise click.UsageError(
            "No .json, .jsonl, .ndjson, .txt or other text file there."
        )
    if not any(path.exists() for _, path in files):
        missing = ", ".join(str(path) for _, path in files)
        raise click.UsageError(f"There is no {missing}.")
    counter = loaded_counter()
    payloads = []
    with progress("measuring", len(files)) as step:
        for name, path in files:
            payloads.append(measure(name, path, minifier))
            step()
    result = Bench(tuple(payloads), estimated=counter.estimated, price=price)
    if as_json:
        click.echo(json.dumps(as_object(result), indent=2))
    else:
        print_tables(result, counted(counter))
    if html_file:
        from headroom.cli.report import as_html

        write(html_file, as_html(result))
    if result.broken:
        click.get_current_context().exit(1)


def print_tables(result: Bench, how: str) -> None:
    """Print a row for each file, the totals, what was dropped and what is broken."""
    console = screen()
    if result.measured:
        wide = console.width >= ROOM
        shown = range(len(BASELINES)) if wide else (BASELINES.index("compact"),)
        savings, *money = tables(result, shown, 2 * _NAME if wide else _NAME)
        print_table(console, savings)
        if not wide:
            tell(console, "saved: compared with " + ", ".join(BASELINES))
        for reason, leaves in by_reason(result.total.dropped):
            tell(console, f"{leaves:8,} values dropped: {reason}")
        for one in result.measured:
            if one.skipped:
                tell(console, f"unchanged: {one.name} ({one.skipped})", style="yellow")
        for each in money:
            console.print()
            print_table(console, each)
    if result.broken:
        console.print()
    for one in result.broken:
        tell(console, f"broken: {one.name} ({one.broken})", style="red")
    tell(console, f"Tokens are {how}.")


def tables(
    result: Bench, shown: Sequence[int] = range(len(BASELINES)), room: int = 100
) -> list[Table]:
    """Return the table of tokens, savings and losses; with a price that of money, too.

    Args:
        result: With at least one measured file.
        shown: Which baselines have a column; savings name all of them.
        room: Characters for a file's name.
    """
    files = (*result.measured, result.total)
    names = []
    for one in files:
        kind = f" ({one.kind})" if one.kind not in ("", "json") else ""
        names.append(shortened(one.name, room) + kind)
    columns = (*(BASELINES[i] for i in shown), "headroom", "saved, vs each")

    def saved(shares: Sequence[float]) -> str:
        return " ".join(f"{share:4.0%}" for share in shares)

    rows = [
        [
            name,
            *(f"{one.before[i]:,}" for i in shown),
            f"{one.after:,}",
            saved(one.saved),
            f"{one.dropped_leaves:,}/{one.leaves:,}",
        ]
        for name, one in zip(names, files, strict=True)
    ]
    blank = [""] * (len(shown) + 1)
    rows.append(["mean of the files", *blank, saved(result.mean_saved), ""])
    bold = {len(result.measured): "bold"}
    unsaved = {at: "yellow" for at, one in enumerate(files) if one.saved[1] <= 0}
    heads = ("payload", *columns, "dropped")
    made = [Table(heads, rows, totals=2, styles=unsaved | bold)]
    if result.price is not None:
        money = [
            [result.per_thousand(n) for n in (*one.before, one.after)] for one in files
        ]
        rows = [
            [
                name,
                *(f"{before[i]:,.2f}" for i in shown),
                f"{after:,.2f}",
                " ".join(f"{each - after:8,.2f}" for each in before),
            ]
            for name, (*before, after) in zip(names, money, strict=True)
        ]
        title = f"Money at {result.price:g} per million input tokens"
        heads = ("1,000 calls", *columns)
        made.append(Table(heads, rows, title, totals=1, styles=bold))
    return made


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
        "kind": one.kind,
    }
    if result.price is not None:
        row["money_per_1000_calls"] = {
            name: result.per_thousand(tokens)
            for name, tokens in zip(
                (*BASELINES, "headroom"), (*one.before, one.after), strict=True
            )
        }
    return row
