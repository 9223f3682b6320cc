"""Files that came with a message: read for a request, and shown as text where a format does not take them as files."""

from collections.abc import Mapping, Sequence

from flowent.domain.parts import AttachmentPart
from flowent.domain.transcript import Entry, PersonEntry
from flowent.models.base import BlobReader

Files = Mapping[str, bytes | None]
"""The files' bytes by SHA-256; None where they are gone."""

_BINARY = ("audio/", "font/", "image/", "video/")
_TEXT_IMAGE = "image/svg+xml"


async def read_files(entries: Sequence[Entry], read_blob: BlobReader) -> Files:
    """Load every file of a history, each once."""
    files: dict[str, bytes | None] = {}
    for entry in entries:
        if not isinstance(entry, PersonEntry):
            continue
        for part in entry.parts:
            if isinstance(part, AttachmentPart) and part.sha256 not in files:
                try:
                    files[part.sha256] = await read_blob(part.sha256)
                except KeyError:
                    files[part.sha256] = None
    return files


def file_as_text(part: AttachmentPart, data: bytes | None) -> str:
    """Give a text file's content under its name, or say what is there and cannot be shown."""
    if data is None:
        return f"[The attached file {part.name} is no longer there.]"
    text = _as_text(part.media_type, data)
    if text is None:
        return f"[The attached file {part.name} ({part.media_type}, {len(data)} bytes) cannot be shown to this model.]"
    return f"Attached file {part.name}:\n\n{text}"


def _as_text(media_type: str, data: bytes) -> str | None:
    """Read a file as text, None where it is not text; a type may call itself an application and still be text."""
    if media_type.startswith("text/"):
        return data.decode(errors="replace")
    if (media_type.startswith(_BINARY) and media_type != _TEXT_IMAGE) or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
