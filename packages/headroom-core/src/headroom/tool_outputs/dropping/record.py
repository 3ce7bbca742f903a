"""One object, and what it and the objects around it say about a thing."""

import re
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import unquote

from headroom.tool_outputs.dropping.addresses import is_api_link

__all__ = [
    "Place",
    "Record",
    "is_distinct",
    "is_foreign",
    "is_link",
    "names_link",
    "words_of",
]

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
# What lies under such a key points to something that is not the API's own.
_FOREIGN = frozenset(
    "callback external hook hooks monitor origin source target webhook webhooks".split()  # noqa: SIM905
)
# Pictures may be dropped, so their addresses prove nothing.
_PICTURES = frozenset(
    "avatar avatars favicon gravatar icon icons thumb thumbnail thumbnails svn".split()  # noqa: SIM905
)
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


def is_foreign(key: str) -> bool:
    """Tell whether a key names something that is not the API's own."""
    return not _FOREIGN.isdisjoint(words_of(key))


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
        is_foreign: Whether they point to something that is not the API's own.
        in_links: Whether they are objects of links, or entries of one.
        verdicts: For each key what it decides for its values.
        recipes: For each key how its links follow from what the objects say.
        shared: The same for links that follow at any place.
    """

    __slots__ = (
        "_by_path", "_inner", "in_links", "is_foreign", "key", "path", "recipes",
        "shared", "verdicts",
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
        self.verdicts: dict[str, int] = (
            around.verdicts if around is not None and not by_path else {}
        )
        self.is_foreign = is_foreign(key)
        self.recipes: dict[str, Any] = {}
        self.shared: dict[str, Any] = around.shared if around is not None else {}
        self._inner: dict[str, Place] = {}

    def inside(self, key: str) -> "Place":
        """Return the place of the values under a key."""
        inner = self._inner.get(key)
        if inner is None:
            inner = Place(key, self, by_path=self._by_path)
            if len(self._inner) < _MOST_REMEMBERED:
                self._inner[key] = inner
        return inner

    def remember(self, key: str, verdict: int) -> int:
        """Note what a key decides, and return it."""
        if len(self.verdicts) < _MOST_REMEMBERED:
            self.verdicts[key] = verdict
        return verdict


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
    def pages(self) -> dict[str, str]:
        """The segments of the pages that it names, with the key of one of these."""
        pages: dict[str, str] = {}
        for link, key in self.links.items():
            if (
                len(link) <= _NAME_CHARACTERS
                and _PICTURES.isdisjoint(words_of(key))
                and not is_api_link(link)
            ):
                for part in _SEGMENT.findall(link, link.find("//") + 2)[1:]:
                    pages[unquote(part)] = key
        return pages

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Its ids and names, and the segments of these, with the keys that say each."""
        names: dict[str, tuple[str, ...]] = {}
        for key, value in self.members.items():
            if type(value) is str:
                if not value or len(value) > _NAME_CHARACTERS:
                    continue
                if _last_word(key) not in _NAMING and not is_distinct(value):
                    continue
                if key in ("node_id", "gravatar_id") or "://" in value[:12]:
                    continue
                said = {value, *value.split("/")} if "/" in value else {value}
            elif type(value) is int and _last_word(key) in _NUMBERING:
                if abs(value) > 10**40:
                    continue
                said = {str(value)}
            else:
                continue
            for part in said:
                names[part] = (*names.get(part, ()), key)
        return names

    @cached_property
    def is_named(self) -> bool:
        """Whether it has a name or a title."""
        return any(
            type(text) is str and text and _last_word(key) in _NAMES
            for key, text in self.members.items()
        )

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
