"""`headroom.verify`: right figures, all questions at a time, no answer lost."""

import json
import threading
from pathlib import Path
from random import Random

import pytest

import headroom
from headroom.compressors import (
    ConversationCompressor,
    JSONMinifier,
    SemanticCompressor,
)
from headroom.verification import AskError, Case, Question, Reply, StopAsking

PAYLOADS = sorted((Path(__file__).parents[3] / "examples" / "payloads").glob("*.json"))
CASE = Case(
    "numbers",
    "plain text",
    "short text",
    tuple(Question(f"Which number is {i}?", (f"n{i}",), "look-up") for i in range(300)),
)


def asked(prompt):
    """Return the side and the question of a prompt."""
    text, _, rest = prompt.rpartition("\n\n---\nQuestion: ")
    return text, rest.split("\n")[0]


class Reader:
    """A stand-in that knows all answers and errs at a set rate, the same each time."""

    def __init__(self, case, plain=0.0, compressed=0.0, seed=0):
        self.answers = {one.text: one.answers[0] for one in case.questions}
        self.rates = {case.compressed: compressed, case.plain: plain}
        self.seed = seed
        self.calls = 0

    def __call__(self, prompt):
        text, question = asked(prompt)
        self.calls += 1
        wrong = Random(f"{self.seed} {prompt}").random() < self.rates[text]
        return "something else" if wrong else self.answers[question]


class TestFigures:
    def test_difference_and_interval_are_right_in_95_percent_of_runs(self):
        plain, compressed = 0.05, 0.08
        hits = 0
        for seed in range(20):
            reader = Reader(CASE, plain, compressed, seed)
            total = headroom.verify([CASE], reader, twice=0, concurrency=1).total
            low, high = total.interval
            hits += low <= plain - compressed <= high
            assert abs(total.difference - (plain - compressed)) < 0.12
        assert hits >= 19

    def test_a_perfect_reader_of_both_texts_shows_no_difference(self):
        result = headroom.verify([CASE], Reader(CASE))
        assert (result.total.plain, result.total.compressed) == (300, 300)
        assert result.total.difference == 0
        assert not result.lost
        assert result.noise == (0, 60)
        assert "is not worse by 5 points or more" in str(result)

    def test_what_only_the_plain_text_answers_is_listed(self):
        result = headroom.verify([CASE], Reader(CASE, compressed=0.1), twice=0)
        assert 10 <= len(result.lost) == result.total.lost <= 50
        assert all(
            one.right == {"plain": True, "compressed": False} for one in result.lost
        )
        assert "is answered worse" in str(result)

    def test_the_noise_is_that_of_the_plain_text(self):
        random = Random(7)

        def moody(prompt):
            return "wrong" if random.random() < 0.2 else Reader(CASE)(prompt)

        changed, twice = headroom.verify([CASE], moody, twice=1, concurrency=1).noise
        assert twice == 300
        assert 60 < changed < 140  # 2 * 0.2 * 0.8 of 300 are 96

    def test_too_few_questions_tell_nothing_and_it_is_said(self):
        case = Case("few", "a", "b", CASE.questions[:20])
        said = str(headroom.verify([case], Reader(case)))
        assert "Too few questions to tell a difference of 5 points" in said

    def test_figures_by_device_and_kind_add_up(self):
        case = Case.from_payload(PAYLOADS[1].read_bytes(), made=60)
        reader = Reader(case, compressed=0.3)
        result = headroom.verify([case], reader)
        for groups in (result.by_device, result.by_kind):
            assert sum(one.asked for one in groups.values()) == result.total.asked
            assert sum(one.lost for one in groups.values()) == result.total.lost
        assert {"literal", "default", "reference"} <= result.by_device.keys()

    def test_a_dropped_value_is_right_where_the_reader_says_so(self):
        rows = [{"id": i, "secret": f"s{i}"} for i in range(8)]
        minifier = JSONMinifier(exclude_keys=["secret"])
        case = Case.from_payload(rows, compressor=minifier)
        reader = Reader(case)

        def honest(prompt):
            text, question = asked(prompt)
            if text == case.compressed and "secret" in question:
                return "Not given."
            return reader(prompt)

        result = headroom.verify([case], honest)
        said, gone = result.dropped
        assert said == gone > 0
        assert result.total.lost == 0
        assert headroom.verify([case], reader).dropped == (0, gone)


class TestCases:
    @pytest.mark.parametrize("as_what", [bytes, str, json.loads])
    def test_a_payload_may_be_bytes_text_or_a_value(self, as_what):
        raw = PAYLOADS[0].read_bytes()
        data = as_what(raw) if as_what is not str else raw.decode()
        case = Case.from_payload(data)
        assert json.loads(case.plain) == json.loads(raw)
        assert ": " not in case.plain[:20]
        assert JSONMinifier.decode(case.compressed)
        assert len(case.questions) == 12

    def test_json_lines_are_a_list(self):
        lines = "\n".join(json.dumps({"id": i, "state": "open"}) for i in range(9))
        assert json.loads(Case.from_payload(lines).plain)[8] == {
            "id": 8,
            "state": "open",
        }
        assert Case.from_payload(lines).questions

    def test_no_questions_are_made_of_prose(self):
        text = "Error 42 on disk sda."
        case = Case.from_payload(text, questions=[Question("Which disk?", ("sda",))])
        assert (case.plain, case.compressed) == (text, text)
        [own] = case.questions
        assert own.device == "literal"
        assert text[slice(*own.plain_span)] == "sda"

    @pytest.mark.parametrize("text", ['[{"a": 1}, {"a"', "", "[" * 5000 + "]" * 5000])
    def test_what_cannot_be_read_as_json_is_a_text_without_questions(self, text):
        assert Case.from_payload(text) == Case("payload", text, text, ())

    def test_documents_are_pruned_for_their_question(self):
        documents = [
            "The fee is due on 1 May. Cash is not accepted here.",
            "The office opens at nine. Ring the bell at the gate, please.",
        ]
        compressor = SemanticCompressor(0.3, scorer="bm25")
        case = Case.from_documents(
            "When is the fee due?", documents, ["1 May"], compressor=compressor
        )
        assert case.plain == "\n\n".join(documents)
        assert case.compressed.startswith("The fee is due on 1 May.")
        assert "nine" not in case.compressed
        assert case.questions[0].device == "literal"
        other = Case.from_documents(
            "When is the fee due?", documents, ["nine"], compressor=compressor
        )
        assert other.questions[0].device == "dropped"
        assert other.questions[0].counts

    def test_a_transcript_is_a_paragraph_a_message(self):
        messages = [
            {"role": "user", "content": f"Remember number {i}."} for i in range(3)
        ]
        case = Case.from_messages(
            messages,
            [Question("Which number came last?", ("2",))],
            compressor=ConversationCompressor(4000),
        )
        assert case.plain.startswith("user: Remember number 0.\n\nuser: ")
        assert case.questions[0].device == "literal"


class TestAsking:
    def test_your_own_questions_may_have_a_judge(self):
        case = Case("own", "a", "b", (Question("Why?", ("never said",)),))
        judged = []

        def judge(question, said):
            judged.append((question.text, said))
            return said == "because"

        result = headroom.verify([case], lambda _: "because", judge=judge)
        assert result.total.compressed == 1
        assert set(judged) == {("Why?", "because")}

    def test_three_hundred_questions_keep_eight_in_flight(self):
        """As many as may be are asked at a time, from the first to the last."""
        barrier = threading.Barrier(8)

        def together(prompt):
            barrier.wait(timeout=30)  # passes only where eight are here at once
            return Reader(CASE)(prompt)

        result = headroom.verify([CASE], together, twice=0.0, concurrency=8)
        assert result.total.asked == 300

    def test_a_crash_loses_no_answer(self, tmp_path):
        class Crash(BaseException):
            pass

        log = tmp_path / "answers.jsonl"
        reader = Reader(CASE)

        def crashing(prompt):
            if reader.calls == 250:
                raise Crash
            return reader(prompt)

        with pytest.raises(Crash):
            headroom.verify([CASE], crashing, log=log, concurrency=1)
        assert len(log.read_text().splitlines()) == 250
        with log.open("a") as file:
            file.write('{"headroom": "verify", "key": "cut off')
        second = Reader(CASE)
        result = headroom.verify([CASE], second, log=log)
        assert second.calls == 660 - 250
        assert result.total.asked == 300
        third = Reader(CASE)
        assert headroom.verify([CASE], third, log=log).total == result.total
        assert third.calls == 0

    def test_the_log_keeps_readers_apart(self, tmp_path):
        log = tmp_path / "answers.jsonl"
        for reader in ("a", "b", "a"):
            stand_in = Reader(CASE)
            headroom.verify([CASE], stand_in, log=log, reader=reader, twice=0)
        assert stand_in.calls == 0
        assert len(log.read_text().splitlines()) == 1200

    def test_a_question_that_fails_is_not_counted_and_said(self):
        reader = Reader(CASE)

        def failing(prompt):
            if "number is 7?" in prompt:
                raise RuntimeError("too long for this model")
            return reader(prompt)

        result = headroom.verify([CASE], failing, twice=0)
        assert result.total.asked == 299
        assert [one.question.text for one in result.unanswered] == [
            "Which number is 7?"
        ]
        assert "too long for this model" in str(result)

    def test_a_reader_that_never_answers_is_an_error_soon(self):
        calls = []

        def down(prompt):
            calls.append(prompt)
            raise ConnectionError("refused")

        with pytest.raises(AskError, match="refused"):
            headroom.verify([CASE], down, concurrency=2)
        assert len(calls) < 20

    def test_asking_can_be_stopped_and_the_rest_is_reported(self):
        reader = Reader(CASE)

        def capped(prompt):
            if reader.calls >= 100:
                raise StopAsking("the budget is spent")
            return Reply(reader(prompt), 10, 2)

        seen = []
        result = headroom.verify(
            [CASE], capped, twice=0, concurrency=1, on_answer=seen.append
        )
        assert len(seen) == 100
        assert result.total.asked == 50
        assert "Stopped early: the budget is spent." in str(result)

    def test_an_answer_that_is_no_text_is_a_type_error(self):
        with pytest.raises(TypeError, match="ask returns a text or a Reply, got 3"):
            headroom.verify([CASE], lambda _: 3)

    def test_no_questions_tell_nothing(self):
        result = headroom.verify([], Reader(CASE))
        assert result.total.asked == 0
        assert "nothing can be told" in str(result)

    @pytest.mark.parametrize("options", [{"twice": 1.5}, {"concurrency": 0}])
    def test_options_out_of_range_are_refused(self, options):
        with pytest.raises(ValueError, match="is"):
            headroom.verify([CASE], Reader(CASE), **options)
