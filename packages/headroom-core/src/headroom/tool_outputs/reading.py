"""The front door: what a tool returned, as one JSON tree or the reason why not."""

import ast
import json
import re
import warnings
from collections import UserString
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from json.decoder import JSONDecodeError
from typing import Any, NamedTuple

from headroom.errors import InputError
from headroom.tool_outputs.objects import plain
from headroom.tool_outputs.values import (
    Cut,
    Numeral,
    escape,
    number_from,
    string_from,
)

__all__ = ["Cut", "Embedded", "Numeral", "Reading", "escape", "read"]

# Guards that services put before JSON so that browsers cannot run it as a script.
_GUARD = re.compile(r"\s*(\)\]\}',?|while\s*\(1\);|for\s*\(;;\);)\s*")

# A JSON value inside prose is worth its own treatment from this many characters;
# below, "[1]" is a citation and "{name}" a placeholder. Source: 64 characters are
# about 20 tokens, of which minifying saves a handful at best.
_WORTHWHILE_CHARACTERS = 64

# A bracket of prose ("[see note]", "{name}", a short Python list) closes soon after.
_PROSE_BRACKET_CHARACTERS = 200

# What follows such a bracket on its line, as nothing follows a document.
_MORE_PROSE = re.compile(r"[ \t]*[^\s,\]}]")

# How many times the text's length a search for values in prose may read in vain.
_WASTE = 4

# What a log writes before an object on its line, and how long it may be. An indented
# line, a list's bullet and an assignment are none.
_PREFIX = re.compile(r'(?=[^"]*[^\W_])[^\s"][^"]*(?<![=(\[,+])')
_BEFORE = "before the object"
_LONGEST_PREFIX_CHARACTERS = 160

# Source: ast.literal_eval takes some 100 bytes for each character.
_LONGEST_LITERAL_CHARACTERS = 2_000_000
# What Python's repr has and JSON has not; its strings and brackets.
_PYTHON = re.compile(r"'|\b(?:None|True|False)\b|\(")
_PYTHON_TOKEN = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|[\[{(]|[\]})]""")

_BLANK = " \t\n\r"
# Between two values; the same separator stands between all of them, or none.
_GAP = re.compile(r"[ \t\n\r]*(\x1e|,|---)?[ \t\n\r]*")
# The one short integer that int() does not keep; "-0" in a date is followed by a digit.
_MINUS_ZERO = re.compile(r"-0(?=[\s,\]}]|\Z)")
_OPENER = re.compile(r"[\[{]|\A\(|^[ \t]*(```+|~~~+)[ \t]*(\w*)", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}\n]")
_LINE_END = re.compile(r"[ \t\r]*(?:\n|\Z)")
# Fences whose content is data; any other language is code, which stays verbatim.
_DATA_FENCES = frozenset(
    {"", "json", "json5", "jsonc", "jsonl", "ndjson", "text", "txt"}
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A JSON value found inside prose.

    Attributes:
        value: The tree, a dict or list.
        source: Its characters in the text, verbatim.
    """

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What `read` made of its input.

    Attributes:
        value: The tree of dict, list, str, int, float, bool, None, Numeral and Cut;
            None also where there is no single JSON value.
        text: The decoded source, if the input was text; else None.
        skipped: Why the text is not JSON, or None.
        parts: For prose with JSON inside, all of the text in order: prose as str,
            each JSON value as Embedded. Empty otherwise.
    """

    value: Any = None
    text: str | None = None
    skipped: str | None = None
    parts: tuple[str | Embedded, ...] = ()


def read(
    data: Any, *, exact_numbers: bool, default: Callable[[Any], Any] | None = None
) -> Reading:
    """Read JSON text, or any Python value that a tool returns.

    Text is JSON, several JSON values one after another (read as a list), a string that
    holds a JSON document (read as that document), the `repr` of a Python list or dict,
    or prose with JSON inside. Whatever is broken is never repaired: `skipped` says what
    is wrong and where. Of a Python value all that is plain JSON already is shared,
    nothing is changed.

    Args:
        data: str, bytes (UTF-8, UTF-16 or UTF-32), or a Python value.
        exact_numbers: Keep the spelling of every number (`1.10`, `-0`) as a Numeral
            where Python would lose it; otherwise only those whose value Python
            would change (`1e400`, more digits than a float or int carries).
        default: Makes a value with a JSON form of one that has none.

    Raises:
        InputError: Bytes that are not text, or a Python value that has no JSON form.
    """
    if isinstance(data, Enum):
        data = data.value
    if isinstance(data, UserString):
        data = data.data
    if isinstance(data, str):
        # Not str(data): an Enum with str values would give its own name.
        return _read_text(str.__str__(data), exact_numbers)
    if isinstance(data, bytes | bytearray) or (
        isinstance(data, memoryview) and data.format in ("B", "b", "c")
    ):
        return _read_text(_decoded(bytes(data)), exact_numbers)
    return Reading(plain(data, exact=exact_numbers, default=default))


def _decoded(data: bytes) -> str:
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"bytes that are not {encoding} text ({error.reason} at byte "
            f"{error.start}); decode them first and pass the str"
        ) from None


def _read_text(text: str, exact: bool) -> Reading:  # noqa: FBT001 - private
    try:
        return _understood(text, exact)
    except _DuplicateKey as error:
        return Reading(text=text, skipped=str(error))
    except RecursionError:
        reason = "nested deeper than Python can walk from here"
        return Reading(text=text, skipped=reason)


def _understood(text: str, exact: bool) -> Reading:  # noqa: FBT001 - private
    body = text.removeprefix("\ufeff")
    guard = _GUARD.match(body)
    if guard:
        body = body[guard.end() :]
    # Records of RFC 7464 begin with a separator.
    body = body.lstrip(_BLANK + "\x1e").rstrip(_BLANK)
    if not body:
        return Reading(text=text, skipped="empty text")
    parser = _Parser(text, exact)
    try:
        value = parser.document(body)
    except JSONDecodeError as error:
        return _several(parser, text, body, error)
    if type(value) is str:
        value = parser.unpacked(value)
    if type(value) is str and not exact:
        # A text that says something around its values, as servers wrap rows.
        try:
            parts = _parts(value, _Parser(value, exact).found(value))
        except (_DuplicateKey, RecursionError):
            parts = ()
        if parts:
            return Reading(text=text, parts=parts)
    return Reading(value, text)


def _several(
    parser: "_Parser", text: str, body: str, error: JSONDecodeError
) -> Reading:
    """Read text that is not one JSON value: several, Python's repr, or prose."""
    found = parser.found(text)
    start = text.index(body)
    run = _runs(text, found)[0] if found and found[0].start == start else []
    if run and run[0].prefix is None:
        values = [one.value for one in run]
        rest = _GAP.match(text, run[-1].end)
        is_all = rest is not None and not text[rest.end() :].strip()
        if is_all and len(run) > 1:
            return Reading(_joined(values) or values, text)
        if is_all and parser.read_python:
            return Reading(values[0], text)
        if rest is not None and len(run) > 1:
            error = JSONDecodeError(error.msg, body, rest.end() - start)
    parts = _parts(text, found)
    if parts:
        return Reading(text=text, parts=parts)
    return Reading(text=text, skipped=_problem(body, error))


class _Found(NamedTuple):
    """An array or object in a text, `text[start:end]`.

    `prefix` is what a log wrote before an object on its line, from `line` on, or None.
    """

    start: int
    end: int
    value: Any
    line: int = 0
    prefix: str | None = None


def _runs(text: str, found: list[_Found]) -> list[list[_Found]]:
    """Group values that follow one another: by one separator, or on lines of a log."""
    runs: list[list[_Found]] = []
    separators: set[str | None] = set()
    for one in found:
        if one.prefix is not None:
            # What looks like a value in the prefix belongs to it: `[12] {…}`.
            while runs and runs[-1][-1].start >= one.line:
                runs.pop()
        before = runs[-1][-1] if runs else None
        if before is None or (before.prefix is None) != (one.prefix is None):
            follows = False
        elif one.prefix is not None:
            follows = not text[before.end : one.line].strip()
        else:
            gap = _GAP.fullmatch(text, before.end, one.start)
            separators = separators if len(runs[-1]) > 1 else set()
            separators |= {gap[1]} if gap else set()
            follows = gap is not None and len(separators) == 1
        if follows:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _parts(text: str, found: list[_Found]) -> tuple[str | Embedded, ...]:
    """Split prose from the values in it; () where none is worthwhile."""
    worth: list[tuple[int, int, Any]] = []
    for run in _runs(text, found):
        rows = _joined([one.value for one in run]) if len(run) > 1 else None
        between = text[run[0].end : run[-1].start]
        if rows and run[0].prefix is not None:
            if any(one.prefix != "data:" for one in run):
                rows = [{_BEFORE: one.prefix, **one.value} for one in run]
            worth.append((run[0].line, run[-1].end, rows))
        elif rows and "\n" in between:
            worth.append((run[0].start, run[-1].end, rows))
        else:
            worth += [(one.start, one.end, one.value) for one in run]
    parts: list[str | Embedded] = []
    done = 0
    for start, end, value in worth:
        if _stands_alone(text, start, end):
            parts += [text[done:start]] if start > done else []
            parts.append(Embedded(value, text[start:end]))
            done = end
    if parts and done < len(text):
        parts.append(text[done:])
    values = [part for part in parts if not isinstance(part, str) or part.strip()]
    # Blank ends would make a table of all lines a text with a table in it.
    return tuple(values if len(values) == 1 else parts)


def _joined(values: list[Any]) -> list[Any] | None:
    """Return objects, and the rows of pages of them, as one list; None for others."""
    if all(type(value) is dict for value in values):
        return values
    if all(type(page) is list and _are_rows(page) for page in values):
        return [row for page in values for row in page]
    return None


def _are_rows(values: list[Any]) -> bool:
    return bool(values) and all(type(value) is dict for value in values)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a value is data in prose, not a literal in program code."""
    before = text[max(0, start - 40) : start].rstrip(" \t")[-1:]
    touching = text[start - 1 : start] if start else ""
    after = text[end : end + 1]
    return (
        end - start >= _WORTHWHILE_CHARACTERS
        and before not in tuple("=([{,+")
        and touching in ("", " ", "\t", "\n", "\r", ":", ">", "`")
        and after in ("", " ", "\t", "\n", "\r", "<", "`", ".")
    )


class _DuplicateKey(Exception):
    """An object in JSON text that has one key twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKey(
                    f"duplicate key {key!r} in one object: which value counts differs "
                    "between JSON readers, so nothing was changed"
                )
            seen.add(key)
    return members


class _Parser:
    """A JSON parser that loses nothing; makes one tree per text."""

    def __init__(self, text: str, exact: bool) -> None:  # noqa: FBT001 - private
        self._exact = exact
        # Whether Python's repr was read, and how many characters were read in vain.
        self.read_python = False
        self._wasted = 0
        self._markers = ("…" in text or "\\u2026" in text) and " cut" in text
        number = partial(number_from, exact=exact)

        def real(spelling: str) -> float | Numeral:
            value = float(spelling)
            return value if repr(value) == spelling else number(spelling)

        self._careful = json.JSONDecoder(
            object_pairs_hook=_object, parse_float=real, parse_int=number
        )
        # Python's own int is faster; it refuses long integers, and loses how "-0" is
        # spelled.
        self._fast = (
            self._careful
            if exact and _MINUS_ZERO.search(text)
            else json.JSONDecoder(object_pairs_hook=_object, parse_float=real)
        )

    def document(self, body: str) -> Any:
        """Parse text that is one JSON value and nothing else."""
        value, end = self._scan(body, 0)
        if end != len(body):
            raise JSONDecodeError("Extra data", body, end)
        return value

    def _scan(self, text: str, start: int) -> tuple[Any, int]:
        try:
            value, end = self._fast.raw_decode(text, start)
        except JSONDecodeError:
            raise
        except ValueError:  # an integer of more digits than int() takes
            value, end = self._careful.raw_decode(text, start)
        if self._markers:
            value = _with_markers(value)
        return value, end

    def unpacked(self, text: str) -> Any:
        """Return the document that a string holds, through any number of layers."""
        layer: Any = text
        while type(layer) is str:
            body = layer.strip(_BLANK)
            if body[:1] not in ("{", "[", '"'):
                return text
            try:
                layer = _Parser(body, self._exact).document(body)
            except (JSONDecodeError, RecursionError, _DuplicateKey):
                return text
        return layer if isinstance(layer, dict | list) else text

    def found(self, text: str) -> list[_Found]:
        """Return the arrays and objects in a text that is more than one JSON value.

        A value that is broken (truncated, say) ends the search and voids it: what
        looks like a document inside it would be a fragment. In a log it spoils its line
        only.
        """
        found: list[_Found] = []
        position = 0
        while opener := _OPENER.search(text, position):
            if opener[1]:
                position = opener.end()
                if opener[2].lower() not in _DATA_FENCES:
                    fence = "\n" + opener[1]
                    closed = text.find(fence, position)
                    position = len(text) if closed < 0 else closed + len(fence)
                continue
            in_log = bool(found) and found[-1].prefix is not None
            one = self._at(text, opener.start(), in_log=in_log)
            if one is None or self._wasted > _WASTE * len(text):
                return []
            if isinstance(one, int):
                position = one
            else:
                found.append(one)
                position = one.end
        return found

    def _at(self, text: str, start: int, *, in_log: bool) -> "_Found | int | None":
        """Return the value at a bracket, where to search on, or None if broken."""
        close = _closed_soon(text, start) if text[start] != "(" else None
        if close is not None:
            try:
                value, length = self._scan(text[start:close], 0)
                return _found(text, start, start + length, value)
            except JSONDecodeError as error:
                # A bracket inside a string closes nothing; one of prose is no value.
                # What begins a line may be Python's.
                is_prose = not error.msg.startswith("Unterminated string")
                if is_prose and text[start - 1 : start] not in ("", "\n"):
                    return close
        try:
            value, end = self._scan(text, start)
            return _found(text, start, end, value)
        except JSONDecodeError as error:
            value, end = _python_at(text, start)
            if value is not None:
                self.read_python = True
                return _found(text, start, end, value)
            # A failure counts the lines before it, so that many of them would take
            # quadratic time.
            self._wasted += error.pos + end - start
            line = (text.find("\n", start) + 1 or len(text) + 1) - 1
            return line if close is None and in_log and error.pos <= line else close


def _found(text: str, start: int, end: int, value: Any) -> _Found:
    if (
        type(value) is dict
        and _LINE_END.match(text, end)
        and "\n" not in text[start:end]
    ):
        line = text.rfind("\n", max(0, start - _LONGEST_PREFIX_CHARACTERS), start) + 1
        prefix = text[line:start].rstrip()
        if (line or start <= _LONGEST_PREFIX_CHARACTERS) and _PREFIX.fullmatch(prefix):
            return _Found(start, end, value, line, prefix)
    return _Found(start, end, value)


def _python_at(text: str, start: int) -> tuple[Any, int]:
    """Return the value whose `repr` is at a bracket, or None, and how far it was read.

    Only literals are read, nothing is run.
    """
    depth = 0
    end = start
    for token in _PYTHON_TOKEN.finditer(
        text, start, start + _LONGEST_LITERAL_CHARACTERS
    ):
        end = token.end()
        depth += (token[0] in ("[", "{", "(")) - (token[0] in ("]", "}", ")"))
        if depth == 0:
            break
    source = text[start:end]
    if depth or not _PYTHON.search(source):
        return None, end
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in the text
            tree = ast.parse(source, mode="eval")
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                keys = [ast.dump(key) for key in node.keys if key is not None]
                if len(set(keys)) < len(node.keys):
                    return None, end  # of two values of one key, Python keeps the last
        value = ast.literal_eval(tree)
        is_container = type(value) in (list, dict, tuple) and bool(value)
        return plain(value, exact=False) if is_container else None, end
    except (
        ValueError,
        SyntaxError,
        MemoryError,
        RecursionError,
        TypeError,
        InputError,
    ):
        return None, end


def _closed_soon(text: str, start: int) -> int | None:
    """Return the end of a prose bracket that closes on its line, or None."""
    depth = 0
    limit = start + _PROSE_BRACKET_CHARACTERS
    for bracket in _BRACKET.finditer(text, start, limit):
        if bracket[0] == "\n":
            return None
        depth += 1 if bracket[0] in "[{" else -1
        if depth == 0:
            return bracket.end()
    return None


def _with_markers(value: Any) -> Any:
    """Replace strings that are markers by Cut, and unescape their look-alikes."""
    kind = type(value)
    if kind is str:
        return string_from(value)
    if kind is list:
        return [_with_markers(item) for item in value]
    if kind is dict:
        return {key: _with_markers(item) for key, item in value.items()}
    return value


def _problem(body: str, error: JSONDecodeError) -> str:
    """Name what keeps a text from being JSON, and where."""
    at = error.pos
    where = f"line {error.lineno} column {error.colno}"
    rest = body[at:]
    last = body[:at].rstrip(_BLANK)[-1:]
    close = _closed_soon(body, 0)
    is_object = body[0] == "{" and error.msg == "Extra data"
    if body[0] not in "{[" or (
        close and not is_object and _MORE_PROSE.match(body, close)
    ):
        # It opens with a word, a time, or a bracket of prose: "[INFO] started".
        return f"not JSON: plain text ({where})"
    if "control character" in error.msg:
        return f"not JSON: a raw control character in a string, {where}"
    if "escape" in error.msg:
        return f"not JSON: an invalid escape in a string, {where}"
    if error.msg.startswith("Unterminated"):
        return f"not JSON: truncated, the string that begins at {where} never ends"
    if not rest.strip(_BLANK):
        return f"not JSON: truncated at {where}, a bracket before it is never closed"
    if rest.startswith(("//", "/*", "#")):
        return f"not JSON: a comment, {where}"
    if (last == "," and rest[0] in "]}") or "trailing comma" in error.msg:
        return f"not JSON: a trailing comma, {where}"
    if re.match(r"'|True\b|False\b|None\b|\(|[A-Za-z_][\w.]*\(|[bru]+['\"]", rest):
        return (
            f"not JSON: a Python literal (pass the object, or json.dumps it), {where}"
        )
    if error.msg == "Extra data":
        return f"not JSON: more text after the first value, {where}"
    return f"not JSON: {error.msg[0].lower()}{error.msg[1:]}, {where}"
