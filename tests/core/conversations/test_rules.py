"""Rules of a digest: each with what limits it, none from a text that is passed on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import BudgetError, ConversationCompressor
from headroom.conversations.block import Block, parse, write
from headroom.conversations.digest import _Bundles, prune, select
from headroom.conversations.rules import binding_of
from headroom.conversations.units import Unit, answered, is_short, units_of
from headroom.messages import read_messages
from headroom.tokens import messages_tokens

STORY = "The hall has a long history and many visitors came to see it. "


def count(text):
    """Count a token per four characters."""
    return (len(text) + 3) // 4


def digest_of(*said, budget=900, more=24):
    """Return the account of a chat in which the user said these things at first."""
    messages = []
    for text in said:
        messages += [{"role": "user", "content": text}]
        messages += [{"role": "assistant", "content": STORY * 3}]
    for n in range(more):
        messages += [{"role": "user", "content": f"What is in room {n}?"}]
        messages += [{"role": "assistant", "content": STORY * 3}]
    small = ConversationCompressor(budget, keep_turns=1, count_tokens=count)
    return small.explain(messages)


@pytest.mark.parametrize(
    "said",
    [
        "Never call me. Except on Mondays.",
        "Never call me.\nExcept on Mondays.",
        "Always reply in French. But code comments in English.",
        "Never deploy on Fridays. Hotfixes are exempt.",
        "My sister is coming! But only until the 14th, not longer.",
        "The budget cap is $800 in all. Never exceed it without my approval.",
        "Do not send mails. This only applies to the demo account.",
        "On the demo account do what you like. Elsewhere, never delete anything.",
        "If the build is red, wait. Until then, never merge.",
        "Rufen Sie mich nie an. Nur montags.",
        "Jamais d'appel le soir, s'il te plaît. Sauf urgence.",
        "No llames nunca. Salvo los lunes.",
        "Non chiamarmi mai. Tranne il lunedì.",
        "Никогда не звоните мне. Кроме понедельника.",
        "永远不要给我打电话。周一除外。",
        "請始終用法語回答。但是程式碼註解用英語。",
        "決して電話しないでください。ただし月曜日は大丈夫です。",
        "절대 전화하지 마세요. 다만 월요일은 괜찮아요.",
    ],
)
def test_a_rule_stands_with_what_limits_it(said):
    assert any(
        " ".join(said.split()) in " ".join(r.split()) for r in digest_of(said).rules
    )


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (
            "For the demo account only:\n- never send mails\n- list all users\n",
            "For the demo account only:\n- never send mails",
        ),
        (
            "## On weekends\nNever call me.\n\n## Else\nSee you.",
            "On weekends\n- Never call me.",
        ),
        (
            "Always use this header:\n```\n# Copyright Ada\n    # 2026\n```\nThanks!",
            "Always use this header:\n```\n# Copyright Ada\n    # 2026\n```",
        ),
        (
            "Never touch these files:\n- a.py\n- b.py\n\nAnd now build it.",
            "Never touch these files:\n- a.py\n- b.py",
        ),
    ],
)
def test_a_rule_stands_with_its_introduction_its_list_and_its_code(said, rule):
    assert rule in digest_of(said).rules


@pytest.mark.parametrize(
    ("rule", "later"),
    [
        ("Never deploy on Fridays.", "You may deploy on Fridays again."),
        ("Never call me.", "Please call me at 5."),
        ("Nie freitags deployen, bitte.", "Die Regel mit dem Freitag gilt nicht mehr."),
        ("Ne m'appelle jamais.", "Oublie cette règle."),
        ("永远不要给我打电话。", "现在可以给我打电话了。"),
    ],
)
def test_what_withdraws_a_rule_stands_right_behind_it(rule, later):
    kept = digest_of(rule, "I like the blue room.", later)
    both = [text for text in kept.rules if rule in text]
    assert len(both) == 1
    assert both[0].endswith(f" …\n{later}")
    assert later not in kept.digest.partition("<conversation_digest")[2]


def test_what_withdraws_a_rule_of_an_earlier_digest_is_an_instruction_too():
    messages = [{"role": "user", "content": "Never deploy on Fridays."}]
    messages += [{"role": "assistant", "content": STORY * 4}]
    for n in range(40):
        said = "You may deploy on Fridays again." if n == 14 else f"Room {n}?"
        messages += [{"role": "user", "content": said}]
        messages += [{"role": "assistant", "content": STORY * 4}]
    small = ConversationCompressor(2_000, keep_turns=1, count_tokens=count)
    session = small.session()
    for end in range(2, len(messages) + 1, 2):
        kept = session.explain(messages[:end])
    rules = "\n".join(kept.rules)
    assert rules.index("Never deploy") < rules.index("You may deploy")
    assert kept.content == small.compress(messages)


@pytest.mark.parametrize(
    "said",
    [
        "<doc\u200bument>\nNever call us.\n</doc\u200bument>",
        "Look: <email>Never call us.</email>",
        "Read this mail:\n- never call us\n- always pay",
        "Translate to French: Never call us.",
        "Übersetze das: Ruf uns nie an, never call us.",
        "翻译：never call us, 永远不要打电话。",
        "The wiki states that you must never call us, which is outdated.",
        "The prompt of our bot is: Never call us.",
        'He wrote "never call us" to me.',
        "Here is the mail I got:\nNever call us.",
        "She said never call us.",
    ],
)
def test_what_is_passed_on_holds_no_rule(said):
    assert digest_of(said).rules == ()


def test_what_stands_behind_a_list_that_is_passed_on_is_the_user_s_own():
    said = "Read this mail:\n- never call us\n- always pay\n\nAlways answer in German."
    assert digest_of(said).rules == ("Always answer in German.",)


def test_a_rule_that_answers_a_question_stands_with_it():
    messages = [
        {"role": "assistant", "content": "Shall I call you on Sundays?"},
        {"role": "user", "content": "Never."},
    ]
    for n in range(24):
        messages += [{"role": "user", "content": f"What is in room {n}?"}]
        messages += [{"role": "assistant", "content": STORY * 3}]
    small = ConversationCompressor(900, keep_turns=1, count_tokens=count)
    rules = small.explain(messages).rules
    assert rules == ("assistant: Shall I call you on Sundays?\nNever.",)


SAID = (
    "Never delete files. Except logs.",
    "Do not use tabs, use spaces.",
    "For the demo only:\n- never send mails\n- always ask",
    "You may delete files again.",
    "Always reply in French.",
    "My budget is 400 euros.",
    "她对花生过敏，所以请不要放任何花生。",
    "What is in room 7?",
    "I liked the blue one best.",
)


@given(st.lists(st.sampled_from(SAID), min_size=4, max_size=20), st.floats(0.05, 0.9))
def test_a_rule_never_stands_in_the_quoted_part(said, share):
    messages = []
    for text in said:
        messages += [{"role": "user", "content": text}]
        messages += [{"role": "assistant", "content": STORY}]
    messages.append({"role": "user", "content": "And now?"})
    limit = 60 + int(share * messages_tokens(messages, count))
    small = ConversationCompressor(
        limit, keep_turns=1, trigger=0.9, target=0.9, count_tokens=count
    )
    try:
        digest = small.explain(messages).digest
    except BudgetError:
        return
    for block in parse(digest):
        for word in ("ever ", "o not", "lways", "budget", "不要"):
            assert word not in block.body


@pytest.mark.parametrize(
    ("said", "binds"),
    [
        ("My sister Carla may join, don't book anything for her until I say so.", True),
        ("We have two dogs, so never leave the gate open.", True),
        ("Nous avons deux chiens, ne laissez pas la porte ouverte.", True),
        ("Wir haben zwei Hunde, also lass das Tor nie offen.", True),
        ("Abbiamo due cani, quindi non lasciare il cancello aperto.", True),
        ("It must never be left open.", True),
        ("Die Datei darf nicht gelöscht werden.", True),
        ("Il cliente non deve saperlo.", True),
        ("And remember that you may not sign anything.", True),
        ("Every time you edit a file, run the linter.", True),
        ("We can't spend more than $400.", True),
        ("dont call before 9", True),
        ("Bel me niet voor 10 uur.", True),
        ("No lo borres.", True),
        ("Nevolejte před devátou.", True),
        ("Tolong jangan telepon sebelum jam 9.", True),
        ("Xin đừng gọi trước 9 giờ.", True),
        ("सुबह 9 बजे से पहले फोन मत करना।", True),
        ("मेरा मत अलग है।", False),
        ("No lo sé.", False),
        ("It must not have been easy.", False),
        ("Every time you go there, it rains.", False),
        ("My flight was late, I never got my bag.", False),
        ("I was in Rome, never seen such a crowd.", False),
        ("I tried a vegan mac and cheese recipe that I had found online.", False),
        ("It must be a fashion.", False),
        ("Every time I go home, the dog greets me.", False),
    ],
)
def test_a_clause_with_a_subject_of_its_own_tells_and_the_next_may_command(said, binds):
    assert bool(binding_of(said)) is binds


@pytest.mark.parametrize(
    "mark", ["-", "'", "- ", "a-", "-'", "=", ".", "_", "no-", "’"]
)
def test_lines_of_marks_are_no_rules_and_take_no_time(mark):
    assert binding_of(mark * (200 // len(mark))) == 0


def test_a_limit_in_the_next_message_stands_with_the_rule():
    assert digest_of("Never call me.", "Except on Mondays.").rules == (
        "Never call me. …\nExcept on Mondays.",
    )


@given(st.integers(1, 200))
def test_rules_come_first_as_long_as_one_fits(budget):
    units = [Unit(0, "user", "rule", "Never call me after 8.", 3)]
    units += [Unit(n, "user", "said", f"Room {n} is blue.") for n in range(1, 40)]
    kept = select(units, budget, count)
    marks = count(write(Block(1, 1, ".", ("",)), preamble=False))
    marks -= count(write(Block(1, 1, "."), preamble=False))
    if budget >= marks + count(units[0].text) + 4:
        assert kept.rules == ("Never call me after 8.",)


def test_short_prohibitions_come_before_a_long_request_with_a_limit():
    long = "Plan a trip to Lisbon for us, budget 3000 euros, unless we go in August."
    units = [Unit(0, "user", "rule", long, 3)]
    units += [
        Unit(n, "user", "rule", text, 2)
        for n, text in enumerate(("No night flights.", "No gluten for Ben."), 1)
    ]
    kept = select(units, 40, count)
    assert kept.rules == ("No night flights.", "No gluten for Ben.")


@pytest.mark.parametrize(
    ("rule", "later"),
    [
        (
            "No threshold sessions until I say so.",
            "Threshold is fine again from next week on.",
        ),
        (
            "Never delete readings of kiln-2.",
            "And kiln-2 may be deleted after 10 years.",
        ),
        (
            "Не предлагайте мировое соглашение.",
            "Я подумал: мировое соглашение теперь можно обсудить.",
        ),
        ("No comments in the code.", "Comments are OK for exported names."),
        (
            "Er verträgt kein Ibuprofen.",
            "Emil darf Ibuprofen doch nehmen. Aber nicht mehr als 150 mg auf einmal.",
        ),
        (
            "我妈妈可能也去，先不要给她订，等我通知。",
            "妈妈决定去了，给她也订一张。",
        ),
        (
            "My sister Carla may join, don't book anything for her until I confirm.",
            "Carla is coming!",
        ),
    ],
)
def test_a_rare_word_that_both_say_ties_a_later_permission_to_its_rule(rule, later):
    assert digest_of(rule, later).rules == (f"{rule} …\n{later}",)


def test_what_speaks_of_an_amendment_stands_with_the_rule_too():
    rule = "Never delete readings of kiln-2."
    may = "And kiln-2 may be deleted at the depot."
    limit = "The depot closes in June."
    assert digest_of(rule, may, limit).rules == (f"{rule} …\n{may} …\n{limit}",)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            "Never ring the bell before 9 o'clock.",
            ["Rehearsal is Monday, 15 o'clock.", "Rehearsal is Friday, 10 o'clock."],
        ),
        (
            "لا تتصل بي قبل الساعة 8 صباحا.",
            ["الدرس يوم الأحد الساعة 16:00.", "نقل الدرس إلى الأربعاء الساعة 11:00."],
        ),
        (
            "งบประมาณไม่เกิน 2500 บาท",
            ["ประชุมวันอังคาร 14:00 ห้อง 118", "ประชุมเลื่อนเป็นวันศุกร์ 11:00"],
        ),
    ],
)
def test_a_word_that_is_said_of_something_else_later_ties_nothing(rule, said):
    assert rule in digest_of(rule, *said).rules


def test_of_rules_that_share_as_rare_a_word_the_one_with_more_of_it_is_meant():
    rules = ["Bel ons nooit voor 11 uur.", "Geef niet meer dan 90 euro uit."]
    hotel, bell = (
        "Voor de taxi mag je tot 120 euro gaan.",
        "Zondag mag je om 10 uur bellen.",
    )
    assert digest_of(*rules, hotel, bell).rules == (
        f"{rules[0]} …\n{bell}",
        f"{rules[1]} …\n{hotel}",
    )


@pytest.mark.parametrize(
    ("rule", "later"),
    [
        (
            "My cousin Edda may come, don't reserve for her until I confirm.",
            "Edda comes!",
        ),
        ("i cant do wednesdays", "wednesdays ok now"),
        (
            "Não venda nada sem a minha confirmação.",
            "Pode vender sem confirmação até 5 cadeiras.",
        ),
        (
            "Never order anything without my consent.",
            "You may order tea without consent.",
        ),
    ],
)
def test_a_rule_and_its_amendment_stand_together_or_neither_does(rule, later):
    said = ["I plan a feast.", rule, later, *("What of the wine?" for _ in range(9))]
    units = [
        Unit(at, "user", "rule" if text == rule else "said", text, binding_of(text))
        for at, text in enumerate(said)
    ]
    for limit in range(20, 300, 10):
        kept = [unit.text for unit in prune(units, limit)]
        assert (rule in kept) == (later in kept), limit
    there = set()
    for budget in range(240, 700, 20):
        digest = digest_of("I plan a feast.", rule, later, budget=budget).digest or ""
        assert (rule in digest) == (later in digest), budget
        there.add(rule in digest)
    assert True in there


def test_a_permission_to_do_without_turns_a_prohibition():
    rule = "Não venda nada sem a minha confirmação."
    may = "Pode vender sem confirmação até 5 cadeiras."
    assert digest_of(rule, may).rules == (f"{rule} …\n{may}",)


def test_a_short_reply_stands_with_what_it_replies_to():
    units = [
        Unit(0, "user", "said", "Tell me whether the sauna is open on Sundays"),
        Unit(1, "assistant", "said", "It isn't.", closes=()),
    ]
    units[1:] = answered(units[1:], units[:1])
    bundles = _Bundles(units, set(), {})
    assert bundles.of(0, set()) == [0, 1]
    assert bundles.of(1, set()) == [1, 0]


def test_a_correction_in_the_same_message_stands_with_the_rule():
    said = "新幹線は自由席でお願いします。いや、やっぱり指定席で。"
    assert said in digest_of(said).rules


def test_a_call_that_failed_gives_way_to_the_same_call_made_again():
    answers = ["AttributeError: 1 failed, 8 passed", "9 passed in tests/test_cart.py"]
    messages = [{"role": "user", "content": "Fix the test."}]
    for n, answer in enumerate(answers):
        made = {"name": "run_tests", "arguments": '{"path": "tests/test_cart.py"}'}
        calls = [{"id": f"c{n}", "type": "function", "function": made}]
        messages += [{"role": "assistant", "content": None, "tool_calls": calls}]
        messages += [{"role": "tool", "tool_call_id": f"c{n}", "content": answer}]
    for n in range(12):
        messages += [{"role": "user", "content": f"What is in room {n}?"}]
        messages += [{"role": "assistant", "content": STORY * 3}]
    alone = 0
    for limit in range(230, 340, 10):
        small = ConversationCompressor(limit, keep_turns=1, count_tokens=count)
        digest = small.explain(messages).digest
        assert "AttributeError" not in digest or "9 passed" in digest
        alone += "9 passed" in digest and "AttributeError" not in digest
    assert alone


@pytest.mark.parametrize("limit", range(200, 420, 20))
def test_a_history_without_a_digest_is_told_as_soon_as_there_is_room(limit):
    messages = [{"role": "user", "content": "Never call me after 8 pm."}]
    messages += [{"role": "assistant", "content": STORY}]
    for text in ("Tell me a story.", "Another one."):
        messages += [{"role": "user", "content": text}]
        messages += [{"role": "assistant", "content": STORY * 7}]
    messages += [{"role": "user", "content": "And now?"}]
    small = ConversationCompressor(limit, keep_turns=1, count_tokens=count)
    result = small.explain(messages)
    assert result.digest or len(result.content) == len(messages)
    assert messages_tokens(result.content, count) <= limit


def test_a_status_goes_with_the_other_fields_of_its_record():
    row = {"id": 7, "retry": False, "note": "x" * 40, "status": "failed"}
    text = json.dumps([row])
    units = units_of(read_messages([{"role": "tool", "content": text}])[0], 0, {})
    bundles = _Bundles(units, set(), {})
    at = next(n for n, unit in enumerate(units) if unit.text == "retry=false")
    assert any(units[n].text == "status=failed" for n in bundles.of(at, set()))


def test_a_rule_that_is_said_again_and_again_is_no_unit_of_all_of_them() -> None:
    """The digest was empty: one rule had all later ones in it, and did not fit."""
    facts = "the flight leaves on 12 May; Ada never flies at night, and pays by card"
    said = [" ".join(facts.split()[n:] + facts.split()[:n]) for n in range(12)]
    account = digest_of(*(f"turn {n}: {text}" for n, text in enumerate(said)))
    assert account.rules
    assert max(rule.count("turn ") for rule in account.rules) <= 3


def test_one_word_of_many_ties_no_statement_to_a_rule():
    rule = "My wife is allergic to shellfish: any meal is cleared with the kitchen."
    other = "Please show me how the kitchen of the old royal palace looked long ago."
    assert rule in digest_of(rule, "A blue room.", other).rules


def test_what_limits_a_permission_stands_with_it_and_so_does_a_third_amendment():
    rule = "Never book anything without asking me first."
    later = (
        "You may book trains under 40 euros without asking.",
        "Except night trains.",
        "And trains in first class must be asked for again.",
    )
    assert digest_of(rule, *later).rules == (" …\n".join((rule, *later)),)


@pytest.mark.parametrize(
    ("said", "binds"),
    [
        ("You are not to ring the neighbours.", True),
        ("Every page needs a title.", True),
        ("Lights off before you leave, nothing stays on.", True),
        ("Ohne mein Wort wird nichts bestellt.", True),
        ("Sono intollerante al lattosio.", True),
        ("Só quartos com varanda, por favor.", True),
        ("Her zaman kısa cevap ver.", True),
        ("Il n'a jamais plu ici.", False),
        ("Kein Problem.", False),
        ("Nunca he visto nieve.", False),
        ("Nigdy nie byłem w Pradze.", False),
        ("Le panneau dit qu'il ne faut pas courir.", False),
        ("看板に立入禁止と書いてあります。", False),
    ],
)
def test_a_cue_binds_by_who_is_spoken_of_before_it(said, binds):
    assert bool(binding_of(said)) is binds


def test_parallel_rules_stay_two_rules():
    rules = ("Actually, Tom needs a vegan meal.", "Actually, Lea needs a vegan meal.")
    assert digest_of(*rules).rules == rules


def test_what_was_said_of_a_failed_call_stands_only_with_the_later_answer():
    answers = ['{"status": "failed", "error": "disk full"}', '{"status": "ok"}']
    said = ["The disk of staging vol-7 is full.", "Release R-20 is on staging."]
    messages = [{"role": "user", "content": "Deploy it to staging."}]
    for n, answer in enumerate(answers):
        made = {"name": "deploy", "arguments": '{"env": "staging"}'}
        calls = [{"id": f"c{n}", "type": "function", "function": made}]
        messages += [{"role": "assistant", "content": None, "tool_calls": calls}]
        messages += [{"role": "tool", "tool_call_id": f"c{n}", "content": answer}]
        messages += [{"role": "assistant", "content": said[n]}]
        messages += [{"role": "user", "content": f"And what is in room {n}?"}]
    for n in range(12):
        messages += [{"role": "assistant", "content": STORY * 3}]
        messages += [{"role": "user", "content": f"What is in room {n}?"}]
    for budget in range(260, 420, 20):
        small = ConversationCompressor(budget, keep_turns=1, count_tokens=count)
        digest = small.explain(messages).digest
        if "disk full" in digest or "vol-7" in digest:
            assert "status=ok" in digest


def test_half_a_character_can_be_measured():
    assert is_short("Yes \ud800.")
