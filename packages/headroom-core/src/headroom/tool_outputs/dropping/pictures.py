"""Rule: a face beside a name goes."""

from functools import lru_cache
from typing import Any

from headroom.tool_outputs.dropping.record import Record, is_link, names_link, words_of

__all__ = ["concerns", "reason"]

# Last words of keys that name somebody for people.
_NAMES = frozenset("name title login username label subject summary key".split())  # noqa: SIM905
_FACES = frozenset({"avatar", "avatars", "gravatar"})


@lru_cache(maxsize=8192)
def concerns(key: str) -> bool:
    """Tell whether a key names the picture of somebody, and no action upon it."""
    words = [word for word in words_of(key) if not names_link(word)]
    return not _FACES.isdisjoint(words) and words[-1] in _FACES | {"static"}


def reason(key: str, value: Any, record: Record) -> str:
    """Return why a picture goes, one or an object of its sizes; "" if it stays."""
    links = list(value.values()) if type(value) is dict else [value]
    is_face = bool(links) and all(map(is_link, links))
    return "image link" if is_face and record.has(_NAMES) else ""
