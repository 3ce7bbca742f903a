"""Files that a command writes: looked at before it works, written after."""

import os
from pathlib import Path

import click

__all__ = ["WrittenFile", "write"]


class WrittenFile(click.Path):
    """The type of an option that names a file to write; it may be there already."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(
        self,
        value: "str | os.PathLike[str]",
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path; wrong use where nothing could be written there."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"{path.parent} is no folder; make it first.", param, ctx)
        if not path.exists() and not os.access(path.parent, os.W_OK):
            self.fail(f"{path.parent} can't be written into.", param, ctx)
        return path


def write(path: Path, text: str) -> None:
    """Write a text as UTF-8, and say so on stderr.

    Raises:
        click.ClickException: It can't be written all the same.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    click.echo(f"Written: {path}", err=True)
