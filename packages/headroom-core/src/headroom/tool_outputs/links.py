"""Which links and ids only serve machines: one table of keys and values."""

import re
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import quote, quote_plus

__all__ = [
    "Role",
    "extends",
    "host_of",
    "is_api_link",
    "is_copy",
    "is_spare_relation",
    "names",
    "points_at",
    "role_of",
    "serves_machines",
    "spellings",
]


class Role:
    """What a key says about its value, apart from what the value says itself."""

    NONE = 0
    LINK = 1  # the address of this thing or of a neighbour
    IMAGE = 2  # a picture that decorates
    PICTURE = 3  # likewise, if it is the address of a picture at all
    LINKS = 4  # an object of links
    OPAQUE = 5  # an id besides the id that people use
    BLOB = 6  # what only its writer can read
    BOOKKEEPING = 7  # of the server or the client, not of the thing
    COPY = 8  # the HTML of a text that stands beside it
    TEXT = 9  # the text of a run that stands beside it (Notion)
    FORMAT = 10  # how a run is set, if it is set plainly (Notion)
    ENTRY = 11  # being there is a datum, whatever the value: "80/tcp", "/srv/data"


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_LINK_ENDS = frozenset({"url", "uri", "href", "self"})
_IMAGE_WORDS = frozenset(
    """
    avatar avatars favicon gravatar icon icons thumb thumbnail thumbnails
    """.split()  # noqa: SIM905 - a list of words
)
_PICTURE_WORDS = frozenset({"background", "banner", "header"})
# Links that somebody follows, sends to or fetches from. A word is enough, so that
# `archive_download_url` and `nextPageUrl` are safe too.
_ACTIONABLE = frozenset(
    """
    html web permalink download clone ssh upload uploads next prev previous first last
    page cursor external tarball zipball redirect callback webhook hook endpoint target
    source destination origin base host server login logout auth authorize
    authorization token payment checkout pay receipt invoice approve confirm verify
    reset invite join meeting share preview doc docs documentation reference homepage
    website blog image raw media video audio stream proxy return success
    """.split()  # noqa: SIM905 - a list of words
)
_KNOWN = {
    "node_id": Role.OPAQUE,
    "gravatar_id": Role.OPAQUE,
    # What a model provider encrypts for itself; thousands of characters.
    "encrypted_content": Role.BLOB,
    "encryptedContent": Role.BLOB,
    "thoughtSignature": Role.BLOB,
    "thought_signature": Role.BLOB,
    "signature": Role.COPY,
    "managedFields": Role.BOOKKEEPING,
    "ResponseMetadata": Role.BOOKKEEPING,
    "kubectl.kubernetes.io/last-applied-configuration": Role.BOOKKEEPING,
    "_links": Role.LINKS,
    "svn_url": Role.COPY,
    "plain_text": Role.TEXT,
    "annotations": Role.FORMAT,
    # Of Kubernetes, where {} means "all", or "this kind of volume".
    "emptyDir": Role.ENTRY,
    "podSelector": Role.ENTRY,
    "namespaceSelector": Role.ENTRY,
}


# The same keys come with every response; 8,192 of them hold a megabyte or so.
@lru_cache(maxsize=8192)
def role_of(key: str) -> int:
    """Return the Role of a key.

    >>> role_of("comments_url") == role_of("selfLink") == Role.LINK
    True
    >>> role_of("html_url") == role_of("title") == Role.NONE
    True
    """
    known = _KNOWN.get(key)
    if known is not None:
        return known
    if "/" in key:
        return Role.ENTRY
    words = [word.lower() for word in _WORDS.findall(key)]
    if not words or len(key) > 60:
        return Role.NONE
    if words[-1] == "html" and len(words) > 1:
        return Role.COPY
    if not _ACTIONABLE.isdisjoint(words):
        return Role.NONE
    if not _PICTURE_WORDS.isdisjoint(words):
        return Role.PICTURE
    if not _IMAGE_WORDS.isdisjoint(words):
        return Role.IMAGE
    if words[-1] in _LINK_ENDS or words == ["self", "link"]:
        return Role.LINK
    return Role.NONE


# An address that a program calls: an API host, or a path with an API or version
# segment, absolute or relative to the host.
_API_LINK = re.compile(
    r"(?:https?:)?//(?:(?:[^/?#]*[.-])?api(?:[.-][^/?#]*)?(?:[/?#]|$)"
    r"|[^/?#]*\.googleapis\.com(?:[/:?#]|$)"
    r"|graph\.(?:microsoft|facebook)\.com/|management\.azure\.com/"
    r"|[^/?#]+(?:/[^/?#]*)*?/(?:api|_apis|rest|wp-json|odata|v[0-9]+(?:\.[0-9]+)?)/)"
    r"|/(?:[^/?#]+/){0,2}(?:api|_apis|rest|wp-json|odata|v[0-9]+(?:\.[0-9]+)?)/"
    r"|/[0-9]{4}-[0-9]{2}-[0-9]{2}/",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?:)?//[^\s/]", re.IGNORECASE)
_SWITCHES = frozenset({"bold", "italic", "strikethrough", "underline", "code"})
_PICTURE = re.compile(
    r"[^?#]*\.(?:png|jpe?g|gif|webp|svg|ico|avif|bmp)(?:[?#]|$)", re.IGNORECASE
)
# Source: signatures that people compare (HMAC, SHA-512 in hex) end at 128 characters.
_BLOB = re.compile(r"[A-Za-z0-9_+/-]{129,}=*")
_OPAQUE_ID = re.compile(r"[A-Za-z0-9_+/-]{8,}=*")


def is_api_link(text: str) -> bool:
    """Tell whether `text` is an address that a program calls, not a page."""
    return _API_LINK.match(text) is not None and " " not in text


def _is_link(value: object) -> bool:
    return type(value) is str and _LINK.match(value) is not None and " " not in value


def serves_machines(role: int, value: Any) -> bool:
    """Tell whether a value that is not empty is what the role of its key promises."""
    if role == Role.LINK:
        return type(value) is str and is_api_link(value)
    if role == Role.IMAGE:
        return _is_link(value) or (
            type(value) is dict and all(map(_is_link, value.values()))
        )
    if role == Role.PICTURE:
        return _is_link(value) and _PICTURE.match(value) is not None
    if role == Role.OPAQUE:
        return type(value) is str and _OPAQUE_ID.fullmatch(value) is not None
    if role == Role.LINKS:
        return type(value) is dict
    if role == Role.BLOB:
        return type(value) is str and _BLOB.fullmatch(value) is not None
    if role == Role.COPY or role == Role.TEXT:
        return type(value) is str
    if role == Role.FORMAT:
        return type(value) is dict and _is_plain_format(value)
    if type(value) is str:  # last-applied-configuration
        return value.startswith("{")
    if type(value) is list:  # managedFields
        return all(type(item) is dict and "manager" in item for item in value)
    return type(value) is dict and ("RequestId" in value or "HTTPStatusCode" in value)


def _is_plain_format(switches: dict[str, Any]) -> bool:
    return switches.get("color") == "default" and all(
        value is False if key in _SWITCHES else key == "color"
        for key, value in switches.items()
    )


def is_spare_relation(name: str, link: Any, said: set[str]) -> bool:
    """Tell whether an entry of `_links` only serves machines.

    Args:
        name: The relation, such as "self" or "next".
        link: An address, `{"href": address}`, or a list of these.
        said: Strings that the object itself says and keeps.
    """
    if type(link) is list:
        return bool(link) and all(is_spare_relation(name, item, said) for item in link)
    address = link.get("href") if type(link) is dict else link
    if type(address) is not str:
        return False
    if address in said:
        return True
    words = {word.lower() for word in _WORDS.findall(name)}
    return _ACTIONABLE.isdisjoint(words) and is_api_link(address)


def is_copy(key: str, markup: str, members: dict[str, Any]) -> bool:
    """Tell whether `markup` only renders another text of the same object.

    It does if that text is named likewise (`body` or `body_text` for `body_html`) and
    has every word that the markup shows; or, for `plain_text`, if a text run beside it
    has the very characters.
    """
    if key == "plain_text":
        run = members.get("text")
        return type(run) is dict and run.get("content") == markup
    if key == "signature":
        return "thinking" in members and _BLOB.fullmatch(markup) is not None
    if key == "svn_url":
        return bool(members.get("html_url") == markup)
    if "<" not in markup and "&lt;" not in markup:
        return False
    stem = _HTML_END.sub("", key)
    for other in (stem, *(stem + end for end in _TEXT_ENDS)):
        text = members.get(other)
        if type(text) is str and text:
            return _shown_words(markup) <= set(_TEXT_WORD.findall(unescape(text)))
    return False


def _shown_words(markup: str) -> set[str]:
    if "<" not in markup:
        markup = unescape(markup)
    return set(_TEXT_WORD.findall(unescape(_TAG.sub(" ", markup))))


_HTML_END = re.compile(r"_?[hH](?:tml|TML)$")
_TEXT_ENDS = ("_text", "_markdown", "_md", "_raw", "Text", "Markdown")
_TAG = re.compile(r"<[^<>]*>")
_TEXT_WORD = re.compile(r"[^\W_]+")


def names(members: dict[str, Any]) -> list[str]:
    """Return what an object calls itself: its numbers and short strings."""
    found: list[str] = []
    for value in members.values():
        kind = type(value)
        if kind is int:
            found.append(str(value))
        elif (
            kind is str
            and 0 < len(value) <= _NAME_CHARACTERS
            # "v1" stands in every address of an API, whatever it leads to.
            and not (value[0] == "v" and _VERSION.fullmatch(value))
        ):
            found.append(value)
    return found


def spellings(members: dict[str, Any]) -> list[str]:
    """Return what else of an object its own address may hold.

    Of a page's address the owner/name it starts with and the segment it ends with; of
    other strings their percent-encoded forms. API links say nothing of their own.
    """
    found: list[str] = []
    for value in members.values():
        if type(value) is not str or not 0 < len(value) <= _NAME_CHARACTERS:
            continue
        if "://" in value[:12]:
            if not is_api_link(value):
                segments = _SEGMENT.findall(value, value.find("://") + 3)[1:]
                found.append("/".join(segments[:2]))
                found.extend(segments[-1:])
        elif not value.isalnum() or not value.isascii():
            found += [quote(value, safe="/"), quote_plus(value)]
    return [spelling for spelling in found if spelling]


def extends(key: str, link: str, members: dict[str, Any]) -> bool:
    """Tell whether a link is the object's own with the key's name after it.

    >>> extends("users_url", "/api/7/users", {"url": "/api/7"})
    True
    """
    stem = key.removesuffix("_url")
    return stem != key and f"{members.get('url')}/{stem}" == link


def points_at(link: str, identity: str) -> bool:
    """Tell whether a link spells `identity` as a whole part of its path or query."""
    at = link.find(identity)
    while at > 0:
        end = at + len(identity)
        if (
            link[at - 1] in "/=,'("
            and link[end : end + 1] in _AFTER
            # What follows is the API's version: /rest/api/3/search
            and (end > at + 3 or not link.endswith(("/api/", "/rest/"), 0, at))
        ):
            return True
        at = link.find(identity, at + 1)
    return False


def host_of(link: str) -> str:
    """Return the scheme and host of a link; "" for one without."""
    start = link.find("//")
    return link[: link.find("/", start + 2)] if start >= 0 else ""


_VERSION = re.compile(r"v[0-9]+(?:\.[0-9]+|(?:alpha|beta)[0-9]*)?")
# Longer strings are texts, not names.
_NAME_CHARACTERS = 200
_SEGMENT = re.compile(r"[^/?#&=]+")
_AFTER = frozenset({"", "/", "?", "#", "{", "&", ".", ",", "'", ")"})
