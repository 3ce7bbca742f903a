"""Terminal escape sequences, and the states of a progress bar that were overwritten."""

import re

from headroom.types import Dropped

__all__ = ["without_escapes"]

# Control sequences (colours, cursor), operating system commands (titles, links), and
# the other two-character escapes. Source: ECMA-48, 5.3 to 5.6 and 8.3.
_ESCAPE = re.compile(
    r"\x1b\[[0-?]*+[ -/]*+[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*+[0-OQ-WYZ\\`-~]"
)


def without_escapes(text: str) -> tuple[str, list[Dropped]]:
    """Return a text as a terminal shows it, without colours, and what was dropped.

    Of a line that was overwritten after carriage returns, the last state stays.
    """
    dropped: list[Dropped] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        shown, escapes = _ESCAPE.subn("", line) if "\x1b" in line else (line, 0)
        if escapes:
            dropped.append(Dropped((number,), "terminal escapes", escapes))
        if "\r" in shown:
            shown, states = _last_state(shown)
            if states:
                dropped.append(Dropped((number,), "overwritten states", states))
        lines[number] = shown
    return "\n".join(lines), dropped


def _last_state(line: str) -> tuple[str, int]:
    """Return what is seen of a line at last, and how many states came before."""
    end = "\r" if line.endswith("\r") else ""
    states = [state for state in line.split("\r") if state]
    return (states[-1] if states else "") + end, max(0, len(states) - 1)
