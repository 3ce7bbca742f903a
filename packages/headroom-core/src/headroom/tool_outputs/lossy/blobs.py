"""Base64 in a text: pictures, documents, certificates."""

import base64
import binascii
import hashlib
import re

from headroom.types import Dropped

__all__ = ["without_blobs"]

# Base64 of at least 96 bytes, on one line or in lines of equal width as in e-mails.
_BLOB = re.compile(
    r"(?:data:(?P<type>[\w.+/-]{3,80})(?:;[\w=.-]{1,40})*;base64,)?"
    r"(?<![A-Za-z0-9+/_-])"
    r"(?P<data>[A-Za-z0-9+/]{40,}+(?:\r?\n[A-Za-z0-9+/]{40,}+)*+"
    r"(?:\r?\n[A-Za-z0-9+/]{1,}+)?+={0,2})"
)
_FEWEST_CHARACTERS = 128
# In base64 one of 64 characters is a slash; in paths one of ten or so.
_FEWEST_UNBROKEN = 32
# How files of common types begin.
_TYPES = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
    (b"%PDF", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"wOF", "font/woff"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"<svg", "image/svg+xml"),
)


def without_blobs(text: str) -> tuple[str, list[Dropped]]:
    """Return a text with type, size and hash in place of base64, and what was dropped.

    A run of letters that does not decode, or that one would read (a word, a path, hex
    digits), is no base64 and stays.
    """
    dropped: list[Dropped] = []

    def note(found: re.Match[str]) -> str:
        data = _decoded(found["data"])
        is_path = max(map(len, found["data"].split("/"))) < _FEWEST_UNBROKEN
        if data is None or (is_path and not found["type"]):
            return found[0]
        kind = found["type"] or _type_of(data)
        hashed = hashlib.sha256(data).hexdigest()[:16]
        dropped.append(Dropped((len(dropped),), "base64", 1, span=found.span()))
        return f"[base64 left out: {kind}, {len(data)} bytes, sha256 {hashed}…]"

    return _BLOB.sub(note, text), dropped


def _decoded(text: str) -> bytes | None:
    """Return the bytes of base64, or None if it is none."""
    if len(text) < _FEWEST_CHARACTERS:
        return None
    packed = re.sub(r"\s", "", text)
    kinds = (str.isdigit, str.isupper, str.islower)
    if not all(any(map(is_kind, packed)) for is_kind in kinds):
        return None
    try:
        return base64.b64decode(packed, validate=True)
    except binascii.Error:
        return None


def _type_of(data: bytes) -> str:
    return next((kind for start, kind in _TYPES if data.startswith(start)), "binary")
