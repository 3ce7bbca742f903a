"""Updates: what a later statement of the user's does to an earlier one.

Three things, each by one rule:

- It replaces the earlier one if it says that it changes something and differs from it
  at one place only, a value behind what both are about: "The port is now 8081". A
  second difference makes it another thing: "The port of staging is now 8081".
- It stands beside the earlier one if it says that it changes something, or gives
  another amount, and shares its rare words.
- It stands with a rule, and neither without the other, if it is no such rule itself
  and shares the rule's rare words, or if it turns what the rule says.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from headroom.conversations.rules import (
    NEGATIONS,
    STANDING,
    announces_rules,
    any_of,
)
from headroom.conversations.spoken import goes_on
from headroom.conversations.units import Unit, asks, is_short
from headroom.conversations.words import VALUE, words_of
from headroom.scorers.words import stem

__all__ = ["settled"]

_FLAGS = re.IGNORECASE
# What says that something stands for something else: named beside it, or said before.
_INSTEAD_OF = re.compile(
    any_of(
        r"instead_of rather_than (?:an)?statt anstelle au_lieu_de plutôt_que en_(?:vez|lugar)_de invece_di em_vez_de"
        r" in_plaats_van вместо zamiast"
    )
    + "|而不是|代替|の代わり|ではなく|대신",
    _FLAGS,
)
_REPLACES = re.compile(
    any_of(
        r"instead(?!_of) no_longer(?!_than) not_any_?more from_now_on rotat(?:ed|ion) (?:quick_)?update: new (?:has_|have_)?change[sd]? stattdessen nicht_mehr(?!_als)"
        r" ab_(?:jetzt|sofort) geändert ne_\w+_plus désormais ya_no a_partir_de non_più(?!_di) d'ora_in não_mais(?!_(?:de|do_que|que)) niet_meer(?!_dan) больше_не теперь"
    )
    + "|不再|改为|改成|变更|変更|변경",
    _FLAGS,
)
_CHANGES = re.compile(
    r"^no, |"
    + any_of(
        r"actually i_meant correction scratch_that forget wait i_was_wrong back_to move_it make_it set_it changed?_my_mind (?:has_|have_)?moved?s? switched"
        r" renamed replaced postponed rescheduled rebased updated now eigentlich doch(?:_lieber)? korrektur verschoben jetzt neue?[rsn]? en_fait"
        r" finalement plutôt à_la_place maintenant changé nouve(?:au|lle) en_realidad mejor corrección ahora cambi[oó] nuev[oa] anzi"
        r" in_realtà adesso ora invece cambiat\w nuov[oa] na_verdade agora mudou nov[oa] eigenlijk toch nu gewijzigd на_самом_деле"
        r" изменил\w* новы\w+ teraz jednak"
    )
    + "|现在|换成|更正|実は|やっぱり|今は|아니|바꿔|이제",
    _FLAGS,
)
_ADDS = re.compile(
    any_of(
        r"also too as_well another additionally besides plus both again second auch noch_ein\w* zusätzlich aussi encore también además"
        r" otr[oa] anche também outr[oa] ook"
    )
    + "|[?？؟]|也|还|また|도 ",
    _FLAGS,
)
# What is said for one says nothing of another: "for Ben". A place may be one of several
# ("in the hall") or the value itself ("in Pacific time", with "from now on").
_PLACES = frozenset(("in", "im", "en", "em", "dans", "в", "w", "v"))
_SCOPES = _PLACES | {
    *("for", "of", "with", "by", "at", "für", "von", "bei", "mit", "pour", "de", "du"),
    *("chez", "para", "con", "per", "di", "da", "voor", "van", "för", "til", "для"),
    *("от", "у", "dla", "od", "u"),
}
_NEGATES = re.compile(any_of(NEGATIONS) + "|不|没|別|ない|않|안 ", _FLAGS)
# "You may buy it without asking" denies the asking, not the buying.
_WITHOUT = re.compile(
    any_of("without ohne sans sin senza sem zonder utan uden uten bez без"), _FLAGS
)
_SENTENCE = re.compile(r"[.!?] |[。！？]")
_OPENS = re.compile(r"^(?:no|nein|non|nee|нет|nie),\s+", _FLAGS)
# A mark such as "FACT:" says nothing of what the statement is about.
_MARK = re.compile(r"^[A-Z][A-Z ]{2,30}:\s")
# What makes a number an amount, of which one thing hardly has two.
_AMOUNT = frozenset("$€£¥₹%")
_NUMBERS = frozenset(("number", "amount"))
_SHORT_CHARACTERS = 160
# A lighter word tells nothing of what a statement is about; a pair of characters of
# writing without spaces tells half of what a word does.
_LEAST_WEIGHT = 0.5
# A statement is compared with the last ones of each of its rarest words.
_MOST_WORDS, _REACH, _MOST_COMPARED = 8, 30, 12
# What only the rule and the later statement say tells what both are about.
_RARE = 2
# What shares so much of a rule's words speaks of the same; what shares so much and
# doesn't turn it says it again. One shared word of more tells nothing of the rule.
_ABOUT_SHARE, _SAME_SHARE, _TOLD_SHARE = 0.5, 0.75, 0.2
# A rule with all that is said of it later has so many characters at most.
_MOST_RULE_CHARACTERS = 400


class _Statement(NamedTuple):
    """What a statement says.

    Attributes:
        keys: What it is about: its words, each with the kind of value that it gives,
            "" for none.
        values: Those of its words that give a value, by its kind.
        order: All its words in order, but for what says that something changes and for
            the light words that it opens with.
        negated: It denies something.
        opens_negated: Its first sentence does, not only with a "without".
        changes: It says that it changes something, and adds nothing.
        replaces: It says that something stands for something else.
    """

    keys: dict[str, str]
    values: dict[str, set[str]]
    order: tuple[str, ...]
    negated: bool
    opens_negated: bool
    changes: bool
    replaces: bool


@lru_cache(maxsize=4096)
def _statement(text: str) -> _Statement:
    keys: dict[str, str] = {}
    order: list[str] = []
    # That it changes something is not what it is about.
    bare = _MARK.sub("", text)
    replaces = _REPLACES.search(text) is not None
    changes = replaces or _CHANGES.search(text) is not None
    if changes or bare != text:
        bare = _REPLACES.sub(" ", _CHANGES.sub(" ", bare))
    for word in words_of(bare):
        light = word.weight < _LEAST_WEIGHT
        if order or not light:
            order.append(word.key)
        if light or _NEGATES.fullmatch(word.key):
            continue
        kind = _kind(word.key, word.weight)
        # A name opens some sentences, where it is a word like any other.
        apart = kind == "name" or (not kind and "-" in word.key)
        for key in map(stem, word.key.split("-")) if apart else (word.key,):
            keys[key] = keys.get(key) or kind
        if apart:
            order[-1:] = map(stem, word.key.split("-"))
    said = _OPENS.sub("", text)
    negated = _NEGATES.search(said) is not None
    first = _SENTENCE.split(said, maxsplit=1)[0] if negated else ""
    values: dict[str, set[str]] = {}
    for key, kind in keys.items():
        if kind:
            values.setdefault(kind, set()).add(key)
    return _Statement(
        keys,
        values,
        tuple(order),
        negated=negated,
        opens_negated=_NEGATES.search(_WITHOUT.sub("", first)) is not None,
        changes=changes and _ADDS.search(text) is None,
        replaces=replaces or _INSTEAD_OF.search(text) is not None,
    )


def _kind(key: str, weight: float) -> str:
    """Return which kind of value a word gives, "" for none."""
    if any(map(str.isdigit, key)):
        if not _AMOUNT.isdisjoint(key):
            return "amount"
        return "id" if any(map(str.isalpha, key)) else "number"
    return "name" if weight > VALUE else ""


class _Earlier(NamedTuple):
    """A statement that a later one may speak of.

    Attributes:
        at: Its position, below 0 for a rule of an earlier digest.
        said: What it says.
        rule: Position of the rule that it is or stands with, None for no rule.
    """

    at: int
    said: _Statement
    rule: int | None


class _Shared(NamedTuple):
    """What a statement shares with an earlier one.

    Attributes:
        rare: Weight of the shared words that hardly another statement says.
        share: The part of the earlier one's words that are shared, but for numbers.
        old: The earlier one.
    """

    rare: float
    share: float
    old: _Earlier


class _Heard:
    """The statements so far, found by their words.

    Words of rules to come are not counted: they tell of things of their own, or speak of
    the same rule.
    """

    def __init__(self, units: Iterable[Unit], earlier: Sequence[str]) -> None:
        said = [unit.text for unit in units if unit.kind != "rule"]
        statements = map(_statement, (*earlier, *said))
        self._often = Counter(key for said in statements for key in said.keys)
        self._with: dict[str, list[_Earlier]] = {}

    def add(self, earlier: _Earlier) -> None:
        """Take in a further statement."""
        for key in earlier.said.keys:
            self._with.setdefault(key, []).append(earlier)

    def near(self, new: _Statement) -> list[_Earlier]:
        """Return the last statements with the rarest words of a new one."""
        heard = [self._with[key] for key in new.keys if key in self._with]
        found: dict[int, _Earlier] = {}
        for every in sorted(heard, key=len)[:_MOST_WORDS]:
            found.update({one.at: one for one in every[-_REACH:]})
            if len(found) >= _MOST_COMPARED:
                break
        return list(found.values())

    def tell_rule(self, rule: _Statement) -> None:
        """Count the words of a rule that is there now."""
        self._often.update(rule.keys.keys())

    def rare(self, old: _Earlier, new: _Statement) -> float:
        """Return the weight of what both say and hardly another statement does."""
        both = _both(old, new)
        return sum(_weight(key) for key in both if self._often[key] <= _RARE)

    def shared(self, old: _Earlier, new: _Statement) -> _Shared:
        """Return what a new statement shares with an earlier one."""
        keys = old.said.keys
        both = _both(old, new)
        rare = self.rare(old, new)
        share = len(both) / len(keys)
        # One word of many may be said of anything, but not a name. Of the pairs of
        # characters in writing without spaces every other one is no word.
        few = share < _TOLD_SHARE / (2 if any(map(_is_pair, both)) else 1)
        few = few and rare < _RARE and "name" not in map(keys.get, both)
        return _Shared(0.0 if few else rare, share, old)


def settled(
    units: Sequence[Unit], earlier: Sequence[str] = ()
) -> tuple[list[Unit], dict[int, tuple[int, bool]], dict[int, int]]:
    """Return what the user's later statements leave of the earlier ones.

    That is the units, each rule with what is said of the same thing later; for each
    statement that a later one changes, that one's position and whether it certainly
    replaces it; and the rule's for each statement that stands with one now. What
    replaces a rule, or amends one of an earlier digest, is a rule itself.

    Args:
        units: In the order of the conversation.
        earlier: Rules of the digest so far.
    """
    out = list(units)
    later: dict[int, tuple[int, bool]] = {}
    joined: dict[int, int] = {}
    told = {at: unit for at, unit in enumerate(units) if _is_told(unit)}
    heard = _Heard(told.values(), earlier)
    last = newest = None
    for at, text in enumerate(earlier, -len(earlier)):
        last = newest = _Earlier(at, _statement(text), at)
        heard.add(newest)
    message = -1
    for at, unit in told.items():
        new = _statement(unit.text)
        if unit.kind == "rule":
            heard.tell_rule(new)
        amends = newest is not None and _may_amend(unit)
        # Most statements change nothing, and there is no rule that they could speak of.
        near = heard.near(new) if amends or _may_change(new) else []
        near = [old for old in near if old.at not in later]
        sure = [old for old in near if _replaces(new, old)]
        rule, rank = None, 0
        if len(sure) == 1 and sure[0].at >= 0 and sure[0].at not in joined:
            later[sure[0].at] = at, True
            rank = 0 if sure[0].rule is None else out[sure[0].at].rank
        else:
            plain = [old for old in near if old.rule is None]
            changed = [old for old in plain if _changes(new, old, heard)]
            later |= {old.at: (at, False) for old in changed}
            if newest is not None and amends:
                rules = [heard.shared(old, new) for old in near if old.rule is not None]
                follows = newest is last and unit.message != message
                # What gives another value of something else speaks of that.
                follows = follows and (goes_on(unit.text) or not changed)
                rule = _rule_of(unit, new, rules, newest, follows=follows)
        if rule is not None and rule < 0:
            # The rule stands already: what amends it comes before all others.
            rank = STANDING + 1
        elif rule is not None:
            amended = _with(out[rule], unit)
            if len(amended.text) > _MOST_RULE_CHARACTERS:
                rank = out[rule].rank
            else:
                out[rule], joined[at] = amended, rule
        if rank:
            out[at] = unit._replace(kind="rule", rank=max(rank, unit.rank))
        is_rule = out[at].kind == "rule" and at not in joined
        last = _Earlier(at, new, at if is_rule else joined.get(at))
        newest = newest if last.rule is None else last
        heard.add(last)
        message = unit.message
    # What was changed twice has the last change beside it.
    for at in sorted(later, reverse=True):
        newer, certain = later[at]
        later[at] = later.get(newer, (newer, certain))[0], certain
    return out, later, joined


def _is_told(unit: Unit) -> bool:
    """Whether a unit is a statement of the user's."""
    return unit.speaker == "user" and unit.kind in ("said", "rule")


def _with(rule: Unit, unit: Unit) -> Unit:
    """Return a rule with what is said of it later."""
    asked = unit.closes[-1] + "\n" if unit.closes and is_short(unit.text) else ""
    rank = max(rule.rank, unit.rank if unit.kind == "rule" else 0)
    return rule._replace(text=f"{rule.text} …\n{asked}{unit.text}", rank=rank)


def _may_amend(unit: Unit) -> bool:
    """Whether a statement may speak of a rule: it is short, and no question."""
    return len(unit.text) <= _SHORT_CHARACTERS and not asks(unit.text)


def _may_change(new: _Statement) -> bool:
    """Whether a statement may change an earlier one, whatever that says."""
    return new.changes or new.replaces or "amount" in new.values


def _rule_of(
    unit: Unit,
    new: _Statement,
    rules: Sequence[_Shared],
    newest: _Earlier,
    *,
    follows: bool,
) -> int | None:
    """Return the rule that a later statement speaks of, if any.

    Another rule about the same speaks of it only where one forbids and the other
    doesn't. What names rules speaks of the newest, so does what opens the next message
    with "but" or with another value.
    """
    is_rule = unit.kind == "rule"
    for rare, share, old in sorted(rules, reverse=True):
        turned = (old.said.negated, old.said.opens_negated)
        turns = (new.negated, new.opens_negated) != turned
        if rare >= 1 and (turns or (not is_rule and share < _SAME_SHARE)):
            return old.rule
        if turns and share >= _ABOUT_SHARE:
            return old.rule
    other = new.changes and not _kinds(newest.said, new).isdisjoint(_NUMBERS)
    of_newest = follows and (goes_on(unit.text) or other)
    of_newest = of_newest or (not is_rule and announces_rules(unit.text))
    return newest.rule if of_newest else None


def _kinds(old: _Statement, new: _Statement) -> set[str]:
    """Return the kinds of values of which each gives one that the other doesn't."""
    return {
        kind
        for kind in old.values.keys() & new.values.keys()
        if not old.values[kind] <= new.keys.keys()
        and not new.values[kind] <= old.keys.keys()
    }


def _changes(new: _Statement, earlier: _Earlier, heard: _Heard) -> bool:
    """Whether a statement may change an earlier one: it gives another such value."""
    if not (new.changes or "amount" in new.values):
        return False
    old = earlier.said
    kinds = _kinds(old, new)
    if not (kinds if new.changes else "amount" in kinds):
        return False
    topic = [key for key, kind in old.keys.items() if not kind]
    both = sum(key in new.keys for key in topic)
    if both and 2 * both >= len(topic):
        return True
    # One word of many is enough where it is said that something changes, a noun that
    # looks like a name, too: "35 Kartons" in the request, "jetzt 48 Kartons" later.
    return bool(both or new.changes) and heard.rare(earlier, new) >= 1


def _replaces(new: _Statement, earlier: _Earlier) -> bool:
    """Whether a statement can mean no other thing than an earlier one.

    It says all but a value of that one again, in the same order, and of a rule that it
    stands for another or another number.
    """
    old = earlier.said
    is_rule = earlier.rule is not None
    if old.negated != new.negated:
        return False
    if is_rule and new.replaces and old.keys.keys() <= new.keys.keys():
        return len(old.keys) > 1
    if not new.changes:
        return False
    before, gone, given, behind = _apart(old.order, new.order)
    if not (gone and given) or not old.keys.keys() & set(before):
        return False
    value = next((key for key in gone if old.keys.get(key)), gone[-1])
    kind = old.keys.get(value, "")
    led_by: set[str] = set()
    for key in [*before, *gone[: gone.index(value)]]:
        led_by = set() if key in old.keys else {*led_by, key}
    if old.keys.keys() & set(behind) and not (led_by and kind in _NUMBERS):
        # "4200 euros" is a value; "room 7 is ..." tells which room.
        return False
    scopes = led_by & (_SCOPES - _PLACES if new.replaces else _SCOPES)
    if scopes or (is_rule and not (new.replaces or kind in _NUMBERS)):
        return False
    plain = [key for key in given if new.keys.get(key) == "" and key not in old.keys]
    if kind:
        return not plain and kind in _kinds(old, new)
    # "My colour is blue": a word alone is a value behind one that says nothing.
    return bool(led_by) and len(old.keys.keys() & set(gone)) == len(plain) == 1


def _apart(one: Sequence[str], other: Sequence[str]) -> tuple[Sequence[str], ...]:
    """Return the words before the only place where two texts differ, and there, behind.

    That is before it, in the first and in the second, and behind it; nothing is in the
    two where the texts differ at several places.
    """
    most = min(len(one), len(other))
    start = next((n for n in range(most) if one[n] != other[n]), most)
    most -= start
    end = next((n for n in range(most) if one[-n - 1] != other[-n - 1]), most)
    gone, given = one[start : len(one) - end], other[start : len(other) - end]
    if set(gone) & set(given):
        gone = given = ()
    return one[:start], gone, given, one[len(one) - end :]


def _both(old: _Earlier, new: _Statement) -> list[str]:
    """Return the words that both say, but for numbers, which may count anything."""
    return [k for k in old.said.keys if k in new.keys and new.keys[k] != "number"]


def _weight(key: str) -> float:
    return 0.5 if _is_pair(key) else 1.0


def _is_pair(key: str) -> bool:
    """Whether a key is two characters of writing without spaces."""
    return len(key) == 2 and key > "\u0e00"
