"""What markdown, tables, lists, questions, code and logs keep together."""

import pickle

import pytest

from headroom.compressors import SemanticCompressor
from headroom.errors import InputError, ScorerError
from headroom.types import RAGContext


def bm25(target_ratio=0.4, **options):
    return SemanticCompressor(target_ratio, scorer="bm25", **options)


def kept(query, text, ratio, **options):
    """Return what is left of one document; "" for nothing."""
    return "".join(bm25(ratio, **options).compress(RAGContext(query, [text])))


def units_of(text, ratio=0.4):
    """Return the units of one document, through the front door."""
    account = bm25(ratio, max_tokens=0).explain(RAGContext("", [text]))
    return [dropped.text for dropped in account.dropped]


# Tables

PLANS = """## Plans

| Plan | Price | Rate limit | Support |
|---|---|---|---|
| Free | $0 | 60/min | none |
| Pro | $20 | 600/min | mail |
| Enterprise | talk to us | 6000/min | phone |

All limits are per key."""
HEADER = "| Plan | Price | Rate limit | Support |\n|---|---|---|---|"


@pytest.mark.parametrize("ratio", [0.05, 0.2, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("plan", ["Free", "Pro", "Enterprise"])
def test_the_row_that_is_asked_for_comes_with_its_header(plan, ratio):
    text = kept(f"What is the rate limit of the {plan} plan?", PLANS, ratio)
    assert HEADER in text
    assert f"| {plan} |" in text


@pytest.mark.parametrize("ratio", [0.01, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0])
@pytest.mark.parametrize("cap", [None, 5, 10, 20, 30, 40])
def test_no_row_is_ever_without_its_header(ratio, cap):
    text = kept("a fee after a month", f"{PLANS}\n{PLANS}", ratio, max_tokens=cap)
    text += kept("the rate limit of Pro", PLANS, ratio, max_tokens=cap)
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if line.startswith(("| Free", "| Pro", "| Enterprise")):
            assert lines[i - 1].startswith("|")


def test_under_a_cap_a_row_gives_way_when_its_header_does_not_fit():
    query = "What is the rate limit of the Pro plan?"
    text = kept(query, PLANS, 1.0, max_tokens=12)
    assert text == "## Plans\nAll limits are per key."


# Questions and their answers

FAQ = """Q: How do I sign up?
A: Press the button.

Q: Can I cancel my subscription anytime?
A: Yes. You keep access until the period ends.

Q: Do you offer refunds?
A: Within 14 days."""
BOLD_FAQ = """**How do I sign up?**

Press the button on the home page.

**Can I cancel my subscription anytime?**

Yes. You keep access until the period ends.

**Do you offer refunds?**

Within 14 days, by mail."""
PLAIN_FAQ = BOLD_FAQ.replace("**", "")
PROSE_FAQ = (
    "We sell maps. Can I cancel my subscription anytime? Access lasts until the period "
    "ends. The office is in Graz. Parking is behind the gate."
)
LIST_FAQ = """What is in the box?
- two cables
- one stand

Who can cancel a subscription?
- owners
- billing admins
"""


@pytest.mark.parametrize("text", [FAQ, BOLD_FAQ, PLAIN_FAQ, PROSE_FAQ])
@pytest.mark.parametrize("ratio", [0.6, 1.0])
def test_an_answer_is_kept_with_its_question(text, ratio):
    answer = kept("Can I cancel my subscription anytime?", text, ratio)
    assert "until the period ends." in answer
    assert "Can I cancel my subscription anytime?" in answer
    assert "Press the button" not in answer
    assert "14 days" not in answer
    assert answer.count("**") in {0, 2}


def test_an_answer_is_never_without_its_question():
    pair = "Q: Can I cancel my subscription anytime?\nA: Yes. You keep access until"
    for ratio in (0.05, 0.2, 0.4):
        text = kept("Can I cancel my subscription anytime?", FAQ, ratio)
        assert text.startswith(pair)
    assert kept("Can I cancel anytime?", FAQ, 1.0, max_tokens=12) == ""


def test_a_list_answers_the_question_above_it():
    text = kept("Who can cancel a subscription?", LIST_FAQ, 1.0)
    assert text == "Who can cancel a subscription?\n- owners\n- billing admins"


@pytest.mark.parametrize(
    "text", ["May I cancel? Yes, anytime.", "可以取消订阅吗？可以，随时。"]
)
def test_a_scorer_of_ones_own_that_likes_the_question_keeps_the_answer(text):
    class LikesQuestions:
        def score(self, query, sentences):
            return [float(s.endswith(("?", "？"))) * 7 for s in sentences]

    compressor = SemanticCompressor(1.0, scorer=LikesQuestions())
    assert compressor.compress(RAGContext("q", [text])) == [text]


def test_a_question_without_an_answer_stands_for_itself():
    text = "Bring cake. Who may cancel the subscription?"
    assert kept("cancel subscription", text, 0.8) == "Who may cancel the subscription?"


def test_a_bold_line_is_a_heading_and_a_bold_sentence_is_none():
    text = "**Late payments**\n\nThe fee is 10 %.\n\n**Lunch**\n\nSoup is served."
    assert kept("late payments", text, 0.9).startswith(
        "**Late payments**\n\nThe fee is 10 %."
    )
    loud = "**Late payments cost 10 %.**\n\nSoup is served at noon."
    assert kept("late payments", loud, 0.8) == "**Late payments cost 10 %.**"


def test_an_underlined_line_is_a_heading():
    text = "Cancelling\n==========\n\nAnytime.\n\nRefunds\n-------\nWithin 14 days."
    assert units_of(text) == [
        "Cancelling\n==========",
        "Anytime.",
        "Refunds\n-------",
        "Within 14 days.",
    ]
    # The path of headings comes along.
    assert kept("refunds", text, 0.9) == (
        "Cancelling\n==========\nRefunds\n-------\nWithin 14 days."
    )
    matter = "---\ntitle: Late fees\n---\n\nIt is late."
    assert "title: Late fees" in "\n".join(units_of(matter))


# Lists

VISA = """To apply for a visa you need these documents:

- a valid passport
- two photos
- proof of funds
- travel insurance

Processing takes 15 days."""


@pytest.mark.parametrize(
    "intro",
    [
        "To apply for a visa you need these documents:",
        "**Documents you need for the visa:**",
        "### Documents for the visa",
        "Documents for the visa",
        "Documents needed for the visa?",
    ],
)
def test_a_list_comes_whole_where_there_is_room(intro):
    text = VISA.replace("To apply for a visa you need these documents:", intro)
    answer = kept("Which documents do I need for the visa?", text, 0.85)
    assert answer.startswith(intro)
    assert answer.count("\n- ") == 4


def test_an_item_that_has_the_words_comes_before_the_others():
    text = kept("visa documents: insurance?", VISA, 0.5)
    assert "- travel insurance" in text


# Exceptions


@pytest.mark.parametrize(
    "exception",
    [
        "(2) Paragraph 1 shall not apply where the landlord has agreed in writing.",
        "This does not apply to family members.",
        "Except where the landlord agrees.",
        "Unless the landlord agrees in writing, this is a breach.",
    ],
)
def test_an_exception_is_kept_before_what_is_unrelated(exception):
    rule = "The tenant shall not sublet the flat to anyone."
    documents = [
        f"{rule} {exception} Keys are handed over on the first day of the month.",
        "The tenant reports damage at once. The roof was renewed in 1999 by Acme.",
    ]
    answer = bm25(0.6).compress(RAGContext("Can the tenant sublet?", documents))
    assert answer[0].startswith(f"{rule} {exception}")


# Code and logs


def test_a_chunk_that_begins_inside_of_a_fence_is_still_pruned():
    prose = " ".join(f"The house number {i} was painted green." for i in range(60))
    text = f"y = 2\n```\n\n{prose} The late fee is ten euros. Rain falls."
    assert kept("late fee", text, 0.2) == "The late fee is ten euros."
    assert units_of(text)[0] == "y = 2\n```"


def test_a_chunk_that_ends_inside_of_a_fence_keeps_its_code_together():
    text = "Call it.\n\n```python\ndef f():\n    x = 1\n\n    return x"
    assert units_of(text) == [
        "Call it.",
        "```python\ndef f():\n    x = 1\n\n    return x",
    ]


def test_fences_are_told_apart_by_what_is_beside_them():
    both = "y = 2\n```\n\nIt is late.\n\n```python\nx = 1\n```\n\nWe go."
    assert units_of(both) == [
        "y = 2\n```",
        "It is late.",
        "```python\nx = 1\n```",
        "We go.",
    ]
    nested = "````\n```\nx\n```\n````\n\nIt is late."
    assert units_of(nested) == ["````\n```\nx\n```\n````", "It is late."]
    assert units_of("A.\n\n~~~\n```\n~~~\n\nB.") == ["A.", "~~~\n```\n~~~", "B."]


def test_code_far_above_the_ceiling_is_cut_between_lines():
    code = "\n".join(f"    value_{i} = compute({i}, {i + 1})" for i in range(400))
    text = f"```python\n{code}\n    late_fee = 10\n```"
    account = bm25(0.1).explain(RAGContext("late_fee", [text]))
    assert account.ratio <= 0.1
    assert account.kept[0].cut
    assert "late_fee = 10" in account.content[0]
    lines = set(text.split("\n"))
    assert set(account.content[0].split("\n")) <= lines


def test_the_lines_of_a_log_are_units():
    log = "\n".join(
        f"2026-05-01 10:{i:02}:09 INFO pulling image {i} from registry.example.com/web"
        for i in range(40)
    )
    log += (
        "\n2026-05-01 10:41:31 ERROR OOMKilled: container exceeded 512Mi limit at web"
    )
    answer = kept("OOMKilled container", log, 0.1)
    assert answer == log.split("\n")[-1]


@pytest.mark.parametrize(
    "text",
    [
        ", ".join(f"at 10:{i % 60:02}:07 costs 1,{i:03}.50 euros" for i in range(900)),
        " ".join(f"https://example.com:8080/a,b;c/{i} and" for i in range(900)),
        " ".join(f"host-{i}:443 ratio 1:{i} sum 1,000,{i:03} a;b" for i in range(900)),
    ],
)
def test_the_last_resort_cuts_between_words_only(text):
    account = bm25(0.05).explain(RAGContext("euros 77 and", [text]))
    pieces = [text[slice(*d.span)] for d in account.dropped]
    pieces += [text[slice(*span)] for k in account.kept for span in k.spans]
    assert len(pieces) > 10
    assert set(" ".join(pieces).split()) == set(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "a|b\n" + " " * 12_000 + "x|\nhello there.",
        "a|b\n" + "|-" * 6_000 + "x\nhello there.",
        "**" + "a " * 6_000 + "\n**b",
        ("```\n\n" * 2_000) + "hello there.",
        "x\n```\n\n" + "Hello there it is late.\n\n" * 600,
        "Who is it?\n" * 1_200,
        "Unless " * 2_000,
        "hello:\n" + "- there\n" * 2_000,
        "10:00:01 x\n" * 1_200,
    ],
    ids=lambda text: repr(text[:10]),
)
def test_structure_that_never_ends_is_read(text):
    # A regular expression that goes back and forth would take many seconds.
    account = bm25(0.4, count_tokens=len).explain(RAGContext("hello", [text]))
    assert account.tokens_after <= account.tokens_before


# Options and scorers


@pytest.mark.parametrize("count", [None, len])
def test_an_account_can_be_pickled(count):
    context = RAGContext("late", ["It is late. No.", "We go."])
    account = bm25(0.5, count_tokens=count).explain(context)
    copied = pickle.loads(pickle.dumps(account))
    assert copied == account
    assert copied.tokens_after == account.tokens_after > 0


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_numbers_of_numpy_are_numbers(kind):
    numpy = pytest.importorskip("numpy")
    text = "Late fees are 10 %. Cats sleep. It rains. The office opens at nine."
    context = RAGContext("late fee", [text])
    number = getattr(numpy, kind)
    given = bm25(number(0.5), max_tokens=numpy.int64(50), min_score=number(0.125))
    assert given.explain(context) == bm25(0.5, max_tokens=50, min_score=0.125).explain(
        context
    )
    assert type(given.max_tokens) is int
    with pytest.raises(InputError):
        bm25(numpy.bool_(True))
    with pytest.raises(InputError):
        bm25(number("nan"))


@pytest.mark.parametrize("floor", ["x", float("nan"), True, [0.1]])
def test_a_floor_of_a_scorer_that_is_no_number_is_refused_at_once(floor):
    class Floored:
        min_score = floor

        def score(self, query, sentences):
            return [1.0] * len(sentences)

    with pytest.raises(InputError, match=r"scorer\.min_score="):
        SemanticCompressor(scorer=Floored())


@pytest.mark.parametrize("change", [list.sort, list.clear, list.reverse])
def test_a_scorer_may_do_what_it_likes_with_the_list_it_gets(change):
    class Changes:
        def score(self, query, sentences):
            scores = [float("late" in sentence) for sentence in sentences]
            change(sentences)
            return scores

    text = "Zebras eat. The late fee is here. All is well."
    compressor = SemanticCompressor(1.0, scorer=Changes())
    assert compressor.compress(RAGContext("late", [text])) == ["The late fee is here."]


def test_a_scorer_that_scores_a_list_it_emptied_is_named():
    class Empties:
        def score(self, query, sentences):
            sentences.clear()
            return [1.0 for sentence in sentences]

    with pytest.raises(
        ScorerError, match=r"Empties\.score\(\) returned 0 scores for 2"
    ):
        SemanticCompressor(scorer=Empties()).compress(
            RAGContext("q", ["It rains. We go."])
        )


@pytest.mark.parametrize("ratio", [0.2, 0.3, 0.5])
def test_what_only_stands_below_the_right_heading_never_replaces_the_answer(ratio):
    page = (
        "# Hotel\n\n## Late checkout\n\nLate checkout costs 25 euros per hour until "
        "3 pm, if the room is free. The pool is on the roof.\n\n## Pets\n\n"
        "Dogs are welcome for 15 euros a night. Cats are not.\n"
    )
    answer = kept("How much is late checkout?", page, ratio)
    assert "25 euros per hour" in answer
    assert "The pool" not in answer
