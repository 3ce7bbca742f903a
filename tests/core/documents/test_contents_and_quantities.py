"""What names the answer, and which of several numbers the question is about."""

import pytest

from headroom.compressors import SemanticCompressor
from headroom.documents.structure import split_units
from headroom.types import RAGContext

ANSWER = "A parcel that comes late is paid back in full after ten days."
REST = [
    "Visitors park behind the main building. The reception opens at eight.",
    "The canteen offers two warm meals a day. Payment is by card only.",
]
CONTENTS = [
    "Contents\n1 Orders ....... 3\n1.2 Refund of late parcels ... 7\n2 Data .... 9",
    "1 Orders 3\n1.2 Refund of late parcels 7\n2 Data protection 9",
    "Table of contents\n\nOrders\nRefund of late parcels\nData protection",
    "# Contents\n\n- [Orders](#orders)\n- [Refund of late parcels](#refund)\n"
    "- [Data](#data)",
    "<ul><li><a href='#o'>Orders</a></li><li><a href='#r'>Refund of late parcels"
    "</a></li><li><a href='#d'>Data</a></li></ul>",
    "Index\n\norders, 3\nparcels, late, refund of, 7, 9-12\nreturns, 14",
    "Inhaltsverzeichnis\r\n1. Orders  3\r\n2. Refund of late parcels  7\r\n3. Data  9",
]


@pytest.mark.parametrize("contents", CONTENTS)
def test_contents_do_not_stand_in_for_the_answer(contents):
    query = "refund of late parcels"
    found = SemanticCompressor(0.6, scorer="bm25").compress(
        RAGContext(query, [contents, ANSWER, *REST])
    )
    assert found == [ANSWER]


@pytest.mark.parametrize("contents", CONTENTS)
def test_contents_are_kept_where_nothing_else_has_to_do_with_the_query(contents):
    kept, *_ = SemanticCompressor(0.6, scorer="bm25").compress(
        RAGContext("the page about the refund of late parcels", [contents, *REST])
    )
    assert "efund" in kept


RESET = "Hold the button for ten seconds. A lamp blinks."


@pytest.mark.parametrize(
    ("query", "texts", "answer"),
    [
        (
            "refund of late parcels",
            [CONTENTS[0], "Money comes back within ten days.", "Parcels are grey."],
            "Money comes back within ten days.",
        ),
        (
            "How do I reset the router?",
            ["This section tells how to reset a router.\n\n" + RESET],
            "Hold the button for ten seconds.",
        ),
        (
            "How do I reset the router?",
            [f"---\ntitle: How do I reset the router?\ntags: [router]\n---\n\n{RESET}"],
            "Hold the button for ten seconds.",
        ),
        (
            "How do I reset the router?",
            [f"Subject: How do I reset the router?\nFolder: Support\n\n{RESET}"],
            "Hold the button for ten seconds.",
        ),
        (
            "How do I reset the router?",
            ["From bo: How do I reset the router? I cannot find it.", RESET],
            "Hold the button for ten seconds.",
        ),
        (
            "ルーターを初期化するにはどうすればよいですか。",
            ["ルーターを初期化するにはどうすればよいですか。", "釦を十秒間押します。"],
            "釦を十秒間押します。",
        ),
        (
            "What do children of 15 pay?",
            ["Under six: free.\n\nFrom thirteen to sixteen: four euros."],
            "From thirteen to sixteen: four euros.",
        ),
    ],
)
def test_beside_what_repeats_the_question_openings_are_kept(query, texts, answer):
    account = SemanticCompressor(0.5, scorer="bm25", count_tokens=len).explain(
        RAGContext(query, [*texts, *REST])
    )
    assert answer in "\n".join(account.content)


@pytest.mark.parametrize(
    "text",
    [
        "Adults 10\nGroups 20\nSeniors 8",
        "Contents\n\n- two cables\n- one stand\n- a remote control",
        "Ticket   Price\nAdult   10\nGroup   20\nFamily   30",
    ],
)
def test_prices_and_what_is_in_a_box_are_no_contents(text):
    assert all(unit.kind != "contents" for unit in split_units(text))


@pytest.mark.parametrize(
    ("query", "rules", "right"),
    [
        (
            "What does a child of 7 years pay?",
            "- Children up to 5 years pay 1 euro.\n- Children from 6 to 13 years pay "
            "4 euros.\n- Children over 13 years pay 9 euros.",
            "4 euros",
        ),
        (
            "Welche Frist gilt für Verträge von 2023?",
            "Verträge vor 2020:\n\nDie Frist beträgt drei Monate zum Ende des "
            "Quartals.\n\nVerträge ab 1. Januar 2020:\n\nDie Frist beträgt einen Monat "
            "zum Ende des Jahres.",
            "einen Monat",
        ),
        (
            "How much leave is there in the first three years?",
            "- Staff of more than three years get 30 days of leave.\n- Staff of less "
            "than three years get 20 days of leave.",
            "20 days",
        ),
        (
            "¿Cuánto cuesta un paquete de 12 kg?",
            "- Un paquete hasta 5 kg cuesta 3 euros.\n- Un paquete hasta 20 kg cuesta "
            "8 euros.",
            "8 euros",
        ),
    ],
)
def test_of_several_rules_the_one_whose_range_holds_the_number_is_kept(
    query, rules, right
):
    found = "".join(
        SemanticCompressor(0.3, scorer="bm25").compress(RAGContext(query, [rules]))
    )
    assert right in found


def test_a_section_row_without_its_rows_is_not_kept():
    table = (
        "| | 2021 | 2022 |\n|---|---|---|\n| Europe | | |\n| Revenue | 120 | 140 |\n"
        "| Cost | 80 | 90 |\n| Asia | | |\n| Revenue | 60 | 75 |\n| Cost | 40 | 42 |"
    )
    for ratio in (0.4, 0.5, 0.6, 0.7, 0.8):
        compressor = SemanticCompressor(ratio, scorer="bm25")
        lines = compressor.compress(RAGContext("revenue in 2022", [table]))
        rows = "".join(lines).split("\n")
        assert rows[-1].startswith(("| Revenue", "| Cost"))
        assert "| Europe | | |" in rows


def test_a_part_of_a_compound_matches_where_nothing_else_does():
    text = (
        "Sommersaison\n\nDie Gebühr beträgt 12 Euro am Tag. Hunde sind erlaubt.\n\n"
        "Wintersaison\n\nDie Gebühr beträgt 20 Euro am Tag. Hunde sind verboten."
    )
    query = "Wie hoch ist die Gebühr im Winter?"
    found = SemanticCompressor(0.4, scorer="bm25").compress(RAGContext(query, [text]))
    assert "".join(found).startswith("Wintersaison\n\nDie Gebühr beträgt 20 Euro")
