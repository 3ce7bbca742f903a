"""Pictures, sounds and files in messages: what stands for them, and what they cost."""

from typing import Any, NamedTuple

from headroom.fields import field_of, text_field
from headroom.messages.media import (
    audio_tokens,
    file_tokens,
    image_tokens,
    text_of_file,
)

__all__ = ["File", "file_in"]

_MEDIA = ("image", "audio", "video", "document", "file")
_NAMES = ("title", "filename", "name", "file_id", "path", "displayName", "display_name")
# Where a block keeps a file or its address, itself or in one of these.
_HOLDERS = (
    "image_url",
    "source",
    "file",
    "input_audio",
    "inlineData",
    "inline_data",
    "fileData",
    "file_data",
    "image",
)
_DATA = ("data", "bytes", "base64", "file_data", "audio", "video", "image")
_ADDRESSES = ("url", "image_url", "file_url", "fileUri", "file_uri")
_KINDS = (
    "mimeType",
    "mime_type",
    "media_type",
    "mimetype",
    "document_mimetype",
    "format",
)


class File(NamedTuple):
    """A picture, sound, video or other file.

    Attributes:
        media: Which of them it is, as far as known.
        data: Its bytes, base64, data URL or address; None where it is elsewhere.
        kind: Its MIME type or format, "" if unknown.
        detail: OpenAI's word for how closely a picture is looked at.
        name: Its title, name or address, "" if unknown.
    """

    media: str
    data: Any = None
    kind: str = ""
    detail: Any = None
    name: str = ""

    @property
    def label(self) -> str:
        """What stands for it in a text."""
        of = f": {self.name}" if self.name else ""
        return f"[{self.media} omitted{of}]"

    @property
    def text(self) -> str:
        """What it says, if it is a file of plain text; else ""."""
        return text_of_file(self.data) if self.media in ("document", "file") else ""

    @property
    def tokens(self) -> int:
        """What it costs, estimated by pixels, seconds or pages."""
        if self.media == "image":
            return image_tokens(self.data, self.detail)
        if self.media == "audio":
            return audio_tokens(self.data, self.kind)
        return file_tokens(self.data, self.kind)


def file_in(block: Any, kind: str) -> File | None:
    """Return the file that a block holds; None if it holds none.

    Args:
        block: The block.
        kind: Its type, which names what it is.
    """
    kind = kind.replace("screenshot", "image")
    media = next((word for word in _MEDIA if word in kind), "")
    if not media:
        return None
    holders = [block, *_inner(block)]
    holders += [each for holder in holders[1:] for each in _inner(holder)]
    found = [each for each in holders if isinstance(each, str | bytes)]
    fields = [each for each in holders if not isinstance(each, str | bytes)]
    for keys in (_DATA, _ADDRESSES):
        values = (field_of(holder, key) for holder in fields for key in keys)
        found += [each for each in values if isinstance(each, str | bytes)]
    mime = next(filter(None, (text_field(each, *_KINDS) for each in fields)), "")
    detail = next(filter(None, (text_field(each, "detail") for each in fields)), None)
    names = [text_field(each, *_NAMES) for each in fields]
    names += [one for one in found if isinstance(one, str) and one.startswith("http")]
    name = next(filter(None, names), "")
    return File(media, next(iter(found), None), mime, detail, name)


def _inner(holder: Any) -> list[Any]:
    """Return what may hold a file within another holder."""
    if isinstance(holder, str | bytes):
        return []
    return [each for key in _HOLDERS if (each := field_of(holder, key))]
