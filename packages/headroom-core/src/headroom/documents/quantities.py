"""Quantities: whether the number that is asked about is in the range of a rule.

"Who signed in 2019" is told apart from others by "before 2020", not by shared words.
"""

import math
import re
from collections.abc import Sequence
from itertools import chain

from headroom.documents.structure import Unit
from headroom.scorers.words import stem, words

__all__ = ["fitting", "is_number"]

# What the score of a unit is multiplied by if its range holds the number, or not.
_WITHIN, _OUTSIDE = 1.5, 0.5

_NAMES = {
    name: value
    for names in (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen "
        "fourteen fifteen sixteen seventeen eighteen nineteen",
        "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn "
        "vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize "
        "quatorze quinze seize dix-sept dix-huit dix-neuf",
        "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece "
        "catorce quince dieciséis diecisiete dieciocho diecinueve",
        "zero un due tre quattro cinque sei sette otto nove dieci undici dodici "
        "tredici quattordici quindici sedici diciassette diciotto diciannove",
    )
    for value, name in enumerate(names.split())
} | {
    name: 10 * value
    for names in (
        "twenty thirty forty fifty sixty seventy eighty ninety hundred",
        "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
        "vingt trente quarante cinquante soixante soixante-dix quatre-vingts "
        "quatre-vingt-dix cent",
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
        "venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
    )
    for value, name in enumerate(names.split(), 2)
}
_BELOW = (
    r"<=?|≤|bis(?: zu)?|unter|vor|höchstens|weniger als|(?:die )?ersten?|"
    r"(?:no more|less|fewer|younger|lighter|shorter) than|up to|under|below|before|"
    r"until|within|at most|(?:the|their|his|her|your|my|our) first|"
    r"jusqu'à|moins de|avant|au plus|hasta|menos de|antes de|fino a|meno di|prima del?|"
    r"до|менее|не более|不超过|最多|低于"
)
_ABOVE = (
    r">=?|≥|ab|über|nach|seit|mindestens|mehr als|(?:more|older|heavier|longer) than|"
    r"over|above|after|since|from|at least|exceeding|plus de|après|depuis|au moins|"
    r"à partir de|más de|después de|desde|al menos|a partir de|più di|dopo|almeno|"
    r"от|более|свыше|не менее|超过|至少|高于"
)
_NUMBER = (
    rf"(?:\d[\d.,]*\d|\d|\b(?:{'|'.join(sorted(_NAMES, key=len)[::-1])})(?![^\W_]))"
)
# All are looked for in small letters: to ignore case costs three times as much.
_HAS_NUMBER = re.compile(_NUMBER)
_RANGE = re.compile(
    # Nothing begins inside of a word but digits.
    r"(?:(?<!\w)|(?=\d))"
    rf"(?:(?:(?P<below>(?<!\w)(?:{_BELOW}))|(?P<above>(?<!\w)(?:{_ABOVE})))\s*"
    # An article, day and month may stand before a year.
    r"(?:(?:[^\W\d_]+\.? |\d{1,2}[.,]? ){0,6}?(?=(?:1[5-9]|2[01])\d\d\b))?)?"
    rf"(?P<low>{_NUMBER})"
    rf"(?:\s*(?:[-–—~〜至到]|to|bis|à|al?|до|and|und|et|y)\s*(?P<high>{_NUMBER}))?"
    r"[ \t-]?(?P<unit>(?!(?:and|or|und|oder|et|ou|y|o|to)\b)[^\W\d_\u3040-\u9fff]+|"
    r"[\u3040-\u9fff%€$£°])?"
    r"(?:\s*(?P<more>\+|以上|(?:or|and|oder|und|et|y|o|ou|e|и)\s(?:more|over|older|above|"
    r"mehr|älter|darüber|plus|más|più|более|старше))|"
    r"\s*(?P<less>以下|以内|未満|未满|(?:or|and|oder|und|et|y|o|ou|e|и)\s(?:less|under|"
    r"younger|below|weniger|jünger|moins|menos|meno|менее|младше)))?"
)
_STEMS = frozenset(map(stem, chain.from_iterable(map(words, _NAMES))))
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_YEARS = range(1500, 2200)
_YEAR = "#"  # the unit of a calendar year
_HAS_YEAR = re.compile(r"(?:1[5-9]|2[01])\d\d|[12][.,]\d{3}")


def fitting(query: str, units: Sequence[Unit], texts: Sequence[str]) -> list[float]:
    """Return a factor for the score of each unit; all 1 if no number is asked about.

    A unit without a range takes the one of what introduces it or stands above it.
    """
    asked = _ranges(query)
    if not asked:
        return [1.0] * len(units)
    quick = _HAS_YEAR if all(unit == _YEAR for *_, unit in asked) else _HAS_NUMBER
    factors: list[float] = []
    for unit, text in zip(units, texts, strict=True):
        factor = _factor(asked, _ranges(text)) if quick.search(text.lower()) else 1.0
        above = (*unit.needs, unit.intro, unit.heading)
        for at in above:
            if factor == 1.0 and at is not None and at < len(factors):
                factor = factors[at]
        factors.append(factor)
    return factors


def is_number(term: str) -> bool:
    """Tell whether the stem of a word has a digit or names a number.

    >>> is_number("12th"), is_number(stem("forty")), is_number("hall")
    (True, True, False)
    """
    return term in _STEMS or any(map(str.isdigit, term))


def _factor(
    asked: Sequence[tuple[float, float, str]], told: Sequence[tuple[float, float, str]]
) -> float:
    pairs = [(a, t) for a in asked for t in told if _alike(a[2], t[2]) and t[0] < t[1]]
    if not pairs:
        return 1.0
    if any(t[0] <= a[0] and a[1] <= t[1] for a, t in pairs):
        return _WITHIN
    apart = all(a[1] < t[0] or t[1] < a[0] or _touch(a, t) for a, t in pairs)
    return _OUTSIDE if apart else 1.0


def _alike(asked: str, told: str) -> bool:
    """Tell whether two units of measure are one, inflection apart."""
    if not told or _YEAR in {asked, told}:
        return asked == told or (not told and asked != _YEAR)
    return asked.startswith(told) or told.startswith(asked)


def _touch(one: tuple[float, float, str], other: tuple[float, float, str]) -> bool:
    """Tell whether two ranges that are no points share nothing but an end."""
    return one[0] < one[1] and (one[1] == other[0] or other[1] == one[0])


def _ranges(text: str) -> list[tuple[float, float, str]]:
    """Return `(low, high, unit)` of the numbers in `text` that have a unit.

    >>> _ranges("from 6 to 14 years"), _ranges("before May 2020")
    ([(6.0, 14.0, 'year')], [(-inf, 2020.0, '#')])
    """
    found: list[tuple[float, float, str]] = []
    for match in _RANGE.finditer(text.lower()):
        low = _value(match["low"])
        if low is None:
            continue
        unit = _YEAR if low in _YEARS else stem(match["unit"] or "")
        high = _value(match["high"]) if match["high"] else low
        if match["below"] or match["less"]:
            low = -math.inf
        elif (match["above"] or match["more"]) and high == low:
            high = math.inf
        if high is not None and low <= high and (unit or low < high):
            found.append((low, high, unit))
    return found


def _value(number: str) -> float | None:
    low = number.casefold()
    if low in _NAMES:
        return float(_NAMES[low])
    if _GROUPED.fullmatch(number):
        return float(re.sub("[.,]", "", number))
    try:
        return float(number.replace(",", "."))
    except ValueError:
        return None
