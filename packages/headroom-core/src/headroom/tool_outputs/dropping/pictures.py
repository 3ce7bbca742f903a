"""Rule: a picture that decorates a name goes."""

import re
from functools import lru_cache
from typing import Any

from headroom.tool_outputs.dropping.record import Record, is_link, names_link, words_of

__all__ = ["REASON", "concerns", "decorates"]

REASON = "image link"

_FACES = frozenset({"avatar", "avatars", "gravatar"})
_ICONS = frozenset(
    "favicon icon icons thumb thumbnail thumbnails".split()  # noqa: SIM905
)
_BACKDROPS = frozenset({"background", "banner", "header"})
# Objects under these keys are pictures or files themselves.
_PICTURED = frozenset(
    """
    attachment attachments image images photo photos picture pictures media file files
    icon icons logo logos thumbnail thumbnails asset assets
    """.split()  # noqa: SIM905 - a list of words
)


_OF_PICTURES = re.compile("avatar|icon|thumb")
# What is a word in a file's name: red.png, status-ok.svg, Down16.gif; no hash is.
_WORDED = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]+)[0-9]{0,3}(?![A-Za-z0-9])")
# Where a picture is one by its name only: `header`, `avatar_static`.
_FILE = re.compile(r"[^?#]*\.(?:png|jpe?g|gif|webp|svg|ico|avif)(?:[?#]|$)", re.I)


@lru_cache(maxsize=8192)
def concerns(key: str) -> bool:
    """Tell whether a key may name a picture that decorates."""
    return not (_FACES | _ICONS | _BACKDROPS).isdisjoint(words_of(key))


def decorates(key: str, value: Any, record: Record) -> bool:
    """Tell whether a picture, or an object of its sizes, decorates a named thing.

    A face does beside any name. An icon or a thumbnail does where the thing also has
    an address of its own and is no picture or file itself, and no word names the icon.
    """
    if type(value) is dict:
        if not value or not all(map(is_link, value.values())):
            return False
    elif not is_link(value):
        return False
    words = [word for word in words_of(key) if not names_link(word)]
    # `avatar_upload_url` is none.
    is_plain = bool(words) and words[-1] in _FACES | _ICONS
    if not is_plain and (type(value) is dict or not _FILE.match(value)):
        return False
    if not record.is_named or _ICONS.isdisjoint(words):
        return record.is_named
    return (
        _PICTURED.isdisjoint(words_of(record.place.key))
        and any(not concerns(name) for name in record.links.values())
        and not (type(value) is str and _tells(key, value))
    )


def _tells(key: str, link: str) -> bool:
    """Tell whether the name of an icon's file has a word: it may be the answer.

    Such are a green light and a warning; `icon.png` under `icon` says nothing.
    """
    file = link.partition("?")[0].rpartition("/")[2]
    told = {
        word
        for name in _WORDED.findall(file.rpartition(".")[0] or file)
        for word in words_of(name)
        if not _OF_PICTURES.search(word)
    }
    return not told.issubset(words_of(key))
