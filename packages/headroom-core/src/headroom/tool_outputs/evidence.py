"""What an object says besides its links, by which those are judged."""

import re
from collections.abc import KeysView
from typing import Any, NamedTuple
from urllib.parse import unquote

from headroom.tool_outputs.links import Role, is_page, role_of
from headroom.tool_outputs.values import Cut

__all__ = ["ENTER", "Base", "Evidence"]

# What is to be done with a member that stays, but for what lies inside it.
ENTER = 102

# Longer strings are texts, not names.
_NAME_CHARACTERS = 200
_SEGMENT = re.compile(r"[^/?#&=]+")
# Source: no recorded payload says an owner or a project further out than this.
_NEAR = 8

_Object = dict[str, Any]


class Base(NamedTuple):
    """The beginning of an address, up to the last part that the object says."""

    text: str
    host: str
    digits: int  # how many of the parts said have a digit
    said: KeysView[str]  # all that the object says


class Evidence:
    """What one object says besides its links, ids and bookkeeping.

    Attributes:
        whole: All of its members.
        judged: The address judged last: itself, its parts, the index of the last that
            the object says, and how many of those said have a digit.
        bases: What its addresses judged before begin with, a few.
        named_hosts: Hosts of addresses of which one name is said.
        looks_around: Whether it was asked what the objects around say.
        key: The member that is walked now.
        holds_object: Whether that member is an object itself.
    """

    # Made for each object of a document: what most are never asked waits for it.
    judged: tuple[str, list[str], int, int] | None = None
    bases: tuple[Base, ...] = ()
    named_hosts: tuple[str, ...] = ()
    looks_around = False
    key = ""
    holds_object = False
    _members: _Object | None = None
    _pages: list[str] | None = None
    _page_parts: frozenset[str] | None = None
    _said: dict[str, str] | None = None
    _said_inside: dict[str, str] | None = None
    _strings: dict[str, str] | None = None

    def __init__(
        self,
        members: _Object,
        acts: dict[str, str | int],
        outer: "Evidence | None",
        *,
        looks_inside: bool,
    ) -> None:
        """Take an object; nothing is looked at yet.

        Args:
            members: The object.
            acts: What is to be done with its members that may not stay as they are.
            outer: What the object around it says, or None at the root.
            looks_inside: Whether the objects right inside count.
        """
        self.whole, self._acts, self._outer = members, acts, outer
        self._looks_inside = looks_inside

    @property
    def members(self) -> _Object:
        """The members that stay for certain and are not empty."""
        found = self._members
        if found is None:
            found = self._members = {
                key: value
                for key, value in self.whole.items()
                # A Cut was a container before, which proved nothing.
                if (value or value == 0) and type(value) is not Cut
            }
            for key, act in self._acts.items():
                if act != ENTER:
                    found.pop(key, None)
        return found

    @property
    def strings(self) -> dict[str, str]:
        """The strings among these members, with the last key of each."""
        found = self._strings
        if found is None:
            found = self._strings = {
                value: key for key, value in self.members.items() if type(value) is str
            }
        return found

    @property
    def said(self) -> dict[str, str]:
        """Its numbers and names, and the segments of these, by the key that says it."""
        found = self._said
        if found is None:
            found = self._said = _said_by(self.members)
        return found

    def says_itself(self, part: str) -> str | None:
        """Return the key that says a part of an address, "" for a page's address."""
        found = self.said.get(part)
        if found is not None:
            return found
        pages = self._page_parts
        if pages is None:
            pages = self._page_parts = _parts_of_pages(self.members)
        return "" if part in pages else None

    def _says_inside(self, part: str) -> str | None:
        """Return the key of an object right inside that says a part for certain."""
        found = self._said_inside
        if found is None:
            found = self._said_inside = {}
            if self._looks_inside:
                for key, value in self.members.items():
                    if type(value) is dict and role_of(key) == Role.NONE:
                        plain = {
                            k: v for k, v in value.items() if role_of(k) == Role.NONE
                        }
                        for said in (*_said_by(plain), *_parts_of_pages(plain)):
                            found.setdefault(said, key)
        return found.get(part)

    @property
    def pages(self) -> list[str]:
        """Addresses of pages that the object names and keeps."""
        found = self._pages
        if found is None:
            found = self._pages = [
                value
                for value in self.members.values()
                if type(value) is str and is_page(value)
            ]
        return found

    @property
    def is_root(self) -> bool:
        """Whether no object lies around."""
        return self._outer is None

    @property
    def around(self) -> _Object | None:
        """The object around, or None."""
        self.looks_around = True
        return self._outer.whole if self._outer is not None else None

    @property
    def owner(self) -> str:
        """The key under which the object lies; "" for the root."""
        return self._outer.key if self._outer is not None else ""

    @property
    def outer_url(self) -> Any:
        """The `url` of the object around, or None."""
        return (self.around or {}).get("url")

    @property
    def has_node_id(self) -> bool:
        """Whether the object is GitHub's own, which gives each two ids."""
        return "node_id" in self.whole

    @property
    def is_relation(self) -> bool:
        """Whether the object is an entry of links, with its address in `href`."""
        return self._outer is not None and self._outer.owner in ("_links", "links")

    def says(self, part: str) -> str | None:
        """Return the key that says a part of an address, or under which it is said.

        Of the objects around, the nearest few count, by the key of what lies in them,
        and what is right inside them; "" is for a page's address.
        """
        found = self.says_itself(part)
        around: Evidence | None = self
        for _ in range(_NEAR):
            if found is not None or around is None:
                break
            found = around._says_inside(part)
            around.looks_around = True
            around = around._outer
            if found is None and around is not None:
                found = None if around.says_itself(part) is None else around.owner
        return found


def _said_by(members: _Object) -> dict[str, str]:
    said: dict[str, str] = {}
    for key, value in members.items():
        kind = type(value)
        if kind is int:
            if -(10**40) < value < 10**40:
                said.setdefault(str(value), key)
        elif kind is str and len(value) <= _NAME_CHARACTERS:
            if "/" not in value:
                said.setdefault(value, key)
            elif value.find("://", 0, 12) < 0:
                said.setdefault(value, key)
                for part in value.split("/"):
                    said.setdefault(part, key)
    return said


def _parts_of_pages(members: _Object) -> frozenset[str]:
    parts: list[str] = []
    for value in members.values():
        if type(value) is str and len(value) <= _NAME_CHARACTERS:
            start = value.find("://", 0, 12)
            if start >= 0:
                parts += _SEGMENT.findall(value, start + 3)[1:]
    return frozenset(map(unquote, parts))
