"""The extractive digest: which units stay, and the lines they are written in.

Greedy by the weight of the words not yet said per token. The order in which units are
taken does not depend on the budget, so that a larger one keeps what a smaller one did;
what is kept is written in the order of the conversation.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from headroom.conversations.block import Block, write
from headroom.conversations.units import ERROR, Unit, asks, is_short
from headroom.conversations.updates import settled
from headroom.conversations.words import gives_value, words_of

__all__ = ["CountTokens", "Selection", "prune", "select", "standing_rules"]

CountTokens = Callable[[str], int]

# Source of all weights: swept on the conversations that docs/conversations.md reports,
# each kept only where both halves of them gained or stayed.
_SPOKEN_WEIGHT = {"user": 3.0, "assistant": 1.0}
_OTHER_WEIGHT = 0.9
_CALL_WEIGHT = 1.1
_CHANGE_WEIGHT = 2.0
_OUTCOME_WEIGHT = 1.5
_FIELD_WEIGHT = 1.0
_LINE_WEIGHT = 0.9
_CODE_WEIGHT = 0.8
_RULE_WEIGHT = 1.5
_ERROR_WEIGHT = 1.5
_QUESTION_WEIGHT = 0.9
# Short words without a name or number, such as "Good." or "Is that OK?".
_CHATTER_WEIGHT = 0.2
_CHATTER_CHARACTERS = 24
# So short a reply, such as "It isn't.", says nothing without what was said before it.
_REPLY_CHARACTERS = 12
_DIGIT = re.compile(r"\d")
# What others than the user said last counts so much more than what they said first.
_NEWEST_WEIGHT = 1.1
_ROW_DECAY = 0.6
# A call that was made again is worth this share with its answers. What the user said
# before a change is worth all: it may be of another thing.
_STALE_WEIGHT = 0.1
# Each time a word has been said, saying it again is worth this share.
_REPEAT = 0.45
# A unit is worth its weight per token, with this many more for what sets it apart.
_UNIT_TOKENS = 6
# The first request, with its conditions: the first sentences of the first message.
_TASK_WEIGHT = 2.0
_TASK_UNITS = 4
# Rules come before all else until they take so many tokens, with the marks of their
# part, and this share of what is taken so far.
_RULES_TOKENS = 64
_RULES_SHARE = 0.25
# A call up to this length stands before what is kept of its answer.
_CALL_CHARACTERS = 120
# A rule costs so many tokens beside its own, where short ones are weighed with long.
_UNIT_RULE_TOKENS = 12
# Gains are taken down from the highest by this factor a step, so that each unit is
# looked at a bounded number of times. Source: Badanidiyuru and Vondrák, Fast
# Algorithms for Maximizing Submodular Functions (2014), decreasing threshold.
_STEP = 0.85

# Tools whose name says that they only look something up.
_LOOKS_UP = re.compile(
    r"(?:^|[._\W]|(?<=[a-z])(?=[A-Z]))(?:get|list|search|find|read|fetch|show|look|lookup|view|query"
    r"|check|count|describe|retrieve|browse|open|cat|grep|ls|calculate|think|load|scan)"
    r"(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a digest says and what it left out.

    Attributes:
        lines: The digest's lines; empty if the budget holds none.
        rules: The user's standing instructions, in order, apart from the lines.
        kept: Positions in the given units that are in the digest, ascending.
        stale: Positions of statements that a later one certainly replaces.
    """

    lines: tuple[str, ...]
    rules: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()
    stale: tuple[int, ...] = ()

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
    earlier: Sequence[str] = (),
) -> Selection:
    """Return the digest of `units` in at most `budget` tokens.

    Args:
        units: Candidates in the order of the conversation.
        budget: Tokens of `Selection.text` and of the part that holds its rules.
        count_tokens: Tokens of a text.
        known: Texts that stay beside the digest, whose words need no repeating.
        earlier: Rules of the digest so far.
    """
    if budget <= 0 or not units:
        return Selection(())
    units, changed, left_out = _read(units, earlier)
    beside = {old: new for old, (new, certain) in changed.items() if not certain}
    rules = _rules(units, count_tokens, left_out)
    bundles = _Bundles(units, left_out, beside)
    ranking = _Ranking(units, bundles, changed, known, count_tokens)
    others = ranking.order(1.5 * budget + 50)
    ranked = _admitted(rules, others, _rules_tokens([""], count_tokens))
    kept = _fitting(ranked, units, budget, count_tokens, bundles)
    return Selection(
        tuple(written([at for at in kept if units[at].kind != "rule"], units)),
        ruled([at for at in kept if units[at].kind == "rule"], units),
        tuple(kept),
        tuple(sorted(old for old, (_, certain) in changed.items() if certain)),
    )


def standing_rules(
    units: Sequence[Unit],
    budget: int,
    count_tokens: CountTokens,
    *,
    earlier: Sequence[str] = (),
) -> tuple[tuple[str, ...], int]:
    """Return the rules of a digest of `budget` tokens, and the tokens of their part."""
    units, _, left_out = _read(units, earlier)
    chosen: list[int] = []
    spent = _rules_tokens([""], count_tokens)
    most = min(budget / 2, _RULES_TOKENS + _RULES_SHARE * budget)
    for at, cost in _rules(units, count_tokens, left_out).items():
        spent += cost
        if spent > (most if chosen else budget):
            break
        chosen.append(at)
    rules = ruled(sorted(chosen), units)
    return rules, _rules_tokens(rules, count_tokens)


def _read(
    units: Sequence[Unit], earlier: Sequence[str]
) -> tuple[list[Unit], dict[int, tuple[int, bool]], set[int]]:
    """Return the units with their rules amended, what changed, and what is left out."""
    found, changed, joined = settled(units, earlier)
    left_out = set(joined)
    left_out |= {at for at, (_, certain) in changed.items() if certain}
    left_out |= _repeated(found, left_out)
    changed |= {old: (new, False) for old, new in _called_again(units).items()}
    return found, changed, left_out


def ruled(rules: Sequence[int], units: Sequence[Unit]) -> tuple[str, ...]:
    """Return the texts of rules, those of one list together under its introduction."""
    texts: list[str] = []
    above: tuple[int, str] | None = None
    for at in rules:
        unit = units[at]
        if not unit.head:
            texts.append(unit.text)
            above = None
            continue
        item = "\n- " + unit.text.replace("\n", "\n  ")
        if above == (unit.message, unit.head):
            texts[-1] += item
        else:
            texts.append(unit.head + item)
        above = (unit.message, unit.head)
    return tuple(texts)


def _repeated(units: Sequence[Unit], left_out: set[int]) -> set[int]:
    """Return the units that say what another one says, of the same thing.

    Of rules the last stays, of the others the first.
    """
    seen: dict[tuple[str, str, str, str], int] = {}
    again = set()
    for at, unit in enumerate(units):
        one = (unit.speaker, unit.kind, unit.head, unit.text)
        if at in left_out or not (unit.head or unit.kind in ("said", "rule")):
            continue
        before = seen.setdefault(one, at)
        if before != at and unit.kind == "rule":
            seen[one] = at
            again.add(before)
        elif before != at:
            again.add(at)
    return again


def _rules_tokens(rules: Sequence[str], count_tokens: CountTokens) -> int:
    """Return the tokens that a part for these rules takes."""
    if not rules:
        return 0
    apart = write(Block(1, 1, ".", tuple(rules)), preamble=False)
    bare = write(Block(1, 1, "."), preamble=False)
    return count_tokens(apart) - count_tokens(bare) + 1


def _rules(
    units: Sequence[Unit], count_tokens: CountTokens, gone: set[int]
) -> dict[int, int]:
    """Return the tokens of each rule, the most binding for its tokens first."""
    costs = {
        at: count_tokens(f"- {unit.head}{unit.text}\n") + 1
        for at, unit in enumerate(units)
        if unit.kind == "rule" and at not in gone
    }

    def worth(at: int) -> float:
        """How strictly it binds, for its tokens; a newer one counts more."""
        newness = 0.6 + 0.4 * at / len(units)
        return newness * units[at].rank ** 2 / (costs[at] + _UNIT_RULE_TOKENS)

    return {at: costs[at] for at in sorted(costs, key=lambda at: (-worth(at), -at))}


def _admitted(
    rules: dict[int, int], others: Iterator[tuple[list[int], int]], marks: int
) -> list[list[int]]:
    """Return rules and bundles in the order in which a digest takes them.

    The order is the same for every budget, so that a larger digest says all that a
    smaller one does. A rule comes as soon as rules are no more than their share, or
    when its turn is among the others.

    Args:
        rules: Tokens of each rule, the best first.
        others: The other bundles with their tokens, the best first.
        marks: Tokens of the marks of the part that holds the rules.
    """
    order: list[list[int]] = []
    taken: set[int] = set()
    waiting = list(rules.items())[::-1]
    ruled, spent = marks, 0

    def take_rules() -> None:
        nonlocal ruled
        while waiting:
            at, cost = waiting[-1]
            share = _RULES_TOKENS + _RULES_SHARE * (ruled + cost + spent)
            if at not in taken and taken and ruled + cost > share:
                break
            waiting.pop()
            if at not in taken:
                ruled += cost
                taken.add(at)
                order.append([at])

    take_rules()
    for bundle, cost in others:
        fresh = [at for at in bundle if at not in taken]
        if fresh:
            order.append(fresh)
            taken.update(fresh)
            spent += cost
            take_rules()
    return order + [[at] for at, _ in reversed(waiting) if at not in taken]


class _Bundles:
    """Which units are kept or left out together."""

    def __init__(
        self, units: Sequence[Unit], left_out: set[int], changed: dict[int, int]
    ) -> None:
        self.left_out = left_out
        # Units that must stand beside one, by position.
        self._needs: dict[int, list[int]] = {}
        # Calls that come with their answer only: alone they tell nothing.
        self.answered: set[int] = set()
        # Heads of which no unit is there, written before the first that needs them.
        self.loose: dict[int, str] = {}
        latest: dict[tuple[int, str], int] = {}
        spoken: dict[str, int] = {}
        said = Counter(unit.text for unit in units)
        for at, unit in enumerate(units):
            if unit.head:
                head = latest.get((unit.message, unit.head))
                if head is None and unit.joined:
                    head = spoken.get(unit.head)
                if head is None:
                    self.loose[at] = unit.head
                else:
                    self._needs.setdefault(at, []).append(head)
                    if unit.joined:
                        self._needs.setdefault(head, []).append(at)
            for asked in unit.closes:
                # What is answered to everything, such as "Noted.", says nothing.
                # A statement with a number tells something without its reply.
                telling = _DIGIT.search(unit.text) or (
                    len(unit.text) <= _REPLY_CHARACTERS and not _DIGIT.search(asked)
                )
                if asked in spoken and (
                    asks(asked) or (said[unit.text] == 1 and telling)
                ):
                    # A question with a value in it tells something by itself.
                    tells = len(
                        asked.encode("utf-8", "surrogatepass")
                    ) > _CHATTER_CHARACTERS and asks(asked)
                    tells = tells and gives_value(asked)
                    short = is_short(unit.text) or not asks(asked)
                    if short or not tells:
                        self._needs.setdefault(spoken[asked], []).append(at)
                    if short:
                        self._needs.setdefault(at, []).append(spoken[asked])
            latest[unit.message, unit.text] = at
            if unit.kind in ("said", "rule"):
                spoken[unit.text] = at
        for old, new in changed.items():
            self._needs.setdefault(old, []).append(new)
        self._tie_to_calls(units)

    def _tie_to_calls(self, units: Sequence[Unit]) -> None:
        """What a tool answered says little without what it was asked."""
        called: dict[str, int] = {}
        for at, unit in enumerate(units):
            if unit.kind == "call":
                called[unit.speaker] = at
            elif unit.kind in ("field", "line") and unit.speaker in called:
                call = called[unit.speaker]
                if len(units[call].text) <= _CALL_CHARACTERS:
                    self._needs.setdefault(at, []).append(call)
                    if at not in self.left_out:
                        self.answered.add(call)

    def is_whole(self, bundle: Sequence[int], there: set[int]) -> bool:
        """Whether all that a bundle needs is there, or left out anyway."""
        return all(
            need in there or need in self.left_out
            for at in bundle
            for need in self._needs.get(at, ())
        )

    def of(self, at: int, taken: set[int]) -> list[int]:
        """Return the units that are to be taken with one, itself first."""
        if at not in self._needs:
            return [at]
        found, waiting = [], [at]
        while waiting:
            one = waiting.pop()
            if one not in found and one not in taken and one not in self.left_out:
                found.append(one)
                waiting += self._needs.get(one, ())
        return found


class _Ranking:
    """The order of bundles by new weight per token."""

    def __init__(
        self,
        units: Sequence[Unit],
        bundles: _Bundles,
        changed: dict[int, tuple[int, bool]],
        known: Iterable[str],
        count_tokens: CountTokens,
    ) -> None:
        self._units = units
        self._bundles = bundles
        words = [_words(unit.text) for unit in units]
        rarity = _rarities(units, words)
        # The words of a unit: key, weight by rarity, how often it says it.
        self._words = [
            [(key, weight * rarity[key], times) for key, weight, times in one]
            for one in words
        ]
        self._costs = [count_tokens(" " + unit.text) + 1 for unit in units]
        self._loose = {head: count_tokens(head) for head in set(bundles.loose.values())}
        self._shown: set[tuple[int, str]] = set()
        self._said: dict[str, int] = {}
        for text in known:
            for word in set(words_of(text)):
                self._said[word.key] = 1
        task = _task(units)
        stale = {at for at in changed if units[at].speaker != "user"}
        self._factors = [
            factor_of(unit)
            * (_TASK_WEIGHT if at in task else _STALE_WEIGHT if at in stale else 1.0)
            * (1 + (unit.speaker != "user") * (_NEWEST_WEIGHT - 1) * at / len(units))
            for at, unit in enumerate(units)
        ]
        self._taken: set[int] = set()

    def _gain(self, bundle: Sequence[int]) -> float:
        """Return the weight of a bundle's words that is not said yet, per token."""
        if len(bundle) == 1 and bundle[0] not in self._bundles.loose:
            return self._worth(bundle[0], {}) / (_UNIT_TOKENS + self._costs[bundle[0]])
        gain, cost = 0.0, float(_UNIT_TOKENS)
        fresh: dict[str, int] = {}
        for at in bundle:
            gain += self._worth(at, fresh)
            for key, _, times in self._words[at]:
                fresh[key] = fresh.get(key, 0) + times
            cost += self._costs[at]
            head = self._bundles.loose.get(at)
            if head and (self._units[at].message, head) not in self._shown:
                cost += self._loose[head]
        return gain / cost

    def _worth(self, at: int, fresh: dict[str, int]) -> float:
        """Return the weight of a unit's words, less where said or `fresh` beside it."""
        worth = 0.0
        # Of two rules in the same words, each forbids another thing.
        said = {} if self._units[at].kind == "rule" else self._said
        for key, weight, _ in self._words[at]:
            before = said.get(key, 0)
            if fresh and said:
                before += fresh.get(key, 0)
            worth += weight * _REPEATS[before if before < _MOST_REPEATS else -1]
        return worth * self._factors[at]

    def order(self, most: float) -> Iterator[tuple[list[int], int]]:
        """Yield bundles with their tokens, best first, until `most` are taken."""
        levels: dict[int, list[int]] = {}

        def file(at: int, gain: float, lowest: int = -1000) -> None:
            if gain > 1e-9:
                level = max(lowest, math.floor(math.log(gain) / math.log(_STEP)))
                levels.setdefault(level, []).append(at)

        apart = self._bundles.left_out | self._bundles.answered
        for at in range(len(self._units)):
            alone = at not in apart
            if alone and self._words[at]:
                file(at, self._gain(self._bundles.of(at, self._taken)))
        spent = 0
        while levels and spent < most:
            level = min(levels)
            waiting = levels.pop(level)
            least = _STEP ** (level + 1)
            for at in sorted(set(waiting) - self._taken):
                bundle = self._bundles.of(at, self._taken)
                gain = self._gain(bundle)
                if gain < least:
                    file(at, gain, level + 1)
                    continue
                for one in bundle:
                    self._take(one)
                cost = sum(self._costs[one] for one in bundle)
                spent += cost
                yield sorted(bundle), cost

    def _take(self, at: int) -> None:
        self._taken.add(at)
        if head := self._bundles.loose.get(at):
            self._shown.add((self._units[at].message, head))
        for key, _, times in self._words[at]:
            self._said[key] = self._said.get(key, 0) + times


_MOST_REPEATS = 32
_REPEATS = tuple(_REPEAT**n for n in range(_MOST_REPEATS))


def _rarities(
    units: Sequence[Unit], words: Sequence[Sequence[tuple[str, float, int]]]
) -> dict[str, float]:
    """Return each word's rarity in (0, 1]: log of messages per message with it."""
    messages: Counter[str] = Counter()
    last: dict[str, int] = {}
    for unit, found in zip(units, words, strict=True):
        for key, _, _ in found:
            # Units come message by message, but for answers behind their calls.
            if last.get(key) != unit.message:
                last[key] = unit.message
                messages[key] += 1
    every = len({unit.message for unit in units})
    scale = math.log(1 + every)
    return {
        key: math.log(1 + every / min(n, every)) / scale for key, n in messages.items()
    }


@lru_cache(maxsize=16_384)
def _words(text: str) -> list[tuple[str, float, int]]:
    """Return each word once, with its highest weight and how often it is said."""
    found: dict[str, tuple[float, int]] = {}
    for key, weight in words_of(text):
        heaviest, times = found.get(key, (weight, 0))
        found[key] = (weight if weight > heaviest else heaviest, times + 1)
    return [(key, weight, times) for key, (weight, times) in found.items()]


def _task(units: Sequence[Unit]) -> set[int]:
    """Return the first request: the first sentences of the first user message."""
    asked = [
        at for at, u in enumerate(units) if u.speaker == "user" and u.kind != "code"
    ]
    first = [at for at in asked if units[at].message == units[asked[0]].message]
    return set(first[:_TASK_UNITS])


def _called_again(units: Sequence[Unit]) -> dict[int, int]:
    """Return, for what belongs to a call that was made again, the last one's answer.

    To a call belong its answers and what the assistant said of them. The same call has
    the same arguments, or the same first one where the earlier failed: its last answer
    is how things stand.
    """
    made: dict[str, list[int]] = {}  # What belongs to the last call, by its key.
    current: dict[str, list[int]] = {}  # What belongs to the last call of a tool.
    latest: list[int] = []
    newer: dict[int, list[int]] = {}
    for at, unit in enumerate(units):
        if unit.kind == "call":
            key = f"{unit.speaker}{unit.text}"
            start = f"{unit.speaker}{unit.text.partition(',')[0].rstrip(')')}"
            latest = [at]
            for before in (made.get(key, []), made.get(start, [])):
                failed = any(ERROR.search(units[n].text) for n in before[1:])
                if before and (failed or units[before[0]].text == unit.text):
                    newer.update(dict.fromkeys(before, latest))
            current[unit.speaker] = made[key] = made[start] = latest
        elif unit.kind in ("field", "line") and unit.speaker in current:
            current[unit.speaker].append(at)
        elif unit.speaker == "assistant":
            latest.append(at)
        else:
            latest = []
    for old in sorted(newer, reverse=True):
        newer[old] = newer.get(newer[old][0], newer[old])
    return {old: group[min(1, len(group) - 1)] for old, group in newer.items()}


# Several digests of one conversation ask for it.
@lru_cache(maxsize=16_384)
def factor_of(unit: Unit) -> float:
    """Return what a unit's source makes of its words' weight."""
    if unit.kind == "call":
        looks_up = _LOOKS_UP.search(unit.speaker.partition(" ")[2])
        return _CALL_WEIGHT if looks_up else _CHANGE_WEIGHT
    if unit.kind == "field":
        changes = not unit.rank and not _LOOKS_UP.search(unit.speaker.partition(" ")[2])
        weight = _OUTCOME_WEIGHT if changes else _FIELD_WEIGHT
        weight *= _ERROR_WEIGHT if ERROR.search(unit.text) else 1.0
        return float(weight * _ROW_DECAY ** min(unit.rank, 6))
    if unit.kind == "line":
        return _LINE_WEIGHT * (3.0 if ERROR.search(unit.text) else 1.0)
    factor = _SPOKEN_WEIGHT.get(unit.speaker, _OTHER_WEIGHT)
    if unit.kind == "code":
        return factor * _CODE_WEIGHT
    if unit.kind == "rule":
        return factor * _RULE_WEIGHT
    if len(unit.text) <= _CHATTER_CHARACTERS and not gives_value(unit.text):
        factor *= _CHATTER_WEIGHT
    if asks(unit.text):
        factor *= _QUESTION_WEIGHT
    return factor * (_ERROR_WEIGHT if ERROR.search(unit.text) else 1.0)


def _fitting(
    ranked: Sequence[list[int]],
    units: Sequence[Unit],
    budget: int,
    count_tokens: CountTokens,
    bundles: _Bundles,
) -> list[int]:
    """Return the longest start of `ranked` whose lines fit, and what still fits.

    Not so what needs a unit that an earlier one took along and that did not fit.
    """

    def fits(chosen: Sequence[list[int]]) -> bool:
        kept = sorted(at for bundle in chosen for at in bundle)
        rules = ruled([at for at in kept if units[at].kind == "rule"], units)
        lines = written([at for at in kept if units[at].kind != "rule"], units)
        used = count_tokens("\n".join(lines)) + _rules_tokens(rules, count_tokens)
        return used <= budget

    low, high = 0, len(ranked)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(ranked[:middle]) else (low, middle - 1)
    chosen = list(ranked[:low])
    for bundle in ranked[low + 1 : low + 17]:
        there = {at for one in [*chosen, bundle] for at in one}
        if bundles.is_whole(bundle, there) and fits([*chosen, bundle]):
            chosen.append(bundle)
    return sorted(at for bundle in chosen for at in bundle)


def written(kept: Sequence[int], units: Sequence[Unit]) -> list[str]:
    """Return the digest's lines, in the order of the conversation.

    A line opens with who speaks; those that go on with the same speaker start with a
    space. Fields of one object share a line, "…" where some between them are left out.
    """
    lines: list[str] = []
    label = ""
    texts: set[str] = set()
    record: tuple[int, str, str] | None = None
    before = -2
    for at in kept:
        unit = units[at]
        who = f"{unit.speaker} {unit.name}".rstrip()
        last = units[before] if before >= 0 else unit
        if unit.call != last.call and unit.kind != "call":
            # It must not seem to answer the call that stands above.
            label = ""
        if who != label or unit.message != last.message:
            texts = set()
        parts = [unit.text]
        of = (unit.message, unit.speaker, unit.head or unit.text)
        if unit.kind == "field" and record == of:
            lines[-1] += (", " if before == at - 1 else " … ") + unit.text
            before = at
            continue
        if before == at - 1 and unit.text.startswith("… ") and lines[-1].endswith(" …"):
            # The clause that follows in its sentence.
            lines[-1] = lines[-1][:-1] + unit.text[2:]
            before = at
            continue
        if unit.head and unit.head not in texts and not _is_shown(unit.head, lines):
            if unit.kind == "field":
                parts = [
                    unit.head + (" " if unit.head.endswith(":") else ", ") + unit.text
                ]
            else:
                parts = [unit.head, unit.text]
        record = of if unit.kind == "field" else None
        for part in parts:
            texts.add(part)
            if unit.kind == "call":
                lines.append(f"{who}{part}")
            elif who == label:
                lines.append(f" {part}")
            else:
                lines.append(f"{who}: {part}")
            label = who
        before = at
    return lines


def _is_shown(head: str, lines: Sequence[str]) -> bool:
    """Whether the last line says a head already."""
    return bool(lines) and lines[-1].endswith(head)


def prune(units: Sequence[Unit], max_characters: int) -> list[Unit]:
    """Return the weightiest of `units` that fit in `max_characters`, in order.

    A rule goes with what amends or replaces it: alone it would hold as it was.
    """
    _, changed, joined = settled(units if any(u.kind == "rule" for u in units) else ())
    of = {new: old for old, (new, _) in changed.items() if units[old].kind == "rule"}
    of |= joined
    together: dict[int, list[int]] = {}
    for at in range(len(units)):
        first = of.get(at, at)
        while first in of:
            first = of[first]
        together.setdefault(first, []).append(at)

    def weight(at: int) -> float:
        unit = units[at]
        worth = sum(weight for _, weight, _ in _words(unit.text))
        rule = 1000.0 if unit.kind == "rule" else 1.0
        return rule * factor_of(unit) * worth / (len(unit.text) + 10)

    kept: list[int] = []
    characters = 0
    for at in sorted(together, key=lambda at: (-weight(at), -at)):
        characters += sum(len(units[one].text) for one in together[at])
        if characters > max_characters:
            break
        kept += together[at]
    return [units[at] for at in sorted(kept)]
