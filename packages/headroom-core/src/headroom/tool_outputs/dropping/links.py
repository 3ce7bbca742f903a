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
    is_link,
    names_link,
    words_of,
)

__all__ = ["REASON", "is_call", "is_said"]

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
# Words that an address adds to another one.
_LONGEST_TAIL = 2
# A link entry with nothing else in it is only an address.
_OF_ENTRIES = frozenset({"href", "templated", "type"})


class _Recipe(NamedTuple):
    """How a link follows from what is said around it.

    Attributes:
        host: The scheme and host of the address, "" for none; None if the link stays.
        pieces: Literal text and members, in order; () if nobody can be sure of them.
    """

    host: str | None
    pieces: tuple[str | Said, ...]

    def makes(self, link: str, record: Record) -> bool:
        """Tell whether the link of another object follows in the same way."""
        at = 0
        for piece in self.pieces:
            text = piece if type(piece) is str else piece.text(record)  # type: ignore[union-attr]
            if text is None or not link.startswith(text, at):
                return False
            at += len(text)
        return at == len(link)


class _Part(NamedTuple):
    """A part of an address that is said."""

    text: str
    collection: str  # the part before it
    says: list[Said]


class _Found(NamedTuple):
    """An address of which each part is said or is a word of the API."""

    said: list[_Part]
    tail: tuple[str, ...]  # the words after the last part that is said


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
    # A relation says for itself what its link is.
    is_relation = "rel" in record.members
    recipe: _Recipe | None = None
    if not is_relation:
        recipe = record.place.recipes.get(key)
    if recipe is not None and recipe.makes(link, record):
        return recipe.host
    if not is_api_link(link) and not (record.place.in_links and is_link(link)):
        return None
    recipe = _judged(key, link, record)
    if recipe is not None and recipe.pieces and not is_relation:
        record.place.recipes[key] = recipe
    return recipe.host if recipe is not None else None


def _judged(key: str, link: str, record: Record) -> _Recipe | None:
    """Return how a link follows from what is said, or None if it does not."""
    subject, distance, about = _subject(key, record)
    if subject is None:
        return None
    page = subject.links.get(link, "") if distance else ""
    if page and not set(words_of(page)).isdisjoint(about):
        # The object has this page itself: `html_url` of the link "html".
        return _Recipe("", (Said(distance, page),))
    address = parse(link)
    if address is None or _is_foreign(subject.place.key) or not is_api_link(link):
        return None
    found = _added(link, subject) or _who_says(address, subject)
    if found is None:
        return None
    spare = _leads_where_told(found, address, about, subject)
    pieces = _pieces(link, found, distance)
    return _Recipe(address.host if spare else None, pieces)


def _subject(key: str, record: Record) -> tuple[Record | None, int, tuple[str, ...]]:
    """Return the object that a link is about, how far out, and what it is of it.

    An object of links (`links`, `_links`) is about the object around it; so is an entry
    of one (`"_links": {"comments": {"href": …}}`, `"links": [{"rel": "comments", …}]`).
    """
    relation = record.members.get("rel")
    name = relation if type(relation) is str and names_link(key) else key
    subject, distance = record, 0
    if record.place.in_links or names_link(key):
        around = record.around
        if names_link(key) and around is not None and names_link(around.place.key):
            if not _OF_ENTRIES.issuperset(record.members):
                return None, 0, ()
            name, subject, distance = record.place.key, around, 1
        while names_link(subject.place.key) and subject.around is not None:
            subject, distance = subject.around, distance + 1
    return subject, distance, tuple([w for w in words_of(name) if not names_link(w)])


def _added(link: str, subject: Record) -> _Found | None:
    """Take a link apart that adds a word or two to the `url` here or around."""
    for distance, record in enumerate((subject, subject.around)):
        url = record.members.get("url") if record is not None else None
        if type(url) is not str or not url or not link.startswith(url + "/"):
            continue
        base, added = parse(url), parse(link[len(url) :])
        if not base or not base.parts or base.template or not added:
            continue
        if 0 < len(added.parts) <= _LONGEST_TAIL and all(map(is_word, added.parts)):
            return _Found([_Part(url, "", [Said(distance, "url")])], added.parts)
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
    if not said or not all(map(_is_sure, said[:-1])):
        return None
    return _Found(said, tuple(tail))


def _is_sure(part: _Part) -> bool:
    """Tell whether a number is said as the id of such a thing, not by chance."""
    return not part.text.isdigit() or any(
        one.distance or one.is_page or _is_named(one.key, (part.collection,))
        for one in part.says
    )


def _leads_where_told(
    found: _Found, address: Address, about: tuple[str, ...], subject: Record
) -> bool:
    """Tell whether a reader expects the address: its key says what it is.

    It may be a list of the object's (`comments_url`: …/7/comments), a thing whose id
    has the key's name (`workflow_url`: /workflows/55, `workflow_id`: 55), or the object
    itself, under a key that only says `url`. Other words are actions.

    Args:
        found: The address taken apart.
        address: The address.
        about: What the key calls it, or () if the key only says that it is a link.
        subject: The object that the link is about.
    """
    last, tail = found.said[-1], found.tail
    kinds = about or words_of(subject.place.key)
    if tail or address.template:
        if not address.template and not is_plural(tail[-1]):
            return False
        if len(tail) > 1 and last.collection and not _is_near(last):
            # All of it is said by keys: `relationships.logs` of /7/relationships/logs.
            on_the_way = [subject.place.key]
            if subject.around is not None:
                on_the_way.append(subject.around.place.key)
            return all(_is_named(part, (*kinds, *on_the_way)) for part in tail)
        added = [word for part in (*tail, address.template) for word in words_of(part)]
        return any(_related(one, other) for one in kinds for other in added)
    is_of_kind = is_plural(last.collection) and _is_named(last.collection, kinds)
    if is_distinct(last.text):
        return is_of_kind or not about
    is_own = not about and last.collection and not _is_foreign(last.collection)
    is_number = last.text.isdigit()
    for one in last.says:
        is_sure = not is_number if one.is_page else _is_named(one.key, kinds)
        if is_of_kind and is_sure:
            return True
        if is_own and one.distance == 0:
            words = words_of(one.key) or ("",)
            is_loose = words[-1] in _LOOSE and one.segment < 0
            is_sure = not is_loose and (len(words) == 1 or not is_number)
            if is_sure or one.is_page or _is_named(one.key, (last.collection,)):
                return True
    return False


def _is_near(part: _Part) -> bool:
    """Tell whether the object itself or a page of one says a part."""
    return any(one.distance == 0 or one.is_page for one in part.says)


def _pieces(link: str, found: _Found, distance: int) -> tuple[str | Said, ...]:
    """Return a link as text and members; () where who says a part is not certain."""
    pieces: list[str | Said] = []
    text = ""
    if "//" in link and not link.startswith(found.said[0].text):
        text = "/".join(link.split("/", 3)[:3])
    done = len(text)
    for part, _, says in found.said:
        at = link.find(part, done)
        if at < 0 or (part.isdigit() and len({one.key for one in says}) > 1):
            return ()
        # Ids and names before pages.
        one = min(says, key=lambda one: (one.is_page, one.distance, one.key))
        pieces += [
            text + link[done:at],
            one._replace(distance=distance + one.distance),
        ]
        done, text = at + len(part), ""
    return (*pieces, link[done:])


@lru_cache(maxsize=8192)
def _related(one: str, other: str) -> bool:
    """Tell whether two words may name one thing: "repository" and "repos"."""
    short, long = sorted((one.lower().rstrip("s"), other.lower().rstrip("s")), key=len)
    if len(short) > 4:
        short = short[:-1]  # category, categories
    return len(short) >= 3 and long.startswith(short)


def _is_named(key: str, kinds: tuple[str, ...]) -> bool:
    """Tell whether a key names the id of a thing: `project_id` of "projects"."""
    words = words_of(key)
    others = [word for kind in kinds for word in words_of(kind)]
    return any(_related(one, other) for one in words[:-1] or words for other in others)


def _is_foreign(key: str) -> bool:
    """Tell whether a key names something that is not the API's own."""
    return not _FOREIGN.isdisjoint(words_of(key))
