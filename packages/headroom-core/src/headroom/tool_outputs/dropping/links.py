"""Rule: an API address goes where the document says every part of it elsewhere."""

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


def reason(key: str, value: Any, record: Record) -> str:
    """Return why a link goes, and note its host; "" for all that stays."""
    is_link = type(value) is str and is_api_link(value)
    address = parse(value) if is_link and not _is_call(record.members) else None
    if address is None:
        return ""
    subject, about = _subject(key, record)
    if subject is None or _is_foreign(subject.place.key):
        return ""
    last, tail = _extended(value, subject) or _taken_apart(address, subject)
    if last is None:
        return ""
    kinds = about or words_of(subject.place.key)
    if not tail and not address.template:
        is_told = _is_thing_told(last, about, kinds)
    else:
        # A list of the thing (/7/comments) whose name the key has; else an action.
        added = [word for part in (*tail, address.template) for word in words_of(part)]
        is_told = (address.template != "" or is_plural(tail[-1])) and any(
            _related(one, other) for one in kinds for other in added
        )
    if is_told:
        record.place.hosts.add(address.host)
    return REASON if is_told else ""


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
    words = words_of(name) if type(name) is str else ()
    return subject, tuple([word for word in words if not names_link(word)])


def _extended(link: str, subject: Record) -> tuple[_Part, tuple[str, ...]] | None:
    """Return the `url` here or around that a link adds a word or two to, and these."""
    for distance, record in enumerate((subject, subject.around)):
        url = record.members.get("url") if record is not None else None
        if type(url) is str and url and link.startswith(url + "/"):
            base, added = parse(url), parse(link[len(url) :])
            is_tail = added is not None and all(map(is_word, added.parts))
            if base is not None and base.parts and added is not None and is_tail:
                said = Said("url", is_page=False, is_whole=True, distance=distance)
                return _Part(url, "", [said]), added.parts
    return None


def _taken_apart(
    address: Address, subject: Record
) -> tuple[_Part | None, tuple[str, ...]]:
    """Return the last part of an address that is said, and the words behind it.

    None where a part is said nowhere and is no word of the API.
    """
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
            return None, ()
        elif run == 1 and not is_plural(part) and part is not address.parts[-1]:
            # It may be a name too: /repos/ada/web/issues
            return None, ()
        else:
            tail.append(part)
            collection, run = part, 0
    if not said or not all(map(_is_sure, said)):
        return None, ()
    return said[-1], tuple(tail)


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


def _is_foreign(key: str) -> bool:
    """Tell whether a key names something that is not the API's own."""
    return not _FOREIGN.isdisjoint(words_of(key))
