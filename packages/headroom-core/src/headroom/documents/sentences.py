"""Sentences: where running text of any language is cut."""

import re
from collections.abc import Iterable, Iterator

from headroom.documents.cues import CLOSING
from headroom.scorers.stop_words import ALL_STOP_WORDS

__all__ = ["language_of", "pieces", "sentences"]

# Small words that tell a language, for those whose abbreviations and ordinals
# sentencex knows. A word of several languages counts as much less for each.
_MARKERS = {
    language: text.split()
    for language, text in {
        "en": "the of and to in is that for was with are this by from at which be it",
        "de": "der die das und ist nicht den von zu mit sich des auf für im dem eine "
        "wird sind bei auch werden am",
        "fr": "le les des est une dans que pour qui sur pas par au du et sont plus la",
        "es": "el los las del que en una por con para es se su como más y al la",
        "it": "il che di della per non una con del sono gli nel alla è e la i",
        "pt": "o os que uma não em do da para com dos na no é ao mais e",
        "nl": "de het een van en is dat niet zijn voor met op aan om",
        "cs": "je se na že v s z do jsou nebo při který pro začíná aby jako",
        "sk": "je sa na že v s z do sú alebo pri ktorý pre ako aby",
        "pl": "jest się na nie że w z do są lub przez dla oraz jak",
        "da": "og er det af til på en ikke med som der har den",
        "nb": "og er det av til på en ikke med som har den",
        "sv": "och är det av till på en inte med som att har den",
        "fi": "ja on ei se että ovat tai oli myös kun alkaa",
        "hu": "a az és nem hogy egy van vagy is kell",
        "tr": "ve bir bu için ile da de olarak olan",
        "ro": "și este în la nu cu de pe sau care din",
        "ru": "и в не на что с по это для как из или",
        "uk": "і в не на що з та це для як із або",
        "el": "και το της του η ο να την για με",
    }.items()
}
_LANGUAGES: dict[str, list[str]] = {}
for _language, _words in _MARKERS.items():
    for _word in _words:
        _LANGUAGES.setdefault(_word, []).append(_language)
_TELLING_CHARACTERS = 600
_VOTE = 5040  # divided among the languages of a word; whole, so order changes nothing

# A Chinese or Japanese full stop needs no space after it; sentencex leaves some
# inside. Joining the matches gives the text back.
_CJK_STOP = re.compile(r"[。！？｡]")
_CJK_SENTENCE = re.compile(
    r"[^。！？｡]*[。！？｡]+[”’」』）》〉】\"')\]]*\s*|[^。！？｡]+", re.DOTALL
)
# What opens and closes struck text and emphasis.
_PAIRED = ("~~", "**", "__")
_MOST_MARKED = 1000  # characters; longer emphasis is none
_FOOTNOTE = re.compile(
    r"(?:\[\^[^\]\s]{1,20}\]|\[\w{1,2}\]|\(\d{1,2}\)|[¹²³⁴-⁹]{1,2}\)?)+(?:\s+|$)"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# No sentence ends after these: a letter or number alone ("A. Smith", "3. März" where
# sentencex does not know it), and what counts the number that follows.
_ALONE = re.compile(r"[\s>*_(\[\"'“„]*(?:[^\W\d_]|\d{1,3})\.\s*")
_COUNTS = re.compile(
    r"(?:^|[\s('’])(?:no|nr|art|al|abs|s|p|pp|fig|abb|kap|bd|ziff|kl|godz|str|núm|cap|vol|"
    r"ch|sec|para|rn|č|čl|стр|ст|рис|№)\.\s*$",
    re.IGNORECASE,
)
# The token before a full stop that a lower-case word follows: an abbreviation or an
# ordinal, whatever the language.
_SHORT_END = re.compile(r"(?:^|[\s(.])(?:[^\W\d_]{1,6}|\d{1,4})\.\s*$")
_TITLE_END = re.compile(r"(?:^|\s)(?:M|MM|Mme|Mlle|Dr|Prof|Sr|Sra|Mr|Mrs|St)\.\s*$")

# Speech without full stops, and where it may be cut: before a small word that is
# written with a capital. Source: Whisper transcripts; names are no small words.
_UNSTOPPED_CHARACTERS = 240
_STOPS = re.compile(r"[.,;:!?。，、؛،؟！？…\n|]")
# Inside of speech, where no full stop ends it: a comma is a pause then.
_FULL_STOPS = re.compile(r"[.;:!?。؛؟！？…\n|]")
_ENDS = frozenset(".!?。؟！？…")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_DENSE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
# A Korean verb ends its sentence.
_PAUSE = re.compile(
    r"(?<=[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff])(?:[、，]|\s+)|(?<=[다요])\s+"
)
_DENSE_CHARACTERS = 20
_CAPITAL = re.compile(r"(?<=[^\W\d_]) (?=([^\W\d_]+))")
# A sentence that ends is cut into longer parts than speech that never does.
_PIECE_CHARACTERS, _ENDED_CHARACTERS = 60, 160
_LEAST_PIECE = 24
# Where an endless sentence may be cut: after a clause mark, at whitespace, or between
# characters of scripts without spaces (in Thai, before a consonant). A mark inside a
# time, number or address is no clause mark.
_CLAUSE = re.compile(
    r"[,;:]\s+|[、，；：](?!\d)\s*|\s+"
    r"|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])(?=[\u3400-\u9fff\uac00-\ud7af])"
    r"|(?<=[\u0e00-\u0e7f])(?=[\u0e01-\u0e2e])"
)


def language_of(text: str, unknown: str = "en") -> str:
    """Return the language whose rules cut `text`, `unknown` where nothing tells.

    >>> language_of("Der Kurs beginnt am 3. März."), language_of("Rue 5")
    ('de', 'en')
    """
    # In the order of the table, so that a tie never depends on the order of a set.
    votes = dict.fromkeys(_MARKERS, 0)
    known = _LANGUAGES.keys() & text[:_TELLING_CHARACTERS].lower().split()
    for languages in map(_LANGUAGES.__getitem__, known):
        vote = _VOTE // len(languages)
        for language in languages:
            votes[language] += vote
    return max(votes, key=votes.__getitem__) if known else unknown


def sentences(
    text: str, start: int, end: int, language: str
) -> Iterator[tuple[int, int]]:
    """Yield `[start, end)` of the sentences in `text[start:end]`."""
    from sentencex import segment

    block = text[start:end]
    if len(block) < _UNSTOPPED_CHARACTERS and not _STOPS.search(
        block, 0, len(block) - 1
    ):
        found = [block]
    elif block.isascii():
        found = _mended(segment(language, block), language)
    else:
        # A lone surrogate cannot cross into Rust; one character for one.
        found = _mended(segment(language, _SURROGATE.sub("\ufffd", block)), language)
        if _CJK_STOP.search(block):
            found = [part for each in found for part in _CJK_SENTENCE.findall(each)]
    at = start
    for piece in found:
        body = piece.rstrip()
        if body:
            indent = len(body) - len(body.lstrip())
            yield at + indent, at + len(body)
        at += len(piece)


def _mended(parts: Iterable[str], language: str) -> list[str]:
    """Return `parts` with what belongs together joined again.

    Quotes and brackets sentencex closes by itself, but neither emphasis nor struck
    text. The mark of a footnote belongs to the sentence that it stands behind.
    """
    parts = list(parts)
    whole = "".join(parts)
    marks = [mark for mark in _PAIRED if whole.count(mark) % 2 == 0 and mark in whole]
    open_marks: set[str] = set()
    found: list[str] = []
    for part in parts:
        behind = bool(found) and not found[-1][-1].isspace()
        note = _FOOTNOTE.match(part) if behind else None
        closing = len(part) - len(part.lstrip(CLOSING)) if behind else 0
        if note:
            closing = note.end()
        elif not (len(part) == closing or part[closing].isspace()):
            closing = 0
        if closing:
            found[-1] += part[:closing]
            open_marks ^= _odd(marks, part[:closing])
            part = part[closing:]
        if found and len(found[-1]) > _MOST_MARKED:
            open_marks.clear()
        if found and (open_marks or _goes_on(found[-1], part, language)):
            found[-1] += part
        elif part:
            found.append(part)
        open_marks ^= _odd(marks, part)
    return found


def _odd(marks: Iterable[str], text: str) -> set[str]:
    """Return those of `marks` that `text` opens or closes."""
    return {mark for mark in marks if text.count(mark) % 2}


def _goes_on(before: str, after: str, language: str) -> bool:
    """Tell whether `after` belongs to the sentence that `before` began."""
    first = after.lstrip()[:1]
    if not before[-1].isspace():
        # Inside a dotted name, number or address.
        return first.isalnum() and before[-1] in ".:!?" and before[-1].isascii()
    if _ALONE.fullmatch(before):
        return True
    if first.islower():
        return _SHORT_END.search(before[-12:]) is not None
    if first.isdigit():
        return _COUNTS.search(before[-8:]) is not None
    return language != "en" and _TITLE_END.search(before[-8:]) is not None


def pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return parts of speech without full stops; the whole where it has some.

    Cut before small words with a capital ("Then", "The"), else at about 60
    characters. In scripts without spaces a blank or comma is a pause: cut there.
    """
    said = text[start:end]
    ended = said.rstrip(CLOSING)[-1:] in _ENDS
    dense = not (ended or said.isascii()) and _DENSE.search(said) is not None
    half = not (ended or said.isascii()) and _HANGUL.search(said) is not None
    least = _UNSTOPPED_CHARACTERS // (4 if dense else 3 if half else 1)
    if end - start <= least or (_STOPS if ended else _FULL_STOPS).search(
        text, start, end - 1
    ):
        return [(start, end)]
    found: list[tuple[int, int]] = []
    at = start
    for space in _CAPITAL.finditer(text, start, end):
        word = space[1]
        small = word[0].isupper() and word != "I" and word.lower() in ALL_STOP_WORDS
        if small and space.start() - at >= _LEAST_PIECE:
            found.append((at, space.start()))
            at = space.end()
    for pause in _PAUSE.finditer(text, at, end) if dense or half else ():
        if pause.end() - at >= _DENSE_CHARACTERS:
            found.append((at, pause.end()))
            at = pause.end()
    found.append((at, end))
    size = _ENDED_CHARACTERS if ended else _PIECE_CHARACTERS
    size //= 2 if half and not dense else 1
    return [part for a, b in found for part in clauses(text, a, b, size)]


def clauses(
    text: str, start: int, end: int, characters: int
) -> Iterator[tuple[int, int]]:
    """Yield parts of about `characters` of `text[start:end]`, cut at clauses."""
    poorer: int | None = None
    for mark in (
        _CLAUSE.finditer(text, start, end) if end - start > 1.5 * characters else ()
    ):
        size = mark.end() - start
        if size < characters:
            continue
        # A clause mark that comes soon is a better place than a mere space.
        pause = mark.group() and _DENSE.match(text, mark.start() - 1)
        if not (mark.group().strip() or pause) and size < 2 * characters:
            poorer = poorer or mark.end()
            continue
        cut = poorer if poorer and size > 2 * characters else mark.end()
        yield from trimmed(text, start, cut)
        start, poorer = cut, None
    yield from trimmed(text, start, end)


def trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield `text[start:end]` without outer whitespace, nothing if it is blank."""
    body = text[start:end]
    stripped = body.strip()
    if stripped:
        start += len(body) - len(body.lstrip())
        yield start, start + len(stripped)
