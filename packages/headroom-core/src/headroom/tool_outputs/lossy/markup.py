"""HTML as Markdown."""

import re

from headroom.types import Dropped

__all__ = ["as_markdown"]

_INSTALL = 'markup="text" needs html-to-markdown: pip install "headroom-core[html]"'
_TAG = re.compile(r"<[A-Za-z/!][^<>]*>")


def as_markdown(text: str) -> tuple[str, list[Dropped]]:
    """Return an HTML page as Markdown, and how many tags were dropped.

    Headings, lists, tables, links and emphasis stay; scripts, styles and attributes go.

    Raises:
        ImportError: If html-to-markdown is not installed.
    """
    try:
        from html_to_markdown import convert
    except ImportError as error:
        raise ImportError(_INSTALL) from error
    tags = len(_TAG.findall(text))
    if not tags:
        return text, []
    return str(convert(text).content), [Dropped((), "markup", tags)]
