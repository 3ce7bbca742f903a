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
    r"(?:changed|moved|renamed|replaced|rotated|postponed|rescheduled|updated)|moved to|no longer|not any ?more"
    r"|scratch that|instead(?! of)|rather than|(?:quick )?update:|from now on|now|switched|rebased|new\b.*:|make (?:it|that)"
    r"|eigentlich|doch lieber|korrektur|geändert|verschoben|nicht mehr|stattdessen|ab jetzt|jetzt|neu(?:e[rsn]?)?\b.*:"
    r"|en fait|finalement|correction|plutôt|à la place|désormais|maintenant|changé|en realidad|mejor|corrección"
    r"|ahora|ya no|cambi[oó]|en lugar|anzi|in realtà|adesso|ora|invece|cambiat|na verdade|agora|mudou|em vez"
    r"|eigenlijk|toch|nu|gewijzigd|теперь|на самом деле|вместо|изменил\w*|teraz|jednak)\b"
    r"|现在|改为|改成|换成|更正|不再|実は|変更|やっぱり|今は|아니|변경|바꿔|이제",
    re.IGNORECASE,
)
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
    return found


def _statement(at: int, text: str) -> _Statement:
    words = words_of(text)
    values = {word.key: _kind(word.key, word.weight) for word in words}
    return _Statement(
        at,
        frozenset(w.key for w in words if w.weight >= 0.6 and not values[w.key]),
        frozenset(key for key, kind in values.items() if kind),
        frozenset(kind for kind in values.values() if kind),
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
    if not shared or old.values == new.values and old.topic == new.topic:
        return None
    gone = old.values - new.values
    if old.values and gone and old.kinds <= new.kinds and old.topic <= new.topic:
        # All of it is said anew but for one value.
        return len(gone) == 1 and len(old.topic) > 1
    if 2 * len(shared) >= len(old.topic) and old.kinds & new.kinds:
        return False
    return None
