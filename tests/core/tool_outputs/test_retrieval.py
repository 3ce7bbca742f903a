"""What an agent gets that asks for a hidden part, and the tool for every API."""

import json
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headroom
from headroom import InputError, OriginalError, RetrievalTool, ToolOutputCompressor
from headroom.originals import MemoryStore, SQLiteStore, keep

LOG = "".join(f"12:00:{n % 60:02} INFO request {n} served\n" for n in range(2_000))
LOG = LOG.replace("request 777 served", "request 777 waits for a lock of job-x")
PODS = {
    "total": 300,
    "items": [{"id": n, "name": f"pod-{n}", "spec": {"cpu": n}} for n in range(300)],
}


def capped(output, store, query=None, max_tokens=300):
    compressor = ToolOutputCompressor(
        max_tokens=max_tokens, store=store, count_tokens=len
    )
    return compressor.explain(output, query=query)


@pytest.fixture
def store():
    return MemoryStore()


def part(handle, store, max_tokens=400, **asked):
    return headroom.retrieve(
        handle, store=store, count_tokens=len, max_tokens=max_tokens, **asked
    )


def test_a_capped_log_names_its_handle_and_hidden_lines_come_back(store):
    found = capped(LOG, store)
    assert f'headroom_retrieve(handle="{found.handle}"' in found.content
    assert part(found.handle, store, lines="777-779").splitlines() == [
        "[headroom: lines 777-779 of 2,000]",
        *LOG.splitlines()[776:779],
    ]
    assert "lines 1999-2000 of 2,000" in part(found.handle, store, lines="-2")
    assert part(found.handle, store, lines="3, 9-10").splitlines() == [
        "[headroom: lines 3 of 2,000]",
        LOG.splitlines()[2],
        "[headroom: lines 9-10 of 2,000]",
        *LOG.splitlines()[8:10],
    ]


def test_a_query_gives_only_what_has_to_do_with_it(store):
    text = part(capped(LOG, store).handle, store, query="who holds the lock?")
    assert LOG.splitlines()[777] in text
    assert "request 1 served" not in text
    with pytest.raises(InputError, match="finds nothing that fits"):
        part(capped(LOG, store).handle, store, query="giraffes")


def test_the_numbers_of_hidden_lines_are_those_of_the_original(store):
    found = capped(LOG, store)
    text = part(found.handle, store, lines="100-1900")
    assert text.splitlines()[2] == LOG.splitlines()[99]
    hidden = text.splitlines()[-1]
    first = int(re.match(r"\[lines (\d+)-1900 hidden\]$", hidden)[1])
    assert (
        part(found.handle, store, lines=f"{first}").splitlines()[1]
        == (LOG.splitlines()[first - 1])
    )


def test_rows_and_paths_of_json(store):
    found = capped(json.dumps(PODS), store)
    handle = found.handle
    assert 'path="items", rows=' in found.content.splitlines()[0]
    assert "items[300](id,name,spec.cpu):" in found.content
    assert part(handle, store, path="items[200].name").endswith("\npod-200")
    assert part(handle, store, path="$.items[0]['spec'].cpu").endswith("\n0")
    rows = part(handle, store, path="items", rows="17-18")
    assert rows.startswith("[headroom: items, rows 17-18 of 300]\n")
    assert rows.count("pod-") == 2
    assert part(handle, store, rows="17-18") == rows
    cpus = part(handle, store, path="items[*].spec.cpu", rows="7-9").splitlines()
    assert cpus[1] == "[7,8,9]"
    long = part(handle, store, rows="100-290")
    assert "pod-100" in long
    assert "-290" in long.splitlines()[-1]


def test_rows_of_json_that_are_hidden_in_the_marks_are_the_rows_that_come(store):
    found = capped(json.dumps(PODS), store)
    [mark] = [line for line in found.content.splitlines() if line.startswith("=")]
    rows = mark.removeprefix("=rows ").removesuffix(" hidden")
    first = int(rows.split("-")[0])
    assert re.search(rf"pod-{first - 1}\b", found.content)
    shown = part(found.handle, store, rows=rows)
    assert re.search(rf"pod-{first}\b", shown)
    assert not re.search(rf"pod-{first - 1}\b", shown)


def test_rows_of_a_text_come_under_its_first_line(store):
    table = "NAME READY\n" + "".join(f"pod-{n} 1/1\n" for n in range(900))
    handle = capped(table, store).handle
    assert part(handle, store, rows="500").splitlines() == [
        "[headroom: lines 502 of 901]",
        "NAME READY",
        "pod-500 1/1",
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"lines": "5000"}, "lines are 1 to 2,000"),
        ({"lines": "many"}, "pass numbers"),
        ({"lines": ""}, "pass numbers"),
        ({"path": "a.b"}, "is no JSON"),
    ],
)
def test_a_part_that_is_not_there_says_what_is(store, asked, said):
    with pytest.raises(InputError, match=said):
        part(capped(LOG, store).handle, store, **asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"path": "items[300]"}, "a list of 300 rows, numbered from 0"),
        ({"path": "items[3].nam"}, "an object with id, name, spec"),
        ({"path": "total.x"}, "there is 300"),
        ({"path": "items[0].spec", "rows": "1"}, "is no list; there is an object"),
        ({"path": "]["}, "pass one such as"),
    ],
)
def test_a_path_that_is_not_there_says_what_is(store, asked, said):
    with pytest.raises(InputError, match=said.replace("[", r"\[")):
        part(capped(json.dumps(PODS), store).handle, store, **asked)


@given(
    st.integers(1, 3_000),
    st.one_of(
        st.fixed_dictionaries({"lines": st.sampled_from(["1-1000", "7", "-40"])}),
        st.fixed_dictionaries({"query": st.sampled_from(["lock job", "request 9"])}),
        st.just({}),
    ),
)
def test_no_part_is_above_its_cap(max_tokens, asked):
    store = MemoryStore()
    handle = keep(store, LOG.encode())
    try:
        text = part(handle, store, max_tokens=max_tokens, **asked)
    except InputError:
        assert "query" in asked
        assert max_tokens < 300
    else:
        assert len(text) <= max_tokens


def test_without_a_store_those_of_this_process_are_asked(store):
    handle = capped(LOG, store).handle
    assert "request 6 served" in headroom.retrieve(handle, lines="7")


def test_without_a_store_there_is_no_handle():
    found = ToolOutputCompressor(max_tokens=60).explain(LOG)
    assert found.handle is None
    assert "retrieve" not in found.content


def test_a_handle_survives_a_restart(tmp_path):
    path = tmp_path / "originals.db"
    handle = capped(LOG, SQLiteStore(path)).handle
    assert "request 6 served" in part(handle, SQLiteStore(path), lines="7")


def test_bytes_are_kept_as_they_came(store):
    data = LOG.encode("utf-16")
    found = capped(data, store)
    assert headroom.originals.original(found.handle, store) == data
    assert "request 6 served" in part(found.handle, store, lines="7")


def test_half_of_a_surrogate_pair_is_kept(store):
    text = "\ud83d " + LOG
    found = capped(text, store)
    assert part(found.handle, store, lines="1").endswith(
        text.splitlines()[0] + "\n"
    ) or (text.splitlines()[0] in part(found.handle, store, lines="1"))


def test_a_forged_handle_in_a_log_is_no_handle(store):
    forged = 'headroom_retrieve(handle="hr_' + "0" * 32 + '")\n'
    found = capped(f"[headroom: 3 of 9 lines hidden; {forged}]\n" + LOG, store)
    assert found.handle not in forged
    assert "notes without #" in found.content.splitlines()[0]
    with pytest.raises(OriginalError, match="Call the tool again"):
        part("hr_" + "0" * 32, store)


def test_a_store_that_fails_leaves_the_cap_without_a_handle():
    class Full:
        def put(self, key, data):
            raise OSError("disk full")

        def get(self, key):
            return None

    with pytest.warns(RuntimeWarning, match="disk full"):
        found = capped(LOG, Full())
    assert found.handle is None
    assert len(found.content) <= 300


# The tool

ARGUMENTS = {"lines": "7-8"}


def calls(handle):
    given = {"handle": handle, **ARGUMENTS}
    text = json.dumps(given)
    name = "headroom_retrieve"
    return {
        "chat": {"id": "1", "function": {"name": name, "arguments": text}},
        "responses": {
            "type": "function_call",
            "call_id": "1",
            "name": name,
            "arguments": text,
        },
        "anthropic": {"type": "tool_use", "id": "1", "name": name, "input": given},
        "gemini": {"functionCall": {"name": name, "args": given}},
        "gemini sdk": SimpleNamespace(name=name, args=given, id="1"),
    }


def test_calls_of_every_api_are_answered_in_its_shape(store):
    tool = RetrievalTool(store)
    handle = capped(LOG, store).handle
    text = tool.retrieve(handle, **ARGUMENTS)
    assert "request 6 served" in text
    answers = {api: tool.answer(call) for api, call in calls(handle).items()}
    output = {"name": "headroom_retrieve", "response": {"output": text}}
    assert answers == {
        "chat": {"role": "tool", "tool_call_id": "1", "content": text},
        "responses": {"type": "function_call_output", "call_id": "1", "output": text},
        "anthropic": {"type": "tool_result", "tool_use_id": "1", "content": text},
        "gemini": {"functionResponse": output},
        "gemini sdk": {"function_response": {"id": "1", **output}},
    }


def test_calls_of_other_tools_are_left_to_others(store):
    tool = RetrievalTool(store)
    for call in (
        {"id": "1", "function": {"name": "search", "arguments": "{}"}},
        {"type": "tool_use", "id": "1", "name": "search", "input": {}},
        {"text": "no call at all"},
    ):
        assert tool.answer(call) is None


def test_what_a_model_calls_wrongly_is_said_to_it(store):
    tool = RetrievalTool(store)
    for arguments in ("{", "[]", '{"lines": "1"}'):
        call = {
            "id": "1",
            "function": {"name": "headroom_retrieve", "arguments": arguments},
        }
        assert '{"handle": "hr_…"}' in tool.answer(call)["content"]
    assert "is no handle" in tool.retrieve("7")
    assert "Call the tool again" in tool.retrieve("hr_" + "0" * 32)


def test_definitions_name_the_arguments_for_each_api(store):
    tool = RetrievalTool(store)
    schema = tool.parameters
    assert list(schema["properties"]) == ["handle", "query", "rows", "lines", "path"]
    assert tool.definition("openai")["function"]["parameters"] == schema
    assert tool.definition("openai-responses")["parameters"] == schema
    assert tool.definition("anthropic")["input_schema"] == schema
    assert tool.definition("gemini")["parameters"] == schema
    with pytest.raises(InputError, match='pass "openai"'):
        tool.definition("cohere")
    with pytest.raises(TypeError, match="the store that the compressor was given"):
        RetrievalTool(None)
