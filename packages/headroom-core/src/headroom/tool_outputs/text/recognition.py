"""What kind of text this is, told by some of its lines."""

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["VERBATIM", "kind_of"]

# Kinds that people and models read and edit word by word: they are never folded.
VERBATIM = frozenset({"binary", "code", "markdown"})

# Lines that are looked at: the first, and some from all over the text.
_FIRST = 30
_SPREAD = 60
_LONGEST = 300
_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

# How a text of a kind begins.
_STARTS = tuple(
    (kind, re.compile(sign, re.IGNORECASE))
    for kind, sign in (
        ("html", r"\s*<(?:!doctype html|html|head|body|div|table)\b"),
        ("xml", r"\s*<(?:\?xml|[a-z_][\w.:-]*(?:\s[^<>]*)?/?>)"),
    )
)
# What share of the lines of a kind looks how, at least; the first kind that fits is it.
_LINES = tuple(
    (kind, share, re.compile(sign))
    for kind, share, sign in (
        ("diff", 0.01, r"diff --git |@@ -\d+(?:,\d+)? \+\d+|Index: \S+$"),
        (
            "test",
            0.01,
            r"TAP version \d|=+ test session starts =+|running \d+ tests?$|not ok \d"
            r"|\s*(?:Test Suites|Tests):\s+\d",
        ),
        ("snapshot", 0.4, r"\s*- (?:\w+[^\n]*\[ref=|/url:|text:)"),
        (
            "diagnostics",
            0.4,
            r"[^\s:]+:\d+(?::\d+)?: ?(?:[a-z ]*error|[a-z ]*warning|note|[A-Z]+\d+)",
        ),
        (
            "log",
            0.4,
            r"[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d )"
            r"|.{0,80}\b(?:INFO|DEBUG|WARN|ERROR|TRACE|LOG|VERBOSE\d?|silly|verbose)\b"
            r"|[\d.]+ - \S+ \[|\d{4}/\d\d/\d\d ",
        ),
        ("search", 0.6, r"(?:[^\s:]*[/\\])?[^\s:]+\.\w+[:-]\d+[:-]|[^\s:]*/[^\s:]+:"),
        ("git-log", 0.9, r"[0-9a-f]{7,12} \S"),
        ("git-log", 0.01, r"commit [0-9a-f]{7,40}\b"),
        ("trace", 0.3, r"\s+(?:at |File \"|from )\S|#\d+ +0x|Caused by:"),
        ("trace", 0.02, r"Traceback \(most recent call last\)"),
        (
            "build",
            0.2,
            r"\s*(?:Compiling|Building|Linking|Installing|\[ *\d+%\]|\[INFO\])",
        ),
        (
            "code",
            0.05,
            r"\s*(?:(?:export |public |private |protected |static |async |abstract )*"
            r"(?:def|class|function|interface|enum|struct|impl|fn|func|trait)\s+[\w$]"
            r"|(?:public|private|protected)\s\S|(?:const|let|var)\s+[\w$]+\s*="
            r"|#include\b|import\s+[\w{*\"']|from\s+\S+\s+import\b|require[ (]['\"]"
            r"|package\s+[\w.]+;?$|return\b|raise\b|throw\b|self\.|this\."
            r"|(?:if|for|while|switch)\s?\(.*\{$|(?:if|for|while|elif|with)\b.*:$)",
        ),
        ("ini", 0.6, r"\s*[\w.\"-]+\s*=|\[.*\]$|[#;](?!\d)"),
        ("markdown", 0.03, r"#{1,6} [^#\n]|```"),
        ("table", 0.5, r"(?:.*?\S(?:  +(?=\S)|\s*\|)){2}"),
        ("yaml", 0.6, r"\s*(?:- )*[\w./\"'$-]+:(?:\s|$)|\s*- \S+:|---$"),
    )
)


def kind_of(text: str, lines: Sequence[str] = ()) -> str:
    """Return the kind of a text: `"log"`, `"search"`, `"table"`, …, or `"text"`.

    Args:
        text: The text.
        lines: Its lines, if they are at hand.
    """
    if "\0" in text:
        return "binary"
    for kind, sign in _STARTS:
        if sign.match(text):
            return kind
    lines = lines or text.split("\n")
    step = max(1, len(lines) // _SPREAD)
    some = [
        _ESCAPE.sub("", line[:_LONGEST]).rstrip("\r")
        for line in (*lines[:_FIRST], *lines[_FIRST::step])
        if line.strip()
    ]
    if not some:
        return "text"
    delimited = _delimited(some)
    if delimited:
        return delimited
    for kind, share, sign in _LINES:
        if sum([bool(sign.match(line)) for line in some]) >= share * len(some):
            return kind
    return "text"


def _delimited(lines: Sequence[str]) -> str | None:
    """Return "tsv" or "csv" where lines have as many tabs, semicolons or commas."""
    for kind, sign, fewest in (("tsv", "\t", 1), ("csv", ";", 2), ("csv", ",", 2)):
        counts = Counter([line.strip().count(sign) for line in lines])
        count, times = counts.most_common(1)[0]
        if count >= fewest and len(lines) > 1 and times >= 0.8 * len(lines):
            return kind
    return None
