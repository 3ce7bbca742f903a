"""Updates: which statements a later one changed, and which rules one withdrew.

Certain where both say the same but for a value, and the later says that it changes
something; likely where it says so and shares what it is about. "No nuts for Anna" and
"No nuts for Ben" are two statements.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from headroom.conversations.passages import goes_on, limits, speaks_of_self
from headroom.conversations.rules import STANDING, replaces
from headroom.conversations.units import Unit
from headroom.conversations.words import VALUE, words_of
from headroom.scorers.words import stem

__all__ = ["amended", "updated"]

_CHANGES = re.compile(
    r"^(?:so|then|and|also|but)[, ]+(?:we|i|it|let)\b|\b(?:moves?|move it|forget|make it|set it|back to|instead of that|has changed|i was wrong|actually|i meant|correction|changed? (?:my mind|to|it)|(?:has|have|was|were|is|are|got) (?:now |been )?"
    r"(?:changed|moved|renamed|replaced|rotated|postponed|rescheduled|updated)|moved to|no longer|not any ?more|i meant"
    r"|scratch that|instead(?! of)|rather than|(?:quick )?update:|from now on|now|switched|rebased|new\b.*:)\b|^no, |\b(?:"
    r"wait"
    r"|eigentlich|doch lieber|korrektur|geändert|verschoben|nicht mehr|stattdessen|ab jetzt|jetzt|neu(?:e[rsn]?)?\b.*:"
    r"|en fait|finalement|correction|plutôt|à la place|désormais|maintenant|changé|en realidad|mejor|corrección"
    r"|ahora|ya no|cambi[oó]|en lugar|anzi|in realtà|adesso|ora|invece|cambiat|na verdade|agora|mudou|em vez"
    r"|eigenlijk|toch|nu|gewijzigd|теперь|на самом деле|вместо|изменил\w*|teraz|jednak)\b"
    r"|现在|改为|改成|换成|更正|不再|実は|変更|やっぱり|今は|아니|변경|바꿔|이제",
    re.IGNORECASE,
)
# What is said of one of several says nothing of the others: "for Ben", "Server B".
_SCOPES = re.compile(
    r"\b(?:for|of|in|with|by|für|von|bei|mit|pour|de|chez|para|con|en|per|di|da|voor|van|för|til|для|у|dla|u)"
    r" (?:the |my |our )?$",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"\b(?:not|never|no|none|without|only|nicht|nie|kein\w*|ohne|nur|pas|jamais|sans|nunca|sin|mai|senza|non|niet"
    r"|не|nie)\b|n['’]t\b|不|没|別|別に|ない|않|안 ",
    re.IGNORECASE,
)
_OPENS = re.compile(r"^(?:no|nein|non|nee|нет|nie),\s+", re.IGNORECASE)
_LABEL = re.compile(r"(?<=\w )[A-Z]\b")
_ADDS = re.compile(
    r"\b(?:also|too|as well|another|additionally|besides|plus|both|again|second|auch|noch ein\w*|zusätzlich"
    r"|aussi|encore|también|además|otr[oa]|anche|também|outr[oa]|ook)\b|[?？؟]|也|还|また|도 ",
    re.IGNORECASE,
)
# How far back a correction reaches, in the same speaker's statements.
_REACH = 60


# A later sentence that lifts a rule.
_LIFTS = re.compile(
    r"\b(?:again|no longer|not any ?more|any ?more|forget|ignore|drop(?:ped)?|lift(?:ed)?|cancel\w*|revok\w*|withdraw\w*|withdrawn"
    r"|disregard|never mind|is over|are over|is gone|void|retract\w*|(?:doesn't|don't|does not|do not|needn't) (?:apply|hold|need|have to|matter)"
    r"|scratch that|may now|can now|now (?:allowed|fine|ok\w*|may|can)|(?:allowed|fine|okay) now|after all|(?:is|are) (?:allowed|permitted|fine|ok)"
    r"|you (?:may|can)"
    r"|wieder|nicht mehr|nicht länger|vergiss|vergessen sie|ignorier\w*|aufgehoben|hinfällig|darfst|dürfen sie|doch|erlaubt|zurückgenommen"
    r"|à nouveau|de nouveau|ne \w+ plus|n'\S+ plus|oubli\w+|annul\w+|tu peux|vous pouvez|finalement|lev\w+|de nuevo|otra vez|ya no|olvid\w+|puedes"
    r"|puede|permitido|di nuovo|non \S+ più|più|dimentic\w+|puoi|può|annull\w+|de novo|não \S+ mais|já não|mais|esque[cç]\w+|pode|podes"
    r"|weer|niet meer|vergeet|mag|toch|igen|igjen|inte längre|ikke længere|ikke lenger|glöm|glem|снова|опять|больше не|уже не|забудь\w*"
    r"|отмен\w+|можно|можешь|можете|znowu|znów|już nie|zapomnij|możesz|można|odwoł\w+|zase|už ne\w*|můžeš|tekrar|artık|unut|yine|lagi|boleh|lupakan"
    r"|lại|nữa|bỏ qua|có thể)\b"
    r"|不再|又可以|可以|取消|作废|作廢|忘掉|忘了|撤销|撤回|废除|不用|不必|もう|再び|また|取り消|撤回|忘れて|なくて(?:も)?(?:いい|よい|大丈夫)|てもいい|解除"
    r"|더 이상|다시|이제|취소|잊어|안 해도|해도 (?:돼|됩|좋)|철회|من جديد|بعد الآن|لم يعد|انس|ألغ|يمكنك|שוב|כבר לא|תשכח|מבוטל|מותר|फिर से|अब नहीं|भूल"
    r"|रद्द|सकते|อีกครั้ง|ไม่ต้อง|ยกเลิก|ลืม|ได้แล้ว",
    re.IGNORECASE,
)
_NAMES_RULE = re.compile(
    r"\b(?:rules?|restriction|limit|ban|instructions?|constraint|regel\w*|verbot|einschränkung|vorgabe|règle|interdiction|consigne|limite|regla"
    r"|prohibición|regola|divieto|regra|proibição|verbod|forbud|förbud|förbudet|правил\w+|запрет\w*|огранич\w+|zasad\w+|zakaz\w*|ograniczen\w+"
    r"|pravidl\w+|kural\w*|yasak\w*|aturan|larangan|quy tắc|what i said|i said|i told you)\b|规则|規則|规定|限制|禁令|要求|ルール|制限|禁止|규칙|제한|금지"
    r"|قاعدة|القاعدة|الحظر|כלל|הכלל|איסור|नियम|กฎ",
    re.IGNORECASE,
)
_QUESTION = ("?", "？", "؟")
_SHORT_CHARACTERS = 160
# A word of less weight tells nothing of what a rule is about.
_LEAST_WEIGHT = 0.5
# So much of a rule's words is said again by what withdraws it, or says its opposite.
_LIFTED_SHARE, _OPPOSITE_SHARE = 0.34, 0.75
# A rule stands with so many later changes; what comes after them is its own rule.
_MOST_CHANGES = 2
# A word that so few rules or statements say tells certainly what both are about.
_RARE = 2


class _Statement(NamedTuple):
    """A statement as far as it can be changed: its words, by what they are."""

    at: int
    topic: frozenset[str]
    values: frozenset[str]
    kinds: frozenset[str]
    turns: frozenset[str]
    text: str


def updated(units: Sequence[Unit]) -> dict[int, tuple[int, bool]]:
    """Return, for each statement that a later one changes, that one and if certain.

    Positions in `units`. Certain: it gives the same kinds of values, and all its other
    words are said again.
    """
    found: dict[int, tuple[int, bool]] = {}
    heard: dict[str, list[_Statement]] = {}
    often: dict[str, int] = {}
    for at, unit in enumerate(units):
        if unit.kind not in ("said", "rule") or unit.speaker == "assistant":
            continue
        new = _statement(at, unit.text)
        earlier = heard.setdefault(unit.speaker, [])
        if _CHANGES.search(unit.text) and not _ADDS.search(unit.text):
            for old in reversed(earlier[-_REACH:]):
                sure = _is_certain(old, new)
                if sure is None and old.kinds & new.kinds:
                    both = (old.topic | old.values) & (new.topic | new.values)
                    sure = False if any(often[key] < _RARE for key in both) else None
                if sure is not None and old.at not in found:
                    found[old.at] = (at, sure)
        earlier.append(new)
        for key in new.topic | new.values:
            often[key] = often.get(key, 0) + 1
    # What was changed twice has the last change beside it.
    for at in sorted(found, reverse=True):
        newer, sure = found[at]
        found[at] = (found.get(newer, (newer, sure))[0], sure)
    return found


def _statement(at: int, text: str) -> _Statement:
    words = words_of(text)
    values = {word.key: _kind(word.key, word.weight) for word in words}
    return _Statement(
        at,
        frozenset(w.key for w in words if w.weight >= 0.6 and not values[w.key]),
        frozenset(key for key, kind in values.items() if kind),
        frozenset(kind for kind in values.values() if kind),
        _turns(text) | {label for label in _LABEL.findall(text) if label != "I"},
        text,
    )


def _kind(key: str, weight: float) -> str:
    """Return which kind of value a word gives, "" for none."""
    if any(map(str.isdigit, key)):
        mixed = any(map(str.isalpha, key))
        return "id" if mixed else "number"
    return "name" if weight > VALUE else ""


def _is_certain(old: _Statement, new: _Statement) -> bool | None:
    """Tell how sure it is that one changes the other; None if it isn't likely."""
    shared = old.topic & new.topic
    before, after = old.topic | old.values, new.topic | new.values
    gone = before - after
    if not shared or not gone or old.turns != new.turns:
        return None
    if len(gone) == 1 and len(before) > 1 and old.kinds <= new.kinds:
        # All of it is said anew but for one word.
        start = old.text.casefold().find(min(gone))
        return start > 0 and not _SCOPES.search(old.text[:start])
    if 2 * len(shared) >= len(old.topic) and old.kinds & new.kinds:
        return False
    return None


class _Rule(NamedTuple):
    """A rule as far as it can be withdrawn; `at` is -1 for one of an earlier digest."""

    at: int
    keys: frozenset[str]
    turns: frozenset[str]


def amended(
    units: Sequence[Unit],
    changed: Mapping[int, tuple[int, bool]],
    earlier: Sequence[str] = (),
) -> tuple[list[Unit], set[int]]:
    """Return the units, each rule with what withdraws, limits or changes it later.

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
    taken: set[int] = set()
    places: dict[int, _Rule] = {}
    joined: dict[int, int] = {}
    rules: list[_Rule] = []
    said: dict[str, list[int]] = {}
    for text in earlier:
        _add(_rule(-1, text), rules, said)
    last = -1  # The rule that the user's last message ended with.
    message = -1
    for at, unit in enumerate(units):
        if unit.speaker != "user" or unit.kind not in ("said", "rule"):
            continue
        opens, message = unit.message != message, unit.message
        found = None
        if at in changing:
            found = places.get(changing[at])
            if changed[changing[at]][1]:
                unit = out[at] = unit._replace(
                    kind="rule", rank=max(unit.rank, out[changing[at]].rank)
                )
                found = None
        elif rules and _may_amend(unit.text):
            found = _amends(unit, rules, said)
            if (
                found is None
                and opens
                and last >= 0
                and _follows(unit.text, rules[last])
            ):
                found = rules[last]
        last = -1
        if found and found.at >= 0:
            unit, is_own = _apart(unit, out[found.at], joined.get(found.at, 0))
            if is_own:
                out[at], found = unit, None
        if found is None:
            if unit.kind == "rule":
                last = len(rules)
                places[at] = _add(_rule(at, unit.text), rules, said)
        elif found.at < 0:
            out[at] = unit._replace(kind="rule", rank=STANDING)
        else:
            asked = f"{unit.head}\n" if unit.joined else ""
            rule_unit = out[found.at]
            out[found.at] = rule_unit._replace(
                text=f"{rule_unit.text} …\n{asked}{unit.text}",
                rank=max(rule_unit.rank, unit.rank if unit.kind == "rule" else 0),
            )
            places[at] = found
            joined[found.at] = joined.get(found.at, 0) + 1
            taken.add(at)
    return out, taken


def _add(rule: _Rule, rules: list[_Rule], said: dict[str, list[int]]) -> _Rule:
    for key in rule.keys:
        said.setdefault(key, []).append(len(rules))
    rules.append(rule)
    return rule


def _apart(unit: Unit, rule: Unit, changes: int) -> tuple[Unit, bool]:
    """Return what would amend a rule, and whether it stands as a rule of its own.

    So does what replaces the rule, and what comes after enough changes of it: a rule
    with all of them would fit or go as a whole.
    """
    if changes < _MOST_CHANGES:
        return unit, replaces(unit.text, rule.text)
    return unit._replace(kind="rule", rank=max(unit.rank, rule.rank)), True


def _follows(text: str, rule: _Rule) -> bool:
    """Whether the next message turns a rule, or gives another value for its value."""
    if goes_on(text):
        return True
    kinds = {_kind(key, 0.0) for key in rule.keys}
    new = {_kind(word.key, 0.0) for word in words_of(text)}
    return bool(_CHANGES.search(text) and (kinds & new) - {""})


def _may_amend(text: str) -> bool:
    """Whether a statement may change a rule: a short one, no question."""
    return len(text) <= _SHORT_CHARACTERS and not text.endswith(_QUESTION)


def _rule(at: int, text: str) -> _Rule:
    return _Rule(at, _keys(text), _turns(text))


def _keys(text: str) -> frozenset[str]:
    """Return the words that tell what a statement is about."""
    said = (stem(word.key) for word in words_of(text) if word.weight >= _LEAST_WEIGHT)
    return frozenset(said) - _turns(text)


def _turns(text: str) -> frozenset[str]:
    return frozenset(map(str.lower, _TURNS.findall(_OPENS.sub("", text))))


def _amends(
    unit: Unit, rules: Sequence[_Rule], said: dict[str, list[int]]
) -> _Rule | None:
    """Return the rule that a later statement withdraws or limits, if any.

    It says that something is allowed or no longer holds, and shares what the rule is
    about, or names the last rule as one; or it says the opposite of the same.
    """
    keys = _keys(unit.text)
    lifts = _LIFTS.search(unit.text) is not None
    shared: dict[int, int] = {}
    for key in keys:
        for n in said.get(key, ())[-_REACH:]:
            shared[n] = shared.get(n, 0) + 1
    best = max(shared, key=lambda n: (shared[n] / len(rules[n].keys), n), default=-1)
    if best >= 0:
        share = shared[best] / len(rules[best].keys)
        same = _turns(unit.text) == rules[best].turns
        if same and share >= _OPPOSITE_SHARE and len(keys - rules[best].keys) < 2:
            return None  # The same again, at most with another value.
        own = speaks_of_self(unit.text)
        rare = not own and any(
            len(said[key]) <= _RARE for key in keys & rules[best].keys
        )
        if (lifts or limits(unit.text)) and (rare or share >= _LIFTED_SHARE):
            return rules[best]
        if not own and share >= _OPPOSITE_SHARE and not same:
            return rules[best]
    return rules[-1] if lifts and _NAMES_RULE.search(unit.text) else None
