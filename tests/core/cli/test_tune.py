"""`headroom tune`: the sweep over the user's own questions or payloads."""

import importlib.util
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.cli import cli
from headroom.cli.charts import Curve, scatter_chart, standalone
from headroom.cli.expected import read_expected
from headroom.cli.measure import payload_files
from headroom.cli.sweep import MINIFIERS, Found, Sweep, Trial, sweep_questions
from headroom.cli.tune import _advice
from headroom.compressors import JSONMinifier, SemanticCompressor
from headroom.errors import HeadroomError, InputError
from headroom.scorers import BM25Scorer, CrossEncoderScorer
from headroom.tokens import default_counter
from headroom.types import RAGContext
from headroom.verification import Case
from headroom.verification.matching import folded, holds
from headroom.verification.questions import found
from headroom.verification.statistics import wilson_upper

PAYLOADS = Path(__file__).parents[3] / "examples" / "payloads"
_spec = importlib.util.spec_from_file_location(
    "local_server", PAYLOADS.parent / "local_server.py"
)
local_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(local_server)
CITIES = ["Porto", "Lund", "Turin", "Graz", "Brno", "Ghent", "Cork", "Vigo"]


def question(at):
    """A query whose answer is in one of eight documents, among other sentences."""
    documents = [
        f"{city} lies in Europe. The mayor of {city} was elected in {1900 + 7 * i}. "
        "Many people visit the old town. Trains leave every hour."
        for i, city in enumerate(CITIES)
    ]
    return {
        "query": f"When was the mayor of {CITIES[at]} elected?",
        "documents": documents if at % 2 else [{"text": text} for text in documents],
        "answers": [str(1900 + 7 * at)],
    }


def lines(path, rows):
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def questions(tmp_path):
    return lines(tmp_path / "questions.jsonl", map(question, range(8)))


@pytest.fixture
def folder(tmp_path):
    """A folder of one payload, and what is expected of it."""
    rows = [
        {
            "id": 70 + i,
            "node_id": f"MDU6SXNzdWUxMzQ{i}",
            "title": f"Bug {i}",
            "closed": None,
        }
        for i in range(6)
    ]
    (tmp_path / "issues.json").write_text(json.dumps(rows), encoding="utf-8")
    lines(
        tmp_path / "expected.jsonl",
        [
            {"payload": "issues", "answers": [73]},
            {"payload": "issues.json", "answer": "Bug 2", "path": [2, "title"]},
            {"payload": "issues.json", "answer": "MDU6SXNzdWUxMzQ9"},
            {"payload": "issues.json", "answers": ["MDU6SXNzdWUxMzQ1"]},
        ],
    )
    return tmp_path


def invoke(*arguments):
    return CliRunner().invoke(cli, ["tune", *map(str, arguments)])


def as_json(data, *arguments):
    if Path(data).is_file() and "--scorer" not in arguments:
        arguments = (*arguments, "--scorer", "bm25")
    done = invoke(data, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


class TestQuestions:
    def test_the_figures_are_those_of_the_compressor(self, questions):
        result = as_json(questions, "--ratio", 0.2)
        count, after, before, kept = default_counter(), 0, 0, 0
        for one in read_expected(questions):
            texts = SemanticCompressor(0.2, scorer="bm25").compress(
                RAGContext(one.query, one.documents)
            )
            after += sum(map(count, texts))
            before += sum(map(count, one.documents))
            kept += one.answers[0] in " ".join(texts)
        [setting] = result["settings"]
        assert (setting["tokens"], result["plain"]["tokens"]) == (after, before)
        assert setting["kept"] == kept / 8
        assert result["answers"] == {"counted": 8, "not_counted": 0}

    def test_the_recommended_code_is_the_setting_it_names(self, questions):
        best = as_json(questions, "--least", 1)["recommended"]
        compressor = eval(best["code"], {"SemanticCompressor": SemanticCompressor})
        count = default_counter()
        tokens = sum(
            count(text)
            for one in read_expected(questions)
            for text in compressor.compress(RAGContext(one.query, one.documents))
        )
        assert best["tokens"] == tokens
        assert best["kept"] == 1

    def test_answers_that_are_nowhere_or_only_yes_are_not_counted(self, tmp_path):
        rows = [question(1), question(2) | {"answers": ["2077"]}]
        rows.append(question(3) | {"answers": ["yes"]})
        result = as_json(lines(tmp_path / "q.jsonl", rows))
        assert result["answers"] == {"counted": 1, "not_counted": 2}

    def test_nothing_to_look_for_is_an_error(self, tmp_path):
        rows = [question(2) | {"answers": ["2077"]}]
        done = invoke(lines(tmp_path / "q.jsonl", rows))
        assert done.exit_code == 1
        assert "nothing to look for" in done.stderr

    def test_an_unreachable_least_is_said(self, questions, tmp_path):
        row = question(0) | {"query": "Where do the trains go?"}
        path = lines(tmp_path / "q.jsonl", [row, question(1)])
        options = (path, "--scorer", "bm25", "--ratio", 0.05, "--least", 1)
        assert not as_json(*options)["recommended"]["reaches_least"]
        assert "No setting keeps 100%" in invoke(*options).stdout

    def test_without_a_scorer_all_that_are_installed_are_tried(self, questions):
        done = invoke(questions, "--ratio", 0.3, "--json")
        tried = [one["setting"] for one in json.loads(done.stdout)["settings"]]
        try:
            CrossEncoderScorer().score("a", ["a"])
        except (HeadroomError, ImportError):
            assert tried == ["bm25 0.3"]
        else:
            assert tried == ["bm25 0.3", "cross-encoder 0.3"]

    def test_several_scorers_share_one_table(self, questions):
        class Backwards:
            def score(self, query, sentences):
                return [1.0 + i for i in range(len(sentences))]

        result = sweep_questions(
            read_expected(questions),
            [("bm25", '"bm25"', BM25Scorer()), ("last", "Backwards()", Backwards())],
            (0.1, 0.3),
            lambda: None,
        )
        good, bad = result.trials[:2], result.trials[2:]
        assert [one.kind for one in result.trials] == ["bm25"] * 2 + ["last"] * 2
        assert all(a.share > b.share for a, b in zip(good, bad, strict=True))

    def test_sharing_scores_between_ratios_changes_no_result(self, questions):
        for one in as_json(questions, "--ratio", 0.1, "--ratio", 0.4)["settings"]:
            ratio = one["setting"].split()[1]
            [alone] = as_json(questions, "--ratio", ratio)["settings"]
            assert alone == one


class TestPayloads:
    def test_what_the_default_drops_is_lost_and_said(self, folder):
        result = as_json(folder)
        settings = {one["code"]: one for one in result["settings"]}
        assert settings["JSONMinifier.lossless()"]["lost"] == 0
        assert settings["JSONMinifier()"]["lost"] == 1
        assert result["values"] == {"counted": 3, "not_counted": 1}
        assert result["recommended"]["code"] != "JSONMinifier()"

    def test_less_is_asked_more_is_saved(self, folder):
        assert as_json(folder, "--least", 0.5)["recommended"]["code"].startswith(
            "JSONMinifier("
        )

    @pytest.mark.parametrize(("label", "code", "make"), MINIFIERS)
    def test_each_expression_makes_the_minifier_that_is_tried(self, label, code, make):
        made = eval(code, {"JSONMinifier": JSONMinifier})
        assert repr(made) == repr(make())

    def test_the_tokens_are_those_of_the_default(self, tmp_path):
        expected = lines(
            tmp_path / "e.jsonl",
            [{"payload": "stripe_charges", "answers": ["charge"]}],
        )
        result = as_json(PAYLOADS, "--expect", expected)
        text = (PAYLOADS / "stripe_charges.json").read_bytes()
        after = default_counter()(JSONMinifier().compress(text))
        by_code = {one["code"]: one["tokens"] for one in result["settings"]}
        assert by_code["JSONMinifier()"] == after

    def test_prose_is_searched_as_text(self, tmp_path):
        (tmp_path / "log.txt").write_text("Error 42 on disk sda.", encoding="utf-8")
        expected = lines(
            tmp_path / "e.jsonl", [{"payload": "log", "answers": ["error 42"]}]
        )
        assert as_json(tmp_path, "--expect", expected)["recommended"]["kept"] == 1

    def test_a_number_is_not_found_inside_a_longer_one(self, tmp_path):
        (tmp_path / "a.json").write_text('{"id": 1987, "n": "87 x"}', encoding="utf-8")
        rows = [{"payload": "a", "answer": 198}, {"payload": "a", "answer": "87"}]
        expected = lines(tmp_path / "e.jsonl", rows)
        result = as_json(tmp_path, "--expect", expected)
        assert result["values"] == {"counted": 1, "not_counted": 1}


class TestLosses:
    def test_a_lost_answer_is_told_with_its_sentence_and_reason(self, questions):
        result = as_json(questions, "--ratio", 0.01, "--least", 0)
        [setting] = result["settings"]
        assert setting["lost"] == len(setting["lost_things"])
        lost = question(0) | {"query": "Where do the trains go?"}
        rows = [lost, question(1)]
        path = lines(questions.with_name("lost.jsonl"), rows)
        [setting] = as_json(path, "--ratio", 0.05)["settings"]
        [one] = setting["lost_things"]
        assert one["thing"] == "Where do the trains go?"
        assert one["answer"] == "1900"
        assert one["went"].startswith("document 1, ")
        assert "was elected in 1900" in one["went"]
        said = invoke(path, "--scorer", "bm25", "--ratio", 0.05).stdout
        assert "Where do the trains go? -> 1900" in said
        assert one["went"] in said

    def test_a_lost_value_is_told_with_its_path_and_rule(self, folder, tmp_path):
        settings = {one["code"]: one for one in as_json(folder)["settings"]}
        [one] = settings["JSONMinifier()"]["lost_things"]
        assert one["answer"] == "MDU6SXNzdWUxMzQ1"
        assert "[1].node_id, dropped: opaque id" in one["went"]
        page = tmp_path / "t.html"
        done = invoke(folder, "--least", 0.5, "--html", page)
        assert one["went"] in done.stdout
        assert one["went"] in page.read_text("utf-8")

    def test_settings_that_come_out_the_same_are_one_row(self, questions):
        done = invoke(questions, "--scorer", "bm25", "--ratio", 0.9, "--ratio", 1)
        assert len(as_json(questions, "--ratio", 0.9, "--ratio", 1)["settings"]) == 2
        assert "bm25 0.9 to 1 " in done.stdout
        assert "bm25 0.9 to 1 give the same: everything dropped is" in done.stdout

    @pytest.mark.parametrize(
        ("reasons", "why"),
        [
            (set(), "nothing is dropped"),
            ({"far below the best"}, 'everything dropped is "far below the best"'),
            ({"below min_score", "over the ceiling"}, "no further sentence fits"),
        ],
    )
    def test_it_is_said_why_they_come_out_the_same(self, reasons, why):
        row = [
            Trial("a b", f"a b {n}", "", 9, [Found(True)], set(reasons))
            for n in (0.3, 1)
        ]
        _, advice = _advice(Sweep("answers", "all", 20, tuple(row), 0), 0.9)
        [line] = [each for each in advice if "the same" in each]
        assert line.startswith(f"a b 0.3 to 1 give the same: {why}")

    def test_a_log_may_be_a_payload(self, tmp_path):
        (tmp_path / "app.log").write_text("10:00 start\n10:01 port 8080\n")
        lines(tmp_path / "expected.jsonl", [{"payload": "app.log", "answer": 8080}])
        assert as_json(tmp_path)["values"] == {"counted": 1, "not_counted": 0}

    def test_tunes_own_files_are_no_payloads(self, folder):
        names = [name for name, _ in payload_files((str(folder),))]
        assert names == ["issues.json"]
        [(name, _)] = payload_files((str(folder / "expected.jsonl"),))
        assert name == "expected.jsonl"  # named, it is measured


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
class TestModel:
    """Settings ranked by a stand-in for a model on this machine."""

    def ranked(self, data, answer, tmp_path, *arguments):
        with local_server.LocalServer(answer=answer) as server:
            log = tmp_path / "log.jsonl"
            options = ("--model", "m", "--base-url", server.url, "--log", log)
            return as_json(data, *options, *arguments)

    def test_only_what_the_model_answers_counts(self, questions, tmp_path):
        """This one reads the sentence if it is there, and knows no city with V."""

        def answer(prompt):
            text, _, rest = prompt.rpartition("Question: ")
            city = rest.split(" elected")[0].split()[-1]
            if city == "Vigo":
                return "not given"
            found = re.search(rf"mayor of {city} was elected in (\d+)", text)
            return found[1] if found else "not given"

        result = self.ranked(
            questions, answer, tmp_path, "--ratio", 0.1, "--ratio", 0.5
        )
        assert result["right answers"] == {"counted": 7, "not_counted": 1}
        plain = as_json(questions, "--ratio", 0.1, "--ratio", 0.5)
        for one, kept in zip(result["settings"], plain["settings"], strict=True):
            assert one["tokens"] == kept["tokens"]
            assert one["lost"] <= kept["lost"]

    def test_a_model_that_cannot_read_tables_gets_json(self, tmp_path):
        data = tmp_path / "data"
        data.mkdir()
        raw = (PAYLOADS / "sql_rows.json").read_bytes()
        (data / "sql_rows.json").write_bytes(raw)
        case = Case.from_payload(raw, compressor=JSONMinifier.lossless())
        answers = {one.text: one.answers[0] for one in case.questions}

        def answer(prompt):
            question = prompt.rpartition("Question: ")[2].split("\n")[0]
            return "?" if prompt.startswith("#headroom") else answers[question]

        result = self.ranked(data, answer, tmp_path)
        assert 'format="json"' in result["recommended"]["code"]
        settings = {one["code"]: one for one in result["settings"]}
        assert settings["JSONMinifier.lossless()"]["kept"] == 0
        [went] = {
            one["went"] for one in settings["JSONMinifier.lossless()"]["lost_things"]
        }
        assert went == "the model said: ?"


class TestAdvice:
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 99), st.lists(st.booleans(), min_size=6, max_size=6)
            ),
            min_size=1,
            max_size=6,
        ),
        st.floats(0, 1),
    )
    @example([(0, [False] * 6), (1, [False] * 5 + [True])], 1e-12)
    def test_no_cheaper_setting_keeps_enough(self, rows, least):
        trials = [Trial("k", "l", "c", n, list(map(Found, kept))) for n, kept in rows]
        result = Sweep("answers", "plain", 100, trials, 0)
        best = result.recommended(least)
        if best.share >= least:
            assert not any(
                one.share >= least and one.tokens < best.tokens for one in trials
            )
        else:
            assert best.share == max(one.share for one in trials)
        assert 0 <= result.lost_elsewhere(least) <= 6

    def test_a_choice_that_fits_one_half_only_is_found_out(self):
        even = tuple(i % 2 == 0 for i in range(10))
        odd = tuple(not kept for kept in even)
        trials = [
            Trial("k", "a", "a", 5, list(map(Found, even))),
            Trial("k", "b", "b", 5, list(map(Found, odd))),
        ]
        assert Sweep("answers", "plain", 9, trials, 0).lost_elsewhere(1.0) == 10

    @given(st.integers(0, 500), st.integers(0, 500))
    def test_the_bound_is_above_what_was_lost_and_at_most_all(self, lost, more):
        asked = lost + more
        bound = wilson_upper(lost, asked)
        assert (lost / asked if asked else 1) - 1e-12 <= bound <= 1

    def test_the_bound_is_wilsons(self):
        # Brown, Cai, DasGupta: 0 of 10 gives 0.2775; known from the quadratic.
        assert wilson_upper(0, 10) == pytest.approx(1.959964**2 / (10 + 1.959964**2))


class TestReports:
    def test_the_page_and_the_plot_load_nothing_and_are_well_formed(
        self, questions, tmp_path
    ):
        page, plot = tmp_path / "t.html", tmp_path / "t.svg"
        done = invoke(questions, "--html", page, "--svg", plot)
        assert done.exit_code == 0
        text = page.read_text("utf-8")
        HTMLParser().feed(text)
        assert "<script" not in text
        assert "http" not in text.replace("https://", "http://").replace(
            "http://www.w3.org", ""
        )
        root = ElementTree.fromstring(plot.read_text("utf-8"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "prefers-color-scheme: dark" in plot.read_text("utf-8")

    def test_the_same_input_gives_the_same_bytes(self, questions, tmp_path):
        pages = [tmp_path / "a.html", tmp_path / "b.html"]
        for page in pages:
            invoke(questions, "--scorer", "bm25", "--html", page)
        assert pages[0].read_bytes() == pages[1].read_bytes()

    @given(
        st.lists(
            st.lists(st.tuples(st.floats(0, 5), st.floats(0, 1)), max_size=4),
            max_size=12,
        )
    )
    def test_every_point_is_inside_the_plot(self, rows):
        curves = [Curve("<&>", [(x, y, "]]>") for x, y in points]) for points in rows]
        root = ElementTree.fromstring(standalone(scatter_chart("t", curves, "x", "y")))
        for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
            assert 0 <= float(circle.get("cx")) <= 720
            assert float(circle.get("cy")) >= 0

    def test_what_loses_less_for_more_tokens_is_said(self, folder):
        assert "Safer: JSONMinifier" in invoke(folder, "--least", 0.5).stdout
        assert "Safer: " not in invoke(folder, "--least", 1).stdout

    def test_the_table_marks_the_recommended_setting(self, folder):
        done = invoke(folder)
        assert done.exit_code == 0
        [marked] = [line for line in done.stdout.split("\n") if line.startswith(" * ")]
        assert "Recommended: " in done.stdout
        assert "100.0%" in marked


class TestWrongUse:
    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("{", "line 1: not JSON"),
            ("[]", "line 1: not an object"),
            (
                '{\n  "a": 1\n}',
                "one JSON object a line; for payloads, name their folder",
            ),
            ('{"query": 1, "documents": []}', 'needs "query"'),
            ('{"query": "a", "documents": [3], "answers": ["a"]}', "each document"),
            ('{"query": "a", "documents": ["a"]}', 'needs "answers"'),
            ('{"query": "a", "documents": ["a"], "answers": [[]]}', "are texts"),
        ],
    )
    def test_a_bad_line_is_named(self, tmp_path, row, message):
        path = tmp_path / "q.jsonl"
        path.write_text(row, encoding="utf-8")
        done = invoke(path)
        assert done.exit_code == 1
        assert message in done.stderr
        with pytest.raises(InputError):
            read_expected(path, "query", "documents")

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ({"payload": "other", "answer": 1}, "has no payload 'other'"),
            ({"answer": 1}, 'needs "payload"'),
            ({"payload": "issues", "answer": 1, "path": "a.b"}, '"path" is a list'),
            ({"payload": "issues", "answer": 1234}, "nothing to look for"),
        ],
    )
    def test_a_bad_expectation_is_named(self, folder, row, message):
        expected = lines(folder / "mine.jsonl", [row])
        done = invoke(folder, "--expect", expected)
        assert done.exit_code == 1
        assert message in done.stderr

    @pytest.mark.parametrize(
        "arguments",
        [["--scorer", "embedding"], ["--scorer", "tfidf"], ["--expect", __file__]],
    )
    def test_options_that_do_not_fit_are_wrong_use(self, questions, arguments):
        assert invoke(questions, *arguments).exit_code == 2

    def test_a_folder_without_expectations_says_what_to_name(self):
        done = invoke(PAYLOADS)
        assert done.exit_code == 1
        assert "--expect FILE" in done.stderr

    def test_a_missing_model_says_what_to_do(self, questions):
        done = invoke(questions, "--scorer", "embedding=/no/such folder")
        assert done.exit_code == 1
        assert "is no folder" in done.stderr


class TestSearch:
    @given(st.text(), st.text(min_size=1), st.text())
    def test_a_word_between_spaces_is_found(self, before, word, after):
        assert holds(f"{before} {word} {after}", word)

    def test_folding_ignores_what_answers_are_compared_without(self):
        assert folded(" The  “Word”! ") == "the “word”"
        assert folded("ＡＢＣ．") == "abc"

    def test_scripts_without_spaces_have_no_word_boundaries(self):
        assert holds("他住在北京市", "北京")

    def test_a_path_that_leads_nowhere_is_not_an_error(self):
        value = {"a": [1, {"b": None}]}
        assert found(value, ["a", 1, "b"]) == (True, None)
        for path in (["x"], ["a", 9], ["a", -1], ["a", "b"], ["a", 0, "c"]):
            assert found(value, path) == (False, None)
