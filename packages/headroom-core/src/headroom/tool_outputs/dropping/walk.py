"""The one walk over a JSON tree that asks each rule, and the account of it."""

from dataclasses import replace
from typing import Any, NamedTuple

from headroom.tool_outputs.dropping import copies, links, opaque, pictures
from headroom.tool_outputs.dropping.depth import is_too_deep, leaves
from headroom.tool_outputs.dropping.patterns import Patterns
from headroom.tool_outputs.dropping.policy import Policy
from headroom.tool_outputs.dropping.record import Record, names_link
from headroom.tool_outputs.values import Cut
from headroom.types import Dropped

__all__ = ["Pruned", "leaves", "prune"]

_Path = tuple[str | int, ...]
_Object = dict[str, Any]

_NOTHING: Any = object()

# What a key decides for all of its values; anything else is for the rules.
_PLAIN, _RULED, _KEPT, _EXCLUDED = range(4)
# What nobody acts on even where it is all that an object says.
_SPARE_ALONE = frozenset({"bookkeeping", "opaque blob"})
# Verdicts remembered per key; maps keyed by ids have millions of keys.
_MOST_VERDICTS = 65_536


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
    result = walk.value(value, (), "", 0, None, "")
    if len(walk.hosts) > 1:
        # Only the address says which of several APIs a thing belongs to.
        walk = _Walk(replace(policy, drop_links=False), itemised=itemised)
        walk.pictures = policy.drop_links
        result = walk.value(value, (), "", 0, None, "")
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
        self.dotted = bool(self.kept.path or self.excluded.path or self.only)
        self.itemised = itemised
        self.verdicts: dict[str, int] = {}
        self.dropped: list[Dropped] = []
        self.reasons: dict[str, None] = {}
        # Hosts of the links that were dropped.
        self.hosts: set[str] = set()

    def value(
        self,
        value: Any,
        path: _Path,
        dotted: str,
        depth: int,
        around: Record | None,
        key: str,
    ) -> Any:
        """Return a value, not itself dropped, without what is dropped inside it.

        Args:
            value: Any value of the tree.
            path: Its path, if the account is wanted; else ().
            dotted: Its path as patterns see it (".items.user"), if any needs it.
            depth: Object keys on its path, plus steps from an array into an array.
            around: The object around it, or None at the root.
            key: The key under which it lies, through arrays.
        """
        kind = type(value)
        if kind is not dict and kind is not list:
            return value
        if (
            self.max_depth is not None
            and is_too_deep(value, depth, self.max_depth)
            and not (self.kept.any and self.kept.match_inside(value, dotted))
        ):
            count = leaves(value)
            self.note(path, "max_depth", count)
            return Cut(count)
        if kind is dict:
            return self.object(value, path, dotted, depth, around, key)
        changed: list[Any] | None = None
        for index, item in enumerate(value):
            kind = type(item)
            if kind is dict or kind is list:
                here = (*path, index) if self.itemised else ()
                inner = depth + (kind is list)
                new = self.value(item, here, dotted, inner, around, key)
                if new is not item:
                    if changed is None:
                        changed = list(value)
                    changed[index] = new
        return value if changed is None else changed

    def object(
        self,
        members: _Object,
        path: _Path,
        dotted: str,
        depth: int,
        around: Record | None,
        key: str,
    ) -> _Object:
        """Return an object without what is dropped in and inside it."""
        mark = len(self.dropped)
        in_links = names_link(key) or (around is not None and names_link(around.key))
        left, nested, judged = self.named(members, path, dotted, in_links)
        record = Record(left, key, around)
        for name in nested:
            value = left[name]
            here = (*path, name) if self.itemised else ()
            where = f"{dotted}.{name}"
            reason = self.judge_container(name, value, where, record)
            if reason:
                new = _NOTHING
            else:
                inside = len(self.dropped)
                new = self.value(value, here, where, depth + 1, record, name)
                reason = self.emptied(name, value, new, record)
                if reason:
                    # What was dropped inside is a part of what is dropped now.
                    del self.dropped[inside:]
                    new = _NOTHING
            if new is value:
                continue
            if left is members:
                left = record.members = dict(members)
            if new is _NOTHING:
                del left[name]
                self.note(here, reason, leaves(members[name]))
            else:
                left[name] = new
        if judged:
            left = self.judge(members, left, judged, path, record, in_links)
        if self.itemised and len(self.dropped) - mark > 1:
            self.sort(members, mark, len(path))
        return left

    def named(
        self,
        members: _Object,
        path: _Path,
        dotted: str,
        in_links: bool,  # noqa: FBT001
    ) -> tuple[_Object, list[str], list[str]]:
        """Drop the members that the caller named, null and empty ones.

        Returns:
            What is left, its members to be walked, and those for the rules.
        """
        verdicts = self.verdicts
        nested: list[str] = []
        judged: list[str] = []
        gone: dict[str, tuple[str, Any]] = {}
        for key, value in members.items():
            verdict = verdicts.get(key)
            if verdict is None or self.dotted:
                verdict = self.verdict(key, dotted, value)
            if verdict == _KEPT:
                continue
            if verdict == _EXCLUDED:
                gone[key] = ("excluded key", value)
            elif not value:
                if reason := self.blank(value):
                    gone[key] = (reason, value)
            elif type(value) is str:
                if verdict or (
                    value[0] in "/h" and links.candidate(value, in_links=in_links)
                ):
                    judged.append(key)
            elif type(value) is dict or type(value) is list:
                nested.append(key)
        return self.without(members, gone, path, dotted), nested, judged

    def without(
        self,
        members: _Object,
        gone: dict[str, tuple[str, Any]],
        path: _Path,
        dotted: str,
    ) -> _Object:
        """Return an object without some members, but for what is kept inside them."""
        left = members
        for key, (reason, value) in gone.items():
            here = (*path, key) if self.itemised else ()
            where = f"{dotted}.{key}"
            rest = _NOTHING
            if reason == "excluded key" and self.kept.any:
                rest = self.only_kept(value, here, where)
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

    def blank(self, value: Any) -> str:
        """Return why a null, an empty value or a zero goes, or ""."""
        if value is None:
            return "null" if self.nulls else ""
        return "empty" if self.empty and type(value) in (str, list, dict) else ""

    def verdict(self, key: str, dotted: str, value: Any) -> int:
        """Return what a key and the path to it decide."""
        where = f"{dotted}.{key}"
        if self.kept.match(key, where):
            found = _KEPT
        elif self.excluded.match(key, where) or (
            self.only and not self.kept.match_inside(value, where)
        ):
            found = _EXCLUDED
        elif (self.pictures and pictures.concerns(key)) or (
            self.opaque and (opaque.concerns(key) or copies.concerns(key))
        ):
            found = _RULED
        else:
            found = _PLAIN
        if len(self.verdicts) < _MOST_VERDICTS:
            self.verdicts[key] = found
        return found

    def judge_container(self, key: str, value: Any, dotted: str, record: Record) -> str:
        """Return why an object or array is dropped whole, or ""."""
        if self.verdicts.get(key) == _PLAIN:
            return ""
        if self.kept.any and self.kept.match_inside(value, dotted):
            return ""
        return self.judge_by_key(key, value, record)

    def judge_by_key(self, key: str, value: Any, record: Record) -> str:
        """Return why a value goes for what its key says, or ""."""
        if self.opaque and opaque.concerns(key):
            return opaque.reason(key, value) or ""
        if self.pictures and pictures.concerns(key):
            return pictures.REASON if pictures.decorates(key, value, record) else ""
        if self.opaque and copies.concerns(key) and type(value) is str:
            return copies.REASON if copies.is_copy(key, value, record.members) else ""
        return ""

    def emptied(self, key: str, old: Any, new: Any, record: Record) -> str:
        """Return why an object that lost all of its members goes too, or ""."""
        if new is old or (new != {} and not (type(new) is list and not any(new))):
            return ""
        if self.empty and new == {}:
            return "empty"
        of_links = names_link(key) or names_link(record.key)
        return links.REASON if of_links and all(_entries(old)) else ""

    def judge(
        self,
        members: _Object,
        left: _Object,
        keys: list[str],
        path: _Path,
        record: Record,
        in_links: bool,  # noqa: FBT001
    ) -> _Object:
        """Drop the strings that the rules find spare."""
        gone: dict[str, str] = {}
        hosts: set[str] = set()
        for key in keys:
            value = left[key]
            reason = ""
            if self.verdicts.get(key) != _PLAIN:
                reason = self.judge_by_key(key, value, record)
            if not reason and self.links and links.candidate(value, in_links=in_links):
                host = links.is_said(key, value, record)
                if host is not None:
                    hosts.add(host)
                    reason = links.REASON
            if reason:
                gone[key] = reason
        if not gone:
            return left
        if len(gone) == len(left) or not any(
            value or value == 0 for key, value in left.items() if key not in gone
        ):
            # That there is such a thing is all that the object says.
            spare = {links.REASON} if in_links else _SPARE_ALONE
            gone = {key: reason for key, reason in gone.items() if reason in spare}
            if not gone:
                return left
        self.hosts |= hosts - {""}
        if left is members:
            left = dict(members)
        for key, reason in gone.items():
            del left[key]
            self.note((*path, key), reason, 1)
        return left

    def note(self, path: _Path, reason: str, count: int) -> None:
        """Put a dropped value on the account."""
        self.reasons[reason] = None
        if self.itemised:
            self.dropped.append(Dropped(path, reason, count))

    def sort(self, members: _Object, mark: int, depth: int) -> None:
        """Put what was dropped in an object in the order of its members."""
        order = {key: i for i, key in enumerate(members)}
        self.dropped[mark:] = sorted(
            self.dropped[mark:],
            key=lambda one: order[one.path[depth]],  # type: ignore[index]
        )

    def only_kept(self, value: Any, path: _Path, dotted: str) -> Any:
        """Return what was named to be kept inside an excluded value, or _NOTHING."""
        if not self.kept.match_inside(value, dotted):
            return _NOTHING
        left: dict[Any, Any] = {}
        is_list = type(value) is list
        for step, item in enumerate(value) if is_list else value.items():
            where = dotted if is_list else f"{dotted}.{step}"
            new = item
            if is_list or not self.kept.match(str(step), where):
                new = self.only_kept(item, (*path, step), where)
            if new is _NOTHING:
                self.note((*path, step), "excluded key", leaves(item))
            else:
                left[step] = new
        same = all(value[step] is item for step, item in left.items())
        if len(left) == len(value) and same:
            return value
        return list(left.values()) if is_list else left


def _entries(value: Any) -> list[bool]:
    """Tell of each entry of an object of links whether it has something in it."""
    items = value if type(value) is list else value.values()
    return [bool(item) for item in items]
