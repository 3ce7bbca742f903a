"""The table format as docs/table-format.md says it, read by somebody else's reader.

`Reader` is written from that page alone and shares no code with the decoder. Packed
JSON texts (`json:`) and reprs (`repr:`) are not among what it reads.
"""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import JSONMinifier

FIXTURES = sorted((Path(__file__).parent / "table_fixtures").glob("*.json"))
ABSENT = object()
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
WORDS = {"null": None, "true": True, "false": False}


def bare(cell: str) -> Any:
    """A cell without quotes: absent, a word, a number or a string."""
    if cell == "":
        return ABSENT
    if cell in WORDS:
        return WORDS[cell]
    if NUMBER.fullmatch(cell):
        return json.loads(cell)
    return cell


class Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text + "\n", 0
        self.headers: dict[str, list[dict[str, Any]]] = {}
        self.lines: dict[str, Any] = {}

    def peek(self) -> str:
        return self.text[self.at]

    def take(self, mark: str) -> bool:
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def match(self, pattern: str) -> str:
        found = re.compile(pattern).match(self.text, self.at)
        assert found, (pattern, self.text[self.at : self.at + 20])
        self.at = found.end()
        return found[0]

    def quoted(self) -> str:
        value, length = json.JSONDecoder().raw_decode(self.text[self.at :])
        self.at += length
        return str(value)

    def key(self) -> list[str]:
        keys: list[str] = []
        while True:
            keys.append(
                self.quoted() if self.peek() == '"' else self.match(r"[\w$/+-]+")
            )
            if self.take("[]."):
                keys.append("[]")
            elif not self.take("."):
                return keys

    def document(self) -> Any:
        assert self.match(r"#headroom[^\n]*\n")
        while self.peek() in "@&":
            name = self.match(r"[@&][\w$/+-]+")
            assert self.take(":")
            if name[0] == "@":
                self.headers[name] = self.fields("\n")
            else:
                self.lines[name] = self.value(None)
            self.take("\n")
        if self.peek() in "[(":
            header, count = None, self.count()
            if count is not None or self.peek() == "(":
                header = self.header()
                assert self.take(":")
            return self.value(header) if count is None else self.rows(count, header)
        result: dict[str, Any] = {}
        while self.at < len(self.text):
            keys = self.key()
            into: Any = result
            for key, then in itertools.pairwise(keys):
                if key == "[]":
                    into = into[0]
                else:
                    into = into.setdefault(key, [{}] if then == "[]" else {})
            if self.peek() == "{":
                into[keys[-1]] = self.columns()
                self.take("\n")
                continue
            count = self.count()
            header = self.header()
            if not self.take(":"):
                value: Any = None
            elif count is None:
                value = self.value(header)
            else:
                value = self.rows(count, header)
            if value is not ABSENT:
                into[keys[-1]] = value
            self.take("\n")
        return result

    def columns(self) -> dict[str, list[Any]]:
        count = int(self.match(r"\{\d+\}")[1:-1])
        names = [field["name"] for field in self.header()]
        assert self.take(":")
        columns: dict[str, list[Any]] = {json_key(name): [] for name in names}
        for _ in range(count):
            assert self.take("\n")
            for number, column in enumerate(columns.values()):
                assert not number or self.take(",")
                column.append(self.value(None))
        return columns

    def count(self) -> tuple[int, bool] | None:
        """How many rows follow, and whether they are lists."""
        if not re.match(r"\[\d+\](?:\[\])?[(@:]", self.text[self.at :]):
            return None
        return int(self.match(r"\[\d+\]")[1:-1]), self.take("[]")

    def rows(self, count: tuple[int, bool], header: Any) -> list[Any]:
        rows: list[Any] = []
        for _ in range(count[0]):
            assert self.take("\n")
            if self.take("="):
                rows.append(self.value(header))
            elif count[1]:
                rows.append([self.value(None)])
                while self.take(","):
                    rows[-1].append(self.value(None))
            else:
                rows.append(self.row(header))
        return [row for row in rows if row is not ABSENT]

    def header(self) -> Any:
        if self.peek() == "@":
            return self.headers[self.match(r"@[\w$/+-]+")]
        return self.fields(")") if self.take("(") else None

    def fields(self, end: str) -> list[dict[str, Any]]:
        fields: list[dict[str, Any]] = []
        while True:
            start = self.at
            keys = self.key()
            field: dict[str, Any] = {"keys": keys, "name": self.text[start : self.at]}
            field["sparse"] = self.take("?")
            field["header"] = self.header()
            if self.take("="):
                if self.peek() == '"':
                    field["text"] = self.quoted()
                elif re.match(r"[(\[{&@]|\d+\[", self.text[self.at :]):
                    field["value"] = self.value(field["header"])
                else:
                    raw = self.match(r"[^,;)\]\n]*")
                    value = bare(raw)
                    field["text" if isinstance(value, str) else "value"] = value
            fields.append(field)
            if not self.take(","):
                break
        assert self.take(end)
        names = {field["name"] for field in fields}
        for field in fields:
            if "text" in field:
                field["parts"] = self.template(field.pop("text"), names)
        return fields

    def template(self, text: str, names: set[str]) -> list[tuple[bool, str]]:
        parts = []
        for piece in re.findall(r"\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]", text):
            inner = piece[1:-1]
            if piece in ("{{", "}}"):
                parts.append((False, piece[0]))
            elif piece == "{}" or (piece[0] == "{" and inner in names):
                parts.append((True, inner))
            else:
                parts.append((False, piece))
        return parts

    def row(self, header: Any) -> dict[str, Any]:
        cells = [
            field
            for field in header
            if not field["sparse"]
            and "value" not in field
            and ((True, "") in field["parts"] if "parts" in field else True)
        ]
        said: dict[str, Any] = {}
        raw: dict[str, str] = {}
        for number, field in enumerate(cells):
            if self.peek() in ";)\n" or (number and not self.take(",")):
                break
            start = self.at
            if "parts" in field and self.peek() not in '"&':
                raw[field["name"]] = self.match(r"[^,;)\]}\n]*")
                said[field["name"]] = raw[field["name"]] or ABSENT
            else:
                said[field["name"]] = self.value(field["header"])
                raw[field["name"]] = self.text[start : self.at]
        named = self.named(header)
        found: dict[str, Any] = {}
        for field in header:
            name = field["name"]
            if name in named:
                found[name] = named[name]
            elif "value" in field:
                found[name] = field["value"]
            elif "parts" not in field:
                found[name] = ABSENT if field["sparse"] else said.get(name, ABSENT)
        texts = {
            name: value
            if isinstance(value, str)
            else named_text(value, raw.get(name, ""))
            for name, value in found.items()
        }
        for field in header:
            name = field["name"]
            if "parts" in field and name not in named:
                found[name] = self.filled(field["parts"], said.get(name), found, texts)
        row: dict[str, Any] = {}
        for field in header:
            value = found[field["name"]]
            if value is not ABSENT:
                into = row
                for key in field["keys"][:-1]:
                    into[key] = into = {}
                into[field["keys"][-1]] = value
        return row

    def named(self, header: Any) -> dict[str, Any]:
        named: dict[str, Any] = {}
        if self.take(";"):
            while True:
                start = self.at
                self.key()
                name = self.text[start : self.at]
                assert self.take(":")
                header_of = next(f["header"] for f in header if f["name"] == name)
                named[name] = self.value(header_of)
                if not self.take(","):
                    break
        return named

    def filled(
        self,
        parts: list[tuple[bool, str]],
        hole: Any,
        found: dict[str, Any],
        texts: dict[str, Any],
    ) -> Any:
        if len(parts) == 1 and parts[0][0] and parts[0][1]:
            return found[parts[0][1]]
        out = ""
        for is_name, part in parts:
            text = (hole if part == "" else texts.get(part)) if is_name else part
            if not isinstance(text, str):
                return ABSENT
            out += text
        return out

    def value(self, header: Any) -> Any:
        mark = self.peek()
        if mark == '"':
            return self.quoted()
        if mark == "&":
            return self.lines[self.match(r"&\d+")]
        if mark == "@":
            header = self.header()
            mark = self.peek()
        if mark == "(":
            self.at += 1
            row = self.row(header)
            assert self.take(")")
            return row
        length = re.match(r"(\d+)(?=\[)", self.text[self.at :])
        if length or mark == "[":
            self.at += 1 + (len(length[1]) if length else 0)
            items: list[Any] = []
            while not self.take("]"):
                items.append(self.value(header))
                self.take(",")
            assert not length or int(length[1]) == len(items)
            return items
        if mark == "{":
            self.at += 1
            members: dict[str, Any] = {}
            while not self.take("}"):
                keys = self.key()
                into = members
                for key in keys[:-1]:
                    into[key] = into = {}
                inner = self.header()
                is_null = not self.take(":")
                into[keys[-1]] = None if is_null else self.value(inner or header)
                self.take(",")
            return members
        return bare(self.match(r"[^,;)\]}\n]*"))


def json_key(name: str) -> str:
    """A key as it is spelled in a header."""
    return str(json.loads(name)) if name[0] == '"' else name


def named_text(value: Any, raw: str) -> Any:
    """The text that a template fills in for a value that is no string."""
    if value is ABSENT or isinstance(value, (dict, list)):
        return None
    return raw or json.dumps(value)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_fixtures_hold_in_both_directions(path: Path) -> None:
    fixture = json.loads(path.read_text("utf-8"))
    text = JSONMinifier.lossless(format="table").compress(fixture["value"])
    assert text == fixture["text"]
    assert JSONMinifier.decode(text) == fixture["value"]
    if "json:" not in text and "repr:" not in text:
        assert Reader(text).document() == fixture["value"]


WORD = st.sampled_from(["ada", "Long Street 5", "1", "", "a,b", "x@y.io", "v{n}", "&1"])
LEAF = st.none() | st.booleans() | st.integers(-9, 10**6) | WORD
ROW = st.fixed_dictionaries(
    {
        "id": st.integers(1, 99),
        "state": st.sampled_from(["open", "closed"]),
        "page": st.integers(1, 9).map(lambda n: f"https://example.com/issues/{n}"),
        "owner": st.fixed_dictionaries({"login": WORD}),
        "tags": st.lists(WORD, max_size=3),
    },
    optional={"note": LEAF, "by": st.fixed_dictionaries({"a": LEAF, "b": LEAF})},
)
TABLES = st.one_of(
    st.lists(ROW, min_size=2, max_size=8),
    st.fixed_dictionaries(
        {"total": st.integers(), "items": st.lists(ROW, min_size=2, max_size=6)},
        optional={
            "map": st.dictionaries(WORD, LEAF),
            "matrix": st.lists(st.lists(LEAF)),
        },
    ),
    st.fixed_dictionaries(
        {
            "data": st.fixed_dictionaries(
                {
                    "kind": WORD,
                    "nodes": st.lists(ROW, min_size=3, max_size=6),
                    "page": st.fixed_dictionaries({"next": LEAF}),
                }
            ),
            "hourly": st.integers(4, 8).flatmap(
                lambda n: st.dictionaries(
                    WORD, st.lists(LEAF, min_size=n, max_size=n), max_size=4
                )
            ),
            "series": st.lists(
                st.fixed_dictionaries(
                    {"of": WORD, "points": st.lists(st.tuples(LEAF, LEAF).map(list))}
                ),
                min_size=1,
                max_size=2,
            ),
        }
    ),
    st.lists(st.tuples(LEAF, LEAF, LEAF).map(list), min_size=2, max_size=6),
)


@given(TABLES)
def test_a_reader_that_knows_only_the_page_reads_every_cell(value: Any) -> None:
    text = JSONMinifier.lossless(format="table").compress(value)
    assert Reader(text).document() == value, text
