"""Which lines of an output tell of an error or a warning, and which tell the same."""

import re

__all__ = ["severity", "shape"]

# Sources: the level names of syslog, log4j, Python's logging, glog and PostgreSQL
# (also in its translations), and the words with which compilers, test runners,
# shells and kubectl say that something failed.
_ERROR = re.compile(
    r"error|fail|fatal|exception|panic|critical|severe\b|traceback|abort|crash"
    r"|not ok\b|^E[ \d]|npm ERR|✗|✘|✖|❌|fehler|fehlgeschlagen|erreur|échec|échoué"
    r"|fallo|falló|excepción|\berro\b|falha|exceção|ошибк|сбой|исключени|エラー|失敗"
    r"|例外|致命|错误|失败|异常|錯誤|異常|오류|실패|예외",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"killed|denied|refused|unreachable|timed[ -]?out|timeout|not found|no such|cannot"
    r"|can't|could not|couldn't|unable to|unexpected|invalid|undefined|unresolved"
    r"|violat|rejected|evicted|back-?off|oom|segfault|segmentation fault|deadlock"
    r"|out of range|unreadable|\bErr\b|" + '" 5\\d\\d (?:\\d|-)'
    r"|schlug fehl|abgebrochen|verletz|existiert nicht|ungültig|konnte nicht"
    r"|kann nicht|nicht gefunden|abbruch|impossible|introuvable|refusé|no se pud"
    r"|no se encontr|inválid|denegad|não foi possível|não encontrad|не удалось"
    r"|не найден|отказано|критическ|違反|ありません|しません|できません|不能|不正"
    r"|見つかりません|无法|找不到|拒绝|無法|거부|찾을 수 없",
    re.IGNORECASE,
)
_WARNING = re.compile(
    r"warn|deprecat|\bwrn\b|⚠|\bskipp|\bnotice\b|retry|unhealthy|pending|advertencia"
    r"|avertissement|aviso|предупреждени|警告|경고|" + '" 4\\d\\d (?:\\d|-)',
    re.IGNORECASE,
)
# In JSON the names of members say what could be told; what is told are the values.
_NAMES = re.compile(r'"[^"\\]*"\s*:')
_TOLD_ERROR = re.compile(
    r'"(?:error|errors|err|exception)"\s*:\s*(?!null|false|0\b|""|\[\]|\{\})',
    re.IGNORECASE,
)
_NUMBER = re.compile(r"0x[0-9a-f]+|\d+", re.IGNORECASE)


def severity(line: str) -> int:
    """Return 3 for a line that tells of an error, 2 trouble, 1 a warning, else 0."""
    if line.lstrip().startswith(("{", "[{")) and '":' in line:
        if _TOLD_ERROR.search(line):
            return 3
        line = _NAMES.sub("", line)
    if _ERROR.search(line):
        return 3
    if _TROUBLE.search(line):
        return 2
    return int(bool(_WARNING.search(line)))


def shape(line: str) -> str:
    """Return the line without its numbers: lines of one shape tell the same."""
    return _NUMBER.sub("0", line).strip()
