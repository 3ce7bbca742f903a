"""Tracing: the device and the place of each value of a table text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors import JSONMinifier
from headroom.errors import DecodeError
from headroom.tool_outputs.table.tracing import DEVICES, Traced, trace_table

PAYLOADS = sorted((Path(__file__).parents[4] / "examples" / "payloads").glob("*.json"))
LEAVES = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["abc", "def"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(), "state": st.sampled_from(["open", "shut"])},
        optional={
            "user": st.dictionaries(st.sampled_from("xyz"), LEAVES),
            "tags": st.lists(LEAVES),
        },
    ),
    max_size=12,
)


def leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def untraced(value):
    if isinstance(value, dict):
        return {key: untraced(each) for key, each in value.items()}
    if isinstance(value, list):
        return [untraced(each) for each in value]
    assert isinstance(value, Traced)
    return value.value


@given(ROWS | st.fixed_dictionaries({"rows": ROWS, "text": st.text()}))
def test_a_trace_has_the_values_that_decode_returns(value):
    text = JSONMinifier.lossless(format="table").compress(value)
    if text.startswith("#headroom"):
        trace = trace_table(text)
        assert untraced(trace) == value
        assert all(one.device in DEVICES for one in leaves(trace))


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_a_literal_value_is_written_where_the_trace_says(path):
    text = JSONMinifier(format="table").compress(path.read_bytes())
    trace = trace_table(text)
    assert untraced(trace) == JSONMinifier.decode(text)
    for one in leaves(trace):
        if one.device == "literal" and isinstance(one.value, str):
            written = text[slice(*one.span)]
            assert one.value in (written, json.loads(written) if '"' in written else "")


def test_each_device_is_told():
    notes = (
        "The customer asked for a refund",
        "Parcel lost between two depots",
        "Waiting until Monday morning",
        "Nobody opened when we rang",
    )
    rows = [
        {"id": 1000 + i, "state": "closed" if i == 3 else "open", "note": notes[i % 4]}
        for i in range(12)
    ]
    text = JSONMinifier.lossless(format="table").compress(rows)
    trace = trace_table(text)
    assert trace[0]["id"].device == "literal"
    assert text[slice(*trace[0]["id"].span)] == "1000"
    assert trace[0]["state"].device == "default"
    assert text[slice(*trace[0]["state"].span)] == "open"
    assert trace[3]["state"].device == "override"
    assert text[slice(*trace[3]["state"].span)] == "closed"
    assert trace[0]["note"].device == "reference"
    assert text[slice(*trace[0]["note"].span)].startswith("&")


def test_a_template_is_told_with_its_row():
    rows = [
        {"n": i, "url": f"https://example.com/issues/{i}/page"} for i in range(40, 48)
    ]
    text = JSONMinifier.lossless(format="table").compress(rows)
    one = trace_table(text)[2]["url"]
    assert one.device == "template"
    assert text[slice(*one.span)] == "42"


def test_a_text_that_was_cut_is_refused():
    text = JSONMinifier.lossless(format="table").compress(
        [{"a": i, "b": 1} for i in range(9)]
    )
    with pytest.raises(DecodeError):
        trace_table(text[:-8])
