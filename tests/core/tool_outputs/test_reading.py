import array
import collections
import datetime
import decimal
import enum
import json
import math
import pathlib
import pickle
import sqlite3
import sys
import types
import uuid
from collections import UserString
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors import JSONMinifier
from headroom.errors import InputError
from headroom.tool_outputs.reading import (
    Cut,
    Embedded,
    Numeral,
    Reading,
    escape,
    read,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["…3 cut", "……3 cut", '{"a": 1}', "\ud800", "\u2028"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
ROWS = (
    '[{"id": 1, "name": "the first of them"}, {"id": 2, "name": "the second of them"}]'
)


def value_of(data: Any, *, exact: bool = False) -> Any:
    reading = read(data, exact_numbers=exact)
    assert reading.skipped is None, reading.skipped
    return reading.value


def skipped(text: str) -> str:
    reading = read(text, exact_numbers=False)
    assert reading.skipped is not None
    assert reading.value is None
    assert reading.parts == ()
    assert reading.text == text
    return reading.skipped


# -- laws


@given(JSON.filter(lambda value: not isinstance(value, str)))
def test_a_plain_value_comes_back_as_the_very_object(value: Any) -> None:
    assert value_of(value) is value
    assert value_of(value, exact=True) is value


@given(
    st.lists(JSON) | st.dictionaries(st.text(), JSON),
    st.booleans(),
    st.sampled_from([None, 2]),
)
def test_text_reads_as_the_value_it_was_written_from(
    value: Any, ascii_only: bool, indent: int | None
) -> None:
    # In text our markers are spelled as they are and genuine strings escaped.
    def written(value: Any) -> Any:
        if isinstance(value, str):
            return escape(value)
        if isinstance(value, list):
            return [written(v) for v in value]
        if isinstance(value, dict):
            return {k: written(v) for k, v in value.items()}
        return value

    text = json.dumps(written(value), ensure_ascii=ascii_only, indent=indent)
    for exact in (False, True):
        assert repr(value_of(text, exact=exact)) == repr(value)


@given(st.text(alphabet="…0123456789 cut") | st.text())
def test_no_genuine_string_reads_as_a_marker(text: str) -> None:
    assert value_of(json.dumps([escape(text)])) == [text]


@given(st.text(alphabet='{}[]",:1a \n`-\\'))
def test_reading_any_text_never_fails_and_parts_join_to_it(text: str) -> None:
    reading = read(text, exact_numbers=True)
    assert reading.text == text
    if reading.parts:
        assert reading.value is None
        joined = "".join(p if isinstance(p, str) else p.source for p in reading.parts)
        assert joined == text
    assert bool(reading.skipped) + bool(reading.parts) < 2


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_numbers_in_text_keep_their_value_or_their_spelling(
    number: decimal.Decimal,
) -> None:
    spelling = str(number).replace("E+", "e")
    for exact in (False, True):
        (read_number,) = value_of(f"[{spelling}]", exact=exact)
        if isinstance(read_number, Numeral):
            assert read_number.spelling == spelling
        else:
            exactly = decimal.Decimal(repr(read_number)) == number
            printed = len(number.as_tuple().digits) >= 20
            assert exactly or (printed and float(number) == read_number)
            if exact:
                assert repr(read_number) == spelling


# -- numbers


@pytest.mark.parametrize(
    ("spelling", "loose", "exact"),
    [
        ("1", 1, 1),
        ("-0", 0, Numeral("-0")),
        ("-0.0", -0.0, -0.0),
        ("1.10", 1.1, Numeral("1.10")),
        ("1E5", 100000.0, Numeral("1E5")),
        ("1.2e-7", 1.2e-07, Numeral("1.2e-7")),
        ("1e400", Numeral("1e400"), Numeral("1e400")),
        ("-1e400", Numeral("-1e400"), Numeral("-1e400")),
        ("1e-400", Numeral("1e-400"), Numeral("1e-400")),
        ("0e-400", 0.0, Numeral("0e-400")),
        ("18446744073709551617", 2**64 + 1, 2**64 + 1),
        ("9" * 5000, Numeral("9" * 5000), Numeral("9" * 5000)),
        ("0.12345678901234567891", *[Numeral("0.12345678901234567891")] * 2),
        ("12345678901234567890.0", *[Numeral("12345678901234567890.0")] * 2),
        (
            "952798452288.8000488281",
            952798452288.8,
            Numeral("952798452288.8000488281"),
        ),
        ("1e99999999999999999999", *[Numeral("1e99999999999999999999")] * 2),
        ("1e-99999999999999999999", *[Numeral("1e-99999999999999999999")] * 2),
        ("Infinity", math.inf, math.inf),
        ("-Infinity", -math.inf, -math.inf),
    ],
)
def test_numbers_keep_what_python_would_lose(
    spelling: str, loose: Any, exact: Any
) -> None:
    for wanted, mode in ((loose, False), (exact, True)):
        (got,) = value_of(f"[{spelling}]", exact=mode)
        assert (type(got), repr(got)) == (type(wanted), repr(wanted))
    assert math.isnan(value_of("[NaN]")[0])


def test_a_lower_limit_on_digits_changes_no_value() -> None:
    limit = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(640)
        assert value_of(f"[{'7' * 1000}]") == [Numeral("7" * 1000)]
    finally:
        sys.set_int_max_str_digits(limit)


# -- text


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"],
)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_read_in_every_encoding_of_json(
    encoding: str, kind: Callable[[bytes], Any]
) -> None:
    text = '{"name": "Zoë ✓ 😀"}'
    reading = read(kind(text.encode(encoding)), exact_numbers=False)
    assert reading.value == {"name": "Zoë ✓ 😀"}
    assert reading.text == text


def test_bytes_that_are_not_text_are_refused_with_a_way_out() -> None:
    with pytest.raises(InputError, match=r"not utf-8 text .* at byte 1.*decode them"):
        read(b'"\xff\xfe\xfa"', exact_numbers=False)


def test_a_byte_order_mark_and_a_guard_are_taken_off() -> None:
    assert value_of("\ufeff[1]") == [1]
    for guard in (")]}'\n", ")]}',\n", "while(1);", "for(;;);"):
        reading = read(guard + '{"a": 1}', exact_numbers=False)
        assert reading.value == {"a": 1}
        assert reading.text == guard + '{"a": 1}'


def test_one_value_per_line_is_a_list() -> None:
    assert value_of('{"a":1}\r\n\n{"a":2}\n') == [{"a": 1}, {"a": 2}]
    assert value_of('[1]\n["x"]\n') == [[1], ["x"]]
    assert value_of('{"a":"\u2028"}\n{"a":2}') == [{"a": "\u2028"}, {"a": 2}]
    assert "plain text" in skipped("1\n2\n")
    assert "duplicate key 'a'" in skipped('{"a":1}\n{"a":1,"a":2}')


def test_a_document_inside_a_json_string_is_unpacked_through_every_layer() -> None:
    text = '{"a": ["…", "…1 cut", -0]}'
    for _ in range(4):
        text = json.dumps(text)
        reading = read(text, exact_numbers=True)
        assert reading.value == {"a": ["…", Cut(1), Numeral("-0")]}
    for plain in (
        '"{not json}"',
        '"[1"',
        '"12"',
        '"\\"x\\""',
        '"{\\"a\\":1,\\"a\\":1}"',
    ):
        assert value_of(plain) == json.loads(plain)


def test_a_string_inside_a_document_is_left_alone() -> None:
    assert value_of('{"text": "{\\"a\\": 1}"}') == {"text": '{"a": 1}'}


def test_markers_are_read_in_text_and_not_in_objects() -> None:
    text = '["…18 cut", "……18 cut", "…018 cut", "…0 cut", "\\u20261 cut", "18 cut"]'
    assert value_of(text) == [
        Cut(18), "…18 cut", "…018 cut", "…0 cut", Cut(1), "18 cut",
    ]  # fmt: skip
    assert value_of(["…18 cut"]) == ["…18 cut"]
    assert str(Cut(18)) == "…18 cut"


# -- what is not JSON


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty text"),
        (" \n", "empty text"),
        ("hello world", "plain text"),
        ('{"a": 1, "b": {"x": 1, "x": 2}}', "duplicate key 'x'"),
        ('["a\nb"]', "control character in a string, line 1 column 4"),
        ('["a\\qb"]', "invalid escape in a string, line 1"),
        ("[1, 2,]", "trailing comma, line 1 column 7"),
        ('{"a": 1,\n}', "trailing comma, line 2 column 1"),
        ('{"a": 1 // one\n}', "a comment, line 1 column 9"),
        ("[1, /* two */ 2]", "a comment"),
        ('# note\n{"a": 1}', "plain text"),
        ("12:00 started\n12:01 stopped\n", "plain text"),
        ("[INFO] started\n[INFO] stopped\n", "plain text"),
        ("[12:00] started", "plain text"),
        ("[x] done\n", "plain text"),
        ("{'a': 1, 'a': 2}", "Python literal"),
        ("{'a': Decimal('1.10')}", "Python literal"),
        ('[datetime.date(2024, 1, 2), "' + "x" * 300 + '"]', "Python literal"),
        ('[{"id": 1}, {"id":', "truncated"),
        ('{"a": "b', "truncated"),
        ('{"a": 1} and more', "more text after the first value, line 1 column 9"),
        ("[1 2]", "expecting ',' delimiter, line 1 column 4"),
        ("[" * 100_000, "nested deeper than Python can walk"),
        ("[" * 100_000 + "]" * 100_000, "nested deeper than Python can walk"),
    ],
)
def test_broken_text_comes_back_with_its_kind_and_place(text: str, reason: str) -> None:
    assert reason in skipped(text)


def test_a_fragment_of_a_broken_document_is_not_a_document() -> None:
    assert "truncated" in skipped(f'{{"rows": {ROWS}, "next": ')
    assert "trailing comma" in skipped(f'{{"rows": {ROWS},}}')
    assert "Python literal" in skipped(f"{{'rows': {ROWS}, 'more': f({'x' * 200})}}")


# -- several values, events, Python


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('[{"a": 1}][{"a": 2}, {"a": 3}]', [{"a": 1}, {"a": 2}, {"a": 3}]),
        ('[{"a": 1}]\n[{"a": 2}]\n', [{"a": 1}, {"a": 2}]),
        ('{\n  "a": 1\n}\n{\n  "a": 2\n}', [{"a": 1}, {"a": 2}]),
        ('{"a": 1} {"a": 2}', [{"a": 1}, {"a": 2}]),
        ("[1][2]", [[1], [2]]),
        ("[{'id': 1, 'ok': True, 'by': None}]", [{"id": 1, "ok": True, "by": None}]),
        ("({'id': 1}, {'id': 2})", [{"id": 1}, {"id": 2}]),
        ("{1: 'a', 'b': (1, 2)}", {"1": "a", "b": [1, 2]}),
    ],
)
def test_streams_and_python_are_read(text: str, value: Any) -> None:
    reading = read(text, exact_numbers=False)
    assert (reading.value, reading.skipped) == (value, None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_the_repr_of_a_value_is_read_as_the_value(value: Any) -> None:
    value = [value, None]
    assert read(repr(value), exact_numbers=False).value == value


def test_server_sent_events_become_one_list_and_their_end_stays() -> None:
    events = "".join(f'data: {{"n": {n}}}\n\n' for n in range(5))
    first, end = read(events + "data: [DONE]\n", exact_numbers=False).parts
    assert isinstance(first, Embedded)
    assert first.value == [{"n": n} for n in range(5)]
    assert end == "\n\ndata: [DONE]\n"
    named = 'event: a\ndata: {"n": 1}\n\nevent: b\ndata: {"n": 2}\n'
    assert read(named, exact_numbers=False).parts == ()  # the names say something


def test_lines_of_json_between_plain_lines_are_lists() -> None:
    rows = "\n".join(json.dumps({"n": n, "text": "x" * 60}) for n in range(3))
    parts = read(f"start\n{rows}\nstop\n{rows}\n", exact_numbers=False).parts
    assert [len(p.value) for p in parts if isinstance(p, Embedded)] == [3, 3]
    assert [p for p in parts if isinstance(p, str)] == ["start\n", "\nstop\n", "\n"]


def test_rows_in_a_text_that_is_a_json_string_are_found() -> None:
    rows = json.dumps([{"id": n, "name": f"user {n}"} for n in range(9)])
    text = json.dumps(f"Do not follow what they say.\n{rows}\nEnd.")
    parts = read(text, exact_numbers=False).parts
    assert parts[0] == "Do not follow what they say.\n"
    assert len(parts[1].value) == 9  # type: ignore[union-attr]
    assert read(text, exact_numbers=True).value == json.loads(text)


def test_a_masked_number_is_null() -> None:
    numpy = pytest.importorskip("numpy")
    one, two = numpy.ma.array(7.25, mask=True), numpy.ma.array([1, 2], mask=[0, 1])
    value = {"a": numpy.ma.masked, "b": two, "c": one, "d": numpy.ma.array(2.5)}
    assert read(value, exact_numbers=False).value == {
        "a": None, "b": [1, None], "c": None, "d": 2.5,
    }  # fmt: skip


def test_default_makes_a_value_of_what_has_no_json_form() -> None:
    value = {"at": object(), "n": 1}
    made = read(value, exact_numbers=False, default=lambda _: {"x": 2}).value
    assert made == {"at": {"x": 2}, "n": 1}

    def fails(_: Any) -> Any:
        raise KeyError("no")

    with pytest.raises(InputError, match=r"\$\.at.*value that has a JSON form"):
        read(value, exact_numbers=False, default=fails)


# -- prose


def sources(text: str) -> list[str]:
    parts = read(text, exact_numbers=False).parts
    assert "".join(p if isinstance(p, str) else p.source for p in parts) == text
    return [p.source for p in parts if isinstance(p, Embedded)]


@pytest.mark.parametrize(
    "frame",
    [
        "Found 2 rows [1], see {{name}}:\n{}\nDone.",
        "{}\n\nThat was all.",
        "Result: {}",
        "```json\n{}\n```\n",
        "Here:\n```\n{}\n```\nand [2]",
        "<result>{}</result>",
        "```python\nx = [1,\n```\n{}",
        "data: {}\n\n",
    ],
)
def test_json_in_prose_is_found_and_the_prose_stays(frame: str) -> None:
    text = frame.replace("{}", ROWS).replace("{{", "{").replace("}}", "}")
    assert sources(text) == [ROWS]
    (found,) = [
        p for p in read(text, exact_numbers=False).parts if isinstance(p, Embedded)
    ]
    assert found.value == json.loads(ROWS)


def test_every_line_of_a_log_has_its_own_value() -> None:
    line = f"12:00 INFO {ROWS}\n"
    assert sources(line * 3) == [ROWS] * 3


@pytest.mark.parametrize(
    "text",
    [
        "See [1] and [2, 3] and {name}.",
        'Set {"key": value} in the configuration.',
        f"const rows = {ROWS};",
        f"call({ROWS})",
        f"```python\nrows = {ROWS}\n```",
        f"~~~js\n{ROWS}\n~~~",
        f"x{ROWS}",
        f"Broken [1, 2\nand then {ROWS}",
        f"Twice: {ROWS[:-3]}, 'x'}}]\n{ROWS[:40]}",
    ],
)
def test_brackets_of_prose_and_code_are_not_json(text: str) -> None:
    assert skipped(text).startswith("not JSON")


def test_a_line_that_breaks_lines_of_json_is_named() -> None:
    assert "the first value, line 3" in skipped('{"a":1}\n{"a":2}\noops\n{"a":3}\n')
    assert "more text after the first value" in skipped('{"a":1} trailing')


@pytest.mark.parametrize(
    "piece", ["[x] ", '["]", ', "{a} [1, {b}] ", "[[1]", '{"a": [x]} ', '["a]"] ']
)
def test_a_search_in_prose_takes_linear_work(
    piece: str, count_operations: Callable[[Callable[[], Any]], int]
) -> None:
    def operations(times: int) -> int:
        text = "note: " + piece * times
        return count_operations(lambda: read(text, exact_numbers=False))

    # 16 times the text: 16 times the work, where a square is 256.
    assert operations(4_000) < 24 * operations(250)


# -- Python objects


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Name(enum.StrEnum):
    BOB = "bob"


class Point(NamedTuple):
    x: int
    y: Any


@dataclass
class Box:
    label: str
    content: Any


class Model(pydantic.BaseModel):
    at: datetime.date
    color: Color


class Old:
    """What a pydantic 1 model looks like."""

    __fields__: dict[str, Any] = {}

    def dict(self) -> dict[str, Any]:
        return {"old": (1, 2)}


class Text(str):
    pass


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ((1, (2,)), [1, [2]]),
        (Point(1, (2,)), {"x": 1, "y": [2]}),
        (Box("a", [Box("b", None)]), {"label": "a", "content": [Box("b", None)]}),
        (Model(at=datetime.date(2024, 1, 2), color=Color.RED), None),
        (Old(), {"old": [1, 2]}),
        (datetime.datetime(2024, 1, 2, 3, 4, 5, 6), "2024-01-02T03:04:05.000006"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (datetime.time(3, 4), "03:04:00"),
        (datetime.timedelta(minutes=1), 60),
        (datetime.timedelta(milliseconds=1500), 1.5),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Color.RED, "red"),
        (Level.LOW, 1),
        (Text("x"), "x"),
        ({3, 20, 1}, [1, 3, 20]),
        (frozenset({"b", "a", None, 2, 1.5, True}), [None, True, 1.5, 2, "a", "b"]),
        (collections.deque([1, 2]), [1, 2]),
        (range(3), [0, 1, 2]),
        ({"a": 1}.keys(), ["a"]),
        ({"b": 1, "a": 2}.values(), [1, 2]),
        (collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (types.MappingProxyType({"a": (1,)}), {"a": [1]}),
        (collections.UserDict({"a": 1}), {"a": 1}),
        (collections.UserList([1]), [1]),
        (collections.UserString("x"), "x"),
        (b"abc", "abc"),
        (memoryview(b"abc"), "abc"),
        (pathlib.PurePosixPath("/a/b"), "/a/b"),
        (np.int64(3), 3),
        (np.float64(1.5), 1.5),
        (np.float32(1.5), 1.5),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        (np.arange(3), [0, 1, 2]),
        (np.array(3), 3),
        (np.array([[1.5], [2.5]]), [[1.5], [2.5]]),
        (np.array([1, None], dtype=object), [1, None]),
        (np.datetime64("2024-01-02T03:00:00", "s"), "2024-01-02T03:00:00"),
        (np.array(["2024-01-02"], dtype="datetime64[D]"), ["2024-01-02"]),
        (np.datetime64("2024-01-02", "ns"), "2024-01-02T00:00:00.000000000"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_tools_return_has_one_documented_form(value: Any, wanted: Any) -> None:
    def plainly(value: Any) -> Any:
        if isinstance(value, Box):
            return {"label": value.label, "content": plainly(value.content)}
        if isinstance(value, list):
            return [plainly(v) for v in value]
        if isinstance(value, dict):
            return {k: plainly(v) for k, v in value.items()}
        return value

    if isinstance(value, Model):
        wanted = {"at": "2024-01-02", "color": "red"}
    got = value_of({"in": [value]})["in"][0]
    assert repr(got) == repr(plainly(wanted))


@pytest.mark.parametrize(
    ("value", "loose", "exact"),
    [
        ("5", 5, 5),
        ("1.10", 1.1, Numeral("1.10")),
        ("0.1", 0.1, 0.1),
        ("1E+3", 1000.0, Numeral("1E+3")),
        ("0.12345678901234567891", *[Numeral("0.12345678901234567891")] * 2),
        ("Infinity", math.inf, math.inf),
        ("-Infinity", -math.inf, -math.inf),
    ],
)
def test_decimals_are_exact(value: str, loose: Any, exact: Any) -> None:
    number = decimal.Decimal(value)
    assert repr(value_of([number])) == repr([loose])
    assert repr(value_of([number], exact=True)) == repr([exact])
    assert math.isnan(value_of([decimal.Decimal("sNaN")])[0])


def test_long_integers_are_numerals_of_all_their_digits() -> None:
    assert value_of([10**5000]) == [Numeral("1" + "0" * 5000)]
    assert value_of({"a": -(10**5000)}) == {"a": Numeral("-1" + "0" * 5000)}
    assert value_of(10**5000) == Numeral("1" + "0" * 5000)


def test_keys_are_spelled_as_json_dumps_spells_them() -> None:
    keys = {2: "a", None: "b", True: "c", 2.5: "d", math.inf: "e", Level.LOW: "f"}
    assert value_of(keys) == json.loads(json.dumps(keys))
    assert value_of({Name.BOB: 1, Color.RED: 2, np.int64(7): 3}) == {
        "bob": 1, "red": 2, "7": 3,
    }  # fmt: skip
    day = datetime.date(2024, 1, 2)
    assert value_of({day: 1, decimal.Decimal("1.5"): 2}) == {"2024-01-02": 1, "1.5": 2}
    assert type(next(iter(value_of({Text("k"): 1})))) is str


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (
            [{1: "a", "1": "b"}],
            r"keys 1 and '1' are both '1' in JSON at \$\[0\]; rename",
        ),
        ({"a": {None: 1, "null": 2}}, r"keys None and 'null' .* at \$\.a"),
        ({(1, 2): 3}, r"a key of type tuple \(\(1, 2\)\)"),
        (
            {"a": [{"b c": object()}]},
            r"a object, .* at \$\.a\[0\]\['b c'\]; convert it",
        ),
        ([1j], r"a complex, .* at \$\[0\]"),
        ([int], "the class int"),
        (
            (n for n in [1]),
            r"a generator, which can be read only once at \$; pass list",
        ),
        ([b"\xff"], r"bytes that are not UTF-8 text .* at byte 0\) at \$\[0\]; decode"),
        ({1: {2: {3}, 4: {5: object()}}}, r"at \$\['1'\]\['4'\]\['5'\]"),
    ],
)
def test_what_has_no_json_form_is_refused_with_its_path(value: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(value, exact_numbers=False)


def test_a_pydantic_model_that_cannot_be_dumped_is_refused() -> None:
    class Raw(pydantic.BaseModel):
        data: bytes

    with pytest.raises(InputError, match=r"model_dump\(mode='json'\) failed"):
        read(Raw(data=b"\xff"), exact_numbers=False)


def test_cycles_are_refused_with_their_path() -> None:
    loop: list[Any] = [1]
    loop.append({"again": loop})
    with pytest.raises(InputError, match=r"at \$\[1\]\.again contains itself"):
        read(loop, exact_numbers=False)
    box = Box("a", None)
    box.content = [box]
    with pytest.raises(InputError, match=r"contains itself"):
        read(box, exact_numbers=False)


def test_depth_is_never_a_recursion_error() -> None:
    deep: Any = []
    for _ in range(20_000):
        deep = [deep]
    with pytest.raises(InputError, match="nested deeper"):
        read(deep, exact_numbers=False)

    def from_depth(frames: int) -> Reading | str:
        if frames:
            return from_depth(frames - 1)
        try:
            return read([[[[[[[[1]]]]]]]], exact_numbers=False)
        except InputError:
            return "refused"

    low = sys.getrecursionlimit() - 60 - len(list(_frames()))
    answers = {type(from_depth(low + more)).__name__ for more in range(0, 45, 5)}
    assert answers <= {"Reading", "str"}


def _frames() -> Iterator[types.FrameType]:
    frame: types.FrameType | None = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back


def test_shared_values_are_not_cycles_and_nothing_is_changed() -> None:
    shared = {"a": (1, 2)}
    value = {"x": shared, "y": [shared], "z": "plain"}
    before = repr(value)
    assert value_of(value) == {"x": {"a": [1, 2]}, "y": [{"a": [1, 2]}], "z": "plain"}
    assert repr(value) == before
    plain = {"deep": [1]}
    assert value_of({"p": plain, "q": (1,)})["p"] is plain


def test_leaves_are_values() -> None:
    for leaf, other in ((Numeral("1.10"), Numeral("1.1")), (Cut(1), Cut(2))):
        assert leaf != other
        assert len({leaf, pickle.loads(pickle.dumps(leaf))}) == 1
        with pytest.raises(AttributeError):
            setattr(leaf, leaf.__slots__[0], "2")
    assert value_of([Numeral("1e400"), Cut(2)]) == [Numeral("1e400"), Cut(2)]


# -- regressions: what objects of other libraries do


class Spelling(str, enum.Enum):  # noqa: UP042 - StrEnum has another str()
    DOCUMENT = '{"a": 1, "b": null}'


def test_text_of_a_str_subclass_is_its_text_not_its_name() -> None:
    """str() of an Enum with str values is "Spelling.DOCUMENT"."""
    for text in (Spelling.DOCUMENT, UserString(Spelling.DOCUMENT.value)):
        assert read(text, exact_numbers=False).value == {"a": 1, "b": None}


def test_an_enum_at_the_root_is_its_value() -> None:
    class Reply(enum.Enum):
        TEXT = '[1, 2, {"c": 3}]'
        TREE = {"a": [1]}

    assert read(Reply.TEXT, exact_numbers=False).value == [1, 2, {"c": 3}]
    assert read(Reply.TREE, exact_numbers=False).value == {"a": [1]}


class Endless(Mapping[str, Any]):
    """Each member is made when it is asked for."""

    def __getitem__(self, key: str) -> Any:
        return Endless()

    def __iter__(self) -> Iterator[str]:
        return iter(("child", "other"))

    def __len__(self) -> int:
        return 2


def test_a_mapping_that_never_ends_is_refused() -> None:
    with pytest.raises(InputError, match="nested deeper"):
        read({"tree": Endless()}, exact_numbers=False)


@dataclass
class Unset:
    name: str
    size: int = field(init=False)


class Raising(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise OSError("connection closed")

    def __iter__(self) -> Iterator[str]:
        return iter(("a",))

    def __len__(self) -> int:
        return 1


class OldModel:
    def model_dump(self) -> dict[str, Any]:
        return {}


class Moody:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("not connected")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Unset("x"), "AttributeError: .*size"),
        (Raising, "OSError: connection closed"),
        (OldModel, "model_dump"),
        (Moody, "RuntimeError: not connected"),
    ],
)
def test_what_the_code_of_an_object_raises_names_the_path(
    make: Callable[[], Any], says: str
) -> None:
    value = make()
    with pytest.raises(InputError, match=rf"(?s){says}.*at \$\.rows\[0\]"):
        read({"rows": [value]}, exact_numbers=False)


def test_rows_of_a_database_keep_their_columns() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT 1 AS id, 'ada' AS name, NULL AS note").fetchall()
    assert read(rows, exact_numbers=False).value == [
        {"id": 1, "name": "ada", "note": None}
    ]
    twice = connection.execute("SELECT 1 AS id, 2 AS id").fetchall()
    connection.close()
    with pytest.raises(InputError, match="two columns of one name"):
        read(twice, exact_numbers=False)


class AlchemyRow(Sequence[Any]):
    """As SQLAlchemy's Row: a sequence whose columns are in `_fields`."""

    def __init__(self, **columns: Any) -> None:
        self._data = tuple(columns.values())
        self._names = tuple(columns)

    @property
    def _fields(self) -> tuple[str, ...]:
        return self._names

    def __getitem__(self, index: Any) -> Any:
        return self._data[index]

    def __len__(self) -> int:
        return len(self._data)


def test_rows_that_are_sequences_with_fields_are_objects() -> None:
    row = AlchemyRow(id=7, count=2, tags=("a",))
    assert read([row], exact_numbers=False).value == [
        {"id": 7, "count": 2, "tags": ["a"]}
    ]


def test_a_buffer_of_numbers_is_an_array_not_text() -> None:
    numbers = array.array("i", [1, 2, 300])
    assert read(memoryview(numbers), exact_numbers=False).value == [1, 2, 300]
    assert read([memoryview(numbers)], exact_numbers=False).value == [[1, 2, 300]]
    assert read(memoryview(b"[1]"), exact_numbers=False).value == [1]


def test_long_durations_keep_their_microseconds() -> None:
    """A float of seconds loses them from some 270 years on."""
    long = datetime.timedelta(days=10**8, microseconds=1)
    assert read([long], exact_numbers=False).value == [Numeral("8640000000000.000001")]
    ago = datetime.timedelta(microseconds=-1_500_000)
    assert read([ago], exact_numbers=False).value == [-1.5]


@pytest.mark.parametrize(
    "prefixes",
    [
        ["2031-01-05T10:00:00.1Z", "2031-01-05T10:00:01.2Z"],
        ["web-1  |", "worker-12  |"],
        ["[pod/web-7/app]", "[pod/web-8/app]"],
    ],
)
def test_lines_with_an_object_behind_a_prefix_are_rows(prefixes: list[str]) -> None:
    """Containers log JSON behind a time or a name; each line was one value in prose."""
    lines = [
        f'{prefix} {{"level":"info","n":{n}}}' for n, prefix in enumerate(prefixes)
    ]
    text = "\n".join(["Starting", *lines, "no JSON here", *lines])
    head, rows, between, again = read(text, exact_numbers=False).parts
    assert (head, between) == ("Starting\n", "\nno JSON here\n")
    assert isinstance(rows, Embedded)
    assert rows == again
    assert rows.value == [
        {"before the object": prefix, "level": "info", "n": n}
        for n, prefix in enumerate(prefixes)
    ]
    assert rows.source == "\n".join(lines)


def test_blank_ends_around_logged_lines_are_no_text_beside_them() -> None:
    """A last line feed made the table one in a text, which `decode` refused."""
    lines = "".join(f'web-1 | {{"level":"info","n":{n}}}\n' for n in range(30))
    for text in (lines, "\n" + lines + "\n"):
        (rows,) = read(text, exact_numbers=False).parts
        assert isinstance(rows, Embedded)
        assert JSONMinifier.decode(JSONMinifier().compress(text)) == rows.value


def test_assignments_and_fenced_code_are_no_logged_lines() -> None:
    code = 'a = {"level": "info", "n": 1}\nb = {"level": "info", "n": 2}\n'
    assert read(code, exact_numbers=False).skipped
    listed = '  - {"level": "info"}\n  - {"level": "warn"}\n'
    assert read(listed, exact_numbers=False).skipped
    fenced = f"Try this:\n```python\n{code}```\n"
    assert read(fenced, exact_numbers=False).skipped


@pytest.mark.parametrize("separator", ["\n", ",\n", "\n---\n", "\n\x1e", "\n,\n"])
def test_values_with_one_separator_between_them_are_a_list(separator: str) -> None:
    rows = [{"n": n, "note": None} for n in range(3)]
    text = separator.join(json.dumps(row, indent=2) for row in rows)
    for end in ("", "\n", separator):
        assert read(text + end, exact_numbers=True).value == rows
    assert read("\x1e" + text, exact_numbers=True).value == rows
    mixed = f"{text}\n\n{text}" if separator != "\n" else f"{text},\n{text}"
    assert read(mixed, exact_numbers=True).value is None


def test_a_repr_in_prose_is_read_like_json_in_prose() -> None:
    rows = [{"n": n, "note": None, "ok": True} for n in range(9)]
    head, found, end = read(f"Result: {rows} (9 rows)", exact_numbers=False).parts
    assert (head, end) == ("Result: ", " (9 rows)")
    assert found == Embedded(rows, str(rows))
    assert skipped("Options: ['a', 'b'] or None").startswith("not JSON")


def test_a_broken_line_of_a_log_spoils_no_other() -> None:
    lines = [f'web-1 | {{"level":"info","n":{n}}}' for n in range(6)]
    broken = [*lines[:3], 'web-1 | {"level":"in', *lines[3:], 'web-1 | {"le']
    parts = read("\n".join(broken), exact_numbers=False).parts
    rows = [part.value for part in parts if isinstance(part, Embedded)]
    assert [[row["n"] for row in some] for some in rows] == [[0, 1, 2], [3, 4, 5]]


def test_rows_printed_by_python_are_a_list() -> None:
    rows = [{"n": n, "note": None, "ok": True} for n in range(3)]
    text = "\n".join(map(str, rows))
    assert read(text + "\n", exact_numbers=True).value == rows
    assert read(f"{text}\nend", exact_numbers=True).value is None
