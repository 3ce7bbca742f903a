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

# What lies under such a key points to something that is not the API's own.
_FOREIGN = frozenset(
    "callback external hook hooks monitor origin source target webhook webhooks".split()  # noqa: SIM905
)
# Last words of keys whose text need not be unique, as an id or a login is.
_LOOSE = frozenset({"name", "title", "type"})

# A link entry with nothing else in it is only an address.
_OF_ENTRIES = frozenset({"href", "templated", "type"})


class _Found(NamedTuple):
    """An address of which each part is said or is a word of the API.

    Attributes:
        host: Its host.
        text: The last part that is said.
        collection: The part before that.
        says: Who says it.
        tail: The words behind it.
        template: The template that it ends in, or "".
        anchor: The key of the object's own member that says all but words, or "".
    """

    host: str
    text: str
    collection: str
    says: list[Said]
    tail: tuple[str, ...]
    template: str
    anchor: str


def reason(key: str, value: Any, record: Record) -> str:
    """Return why a link goes, and note its host; "" for all that stays."""
    if type(value) is not str:
        return ""
    place = record.place
    if record.tells_call:
        return ""
    if key in place.spelled:
        # Most links are judged as the same link of the row before.
        before, name, after = place.spelled[key]
        text = _anchor(name, record)
        if text and value == f"{before}{text}{after}":
            return REASON
    if not is_api_link(value):
        return ""
    subject, about = _subject(key, record)
    if subject is None or not _FOREIGN.isdisjoint(words_of(subject.place.key)):
        return ""
    found = _extended(value, subject) or _taken_apart(value, subject)
    if found is None:
        return ""
    kinds = about or words_of(subject.place.key)
    if found.tail or found.template:
        is_told = _is_list(found.tail, found.template, kinds)
    else:
        is_told = _is_thing_told(found, about, kinds)
    if not is_told:
        return ""
    place.hosts.add(found.host)
    if subject is record and "rel" not in record.members and found.anchor:
        text = _anchor(found.anchor, record)
        if text and value.count(text) == 1:
            before, _, after = value.partition(text)
            place.spelled[key] = (before, found.anchor, after)
    return REASON


def _anchor(name: str, record: Record) -> str:
    """Return the `url` of an object, or its number under a name; "" for others.

    Nothing but a key decides whether such a text says a part of an address.
    """
    if name == "url":
        return record.base[0] if record.base else ""
    value = record.members.get(name)
    is_number = type(value) is int or (type(value) is str and value.isdigit())
    return str(value) if is_number else ""


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
    for record in (subject, subject.around):
        if record is not None and record.base and link.startswith(record.base[0] + "/"):
            url, host = record.base
            added = parse(link[len(url) :])
            if added is not None and all(map(is_word, added.parts)):
                name = "url" if record is subject else ""
                return _Found(host, url, "", [], added.parts, added.template, name)
    return None


def _taken_apart(link: str, subject: Record) -> _Found | None:
    """Find the last part of a link that is said, and the words behind it.

    None where a part is said nowhere and is no word of the API.
    """
    address = parse(link)
    if address is None:
        return None
    found: _Found | None = None
    anchors: list[str] = []
    tail: list[str] = []
    collection, run = "", 0
    for part in address.parts:
        # What follows a plural is one of these: /namespaces/prod, /projects/web.
        is_item = run == 0 and is_plural(collection)
        says = subject.says(part) if is_item or not is_plural(part) else []
        if says:
            if not _is_sure(part, collection, says):
                return None
            first = says[0]
            is_own = first.distance == 0 and first.is_whole
            anchors.append(first.key if is_own else "")
            found = _Found(address.host, part, collection, says, (), "", "")
            tail, run = [], run + 1
        elif not is_word(part) or (is_item and not is_plural(part)):
            return None
        elif run == 1 and not is_plural(part) and part is not address.parts[-1]:
            # It may be a name too: /repos/ada/web/issues
            return None
        else:
            tail.append(part)
            collection, run = part, 0
    if found is None:
        return None
    anchor = anchors[0] if len(anchors) == 1 else ""
    return found._replace(tail=tuple(tail), template=address.template, anchor=anchor)


def _is_sure(text: str, collection: str, says: list[Said]) -> bool:
    """Tell whether a number is said as the id of such a thing, not by chance."""
    return not text.isdigit() or any(
        one.is_page or len(words_of(one.key)) == 1 or _is_named(one.key, (collection,))
        for one in says
    )


def _is_thing_told(
    last: _Found, about: tuple[str, ...], kinds: tuple[str, ...]
) -> bool:
    """Tell whether a key says what thing an address leads to.

    It is the object itself, under a key that only says `url`, or a thing whose id has
    the key's name (`workflow_url`: /workflows/55, `workflow_id`: 55).
    """
    is_of_kind = is_plural(last.collection) and _is_named(last.collection, kinds)
    if not _FOREIGN.isdisjoint(words_of(last.collection)):
        return False
    if is_distinct(last.text):
        return is_of_kind or not about
    is_own = not about and last.collection
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
