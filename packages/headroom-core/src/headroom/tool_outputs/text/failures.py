"""Lines that tell of a failure, which a fold leaves as they are."""

from collections.abc import Sequence

from headroom.tool_outputs.error_lines import severity, shape, telling
from headroom.tool_outputs.text.words import Words

__all__ = ["failures"]

# Distinct lines that are left as they are. In a list of nothing but failures, such as
# a linter's, more of them would leave nothing to fold.
_MOST = 100
# A phrase tells of trouble from this severity on; a milder one is no failure.
_TROUBLE = 2


def failures(lines: Sequence[str], words: Words) -> set[int]:
    """Return the numbers of the first lines that each tell of another failure.

    Lines that differ in numbers only tell of the same one.

    Args:
        lines: All lines of a text.
        words: Their words.
    """
    plain, hints = telling(set(words.all))
    suspect = plain | hints
    found: set[int] = set()
    known: set[str] = set()
    for number, line in enumerate(lines) if suspect else ():
        its_words = words.of(number)
        if suspect.isdisjoint(its_words):
            continue
        if plain.isdisjoint(its_words) and severity(line) < _TROUBLE:
            continue
        told = shape(line)
        if told not in known:
            known.add(told)
            found.add(number)
            if len(found) >= _MOST:
                break
    return found
