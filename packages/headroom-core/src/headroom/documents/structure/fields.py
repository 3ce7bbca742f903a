"""Fields: labels with their values, terms with their definitions, indented data."""

import json
import re
from collections.abc import Sequence

from headroom.documents.cues import CLOSING
from headroom.documents.structure.lines import END, ITEM, is_field, is_turn
from headroom.documents.structure.outline import Outline

SENDER = re.compile(
    r"(?:from|von|de|da|van|od|fra|från|kimden|от|发件人|差出人|보낸 사람)\s?[:：]",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"(?:subject|betreff|objet|asunto|oggetto|assunto|onderwerp|тема|主题|件名|제목)\s?[:：]",
    re.IGNORECASE,
)
_HTML = (
    r"(?:t(?:able|head|body|foot|r|d|h)|ul|ol|li|p|h[1-6]|div|d[ldt]|br|hr|section|"
    r"article|main|nav|span|a|b|i|em|strong|img|code|pre|html|head|body)\b"
)
# A key with its value or what is below it: YAML, JSON, TOML, properties, XML.
_KEY = re.compile(
    rf"\s*</?(?!{_HTML})[A-Za-z_][\w:.-]*(?:\s[^<>]*)?>|"
    r"\s*(?:-\s+)?[\"']?[\w$@./-]+(?: [\w./-]+)?[\"']?\s*[:=](?:\s|$|[\"\[{])"
)

_DATA = re.compile(r"\s*(?:[\[\]{}(),;]+\s*$|-\s+\S|[\"'][^\"']*[\"'],?\s*$)")

_NAMELESS = re.compile(r"\w+\s*\{\s*$")

_BRACES = re.compile(r"[\s\[\]{}(),;-]+")

_OPENS_BLOCK = re.compile(
    r"<[^/<>][^<>]*(?<!/)>$|(?:[\"']?[\w$@./ -]+[\"']?\s*[:=]|[\[{])\s*[\[{]?\s*$"
)


def fields(outline: Outline, i: int) -> int:
    """Read a run of `key: value` lines, or of labelled turns."""
    stop = i
    while is_field(outline.at(stop)) or (stop > i and _wraps_field(outline, stop)):
        stop += 1
    if stop - i < 2 or sum(is_field(outline.at(j)) for j in range(i, stop)) < 2:
        return 0
    labels = [re.split("[:：.]", outline.at(j), maxsplit=1)[0] for j in range(i, stop)]
    # Questions and answers are no values of one thing.
    record = len(set(labels)) == len(labels) and not is_turn(outline.at(i))
    intro = outline.introduced(i, "field")
    first: int | None = None
    j = i
    while j < stop:
        end = j + 1
        while end < stop and not is_field(outline.at(end)):
            end += 1
        at = outline.add(
            outline.lines[j].start, outline.lines[end - 1].end, "field", intro, [first]
        )
        if record and first is None:
            first = at
        if SENDER.match(outline.at(j)):
            outline.sender = at
        j = end
    outline.items, outline.intro = [], None
    return stop - i


def _wraps_field(outline: Outline, i: int) -> bool:
    text, before = outline.at(i), outline.at(i - 1).rstrip()
    if text[:1].isspace():
        return bool(text.strip()) and not ITEM.match(text)
    return text[:1].islower() and before.rstrip(CLOSING)[-1:] not in {*END, ":", "："}


_NAME = re.compile(r"\s*[\"']?(?:name|title|label)[\"']?\s*[:=]\s*[^\s{\[]")

# A block of a configuration file. One that opens behind an argument list is code.
_CONFIG = re.compile(r"[^(){}=;]+\{\s*$")


def blocks(lines: Sequence[str]) -> dict[int, int]:
    """Return where blocks in braces begin, with the line after each.

    One that holds code is none.
    """
    found: dict[int, int] = {}
    opened: list[tuple[int, bool]] = []
    for i, line in enumerate(lines):
        text = line.strip()
        if text.endswith("{"):
            opened.append((i, _CONFIG.match(text) is not None))
        elif text == "}" and opened:
            start, plain = opened.pop()
            if plain and i > start + 1:
                found[start] = i + 1
            elif not plain and opened:
                opened[-1] = (opened[-1][0], False)
    return found


def records(outline: Outline, i: int) -> int:
    """Read the objects of a JSON array that stands in one line."""
    line = outline.lines[i]
    if not line.text.lstrip().startswith("[{"):
        return 0
    try:
        found = json.loads(line.text)
    except (ValueError, RecursionError):
        return 0
    if not all(isinstance(each, dict) for each in found):
        return 0
    intro = outline.introduced(i, "data")
    at = line.text.index("{")
    for _ in found:
        _, end = json.JSONDecoder().raw_decode(line.text, at)
        outline.add(line.start + at, line.start + end, "data", intro)
        at = line.text.find("{", end)
    outline.items, outline.intro = [], None
    return 1


def data(outline: Outline, i: int) -> int:
    """Read indented data: keys and values, each under the keys above it."""
    stop = outline.blocks.get(i, i)
    deeper = stop > i
    if not deeper and (
        # Inside of what has no deeper line, nothing begins that has one.
        i < outline.flat
        or not (_KEY.match(outline.at(i)) or _BRACES.fullmatch(outline.at(i)))
    ):
        return 0
    while not outline.blank(stop) and (
        _KEY.match(outline.at(stop)) or _DATA.match(outline.at(stop))
    ):
        before = outline.at(stop - 1).strip() if stop > i else ""
        opened = _OPENS_BLOCK.match(before) or _BRACES.fullmatch(before)
        deeper |= (
            bool(opened) and outline.lines[stop].indent > outline.lines[stop - 1].indent
        )
        stop += 1
    if stop - i < 2 or not deeper:
        outline.flat = stop
        return 0
    intro = outline.introduced(i, "data")
    above: list[tuple[int, int, bool]] = []
    for j in range(i, stop):
        line = outline.lines[j]
        while above and above[-1][0] >= line.indent:
            above.pop()
        bare = _BRACES.fullmatch(line.text) is not None
        closing = line.text.lstrip().startswith(("]", "}", ")", "</"))
        closing = closing and (bare or line.text.lstrip()[0] == "<")
        parent = above[-1][1] if above else outline.parent(j)
        at = outline.add(
            line.start, line.end, "markup" if closing else "data", intro, [parent]
        )
        if above and _NAME.match(line.text) and outline.opens_record(above[-1][1]):
            outline.need(above[-1][1], at)
        if not closing:
            above.append((line.indent, at, bare or bool(_NAMELESS.match(line.text))))
            dash = line.text.lstrip().startswith("- ")
            nameless = len(above) > 1 and above[-2][2]
            opens = line.text.rstrip().endswith(("{", "["))
            if nameless and not opens and not dash:
                # The first key names a record that has no name of its own.
                above[-2] = (above[-2][0], at, False)
    outline.items, outline.intro = [], None
    return stop - i
