"""Results of tools in messages, found and given another text."""

import json

import pytest

from headroom.messages.tool_results import with_results

ROWS = [json.dumps({"id": n, "state": "open"}) for n in range(3)]


def shortened(text, call_id, name):
    """Return how many lines a text has, in its place."""
    return f"{len(text.splitlines())} lines"


def blocks(*texts):
    return [{"type": "text", "text": text} for text in texts]


def contents(message):
    """Return the texts of a message's only result."""
    [block] = message["content"]
    inner = block.get("toolResult", block)["content"]
    return [part["text"] for part in inner]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (blocks(*ROWS), ["3 lines"]),
        (blocks("Found 3 rows.", *ROWS), ["1 lines", "3 lines"]),
        (blocks(*ROWS, "a\nb", *ROWS), ["3 lines", "2 lines", "3 lines"]),
        (blocks(ROWS[0]), ["1 lines"]),
    ],
)
@pytest.mark.parametrize("vendor", ["anthropic", "converse"])
def test_blocks_of_a_row_each_become_one_wherever_they_stand(content, expected, vendor):
    block = {"type": "tool_result", "tool_use_id": "c", "content": content}
    if vendor == "converse":
        texts = [{"text": part["text"]} for part in content]
        block = {"toolResult": {"toolUseId": "c", "content": texts}}
    message = {"role": "user", "content": [block]}
    assert contents(with_results(message, shortened)) == expected


def test_a_value_of_converse_becomes_text_where_it_is_rewritten():
    block = {"toolResult": {"toolUseId": "c", "content": [{"json": {"a": [1, 2]}}]}}
    message = {"role": "user", "content": [block]}
    assert contents(with_results(message, shortened)) == ["1 lines"]
    assert with_results(message, lambda text, *_: text) is message
