"""Pieces and their vectors, on a tiny vocabulary made here."""

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


@pytest.fixture(scope="module")
def meaning():
    """Make a table where dog, pet and 狗 point nearly the same way, tax elsewhere."""
    numbers = np.full((len(NAMES), 4), 8, np.uint8)
    numbers[NAMES.index("▁dog")] = 15, 8, 8, 8
    numbers[NAMES.index("▁pet")] = 15, 10, 8, 8
    numbers[NAMES.index("狗")] = 15, 9, 8, 8
    numbers[NAMES.index("▁tax")] = 8, 8, 15, 8
    numbers[NAMES.index("▁the")] = 8, 8, 8, 15
    codes = numbers[:, ::2] | numbers[:, 1::2] << 4
    scores = np.array(list(SCORES.values()), np.float16)
    return Meaning(
        "\n".join(NAMES), {"codes": codes, "scores": scores, "columns": np.ones(4)}
    )


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


def test_words_of_near_meaning_have_near_vectors_in_every_language(meaning):
    words = np.array([NAMES.index(each) for each in ("▁dog", "狗", "▁pet", "▁tax")])
    vectors = meaning.vectors(words)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 1])
    same, chinese, pet, tax = vectors @ vectors[0]
    assert same > chinese > pet > 0.9 > 0.1 > abs(tax)


def test_frequent_words_weigh_little_and_marks_nothing(meaning):
    the, dog, mark, padding = (
        meaning.rarity[NAMES.index(each)] for each in ("▁the", "▁dog", "▁.", "<pad>")
    )
    assert mark == padding == 0 < the < dog


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_texts_are_rows_of_tokens_padded_with_nothing(meaning, texts):
    cut = [meaning.pieces.tokens(text, 9) for text in texts]
    vectors, rarity, mask = meaning.rows(cut)
    assert mask.sum(axis=1).tolist() == list(map(len, cut))
    for tokens, numbers, rare in zip(cut, vectors, rarity, strict=True):
        size = len(tokens)
        assert numbers[:size] == pytest.approx(meaning.vectors(np.array(tokens)))
        assert rare[:size] == pytest.approx(meaning.rarity[tokens])
        assert not numbers[size:].any()
        assert not rare[size:].any()
