"""Addresses that a program calls, taken apart."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

__all__ = ["Address", "is_api_link", "is_plural", "is_word", "parse"]

# An API host, or a path with an API or version segment, absolute or relative. Pages
# about an API are no addresses of it.
_API_LINK = re.compile(
    r"(?!(?:https?:)?//(?:www|docs?|blog|developers?|help|support|learn|wiki|news"
    r"|forum)\.(?!googleapis\.))"
    r"(?:(?:https?:)?//(?:(?:[^/?#]*[.-])?api(?:[.-][^/?#]*)?(?:[/?#]|$)"
    r"|[^/?#]*\.googleapis\.com(?:[/:?#]|$)"
    r"|graph\.(?:microsoft|facebook)\.com/|management\.azure\.com/"
    r"|[^/?#]+(?:/[^/?#]*)*?/(?:api|_apis|rest|wp-json|odata|v[0-9]+(?:\.[0-9]+)?)/)"
    r"|/(?:[^/?#]+/){0,2}(?:api|_apis|rest|wp-json|odata|v[0-9]+(?:\.[0-9]+)?)/"
    r"|/[0-9]{4}-[0-9]{2}-[0-9]{2}/)",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"(?:\{[^{}]*\}|[/.a-z_])*")
_SAYS_MORE = frozenset("?#@")
_MARKER = re.compile(
    r"apis?|_apis|rest|wp-json|odata|v[0-9]+(?:\.[0-9]+|(?:alpha|beta)[0-9]*)?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}",
    re.IGNORECASE,
)
# A version beside "api" or "rest": /rest/api/3/, /rest/agile/1.0/
_VERSION = re.compile(r"[0-9]|[0-9]\.[0-9]+|latest")
# What may be a word of any API: "repos", "pull-requests", "workItems", "sys_user".
_WORD = re.compile(r"(?=.{1,32}$)(?:[a-z]+|[A-Z][a-z]+)(?:[A-Z][a-z]+|[-_:.][a-z]+)*")


class Address(NamedTuple):
    """Where an address of an API leads.

    Attributes:
        host: Its scheme and host; "" for a path.
        parts: The segments of its path behind "api" and "v1", decoded.
        template: The template of RFC 6570 that it ends in (`{/id}`), or "".
    """

    host: str
    parts: tuple[str, ...]
    template: str


# A link is looked at as one to judge, and as what its object says.
@lru_cache(maxsize=4096)
def is_api_link(text: str) -> bool:
    """Tell whether `text` is an address that a program calls, not a page."""
    return _API_LINK.match(text) is not None and " " not in text


def is_word(part: str) -> bool:
    """Tell whether a segment may be a word that the API itself chose."""
    return _WORD.fullmatch(part) is not None


def is_plural(part: str) -> bool:
    """Tell whether a word is a plural: "comments", and none of "access", "status"."""
    return part.endswith("s") and part[-2:] not in ("ss", "us", "is") and is_word(part)


# The same users and projects are named in many objects of a response.
@lru_cache(maxsize=4096)
def parse(link: str) -> Address | None:
    """Take an API address apart; None for one that says more than where it leads.

    Such have a query, a fragment or a password.
    """
    path, brace, template = link.partition("{")
    if not _SAYS_MORE.isdisjoint(path) or not _TEMPLATE.fullmatch(brace + template):
        return None
    host = ""
    scheme, slashes, rest = path.partition("//")
    if slashes:
        name, _, path = rest.partition("/")
        host = scheme + slashes + name
    return Address(host, tuple(_segments(path)), brace + template)


def _segments(path: str) -> list[str]:
    """Return the segments of a path, without those that name the API itself."""
    parts: list[str] = []
    before = ""
    for raw in path.split("/"):
        if not raw:
            continue
        is_marker = _MARKER.fullmatch(raw) is not None or (
            _VERSION.fullmatch(raw) is not None
            and (before == "/" or ("." in raw and not is_plural(before)))
        )
        if is_marker:
            # "services/data" in "/services/data/v60.0/" names the API too.
            parts = [part for part in parts if not is_word(part)]
            before = "/"
            continue
        parts.append(unquote(raw))
        before = raw
    return parts
