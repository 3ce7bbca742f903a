"""Which lines of an output tell of an error or a warning, and which tell the same."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain

__all__ = ["failures", "severities", "severity", "shape"]

# Parts of words by which programs say that something went wrong.
# Sources: the level names of syslog, log4j, Python's logging, glog and PostgreSQL
# (also in its translations), and the words of compilers, test runners, shells and
# kubectl.
_ERROR = """error fail fatal exception panic critical severe traceback abort crash
    ✗ ✘ ✖ ❌ fehler fehlgeschlagen erreur échec échoué fallo falló excepción falha
    exceção ошибк сбой исключени エラー 失敗 例外 致命 错误 失败 异常 錯誤 異常 오류
    실패 예외"""
_TROUBLE = """killed denied refused unreachable timeout cannot can't couldn't unable
    unexpected invalid insufficient undefined terminated destroyed unresolved violat
    rejected evicted backoff back-off segfault deadlock unreadable enoent eacces
    abgebrochen verletz ungültig abbruch impossible introuvable refusé inválid
    denegad отказано критическ 違反 ありません しません できません 不能 不正
    見つかりません 无法 找不到 拒绝 無法 거부"""
_WARNING = """warn deprecat unhealthy ⚠ advertencia avertissement aviso предупреждени
    警告 경고"""
_PARTS = {4: _ERROR.split(), 3: _TROUBLE.split(), 2: _WARNING.split()}
# Phrases that say the same, and words that say it only alone.
_PHRASES = {
    4: re.compile(r"\bnot ok\b|\berro\b|^e(?:\d{4}| +assert\b)"),
    3: re.compile(
        r"not found\b|no such\b|timed[ -]out\b|could not\b|\bout of (?:range|memory)\b"
        r"|\boom|segmentation fault|\berr\b|schlug fehl\b|existiert nicht\b"
        r"|(?:konnte|kann) nicht\b|nicht gefunden\b|no se (?:pud|encontr)"
        r"|must be replaced\b|forces replacement\b"
        r"|\bexit(?:ed)?\b[^\n]{0,12}?[:=] *[1-9]"
        r"|não foi possível\b|não encontrad|не (?:удалось|найден)|찾을 수 없"
        r'|" 5\d\d (?:\d|-)'
    ),
    1: re.compile(r'\b(?:wrn|notice|retry|pending)\b|\bskipp|" 4\d\d (?:\d|-)'),
}
# A line with one of these phrases holds one of these texts, or begins with an e.
_HINTS = (
    *("not ok", "err", "not found", "no such", "timed", "could not", "out of ", "oom"),
    *("segmentation fault", "schlug fehl", "existiert nicht", "nicht", "no se "),
    *("replace", "exit", "não ", "не ", "찾을 수", '" 5', '" 4'),
    *("wrn", "notice", "retry", "pending", "skipp"),
)
# What did not happen is no failure: "0 errors", "failed=0", "no warnings".
_NONE = re.compile(
    r"\b(?:0|no) (?:errors?|fail(?:ed|ures?)|warnings?)\b"
    r"|\b[^\W\d][\w-]*\s?[=:]\s?0\b(?![.:\d])"
    r"|\bterminated (?:with success|successfully|normally)\b"
    # A type of a program.
    r"|::\w*error\b"
    # Settings: how many failures count, and from which level on something is logged.
    r"|#failure=\d+|failurethreshold|timeout\w*\"?\s?[:=]\s?\"?\d|level\"?\s?[:=]\s?\"?\w+\"?,?\s*$"
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
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|\d+")
_WARNS = 2
_MOST = 100


def severity(line: str) -> int:
    """Return 4 for a line that tells of an error, 3 trouble, 2 a warning, 1 a notice.

    0 for other lines.
    """
    small = line.lower()
    if '":' in small and small.lstrip().startswith(("{", "[{")):
        if _TOLD_ERROR.search(small):
            return 4
        small = _NAMES.sub("", small)
    small = _NONE.sub("", small)
    bare = small.strip()
    is_ruled = bare[:3] in _RULES and bare[:3] == bare[-3:]
    is_place = is_ruled or _FRAME.match(small) or _BANNER.match(bare)
    for level in (4, 3, 2, 1):
        told = any(part in small for part in _PARTS.get(level, ()))
        if told or (level in _PHRASES and _PHRASES[level].search(small)):
            return min(level, 2) if is_place else level
    return 0


def severities(lines: Sequence[str]) -> list[int]:
    """Return the severity of each line."""
    told = [0] * len(lines)
    for line in _suspects(lines):
        told[line] = severity(lines[line])
    return told


def failures(lines: Sequence[str]) -> set[int]:
    """Return the numbers of the first lines that each tell of another failure.

    Lines that differ in numbers only tell of the same one. In a list of nothing but
    failures, such as a linter's, the first 100 are returned.
    """
    firsts: dict[str, int] = {}
    for number in sorted(_suspects(lines)):
        told = shape(lines[number])
        if told not in firsts and severity(lines[number]) >= _WARNS:
            firsts[told] = number
            if len(firsts) >= _MOST:
                break
    return set(firsts.values())


def _suspects(lines: Sequence[str]) -> set[int]:
    """Return the numbers of the lines that hold a sign of an error or a warning.

    Each sign is looked for in all lines at once.
    """
    small = [line.lower() for line in lines]
    starts = list(accumulate(map(len, small), initial=0))
    text = "".join(small)
    is_ascii = text.isascii()
    found = {at for at, line in enumerate(small) if line[:1] == "e"}
    for sign in chain(*_PARTS.values(), _HINTS):
        at = -1 if is_ascii and not sign.isascii() else text.find(sign)
        while at >= 0:
            line = bisect_right(starts, at) - 1
            found.add(line)
            at = text.find(sign, starts[line + 1])
    return found


def shape(line: str) -> str:
    """Return the line without its numbers: lines of one shape tell the same."""
    return _NUMBER.sub("0", line).strip()
