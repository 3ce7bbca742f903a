"""Updates: which earlier statement a later one replaces, and which rule it amends.

A statement replaces an earlier one of the same speaker only where it says that it
changes something and gives another value for the same thing: "The deploy region is now
eu-west-1". "No nuts for Anna" and "No nuts for Ben" are two statements. A rule has
the later statements behind it that share its rare words, whatever they say of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from headroom.conversations.passages import goes_on
from headroom.conversations.rules import STANDING, announces_rules
from headroom.conversations.units import Unit, asks, is_short
from headroom.conversations.words import VALUE, words_of
from headroom.scorers.words import stem

__all__ = ["amended", "updated"]

_FLAGS = re.IGNORECASE
# What says that something is changed.
_CHANGES = re.compile(
    r"^no, |\b(?:actually|i meant|correction|scratch that|forget|wait|(?:quick )?update:|i was wrong|back to|instead(?! of)"
    r"|move it|make it|set it|changed? my mind|(?:changed?|moved?s?|switched|rotat(?:ed|ion)|renamed|replaced|postponed"
    r"|rescheduled|rebased|updated)\b|no longer|not any ?more|from now on|now|new|rather than|i would rather"
    r"|eigentlich|doch lieber|korrektur|geändert|verschoben|nicht mehr|stattdessen|ab jetzt|jetzt|neue?[rsn]?"
    r"|en fait|finalement|plutôt|à la place|désormais|maintenant|changé|nouve(?:au|lle)|en realidad|mejor|corrección"
    r"|ahora|ya no|cambi[oó]|en lugar|nuev[oa]|anzi|in realtà|adesso|ora|invece|cambiat\w|nuov[oa]|na verdade|agora"
    r"|mudou|em vez|nov[oa]|eigenlijk|toch|nu|gewijzigd|теперь|на самом деле|вместо|изменил\w*|новы\w+|teraz|jednak)\b"
    r"|现在|改为|改成|换成|更正|不再|実は|変更|やっぱり|今は|아니|변경|바꿔|이제",
    _FLAGS,
)
# Of these, what says it of a rule.
_CHANGES_RULE = re.compile(
    r"from now on|no longer|instead|rotat|update:|new\b|chang|ab jetzt|stattdessen|désormais|a partir de|d'ora in|теперь|改为|改成|变更|変更|변경",
    _FLAGS,
)
# What says that something stands for something else.
_REPLACES = re.compile(
    r"\b(?:instead of|no longer|rather than|not any ?more|from now on|statt|anstatt|anstelle|nicht mehr"
    r"|ab (?:jetzt|sofort)|au lieu de|plutôt que|ne \w+ plus|désormais|en (?:vez|lugar) de|ya no|a partir de"
    r"|invece di|non più|d'ora in poi|em vez de|não mais|in plaats van|niet meer|вместо|больше не|zamiast)\b"
    r"|而不是|不再|代替|改为|の代わり|ではなく|대신",
    _FLAGS,
)
_ADDS = re.compile(
    r"\b(?:also|too|as well|another|additionally|besides|plus|both|again|second|auch|noch ein\w*|zusätzlich"
    r"|aussi|encore|también|además|otr[oa]|anche|também|outr[oa]|ook)\b|[?？؟]|也|还|また|도 ",
    _FLAGS,
)
# What is said for one says nothing of another: "for Ben". A place may be one of several
# ("in the hall") or the value itself ("in Pacific time", with "from now on").
_SCOPES = re.compile(
    r"\b(?:(?:for|of|with|by|für|von|bei|mit|pour|de|chez|para|con|per|di|da|voor|van|för|til|для|у|dla|u)"
    r"|(?P<place>in|im|en|em|dans|в|w|v)) (?:the |my |our )?$",
    _FLAGS,
)
_NEGATES = re.compile(
    r"\b(?:not|never|no|none|without|nicht|nie|kein\w*|ohne|pas|jamais|sans|nunca|sin|mai|senza|non|niet|не|nie)\b"
    r"|n['’]t\b|不|没|別|ない|않|안 ",
    _FLAGS,
)
_OPENS = re.compile(r"^(?:no|nein|non|nee|нет|nie),\s+", _FLAGS)
# A mark such as "FACT:" says nothing of what the statement is about.
_MARK = re.compile(r"^[A-Z][A-Z ]{2,30}:\s")
# What makes a number an amount. Two amounts of one thing hardly both hold, while two
# numbers may tell two things apart.
_AMOUNT = frozenset("$€£¥₹%")
# "Server B" is another one than "Server A".
_LETTER = re.compile(r"(?<=\w )[A-HJ-Z]\b")
_SHORT_CHARACTERS = 160
# A lighter word tells nothing of what a statement is about; a pair of characters of
# writing without spaces tells half of what a word does.
_LEAST_WEIGHT = 0.5
# How far back a statement reaches, among those with the same word.
_REACH = 60
# A word that so few statements say tells certainly what they are about.
_RARE = 2
# What shares so much of a rule's words speaks of the same.
_SAME_SHARE = 0.75
# So much is enough where one forbids and the other doesn't.
_OPPOSITE_SHARE = 0.5
# What shares so much of them and a rare one speaks of the rule.
_TOLD_SHARE = 0.2
# A rule stands with so many later statements; what comes after is a rule of its own.
_MOST_CHANGES = 2


class _Statement(NamedTuple):
    """What a statement is about: its words in order, with what stands before each."""

    text: str
    before: dict[str, str]
    values: dict[str, str]
    negated: bool

    @property
    def keys(self) -> Iterable[str]:
        """The words that tell what it is about, in order."""
        return self.before.keys()


@lru_cache(maxsize=4096)
def _statement(text: str) -> _Statement:
    before: dict[str, str] = {}
    values: dict[str, str] = {}
    last = ""
    # That it changes something is not what it is about.
    for word in words_of(_CHANGES.sub(" the ", _MARK.sub("", text))):
        if word.weight < _LEAST_WEIGHT or _NEGATES.fullmatch(word.key):
            last = ""
            continue
        kind = _kind(word.key, word.weight)
        parts = [] if kind else word.key.split("-")
        for key in map(stem, parts) if len(parts) > 1 else [word.key]:
            before.setdefault(key, last)
            if kind:
                values.setdefault(key, kind)
            last = key
    return _Statement(
        text, before, values, _NEGATES.search(_OPENS.sub("", text)) is not None
    )


def _kind(key: str, weight: float) -> str:
    """Return which kind of value a word gives, "" for none."""
    if any(map(str.isdigit, key)):
        if not _AMOUNT.isdisjoint(key):
            return "amount"
        return "id" if any(map(str.isalpha, key)) else "number"
    return "name" if weight > VALUE else ""


def updated(units: Sequence[Unit]) -> dict[int, tuple[int, bool]]:
    """Return, for each statement that a later one changes, that one and if certain.

    Positions in `units`.
    """
    found: dict[int, tuple[int, bool]] = {}
    read: dict[int, _Statement] = {}
    heard: dict[tuple[str, str], list[int]] = {}
    for at, unit in enumerate(units):
        if unit.kind not in ("said", "rule") or unit.speaker == "assistant":
            continue
        new = read[at] = _statement(unit.text)
        says_so = bool(_CHANGES.search(unit.text)) and not _ADDS.search(unit.text)
        shared: dict[int, float] = {}
        replaces = says_so or _REPLACES.search(unit.text)
        if replaces or "amount" in new.values.values():
            for key in new.keys:
                with_key = heard.get((unit.speaker, key), ())
                for old in with_key[-_REACH:]:
                    shared[old] = shared.get(old, 0.0) + 1 / len(with_key)
        sure = {
            old: _changes(
                read[old], new, says_so=says_so, is_rule=units[old].kind == "rule"
            )
            for old in sorted(shared, reverse=True)
            if old not in found
        }
        # Of several that it may speak of, it surely speaks of none.
        likely = sorted(shared[old] for old, how in sure.items() if how == _LIKELY)
        for old, how in sure.items():
            alone = how == _LIKELY and likely[-2:-1] < [shared[old]]
            if not how and says_so and shared[old] >= 1:
                # What no other one said before, with another value of the same kind.
                how = _MAYBE if _gives_other_value(read[old], new) else 0
            if how:
                found[old] = (at, how == _CERTAIN or (alone and how == _LIKELY))
        for key in new.keys:
            heard.setdefault((unit.speaker, key), []).append(at)
    # What was changed twice has the last change beside it.
    for at in sorted(found, reverse=True):
        newer, certain = found[at]
        found[at] = (found.get(newer, (newer, certain))[0], certain)
    return found


_NUMBERS = ("number", "amount")
# How sure it is that one changes the other: no other can be meant; none is, if there is
# no other like it; it may be.
_CERTAIN, _LIKELY, _MAYBE = 3, 2, 1


def _changes(old: _Statement, new: _Statement, *, says_so: bool, is_rule: bool) -> int:
    """Tell how sure one changes the other, 0 for not at all.

    Args:
        old: The earlier statement.
        new: The later one.
        says_so: The later one says that it changes something.
        is_rule: The earlier one is a rule.
    """
    topic = [key for key in old.keys if key not in old.values and key in new.before]
    gone = [key for key in old.keys if key not in new.before]
    letters = set(_LETTER.findall(old.text)) != set(_LETTER.findall(new.text))
    if not topic or letters or old.negated != new.negated:
        return 0
    if not gone:
        stands = is_rule and len(old.before) > 1 and _REPLACES.search(new.text)
        return _CERTAIN if stands else 0
    if _is_other(old, new):
        return 0
    kinds = {old.values[key] for key in gone if key in old.values}
    given = {kind for key, kind in new.values.items() if key not in old.before}
    order = list(old.keys)
    explicit = says_so and (not is_rule or bool(_CHANGES_RULE.search(new.text)))
    if len(gone) == 1:
        # All of it is said again but for one word.
        if kinds == given == {"amount"} and len(new.before) <= len(order):
            # "The trip costs $900" is news of the trip, "I spent $70" of another day.
            return _CERTAIN if says_so else _MAYBE
        start = old.text.casefold().find(gone[0])
        scope = _SCOPES.search(old.text[: max(0, start)])
        is_value = not scope or (scope["place"] and _CHANGES_RULE.search(new.text))
        # "4200 euros" is a value; "room 7 is ..." tells which room.
        amount = not kinds.isdisjoint(_NUMBERS) and not old.before[gone[0]]
        ends = amount or (order[-1] == gone[0] and start > 0)
        certain = ends and is_value and kinds <= given and (explicit or amount)
        return _CERTAIN if certain and says_so else 0
    if not says_so:
        return 0
    values = [key for key in gone if old.values.get(key) in given]
    telling = 3 * len(topic) >= len(order) - len(old.values)
    if explicit and telling and len(kinds & given) == 1:
        behind = order[order.index(values[0]) :]
        if not any(key in new.before for key in behind):
            return _LIKELY
    return _MAYBE if values and telling else 0


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


class _Rule(NamedTuple):
    """A rule as far as it can be amended; `at` is -1 for one of an earlier digest."""

    at: int
    said: _Statement


def amended(
    units: Sequence[Unit],
    changed: Mapping[int, tuple[int, bool]],
    earlier: Sequence[str] = (),
) -> tuple[list[Unit], set[int]]:
    """Return the units, each rule with what the user says of the same thing later.

    Also the positions of the statements that stand with a rule now. One that certainly
    replaces a rule, or amends one in `earlier`, becomes a rule itself.

    Args:
        units: In the order of the conversation.
        changed: What `updated` found in them.
        earlier: Rules of the digest so far.
    """
    out = list(units)
    changing = {
        new: old for old, (new, _) in changed.items() if units[old].kind == "rule"
    }
    read = {
        at: _statement(unit.text)
        for at, unit in enumerate(units)
        if unit.speaker == "user" and unit.kind in ("said", "rule")
    }
    rules = _Rules([_Rule(-1, _statement(text)) for text in earlier], read.values())
    taken: set[int] = set()
    places: dict[int, _Rule] = {}
    joined: dict[int, int] = {}
    last: _Rule | None = None  # The rule that the user's last message ended with.
    message = -1
    for at, said in read.items():
        unit = units[at]
        opens, message = unit.message != message, unit.message
        found = None
        old = changing.get(at, -1)
        if old >= 0 and changed[old][1]:
            rank = max(unit.rank, out[old].rank)
            unit = out[at] = unit._replace(kind="rule", rank=rank)
        elif old in places:
            found = places[old]
        elif len(unit.text) <= _SHORT_CHARACTERS and not asks(unit.text):
            found = rules.spoken_of(said, is_rule=unit.kind == "rule")
            if found is None and opens and last and _follows(said, last.said):
                found = last
        last = None
        if found and found.at >= 0 and joined.get(found.at, 0) >= _MOST_CHANGES:
            # A rule with all that is said of it would fit or go as a whole.
            rank = max(unit.rank, out[found.at].rank)
            unit = out[at] = unit._replace(kind="rule", rank=rank)
            found = None
        if found is None:
            if unit.kind == "rule":
                last = places[at] = rules.add(_Rule(at, said))
        elif found.at < 0:
            out[at] = unit._replace(kind="rule", rank=STANDING)
        else:
            asked = "".join(f"{text}\n" for text in unit.closes[-1:])
            rule = out[found.at]
            out[found.at] = rule._replace(
                text=f"{rule.text} …\n{asked if is_short(unit.text) else ''}{unit.text}",
                rank=max(rule.rank, unit.rank if unit.kind == "rule" else 0),
            )
            joined[found.at] = joined.get(found.at, 0) + 1
            places[at] = found
            taken.add(at)
    return out, taken


def _follows(said: _Statement, rule: _Statement) -> bool:
    """Whether the next message turns a rule, or gives another value for its value."""
    other = _gives_other_value(rule, said) and _CHANGES.search(said.text)
    return goes_on(said.text) or bool(other)


class _Rules:
    """The rules so far, found by what they are about."""

    def __init__(self, rules: Sequence[_Rule], said: Iterable[_Statement]) -> None:
        self._rules: list[_Rule] = []
        self._with: dict[str, list[int]] = {}
        self._often: dict[str, int] = {}
        for statement in [*said, *(rule.said for rule in rules)]:
            for key in statement.keys:
                self._often[key] = self._often.get(key, 0) + 1
        for rule in rules:
            self.add(rule)

    def add(self, rule: _Rule) -> _Rule:
        """Take in a further rule."""
        for key in rule.said.keys:
            self._with.setdefault(key, []).append(len(self._rules))
        self._rules.append(rule)
        return rule

    def spoken_of(self, said: _Statement, *, is_rule: bool) -> _Rule | None:
        """Return the rule that a later statement speaks of, if any.

        It shares what the rule is about, or names the last rule as one. Another rule
        about the same speaks of it only where one forbids and the other doesn't.
        """
        shared: dict[int, list[str]] = {}
        for key in said.keys:
            # A number may count anything.
            if said.values.get(key) != "number":
                for n in self._with.get(key, ())[-_REACH:]:
                    shared.setdefault(n, []).append(key)

        def rare(n: int) -> float:
            keys = [key for key in shared[n] if self._often[key] <= _RARE]
            return sum(0.5 if _is_pair(key) else 1.0 for key in keys)

        def share(n: int) -> float:
            return len(shared[n]) / len(self._rules[n].said.before)

        best = max(shared, key=lambda n: (rare(n), share(n), n), default=-1)
        if best >= 0:
            rule = self._rules[best]
            turns = said.negated != rule.said.negated
            again = share(best) >= _SAME_SHARE and not turns
            # One word of many may be said of anything.
            about = rare(best) >= (1 if share(best) >= _TOLD_SHARE else 2)
            about = about or share(best) >= (_OPPOSITE_SHARE if turns else _SAME_SHARE)
            if about and (turns if is_rule else not again):
                return rule
        names = self._rules and not is_rule and announces_rules(said.text)
        return self._rules[-1] if names else None


def _is_pair(key: str) -> bool:
    """Whether a key is two characters of writing without spaces."""
    return len(key) == 2 and key > "\u0e00"
