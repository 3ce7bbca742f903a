"""`headroom prune`: text files and a query in, the sentences that answer out."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.text import Text

from headroom.cli.screen import counted, loaded_counter, tell
from headroom.cli.wording import in_options, worded_errors
from headroom.compressors import SemanticCompressor
from headroom.documents import PrunedDocuments
from headroom.scorers import CrossEncoderScorer, EmbeddingScorer, Scorer
from headroom.types import RAGContext

_MODELS: dict[str, Callable[..., Scorer]] = {
    "cross-encoder": CrossEncoderScorer,
    "embedding": EmbeddingScorer,
}


@click.command()
@click.option("--query", "-q", required=True, help="What the text should answer.")
@click.argument("files", type=click.File("rb"), nargs=-1, metavar="[FILE]...")
@click.option(
    "--ratio",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="Most tokens kept, as a share of all.",
)
@click.option("--max-tokens", type=click.IntRange(min=0), help="Most tokens kept.")
@click.option(
    "--min-score", type=float, help="Least relevance kept.  [the scorer's own]"
)
@click.option(
    "--scorer",
    type=click.Choice(["bm25", "embedding", "cross-encoder"]),
    default="bm25",
    show_default=True,
    help="Words, vectors, or a model that reads both.",
)
@click.option(
    "--model",
    metavar="FOLDER|NAME",
    help="The model of the scorer. A hub name may download it.",
)
@click.option("--device", help="Where the model runs, such as cpu or cuda.")
@click.option(
    "--explain",
    is_flag=True,
    help="Show what is kept (+) and what is dropped (-), and why.",
)
def prune(
    query: str,
    files: tuple[BinaryIO, ...],
    ratio: float,
    max_tokens: int | None,
    min_score: float | None,
    scorer: str,
    model: str | None,
    device: str | None,
    explain: bool,
) -> None:
    """Keep the sentences of FILEs that a query needs.

    Each FILE is one document of plain text or Markdown; - or none is stdin. The
    kept text is printed word for word and in order, with a blank line between
    documents and a line break at the end. If nothing is kept, the reason is printed
    on stderr. In a terminal, and with --explain, each sentence is shown with what
    becomes of it.
    """
    if not files:
        if sys.stdin.isatty():
            raise click.UsageError("Name a FILE, or pipe text in.")
        files = (sys.stdin.buffer,)
    if model is not None and scorer == "bm25":
        raise click.UsageError("--model needs --scorer embedding or cross-encoder.")
    chosen: str | Scorer = scorer
    if model is not None:
        chosen = _MODELS[scorer](model, device=device)
    names = [Path(getattr(file, "name", "-")).name.strip("<>") for file in files]
    loaded_counter()  # the account says itself whether tokens are counted
    with worded_errors():
        texts = [file.read().decode("utf-8") for file in files]
        result = SemanticCompressor(
            ratio,
            scorer=chosen,
            device=device,
            max_tokens=max_tokens,
            min_score=min_score,
        ).explain(RAGContext(query, texts))
    if explain or sys.stdout.isatty():
        _show(result, names, texts)
    else:
        if result.content:
            click.echo("\n\n".join(result.content).encode())
        if reason := _reason(result, texts):
            click.echo(reason, err=True)


def _reason(result: PrunedDocuments, texts: list[str]) -> str | None:
    """Return why the result is not what was asked for, None if it is."""
    if result.skipped:
        return in_options(result.skipped)
    return None if any(map(str.strip, texts)) else "there is no text"


def _show(result: PrunedDocuments, names: list[str], texts: list[str]) -> None:
    """Print every document, a line for what is kept and for each sentence dropped."""
    console = Console(highlight=False)
    scores = {kept.index: kept.score for kept in result.kept}
    for index, name in enumerate(names):
        title = Text(name, style="bold")
        if index in scores:
            title.append(f"  relevance {scores[index]:.2f}", style="cyan")
        else:
            title.append("  dropped", style="red")
        console.print(title)
        for _, line in sorted(_lines(result, index, texts[index]), key=lambda x: x[0]):
            console.print(line)
    console.print(
        Text(
            f"{result.tokens_before:,} tokens -> {result.tokens_after:,} "
            f"({1 - result.ratio:.1%} saved)",
            style="bold",
        )
    )
    tell(console, f"Tokens are {counted(loaded_counter())}.")
    if reason := _reason(result, texts):
        console.print(Text(reason, style="yellow"))


def _lines(result: PrunedDocuments, index: int, text: str) -> list[tuple[int, Text]]:
    """Return `(start, line)` of what is kept and what is dropped of one document."""
    lines = [
        (start, Text("+ " + _indented(text[start:end]), style="green"))
        for kept in result.kept
        if kept.index == index
        for start, end in kept.spans
    ]
    for gone in result.dropped:
        if gone.path == (index,) and gone.span and gone.text and gone.text.strip():
            line = Text("- " + _indented(gone.text), style="dim strike")
            line.append(f"  {gone.reason}", style="not strike red")
            if gone.score is not None:
                line.append(f" {gone.score:.2f}", style="not strike red")
            lines.append((gone.span[0], line))
    return lines


def _indented(text: str) -> str:
    """Return a text with its line breaks, later lines below the first one's start."""
    return "\n  ".join(text.strip().splitlines())
