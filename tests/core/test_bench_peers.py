"""benchmarks: the harness of `make bench`, and the figures in the pages."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.tokens import default_counter

PEERS = Path(__file__).parents[2] / "benchmarks" / "peers"
sys.path[:0] = [str(PEERS), str(PEERS.parent)]
try:
    import conversation_methods
    import conversations
    import documents
    import figures
    import json_methods
    import results
    import tool_outputs
    from processes import Method, run
finally:
    del sys.path[:2]

ISSUES = {
    "total": 2,
    "issues": [
        {"id": 1001, "title": "Bug, with comma", "body": None, "labels": []},
        {"id": 1002, "title": "Typo", "body": "In the README", "labels": ["docs"]},
    ],
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def tried(name, module, tasks):
    return run(Method(name, module), tasks, lambda: None)


class TestWorker:
    @pytest.mark.parametrize("name", ["compact JSON", "columnar JSON"])
    def test_a_method_gives_its_text_and_what_can_be_read_from_it(self, name):
        done = tried(name, "json_methods", [{"text": json.dumps(ISSUES, indent=2)}])
        assert done.missing is None
        assert not done.errors
        [out] = done.outs
        assert "Typo" in out["text"]
        assert out["decoded"]["issues"][1]["id"] == 1002
        assert len(done.cpu) == 1

    def test_a_failure_is_a_result_and_quotes_nothing(self):
        done = tried("compact JSON", "json_methods", [{"query": "secret"}])
        assert done.outs == [None]
        assert done.errors == ["KeyError"]

    def test_a_method_that_is_not_there_says_so(self):
        assert "KeyError" in tried("no such", "json_methods", []).missing
        gone = Method("x", "json_methods", python=PEERS / "no python")
        assert "not installed" in run(gone, [], lambda: None).missing

    def test_what_a_library_prints_does_not_mix_with_answers(self, tmp_path):
        (tmp_path / "noisy.py").write_text(
            "def make():\n    print('loading')\n"
            "    return lambda t: print('x') or t, lambda t, r: r\n"
            "METHODS = {'m': make}\n"
        )
        done = subprocess.run(
            [sys.executable, PEERS / "worker.py", "noisy", "m"],
            input="1\n2\n",
            env={"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [row["out"] for row in rows[1:]] == [1, 2]


class TestToolOutputs:
    @given(VALUES)
    def test_columnar_json_can_be_read_back(self, value):
        def without_nulls(one):
            if isinstance(one, dict):
                return {k: without_nulls(v) for k, v in one.items() if v is not None}
            return [without_nulls(v) for v in one] if isinstance(one, list) else one

        back = json_methods.uncolumnar(json_methods.columnar(value))
        assert without_nulls(back) == without_nulls(value)

    def test_the_figures_of_known_methods_are_known(self, tmp_path):
        names = ("compact JSON", "Headroom")
        some = [one for one in tool_outputs.METHODS if one.name in names]
        (tmp_path / "a.json").write_text(json.dumps(ISSUES, indent=2))
        expected = {"payload": "a", "answer": 1002, "path": ["issues", 1, "id"]}
        (tmp_path / "expected.jsonl").write_text(json.dumps(expected))
        payloads = tool_outputs.load(tmp_path)
        rows = {
            row["name"]: row
            for row in tool_outputs.compare(payloads, some, lambda name: None)
        }
        plain, ours = rows["compact JSON"], rows["Headroom"]
        assert plain["of_reference"] == 1
        assert plain["leaves_kept"] == plain["facts_kept"] == plain["facts_found"] == 1
        assert (ours["leaves"], ours["leaves_kept"]) == (9, 1)
        assert ours["facts_kept"] == 1
        text = results.tool_outputs(
            {"rows": list(rows.values()), "number": 1, "text_payloads": 0}
        )
        assert "| **Headroom** " in text
        assert "Typo" not in text


class TestDocuments:
    def test_questions_are_read_and_spread(self, tmp_path):
        (tmp_path / "rag").mkdir()
        rows = [
            {
                "query": str(i),
                "documents": [{"text": f"It is {i}."}],
                "answers": [str(i)],
            }
            for i in range(20)
        ]
        path = tmp_path / "rag" / "q.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)))
        assert [one.query for one in documents.load(tmp_path, 4)] == [
            "0",
            "5",
            "10",
            "15",
        ]
        assert len(documents.load(tmp_path, 0)) == 20
        assert documents.load(tmp_path, 1)[0].answers == ["0"]


class TestConversations:
    CALL = {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "a",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
            }
        ],
    }
    RESULT = {"role": "tool", "content": "x", "tool_call_id": "a"}

    def test_torn_calls_are_counted(self):
        assert conversations._broken([self.CALL, self.RESULT]) == 0
        assert conversations._broken([self.RESULT]) == 1
        assert conversations._broken([self.CALL]) == 1
        user = {"role": "user", "content": "?"}
        assert conversations._broken([self.CALL, user, self.RESULT]) == 2

    @pytest.mark.parametrize("name", conversation_methods.METHODS)
    def test_every_method_keeps_a_short_conversation_as_it_is(self, name):
        messages = [{"role": "user", "content": "Look it up."}, self.CALL, self.RESULT]
        messages.append({"role": "assistant", "content": "It is x."})
        task = {"messages": messages, "max_tokens": 900, "room": 100, "keep_turns": 3}
        task["stays"] = []
        work, finish = conversation_methods.METHODS[name]()
        assert finish(task, work(task)) == messages

    @pytest.mark.parametrize("name", conversation_methods.METHODS)
    def test_every_method_shortens_a_long_one_and_keeps_its_end(self, name):
        messages = [
            {"role": role, "content": f"{role} says {at}, and then some more words."}
            for at in range(30)
            for role in ("user", "assistant")
        ]
        task = {"messages": messages, "max_tokens": 300, "room": 90, "keep_turns": 3}
        task["stays"] = messages[-6:]
        work, finish = conversation_methods.METHODS[name]()
        out = finish(task, work(task))
        assert len(out) < len(messages)
        assert out[-4:] == messages[-4:]


class TestResults:
    def test_a_method_that_could_not_run_is_named_once(self):
        gone = {"name": "TOON", "ours": False, "missing": "ImportError: toons"}
        text = results.table([gone, gone], [])
        assert text.count("* Not measured: TOON: ImportError: toons") == 1


class TestFigures:
    def test_a_page_gets_what_the_command_prints(self, monkeypatch):
        monkeypatch.setattr(figures, "printed", lambda command: f"({command})")
        page = "a\n<!-- figures: x -->\nold\n<!-- end -->\nb\n"
        new = figures.renewed(page)
        assert new == "a\n<!-- figures: x -->\n(x)\n<!-- end -->\nb\n"
        assert figures.renewed(new) == new

    @pytest.mark.allow_hosts(["127.0.0.1", "::1"])
    def test_every_figure_in_the_pages_is_printed_by_its_command(self):
        default_counter()("")
        if default_counter().estimated:
            pytest.skip("tiktoken's table can't be loaded here")
        for page in figures.PAGES:
            text = page.read_text("utf-8")
            assert figures.renewed(text) == text, "run: make figures"
