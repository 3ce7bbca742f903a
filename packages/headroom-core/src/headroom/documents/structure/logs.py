"""Logs: entries that begin alike, each with the trace below it."""

import re

from headroom.documents.structure.outline import Outline

_STAMP = re.compile(
    r"\s*(?:\[[^\]\n]{2,40}\]|<\d{1,3}>|\(?\d{1,4}[-/.:]\d{1,2}[-/.:T]\d|\d{1,2}:\d\d\b"
    r"|[A-Z][a-z]{2}\s+\d{1,2}\s+\d\d:|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|"
    r"FATAL|CRITICAL)\b|(?:trace|debug|info|notice|warn|warning|error|fatal):\s|"
    r"[EWIF]\d{4}\s|[\w.]+=\S+ +[\w.]+=|\d{9,}\b)"
)

_TRACE = re.compile(
    r"\s+\S|Caused by\b|Traceback\b|\.\.\. \d+ more|[\w.$]*(?:Error|"
    r"Exception)\b|goroutine\b|[}\])]+\s*$"
)

_FRAME = re.compile(r"\s*(?:at\s+[\w.$<>]+\s*\(|File \"|\.\.\. \d+ more|\^+\s*$)")

_RAISED = re.compile(r"(?:Error|Exception)\b")

_SHAPE = re.compile(r"\d+")
# A path or a dotted name of a program: "tests/test_a.py::test_add".
_PATH = re.compile(r"(?=\S*\w(?:/|::|\\)\w)\S+")
_NAME = re.compile(r"\w+")


def logs(outline: Outline, i: int) -> int:
    """Read lines that begin alike, each with the trace below it."""
    opens = _stamps(outline, i) if stamped(outline, i) else {}
    if sum(opens.values()) < 2:
        return 0
    head: int | None = None
    size = 0
    for j, is_stamped in opens.items():
        line = outline.lines[j]
        if is_stamped:
            head = outline.add(line.start, line.end, "log")
        else:
            frame = _FRAME.match(line.text) or (
                outline.was("frame")
                and line.text[:1].isspace()
                and not _RAISED.search(line.text)
            )
            outline.add(
                line.start, line.end, "frame" if frame else "trace", None, [head]
            )
        size += 1
    outline.items, outline.intro = [], None
    return size


def stamped(outline: Outline, i: int) -> bool:
    """Tell whether line `i` opens an entry of a log."""
    return _STAMP.match(outline.at(i)) is not None or _shape(outline, i) is not None


def _shape(outline: Outline, i: int) -> str | None:
    """Return how line `i` begins if two of the next five lines begin so too."""
    shape = _line_shape(outline.at(i))
    if shape is None:
        return None
    alike = sum(_line_shape(outline.at(j)) == shape for j in range(i + 1, i + 6))
    return shape if alike > 1 else None


def _stamps(outline: Outline, i: int) -> dict[int, bool]:
    """Return the lines of the log at `i`: whether each opens an entry."""
    shape = _shape(outline, i)
    found: dict[int, bool] = {}
    for j in range(i, len(outline.lines)):
        text = outline.at(j)
        below = text[:1].isspace() and not outline.at(i)[:1].isspace()
        if below and text.strip():
            found[j] = False
        elif _STAMP.match(text) or (shape is not None and _line_shape(text) == shape):
            found[j] = True
        elif text.strip() and _TRACE.match(text):
            found[j] = False
        else:
            break
    return found


def _line_shape(line: str) -> str | None:
    """Return how a line begins, numbers as 0, words of a path as a.

    None without one in its first words.
    """
    if path := _PATH.match(line):
        return _NAME.sub("a", path.group())
    head = " ".join(line.split(None, 2)[:2])
    shaped = _SHAPE.sub("0", head)
    return shaped if "0" in shaped and not line[:1].isspace() else None
