"""Lists: items of any bullet and numbering, nested, with all their lines."""

import math

from headroom.documents.cues import CLOSING, turns
from headroom.documents.structure.headings import level_of
from headroom.documents.structure.lines import (
    END,
    HTML_ITEM,
    ITEM,
    OPEN_ENDS,
    ends_open,
    is_item,
    is_short,
    is_title,
    opens_list,
    runs_on,
    starts_block,
    tail_ends,
)
from headroom.documents.structure.outline import Outline

_AROUND = "().（）"  # what stands around the number of an item
_LEAST_FULL = 40  # characters; a shorter item was not wrapped for its length


def item(outline: Outline, i: int) -> int:
    """Read a list item with all its lines, or a numbered heading."""
    line = outline.lines[i]
    html = HTML_ITEM.match(line.text)
    mark = None if html else ITEM.match(line.text)
    if mark is None and html is None:
        return 0
    if mark and _is_heading(outline, i, mark[1]):
        outline.add_heading(line, line.end, level_of(outline, line.text))
        return 1
    size = 1 if html else 1 + _continuation(outline, i)
    end = outline.lines[i + size - 1].end
    marker, depth = (
        ("<li>", 0) if mark is None else _marker(mark[1], line.indent, outline)
    )
    depth = max(depth, _inner_depth(outline, marker))
    if not outline.items:
        outline.list_intro, outline.turned = outline.introduced(i, "item"), None
    parent = _parent(outline, depth, marker)
    needs = [parent, outline.turned]
    at = outline.add(line.start, end, "item", outline.list_intro, needs)
    outline.items.append((depth, marker, at))
    said = outline.last()
    if turns(said):
        outline.turned = at
    outline.intro = None
    following = outline.next_full(i + size)
    if not is_item(outline.at(following)) and not outline.at(following).startswith(
        (" ", "\t")
    ):
        outline.items = []
    return size


def _is_heading(outline: Outline, i: int, marker: str) -> bool:
    """Tell whether a line with a number or sign is the heading of the text below it.

    Below a sign, the text must be in the next line.
    """
    text = outline.at(i).strip()
    numbered = marker[0].isdigit()
    below = outline.next_full(i + 1) if numbered else i + 1
    titled = is_short(text) and text[-1] not in ",;:："
    if not titled or outline.blank(below):
        return False
    if numbered and (inner := ITEM.match(outline.at(below))):
        # "2. Grant" above "2.1 ...", or "4.1 Filling" above a list that begins there.
        number, first = marker.strip(_AROUND), inner[1].strip(_AROUND)
        return first.startswith(f"{number}.") or (
            "." in number and first in {"1", "a"} and is_title(text)
        )
    return (
        not outline.items
        and not is_item(outline.at(below))
        and outline.introduced(i, "heading") is None
        and not (below == i + 1 and _goes_on(outline, i, i + 1, len(text)))
    )


def _inner_depth(outline: Outline, marker: str) -> int:
    """Return the depth of a letter or Roman number below a clause that opens a list.

    It is written as far left as the clause: "12.2 You may, if:" above "(i) ...".
    """
    style = _style(marker)
    if style not in {"a", "i", "A"} or not outline.items:
        return 0
    known = [d for d, m, _ in outline.items if _style(m) == style]
    depth, above, at = outline.items[-1]
    opens = at == outline.last_position and opens_list(outline.last())
    inner = opens and _style(above)[0] == "1"
    return known[-1] if known else depth + 1 if inner else 0


def _parent(outline: Outline, depth: int, marker: str) -> int | None:
    """Close what is no parent of an item, and return its parent."""
    style = _style(marker)
    while outline.items and outline.items[-1][0] > depth:
        outline.items.pop()
    level = [
        at
        for at, (d, m, _) in enumerate(outline.items)
        if d == depth and _style(m) == style
    ]
    if level:
        del outline.items[level[-1] :]
    elif outline.items and outline.items[-1][0] == depth:
        said = outline.text[
            slice(*outline.units[outline.items[-1][2] - outline.position][1:3])
        ]
        if not (opens_list(said) or style in {"a", "i"}):
            outline.items.pop()
    return outline.items[-1][2] if outline.items else None


def _continuation(outline: Outline, i: int) -> int:
    """Return how many lines after line `i` go on with its item."""
    size = 1
    while not outline.blank(i + size) and not is_item(outline.at(i + size)):
        if not _goes_on(outline, i + size - 1, i + size, _width(outline, i)):
            break
        size += 1
    if size > 1 and outline.items and _is_tail(outline, i, i + 1):
        size = 1
    return size - 1


def _is_tail(outline: Outline, i: int, j: int) -> bool:
    """Tell whether line `j` ends the sentence of a whole list, not of its last item.

    It begins small where the items do, and the last of them was not wrapped.
    """
    before, after = outline.at(i).rstrip(), outline.at(j)
    return (
        after[:1].islower()
        and not ends_open(before)
        and before[-1:] not in OPEN_ENDS
        and len(before) + 1 + len(after.split(None, 1)[0]) <= _width(outline, i)
        and len(before) < _LEAST_FULL
    )


def _width(outline: Outline, i: int) -> int:
    """Return the length of the longest line of the run of lines around `i`."""
    first = last = i
    while first > 0 and i - first < 40 and not outline.blank(first - 1):
        first -= 1
    while last - i < 40 and not outline.blank(last + 1):
        last += 1
    return max(len(outline.at(j).rstrip()) for j in range(first, last + 1))


def _goes_on(outline: Outline, i: int, j: int, width: float) -> bool:
    """Tell whether line `j` goes on with the sentence that line `i` began."""
    before = outline.at(i).rstrip()
    if starts_block(outline.at(j)):
        return False
    if outline.at(j)[:1] in " \t" and outline.lines[j].indent > outline.lines[i].indent:
        return True
    if before.rstrip(CLOSING)[-1:] in END:
        return False
    full = width if len(before) >= _LEAST_FULL else math.inf
    return runs_on(before, outline.at(j), full) or (
        before[-1:].isalpha()
        and tail_ends(map(outline.at, range(j, len(outline.lines))))
    )


def _marker(marker: str, indent: int, outline: Outline) -> tuple[str, int]:
    """Return the style of an item and how deep it is."""
    bare = marker.strip(_AROUND)
    depth = bare.count(".") if bare[:1].isdigit() else 0
    letter = bare in {"i", "v", "x"} and not (
        outline.items and outline.items[-1][1].strip(_AROUND) in {"h", "u", "w"}
    )
    return ("(ii)" if letter else marker), 10 * indent + depth


def _style(marker: str) -> str:
    """Return what the markers of one list have in common."""
    bare = marker.strip(_AROUND)
    if bare[:1].isdigit():
        return "1" + marker[0] * (marker[0] == "(") + marker[-1] * (marker[-1] == ")")
    if len(bare) > 1 and set(bare) <= set("ivx"):
        return "i"
    return (
        "a"
        if bare.isalpha() and bare.islower()
        else marker
        if not bare.isalpha()
        else "A"
    )
