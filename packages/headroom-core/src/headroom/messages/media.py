"""Tokens of pictures, sound, video and files: by pixels, seconds and pages.

Vendors bill what they see and hear, not bytes. Headers tell; where they don't, a usual
size is taken. Source of each figure: the vendors' guides, named beside it; where they
differ, the higher, so that a budget holds.
"""

import base64
import math
import re
import struct
import zlib
from typing import Any

__all__ = ["audio_tokens", "file_tokens", "image_tokens", "pixels", "text_of_file"]

# OpenAI's vision guide: 85 tokens at low detail; else 85 + 170 for each 512-pixel tile
# after fitting into 2048 x 2048 and a short side of 768.
_LOW_DETAIL_TOKENS = 85
_TILE_TOKENS = 170
_USUAL_PIXELS = (1024, 1024)
# Anthropic's PDF guide: 1,500 to 3,000 tokens a page.
_PAGE_TOKENS = 1_500
# Google's guide: 32 a second of sound, about 300 of video; OpenAI bills 10 for sound.
_AUDIO_TOKENS_PER_SECOND = 32
_VIDEO_TOKENS_PER_SECOND = 300
# 128 kbit/s for sound, 1 Mbit/s for video: usual where a header does not tell.
_AUDIO_BYTES_PER_SECOND = 16_000
_VIDEO_BYTES_PER_SECOND = 125_000
# Formats of documents without pages (docx, xlsx) are unpacked to text: 4 characters a
# token, packed to about a half, and half of it markup.
_DOCUMENT_BYTES_PER_TOKEN = 4
_UNKNOWN_FILE_TOKENS = 1_500
_HEAD_BYTES = 65_536
# Pages of a PDF may be listed in packed streams; so much of them is unpacked.
_MOST_UNPACKED_BYTES = 8_000_000

_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_PAGE_COUNT = re.compile(rb"/Count\s+(\d{1,6})")
# Bytes that are base64 once more, as LlamaIndex keeps files.
_PACKED = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}\s*")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x7f]")
_STREAM = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)


def decoded(data: Any, most: int | None = None) -> bytes:
    """Return the bytes of a file that is given as bytes, base64 or a data URL.

    Args:
        data: The file; anything else gives b"".
        most: So many bytes of its beginning are enough.
    """
    if isinstance(data, bytes | bytearray | memoryview):
        plain = bytes(data[: None if most is None else most * 4 // 3 + 4])
        if not _PACKED.fullmatch(plain):
            return plain[:most]
        data = plain.decode("ascii")
    if not isinstance(data, str) or data.startswith("http"):
        return b""
    start = data.find("base64,", 0, 256)
    start = start + len("base64,") if start >= 0 else 0
    end = len(data) if most is None else start + most * 4 // 3 + 4
    text = data[start:end]
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])
    except ValueError:
        return b""


def text_of_file(data: Any) -> str:
    """Return what a file says that is plain text in UTF-8, "" for any other.

    Args:
        data: Bytes, base64 or a data URL; anything else for a file elsewhere.
    """
    content = decoded(data)
    if content.startswith((b"%PDF", b"{\\rtf")):
        return ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return "" if _CONTROLS.search(text) else text


def image_tokens(data: Any, detail: Any = None) -> int:
    """Return the tokens of a picture, by its size where its header tells.

    Args:
        data: Bytes, base64, a data URL, or anything else for a picture elsewhere.
        detail: "low" for OpenAI's flat price.
    """
    if detail == "low":
        return _LOW_DETAIL_TOKENS
    width, height = pixels(decoded(data, _HEAD_BYTES)) or _USUAL_PIXELS
    shrink = min(1.0, 2048 / max(width, height))
    shrink = min(shrink, 768 / min(width * shrink, height * shrink) * shrink)
    tiles = math.ceil(width * shrink / 512) * math.ceil(height * shrink / 512)
    return _LOW_DETAIL_TOKENS + _TILE_TOKENS * tiles


def pixels(head: bytes) -> tuple[int, int] | None:
    """Return width and height from a PNG, GIF, WebP or JPEG header; None without."""
    width = height = 0
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
    elif head.startswith(b"GIF8") and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
    elif head[8:16] == b"WEBPVP8X" and len(head) >= 30:
        width = 1 + int.from_bytes(head[24:27], "little")
        height = 1 + int.from_bytes(head[27:30], "little")
    elif head[8:16] == b"WEBPVP8 " and len(head) >= 30:
        width, height = (n & 0x3FFF for n in struct.unpack("<HH", head[26:30]))
    elif head.startswith(b"\xff\xd8"):
        at = 2
        while at + 9 < len(head) and head[at] == 0xFF:
            if 0xC0 <= head[at + 1] <= 0xCF and head[at + 1] not in (0xC4, 0xC8, 0xCC):
                height, width = struct.unpack(">HH", head[at + 5 : at + 9])
                break
            at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return (width, height) if width and height else None


def audio_tokens(data: Any, kind: str = "") -> int:
    """Return the tokens of a sound, by its seconds.

    Args:
        data: Bytes, base64 or a data URL.
        kind: Its format or MIME type; "pcm16" tells that there is no header.
    """
    sound = decoded(data)
    if not sound:
        return _UNKNOWN_FILE_TOKENS
    return max(1, math.ceil(_seconds(sound, kind) * _AUDIO_TOKENS_PER_SECOND))


def _seconds(sound: bytes, kind: str) -> float:
    per_second = _AUDIO_BYTES_PER_SECOND
    if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE" and len(sound) >= 32:
        per_second = struct.unpack("<I", sound[28:32])[0] or per_second
    elif "pcm" in kind:
        per_second = 48_000  # 24 kHz, 16 bit: OpenAI's pcm16
    return len(sound) / per_second


def file_tokens(data: Any, kind: str = "") -> int:
    """Return the tokens of a file by its kind.

    Args:
        data: Bytes, base64 or a data URL; anything else for a file elsewhere.
        kind: Its MIME type, format or name, as far as known.
    """
    if isinstance(data, str) and data.startswith("data:"):
        kind = data[5:64].partition(";")[0] or kind
    kind = kind.lower()
    if kind.startswith("image/"):
        return image_tokens(data)
    if kind.startswith("audio/"):
        return audio_tokens(data, kind)
    content = decoded(data)
    if not content:
        return _UNKNOWN_FILE_TOKENS
    if content[:1024].lstrip().startswith(b"%PDF"):
        return _PAGE_TOKENS * _pages(content)
    if pixels(content[:_HEAD_BYTES]):
        return image_tokens(content)
    if kind.startswith("video/") or content[4:8] == b"ftyp":
        return math.ceil(_video_seconds(content) * _VIDEO_TOKENS_PER_SECOND)
    if content[:4] == b"RIFF":
        return audio_tokens(content)
    return max(1, len(content) // _DOCUMENT_BYTES_PER_TOKEN)


def _video_seconds(video: bytes) -> float:
    """Return the length of an MP4 by its header, else by a usual bit rate."""
    at = video.find(b"mvhd")
    if at >= 0 and len(video) >= at + 24 and video[at + 4] == 0:
        scale, length = struct.unpack(">II", video[at + 16 : at + 24])
        if scale and length:
            return float(length / scale)
    return max(1.0, len(video) / _VIDEO_BYTES_PER_SECOND)


def _pages(pdf: bytes) -> int:
    """Return how many pages a PDF has, at least 1."""
    pages = len(_PAGE.findall(pdf))
    if pages:
        return pages
    counts = [int(count) for count in _PAGE_COUNT.findall(pdf)]
    left = _MOST_UNPACKED_BYTES
    for stream in _STREAM.finditer(pdf):
        unpacked = _unpacked(pdf, stream.end(), left)
        pages += len(_PAGE.findall(unpacked))
        counts += [int(count) for count in _PAGE_COUNT.findall(unpacked)]
        left -= len(unpacked)
        if left <= 0:
            break
    return max(1, pages, *counts)


def _unpacked(pdf: bytes, start: int, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(pdf[start:], max(1, most))
    except zlib.error:
        return b""
