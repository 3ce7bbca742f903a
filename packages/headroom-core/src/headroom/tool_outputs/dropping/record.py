"""One object, and what it and the objects around it say about a thing."""

import re
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import unquote

from headroom.tool_outputs.dropping.addresses import is_api_link

__all__ = ["Record", "is_link", "names_link", "related", "words_of"]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LINK = re.compile(r"(?:https?:)?//[^\s/]", re.IGNORECASE)
_SEGMENT = re.compile(r"[^/?#&=]+")
_LINK_ENDS = frozenset({"url", "urls", "href", "link", "links", "self", "api"})
# Last words of keys that name the thing that an object is about. A number counts only
# under those of the first line: `code` and `key` may be counts or settings.
_NUMBERING = frozenset("id ids iid gid sid uid pk no number".split())  # noqa: SIM905
_NAMING = _NUMBERING | frozenset(
    """
    uuid guid key name login slug sha path code username handle ref tag fullname title
    namespace type email
    """.split()  # noqa: SIM905 - a list of words
)
# Last words of keys that name a thing for people.
_NAMES = frozenset("name title login username label subject summary key".split())  # noqa: SIM905
# Longer strings are texts, not names.
_NAME_CHARACTERS = 200
# Source: no recorded payload says an owner or a project further out than this.
_NEAREST = 8
# A string of so many characters, letters and digits, agrees with another by chance in
# less than one of a billion objects.
_DISTINCT = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[\w.:+-]{8,128}")


# The same keys come with every response; 8,192 of them hold a megabyte or so.
@lru_cache(maxsize=8192)
def words_of(key: str) -> tuple[str, ...]:
    """Return the words of a key in lower case: ("html", "url") of "htmlURL"."""
    return tuple(word.lower() for word in _WORDS.findall(key))


@lru_cache(maxsize=8192)
def names_link(key: str) -> bool:
    """Tell whether a key only says that its value is a link (`self`, `links`)."""
    words = words_of(key)
    return bool(words) and _LINK_ENDS.issuperset(words)


@lru_cache(maxsize=8192)
def related(one: str, other: str) -> bool:
    """Tell whether two words may name one thing: "repository" and "repos"."""
    short, long = sorted((one.lower().rstrip("s"), other.lower().rstrip("s")), key=len)
    if len(short) > 4:
        short = short[:-1]  # category, categories
    return len(short) >= 3 and long.startswith(short)


def is_link(value: object) -> bool:
    """Tell whether a value is an address with a host."""
    return type(value) is str and _LINK.match(value) is not None and " " not in value


@lru_cache(maxsize=8192)
def _last_word(key: str) -> str:
    words = words_of(key)
    return words[-1] if words else ""


class Record:
    """One object on the way from the root, as the rules see it.

    What it says must outlive every rule, so that a second pass finds the same: only
    ids, names and pages count, which no rule drops.

    Attributes:
        members: Its members, without those already dropped.
        key: The key under which it lies, through arrays; "" for the root.
        around: The object around it, or None.
    """

    __slots__ = ("__dict__", "around", "key", "members")

    def __init__(
        self, members: dict[str, Any], key: str, around: "Record | None"
    ) -> None:
        self.members = members
        self.key = key
        self.around = around

    @cached_property
    def links(self) -> dict[str, str]:
        """Its addresses, with the last key of each."""
        return {value: key for key, value in self.members.items() if is_link(value)}

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The schemes and hosts of its addresses."""
        return frozenset("/".join(link.split("/", 3)[:3]) for link in self.links)

    @cached_property
    def pages(self) -> frozenset[str]:
        """The segments of the pages that it names."""
        parts: list[str] = []
        for link, key in self.links.items():
            if (
                len(link) <= _NAME_CHARACTERS
                and _may_be_page(key)
                and not is_api_link(link)
            ):
                parts += _SEGMENT.findall(link, link.find("//") + 2)[1:]
        return frozenset(map(unquote, parts))

    def says(self, part: str) -> list[tuple[int, str]]:
        """Return who says a part of an address: how far out, and under which key.

        0 is this object, 1 the one around it. The key is "" for the address of a page.
        """
        found: list[tuple[int, str]] = []
        record: Record | None = self
        for distance in range(_NEAREST):
            if record is None:
                break
            found += [(distance, key) for key in record.names.get(part, ())]
            if part in record.pages:
                found.append((distance, ""))
            record = record.around
        return found

    @cached_property
    def is_named(self) -> bool:
        """Whether it has a name or a title."""
        return any(
            type(text) is str and text and _last_word(key) in _NAMES
            for key, text in self.members.items()
        )

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Its ids and names, and the segments of these, with the keys that say each."""
        names: dict[str, tuple[str, ...]] = {}
        for key, value in self.members.items():
            kind = type(value)
            if kind is str:
                if not value or len(value) > _NAME_CHARACTERS:
                    continue
                last = _last_word(key)
                if last not in _NAMING and not _DISTINCT.fullmatch(value):
                    continue
                if key in ("node_id", "gravatar_id") or "://" in value[:12]:
                    continue
                said = {value, *value.split("/")} if "/" in value else {value}
            elif kind is int:
                if _last_word(key) not in _NUMBERING or abs(value) > 10**40:
                    continue
                said = {str(value)}
            else:
                continue
            for part in said:
                names[part] = (*names.get(part, ()), key)
        return names


def is_distinct(text: str) -> bool:
    """Tell whether a text cannot be equal to another by chance."""
    return _DISTINCT.fullmatch(text) is not None


# Pictures may be dropped, so their addresses prove nothing.
_PICTURES = frozenset(
    """
    avatar avatars favicon gravatar icon icons thumb thumbnail thumbnails svn
    """.split()  # noqa: SIM905 - a list of words
)


@lru_cache(maxsize=8192)
def _may_be_page(key: str) -> bool:
    """Tell whether an address under this key counts as the page of a thing."""
    return _PICTURES.isdisjoint(words_of(key))
