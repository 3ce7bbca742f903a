"""The `headroom` command; each of its commands is a module of the same name."""

from importlib import import_module

import click

import headroom

__all__ = ["cli"]

_COMMANDS = ("bench", "compress", "minify", "prune", "tune", "verify")


class _Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"headroom.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)
@click.version_option(headroom.__version__, prog_name="headroom")
def cli() -> None:
    """Compress what fills an LLM's context window, on this machine.

    Exit status: 0 done, 1 an input could not be read, 2 wrong use.
    """
