"""Whether an answer is right: the expected value, without regard to how it is put."""

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["folded", "holds", "is_not_given", "matches"]

# A reader says a little around a value. More than so many characters may be a list of
# everything, in which any value would be found.
_MOST_AROUND = 60
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_NOTHINGS = {
    "null": "null",
    "none": "null",
    "empty": "empty",
    "absent": "absent",
    "missing": "absent",
}


def folded(text: str) -> str:
    """Return text without the differences that answers are compared without.

    >>> folded("  The  “Ångström”. ")
    'the “ångström”'
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", text).strip(" .,;:!?\"'()[]")


def holds(text: str, answer: str) -> bool:
    """Tell whether a folded text holds a folded answer, as words of their own.

    Digits and ASCII letters beside it make it another word; scripts without spaces
    have no such boundaries.

    >>> holds("born in 1987", "1987"), holds("born in 1987", "7")
    (True, False)
    """
    at = text.find(answer) if answer else -1
    while at >= 0:
        end = at + len(answer)
        if not (
            (at and _joined(text[at - 1], answer[0]))
            or (end < len(text) and _joined(answer[-1], text[end]))
        ):
            return True
        at = text.find(answer, at + 1)
    return False


def matches(given: str, answers: Sequence[str], kind: str) -> bool:
    """Tell whether a given answer is one of the right ones.

    Args:
        given: What the reader said.
        answers: Spellings of the right answer; one is enough.
        kind: The kind of the question; it says what the right answer looks like.

    >>> matches("It is **7**.", ["7"], "count"), matches("7 or 8", ["7"], "count")
    (True, False)
    """
    if kind == "keys":
        given = given.replace("\n", ", ")
    said = folded(re.sub(r"[`*]+", " ", given)).removeprefix("answer:").strip()
    return any(_matches(said, folded(answer), kind) for answer in answers)


def is_not_given(given: str) -> bool:
    """Tell whether an answer says that the text does not hold the value."""
    said = folded(given)
    return any(holds(said, words) for words in ("not given", "absent", "missing"))


def _matches(said: str, right: str, kind: str) -> bool:
    if said == right:
        return True
    if kind == "own question":
        return holds(said, right)
    if kind == "keys":
        return _names(said) == _names(right)
    if kind == "null":  # whoever is told to say "not given" may say so of a key
        said = said.replace("not given", "absent")
    if len(said) > len(right) + _MOST_AROUND:
        return False
    for words in (_WORDS, _NOTHINGS) if kind == "null" or right in _WORDS else ():
        if right in words:
            return {words[w] for w in re.findall(r"\w+", said) if w in words} == {
                words[right]
            }
    if _NUMBER.fullmatch(right):
        return {_number(n) for n in _NUMBER.findall(said)} == {_number(right)}
    return holds(said, right)


def _names(text: str) -> set[str]:
    return {name.strip(" \"'.") for name in re.split(r",| and ", text)} - {""}


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _joined(before: str, after: str) -> bool:
    """Tell whether two characters belong to one word or number."""
    return before.isascii() and after.isascii() and (before + after).isalnum()
