"""JSONMinifier: the laws of the contract, then what users see."""

import contextlib
import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from headroom.compressors import JSONMinifier
from headroom.errors import DecodeError, HeadroomError, InputError
from headroom.tokens import default_counter, estimate_tokens

KEYS = st.one_of(
    st.sampled_from(
        ["id", "url", "html_url", "node_id", "_links", "name", "user", "a.b", "", "…"]
    ),
    st.text(max_size=5),
)
STRINGS = st.one_of(
    st.sampled_from(
        [
            "",
            "https://api.example.com/users/1",
            "https://example.com/a",
            "…3 cut",
            "……3 cut",
            "#headroom",
            "1",
            "null",
            "&1",
            '{"a":[1,2],"b":null}',
            "\ud800",
            "日本語,(x)",
        ]
    ),
    st.text(max_size=20),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    STRINGS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(KEYS, inner, max_size=5),
        st.lists(
            st.fixed_dictionaries({"id": inner, "name": inner}, optional={"x": inner}),
            max_size=5,
        ),
    ),
    max_leaves=30,
)
# A string is text to read, not a value to write, so the laws take containers.
CONTAINERS = VALUES.filter(lambda v: isinstance(v, (dict, list)))
MINIFIERS = st.builds(
    JSONMinifier,
    drop_nulls=st.booleans(),
    drop_empty=st.booleans(),
    drop_links=st.booleans(),
    drop_opaque=st.booleans(),
    exclude_keys=st.lists(st.sampled_from(["name", "a.b", "*_url", "user.*"])),
    keep_keys=st.lists(st.sampled_from(["id", "url", "user.name"])),
    only_keys=st.lists(st.sampled_from(["id", "name", "user.name"]), max_size=2),
    max_depth=st.one_of(st.none(), st.integers(1, 3)),
    format=st.sampled_from(["auto", "json", "table"]),
)
count = default_counter()


def same(a: Any, b: Any) -> bool:
    """Equal in value and type, key order included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return repr(a) == repr(b)


def without(value: Any, paths: list[tuple[str | int, ...]]) -> Any:
    """Return `value` less what stands at the paths."""
    value = copy.deepcopy(value)
    by_index = sorted(
        paths, key=lambda p: [(isinstance(k, int), str(k).zfill(9)) for k in p]
    )
    for path in reversed(by_index):
        owner = value
        for key in path[:-1]:
            owner = owner[key]
        del owner[path[-1]]
    return value


@given(MINIFIERS, CONTAINERS)
@example(JSONMinifier(max_depth=1), {"a": {"b": [1, {"c": 2}]}, "d": [[1], {"e": 3}]})
@example(JSONMinifier(), {"a": {"b": None}, "c": [{"d": ""}, None, []]})
def test_dropping_is_the_only_loss_and_every_drop_is_itemised(
    minifier: JSONMinifier, value: Any
) -> None:
    result = minifier.explain(value)
    expected = without(value, [d.path for d in result.dropped])
    assert same(JSONMinifier.decode(result.content), expected)


@given(CONTAINERS, st.sampled_from(["auto", "json", "table"]))
def test_lossless_is_read_back_exactly(value: Any, format: Any) -> None:  # noqa: A002
    minifier = JSONMinifier.lossless(format=format)
    result = minifier.explain(value)
    assert result.dropped == ()
    assert same(JSONMinifier.decode(result.content), value)


@given(MINIFIERS, CONTAINERS)
def test_the_input_is_never_changed(minifier: JSONMinifier, value: Any) -> None:
    before = repr(value)
    minifier.explain(value)
    assert repr(value) == before


@given(MINIFIERS, VALUES)
def test_minified_text_is_left_as_it_is(minifier: JSONMinifier, value: Any) -> None:
    once = minifier.compress(value)
    assert minifier.compress(once) == once


@given(CONTAINERS, st.sampled_from(["auto", "json"]), st.sampled_from([None, 2]))
def test_there_are_never_more_tokens(
    value: Any,
    format: Any,  # noqa: A002
    indent: int | None,
) -> None:
    result = JSONMinifier(format=format).explain(value)
    assert result.tokens_after <= result.tokens_before
    text = json.dumps(value, indent=indent)
    assert count(JSONMinifier(format=format).compress(text)) <= count(text)


def test_rows_of_blanks_are_counted_not_measured() -> None:
    # A table of them has fewer characters than JSON, and more tokens.
    rows = [["" if n * k % 5 < 3 else str(k) for k in range(10)] for n in range(400)]
    value = {"cols": [f"c{n}" for n in range(10)], "rows": rows}
    assert count(JSONMinifier().compress(value)) <= count(
        JSONMinifier(format="json").compress(value)
    )


@given(CONTAINERS)
def test_text_and_object_give_the_same(value: Any) -> None:
    text = json.dumps(value)
    assume("cut" not in text and "#headroom" not in text)
    minifier = JSONMinifier()
    from_object = minifier.compress(value)
    # Text that was shorter as it came is kept; else both are the same.
    assert minifier.compress(text) in (from_object, text)
    assert minifier.compress(text.encode()) == minifier.compress(text)


@given(CONTAINERS, st.one_of(st.none(), st.integers(1, 3)))
def test_the_json_format_is_valid_json(value: Any, max_depth: int | None) -> None:
    json.loads(JSONMinifier(format="json", max_depth=max_depth).compress(value))


@given(MINIFIERS, CONTAINERS)
def test_a_copy_from_a_pickle_does_the_same(minifier: JSONMinifier, value: Any) -> None:
    copied = pickle.loads(pickle.dumps(minifier))
    assert copied.compress(value) == minifier.compress(value)
    assert repr(copied) == repr(minifier)


@given(st.text(max_size=60))
def test_any_text_is_compressed_or_comes_back_with_the_reason(text: str) -> None:
    result = JSONMinifier().explain(text)
    if result.skipped is not None:
        assert result.content == text
    elif result.content != text:
        assert result.tokens_after <= result.tokens_before


@pytest.mark.parametrize("value", ["", "{}", "[]", "null", '""', "0", {}, []])
def test_empty_in_empty_out(value: Any) -> None:
    text = JSONMinifier().compress(value)
    assert text == (value if isinstance(value, str) else json.dumps(value))


def test_instances_are_immutable() -> None:
    minifier = JSONMinifier()
    with pytest.raises(AttributeError, match="immutable"):
        minifier._format = "json"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="immutable"):
        del minifier._policy


def test_threads_share_one_minifier() -> None:
    minifier = JSONMinifier()
    values = [[{"id": i, "name": f"n{i}", "x": None}] * (i % 5 + 1) for i in range(64)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(minifier.compress, values))
    assert found == [minifier.compress(v) for v in values]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"format": "yaml"}, ValueError),
        ({"max_depth": 0}, ValueError),
        ({"max_depth": 1.5}, TypeError),
        ({"exclude_keys": "url"}, TypeError),
        ({"drop_nulls": 1}, TypeError),
        ({"count_tokens": 7}, TypeError),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], error: type) -> None:
    with pytest.raises(error):
        JSONMinifier(**options)


def test_the_documentation_call_works_as_written() -> None:
    raw_json = json.dumps(
        [
            {
                "id": 1,
                "node_id": "I_kwDO",
                "url": "https://api.example.com/issues/1",
                "title": "Crash on save",
                "assignee": None,
                "user": {"login": "ada", "plan": {"name": "pro", "seats": {"used": 3}}},
            }
        ]
    )
    minifier = JSONMinifier(
        drop_nulls=True, max_depth=2, exclude_keys=["url", "node_id"]
    )
    result = minifier.explain(raw_json)
    assert JSONMinifier.decode(result.content) == [
        {"id": 1, "title": "Crash on save", "user": {"login": "ada"}}
    ]
    assert "…2 cut" in result.content
    assert {d.path: d.reason for d in result.dropped} == {
        (0, "node_id"): "excluded key",
        (0, "url"): "excluded key",
        (0, "assignee"): "null",
        (0, "user", "plan"): "max_depth",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('\ufeff{"a": 1}', {"a": 1}),
        (')]}\'\n{"a": 1}', {"a": 1}),
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (json.dumps(json.dumps({"a": [1, 2]})), {"a": [1, 2]}),
        ('{"a": 1}'.encode("utf-16"), {"a": 1}),
        (bytearray(b'{"a": 1}'), {"a": 1}),
    ],
)
def test_json_is_read_however_it_is_wrapped(text: Any, value: Any) -> None:
    result = JSONMinifier().explain(text)
    assert result.skipped is None
    assert JSONMinifier.decode(result.content) == value


ROWS = [
    {"id": i, "name": f"part {i}", "price": i * 1.5, "stock": None} for i in range(12)
]


def test_json_inside_prose_is_minified_and_the_prose_stays() -> None:
    text = f"Found 12 parts:\n{json.dumps(ROWS, indent=2)}\nAsk for page 2 for more."
    result = JSONMinifier(drop_nulls=True).explain(text)
    assert result.content.startswith("Found 12 parts:\n#headroom left out: nulls\n")
    assert result.content.endswith("\nAsk for page 2 for more.")
    assert result.tokens_after < result.tokens_before / 2
    assert len(result.dropped) == 12
    assert JSONMinifier().compress(result.content) == result.content


@pytest.mark.parametrize("end", ["\n", " "])
def test_a_blank_line_ends_the_table_of_an_object_before_more_prose(end: str) -> None:
    found = json.dumps({"rows": ROWS, "status": "running"})
    small = JSONMinifier().compress(f"Result: {found}{end}status: failed\n")
    assert "\nstatus:running\n\n" in small
    assert small.endswith("status: failed\n")


def test_no_blank_line_is_added_at_the_end_nor_before_a_blank_line() -> None:
    found = json.dumps({"rows": ROWS, "status": "running"})
    for rest in ("", "\n", "\n\nstatus: failed"):
        small = JSONMinifier().compress(f"Result: {found}{rest}")
        assert small.endswith(f"\nstatus:running{rest}")


def test_the_only_rows_in_a_line_get_lines_of_their_own() -> None:
    text = f"Result: {json.dumps(ROWS)} (cached)"
    small = JSONMinifier().compress(text)
    assert small.startswith("Result: \n#headroom k=v holds unless ;k:x\n[12](id,")
    assert small.endswith("\n11,part 11,16.5\n (cached)")
    assert JSONMinifier().compress(small) == small


def test_rows_in_the_lines_of_a_log_stay_json() -> None:
    text = f"12:00 got {json.dumps(ROWS)} (cached)\n"
    small = JSONMinifier().compress(text * 3)
    assert small.count("\n") == 3
    assert small.startswith('12:00 got [{"id":0,"name":"part 0"')
    assert len(small) < len(text * 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no json here", "JSON"),
        ('{"a": 1, "a": 2}', "duplicate key 'a'"),
        ('{"a": [1, 2', ""),
        ("{'a': None, 'a': 1}", ""),
        ('{"a": 1,}', ""),
    ],
)
def test_what_is_not_json_comes_back_with_the_reason(text: str, reason: str) -> None:
    result = JSONMinifier().explain(text)
    assert result.content == text
    assert result.skipped is not None
    assert reason in result.skipped
    assert result.ratio == 1.0


def test_nesting_beyond_python_is_a_clear_error() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(InputError):
        JSONMinifier().compress(deep)
    text = "[" * 100_000 + "]" * 100_000
    assert JSONMinifier().explain(text).skipped


def test_nesting_that_python_can_walk_works() -> None:
    deep: Any = {"leaf": 1}
    for i in range(150):
        deep = {"a": deep, "b": i} if i % 2 else [deep, i]
    for minifier in (JSONMinifier(), JSONMinifier.lossless(format="table")):
        assert JSONMinifier.decode(minifier.compress(deep)) == deep


def test_a_cycle_is_a_clear_error() -> None:
    value: dict[str, Any] = {}
    value["self"] = value
    with pytest.raises(HeadroomError, match="self"):
        JSONMinifier().compress(value)


@pytest.mark.parametrize("text", ["", "plain words", "{'a': 1}", "[1, 2", 7, None])
def test_decode_refuses_what_compress_did_not_write(text: Any) -> None:
    with pytest.raises(DecodeError):
        JSONMinifier.decode(text)


def test_a_table_begins_with_its_legend_in_words() -> None:
    text = JSONMinifier().compress(ROWS)
    assert text.splitlines()[0].startswith("#headroom")
    assert "[12](id,name,price,stock=null):" in text


def test_long_numbers_survive() -> None:
    text = '{"a": 12345678901234567890123, "b": 0.1234567890123456789, "c": 1e400}'
    small = JSONMinifier().compress(text)
    for number in ("12345678901234567890123", "0.1234567890123456789", "1e400"):
        assert number in small


def test_lossless_keeps_the_spelling_of_numbers() -> None:
    text = '{"price": 1.10, "rate": 1E3, "zero": -0}'
    small = JSONMinifier.lossless().compress(text)
    assert "1.10" in small
    assert "1E3" in small
    assert "-0" in small


def test_a_marker_that_the_text_brought_along_is_itemised() -> None:
    result = JSONMinifier.lossless().explain('{"a": ["…3 cut", 1], "b": 2}')
    assert [(d.path, d.reason, d.count) for d in result.dropped] == [
        (("a", 0), "max_depth", 3)
    ]
    assert JSONMinifier.decode(result.content) == {"a": [1], "b": 2}


def test_a_word_is_no_table() -> None:
    rows = [{"channel": "#headroom", "topic": "compression", "n": n} for n in range(9)]
    result = JSONMinifier().explain(json.dumps(rows))
    assert result.skipped is None
    assert result.ratio < 0.6
    prose = "Join #headroom for more.\n"
    assert JSONMinifier().explain(prose).skipped != "already minified by JSONMinifier"


def test_the_account_does_not_follow_later_changes() -> None:
    value = {"a": [1, 2, 3] * 50}
    result = JSONMinifier().explain(value)
    value["a"].clear()
    assert result.tokens_after <= result.tokens_before


def test_a_string_with_its_own_str_is_read_as_it_is() -> None:
    class Loud(str):
        def __str__(self) -> str:
            return "loud"

    assert JSONMinifier().compress(Loud('{"a": 1, "b": 2}')) == '{"a":1,"b":2}'


@pytest.mark.parametrize(
    "text", ['{"a":' * 400 + '"…"' + "}" * 400, "[" * 600 + '"…"' + "]" * 600]
)
def test_decode_of_deep_text_is_no_recursion_error(text: str) -> None:
    with contextlib.suppress(DecodeError):
        JSONMinifier.decode(text)


def test_strings_alone_are_no_reason_for_a_dearer_table() -> None:
    value = [f"+abc{n % 7}" for n in range(3000)]
    result = JSONMinifier().explain(value)
    assert result.tokens_after <= result.tokens_before


def test_rows_that_are_mostly_empty_are_counted_not_measured() -> None:
    """Half as many characters, and a third more tokens."""
    rows: list[dict[str, Any]] = [{} for _ in range(100)]
    rows[0] = {"🙂": True}
    rows[60] = {"🙂": "https://example.com/issues/7"}
    for at in (1, 4, 5, 20, 27, 33, 43, 61, 70):
        rows[at] = {"🙂": "        x"}
    minifier = JSONMinifier.lossless(count_tokens=estimate_tokens)
    plain = JSONMinifier.lossless(format="json").compress(rows)
    assert minifier.compress(rows) == plain


def test_samples_decide_between_long_texts() -> None:
    spared = {f"key_{n * 7919 % 9973}": f"v{n}" for n in range(3_000)}
    counted: list[int] = []

    def count(text: str) -> int:
        counted.append(len(text))
        return estimate_tokens(text)

    minifier = JSONMinifier.lossless(count_tokens=count)
    assert minifier.compress(spared).startswith("#headroom")
    assert counted
    assert max(counted) < 25_000
    alike = ["[]{}" * 5 + str(n) for n in range(3_000)]
    assert minifier.compress(alike).startswith("[")


def test_long_rules_are_many_characters_but_few_tokens() -> None:
    """What is written once seemed to spare more than it did."""
    import tiktoken

    encoding = tiktoken.get_encoding("cl100k_base")

    def count(text: str) -> int:
        return len(encoding.encode(text))

    for rule in ("-" * 80, "=" * 60, "*" * 40):
        lines = [text for i in range(8) for text in (rule, f"a{i}")]
        value = {"rc": 0, "out": lines}
        plain = json.dumps(value, separators=(",", ":"))
        text = JSONMinifier.lossless(count_tokens=count).compress(value)
        assert count(text) <= count(plain)
