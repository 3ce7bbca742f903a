"""Handles of originals, and how originals are sealed before a store gets them.

A handle is a hash of the content, so the same output has the same handle in every
process. A store never sees the handle: its key is a hash of the handle, and its data
can be read only with the handle. Whoever reads the file or the server alone reads
nothing.
"""

import hashlib
import re
import weakref
import zlib
from contextlib import suppress
from typing import Protocol, runtime_checkable

from headroom.errors import OriginalError

__all__ = [
    "PART_BEGINS",
    "RETRIEVE",
    "Store",
    "handle_of",
    "keep",
    "original",
    "stores_in_use",
]

# The name of the tool by which an agent asks for an original. What a tool of this name
# answers is not compressed.
RETRIEVE = "headroom_retrieve"
# How its answers begin.
PART_BEGINS = "[headroom"

# 128 bits: nobody finds a second content for a handle, or guesses one.
_HANDLE_BYTES = 16
_HANDLE = re.compile(r"hr_[0-9a-f]{32}")
# An original of more bytes is not kept, and no stored data may unpack to more.
_MAX_BYTES = 256 * 1024 * 1024
# Stores that this process has put originals into and that still live.
_in_use: dict[int, "weakref.ref[Store]"] = {}


@runtime_checkable
class Store(Protocol):
    """Anything that keeps bytes under a key.

    A store with an attribute `plain_text = True` gets originals as they are; every
    other one gets them sealed.
    """

    def put(self, key: str, data: bytes) -> None:
        """Keep the data under the key; again if it is there already."""
        ...

    def get(self, key: str) -> bytes | None:
        """Return the data under the key, None if it is not or no longer there."""
        ...


def handle_of(content: bytes) -> str:
    """Return the handle of an original: the same for the same bytes.

    >>> handle_of(b"")
    'hr_...'
    """
    digest = hashlib.sha256(b"headroom original\0" + content).digest()
    return "hr_" + digest[:_HANDLE_BYTES].hex()


def keep(store: Store, content: bytes) -> str | None:
    """Put an original into a store.

    Returns:
        Its handle; None for more than 256 MB, which are not kept.
    """
    if len(content) > _MAX_BYTES:
        return None
    handle = handle_of(content)
    plain = getattr(store, "plain_text", False) is True
    store.put(_key(handle), content if plain else _sealed(content, handle))
    with suppress(TypeError):  # not every class allows weak references
        _in_use[id(store)] = weakref.ref(store)
    return handle


def stores_in_use() -> list[Store]:
    """Return the living stores into which this process has put originals."""
    found = [(key, reference()) for key, reference in list(_in_use.items())]
    for key, store in found:
        if store is None:
            _in_use.pop(key, None)
    return [store for _, store in found if store is not None]


def original(handle: str, store: Store) -> bytes:
    """Return the original under a handle, byte for byte.

    Raises:
        OriginalError: The store does not hold it, no longer holds it, or what it
            holds was changed.
    """
    if not isinstance(handle, str) or not _HANDLE.fullmatch(handle):
        raise OriginalError(
            f"{handle!r:.80} is no handle; pass one as it stands in a capped output: "
            "hr_ and 32 hexadecimal digits"
        )
    data = store.get(_key(handle))
    if data is None:
        raise OriginalError(
            f"No original under {handle}: it was never stored here, or it has "
            "expired. Call the tool again that gave the output"
        )
    data = bytes(data)
    if handle_of(data) == handle:  # a store that keeps plain text
        return data
    opened = _opened(data, handle)
    if opened is None or handle_of(opened) != handle:
        raise OriginalError(
            f"The original under {handle} was changed in the store. Call the tool "
            "again that gave the output"
        )
    return opened


def _key(handle: str) -> str:
    """Return the store's key: the handle cannot be found from it."""
    return hashlib.sha256(b"headroom key\0" + handle.encode()).hexdigest()


def _sealed(content: bytes, handle: str) -> bytes:
    """Return the content compressed and encrypted with its handle.

    The key stream is SHAKE-256 of the handle. A handle belongs to one content, so no
    stream is used for two; the handle, a hash of the content, also proves it.
    Source: convergent encryption, Douceur et al., "Reclaiming Space from Duplicate
    Files in a Serverless Distributed File System", 2002.
    """
    return _crypted(zlib.compress(content), handle)


def _opened(data: bytes, handle: str) -> bytes | None:
    """Return the content of sealed data, None if it is none."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(_crypted(data, handle), _MAX_BYTES)
    except zlib.error:
        return None
    return content if unpacker.eof else None


def _crypted(data: bytes, handle: str) -> bytes:
    stream = hashlib.shake_256(b"headroom seal\0" + handle.encode()).digest(len(data))
    mixed = int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")
    return mixed.to_bytes(len(data), "little")
