"""Pruners of the Provence family: what they keep scores high, what they drop is 0."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors import SemanticCompressor
from headroom.errors import ScorerError
from headroom.scorers import PrunerScorer, Scorer
from headroom.types import RAGContext

SENTENCES = [
    "Pets are welcome on the ground floor.",
    "Breakfast is served at eight.",
    "Dogs pay five euros a night.",
]


class Keeps:
    """A tiny pruner: keeps the sentences with one of its words, reads texts whole."""

    def __init__(self, *words):
        self.words, self.read = words, []

    def process(self, question, context):
        self.read.append((question, context))
        sentences = [each.strip() + "." for each in context.split(".") if each.strip()]
        kept = [s for s in sentences if any(word in s for word in self.words)]
        return {"reranking_score": 3.0, "pruned_context": " ".join(kept)}


def test_what_the_model_keeps_scores_at_least_half_and_the_rest_nothing():
    pets, breakfast, dogs = PrunerScorer(Keeps("Pets", "Dogs")).score(
        "May my dogs come?", SENTENCES
    )
    assert 0.5 <= pets < dogs <= 1.0
    assert breakfast == 0.0


def test_neighbours_are_read_together_and_long_texts_in_parts():
    model = Keeps("Pets")
    PrunerScorer(model).score("dogs", SENTENCES)
    assert model.read == [("dogs", " ".join(SENTENCES))]
    many = [f"Pets number {i} are welcome on the ground floor." for i in range(200)]
    model = Keeps("number 7 ")
    scores = PrunerScorer(model).score("dogs", many)
    assert [i for i, score in enumerate(scores) if score] == [7]
    assert len(model.read) > 3
    assert " ".join(context for _, context in model.read) == " ".join(many)


def test_a_sentence_that_is_cut_scores_what_is_left_of_it():
    class Halves:
        def process(self, question, context):
            return "Pets are welcome on"

    scores = PrunerScorer(Halves()).score("zebra", SENTENCES)
    assert scores == [pytest.approx(0.5 * 4 / 7), 0.0, 0.0]


@pytest.mark.parametrize(
    "answer", ["Pets.", ["Pets."], {"pruned_context": [["Pets."]]}]
)
def test_every_shape_in_which_models_answer_is_read(answer):
    class Answers:
        def process(self, question, context):
            return answer

    assert PrunerScorer(Answers()).score("q", ["Pets.", "No."]) == [0.5, 0.0]


@pytest.mark.parametrize("answer", [None, 3, {"pruned_context": None}, ["a", "b"]])
def test_an_answer_without_a_text_is_named(answer):
    class Answers:
        def process(self, question, context):
            return answer

    with pytest.raises(ScorerError, match="must return a text"):
        PrunerScorer(Answers()).score("q", ["Pets."])


@pytest.mark.parametrize("model", [None, "naver/provence", Keeps])
def test_what_is_no_pruner_is_refused_at_once(model):
    with pytest.raises(ScorerError, match="no process"):
        PrunerScorer(model)


@given(st.text(max_size=20), st.lists(st.text(max_size=40), max_size=6))
def test_scores_are_in_range_one_per_sentence(query, sentences):
    scores = PrunerScorer(Keeps("a", "e")).score(query, sentences)
    assert len(scores) == len(sentences)
    assert all(0 <= score <= 1 for score in scores)


def test_a_pruner_prunes_documents():
    scorer = PrunerScorer(Keeps("Pets"))
    assert isinstance(pickle.loads(pickle.dumps(scorer)), Scorer)
    context = RAGContext("Can I bring my dog?", [" ".join(SENTENCES)])
    assert SemanticCompressor(0.6, scorer=scorer).compress(context) == [SENTENCES[0]]
