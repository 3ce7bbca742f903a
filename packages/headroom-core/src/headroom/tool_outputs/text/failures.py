"""Lines that tell of a failure, which a fold leaves as they are."""

from bisect import bisect_right
from collections.abc import Sequence

from headroom.tool_outputs.error_lines import has_phrase, shape, telling
from headroom.tool_outputs.text.words import Words

__all__ = ["failures"]

# Distinct lines that are left as they are. In a list of nothing but failures, such as
# a linter's, more of them would leave nothing to fold.
_MOST = 100


def failures(lines: Sequence[str], words: Words) -> set[int]:
    """Return the numbers of the first lines that each tell of another failure.

    Lines that differ in numbers only tell of the same one.

    Args:
        lines: All lines of a text.
        words: Their words.
    """
    plain, hints = telling(set(words.all))
    suspect = plain | hints
    places = [at for at, word in enumerate(words.all) if word in suspect]
    found: set[int] = set()
    known: set[str] = set()
    for number in dict.fromkeys([bisect_right(words.starts, at) - 1 for at in places]):
        line = lines[number]
        if plain.isdisjoint(words.of(number)) and not has_phrase(line):
            continue
        told = shape(line)
        if told not in known:
            known.add(told)
            found.add(number)
            if len(found) >= _MOST:
                break
    return found
