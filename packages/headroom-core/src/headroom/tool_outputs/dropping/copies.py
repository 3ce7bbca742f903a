"""Rule: a value that says the same as one beside it goes."""

import re
from html import unescape
from typing import Any

__all__ = ["REASON", "concerns", "is_copy"]

REASON = "copy"

_HTML_END = re.compile(r"_?[hH](?:tml|TML)$")
_TEXT_ENDS = ("", "_text", "_markdown", "_md", "_raw", "Text", "Markdown")
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][A-Za-z0-9:-]*(?:[\s/][^<>]*)?>", re.DOTALL)
# What a tag says that is not shown.
_ATTRIBUTE = re.compile(r"""\s(?:href|src|alt|title)\s*=\s*["']([^"'<>]*)""")
_STRUCK = re.compile(r"<(?:del|s|strike)\b")
# How Markdown writes a link and a numbered line, and the signs that it does not show.
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?: \"[^\"]*\")?\)")
_MARKDOWN_LINE = re.compile(r"^[ \t]*[0-9]+[.)]\s+", re.MULTILINE)
_MARKDOWN_SIGNS = "*_~`\\#>|-+:^="
_SIGN_OR_RUN = re.compile(r"[*_~`\\#>|\-+:^=]|[^*_~`\\#>|\-+:^=]+")
_BLOB_CHARACTERS = 129


def concerns(key: str) -> bool:
    """Tell whether a value under a key may be the copy of another."""
    return key in ("plain_text", "svn_url", "signature") or (
        key[-4:].lower() == "html" and len(key) > 4
    )


def is_copy(key: str, value: str, members: dict[str, Any]) -> bool:
    """Tell whether a text says nothing that another member does not say.

    Such are the HTML of a text (`body_html` of `body`), if both show the same
    characters in the same order; Notion's `plain_text` of a run with these very
    characters; Subversion's address of the same page; the signature of a thought.
    """
    if key == "plain_text":
        run = members.get("text")
        return type(run) is dict and run.get("content") == value
    if key == "svn_url":
        return bool(members.get("html_url") == value)
    if key == "signature":
        return "thinking" in members and len(value) >= _BLOB_CHARACTERS
    if "<" not in value and "&lt;" not in value:
        return False
    stem = _HTML_END.sub("", key)
    for end in _TEXT_ENDS:
        text = members.get(stem + end)
        if type(text) is str and text:
            return _shows_the_same(value, text)
    return False


def _shows_the_same(markup: str, text: str) -> bool:
    """Tell whether HTML shows the characters of a text, and no other address."""
    if "<" not in markup:
        markup = unescape(markup)
    attributes = map(unescape, _ATTRIBUTE.findall(markup))
    if not all(attribute.strip("/#@") in text for attribute in attributes):
        return False
    if _STRUCK.search(markup) and "~~" not in text:
        return False
    shown = "".join(unescape(_TAG.sub(" ", markup)).split())
    text = _MARKDOWN_LINK.sub(r"\1", unescape(text))
    if "".join(text.split()) == shown:
        return True
    said = unescape(_TAG.sub(" ", _MARKDOWN_LINE.sub("", text)))
    return _shows_but_for_signs(shown, "".join(said.split()))


def _shows_but_for_signs(shown: str, said: str) -> bool:
    """Tell whether all characters are shown, in order, but for Markdown's signs."""
    at = 0
    for run in _SIGN_OR_RUN.findall(said):
        if shown.startswith(run, at):
            at += len(run)
        elif run not in _MARKDOWN_SIGNS:
            return False
    return at == len(shown)
