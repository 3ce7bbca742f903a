"""Tool results that are no JSON, in a request under `wrap`."""

from headroom import Headroom, ToolOutputCompressor

LOG = "\n".join(
    f"2026-11-27 22:25:{n % 60:02d} [{n * 37 % 100}] INFO request {n} done in {n % 9} s"
    for n in range(300)
)


def request(text, question="What happened?"):
    call = {"id": "1", "type": "function", "function": {"name": "sh", "arguments": ""}}
    return {
        "model": "m",
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "1", "content": text},
        ],
    }


def sent(room, payload):
    with room.wrap(payload) as slim:
        return slim["messages"][2]["content"]


def test_a_log_is_folded_by_default_and_comes_back():
    text = sent(Headroom(), request(LOG))
    assert len(text) < len(LOG) / 2
    assert ToolOutputCompressor.decode(text) == LOG


def test_code_is_sent_as_it_is():
    code = "import os\n\n\n" + "".join(
        f"def part_{n}(value):\n    return value + {n}\n\n" for n in range(60)
    )
    assert sent(Headroom(), request(code)) == code


def test_what_is_shown_under_a_cap_is_what_the_user_asked_for():
    room = Headroom(tool_outputs=ToolOutputCompressor(max_tokens=300))
    row = "2026-11-27 22:25:37 [29] INFO request 217 done in 1 s"
    assert row in sent(room, request(LOG, "How long did request 217 take?"))
    assert row not in sent(Headroom(tool_outputs=room.tool_outputs), request(LOG))


def test_a_result_that_was_sent_is_sent_again_the_same_whatever_is_asked():
    room = Headroom(tool_outputs=ToolOutputCompressor(max_tokens=300))
    payload = request(LOG, "How long did request 217 take?")
    first = sent(room, payload)
    payload["messages"] += [
        {"role": "assistant", "content": "1 ms"},
        {"role": "user", "content": "And request 111?"},
    ]
    assert sent(room, payload) == first
