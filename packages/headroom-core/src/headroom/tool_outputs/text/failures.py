"""Lines that tell of a failure, which a fold leaves as they are."""

from collections.abc import Sequence

from headroom.tool_outputs.error_lines import severities, shape

__all__ = ["failures"]

# Distinct lines that are left as they are. In a list of nothing but failures, such as
# a linter's, more of them would leave nothing to fold.
_MOST = 100
_WARNING = 2


def failures(lines: Sequence[str]) -> set[int]:
    """Return the numbers of the first lines that each tell of another failure.

    Lines that differ in numbers only tell of the same one.
    """
    firsts: dict[str, int] = {}
    for number, level in enumerate(severities(lines)):
        if level >= _WARNING:
            firsts.setdefault(shape(lines[number]), number)
            if len(firsts) >= _MOST:
                break
    return set(firsts.values())
