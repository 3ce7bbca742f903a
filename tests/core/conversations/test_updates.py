"""Updates: what a later statement certainly replaces, and what it leaves alone."""

import pytest

from headroom.conversations.digest import select
from headroom.conversations.rules import binding_of
from headroom.conversations.units import Unit
from headroom.conversations.updates import settled


def lines_of(*texts):
    """Return a digest with room for all that the user said in these messages."""
    units = [
        Unit(2 * n, "user", "rule" if binding_of(text) else "said", text)
        for n, text in enumerate(texts)
    ]
    kept = select(units, 2_000, len)
    return [*kept.rules, *kept.lines]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("Deploy region is us-east-1.", "Change the deploy region to eu-west-1."),
        ("FACT: Launch deadline is 2027-03-19.", "Update: the launch moved to 08-21."),
        ("The codename is OTTER-12.", "We changed the codename to HERON-77."),
        ("The trip costs $700 in all.", "Now the trip costs $900 in all."),
        ("Report all times in UTC.", "From now on, report all times in Pacific time."),
    ],
)
def test_a_newer_value_of_the_same_thing_stands_alone_however_much_room(earlier, later):
    lines = lines_of(earlier, "The rooms are blue.", later)
    assert any(later in line for line in lines)
    assert not any(earlier in line for line in lines)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("No nuts in the cake for Anna.", "No nuts in the cake for Ben."),
        ("Actually, Tom needs a vegan meal.", "Actually, Lea needs a vegan meal."),
        ("Make it blue in the kitchen.", "Make it blue in the bathroom."),
        ("The address of order 1001 is Hill 4.", "Now order 1002 is at Hill 4."),
        ("Move the review to Thursday.", "Move the demo to Thursday."),
        ("The budget meeting is now at 14:00.", "The hiring meeting is now at 15:00."),
        ("The deploy region is us-1.", "The backup deploy region is now eu-1."),
        ("Server A is now in rack 5.", "Server B is now in rack 7."),
        ("Room 7 is blue.", "Room 8 is blue."),
        ("Never call me on Monday.", "Actually, never call me on Friday."),
        ("I spent $50 on fuel.", "I spent $70 on fuel."),
        ("The fee of the pool is now 8 euros.", "The fee of the sauna is now 9 euros."),
        ("Talks with the mill are at 9.", "Talks with the port are now at 11."),
        ("Der Code für den Keller ist jetzt 12.", "Der Code für das Tor ist jetzt 34."),
        ("La llave de Eva ahora es roja.", "La llave de Iván ahora es verde."),
        ("Le quai du bac est maintenant 3.", "Le quai du ferry est maintenant 5."),
        (
            "From now on call Ines in the mornings.",
            "From now on call Otto in the evenings.",
        ),
        ("Eva will now come on Monday.", "Otto will now come on Friday."),
        (
            "In the east wing the bar opens at 8 now.",
            "In the west wing the bar opens at 9.",
        ),
        ("Ticket BR-1 is now open.", "Ticket BR-2 is now closed."),
        ("My fax at work is now 555-0303.", "My fax at home is now 555-0404."),
        ("My aunt's hat size is now 57.", "My uncle's hat size is now 61."),
    ],
)
def test_what_is_said_of_another_thing_replaces_nothing(one, other):
    lines = lines_of(one, "The weather is fine.", other)
    assert any(one in line for line in lines)
    assert any(other in line for line in lines)


@pytest.mark.parametrize(
    ("request_", "rule", "later"),
    [
        (
            "Réserve un hôtel au port pour le 12 juin, 3 nuits, chambre double.",
            "Ne m'appelle jamais le matin.",
            "Finalement, ce sera 4 nuits.",
        ),
        (
            "Bitte plane den Umzug am Freitag mit 35 Kartons ins neue Haus.",
            "Keine Anrufe vor 10 Uhr.",
            "Es sind jetzt 48 Kartons.",
        ),
    ],
)
def test_one_word_ties_a_changed_number_to_its_request_and_to_no_rule(
    request_, rule, later
):
    units = [
        Unit(0, "user", "said", request_),
        Unit(2, "user", "rule", rule, rank=1),
        Unit(4, "user", "said", later),
    ]
    found, changed, joined = settled(units)
    assert changed == {0: (2, False)}
    assert not joined
    assert found == units
    for budget in range(30, 400, 10):
        kept = select(units, budget, len)
        assert rule in kept.rules or not kept.rules
        assert later in kept.text or request_ not in kept.text
