"""One object, and what it and the objects around it say about a thing."""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from headroom.tool_outputs.dropping.addresses import is_api_link, parse

__all__ = [
    "NUMBERING",
    "Place",
    "Record",
    "Said",
    "is_distinct",
    "is_link",
    "names_link",
    "words_of",
]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LINK = re.compile(r"(?:https?:)?//[^\s/]", re.IGNORECASE)
_LINK_ENDS = frozenset("url urls href link links self related api".split())  # noqa: SIM905
# Last words of keys that name the thing that an object is about. A number counts only
# under those of the first line: `code` and `key` may be counts or settings.
NUMBERING = frozenset("id ids iid gid sid uid pk no number".split())  # noqa: SIM905
_NAMING = NUMBERING | frozenset(
    """
    uuid guid key name login slug sha path code username handle ref tag fullname title
    namespace type email
    """.split()  # noqa: SIM905 - a list of words
)
# Random ids besides these, and pictures, may be dropped, so they prove nothing.
_OPAQUE = frozenset({"node_id", "gravatar_id"})
_PICTURES = frozenset("avatar avatars gravatar".split())  # noqa: SIM905
# An object with one of these tells of a call or a choice, address included.
_CALLS = frozenset(
    """
    method httpMethod http_method verb mimeType mime_type contentType content_type
    """.split()  # noqa: SIM905 - a list of words
)
# Longer strings are texts, not names.
_NAME_CHARACTERS = 200
# Source: no recorded payload says an owner or a project further out than this.
_NEAREST = 8
# A string of so many characters, letters and digits, agrees with another by chance in
# less than one of a billion objects.
_DISTINCT = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[\w.:+-]{8,128}")
# Places that are remembered inside each; maps keyed by ids have millions of keys.
_MOST_REMEMBERED = 16_384


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
def _last_word(key: str) -> str:
    return "" if key in _OPAQUE else (words_of(key) or ("",))[-1]


def is_link(value: object) -> bool:
    """Tell whether a value is an address with a host."""
    return type(value) is str and _LINK.match(value) is not None and " " not in value


def is_distinct(text: str) -> bool:
    """Tell whether a text cannot be equal to another by chance."""
    return _DISTINCT.fullmatch(text) is not None


@dataclass(slots=True)
class Place:
    """Where objects lie, indices left out; what is decided there holds for all of them.

    Attributes:
        key: The key under which they lie, through arrays; "" for the root.
        path: Its path as patterns see it (".items.user").
        by_path: Whether equal keys may have different verdicts.
        in_links: Whether they are objects of links, or entries of one.
        is_excluded: Whether all inside goes but for what the caller keeps.
        verdicts: For each key what it decides for its values.
        hosts: Hosts of the links in the document that may go.
        spelled: For each key how its links are spelled: text, the key of a member
            beside them, text.
        inner: The places of the values under its keys.
    """

    key: str = ""
    path: str = ""
    by_path: bool = False
    in_links: bool = False
    is_excluded: bool = False
    verdicts: dict[str, Any] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    spelled: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    inner: dict[str, "Place"] = field(default_factory=dict)

    def inside(self, key: str) -> "Place":
        """Return the place of the values under a key."""
        inner = self.inner.get(key)
        if inner is None:
            inner = Place(
                key,
                f"{self.path}.{key}",
                self.by_path,
                names_link(key) or names_link(self.key),
                self.is_excluded,
                {} if self.by_path else self.verdicts,
                self.hosts,
            )
            if len(self.inner) < _MOST_REMEMBERED:
                self.inner[key] = inner
        return inner


class Said(NamedTuple):
    """A member that says a piece of an address.

    Attributes:
        key: Its key.
        is_page: Whether the member is the address of a page.
        is_whole: Whether the piece is all of it.
        distance: How far out; 0 is the object that an address is about.
    """

    key: str
    is_page: bool
    is_whole: bool
    distance: int = 0


@dataclass(eq=False)
class Record:
    """One object on the way from the root, as the rules see it.

    What it says must outlive every rule, so that a second pass finds the same: only
    ids, names and pages count, which no rule drops.

    Attributes:
        members: Its members, without those already dropped.
        place: Where it lies.
        around: The object around it, or None.
    """

    members: dict[str, Any]
    place: Place
    around: "Record | None"

    @cached_property
    def tells_call(self) -> bool:
        """Whether it tells of a call or a choice, so that its links stay."""
        return not self.members.keys().isdisjoint(_CALLS)

    @cached_property
    def base(self) -> tuple[str, str] | None:
        """Its `url` and the host of that, if that is an address of an API."""
        url = self.members.get("url")
        if type(url) is str and url and is_api_link(url):
            address = parse(url)
            return (url, address.host) if address and address.parts else None
        return None

    @cached_property
    def said(self) -> dict[str, list[Said]]:
        """Its ids, its names and the segments of these and of its pages."""
        said: dict[str, list[Said]] = {}
        for key, value in self.members.items():
            last = _last_word(key)
            if type(value) is int:
                if last in NUMBERING:
                    said.setdefault(str(value), []).append(Said(key, False, True))  # noqa: FBT003
                continue
            if type(value) is not str or not 0 < len(value) <= _NAME_CHARACTERS:
                continue
            is_page = "//" in value[:8] and is_link(value)
            if is_page:
                if is_api_link(value) or not _PICTURES.isdisjoint(words_of(key)):
                    continue
            elif last in _NAMING or (key not in _OPAQUE and is_distinct(value)):
                said.setdefault(value, []).append(Said(key, False, True))  # noqa: FBT003
            else:
                continue
            if "/" in value:
                part = Said(key, is_page, is_whole=False)
                for one in value.split("/")[3 if is_page else 0 :]:
                    if one or is_page:
                        said.setdefault(unquote(one), []).append(part)
        return said

    def has(self, words: frozenset[str]) -> bool:
        """Tell whether a key with such a last word holds a number or a text."""
        return any(
            _last_word(key) in words
            and (type(value) is int or (type(value) is str and value != ""))
            for key, value in self.members.items()
        )

    def says(self, part: str) -> list[Said]:
        """Return who says a part of an address, here or around, the nearest first."""
        found: list[Said] = []
        record: Record | None = self
        distance = 0
        while record is not None and distance < _NEAREST:
            for one in record.said.get(part, ()):
                found.append(one._replace(distance=distance) if distance else one)
            record = record.around
            distance += 1
        return found
