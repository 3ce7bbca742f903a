"""Updates: which statements a later one changed.

Certain where both say the same but for a value, and the later says that it changes
something; likely where it says so and shares what it is about. "No nuts for Anna" and
"No nuts for Ben" are two statements.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from headroom.conversations.units import Unit
from headroom.conversations.words import VALUE, words_of

__all__ = ["updated"]

_CHANGES = re.compile(
    r"\b(?:actually|i meant|correction|changed? (?:my mind|to|it)|(?:has|have|was|were|is|are|got) (?:now |been )?"
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
    for at, unit in enumerate(units):
        if unit.kind not in ("said", "rule") or unit.speaker == "assistant":
            continue
        new = _statement(at, unit.text)
        earlier = heard.setdefault(unit.speaker, [])
        if _CHANGES.search(unit.text) and not _ADDS.search(unit.text):
            for old in reversed(earlier[-_REACH:]):
                sure = _is_certain(old, new)
                if sure is not None and old.at not in found:
                    found[old.at] = (at, sure)
        earlier.append(new)
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
        frozenset(map(str.lower, _TURNS.findall(_OPENS.sub("", text))))
        | {label for label in _LABEL.findall(text) if label != "I"},
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
