"""Whether a text is English, by its letters and its words."""

import re
from functools import lru_cache

from headroom.scorers.stop_words import STOP_WORDS
from headroom.scorers.words import words

__all__ = ["is_english"]

_LETTERS = re.compile(r"[^\W\d_]")
# Names and loan words have accents in English too, a word in ten at most.
_ACCENTED = 0.1
# Of a text longer than a title or a few keywords, more than one word in seven is
# a frequent one; languages that nobody listed have some that look like English ones.
_TITLE, _FREQUENT = 4, 0.15


@lru_cache(maxsize=4096)
def is_english(text: str) -> bool:
    """Return whether `text` reads as English.

    Few of its letters are other than a to z, some of its words are frequent ones of
    English, and no other language has more of its own in it. A frequent word of
    English is spelled without accents: Vietnamese "thể" is no "the". A few words
    without any frequent one are English by their letters.

    >>> is_english("What is it?"), is_english("¿Cuál es la multa?")
    (True, False)
    >>> is_english("late payment penalty"), is_english("Làm thế nào để hủy?")
    (True, False)
    >>> is_english("Denda keterlambatan pembayaran adalah sepuluh persen.")
    False
    """
    letters = _LETTERS.findall(text)
    foreign = sum(not letter.isascii() for letter in letters)
    if foreign > _ACCENTED * len(letters):
        return False
    found = [word.casefold() for word in words(text)]
    plain = [word.casefold() for word in re.findall(r"[^\W\d_]+", text)]
    english = sum(word in STOP_WORDS["en"] for word in plain)
    if len(plain) > _TITLE and english < _FREQUENT * len(plain):
        return False
    return all(
        sum(word in stop for word in found) <= english
        for name, stop in STOP_WORDS.items()
        if name != "en"
    )
