"""Rule: an API address goes where the document says every part of it elsewhere."""

from functools import lru_cache
from typing import Any, NamedTuple

from headroom.tool_outputs.dropping.addresses import (
    is_api_link,
    is_plural,
    is_word,
    parse,
)
from headroom.tool_outputs.dropping.record import (
    Record,
    Said,
    is_distinct,
    names_link,
    words_of,
)

__all__ = ["REASON", "reason"]

REASON = "API link"

# An object with one of these tells of a call or a choice, address included.
_CALLS = frozenset(
    """
    method httpMethod http_method verb mimeType mime_type contentType content_type
    """.split()  # noqa: SIM905 - a list of words
)
_FOREIGN_KINDS = frozenset("url uri link bookmark hook webhook monitor request".split())  # noqa: SIM905
# What lies under such a key points to something that is not the API's own.
_FOREIGN = frozenset(
    "callback external hook hooks monitor origin source target webhook webhooks".split()  # noqa: SIM905
)
# Words after a plural that are no names.
_NOT_ONE = frozenset({"data", "me", "search", "self"})
# Last words of keys whose text need not be unique, as an id or a login is.
_LOOSE = frozenset({"name", "title", "type"})
# A link entry with nothing else in it is only an address.
_OF_ENTRIES = frozenset({"href", "templated", "type"})


class _Part(NamedTuple):
    """A part of an address that is said."""

    text: str
    collection: str  # the part before it
    says: list[Said]


class _Found(NamedTuple):
    """An address of which each part is said or is a word of the API."""

    host: str
    last: _Part  # the last part that is said
    tail: tuple[str, ...]  # the words behind it
    template: str


def reason(key: str, value: Any, record: Record) -> str:
    """Return why a link goes, and note its host; "" for all that stays."""
    if type(value) is not str:
        return ""
    url = record.members.get("url")
    place = record.place
    if key in place.tails and type(url) is str and value == url + place.tails[key]:
        # Most links are judged as the same link of the row before.
        base = parse(url) if is_api_link(url) else None
        if base is not None and base.parts and not _is_call(record.members):
            place.hosts.add(base.host)
            return REASON
    if not is_api_link(value):
        return ""
    subject, about = _subject(key, record)
    if subject is None or _is_foreign(subject.place.key):
        return ""
    found = _extended(value, subject) or _taken_apart(value, subject)
    if found is None:
        return ""
    host, last, tail, template = found
    kinds = about or words_of(subject.place.key)
    if tail or template:
        is_told = _is_list(tail, template, kinds)
        is_near = any(one.distance == 0 or one.is_page for one in last.says)
        if len(tail) > 1 and last.collection and not is_near:
            # All of it is said by keys: `relationships.logs` of /7/relationships/logs.
            around = subject.around.place.key if subject.around is not None else ""
            keys = (*kinds, subject.place.key, around)
            is_told = is_told and all(_is_named(word, keys) for word in tail)
    else:
        is_told = _is_thing_told(last, about, kinds)
    if not is_told or _is_call(record.members):
        return ""
    if last.text == url and subject is record and not names_link(key):
        place.tails[key] = value[len(url) :]
    place.hosts.add(host)
    return REASON


def _is_call(members: dict[str, Any]) -> bool:
    """Tell whether an object tells of a call or a choice, so that its links stay."""
    kind = members.get("type")
    return not members.keys().isdisjoint(_CALLS) or (
        type(kind) is str and not _FOREIGN_KINDS.isdisjoint(words_of(kind))
    )


def _subject(key: str, record: Record) -> tuple[Record | None, tuple[str, ...]]:
    """Return the object that a link is about, and the words for what it is of it.

    An object of links (`links`, `_links`) is about the object around it; so is an entry
    of one (`"_links": {"comments": {"href": …}}`, `"links": [{"rel": "comments", …}]`).
    No words say that it is only a link; no object, that the entry is more than a link.
    """
    name: Any = key
    subject = record
    if names_link(key):
        name = record.members.get("rel", key)
        if record.around is not None and names_link(record.around.place.key):
            if not _OF_ENTRIES.issuperset(record.members):
                return None, ()
            name, subject = record.place.key, record.around
    while names_link(subject.place.key) and subject.around is not None:
        subject = subject.around
    return subject, _about(name) if type(name) is str else ()


@lru_cache(maxsize=8192)
def _about(key: str) -> tuple[str, ...]:
    """Return the words of a key that do not only say that it is a link."""
    return tuple([word for word in words_of(key) if not names_link(word)])


def _extended(link: str, subject: Record) -> _Found | None:
    """Find the `url` here or around that a link adds a word or two to."""
    for distance, record in enumerate((subject, subject.around)):
        url = record.members.get("url") if record is not None else None
        if type(url) is str and url and link.startswith(url + "/"):
            base, added = parse(url), parse(link[len(url) :])
            if base and base.parts and added and all(map(is_word, added.parts)):
                said = Said("url", is_page=False, is_whole=True, distance=distance)
                part = _Part(url, "", [said])
                return _Found(base.host, part, added.parts, added.template)
    return None


def _taken_apart(link: str, subject: Record) -> _Found | None:
    """Find the last part of a link that is said, and the words behind it.

    None where a part is said nowhere and is no word of the API.
    """
    address = parse(link)
    if address is None:
        return None
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
    if not said or not all(map(_is_sure, said)):
        return None
    return _Found(address.host, said[-1], tuple(tail), address.template)


def _is_sure(part: _Part) -> bool:
    """Tell whether a number is said as the id of such a thing, not by chance."""
    return not part.text.isdigit() or any(
        one.is_page
        or len(words_of(one.key)) == 1
        or _is_named(one.key, (part.collection,))
        for one in part.says
    )


def _is_thing_told(last: _Part, about: tuple[str, ...], kinds: tuple[str, ...]) -> bool:
    """Tell whether a key says what thing an address leads to.

    It is the object itself, under a key that only says `url`, or a thing whose id has
    the key's name (`workflow_url`: /workflows/55, `workflow_id`: 55).
    """
    is_of_kind = is_plural(last.collection) and _is_named(last.collection, kinds)
    if is_distinct(last.text):
        return is_of_kind or not about
    is_own = not about and last.collection and not _is_foreign(last.collection)
    for one in last.says:
        if is_of_kind and (
            not last.text.isdigit() if one.is_page else _is_named(one.key, kinds)
        ):
            return True
        is_loose = one.is_whole and not _LOOSE.isdisjoint(words_of(one.key)[-1:])
        if (
            is_own
            and one.distance == 0
            and (not is_loose or _is_named(one.key, (last.collection,)))
        ):
            return True
    return False


@lru_cache(maxsize=8192)
def _is_list(tail: tuple[str, ...], template: str, kinds: tuple[str, ...]) -> bool:
    """Tell whether a key names the list behind a thing: /7/comments, not /7/cancel."""
    if not template and not is_plural(tail[-1]):
        return False
    added = [word for part in (*tail, template) for word in words_of(part)]
    return any(_related(one, other) for one in kinds for other in added)


@lru_cache(maxsize=8192)
def _related(one: str, other: str) -> bool:
    """Tell whether two words may name one thing: "repository" and "repos"."""
    short, long = sorted((one.lower().rstrip("s"), other.lower().rstrip("s")), key=len)
    if len(short) > 4:
        short = short[:-1]  # category, categories
    return len(short) >= 3 and long.startswith(short)


@lru_cache(maxsize=8192)
def _is_named(key: str, kinds: tuple[str, ...]) -> bool:
    """Tell whether a key names the id of a thing: `project_id` of "projects"."""
    words = words_of(key)
    others = [word for kind in kinds for word in words_of(kind)]
    return any(_related(one, other) for one in words[:-1] or words for other in others)


@lru_cache(maxsize=8192)
def _is_foreign(key: str) -> bool:
    """Tell whether a key names something that is not the API's own."""
    return not _FOREIGN.isdisjoint(words_of(key))
