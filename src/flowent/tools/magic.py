"""What a file is, told from its first bytes: a binary format by its signature, or text in some encoding.

Signatures are those of the formats' own specifications; a file that has none of them is binary if it holds NUL
bytes or many control characters, as text never does.
"""

import codecs
from dataclasses import dataclass
from typing import Final, Literal

SAMPLE_BYTES: Final = 64 * 1024
"""How much of a file is looked at."""

EncodingName = Literal["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "latin-1"]

_CONTROL_SHARE: Final = 0.02
_CONTROLS: Final = bytes(number for number in range(32) if chr(number) not in "\t\n\r\f\b\x1b") + b"\x7f"

_MARKS: Final[tuple[tuple[bytes, EncodingName], ...]] = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before UTF-16: its mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG image"),
    (0, b"\xff\xd8\xff", "JPEG image"),
    (0, b"GIF87a", "GIF image"),
    (0, b"GIF89a", "GIF image"),
    (8, b"WEBP", "WebP image"),
    (8, b"WAVE", "WAV audio"),
    (8, b"AVI ", "AVI video"),
    (0, b"II*\0", "TIFF image"),
    (0, b"MM\0*", "TIFF image"),
    (0, b"\0\0\1\0", "Windows icon"),
    (0, b"BM", "BMP image"),
    (4, b"ftypavif", "AVIF image"),
    (4, b"ftypheic", "HEIC image"),
    (4, b"ftyp", "MP4 media"),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM video"),
    (0, b"OggS", "Ogg media"),
    (0, b"fLaC", "FLAC audio"),
    (0, b"ID3", "MP3 audio"),
    (0, b"%PDF-", "PDF document"),
    (0, b"PK\3\4", "ZIP archive (also office documents, wheels and jars)"),
    (0, b"PK\5\6", "empty ZIP archive"),
    (0, b"\x1f\x8b", "gzip archive"),
    (0, b"BZh", "bzip2 archive"),
    (0, b"\xfd7zXZ\0", "xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (0, b"Rar!\x1a\7", "RAR archive"),
    (257, b"ustar", "tar archive"),
    (0, b"\x7fELF", "ELF executable or library"),
    (0, b"MZ", "Windows executable or library"),
    (0, b"\xcf\xfa\xed\xfe", "Mach-O executable or library"),
    (0, b"\xca\xfe\xba\xbe", "Java class or universal Mach-O binary"),
    (0, b"\0asm", "WebAssembly module"),
    (0, b"SQLite format 3\0", "SQLite database"),
    (0, b"PAR1", "Parquet table"),
    (0, b"wOFF", "WOFF font"),
    (0, b"wOF2", "WOFF2 font"),
    (0, b"\0\1\0\0", "TrueType font"),
    (0, b"OTTO", "OpenType font"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Microsoft Office document"),
    (0, b"GGUF", "GGUF model"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """Text in that encoding, after a byte order mark of ``mark`` bytes."""

    encoding: EncodingName
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Binary:
    """Not text; ``kind`` names the format, or says that it is unknown."""

    kind: str


def recognise(sample: bytes) -> Text | Binary:
    """Tell from a file's first `SAMPLE_BYTES` (all of it, where it is smaller) what it is."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return Text(encoding, len(mark))
    if sample.startswith(b"%PDF-"):
        return Binary("PDF document")
    if b"\0" in sample:
        return Binary(_kind(sample))
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > len(sample) * _CONTROL_SHARE:
        return Binary(_kind(sample))
    if _is_utf8(sample):
        return Text("utf-8")
    kind = _kind(sample)
    return Text("latin-1") if kind == _UNKNOWN else Binary(kind)


_UNKNOWN: Final = "unknown binary format"


def _kind(sample: bytes) -> str:
    for offset, signature, kind in _SIGNATURES:
        if sample.startswith(signature, offset):
            return kind
    return _UNKNOWN


def _is_utf8(sample: bytes) -> bool:
    """Whether the sample is UTF-8, be it that its end cuts a character."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True
