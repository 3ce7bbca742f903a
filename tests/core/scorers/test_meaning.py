"""Pieces and how they match, on a tiny vocabulary made here."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.scorers.meaning import Meaning
from headroom.scorers.pieces import UNKNOWN, Pieces, plain

SCORES = {
    "<pad>": 0.0,
    "<unk>": 0.0,
    "▁": -3.0,
    "▁dog": -11.0,
    "▁pet": -12.0,
    "s": -5.0,
    "▁the": -5.0,
    "▁tax": -12.0,
    "狗": -12.0,
    "▁.": -4.0,
}
NAMES = list(SCORES)


def named(tokens):
    return [NAMES[token] for token in tokens]


def learned(size):
    """Make matching weights: `size` is how far they are from knowing only cosines."""
    chance = np.random.default_rng(1)
    shapes = {
        "query.weight": (3, 4, 3),
        "sentence.weight": (3, 4, 3),
        "query_weight.weight": (1, 5, 3),
        "sentence_weight.weight": (1, 5, 3),
        "query_weight.bias": (1,),
        "sentence_weight.bias": (1,),
    }
    return {
        **{name: size * chance.normal(size=shape) for name, shape in shapes.items()},
        "alike": np.array(1.0),
        "rarity": np.array(2.0),
        "mix": np.array([12.0, 4.0, 4.0, 0.0, 0.0, -7.0]),
    }


def meaning(size=0.0):
    """Make a table where dog, pet and 狗 point nearly the same way, tax elsewhere."""
    numbers = np.full((len(NAMES), 4), 8, np.uint8)
    numbers[NAMES.index("▁dog")] = 15, 8, 8, 8
    numbers[NAMES.index("▁pet")] = 15, 10, 8, 8
    numbers[NAMES.index("狗")] = 15, 9, 8, 8
    numbers[NAMES.index("▁tax")] = 8, 8, 15, 8
    numbers[NAMES.index("▁the")] = 8, 8, 8, 15
    codes = numbers[:, ::2] | numbers[:, 1::2] << 4
    scores = np.array(list(SCORES.values()), np.float16)
    table = {"codes": codes, "scores": scores}
    return Meaning("\n".join(NAMES), table, learned(size))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The dogs.", ["▁the", "▁dog", "s", "▁."]),
        ("petDog", ["▁pet", "▁dog"]),
        ("ＤＯＧ", ["▁dog"]),
        ("狗狗", ["狗", "狗"]),
        ("", ["<unk>"]),
        ("\ud800", ["<unk>"]),
    ],
)
def test_text_is_cut_into_its_likeliest_pieces(text, expected):
    assert named(Pieces(SCORES).tokens(text, 9)) == expected


@given(st.text())
def test_any_text_has_tokens_of_the_vocabulary_and_no_more_than_asked_for(text):
    tokens = Pieces(SCORES).tokens(text, 5)
    assert 1 <= len(tokens) <= 5
    assert all(0 < token < len(SCORES) for token in tokens)
    assert plain(plain(text)) == plain(text) or not text.isascii()


def test_a_word_without_end_is_cut_in_reasonable_time():
    assert Pieces(SCORES).tokens("s" * 100_000, 8) == [NAMES.index("s")] * 8


def test_an_unknown_character_is_one_token():
    assert named(Pieces(SCORES).tokens("dogé", 9)) == ["▁dog", NAMES[UNKNOWN]]


def test_words_of_near_meaning_match_in_every_language():
    sentences = ["the pet.", "狗", "tax", "the dog", "?!"]
    pet, chinese, tax, same, nothing = meaning().logits("the dog", sentences)
    assert same >= chinese > pet > 0 > tax >= nothing


def test_frequent_words_and_marks_decide_nothing():
    the, dog = meaning().logits("the dog.", ["the.", "dog"])
    assert the < -4 < 4 < dog


def test_what_was_learned_tells_words_apart_that_the_table_does_not():
    table = meaning()
    dogs_first, pets_first = "dog pet tax", "pet dog tax"
    assert table.logits("dog", [dogs_first]) == pytest.approx(
        table.logits("dog", [pets_first])
    )
    found = meaning(0.5).logits("dog", [dogs_first, pets_first])
    assert found[0] != pytest.approx(found[1], abs=1e-3)


@given(st.text(max_size=20), st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_a_sentence_has_one_logit_whatever_stands_beside_it(query, sentences):
    table = meaning(0.5)
    together = table.logits(query, sentences)
    assert together.shape == (len(sentences),)
    assert np.all(np.isfinite(together))
    for sentence, logit in zip(sentences, together, strict=True):
        assert table.logits(query, [sentence])[0] == pytest.approx(logit, abs=1e-3)
