"""Code: fenced or indented."""

from collections.abc import Sequence

from headroom.documents.structure.lines import FENCE
from headroom.documents.structure.outline import Outline


def fenced_code(outline: Outline, i: int) -> int:
    """Read code between fences, or the part of it that a chunk has."""
    size = outline.fences.get(i, 0)
    if size:
        _add_code(outline, i, size)
    return size


def _add_code(outline: Outline, i: int, size: int) -> None:
    first, last = outline.lines[i], outline.lines[i + size - 1]
    intro, parent = outline.introduced(i, "code"), outline.parent(i)
    outline.add(first.start, last.end, "code", intro, [parent])
    outline.intro = None


def code(outline: Outline, i: int) -> int:
    """Read indented code."""
    text = outline.at(i)
    if not text.startswith(("    ", "\t")) or outline.items:
        return 0
    size = 1
    while outline.at(i + size).startswith((" ", "\t")) and not outline.blank(i + size):
        size += 1
    _add_code(outline, i, size)
    return size


def fences(lines: Sequence[str]) -> dict[int, int]:
    """Return where fenced code begins, with its number of lines.

    A chunk may begin or end inside of a fence: code then reaches from the start to
    a fence that can only be a closing one, or from the last fence to the end.
    """
    fences = [(i, m) for i, line in enumerate(lines) if (m := FENCE.match(line))]
    blocks: dict[int, int] = {}
    if not fences:
        return blocks
    first, mark = fences[0]
    stray = len(fences) % 2 == 1 or bool(fences[1][1][2])
    after = lines[first + 1] if first + 1 < len(lines) else ""
    closes = not mark[2] and first > 0 and lines[first - 1].strip()
    if stray and closes and not after.strip():
        blocks[0] = first + 1
        fences = fences[1:]
    opened: tuple[int, str] | None = None
    for i, mark in fences:
        if opened is None:
            opened = i, mark[1]
        elif not mark[2] and mark[1].startswith(opened[1]):
            blocks[opened[0]] = i + 1 - opened[0]
            opened = None
    if opened is not None:
        blocks[opened[0]] = len(lines) - opened[0]
    return blocks
