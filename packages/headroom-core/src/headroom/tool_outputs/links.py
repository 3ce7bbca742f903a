"""Which links and ids only serve machines: one table of keys and values."""

import re
from functools import lru_cache
from html import unescape
from typing import Any

__all__ = [
    "Role",
    "decorates",
    "host_of",
    "is_api_link",
    "is_copy",
    "is_map",
    "is_of_call",
    "is_page",
    "is_relation",
    "role_of",
    "serves_machines",
    "words_of",
]


class Role:
    """What a key says about its value, apart from what the value says itself."""

    NONE = 0
    LINK = 1  # the address of this thing or of a neighbour
    IMAGE = 2  # a picture that decorates
    PICTURE = 3  # likewise, if it is the address of a picture at all
    LINKS = 4  # an object of links
    OPAQUE = 5  # an id besides the id that people use
    BLOB = 6  # what only its writer can read
    BOOKKEEPING = 7  # of the server or the client, not of the thing
    COPY = 8  # the HTML of a text that stands beside it
    TEXT = 9  # the text of a run that stands beside it (Notion)
    FORMAT = 10  # how a run is set, if it is set plainly (Notion)
    CALL = 11  # of the call that was made, not of what it returned
    ENTRY = 12  # being there is a datum, whatever the value: "80/tcp", "/srv/data"


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_LINK_ENDS = frozenset({"url", "uri", "href", "self"})
_IMAGE_WORDS = frozenset(
    """
    avatar avatars favicon gravatar icon icons thumb thumbnail thumbnails
    """.split()  # noqa: SIM905 - a list of words
)
_PICTURE_WORDS = frozenset({"background", "banner", "header"})
# Links that somebody follows, sends to or fetches from. A word is enough, so that
# `archive_download_url` and `nextPageUrl` are safe too.
_ACTIONABLE = frozenset(
    """
    html web permalink download clone ssh upload uploads next prev previous first last
    page cursor external tarball zipball redirect callback webhook hook endpoint target
    source destination origin base host server login logout auth authorize
    authorization token payment checkout pay receipt invoice approve confirm verify
    reset invite join meeting share preview doc docs documentation reference homepage
    website blog image raw media video audio stream proxy return success status result
    response poll cancel retry rerun continue notification voice sms fallback file files
    content pdf label attachment export report accept decline unsubscribe delete edit
    action feed rss tracking data photo picture integration jwks userinfo introspection
    resource log logs job jobs location apply activate more older newer continuation
    load ping test start stop restart deploy trigger merge refund void
    capture reopen lock unlock enable disable restore resolve acknowledge snooze pause
    resume rebuild replay retry
    """.split()  # noqa: SIM905 - a list of words
)
_KNOWN = {
    "node_id": Role.OPAQUE,
    "gravatar_id": Role.OPAQUE,
    # What a model provider encrypts for itself; thousands of characters.
    "encrypted_content": Role.BLOB,
    "encryptedContent": Role.BLOB,
    "thoughtSignature": Role.BLOB,
    "thought_signature": Role.BLOB,
    "signature": Role.COPY,
    "managedFields": Role.BOOKKEEPING,
    "ResponseMetadata": Role.BOOKKEEPING,
    "kubectl.kubernetes.io/last-applied-configuration": Role.BOOKKEEPING,
    "_links": Role.LINKS,
    "svn_url": Role.COPY,
    "plain_text": Role.TEXT,
    "expand": Role.CALL,
    "request_id": Role.CALL,
    "annotations": Role.FORMAT,
    # Of Kubernetes, where {} means "all", or "this kind of volume".
    "emptyDir": Role.ENTRY,
    "podSelector": Role.ENTRY,
    "namespaceSelector": Role.ENTRY,
    "objectSelector": Role.ENTRY,
    "selector": Role.ENTRY,
    "matchLabels": Role.ENTRY,
    "securityContext": Role.ENTRY,
    "storageClassName": Role.ENTRY,
    "key": Role.ENTRY,
    # Of states and of files (Kubernetes, Microsoft Graph): being there says which.
    **dict.fromkeys(
        ("running", "waiting", "terminated", "folder", "file", "deleted", "root"),
        Role.ENTRY,
    ),
    # Of OpenAPI and JSON Schema, where [] means "none needed" and {} "anything".
    "security": Role.ENTRY,
    "additionalProperties": Role.ENTRY,
}
# Objects whose keys are names that somebody gave.
_MAPS = frozenset(
    """
    acl labels annotations tags selector volumes networks paths definitions scopes
    permissions dependencies environment env
    """.split()  # noqa: SIM905 - a list of words
)
# Keys of objects that are pictures or files themselves.
_PICTURED = frozenset(
    """
    attachment attachments image images photo photos picture pictures media file files
    icon icons logo logos thumbnail thumbnails asset assets qr background backgrounds
    """.split()  # noqa: SIM905 - a list of words
)
_NAMES = frozenset("name title login username label subject summary".split())  # noqa: SIM905


# Longer keys are texts.
_LONGEST_KEY_CHARACTERS = 60


# The same keys come with every response; 8,192 of them hold a megabyte or so.
@lru_cache(maxsize=8192)
def role_of(key: str) -> int:
    """Return the Role of a key.

    >>> role_of("comments_url") == role_of("selfLink") == Role.LINK
    True
    >>> role_of("html_url") == role_of("title") == Role.NONE
    True
    """
    known = _KNOWN.get(key)
    if known is not None:
        return known
    if "/" in key:
        return Role.ENTRY
    words = words_of(key) if len(key) <= _LONGEST_KEY_CHARACTERS else ()
    if not words:
        return Role.NONE
    if words[-1] == "html" and len(words) > 1:
        return Role.COPY
    if not _ACTIONABLE.isdisjoint(words):
        return Role.NONE
    if not _PICTURE_WORDS.isdisjoint(words):
        return Role.PICTURE
    if not _IMAGE_WORDS.isdisjoint(words):
        return Role.IMAGE
    if words[-1] in _LINK_ENDS or words == ("self", "link"):
        return Role.LINK
    return Role.NONE


# An address that a program calls: an API host, or a path with an API or version
# segment, absolute or relative to the host.
_API_LINK = re.compile(
    r"(?:https?:)?//(?:(?:[^/?#]*[.-])?api(?:[.-][^/?#]*)?(?:[/?#]|$)"
    r"|[^/?#]*\.googleapis\.com(?:[/:?#]|$)"
    r"|graph\.(?:microsoft|facebook)\.com/|management\.azure\.com/"
    r"|[^/?#]+(?:/[^/?#]*)*?/(?:api|_apis|rest|wp-json|odata|v[0-9]+(?:\.[0-9]+)?)/)"
    r"|/(?:[^/?#]+/){0,2}(?:api|_apis|rest|wp-json|odata|v[0-9]+(?:\.[0-9]+)?)/"
    r"|/[0-9]{4}-[0-9]{2}-[0-9]{2}/",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?:)?//[^\s/]", re.IGNORECASE)
# Longer strings are texts, not names.
_NAME_CHARACTERS = 200
_SWITCHES = frozenset({"bold", "italic", "strikethrough", "underline", "code"})
_PICTURE = re.compile(
    r"[^?#]*\.(?:png|jpe?g|gif|webp|svg|ico|avif|bmp)(?:[?#]|$)", re.IGNORECASE
)
# Source: signatures that people compare (HMAC, SHA-512 in hex) end at 128 characters.
_BLOB = re.compile(r"[A-Za-z0-9_+/-]{129,}=*")
_OPAQUE_ID = re.compile(r"[A-Za-z0-9_+/-]{8,}=*")


def is_api_link(text: str) -> bool:
    """Tell whether `text` is an address that a program calls, not a page."""
    # Past "https://", the host, which mostly settles it.
    return " " not in text and (
        _is_api_host(text[: text.find("/", 8, _LONGEST_HOST_CHARACTERS) + 1])
        or _API_LINK.match(text) is not None
    )


# Source: RFC 1035 allows 253, and a scheme stands before them.
_LONGEST_HOST_CHARACTERS = 264


@lru_cache(maxsize=1024)
def _is_api_host(address: str) -> bool:
    return _API_LINK.match(address) is not None


def is_page(text: str) -> bool:
    """Tell whether `text` is the address of a page for people."""
    return len(text) <= _NAME_CHARACTERS and _is_link(text) and not is_api_link(text)


def _is_link(value: object) -> bool:
    return type(value) is str and _LINK.match(value) is not None and " " not in value


def serves_machines(role: int, value: Any) -> bool:
    """Tell whether a value that is not empty is what the role of its key promises."""
    if role == Role.LINK:
        return type(value) is str and is_api_link(value)
    if role == Role.IMAGE:
        return _is_link(value) or (
            type(value) is dict and all(map(_is_link, value.values()))
        )
    if role == Role.PICTURE:
        return _is_link(value) and _PICTURE.match(value) is not None
    if role == Role.OPAQUE:
        return type(value) is str and _OPAQUE_ID.fullmatch(value) is not None
    if role == Role.LINKS:
        return type(value) is dict
    if role == Role.BLOB:
        return type(value) is str and _BLOB.fullmatch(value) is not None
    if role == Role.COPY or role == Role.TEXT or role == Role.CALL:
        return type(value) is str
    if role == Role.FORMAT:
        return type(value) is dict and _is_plain_format(value)
    if type(value) is str:  # last-applied-configuration
        return value.startswith("{")
    if type(value) is list:  # managedFields
        return all(type(item) is dict and "manager" in item for item in value)
    return type(value) is dict and ("RequestId" in value or "HTTPStatusCode" in value)


def _is_plain_format(switches: dict[str, Any]) -> bool:
    return switches.get("color") == "default" and all(
        value is False if key in _SWITCHES else key == "color"
        for key, value in switches.items()
    )


def is_relation(name: str) -> bool:
    """Tell whether a relation of `_links` is none that somebody follows or calls."""
    return _ACTIONABLE.isdisjoint(words_of(name))


def is_map(key: str) -> bool:
    """Tell whether the object under a key maps names, each of which is a datum."""
    return _last_word(key) in _MAPS


def decorates(
    key: str, owner: str, members: dict[str, Any], whole: dict[str, Any]
) -> bool:
    """Tell whether a picture only decorates an object, and is not what it is about.

    A face does beside a name. An icon or a thumbnail does where the object has a
    name and an address of its own, and is no picture or file itself.

    Args:
        key: The key of the picture.
        owner: The key under which the object lies.
        members: What else the object says.
        whole: All of it.
    """
    if "avatar" in key.lower() or "gravatar" in key.lower():
        return any(
            type(value) is str and not _is_id(other) for other, value in members.items()
        )
    if not _PICTURED.isdisjoint(words_of(owner)):
        return False
    return any(
        type(value) is str and (_last_word(other) in _NAMES)
        for other, value in members.items()
    ) and any(
        other != key and _is_link(value) and role_of(other) not in (2, 3)
        for other, value in whole.items()
    )


@lru_cache(maxsize=8192)
def words_of(key: str) -> tuple[str, ...]:
    """Return the words of a key in lower case: ("html", "url") of "htmlURL"."""
    return tuple(word.lower() for word in _WORDS.findall(key))


def _last_word(key: str) -> str:
    words = words_of(key)
    return words[-1] if words else ""


def _is_id(key: str) -> bool:
    return _last_word(key) in ("id", "uuid", "type")


def is_of_call(
    key: str, value: str, whole: dict[str, Any], around: dict[str, Any] | None
) -> bool:
    """Tell whether a text is about the call that was made, not about the thing.

    So is what a caller of Jira may ask for besides (`expand`), in or right inside an
    object that names its own address, or around the results; and Notion's number of
    the request, which nobody needs of one that did not fail.

    Args:
        key: "expand" or "request_id".
        value: The text under it.
        whole: The object that holds it.
        around: The object around that, None if there is none.
    """
    if key == "request_id":
        return (
            around is None
            and whole.get("object") in _NOTIONS
            and ("id" in whole or "results" in whole)
            and not (whole.get("error") or whole.get("errors"))
            and _UUID.fullmatch(value) is not None
        )
    if not _NAMES_OF_MEMBERS.fullmatch(value):
        return False
    if around is None and ("startAt" in whole or type(whole.get(value)) is list):
        return True
    return any(
        type(address) is str and "/rest/" in address and _is_link(address)
        for address in (whole.get("self"), (around or {}).get("self"))
    )


# What Notion's API returns.
_NOTIONS = frozenset(
    """
    list page database data_source block user comment property_item file_upload view
    """.split()  # noqa: SIM905 - a list of words
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAMES_OF_MEMBERS = re.compile(r"[A-Za-z][\w.]*(?:,[A-Za-z][\w.]*)*")


def is_copy(key: str, markup: str, members: dict[str, Any]) -> bool:
    """Tell whether `markup` only renders another text of the same object.

    It does if that text is named likewise (`body` or `body_text` for `body_html`) and
    has every word that the markup shows, and every address; or, for `plain_text`, if a
    text run beside it has the very characters.
    """
    if key == "plain_text":
        run = members.get("text")
        return type(run) is dict and run.get("content") == markup
    if key == "signature":
        return "thinking" in members and _BLOB.fullmatch(markup) is not None
    if key == "svn_url":
        return bool(members.get("html_url") == markup)
    if "<" not in markup and "&lt;" not in markup:
        return False
    stem = _HTML_END.sub("", key)
    for other in (stem, *(stem + end for end in _TEXT_ENDS)):
        text = members.get(other)
        if type(text) is str and text:
            return _shows_only(markup, text)
    return False


def _shows_only(markup: str, text: str) -> bool:
    """Tell whether a text says all that markup shows, and where its links lead."""
    if "<" not in markup:
        markup = _unescaped(markup)
    text = _unescaped(text)
    if not all(_says(text, unescape(one)) for one in _ATTRIBUTE.findall(markup)):
        return False
    if _STRUCK.search(markup) and "~~" not in text:
        return False
    shown, said = unescape(_TAG.sub(" ", markup)).split(), text.split()
    if shown == said:
        return True
    # What is left is mostly a few like "(see" and "see,".
    left = set(shown).difference(said)
    words = set(_TEXT_WORD.findall(" ".join(left)))
    return all(_says_signs(text, token) for token in left) and (
        all(_has_word(text, word) for word in words)
        if len(words) <= _FEW_WORDS
        else words <= set(_TEXT_WORD.findall(text))
    )


def _unescaped(text: str) -> str:
    """Return html.unescape(text), which is slow where much is escaped."""
    for escaped, sign in _MOST_ESCAPED:
        text = text.replace(escaped, sign)
    return unescape(text)


# None makes or breaks another reference: "&amp;" is not among them.
_MOST_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"))


def _says(text: str, attribute: str) -> bool:
    """Tell whether a text says an address, or what its last part names (@ada, #12)."""
    if attribute in text or not attribute:
        return True
    if "?" in attribute or " " in attribute:
        return set(_TEXT_WORD.findall(attribute)) <= set(_TEXT_WORD.findall(text))
    name = attribute.rstrip("/").rpartition("/")[2].lstrip("#@")
    return _has_word(text, name)


def _says_signs(text: str, token: str) -> bool:
    """Tell whether a text says a number with its signs, and each symbol of a token."""
    if token.isalpha():
        return True
    bare = token.strip(_MARKS)
    if any(sign.isdigit() for sign in bare) and bare not in text:
        return False
    return all(
        sign in text
        for sign in token
        if sign > "\x7f" and not sign.isalnum() and sign not in _MARKS
    )


# Source: from about so many on, splitting all of the text is faster.
_FEW_WORDS = 30


def _has_word(text: str, word: str) -> bool:
    end = 0
    while (start := text.find(word, end)) >= 0:
        end = start + len(word)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return True
    return False


_HTML_END = re.compile(r"_?[hH](?:tml|TML)$")
_TEXT_ENDS = ("_text", "_markdown", "_md", "_raw", "Text", "Markdown")
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][A-Za-z0-9:-]*(?:[\s/][^<>]*)?>", re.DOTALL)
# What a tag says that is not shown.
_ATTRIBUTE = re.compile(r"""\s(?:href|src|alt|title)\s*=\s*["']([^"'<>]*)""")
_STRUCK = re.compile(r"<(?:del|s|strike)\b")
# What renderers put in or take away around words.
_MARKS = (
    "()[]{}<>.,;:!?*_`~|\\'\"\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00a0\u2022"
)
_TEXT_WORD = re.compile(r"[^\W_]+")


def host_of(link: str) -> str:
    """Return the scheme and host of a link; "" for one without."""
    scheme, slashes, rest = link.partition("//")
    return scheme + slashes + rest.partition("/")[0] if slashes else ""
