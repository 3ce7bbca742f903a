"""Work of async methods, done in a thread."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

__all__ = ["in_thread"]

_Arguments = ParamSpec("_Arguments")
_Value = TypeVar("_Value")


async def in_thread(
    work: Callable[_Arguments, _Value],
    *args: _Arguments.args,
    **named: _Arguments.kwargs,
) -> _Value:
    """Return what `work` returns, from a thread; here, where no asyncio loop runs."""
    # Here, since it takes a third of the time that `import headroom` may take.
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:  # trio's loop
        return work(*args, **named)
    return await asyncio.to_thread(work, *args, **named)
