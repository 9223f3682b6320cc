"""What kind of file an upload is: decided by its first bytes and our own table, never by what the client says.

Four kinds of image, PDF, and UTF-8 text are taken. HTML and SVG are text here: they are never shown as documents.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

MIB = 1024 * 1024
SNIFFED = 16
"""How many bytes tell an image or a PDF from text."""

MAX_NAME = 200
_TEXT_TYPES = {".md": "text/markdown", ".markdown": "text/markdown", ".csv": "text/csv"}
_ALLOWED_CONTROLS = frozenset("\t\n\r\f\x1b\b")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken, up to ``limit`` bytes. ``inline`` ones a page may show in place."""

    media_type: str
    limit: int
    inline: bool = False


PNG = Kind("image/png", 20 * MIB, inline=True)
JPEG = Kind("image/jpeg", 20 * MIB, inline=True)
GIF = Kind("image/gif", 20 * MIB, inline=True)
WEBP = Kind("image/webp", 20 * MIB, inline=True)
PDF = Kind("application/pdf", 32 * MIB)
TEXT = Kind("text/plain", 4 * MIB)

INLINE_TYPES = frozenset(kind.media_type for kind in (PNG, JPEG, GIF, WEBP))


def kind_of(head: bytes) -> Kind:
    """Tell the kind by a file's first bytes; whatever is neither an image nor a PDF has to be text."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"%PDF-"):
        return PDF
    return TEXT


def media_type_of(kind: Kind, name: str, data: bytes) -> str | None:
    """Give the media type to keep, or None where the bytes are not text either."""
    if kind is not TEXT:
        return kind.media_type
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(character < " " and character not in _ALLOWED_CONTROLS for character in set(text)):
        return None
    return _TEXT_TYPES.get(PurePosixPath(name).suffix.lower(), TEXT.media_type)


def safe_name(name: str) -> str:
    """Give a file name that is one: no folders, no control or direction characters, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip()
    if printable in {"", ".", ".."}:
        return "file"
    if len(printable) <= MAX_NAME:
        return printable
    suffix = PurePosixPath(printable).suffix[:20]
    return printable[: MAX_NAME - len(suffix)] + suffix
