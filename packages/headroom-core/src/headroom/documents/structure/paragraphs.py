"""Paragraphs: running text with its wrapped lines, and runs of short lines."""

import math
from collections.abc import Sequence

from headroom.documents.cues import CLOSING, announces
from headroom.documents.structure.headings import titles
from headroom.documents.structure.lines import (
    END,
    ITEM,
    LINE_CHARACTERS,
    UNDERLINE,
    is_field,
    is_item,
    is_label,
    is_short,
    is_title,
    runs_on,
    starts_block,
    tail_ends,
)
from headroom.documents.structure.logs import stamped
from headroom.documents.structure.outline import Outline

_BLOCK_CHARACTERS = 240

_TITLE_SHARE = 0.6  # of the lines around it; a line that is as short was not wrapped
_FULL = 0.75  # the share of the longest line from which on a line counts as full


def paragraph(outline: Outline, i: int) -> int:
    """Read running text up to a blank line or another kind of block."""
    quoted = outline.at(i).lstrip().startswith(">")
    stop = i + 1
    while not outline.blank(stop) and not _ends_paragraph(outline, stop, quoted=quoted):
        stop += 1
    groups = _groups(outline, i, stop)
    first_unit = len(outline.units)
    intro = outline.introduced(i, "sentence") if _intro_applies(outline, i) else None
    outline.intro = None
    if titles(outline, groups, stop):
        return groups[0][1] - i
    if not outline.at(i).startswith((" ", "\t")):
        outline.items = []
    needs = [outline.items[-1][2]] if outline.items else []
    if outline.sender is not None and not quoted:
        needs.append(outline.sender)
    run: list[tuple[int, int]] = []
    for first, last in groups:
        if is_label(outline.said(first, last)):
            run.append((first, last))
            continue
        _add_lines(outline, run, intro, needs)
        run = []
        intro = outline.add_sentences(
            outline.lines[first].start, outline.lines[last - 1].end, intro, needs
        )
    _add_lines(outline, run, intro, needs)
    if quoted:
        # A sentence in the middle of a line has its mark at the one before.
        opened: int | None = None
        for place in range(first_unit, len(outline.units)):
            unit = outline.units[place]
            if outline.text[unit.start] == ">":
                opened = outline.position + place
            elif opened is not None:
                outline.units[place] = unit._replace(needs=(*unit.needs, opened))
    if outline.units and announces(outline.last()):
        outline.intro = outline.last_position
    return stop - i


def _intro_applies(outline: Outline, i: int) -> bool:
    return outline.intro is not None and not outline.blank(i)


def _ends_paragraph(outline: Outline, i: int, *, quoted: bool) -> bool:
    text = outline.at(i)
    if text.lstrip().startswith(">") != quoted or text.strip() == ">":
        return True
    if starts_block(text):
        return True
    if (
        UNDERLINE.match(outline.at(i + 1))
        and is_title(text)
        and not outline.blank(i - 1)
    ):
        return False
    before = outline.at(i - 1).rstrip().rstrip(CLOSING)
    if before[-1:] in END and _is_title_above(outline, i):
        return True
    item = ITEM.match(text)
    if item:
        return not item[1][-1:].isdigit() and (
            not item[1][0].isdigit()
            or before[-1:] in {*END, ":", "："}
            or is_item(outline.at(i + 1))
        )
    if is_field(text) and is_field(outline.at(i + 1)):
        return True
    return (
        before[-1:] in {*END, ":"} and stamped(outline, i) and stamped(outline, i + 1)
    )


def _is_title_above(outline: Outline, i: int) -> bool:
    """Tell whether line `i` of a paragraph is a title: short, above a sentence."""
    text, above, below = (outline.at(j).strip() for j in (i, i - 1, i + 1))
    return (
        bool(below)
        and len(text) < _TITLE_SHARE * max(len(above), len(below))
        and is_short(text)
        and is_title(text)
        and below[0].isalpha()
        and not below[0].islower()
        and len(below) > len(text)
    )


def _groups(outline: Outline, i: int, stop: int) -> list[tuple[int, int]]:
    """Return `[first, last)` of lines that belong together in a paragraph."""
    width = _FULL * max(len(outline.at(j).rstrip()) for j in range(i, stop))
    body = "\n".join(outline.at(j) for j in range(i, stop))
    stopped = any(mark in body for mark in END)
    found: list[tuple[int, int]] = []
    for j in range(i, stop):
        if found and _wraps(outline, j - 1, j, stop, width, stopped=stopped):
            found[-1] = (found[-1][0], j + 1)
        else:
            found.append((j, j + 1))
    return found


def _wraps(
    outline: Outline, i: int, j: int, stop: int, width: float, *, stopped: bool
) -> bool:
    """Tell whether line `j` of running text goes on with line `i`."""
    before = outline.at(i).rstrip()
    if before.rstrip(CLOSING)[-1:] in END:
        # A full stop cuts by itself, wherever the line ends.
        return True
    full = width if stopped or len(before) > LINE_CHARACTERS else math.inf
    return runs_on(before, outline.at(j), full) or (
        before[-1:].isalpha() and tail_ends(map(outline.at, range(j, stop)))
    )


def _add_lines(
    outline: Outline,
    run: Sequence[tuple[int, int]],
    intro: int | None,
    needs: Sequence[int],
) -> None:
    """Append short lines that belong together: one unit, or each with its label."""
    if not run:
        return
    start, end = outline.lines[run[0][0]].start, outline.lines[run[-1][1] - 1].end
    if end - start <= _BLOCK_CHARACTERS:
        outline.add(start, end, "lines", intro, needs)
        return
    before: int | None = None
    for a, b in run:
        at = outline.add(
            outline.lines[a].start,
            outline.lines[b - 1].end,
            "lines",
            intro,
            [*needs, before],
        )
        label = before is None or outline.kind_of(before) != "lines"
        before = (
            at if label or not outline.text[outline.lines[a].start].isdigit() else None
        )
