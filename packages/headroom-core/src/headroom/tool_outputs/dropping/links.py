"""Rule: an API address goes where the document says every part of it elsewhere."""

from functools import lru_cache
from typing import NamedTuple

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
    names_link,
    related,
    words_of,
)

__all__ = ["REASON", "candidate", "is_said"]

REASON = "API link"

# An object with one of these tells of a call or a choice, address included.
_CALLS = frozenset(
    """
    method httpMethod http_method verb rel relation mimeType mime_type contentType
    content_type
    """.split()  # noqa: SIM905 - a list of words
)
# What lies under such a key points to something that is not the API's own.
_FOREIGN = frozenset(
    "callback external hook hooks monitor origin source target webhook webhooks".split()  # noqa: SIM905
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


def candidate(text: str, *, in_links: bool) -> bool:
    """Tell whether a text that is not empty may be dropped for its address.

    Args:
        text: The text.
        in_links: Whether it lies in an object of links, where a page counts too.
    """
    return (in_links and text[:4] == "http") or (text[0] in "/h" and is_api_link(text))


def is_said(key: str, link: str, record: Record) -> str | None:
    """Return the host of a link that may go, "" for one without host; else None.

    Args:
        key: The key of the link.
        link: A candidate.
        record: The object that holds it.
    """
    subject, about = _subject(key, record)
    if subject is None:
        return None
    if subject is not record and not is_api_link(link):
        return "" if _is_named_page(link, subject, about) else None
    members = record.members
    if not members.keys().isdisjoint(_CALLS) or _is_foreign(subject.key):
        return None
    kind = members.get("type")
    if type(kind) is str and not _FOREIGN_KINDS.isdisjoint(words_of(kind)):
        return None
    base, added = _extends(link, subject)
    if base and added:
        is_list = _is_list(added.parts, added.template, about or words_of(subject.key))
        return base.host if is_list else None
    address = parse(link)
    found = _who_says(address, subject) if address else None
    if address is None or found is None:
        return None
    if about:
        spare = _is_list_or_named(found, about, address)
    else:
        spare = _is_own(found, subject, address) or _is_list_or_named(
            found, words_of(subject.key), address
        )
    return address.host if spare else None


@lru_cache(maxsize=1024)
def _is_foreign(key: str) -> bool:
    return not _FOREIGN.isdisjoint(words_of(key))


def _is_named_page(link: str, subject: Record, about: tuple[str, ...]) -> bool:
    """Tell whether the object has this page itself: `html_url` of the link "html"."""
    return not set(words_of(subject.links.get(link, ""))).isdisjoint(about)


def _subject(key: str, record: Record) -> tuple[Record | None, tuple[str, ...]]:
    """Return the object that a link is about, and what the link is of it.

    An object of links (`links`, `_links`) is about the object around it; so is an entry
    of one (`"_links": {"comments": {"href": …}}`).
    """
    if not names_link(key) and not names_link(record.key):
        return record, _about(key)
    name, subject = key, record
    around = record.around
    if names_link(key) and around is not None and names_link(around.key):
        if not _OF_ENTRIES.issuperset(record.members):
            return None, ()
        name, subject = record.key, around
    while names_link(subject.key) and subject.around is not None:
        subject = subject.around
    return subject, _about(name)


@lru_cache(maxsize=4096)
def _about(name: str) -> tuple[str, ...]:
    """Return the words of a key that say what its link leads to."""
    if names_link(name):
        return ()
    return tuple(word for word in words_of(name) if not names_link(word))


class _Part(NamedTuple):
    """A part of an address that is said."""

    text: str
    collection: str  # the part before it, or the name of the parameter
    says: list[tuple[int, str]]  # how far out, under which key


class _Found(NamedTuple):
    """An address of which each part is said or is a word of the API."""

    said: list[_Part]
    tail: list[str]  # the words after the last part that is said


def _extends(link: str, subject: Record) -> tuple[Address | None, Address | None]:
    """Return the `url` of an object or the one around, and what a link adds to it."""
    for record in (subject, subject.around):
        url = record.members.get("url") if record is not None else None
        if type(url) is not str or not url or not link.startswith(url + "/"):
            continue
        base, added = parse(url), _addition(link[len(url) :])
        if base and added and base.parts and not base.query and not base.template:
            return base, added
    return None, None


# An API adds the same few words to the addresses of all its objects.
@lru_cache(maxsize=1024)
def _addition(rest: str) -> Address | None:
    """Take apart what follows the address of a thing, if it is a word or two."""
    address = parse(rest)
    if address is None or address.query or not 0 < len(address.parts) <= _LONGEST_TAIL:
        return None
    return address if all(map(is_word, address.parts)) else None


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


def _is_sure(part: _Part, last: _Part) -> bool:
    """Tell whether a number is said as the id of such a thing, not by chance."""
    if not part.text.isdigit() or part is last:
        return True
    return any(
        distance > 0 or not key or _is_named(key, (part.collection,))
        for distance, key in part.says
    )


def _is_named(key: str, about: tuple[str, ...]) -> bool:
    """Tell whether a key names the id of a thing: `project_id` of "projects"."""
    words = words_of(key)
    kinds = [word for name in about for word in words_of(name)]
    return any(related(one, other) for one in words[:-1] or words for other in kinds)


def _is_own(found: _Found, subject: Record, address: Address) -> bool:
    """Tell whether an address is the object's own: it ends in the object's id."""
    if found.tail or address.template:
        return False
    last = found.said[-1]
    if is_distinct(last.text):
        return True
    if not last.collection or not _FOREIGN.isdisjoint(words_of(last.collection)):
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
        elif _is_named(subject.key, (last.collection,)) and _has_sibling(
            subject, address.host
        ):
            return True
    return False


def _has_sibling(subject: Record, host: str) -> bool:
    """Tell whether an object around has an address at the same host."""
    around = subject.around
    return around is not None and host in around.hosts


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


@lru_cache(maxsize=4096)
def _is_list(tail: tuple[str, ...], template: str, about: tuple[str, ...]) -> bool:
    """Tell whether what an address adds to a thing is a list that a key names."""
    if not template and not is_plural(tail[-1]):
        return False
    words = [word for part in (*tail, template) for word in words_of(part)]
    return any(related(one, other) for one in about for other in words)
