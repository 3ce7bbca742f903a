"""One object, and what it and the objects around it say about a thing."""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from headroom.tool_outputs.dropping.addresses import is_api_link

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
    words = words_of(key)
    return words[-1] if words else ""


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
        tails: For each key what its links add to the `url` beside them.
        inner: The places of the values under its keys.
    """

    key: str = ""
    path: str = ""
    by_path: bool = False
    in_links: bool = False
    is_excluded: bool = False
    verdicts: dict[str, Any] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    tails: dict[str, str] = field(default_factory=dict)
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
    def said(self) -> dict[str, list[Said]]:
        """Its ids, its names and the segments of these and of its pages."""
        said: dict[str, list[Said]] = {}

        def note(part: str, *, is_page: bool = False, is_whole: bool = True) -> None:
            said.setdefault(part, []).append(Said(key, is_page, is_whole))

        for key, value in self.members.items():
            if type(value) is int:
                if _last_word(key) in NUMBERING and abs(value) < 10**40:
                    note(str(value))
                continue
            if type(value) is not str or not 0 < len(value) <= _NAME_CHARACTERS:
                continue
            is_page = "//" in value[:8] and is_link(value)
            if is_page:
                if is_api_link(value) or not _PICTURES.isdisjoint(words_of(key)):
                    continue
            elif key in _OPAQUE or (
                _last_word(key) not in _NAMING and not is_distinct(value)
            ):
                continue
            else:
                note(value)
            if "/" in value:
                for i, part in enumerate(value.split("/")):
                    if i > 2 or (part and not is_page):
                        note(unquote(part), is_page=is_page, is_whole=False)
        return said

    def has(self, words: frozenset[str]) -> bool:
        """Tell whether a key with such a last word holds a number or a text."""
        return any(
            _last_word(key) in words
            and key not in _OPAQUE
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
