"""What a text is cut into, and what each part needs: one story for each field kind."""

import sys
from collections import Counter

import pytest

from headroom.compressors import SemanticCompressor
from headroom.documents.corpus import Corpus
from headroom.documents.structure import split_units
from headroom.types import RAGContext


def read(text):
    """Return the units of a text: what they say, with what else each needs."""
    corpus = Corpus([text], [len(text)], 10**9)
    said = [text.strip() for text in corpus.texts]
    return {
        said[i]: [said[at] for at in sorted(corpus.group(i)) if at != i]
        for i in range(len(corpus.units))
        if corpus.units[i].kind not in {"markup", "frame"}
    }


def kept(query, *texts, ratio=1.0, **options):
    compressor = SemanticCompressor(ratio, scorer="bm25", **options)
    return compressor.compress(RAGContext(query, texts))


# Lines


@pytest.mark.parametrize(
    "sentence",
    [
        "The lift in the east wing carries at most\n12 people at a time.",
        "The order was signed in the spring by\nDr. Olga Brandt of the Ministry.",
        "Below the tower the miners found\nThree chests of silver.",
        "Der Vertrag wird geschlossen zwischen der\nGemeinde Linz und "
        "dem Verein\nSonnenhof.",
    ],
)
def test_a_wrapped_sentence_is_one_unit(sentence):
    before = "Nobody has been here for at least a year."
    assert sentence in read(f"{before}\n{sentence}\nIt rains today.")


def test_a_label_and_its_value_are_one_unit():
    text = "Zug\nElevation\n425 m\nPopulation\n30,618\n\nThe town is old. It is small."
    assert text.split("\n\n")[0] in read(text)


def test_an_address_comes_whole():
    text = "Graz office\nMill Lane 4\n8010 Graz\n\nLinz office\nPort Road 7\n4020 Linz"
    assert list(read(text)) == text.split("\n\n")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_give_the_same_headings(ends):
    text = "Covered\n-------\n\nFire.\n\nExclusions\n----------\n\nDamage by mice."
    units = read(text.replace("\n", ends))
    assert units["Damage by mice."] == [f"Exclusions{ends}----------"]


def test_a_page_number_inside_of_a_sentence_does_not_cut_it():
    text = "The full dose is only reached after\n\n- 4 -\n\nthree weeks. Then stop."
    assert read(text)["three weeks."] == ["The full dose is only reached after"]
    assert "three weeks." in read(text)["The full dose is only reached after"]


@pytest.mark.parametrize(
    "text",
    [
        "Der Kurs beginnt am 3. März im Raum Nr. 12 usw. und endet um 18 Uhr.",
        "Kurz začíná 3. března v 18 hodin a trvá do května.",
        "Se recomienda una dosis de 5 mg. al día para los adultos.",
        "The class org.acme.Store.Writer is used by default e.g. in Vienna.",
    ],
)
def test_no_sentence_ends_in_a_date_an_abbreviation_or_a_name(text):
    assert list(read(f"{text} Ende.")) == [text, "Ende."]


# Headings


@pytest.mark.parametrize(
    "heading",
    ["Exclusions", "EXCLUSIONS", "4.2 Exclusions", "§ 7 Exclusions", "不予赔偿"],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_short_line_above_a_paragraph_is_its_heading(heading, gap):
    text = f"{heading}{gap}Damage by mice is meant here. So is frost."
    units = read(text)
    assert heading in units["Damage by mice is meant here."]
    assert heading in units["So is frost."]


def test_all_headings_above_come_along():
    text = "# Log\n\n## 2.0\n\n### Removed\n\n- XML\n\n## 1.9\n\n### Removed\n\n- CSV"
    assert read(text)["- XML"] == ["# Log", "## 2.0", "### Removed"]
    assert read(text)["- CSV"] == ["# Log", "## 1.9", "### Removed"]


@pytest.mark.parametrize(
    "label",
    [
        "— {} —",
        "★ {}",
        "◆ {}",
        "▼ {}",
        "【{}】",
        "〈{}〉",
        "[{}]",
        "（１）{}",
        "• {}",
        "~ {} ~",
        "<b>{}</b><br>",
        "<u>{}</u>",
    ],
)
def test_a_label_that_any_sign_sets_apart_is_the_heading_of_its_text(label):
    text = "{}\nTarifa de {} euros. Se paga en caja.\n\n"
    kids, adults = label.format("iNiños"), label.format("Adultos")
    units = read(text.format(kids, 4) + text.format(adults, 9))
    assert units["Tarifa de 4 euros."] == [kids]
    assert units["Tarifa de 9 euros."] == [adults]


def test_a_bold_paragraph_is_a_heading_and_a_paragraph_of_sentences_is_none():
    text = "<p><strong>Kids</strong></p>\n<p>It costs 4. Pay here.</p>\n"
    units = read(text + text.replace("Kids", "Others").replace("4", "9"))
    assert units["<p>It costs 4."] == ["<p><strong>Kids</strong></p>"]
    assert units["<p>It costs 9."] == ["<p><strong>Others</strong></p>"]


@pytest.mark.parametrize(
    ("part", "chapter"),
    [
        ("Teil {}: Miete", "Kapitel {}: Geld"),
        ("DEEL {}: HUUR", "Hoofdstuk {} – Geld"),
        ("Частина {}. Оренда", "Розділ {}: Гроші"),
        ("Del {}: Hyra", "Kapitel {}: Pengar"),
    ],
)
def test_headings_that_look_alike_are_of_one_level(part, chapter):
    text = f"{part.format('A')}\n\n{chapter.format(1)}\n\n1.1 Zins\n\n12 zahlt Kim.\n\n"
    text += f"{chapter.format(2)}\n\n2.1 Zins\n\n13 zahlt Kim.\n\n"
    text += f"{part.format('B')}\n\n{chapter.format(3)}\n\n3.1 Zins\n\n14 zahlt Kim."
    units = read(text)
    above = [part.format("A"), chapter.format(2), "2.1 Zins"]
    assert units["13 zahlt Kim."] == above
    assert units["14 zahlt Kim."] == [part.format("B"), chapter.format(3), "3.1 Zins"]


def test_a_plain_heading_leaves_the_title_of_the_text_open():
    text = "Annual report\n\n1 Sales\n\nWe sold more.\n\nOutlook\n\nWe go on."
    assert read(text)["We go on."] == ["Annual report", "Outlook"]


@pytest.mark.parametrize(
    "item", ["- Mehiläiset saa pitää vain\nlaajalla", "(2) Nur für\nGäste"]
)
def test_a_word_alone_with_the_end_mark_belongs_to_the_line_above(item):
    units = read(f"{item}.\n- Toinen kohta on tämä.")
    assert f"{item}." in units


@pytest.mark.parametrize(
    "label", ["Title: Parental leave", "Leave > Parental leave", "Section: Leave"]
)
def test_what_a_chunker_puts_in_front_is_a_heading(label):
    text = f"{label}\n\nEmployees may stay at home for up to 420 days."
    answer = "Employees may stay at home for up to 420 days."
    assert read(text)[answer] == [label]
    (found,) = kept("How long is parental leave?", text)
    assert answer in found


# Lists


@pytest.mark.parametrize(
    "bullet", ["-", "●", "▪", "○", "➢", "\uf0b7", "–", "✓", "1.", "(a)"]
)
def test_items_of_any_bullet_come_with_what_introduces_them(bullet):
    text = (
        f"You may not\n\n{bullet} bring glass bottles\n\nYou may\n\n{bullet} play ball"
    )
    units = read(text)
    assert units[f"{bullet} bring glass bottles"] == ["You may not"]
    assert units[f"{bullet} play ball"] == ["You may"]


def test_a_lazy_second_line_belongs_to_its_item():
    text = "Leave\n\n- Whoever has worked a year gets thirty\ndays.\n- Others get none."
    assert "- Whoever has worked a year gets thirty\ndays." in read(text)


def test_nested_items_come_with_their_parent():
    text = (
        "Install it:\n- Linux\n  - Run apt\n- Windows\n  - Start setup\n    - Confirm"
    )
    units = read(text)
    assert units["- Run apt"] == ["Install it:", "- Linux"]
    assert units["- Confirm"] == ["Install it:", "- Windows", "- Start setup"]
    text = "1. Employees\n(a) get leave;\n(b) get sick pay.\n2. Guests\n(a) get none."
    assert read(text)["(b) get sick pay."] == ["1. Employees"]
    assert read(text)["(a) get none."] == ["2. Guests"]


@pytest.mark.parametrize(
    "turn", ["but excluding", "jedoch ausgenommen", "sauf", "salvo"]
)
def test_an_item_that_turns_the_list_comes_with_those_after_it(turn):
    text = f"It covers:\n(a) parts;\n(b) labour, {turn}\n(c) labour on Sundays."
    assert read(text)["(c) labour on Sundays."] == ["It covers:", f"(b) labour, {turn}"]
    assert read(text)["(a) parts;"] == ["It covers:"]


# Tables


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("| city | rooms |\n|---|---|", "| Linz | 7 |"),
        ("| | 2023 | |\n| city | H1 | H2 |\n|---|---|---|", "| Linz | 7 | 8 |"),
        ("| a | 2023 | |\n|---|---|---|\n| | H1 | H2 |", "| Linz | 7 | 8 |"),
        ("| c | r |\n+===+===+", "| Linz | 7 |"),
        ("city    rooms\n----    -----", "Linz    7"),
        ("city\trooms", "Linz\t7"),
        ("id,city,rooms", "2,Linz,7"),
        ("id;city", "2;Linz"),
        ("<tr><th>city</th><th>rooms</th></tr>", "<tr><td>Linz</td><td>7</td></tr>"),
    ],
)
def test_a_row_comes_with_all_header_rows(header, row):
    text = "\n".join([header, row.replace("Linz", "Graz"), row])
    assert read(text)[row] == [header]


def test_a_row_comes_with_its_section_and_the_row_its_blank_cell_points_at():
    text = (
        "| EUR | 2023 |\n|---|---|\n| **Europe** | |\n| Sales | 5 |\n| **Asia** | |\n"
        "| Sales | 6 |\n| | 7 |"
    )
    header = "| EUR | 2023 |\n|---|---|"
    units = read(text)
    assert units["| Sales | 6 |"] == [header, "| **Asia** | |"]
    assert units["| | 7 |"] == [header, "| **Asia** | |", "| Sales | 6 |"]


def test_a_row_comes_with_each_row_that_a_cell_reaches_down_from():
    blank = "| EU | Graz | slow |\n| | | fast |\n| | Linz | slow |\n| | | dear |"
    units = read(f"| where | town | train |\n|---|---|---|\n{blank}")
    assert units["| | | dear |"][1:] == ["| EU | Graz | slow |", "| | Linz | slow |"]
    spanned = (
        '<tr><td rowspan="2">Graz</td><td>slow</td><td>19</td></tr>\n'
        "<tr><td>fast</td><td>25</td></tr>\n"
        "<tr><td>Linz</td><td rowspan=2>slow</td><td>14</td></tr>\n"
        "<tr><td>Wels</td><td>17</td></tr>"
    )
    units = read(f"<table>\n{spanned}\n</table>")
    first, fast, linz, wels = spanned.split("\n")
    assert units[fast] == [first]
    assert units[linz] == []
    assert units[wels] == [linz]


@pytest.mark.parametrize(
    "section", ["| {0} | {0} | {0} |", "| *{0}* | | |", "| __{0}__ | - | – |"]
)
def test_a_row_of_one_name_is_a_section_of_the_rows_below(section):
    rows = "| sales | 5 | 6 |\n| costs | 4 | 3 |"
    asia, africa = section.format("Asia"), section.format("Africa")
    units = read(f"| EUR | H1 | H2 |\n|---|---|---|\n{asia}\n{rows}\n{africa}\n{rows}")
    assert units["| costs | 4 | 3 |"][1:] == [africa]


def test_a_row_without_values_is_no_section_where_each_row_has_its_own_name():
    text = "| day | from | to |\n|---|---|---|\n| Mon | - | - |\n| Tue | 9 | 17 |"
    assert "| Mon | - | - |" not in read(text)["| Tue | 9 | 17 |"]


def test_the_row_below_the_heading_that_is_asked_for_comes_first():
    rows = "| ticket | price |\n|---|---|\n| child | {} |"
    summer, winter = rows.format(15), rows.format(21)
    text = f"## Summer\n\n{summer}\n\n## Winter\n\n{winter}"
    (found,) = kept("child ticket in winter", text, ratio=0.5)
    assert "| child | 21 |" in found


# Data, logs


def test_indented_data_comes_with_the_keys_above_it():
    text = "services:\n  web:\n    memory: 512Mi\n  worker:\n    memory: 2Gi"
    assert read(text)["memory: 2Gi"] == ["services:", "worker:"]
    # Its indentation too: it says what stands under what.
    found = kept("memory of the worker", text, ratio=0.7)
    assert found == ["services:\n  worker:\n    memory: 2Gi"]
    web = '{\n  "name": "web",\n  "size": 3\n }'
    job = '{\n  "name": "job",\n  "size": 4\n }'
    text = f"[\n {web},\n {job}\n]"
    assert '"name": "job",' in read(text)['"size": 4']


@pytest.mark.parametrize(
    "stamp",
    [
        "Mar  3 02:0{}:01 vault d[1]:",
        "2025-01-0{} 10:00:00",
        "[0{}] x",
        "level=info ts={}",
    ],
)
def test_lines_of_a_log_are_units(stamp):
    lines = [
        f"{stamp.format(i)} tenant {i} was written to disk=sdb" for i in range(1, 6)
    ]
    assert list(read("\n".join(lines))) == lines


def test_a_trace_comes_with_its_entry_and_its_message():
    entry, cause = "2025-01-01 10:00:01 ERROR it failed", "Caused by: no space on blue"
    text = f"2025-01-01 10:00:00 INFO go\n{entry}\n\tat a.b.C(D.java:1)\n{cause}\n"
    units = read(text + "2025-01-01 10:00:02 INFO end")
    assert units[entry] == [cause]
    assert units[cause] == [entry]


# Questions, mail


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("2. Can I rename it?", "Yes."),
        ("Q. Can I rename it?", "A. Yes."),
        ("Frage: Darf ich kochen?", "Antwort: Nein."),
        ("> When is the deadline?", "On Friday."),
        ("**Can I rename it?**", "Yes, for five euros."),
    ],
)
def test_an_answer_comes_with_its_question(question, answer):
    other = question.replace("2.", "3.") + " Or not?"
    text = f"{question}\n{answer}\n\n{other}\nNo, never."
    assert read(text)[answer] == [question]


def test_a_reply_above_the_quoted_question_comes_with_it():
    text = (
        "Hi Jo,\n\nThursday noon, please.\n\nMara\n\n> By when must it be sent?\n> Jo"
    )
    assert "> By when must it be sent?" in read(text)["Thursday noon, please."]


# What sentences lean on


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        ("The limit is 50 MB.", "However, since version 3 it is 200 MB."),
        ("The fee is 40 euros.", "Students, however, pay nothing."),
        ("The bridge is safe.", "That claim is wrong."),
        ("The ferry runs daily.", "But not between Christmas and New Year."),
        ("Die Gebühr beträgt 40 Euro.", "Jedoch zahlen Kinder nichts."),
        ("Le tarif est de 40 euros.", "Toutefois, les enfants ne paient rien."),
        ("La tarifa es de 40 euros.", "Sin embargo, los niños no pagan."),
        ("La tariffa è di 40 euro.", "Tuttavia i bambini non pagano."),
        ("A tarifa é de 40 euros.", "Porém, as crianças não pagam."),
        ("Het tarief is 40 euro.", "Echter, kinderen betalen niets."),
        ("Тариф составляет 40 евро.", "Однако дети не платят."),
        ("费用为四十元。", "但是，学生免费。"),
        ("料金は四十円です。", "ただし、子供は無料です。"),
        ("You pay nothing before May.", "Otherwise, half of the price is due."),
    ],
)
def test_a_rule_is_never_without_its_limit(rule, limit):
    units = read(f"{rule} {limit} Soup is served.")
    assert units[rule] == [limit]
    assert units[limit] == [rule]


@pytest.mark.parametrize(
    "sentence",
    [
        "Therefore the flight was cancelled.",
        "That is why the flight was cancelled.",
        "Both received the medal.",
        "In the same year the bridge fell.",
        "Deshalb fiel der Flug aus.",
        "Por eso se canceló el vuelo.",
    ],
)
def test_what_says_nothing_alone_comes_with_the_sentence_before(sentence):
    before = "Fog covered the runway until noon."
    assert read(f"{before} {sentence}")[sentence] == [before]


def test_a_line_that_sets_the_scope_comes_with_the_paragraph_below():
    text = "For contracts before 2020:\n\nThree months.\n\nFor others:\n\nOne month."
    assert read(text)["One month."] == ["For others:"]


# Duplicates


def test_equal_lines_about_different_things_are_no_duplicates():
    records = "Name: Ada\nRoom: 12\n\nName: Bea\nRoom: 12"
    assert kept("Who lives in which room?", records) == [records]
    plans = [
        "# Basic\n\nPhone support is included.",
        "# Pro\n\nPhone support is included.",
    ]
    assert kept("phone support", *plans) == plans
    faq = "May I cook?\nYes.\n\nMay I park?\nYes."
    assert kept("May I cook or park?", faq) == [faq]


def test_a_whole_sentence_is_no_half_of_a_longer_one():
    rule = "Refunds are paid within ten days."
    other = "Refunds are paid within ten days only where the shoes were not worn."
    found = kept(
        "When are refunds paid?", f"Returns are free. {rule}", f"So be it. {other}"
    )
    assert rule in found[0]
    assert other in found[1]


# Floors


@pytest.mark.parametrize(
    "echo",
    [
        "Related questions: How do I reset the router? Why?",
        "3.1 How to reset the router ........... 7",
        "To reset the router, follow these steps.",
        "How do I reset the router?",
    ],
)
def test_what_only_repeats_the_question_sets_no_floor(echo):
    steps = "Unplug the cable of the router. Hold the button for ten seconds."
    account = SemanticCompressor(0.8, scorer="bm25", count_tokens=len).explain(
        RAGContext("How do I reset the router?", [echo, steps, "Soup is hot."])
    )
    assert "Unplug the cable of the router." in "\n".join(account.content)
    assert "Soup is hot." not in account.content or "openings" in account.skipped


def test_where_no_word_is_shared_openings_come_back_with_the_reason():
    texts = ["Die Kündigungsfrist beträgt drei Monate.", "Der Urlaub beträgt 30 Tage."]
    compressor = SemanticCompressor(0.6, scorer="bm25")
    account = compressor.explain(RAGContext("How long is the notice period?", texts))
    assert account.content == [texts[0]]
    assert account.skipped == (
        "no document shares a word with the query: openings are kept, not relevance"
    )


def test_general_advice_beside_the_answer_is_no_completion_of_it():
    texts = [
        "The company matches 401k contributions up to 4% of the salary. "
        "Saving early for "
        "old age is a good habit for everybody.",
        "The canteen opens at noon. Parking is free for guests.",
    ]
    for count in (None, len, lambda text: len(text.split())):
        found = kept("What is the 401k match?", *texts, ratio=0.9, count_tokens=count)
        assert found == [
            "The company matches 401k contributions up to 4% of the salary."
        ]


# Speech


def test_speech_without_full_stops_is_cut_before_small_words_with_a_capital():
    text = (
        "so thanks for joining today We start with the budget The budget is up four "
        "percent Then there is the clinic in Wells The opening moves from May to "
        "September That is the plan Jane will tell the press next week We also talked "
        "about parking again And the last point is the summer fair of the school"
    )
    assert "The opening moves from May to September" in read(text)


def test_speech_without_stops_is_cut_where_its_verbs_and_pauses_are():
    speech = (
        "안녕하세요 여러분 오늘은 도서관 이야기를 합니다 도서관은 공사 때문에 닫혀 "
        "있습니다 새 입구는 북쪽에 생깁니다 책은 옆 건물에서 빌릴 수 있습니다 "
        "다음 주에 다시 알려 드립니다"
    )
    parts = [speech[unit.start : unit.end] for unit in split_units(speech)]
    assert len(parts) > 2
    assert all(part.endswith("다") for part in parts)
    assert " ".join(parts) == speech


# Many lines


def calls_to_read(text):
    calls = Counter()
    sys.setprofile(lambda frame, event, _: calls.update([event]))
    try:
        split_units(text)
    finally:
        sys.setprofile(None)
    return calls.total()


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("Part B: Fees\n\n", 1200),
        ("- \n", 1200),
        ("Title: fees\n", 1200),
        ('<table><tr><td rowspan="999" colspan="999">fee</td></tr>\n', 100),
    ],
)
def test_many_equal_lines_are_read_in_proportional_time(line, times):
    assert calls_to_read(line * 2 * times) < 2.5 * calls_to_read(line * times)


def test_a_long_list_of_conditions_is_not_kept_as_a_whole():
    items = "".join(f"- the fee of year {n} is paid\n" for n in range(1, 40))
    needs = read(f"You may, if:\n{items}")["- the fee of year 7 is paid"]
    assert needs == ["You may, if:"]


def test_each_condition_of_a_list_needs_all_others():
    read_list = read(
        "You may cancel for free if:\n(a) you are ill,\n(b) you have a note, and\n"
        "(c) you tell us before noon.\n"
    )
    assert {"(a) you are ill,", "(b) you have a note, and"} <= {
        *read_list["(c) you tell us before noon."]
    }
