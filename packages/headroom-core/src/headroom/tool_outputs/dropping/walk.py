"""The one walk over a JSON tree that asks each rule, and the account of it."""

from dataclasses import replace
from typing import Any, NamedTuple

from headroom.tool_outputs.dropping import copies, links, opaque, pictures
from headroom.tool_outputs.dropping.depth import is_too_deep, leaves
from headroom.tool_outputs.dropping.patterns import Patterns
from headroom.tool_outputs.dropping.policy import Policy
from headroom.tool_outputs.dropping.record import Place, Record
from headroom.tool_outputs.values import Cut
from headroom.types import Dropped

__all__ = ["Pruned", "leaves", "prune"]

_Path = tuple[str | int, ...]
_Object = dict[str, Any]

_NOTHING: Any = object()
_CONTAINERS = frozenset({dict, list})

# What a key decides for all of its values: nothing, that a rule is asked, that they
# stay, that they go, that they go unless something inside is kept.
_PLAIN, _RULED, _KEPT, _EXCLUDED, _UNNAMED = range(5)
# What nobody acts on even where it is all that an object says.
_SPARE_ALONE = frozenset({"bookkeeping", "opaque blob"})


class Pruned(NamedTuple):
    """A tree without what was dropped.

    Attributes:
        value: The tree; the very object that came in where nothing was dropped.
        dropped: What was dropped, in the order of the input; empty unless asked for.
        reasons: Why values were dropped, each reason once, in order of appearance.
    """

    value: Any
    dropped: list[Dropped]
    reasons: list[str]


def prune(value: Any, policy: Policy, *, itemised: bool = True) -> Pruned:
    """Drop what the policy allows.

    The root and the elements of arrays are never dropped. A second pass drops nothing
    more. Nothing is changed in place.

    Args:
        value: A tree as `reading` makes it.
        policy: What may be dropped.
        itemised: False leaves the account empty, which is faster.
    """
    if policy.drops_nothing:
        return Pruned(value, [], [])
    walk = _Walk(policy, itemised=itemised)
    result = walk.document(value)
    if len(walk.hosts) > 1:
        # Only the address says which of several APIs a thing belongs to.
        walk = _Walk(replace(policy, drop_links=False), itemised=itemised)
        walk.pictures = policy.drop_links
        result = walk.document(value)
    return Pruned(result, walk.dropped, list(walk.reasons))


class _Walk:
    """One pass over one tree, from the root down.

    What a caller names is decided first; then the containers inside are walked; then
    each rule judges the strings, by what is left. So no rule trusts what another drops.
    """

    def __init__(self, policy: Policy, *, itemised: bool) -> None:
        self.nulls, self.empty = policy.drop_nulls, policy.drop_empty
        self.links = self.pictures = policy.drop_links
        self.opaque = policy.drop_opaque
        self.max_depth = policy.max_depth
        self.kept = Patterns(policy.keep_keys + policy.only_keys)
        self.excluded = Patterns(policy.exclude_keys)
        # Whether all that is not kept, and leads to nothing kept, is dropped.
        self.only = bool(policy.only_keys)
        self.itemised = itemised
        self.dropped: list[Dropped] = []
        self.reasons: dict[str, None] = {}
        # Hosts of the links that were dropped.
        self.hosts: set[str] = set()

    def document(self, value: Any) -> Any:
        """Return a document without what is dropped inside it."""
        by_path = bool(self.kept.path or self.excluded.path)
        return self.value(value, (), 0, None, Place("", None, by_path=by_path))

    def value(
        self, value: Any, path: _Path, depth: int, around: Record | None, place: Place
    ) -> Any:
        """Return a value, not itself dropped, without what is dropped inside it.

        Args:
            value: Any value of the tree.
            path: Its path, if the account is wanted; else ().
            depth: Object keys on its path, plus steps from an array into an array.
            around: The object around it, or None at the root.
            place: Its path without indices.
        """
        kind = type(value)
        if kind is not dict and (kind is not list or not self.has_work(value)):
            return value
        if (
            self.max_depth is not None
            and is_too_deep(value, depth, self.max_depth)
            and not (self.kept.any and self.kept.match_inside(value, place.path))
        ):
            count = leaves(value)
            self.note(path, "max_depth", count)
            return Cut(count)
        if kind is dict:
            return self.object(value, path, depth, around, place)
        changed: list[Any] | None = None
        one = self.object if self.max_depth is None else self.value
        here: _Path = ()
        for index, item in enumerate(value):
            kind = type(item)
            if kind is dict or kind is list:
                if self.itemised:
                    here = (*path, index)
                if kind is dict:
                    new = one(item, here, depth, around, place)
                else:
                    new = self.value(item, here, depth + 1, around, place)
                if new is not item:
                    if changed is None:
                        changed = list(value)
                    changed[index] = new
        return value if changed is None else changed

    def has_work(self, items: list[Any]) -> bool:
        """Tell whether something may be dropped inside an array."""
        return self.max_depth is not None or not _CONTAINERS.isdisjoint(
            map(type, items)
        )

    def object(  # noqa: C901 - the one loop over every member
        self,
        members: _Object,
        path: _Path,
        depth: int,
        around: Record | None,
        place: Place,
    ) -> _Object:
        """Return an object without what is dropped in and inside it."""
        mark = len(self.dropped)
        verdicts = place.verdicts
        gone: dict[str, str] = {}
        nested: list[str] = []
        judged: list[str] = []
        for key, value in members.items():
            verdict = verdicts.get(key)
            if verdict is None:
                verdict = self.verdict(key, place)
            if verdict >= _KEPT:
                if verdict == _KEPT:
                    continue
                where = f"{place.path}.{key}"
                if verdict == _EXCLUDED or not self.kept.match_inside(value, where):
                    gone[key] = "excluded key"
                    continue
            if value:
                kind = type(value)
                if kind is str:
                    if verdict or (
                        value[0] in "/h" and value.startswith(("/", "http"))
                    ):
                        judged.append(key)
                elif kind is dict or (
                    kind is list and (verdict or self.has_work(value))
                ):
                    nested.append(key)
            elif value is None:
                if self.nulls:
                    gone[key] = "null"
            elif self.empty and type(value) in (str, list, dict):
                gone[key] = "empty"
        left = self.without(members, gone, path, place) if gone else members
        if nested or judged:
            record = Record(left, place, around)
            if nested:
                self.walk_members(members, nested, path, depth, record)
            if judged:
                self.judge(members, judged, path, record)
            left = record.members
        if self.itemised and len(self.dropped) - mark > 1:
            # In the order of the members.
            order = {key: i for i, key in enumerate(members)}
            at = len(path)
            self.dropped[mark:] = sorted(
                self.dropped[mark:],
                key=lambda one: order[one.path[at]],  # type: ignore[index]
            )
        return left

    def verdict(self, key: str, place: Place) -> int:
        """Return what a key and the path to it decide."""
        where = f"{place.path}.{key}"
        if self.kept.match(key, where):
            return place.remember(key, _KEPT)
        if self.excluded.match(key, where):
            return place.remember(key, _EXCLUDED)
        if self.only:
            return place.remember(key, _UNNAMED)
        is_ruled = (self.pictures and pictures.concerns(key)) or (
            self.opaque and (opaque.concerns(key) or copies.concerns(key))
        )
        return place.remember(key, _RULED if is_ruled else _PLAIN)

    def without(
        self, members: _Object, gone: dict[str, str], path: _Path, place: Place
    ) -> _Object:
        """Return an object without some members, but for what is kept inside them."""
        left = members
        for key, reason in gone.items():
            value = members[key]
            here = (*path, key) if self.itemised else ()
            rest = _NOTHING
            if reason == "excluded key" and self.kept.any:
                rest = self.only_kept(value, here, f"{place.path}.{key}")
            if rest is value:
                continue
            if left is members:
                left = dict(members)
            if rest is _NOTHING:
                del left[key]
                self.note(here, reason, leaves(value))
            else:
                left[key] = rest
        return left

    def only_kept(self, value: Any, path: _Path, where: str) -> Any:
        """Return what was named to be kept inside an excluded value, or _NOTHING."""
        if not self.kept.match_inside(value, where):
            return _NOTHING
        left: dict[Any, Any] = {}
        is_list = type(value) is list
        for step, item in enumerate(value) if is_list else value.items():
            inner = where if is_list else f"{where}.{step}"
            new = item
            if is_list or not self.kept.match(str(step), inner):
                new = self.only_kept(item, (*path, step), inner)
            if new is _NOTHING:
                self.note((*path, step), "excluded key", leaves(item))
            else:
                left[step] = new
        same = all(value[step] is item for step, item in left.items())
        if len(left) == len(value) and same:
            return value
        return list(left.values()) if is_list else left

    def walk_members(
        self, members: _Object, keys: list[str], path: _Path, depth: int, record: Record
    ) -> None:
        """Walk the objects and arrays in an object, and drop some of them whole."""
        place = record.place
        for key in keys:
            value = record.members[key]
            here = (*path, key) if self.itemised else ()
            inner = place.inside(key)
            inside = len(self.dropped)
            reason = ""
            if place.verdicts.get(key) != _PLAIN and not (
                self.kept.any and self.kept.match_inside(value, inner.path)
            ):
                reason = self.judge_by_key(key, value, record)
            new = _NOTHING
            if not reason:
                new = self.value(value, here, depth + 1, record, inner)
                if new is value:
                    continue
                reason = self.emptied(value, new, inner)
            if record.members is members:
                record.members = dict(members)
            if reason:
                # What was dropped inside is a part of what is dropped now.
                del self.dropped[inside:]
                del record.members[key]
                self.note(here, reason, leaves(members[key]))
            else:
                record.members[key] = new

    def emptied(self, old: Any, new: Any, place: Place) -> str:
        """Return why an object that lost all of its members goes too, or ""."""
        if new != {} and not (type(new) is list and not any(new)):
            return ""
        if self.empty and new == {}:
            return "empty"
        entries = old if type(old) is list else old.values()
        return links.REASON if place.in_links and all(map(bool, entries)) else ""

    def judge_by_key(self, key: str, value: Any, record: Record) -> str:
        """Return why a value goes for what its key says, or ""."""
        if self.opaque and opaque.concerns(key):
            return opaque.reason(key, value, record) or ""
        if self.pictures and pictures.concerns(key):
            return pictures.REASON if pictures.decorates(key, value, record) else ""
        if self.opaque and copies.concerns(key) and type(value) is str:
            return copies.REASON if copies.is_copy(key, value, record.members) else ""
        return ""

    def judge(
        self, members: _Object, keys: list[str], path: _Path, record: Record
    ) -> None:
        """Drop the strings that the rules find spare."""
        left, verdicts = record.members, record.place.verdicts
        gone: dict[str, str] = {}
        hosts: set[str] = set()
        has_links = self.links and not links.is_call(left)
        for key in keys:
            value = left[key]
            reason = ""
            if verdicts.get(key) != _PLAIN:
                reason = self.judge_by_key(key, value, record)
            if has_links and not reason:
                host = links.is_said(key, value, record)
                if host is not None:
                    hosts.add(host)
                    reason = links.REASON
            if reason:
                gone[key] = reason
        if len(gone) == len(left) or not any(
            value or value == 0 for key, value in left.items() if key not in gone
        ):
            # That there is such a thing is all that the object says.
            spare = {links.REASON} if record.place.in_links else _SPARE_ALONE
            gone = {key: reason for key, reason in gone.items() if reason in spare}
        if not gone:
            return
        self.hosts |= hosts - {""}
        if left is members:
            left = record.members = dict(members)
        for key, reason in gone.items():
            del left[key]
            self.note((*path, key), reason, 1)

    def note(self, path: _Path, reason: str, count: int) -> None:
        """Put a dropped value on the account."""
        self.reasons[reason] = None
        if self.itemised:
            self.dropped.append(Dropped(path, reason, count))
