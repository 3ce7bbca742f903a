"""What kind of text this is, told by its first lines."""

import re
from collections.abc import Sequence

__all__ = ["VERBATIM", "kind_of"]

# Kinds that people and models read and edit word by word: they are never folded.
VERBATIM = frozenset({"binary", "code", "markdown"})

# Lines that are looked at, from all over the text.
_LOOKED_AT = 80
_STARTS = (
    ("diff", r"(?:diff --git |Index: |--- \S.*\n\+\+\+ )"),
    ("html", r"\s*<(?:!doctype html|html|head|body|div|table)\b"),
    ("xml", r"\s*<(?:\?xml|[A-Za-z_][\w.:-]*(?:\s[^<>]*)?/?>)"),
    ("test", r"TAP version \d|=+ test session starts =+|running \d+ tests?\n"),
)
_START = tuple((kind, re.compile(sign, re.I)) for kind, sign in _STARTS)
# A kind, the share of lines that must look like this, and how they look.
_LINES = (
    (
        "diagnostics",
        0.4,
        r"\S[^:\n]*:\d+(?::\d+)?: ?(?:[a-z ]*error|warning|note|[A-Z]+\d+)",
    ),
    (
        "log",
        0.3,
        r"[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d )"
        r"|[^\n]{0,60}\b(?:INFO|DEBUG|WARN|ERROR|TRACE|LOG|silly|verbose)\b"
        r"|[\d.]+ - \S+ \[",
    ),
    ("search", 0.6, r"\S[^:\n]*:\d+:"),
    ("snapshot", 0.4, r"\s*- (?:\w+[^\n]*\[ref=|/url:|text:)"),
    ("trace", 0.3, r"\s+(?:at |File \"|from )\S|#\d+ +0x|Caused by:|Traceback "),
    ("tsv", 0.9, r"[^\t\n]*\t[^\t\n]*\t"),
    ("csv", 0.9, r"(?:[^,\n]*,){3}"),
    ("table", 0.5, r"[^\n]*\S(?:  +\S[^\n]*|\s*\|\s*[^\n]*){2}"),
)
_LINE = tuple((kind, share, re.compile(sign)) for kind, share, sign in _LINES)
_CODE = re.compile(
    r"\s*(?:(?:async )?def |class |import |from \S+ import "
    r"|(?:export |async )?function\b|(?:const|let|var) \w|#include\b"
    r"|(?:public|private|protected|static|final) "
    r"|package |return\b|(?:if|for|while|switch)\s?\(|(?:if|for|while|elif) .*:$|else\b"
    r"|use |(?:pub )?fn |impl |require |end$|[\])}]+[;,]?$|@\w+|/[/*]|\* |\*/$|\"\"\""
    r"|self\.|this\.|.*[;{]$)"
)
_MARKDOWN = re.compile(r"#{1,6} \S|```|[*-] \S|\d+\. \S|\s*\|.*\|$|> ")


def kind_of(text: str, lines: Sequence[str] = ()) -> str:
    """Return the kind of a text: `"log"`, `"search"`, `"table"`, …, or `"text"`."""
    if "\0" in text:
        return "binary"
    for kind, sign in _START:
        if sign.match(text):
            return kind
    lines = lines or text.split("\n")
    step = max(1, len(lines) // _LOOKED_AT)
    some = [line[:300] for line in lines[::step] if line.strip()]
    count = len(some)
    if not count:
        return "text"
    if sum([bool(_MARKDOWN.match(line)) for line in some]) > 0.15 * count and any(
        line.startswith(("#", "```")) for line in some
    ):
        return "markdown"
    for kind, share, sign in _LINE:
        if sum([bool(sign.match(line)) for line in some]) >= share * count:
            return kind
    if sum([bool(_CODE.match(line)) for line in some]) >= 0.35 * count:
        return "code"
    return "text"
