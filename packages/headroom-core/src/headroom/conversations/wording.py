"""Words: which carry a sentence's facts, and how to write it without the others."""

import re
from functools import lru_cache
from typing import NamedTuple

__all__ = ["DENSE", "PLAIN", "VERBATIM", "Word", "references_of", "shorten", "words_of"]

# How much of a sentence stays: all; all but fillers; the words that carry facts.
VERBATIM, PLAIN, DENSE = 0, 1, 2


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _words(
    """a an the please thanks thank hi hello hey okay ok well great perfect awesome
    wonderful excellent sure certainly absolutely really very just quite pretty so
    actually basically literally oh um uh hmm yeah yep alright right kindly
    welcome sorry is are was were am be been being do does did have has had will
    would shall should could can may might i'd i'm i've i'll you're you'd you'll
    you've it's that's there's here's let's we're we'd we'll we've they're he's she's
    also too some any of course kind there here"""
)
# Function words and the verbs of asking and having, which say that something is
# wanted or told but not what.
_FUNCTION = _FILLERS | _words(
    """i me my mine myself you your yours we us our ours he him his she her hers it
    its they them their theirs this that these those who whom whose which what how
    and or but as at by for from in into of on onto to with about over under between
    through during after before above below up down out off again then than
    such same both each all more most other another own only if else while because
    since though although until unless whether when where why one ones
    want wants wanted like likes need needs needed get gets getting got gonna going go
    goes went make makes making made find finds look looks looking see seeing know
    knows think thinking thought say says said tell give show let lets help
    come comes take takes took try trying keep put use using used
    something anything everything someone anyone thing things way lot lots bit
    much many few little even still already yet now always ever
    feel felt seems seem able sounds sound especially particular
    particularly maybe perhaps probably likely definitely
    interested love wondering wonder
    yes good fine nice happy glad best better
    information details detail available following several various including
    include includes ensure provide provides consider important based help
    option options different specific overall additionally however"""
)
# Words that colour a sentence: they count little and go with the function words.
_COLOUR = _words(
    """able absolute absolutely accidentally ahead almost alone along already although
    altogether amazing another appreciate appreciated apparently around aside awful away
    awhile basically beautiful become becomes becoming began begin beginning believe big
    bigger biggest brilliant bring brings brought bunch careful carefully chance check
    choose chance clear clearly close come common completely constant constantly cool
    couple crazy crucial current currently day days deal deeply definitely depending
    despite difficult directly done easier easily easy effective effort else end ended
    enjoy enjoyed enjoying enough entire entirely especially essential essentially even
    eventually everybody everyone everything exactly exciting experience expect extra
    extremely fact fair fairly far fast feeling feels figure final finally focus forget
    forward found frankly free frequently fresh full fully fun funny further generally
    genuinely glad great guess guy guys half handle happen happened happens happy hard
    hardest having hear heard hectic heck hold honest honestly hope hopefully hoping huge
    ideal ideally imagine imagined immediately impressive incredible incredibly indeed
    instance instead interesting involve issue issues item items keep kept key kind
    kinds know large largely last lately later latter lead leading learned least leave
    left legit less likely line literally little long longer lot lots main mainly manage
    managed matter mean means meant mention mentioned might mind moment mostly move
    moving naturally nearly necessarily necessary nervous normal normally notice noticed
    obviously occasionally often okay older onto ones open opportunity order outside
    overall overly own part particular past people perfect perfectly personally piece
    place places plan planning plus point possible possibly potential pretty previous
    probably problem process provided push quick quickly quiet quite rather ready real
    realize realized realizing realistically really reason recent recently regardless
    regular regularly related reliable remember remind reminds right rough roughly
    running scary seeing sense serious seriously set several shared short significant
    similar simple simply situation slight slightly slow slowly small solid somehow
    someone sometimes somewhat somewhere soon sort sorts specific spend spending spent
    spot staff start started starting starts stay stays step steps still stop straight
    strong stuff sudden suddenly suppose supposed surprised surprising talking tend
    terms terrible thankfully themselves thinking thorough thoroughly thought thoughts
    throughout time times tiny today's together tons total totally tough towards track
    tricky true truly turn turned turns twice type types typical typically ultimately
    understand understanding unexpected unfortunately unique unless unlike usual usually
    vital waiting wanted ways weird whatever whenever wherever wide wish within wonderful
    word words work working works world worried worry worse worst worth wow wrong years
    yourself advice aspect aspects crucial enhance essential feature features helpful
    helps offer offers overall popular recommend recommended suggestion suggestions tip
    tips various welcome"""
)
_NEGATIONS = _words(
    """no not never none nothing neither nor without don't doesn't didn't isn't aren't
    wasn't weren't won't wouldn't can't cannot couldn't shouldn't haven't hasn't hadn't
    dont doesnt didnt isnt wont cant couldnt instead except"""
)
_NUMBERS = _words(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
    eighty ninety hundred thousand million billion half quarter dozen first second
    third fourth fifth sixth seventh eighth ninth tenth"""
)
_DATES = _words(
    """january february march april june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday
    thursday friday saturday sunday today tomorrow tonight yesterday morning afternoon
    evening night noon midnight weekend week month year o'clock am pm a.m p.m
    a.m. p.m."""
)
# Words that stay between two parts of one value: "6th of this month", "quarter past
# five in the evening", "Bank of America".
_DROPPED_WHEN_DENSE = (_FUNCTION | _COLOUR) - _NEGATIONS - _NUMBERS - _DATES
_IN_DATES = _words("of in the this next last past to at on")
_IN_NAMES = _words("of the and & de la in at for on to an a by with")

_STRIP = "\"'“”‘’()[]{}<>.,;:!?…*_~|—–"
_HAS_DIGIT = re.compile(r"\d")
_ORDINAL = re.compile(r"^\d{1,2}(?:st|nd|rd|th)$")
_REFERENCE = re.compile(r"[\w.+-]+@[\w-]+\.\w+|https?://|\w[/\\]\w|\w_\w|\w\.\w{1,5}$")
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


# Source: weights of the classes of words, swept on the first halves of the
# conversations that docs/conversations.md reports, checked on the second halves.
_PLAIN_WEIGHT = 1.0
_COLOUR_WEIGHT = 0.3
_NAME_WEIGHT = 2.5
_NUMBER_WEIGHT = 2.0
_DATE_WEIGHT = 1.6
_REFERENCE_WEIGHT = 2.6


@lru_cache(maxsize=65_536)
def _word(chunk: str) -> Word | None:
    """Return the counted word of a whitespace-separated chunk, if it has one."""
    core = chunk.strip(_STRIP)
    low = core.replace("’", "'").lower()
    if not low or low in _FUNCTION:
        return None
    if _REFERENCE.search(core):
        return Word(low, _reference_weight(core))
    if _HAS_DIGIT.search(core):
        mixed = any(c.isalpha() for c in core) and not _ORDINAL.match(low)
        return Word(low, _reference_weight(core) if mixed else _NUMBER_WEIGHT)
    if low in _NUMBERS:
        return Word(low, _NUMBER_WEIGHT)
    if low in _DATES:
        return Word(low, _DATE_WEIGHT)
    if low in _NEGATIONS:
        return Word(low, 0.3)
    if not any(c.isalnum() for c in low):
        return None
    if core[0].isupper():
        return Word(low, _NAME_WEIGHT)
    return Word(_stem(low), _COLOUR_WEIGHT if low in _COLOUR else _PLAIN_WEIGHT)


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
    for at, chunk in enumerate(_chunks(text)):
        unspaced = _UNSPACED.findall(chunk)
        if unspaced:
            for run in unspaced:
                pairs = [run[i : i + 2] for i in range(max(1, len(run) - 1))]
                words += [Word(pair, 0.5) for pair in pairs]
            chunk = _UNSPACED.sub(" ", chunk).strip()
        word = _word(chunk)
        if word is None:
            if chunk.strip(_STRIP) == "May":
                words.append(Word("may", _DATE_WEIGHT))
            continue
        if at == 0 and word.weight == _NAME_WEIGHT and not chunk.isupper():
            word = Word(_stem(word.key), _PLAIN_WEIGHT)
        words.append(word)
    return words


def _chunks(text: str) -> list[str]:
    """Return the chunks of `text` between spaces and the joints of k=v fields."""
    return text.replace("=", " ").replace("(", " ").replace("—", " ").split()


def shorten(text: str, level: int) -> str:
    """Return `text` without the words that say least; never numbers, names, negations.

    Args:
        text: A sentence, on one line.
        level: 0 for all of it, 1 without fillers, 2 without function words.
    """
    if level == VERBATIM:
        return text
    drop = _FILLERS if level == PLAIN else _DROPPED_WHEN_DENSE
    chunks = text.replace("—", "— ").split()
    lows = [_lower(chunk) for chunk in chunks]
    kept = [
        low not in drop or _is_inner_capital(chunks, at) for at, low in enumerate(lows)
    ]
    _keep_quotations(chunks, kept)
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
    if at == 0 or not core[:1].isupper() or core in ("I", "A", "AM", "PM"):
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


def _is_time(chunk: str, low: str) -> bool:
    return bool(_HAS_DIGIT.search(chunk)) or low in _NUMBERS or low in _DATES


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
        if time_like and at and low in _DATES and lows[at - 1] in ("this", "next"):
            kept[at - 1] = True
        if not (kept[at] and (time_like or _is_value(chunks[at]))):
            continue
        gap = range(previous + 1, at)
        if previous >= 0 and 0 < len(gap) <= 2:
            before = chunks[previous]
            closed = before[-1] in ".,;:!?)"
            times = time_like and _is_time(before, lows[previous])
            names = before[0].isupper() and chunks[at][0].isupper() and previous > 0
            bridges = _IN_DATES if times else _IN_NAMES if names else frozenset()
            if not closed and all(lows[i] in bridges for i in gap):
                for i in gap:
                    kept[i] = True
        previous = at


_VALUE = re.compile(
    r"https?://[^\s\"'<>)\]]+|[\w.+-]+@[\w-]+\.[\w.]+\w|[$€£¥]\s?\d[\d.,]*"
    r"|(?:[\w.-]+)?(?:/[\w.-]+)+|\b\w*\d[\w:/.,-]*\w\b|\b\d\b"
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
