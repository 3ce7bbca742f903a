"""Structure: a text becomes units, each knowing what it stands under.

Lines are read once, from top to bottom. Headings, list items, table rows, fields,
data, log lines and code are units of their own; what is left is running text, whose
wrapped lines belong together and which is cut into sentences.
"""

import sys
from collections.abc import Callable

from headroom.documents.structure.code import code, fenced_code, fences
from headroom.documents.structure.fields import (
    blocks,
    data,
    fields,
    records,
)
from headroom.documents.structure.headings import heading, posts
from headroom.documents.structure.lines import TAG
from headroom.documents.structure.lists import item
from headroom.documents.structure.logs import logs
from headroom.documents.structure.outline import Outline
from headroom.documents.structure.pages import contents, markup, running, subtitle
from headroom.documents.structure.paragraphs import paragraph
from headroom.documents.structure.references import (
    answered,
    closed,
    labelled,
    noted,
    pointed,
)
from headroom.documents.structure.tables import table
from headroom.documents.structure.units import Unit

__all__ = ["Unit", "split_units"]


def split_units(
    text: str,
    document: int = 0,
    position: int = 0,
    longest: int = sys.maxsize,
    piece: int = sys.maxsize,
) -> list[Unit]:
    """Split `text` into units in order; whitespace between them belongs to none.

    Empty for blank text.

    Args:
        text: The document.
        document: Its place in the input.
        position: How many units there are before its first one.
        longest: Characters above which a unit is cut, if it can be.
        piece: Characters of its parts, about.
    """
    outline = Outline(text, document, position, longest, piece)
    lone = "\n" not in text and "\r" not in text
    if lone and not text.lstrip().startswith("[{") and not TAG.search(text):
        outline.add_sentences(0, len(text))
    else:
        _read(outline)
    units = answered(outline.units, text, position)
    for refer in (labelled, closed, pointed, noted):
        units = refer(units, text, position)
    return units


# Each reads a block that begins at a line and returns how many lines it has, or 0.
_READERS: tuple[Callable[[Outline, int], int], ...] = (
    fenced_code, subtitle, heading, data, records, logs,
    contents, table, markup, item, code, fields, paragraph,
)  # fmt: skip


def _read(outline: Outline) -> None:
    texts = [line.text for line in outline.lines]
    outline.fences, outline.blocks = fences(texts), blocks(texts)
    outline.running, outline.posts = running(outline.lines), posts(outline.lines)
    i = 0
    while i < len(outline.lines):
        if not outline.lines[i].text.strip():
            i += 1
            continue
        outline.block += 1
        i += next(size for read in _READERS if (size := read(outline, i)))
