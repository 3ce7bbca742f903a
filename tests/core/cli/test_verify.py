"""`headroom verify`: the command against a stand-in for a model on this machine."""

import importlib.util
import json
import os
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from headroom.cli import cli
from headroom.cli.endpoints import Budget, address
from headroom.verification import Case, Reply, StopAsking

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

EXAMPLES = Path(__file__).parents[3] / "examples"
PAYLOADS = EXAMPLES / "payloads"
_spec = importlib.util.spec_from_file_location(
    "local_server", EXAMPLES / "local_server.py"
)
local_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(local_server)


class StandIn:
    """Knows the answers about some payloads; errs on tables at a set rate."""

    def __init__(self, *paths, error=0.0):
        cases = [Case.from_payload(path.read_bytes()) for path in paths]
        self.answers = {
            one.text: one.answers[0] for case in cases for one in case.questions
        }
        self.error = error

    def __call__(self, prompt):
        question = prompt.rpartition("Question: ")[2].split("\n")[0]
        is_table = prompt.startswith("#headroom")
        if is_table and Random(prompt).random() < self.error:
            return "no idea"
        return self.answers[question]


def invoke(*arguments, **options):
    return CliRunner().invoke(cli, ["verify", *map(str, arguments)], **options)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log.jsonl"


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "none")


def verified(answer, *arguments, log, failures=0):
    """Return what the command did with a local endpoint, and the requests made."""
    with local_server.LocalServer(answer=answer, failures=failures) as server:
        options = ["--model", "mine", "--base-url", server.url, "--log", log]
        done = invoke(*arguments, *options)
        return done, server.requests


class TestModels:
    def test_a_reader_that_errs_on_tables_is_found_out(self, log):
        paths = sorted(PAYLOADS.glob("*.json"))
        few = ("--questions", 8, "--twice", 0)
        reader = StandIn(*paths, error=0.3)
        done, _ = verified(reader, PAYLOADS, "--json", *few, log=log)
        assert done.exit_code == 0, done.output
        result = json.loads(done.stdout)
        assert result["plain"] == 1
        assert result["asked"] + result["dropped_values"]["asked"] == 72
        assert result["asked"] >= 40
        assert result["interval"][0] <= -0.3 <= result["interval"][1]
        assert len(result["lost_questions"]) == result["lost"] > 0
        assert "is answered worse" in result["verdict"]

    def test_the_endpoint_of_the_environment_is_asked(self, log, monkeypatch):
        path = PAYLOADS / "sql_rows.json"
        with local_server.LocalServer(answer=StandIn(path)) as server:
            monkeypatch.setenv("OPENAI_BASE_URL", server.url)
            done = invoke(path, "--model", "mine", "--log", log, "--json")
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["compressed"] == 1
        replies = [json.loads(line)["reply"] for line in log.read_text().splitlines()]
        assert all(one["input_tokens"] > 100 for one in replies)

    @pytest.mark.parametrize(
        ("model", "host", "key"),
        [
            ("claude-x", "api.anthropic.com", "ANTHROPIC_API_KEY"),
            ("gemini-x", "generativelanguage.googleapis.com", "GEMINI_API_KEY"),
            ("gpt-x", "api.openai.com", "OPENAI_API_KEY"),
        ],
    )
    def test_a_name_tells_the_vendor_whose_key_is_needed(
        self, model, host, key, log, monkeypatch
    ):
        monkeypatch.setenv(key, "secret")
        url, sent = address(model, None)
        assert (url.split("/")[2], sent) == (host, "secret")
        own = "http://127.0.0.1/v1"
        assert address(model, own) == (own, os.environ["OPENAI_API_KEY"])
        monkeypatch.delenv(key)
        done = invoke(PAYLOADS / "sql_rows.json", "--model", model, "--log", log)
        assert done.exit_code == 1
        assert f"set {key}, or pass --base-url" in done.stderr

    def test_what_passes_is_tried_again(self, log):
        path = PAYLOADS / "sql_rows.json"
        done, requests = verified(
            StandIn(path), path, "--limit", 2, log=log, failures=1
        )
        assert done.exit_code == 0, done.output
        assert "100.0% right from the plain text" in done.stdout
        assert len(requests) == 4 + 1 + 1  # two texts each, one twice, one failure

    def test_what_does_not_pass_ends_the_run_with_the_reason(self, log, monkeypatch):
        monkeypatch.setattr("headroom.cli.endpoints._TRIES", 1)
        with local_server.LocalServer() as server:
            url = server.url + "/nowhere"
        done = invoke(
            PAYLOADS / "sql_rows.json", "--model", "x", "--base-url", url, "--log", log
        )
        assert done.exit_code == 1
        assert "in a row got no answer" in done.stderr

    def test_eight_questions_are_in_flight(self, log):
        path = PAYLOADS / "sql_rows.json"
        stand_in, barrier = StandIn(path), threading.Barrier(8)

        def together(prompt):
            barrier.wait(timeout=60)  # passes only where eight requests are here
            return stand_in(prompt)

        done, requests = verified(together, path, "--twice", 0, log=log)
        assert done.exit_code == 0, done.output
        assert len(requests) == 24

    def test_a_killed_run_goes_on_where_it_was(self, log, tmp_path):
        path = PAYLOADS / "sql_rows.json"
        seen = threading.Semaphore(0)
        stand_in = StandIn(path)
        hang = threading.Event()

        def slow(prompt):
            seen.release()
            if len(server.requests) > 10:
                hang.wait(60)
            return stand_in(prompt)

        with local_server.LocalServer(answer=slow) as server:
            command = [sys.executable, "-m", "headroom", "verify", path, "--model", "m"]
            options = ["--base-url", server.url, "--log", log, "--concurrency", "1"]
            run = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)
            for _ in range(11):
                assert seen.acquire(timeout=60)
            run.kill()
            run.wait()
            hang.set()
            kept = len(log.read_text().splitlines())
            assert kept == 10
            server.answer = stand_in
            before = len(server.requests)
            done = invoke(path, "--model", "m", *options)
            assert done.exit_code == 0, done.output
            assert len(server.requests) - before == 24 + 3 - kept


class TestMoney:
    def test_no_more_is_spent_than_allowed(self, log):
        path = PAYLOADS / "sql_rows.json"
        arguments = (path, "--price", 1000, "--max-cost", 40, "--json")
        done, requests = verified(StandIn(path), *arguments, log=log)
        assert done.exit_code == 0, done.output
        rows = map(json.loads, log.read_text().splitlines())
        tokens = sum(one["reply"]["input_tokens"] for one in rows)
        assert tokens / 1e6 * 1000 <= 40
        assert 0 < len(requests) < 24
        assert "max-cost" in json.loads(done.stdout)["stopped"]

    def test_a_budget_counts_what_is_on_its_way(self):
        arrived, go = threading.Barrier(3), threading.Event()

        def slow(prompt):
            arrived.wait(10)
            go.wait(10)
            return Reply("a", 1_000_000, 0)

        budget = Budget(slow, (1.0, 0.0), most=0.000_025)
        threads = [
            threading.Thread(target=budget, args=("word " * 10,)) for _ in range(2)
        ]
        for one in threads:
            one.start()
        arrived.wait(10)
        with pytest.raises(StopAsking):
            budget("word " * 10)
        go.set()
        for one in threads:
            one.join()
        assert budget.spent == 2.0


class TestReports:
    def test_the_text_says_what_was_lost_and_where(self, log):
        path = PAYLOADS / "sql_rows.json"
        done, _ = verified(StandIn(path, error=0.5), path, log=log)
        lines = done.stdout.splitlines()
        assert any(line.startswith("Lost: sql_rows.json: ") for line in lines)
        assert any(line.strip().startswith("plain text:") for line in lines)
        assert any("line" in line and "column" in line for line in lines)

    def test_the_page_loads_nothing_and_names_what_is_lost(self, log, tmp_path):
        page = tmp_path / "v.html"
        done, _ = verified(
            StandIn(PAYLOADS / "sql_rows.json", error=0.5),
            PAYLOADS / "sql_rows.json",
            "--html",
            page,
            log=log,
        )
        assert done.exit_code == 0
        text = page.read_text("utf-8")
        HTMLParser().feed(text)
        assert "95 % interval" in text
        assert "Lost questions" in text
        assert "<script" not in text
        assert "src=" not in text

    def test_ci_sees_a_loss(self, log):
        path = PAYLOADS / "sql_rows.json"
        done, _ = verified(
            StandIn(path, error=0.9), path, "--min-difference", -1, log=log
        )
        assert done.exit_code == 3
        done, _ = verified(
            StandIn(path), path, "--min-difference", -1, log=log.with_suffix(".b.jsonl")
        )
        assert done.exit_code == 0


class TestFolders:
    def test_exported_questions_are_answered_and_scored(self, tmp_path):
        folder = tmp_path / "out"
        done = invoke(PAYLOADS, "--export", folder)
        assert done.exit_code == 0, done.output
        key = json.loads((folder / "key.json").read_text("utf-8"))
        counted = [
            question
            for case in key
            for question in case["questions"]
            if question["device"] != "dropped"
        ]
        assert len(counted) >= 60
        answers = {
            one["text"]: one["answers"][0] for case in key for one in case["questions"]
        }
        for side in ("plain", "compressed", "again"):
            for file in (folder / side).glob("*.jsonl"):
                rows = [
                    json.loads(line) for line in file.read_text("utf-8").splitlines()
                ]
                assert (folder / side / f"{file.stem}.txt").exists()
                for row in rows:
                    wrong = side == "compressed" and row["id"] == 0
                    row["answer"] = "?" if wrong else answers[row["question"]]
                file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        done = invoke("--score", folder, "--json")
        assert done.exit_code == 0, done.output
        result = json.loads(done.stdout)
        assert result["asked"] == len(counted)
        assert result["plain"] == 1
        firsts = [case["questions"][0]["device"] for case in key]
        assert result["lost"] == sum(device != "dropped" for device in firsts) > 5
        assert result["asked_twice"]["changed"] == 0

    def test_open_answers_are_not_counted(self, tmp_path):
        folder = tmp_path / "out"
        invoke(PAYLOADS / "sql_rows.json", "--export", folder)
        done = invoke("--score", folder)
        assert done.exit_code == 1
        assert "No question was answered from both texts: no answer" in done.stderr
        assert "nothing can be told" in done.stdout
        assert "Unanswered and not counted: 12" in done.stdout

    def test_a_line_that_is_no_answer_is_named(self, tmp_path):
        folder = tmp_path / "out"
        invoke(PAYLOADS / "sql_rows.json", "--export", folder)
        [file] = (folder / "plain").glob("*.jsonl")
        file.write_text("closed\n", encoding="utf-8")
        done = invoke("--score", folder)
        assert done.exit_code == 1
        assert "line 1" in done.stderr

    def test_a_folder_with_something_in_it_is_left_alone(self, tmp_path):
        (tmp_path / "mine.txt").write_text("x")
        done = invoke(PAYLOADS / "sql_rows.json", "--export", tmp_path)
        assert done.exit_code == 1
        assert "is not empty" in done.stderr


class TestOwnQuestions:
    def test_of_documents_messages_and_payloads(self, tmp_path, log):
        (tmp_path / "items.json").write_text(
            json.dumps([{"id": 7, "city": "Graz"}] * 3)
        )
        documents = ["The fee is due on 1 May.", "The office opens at nine."]
        messages = [{"role": "user", "content": "My number is 4711."}]
        rows = [
            {
                "query": "When is the fee due?",
                "documents": documents,
                "answers": ["1 May"],
            },
            {"query": "What is my number?", "messages": messages, "answers": [4711]},
            {"query": "Which city?", "payload": "items.json", "answers": ["Graz"]},
            {"payload": "items.json", "answers": ["Graz"]},
        ]
        questions = tmp_path / "mine.jsonl"
        questions.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        answers = {row["query"]: str(row["answers"][0]) for row in rows[:3]}

        def answer(prompt):
            return answers[prompt.rpartition("Question: ")[2].split("\n")[0]]

        done, _ = verified(answer, questions, "--questions", 0, "--json", log=log)
        assert done.exit_code == 0, done.output
        result = json.loads(done.stdout)
        assert result["asked"] == 3
        assert (result["plain"], result["compressed"]) == (1, 1)

    def test_of_a_log(self, tmp_path, log):
        lines = [f"12:00:{i % 60:02} worker {i} started in 35 ms" for i in range(200)]
        (tmp_path / "log.txt").write_text("\n".join(lines))
        row = {"query": "When did worker 7 start?", "payload": "log.txt"}
        (tmp_path / "q.jsonl").write_text(json.dumps(row | {"answers": ["12:00:07"]}))
        done, requests = verified(lambda _: "12:00:07", tmp_path, "--json", log=log)
        assert done.exit_code == 0, done.output
        result = json.loads(done.stdout)
        assert result["asked"] == 1
        assert result["tokens"]["compressed"] < result["tokens"]["plain"]
        sent = [json.loads(body)["messages"][0]["content"] for _, body in requests]
        assert any(prompt.startswith("\n".join(lines)) for prompt in sent)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"query": 3, "documents": ["a"]}, '"query" is a text'),
            ({"query": "a", "messages": "chat.json"}, "chat.json is not JSON"),
            ({"query": "a", "messages": ["b"]}, '"messages" is a list of messages'),
            ({"query": "a"}, 'needs "documents", "messages" or "payload"'),
        ],
    )
    def test_a_line_that_asks_nothing_is_named(self, tmp_path, given, message):
        (tmp_path / "chat.json").write_text("[{")
        path = tmp_path / "q.jsonl"
        path.write_text(json.dumps(given | {"answers": ["a"]}))
        done = invoke(path, "--export", tmp_path / "out")
        assert done.exit_code == 1
        assert "q.jsonl, line 1: " in done.stderr
        assert message in done.stderr

    def test_a_transcript_that_cannot_fit_is_named(self, tmp_path, log):
        messages = [{"role": "user", "content": "word " * 500}]
        row = {"query": "What?", "messages": messages, "answers": ["word"]}
        (tmp_path / "q.jsonl").write_text(json.dumps(row))
        done = invoke(tmp_path, "--model", "m", "--log", log, "--max-tokens", 20)
        assert done.exit_code == 1
        assert "q.jsonl, line 1: " in done.stderr

    def test_a_folder_may_hold_both(self, tmp_path):
        (tmp_path / "items.json").write_text(json.dumps([{"id": i} for i in range(9)]))
        row = {"query": "How many?", "payload": "items.json", "answers": [9]}
        (tmp_path / "questions.jsonl").write_text(json.dumps(row))
        (tmp_path / "readme.txt").write_text("Just a sentence.")
        folder = tmp_path / ".." / "exported"
        done = invoke(tmp_path, "--export", folder)
        assert done.exit_code == 0, done.output
        assert "No question is about readme.txt." in done.stderr
        [case] = json.loads((folder / "key.json").read_text("utf-8"))
        assert case["questions"][0]["text"] == "How many?"


class TestWrongUse:
    @pytest.mark.parametrize(
        "arguments",
        [
            [PAYLOADS],
            [PAYLOADS, "--model", "a", "--export", "b"],
            ["--model", "a"],
            [PAYLOADS, "--score", PAYLOADS],
            [PAYLOADS / "sql_rows.json", "--model", "a", "--max-cost", 1],
            ["/no/such/file", "--model", "a"],
        ],
    )
    def test_options_that_do_not_fit_are_wrong_use(self, arguments):
        assert invoke(*arguments).exit_code == 2

    def test_nothing_to_ask_is_said(self, tmp_path, log):
        (tmp_path / "a.txt").write_text("prose")
        done = invoke(tmp_path, "--model", "a", "--log", log)
        assert done.exit_code == 1
        assert "there is nothing to ask" in done.stderr
