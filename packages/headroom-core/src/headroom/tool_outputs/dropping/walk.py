"""The one walk over a JSON tree that asks each rule, and the account of it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from headroom.tool_outputs.dropping import copies, links, opaque, pictures
from headroom.tool_outputs.dropping.patterns import Patterns
from headroom.tool_outputs.dropping.policy import Policy
from headroom.tool_outputs.dropping.record import Place, Record
from headroom.tool_outputs.values import Cut
from headroom.types import Dropped

__all__ = ["Pruned", "leaves", "prune"]

_Path = tuple[str | int, ...]
_Object = dict[str, Any]
_Rule = Callable[[str, Any, Record], str]

_NOTHING: Any = object()
_CONTAINERS = frozenset({dict, list})

# What a key decides for all of its values: nothing, that they stay, that they go, that
# they go unless something inside is kept; or the rule that is asked of each.
_PLAIN, _KEPT, _EXCLUDED, _UNNAMED = ("plain", "kept", "excluded", "unnamed")
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
        walk = _Walk(policy, itemised=itemised)
        walk.links = False
        result = walk.document(value)
    return Pruned(result, walk.dropped, list(walk.reasons))


def leaves(value: Any) -> int:
    """Return the leaf values in a tree; an empty container counts as one."""
    kind = type(value)
    if kind is dict:
        return sum(map(leaves, value.values())) or 1
    if kind is list:
        return sum(map(leaves, value)) or 1
    return value.count if kind is Cut else 1


class _Walk:
    """One pass over one tree, from the root down.

    What a caller names is decided first; then the containers inside are walked; then
    each rule judges the strings, by what is left. So no rule trusts what another drops.
    """

    def __init__(self, policy: Policy, *, itemised: bool) -> None:
        self.nulls, self.empty = policy.drop_nulls, policy.drop_empty
        self.links = policy.drop_links
        self.rules: list[tuple[Callable[[str], bool], _Rule]] = []
        if policy.drop_links:
            self.rules.append((pictures.concerns, pictures.reason))
        if policy.drop_opaque:
            self.rules.append((opaque.concerns, opaque.reason))
            self.rules.append((copies.concerns, copies.reason))
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
        if self.is_too_deep(value, depth) and not (
            self.kept.any and self.kept.match_inside(value, place.path)
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

    def is_too_deep(self, value: Any, depth: int) -> bool:
        """Tell whether a container is cut.

        An array belongs to the level of its key: at the last level its scalars stay,
        and only its rows are too deep.
        """
        if self.max_depth is None or depth < self.max_depth or not value:
            return False
        if type(value) is list and depth == self.max_depth:
            return any(value) and all(type(item) in (dict, list) for item in value)
        return True

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
            if verdict is _KEPT:
                continue
            if verdict is _EXCLUDED or (
                verdict is _UNNAMED
                and not self.kept.match_inside(value, f"{place.path}.{key}")
            ):
                gone[key] = "excluded key"
            elif value:
                kind = type(value)
                if kind is str:
                    if verdict is not _PLAIN or (
                        value[0] in "/h" and value.startswith(("/", "http"))
                    ):
                        judged.append(key)
                elif kind is dict or (kind is list and self.has_work(value)):
                    nested.append(key)
            elif value is None:
                if self.nulls:
                    gone[key] = "null"
            elif self.empty and type(value) in (str, list, dict):
                gone[key] = "empty"
        left = self.without(members, gone, path, place) if gone else members
        if nested or judged:
            record = Record(left, place, around)
            for key in nested:
                self.walk_member(key, members, path, depth, record)
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

    def verdict(self, key: str, place: Place) -> str | _Rule:
        """Return what a key and the path to it decide."""
        where = f"{place.path}.{key}"
        verdict: str | _Rule = _PLAIN
        if self.kept.match(key, where):
            verdict = _KEPT
        elif self.excluded.match(key, where):
            verdict = _EXCLUDED
        elif self.only:
            verdict = _UNNAMED
        else:
            for concerns, rule in self.rules:
                if concerns(key):
                    verdict = rule
        place.remember(key, verdict)
        return verdict

    def reason(self, key: str, value: Any, record: Record) -> str:
        """Return why a value goes by the rule for its key, or ""."""
        rule = record.place.verdicts.get(key) or self.verdict(key, record.place)
        return rule(key, value, record) if callable(rule) else ""

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

    def walk_member(
        self, key: str, members: _Object, path: _Path, depth: int, record: Record
    ) -> None:
        """Walk the object or array under a key, and drop it whole if nothing is left.

        A rule about its key decides after the walk, so that it sees what stays.
        """
        value = record.members[key]
        inner = record.place.inside(key)
        here = (*path, key) if self.itemised else ()
        inside = len(self.dropped)
        new = self.value(value, here, depth + 1, record, inner)
        is_kept = self.kept.any and self.kept.match_inside(value, inner.path)
        reason = "" if is_kept else self.reason(key, value, record)
        if new is value and not reason:
            return
        reason = reason or self.emptied(value, new, inner)
        if record.members is members:
            record.members = dict(members)
        if reason:
            # What was dropped inside is a part of what is dropped now.
            del self.dropped[inside:]
            del record.members[key]
            self.note(here, reason, leaves(value))
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

    def judge(
        self, members: _Object, keys: list[str], path: _Path, record: Record
    ) -> None:
        """Drop the strings that the rules find spare."""
        left = record.members
        gone: dict[str, str] = {}
        hosts: set[str] = set()
        has_links = self.links and not links.is_call(left)
        for key in keys:
            value = left[key]
            reason = self.reason(key, value, record)
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
