"""Writes what a person said: text, images, documents, and files that are text.

Source: https://platform.openai.com/docs/guides/images-vision and /docs/guides/pdf-files. Text alone is sent as a
string, because many compatible servers know nothing else.
"""

from base64 import b64encode

from flowent.domain.parts import AttachmentPart, TextPart
from flowent.domain.transcript import Note, PersonEntry
from flowent.models.base import BlobReader
from flowent.models.openai_chat_json import write_json

_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_PDF = "application/pdf"
_BINARY = ("image/", "audio/", "video/", "font/")


async def encode_person(entry: PersonEntry, read_blob: BlobReader) -> bytes:
    """Write a user message; a file that is gone or that cannot be shown is named in words."""
    items = [await _item(part, read_blob) for part in entry.parts]
    if all(isinstance(item, str) for item in items):
        content = write_json("\n\n".join(item for item in items if isinstance(item, str)))
    else:
        content = b"[" + b",".join(_text_item(item) if isinstance(item, str) else item for item in items) + b"]"
    return b'{"role":"user","content":' + content + b"}"


async def _item(part: TextPart | AttachmentPart | Note, read_blob: BlobReader) -> str | bytes:
    """Give text, or the JSON of an item of another kind."""
    if not isinstance(part, AttachmentPart):
        return part.text
    try:
        data = await read_blob(part.sha256)
    except KeyError:
        return f"[The attached file {part.name} is no longer there.]"
    if part.media_type in _IMAGES:
        return b'{"type":"image_url","image_url":{"url":"' + _data_url(part.media_type, data) + b'"}}'
    if part.media_type == _PDF:
        name = write_json(part.name)
        return b'{"type":"file","file":{"filename":' + name + b',"file_data":"' + _data_url(_PDF, data) + b'"}}'
    text = _as_text(part.media_type, data)
    if text is None:
        return f"[The attached file {part.name} ({part.media_type}, {part.size} bytes) cannot be shown to this model.]"
    return f"Attached file {part.name}:\n\n{text}"


def _as_text(media_type: str, data: bytes) -> str | None:
    """Read a file as text, None where it is not text. SVG is: models read it better than they would see it."""
    if media_type.startswith("text/"):
        return data.decode(errors="replace")
    if (media_type.startswith(_BINARY) and not media_type.startswith("image/svg")) or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _data_url(media_type: str, data: bytes) -> bytes:
    return b"data:" + media_type.encode() + b";base64," + b64encode(data)


def _text_item(text: str) -> bytes:
    return b'{"type":"text","text":' + write_json(text) + b"}"
