"""One object, and what it and the objects around it say about a thing."""

import re
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from headroom.tool_outputs.dropping.addresses import is_api_link

__all__ = [
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
_NUMBERING = frozenset("id ids iid gid sid uid pk no number".split())  # noqa: SIM905
_NAMING = _NUMBERING | frozenset(
    """
    uuid guid key name login slug sha path code username handle ref tag fullname title
    namespace type email
    """.split()  # noqa: SIM905 - a list of words
)
# Last words of keys that name a thing for people.
_NAMES = frozenset("name title login username label subject summary key".split())  # noqa: SIM905
# Those that tell it from all others.
_IDENTIFYING = _NUMBERING | {"uuid", "guid", "key", "login", "slug", "sha", "name"}
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
# What is remembered of each place; maps keyed by ids have millions of keys.
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


class Place:
    """Where objects lie, indices left out; what is decided there holds for all of them.

    Attributes:
        key: The key under which they lie, through arrays; "" for the root.
        path: Its path as patterns see it (".items.user").
        in_links: Whether they are objects of links, or entries of one.
        is_excluded: Whether all inside goes but for what the caller keeps.
        verdicts: For each key what it decides for its values.
    """

    __slots__ = (
        "_by_path", "_inner", "in_links", "is_excluded", "key", "path",
        "verdicts",
    )  # fmt: skip

    def __init__(
        self, key: str, around: "Place | None", *, by_path: bool = False
    ) -> None:
        """Note what only the path decides.

        Args:
            key: Its key.
            around: The place around it.
            by_path: Whether equal keys may have different verdicts.
        """
        self.key = key
        self._by_path = by_path
        self.path: str = f"{around.path}.{key}" if around else ""
        self.in_links = names_link(key) or (
            around is not None and names_link(around.key)
        )
        self.is_excluded: bool = around is not None and around.is_excluded
        self.verdicts: dict[str, Any] = (
            around.verdicts if around is not None and not by_path else {}
        )
        self._inner: dict[str, Place] = {}

    def inside(self, key: str) -> "Place":
        """Return the place of the values under a key."""
        inner = self._inner.get(key)
        if inner is None:
            inner = Place(key, self, by_path=self._by_path)
            if len(self._inner) < _MOST_REMEMBERED:
                self._inner[key] = inner
        return inner

    def remember(self, key: str, verdict: Any) -> Any:
        """Note what a key decides, and return it."""
        if len(self.verdicts) < _MOST_REMEMBERED:
            self.verdicts[key] = verdict
        return verdict


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


class Record:
    """One object on the way from the root, as the rules see it.

    What it says must outlive every rule, so that a second pass finds the same: only
    ids, names and pages count, which no rule drops.

    Attributes:
        members: Its members, without those already dropped.
        place: Where it lies.
        around: The object around it, or None.
    """

    __slots__ = ("__dict__", "around", "members", "place")

    def __init__(
        self, members: dict[str, Any], place: Place, around: "Record | None"
    ) -> None:
        self.members = members
        self.place = place
        self.around = around

    @cached_property
    def links(self) -> dict[str, str]:
        """Its addresses, with the last key of each."""
        return {value: key for key, value in self.members.items() if is_link(value)}

    @cached_property
    def said(self) -> dict[str, list[Said]]:
        """Its ids, its names and the segments of these and of its pages."""
        said: dict[str, list[Said]] = {}

        def note(part: str, *, is_page: bool = False, is_whole: bool = True) -> None:
            said.setdefault(part, []).append(Said(key, is_page, is_whole))

        for key, value in self.members.items():
            if type(value) is int:
                if _last_word(key) in _NUMBERING and abs(value) < 10**40:
                    note(str(value))
                continue
            if type(value) is not str or not 0 < len(value) <= _NAME_CHARACTERS:
                continue
            is_page = is_link(value)
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

    @cached_property
    def is_named(self) -> bool:
        """Whether it has a name or a title."""
        return any(
            type(text) is str and text and _last_word(key) in _NAMES
            for key, text in self.members.items()
        )

    @cached_property
    def has_id(self) -> bool:
        """Whether it has an id or a name that people use."""
        return any(
            _last_word(key) in _IDENTIFYING
            for key, value in self.members.items()
            if key not in _OPAQUE
            and (type(value) is int or (value and type(value) is str))
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
