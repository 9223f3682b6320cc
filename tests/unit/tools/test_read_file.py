"""The tool that reads files, as the model meets it."""

import asyncio
import re
from pathlib import Path

import pytest
from pydantic import JsonValue

from flowent.tools.base import Output, ToolError
from flowent.tools.beneath import Beneath
from flowent.tools.lines import Limits
from flowent.tools.read_file import ReadFile, ReadFileArguments

from .fakes import NOTHING_DENIED, at


async def read(
    workdir: Path, path: str = "file.txt", offset: int = 1, limit: int = 200, limits: Limits | None = None
) -> Output:
    tool = await asyncio.to_thread(ReadFile, Beneath(NOTHING_DENIED), limits)
    return await tool.run(ReadFileArguments(path=path, offset=offset, limit=limit), at(workdir))


async def test_a_whole_file_is_numbered_without_notes(workdir: Path) -> None:
    (workdir / "file.txt").write_text("one\n\n  three\n")

    output = await read(workdir)

    assert output.model_text == "     1\tone\n     2\t\n     3\t  three\n"
    assert output.title == "Read file.txt"


async def test_two_hundred_lines_are_read_by_default(workdir: Path) -> None:
    (workdir / "file.txt").write_text("".join(f"line {number}\n" for number in range(1, 301)))

    output = await read(workdir)

    assert output.model_text.endswith("   200\tline 200\n[Lines 1-200 of 300. To go on, give offset 201.]\n")
    assert output.data == {
        "kind": "file",
        "path": "file.txt",
        "first_line": 1,
        "last_line": 200,
        "total_lines": 300,
    }


async def test_a_window_at_the_end_says_so(workdir: Path) -> None:
    (workdir / "file.txt").write_text("one\ntwo\nthree\n")

    output = await read(workdir, offset=2)

    assert output.model_text == "     2\ttwo\n     3\tthree\n[Lines 2-3 of 3: the end of the file.]\n"


async def test_a_page_ends_before_it_is_cut_by_the_gate(workdir: Path) -> None:
    (workdir / "file.txt").write_text(("😀" * 2_000 + "\n") * 50)

    output = await read(workdir)

    assert len(output.model_text.encode()) < 32 * 1024
    assert output.model_text.endswith("[Lines 1-3 of 50. To go on, give offset 4.]\n")


async def test_a_long_line_is_cut_and_named(workdir: Path) -> None:
    (workdir / "file.txt").write_text("short\n" + "x" * 5_000 + "\nshort\n")

    output = await read(workdir)

    assert f"     2\t{'x' * 2_000}\n     3\tshort\n" in output.model_text
    assert "[Cut after 2,000 characters: line 2.]\n" in output.model_text


async def test_a_line_without_an_end_in_reach_is_told(workdir: Path) -> None:
    (workdir / "file.txt").write_text("x" * 1_000_000)

    output = await read(workdir, limits=Limits(line_bytes=1024))

    assert "[Line 1 goes on for more than 1.0 KB; nothing after it can be read.]\n" in output.model_text


async def test_a_file_of_unknown_length_says_so(workdir: Path) -> None:
    (workdir / "file.txt").write_text("line\n" * 200_000)

    output = await read(workdir, limit=1, limits=Limits(count_bytes=1))

    assert re.search(r"\[Lines 1-1 of at least 1?\d\d,\d{3}\. To go on, give offset 2\.\]\n", output.model_text)
    assert isinstance(output.data, dict)
    assert output.data["total_lines"] is None


async def test_an_empty_file_says_so(workdir: Path) -> None:
    (workdir / "file.txt").touch()

    assert (await read(workdir)).model_text == '"file.txt" is empty.'


@pytest.mark.parametrize(
    ("content", "limits", "message"),
    [
        ("a\nb\n", Limits(), 'There is no line 9 in "file.txt": it has 2 lines.'),
        ("", Limits(), 'There is no line 9 in "file.txt": it is empty.'),
        ("x\n" * 200_000, Limits(seek_bytes=1, count_bytes=1), None),
        ("x" * 1_000_000, Limits(seek_bytes=1, count_bytes=1), 'Line 9 of "file.txt" was not reached'),
    ],
)
async def test_an_offset_past_the_end_says_how_many_lines_there_are(
    workdir: Path, content: str, limits: Limits, message: str | None
) -> None:
    (workdir / "file.txt").write_text(content)

    if message is None:
        assert "     9\tx\n" in (await read(workdir, offset=9, limits=limits)).model_text
        return
    with pytest.raises(ToolError) as caught:
        await read(workdir, offset=9, limits=limits)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("content", "text", "note"),
    [
        ("grün\n".encode(), "grün", None),
        (b"\xef\xbb\xbfgr\xc3\xbcn\n", "grün", "The file begins with a UTF-8 byte order mark."),
        ("grün\n".encode("utf-16"), "grün", "The file is encoded as UTF-16 (little endian)."),
        (b"\xfe\xff" + "grün\n".encode("utf-16-be"), "grün", "The file is encoded as UTF-16 (big endian)."),
        ("grün\n".encode("latin-1"), "grün", "The file is not valid UTF-8; it is shown as Latin-1."),
        (b"gr\r\n", "gr", "Lines end with carriage return and line feed (CRLF)."),
        (
            b"fine\n" * 20_000 + b"gr\xfcn\n",
            "fine",
            "Lines 1-200 of 20,001. To go on, give offset 201.",
        ),
    ],
)
async def test_the_encoding_is_told_where_it_is_not_plain(
    workdir: Path, content: bytes, text: str, note: str | None
) -> None:
    (workdir / "file.txt").write_bytes(content)

    output = await read(workdir)

    assert output.model_text.startswith(f"     1\t{text}\n")
    notes = [line for line in output.model_text.splitlines() if line.startswith("[")]
    assert notes == ([f"[{note}]"] if note else [])


async def test_bytes_found_late_that_are_no_characters_are_told(workdir: Path) -> None:
    (workdir / "file.txt").write_bytes(b"fine\n" * 20_000 + b"gr\xfcn\n")

    output = await read(workdir, offset=20_001)

    assert "gr\N{REPLACEMENT CHARACTER}n" in output.model_text
    assert "[Bytes that are not valid UTF-8 are shown as \N{REPLACEMENT CHARACTER}.]\n" in output.model_text


async def test_a_binary_file_is_described(workdir: Path) -> None:
    (workdir / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 1_992)

    output = await read(workdir, "logo.png")

    assert output.model_text == '"logo.png" is not text (PNG image, 2.0 KB, 2,000 bytes); its content is not shown.'
    assert output.data == {"kind": "binary", "path": "logo.png", "type": "PNG image", "size": 2_000}


@pytest.mark.parametrize(
    ("name", "language"), [("a.py", "python"), ("Dockerfile", "docker"), ("A.TSX", "tsx"), ("notes", None)]
)
async def test_a_page_is_told_the_language(workdir: Path, name: str, language: JsonValue) -> None:
    (workdir / name).write_text("x\n")

    output = await read(workdir, name)

    assert isinstance(output.data, dict)
    assert output.data.get("language") == language


def test_the_title_before_is_one_line_however_odd_the_name() -> None:
    tool = ReadFile(Beneath(NOTHING_DENIED))

    assert tool.title(ReadFileArguments(path="odd\nname")) == "Reading odd name"


async def test_the_title_after_is_one_line_however_odd_the_name(workdir: Path) -> None:
    (workdir / "odd\nname").write_text("x\n")

    assert (await read(workdir, "odd\nname")).title == "Read odd name"
