"""Laws: what is kept means what it meant, on documents made in ten languages."""

import importlib.util
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.compressors import SemanticCompressor
from headroom.documents.corpus import Corpus
from headroom.types import RAGContext

_FILE = Path(__file__).parents[3] / "benchmarks" / "structured_documents.py"
_spec = importlib.util.spec_from_file_location("structured_documents", _FILE)
structured = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(structured)

LANGUAGES = sorted(structured.WORDS)
RATIOS = st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0])
CHANCES = st.integers(0, 10_000).map(random.Random)


def bm25(ratio, **options):
    return SemanticCompressor(ratio, scorer="bm25", count_tokens=len, **options)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=settings().max_examples // 4)
@given(CHANCES, RATIOS, st.none() | st.integers(20, 400))
def test_a_line_is_kept_with_all_it_needs_or_not_at_all(language, chance, ratio, cap):
    each = structured.made(language, chance)
    found = bm25(ratio, max_tokens=cap).compress(RAGContext(each.query, [each.text]))
    kept = "\n".join(found)
    for need in each.needs:
        if need.line in kept:
            assert [line for line in need.needs if line not in kept] == []


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=settings().max_examples // 4)
@given(CHANCES, RATIOS)
def test_every_kept_line_is_a_line_or_sentence_of_the_document(language, chance, ratio):
    each = structured.made(language, chance)
    for text in bm25(ratio).compress(RAGContext(each.query, [each.text])):
        assert all(line in each.text for line in text.split("\n"))


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=settings().max_examples // 4)
@given(CHANCES)
def test_without_a_floor_and_a_ceiling_nothing_is_lost(language, chance):
    # Equal rows, answers and limits of several parts are no duplicates.
    each = structured.made(language, chance)
    twice = [each.text, each.text.replace("2023", "2021")]
    account = bm25(1.0, min_score=0.0).explain(RAGContext(each.query, twice))
    rules = {need.line for need in each.needs if need.kind == "limit"}
    # A rule that both say is one; its heading need not come twice either.
    gone = [d.text for d in account.dropped if d.reason != "nothing kept below it"]
    assert set(gone) <= rules


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=settings().max_examples // 4)
@given(CHANCES, st.data())
def test_more_room_never_loses_the_context_of_what_stays(language, chance, data):
    each = structured.made(language, chance)
    context = RAGContext(each.query, [each.text])
    small = data.draw(st.sampled_from([0.1, 0.2, 0.3]))
    little = "\n".join(bm25(small).compress(context))
    much = "\n".join(bm25(2 * small).compress(context))
    for need in each.needs:
        if need.line in little and need.line in much:
            assert all(line in much for line in need.needs if line in little)


LINES = st.sampled_from(
    [
        "# Fees", "## Late fees", "Late fees", "Exclusions", "Late fees\n---------",
        "The late fee is 10 euros.", "However, students pay nothing.",
        "It is due at once.",
        "Therefore the fee is waived.", "The fees are:", "- late fee", "  - of a week",
        "1. Is it late?", "(a) late fees, but excluding", "(b) early fees;",
        "| fee | 2023 |", "|---|---|", "| late | 10 |", "| **Late** | |", "| | 12 |",
        "fee:", "  late: 10", "Fee: 10", "Late: yes", "Q: Late?", "A: No.", "> Late?",
        "12:00:01 late fee", "12:00:02 ok", "    at a.b.C(D.java:1)", "```", "",
        "<table>", "<tr><td>late</td><td>1</td></tr>", "- 4 -", "late fee\t10",
        "费用为十元。但是，学生免费。",
        "Die Gebühr gilt ab dem 3. Mai. Jedoch nicht hier.",
    ]
)  # fmt: skip
TEXTS = st.lists(st.lists(LINES, max_size=12).map("\n".join), max_size=3)


@given(st.sampled_from(["late fee", "Is it late?", "费用", "Gebühr"]), TEXTS, RATIOS)
def test_what_a_kept_unit_stands_under_is_kept(query, texts, ratio):
    account = bm25(ratio).explain(RAGContext(query, texts))
    corpus = Corpus(texts, list(map(len, texts)), 10**9)
    kept = {
        i
        for i, unit in enumerate(corpus.units)
        for part in account.kept
        if part.index == unit.document
        and any(a <= unit.start and unit.end <= b for a, b in part.spans)
    }
    for i in kept - corpus.carried:
        unit = corpus.units[i]
        above = {unit.heading, unit.intro, *unit.needs} - {None}
        assert above <= kept, (corpus.texts[i], [corpus.texts[at] for at in above])


@given(TEXTS)
def test_needs_come_from_the_same_document_and_end(texts):
    corpus = Corpus(texts, list(map(len, texts)), 10**9)
    for i, unit in enumerate(corpus.units):
        group = corpus.group(i)
        assert {corpus.units[at].document for at in group} == {unit.document}
        assert unit.heading is None or unit.heading < i
        assert i not in unit.needs
