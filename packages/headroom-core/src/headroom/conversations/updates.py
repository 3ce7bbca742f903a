"""Updates: what a later statement of the user's does to an earlier one.

It replaces one only where it says that it changes something and gives another value
for the same thing: "The deploy region is now eu-west-1". "No nuts for Anna" and "No
nuts for Ben" are two statements. Where it may change one, the two stand together. A
rule has the later statements behind it that share its rare words.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
        r"instead(?!_of) no_longer(?!_than) not_any_?more from_now_on rotat(?:ed|ion) (?:quick_)?update: new change[sd]? stattdessen nicht_mehr(?!_als)"
        r" ab_(?:jetzt|sofort) geändert ne_\w+_plus désormais ya_no a_partir_de non_più(?!_di) d'ora_in não_mais(?!_(?:de|do_que|que)) niet_meer(?!_dan) больше_не теперь"
    )
    + "|不再|改为|改成|变更|変更|변경",
    _FLAGS,
)
_CHANGES = re.compile(
    r"^no, |"
    + any_of(
        r"actually i_meant correction scratch_that forget wait i_was_wrong back_to move_it make_it set_it changed?_my_mind moved?s? switched"
        r" renamed replaced postponed rescheduled rebased updated now eigentlich doch_lieber korrektur verschoben jetzt neue?[rsn]? en_fait"
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
_SCOPES = re.compile(
    r"\b(?:(?:for|of|with|by|für|von|bei|mit|pour|de|chez|para|con|per|di|da|voor|van|för|til|для|у|dla|u)"
    r"|(?P<place>in|im|en|em|dans|в|w|v)) (?:the |my |our )?$",
    _FLAGS,
)
_NEGATES = re.compile(any_of(NEGATIONS) + "|不|没|別|ない|않|안 ", _FLAGS)
# "You may buy it without asking" denies the asking, not the buying.
_WITHOUT = re.compile(
    any_of("without ohne sans sin senza sem zonder utan uden uten bez без"), _FLAGS
)
_SENTENCE = re.compile(r"[.!?] |[。！？]")
_OPENS = re.compile(r"^(?:no|nein|non|nee|нет|nie),\s+", _FLAGS)
# A mark such as "FACT:" says nothing of what the statement is about.
_MARK = re.compile(r"^[A-Z][A-Z ]{2,30}:\s")
# What makes a number an amount. Two amounts of one thing hardly both hold, while two
# numbers may tell two things apart.
_AMOUNT = frozenset("$€£¥₹%")
_NUMBERS = frozenset(("number", "amount"))
# "Server B" is another one than "Server A".
_LETTER = re.compile(r"(?<=\w )[A-HJ-Z]\b")
_SHORT_CHARACTERS = 160
# A lighter word tells nothing of what a statement is about; a pair of characters of
# writing without spaces tells half of what a word does.
_LEAST_WEIGHT = 0.5
# A statement is compared with the last ones of each of its rarest words.
_MOST_WORDS, _REACH, _MOST_COMPARED = 8, 30, 12
# What only the rule and the later statement say tells what both are about.
_RARE = 2
# What shares so much of a rule's words speaks of the same; so much is enough where
# one forbids and the other doesn't, or where a word is shared that no other said.
_SAME_SHARE, _OPPOSITE_SHARE, _TOLD_SHARE = 0.75, 0.5, 0.2
# A rule stands with so many later statements; what comes after is a rule of its own.
_MOST_CHANGES = 2


class _Statement(NamedTuple):
    """What a statement is about: its words in order, with what stands before each.

    Attributes:
        negated: It denies something.
        opens_negated: Its first sentence does, not only with a "without".
        changes: It says that it changes something, and adds nothing.
        replaces: It says that something stands for something else.
    """

    text: str
    before: dict[str, str]
    values: dict[str, str]
    negated: bool
    opens_negated: bool
    changes: bool
    replaces: bool


@lru_cache(maxsize=4096)
def _statement(text: str) -> _Statement:
    before: dict[str, str] = {}
    values: dict[str, str] = {}
    last = ""
    # That it changes something is not what it is about.
    bare = _REPLACES.sub(" the ", _CHANGES.sub(" the ", _MARK.sub("", text)))
    for word in words_of(bare):
        if word.weight < _LEAST_WEIGHT or _NEGATES.fullmatch(word.key):
            last = ""
            continue
        kind = _kind(word.key, word.weight)
        keys = [word.key]
        # A name opens some sentences, where it is a word like any other.
        if kind == "name" or (not kind and "-" in word.key):
            keys = [stem(part) for part in word.key.split("-")]
        for key in keys:
            before.setdefault(key, last)
            if kind:
                values.setdefault(key, kind)
            last = key
    replaces = _REPLACES.search(text) is not None
    changes = replaces or _CHANGES.search(text) is not None
    replaces = replaces or _INSTEAD_OF.search(text) is not None
    said = _OPENS.sub("", text)
    first = _SENTENCE.split(said, maxsplit=1)[0]
    return _Statement(
        text,
        before,
        values,
        negated=_NEGATES.search(said) is not None,
        opens_negated=_NEGATES.search(_WITHOUT.sub("", first)) is not None,
        changes=changes and _ADDS.search(text) is None,
        replaces=replaces,
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
        about: What it says.
        rule: Position of the rule that it is or stands with, None for no rule.
    """

    at: int
    about: _Statement
    rule: int | None


class _Heard:
    """The statements so far, found by their words."""

    def __init__(self, often: Mapping[str, int]) -> None:
        self._often = often
        self._all: dict[int, _Earlier] = {}
        self._with: dict[str, list[int]] = {}
        self._last: _Earlier | None = None
        self._newest: _Earlier | None = None  # The newest rule.

    def add(self, earlier: _Earlier) -> None:
        """Take in a further statement."""
        self._last = self._all[earlier.at] = earlier
        if earlier.rule == earlier.at:
            self._newest = earlier
        for key in earlier.about.before:
            self._with.setdefault(key, []).append(earlier.at)

    def sharing(self, new: _Statement) -> list[tuple[float, _Earlier]]:
        """Return the statements that share the rarest words with one, best first.

        Each with the weight of those words: 1 for one that no other said before.
        """
        found: dict[int, float] = {}
        heard = [(key, self._with[key]) for key in new.before if key in self._with]
        for key, every in sorted(heard, key=lambda one: len(one[1]))[:_MOST_WORDS]:
            weight = (0.5 if _is_pair(key) else 1.0) / len(every)
            for at in every[-_REACH:]:
                found[at] = found.get(at, 0.0) + weight
            if len(found) >= _MOST_COMPARED:
                break
        best = sorted(((weight, at) for at, weight in found.items()), reverse=True)
        return [(weight, self._all[at]) for weight, at in best[:_MOST_COMPARED]]

    def spoken_of(
        self,
        unit: Unit,
        new: _Statement,
        shared: Sequence[tuple[float, _Earlier]],
        *,
        opens: bool,
    ) -> int | None:
        """Return the rule that a later statement speaks of, if any.

        It shares a word that no other one says, or most of the rule's. Another rule
        about the same speaks of it only where one forbids and the other doesn't. What
        names rules speaks of the last, so does what opens the next message with "but".
        """
        if len(unit.text) > _SHORT_CHARACTERS or asks(unit.text):
            return None
        likely: list[tuple[float, float, int, list[str]]] = []
        for _, old in shared:
            if old.rule is None:
                continue
            # A number may count anything.
            keys = [
                key
                for key in old.about.before
                if key in new.before and new.values.get(key) != "number"
            ]
            if keys:
                # What is said of something else later tells nothing of the rule, too.
                told_by = [key for key in keys if self._often[key] <= _RARE]
                rare = sum(0.5 if _is_pair(key) else 1.0 for key in told_by)
                share = len(keys) / len(old.about.before)
                likely.append((rare, share, old.at, keys))
        for rare, share, at, keys in sorted(likely, reverse=True):
            old = self._all[at]
            turns = (
                new.negated != old.about.negated
                or new.opens_negated != old.about.opens_negated
            )
            # One word of many may be said of anything, but not a name. Of the pairs of
            # characters in writing without spaces every other one is no word.
            told = share >= _TOLD_SHARE / (2 if any(map(_is_pair, keys)) else 1)
            told = told or "name" in map(old.about.values.get, keys)
            about = rare >= (1 if told else 2)
            about = about or share >= (_OPPOSITE_SHARE if turns else _SAME_SHARE)
            if about and (turns or (unit.kind != "rule" and share < _SAME_SHARE)):
                return old.rule
        if unit.kind != "rule" and announces_rules(unit.text):
            return self._newest and self._newest.rule
        ended = self._newest if self._newest is self._last and opens else None
        if ended and (
            goes_on(unit.text) or (new.changes and _gives_other_value(ended.about, new))
        ):
            return ended.rule
        return None


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
    often = _often(units, earlier)
    heard = _Heard(often)
    for at, text in enumerate(earlier, -len(earlier)):
        heard.add(_Earlier(at, _statement(text), at))
    message = -1
    for at, unit in enumerate(units):
        if not _is_told(unit):
            continue
        opens, message = unit.message != message, unit.message
        new = _statement(unit.text)
        often.update(new.before.keys() if unit.kind == "rule" else ())
        shared = [one for one in heard.sharing(new) if one[1].at not in later]
        rule = replaced = None
        for old, certain in _changed(new, shared):
            certain = certain and old.at >= 0 and old.at not in joined
            if certain or old.rule is None:
                later[old.at] = at, certain
            if certain and old.rule is not None:
                replaced = old.rule
            elif old.rule is not None and rule is None:
                rule = old.rule
        if replaced is None and rule is None:
            rule = heard.spoken_of(unit, new, shared, opens=opens)
        rank = 0 if replaced is None else out[replaced].rank
        if rule is None or replaced is not None:
            pass
        elif rule < 0:
            rank = STANDING
        elif list(joined.values()).count(rule) >= _MOST_CHANGES:
            # A rule with all that is said of it would fit or go as a whole.
            rank = out[rule].rank
        else:
            out[rule] = _with(out[rule], unit)
            joined[at] = rule
        if rank:
            out[at] = unit._replace(kind="rule", rank=max(rank, unit.rank))
        is_rule = out[at].kind == "rule" and at not in joined
        heard.add(_Earlier(at, new, at if is_rule else joined.get(at)))
    # What was changed twice has the last change beside it.
    for at in sorted(later, reverse=True):
        newer, certain = later[at]
        later[at] = later.get(newer, (newer, certain))[0], certain
    return out, later, joined


def _often(units: Sequence[Unit], earlier: Sequence[str]) -> Counter[str]:
    """Return how many statements say a word, but for the rules to come.

    Those are about things of their own, or speak of the same rule.
    """
    said = [u.text for u in units if _is_told(u) and u.kind != "rule"]
    return Counter(key for text in (*earlier, *said) for key in _statement(text).before)


def _is_told(unit: Unit) -> bool:
    """Whether a unit is a statement of the user's."""
    return unit.speaker == "user" and unit.kind in ("said", "rule")


def _with(rule: Unit, unit: Unit) -> Unit:
    """Return a rule with what is said of it later."""
    asked = unit.closes[-1] + "\n" if unit.closes and is_short(unit.text) else ""
    rank = max(rule.rank, unit.rank if unit.kind == "rule" else 0)
    return rule._replace(text=f"{rule.text} …\n{asked}{unit.text}", rank=rank)


def _changed(
    new: _Statement, shared: Sequence[tuple[float, _Earlier]]
) -> Iterator[tuple[_Earlier, bool]]:
    """Yield what a statement changes, and whether it certainly replaces it."""
    if not (new.changes or new.replaces or "amount" in new.values.values()):
        return
    found: list[tuple[float, _Earlier, bool]] = []
    for rare, old in shared:
        is_rule = old.rule is not None
        sure = _changes(old.about, new, is_rule=is_rule)
        if sure is None and new.changes and rare >= 1:
            # What no other one said before, with another value of the same kind.
            sure = False if _gives_other_value(old.about, new) else None
        if sure is not None:
            found.append((rare, old, sure))
    # Of several that it may speak of, it surely speaks of none.
    best = sorted(rare for rare, _, sure in found if sure)
    for rare, old, sure in found:
        yield old, sure and best[-2:-1] < [rare]


def _changes(old: _Statement, new: _Statement, *, is_rule: bool) -> bool | None:
    """Tell whether one changes the other: None for no, True if it can mean no other.

    Args:
        old: The earlier statement.
        new: The later one.
        is_rule: The earlier one is a rule.
    """
    order = list(old.before)
    topic = [key for key in order if key not in old.values and key in new.before]
    gone = [key for key in order if key not in new.before]
    letters = set(_LETTER.findall(old.text)) != set(_LETTER.findall(new.text))
    if not topic or letters or old.negated != new.negated:
        return None
    if not gone:
        return True if is_rule and new.replaces and len(order) > 1 else None
    kinds = {old.values[key] for key in gone if key in old.values}
    given = {kind for key, kind in new.values.items() if key not in old.before}
    if (
        kinds == given == {"amount"}
        and len(gone) == 1
        and len(new.before) <= len(order)
    ):
        # "The trip costs $900" is news of the trip, "I spent $70" of another day.
        return None if _is_other(old, new) else new.changes
    if not new.changes or _is_other(old, new):
        return None
    explicit = new.replaces or not is_rule
    if len(gone) == 1:
        # All of it is said again but for one word.
        start = old.text.casefold().find(gone[0])
        scope = _SCOPES.search(old.text[: max(0, start)])
        is_value = not scope or (scope["place"] and new.replaces)
        # "4200 euros" is a value; "room 7 is ..." tells which room.
        amount = not kinds.isdisjoint(_NUMBERS) and not old.before[gone[0]]
        ends = amount or (order[-1] == gone[0] and start > 0)
        sure = ends and is_value and kinds <= given and (explicit or amount)
        return True if sure else None
    values = [key for key in gone if old.values.get(key) in given]
    if not values or 3 * len(topic) < len(order) - len(old.values):
        return None
    # All from the value on is said no more.
    rest = set(order[order.index(values[0]) :])
    return explicit and len(kinds & given) == 1 and rest.isdisjoint(new.before)


def _gives_other_value(old: _Statement, new: _Statement) -> bool:
    """Whether a statement gives a value of a kind of which the older one has another."""
    gone = {kind for key, kind in old.values.items() if key not in new.before}
    given = {kind for key, kind in new.values.items() if key not in old.before}
    return bool(gone & given - {"name"}) and not _is_other(old, new)


def _is_other(old: _Statement, new: _Statement) -> bool:
    """Whether a word that both say has another one before it: another of its kind."""
    return any(
        word
        and word not in old.before
        and key in old.before
        and new.values.get(word) not in _NUMBERS
        for key, word in new.before.items()
    )


def _is_pair(key: str) -> bool:
    """Whether a key is two characters of writing without spaces."""
    return len(key) == 2 and key > "\u0e00"
