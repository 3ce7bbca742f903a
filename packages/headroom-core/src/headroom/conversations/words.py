"""Words: what a text is about, weighed by the form of its words in any language."""

import re
from functools import lru_cache
from typing import NamedTuple

from headroom.scorers.stop_words import ALL_STOP_WORDS
from headroom.scorers.words import stem

__all__ = ["VALUE", "Word", "gives_value", "references_of", "words_of"]

_STRIP = "=\"'“”‘’«»()[]{}<>.,;:!?…*_~|—–。，、！？；：「」『』（）《》¿¡"
_REFERENCE = re.compile(r"[\w.+-]@[\w-]+\.\w|https?://|\w[/\\]\w|\w_\w|\w\.\w{1,5}$")
_ORDINAL = re.compile(r"^\d{1,2}(?:st|nd|rd|th|er|e|º|ª|\.)?$")
# Scripts that write words without spaces between them.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\U00020000-\U0003ffff]+"
)
# What ends a sentence, so that a capital after it starts one.
_ENDS = ".:!?—-…。！？"

# Source: weights of the forms of words, swept on the conversations that
# docs/conversations.md reports, each kept only where both halves gained or stayed.
VALUE = 1.65
_NAME_WEIGHT = 2.8
_NUMBER_WEIGHT = 2.0
_REFERENCE_WEIGHT = 2.6
_PAIR_WEIGHT = 0.5
_STOP_WEIGHT = 0.1
# The name of a field tells which value stands beside it; it is no fact itself.
_KEY_WEIGHT = 0.2
# Short words are mostly function words, in every language that spells with letters.
# Source: Zipf, The Psycho-Biology of Language (1935), chapter 2; the values are swept.
_WEIGHT_BY_LENGTH = (0.0, 0.1, 0.1, 0.6, 0.8, 0.9)


class Word(NamedTuple):
    """A word as it is counted: its key, and its weight from 0 up."""

    key: str
    weight: float


@lru_cache(maxsize=65_536)
def _word(chunk: str) -> Word | None:
    """Return the word of a whitespace-separated chunk, None if it has none."""
    core = chunk.strip(_STRIP)
    low = core.replace("’", "'").casefold()
    if not any(map(str.isalnum, low)):
        return None
    if _REFERENCE.search(core):
        return Word(low, _reference_weight(core))
    if any(map(str.isdigit, core)):
        mixed = any(map(str.isalpha, core)) and not _ORDINAL.match(low)
        return Word(low, _reference_weight(core) if mixed else _NUMBER_WEIGHT)
    if low in ALL_STOP_WORDS or low.partition("'")[0] in ALL_STOP_WORDS:
        return Word(low, _STOP_WEIGHT)
    if core[0].isupper():
        return Word(low, _NAME_WEIGHT)
    at = min(len(low), len(_WEIGHT_BY_LENGTH))
    return Word(stem(low), _WEIGHT_BY_LENGTH[at] if at < len(_WEIGHT_BY_LENGTH) else 1)


def _reference_weight(core: str) -> float:
    """Return the weight of an id, path, address or URL: it grows with its tokens."""
    return max(_REFERENCE_WEIGHT, min(len(core), 40) / 3)


def words_of(text: str) -> list[Word]:
    """Return the words of `text` in order, with repetitions; `[]` for none.

    Writing without spaces is counted by pairs of characters.
    """
    words = []
    opens = True
    chunks = text.replace("=", "= ").replace("(", " ").replace("—", " ").split()
    for chunk in chunks:
        opens, starts = chunk[-1] in _ENDS, opens
        if not chunk.isascii() and (unspaced := _UNSPACED.findall(chunk)):
            for run in unspaced:
                pairs = [run[i : i + 2] for i in range(max(1, len(run) - 1))]
                words += [Word(pair, _PAIR_WEIGHT) for pair in pairs]
            chunk = _UNSPACED.sub(" ", chunk).strip()
        word = _word(chunk)
        if word is None:
            continue
        if chunk[-1] == "=":
            word = Word(word.key, _KEY_WEIGHT)
        elif starts and word.weight == _NAME_WEIGHT and not chunk.isupper():
            # A capital tells nothing at the start of a sentence.
            word = Word(stem(word.key), 1.0)
        words.append(word)
    return words


def gives_value(text: str) -> bool:
    """Whether a text says a name, a number or a reference, or is of another script."""
    return not text.isascii() or any(word.weight > VALUE for word in words_of(text))


# Each may start only where no earlier start would have run through the same
# characters, and runs a bounded way before what it needs: else its time is the square
# of the length of a word.
_VALUE = re.compile(
    r"https?://[^\s\"'<>)\]]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{1,190}\b"
    r"|[$€£¥]\s?\d[\d.,]*|(?<![\w./-])[\w.-]{0,120}(?:/[\w.-]+)+"
    r"|(?<![\w-])[\w-]{0,120}\d(?:[\w:/.,-]{0,240}\w)?"
)


def references_of(text: str, limit: int = 60) -> list[str]:
    """Return ids, paths, addresses, URLs and long numbers in `text`, longest first.

    At most `limit`, each once, of equal weight in order of appearance. A bare number
    of one or two digits refers to nothing by itself and is left out.
    """
    found: dict[str, float] = {}
    for match in _VALUE.finditer(text):
        value = match[0].rstrip(".,")
        if 2 < len(value) <= 120:
            weight = _NUMBER_WEIGHT if value.isdigit() else _reference_weight(value)
            found.setdefault(value, weight)
    return sorted(found, key=lambda value: -found[value])[:limit]
