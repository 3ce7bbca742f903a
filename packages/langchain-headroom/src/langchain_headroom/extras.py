"""What an extra brings, and what to say where it is missing."""

from importlib.util import find_spec

__all__ = ["need"]


def need(module: str, extra: str) -> None:
    """Make sure that an extra is installed.

    Raises:
        ImportError: With the pip line, if `module` is not there.
    """
    if find_spec(module) is None:
        raise ImportError(
            f"{module} is not installed; run: "
            f'pip install "langchain-headroom[{extra}]"',
            name=module,
        )
