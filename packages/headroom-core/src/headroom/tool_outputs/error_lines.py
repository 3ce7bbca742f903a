"""Which lines of an output tell of an error or a warning, and which tell the same."""

import re
from bisect import bisect_right
from collections.abc import Iterable

__all__ = ["has_phrase", "severity", "shape", "telling"]

# Parts of words by which programs say that something went wrong.
# Sources: the level names of syslog, log4j, Python's logging, glog and PostgreSQL
# (also in its translations), and the words of compilers, test runners, shells and
# kubectl.
_ERROR = """error fail fatal exception panic critical severe traceback abort crash
    ✗ ✘ ✖ ❌ fehler fehlgeschlagen erreur échec échoué fallo falló excepción falha
    exceção ошибк сбой исключени エラー 失敗 例外 致命 错误 失败 异常 錯誤 異常 오류
    실패 예외"""
_TROUBLE = """killed denied refused unreachable timeout cannot can't couldn't unable
    unexpected invalid undefined terminated destroyed unresolved violat rejected
    evicted backoff back-off segfault deadlock unreadable enoent eacces abgebrochen
    verletz ungültig abbruch impossible introuvable refusé inválid denegad отказано
    критическ 違反 ありません しません できません 不能 不正 見つかりません 无法 找不到
    拒绝 無法 거부"""
_WARNING = """warn deprecat unhealthy ⚠ advertencia avertissement aviso предупреждени
    警告 경고"""
_PARTS = {3: _ERROR.split(), 2: _TROUBLE.split(), 1: _WARNING.split()}
# Phrases that say the same, and words that say it only alone.
_PHRASES = {
    3: re.compile(r"\bnot ok\b|\berro\b|^e(?:\d{4}| +assert\b)"),
    2: re.compile(
        r"not found\b|no such\b|timed[ -]out\b|could not\b|\bout of (?:range|memory)\b"
        r"|\boom|segmentation fault|\berr\b|schlug fehl\b|existiert nicht\b"
        r"|(?:konnte|kann) nicht\b|nicht gefunden\b|no se (?:pud|encontr)"
        r"|must be replaced\b|forces replacement\b|\bexit(?:ed)?\b[^\n]{0,12}?: *[1-9]"
        r"|não foi possível\b|não encontrad|не (?:удалось|найден)|찾을 수 없"
        r'|" 5\d\d (?:\d|-)'
    ),
    1: re.compile(r'\b(?:wrn|notice|retry|pending)\b|\bskipp|" 4\d\d (?:\d|-)'),
}
# Words of these phrases, of severity 2 and 3: a line without them has no such phrase.
_HINTS = """ok erro e such found timed timed-out not out oom oomkilled segmentation err
    fehl nicht se possível encontrado encontrada удалось найден найдена 수"""
_HINT_WORDS = frozenset([*_HINTS.split(), *map(str, range(500, 600))])
# What did not happen is no failure: "0 errors", "failed=0", "no warnings".
_NONE = re.compile(
    r"\b(?:0|no) (?:errors?|fail(?:ed|ures?)|warnings?)\b"
    r"|\b(?:errors?|fail(?:ed|ures?)|warnings?|unreachable)\s?[=:]\s?0\b"
    # A type of a program.
    r"|::\w*error\b"
    # Settings: how many failures count, and from which level on something is logged.
    r"|#failure=\d+|failurethreshold|level\"?\s?[:=]\s?\"?\w+\"?,?\s*$"
)
# A line around a report, and the place of an error without its message.
_RULES = ("===", "___", "***", "~~~", "---")
_BANNER = re.compile(r"traceback \(|during handling|[^\s:]+:\d+: [\w.]+$")
# A step of a stack names functions, and those may speak of errors.
_FRAME = re.compile(r"\s+(?:at |\d+: +\w+::|file \")")
# In JSON the names of members say what could be told; what is told are the values.
_NAMES = re.compile(r'"[^"\\]*"\s*:')
_TOLD_ERROR = re.compile(
    r'"(?:error|errors|err|exception)"\s*:\s*(?!null|false|0\b|""|\[\]|\{\})'
)
_NUMBER = re.compile(r"0x[0-9a-f]+|\d+", re.IGNORECASE)


def severity(line: str) -> int:
    """Return 3 for a line that tells of an error, 2 trouble, 1 a warning, else 0."""
    small = line.lower()
    if '":' in small and small.lstrip().startswith(("{", "[{")):
        if _TOLD_ERROR.search(small):
            return 3
        small = _NAMES.sub("", small)
    small = _NONE.sub("", small)
    bare = small.strip()
    most = 1 if _FRAME.match(small) else 3
    if _BANNER.match(bare) or (bare[:3] in _RULES and bare[:3] == bare[-3:]):
        return 1
    for level, parts in _PARTS.items():
        for part in parts:
            if part in small:
                return min(level, most)
        if _PHRASES[level].search(small):
            return min(level, most)
    return 0


def has_phrase(line: str) -> bool:
    """Tell whether a line has a phrase of severity 2 or 3."""
    small = line.lower()
    return any(_PHRASES[level].search(small) for level in (3, 2))


def shape(line: str) -> str:
    """Return the line without its numbers: lines of one shape tell the same."""
    return _NUMBER.sub("0", line).strip()


def telling(words: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return the words by which a line tells of trouble, and those of such phrases.

    Args:
        words: Words without line feeds.
    """
    words = list(words)
    small = "\n".join(words).lower()
    starts = [0, *[found.end() for found in re.finditer("\n", small)], len(small) + 1]
    found: set[str] = set()
    for part in (part for parts in _PARTS.values() for part in parts):
        at = small.find(part)
        while at >= 0:
            place = bisect_right(starts, at) - 1
            found.add(words[place])
            at = small.find(part, starts[place + 1])
    hints = {word for word in words if word.lower() in _HINT_WORDS}
    return found, hints - found
