"""`python -m headroom`, and the entry point of the `headroom` command."""

import io
import sys


def main() -> None:
    """Run the command line; without its extra, say what to install."""
    try:
        import click  # noqa: F401 - only to see whether the extra is there
        import rich  # noqa: F401
    except ImportError:
        sys.exit('The command line needs its extra: pip install "headroom-core[cli]"')
    from headroom.cli import cli

    # Piped output on Windows has the code page's encoding, which can't write JSON.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="headroom")


if __name__ == "__main__":
    main()
