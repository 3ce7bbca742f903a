"""The front door: what a tool returned, as one JSON tree or the reason why not."""

import ast
import json
import re
import warnings
from collections import UserString
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from json.decoder import JSONDecodeError
from typing import Any

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

# How many times the text's length a search for values in prose may read in vain.
_WASTE = 4

# Lines with an object behind a prefix: how many make rows, and how long it may be.
# An indented line, a list's bullet and an assignment are none.
_FEWEST_LINES = 2
_PREFIX = re.compile(r'(?=[^"]*[^\W_])[^\s"][^"]*(?<![=(\[,+])')
_BEFORE = "before the object"
_LONGEST_PREFIX_CHARACTERS = 160

# Source: ast.literal_eval takes some 100 bytes for each character.
_LONGEST_LITERAL_CHARACTERS = 2_000_000
# What Python's repr has and JSON has not.
_PYTHON = re.compile(r"'|\b(?:None|True|False)\b|\(")

_BLANK = " \t\n\r"
# Between two values; the separator stands between all of them, or none.
_GAP = re.compile(r"[ \t\n\r]*(\x1e|,|---)?[ \t\n\r]*")
# The one short integer that int() does not keep; "-0" in a date is followed by a digit.
_MINUS_ZERO = re.compile(r"-0(?=[\s,\]}]|\Z)")
_OPENER = re.compile(r"[\[{]|^[ \t]*(```+|~~~+)[ \t]*(\w*)", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}\n]")
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
        notes: What was taken off the text around the JSON value.
    """

    value: Any = None
    text: str | None = None
    skipped: str | None = None
    parts: tuple[str | Embedded, ...] = ()
    notes: tuple[str, ...] = ()


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
    notes: tuple[str, ...] = ()
    body = text.removeprefix("\ufeff")
    guard = _GUARD.match(body)
    if guard:
        notes = (f"took off the guard {guard[1]!r} before the JSON",)
        body = body[guard.end() :]
    # Records of RFC 7464 begin with a separator.
    body = body.lstrip(_BLANK + "\x1e").rstrip(_BLANK)
    if not body:
        return Reading(text=text, skipped="empty text")
    parser = _Parser(body, exact)
    try:
        value = parser.document(body)
    except _DuplicateKey as error:
        return Reading(text=text, skipped=str(error))
    except RecursionError:
        return Reading(
            text=text, skipped="nested deeper than Python can walk from here"
        )
    except JSONDecodeError as error:
        try:
            reading = _read_several(parser, text, body, error)
        except _DuplicateKey as duplicate:
            return Reading(text=text, skipped=str(duplicate))
        except RecursionError:
            return Reading(
                text=text, skipped="nested deeper than Python can walk from here"
            )
        return replace(reading, notes=(*notes, *reading.notes))
    if type(value) is str:
        inner = parser.unpacked(value)
        if inner is not value:
            value = inner
            notes = (*notes, "unpacked a JSON document from a JSON string")
        elif not exact:
            try:
                parts = _Parser(value, exact).parts(value)
            except (_DuplicateKey, RecursionError):
                parts = ()
            if parts:
                notes = (*notes, "unpacked a text from a JSON string")
                return Reading(text=text, parts=parts, notes=notes)
    return Reading(value, text, notes=notes)


def _read_several(
    parser: "_Parser", text: str, body: str, error: JSONDecodeError
) -> Reading:
    """Read text that is not one JSON value: several, a Python literal, or prose."""
    values = parser.several(body)
    if values is not None:
        return Reading(values, text)
    logged = parser.logged(text)
    if logged:
        return Reading(text=text, parts=logged)
    literal = _python_literal(body)
    if literal is None and "\n" in body and body[0] in "{[(":
        # One value a line, as a program prints its rows.
        literal = _python_literal(f"[{body.replace(chr(10), ',' + chr(10))}]")
    if literal is not None:
        return Reading(literal, text, notes=("read the repr of a Python value",))
    parts = parser.parts(text)
    if parts:
        return Reading(text=text, parts=parts)
    if parser.broken_line and error.msg == "Extra data":
        reason = (
            f"not JSON: line {parser.broken_line} is no JSON value, though the "
            "lines before it are (of one value a line, every line must be)"
        )
        return Reading(text=text, skipped=reason)
    return Reading(text=text, skipped=_problem(body, error))


def _python_literal(body: str) -> Any:
    """Return the list or dict whose `repr` a text is, or None.

    Only literals are read, nothing is run.
    """
    if body[0] not in "[{(" or len(body) > _LONGEST_LITERAL_CHARACTERS:
        return None
    if not _PYTHON.search(body):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in the text
            tree = ast.parse(body, mode="eval")
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                keys = [ast.dump(key) for key in node.keys if key is not None]
                if len(set(keys)) < len(node.keys):
                    return None  # of two values of one key, Python keeps the last
        value = ast.literal_eval(tree)
        if type(value) not in (list, dict, tuple) or not value:
            return None
        return plain(value, exact=False)
    except (
        ValueError,
        SyntaxError,
        MemoryError,
        RecursionError,
        TypeError,
        InputError,
    ):
        return None


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
        # The first line of lines that begin as JSON values, a line each, that is none.
        self.broken_line = 0
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

    def several(self, body: str) -> list[Any] | None:
        """Parse several values, the first a container; None if it is no such text.

        They follow one another on lines of their own (JSON lines, indented objects),
        with a separator or without (`,`, `---`, that of RFC 7464), or are containers
        (`][`). Pages, all of them lists of objects, become one list.
        """
        if body[0] not in "{[":
            return None
        values: list[Any] = []
        separators: set[str | None] = set()
        at, gap = 0, ""
        while at < len(body):
            try:
                value, end = self._scan(body, at)
            except JSONDecodeError:
                if "\n" in gap:
                    self.broken_line = body.count("\n", 0, at) + 1
                return None
            values.append(value)
            between = _GAP.match(body, end)
            assert between
            at, gap = between.end(), between[0]
            if at < len(body):
                separators.add(between[1])
            touching = type(value) in (dict, list) and body[at : at + 1] in ("{", "[")
            if at < len(body) and "\n" not in gap and not touching:
                return None
        if len(values) < 2 or len(separators) > 1:
            return None
        if all(type(page) is list and _are_rows(page) for page in values):
            return [row for page in values for row in page]
        return values

    def logged(self, text: str) -> tuple[str | Embedded, ...]:
        """Split text by lines that have an object behind a prefix; () where none are.

        So containers log (`2031-01-05T10:00:00Z {"level": …}`, `web-1 | {…}`) and
        servers send events (`data: {…}`). Such lines one after another become one list
        of rows, in which the prefix is the first value; `data:` itself goes.
        """
        if "```" in text:
            return ()
        parts: list[str | Embedded] = []
        run: list[tuple[str, dict[str, Any]]] = []
        done = start = end = at = 0
        for line in [*text.splitlines(keepends=True), "end"]:
            found = self._behind_prefix(line)
            if found:
                start = start if run else at
                run.append(found)
                end = at + len(line.rstrip())
            elif line.strip():
                if len(run) >= _FEWEST_LINES:
                    if start > done:
                        parts += self.parts(text[done:start]) or (text[done:start],)
                    parts.append(Embedded(_rows_of(run), text[start:end]))
                    done = end
                run = []
            at += len(line)
        if parts and done < len(text):
            parts += self.parts(text[done:]) or (text[done:],)
        rows = [part for part in parts if not isinstance(part, str) or part.strip()]
        # Blank ends would make a table of all lines a text with a table in it.
        return tuple(rows if len(rows) == 1 else parts)

    def _behind_prefix(self, line: str) -> tuple[str, dict[str, Any]] | None:
        """Return the prefix and the object of a line, or None if it has none."""
        start = line.find("{", 1, _LONGEST_PREFIX_CHARACTERS)
        prefix = line[:start].rstrip()
        if start < 0 or not _PREFIX.fullmatch(prefix):
            return None
        try:
            value = self.document(line[start:].strip(_BLANK))
        except JSONDecodeError:
            return None
        return (prefix, value) if type(value) is dict else None

    def parts(self, text: str) -> tuple[str | Embedded, ...]:
        """Split prose from the JSON values in it; () where none is worthwhile.

        A value that is broken (truncated, say) ends the search and voids it: what
        looks like a document inside it would be a fragment.
        """
        found = list(self._found(text))
        if not found or found[-1] is None:
            return ()
        found = _runs(text, found)  # type: ignore[arg-type]
        parts: list[str | Embedded] = []
        done = 0
        for span in found:
            assert span is not None
            start, end, value = span
            if start > done:
                parts.append(text[done:start])
            parts.append(Embedded(value, text[start:end]))
            done = end
        if done < len(text):
            parts.append(text[done:])
        return tuple(parts)

    def _found(self, text: str) -> Iterator[tuple[int, int, Any] | None]:
        """Yield (start, end, value) of each value in prose; None, last, if broken."""
        position = wasted = 0
        while opener := _OPENER.search(text, position):
            if opener[1]:
                position = opener.end()
                if opener[2].lower() not in _DATA_FENCES:
                    fence = "\n" + opener[1]
                    closed = text.find(fence, position)
                    position = len(text) if closed < 0 else closed + len(fence)
                continue
            start = opener.start()
            close = _closed_soon(text, start)
            if close is not None and self._is_prose(text[start:close]):
                position = close
                continue
            try:
                value, end = self._scan(text, start)
            except JSONDecodeError as error:
                # A failure counts the lines before it, so that many of them would
                # take quadratic time.
                wasted += error.pos
                if close is None or wasted > _WASTE * len(text):
                    yield None
                    return
                position = close
                continue
            position = end
            if end - start >= _WORTHWHILE_CHARACTERS and _stands_alone(
                text, start, end
            ):
                yield start, end, value

    def _is_prose(self, bracket: str) -> bool:
        """Tell whether a short bracket is no JSON, nor the beginning of any."""
        try:
            self._scan(bracket, 0)
        except JSONDecodeError as error:
            # A bracket inside a string closes nothing.
            return not error.msg.startswith("Unterminated string")
        return False


def _rows_of(lines: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return lines as rows, with their prefix unless it only says that it is data."""
    if all(prefix == "data:" for prefix, _ in lines):
        return [value for _, value in lines]
    return [{_BEFORE: prefix, **value} for prefix, value in lines]


def _are_rows(values: list[Any]) -> bool:
    return bool(values) and all(type(value) is dict for value in values)


def _runs(
    text: str, found: list[tuple[int, int, Any]]
) -> list[tuple[int, int, Any] | None]:
    """Join objects that follow one another with nothing between to one list."""
    runs: list[tuple[int, int, list[Any]]] = []
    for start, end, value in found:
        if type(value) is dict and runs and _are_rows(runs[-1][2]):
            before = runs[-1]
            gap = text[before[1] : start]
            if "\n" in gap and not gap.strip(_BLANK):
                runs[-1] = (before[0], end, [*before[2], value])
                continue
        runs.append((start, end, [value]))
    return [(a, b, v[0] if len(v) == 1 else v) for a, b, v in runs]


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


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a value is data in prose, not a literal in program code."""
    before = text[max(0, start - 40) : start].rstrip(" \t")[-1:]
    touching = text[start - 1 : start] if start else ""
    after = text[end : end + 1]
    return (
        before not in tuple("=([{,+")
        and (touching in ("", " ", "\t", "\n", "\r", ":", ">", "`"))
        and (after in ("", " ", "\t", "\n", "\r", "<", "`", "."))
    )


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
    if body[0] not in '{["-0123456789tfnNI' or (
        at == 0 and not rest.startswith(("'", "{", "["))
    ):
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
