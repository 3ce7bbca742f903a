"""Lines that tell of a failure, which a fold leaves as they are."""

import re
from collections.abc import Sequence

__all__ = ["failures"]

# Beginnings of the words by which programs say that something went wrong, in the
# languages whose tools we have read. A line that has one by chance costs only tokens.
_FAILED = re.compile(
    r"error|fail|fatal|exception|panic|critical|severe|traceback|warn|abort|crash"
    r"|killed|denied|refused|invalid|cannot|unable|evicted|backoff|back-off|unhealthy"
    r"|violat|enoent|eacces|not ok|no such|not found|timed out|timeout|undefined"
    r"|fehler|warnung|fehlgeschlagen|erreur|échec|fallo|falló|advertencia|erro\b|aviso"
    r"|ошибк|сбой|предупреждени|エラー|失敗|警告|例外|错误|失败|异常|错誤|오류|실패|경고"
    r"|\" 5\d\d ",
)
_NUMBER = re.compile(r"0x[0-9a-f]+|\d+")
# Distinct lines that are left as they are. In a list of nothing but failures, such as
# a linter's, more of them would leave nothing to fold.
_MOST = 64


def failures(lines: Sequence[str]) -> set[int]:
    """Return the numbers of the first lines that each tell of another failure.

    Lines that differ in numbers only tell of the same one.
    """
    found: set[int] = set()
    known: set[str] = set()
    for number, line in enumerate(lines):
        if _FAILED.search(line.lower()):
            told = _NUMBER.sub("0", line)
            if told not in known:
                known.add(told)
                found.add(number)
                if len(found) >= _MOST:
                    break
    return found
