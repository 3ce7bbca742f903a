"""`python -m headroom`, and the entry point of the `headroom` command."""

import sys


def main() -> None:
    """Run the command line; without its extra, say what to install."""
    try:
        import click  # noqa: F401 - only to see whether the extra is there
        import rich  # noqa: F401
    except ImportError:
        sys.exit('The command line needs its extra: pip install "headroom-core[cli]"')
    from headroom.cli import cli

    cli()


if __name__ == "__main__":
    main()
