"""What the commands print has one look: tables, sentences, bars of progress."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import rich.table
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from headroom.cli.tables import Table
from headroom.tokens import TokenCounter, default_counter

__all__ = [
    "ROOM",
    "counted",
    "loaded_counter",
    "print_table",
    "progress",
    "screen",
    "shortened",
    "tell",
]

# Where output isn't a terminal it has this width, so that it is the same anywhere.
_WIDTH = 140
# A narrower terminal has no room for columns that only help.
ROOM = 100


def screen() -> Console:
    """Return the console to print on."""
    console = Console(highlight=False)
    if console.is_terminal:
        return console
    return Console(highlight=False, width=_WIDTH)


def tell(console: Console, *sentences: str, style: str = "", indent: int = 0) -> None:
    """Print sentences, each on a line; only a terminal breaks them, between words."""
    for sentence in sentences:
        if console.is_terminal:
            console.print(Padding(Text(sentence, style), (0, 0, 0, indent)))
        else:
            console.print(Text(" " * indent + sentence, style), soft_wrap=True)


def print_table(console: Console, table: Table) -> None:
    """Print a table; long texts of its first column are folded."""
    made = rich.table.Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title=table.title or None,
        title_justify="left",
        title_style="bold",
        padding=(0, 1 if console.width < ROOM else 2, 0, 0),
    )
    for at, head in enumerate(table.heads):
        made.add_column(
            head,
            justify="left" if at in table.texts else "right",
            no_wrap=at > 0,
            overflow="fold" if at == 0 else "ellipsis",
        )
    for at, row in enumerate(table.rows):
        if at == len(table.rows) - table.totals:
            made.add_section()
        made.add_row(*map(Text, row), style=table.styles.get(at))
    console.print(made)


def loaded_counter() -> TokenCounter:
    """Return the default counter, already loaded, without its warning.

    The commands print themselves whether tokens are counted or estimated.
    """
    counter = default_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        counter("")
    return counter


def counted(counter: TokenCounter) -> str:
    """Return how tokens are counted, in words."""
    if not getattr(counter, "estimated", False):
        return "counted with o200k_base"
    return "estimated, since tiktoken's table could not be loaded (docs/tokens.md)"


@contextmanager
def progress(what: str, steps: int) -> Iterator[Callable[..., None]]:
    """Show a bar on stderr; gives the function that moves it, and may rename it."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=steps)

        def step(now: str | None = None) -> None:
            bar.update(task, advance=1, description=now or what)

        yield step


def shortened(name: str, room: int) -> str:
    """Return a name of at most `room` characters; a longer one loses its middle."""
    if len(name) <= room:
        return name
    half = (room - 1) // 2
    return f"{name[: room - 1 - half]}…{name[-half:]}"
