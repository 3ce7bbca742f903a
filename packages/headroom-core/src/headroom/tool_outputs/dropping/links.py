"""Rule: an API address goes where the document says every part of it elsewhere."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from headroom.tool_outputs.dropping.addresses import (
    Address,
    is_api_link,
    is_plural,
    is_word,
    parse,
)
from headroom.tool_outputs.dropping.record import (
    Record,
    is_distinct,
    is_foreign,
    names_link,
    words_of,
)

__all__ = ["REASON", "is_call", "is_said"]

REASON = "API link"

# An object with one of these tells of a call or a choice, address included.
_CALLS = frozenset(
    """
    method httpMethod http_method verb rel relation mimeType mime_type contentType
    content_type
    """.split()  # noqa: SIM905 - a list of words
)
_FOREIGN_KINDS = frozenset("url uri link bookmark hook webhook monitor request".split())  # noqa: SIM905
# A parameter that says nothing about the thing.
_OF_THE_API = frozenset({"api-version"})
# Words after a plural that are no names.
_NOT_ONE = frozenset({"data", "me", "search", "self"})
# Keys whose text need not be unique, as an id or a login is.
_LOOSE = frozenset({"name", "title", "type"})
_LONGEST_TAIL = 2
# A link entry with nothing else in it is only an address.
_OF_ENTRIES = frozenset({"href", "templated", "type"})


class _Member(NamedTuple):
    """A piece of an address that a member says, whole or between its slashes."""

    distance: int  # how far out; 0 is the object that has the link
    key: str
    segment: int = -1


class _Recipe(NamedTuple):
    """How a link follows from what is said around it.

    Attributes:
        host: The scheme and host of the address, "" for none; None if the link stays.
        pieces: Literal text and members, in order; () if nobody can be sure of them.
    """

    host: str | None
    pieces: tuple[str | _Member, ...]

    @property
    def is_of_the_object(self) -> bool:
        """Whether a link goes for what its own object says, wherever that lies."""
        return self.host is not None and all(
            isinstance(piece, str) or piece.distance == 0 for piece in self.pieces
        )

    def makes(self, link: str, record: Record) -> bool:
        """Tell whether the link of another object follows in the same way."""
        at = 0
        for piece in self.pieces:
            if isinstance(piece, str):
                text = piece
            else:
                distance, key, segment = piece
                source = record
                while distance:
                    source, distance = source.around, distance - 1  # type: ignore[assignment]
                value = source.members.get(key)
                if type(value) is not str and type(value) is not int:
                    return False
                text = str(value)
                if segment >= 0:
                    text = "/".join(text.split("/")[segment : segment + 1])
            if not link.startswith(text, at):
                return False
            at += len(text)
        return at == len(link)


class _Part(NamedTuple):
    """A part of an address that is said."""

    text: str
    collection: str  # the part before it, or the name of the parameter
    says: list[tuple[int, str]]  # how far out, under which key


class _Found(NamedTuple):
    """An address of which each part is said or is a word of the API."""

    said: list[_Part]
    tail: list[str]  # the words after the last part that is said


def is_call(members: dict[str, Any]) -> bool:
    """Tell whether an object tells of a call or a choice, so that its links stay."""
    kind = members.get("type")
    return not members.keys().isdisjoint(_CALLS) or (
        type(kind) is str and not _FOREIGN_KINDS.isdisjoint(words_of(kind))
    )


def is_said(key: str, link: str, record: Record) -> str | None:
    """Return the host of a link that may go, "" for one without host; else None.

    Args:
        key: The key of the text.
        link: Any text that is not empty.
        record: The object that holds it.
    """
    place = record.place
    recipe: _Recipe | None = place.recipes.get(key)
    if recipe is None and not (place.is_foreign or place.in_links):
        recipe = place.shared.get(key)
    if recipe is not None and recipe.makes(link, record):
        return recipe.host
    # In an object of links a page counts too.
    if not is_api_link(link) and not (place.in_links and link.startswith("http")):
        return None
    recipe = _judged(key, link, record)
    if recipe is None:
        return None
    if recipe.pieces:
        place.recipes[key] = recipe
        if recipe.is_of_the_object and not place.in_links:
            place.shared[key] = recipe
    return recipe.host


def _judged(key: str, link: str, record: Record) -> _Recipe | None:
    """Return how a link follows from what is said, or None if it does not."""
    subject, distance, about = _subject(key, record)
    if subject is None:
        return None
    if distance and not is_api_link(link):
        # The object has this page itself: `html_url` of the link "html".
        page = subject.links.get(link, "")
        is_named = not set(words_of(page)).isdisjoint(about)
        return _Recipe("", (_Member(distance, page),)) if is_named else None
    if subject.place.is_foreign:
        return None
    around = words_of(subject.place.key)
    base = _base(link, subject)
    if base is not None:
        out, url, added = base
        spare = _is_list(added.parts, added.template, about or around)
        host = "/".join(url.split("/", 3)[:3]) if spare else None
        return _Recipe(host, (_Member(distance + out, "url"), link[len(url) :]))
    address = parse(link)
    found = _who_says(address, subject) if address else None
    if address is None or found is None:
        return None
    spare = (not about and _is_own(found, subject, address)) or _is_list_or_named(
        found, about or around, address
    )
    pieces = _pieces(link, found, subject, distance)
    return _Recipe(address.host if spare else None, pieces)


def _subject(key: str, record: Record) -> tuple[Record | None, int, tuple[str, ...]]:
    """Return the object that a link is about, how far out, and what it is of it.

    An object of links (`links`, `_links`) is about the object around it; so is an entry
    of one (`"_links": {"comments": {"href": …}}`).
    """
    name, subject, distance = key, record, 0
    if record.place.in_links or names_link(key):
        around = record.around
        if names_link(key) and around is not None and names_link(around.place.key):
            if not _OF_ENTRIES.issuperset(record.members):
                return None, 0, ()
            name, subject, distance = record.place.key, around, 1
        while names_link(subject.place.key) and subject.around is not None:
            subject, distance = subject.around, distance + 1
    about = () if names_link(name) else words_of(name)
    return subject, distance, tuple([word for word in about if not names_link(word)])


def _base(link: str, subject: Record) -> tuple[int, str, Address] | None:
    """Return the `url` that a link adds a word or two to, how far out, and these."""
    for out, record in enumerate((subject, subject.around)):
        url = record.members.get("url") if record is not None else None
        if type(url) is not str or not url or not link.startswith(url + "/"):
            continue
        base, added = parse(url), parse(link[len(url) :])
        if not base or not base.parts or base.query or base.template:
            continue
        if added and not added.query and 0 < len(added.parts) <= _LONGEST_TAIL:
            return (out, url, added) if all(map(is_word, added.parts)) else None
    return None


def _who_says(address: Address, subject: Record) -> _Found | None:
    """Find who says each part of an address; None if a part is said nowhere."""
    said: list[_Part] = []
    tail: list[str] = []
    collection, run = "", 0
    for part in address.parts:
        # What follows a plural is one of these: /namespaces/prod, /projects/web.
        is_item = run == 0 and is_plural(collection) and part not in _NOT_ONE
        says = subject.says(part) if is_item or not is_plural(part) else []
        if says:
            said.append(_Part(part, collection, says))
            tail, run = [], run + 1
        elif not is_word(part) or (is_item and not is_plural(part)):
            return None
        elif run == 1 and not is_plural(part) and part is not address.parts[-1]:
            # It may be a name too: /repos/ada/web/issues
            return None
        else:
            tail.append(part)
            collection, run = part, 0
    for name, value in address.query:
        if name in _OF_THE_API:
            continue
        says = subject.says(value)
        if not says:
            return None
        said.append(_Part(value, name, says))
        tail = []
    if not said or not all(_is_sure(part, said[-1]) for part in said):
        return None
    return _Found(said, tail)


def _pieces(
    link: str, found: _Found, subject: Record, distance: int
) -> tuple[str | _Member, ...]:
    """Return a link as text and members; () where who says a part is not certain."""
    pieces: list[str | _Member] = []
    done = len("/".join(link.split("/", 3)[:3])) if "//" in link else 0
    text = link[:done]
    for part, _, says in found.said:
        at = link.find(part, done)
        keys = {key for _, key in says if key}
        if at < 0 or (part.isdigit() and len(keys) > 1):
            return ()
        member = next(_members(part, says, subject), None)
        if member is None:
            return ()
        pieces += [text + link[done:at], member._replace(distance=distance + member[0])]
        done, text = at + len(part), ""
    return (*pieces, link[done:])


def _members(
    part: str, says: list[tuple[int, str]], subject: Record
) -> Iterator[_Member]:
    """Yield the members that say a part, ids and names before pages."""
    for distance, name in sorted(says, key=lambda one: (not one[1], one)):
        record = subject
        for _ in range(distance):
            record = record.around  # type: ignore[assignment]
        key = name or record.pages[part]
        value = str(record.members[key])
        if value == part:
            yield _Member(distance, key)
        elif part in value.split("/"):
            yield _Member(distance, key, value.split("/").index(part))


def _is_sure(part: _Part, last: _Part) -> bool:
    """Tell whether a number is said as the id of such a thing, not by chance."""
    if not part.text.isdigit() or part is last:
        return True
    return any(
        distance > 0 or not key or _is_named(key, (part.collection,))
        for distance, key in part.says
    )


@lru_cache(maxsize=8192)
def _related(one: str, other: str) -> bool:
    """Tell whether two words may name one thing: "repository" and "repos"."""
    short, long = sorted((one.lower().rstrip("s"), other.lower().rstrip("s")), key=len)
    if len(short) > 4:
        short = short[:-1]  # category, categories
    return len(short) >= 3 and long.startswith(short)


def _is_named(key: str, about: tuple[str, ...]) -> bool:
    """Tell whether a key names the id of a thing: `project_id` of "projects"."""
    words = words_of(key)
    kinds = [word for name in about for word in words_of(name)]
    return any(_related(one, other) for one in words[:-1] or words for other in kinds)


def _is_own(found: _Found, subject: Record, address: Address) -> bool:
    """Tell whether an address is the object's own: it ends in the object's id."""
    if found.tail or address.template:
        return False
    last = found.said[-1]
    if is_distinct(last.text):
        return True
    if not last.collection or is_foreign(last.collection):
        return False
    for distance, key in last.says:
        if distance:
            continue
        words = words_of(key)
        if not words or _is_named(key, (last.collection,)):
            return True
        if words[-1] not in _LOOSE or "/" in str(subject.members[key]):
            if len(words) == 1 or not last.text.isdigit():
                return True
        elif _is_named(subject.place.key, (last.collection,)) and (
            subject.around is not None
            and any(
                link.startswith(address.host + "/") for link in subject.around.links
            )
        ):
            return True
    return False


def _is_list_or_named(found: _Found, about: tuple[str, ...], address: Address) -> bool:
    """Tell whether a key says what the address adds to what is said.

    A list of the object's (`comments_url`: …/7/comments), or a thing whose id has the
    key's name (`workflow_url`: /workflows/55, `workflow_id`: 55). Other words are
    actions.
    """
    tail, last = found.tail, found.said[-1]
    if not tail and not address.template:
        return (
            is_plural(last.collection)
            and _is_named(last.collection, about)
            and any(
                is_distinct(last.text)
                or (_is_named(key, about) if key else not last.text.isdigit())
                for _, key in last.says
            )
        )
    if len(tail) > 1 and not any(
        distance == 0 or not key for distance, key in last.says
    ):
        return False
    return _is_list(tuple(tail), address.template, about)


def _is_list(tail: tuple[str, ...], template: str, about: tuple[str, ...]) -> bool:
    """Tell whether what an address adds to a thing is a list that a key names."""
    if not template and not is_plural(tail[-1]):
        return False
    words = [word for part in (*tail, template) for word in words_of(part)]
    return any(_related(one, other) for one in about for other in words)
