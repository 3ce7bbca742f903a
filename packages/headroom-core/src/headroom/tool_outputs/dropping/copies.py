"""Rule: a value that says the same as one beside it goes."""

import re
from html import unescape
from typing import Any

from headroom.tool_outputs.dropping.record import Record

__all__ = ["concerns", "reason"]

_HTML_END = re.compile(r"_?[hH](?:tml|TML)$")
_TEXT_ENDS = ("", "_text", "_markdown", "_md", "_raw", "Text", "Markdown")
# Tags that say something, as Markdown writes them; tags that lay a text out and say
# nothing by themselves, as `<input checked>` does; what an address or a title says.
_TELLING = ((re.compile(r"</?(?:del|s|strike)>"), "~~"), (re.compile(r"<sup>"), "^"))
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_PLAIN_TAG = re.compile(
    r"<!--.*?-->|</?(?:p|div|span|br|hr|b|strong|i|em|u|a|h[1-6]|ul|ol|li|pre|code"
    r"|blockquote|table|thead|tbody|tr|td|th|sup)"
    r"""(?:\s+(?:class|id|dir|align|rel|target|href|title)=(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""\s(?:href|title)=["']([^"'<>]*)""")
# How Markdown writes a link, and what it writes that HTML does not show: numbers of
# lines and signs. Else a run of other characters.
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?: \"[^\"]*\")?\)")
_PIECE = re.compile(
    r"(^[ \t]*[0-9]+[.)](?=\s)|[*_~`\\#>|:^=]|[-+](?=[-\s|:]))"
    r"|[-+]|[^*_~`\\#>|\-+:^=\s]+",
    re.MULTILINE,
)


def concerns(key: str) -> bool:
    """Tell whether a value under a key may be the copy of another."""
    return key == "plain_text" or (key[-4:].lower() == "html" and len(key) > 4)


def reason(key: str, value: Any, record: Record) -> str:
    """Return why a text goes that another member says too; "" if it stays.

    Such are the HTML of a text (`body_html` of `body`), if both show the same
    characters in the same order, and Notion's `plain_text` of a run with these very
    characters.
    """
    if key == "plain_text":
        run = record.members.get("text")
        return "copy" if type(run) is dict and run.get("content") == value else ""
    if type(value) is not str or ("<" not in value and "&lt;" not in value):
        return ""
    stem = _HTML_END.sub("", key)
    texts = [record.members.get(stem + end) for end in _TEXT_ENDS]
    text = next((text for text in texts if type(text) is str and text), "")
    return "copy" if text and _shows_the_same(value, text) else ""


def _shows_the_same(markup: str, text: str) -> bool:
    """Tell whether HTML shows the characters of a text, and no other address."""
    if "<" not in markup:
        markup = unescape(markup)
    attributes = map(unescape, _ATTRIBUTE.findall(markup))
    if not all(attribute.strip("/#@") in text for attribute in attributes):
        return False
    for tag, sign in _TELLING:
        markup = tag.sub(sign, markup)
    shown = _PLAIN_TAG.sub(" ", markup)
    if _TAG.search(shown):
        return False
    shown = "".join(unescape(shown).split())
    said = unescape(_PLAIN_TAG.sub(" ", _MARKDOWN_LINK.sub(r"\1", unescape(text))))
    at = 0
    for piece in _PIECE.finditer(said):
        characters = piece[0].strip()
        if shown.startswith(characters, at):
            at += len(characters)
        elif not piece[1]:
            return False
    return at == len(shown)
