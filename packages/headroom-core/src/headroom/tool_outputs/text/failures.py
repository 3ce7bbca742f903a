"""Lines that tell of a failure, which a fold leaves as they are."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from headroom.tool_outputs.text.words import Words

__all__ = ["failures"]

# Beginnings of the words by which programs say that something went wrong, in the
# languages whose tools we have read. A line that has one by chance costs only tokens.
_STEMS = (
    *("error", "fail", "fatal", "exception", "panic", "critical", "severe", "warn"),
    *("traceback", "abort", "crash", "killed", "denied", "refused", "invalid"),
    *("cannot", "unable", "evicted", "backoff", "back-off", "unhealthy", "violat"),
    *("enoent", "eacces", "timeout", "undefined", "fehler", "warnung", "erreur"),
    *("fehlgeschlagen", "échec", "fallo", "falló", "advertencia", "aviso", "ошибк"),
    *(
        "сбой",
        "предупреждени",
        "エラー",
        "失敗",
        "ません",
        "警告",
        "例外",
        "错误",
        "失败",
    ),
    *("异常", "错誤", "오류", "실패", "경고"),
)
# Last words of phrases that say the same, and the phrases.
_LAST_WORDS = frozenset(
    {"ok", "OK", "such", "found", "Found", "out", *map(str, range(500, 600))}
)
_PHRASE = re.compile(r'not ok\b|no such\b|not found\b|timed out\b|" 5\d\d\b')
_NUMBER = re.compile(r"0x[0-9a-f]+|\d+")
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
    telling = _telling(set(words.all))
    phrases = _LAST_WORDS.intersection(words.all)
    suspect = telling | phrases
    found: set[int] = set()
    known: set[str] = set()
    for number, line in enumerate(lines) if suspect else ():
        its_words = words.of(number)
        if suspect.isdisjoint(its_words):
            continue
        if telling.isdisjoint(its_words) and not _PHRASE.search(line.lower()):
            continue
        told = _NUMBER.sub("0", line)
        if told not in known:
            known.add(told)
            found.add(number)
            if len(found) >= _MOST:
                break
    return found


def _telling(words: Iterable[str]) -> set[str]:
    """Return the words that hold a stem."""
    words = list(words)
    small = "\n".join(words).lower()
    starts = [0, *[found.end() for found in re.finditer("\n", small)], len(small) + 1]
    telling: set[str] = set()
    for stem in _STEMS:
        at = small.find(stem)
        while at >= 0:
            place = bisect_right(starts, at) - 1
            telling.add(words[place])
            at = small.find(stem, starts[place + 1])
    return telling
