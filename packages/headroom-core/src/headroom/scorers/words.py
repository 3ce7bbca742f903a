"""Words: how text of any script becomes terms that can be matched."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain

from headroom.scorers.stop_words import ALL_STOP_WORDS, STOP_WORDS

__all__ = ["Sentences", "content_terms", "stem", "words", "words_of"]

# Every ASCII character that is no letter or digit becomes a space; str.split does
# the rest, at four times the speed of a regular expression (measured).
# The bytes of other characters stay, and the mark between texts that are read as one.
_BETWEEN = "\0"
_SPACED = bytes(
    c if c in {0, *range(128, 256)} or chr(c).isalnum() else 32 for c in range(256)
)
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
# Capitals are few, so they are looked for first.
_CAMEL = re.compile(r"[A-Z](?<=[a-z\d].)")
_IDENTIFIER = re.compile(r"(?<![A-Za-z\d])[A-Za-z\d]*?[a-z\d][A-Z][A-Za-z\d]*")
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
    return words_of([text])[0]


def words_of(texts: Sequence[str]) -> list[list[str]]:
    """Return the words of each text.

    All are read as one text: the steps before the last one cost less so.
    """
    if not texts:
        return []
    text = _BETWEEN.join(texts)
    if text.count(_BETWEEN) >= len(texts):
        text = _BETWEEN.join(each.replace(_BETWEEN, " ") for each in texts)
    if "\xad" in text:
        text = text.replace("\xad", "")
    if "\n" in text:
        text = _HYPHENATED.sub(r"\1 \2 \1\2", text)
    if _CAMEL.search(text):
        text = _IDENTIFIER.sub(_with_parts, text)
    return [
        each.split() if each.isascii() else _with_foreign(each.split())
        for each in _spaced(text).split(_BETWEEN)
    ]


def _spaced(text: str) -> str:
    """Return `text` with spaces for all ASCII characters that are in no word."""
    utf8 = text.encode("utf-8", "surrogatepass")
    return utf8.translate(_SPACED).decode("utf-8", "surrogatepass")


def _with_foreign(split: Sequence[str]) -> list[str]:
    """Return `split` with what has other characters than ASCII cut into words."""
    found: list[str] = []
    for each in split:
        if each.isascii():
            found.append(each)
        else:
            found += _foreign_words(each)
    return found


def _foreign_words(text: str) -> list[str]:
    """Return the words of a text that has other characters than ASCII."""
    text = _FOREIGN.sub(_fold_match, text)
    if text.isascii():
        return _spaced(text).replace(_BETWEEN, " ").split()
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

    A list of str to every scorer; BM25 and the selection share its words.
    """

    # What was asked for last, and what was found: the scorer and the selection ask for
    # the same.
    _asked: tuple[frozenset[str], dict[str, str], dict[int, list[str]]]
    _asked = frozenset(), {}, {}

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each sentence, same order."""
        return words_of(self)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The distinct words, case kept."""
        return frozenset(chain.from_iterable(self.words))

    def holding(self, wanted: Collection[str]) -> dict[int, list[str]]:
        """Return which of the `wanted` words each sentence has that has any.

        Sentences are given by position, in order, their words in order, again where
        they occur again.
        """
        known = frozenset(wanted)
        return {
            i: [word for word in said if word in known]
            for i, said in enumerate(self.words)
            if not known.isdisjoint(said)
        }

    def matched(
        self, terms: frozenset[str]
    ) -> tuple[dict[str, str], dict[int, list[str]]]:
        """Return which words have one of `terms` as stem, and what sentences hold them.

        The words come with their stem, and the sentences as `holding` gives them.
        """
        asked, spelled, places = self._asked
        if asked != terms:
            spelled = self._spellings(terms)
            places = self.holding(spelled)
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
        unmet = sorted(terms.difference(found.values()))
        missing = [t for t in unmet if len(t) >= _TYPO_LETTERS and t.isalpha()]
        for term in missing:
            found |= {
                word: term
                for word, other in near.items()
                # Of so many letters, the first two are right or the last two.
                if (other[:2] == term[:2] or other[-2:] == term[-2:])
                and word not in found
                and len(other) >= _TYPO_LETTERS
                and _one_letter_apart(term, other)
            }
        met = set(found.values())
        for term in missing:
            if term not in met:
                found |= dict.fromkeys(self._compounds(term, near), term)
        return found

    def _compounds(self, term: str, near: Mapping[str, str]) -> Iterator[str]:
        """Yield the words that are a compound with `term`, or a part of it."""
        beginnings = {term[:n] for n in range(_TYPO_LETTERS, len(term) - 2)}
        parts = {word for word, other in near.items() if other in beginnings}
        if term in self._folded:
            parts.update(word for word in self.vocabulary if _is_part(term, word))
        for word in parts:
            if len(word) >= _TYPO_LETTERS and word.casefold() not in ALL_STOP_WORDS:
                yield word

    @cached_property
    def _folded(self) -> str:
        return " ".join(self.vocabulary).casefold()


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
