"""Opening a project's file for a person: what is read, what is refused, and in which words."""

import os
import threading
from pathlib import Path

import pytest

from flowent.conversations.errors import InvalidError, UnknownError
from flowent.conversations.file_content import LIMITS, FileContent, read_content
from flowent.conversations.project_files import WorkdirGoneError
from flowent.tools.beneath import Beneath, Denied

NOTHING_DENIED = Denied((), frozenset())


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


def same(text: str) -> str:
    return text


def read(workdir: Path, path: str, first: int = 1, limit: int = 100, denied: Denied = NOTHING_DENIED) -> FileContent:
    return read_content(Beneath(denied), workdir, path, first=first, limit=limit, redact=same)


def test_a_window_tells_where_it_is(workdir: Path) -> None:
    (workdir / "a.py").write_text("1\n2\n3\n4\n")
    content = read(workdir, "a.py", 2, 2)
    assert (content.first_line, content.lines, content.total_lines, content.truncated) == (2, ("2", "3"), 4, True)


def test_the_last_lines_are_not_truncated(workdir: Path) -> None:
    (workdir / "a.py").write_text("1\n2\n3\n4")
    content = read(workdir, "a.py", 3, 2)
    assert (content.lines, content.truncated) == (("3", "4"), False)


def test_after_the_end_there_is_nothing(workdir: Path) -> None:
    (workdir / "a.py").write_text("1\n")
    content = read(workdir, "a.py", 9)
    assert (content.lines, content.total_lines, content.truncated) == ((), 1, False)


def test_an_empty_file(workdir: Path) -> None:
    (workdir / "a.py").touch()
    content = read(workdir, "a.py")
    assert (content.lines, content.total_lines, content.size, content.truncated) == ((), 0, 0, False)


def test_a_long_line_is_cut_and_named(workdir: Path) -> None:
    (workdir / "a.js").write_text("short\n" + "x" * (LIMITS.line_characters + 1) + "\n")
    content = read(workdir, "a.js")
    assert (len(content.lines[1]), content.cut_lines) == (LIMITS.line_characters, (2,))


def test_a_page_ends_at_its_size(workdir: Path) -> None:
    (workdir / "a.txt").write_text(("x" * 1000 + "\n") * 2000)
    content = read(workdir, "a.txt", limit=5000)
    assert 500 < len(content.lines) < 550
    assert content.truncated


def test_a_binary_file_is_named_and_not_shown(workdir: Path) -> None:
    (workdir / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    content = read(workdir, "a.png")
    assert (content.kind, content.lines, content.size) == ("PNG image", (), 28)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("größe".encode(), "utf-8"),
        ("größe".encode("utf-16"), "utf-16-le"),
        ("größe".encode("latin-1"), "latin-1"),
        (b"\xef\xbb\xbf" + "größe".encode(), "utf-8"),
    ],
)
def test_encodings(workdir: Path, data: bytes, encoding: str) -> None:
    (workdir / "a.txt").write_bytes(data)
    content = read(workdir, "a.txt")
    assert (content.lines, content.encoding) == (("größe",), encoding)


def test_secrets_are_taken_out(workdir: Path) -> None:
    (workdir / "a.env").write_text("KEY=hidden\n")
    content = read_content(
        Beneath(NOTHING_DENIED), workdir, "a.env", first=1, limit=9, redact=lambda line: line.replace("hidden", "***")
    )
    assert content.lines == ("KEY=***",)


def test_a_link_that_stays_beneath_is_followed(workdir: Path) -> None:
    (workdir / "a.txt").write_text("x\n")
    (workdir / "b.txt").symlink_to("a.txt")
    assert read(workdir, "b.txt").lines == ("x",)


@pytest.mark.parametrize(
    "path", ["../secret.txt", "out.txt", "/etc/passwd", "directory/out/secret.txt", "pipe", "directory"]
)
def test_what_may_not_be_read_is_refused_at_its_field(workdir: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (workdir / "directory").mkdir()
    (workdir / "out.txt").symlink_to(tmp_path / "secret.txt")
    (workdir / "directory" / "out").symlink_to(tmp_path)
    os.mkfifo(workdir / "pipe")
    with pytest.raises(InvalidError) as caught:
        read(workdir, path)
    assert caught.value.field == "path"
    assert "secret\n" not in str(caught.value)


def test_flowents_own_data_is_refused(workdir: Path) -> None:
    (workdir / "data").mkdir()
    (workdir / "data" / "x").write_text("secret")
    with pytest.raises(InvalidError, match="own data"):
        read(workdir, "data/x", denied=Denied.of([workdir / "data"]))


def test_a_file_that_is_gone(workdir: Path) -> None:
    with pytest.raises(UnknownError) as caught:
        read(workdir, "src/none.py")
    assert "search for it again" in caught.value.remedy


def test_a_work_directory_that_is_gone(workdir: Path) -> None:
    with pytest.raises(WorkdirGoneError):
        read(workdir / "none", "a.py")


def test_a_directory_that_becomes_a_link_never_leads_out(workdir: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.txt").write_text("secret\n")
    (workdir / "inner").mkdir()
    (workdir / "inner" / "a.txt").write_text("inside\n")
    (workdir / "link").symlink_to(tmp_path / "outside")
    ended = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            (workdir / "inner").rename(workdir / "aside")
            (workdir / "link").rename(workdir / "inner")
            (workdir / "inner").rename(workdir / "link")
            (workdir / "aside").rename(workdir / "inner")

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen: set[str] = set()
    try:
        for _ in range(300):
            try:
                seen.update(read(workdir, "inner/a.txt").lines)
            except (InvalidError, UnknownError):
                seen.add("refused")
    finally:
        ended.set()
        swapping.join()
    assert "secret" not in seen
    assert seen
