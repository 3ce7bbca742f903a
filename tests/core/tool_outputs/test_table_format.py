"""The table format: whatever is written is read back, type and order included."""

import contextlib
import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.errors import DecodeError
from headroom.tool_outputs.table.decoding import decode_table
from headroom.tool_outputs.table.encoding import encode_table
from headroom.tool_outputs.table.notation import MAGIC
from headroom.tool_outputs.values import Cut, Numeral

SYNTAX = [
    *" ,;:()[]{}\"'&@=?.…~#|\\/\n\t-+$_",
    "&1",
    "&1:x",
    "@o",
    "@o:a,b",
    "(a,b)",
    "{a}",
    "{{a}}",
    "{}",
    "a=b",
    "a?",
    "[2](a,b):",
    "=x",
    "…3 cut",
    "……3 cut",
    MAGIC,
    "null",
    "true",
    "NaN",
    "-Infinity",
    "1",
    "-0",
    "1.10",
    "1e5",
    "007",
    "0x1",
    "https://api.example.com/repos/octo/hello/issues/1",
    "https://api.example.com/repos/octo/hello/issues/1{/number}",
    "2024-01-15T10:00:00Z",
    "\ud800",
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "\ue0f00\ue0f1",
    "日本語",
    "😀",
    "a b ",
    '27" wide',
    'a "b", c',
    "{number}",
    "{id}",
    "/users/{id}/x",
    "{{id}}",
    "}}{{",
    "a{b",
    " a",
    "\u00a0x",
    "json:",
    "json: ",
    "json:@o",
    "json:&1",
    "json:(a)",
    "json:{a}",
    "json: [1]",
    "jsonl:",
    "jsonl: {a}",
]
KEYS = st.one_of(
    st.sampled_from(["id", "url", "name", "a.b", "", "0", "user", "a b", "é", *SYNTAX]),
    st.text(max_size=6),
)
TEXTS = st.one_of(
    st.sampled_from(SYNTAX),
    st.lists(st.sampled_from(SYNTAX), max_size=4).map("".join),
    st.text(max_size=30),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**30, max_value=10**31),
    st.floats(allow_nan=False),
    TEXTS,
)


def rows(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists of objects that share most of their keys."""
    return st.lists(KEYS, min_size=1, max_size=5, unique=True).flatmap(
        lambda keys: st.lists(
            st.fixed_dictionaries(
                dict.fromkeys(keys[:3], values),
                optional=dict.fromkeys(keys[3:], values),
            ),
            min_size=2,
            max_size=6,
        )
    )


def packed(value: Any, layout: dict[str, Any] | None, escaped: bool, end: str) -> str:
    if layout is None:
        return repr(value)
    return json.dumps(value, ensure_ascii=escaped, **layout) + end


JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(
            packed,
            inner,
            st.sampled_from(
                [None, {}, {"separators": (",", ":")}]
                + [{"indent": indent} for indent in (2, 4, "\t", 3)]
            ),
            st.booleans(),
            st.sampled_from(["", "\n"]),
        ),
        st.lists(inner, max_size=5),
        st.dictionaries(KEYS, inner, max_size=6),
        rows(inner),
        # Values that follow from each other, so that templates are found.
        st.lists(
            st.builds(
                lambda i, s, x: {
                    "id": i,
                    "login": s,
                    "url": f"https://api.example.com/users/{s}/{i}",
                    "html_url": f"https://example.com/{s}{x}",
                    "x": x,
                },
                st.integers(0, 10**6),
                TEXTS,
                st.one_of(st.none(), TEXTS),
            ),
            min_size=1,
            max_size=5,
        ),
    ),
    max_leaves=40,
)
CONTAINERS = JSON.filter(lambda v: isinstance(v, (dict, list)) and v)


def same(a: Any, b: Any) -> bool:
    """Equal in value and type, key order included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return repr(a) == repr(b)
    return bool(a == b)


@given(CONTAINERS)
@example([{"a": {"b": 1}}, {"a": {"b": 2}}, {"a": "&1"}])
@example({"a": [[{"x": 1, "y": 2, "z": 3}], [{"x": 4, "y": 5, "z": 6}]]})
@example([[{"x": 1, "y": 2}, {"x": 3, "y": 4}, {"x": 5, "y": 6}], 7])
@example({"": {"": {"": None}}})
@example([{"s": "1"}, {"s": "2"}, {"s": None}, {}])
@example([{"s": f'{{"a": "x", "b": {n}, "c": null}}'} for n in range(3)])
def test_what_is_written_is_read_back(value: Any) -> None:
    text = encode_table(value)
    assert text.startswith(MAGIC)
    assert same(decode_table(text), value)
    text.encode("utf-8")


@given(CONTAINERS)
def test_writing_changes_nothing_and_repeats_itself(value: Any) -> None:
    before = repr(value)
    assert encode_table(value) == encode_table(value)
    assert repr(value) == before


@given(CONTAINERS, st.data())
def test_changed_text_is_read_or_refused_but_never_crashes(
    value: Any, data: st.DataObject
) -> None:
    text = encode_table(value)
    at = data.draw(st.integers(len(MAGIC), len(text)))
    length = data.draw(st.integers(0, 3))
    changed = text[:at] + data.draw(st.sampled_from(SYNTAX)) + text[at + length :]
    with contextlib.suppress(DecodeError):
        decode_table(changed)


def test_a_table_that_lost_rows_is_refused() -> None:
    value = [{"id": i, "name": f"name {i}"} for i in range(9)]
    lines = encode_table(value).split("\n")
    with pytest.raises(DecodeError, match="needs it whole"):
        decode_table("\n".join(lines[:-1]))


@pytest.mark.parametrize("changed", ["4[w,x,y]", "2[w,x,y,z]", "5[]"])
def test_a_list_of_another_length_than_it_says_is_refused(changed: str) -> None:
    text = encode_table([{"id": i, "t": ["w", "x", "y", "z"]} for i in range(2)])
    with pytest.raises(DecodeError, match="instead of"):
        decode_table(text.replace("4[w,x,y,z]", changed, 1))


_NODE = {"id": st.integers(1, 2), "name": st.sampled_from(["a", "x{y", "}}a{{"])}
NODES = st.recursive(
    st.fixed_dictionaries(_NODE | {"kids": st.just([])}),
    lambda inner: st.fixed_dictionaries(
        _NODE | {"kids": st.lists(inner, max_size=2)},
        optional={
            "next": st.none() | inner,
            "by": st.dictionaries(KEYS, inner, max_size=3),
        },
    ),
    max_leaves=8,
)


@given(st.lists(NODES, min_size=1, max_size=3), st.booleans())
def test_headers_that_contain_themselves_are_read_back(
    nodes: list[Any], wrapped: bool
) -> None:
    value = {"nodes": nodes, "first": nodes[0]} if wrapped else nodes
    assert same(decode_table(encode_table(value)), value)


def test_quotes_inside_constants_are_no_strings() -> None:
    rows = [
        {
            "sku": f"M{n}",
            "screen": {"size": '27" wide', "res": "QHD"},
            "box": {"size": '30" cube'},
            "price": 199.5 + n,
        }
        for n in range(4)
    ]
    assert same(decode_table(encode_table(rows)), rows)


def test_braces_that_name_no_field_stay_as_they_are() -> None:
    rows = [
        {"number": n, "route": "/users/{user}/posts{?page}", "own": "/x/{number}"}
        for n in range(3)
    ]
    text = encode_table(rows)
    assert "route=/users/{user}/posts{?page}" in text
    assert "own=/x/{{number}}" in text
    assert same(decode_table(text), rows)


def test_thousands_of_shapes_are_written_and_read() -> None:
    value = [
        {f"a{i}": k, f"b{i}": k + 1, f"c{i}": k + 2}
        for i in range(600)
        for k in range(3)
    ]
    assert same(decode_table(encode_table(value)), value)


def test_optional_keys_without_end_do_not_widen_every_row() -> None:
    rows = [
        {f"k{k}": n for k in range(20)} | {f"x{(n * 7 + k) % 900}": k for k in range(9)}
        for n in range(300)
    ]
    text = encode_table(rows)
    assert same(decode_table(text), rows)
    assert text.splitlines()[1].count(",") < 120


USER = {"login": "octocat", "id": 583231, "type": "User", "admin": False}


def test_rows_share_one_header_and_what_is_constant_stands_in_it() -> None:
    rows = [{"number": n, "state": "open", "user": USER} for n in range(4)]
    assert encode_table({"total": 4, "items": rows}) == (
        "#headroom k=v holds unless ;k:x\n"
        "total:4\n"
        "items[4](number,state=open,"
        "user={login:octocat,id:583231,type:User,admin:false}):\n"
        "0\n1\n2\n3"
    )


def test_an_exception_from_the_constant_is_named_in_its_row() -> None:
    rows = [{"number": n, "state": "open"} for n in range(9)]
    rows[5]["state"] = "closed"
    del rows[7]["state"]
    text = encode_table(rows)
    assert "[9](number,state=open):" in text
    assert "\n5;state:closed\n" in text
    assert "\n7;state:\n" in text


def test_addresses_follow_from_their_neighbours() -> None:
    rows = [
        {"login": name, "url": f"https://api.example.com/users/{name}"}
        for name in ("ada", "grace", "katherine", "dorothy")
    ]
    text = encode_table(rows)
    assert "url=https://api.example.com/users/{login}" in text
    assert text.count("api.example.com") == 1


def test_ids_and_dates_stay_whole() -> None:
    ids = [f"0b5c2f6e-{n:04x}-4a31-9d7e-2f4c8b1a9e3{n}" for n in range(9)]
    rows = [{"id": i, "at": f"2026-03-0{n + 1}T10:00:00Z"} for n, i in enumerate(ids)]
    text = encode_table(rows)
    assert all(
        i in text and row["at"] in text for i, row in zip(ids, rows, strict=True)
    )


def test_an_object_used_as_a_map_names_its_header_once() -> None:
    value = {
        "prices": {
            name: {"bid": n, "ask": n + 1, "volume": n * 7}
            for n, name in enumerate(["kraken", "bitstamp", "gemini"])
        }
    }
    text = encode_table(value)
    assert "prices(bid,ask,volume):{kraken:(0,1,0),bitstamp:(1,2,7)" in text


def test_entries_of_a_map_never_refer_to_each_other() -> None:
    cpu, disk = {"limit": "500m", "zone": "north"}, "ssd-fast-encrypted"
    names = [f"node-{n}" for n in range(15)]
    few = {"cpu": dict.fromkeys(names, cpu), "disk": dict.fromkeys(names, disk)}
    text = encode_table(few)
    assert text.count("node-") == 30
    assert "node-14:{limit:500m,zone:north}" in text
    many = [dict.fromkeys(names[:5], f"release {n}") for n in range(20)]
    assert "{node-" not in encode_table(many)
    assert decode_table(encode_table(many)) == many


def test_what_repeats_is_written_once() -> None:
    address = {"street": "Main Street 17", "town": "Springfield", "zip": "01101"}
    value = {"bill_to": address, "ship_to": address, "sold_by": address}
    text = encode_table(value)
    assert text.count("Springfield") == 1
    assert text.count("&1") == 4
    # And no two places of what is read back share an object.
    read = decode_table(text)
    assert read["bill_to"] is not read["ship_to"]


def test_a_marker_of_max_depth_reads_as_absence() -> None:
    value = {"id": 1, "user": Cut(18), "tags": [Cut(2), "x"]}
    text = encode_table(value)
    assert "…18 cut" in text
    assert decode_table(text) == {"id": 1, "tags": ["x"]}


def test_strings_that_are_json_text_are_taken_apart() -> None:
    """CloudWatch, SQS and many others pack one JSON document into another."""
    logs = [
        {"at": n, "message": json.dumps({"level": "info", "ms": n, "user": None})}
        for n in range(3)
    ]
    text = encode_table(logs)
    assert text.split("\n")[1:] == [
        "[3](at,message(level=info,ms,user=null)):",
        "0,json: (0)",
        "1,json: (1)",
        "2,json: (2)",
    ]
    assert decode_table(text) == logs


def test_lines_that_are_json_text_are_taken_apart_with_their_end() -> None:
    logs = [
        {"at": n, "line": json.dumps({"level": "info", "ms": n}) + "\n"} for n in (1, 2)
    ]
    text = encode_table(logs)
    assert text == (
        f"{MAGIC} k=v holds unless ;k:x, jsonl:v is v's JSON text\n"
        "[2](at,line(level=info,ms)):\n"
        "1,jsonl: (1)\n2,jsonl: (2)"
    )
    assert decode_table(text) == logs


@pytest.mark.parametrize(
    ("mark", "layout", "escaped"),
    [
        ("json:", {"separators": (",", ":")}, False),
        ("json: ", {}, False),
        ("jsona: ", {}, True),
        ("json2:", {"indent": 2}, False),
        ("jsona4:", {"indent": 4}, True),
        ("jsont:", {"indent": "\t"}, False),
    ],
)
def test_json_text_is_read_in_any_common_spelling(
    mark: str, layout: dict[str, Any], escaped: bool
) -> None:
    city = {"city": "K\u00f6ln, am Rhein", "empty": [], "none": {}, "n": [1, [2]]}
    value = {"id": 1, "text": packed(city, layout, escaped, "")}
    text = encode_table(value)
    assert f"text:{mark}{{city:" in text
    assert same(decode_table(text), value)


@pytest.mark.parametrize(
    "other",
    ["{'a': (1, 2), 'b': 'x'}", "{1: 'a', 2: 'bcdefg'}", "{'a':'spaced odd', 'b':1}"],
)
def test_what_python_prints_is_read_where_json_has_the_same(other: str) -> None:
    rows = [{"id": n, "by": None, "said": 'it\'s "so"', "ok": True} for n in range(3)]
    value = {"printed": repr(rows), "other": other}
    text = encode_table(value)
    assert "repr:[(0),(1),(2)]" in text
    assert "repr:v is v's Python repr" in text
    assert f'other:"{other}"' in text
    assert same(decode_table(text), value)


def test_dates_times_and_numbers_are_not_cut() -> None:
    rows = [
        {
            "at": f"2026-05-01T09:{n}0:00",
            "day": f"2026-05-01 0{n}:00",
            "ends": f"from 10:{n}0:15",
            "phone": f"+49 30 1234 {n}00",
            "text": f'{{"odd":  "spelling", "n": {n}}}',
        }
        for n in range(5)
    ]
    text = encode_table(rows)
    for row in rows:
        for key in ("at", "day", "phone"):
            assert row[key] in text
    assert "10:10:15" in text
    assert decode_table(text) == rows


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_longest_integers_are_integers(sign: str) -> None:
    long = int(sign + "9" * 4300)
    value = [long, f'["aaaaaaaaaaaaaaaa",{long}]']
    assert same(decode_table(encode_table(value)), value)


PIECES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from([": ", "\n", "]", '["', "{", ",\n", "Rows:\n"]),
        st.lists(
            st.fixed_dictionaries({"id": st.integers(), "name": st.text(max_size=9)}),
            min_size=2,
            max_size=5,
        ).map(lambda rows: json.dumps(rows, indent=2)),
    ),
    min_size=1,
    max_size=6,
).map("".join)


@given(st.lists(PIECES, min_size=1, max_size=3))
def test_texts_with_json_in_them_are_read_back(texts: list[str]) -> None:
    value = [{"n": n, "text": text, "again": text} for n, text in enumerate(texts)]
    assert decode_table(encode_table(value)) == value


def test_json_in_a_text_is_taken_apart() -> None:
    rows = [{"id": n, "state": "open", "name": f"user {n}"} for n in range(4)]
    value = {"result": f"Rows:\n{json.dumps(rows)}\nEnd.", "is_error": False}
    text = encode_table(value)
    assert text == (
        f"{MAGIC} k=v holds unless ;k:x, json:v is v's JSON text, +a+b is one text\n"
        'result(id,state=open,name):+"Rows:\\n"+json: '
        '4[(0,user 0),(1,user 1),(2,user 2),(3,user 3)]+"\\nEnd."\n'
        "is_error:false"
    )
    assert decode_table(text) == value


def test_a_line_feed_after_the_text_is_no_part_of_it() -> None:
    for value in ({"a": 1, "b": [{"c": n} for n in range(3)]}, [{"a": 1}] * 3, [1, 2]):
        text = encode_table(value)
        assert decode_table(text + "\n") == decode_table(text) == value


def test_json_text_is_never_why_a_document_is_too_deep() -> None:
    def nested(levels: int, leaf: str) -> Any:
        value: Any = leaf
        for _ in range(levels):
            value = {"a": value, "b": 1}
        return value

    levels = 1
    with contextlib.suppress(RecursionError):
        while True:
            encode_table(nested(levels, "x"))
            levels += 5
    deep = nested(levels - 10, json.dumps(nested(15, "text")))
    assert "json:" not in encode_table(deep)


def test_layers_of_json_text_beyond_reason_are_refused() -> None:
    with pytest.raises(DecodeError, match="layers"):
        decode_table(f"{MAGIC}\n[" + "json:[" * 40 + "a" + "]" * 41)


def test_a_map_by_name_may_hold_empty_and_other_objects() -> None:
    value = {f"U{n * 7919:X}": {"status": "away", "since": n} for n in range(30)}
    value["UNEW"] = {}
    value["UBOT"] = value["UAPP"] = {"token": "x", "scopes": 3, "owner": "ada"}
    text = encode_table({"presence": value})
    assert text.count("@") <= 4  # the header of the others, and where it is named
    assert decode_table(text) == {"presence": value}


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "x",  "id": 7}',  # spaced as no writer does it
        '{"a": "x", "a": "duplicate"}',
        '{"price": 1.10, "name": "x"}',
        '{"name": "caf\\u00E9", "n": 1}',
        '{"name": "unfinished", "n": 1',
        '["' + "[" * 40 + '", ' + "[" * 40 + "]" * 41,
        '["x", ' + "[" * 100_000 + "]",
    ],
)
def test_strings_that_only_resemble_json_text_stay_as_they_are(text: str) -> None:
    written = encode_table({"id": 1, "body": text})
    assert not re.search("json[a-z0-9]*:", written)
    assert decode_table(written) == {"id": 1, "body": text}


def test_any_number_of_json_texts_may_stand_beside_each_other() -> None:
    rows = [{"id": n, "log": json.dumps({"level": f"l{n}", "n": n})} for n in range(99)]
    text = encode_table(rows)
    assert text.count("json: (") == len(rows)
    assert decode_table(text) == rows


def test_a_long_text_is_a_default_only_where_most_rows_have_it() -> None:
    texts = ["Deploy of the api is done and all checks are green", "ok", "on it"]
    rows = [{"user": f"u{n}", "text": texts[n % 3]} for n in range(12)]
    assert f"text={texts[0]}" not in encode_table(rows)
    rows += [{"user": f"v{n}", "text": texts[0]} for n in range(8)]
    assert f"text={texts[0]}" in encode_table(rows)


def test_the_legend_says_what_a_named_key_without_a_value_is() -> None:
    rows: list[Any] = [{"id": n, "state": "open", "kind": "bug"} for n in range(9)]
    assert "absent" not in encode_table(rows)
    del rows[4]["state"]
    text = encode_table(rows)
    assert text.startswith(f"{MAGIC} k=v holds unless ;k:x, ;k: is absent\n")
    assert "\n4;state:\n" in text


def test_a_changed_json_text_is_refused() -> None:
    written = encode_table({"id": 1, "body": '{"n":1,"name":"x"}'})
    with pytest.raises(DecodeError):
        decode_table(written.replace("n:1", "n:" + "9" * 5000))


def test_numbers_keep_their_spelling_in_the_text() -> None:
    text = encode_table({"price": Numeral("1.10"), "big": Numeral("1e400")})
    assert "1.10" in text
    assert "1e400" in text
    assert decode_table(text)["price"] == 1.1


@pytest.mark.parametrize("cell", SYNTAX)
def test_every_piece_of_syntax_can_be_a_value_and_a_key(cell: str) -> None:
    value = {
        cell: cell,
        "rows": [{"a": cell, cell + "k": n, "c": [cell]} for n in range(3)],
    }
    assert same(decode_table(encode_table(value)), value)


def test_the_document_is_found_in_json_terms() -> None:
    value = {"id": 1, "labels": ["a", "b"], "note": None}
    assert decode_table(encode_table(value)) == json.loads(json.dumps(value))


def test_a_text_with_the_marks_of_templates_is_not_filled_in() -> None:
    """The last row came back with a link that it does not have."""
    rows: list[Any] = [
        {"id": f"abcdef{i}", "link": f"see https://x.io/abcdef{i}/page"}
        for i in range(6)
    ]
    rows.append({"id": "glyph \ue0f0"})
    assert decode_table(encode_table(rows)) == rows


def test_fields_that_agree_by_chance_are_no_references() -> None:
    """`verified={banned}` reads as a statement about the two."""
    rows = [
        {
            "id": n,
            "verified": n == 2,
            "banned": n == 2,
            "ordered": n * 3,
            "shipped": n * 3,
            "created": f"2031-01-0{n}T10:00:00Z",
            "changed": f"2031-01-0{n}T10:00:00Z",
        }
        for n in range(1, 5)
    ]
    text = encode_table(rows)
    assert not re.search(r'="\{\w+\}"', text)
    assert same(decode_table(text), rows)


def test_fields_that_agree_in_many_values_are_references() -> None:
    rows = [{"id": n, "ups": n * 7, "score": n * 7} for n in range(20)]
    assert 'score="{ups}"' in encode_table(rows)


def test_two_rows_of_many_cells_name_their_fields() -> None:
    rows = [{f"field_{k}": f"{k}{n}x" for k in "abcdefghijklmnop"} for n in range(2)]
    text = encode_table({"rows": rows, "n": 2})
    assert "field_a:a0x" in text
    assert "field_a:a1x" in text
    assert same(decode_table(text), {"rows": rows, "n": 2})


@given(
    st.lists(
        st.fixed_dictionaries(
            {f"f{k}": st.fixed_dictionaries({"only": st.integers()}) for k in range(14)}
        ),
        min_size=1,
        max_size=4,
    )
)
def test_few_wide_rows_of_dotted_fields_are_read_back(rows: list[Any]) -> None:
    assert same(decode_table(encode_table(rows)), rows)


def test_names_in_lists_of_equal_length_are_no_pairs() -> None:
    """Only measured values stand beside what they were measured at."""
    team = {"admins": list("abcdefgh"), "banned": list("ijklmnop")}
    text = encode_table({"team": team, "n": 2})
    assert "team:{admins:8[a,b,c,d,e,f,g,h],banned:8[i,j,k,l,m,n,o,p]}" in text
    hours = {
        "time": [f"{h:02d}:00" for h in range(8)],
        "rain": [0, 1, 0, 0, 2, 0, 0, 0],
    }
    assert "hourly{8}(time,rain):\n00:00,0\n" in encode_table({"hourly": hours})


@given(st.lists(st.uuids(), min_size=3, max_size=9, unique=True))
def test_a_rows_own_id_is_literal_wherever_others_name_it(ids: list[Any]) -> None:
    rows = [
        {"sha": str(own), "parents": [{"sha": str(before)}], "n": n}
        for n, (before, own) in enumerate(zip([ids[-1], *ids], ids, strict=False))
    ]
    lines = encode_table(rows).splitlines()
    assert all(any(line.startswith(str(own)) for line in lines) for own in ids)


def test_fields_that_most_rows_lack_are_named() -> None:
    rows = [{"id": n, **({f"k{n % 5}": f"v{n}"} if n % 2 else {})} for n in range(20)]
    text = encode_table(rows)
    assert ",," not in text
    assert "9;k4:v9" in text
    assert decode_table(text) == rows


def test_objects_of_one_key_are_dotted_whatever_other_rows_have() -> None:
    states: list[Any] = [
        {"running": {"since": {"at": "09:00"}}},
        {"terminated": {"code": {"exit": 137}}},
        None,
    ]
    rows = [{"name": f"web-{n}", "state": states[n % 3]} for n in range(9)]
    text = encode_table(rows)
    assert "((" not in text
    assert "state.running.since.at" in text
    assert decode_table(text) == rows
    mixed = [*rows, {"name": "web-9", "state": {"running": 1, "waiting": 2}}]
    assert decode_table(encode_table(mixed)) == mixed


def test_the_points_of_a_line_stand_where_they_are() -> None:
    points = [[8 + n / 100, 47.123456789] for n in range(5)] * 6
    rows = [{"id": n, "line": {"type": "LineString", "at": points}} for n in range(3)]
    text = encode_table(rows)
    assert "&" not in text
    assert decode_table(text) == rows


def test_an_ip_address_is_not_cut() -> None:
    rows = [{"id": n, "ip": f"2001:db8::8a2e:370:1c{n}"} for n in range(10, 30)]
    assert "\n10,2001:db8::8a2e:370:1c10\n" in encode_table(rows)


def test_a_list_in_a_cell_says_how_many_elements_it_has() -> None:
    rows = [
        {"id": n, "few": ["a", "b"], "many": [f"{n}x{k}" for k in range(n)]}
        for n in range(3, 6)
    ]
    text = encode_table({"rows": rows, "again": {"many": rows[2]["many"]}})
    assert "3,[3x0,3x1,3x2]" in text
    assert "4,4[4x0,4x1,4x2,4x3]" in text
    assert decode_table(text)["rows"] == rows
