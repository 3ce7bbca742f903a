"""One document for each kind of fault: what is kept, and what it must come with."""

from itertools import product

import pytest

from headroom.compressors import SemanticCompressor
from headroom.types import RAGContext

OTHERS = [
    "The bus leaves at noon. It has forty seats. Bring a warm coat and good boots.",
    "Our choir meets on Mondays. New voices are welcome. Notes are handed out there.",
]
KINDS = {
    "scope of a list": (
        "What does a haircut cost?",
        "All prices below are before tax.\n\n- Haircut: 30 euros\n- Shave: 12 euros\n"
        "- Colour: 55 euros\n\nOpen until seven.",
        "- Haircut: 30 euros",
        ["All prices below are before tax."],
    ),
    "scope of fields": (
        "Was kostet ein Einzelzimmer?",
        "Alle Preise gelten je Person.\n\nEinzelzimmer: 80 Euro\nDoppelzimmer: 6 Euro\n"
        "Suite: 140 Euro",
        "Einzelzimmer: 80 Euro",
        ["Alle Preise gelten je Person."],
    ),
    "unit of a table": (
        "How many cars did Spain build in 2021?",
        "In thousands.\n\n| Country | 2020 | 2021 |\n|---|---|---|\n"
        "| Spain | 30 | 34 |\n| Italy | 41 | 40 |",
        "| Spain | 30 | 34 |",
        ["In thousands.", "| Country | 2020 | 2021 |"],
    ),
    "scope of the next paragraph": (
        "¿Qué fianza se paga?",
        "Las reglas siguientes valen para menores.\n\nLa fianza es de 90 euros. Se "
        "devuelve al final.\n\nHay un jardín.",
        "La fianza es de 90 euros.",
        ["Las reglas siguientes valen para menores."],
    ),
    "scope of a section": (
        "How long is the notice period?",
        "# Trainees\n\nThis chapter is only for trainees.\n\n## Notice\n\nThe notice "
        "period is one week.\n\n## Pay\n\nPay is due on Fridays.",
        "The notice period is one week.",
        ["# Trainees", "This chapter is only for trainees.", "## Notice"],
    ),
    "scope with a colon": (
        "When does the museum close on working days?",
        "On holidays:\n\nThe museum closes at two.\nThe shop closes at one.\n\n"
        "On working days:\n\nThe museum closes at six.\nThe shop closes at seven.",
        "The museum closes at six.",
        ["On working days:"],
    ),
    "note in brackets": (
        "How many guests may a member bring?",
        "A member may bring 4 guests [1]. Drinks are sold at the bar. The hall has a "
        "stage. Coats hang at the door.\n\n[1] Two on weekends.\n[2] By mail.",
        "A member may bring 4 guests [1].",
        ["[1] Two on weekends."],
    ),
    "note in parentheses": (
        "What does the ferry cost?",
        "The ferry costs 7 euros.(1) It runs all year. Dogs go free. Cabins are warm."
        "\n\n(1) At night 11 euros.\n(2) On deck.",
        "The ferry costs 7 euros.(1)",
        ["(1) At night 11 euros."],
    ),
    "note of a table": (
        "fee for seniors",
        "| Group | Fee |\n|---|---|\n| Seniors | 4 [b] |\n| Adults | 9 |\n\n"
        "[b] Free on Mondays.\n\nThe pool is heated.",
        "| Seniors | 4 [b] |",
        ["| Group | Fee |", "[b] Free on Mondays."],
    ),
    "name of one letter": (
        "What does Plan A include?",
        "Plan C\n\nIt includes 3 rooms and a garden.\n\nPlan B\n\nIt includes 2 rooms "
        "and a cellar.\n\nPlan A\n\nIt includes 9 rooms and a pool.",
        "It includes 9 rooms and a pool.",
        ["Plan A"],
    ),
    "page furniture": (
        "What must staff wear?",
        "Safety Manual\nPage 3\n\nStaff must wear goggles in the lab, and visitors get"
        "\n\nSafety Manual\nPage 4\n\nthem at the door. Coats hang there.\n\n"
        "Safety Manual\nPage 5\n\nExits are green.",
        "Staff must wear goggles in the lab, and visitors get",
        ["them at the door."],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_answers_is_kept_with_its_context(kind):
    query, text, line, needs = KINDS[kind]
    for ratio, documents in product((0.35, 0.5, 0.7), ([text], [text, *OTHERS])):
        found = SemanticCompressor(ratio, scorer="bm25", count_tokens=len).compress(
            RAGContext(query, documents)
        )
        kept = "\n".join(found)
        assert line in kept, ratio
        assert [need for need in needs if need not in kept] == []


def test_running_headers_are_no_headings():
    _, text, _, _ = KINDS["page furniture"]
    account = SemanticCompressor(0.5, scorer="bm25").explain(
        RAGContext("What must staff wear?", [text])
    )
    assert "Safety Manual" not in account.content[0]


def test_the_source_of_a_sentence_is_no_condition_of_it():
    text = "Bees sleep at night [1]. Wasps do not. Ants dig.\n\n[1] Bo, Bees, 2019."
    found = SemanticCompressor(0.4, scorer="bm25").compress(
        RAGContext("Do bees sleep?", [text])
    )
    assert found == ["Bees sleep at night [1]."]
