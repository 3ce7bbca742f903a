"""Where an address leads, and whether the object that holds it says so anyway."""

import itertools
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from headroom.tool_outputs.evidence import Base, Evidence
from headroom.tool_outputs.links import host_of, words_of

__all__ = [
    "CERTAIN",
    "HINTED",
    "NAMED",
    "UNSAID",
    "certainty",
    "extends",
    "is_spare_relation",
]

# How sure it is that an address can be told from what else the document says.
UNSAID = 0  # it cannot: some part of it is said nowhere else
HINTED = 1  # it can, if its host is known to be the API that was asked
NAMED = 2  # likewise, and two such links of one object make the host known
CERTAIN = 3  # it can, and its host is the API's


class _Address(NamedTuple):
    parts: list[tuple[str, bool]]  # of the path but for "api" and "v1"; is it a word?
    values: list[str]  # of the query
    templated: bool  # ends in a template of RFC 6570: {/id}


# Longer addresses carry more than where they lead.
_LONGEST_CHARACTERS = 1000
_TEMPLATE = re.compile(r"(?:\{[^{}]*\}|[/.a-z_])*")
_MARKER = re.compile(
    r"apis?|_apis|rest|wp-json|odata|v[0-9]+(?:\.[0-9]+|(?:alpha|beta)[0-9]*)?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}",
    re.IGNORECASE,
)
# A version beside "api" or "rest": /rest/api/3/, /rest/agile/1.0/
_VERSION_AFTER = re.compile(r"[0-9]|[0-9]\.[0-9]+|latest")
_VERSION_FAR = re.compile(r"[0-9]\.[0-9]+|latest")
_CALL = re.compile(r"([^()]*)\('?([^()']*)'?\)")
# What may be a word of any API: "repos", "pull-requests", "workItems", "Accounts".
_WORD = re.compile(r"(?=.{1,32}$)(?:[a-z]+|[A-Z][a-z]+)(?:[A-Z][a-z]+|[-_:.][a-z]+)*")
_EXTENSION = re.compile(r"\.(?:json|xml|git)$")
_TRIVIAL = frozenset(
    {"page", "per_page", "limit", "offset", "size", "pagesize", "api-version"}
)
_SMALL = re.compile(r"[0-9.-]{1,10}")
_DIGIT = re.compile("[0-9]")


# Words after a plural that are no names.
_NOT_ONE = frozenset({"data", "me", "search", "self"})


# The same users and projects stand in many objects of a response.
@lru_cache(maxsize=2048)
def _parsed(link: str) -> _Address | None:
    """Split an address into what must be said elsewhere; None for odd ones."""
    if len(link) > _LONGEST_CHARACTERS or "#" in link or "@" in link:
        return None
    link, brace, template = link.partition("{")
    if brace and not _TEMPLATE.fullmatch(brace + template):
        return None
    path, _, query = link.partition("?")
    _, slashes, rest = path.partition("//")
    if slashes:
        path = rest.partition("/")[2]
    parts: list[tuple[str, bool]] = []
    version: re.Pattern[str] | None = None
    is_plural = False
    for raw in path.split("/"):
        read = _read_part(raw)
        if read is None:
            version = _VERSION_AFTER if raw.isalpha() else None
            continue
        if version is not None:
            if version.fullmatch(raw):
                version = None
                continue
            version = _VERSION_FAR if version is _VERSION_AFTER else None
        for part, is_word in read:
            # What follows a plural is one of these: /namespaces/prod, /projects/web.
            is_one = is_word and is_plural and not part.endswith("s")
            parts.append((part, is_word and (not is_one or part in _NOT_ONE)))
            is_plural = is_word and not is_one and part.endswith("s")
    values: list[str] = []
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        value = unquote(value.replace("+", " "))
        if name.lower() not in _TRIVIAL or not _SMALL.fullmatch(value):
            values.append(value)
    return _Address(parts, values, bool(brace))


# The same words and owners stand in most links of a response.
@lru_cache(maxsize=8192)
def _read_part(raw: str) -> tuple[tuple[str, bool], ...] | None:
    """Return a segment decoded, with whether it is a word; None for "api" and "v1"."""
    if _MARKER.fullmatch(raw):
        return None
    call = _CALL.fullmatch(raw) if "(" in raw else None
    parts = [unquote(part) for part in (call.groups() if call else (raw,)) if part]
    return tuple((part, _WORD.fullmatch(part) is not None) for part in parts)


_OWN_KEYS = frozenset(
    """
    id number key iid sid gid uid uuid guid name login slug sha path code username
    handle ref tag fullname
    """.split()  # noqa: SIM905 - a list of words
)
_ENDS = frozenset({"url", "uri", "href", "link"})
_KINDS = ("type", "object", "kind", "resourceType", "resource_type")

# An object with one of these tells about a call or a choice, address included.
_CALLS = (
    "method", "httpMethod", "http_method", "verb", "rel", "relation",
    "mimeType", "mime_type", "contentType",
)  # fmt: skip
# What lies under such a key was put there by somebody, addresses included.
_TOLD = frozenset(
    """
    source external webhook webhooks hook hooks request response http https log logs
    attachment attachments file files media asset assets resource resources fields
    bookmark bookmarks endpoint endpoints server servers callback redirect monitor
    monitors target targets span trace link links config contact vendor content
    contents
    """.split()  # noqa: SIM905 - a list of words
)
_TOLD_KINDS = frozenset("webhook hook bookmark link request monitor url uri".split())  # noqa: SIM905


@lru_cache(maxsize=8192)
def _about(key: str) -> tuple[str, ...]:
    """Return what a link's key says that the link is: ("comments",), or () for url."""
    return tuple(word for word in words_of(key) if word not in _ENDS)


@lru_cache(maxsize=8192)
def _related(one: str, other: str) -> bool:
    """Tell whether two words may name one thing: repository, repos."""
    short, long = sorted((one.lower().rstrip("s"), other.lower().rstrip("s")), key=len)
    if len(short) > 4:
        short = short[:-1]  # category, categories
    return len(short) >= 3 and long.startswith(short)


def _any_related(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(_related(one, other) for one in some for other in others)


@lru_cache(maxsize=8192)
def _is_own(key: str) -> bool:
    words = words_of(key)
    return bool(words) and "".join(words) in _OWN_KEYS


# -- judgement


class _Found(NamedTuple):
    """An address of which every part is said or is a word of the API."""

    parts: list[str]
    templated: bool
    sources: list[str | None]  # by part: the key that says it, None for a word
    last: int  # the index of the last part that is said, -1 for none
    digits: int  # how many that are said have a digit
    values: int  # how many values of a query there are, all said


def _found(link: str, evidence: Evidence) -> _Found | None:
    """Find who says each part of an address; None if a part is said nowhere."""
    address = _parsed(link)
    if address is None:
        return None
    sources: list[str | None] = []
    last, digits = -1, 0
    said = evidence.said
    for index, (part, is_word) in enumerate(address.parts):
        source = said.get(part)
        if source is None or (is_word and not _is_own(source)):
            if is_word:
                sources.append(None)
                continue
            source = evidence.says(part)
            if source is None and (bare := _EXTENSION.sub("", part)) != part:
                source = evidence.says(bare)
            if source is None:
                return None
        sources.append(source)
        last = index
        digits += _DIGIT.search(part) is not None
    for value in address.values:
        if evidence.says(value) is None:
            return None
        digits += _DIGIT.search(value) is not None
    parts = [part for part, _ in address.parts]
    if last >= 0 and not address.values:
        evidence.judged = (link, parts, last, digits)
    return _Found(parts, address.templated, sources, last, digits, len(address.values))


# Source: the objects of 125 recorded payloads need at most three.
_MOST_BASES = 4


def _learn_base(evidence: Evidence) -> None:
    """Note the beginning of the address judged last, for the next one."""
    assert evidence.judged is not None
    link, parts, last, digits = evidence.judged
    evidence.judged = None
    base = link.partition("{")[0].partition("?")[0]
    if last < len(parts) - 1:
        base = base.rsplit("/", len(parts) - 1 - last)[0]
    # Not so where the path has more to it than parts ("/v1/", "Accounts(7)").
    if base.endswith("/" + parts[last]) and len(evidence.bases) < _MOST_BASES:
        said = evidence.said.keys()
        evidence.bases += (Base(base, host_of(link), digits, said),)


def _known_certainty(key: str, link: str, evidence: Evidence) -> tuple[int, str] | None:
    """Judge a link as `_certainty` would, by one of the same object.

    Most links of an object begin alike and end in words of the API, so that the words
    alone are new: "…/repos/ada/engine" and "…/repos/ada/engine/forks".

    Returns:
        None if there is more to it.
    """
    for base, host, digits, said in evidence.bases:
        if link.startswith(base):
            added = _added(key, link[len(base) :])
            if added is not None and said.isdisjoint(added[0]):
                return (added[1] and (CERTAIN if digits else NAMED)), host
    return None


# Source: longer than what any API adds to the address of a thing, in recorded payloads.
_LONGEST_TAIL_CHARACTERS = 100


@lru_cache(maxsize=8192)
def _added(key: str, tail: str) -> tuple[tuple[str, ...], int] | None:
    """Read what follows a base: its words, and UNSAID unless the key says them.

    Returns:
        None if there is more to it than words and a template, or to the key.
    """
    about = _about(key)
    path, brace, template = tail.partition("{")
    if not about or about == ("self",) or len(tail) > _LONGEST_TAIL_CHARACTERS:
        return None
    if not _WORDS_ONLY.fullmatch(path):
        return None
    if brace and not _TEMPLATE.fullmatch(brace + template):
        return None
    words: list[str] = []
    for raw in path.split("/"):
        read = _read_part(raw)
        if read is None or raw == "latest" or not all(is_word for _, is_word in read):
            return None
        words += [word for word, _ in read]
    if any(
        one.endswith("s") and not two.endswith("s")
        for one, two in itertools.pairwise(words)
    ):
        return None
    if not (words or brace):
        return None
    suits = _suits(words, about, templated=bool(brace))
    return tuple(words), (NAMED if suits else UNSAID)


_WORDS_ONLY = re.compile(r"(?:/[A-Za-z_:.-]*)*")


def certainty(key: str, link: str, evidence: Evidence) -> tuple[int, str]:
    """Return how sure it is that a link says nothing that is not said elsewhere.

    Args:
        key: The key of the link, such as "url" or "comments_url".
        link: An address of an API.
        evidence: What the object that holds it says.

    Returns:
        UNSAID, HINTED, NAMED or CERTAIN, and the link's host.
    """
    if evidence.judged is not None:
        _learn_base(evidence)
    if evidence.bases:
        known = _known_certainty(key, link, evidence)
        if known is not None:
            return known
    return _certainty(_about(key), link, evidence), host_of(link)


def _certainty(about: tuple[str, ...], link: str, evidence: Evidence) -> int:
    if not about and _is_told(link, evidence):
        return UNSAID
    found = _found(link, evidence)
    if found is None or (found.last < 0 and not found.values):
        return UNSAID
    if about == ("self",):
        many = len(found.sources) - found.sources.count(None) + found.values > 1
        return CERTAIN if found.digits or many else NAMED
    if not about:
        return _own_certainty(link, found, evidence)
    return _others_certainty(about, found, evidence)


def _is_told(link: str, evidence: Evidence) -> bool:
    """Tell whether a bare `url` is a datum: what was called, or is to be called."""
    members = evidence.members
    return (
        evidence.is_relation
        or any(type(members.get(key)) is str for key in _CALLS)
        or _is_told_under(evidence.owner)
        or not all(_TOLD_KINDS.isdisjoint(words_of(kind)) for kind in _kinds(members))
        or not _API_FIRST.match(link)
        or "/hook" in link
        or "/webhook" in link
    )


@lru_cache(maxsize=8192)
def _is_told_under(owner: str) -> bool:
    words = words_of(owner)
    if words[-2:] in (("pull", "request"), ("merge", "request")):
        words = words[:-2]
    return words != ("external", "accounts") and not _TOLD.isdisjoint(words)


# Of a bare `url`, the host or the beginning of the path must say that it is an API.
_API_FIRST = re.compile(
    r"(?!(?:https?:)?//(?:www|docs?|blog|developers?|help|support|learn|wiki|news|forum)"
    r"\.(?!googleapis\.))"
    r"(?:(?:https?:)?//(?:(?:[^/?#]*[.-])?api(?:[.-][^/?#]*)?/"
    r"|[^/?#]*\.googleapis\.com/|graph\.(?:microsoft|facebook)\.com/"
    r"|management\.azure\.com/|[^/?#]+/(?:[^/?#]+/){0,2}_apis/"
    r"|[^/?#]+/(?:[^/?#]+/)?(?:apis?|rest|wp-json|odata)/)"
    r"|/(?!/))",
    re.IGNORECASE,
)


def _kinds(members: dict[str, Any]) -> list[str]:
    kinds = (members.get(key) for key in _KINDS)
    return [kind for kind in kinds if type(kind) is str]


def _own_certainty(link: str, found: _Found, evidence: Evidence) -> int:
    """Judge a bare `url`: it goes where it is the object's own address."""
    parts, sources, last = found.parts, found.sources, found.last
    tail = parts[last + 1 :]
    names = [evidence.owner, *_kinds(evidence.members)]
    if tail:
        # The list under its own key: "refunds": {"url": "/v1/charges/ch_1/refunds"}
        own_list = (
            len(tail) == 1
            and tail[0].endswith("s")
            and any(
                _related(word, evidence.owner) for word in (tail[0], *words_of(tail[0]))
            )
        )
        return CERTAIN if own_list and found.digits else UNSAID
    if last < 0:
        return UNSAID
    # The word before it: "repos" of "/repos/ada/engine".
    before = [parts[at] for at in range(last) if sources[at] is None][-1:]
    is_kin = _any_related(before, names)
    if not _is_own(sources[last] or "") and evidence.says_itself(parts[last]) is None:
        return CERTAIN if is_kin and found.digits else UNSAID
    source = sources[last]
    # The page that the object names is the same thing for people.
    if source and not _is_own(source) and not _ends_a_page(parts[last], evidence):
        return UNSAID
    evident = (
        is_kin
        or found.digits > 1
        or evidence.has_node_id
        or _ends_a_page(parts[last], evidence)
        or _begins_others(link, evidence)
    )
    if not (evident or found.digits):
        return UNSAID
    return CERTAIN if evident and found.digits else HINTED


def _ends_a_page(part: str, evidence: Evidence) -> bool:
    return any(
        page.endswith(part) and page[: -len(part)][-1:] in ("/", "#", "-", "=", "_")
        for page in evidence.pages[:_MOST_PAGES]
    )


def _begins_others(link: str, evidence: Evidence) -> bool:
    """Tell whether other addresses of the object go on from this one."""
    longer = link + "/"
    return any(
        type(value) is str and value.startswith(longer)
        for value in evidence.whole.values()
    )


# Pages looked at for each link: few objects name more, and all would be quadratic.
_MOST_PAGES = 16


def _others_certainty(about: tuple[str, ...], found: _Found, evidence: Evidence) -> int:
    """Judge a link of another key, which must say what the address adds."""
    parts, templated, sources, last, digits, _ = found
    tail = parts[last + 1 :]
    if tail and not _suits(tail, about, templated=templated):
        return UNSAID
    if not tail and not templated:
        words = [p for p, source in zip(parts, sources, strict=True) if source is None]
        if last < 0 or not _any_related(about, words):
            return UNSAID
        source = sources[last] or ""
        # Which of several ids it is must be told too: "workflow_id" says it of a
        # workflow, a page that ends likewise of the same thing.
        if (
            _DIGIT.search(parts[last])
            and not (_is_own(source) and len(parts[last]) >= _TELLING_CHARACTERS)
            and not _any_related(about, words_of(source))
            and not any(
                f"/{parts[last - 1]}/{parts[last]}" in page
                for page in evidence.pages[:_MOST_PAGES]
            )
        ):
            return UNSAID
    return CERTAIN if digits else NAMED


def _suits(tail: list[str], about: tuple[str, ...], *, templated: bool) -> bool:
    """Tell whether a link's key says what the last words of its address say."""
    if not tail:
        return templated
    if not (_related(tail[-1], about[-1]) or _any_related(tail, about)):
        return False
    # An address that ends in a verb in the singular is an action: /orders/7/cancel
    return templated or tail[-1].endswith("s")


# Source: two numbers of so many digits agree by chance in less than 1 of 1,000 objects.
_TELLING_CHARACTERS = 4


def extends(key: str, link: str, evidence: Evidence) -> bool:
    """Tell whether a link is one beside or around it with what its key says after it.

    So it is where "users_url" is "…/7/users" and `url` is "…/7"; or where the `url` of
    the object under "admins" is "…/7/admins" and that of the object around is "…/7".
    Where a caller excludes "url", what only extends it goes too.
    """
    base = evidence.whole.get("url") if key != "url" else evidence.outer_url
    if type(base) is not str or not link.startswith(base) or _is_told(link, evidence):
        return False
    address = _parsed(base)
    # Of words alone are the addresses of an API's parts, of which somebody tells.
    if address is None or all(is_word for _, is_word in address.parts):
        return False
    tail = link[len(base) :]
    if key == "url":
        return evidence.owner.endswith("s") and tail == f"/{evidence.owner}"
    added = _added(key, tail)
    if tail in _NO_ACTIONS:
        return _any_related([tail[1:]], _about(key))
    return added is not None and added[1] != UNSAID


# What is no action, though it stands in the singular.
_NO_ACTIONS = frozenset({"/timeline", "/subscription"})


def is_spare_relation(name: str, link: str, evidence: Evidence) -> bool:
    """Tell whether an address of `_links` says nothing that is not said elsewhere.

    Args:
        name: The relation, not one that somebody follows or calls.
        link: An address of an API.
        evidence: The object that holds `_links`.
    """
    about = words_of(name)
    if about == ("self",):
        return _found(link, evidence) is not None
    known = _known_certainty(name, link, evidence)
    if known is not None:
        return known[0] == CERTAIN
    found = _found(link, evidence)
    return (
        found is not None
        and found.digits > 0
        and _others_certainty(about, found, evidence) == CERTAIN
    )
