"""Which lines of an output tell of an error or a warning, and which tell the same."""

import re

__all__ = ["severity", "shape"]

# Sources: the level names of syslog, log4j, Python's logging, glog and PostgreSQL
# (also in its translations), and the words with which compilers, test runners,
# shells and kubectl say that something failed.
_ERROR = re.compile(
    r"error|fail|fatal|exception|panic|critical|severe\b|traceback|abort|crash|segfault"
    r"|segmentation fault|killed|denied|refused|unreachable|timed[ -]?out|timeout"
    r"|not found|no such|cannot|can't|could not|couldn't|unable to|unexpected|invalid"
    r"|undefined|unresolved|violat|rejected|evicted|backoff|back-off|not ok\b|oom"
    r"|^E[ \d]|\[E\]|\bE\d{3,}|✗|✘|✖|❌|npm ERR"
    r"|fehler|fehlgeschlagen|schlug fehl|abgebrochen|verletz|existiert nicht|ungültig"
    r"|konnte nicht|kann nicht|nicht gefunden|abbruch"
    r"|erreur|échec|échoué|impossible|introuvable|refusé"
    r"|error\b|fallo|falló|excepción|no se pud|no se encontr|inválid|denegad"
    r"|erro\b|falha|exceção|não foi possível|não encontrad"
    r"|ошибк|сбой|исключени|не удалось|не найден|отказано|критическ"
    r"|エラー|失敗|例外|致命的|違反|存在しません|できません|見つかりません|不正"
    r"|错误|失败|异常|致命|无法|找不到|拒绝|錯誤|失敗|異常|無法|找不到"
    r"|오류|실패|예외|치명|거부|찾을 수 없",
    re.IGNORECASE,
)
_WARNING = re.compile(
    r"warn|deprecat|\bwrn\b|\[W\]|^W\d|⚠|\bskipp|\bnotice\b|retry|restart|unhealthy|pending"
    r"|warnung|avertissement|advertencia|aviso|предупреждени|警告|경고",
    re.IGNORECASE,
)
# The status of a failed request in an access log.
_SERVER_ERROR = re.compile(r'" 5\d\d (?:\d|-)')
_CLIENT_ERROR = re.compile(r'" 4\d\d (?:\d|-)')
_NUMBER = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]*\d[0-9a-f]*\b|\d+", re.IGNORECASE)


def severity(line: str) -> int:
    """Return 2 for a line that tells of an error, 1 for a warning, else 0."""
    if _ERROR.search(line) or _SERVER_ERROR.search(line):
        return 2
    return int(bool(_WARNING.search(line) or _CLIENT_ERROR.search(line)))


def shape(line: str) -> str:
    """Return the line without its numbers: lines of one shape tell the same."""
    return _NUMBER.sub("0", line).strip()
