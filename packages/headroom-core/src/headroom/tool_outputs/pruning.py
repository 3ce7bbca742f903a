"""What is dropped from a JSON tree, and the account of it."""

import marshal
import operator
from typing import Any

from headroom.tool_outputs.addresses import (
    CERTAIN,
    HINTED,
    NAMED,
    UNSAID,
    certainty,
    extends,
    is_spare_relation,
)
from headroom.tool_outputs.blanks import CHANGED, HOLLOW, without_telling
from headroom.tool_outputs.evidence import ENTER, Evidence
from headroom.tool_outputs.links import (
    Role,
    decorates,
    host_of,
    is_api_link,
    is_copy,
    is_of_call,
    is_relation,
    role_of,
    serves_machines,
    words_of,
)
from headroom.tool_outputs.policy import NamedKeys, Policy
from headroom.tool_outputs.values import Cut, Numeral
from headroom.types import Dropped

__all__ = ["leaves", "prune"]

_Path = tuple[str | int, ...]

_NOTHING: Any = object()


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
    result = pruner.run(value)
    if len(pruner.hosts_seen) > 1:
        # Which of several APIs a thing is of, only its address says.
        pruner = _Pruner(policy, itemised=itemised, hosts_tell=True)
        result = pruner.run(value)
    return result, pruner.dropped


def leaves(value: Any) -> int:
    """Return the leaf values in a tree; an empty container counts as one."""
    kind = type(value)
    if kind is dict:
        return sum(map(leaves, value.values())) or 1
    if kind is list:
        return sum(map(leaves, value)) or 1
    return value.count if kind is Cut else 1


# What is to be done with a member, beside a Role of `links` to be looked at again and
# a reason (str) to drop it.
_KEEP = 100
_EXCLUDE = 101
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
    Role.CALL: "bookkeeping",
}
_LINK_ROLES = [Role.LINK, Role.LINKS, Role.IMAGE, Role.PICTURE]
_OPAQUE_ROLES = [
    Role.OPAQUE,
    Role.BLOB,
    Role.BOOKKEEPING,
    Role.COPY,
    Role.FORMAT,
    Role.CALL,
]

# What an entry of `_links` says besides what it is about.
_OF_LINKS = frozenset(
    {"href", "templated", "type", "embeddable", "taxonomy", "targetHints"}
)

_CONTAINERS = frozenset({dict, list})
# A Cut was a container before, so it proves as little.
_CONTAINERS_AND_CUT = frozenset({dict, list, Cut})
# What stays as it is where its key decides nothing, except "".
_SCALARS = frozenset({str, int, float, bool, Numeral})

# Verdicts remembered per key; maps keyed by ids have millions of keys.
_MOST_VERDICTS = 65_536

# Objects remembered because they may come again, to bound memory.
_MOST_KNOWN = 4_096

# More than one host is all that matters.
_ENOUGH_HOSTS = 2

_Object = dict[str, Any]


def _seal(members: _Object, outer: Evidence) -> tuple[Any, ...] | None:
    """Return what equal objects that lie alike have in common; None if unknown."""
    name = members.get("id") or next(iter(members.values()), None)
    if type(name) is not str and type(name) is not int:
        return None
    return name, outer.key, outer.holds_object, outer.owner


def _is_same(one: _Object, other: _Object) -> bool:
    """Tell whether two trees are one to the type and the order of keys."""
    try:
        return one == other and marshal.dumps(one, 2) == marshal.dumps(other, 2)
    except ValueError:  # a Numeral, or very deep
        return False


def _is_blank(value: Any) -> bool:
    """Tell whether an object says nothing but the keys of what is null or empty."""
    return not any(value.values())


class _Pruner:
    """One pass over one tree.

    Each rule must be stable under its own effect, so that a second pass drops
    nothing: what a rule takes as evidence is never itself dropped.
    """

    def __init__(
        self, policy: Policy, *, itemised: bool, hosts_tell: bool = False
    ) -> None:
        # Whether addresses with a host stay; and the hosts of APIs seen, two at most.
        self.hosts_tell = hosts_tell
        self.hosts_seen: set[str] = set()
        self.nulls = policy.drop_nulls
        self.empty = policy.drop_empty
        self.roles = frozenset(
            _LINK_ROLES * policy.drop_links
            + _OPAQUE_ROLES * policy.drop_opaque
            # The run that repeats the text lies deeper and might be cut.
            + [Role.TEXT] * (policy.drop_opaque and policy.max_depth is None)
        )
        self.links = policy.drop_links
        # The beginning of addresses that are the API's, whatever follows.
        self.api = ""
        self.max_depth = policy.max_depth
        self.kept = NamedKeys(policy.keep_keys)
        self.excluded = NamedKeys(policy.exclude_keys)
        self.dotted = bool(self.kept.path or self.excluded.path)
        # What lies deeper might be cut or excluded, so that it proves nothing.
        self.looks_inside = not (self.excluded.any or policy.max_depth is not None)
        self.itemised = itemised
        self.verdicts: dict[str, int] = {}
        # Keys that decide nothing, whatever the path to them.
        self.indifferent: set[str] = set()
        # Objects come again and again: a user with each of their issues. What was
        # decided holds for an equal one, unless it depends on where it lies.
        self.may_repeat = not (itemised or self.dotted or policy.max_depth is not None)
        self.known: dict[tuple[Any, ...], tuple[_Object, _Object]] = {}
        self.dropped: list[Dropped] = []
        self.root: Any = None
        self.changes = 0
        self.hosts: set[str] = set()
        # Hosts of likely own addresses, with the key over the first such object.
        self.hinted: dict[str, str] = {}
        self.named: list[tuple[_Object, str, str, Dropped | None]] = []

    def run(self, value: Any) -> Any:
        """Return the tree without what goes; the very tree if nothing does."""
        self.root = value
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
        self, value: Any, path: _Path, dotted: str, depth: int, outer: Evidence | None
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
        if kind is list:
            return self.array(value, path, dotted, depth, outer)
        if self.is_plain(value):
            return value
        return self.object(value, path, dotted, depth, outer)

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
        outer: Evidence | None,
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
        outer: Evidence | None,
    ) -> Any:
        seal = _seal(members, outer) if self.may_repeat and outer is not None else None
        if seal:
            known = self.known.get(seal)
            if known is not None and _is_same(known[0], members):
                return known[1]
        acts, is_record = self.first_look(members, dotted, outer)
        if not acts:
            return members
        rest = Evidence(members, acts, outer, looks_inside=self.looks_inside)
        result = self.carry_out(acts, rest, path, dotted, depth, is_record)
        if seal and not rest.looks_around and len(self.known) < _MOST_KNOWN:
            self.known[seal] = members, result
        return result

    def carry_out(
        self,
        acts: dict[str, str | int],
        rest: Evidence,
        path: _Path,
        dotted: str,
        depth: int,
        is_record: bool,  # noqa: FBT001 - as first_look tells it
    ) -> _Object:
        """Return an object without what goes by the first look and a second."""
        result = members = rest.whole
        here: _Path = ()
        itemised, mark = self.itemised, 0
        for key, act in acts.items():
            value = old = members[key]
            if itemised:
                mark = len(self.dropped)
                here = (*path, key)
            where = f"{dotted}.{key}" if self.dotted else ""
            if type(act) is int:
                if act == Role.LINK:
                    act = self.look_at_link(key, value, rest)
                elif act < _KEEP:
                    act, value = self.second_look(key, act, value, rest, here, depth)
                if act == ENTER:
                    rest.key, rest.holds_object = key, type(value) is dict
                    value = self.value(value, here, where, depth + 1, rest)
                    gone = not value and self.vanishes(key, value, old, is_record)
                    act = "empty" if gone else ""
                elif act == _EXCLUDE:
                    act, value = self.exclude(value, here, where)
            if value is old and not act:
                continue
            if result is members:
                result = members.copy()
            if act == _NAMED:
                self.defer(result, key, value, here)
                continue
            if act:
                self.changes += 1
                if itemised:
                    # What went inside is accounted for by the path that went whole.
                    del self.dropped[mark:]
                    self.dropped.append(Dropped(here, str(act), leaves(old)))
                del result[key]
            else:
                result[key] = value
        return result

    def is_plain(self, members: _Object) -> bool:
        """Tell quickly of most objects that nothing is to be done with them."""
        return (
            self.indifferent.issuperset(members)
            and _SCALARS.issuperset(map(type, members.values()))
            and not (self.empty and "" in members.values())
        )

    def defer(self, members: _Object, key: str, link: str, path: _Path) -> None:
        """Put a link on the list of those that go if their host is beyond doubt."""
        note = Dropped(path, _REASONS[Role.LINK]) if self.itemised else None
        if note:
            self.dropped.append(note)
        self.named.append((members, key, link, note))

    def vanishes(self, key: str, value: Any, old: Any, is_record: bool) -> bool:  # noqa: FBT001
        """Tell whether an object that lost all its members goes too.

        Args:
            key: Its key.
            value: What is left of it.
            old: What it was.
            is_record: Whether the object around it is one.
        """
        return (
            self.empty
            and type(value) is dict
            and not value
            and self.verdict(key) < Role.ENTRY
            and key not in CHANGED
            and (is_record or not _is_blank(old))
        )

    def first_look(
        self, members: _Object, dotted: str, outer: Evidence | None
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
        empty = self.empty
        for key, value in members.items():
            if key in indifferent:
                # The hot path: the same as look_at, for keys that decide nothing.
                kind = type(value)
                if kind is str:
                    if value or not empty:
                        is_record = True
                    else:
                        acts[key] = "empty"
                        hollow = True
                elif kind is dict or kind is list:
                    if value:
                        acts[key] = ENTER
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
                hollow = hollow or act in HOLLOW
            elif type(value) not in _CONTAINERS_AND_CUT and (
                value or value == 0 or self.verdict(key) == Role.NONE
            ):
                is_record = True
        if hollow:
            acts = without_telling(
                members,
                acts,
                outer,
                is_record=is_record,
                is_document=members is self.root,
            )
        return acts, is_record

    def look_at(self, key: str, value: Any, dotted: str) -> str | int:
        """Return what is to be done with one member; 0 if it stays as it is."""
        where = ""
        if self.dotted:
            where = f"{dotted}.{key}"
            verdict = self.verdict_at(key, where)
        else:
            verdict = self.verdict(key)
            if verdict == Role.LINK and type(value) is str and value:
                # Most of what goes are links: the short way for them.
                if not self.links:
                    return 0
                if self.api and value.startswith(self.api) and " " not in value:
                    return Role.LINK
                return Role.LINK if self.is_link(value) else 0
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
        if verdict in self.roles and self.is_soft(verdict, value, where):
            return verdict
        return ENTER if enters else 0

    def is_link(self, text: str) -> bool:
        """Tell whether `text` is an address of an API, and learn the API's host."""
        if not is_api_link(text):
            return False
        host = host_of(text)
        if host and len(self.hosts_seen) < _ENOUGH_HOSTS:
            self.hosts_seen.add(host)
        if host and not self.api and is_api_link(host + "/"):
            self.api = host + "/"
        return True

    def is_soft(self, role: int, value: Any, dotted: str) -> bool:
        """Tell whether a value may go for the role of its key."""
        return serves_machines(role, value) and not (
            self.kept.any and self.holds_kept(value, dotted)
        )

    def second_look(
        self, key: str, role: int, value: Any, rest: Evidence, path: _Path, depth: int
    ) -> tuple[str | int, Any]:
        """Decide on links, an id or bookkeeping, given what else the object says.

        Where nothing else is left, they are what the object is about and stay.

        Returns:
            What to do, and with which value.
        """
        if role == Role.COPY or role == Role.TEXT:
            spare = is_copy(key, value, rest.members)
        elif role == Role.CALL:
            spare = bool(rest.members) and is_of_call(
                key, value, rest.whole, rest.around
            )
        elif role == Role.IMAGE or role == Role.PICTURE:
            spare = decorates(key, rest.owner, rest.members, rest.whole)
        else:
            spare = bool(rest.members) or (
                role == Role.BOOKKEEPING and not rest.is_root
            )
        if not spare:
            return ENTER, value
        if role != Role.LINKS:
            return _REASONS[role], value
        names = {
            name: None
            for name, link in value.items()
            if self.is_spare(name, link, rest)
        }
        if len(names) == len(value):
            return _REASONS[role], value
        cut = self.max_depth is not None and depth + 1 >= self.max_depth
        if not names or cut:
            return ENTER, value
        self.changes += 1
        for name in names:
            self.note((*path, name), _REASONS[role], leaves(value[name]))
        return ENTER, {k: v for k, v in value.items() if k not in names}

    def look_at_link(self, key: str, link: str, rest: Evidence) -> str | int:
        """Decide on an API link: it goes if all of it is said elsewhere.

        A number or a mixed name ("issues/1347") leaves no doubt, nor do two links that
        hold one name. A single word ("orders") may be chance, in a list of endpoints
        say: it counts only where the same host is beyond doubt elsewhere.
        """
        if not rest.members or (self.hosts_tell and "//" in link):
            # That there is such a thing, or where, is all that it says.
            return ENTER
        sure, host = certainty(key, link, rest)
        if sure == UNSAID:
            return _REASONS[Role.LINK] if extends(key, link, rest) else ENTER
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
            rest.named_hosts += (host,)
        return _NAMED

    def is_spare(self, name: str, link: Any, rest: Evidence) -> bool:
        """Tell whether an entry of `_links` only serves machines."""
        if type(link) is list:
            return bool(link) and all(self.is_spare(name, item, rest) for item in link)
        if type(link) is dict:
            if not _OF_LINKS.issuperset(link):
                return False
            link = link.get("href")
        if type(link) is not str:
            return False
        key = rest.strings.get(link)
        if key is not None and not set(words_of(key)).isdisjoint(words_of(name)):
            return True
        # A host that lies in what is cut or excluded is not seen the second time.
        is_link = self.is_link if self.looks_inside else is_api_link
        if not is_relation(name) or not is_link(link):
            return False
        if self.hosts_tell and "//" in link:
            return False
        if not is_spare_relation(name, link, rest):
            return False
        if name == "self":
            sure, host = certainty("self", link, rest)
            if sure == CERTAIN:
                self.hosts.add(host)
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

    def exclude(self, value: Any, path: _Path, dotted: str) -> tuple[str, Any]:
        """Return why an excluded member goes, or "" and what in it was to be kept."""
        kept = self.only_kept(value, path, dotted)
        self.changes += kept is not value
        return ("excluded key" if kept is _NOTHING else ""), kept

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
