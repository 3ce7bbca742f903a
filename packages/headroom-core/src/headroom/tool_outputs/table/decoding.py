"""Reading back the table format (docs/table-format.md)."""

import re
from dataclasses import dataclass, field
from typing import Any

from headroom.errors import DecodeError
from headroom.tool_outputs.table.notation import read_scalar, scan_quoted
from headroom.tool_outputs.table.packed import MOST_LAYERS, START, packed_text

__all__ = ["decode_table"]

_CELL = re.compile(r"[^,;)\]}\n]*")
_MARK = re.compile(r'["()\[\]{},;\n]')
_TEXT = re.compile(r"[^,;)\]\n]*")
_KEY = re.compile(r"[\w$][\w$/+-]*")
_COUNT = re.compile(r"\[([0-9]+)\](\[\])?(?=[(@:])")
_IN_COLUMN = re.compile(r"\{([0-9]+)\}\(")
_REFERENCE = re.compile(r"&[0-9]+")
_TEMPLATE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")


class _Absent:
    """What stands where a key is missing."""


_ABSENT = _Absent()
# A value and its text: a string's characters, a scalar's spelling, else None.
_Read = tuple[Any, str | None]
_NOTHING: _Read = (_ABSENT, None)


@dataclass(slots=True)
class _Field:
    name: str
    # Those of the objects of one key that it goes through, its own first.
    keys: list[str]
    sparse: bool = False
    fixed: _Read | None = None
    # The header's text as it stands, until all fields of the header are known.
    text: str | None = None
    # Where the text of a container begins that is the header's value.
    start: int = -1
    # Literal and reference by turns: even items are text, odd ones field names.
    template: list[str] | None = None
    hole: bool = False
    schema: "_Schema | None" = None

    @property
    def is_cell(self) -> bool:
        """Whether rows have a place for it, and no template says what it is."""
        return not (
            self.sparse or self.fixed or self.template is not None or self.start >= 0
        )


@dataclass(slots=True)
class _Schema:
    fields: list[_Field] = field(default_factory=list)
    cells: list[_Field] = field(default_factory=list)


def decode_table(text: str) -> Any:
    """Return the value that `text`, beginning with the magic word, stands for.

    Raises:
        DecodeError: If the text was cut or changed.
    """
    try:
        return _Reader(text).document()
    except DecodeError:
        raise
    except (LookupError, ValueError, StopIteration, RecursionError) as error:
        msg = "the text ends too early or was changed; decode needs it whole"
        raise DecodeError(msg) from error


class _Reader:
    def __init__(self, text: str) -> None:
        # A final newline lets every scan stop without asking for the length.
        self.text = text + "\n"
        self.schemas: dict[str, _Schema] = {}
        self.headers: dict[str, int] = {}
        self.definitions: dict[str, int] = {}
        self.defined: dict[str, _Read] = {}
        self.open: set[str] = set()
        # Of JSON text in JSON text.
        self.layers = 0

    def document(self) -> Any:
        text = self.text
        at = text.index("\n") + 1
        while text[at] in "@&":
            end = text.index("\n", at)
            colon = text.find(":", at, end)
            if colon < 0:
                raise self._wrong(at, "a definition without ':'")
            where = self.headers if text[at] == "@" else self.definitions
            where[text[at:colon]] = colon + 1
            at = end + 1
        if text[at] == "[":
            count = _COUNT.match(text, at)
            if count:
                schema, at = self._spec(count.end())
                rows, at = self._rows(self._after(at, ":"), count, schema)
                return self._end(rows, at)
            (value, _), at = self._value(at, None)
            return self._end(value, at + 1)
        if text[at] == "(":
            schema, at = self._spec(at)
            (value, _), at = self._value(self._after(at, ":"), schema)
            return self._end(value, at + 1)
        result: dict[str, Any] = {}
        # Editors and shells put one more line feed at the end.
        while at < len(text) and text[at:] != "\n":
            at = self._line(at, result)
        return result

    def _end(self, value: Any, at: int) -> Any:
        if self.text[at:] not in ("", "\n"):
            raise self._wrong(at, "text after the end")
        return value

    def _wrong(self, at: int, what: str) -> DecodeError:
        line = self.text.count("\n", 0, at) + 1
        return DecodeError(
            f"line {line}: {what} at {self.text[at : at + 20]!r}; "
            "decode reads only unchanged output of JSONMinifier"
        )

    def _after(self, at: int, mark: str) -> int:
        if self.text[at] != mark:
            raise self._wrong(at, f"{mark!r} expected")
        return at + 1

    # -- keys and lines
    def _key(self, at: int) -> tuple[str, int]:
        if self.text[at] == '"':
            return scan_quoted(self.text, at)
        found = _KEY.match(self.text, at)
        if not found:
            raise self._wrong(at, "a key expected")
        return found[0], found.end()

    def _keys(self, at: int, into: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Read `a.b.c`: the innermost object, its key, and where the key ends.

        What lines before began goes on; `a[].b` is in the only element of a list.
        """
        text = self.text
        name, at = self._key(at)
        while text[at] == "." or text.startswith("[].", at):
            is_sole = text[at] == "["
            inner = into.setdefault(name, [{}] if is_sole else {})
            if is_sole and type(inner) is list and len(inner) == 1:
                inner = inner[0]
            if type(inner) is not dict:
                raise self._wrong(at, "a key that has a value already")
            into = inner
            name, at = self._key(at + (3 if is_sole else 1))
        return into, name, at

    def _name(self, at: int) -> tuple[str, list[str], int]:
        """Read a field's name as it is spelled, and the keys in it."""
        start = at
        key, at = self._key(at)
        keys = [key]
        while self.text[at] == ".":
            key, at = self._key(at + 1)
            keys.append(key)
        return self.text[start:at], keys, at

    def _line(self, at: int, result: dict[str, Any]) -> int:
        text = self.text
        into, name, at = self._keys(at, result)
        if text[at] == "\n":
            into[name] = None
            return at + 1
        if text[at] == "{":
            into[name], at = self._columns(at)
            return at
        count = _COUNT.match(text, at)
        schema, at = self._spec(count.end() if count else at)
        at = self._after(at, ":")
        if count:
            into[name], at = self._rows(at, count, schema)
            return at
        (value, _), at = self._value(at, schema)
        if value is not _ABSENT:
            into[name] = value
        return self._after(at, "\n")

    def _rows(
        self, at: int, count: re.Match[str], schema: _Schema | None
    ) -> tuple[Any, int]:
        text = self.text
        rows: list[Any] = []
        for _ in range(int(count[1])):
            at = self._after(at, "\n")
            value: Any
            if text[at] == "=":
                (value, _), at = self._value(at + 1, schema)
            elif count[2]:
                value, at = self._elements(at)
            elif schema is None:
                raise self._wrong(at, "a row without a header")
            else:
                value, at = self._row(at, schema)
            if value is not _ABSENT:
                rows.append(value)
        return rows, self._after(at, "\n")

    def _columns(self, at: int) -> tuple[dict[str, list[Any]], int]:
        """Read an object whose members are lists, an element of each in a line."""
        count = _IN_COLUMN.match(self.text, at)
        if count is None:
            raise self._wrong(at, "a count of rows expected")
        columns: dict[str, list[Any]] = {}
        at = count.end() - 1
        while self.text[at] != ")":
            name, at = self._key(at + 1)
            columns[name] = []
        at = self._after(self._after(at, ")"), ":")
        for _ in range(int(count[1])):
            at = self._after(at, "\n") - 1
            for column in columns.values():
                (value, _), at = self._value(at + 1, None)
                if value is not _ABSENT:
                    column.append(value)
        return columns, self._after(at, "\n")

    # -- headers
    def _spec(self, at: int) -> tuple[_Schema | None, int]:
        char = self.text[at]
        if char == "@":
            name, end = self._key(at + 1)
            return self._named(f"@{name}", at), end
        if char == "(":
            schema = _Schema()
            end = self._fields(at + 1, schema)
            return schema, self._after(end, ")")
        return None, at

    def _named(self, name: str, at: int) -> _Schema:
        schema = self.schemas.get(name)
        if schema is None:
            start = self.headers.get(name)
            if start is None:
                raise self._wrong(at, f"no header {name}")
            # Known before it is read, since a header may contain itself.
            schema = self.schemas[name] = _Schema()
            self._after(self._fields(start, schema), "\n")
        return schema

    def _fields(self, at: int, schema: _Schema) -> int:
        text = self.text
        while True:
            name, keys, at = self._name(at)
            new = _Field(name, keys)
            if text[at] == "?":
                new.sparse, at = True, at + 1
            new.schema, at = self._spec(at)
            if text[at] == "=":
                at = self._fixed(at + 1, new)
            schema.fields.append(new)
            if text[at] != ",":
                self._resolve(schema)
                return at
            at += 1

    def _fixed(self, at: int, new: _Field) -> int:
        char = self.text[at]
        if char == '"':
            template, at = scan_quoted(self.text, at)
        elif char in "([{&@" or self._is_marked(at):
            # Read when first needed: it may hold objects of a header, this one even,
            # that is not known in full yet.
            new.start = at
            return self._skip(at)
        else:
            found = _TEXT.match(self.text, at)
            assert found
            template, at = found[0], found.end()
            value = read_scalar(template) if template else template
            if type(value) is not str or char == "…":
                new.fixed = (value, template) if char != "…" else _NOTHING
                return at
        new.text = template
        return at

    def _is_marked(self, at: int) -> bool:
        """Tell whether a string begins that is written as JSON."""
        return bool(START.match(self.text, at)) or self.text.startswith('+"', at)

    def _resolve(self, schema: _Schema) -> None:
        """Find the references in headers' texts, now that all fields are known."""
        names = {f.name for f in schema.fields} | {""}
        for f in schema.fields:
            if f.text is None:
                continue
            parts = [""]
            for piece in _TEMPLATE.finditer(f.text):
                if piece[1] is not None and piece[1] in names:
                    parts += [piece[1], ""]
                else:
                    parts[-1] += piece[0][0] if piece[0] in ("{{", "}}") else piece[0]
            f.hole = "" in parts[1::2]
            if len(parts) == 1:
                f.fixed = (parts[0], parts[0])
            else:
                f.template = parts
        schema.cells = [f for f in schema.fields if f.hole or f.is_cell]

    def _skip(self, at: int) -> int:
        """Return where the container or reference that begins at `at` ends."""
        text = self.text
        depth = 0
        while True:
            found = _MARK.search(text, at)
            if found is None:
                raise self._wrong(at, "an end expected")
            at, mark = found.start(), found[0]
            if mark == '"':
                _, at = scan_quoted(text, at)
                continue
            if mark in "([{":
                depth += 1
            elif depth == 0 or mark == "\n":
                return at
            elif mark in ")]}":
                depth -= 1
            at += 1

    # -- values
    def _row(self, at: int, schema: _Schema) -> tuple[dict[str, Any], int]:
        cells, at = self._cells(at, schema)
        named, at = self._named_values(at, schema)
        found: dict[str, _Read] = dict(named)
        derived = []
        for f in schema.fields:
            if f.name in named:
                continue
            if f.template is not None:
                derived.append(f)
            elif f.fixed is not None or f.start >= 0:
                found[f.name] = self._given(f)
            elif not f.sparse:
                found[f.name] = cells.get(f.name, _NOTHING)
        for f in derived:
            hole = cells.get(f.name, _NOTHING)[1] if f.hole else ""
            found[f.name] = self._expand(f.template, hole, found, schema, cells)
        row: dict[str, Any] = {}
        for f in schema.fields:
            value = found.get(f.name, _NOTHING)[0]
            if value is not _ABSENT:
                into = row
                for key in f.keys[:-1]:
                    into[key] = into = {}
                into[f.keys[-1]] = _copy(value) if f.fixed is not None else value
        return row, at

    def _given(self, of: _Field) -> _Read:
        """Return the header's value of a field."""
        if of.fixed is None:
            of.fixed, _ = self._value(of.start, of.schema)
        return of.fixed

    def _cells(self, at: int, schema: _Schema) -> tuple[dict[str, _Read], int]:
        """Read a row's cells by place."""
        text = self.text
        cells: dict[str, _Read] = {}
        if text[at] in ";)\n":
            return cells, at
        for f in schema.cells:
            if f.hole:
                cells[f.name], at = self._raw(at)
            else:
                cells[f.name], at = self._value(at, f.schema)
            if text[at] != ",":
                return cells, at
            at += 1
        raise self._wrong(at, "more cells than the header has")

    def _named_values(self, at: int, schema: _Schema) -> tuple[dict[str, _Read], int]:
        """Read what a row names after its `;`."""
        text = self.text
        named: dict[str, _Read] = {}
        if text[at] != ";":
            return named, at
        schemas = {f.name: f.schema for f in schema.fields}
        while True:
            name, _, at = self._name(at + 1)
            if name not in schemas:
                raise self._wrong(at, f"no field {name!r} in the header")
            at = self._after(at, ":")
            named[name], at = self._value(at, schemas[name])
            if text[at] != ",":
                return named, at

    def _expand(
        self,
        template: list[str] | None,
        hole: str | None,
        found: dict[str, _Read],
        schema: _Schema,
        cells: dict[str, _Read],
    ) -> _Read:
        if hole is None or template is None:
            return _NOTHING
        copies = len(template) == 3 and not hole and template[0] == template[2] == ""
        out = [template[0]]
        for name, literal in zip(template[1::2], template[2::2], strict=True):
            if name == "":
                out.append(hole)
            else:
                if name not in found:
                    # A reference to a field that has a template of its own.
                    other = next(f for f in schema.fields if f.name == name)
                    if other.template is None or name in other.template:
                        return _NOTHING
                    inner = cells.get(name, _NOTHING)[1] if other.hole else ""
                    found[name] = self._expand(
                        other.template, inner, found, schema, cells
                    )
                if copies:
                    return _copy(found[name][0]), found[name][1]
                text = found[name][1]
                if text is None:
                    return _NOTHING
                out.append(text)
            out.append(literal)
        text = "".join(out)
        return text, text

    def _raw(self, at: int) -> tuple[_Read, int]:
        """Read the cell of a hole: its text."""
        text = self.text
        if text[at] == '"':
            value, end = scan_quoted(text, at)
            return (value, value), end
        if text[at] == "&":
            return self._value(at, None)
        found = _CELL.match(text, at)
        assert found
        return ((found[0], found[0]) if found[0] else _NOTHING), found.end()

    def _value(self, at: int, schema: _Schema | None) -> tuple[_Read, int]:
        text = self.text
        char = text[at]
        if char == '"':
            value, at = scan_quoted(text, at)
            return (value, value), at
        if char == "(":
            if schema is None:
                raise self._wrong(at, "a row without a header")
            row, at = self._row(at + 1, schema)
            return (row, None), self._after(at, ")")
        if char == "[":
            return self._list(at, schema)
        if char == "{":
            return self._object(at, schema)
        if char == "@":
            schema, at = self._spec(at)
            row, at = self._row(self._after(at, "("), schema)  # type: ignore[arg-type]
            return (row, None), self._after(at, ")")
        if char == "&":
            found = _REFERENCE.match(text, at)
            if not found:
                raise self._wrong(at, "a reference expected")
            return self._reference(found[0], at), found.end()
        if char == "+" and text[at + 1] == '"':
            return self._joined(at, schema)
        if char == "j" and (packed := START.match(text, at)):
            return self._packed(packed[0], packed.end(), schema)
        found = _CELL.match(text, at)
        assert found
        cell = found[0]
        if not cell or char == "…":
            return _NOTHING, found.end()
        return (read_scalar(cell), cell), found.end()

    def _packed(self, mark: str, at: int, schema: _Schema | None) -> tuple[_Read, int]:
        """Read a value, and return the string that is its JSON text."""
        self.layers += 1
        if self.layers > MOST_LAYERS:
            raise self._wrong(at, "too many layers of JSON text")
        (value, _), end = self._value(at, schema)
        self.layers -= 1
        try:
            return (packed_text(value, mark), None), end
        except TypeError:  # a Decimal, which we don't write there
            raise self._wrong(at, "no JSON text") from None

    def _joined(self, at: int, schema: _Schema | None) -> tuple[_Read, int]:
        """Read a string in pieces, texts and what stands for JSON text."""
        pieces = []
        self.layers += 1
        while self.text[at] == "+":
            (piece, _), at = self._value(at + 1, schema)
            if type(piece) is not str:
                raise self._wrong(at, "a piece of a text expected")
            pieces.append(piece)
        self.layers -= 1
        return ("".join(pieces), None), at

    def _reference(self, name: str, at: int) -> _Read:
        found = self.defined.get(name)
        if found is None:
            start = self.definitions.get(name)
            if start is None or name in self.open:
                raise self._wrong(at, f"nothing defines {name}")
            self.open.add(name)
            found, _ = self._value(start, None)
            self.open.discard(name)
            self.defined[name] = found
        return _copy(found[0]), found[1]

    def _list(self, at: int, schema: _Schema | None) -> tuple[_Read, int]:
        if self.text[at + 1] == "]":
            return ([], None), at + 2
        values, at = self._elements(at + 1, schema)
        return (values, None), self._after(at, "]")

    def _elements(
        self, at: int, schema: _Schema | None = None
    ) -> tuple[list[Any], int]:
        values: list[Any] = []
        while True:
            (value, _), at = self._value(at, schema)
            if value is not _ABSENT:
                values.append(value)
            if self.text[at] != ",":
                return values, at
            at += 1

    def _object(self, at: int, expected: _Schema | None) -> tuple[_Read, int]:
        text = self.text
        result: dict[str, Any] = {}
        at += 1
        if text[at] == "}":
            return (result, None), at + 1
        while True:
            into, name, at = self._keys(at, result)
            if text[at] in ",}":
                into[name] = None
            else:
                schema, at = self._spec(at)
                at = self._after(at, ":")
                (value, _), at = self._value(at, schema or expected)
                if value is not _ABSENT:
                    into[name] = value
            if text[at] != ",":
                return (result, None), self._after(at, "}")
            at += 1


def _copy(value: Any) -> Any:
    """Copy containers, so that no two places of a result share one."""
    if type(value) is dict:
        return {k: _copy(v) for k, v in value.items()}
    if type(value) is list:
        return [_copy(v) for v in value]
    return value
