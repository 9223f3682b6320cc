"""What a file is taken for, by its first bytes."""

import gzip

import pytest

from flowent.tools.magic import SAMPLE_BYTES, Binary, Text, recognise


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        (b"", Text("utf-8")),
        (b"plain\n", Text("utf-8")),
        ("grüße €\n".encode(), Text("utf-8")),
        (b"\x1b[31mred\x1b[0m\t\r\n", Text("utf-8")),
        (b"\xef\xbb\xbfmarked", Text("utf-8", 3)),
        (b"\xff\xfem\0", Text("utf-16-le", 2)),
        (b"\xfe\xff\0m", Text("utf-16-be", 2)),
        (b"\xff\xfe\0\0m\0\0\0", Text("utf-32-le", 4)),
        (b"\0\0\xfe\xff\0\0\0m", Text("utf-32-be", 4)),
        ("grüße".encode("latin-1"), Text("latin-1")),
        (b"BM is how this text begins", Text("utf-8")),
    ],
)
def test_text_is_told_by_its_mark_or_its_bytes(sample: bytes, kind: Text) -> None:
    assert recognise(sample) == kind


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG image"),
        (b"%PDF-1.7\nall of it readable\n", "PDF document"),
        (gzip.compress(b"some text", mtime=0), "gzip archive"),
        (b"SQLite format 3\0\x10\0", "SQLite database"),
        (b"\x7fELF\2\1\1\0", "ELF executable or library"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP image"),
        (b"x" * 257 + b"ustar\0" + b"\0" * 249, "tar archive"),
        (b"\0\1\2\3", "unknown binary format"),
        (b"\x01\x02\x03\x04\x05\x06 controls", "unknown binary format"),
        (b"BZh91AY&SY\xb5\x1e\xf8\x8c", "bzip2 archive"),
    ],
)
def test_binary_formats_are_named(sample: bytes, kind: str) -> None:
    assert recognise(sample) == Binary(kind)


def test_a_character_cut_by_the_samples_end_is_still_utf8() -> None:
    sample = (b"x" * (SAMPLE_BYTES - 1) + "ü".encode())[:SAMPLE_BYTES]

    assert recognise(sample) == Text("utf-8")


def test_a_character_cut_by_the_files_end_is_not_utf8() -> None:
    assert recognise("grü".encode()[:-1]) == Text("latin-1")
