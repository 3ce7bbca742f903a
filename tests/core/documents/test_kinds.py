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
    "clauses below an open one": (
        "Which goods are not insured?",
        "§ 4 Goods\n(1) Insured are all goods in the house.\n(2) Not insured are goods "
        "that\n1. were lent to others,\n2. are kept outdoors.\n(3) Pay within a week.",
        "1. were lent to others,",
        ["§ 4 Goods", "(2) Not insured are goods that"],
    ),
    "prohibition among permissions": (
        "What may hikers not do?",
        "<h2>Rules</h2><p>Hikers may not:</p><ul><li>light fires</li><li>pick flowers"
        "</li></ul><p>Hikers may:</p><ul><li>camp</li><li>swim</li></ul>",
        "<li>light fires</li>",
        ["<h2>Rules</h2>", "<p>Hikers may not:</p>"],
    ),
    "rows of tags over lines": (
        "price of the Solo plan",
        "<table>\n  <tr>\n    <th>Plan</th>\n    <th>Price</th>\n  </tr>\n  <tr>\n"
        "    <td>Duo</td>\n    <td>9</td>\n  </tr>\n  <tr>\n    <td>Solo</td>\n"
        "    <td>5</td>\n  </tr>\n</table>",
        "<td>Solo</td>\n    <td>5</td>",
        ["<th>Plan</th>\n    <th>Price</th>"],
    ),
    "record of a list of records": (
        "What is the age of Ulf?",
        '[\n  {\n    "name": "Ina",\n    "age": 31\n  },\n  {\n    "name": "Ulf",\n'
        '    "age": 44\n  }\n]',
        '    "age": 44',
        ['  {\n    "name": "Ulf",'],
    ),
    "reply of a transcript": (
        "How long does the battery last?",
        "[00:01] Ann: hello there\n[00:03] Ben: how long does the battery last\n"
        "[00:05] Ann: two days\n[00:07] Ben: and is a case in the box\n"
        "[00:09] Ann: no\n[00:11] Ben: thanks a lot for that",
        "[00:05] Ann: two days",
        ["[00:03] Ben: how long does the battery last"],
    ),
    "abbreviation after an apostrophe": (
        "Quel est le délai ?",
        "Selon l'art. 9 al. 2 du bail, le délai est de 4 mois. M. Petit paie la "
        "caution. Le jardin est grand.",
        "Selon l'art. 9 al. 2 du bail, le délai est de 4 mois.",
        [],
    ),
    "refuted claim": (
        "Is the lake clean?",
        "A leaflet says that the lake is clean. Tests of May have shown this to be "
        "wrong. The lake has two islands. Boats are for hire.",
        "A leaflet says that the lake is clean.",
        ["Tests of May have shown this to be wrong."],
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
        size = len(line) + sum(map(len, needs))
        assert line in kept or 1.3 * size > ratio * len("".join(documents)), ratio
        if line in kept:
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


def test_in_a_language_without_cues_the_next_sentence_comes_along_if_it_fits():
    text = (
        "Giá vé là 40 nghìn. Riêng trẻ nhỏ vào cửa miễn phí. Có ba tầng. Quán ăn ở "
        "dưới. Xe buýt đến lúc chín giờ."
    )
    for ratio, sentences in ((0.25, 1), (0.5, 2)):
        compressor = SemanticCompressor(ratio, scorer="bm25", count_tokens=len)
        (kept,) = compressor.compress(RAGContext("Giá vé là bao nhiêu?", [text]))
        assert kept == ". ".join(text.split(". ")[:sentences]) + "."
