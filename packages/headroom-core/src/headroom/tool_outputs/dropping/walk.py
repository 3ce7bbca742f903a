"""The one walk over a JSON tree that asks each rule, and the account of it."""

from types import ModuleType
from typing import Any, NamedTuple

from headroom.tool_outputs.dropping import copies, links, opaque, pictures
from headroom.tool_outputs.dropping.patterns import Patterns
from headroom.tool_outputs.dropping.policy import Policy
from headroom.tool_outputs.dropping.record import Place, Record
from headroom.tool_outputs.values import Cut

__all__ = ["Gone", "leaves", "prune"]

_Path = tuple[str | int, ...]
_Object = dict[str, Any]

_CONTAINERS = frozenset({dict, list})

# What a key decides for all of its values: nothing, that they stay, that they go but
# for what is kept inside; or the rule that is asked of each.
_PLAIN, _KEPT, _EXCLUDED = ("plain", "kept", "excluded")
# What nobody acts on even where it is all that an object says.
_SPARE_ALONE = frozenset({"bookkeeping", "opaque blob"})


class Gone(NamedTuple):
    """One value that was dropped: where it was, why, and how many leaves it had."""

    path: _Path
    reason: str
    leaves: int = 1


_Account = list[Gone]


def prune(value: Any, policy: Policy) -> tuple[Any, _Account]:
    """Return a tree without what the policy drops, and what that was.

    The root is never dropped, nor an element of an array outside of what the caller
    excludes. A second pass drops nothing more. Nothing is changed in place.

    Args:
        value: A tree as `reading` makes it.
        policy: What may be dropped.

    Returns:
        The tree, the very object that came in where nothing was dropped; and what was
        dropped, in the order of the input.
    """
    if policy.drops_nothing or type(value) not in _CONTAINERS:
        return value, []
    walk = _Walk(policy)
    root = walk.root()
    result = walk.value(value, (), 0, None, root)
    if len(root.hosts - {""}) > 1:
        # Only the address says which of several APIs a thing belongs to.
        walk.links = False
        result = walk.value(value, (), 0, None, walk.root())
    return result


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

    Of each object, blanks and what the caller names go first; then the containers
    inside are walked; then the rules judge what is left. So no rule trusts what another
    one drops.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.links = policy.drop_links
        # Each tells which keys it concerns, and why a value under one goes.
        self.rules: list[ModuleType] = [pictures] if policy.drop_links else []
        self.rules += [opaque, copies] if policy.drop_opaque else []
        self.kept = Patterns(policy.keep_keys + policy.only_keys)
        self.excluded = Patterns(policy.exclude_keys)

    def root(self) -> Place:
        """Return the place of the document; with `only_keys`, all not kept goes."""
        by_path = bool(self.kept.path or self.excluded.path)
        return Place(by_path=by_path, is_excluded=bool(self.policy.only_keys))

    def value(
        self, value: Any, path: _Path, depth: int, around: Record | None, place: Place
    ) -> tuple[Any, _Account]:
        """Return a container without what is dropped inside it, and the account.

        Args:
            value: A dict or list of the tree.
            path: Its path.
            depth: Object keys on its path, plus steps from an array into an array.
            around: The object around it, or None at the root.
            place: Its path without indices.
        """
        if self.is_too_deep(value, depth) and not self.keeps(value, place.path):
            count = leaves(value)
            return Cut(count), [Gone(path, "max_depth", count)]
        if type(value) is dict:
            return self.object(value, path, depth, around, place)
        left: list[Any] = []
        account: _Account = []
        for index, item in enumerate(value):
            kind = type(item)
            if kind is dict or kind is list:
                here, deeper = (*path, index), depth + (kind is list)
                new, lost = self.value(item, here, deeper, around, place)
                left.append(new)
                account += lost
            elif place.is_excluded:
                account.append(Gone((*path, index), "excluded key"))
            else:
                left.append(item)
        return (left, account) if account else (value, [])

    def has_work(self, items: list[Any], place: Place) -> bool:
        """Tell whether something may be dropped inside an array."""
        return (
            not _CONTAINERS.isdisjoint(map(type, items))
            or self.policy.max_depth is not None
            or place.is_excluded
        )

    def is_too_deep(self, value: Any, depth: int) -> bool:
        """Tell whether a container is cut.

        An array belongs to the level of its key: at the last level its scalars stay,
        and only its rows are too deep.
        """
        most = self.policy.max_depth
        if most is None or depth < most or not value:
            return False
        if type(value) is list and depth == most:
            return any(value) and all(type(item) in _CONTAINERS for item in value)
        return True

    def keeps(self, value: Any, where: str) -> bool:
        """Tell whether the caller keeps anything inside a value."""
        return self.kept.any and self.kept.match_inside(value, where)

    def object(  # noqa: C901 - the one loop over every member
        self,
        members: _Object,
        path: _Path,
        depth: int,
        around: Record | None,
        place: Place,
    ) -> tuple[_Object, _Account]:
        """Return an object without what is dropped in and inside it; the account."""
        verdicts, is_excluded = place.verdicts, place.is_excluded
        gone: dict[str, str] = {}
        nested: list[str] = []
        judged: list[str] = []
        for key, value in members.items():
            verdict = verdicts.get(key)
            if verdict is None:
                verdict = self.verdict(key, place)
            if verdict is _KEPT:
                continue
            if verdict is _EXCLUDED or is_excluded:
                if self.keeps(value, f"{place.path}.{key}"):
                    nested.append(key)
                else:
                    gone[key] = "excluded key"
            elif value:
                kind = type(value)
                if kind is str:
                    if verdict is not _PLAIN or (
                        value[0] in "/h" and value.startswith(("/", "http"))
                    ):
                        judged.append(key)
                elif kind is dict or (kind is list and self.has_work(value, place)):
                    nested.append(key)
                    if verdict is not _PLAIN:
                        judged.append(key)
            elif value is None:
                if self.policy.drop_nulls:
                    gone[key] = "null"
            elif self.policy.drop_empty and type(value) in (str, list, dict):
                gone[key] = "empty"
        if not (gone or nested or judged):
            return members, []
        left = dict(members)
        for key in gone:
            del left[key]
        record = Record(left, place, around)
        inside: dict[str, _Account] = {}
        for key in nested:
            inner = place.inside(key)
            if verdicts[key] is _EXCLUDED:
                inner.is_excluded = True
            here = (*path, key)
            new, lost = self.value(members[key], here, depth + 1, record, inner)
            if lost:
                inside[key], left[key] = lost, new
                if reason := self.emptied(members[key], new, inner):
                    gone[key] = reason
                    del left[key]
        if judged:
            spare = self.spare(judged, members, record)
            gone |= spare
            for key in spare:
                del left[key]
        if not (gone or inside):
            return members, []
        account: _Account = []
        for key, value in members.items():
            if key in gone:
                account.append(Gone((*path, key), gone[key], leaves(value)))
            elif key in inside:
                account += inside[key]
        return left, account

    def verdict(self, key: str, place: Place) -> Any:
        """Return what a key and the path to it decide: a word, or the rule to ask."""
        where = f"{place.path}.{key}"
        verdict: Any = _PLAIN
        if self.kept.match(key, where):
            verdict = _KEPT
        elif self.excluded.match(key, where):
            verdict = _EXCLUDED
        else:
            for rule in self.rules:
                if rule.concerns(key):
                    verdict = rule.reason
        place.verdicts[key] = verdict
        return verdict

    def emptied(self, old: Any, new: Any, place: Place) -> str:
        """Return why an object that lost all of its members goes too, or ""."""
        if new != {} and not (type(new) is list and not any(new)):
            return ""
        if self.policy.drop_empty and new == {}:
            return "empty"
        entries = old if type(old) is list else old.values()
        return links.REASON if place.in_links and all(map(bool, entries)) else ""

    def spare(
        self, keys: list[str], members: _Object, record: Record
    ) -> dict[str, str]:
        """Return the members that the rules find spare, and why.

        Args:
            keys: Those to judge.
            members: The object as it came.
            record: What is left of it.
        """
        spare: dict[str, str] = {}
        left = record.members
        for key in keys:
            value = left.get(key)
            if value is None or (
                self.kept.any and self.keeps(value, f"{record.place.path}.{key}")
            ):
                continue
            if type(value) is Cut:
                value = members[key]
            rule = record.place.verdicts[key]
            reason = rule(key, value, record) if rule is not _PLAIN else ""
            if not reason and self.links:
                reason = links.reason(key, value, record)
            if reason:
                spare[key] = reason
        if not any(v or v == 0 for key, v in left.items() if key not in spare):
            # That there is such a thing is all that the object says.
            alone = {links.REASON} if record.place.in_links else _SPARE_ALONE
            spare = {key: reason for key, reason in spare.items() if reason in alone}
        return spare
