"""ToolOutputCompressor: recognises what came, and shortens it by its kind."""

import json
import pickle

import pytest

from headroom.compressors import JSONMinifier, ToolOutputCompressor
from headroom.errors import InputError


@pytest.fixture(scope="module")
def compressor():
    return ToolOutputCompressor(count_tokens=len)


def test_json_goes_through_the_minifier(compressor):
    rows = [{"id": n, "name": f"user {n}"} for n in range(20)]
    account = compressor.explain(rows)
    assert account.kind == "json"
    assert account.content == JSONMinifier(count_tokens=len).compress(rows)
    assert ToolOutputCompressor.decode(account.content) == rows


def test_text_of_no_known_kind_comes_back_unchanged_with_the_reason(compressor):
    account = compressor.explain("It was done.\n")
    assert account.content == "It was done.\n"
    assert account.kind == "text"
    assert account.skipped
    assert ToolOutputCompressor.decode(account.content) == "It was done.\n"


def test_an_empty_output_stays_empty(compressor):
    assert compressor.compress("") == ""
    assert compressor.explain("").tokens_before == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_are_decoded(compressor, encoding):
    assert compressor.compress("größer\r\n".encode(encoding)) == "größer\r\n"


def test_an_instance_can_be_pickled_and_not_changed(compressor):
    again = pickle.loads(pickle.dumps(ToolOutputCompressor()))
    assert again.compress('{"a": 1}') == '{"a":1}'
    with pytest.raises(AttributeError):
        compressor.max_tokens = 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_tokens": 0},
        {"max_tokens": True},
        {"minifier": "json"},
        {"markup": "html"},
        {"source": "full"},
        {"count_tokens": 3},
    ],
)
def test_a_wrong_option_is_refused(wrong):
    with pytest.raises((TypeError, ValueError)):
        ToolOutputCompressor(**wrong)


def test_a_query_must_be_text(compressor):
    with pytest.raises(InputError):
        compressor.compress("some text", query=3)


def test_of_json_lines_of_nothing_but_errors_a_part_stands_as_it_is():
    lines = [
        f'{{"level":"error","code":{n},"told":"cannot read {chr(97 + n % 26) * 9}"}}'
        for n in range(60)
    ]
    text = "\n".join(lines)
    small = ToolOutputCompressor(count_tokens=len).compress(text)
    assert lines[0] in small
    assert sum(len(line) for line in lines if line in small) < 0.4 * len(text)
    assert ToolOutputCompressor.decode(small) == [json.loads(line) for line in lines]


def test_json_lines_that_tell_of_errors_stand_as_they_are_in_their_table():
    lines = [
        f'{{"time":"12:00:{n % 60:02}","level":"INFO","message":"request {n} done"}}'
        for n in range(60)
    ]
    errors = {
        20: '{"time":"12:00:20","level":"ERROR","message":"request 20: disk full"}',
        21: '{"time":"12:00:21","level":"ERROR","message":"request 21: disk full"}',
        41: '{"time":"12:00:41","level":"INFO","message":"cannot reach cache"}',
    }
    for at, line in errors.items():
        lines[at] = line
    account = ToolOutputCompressor().explain("\n".join(lines))
    assert errors[20] in account.content
    assert errors[21] not in account.content
    assert errors[41] in account.content
    assert ToolOutputCompressor.decode(account.content) == list(map(json.loads, lines))
    assert account.tokens_after < 0.7 * account.tokens_before
    # Commas behind the lines, as in an array without its brackets, were a crash.
    for text in (",\n".join(lines), ",\n".join(lines) + ","):
        assert ToolOutputCompressor().compress(text) == account.content


def test_bytes_of_a_short_text_stay_for_the_reason_that_text_has():
    text = "NAME READY\nweb-1 1/1\n"
    reasons = {ToolOutputCompressor().explain(x).skipped for x in (text, text.encode())}
    assert reasons == {"too short to fold"}


@pytest.mark.parametrize(
    "first", ["#folded paper list", "#folded from 3 lines", "#headroom is our channel"]
)
def test_a_text_that_begins_like_ours_is_compressed_and_comes_back(first):
    lines = [f"{n} request of user u{n % 7} took {n * 3} ms" for n in range(80)]
    for text in (
        first,
        "\n".join([first, *lines]),
        "\n".join(["notes", first, *lines]),
    ):
        compressed = ToolOutputCompressor().compress(text)
        assert ToolOutputCompressor.decode(compressed) == text
        assert ToolOutputCompressor().compress(compressed) == compressed
    assert len(compressed) < len(text) / 2


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28 10:00:01 INFO a\n2026-11-28 10:00:02 ERROR b\n",
        "[INFO] x\n",
        "12 it",
    ],
)
def test_a_text_that_is_no_json_is_not_called_broken_json(text):
    # A log that opens with a time was "not JSON: more text after the first value".
    assert "JSON" not in ToolOutputCompressor().explain(text).skipped
