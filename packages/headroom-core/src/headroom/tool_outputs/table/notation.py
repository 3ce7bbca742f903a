"""How scalars and keys are spelled in the table format (docs/table-format.md)."""

import re
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]
from json.encoder import encode_basestring
from typing import Any

from headroom.errors import DecodeError
from headroom.tool_outputs.table import packed
from headroom.tool_outputs.values import LONGEST_INTEGER_DIGITS

__all__ = [
    "MAGIC",
    "bare_key",
    "encodable",
    "is_other",
    "quote",
    "raw_cell",
    "read_scalar",
    "scan_quoted",
    "spell_key",
    "string_cell",
    "template_cell",
]

# The first word of every table text, by which it is known again.
MAGIC = "#headroom"

_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# Space inside is fine; other white space, controls, line separators and lone
# surrogates are not, because something between us and the model may change them.
_ODD = r"\t-\r\x00-\x08\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_BARE = re.compile(rf'[^\s,;()\[\]{{}}"&@=…{_ODD}][^,;()\[\]{{}}"{_ODD}]*(?<!\s)')
_OTHER = re.compile(rf"(?:{_NUMBER}|true|false|null|NaN|-?Infinity)")
_FIRST_OF_OTHER = frozenset("-0123456789tfnNI")
_BARE_KEY = re.compile(r"[\w$][\w$/+-]*")
_BRACE = re.compile(r"[{}]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LITERALS = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


def bare_key(name: str) -> bool:
    """Tell whether a key needs no quotes."""
    return _BARE_KEY.fullmatch(name) is not None


def spell_key(name: str) -> str:
    """Spell a key: bare if it can be."""
    return name if bare_key(name) else quote(name)


def quote(text: str) -> str:
    """Spell `text` as a JSON string that any encoding can carry."""
    return encodable(encode_basestring(text))


def encodable(spelled: str) -> str:
    """Escape lone surrogates in text where they stand inside JSON strings only."""
    try:
        # Nothing else finds out as fast.
        spelled.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", spelled)
    return spelled


def string_cell(text: str) -> str:
    """Spell a string as a cell: bare where it reads back as itself."""
    if _BARE.fullmatch(text) and (
        text[0] not in _FIRST_OF_OTHER or not _OTHER.fullmatch(text)
    ):
        return text
    return quote(text)


def is_other(cell: str) -> bool:
    """Tell whether a cell is a number, true, false, null or a float's name."""
    return cell[0] in _FIRST_OF_OTHER and _OTHER.fullmatch(cell) is not None


def raw_cell(text: str) -> str:
    """Spell a string where only strings can stand: no quotes for look-alikes."""
    return text if _BARE.fullmatch(text) else quote(text)


def template_cell(text: str) -> str:
    """Spell a header's text, bare where its braces are balanced as brackets are."""
    rest = text.replace("{", "").replace("}", "")
    if packed.START.match(text):
        return quote(text)
    if text[:1] != "{" and rest and _BARE.fullmatch(rest) and text[-1] != " ":
        depth = 0
        for brace in _BRACE.findall(text):
            depth += 1 if brace == "{" else -1
            if depth < 0:
                break
        if depth == 0:
            return text
    return quote(text)


def read_scalar(cell: str) -> Any:
    """Return the value of a bare, non-empty cell."""
    if cell[0] not in _FIRST_OF_OTHER or not _OTHER.fullmatch(cell):
        return cell
    if cell in _LITERALS:
        return _LITERALS[cell]
    if cell.lstrip("-").isdigit():
        # int() refuses longer spellings; Decimal carries them exactly.
        fits = len(cell.lstrip("-")) <= LONGEST_INTEGER_DIGITS
        return int(cell) if fits else Decimal(cell)
    return float(cell)


def scan_quoted(text: str, start: int) -> tuple[str, int]:
    """Read the JSON string whose opening quote is at `start`: value and end."""
    try:
        value, end = scanstring(text, start + 1)
    except ValueError as error:
        msg = f"unfinished or malformed string at character {start}"
        raise DecodeError(msg) from error
    return value, end
