"""`headroom verify`: does a model answer as well from the compressed text?"""

import json
import re
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import headroom
from headroom.cli.charts import html_table, page, section
from headroom.cli.endpoints import MODEL_OPTIONS, asked, model_options
from headroom.cli.expected import read_cases
from headroom.cli.files import write
from headroom.cli.options import build_minifier, minifier_options, report_options
from headroom.cli.screen import (
    counted,
    loaded_counter,
    print_table,
    screen,
    shortened,
    tell,
)
from headroom.cli.tables import Table
from headroom.cli.wording import worded_errors
from headroom.compressors import (
    ConversationCompressor,
    SemanticCompressor,
    ToolOutputCompressor,
)
from headroom.verification import Case, Figures, Outcome, Verification
from headroom.verification.exchange import export as export_cases
from headroom.verification.exchange import score as score_folder

_SHOWN = 20
# Characters shown on each side of a value.
_AROUND = 30
# `--min-difference` was not reached.
_WORSE = 3


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True))
@model_options
@click.option(
    "--export",
    "export_to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Ask no model: write texts and questions into this new folder.",
)
@click.option(
    "--score",
    "scored",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Ask no model: read the answers in a folder that --export wrote.",
)
@click.option(
    "--questions",
    "made",
    type=click.IntRange(min=0),
    default=12,
    show_default=True,
    help="Questions to make from each payload.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Ask so many at most.")
@click.option(
    "--twice",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="Share of the questions that are asked twice about the plain text, to see "
    "how much answers change by themselves.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--min-difference",
    type=click.FloatRange(-100, 100),
    metavar="POINTS",
    help="Exit with status 3 if compressed less plain accuracy, in points, is below "
    "this, such as -1.",
)
@report_options
@click.option(
    "--ratio",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="Documents: most tokens kept, as a share of all.",
)
@click.option(
    "--scorer",
    type=click.Choice(["bm25", "cross-encoder"]),
    default="bm25",
    show_default=True,
    help="Documents: how sentences are scored.",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(min=1),
    default=4000,
    show_default=True,
    help="Transcripts: most tokens kept.",
)
@minifier_options
def verify(
    paths: tuple[str, ...],
    export_to: Path | None,
    scored: Path | None,
    made: int,
    limit: int | None,
    twice: float,
    seed: int,
    min_difference: float | None,
    as_json: bool,
    html_file: Path | None,
    ratio: float,
    scorer: str,
    max_tokens: int,
    **options: Any,
) -> None:
    """Ask a model the same questions about the plain and the compressed text.

    PATH is a payload file, a folder of them, or a file of your own questions, one
    JSON object a line, with "query" and "answers" and one of "documents", "messages"
    or "payload" (docs/verify.md). Questions about payloads are made from the data,
    too; their answers need no judge.

    Exit status: 0 done, 1 an input could not be read or the model does not answer,
    2 wrong use, 3 below --min-difference.
    """
    asking = {name: options.pop(name) for name in MODEL_OPTIONS}
    if sum(given is not None for given in (asking["model"], export_to, scored)) != 1:
        raise click.UsageError("Pass one of --model, --export and --score.")
    if bool(paths) is (scored is not None):
        raise click.UsageError(
            "--score needs no PATH." if paths else "Name a PATH to verify."
        )
    counter = loaded_counter()
    with worded_errors():
        if scored is not None:
            result = score_folder(scored)
        else:
            cases = read_cases(
                paths,
                compressor=ToolOutputCompressor(minifier=build_minifier(options)),
                documents=SemanticCompressor(ratio, scorer=scorer),
                conversation=ConversationCompressor(max_tokens),
                made=made,
                seed=seed,
            )
            if silent := [case.name for case in cases if not case.questions]:
                click.echo(f"No question is about {', '.join(silent)}.", err=True)
            cases = _limited([case for case in cases if case.questions], limit)
            if export_to is not None:
                number = export_cases(cases, export_to, twice=twice, seed=seed)
                click.echo(
                    f"{number:,} questions; {export_to / 'README.txt'} says how to "
                    "answer them",
                    err=True,
                )
                return
            number = sum(len(case.questions) for case in cases)
            with asked(asking, round(number * (2 + twice))) as model:
                result = headroom.verify(cases, twice=twice, seed=seed, **model)
    margin = abs(min_difference or 5) / 100
    if as_json:
        click.echo(json.dumps(_as_object(result, margin), indent=2, ensure_ascii=False))
    else:
        _print(result, margin, counted(counter))
    if html_file is not None:
        write(html_file, _as_html(result, margin, counted(counter)))
    if not any(one.is_answered for one in result.outcomes):
        reasons = {one.failure for one in result.outcomes if one.failure}
        why = result.stopped or next(iter(sorted(reasons)), "no answer was given")
        raise click.ClickException(f"No question was answered from both texts: {why}")
    if min_difference is not None and not _reaches(result.total, min_difference):
        click.get_current_context().exit(_WORSE)


def _limited(cases: list[Case], limit: int | None) -> list[Case]:
    """Return cases with as many questions together, each case with its share."""
    if limit is None:
        return cases
    left, taken = limit, []
    for at, case in enumerate(cases):
        share = -(-left // (len(cases) - at))
        taken.append(
            Case(case.name, case.plain, case.compressed, case.questions[:share])
        )
        left -= len(taken[-1].questions)
    return taken


def _reaches(total: Figures, least: float) -> bool:
    return total.asked > 0 and 100 * total.difference >= least - 1e-9


def _table(title: str, groups: dict[str, Figures]) -> Table:
    """Return a row for each group of questions."""
    rows = [
        [
            name,
            f"{one.asked:,}",
            f"{one.plain / max(1, one.asked):.1%}",
            f"{one.compressed / max(1, one.asked):.1%}",
            f"{100 * one.difference:+.1f}",
            f"{100 * one.interval[0]:+.1f} to {100 * one.interval[1]:+.1f}",
            f"{one.lost:,}",
        ]
        for name, one in groups.items()
    ]
    heads = (title, "asked", "plain", "compressed", "points", "95 % interval", "lost")
    return Table(heads, rows)


def _print(result: Verification, margin: float, how: str) -> None:
    console = screen()
    tell(console, *result.lines(margin))
    for table in _tables(result):
        print_table(console, table)
    for outcome in result.lost[:_SHOWN]:
        _print_lost(console, outcome)
    if len(result.lost) > _SHOWN:
        tell(console, f"and {len(result.lost) - _SHOWN:,} more; --json has all")
    tell(console, f"Tokens are {how}.")


def _tables(result: Verification) -> list[Table]:
    """Return the tables that say more than the total does."""
    both = {"written as": result.by_device, "kind of question": result.by_kind}
    return [_table(title, groups) for title, groups in both.items() if len(groups) > 1]


def _print_lost(console: Console, outcome: Outcome) -> None:
    question = outcome.question
    tell(console, f"Lost: {shortened(outcome.case.name, 60)}: {question.text}")
    for name, text in _where(outcome):
        tell(console, f"{name}: {text}", indent=4)


def _where(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what was expected and said, and where the value stands in both texts."""
    question, case, said = outcome.question, outcome.case, outcome.said
    rows = [
        ("expected", " or ".join(question.answers)),
        ("said from the plain text", _one_line(said["plain"])),
        ("said from the compressed text", _one_line(said["compressed"])),
    ]
    if question.device:
        rows.append(("written as", question.device))
    spans = (question.plain_span, question.compressed_span)
    for name, text, span in zip(
        ("plain text", "compressed text"),
        (case.plain, case.compressed),
        spans,
        strict=True,
    ):
        if span is None:
            rows.append((name, "no place has this value alone"))
        else:
            line = text.count("\n", 0, span[0]) + 1
            column = span[0] - text.rfind("\n", 0, span[0])
            around = _one_line(text[max(0, span[0] - _AROUND) : span[0] + _AROUND])
            rows.append((name, f"line {line}, column {column}: … {around} …"))
    return rows


def _one_line(text: str) -> str:
    return shortened(re.sub(r"\s+", " ", text).strip(), 80)


def _as_object(result: Verification, margin: float) -> dict[str, Any]:
    """Return the result as JSON values; shares in [0, 1]."""

    def figures(one: Figures) -> dict[str, Any]:
        return {
            "asked": one.asked,
            "plain": one.plain / max(1, one.asked),
            "compressed": one.compressed / max(1, one.asked),
            "difference": one.difference,
            "interval": list(one.interval),
            "lost": one.lost,
            "won": one.won,
        }

    changed, twice = result.noise
    said, gone = result.dropped
    before, after = result.tokens
    return {
        "headroom": headroom.__version__,
        "reader": result.reader,
        **figures(result.total),
        "verdict": result.total.verdict(margin),
        "asked_twice": {"asked": twice, "changed": changed},
        "dropped_values": {"asked": gone, "said_not_given": said},
        "tokens": {"plain": before, "compressed": after},
        "unanswered": len(result.unanswered),
        "stopped": result.stopped,
        "by_device": {name: figures(one) for name, one in result.by_device.items()},
        "by_kind": {name: figures(one) for name, one in result.by_kind.items()},
        "lost_questions": [
            {
                "case": one.case.name,
                "question": one.question.text,
                "kind": one.question.kind,
                "device": one.question.device,
                "answers": list(one.question.answers),
                "said": dict(one.said),
                "path": one.question.path,
                "plain_span": one.question.plain_span,
                "compressed_span": one.question.compressed_span,
            }
            for one in result.lost
        ],
    }


def _as_html(result: Verification, margin: float, how: str) -> str:
    """Return the whole page; the same result gives the same bytes."""
    lines = result.lines(margin)
    total = _table("all questions", {"all questions": result.total})
    parts = [section(lines[2], " ".join(lines[:2] + lines[3:]))]
    for table in (total, *_tables(result)):
        parts.append(section(table.heads[0].capitalize(), "", html_table(table)))
    lost = [
        (
            f"{one.case.name}: {one.question.text}",
            "; ".join(f"{name}: {text}" for name, text in _where(one)),
        )
        for one in result.lost
    ]
    if lost:
        said = "Answered rightly from the plain text only."
        table = Table(("question", "answers and places"), lost, texts=(0, 1))
        parts.append(section("Lost questions", said, html_table(table)))
    return page("Headroom verify", "Headroom verify", parts, f"Tokens are {how}.")
