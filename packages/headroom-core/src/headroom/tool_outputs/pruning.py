"""What is dropped from a JSON tree, and the account of it."""

import operator
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from headroom.tool_outputs.addresses import (
    CERTAIN,
    HINTED,
    NAMED,
    UNSAID,
    certainty,
    is_spare_relation,
    said_by,
)
from headroom.tool_outputs.links import (
    Role,
    decorates,
    extends,
    host_of,
    is_api_link,
    is_copy,
    is_map,
    is_page,
    is_relation,
    role_of,
    serves_machines,
)
from headroom.tool_outputs.values import Cut
from headroom.types import Dropped

__all__ = ["Policy", "leaves", "prune"]

_Path = tuple[str | int, ...]

_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be dropped; everything off drops nothing.

    Attributes:
        drop_nulls: Members of records that are null.
        drop_empty: Members of records that are "", [] or {}, or that became {}.
        drop_links: Addresses that only a program calls, and decorating pictures.
        drop_opaque: Ids and bookkeeping that nobody acts on.
        exclude_keys: Members to drop: a key ("url"), a dotted path from the root
            ("user.url", arrays count for nothing), or either with `*` for any part of
            one key and `**` for any number of keys.
        keep_keys: Members that stay with all that is in them, spelled likewise; they
            win over everything else.
        max_depth: Keys on the way from the root beyond which values are cut, 1 or
            more, or None.
    """

    drop_nulls: bool = True
    drop_empty: bool = True
    drop_links: bool = True
    drop_opaque: bool = True
    exclude_keys: tuple[str, ...] = ()
    keep_keys: tuple[str, ...] = ()
    max_depth: int | None = None

    def __post_init__(self) -> None:
        for name in ("drop_nulls", "drop_empty", "drop_links", "drop_opaque"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} is True or False, got {getattr(self, name)!r}")
        for name in ("exclude_keys", "keep_keys"):
            object.__setattr__(self, name, _keys(name, getattr(self, name)))
        depth = self.max_depth
        if depth is not None:
            if not isinstance(depth, int) or isinstance(depth, bool):
                raise TypeError(f"max_depth is a whole number or None, got {depth!r}")
            if depth < 1:
                raise ValueError(f"max_depth is at least 1, got {depth}")

    @property
    def drops_nothing(self) -> bool:
        """Whether every value comes out of `prune` as it is."""
        return not (
            self.drop_nulls
            or self.drop_empty
            or self.drop_links
            or self.drop_opaque
            or self.exclude_keys
            or self.max_depth is not None
        )


def _keys(name: str, keys: Iterable[str]) -> tuple[str, ...]:
    if isinstance(keys, str):
        raise TypeError(f"{name} is a list of keys; write {name}=[{keys!r}]")
    try:
        keys = tuple(keys)
    except TypeError:
        raise TypeError(f"{name} is a list of keys, got {keys!r}") from None
    for key in keys:
        if not isinstance(key, str):
            raise TypeError(f"{name} holds strings, got {key!r}")
    return keys


def prune(
    value: Any, policy: Policy, *, itemised: bool = True
) -> tuple[Any, list[Dropped]]:
    """Return `value` without what the policy drops, and the account of it in order.

    The root and the elements of arrays are never dropped. What nothing is dropped
    from comes back as the very object; nothing is changed in place.

    Args:
        value: A tree as `reading` makes it.
        policy: What may be dropped.
        itemised: False leaves the account empty, which is faster.
    """
    if policy.drops_nothing:
        return value, []
    pruner = _Pruner(policy, itemised=itemised)
    return pruner.run(value), pruner.dropped


def leaves(value: Any) -> int:
    """Return the leaf values in a tree; an empty container counts as one."""
    kind = type(value)
    if kind is dict:
        return sum(map(leaves, value.values())) or 1
    if kind is list:
        return sum(map(leaves, value)) or 1
    return value.count if kind is Cut else 1


class _Keys:
    """The keys and paths that a caller named, as one question each."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.any = bool(patterns)
        self.exact = frozenset(patterns)
        self.key = _compiled([p for p in patterns if "*" in p], "", ".*")
        self.path = _compiled([p for p in patterns if "." in p], r"\.", r"[^.]*")

    def match_key(self, key: str) -> bool:
        return key in self.exact or (
            self.key is not None and self.key.fullmatch(key) is not None
        )

    def match_path(self, dotted: str) -> bool:
        """Tell whether a path such as ".user.url" was named."""
        return self.path is not None and self.path.fullmatch(dotted) is not None


def _compiled(patterns: list[str], prefix: str, star: str) -> re.Pattern[str] | None:
    """Return one expression for all patterns; `star` is what `*` stands for."""
    if not patterns:
        return None
    stars = {"**.": r"(?:.*\.)?", "**": ".*", "*": star}
    translated = (
        prefix
        + "".join(
            stars.get(part, re.escape(part))
            for part in re.split(r"(\*\*\.|\*\*|\*)", pattern)
        )
        for pattern in patterns
    )
    return re.compile("|".join(translated), re.DOTALL)


# What is to be done with a member, beside a Role of `links` to be looked at again and
# a reason (str) to drop it.
_KEEP = 100
_EXCLUDE = 101
_ENTER = 102
_NAMED = 103

_REASONS = {
    Role.LINK: "API link",
    Role.LINKS: "API link",
    Role.IMAGE: "image link",
    Role.PICTURE: "image link",
    Role.OPAQUE: "opaque id",
    Role.BLOB: "opaque blob",
    Role.BOOKKEEPING: "bookkeeping",
    Role.COPY: "copy",
    Role.TEXT: "copy",
    Role.FORMAT: "plain format",
}
_LINK_ROLES = [Role.LINK, Role.LINKS, Role.IMAGE, Role.PICTURE]
_OPAQUE_ROLES = [
    Role.OPAQUE,
    Role.BLOB,
    Role.BOOKKEEPING,
    Role.COPY,
    Role.FORMAT,
]

_CONTAINERS = frozenset({dict, list})
# A Cut was a container before, so it proves as little.
_CONTAINERS_AND_CUT = frozenset({dict, list, Cut})
_HOLLOW = frozenset({"null", "empty"})

# Verdicts remembered per key; maps keyed by ids have millions of keys.
_MOST_VERDICTS = 65_536

_Object = dict[str, Any]


def _is_blank(value: Any) -> bool:
    """Tell whether an object says nothing but the keys of what is null or empty."""
    return not any(value.values())


def _is_blank_form(members: _Object, acts: dict[str, str | int]) -> bool:
    """Tell whether an object is a form, several fields, and nothing is filled in."""
    return (
        len(members) > 1
        and len(acts) == len(members)
        and all(act in _HOLLOW for act in acts.values())
        and {} not in members.values()
        and any(value is None or value == "" for value in members.values())
    )


class _Rest:
    """What an object says besides its links, ids and bookkeeping."""

    def __init__(
        self,
        members: _Object,
        acts: dict[str, str | int],
        outer: "_Rest | None",
        *,
        looks_inside: bool,
    ) -> None:
        self.whole, self._acts, self._outer = members, acts, outer
        self._looks_inside = looks_inside
        self.is_root = outer is None
        self.named_hosts: set[str] = set()
        # The member that is walked now, and whether it is an object itself.
        self.key = ""
        self.holds_object = False

    @cached_property
    def members(self) -> _Object:
        """The members that stay for certain."""
        acts = self._acts
        return {
            key: value
            for key, value in self.whole.items()
            if ((act := acts.get(key)) is None or act == _ENTER)
            and (value or value == 0)
        }

    @cached_property
    def strings(self) -> set[str]:
        return {value for value in self.members.values() if type(value) is str}

    @property
    def opens_map(self) -> bool:
        """Whether the member walked now is an object whose keys are names."""
        return self.holds_object and is_map(self.key)

    @cached_property
    def said(self) -> dict[str, str]:
        """What the object says that an address may spell, by the key that says it."""
        return said_by(self.members)

    @cached_property
    def said_inside(self) -> dict[str, str]:
        """What the objects right inside say for certain."""
        said: dict[str, str] = {}
        if self._looks_inside:
            for key, value in self.members.items():
                if type(value) is dict and role_of(key) == Role.NONE:
                    plain = {k: v for k, v in value.items() if role_of(k) == Role.NONE}
                    said.update(dict.fromkeys(said_by(plain), ""))
        return said

    @property
    def owner(self) -> str:
        """The key under which the object lies; "" for the root."""
        return self._outer.key if self._outer is not None else ""

    @property
    def has_node_id(self) -> bool:
        """Whether the object is GitHub's own, which gives each two ids."""
        return "node_id" in self.whole

    @property
    def is_relation(self) -> bool:
        """Whether the object is an entry of links, with its address in `href`."""
        return self._outer is not None and self._outer.owner in ("_links", "links")

    @cached_property
    def pages(self) -> list[str]:
        """Addresses of pages that the object names and keeps."""
        return [
            value
            for value in self.members.values()
            if type(value) is str and is_page(value)
        ]

    def says(self, part: str) -> str | None:
        """Return the key that says a part of an address; "" where it lies around.

        Of the objects around, the nearest few count, and what is right inside them.
        """
        found = self.said.get(part)
        rest: _Rest | None = self
        for _ in range(_NEAR):
            if found is not None or rest is None:
                break
            if part in rest.said or part in rest.said_inside:
                found = ""
            rest = rest._outer
        return found


# Source: no recorded payload says an owner or a project further out than this.
_NEAR = 8


class _Pruner:
    """One pass over one tree.

    Each rule must be stable under its own effect, so that a second pass drops
    nothing: what a rule takes as evidence is never itself dropped.
    """

    def __init__(self, policy: Policy, *, itemised: bool) -> None:
        self.nulls = policy.drop_nulls
        self.empty = policy.drop_empty
        self.roles = frozenset(
            _LINK_ROLES * policy.drop_links
            + _OPAQUE_ROLES * policy.drop_opaque
            # The run that repeats the text lies deeper and might be cut.
            + [Role.TEXT] * (policy.drop_opaque and policy.max_depth is None)
        )
        self.max_depth = policy.max_depth
        self.kept = _Keys(policy.keep_keys)
        self.excluded = _Keys(policy.exclude_keys)
        self.dotted = bool(self.kept.path or self.excluded.path)
        # What lies deeper might be cut or excluded, so that it proves nothing.
        self.looks_inside = not (self.excluded.any or policy.max_depth is not None)
        self.itemised = itemised
        self.verdicts: dict[str, int] = {}
        # Keys that decide nothing, whatever the path to them.
        self.indifferent: set[str] = set()
        self.dropped: list[Dropped] = []
        self.changes = 0
        self.hosts: set[str] = set()
        # Hosts of likely own addresses, with the key over the first such object.
        self.hinted: dict[str, str] = {}
        self.named: list[tuple[_Object, str, str, Dropped | None]] = []

    def run(self, value: Any) -> Any:
        """Return the tree without what goes; the very tree if nothing does."""
        result = self.value(value, (), "", 0, None)
        if self.named:
            refuted = set()
            for members, key, link, note in self.named:
                if host_of(link) in self.hosts:
                    del members[key]
                    self.changes += 1
                else:
                    refuted.add(id(note))
            self.dropped = [note for note in self.dropped if id(note) not in refuted]
        return result if self.changes else value

    def verdict(self, key: str) -> int:
        """Return what the key alone decides: to keep, to exclude, or its Role."""
        found = self.verdicts.get(key)
        if found is None:
            if self.kept.match_key(key):
                found = _KEEP
            elif self.excluded.match_key(key):
                found = _EXCLUDE
            else:
                found = role_of(key)
            if len(self.verdicts) < _MOST_VERDICTS:
                self.verdicts[key] = found
                if found == Role.NONE and not self.dotted:
                    self.indifferent.add(key)
        return found

    def verdict_at(self, key: str, dotted: str) -> int:
        """Return what the key and the path to it decide."""
        verdict = self.verdict(key)
        if verdict == _KEEP or self.kept.match_path(dotted):
            return _KEEP
        return _EXCLUDE if self.excluded.match_path(dotted) else verdict

    def value(
        self, value: Any, path: _Path, dotted: str, depth: int, outer: _Rest | None
    ) -> Any:
        """Return a value, not itself dropped, without what goes inside it.

        Args:
            value: Any value of the tree.
            path: Its path, if the account is wanted; else ().
            dotted: Its path as patterns see it (".items.user"), if any needs it.
            depth: Object keys on its path, plus steps from an array into an array.
            outer: What the object around it says, or None at the root.
        """
        kind = type(value)
        if kind is not dict and kind is not list:
            return value
        if self.max_depth is not None and self.cuts(value, dotted, depth):
            count = leaves(value)
            self.changes += 1
            self.note(path, "max_depth", count)
            return Cut(count)
        if kind is dict:
            return self.object(value, path, dotted, depth, outer)
        return self.array(value, path, dotted, depth, outer)

    def cuts(self, value: Any, dotted: str, depth: int) -> bool:
        """Tell whether max_depth cuts a container here."""
        assert self.max_depth is not None
        if depth < self.max_depth or not value:
            return False
        if type(value) is list and depth == self.max_depth:
            # Its scalars are not too deep, only its rows are.
            if not all(type(item) is dict or type(item) is list for item in value):
                return False
            if not any(value):
                return False
        return not (self.kept.any and self.holds_kept(value, dotted))

    def note(self, path: _Path, reason: str, count: int) -> None:
        if self.itemised:
            self.dropped.append(Dropped(path, reason, count))

    def array(
        self,
        items: list[Any],
        path: _Path,
        dotted: str,
        depth: int,
        outer: _Rest | None,
    ) -> Any:
        if _CONTAINERS.isdisjoint(map(type, items)):
            return items
        changed: list[Any] | None = None
        here: _Path = ()
        for index, item in enumerate(items):
            kind = type(item)
            if kind is not dict and kind is not list:
                continue
            if self.itemised:
                here = (*path, index)
            new = self.value(item, here, dotted, depth + (kind is list), outer)
            if new is not item:
                if changed is None:
                    changed = list(items)
                changed[index] = new
        return items if changed is None else changed

    def object(
        self,
        members: _Object,
        path: _Path,
        dotted: str,
        depth: int,
        outer: _Rest | None,
    ) -> Any:
        acts, is_record = self.first_look(members, dotted, outer)
        if not acts:
            return members
        rest = _Rest(members, acts, outer, looks_inside=self.looks_inside)
        result = members
        here: _Path = ()
        where = ""
        for key, act in acts.items():
            value = old = members[key]
            mark = len(self.dropped)
            if self.itemised:
                here = (*path, key)
            if self.dotted:
                where = f"{dotted}.{key}"
            if type(act) is int:
                if act < _KEEP:
                    act, value = self.second_look(key, act, value, rest, here, depth)
                if act == _EXCLUDE:
                    value = self.only_kept(value, here, where)
                    act = "excluded key" if value is _NOTHING else ""
                    self.changes += value is not old
                elif act == _ENTER:
                    rest.key, rest.holds_object = key, type(value) is dict
                    value = self.value(value, here, where, depth + 1, rest)
                    gone = self.vanishes(key, value) and (
                        is_record or not _is_blank(old)
                    )
                    act = "empty" if gone else ""
            if value is old and not act:
                continue
            if result is members:
                result = members.copy()
            if act == _NAMED:
                self.defer(result, key, value, here)
                continue
            if act:
                self.changes += 1
                if self.itemised:
                    # What went inside is accounted for by the path that went whole.
                    del self.dropped[mark:]
                    self.dropped.append(Dropped(here, str(act), leaves(old)))
                del result[key]
            else:
                result[key] = value
        return result

    def defer(self, members: _Object, key: str, link: str, path: _Path) -> None:
        """Put a link on the list of those that go if their host is beyond doubt."""
        note = Dropped(path, _REASONS[Role.LINK]) if self.itemised else None
        if note:
            self.dropped.append(note)
        self.named.append((members, key, link, note))

    def vanishes(self, key: str, value: Any) -> bool:
        """Tell whether an object that lost all its members goes too."""
        return (
            self.empty
            and type(value) is dict
            and not value
            and self.verdict(key) < Role.ENTRY
        )

    def first_look(
        self, members: _Object, dotted: str, outer: _Rest | None
    ) -> tuple[dict[str, str | int], bool]:
        """Return what is to be done with each member that may not stay as it is.

        Empties go only from a record: an object in which a text, number or boolean
        stays beside them. Where there is none, the keys are the data, as of a map by
        name (`{"alice": [], "bob": ["read"]}`) or of a choice (`{"running": {}}`), and
        stay whatever is under them; except in a form of which nothing is filled in
        (`{"city": null, "street": ""}`). Nulls go unless they are all that an object
        says, an answer (`{"user": null}`), or stand in a known map.

        Returns:
            What to do by key, and whether the object is a record.
        """
        indifferent = self.indifferent
        acts: dict[str, str | int] = {}
        is_record = hollow = False
        for key, value in members.items():
            if key in indifferent:
                # The hot path: the same as look_at, for keys that decide nothing.
                kind = type(value)
                if kind is str:
                    if value or not self.empty:
                        is_record = True
                    else:
                        acts[key] = "empty"
                        hollow = True
                elif kind is dict or kind is list:
                    if value:
                        acts[key] = _ENTER
                    elif self.empty:
                        acts[key] = "empty"
                        hollow = True
                elif value is None:
                    if self.nulls:
                        acts[key] = "null"
                        hollow = True
                    else:
                        is_record = True
                elif kind is not Cut:
                    is_record = True
            elif act := self.look_at(key, value, dotted):
                acts[key] = act
                hollow = hollow or act in _HOLLOW
            elif type(value) not in _CONTAINERS_AND_CUT and (
                value or value == 0 or self.verdict(key) == Role.NONE
            ):
                is_record = True
        if hollow:
            stays = self._blanks_that_stay(members, acts, outer, is_record=is_record)
            acts = {key: act for key, act in acts.items() if act not in stays}
        return acts, is_record

    @staticmethod
    def _blanks_that_stay(
        members: _Object,
        acts: dict[str, str | int],
        outer: _Rest | None,
        *,
        is_record: bool,
    ) -> Collection[str]:
        """Return which of the reasons "null" and "empty" don't count here."""
        if outer is not None and outer.opens_map:
            return _HOLLOW
        if is_record or _is_blank_form(members, acts):
            return ()
        return _HOLLOW if len(members) == 1 else ("empty",)

    def look_at(self, key: str, value: Any, dotted: str) -> str | int:
        """Return what is to be done with one member; 0 if it stays as it is."""
        where = f"{dotted}.{key}" if self.dotted else ""
        verdict = self.verdict_at(key, where) if self.dotted else self.verdict(key)
        if verdict == _KEEP:
            return 0
        kind = type(value)
        enters = kind is dict or kind is list
        if verdict == _EXCLUDE:
            return _EXCLUDE if enters and self.kept.any else "excluded key"
        if value is None:
            return "null" if self.nulls and verdict < Role.ENTRY else 0
        if not enters and kind is not str:
            return 0
        if not value:
            return "empty" if self.empty and verdict < Role.ENTRY else 0
        if verdict in self.roles and (
            # Most of what goes are links: the short way for them.
            is_api_link(value)
            if verdict == Role.LINK and not enters
            else self.is_soft(verdict, value, where)
        ):
            return verdict
        return _ENTER if enters else 0

    def is_soft(self, role: int, value: Any, dotted: str) -> bool:
        """Tell whether a value may go for the role of its key."""
        return serves_machines(role, value) and not (
            self.kept.any and self.holds_kept(value, dotted)
        )

    def second_look(
        self, key: str, role: int, value: Any, rest: _Rest, path: _Path, depth: int
    ) -> tuple[str | int, Any]:
        """Decide on a link, an id or bookkeeping, given what else the object says.

        Where nothing else is left, they are what the object is about and stay.

        Returns:
            What to do, and with which value.
        """
        if role == Role.LINK:
            return self.look_at_link(key, value, rest), value
        if role == Role.COPY or role == Role.TEXT:
            spare = is_copy(key, value, rest.members)
        elif role == Role.IMAGE or role == Role.PICTURE:
            spare = decorates(key, rest.owner, rest.members, rest.whole)
        else:
            spare = bool(rest.members) or (
                role == Role.BOOKKEEPING and not rest.is_root
            )
        if not spare:
            return _ENTER, value
        if role != Role.LINKS:
            return _REASONS[role], value
        names = {
            name for name, link in value.items() if self.is_spare(name, link, rest)
        }
        if len(names) == len(value):
            return _REASONS[role], value
        cut = self.max_depth is not None and depth + 1 >= self.max_depth
        if not names or cut:
            return _ENTER, value
        self.changes += 1
        for name in names:
            self.note((*path, name), _REASONS[role], leaves(value[name]))
        return _ENTER, {k: v for k, v in value.items() if k not in names}

    def look_at_link(self, key: str, link: str, rest: _Rest) -> str | int:
        """Decide on an API link: it goes if all of it is said elsewhere.

        A number or a mixed name ("issues/1347") leaves no doubt, nor do two links that
        hold one name. A single word ("orders") may be chance, in a list of endpoints
        say: it counts only where the same host is beyond doubt elsewhere.
        """
        sure = certainty(key, link, rest)
        if sure == UNSAID:
            return _REASONS[Role.LINK] if extends(key, link, rest.whole) else _ENTER
        host = host_of(link)
        if host in self.hosts:
            return _REASONS[Role.LINK]
        if sure == CERTAIN or (sure == NAMED and host in rest.named_hosts):
            self.hosts.add(host)
            return _REASONS[Role.LINK]
        if sure == HINTED and self.hinted.setdefault(host, rest.owner) != rest.owner:
            # Things of two kinds, an issue and its user, have addresses there.
            self.hosts.add(host)
            return _REASONS[Role.LINK]
        if sure == NAMED:
            rest.named_hosts.add(host)
        # Taken away at the end, it must not leave an empty object.
        return _NAMED if rest.said else _ENTER

    def is_spare(self, name: str, link: Any, rest: _Rest) -> bool:
        """Tell whether an entry of `_links` only serves machines."""
        if type(link) is list:
            return bool(link) and all(self.is_spare(name, item, rest) for item in link)
        if type(link) is dict:
            if "method" in link:
                return False
            link = link.get("href")
        if type(link) is not str:
            return False
        if link in rest.strings:
            return True
        if not is_relation(name) or not is_api_link(link):
            return False
        if not is_spare_relation(name, link, rest):
            return False
        if name == "self" and certainty("self", link, rest) == CERTAIN:
            self.hosts.add(host_of(link))
        return True

    def holds_kept(self, value: Any, dotted: str) -> bool:
        """Tell whether anything inside a container was named to be kept."""
        if type(value) is list:
            return any(self.holds_kept(item, dotted) for item in value)
        if type(value) is not dict:
            return False
        for key, item in value.items():
            where = f"{dotted}.{key}" if self.dotted else ""
            if self.verdict_at(key, where) == _KEEP or self.holds_kept(item, where):
                return True
        return False

    def only_kept(self, value: Any, path: _Path, dotted: str) -> Any:
        """Return what was named to be kept inside an excluded value, or _NOTHING."""
        if not self.holds_kept(value, dotted):
            return _NOTHING
        if type(value) is list:
            stays: list[Any] = []
            for index, item in enumerate(value):
                new = self.only_kept(item, (*path, index), dotted)
                if new is _NOTHING:
                    self.note((*path, index), "excluded key", leaves(item))
                else:
                    stays.append(new)
            same = len(stays) == len(value) and all(map(operator.is_, stays, value))
            return value if same else stays
        members: _Object = {}
        for key, item in value.items():
            where = f"{dotted}.{key}" if self.dotted else ""
            kept = self.verdict_at(key, where) == _KEEP
            new = item if kept else self.only_kept(item, (*path, key), where)
            if new is _NOTHING:
                self.note((*path, key), "excluded key", leaves(item))
            else:
                members[key] = new
        same = len(members) == len(value) and all(
            members[key] is item for key, item in value.items()
        )
        return value if same else members
