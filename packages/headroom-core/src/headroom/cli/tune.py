"""`headroom tune`: how far the dial can be turned on the user's own data."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import click

import headroom
from headroom.cli.charts import (
    Curve,
    html_table,
    page,
    scatter_chart,
    section,
    standalone,
)
from headroom.cli.endpoints import asked, model_options
from headroom.cli.expected import read_expected
from headroom.cli.files import WrittenFile, write
from headroom.cli.measure import payload_files
from headroom.cli.options import report_options
from headroom.cli.screen import (
    counted,
    loaded_counter,
    print_table,
    progress,
    screen,
    tell,
)
from headroom.cli.sweep import (
    MINIFIERS,
    Sweep,
    Trial,
    answered,
    sweep_payloads,
    sweep_questions,
)
from headroom.cli.tables import Table
from headroom.cli.wording import worded_errors
from headroom.errors import HeadroomError, InputError
from headroom.scorers import (
    BM25Scorer,
    CrossEncoderScorer,
    EmbeddingScorer,
    HybridScorer,
    Scorer,
)
from headroom.verification.statistics import wilson_upper

_RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
# What `--expect` is, where the folder of payloads has it.
_EXPECTED = "expected.jsonl"
_SHOWN = 20


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--expect",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Expected values of a folder of payloads.  [{_EXPECTED} in it]",
)
@click.option(
    "--scorer",
    "scorers",
    multiple=True,
    metavar="NAME[=MODEL]",
    help="bm25, embedding=MODEL, cross-encoder[=MODEL] or hybrid=MODEL (bm25 and "
    "embedding); MODEL is a folder or hub name. Repeatable.  [bm25, and cross-encoder "
    "where it is installed]",
)
@click.option(
    "--ratio",
    "ratios",
    multiple=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="A target_ratio to try. Repeatable.  [0.1 to 1]",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.95,
    show_default=True,
    help="Least share of answers or values that must survive.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Take so many lines.")
@model_options
@click.option("--device", help="Where models run, such as cpu or cuda.")
@report_options
@click.option(
    "--svg",
    "svg_file",
    type=WrittenFile(),
    help="Write the plot, too.",
)
def tune(
    data: Path,
    expect: Path | None,
    scorers: tuple[str, ...],
    ratios: tuple[float, ...],
    least: float,
    limit: int | None,
    device: str | None,
    as_json: bool,
    html_file: Path | None,
    svg_file: Path | None,
    **asking: Any,
) -> None:
    """Find the setting that keeps what you need in the fewest tokens.

    DATA is a file of questions, one JSON object a line:
    {"query": ..., "documents": [text, ...], "answers": [text, ...]}; every scorer is
    tried with every ratio. Or it is a folder of payloads; then --expect has a line
    for each value: {"payload": file, "answers": [value, ...], "path": [key, ...]},
    path being optional, and the dropping rules are tried one after the other.

    An answer is kept if one of its spellings is still there, without regard to case,
    spacing and outer punctuation. With --model, it is kept if the model still gives
    it; for payloads without --expect, questions are made from the data.

    Exit status: 0 done, 1 an input could not be read, 2 wrong use.
    """
    if data.is_dir() and (scorers or ratios or device):
        raise click.UsageError("--scorer, --ratio and --device are for questions.")
    if not data.is_dir() and expect:
        raise click.UsageError("--expect is for a folder of payloads.")
    counter = loaded_counter()
    with worded_errors("--scorer {}=MODEL"):
        if data.is_dir():
            result = _tried_payloads(
                data, expect or data / _EXPECTED, limit, made=bool(asking["model"])
            )
        else:
            specs = scorers or _installed()
            chosen = [_scorer(spec, device) for spec in specs]
            dial = tuple(sorted(set(ratios or _RATIOS)))
            result = _tried_questions(data, chosen, dial, limit)
        if asking["model"]:
            prompts = len(result.asked_for) * (1 + len(result.trials))
            with asked(asking, prompts) as model:
                result = answered(result, **model)
    if as_json:
        click.echo(json.dumps(_as_object(result, least, counter.estimated), indent=2))
    else:
        _print(result, least, counted(counter))
    chart = _plot(result)
    for file, content in (
        (html_file, _as_html(result, least, chart, counted(counter))),
        (svg_file, standalone(chart)),
    ):
        if file is not None:
            write(file, content)


def _installed() -> list[str]:
    """Return the scorers that need no model of the user's and can be used here."""
    try:
        CrossEncoderScorer().score("a", ["a"])
    except (HeadroomError, ImportError):
        return ["bm25"]
    return ["bm25", "cross-encoder"]


def _scorer(spec: str, device: str | None) -> tuple[str, str, Scorer]:
    """Return name, expression and scorer of `NAME` or `NAME=MODEL`."""
    name, _, model = spec.partition("=")
    code = f'"{name}"'
    if name == "bm25" and not model:
        return spec, code, BM25Scorer()
    if name == "cross-encoder":
        if model:
            code = f'CrossEncoderScorer("{model}")'
        return spec, code, CrossEncoderScorer(model or None, device=device)
    if name == "embedding" and model:
        vectors = EmbeddingScorer(model, device=device)
        return spec, f'EmbeddingScorer("{model}")', vectors
    if name == "hybrid" and model:
        both = HybridScorer(BM25Scorer(), EmbeddingScorer(model, device=device))
        code = f'HybridScorer(BM25Scorer(), EmbeddingScorer("{model}"))'
        return spec, code, both
    raise click.UsageError(
        f"--scorer {spec}: pass bm25, embedding=MODEL, cross-encoder[=MODEL] or "
        "hybrid=MODEL."
    )


def _tried_questions(
    file: Path,
    scorers: list[tuple[str, str, Scorer]],
    ratios: tuple[float, ...],
    limit: int | None,
) -> Sweep:
    questions = read_expected(
        file, "query", "documents", form="; for payloads, name their folder"
    )[:limit]
    with progress("trying", len(questions) * len(scorers)) as step:
        return sweep_questions(questions, scorers, ratios, step)


def _tried_payloads(
    folder: Path, file: Path, limit: int | None, *, made: bool
) -> Sweep:
    expected = None
    if file.exists():
        expected = read_expected(file, "payload")[:limit]
        if made:
            expected = [one for one in expected if one.query]
            if not expected:
                raise InputError(f'no line of {file} has a "query" to ask')
        names = {one.payload for one in expected}
    elif made:
        names = {name for name, _ in payload_files((str(folder),))}
    else:
        raise InputError(
            f"{file} is not there; name the expected values with --expect FILE"
        )
    with progress("trying", len(names) * len(MINIFIERS)) as step:
        return sweep_payloads(folder, expected, step)


def _advice(result: Sweep, least: float) -> tuple[Trial, list[str]]:
    """Return the recommended trial, and what to know about it."""
    best = result.recommended(least)
    elsewhere = result.lost_elsewhere(least)
    asked = result.asked
    lines = [
        f"Recommended: {best.code}",
        f"It saves {_saved(result, best):.0%} of the tokens of {result.plain} and "
        f"loses {best.lost} of {asked} {result.things}.",
        f"Risk: settings were chosen on one half and counted on the other half, and "
        f"the other way round. {elsewhere} of {asked} were lost. Of others like these "
        f"up to {wilson_upper(elsewhere, asked):.1%} may be lost (95 % confidence).",
    ]
    safer = result.recommended(1.0)
    if safer.lost < best.lost:
        lines.append(
            f"Safer: {safer.code} loses {safer.lost}, and saves "
            f"{_saved(result, safer):.0%}."
        )
    if best.share < least:
        lines.append(f"No setting keeps {least:.0%}; this one keeps most.")
    if hidden := sum(one.kept and one.spelled is False for one in best.found):
        lines.append(
            f"{hidden} of those kept are written as a template or a reference. Code "
            "reads them exactly; --model tells whether your model does."
        )
    for row in result.rows():
        if len(row) > 1 and row[0].kind != "JSONMinifier":
            lines.append(f"{_label(row)} give the same: {_same_since(row)}.")
    if result.unusable:
        lines.append(f"Not counted: {result.unusable}, since {_unusable(result)}.")
    return best, lines


def _same_since(row: list[Trial]) -> str:
    """Return why the trials of a row, of several ratios, came out the same."""
    reasons = frozenset[str]().union(*(trial.reasons for trial in row))
    if not reasons:
        return "nothing is dropped"
    if "over the ceiling" in reasons:
        return "no further sentence fits into the larger ratio"
    quoted = ", ".join(f'"{reason}"' for reason in sorted(reasons))
    return f"everything dropped is {quoted}, whatever the ratio"


def _unusable(result: Sweep) -> str:
    """Return why things are not counted."""
    if result.things == "right answers":
        return (
            "their answer is not in the data or the model misses it in the plain text"
        )
    return "their answer is not in the data, or is only yes or no"


def _saved(result: Sweep, trial: Trial) -> float:
    return 1 - trial.tokens / result.tokens if result.tokens else 0.0


def _table(result: Sweep, best: Trial) -> Table:
    """Return the trials as a table; a star marks the best."""
    literally = result.trials[0].literally is not None
    heads = ["setting", "tokens", "saved", f"{result.things} kept", "lost"]
    rows, styles = [], {}
    for at, trials in enumerate(result.rows()):
        trial = trials[0]
        label = _label(trials)
        mark = " "
        if best in trials:
            mark, styles[at] = "*", "bold green"
        rows.append(
            [
                f"{mark} {label}",
                f"{trial.tokens:,}",
                f"{_saved(result, trial):.1%}",
                f"{trial.share:.1%}",
                f"{trial.lost:,}",
                *([f"{trial.literally:.1%}"] if literally else []),
            ]
        )
    return Table([*heads, *(["literally"] if literally else [])], rows, styles=styles)


def _label(row: list[Trial]) -> str:
    """Return a name for the trials of a row."""
    first = row[0]
    if len(row) == 1:
        return first.label
    if first.kind == "JSONMinifier":
        return f"{first.label}, and {len(row) - 1} more the same"
    return f"{first.label} to {row[-1].label.removeprefix(first.kind).strip()}"


def _lost(result: Sweep, trial: Trial) -> list[tuple[str, str, str]]:
    """Return the question, the answer, and where it went, of all that is lost."""
    return [
        (question.text, " or ".join(question.answers), one.went)
        for question, one in zip(result.asked_for, trial.found, strict=True)
        if not one.kept
    ]


def _print(result: Sweep, least: float, how: str) -> None:
    """Print the table, the recommendation, and what it loses."""
    console = screen()
    best, advice = _advice(result, least)
    print_table(console, _table(result, best))
    tell(console, *advice)
    lost = _lost(result, best)
    if lost:
        tell(console, "", "Lost with the recommended setting:")
    for question, answer, went in lost[:_SHOWN]:
        tell(console, f"{question} -> {answer}", indent=2)
        tell(console, went, indent=4)
    if len(lost) > _SHOWN:
        tell(console, f"and {len(lost) - _SHOWN:,} more; --json has all", indent=2)
    tell(console, "", f"Plain is {result.plain}: {result.tokens:,} tokens, {how}.")


def _as_object(result: Sweep, least: float, estimated: bool) -> dict[str, Any]:
    """Return the result as JSON values; shares in [0, 1], tokens as integers."""
    best = result.recommended(least)
    elsewhere = result.lost_elsewhere(least)
    return {
        "headroom": headroom.__version__,
        "tokens": "estimated" if estimated else "o200k_base",
        "plain": {"form": result.plain, "tokens": result.tokens},
        result.things: {"counted": result.asked, "not_counted": result.unusable},
        "settings": [
            {
                "setting": trial.label,
                "code": trial.code,
                "tokens": trial.tokens,
                "kept": trial.share,
                "lost": trial.lost,
                "lost_things": [
                    {"thing": thing, "answer": answer, "went": went}
                    for thing, answer, went in _lost(result, trial)
                ],
            }
            | ({} if trial.literally is None else {"literally": trial.literally})
            for trial in result.trials
        ],
        "recommended": {
            "code": best.code,
            "tokens": best.tokens,
            "kept": best.share,
            "reaches_least": best.share >= least,
            "lost_on_other_half": elsewhere,
            "may_lose_up_to": wilson_upper(elsewhere, result.asked),
        },
    }


def _plot(result: Sweep) -> str:
    """Return what is kept over the tokens, a curve for each kind."""
    curves = [
        Curve(
            kind,
            [
                (
                    trial.tokens / max(1, result.tokens),
                    trial.share,
                    f"{trial.label}: {trial.share:.1%} kept in {trial.tokens:,} tokens",
                )
                for trial in sorted(trials, key=lambda one: (one.tokens, one.share))
            ],
        )
        for kind, trials in groupby(result.trials, key=lambda one: one.kind)
    ]
    return scatter_chart(
        f"{result.things.capitalize()} kept over tokens",
        curves,
        f"tokens, of {result.plain}",
        f"{result.things} kept",
    )


def _as_html(result: Sweep, least: float, chart: str, how: str) -> str:
    """Return the whole page; the same result gives the same bytes."""
    best, advice = _advice(result, least)
    parts = [
        section(advice[0], " ".join(advice[1:])),
        section(
            f"{result.things.capitalize()} kept over tokens",
            "Higher keeps more, further left costs less.",
            chart,
        ),
        section(
            "Every figure",
            f"{result.asked:,} {result.things} are looked for. * is recommended.",
            html_table(_table(result, best)),
        ),
    ]
    if lost := _lost(result, best):
        heads = ("question or path", "answer", "where it went")
        body = html_table(Table(heads, lost, texts=(0, 1, 2)))
        parts.append(section("Lost with the recommended setting", "", body))
    note = f"Plain is {result.plain}: {result.tokens:,} tokens; they are {how}."
    return page(f"{best.code}: Headroom tune", "Headroom tune", parts, note)
