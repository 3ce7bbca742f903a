"""Answers are compared without regard to how they are put."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.verification.matching import folded, holds, is_not_given, matches

WORDS = st.text("abcdefgh", min_size=1)


@given(st.text(), st.text(min_size=1), st.text())
def test_a_word_between_spaces_is_found(before, word, after):
    assert holds(f"{before} {word} {after}", word)


def test_folding_ignores_what_answers_are_compared_without():
    assert folded(" The  “Word”! ") == "the “word”"


@pytest.mark.parametrize(
    ("given", "expected", "kind"),
    [
        ("open", "open", "look-up"),
        ("**Open**.", "open", "look-up"),
        ("The state is `open`.", "open", "position"),
        ("Answer: open", "open", "look-up"),
        ('"Crash, on save"', "Crash, on save", "look-up"),
        ("7", "7", "count"),
        ("There are 7 of them", "7", "count"),
        ("1,204", "1204", "look-up"),
        ("1.10", "1.1", "look-up"),
        ("yes", "true", "look-up"),
        ("It is null, I think.", "null", "null"),
        ("Not given.", "absent", "null"),
        ("`id`, `name` and `state`", "id, name, state", "keys"),
        ("state\nid\nname", "id, name, state", "keys"),
        ("The fee is due on May 1, at noon", "May 1", "own question"),
    ],
)
def test_right_answers(given, expected, kind):
    assert matches(given, [expected], kind)


@pytest.mark.parametrize(
    ("given", "expected", "kind"),
    [
        ("", "open", "look-up"),
        ("closed", "open", "look-up"),
        ("reopened", "open", "look-up"),
        ("17", "7", "count"),
        ("3 or 7", "7", "count"),
        ("true or false", "true", "look-up"),
        ("null or empty", "null", "null"),
        ("id, name", "id, name, state", "keys"),
        ("id, name, state, url", "id, name, state", "keys"),
        ("open, closed, shut, ajar, " * 5, "open", "look-up"),
        ("not given", "May 1", "own question"),
    ],
)
def test_wrong_answers(given, expected, kind):
    assert not matches(given, [expected], kind)


@given(st.lists(WORDS, min_size=1), st.sampled_from(["look-up", "own question"]))
def test_each_spelling_of_the_answer_is_right(spellings, kind):
    assert all(matches(one, spellings, kind) for one in spellings)


@pytest.mark.parametrize("said", ["Not given.", "not given", "The key is absent."])
def test_a_reader_may_say_that_there_is_nothing(said):
    assert is_not_given(said)
    assert not is_not_given("given")
