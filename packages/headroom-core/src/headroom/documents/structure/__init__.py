"""Structure: a text becomes units, each knowing what it stands under.

Lines are read once, from top to bottom. Headings, list items, table rows, fields,
data, log lines and code are units of their own; what is left is running text, whose
wrapped lines belong together and which is cut into sentences.
"""

from collections.abc import Callable, Iterator

from headroom.documents.sentences import clauses
from headroom.documents.structure.code import code, fenced_code, fences
from headroom.documents.structure.fields import (
    blocks,
    data,
    definitions,
    fields,
    records,
)
from headroom.documents.structure.headings import heading
from headroom.documents.structure.lines import TAG
from headroom.documents.structure.lists import item
from headroom.documents.structure.logs import logs
from headroom.documents.structure.outline import INDENTED, Outline
from headroom.documents.structure.pages import contents, markup, running, subtitle
from headroom.documents.structure.paragraphs import paragraph
from headroom.documents.structure.references import (
    answered,
    closed,
    labelled,
    noted,
    pointed,
    replied,
)
from headroom.documents.structure.tables import table
from headroom.documents.structure.units import Unit

__all__ = ["Unit", "split_pieces", "split_units"]


def split_units(text: str, document: int = 0, position: int = 0) -> list[Unit]:
    """Split `text` into units in order; whitespace between them belongs to none.

    Empty for blank text.

    Args:
        text: The document.
        document: Its place in the input.
        position: How many units there are before its first one.
    """
    outline = Outline(text, document, position)
    lone = "\n" not in text and "\r" not in text
    if lone and not text.lstrip().startswith("[{") and not TAG.search(text):
        outline.add_sentences(0, len(text))
    else:
        _read(outline)
    units = answered(outline.units, text, position)
    for refer in (labelled, closed, replied, pointed, noted):
        units = refer(units, text, position)
    return units


# Each reads a block that begins at a line and returns how many lines it has, or 0.
_READERS: tuple[Callable[[Outline, int], int], ...] = (
    fenced_code, subtitle, definitions, heading, data, records, logs,
    contents, table, markup, item, code, fields, paragraph,
)  # fmt: skip


def _read(outline: Outline) -> None:
    texts = [line.text for line in outline.lines]
    outline.fences, outline.blocks = fences(texts), blocks(texts)
    outline.running = running(outline.lines)
    i = 0
    while i < len(outline.lines):
        if not outline.lines[i].text.strip():
            i += 1
            continue
        outline.block += 1
        i += next(size for read in _READERS if (size := read(outline, i)))


def split_pieces(text: str, unit: Unit, characters: int) -> Iterator[Unit]:
    """Cut one unit into pieces of about `characters`; the last resort.

    Lines are cut apart first, and only a line that is too long at its clauses. A
    word stays whole, however long.
    """
    for start, end in _cut_lines(text, unit.start, unit.end, characters):
        last = start + len(text[start:end].rstrip())
        if unit.kind not in INDENTED:
            start = end - len(text[start:end].lstrip())
        if start < last:
            yield unit._replace(start=start, end=last, kind="piece")


def _cut_lines(
    text: str, start: int, stop: int, characters: int
) -> Iterator[tuple[int, int]]:
    at = start
    for line in text[start:stop].splitlines(keepends=True):
        end = at + len(line)
        if at > start and end - start > 2 * characters:
            yield start, at
            start = at
        if len(line) > 2 * characters:
            yield from clauses(text, at, end, characters)
            start = end
        elif end - start >= characters:
            yield start, end
            start = end
        at = end
    yield start, stop
