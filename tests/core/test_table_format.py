"""The table format: whatever is written is read back, type and order included."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.errors import DecodeError
from headroom.tool_outputs.decoding import decode_table
from headroom.tool_outputs.encoding import encode_table
from headroom.tool_outputs.notation import MAGIC
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
    " a",
    "\u00a0x",
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
                {k: values for k in keys[:3]}, optional={k: values for k in keys[3:]}
            ),
            min_size=2,
            max_size=6,
        )
    )


JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
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
def test_what_is_written_is_read_back(value: Any) -> None:
    text = encode_table(value).text
    assert text.startswith(MAGIC)
    assert same(decode_table(text), value)
    text.encode("utf-8")


@given(CONTAINERS)
def test_writing_changes_nothing_and_repeats_itself(value: Any) -> None:
    before = repr(value)
    assert encode_table(value).text == encode_table(value).text
    assert repr(value) == before


@given(CONTAINERS, st.data())
def test_a_truncated_text_is_never_read_as_something_else(
    value: Any, data: st.DataObject
) -> None:
    text = encode_table(value).text
    cut = text[: data.draw(st.integers(len(MAGIC), len(text) - 1))]
    try:
        read = decode_table(cut)
    except DecodeError:
        return
    # A cut inside the last scalar, or between two lines of an object, can't be seen.
    assert not same(read, value) or cut.rstrip() == text.rstrip()
