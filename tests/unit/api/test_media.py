"""What kind of file something is."""

import pytest

from flowent.api.media import GIF, JPEG, PDF, PNG, TEXT, WEBP, Kind, kind_of, media_type_of, safe_name


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", PNG),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", JPEG),
        (b"GIF89a\x01\x00\x01\x00", GIF),
        (b"GIF87a\x01\x00\x01\x00", GIF),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", WEBP),
        (b"%PDF-1.7\n", PDF),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", TEXT),
        (b"<svg xmlns=", TEXT),
        (b"<!doctype html>", TEXT),
        (b"\x7fELF", TEXT),
        (b"", TEXT),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(head: bytes, kind: Kind) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("notes.txt", "text/plain"),
        ("README.md", "text/markdown"),
        ("TABLE.CSV", "text/csv"),
        ("page.html", "text/plain"),
        ("picture.svg", "text/plain"),
        ("script.js", "text/plain"),
        ("picture.png", "text/plain"),
        ("Makefile", "text/plain"),
    ],
)
def test_text_is_text_whatever_its_name_says(name: str, media_type: str) -> None:
    assert media_type_of(TEXT, name, "Grüße\n\t\x1b[31m".encode()) == media_type


@pytest.mark.parametrize("data", [b"\xff\xfet\x00e\x00", b"a\x00b", b"\xc3", b"\x7fELF\x01\x01\x01\x00", b"caf\xe9"])
def test_what_is_not_utf8_text_has_no_media_type(data: bytes) -> None:
    assert media_type_of(TEXT, "notes.txt", data) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("Übersicht 2.pdf", "Übersicht 2.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\x00", "file"),
        ("..", "file"),
        ("   ", "file"),
        ("", "file"),
        ("folder/", "file"),
    ],
)
def test_a_name_is_a_name_and_nothing_else(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("x" * 500 + ".pdf")
    assert len(name) == 200
    assert name.endswith("x.pdf")
