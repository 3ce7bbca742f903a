"""Words: which carry a sentence's facts, and how to write it without the others."""

import re
from functools import lru_cache
from typing import NamedTuple

from headroom.conversations.english import (
    ADVERBS,
    BEFORE_LIMITS,
    BETWEEN_PEOPLE,
    COLOUR,
    DATES,
    FILLERS,
    FUNCTION,
    IN_DATES,
    IN_NAMES,
    LIMITS,
    MODALS,
    NEGATIONS,
    NUMBERS,
    PARTICLES,
    PHRASAL,
    PRONOUNS,
    STATES,
    TURNING,
)

__all__ = [
    "DENSE",
    "PLAIN",
    "VERBATIM",
    "Word",
    "quotations_of",
    "references_of",
    "shorten",
    "words_of",
]

# How much of a sentence stays: all; all but fillers; the words that carry facts.
VERBATIM, PLAIN, DENSE = 0, 1, 2


_DROPPED_WHEN_DENSE = (FUNCTION | COLOUR) - NEGATIONS - NUMBERS - DATES

_STRIP = "=\"'“”‘’()[]{}<>.,;:!?…*_~|—–"
_HAS_DIGIT = re.compile(r"\d")
_ORDINAL = re.compile(r"^\d{1,2}(?:st|nd|rd|th)$")
_REFERENCE = re.compile(r"[\w.+-]@[\w-]+\.\w|https?://|\w[/\\]\w|\w_\w|\w\.\w{1,5}$")
# Scripts that write words without spaces between them.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\U00020000-\U0003ffff]+"
)
_QUOTES = {'"': '"', "“": "”", "‘": "’", "`": "`", "«": "»"}
_OPERATOR = re.compile(r"^[-–=+*/<>×÷%&|^~≤≥]+$")
# What ends a sentence, so that a capital after it starts one.
_ENDS = ".:!?—-…"


class Word(NamedTuple):
    """A word that carries meaning: the key it is counted by and its weight."""

    key: str
    weight: float


def _lower(chunk: str) -> str:
    return chunk.strip(_STRIP).replace("’", "'").lower()


# Source: weights of the classes of words, swept on the conversations that
# docs/conversations.md reports, each kept only where both halves gained or stayed.
_PLAIN_WEIGHT = 1.0
_COLOUR_WEIGHT = 0.3
_NAME_WEIGHT = 2.8
_NUMBER_WEIGHT = 2.0
_DATE_WEIGHT = 1.6
_REFERENCE_WEIGHT = 2.6
# The name of a field says which value stands beside it, not a fact.
_KEY_WEIGHT = 0.2
_QUOTATION_WEIGHT = 2.0
_QUOTATION = re.compile(r"[\"“]([^\"”“ ]{1,24}(?: [^\"”“ ]{1,24}){0,4})[\"”]")


@lru_cache(maxsize=65_536)
def _word(chunk: str) -> Word | None:
    """Return the counted word of a whitespace-separated chunk, if it has one."""
    core = chunk.strip(_STRIP)
    low = core.replace("’", "'").lower()
    if not low or low in FUNCTION:
        return None
    if _REFERENCE.search(core):
        return Word(low, _reference_weight(core))
    if _HAS_DIGIT.search(core):
        mixed = any(c.isalpha() for c in core) and not _ORDINAL.match(low)
        return Word(low, _reference_weight(core) if mixed else _NUMBER_WEIGHT)
    if low in NUMBERS:
        return Word(low, _NUMBER_WEIGHT)
    if low in DATES:
        return Word(low, _DATE_WEIGHT)
    if low in NEGATIONS:
        return Word(low, 0.3)
    if not any(c.isalnum() for c in low):
        return None
    if core[0].isupper():
        return Word(low, _NAME_WEIGHT)
    return Word(_stem(low), _COLOUR_WEIGHT if low in COLOUR else _PLAIN_WEIGHT)


def _reference_weight(core: str) -> float:
    """Return the weight of an id, path, address or URL: it grows with its tokens."""
    return max(_REFERENCE_WEIGHT, min(len(core), 40) / 3)


def _stem(low: str) -> str:
    """Return a word without its plural or possessive ending."""
    if low.endswith("'s"):
        low = low[:-2]
    if len(low) > 4 and low.endswith("s") and not low.endswith("ss"):
        return low[:-1]
    return low


def words_of(text: str) -> list[Word]:
    """Return the words of `text` that carry meaning, in order, with repetitions.

    Writing without spaces is counted by pairs of characters.
    """
    words = []
    opens = True
    for chunk in _chunks(text):
        opens, starts = chunk[-1] in _ENDS, opens
        unspaced = _UNSPACED.findall(chunk)
        if unspaced:
            for run in unspaced:
                pairs = [run[i : i + 2] for i in range(max(1, len(run) - 1))]
                words += [Word(pair, 0.5) for pair in pairs]
            chunk = _UNSPACED.sub(" ", chunk).strip()
        word = _word(chunk)
        if word is not None and chunk[-1] == "=":
            words.append(Word(word.key, _KEY_WEIGHT))
            continue
        if word is None:
            if chunk.strip(_STRIP) == "May":
                words.append(Word("may", _DATE_WEIGHT))
            continue
        if starts and word.weight == _NAME_WEIGHT and not chunk.isupper():
            key = _stem(word.key)
            plain = _COLOUR_WEIGHT if word.key in COLOUR else _PLAIN_WEIGHT
            word = Word(key, plain)
        words.append(word)
    return words


def quotations_of(text: str) -> list[Word]:
    """Return each title or phrase of up to five words in quotation marks as a word."""
    return [Word(m[1].lower(), _QUOTATION_WEIGHT) for m in _QUOTATION.finditer(text)]


def _chunks(text: str) -> list[str]:
    """Return the chunks of `text` between spaces and the joints of k=v fields."""
    return text.replace("=", "= ").replace("(", " ").replace("—", " ").split()


def shorten(text: str, level: int) -> str:
    """Return `text` without the words that say least.

    Never without numbers, names, negations, nor what turns, limits, compares or
    directs what stays ("stop", "only after", "too", "from", "turn off").

    Args:
        text: A sentence, on one line.
        level: 0 for all of it, 1 without fillers, 2 without function words.
    """
    if level == VERBATIM:
        return text
    drop = FILLERS if level == PLAIN else _DROPPED_WHEN_DENSE
    chunks = text.replace("—", "— ").split()
    lows = [_lower(chunk) for chunk in chunks]
    kept = [
        low not in drop
        or _is_inner_capital(chunks, at)
        or (low in COLOUR and at > 0 and _is_amount(chunks[at - 1], lows[at - 1]))
        for at, low in enumerate(lows)
    ]
    _keep_quotations(chunks, kept)
    _keep_turning(chunks, lows, kept)
    _keep_relations(chunks, lows, kept)
    _keep_bridges(chunks, lows, kept)
    out = []
    for at, chunk in enumerate(chunks):
        if not kept[at]:
            continue
        if not any(c.isalnum() for c in chunk) and not _operates(chunks, kept, at):
            continue
        if chunk[-1] in ",;—" and not _joins(chunks, kept, at):
            chunk = chunk[:-1]
        out.append(chunk)
    return " ".join(out).rstrip(".!,;:— ")


def _is_inner_capital(chunks: list[str], at: int) -> bool:
    """Whether a chunk is written as part of a name: "Tech for Good", "May"."""
    core = chunks[at].strip(_STRIP)
    if at == 0 or not core[:1].isupper() or core in ("I", "AM", "PM"):
        return False
    if core == "A" and chunks[at - 1].isupper():  # "THIS IS A TITLE"
        return False
    return "'" not in core and "’" not in core and chunks[at - 1][-1] not in _ENDS


def _operates(chunks: list[str], kept: list[bool], at: int) -> bool:
    """Whether a chunk is an operator between two operands, such as "10 am - 12"."""
    if not _OPERATOR.match(chunks[at]) or not 0 < at < len(chunks) - 1:
        return False
    sides = chunks[at - 1], chunks[at + 1]
    return all(kept[at - 1 : at + 2]) and any(
        len(side) == 1 or _HAS_DIGIT.search(side) for side in sides
    )


def _joins(chunks: list[str], kept: list[bool], at: int) -> bool:
    """Whether the comma after a chunk stands inside a value such as "London, UK"."""
    if at + 1 >= len(chunks) or not kept[at + 1]:
        return False
    return _is_value(chunks[at]) and _is_value(chunks[at + 1])


def _is_value(chunk: str) -> bool:
    core = chunk.lstrip(_STRIP)
    return bool(core) and (core[0].isupper() or bool(_HAS_DIGIT.search(core)))


def _is_amount(chunk: str, low: str) -> bool:
    return chunk[-1].isalnum() and (low in NUMBERS or low.isdigit())


def _is_time(chunk: str, low: str) -> bool:
    return bool(_HAS_DIGIT.search(chunk)) or low in NUMBERS or low in DATES


_NOBODY_IN_PARTICULAR = ("anything", "anyone", "everything", "everyone", "all", "any")


def _keep_turning(chunks: list[str], lows: list[str], kept: list[bool]) -> None:
    """Keep the words that turn, limit or compare what stays beside them."""
    end = len(chunks) - 1
    compares = "than" in lows
    for at, low in enumerate(lows):
        if low in ("from", "or"):
            kept[at] = _leads(chunks, kept, at)
        elif low in TURNING:
            kept[at] |= low != "rather" or compares
            if low == "than" and at:
                kept[at - 1] = True
    for at, low in enumerate(lows):
        if low in ADVERBS:
            kept[at] |= at < end and kept[at + 1] and lows[at + 1] not in ADVERBS
        elif low == "but" and at and lows[at - 1] in _NOBODY_IN_PARTICULAR:
            kept[at - 1] = kept[at] = True
        elif low in NEGATIONS and at < end:
            # "Don't forget", "can't make it", "no longer".
            kept[at + 1] |= lows[at + 1] not in FILLERS
        elif low in NEGATIONS and at > 1:
            # "I am not", "she does not".
            kept[at - 2] |= lows[at - 2] in PRONOUNS
        if at and chunks[at - 1][-1] in "?？":
            # "Full insurance? Yes", an answer behind its question.
            kept[at] = True


def _leads(chunks: list[str], kept: list[bool], at: int) -> bool:
    """Whether one of the next two chunks stays, with no pause before it."""
    for near in (at + 1, at + 2):
        if near < len(chunks):
            if kept[near]:
                return True
            if chunks[near][-1] in _ENDS + ",;":
                return False
    return False


def _keep_relations(chunks: list[str], lows: list[str], kept: list[bool]) -> None:
    """Keep what says where to, who to whom, and whether it is so or only wished."""
    end = len(chunks) - 1
    directed = "from" in lows
    for at, low in enumerate(lows):
        before = lows[at - 1] if at else ""
        after = lows[at + 1] if at < end else ""
        if low in ("to", "into", "onto"):
            if directed and at < end and kept[at + 1] and before not in MODALS:
                kept[at] = True
            elif before == "used" and (at < 2 or lows[at - 2] in PRONOUNS):
                kept[at - 1] = kept[at] = True
            elif before in MODALS and after in STATES:
                kept[at - 1] = kept[at + 1] = True
        elif low in PARTICLES and at:
            for verb in range(at - 1, max(-1, at - 5), -1):
                if lows[verb] not in PHRASAL:
                    continue
                # "Turn it off", "turn the heating off.", not "move it on Friday".
                if verb == at - 1 or at == end or chunks[at][-1] in _ENDS + ",;":
                    kept[verb] = kept[at] = True
                break
        elif low in BETWEEN_PEOPLE:
            who = at - 1 if before in PRONOUNS else at - 2
            for near in (who, at + 1):
                if 0 <= near <= end and lows[near] in PRONOUNS:
                    kept[near] = kept[at] = True


def _keep_quotations(chunks: list[str], kept: list[bool]) -> None:
    """Keep every word of a short quotation."""
    at = 0
    while at < len(chunks):
        closing = _QUOTES.get(chunks[at][0])
        if closing:
            for end in range(at, min(at + 12, len(chunks))):
                tail = chunks[end].rstrip(".,;:!?)")
                if tail.endswith(closing) and (end > at or len(tail) > 1):
                    kept[at : end + 1] = [True] * (end + 1 - at)
                    at = end
                    break
        at += 1


def _keep_bridges(chunks: list[str], lows: list[str], kept: list[bool]) -> None:
    """Keep the small words inside a date, a time or a name."""
    previous = -1
    for at in range(len(chunks)):
        low = lows[at]
        time_like = _is_time(chunks[at], low)
        if time_like and at and lows[at - 1] == "the" and _ORDINAL.match(low):
            kept[at - 1] = True
        if time_like and at and low in DATES and lows[at - 1] in ("this", "next"):
            kept[at - 1] = True
        if time_like and at and lows[at - 1] in LIMITS:
            qualified = at > 1 and lows[at - 2] in BEFORE_LIMITS
            if qualified:
                kept[at - 2] = True
            kept[at - 1] = qualified or lows[at - 1] != "to" or kept[at - 1]
        if not (kept[at] and (time_like or _is_value(chunks[at]))):
            continue
        gap = range(previous + 1, at)
        if previous >= 0 and 0 < len(gap) <= 2:
            before = chunks[previous]
            closed = before[-1] in ".,;:!?)"
            times = time_like and _is_time(before, lows[previous])
            names = before[0].isupper() and chunks[at][0].isupper() and previous > 0
            bridges = IN_DATES if times else IN_NAMES if names else frozenset()
            if not closed and all(lows[i] in bridges for i in gap):
                for i in gap:
                    kept[i] = True
        previous = at


# Each may start only where no earlier start would have run through the same
# characters, and runs a bounded way before what it needs: else its time is the square
# of the length of a word.
_VALUE = re.compile(
    r"https?://[^\s\"'<>)\]]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{1,190}\b"
    r"|[$€£¥]\s?\d[\d.,]*|(?<![\w./-])[\w.-]{0,120}(?:/[\w.-]+)+"
    r"|(?<![\w-])[\w-]{0,120}\d(?:[\w:/.,-]{0,240}\w)?"
)


def references_of(text: str, limit: int = 60) -> list[str]:
    """Return ids, paths, addresses, URLs and numbers in `text`, weightiest first.

    At most `limit`, each once, of equal weight in order of appearance.
    """
    found: dict[str, float] = {}
    for match in _VALUE.finditer(text):
        value = match[0].rstrip(".,")
        if len(value) <= 120:
            weight = _reference_weight(value) if not value.isdigit() else _NUMBER_WEIGHT
            found.setdefault(value, weight)
    ranked = sorted(found, key=lambda value: -found[value])
    return ranked[:limit]
