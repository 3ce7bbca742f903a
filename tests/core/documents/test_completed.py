"""What a sentence needs from its neighbours: announcements, limits, notes and marks."""

import pytest

from headroom.compressors import SemanticCompressor
from headroom.documents.cues import announces, contrasts
from headroom.documents.structure import split_units
from headroom.types import RAGContext

REST = (
    " The garden has a pond. Trams stop nearby. Lockers are blue. The cook is new."
    " Music plays in the foyer. The stairs are steep."
)


def kept(query, text, ratio=0.35):
    compressor = SemanticCompressor(ratio, scorer="bm25")
    return "".join(compressor.compress(RAGContext(query, [text])))


def said(text):
    return [text[unit.start : unit.end] for unit in split_units(text)]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (
            "How high is the fine?",
            "For drivers from abroad the following rules hold throughout. The fine "
            "is 80 euros.",
        ),
        (
            "Welche Kaution zahlen Studenten?",
            "Für Studenten gelten folgende Regeln ohne Ausnahme. Die Kaution beträgt "
            "90 Euro.",
        ),
        (
            "Quelle est la caution ?",
            "Les conditions suivantes s'appliquent aux mineurs. La caution est de "
            "90 euros.",
        ),
    ],
)
def test_a_rule_comes_with_the_sentence_that_says_whom_it_is_for(query, text):
    assert kept(query, text + REST).startswith(text)


@pytest.mark.parametrize(
    "text",
    [
        "The following day it snowed in the north.",
        "Am folgenden Tag schneite es im Norden.",
        "Le jour suivant il neige.",
        "El día siguiente nieva.",
        "18岁以下免费。",
        "The following three won: Ann, Bo and Cy.",
    ],
)
def test_what_follows_in_time_or_in_the_sentence_is_no_announcement(text):
    assert not announces(text)


LIMITS = [
    "Provided that nobody has eaten.",
    "Note: only in winter.",
    "This applies in winter only.",
    "In winter only.",
    "Scratch that, it is Friday.",
    "One exception: the cellar.",
    "The only exception is the cellar.",
    "Update: it closes at six.",
    "Eine Ausnahme bildet der Keller.",
    "Nur im Winter.",
    "Seule exception : la cave.",
    "Uniquement en hiver.",
    "Excepción: el sótano.",
    "Solo en invierno.",
    "Eccezione: la cantina.",
    "Exceção: a cave.",
    "Uitzondering: de kelder.",
    "Исключение: подвал.",
    "Только зимой.",
    "Jednak nie zimą.",
    "Ancak kışın kapalıdır.",
    "لكن القبو مغلق.",
    "唯一的例外是地下室。",
    "なお、地下室は除きます。",
    "단, 지하실은 제외됩니다.",
    "其实是地下室。",
    "实际上关了。",
    "これは誤りである。",
    "実は閉まっている。",
    "이것은 틀렸다.",
    "Voraussetzung ist die Zustimmung.",
    "前提是主管同意。",
    "Ce n'est plus vrai.",
    "For all others it is closed.",
    "På tisdagar är det dock stängt.",
]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_right_behind_comes_along(limit):
    assert contrasts(limit)
    first = "The sauna is open to guests."
    assert kept("Is the sauna open?", f"{first} {limit}{REST}").startswith(
        f"{first} {limit}"
    )


@pytest.mark.parametrize(
    "text", ["The garden has a pond.", "Notes are on paper.", "Music plays.", "We go."]
)
def test_a_sentence_of_its_own_is_no_limit(text):
    assert not contrasts(text)


@pytest.mark.parametrize("mark", ["~~", "**", "__"])
def test_nothing_is_cut_between_marks(mark):
    struck = f"{mark}Entry is 5 euros. Pay at the door.{mark}"
    assert said(f"{struck} Entry is 7 euros. We go.") == [
        struck,
        "Entry is 7 euros.",
        "We go.",
    ]
    # A mark that nothing closes opens nothing.
    assert said(f"{mark}Entry is 5 euros. We go.")[1:] == ["We go."]


def test_nothing_is_cut_between_brackets():
    first = "It is free (see the plan. It is long.) for guests."
    assert said(f"{first} We go.") == [first, "We go."]


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        (".[^1]", "[^1]: Children pay half."),
        ("*.", "* Children pay half."),
        ("¹.", "¹ Children pay half."),
        ("†.", "† Children pay half."),
    ],
)
def test_the_mark_of_a_note_brings_the_note_and_the_note_its_mark(mark, note):
    first = f"Entry costs 5 euros{mark}"
    text = f"{first}{REST}\n\n{note}"
    for query in ("What does entry cost?", "What do children pay?"):
        out = kept(query, text, 0.4)
        assert first in out
        assert note in out


def test_items_and_emphasis_with_stars_are_no_notes():
    units = split_units("Entry is *5* euros*.\n\n* Dogs pay *nothing*.\n* Cats pay.")
    assert all(not unit.needs for unit in units)


def test_a_definition_is_kept_with_its_term():
    gold = "Gold\n: Covers theft and fire.\n: Covers no water."
    text = f"{gold}\n\nBasic\n\n: Covers fire.\n\nThe roof is red."
    units = split_units(text)
    assert [
        None if unit.intro is None else said(text)[unit.intro] for unit in units
    ] == [None, "Gold", "Gold", None, "Basic", None]
    assert kept("Does Gold cover theft?", f"{text}{REST}", 0.3) == gold
