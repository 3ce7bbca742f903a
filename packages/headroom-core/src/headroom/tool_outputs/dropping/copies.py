"""Rule: a value that says the same as one beside it goes."""

import re
from html import unescape
from typing import Any

from headroom.tool_outputs.dropping.record import Record

__all__ = ["concerns", "reason"]

_HTML_END = re.compile(r"_?[hH](?:tml|TML)$")
_TEXT_ENDS = ("", "_text", "_markdown", "_md", "_raw", "Text", "Markdown")
# Tags that lay a text out and say nothing by themselves, as `<input checked>` and the
# exponent in `10<sup>6</sup>` do; and what an address or a title in one says.
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_PLAIN_TAG = re.compile(
    r"<!--.*?-->|</?(?:p|div|span|br|hr|b|strong|i|em|u|del|s|strike|a|h[1-6]|ul|ol|li"
    r"|pre|code|blockquote|table|thead|tbody|tr|td|th|sup)"
    r"""(?:\s+(?:class|id|dir|align|rel|target|href|title)=(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""\s(?:href|title)=["']([^"'<>]*)""")
# Those that do say something, and how Markdown writes them.
_TELLING = ((re.compile(r"<(?:del|s|strike)\b"), "~~"), (re.compile(r"<sup\b"), "^"))
# How Markdown writes a link and a numbered line, and the signs that it does not show.
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?: \"[^\"]*\")?\)")
_MARKDOWN_LINE = re.compile(r"^[ \t]*[0-9]+[.)]\s+", re.MULTILINE)
_MARKDOWN_SIGNS = "*_~`\\#>|-+:^="
_SIGN_OR_RUN = re.compile(r"[*_~`\\#>|\-+:^=]|[^*_~`\\#>|\-+:^=]+")


def concerns(key: str) -> bool:
    """Tell whether a value under a key may be the copy of another."""
    return key == "plain_text" or (key[-4:].lower() == "html" and len(key) > 4)


def reason(key: str, value: Any, record: Record) -> str:
    """Return why a text goes that another member says too; "" if it stays.

    Such are the HTML of a text (`body_html` of `body`), if both show the same
    characters in the same order, and Notion's `plain_text` of a run with these very
    characters.
    """
    if type(value) is not str:
        return ""
    members = record.members
    if key == "plain_text":
        run = members.get("text")
        return "copy" if type(run) is dict and run.get("content") == value else ""
    if "<" not in value and "&lt;" not in value:
        return ""
    stem = _HTML_END.sub("", key)
    for end in _TEXT_ENDS:
        text = members.get(stem + end)
        if type(text) is str and text:
            return "copy" if _shows_the_same(value, text) else ""
    return ""


def _shows_the_same(markup: str, text: str) -> bool:
    """Tell whether HTML shows the characters of a text, and no other address."""
    if "<" not in markup:
        markup = unescape(markup)
    attributes = map(unescape, _ATTRIBUTE.findall(markup))
    if not all(attribute.strip("/#@") in text for attribute in attributes):
        return False
    if any(tag.search(markup) and sign not in text for tag, sign in _TELLING):
        return False
    shown = _PLAIN_TAG.sub(" ", markup)
    if _TAG.search(shown):
        return False
    shown = "".join(unescape(shown).split())
    text = _MARKDOWN_LINK.sub(r"\1", unescape(text))
    if "".join(text.split()) == shown:
        return True
    said = unescape(_PLAIN_TAG.sub(" ", _MARKDOWN_LINE.sub("", text)))
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
