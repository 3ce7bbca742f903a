"""Made questions: right in both texts, balanced, the same for the same seed."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors import JSONMinifier
from headroom.verification import made_questions
from headroom.verification.matching import folded, holds
from headroom.verification.questions import found

PAYLOADS = sorted((Path(__file__).parents[3] / "examples" / "payloads").glob("*.json"))
SCALARS = (
    st.none()
    | st.booleans()
    | st.just(float("nan"))
    | st.integers(-99, 99)
    | st.text(max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["id", "name", "a.b", "x", "ü"]), inner)
    ),
    max_leaves=30,
)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_said(value):
    return value if isinstance(value, str) else json.dumps(value)


def check(value, compressed, question):
    """The answer follows from both values, found without the question's maker."""
    back = JSONMinifier.decode(compressed)
    if question.device == "dropped":
        assert found(back, question.path) != found(value, question.path)
        return
    for whole in (value, back):
        there, leaf = found(whole, question.path)
        [answer] = question.answers
        if question.kind in ("look-up", "position"):
            assert there
            assert as_said(leaf) == answer
        elif question.kind == "null":
            state = "absent" if not there else "null" if leaf is None else "empty"
            assert state == answer
            assert not leaf
        elif question.kind == "keys":
            _, parent = found(whole, question.path[:-1])
            assert ", ".join(parent) == answer
        else:
            row = [type(step) for step in question.path].index(int)
            _, rows = found(whole, question.path[:row])
            inside = question.path[row + 1 :]
            same = [found(each, inside) for each in rows]
            assert same.count((True, leaf)) >= int(answer)


@given(VALUES, st.sampled_from(["auto", "table", "json"]), st.booleans())
def test_every_answer_is_in_both_texts_or_called_dropped(value, form, lossless):
    minifier = (
        JSONMinifier.lossless(format=form) if lossless else JSONMinifier(format=form)
    )
    compressed = minifier.compress(json.dumps(value))
    for question in made_questions(value, compressed):
        check(value, compressed, question)
        assert not (lossless and question.device == "dropped")


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_questions_on_a_payload(path):
    value = json.loads(path.read_bytes())
    compressed = JSONMinifier().compress(path.read_bytes())
    questions = made_questions(value, compressed)
    assert len({one.text for one in questions}) == len(questions) == 12
    for one in questions:
        check(value, compressed, one)
        if one.kind in ("look-up", "position", "count"):
            assert not holds(folded(one.text), folded(one.answers[0]))
        if one.plain_span and one.kind in ("look-up", "position"):
            written = compact(value)[slice(*one.plain_span)]
            assert as_said(json.loads(written)) == one.answers[0]


def test_the_nine_payloads_make_sixty_questions_on_every_device_and_kind():
    devices, kinds = Counter(), Counter()
    for path in PAYLOADS:
        value = json.loads(path.read_bytes())
        for one in made_questions(value, JSONMinifier().compress(value)):
            if one.counts:
                devices[one.device] += 1
                kinds[one.kind] += 1
    assert sum(devices.values()) >= 60
    wanted = ("literal", "default", "override", "reference", "template")
    assert min(devices[device] for device in wanted) >= 9
    assert (
        min(kinds[kind] for kind in ("look-up", "position", "count", "null", "keys"))
        >= 3
    )


def test_a_seed_decides_and_nothing_else():
    value = json.loads(PAYLOADS[0].read_bytes())
    compressed = JSONMinifier().compress(value)
    one, same, other = (
        made_questions(value, compressed, seed=seed) for seed in (1, 1, 2)
    )
    assert one == same != other


def test_most_is_kept():
    value = json.loads(PAYLOADS[1].read_bytes())
    compressed = JSONMinifier().compress(value)
    assert [len(made_questions(value, compressed, most)) for most in (0, 1, 50)] == [
        0,
        1,
        50,
    ]


def test_a_row_is_named_by_its_key_and_a_value_by_its_path():
    rows = [{"id": 10 + i, "user": {"login": f"user{i}"}, "n": None} for i in range(9)]
    text = JSONMinifier.lossless().compress({"rows": rows, "total": 40})
    value = {"rows": rows, "total": 40}
    asked = {
        one.text: one
        for seed in range(20)
        for one in made_questions(value, text, 99, seed)
    }
    one = asked["What is `user.login` of the item of `rows` whose `id` is `13`?"]
    assert one.answers == ("user3",)
    assert one.path == ("rows", 3, "user", "login")
    assert asked["What is `user.login` of the 2nd item of `rows`?"].answers == (
        "user1",
    )
    assert asked["What is the top-level `total`?"].answers == ("40",)
    assert asked["How many items of `rows` have null in `n`?"].answers == ("9",)


def test_absent_null_and_empty_are_told_apart():
    rows = [
        {"id": i, "a": None, "b": [], "c": 1} if i % 2 else {"id": i} for i in range(6)
    ]
    questions = made_questions(rows, JSONMinifier.lossless().compress(rows), 99)
    answers = {one.answers[0] for one in questions if one.kind == "null"}
    assert answers == {"null", "empty", "absent"}


def test_what_was_dropped_is_asked_for_and_does_not_count():
    rows = [{"id": i, "secret": f"s{i}"} for i in range(6)]
    text = JSONMinifier(exclude_keys=["secret"]).compress(rows)
    gone = [one for one in made_questions(rows, text) if one.device == "dropped"]
    assert gone
    assert not any(one.counts for one in gone)
    assert all(one.path[-1] == "secret" for one in gone)
