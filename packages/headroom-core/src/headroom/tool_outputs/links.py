"""Which links and ids only serve machines: one table of keys and values."""

import re
from typing import Any
from urllib.parse import quote

__all__ = [
    "Role",
    "identities",
    "is_spare_relation",
    "points_at",
    "role_of",
    "serves_machines",
]


class Role:
    """What a key says about its value, apart from what the value says itself."""

    NONE = 0
    LINK = 1  # the address of this thing or of a neighbour
    IMAGE = 2  # a picture that decorates
    LINKS = 3  # an object of links
    OPAQUE = 4  # an id besides the id that people use
    BOOKKEEPING = 5  # of the server or the client, not of the thing
    ENTRY = 6  # being there is a datum, whatever the value: "80/tcp", "2024-01-31"


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_LINK_ENDS = frozenset({"url", "uri", "href", "self"})
_IMAGE_WORDS = frozenset(
    """
    avatar avatars favicon gravatar icon icons thumb thumbnail thumbnails
    """.split()  # noqa: SIM905 - a list of words
)
# Links that somebody follows, sends to or fetches from. A word is enough, so that
# `archive_download_url` and `nextPageUrl` are safe too.
_ACTIONABLE = frozenset(
    """
    html web permalink download downloads clone ssh git svn upload uploads
    next prev previous first last page cursor external tarball zipball archive file
    redirect callback webhook hook endpoint target source destination origin base host
    server login logout auth authorize authorization token payment checkout pay
    receipt invoice approve confirm verify reset invite join meeting share public
    preview doc docs documentation reference homepage website blog image raw media
    video audio stream feed proxy push pull return success logs log
    """.split()  # noqa: SIM905 - a list of words
)
_PRESENCE = frozenset({"emptyDir", "podSelector", "namespaceSelector"})

# A key made of more than a name: a path, a port, a time, a size, an address.
_ENTRY = re.compile(r"[0-9]|.*[/:@]", re.DOTALL)


def role_of(key: str) -> int:
    """Return the Role of a key.

    >>> role_of("comments_url") == role_of("selfLink") == Role.LINK
    True
    >>> role_of("html_url") == role_of("title") == Role.NONE
    True
    """
    if key in ("node_id", "gravatar_id"):
        return Role.OPAQUE
    if key == "managedFields":
        return Role.BOOKKEEPING
    if key == "ResponseMetadata":
        return Role.BOOKKEEPING
    if key == "_links":
        return Role.LINKS
    if key in _PRESENCE or _ENTRY.match(key):
        return Role.ENTRY
    words = [word.lower() for word in _WORDS.findall(key)]
    if not words or len(key) > 60:
        return Role.NONE
    if not _ACTIONABLE.isdisjoint(words):
        return Role.NONE
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
    if role == Role.OPAQUE:
        return type(value) is str and _OPAQUE_ID.fullmatch(value) is not None
    if role == Role.LINKS:
        return type(value) is dict
    if type(value) is list:  # managedFields
        return all(type(item) is dict and "manager" in item for item in value)
    return type(value) is dict and ("RequestId" in value or "HTTPStatusCode" in value)


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


def identities(members: dict[str, Any]) -> list[str]:
    """Return what an object says about itself, as its own address would spell it.

    Numbers and short strings, and of a page's address the owner/name it starts with
    and the segment it ends with. API links say nothing of their own.
    """
    found: list[str] = []
    for value in members.values():
        kind = type(value)
        if kind is int:
            found.append(str(value))
        elif kind is str and 0 < len(value) <= _IDENTITY_CHARACTERS:
            if "://" in value[:12]:
                if not is_api_link(value):
                    segments = _SEGMENT.findall(value, value.find("://") + 3)[1:]
                    found.append("/".join(segments[:2]))
                    found.extend(segments[-1:])
            else:
                found.append(value)
                encoded = quote(value, safe="/")
                if encoded != value:
                    found.append(encoded)
    return [identity for identity in found if identity]


def points_at(link: str, identity: str) -> bool:
    """Tell whether a link spells `identity` as a whole part of its path or query."""
    at = link.find(identity)
    while at > 0:
        end = at + len(identity)
        if link[at - 1] in "/=,'(" and link[end : end + 1] in _AFTER:
            return True
        at = link.find(identity, at + 1)
    return False


_IDENTITY_CHARACTERS = 200
_SEGMENT = re.compile(r"[^/?#&=]+")
_AFTER = frozenset({"", "/", "?", "#", "{", "&", ".", ",", "'", ")"})
