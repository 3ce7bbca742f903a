"""Words: how text of any script becomes terms that can be matched."""

import re
import unicodedata
from functools import cached_property, lru_cache
from itertools import chain

from headroom.scorers.stop_words import ALL_STOP_WORDS, STOP_WORDS

__all__ = ["Sentences", "content_terms", "stem", "words"]

# Every ASCII character that is no letter or digit becomes a space; str.split does
# the rest, at four times the speed of a regular expression (measured).
_ASCII = bytes(c if chr(c).isalnum() else 32 for c in range(128)) + bytes(128)
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
# Accents and Arabic vowel signs: people leave them out, so matching ignores them.
_OPTIONAL_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u065f\u0670]")
# \w lacks the vowel signs of Indic and South-East Asian scripts; their blocks are
# added whole, without the danda (the full stop of Devanagari).
_WORD = re.compile(
    r"(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff\u0e00-\u109f\u1780-\u17ff])+"
)
_NO_WORD = re.compile(
    r"[^\x00-\x7f\w\u0900-\u0963\u0966-\u0dff\u0e00-\u109f\u1780-\u17ff]+"
)
# Scripts written without spaces, and Hangul, whose particles stick to the noun.
_UNSPACED = re.compile(
    r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
# A word that is cut at the end of a line.
_HYPHENATED = re.compile(r"([^\W\d_]{2,})[-\u2010]\r?\n[ \t>]*([^\W\d_]{2,})")
# Names of programs are asked for by their parts: "user id" means `getUserId`.
_CAMEL = re.compile(r"[a-z\d][A-Z]")
_IDENTIFIER = re.compile(r"[A-Za-z\d]*[a-z\d][A-Z][A-Za-z\d]*")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@lru_cache(maxsize=4096)
def _folded(run: str) -> str:
    """Return a run of non-ASCII characters without accents, marks as spaces."""
    bare = _OPTIONAL_MARKS.sub("", unicodedata.normalize("NFKD", run))
    plain = unicodedata.normalize("NFC", bare)
    return _NO_WORD.sub(" ", plain)


def _grams(run: str) -> list[str]:
    """Cut a run of an unspaced script into overlapping pairs, and Han characters.

    Source: on XQuAD-zh pairs alone keep 1 to 3 % fewer answers.
    """
    if len(run) == 1:
        return [run]
    grams: list[str] = []
    for i, character in enumerate(run):
        if _HAN.match(character):
            grams.append(character)
        grams.append(run[i : i + 2])
    # The last "pair" is one character, and a Han character stands there already.
    return grams[:-1]


def words(text: str) -> list[str]:
    """Return the words of `text` in order, case kept, accents removed.

    Runs of a script without spaces come as overlapping character pairs, Chinese
    characters on their own too. The parts of a camelCase name follow it, and a word
    that is hyphenated at a line end follows its halves. Empty for text without a
    letter or digit.

    >>> words("Café, 2 crèmes"), words("罚款额")
    (['Cafe', '2', 'cremes'], ['罚', '罚款', '款', '款额', '额'])
    >>> words("getUserId")
    ['getUserId', 'get', 'User', 'Id']
    """
    if "\xad" in text:
        text = text.replace("\xad", "")
    if "\n" in text:
        text = _HYPHENATED.sub(r"\1 \2 \1\2", text)
    if _CAMEL.search(text):
        text = _IDENTIFIER.sub(_with_parts, text)
    if not text.isascii():
        text = _FOREIGN.sub(_fold_match, text)
    if text.isascii():
        return text.encode().translate(_ASCII).decode().split()
    found = _WORD.findall(text)
    if not _UNSPACED.search(text):
        return found
    return list(chain.from_iterable(map(_unspaced, found)))


def _with_parts(match: re.Match[str]) -> str:
    """Return a camelCase name, followed by its parts."""
    name = match.group()
    return f"{name} {_HUMP.sub(' ', name)}"


def _fold_match(match: re.Match[str]) -> str:
    """Fold one run of non-ASCII characters; short ones are remembered."""
    run = match.group()
    return _folded(run) if len(run) <= 8 else _folded.__wrapped__(run)


def _unspaced(word: str) -> list[str]:
    """Cut the parts of `word` that are of an unspaced script."""
    found: list[str] = []
    # Every other part is such a run.
    for i, part in enumerate(_UNSPACED.split(word)):
        if part:
            found += _grams(part) if i % 2 else [part]
    return found


# Longest first, so that "ies" is tried before "es" and "s".
_SUFFIXES = ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "ly", "s")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the form of `word` that is matched: casefolded, light suffixes off.

    Folds plurals, -ed, -ing, -ly and a final vowel of words over three letters, so
    that "penalty" meets "penalties" and "contrato" meets "contratos". A stem begins
    like its word.
    Source: on XQuAD-en it lifts hit@1 from 0.79 to 0.84 (design notes).

    >>> stem("Penalties"), stem("penalty"), stem("paid")
    ('penalt', 'penalt', 'paid')
    """
    term = word.casefold()
    if len(term) <= 3:
        return term
    for suffix in _SUFFIXES:
        if term.endswith(suffix) and len(term) - len(suffix) >= 3:
            term = term[: -len(suffix)]
            break
    return term[:-1] if len(term) > 3 and term[-1] in "aeoyi" else term


# The scorer and the selection ask for the same query's.
@lru_cache(maxsize=64)
def content_terms(query: str) -> tuple[str, ...]:
    """Return the distinct terms of `query` without its language's stop words.

    Order of first occurrence. The language is the one whose stop words occur most
    often. One that is a name ("Plan A") stays, as a capital, and only capitals match
    it. A query of stop words alone keeps them all; one without words gives ().

    >>> content_terms("What is the penalty for late payments?")
    ('penalt', 'lat', 'payment')
    """
    found = words(query)
    folded = [word.casefold() for word in found]
    stop = max(STOP_WORDS.values(), key=lambda stop: sum(w in stop for w in folded))
    content: list[str] = []
    for i, (word, low) in enumerate(zip(found, folded, strict=True)):
        if low not in stop:
            content.append(stem(word))
        elif i and _is_name(word, found[i - 1], stop):
            content.append(word)
    return tuple(dict.fromkeys(content or map(stem, found)))


def _is_name(word: str, before: str, stop: frozenset[str]) -> bool:
    """Tell whether a stop word names something: "Plan A", "the IT department".

    >>> _is_name("A", "Plan", frozenset({"a"})), _is_name("I", "can", {"can"})
    (True, False)
    """
    if not word.isupper() or before.isupper() or before.casefold() in stop:
        return word.isupper() and len(word) > 1 and not before.isupper()
    return word != "I" or before[0].isupper()


class Sentences(list[str]):
    """Sentences whose words are found once, whoever asks for them.

    A list of str to every scorer; BM25 and the selection share its `words`.
    """

    # What was asked for last, and what was found: the scorer and the selection ask for
    # the same.
    _asked: tuple[frozenset[str], dict[str, str], list[int]] = frozenset(), {}, []

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each sentence, same order."""
        return [words(sentence) for sentence in self]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The distinct words, case kept."""
        return frozenset(chain.from_iterable(self.words))

    def matched(self, terms: frozenset[str]) -> tuple[dict[str, str], list[int]]:
        """Return what of `terms` occurs: words with their stem, and in which sentences.

        Sentences are given by position, in order.
        """
        asked, spelled, places = self._asked
        if asked != terms:
            spelled = self._spellings(terms)
            found = spelled.keys()
            places = [i for i, w in enumerate(self.words) if not found.isdisjoint(w)]
            self._asked = terms, spelled, places
        return spelled, places

    def _spellings(self, terms: frozenset[str]) -> dict[str, str]:
        """Return the words whose stem is one of `terms`, each with its stem."""
        # A stem begins like its word, so most words need no stemming.
        initials = {c for term in terms for c in (term[0], term[0].upper())}
        near = {
            word: stem(word)
            for word in self.vocabulary
            if word[0] in initials or word[0] > "\x7f"
        }
        found = {word: term for word, term in near.items() if term in terms}
        found |= {word: word for word in terms & self.vocabulary if word.isupper()}
        unmet = terms.difference(found.values())
        missing = [t for t in unmet if len(t) >= _TYPO_LETTERS and t.isalpha()]
        if missing:
            for word, other in near.items():
                if word not in found and len(other) >= _TYPO_LETTERS:
                    for term in missing:
                        if _one_letter_apart(term, other):
                            found[word] = term
            missing = [t for t in missing if t not in found.values()]
        for word in self.vocabulary if missing else ():
            if len(word) >= _TYPO_LETTERS and word.casefold() not in ALL_STOP_WORDS:
                for term in missing:
                    if _is_part(term, word) or _is_part(stem(word), term):
                        found[word] = term
        return found


# Shorter words have too many neighbours ("fast", "last"); so does an exchanged letter
# in all but long ones.
_TYPO_LETTERS = 5
_EXCHANGE_LETTERS = 7


def _is_part(part: str, whole: str) -> bool:
    """Tell whether a word is the beginning or end of a compound, and no inflection.

    It is the end of a noun only: verbs have other beginnings than words ("behalten").

    >>> _is_part("winter", "Wintersaison"), _is_part("halten", "behalten")
    (True, False)
    """
    low = whole.casefold()
    return _TYPO_LETTERS <= len(part) <= len(whole) - 3 and (
        low.startswith(part) or (whole[0].isupper() and low.endswith(part))
    )


def _one_letter_apart(one: str, other: str) -> bool:
    """Tell whether a letter is missing, added, exchanged or swapped with the next.

    >>> _one_letter_apart("notcie", "notice"), _one_letter_apart("notic", "notice")
    (True, True)
    """
    if abs(len(one) - len(other)) > 1:
        return False
    start, least = 0, min(len(one), len(other))
    while start < least and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    if len(a) != len(b):
        return a[1:] == b if len(a) > len(b) else a == b[1:]
    if a[2:] == b[2:] and a[:2] == b[1::-1]:
        return True
    return len(one) >= _EXCHANGE_LETTERS and a[1:] == b[1:]
