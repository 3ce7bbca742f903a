"""The extractive digest: which units stay, and the lines they are written in.

Greedy by weight of the words not yet said per token, within quotas, the exact
token budget being the only hard limit; then in the order of the conversation.
"""

import heapq
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from headroom.conversations.english import NEGATIONS
from headroom.conversations.units import ERROR, Unit, continues
from headroom.conversations.wording import Word, quotations_of, shorten, words_of

__all__ = ["CountTokens", "Selection", "prune", "select"]

CountTokens = Callable[[str], int]

# Source of all weights: swept on the conversations that docs/conversations.md reports,
# each kept only where both halves of them gained or stayed.
_SPOKEN_WEIGHT = {"user": 2.0, "assistant": 1.0}
_OTHER_WEIGHT = 0.9
_CALL_WEIGHT = 1.1
# A call that names nothing: `find(page=7)`.
_BARE_CALL_WEIGHT = 0.5
_BARE = 2.0
_CHANGE_WEIGHT = 2.0
_RECORD_WEIGHT = 1.0
_ROW_WEIGHT = 0.8
_OUTCOME_WEIGHT = 1.5
_LINE_WEIGHT = 0.5
_CODE_WEIGHT = 0.5
_ROW_DECAY = 0.6
# Each time a word has been said, saying it again is worth this share.
_REPEAT = 0.45
_REPEAT_VALUE = 0.45
_CUE = 0.25
_RARITY_POWER = 1.0
# What the user wishes again and again is no less of a wish.
_LEAST_RARITY_OF_WISHES = 0.8
# A unit is worth its weight per token, with this many more for what sets it apart:
# two words torn from a sentence say less than a whole one.
_UNIT_TOKENS = 4
# So many fewer beside each neighbour in its sentence that is in the digest already.
_NEIGHBOUR_TOKENS = 2

# A sentence of fewer words, without a name, number or date, is left out.
_LEAST_WORDS = {"assistant": 3}
_TELLING_WEIGHT = 1.5
# What the user set out to do counts so much more, within its quota.
_INTENT = 1.5
# A digest that came in is one message too, of all that was ever said.
_OPENING_UNITS = 3

_SECTIONS = ("intent", "preferences", "facts", "decisions", "open", "refs")
# Shares of the budget that some sections may have at most, as long as there is
# anything else to say; preferences and facts may have it all.
_QUOTA = {"intent": 0.20, "decisions": 0.35, "open": 0.05, "refs": 0.15}

_PREFERENCE = re.compile(
    r"\b(?:prefer(?:s|red|ence|ably)?|favou?rites?"
    r"|i(?:'d| would) (?:like|love|rather|want)|i (?:like|love|hate|want|need|enjoy)"
    r"|allergic|intolerant|my budget|must(?: not)?"
    r"|no (?:more|less|later|earlier) than|do(?:n't| not) (?:want|like|use|need)|vegan"
    r"|vegetarian)\b|^(?:please[, ]+)?(?:never|always|avoid|do(?:n't| not))\b",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"\b(?:my \w+|i(?:'m| am| was| have| had| live| work| got| bought| use)\b|i've)",
    re.IGNORECASE,
)
_DECISION = re.compile(
    r"\b(?:decided|agreed|confirmed|booked|reserved|cancel+ed|chose|chosen|approved"
    r"|scheduled|updated|changed|completed|fixed|created|purchased|let's (?:go|use|do)"
    r"|will (?:use|go with|take)|go with|settled)\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\b(?:actually|i meant|correction|changed my mind|change (?:it|that|the)"
    r"|make (?:it|that)|no longer|not any ?more|scratch that|instead(?! of)"
    r"|rather than)\b|^no[,.]? ",
    re.IGNORECASE,
)
# What is added or asked, and so takes nothing back.
_ADDITION = re.compile(
    r"\b(?:also|too|as well|another|additionally|in addition|besides|plus|both|again"
    r"|more|second)\b|[?？]",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"(?:^|[^a-z])(?:update|book|buy|cancel|create|delete|remove|send|set|add|reserve"
    r"|pay|transfer|modify|change|write|edit|insert|post|put|schedule|make|order|rent"
    r"|submit|play|share|request|return|exchange|refund)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:i(?:'d| would) like|i (?:want|need|wish)|can you|could you|please|help me"
    r"|let's|i'm looking|looking for|make sure)\b",
    re.IGNORECASE,
)
_REQUEST_WORDS = 2
_ACKNOWLEDGES = re.compile(
    r"(?:yes|yeah|yep|ok(?:ay)?|sure|thanks?(?: you)?|great|perfect|sounds good|got it"
    r"|right|correct|you're welcome|no problem|hi|hello|bye|goodbye)\b",
    re.IGNORECASE,
)
_ACKNOWLEDGED_WORDS = 4
_REQUEST_BY_ASSISTANT = re.compile(
    r"\?\s*$|\b(?:let me know|feel free|would you like|happy to help|anything else"
    r"|please (?:confirm|provide|let))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a digest says and what it left out.

    Attributes:
        lines: The digest's lines; empty if the budget holds none.
        kept: Positions in the given units that are in the digest, ascending.
        superseded: Positions left out because a later unit corrects them.
        shortened: Whether kept sentences lost their function words.
    """

    lines: tuple[str, ...]
    kept: tuple[int, ...] = ()
    superseded: tuple[int, ...] = ()
    shortened: bool = False

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def select(
    units: Sequence[Unit],
    budget: int,
    count_tokens: CountTokens,
    *,
    known: Iterable[str] = (),
) -> Selection:
    """Return the digest of `units` in at most `budget` tokens.

    Args:
        units: Candidates in the order of the conversation.
        budget: Tokens of `Selection.text`, at most.
        count_tokens: Tokens of a text.
        known: Texts that stay beside the digest, whose words need no repeating.
    """
    if budget <= 0 or not units:
        return Selection(())
    superseded = _superseded(units)
    texts, level = _renditions(units, budget, count_tokens)
    costs = [count_tokens(" " + text) + 1 if text else 0 for text in texts]
    sections = _sections(units)
    ranking = _Ranking(units, texts, costs, sections, superseded, known)
    order = ranking.order(budget)
    kept = _fitting(order, units, texts, sections, budget, count_tokens)
    lines = _lines(kept, units, texts, sections)
    return Selection(tuple(lines), tuple(kept), tuple(sorted(superseded)), level > 0)


def _renditions(
    units: Sequence[Unit], budget: int, count_tokens: CountTokens
) -> tuple[list[str], int]:
    """Return what each unit would say, as full as the budget lets hope for."""
    spoken = [unit.kind == "said" for unit in units]
    # Source: below these shares of what there is, the shorter form kept more facts.
    total = count_tokens("\n".join(unit.text for unit in units))
    pressure = budget / max(1, total)
    level = 0 if pressure >= 0.9 else 1 if pressure >= 0.6 else 2
    texts = [
        shorten(unit.text, level) if said else unit.text
        for unit, said in zip(units, spoken, strict=True)
    ]
    return texts, level


def _sections(units: Sequence[Unit]) -> list[str]:
    """Return the section of the digest that each unit belongs to."""
    requests = [
        at
        for at, unit in enumerate(units)
        if unit.kind == "said"
        and unit.speaker == "user"
        and not _is_acknowledgement(unit.text)
        and len(words_of(unit.text)) >= _REQUEST_WORDS
        and "? " not in unit.text  # an answer behind the assistant's question
    ]
    renewed = [at for at in requests if _REQUEST.search(units[at].text)]
    # The first request brings its conditions: "don't touch the public API".
    opening = units[requests[0]].message if requests else -1
    first = [at for at in requests if units[at].message == opening][:_OPENING_UNITS]
    intent = {*first, *renewed[-1:]}
    last_spoken = max(
        (u.message for u in units if u.speaker in ("user", "assistant")), default=-1
    )
    return [
        "intent" if at in intent else _section(unit, last_spoken)
        for at, unit in enumerate(units)
    ]


def _section(unit: Unit, last_spoken: int) -> str:
    """Return the section of a unit that is no statement of intent."""
    if unit.kind == "call":
        return "decisions" if _CHANGES.search(unit.text.split("(")[0]) else "facts"
    if unit.kind == "line" and ERROR.search(unit.text):
        return "refs"
    if unit.kind != "said":
        return "facts"
    if unit.speaker == "user":
        if unit.message == last_spoken and unit.text.endswith(("?", "？")):
            return "open"
        return "preferences" if _PREFERENCE.search(unit.text) else "facts"
    return "decisions" if _DECISION.search(unit.text) else "facts"


class _Ranking:
    """Lazy greedy order of units by new weight per token."""

    def __init__(
        self,
        units: Sequence[Unit],
        texts: Sequence[str],
        costs: Sequence[int],
        sections: Sequence[str],
        superseded: set[int],
        known: Iterable[str],
    ) -> None:
        self._units = units
        self._texts = texts
        self._costs = costs
        self._sections = sections
        self._words = [
            _words_left(unit, text) for unit, text in zip(units, texts, strict=True)
        ]
        self._said: dict[str, int] = {}
        for text in known:
            for word in set(words_of(text)):
                self._said[word.key] = 1
        self._rarity = self._rarities(units)
        self._factors = [factor_of(unit) for unit in units]
        there = [
            at
            for at, text in enumerate(texts)
            if text and self._words[at] and at not in superseded
        ]
        telling = [at for at in there if _tells(units[at], self._words[at])]
        self._candidates = set(telling or there)
        self._taken: set[int] = set()

    def _rarities(self, units: Sequence[Unit]) -> dict[str, float]:
        """Return each word's rarity in (0, 1]: log of messages per message with it."""
        where: dict[str, set[int]] = {}
        for unit, words in zip(units, self._words, strict=True):
            for word in words:
                where.setdefault(word.key, set()).add(unit.message)
        messages = len({unit.message for unit in units})
        scale = math.log(1 + messages)
        return {
            key: (math.log(1 + messages / len(at)) / scale) ** _RARITY_POWER
            for key, at in where.items()
        }

    def _gain(self, at: int) -> float:
        """Return the weight of a unit's words that is not said yet, per token."""
        gain = 0.0
        fresh: dict[str, int] = {}
        wished = self._sections[at] == "preferences"
        least = _LEAST_RARITY_OF_WISHES if wished else 0.0
        for key, weight in self._words[at]:
            times = self._said.get(key, 0) + fresh.get(key, 0)
            fresh[key] = fresh.get(key, 0) + 1
            repeat = _REPEAT_VALUE if weight > 1.65 else _REPEAT
            gain += weight * max(self._rarity[key], least) * repeat**times
        if self._sections[at] == "intent":
            gain *= _INTENT
        beside = sum(near in self._taken for near in self._neighbours(at))
        cost = self._costs[at] + _UNIT_TOKENS - _NEIGHBOUR_TOKENS * beside
        return gain * self._factors[at] / cost

    def _neighbours(self, at: int) -> list[int]:
        """Return the units before and after one in its sentence."""
        units = self._units
        near = [at - 1] if at and continues(units[at - 1], units[at]) else []
        if at + 1 < len(units) and continues(units[at], units[at + 1]):
            near.append(at + 1)
        return near

    def order(self, budget: int) -> list[int]:
        """Return units, best first: within their quotas, then the rest.

        Stops at half as much again as the budget, which is more than fits.
        """
        heap = [(-self._gain(at), at) for at in self._candidates]
        heapq.heapify(heap)
        spent = dict.fromkeys(_SECTIONS, 0.0)
        order: list[int] = []
        chosen: set[str] = set()
        later: dict[int, float] = {}
        total = 0.0
        while heap and total < 1.5 * budget + 50:
            _, at = heapq.heappop(heap)
            gain = self._gain(at)
            if heap and gain < -heap[0][0] - 1e-12:
                heapq.heappush(heap, (-gain, at))
                continue
            section = self._sections[at]
            if total < budget and spent[section] > _QUOTA.get(section, 1) * budget:
                later[at] = -gain
                continue
            if self._texts[at] in chosen:
                continue
            chosen.add(self._texts[at])
            self._taken.add(at)
            for near in self._neighbours(at):
                # It gained by this one; its older entry is met later and passed by.
                if near in self._candidates and near not in self._taken:
                    heapq.heappush(heap, (-self._gain(near), near))
            spent[section] += self._costs[at]
            total += self._costs[at]
            order.append(at)
            for key, _ in self._words[at]:
                self._said[key] = self._said.get(key, 0) + 1
        return order + sorted(
            later.keys() - self._taken, key=lambda at: (later[at], at)
        )


def _words_left(unit: Unit, text: str) -> list[Word]:
    """Return the words of what is left of a unit, weighed as all of it writes them.

    What now comes first may be a name that its capital no longer tells, and a short
    quotation is a value besides its words.
    """
    words = words_of(text)
    if unit.kind != "said" or not words:
        return words
    if text != unit.text:
        whole = {word.key: word.weight for word in words_of(unit.text)}
        first = words[0]
        words[0] = Word(first.key, max(first.weight, whole.get(first.key, 0.0)))
    return words + quotations_of(text)


def _is_acknowledgement(text: str) -> bool:
    """Whether a sentence only says that the speaker heard: "Ok, sounds good then"."""
    opening = _ACKNOWLEDGES.match(text)
    # Counted, not matched: a pattern for "up to four words" backtracks endlessly.
    return opening is not None and (
        sum(any(c.isalnum() for c in word) for word in text[opening.end() :].split())
        <= _ACKNOWLEDGED_WORDS
    )


def _tells(unit: Unit, words: Sequence[Word]) -> bool:
    """Whether a sentence says something without those around it.

    "Back relevant; continue?" or "okay then" take room and tell nothing.
    """
    if unit.kind != "said" or any(word.weight > _TELLING_WEIGHT for word in words):
        return True
    least = _LEAST_WORDS.get(unit.speaker, 1)
    return len({word.key for word in words if word.weight >= 1}) >= least


def factor_of(unit: Unit) -> float:
    """Return what a unit's source and cues make of its words' weight."""
    text = unit.text
    if unit.kind == "call":
        called, _, arguments = text.partition("(")
        if _CHANGES.search(called):
            return _CHANGE_WEIGHT
        named = any(word.weight > _BARE for word in words_of(arguments))
        return _CALL_WEIGHT if named else _BARE_CALL_WEIGHT
    if unit.kind in ("record", "row"):
        weight = _RECORD_WEIGHT if unit.kind == "record" else _ROW_WEIGHT
        if unit.kind == "record" and _CHANGES.search(unit.speaker[len("tool ") :]):
            weight = _OUTCOME_WEIGHT
        return float(weight * _ROW_DECAY ** min(unit.rank, 6))
    if unit.kind == "line":
        return _LINE_WEIGHT * (3.0 if ERROR.search(text) else 1.0)
    factor = _SPOKEN_WEIGHT.get(unit.speaker, _OTHER_WEIGHT)
    if _is_acknowledgement(text):
        return factor * 0.3
    cues = 1.0
    if unit.speaker == "user":
        cues += _CUE * bool(_PREFERENCE.search(text))
        cues += _CUE * bool(_IDENTITY.search(text))
        cues += _CUE * bool(_CORRECTION.search(text))
    else:
        cues += _CUE * bool(_DECISION.search(text))
        cues -= _CUE * bool(_REQUEST_BY_ASSISTANT.search(text))
    cues += _CUE * bool(ERROR.search(text))
    return factor * cues


def _fitting(
    order: Sequence[int],
    units: Sequence[Unit],
    texts: Sequence[str],
    sections: Sequence[str],
    budget: int,
    count_tokens: CountTokens,
) -> list[int]:
    """Return the longest start of `order` whose lines fit, and what still fits."""

    def fits(chosen: Iterable[int]) -> bool:
        lines = _lines(sorted(chosen), units, texts, sections)
        return count_tokens("\n".join(lines)) <= budget

    low, high = 0, len(order)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(order[:middle]) else (low, middle - 1)
    chosen = list(order[:low])
    for at in order[low + 1 : low + 9]:
        if fits([*chosen, at]):
            chosen.append(at)
    return sorted(chosen)


def _lines(
    kept: Sequence[int],
    units: Sequence[Unit],
    texts: Sequence[str],
    sections: Sequence[str],
) -> list[str]:
    """Return the digest's lines: by section and speaker, in order."""
    lines = []
    labelled: dict[str, list[int]] = {}
    for at in kept:
        if not _is_implied(units[at], sections[at]):
            unit = units[at]
            label = f"{unit.speaker} {unit.name}".rstrip()
            labelled.setdefault(label, []).append(at)
    for section in _SECTIONS:
        chosen = [
            at
            for at in kept
            if sections[at] == section and _is_implied(units[at], section)
        ]
        if chosen:
            lines.append(f"{section}: {_joined(chosen, units, texts)}")
        if section == "facts":
            lines += [
                f"{who} - {_joined(said, units, texts)}"
                for who, said in labelled.items()
            ]
    return lines


def _joined(chosen: Sequence[int], units: Sequence[Unit], texts: Sequence[str]) -> str:
    """Return units as one line, clauses that follow each other as one sentence."""
    line = ""
    for at, before in zip(chosen, [-1, *chosen], strict=False):
        if line:
            goes_on = at == before + 1 and continues(units[before], units[at])
            line += " " if goes_on else "; "
        line += texts[at]
    return line


def _is_implied(unit: Unit, section: str) -> bool:
    """Whether a section's line tells who speaks, so that no label must.

    What a tool or anyone but the assistant said is never written as the assistant's:
    a page that was fetched must not become a decision.
    """
    if unit.name or section in ("facts", "refs"):
        return False
    if section == "decisions":
        return unit.kind == "call" or unit.speaker == "assistant"
    return unit.speaker == "user"


# How far back a correction reaches, in the same speaker's units.
_CORRECTION_REACH = 12


def _superseded(units: Sequence[Unit]) -> set[int]:
    """Return the units that a later one of the same speaker corrects.

    A correction says so ("actually", "instead", "no,"), is about the same (half of
    the words of the shorter one), gives a value of each kind that the older one gave,
    and replaces one word of it: so an older statement goes only if all it said is said
    anew. What asks or adds ("also", "as well") corrects nothing; what negates, or
    speaks of "server B" where the older one spoke of A, leaves both, in order.
    """
    gone: set[int] = set()
    heard: dict[str, list[_Heard]] = {}
    for at, unit in enumerate(units):
        if unit.kind != "said":
            continue
        words = words_of(unit.text)
        values = {_kind_of_value(word) for word in words} - {""}
        keys = {word.key for word in words if word.weight >= 1 or _is_number(word.key)}
        new = _Heard(at, keys - _CORRECTION_WORDS, values, _turns_of(unit.text))
        earlier = heard.setdefault(unit.speaker, [])
        if _CORRECTION.search(unit.text) and not _ADDITION.search(unit.text):
            for old in earlier[-_CORRECTION_REACH:]:
                shared = len(new.keys & old.keys)
                if (
                    shared
                    and shared == len(old.keys) - 1
                    and 2 * shared >= min(len(new.keys), len(old.keys))
                    and old.values <= new.values
                    and old.turns == new.turns
                ):
                    gone.add(old.at)
        earlier.append(new)
    return gone


class _Heard(NamedTuple):
    """A statement as far as it can be corrected."""

    at: int
    keys: set[str]
    values: set[str]
    turns: set[str]


_LABEL = re.compile(r"(?<=\w )[A-Z]\b")


def _turns_of(text: str) -> set[str]:
    """Return the negations and one-letter names, which tell statements apart."""
    lows = {word.strip(".,;:!?").lower() for word in text.split()}
    return (lows & NEGATIONS - {"no", "instead"}) | {
        label for label in _LABEL.findall(text) if label != "I"
    }


_CORRECTION_WORDS = frozenset(("actually", "instead", "correction", "changed", "wait"))


def _is_number(key: str) -> bool:
    return any(c.isdigit() for c in key)


def _kind_of_value(word: Word) -> str:
    """Return which kind of value a word gives, "" for none."""
    if _is_number(word.key):
        return "number"
    return "name" if word.weight > 1.5 else ""


def prune(units: Sequence[Unit], max_characters: int) -> list[Unit]:
    """Return the weightiest of `units` that fit in `max_characters`, in order."""

    def weight(at: int) -> float:
        unit = units[at]
        words = {word.key: word.weight for word in words_of(unit.text)}
        return factor_of(unit) * sum(words.values()) / (len(unit.text) + 10)

    kept, characters = [], 0
    for at in sorted(range(len(units)), key=lambda at: (-weight(at), -at)):
        characters += len(units[at].text)
        if characters > max_characters:
            break
        kept.append(at)
    kept.sort()
    left = []
    for at, before in zip(kept, [-1, *kept], strict=False):
        unit = units[at]
        if unit.kind == "said" and before != at - 1:
            # What followed a clause that is gone follows nothing.
            unit = unit._replace(rank=0)
        left.append(unit)
    return left
