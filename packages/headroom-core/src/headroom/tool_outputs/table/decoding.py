"""Reading back the table format (docs/table-format.md)."""

import re
from dataclasses import dataclass, field
from typing import Any

from headroom.errors import DecodeError
from headroom.tool_outputs.table.notation import read_scalar, scan_quoted
from headroom.tool_outputs.table.packed import MOST_LAYERS, START, packed_text

__all__ = ["ABSENT", "Reader", "decode_table"]

_CELL = re.compile(r"[^,;)\]}\n]*")
_HEADER_TEXT = re.compile(r"[^,;)\]\n]*")
_BRACKET = re.compile(r'["()\[\]{},;\n]')
_KEY = re.compile(r"[\w$][\w$/+-]*")
_COUNT = re.compile(r"\[([0-9]+)\](\[\])?(?=[(@:])")
_LENGTH = re.compile(r"[0-9]+(?=\[)")
_IN_COLUMN = re.compile(r"\{([0-9]+)\}(?=\()")
_REFERENCE = re.compile(r"&[0-9]+")
_TEMPLATE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")


class _Absent:
    """What stands where a key is missing."""


ABSENT = _Absent()
# A value and its text: a string's characters, a scalar's spelling, else None.
_Read = tuple[Any, str | None]
_NOTHING: _Read = (ABSENT, None)


@dataclass(slots=True)
class _Field:
    """A field of a header.

    Attributes:
        name: Its key as it is spelled.
        keys: Those of the objects of one key that it goes through, its own last.
        sparse: Whether only rows that name it have it.
        schema: The header that is expected in it.
        span: `[start, end)` of the header's text of it.
        text: That text, until all fields are known to which it may refer.
        given: The header's value, if that is known.
        parts: Of a template literal and reference by turns: even parts are text, odd
            ones the names of fields, "" for the cell.
    """

    name: str
    keys: list[str]
    sparse: bool = False
    schema: "_Schema | None" = None
    span: tuple[int, int] | None = None
    text: str | None = None
    given: _Read | None = None
    parts: list[str] = field(default_factory=list)

    @property
    def has_cell(self) -> bool:
        if self.parts:
            return "" in self.parts[1::2]
        return not self.sparse and self.span is None


@dataclass(slots=True)
class _Schema:
    fields: list[_Field] = field(default_factory=list)
    cells: list[_Field] = field(default_factory=list)
    # Those with a reference last, since it may be to one with a cell.
    derived: list[_Field] = field(default_factory=list)


def decode_table(text: str) -> Any:
    """Return the value that `text`, beginning with the magic word, stands for.

    Raises:
        DecodeError: If the text was cut or changed.
    """
    return Reader(text).document()


class Reader:
    """Reads one text, from a position that each method moves behind what it read."""

    def __init__(self, text: str) -> None:
        # A final newline lets every scan stop without asking for the length.
        self.text = text + "\n"
        self.at = 0
        # Where what has a name begins, and what was read of it.
        self.headers: dict[str, int] = {}
        self.schemas: dict[str, _Schema] = {}
        self.definitions: dict[str, int] = {}
        self.defined: dict[str, _Read] = {}
        self.open: set[str] = set()
        # Of JSON text in JSON text.
        self.layers = 0

    def mark(self, value: Any, device: str, start: int, end: int) -> Any:
        """Return a value that `device` wrote at `[start, end)`; here as it is.

        Args:
            value: The value.
            device: How it is written: one of `tracing.DEVICES`.
            start: Where its text begins.
            end: Where it ends, -1 for the end of the line.
        """
        return value

    def document(self) -> Any:
        """Read the whole text.

        Raises:
            DecodeError: If the text was cut or changed.
        """
        try:
            return self._document()
        except DecodeError:
            raise
        except (LookupError, ValueError, RecursionError) as error:
            msg = "the text ends too early or was changed; decode needs it whole"
            raise DecodeError(msg) from error

    def _document(self) -> Any:
        text = self.text
        self.at = text.index("\n") + 1
        while text[self.at] in "@&":
            end = text.index("\n", self.at)
            colon = text.find(":", self.at, end)
            if colon < 0:
                raise self._wrong("a definition without ':'")
            where = self.headers if text[self.at] == "@" else self.definitions
            where[text[self.at : colon]] = colon + 1
            self.at = end + 1
        if text[self.at] in "[(":
            value = self._content(is_keyed=False)
            self._expect("\n")
            if not self._is_done():
                raise self._wrong("text after the end")
            return value
        result: dict[str, Any] = {}
        while not self._is_done():
            into, name = self._keys(result)
            value = None if text[self.at] == "\n" else self._content()
            self._expect("\n")
            if value is not ABSENT:
                into[name] = value
        return result

    def _is_done(self) -> bool:
        # Editors and shells put one more line feed at the end.
        left = len(self.text) - self.at
        return left <= 0 or (left == 1 and self.text[-1] == "\n")

    # -- the text at the position
    def _wrong(self, what: str) -> DecodeError:
        line = self.text.count("\n", 0, self.at) + 1
        return DecodeError(
            f"line {line}: {what} at {self.text[self.at : self.at + 20]!r}; "
            "decode reads only unchanged output of JSONMinifier"
        )

    def _take(self, mark: str) -> bool:
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise self._wrong(f"{mark!r} expected")

    def _match(self, pattern: re.Pattern[str], what: str = "") -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise self._wrong(f"{what} expected")
        self.at = found.end()
        return found[0]

    def _quoted(self) -> str:
        value, self.at = scan_quoted(self.text, self.at)
        return value

    # -- keys and lines
    def _key(self) -> str:
        return self._quoted() if self.text[self.at] == '"' else self._match(_KEY, "key")

    def _keys(self, into: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Read `a.b.c`: the innermost object, and its key.

        What lines before began goes on; `a[].b` is in the only element of a list.
        """
        name = self._key()
        while (is_sole := self._take("[].")) or self._take("."):
            inner = into.setdefault(name, [{}] if is_sole else {})
            if is_sole and type(inner) is list and len(inner) == 1:
                inner = inner[0]
            if type(inner) is not dict:
                raise self._wrong("a key that has a value already")
            into, name = inner, self._key()
        return into, name

    def _content(self, *, is_keyed: bool = True) -> Any:
        """Read the value of a line, behind its key: in the line, or as rows."""
        if self.text[self.at] == "{":
            return self._columns()
        count = _COUNT.match(self.text, self.at)
        if count:
            self.at = count.end()
        schema = self._spec()
        if count or schema or is_keyed:
            self._expect(":")
        if not count:
            return self._value(schema)[0]
        rows: list[Any] = []
        for _ in range(int(count[1])):
            self._expect("\n")
            value: Any
            if self._take("="):
                value = self._value(schema)[0]
            elif count[2]:
                value = self._elements(None)
            else:
                value = self._row(schema)
            if value is not ABSENT:
                rows.append(value)
        return rows

    def _columns(self) -> dict[str, list[Any]]:
        """Read an object whose members are lists, an element of each in a line."""
        count = self._match(_IN_COLUMN, "a count of rows")
        columns: dict[str, list[Any]] = {}
        while not self._take(")"):
            self.at += 1
            columns[self._key()] = []
        self._expect(":")
        for _ in range(int(count[1:-1])):
            self._expect("\n")
            row = self._elements(None)
            for column, value in zip(columns.values(), row, strict=True):
                column.append(value)
        return columns

    # -- headers
    def _spec(self) -> _Schema | None:
        if self._take("@"):
            return self._named(f"@{self._key()}")
        if not self._take("("):
            return None
        schema = _Schema()
        self._fields(schema)
        self._expect(")")
        return schema

    def _named(self, name: str) -> _Schema:
        schema = self.schemas.get(name)
        if schema is None:
            if name not in self.headers:
                raise self._wrong(f"no header {name}")
            # Known before it is read, since a header may contain itself.
            schema = self.schemas[name] = _Schema()
            back, self.at = self.at, self.headers[name]
            self._fields(schema)
            self._expect("\n")
            self.at = back
        return schema

    def _fields(self, schema: _Schema) -> None:
        text = self.text
        while True:
            start = self.at
            keys = [self._key()]
            while self._take("."):
                keys.append(self._key())
            new = _Field(text[start : self.at], keys)
            new.sparse = self._take("?")
            new.schema = self._spec()
            if self._take("="):
                self._given_text(new)
            schema.fields.append(new)
            if not self._take(","):
                break
        names = {f.name for f in schema.fields} | {""}
        for f in schema.fields:
            if f.text is not None:
                _resolve(f, f.text, names)
        schema.cells = [f for f in schema.fields if f.has_cell]
        derived = [f for f in schema.fields if f.parts]
        schema.derived = sorted(derived, key=lambda f: f.parts[1::2] != [""])

    def _given_text(self, new: _Field) -> None:
        """Read what a header says of a field's value."""
        start, char = self.at, self.text[self.at]
        if char == '"':
            new.text = self._quoted()
        elif char in "([{&@" or self._is_marked():
            # Read when first needed: it may hold objects of a header, this one even,
            # that is not known in full yet.
            self._skip()
        else:
            bare = self._match(_HEADER_TEXT)
            value = read_scalar(bare) if bare else bare
            if char == "…":
                new.given = _NOTHING
            elif type(value) is str:
                new.text = bare
            else:
                new.given = (value, bare)
        new.span = (start, self.at)

    def _is_marked(self) -> bool:
        """Tell whether a string begins that is written as JSON, or a list's length."""
        marks = (START.match(self.text, self.at), _LENGTH.match(self.text, self.at))
        return any(marks) or self.text.startswith('+"', self.at)

    def _skip(self) -> None:
        """Move behind the container or reference that begins here."""
        depth = 0
        while True:
            found = _BRACKET.search(self.text, self.at)
            if found is None:
                raise self._wrong("an end expected")
            self.at, mark = found.start(), found[0]
            if mark == '"':
                self._quoted()
                continue
            if mark in "([{":
                depth += 1
            elif depth == 0 or mark == "\n":
                return
            elif mark in ")]}":
                depth -= 1
            self.at += 1

    # -- rows
    def _row(self, schema: _Schema | None) -> dict[str, Any]:
        if schema is None:
            raise self._wrong("a row without a header")
        start = self.at
        found = self._cells(schema)
        named = self._named_values(schema)
        for f in schema.fields:
            if f.span is not None and not f.parts:
                found[f.name] = self._given(f)
        found.update(named)
        for f in schema.derived:
            if f.name not in named:
                value, text = _filled(f, found)
                found[f.name] = self.mark(value, "template", start, -1), text
        row: dict[str, Any] = {}
        for f in schema.fields:
            value, _ = found.get(f.name, _NOTHING)
            if value is not ABSENT:
                into = row
                for key in f.keys[:-1]:
                    into[key] = into = {}
                into[f.keys[-1]] = value
        return row

    def _given(self, of: _Field) -> _Read:
        """Return the header's value of a field."""
        assert of.span is not None
        if of.given is None:
            back, self.at = self.at, of.span[0]
            of.given = self._value(of.schema)
            self.at = back
        value, text = of.given
        return self.mark(_copy(value), "default", *of.span), text

    def _cells(self, schema: _Schema) -> dict[str, _Read]:
        """Read a row's cells by place."""
        cells: dict[str, _Read] = {}
        if self.text[self.at] in ";)\n":
            return cells
        for f in schema.cells:
            cells[f.name] = self._raw() if f.parts else self._value(f.schema)
            if not self._take(","):
                return cells
        raise self._wrong("more cells than the header has")

    def _raw(self) -> _Read:
        """Read the cell of a hole: its text."""
        if self.text[self.at] in '"&':
            return self._value(None)
        cell = self._match(_CELL)
        return (cell, cell) if cell else _NOTHING

    def _named_values(self, schema: _Schema) -> dict[str, _Read]:
        """Read what a row names after its `;`."""
        named: dict[str, _Read] = {}
        if not self._take(";"):
            return named
        schemas = {f.name: f.schema for f in schema.fields}
        while True:
            start = self.at
            self._key()
            while self._take("."):
                self._key()
            name = self.text[start : self.at]
            if name not in schemas:
                raise self._wrong(f"no field {name!r} in the header")
            self._expect(":")
            start = self.at
            value, text = self._value(schemas[name])
            named[name] = self.mark(value, "override", start, self.at), text
            if not self._take(","):
                return named

    # -- values
    def _value(self, schema: _Schema | None) -> _Read:
        """Read a value; `schema` is the one expected here."""
        start = self.at
        value, text = self._unmarked(schema)
        if (type(value) is dict or type(value) is list) and value:
            return value, None  # its leaves are marked
        return self.mark(value, "literal", start, self.at), text

    def _unmarked(self, schema: _Schema | None) -> _Read:
        char = self.text[self.at]
        length = _LENGTH.match(self.text, self.at) if char.isdigit() else None
        if length:
            self.at, char = length.end(), "["
        if char == '"':
            text = self._quoted()
            return text, text
        if char in "(@":
            named = self._spec() if char == "@" else schema
            self._expect("(")
            row = self._row(named)
            self._expect(")")
            return row, None
        if char == "[":
            self.at += 1
            values: list[Any] = []
            if not self._take("]"):
                values = self._elements(schema)
                self._expect("]")
            if length and len(values) != int(length[0]):
                raise self._wrong(f"{len(values)} instead of {length[0]} elements")
            return values, None
        if char == "{":
            return self._object(schema), None
        if char == "&":
            return self._reference()
        if char == "+" and self._is_marked():
            return self._joined(schema), None
        if char in "jr" and (packed := START.match(self.text, self.at)):
            self.at = packed.end()
            return self._packed(packed[0], schema), None
        cell = self._match(_CELL)
        return _NOTHING if not cell or char == "…" else (read_scalar(cell), cell)

    def _packed(self, mark: str, schema: _Schema | None) -> str:
        """Read a value, and return the string that is its JSON text."""
        self.layers += 1
        if self.layers > MOST_LAYERS:
            raise self._wrong("too many layers of JSON text")
        value, _ = self._value(schema)
        self.layers -= 1
        try:
            return packed_text(value, mark)
        except TypeError:  # a Decimal, which we don't write there
            raise self._wrong("no JSON text") from None

    def _joined(self, schema: _Schema | None) -> str:
        """Read a string in pieces, texts and what stands for JSON text."""
        pieces = []
        self.layers += 1
        while self._take("+"):
            piece, _ = self._value(schema)
            if type(piece) is not str:
                raise self._wrong("a piece of a text expected")
            pieces.append(piece)
        self.layers -= 1
        return "".join(pieces)

    def _reference(self) -> _Read:
        start = self.at
        name = self._match(_REFERENCE, "a reference")
        end = self.at
        found = self.defined.get(name)
        if found is None:
            if name not in self.definitions or name in self.open:
                raise self._wrong(f"nothing defines {name}")
            self.open.add(name)
            self.at = self.definitions[name]
            found = self.defined[name] = self._value(None)
            self.open.discard(name)
            self.at = end
        value, text = found
        return self.mark(_copy(value), "reference", start, end), text

    def _elements(self, schema: _Schema | None) -> list[Any]:
        values: list[Any] = []
        while True:
            value, _ = self._value(schema)
            if value is not ABSENT:
                values.append(value)
            if not self._take(","):
                return values

    def _object(self, expected: _Schema | None) -> dict[str, Any]:
        result: dict[str, Any] = {}
        self._expect("{")
        if self._take("}"):
            return result
        while True:
            into, name = self._keys(result)
            value = None
            if self.text[self.at] not in ",}":
                schema = self._spec()
                self._expect(":")
                value, _ = self._value(schema or expected)
            if value is not ABSENT:
                into[name] = value
            if not self._take(","):
                self._expect("}")
                return result


def _resolve(of: _Field, text: str, names: set[str]) -> None:
    """Find the references in a header's text, now that all fields are known."""
    parts = [""]
    for piece in _TEMPLATE.finditer(text):
        if piece[1] is not None and piece[1] in names:
            parts += [piece[1], ""]
        else:
            parts[-1] += piece[0][0] if piece[0] in ("{{", "}}") else piece[0]
    if len(parts) > 1:
        of.parts = parts
    else:
        of.given = (parts[0], parts[0])


def _filled(of: _Field, found: dict[str, _Read]) -> _Read:
    """Fill in a template from its row; `found` has its cell under its own name."""
    if of.parts[::2] == ["", ""] and of.parts[1]:
        value, text = found.get(of.parts[1], _NOTHING)
        return _copy(value), text
    out = list(of.parts)
    for i, name in enumerate(of.parts[1::2]):
        text = found.get(name or of.name, _NOTHING)[1]
        if text is None:
            return _NOTHING
        out[2 * i + 1] = text
    filled = "".join(out)
    return filled, filled


def _copy(value: Any) -> Any:
    """Copy containers, so that no two places of a result share one."""
    if type(value) is dict:
        return {k: _copy(v) for k, v in value.items()}
    if type(value) is list:
        return [_copy(v) for v in value]
    return value
