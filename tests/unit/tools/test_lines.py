"""Windows of lines: what they hold for any content, and what they cost for huge files."""

import os
import tracemalloc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowent.tools.lines import Limits, Window, read_window
from flowent.tools.magic import EncodingName, Text

UTF8 = Text("utf-8")
MEBIBYTE = 1024 * 1024

SMALL = Limits(line_characters=40, page_bytes=300, seek_bytes=4_000, line_bytes=2_000, count_bytes=1_000)


@contextmanager
def file_of(content: bytes) -> Generator[int]:
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file.fileno()


def window_of(content: bytes, offset: int = 1, limit: int = 200, limits: Limits | None = None) -> Window:
    with file_of(content) as descriptor:
        return read_window(descriptor, UTF8, offset, limit, limits or Limits())


def lines_of(text: str) -> list[str]:
    """Give a text's lines by their definition: ended by LF, with or without a CR before it."""
    *ended, rest = text.split("\n")
    return [line.removesuffix("\r") for line in ended] + ([rest] if rest else [])


texts = st.text(st.sampled_from("ab ü€😀\r\n"), max_size=300) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=100
)


@given(text=texts, encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"]), limit=st.integers(1, 9))
def test_windows_together_are_the_files_lines(text: str, encoding: EncodingName, limit: int) -> None:
    with file_of(text.encode(encoding)) as descriptor:
        found: list[str] = []
        while True:
            window = read_window(descriptor, Text(encoding), len(found) + 1, limit, Limits(page_bytes=100))
            assert window.first == len(found) + 1
            assert window.total == len(lines_of(text))
            if not window.lines:
                break
            found.extend(window.lines)

    assert found == lines_of(text)


@given(content=st.binary(max_size=300))
def test_latin1_windows_are_the_files_lines_for_any_bytes(content: bytes) -> None:
    with file_of(content) as descriptor:
        window = read_window(descriptor, Text("latin-1"), 1, 1_000, Limits())

    assert list(window.lines) == lines_of(content.decode("latin-1"))


@given(
    lines=st.lists(st.integers(0, 400), max_size=60),
    ended=st.booleans(),
    offset=st.integers(1, 70),
    limit=st.integers(1, 70),
)
def test_no_window_says_what_is_not_so(lines: list[int], ended: bool, offset: int, limit: int) -> None:
    """Every limit is small here, so that most windows meet one."""
    texts = [f"{number}:".ljust(length, "x") for number, length in enumerate(lines, 1)]
    content = "\n".join(texts) + ("\n" if ended and texts else "")

    window = window_of(content.encode(), offset, limit, SMALL)

    expected = texts[offset - 1 : offset - 1 + len(window.lines)]
    assert [line[:40] for line in expected] == list(window.lines)
    assert len(window.lines) <= limit
    assert list(window.cut) == [
        number
        for number, line in enumerate(expected, offset)
        if len(line) > 40 or (window.endless and line is expected[-1])
    ]
    assert window.counted <= len(texts)
    assert window.total in (None, len(texts))
    if len(content) <= SMALL.count_bytes:
        assert window.total == len(texts)


@pytest.mark.parametrize(
    ("content", "total"), [(b"", 0), (b"\n", 1), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"a\n\n", 2), (b"\n\n\n", 3)]
)
def test_lines_are_counted(content: bytes, total: int) -> None:
    assert window_of(content).total == total


def test_a_carriage_return_is_part_of_the_line_ending_only_before_a_line_feed() -> None:
    window = window_of(b"a\r\nb\rc\n\r")

    assert window.lines == ("a", "b\rc", "\r")
    assert window.carriage_returns


def test_bytes_that_are_no_characters_are_replaced_and_told() -> None:
    window = window_of(b"fine\nbr\xffken\n")

    assert window.lines == ("fine", "br\N{REPLACEMENT CHARACTER}ken")
    assert window.replaced


def test_a_character_cut_with_its_line_is_not_taken_for_a_broken_one() -> None:
    window = window_of("€".encode() * 50_000, limits=Limits(line_characters=100))

    assert window.lines == ("€" * 100,)
    assert window.cut == (1,)
    assert not window.replaced


def test_a_mark_is_not_part_of_the_first_line() -> None:
    with file_of(b"\xef\xbb\xbffirst\n") as descriptor:
        assert read_window(descriptor, Text("utf-8", 3), 1, 10, Limits()).lines == ("first",)


@pytest.fixture
def huge(tmp_path: Path) -> Iterator[int]:
    """Give a file of 5 GB: two lines and a hole that is one line more."""
    descriptor = os.open(tmp_path / "huge", os.O_RDWR | os.O_CREAT)
    try:
        os.write(descriptor, b"first\nsecond\n")
        os.truncate(descriptor, 5 * 1024 * MEBIBYTE)
        yield descriptor
    finally:
        os.close(descriptor)


HUGE = Limits(seek_bytes=64 * MEBIBYTE, line_bytes=32 * MEBIBYTE, count_bytes=16 * MEBIBYTE)


def measured(descriptor: int, offset: int, limit: int) -> tuple[Window, int, int]:
    """Read a window; gives it, the most memory that it took, and how many bytes were read."""
    tracemalloc.start()
    try:
        window = read_window(descriptor, UTF8, offset, limit, HUGE)
        return window, tracemalloc.get_traced_memory()[1], os.lseek(descriptor, 0, os.SEEK_CUR)
    finally:
        tracemalloc.stop()


def test_the_beginning_of_a_huge_file_costs_little(huge: int) -> None:
    window, memory, read = measured(huge, 1, 2)

    assert window.lines == ("first", "second")
    assert window.total is None
    assert memory < 2 * MEBIBYTE
    assert read <= 17 * MEBIBYTE


def test_a_line_of_gigabytes_is_cut_at_a_bounded_cost(huge: int) -> None:
    window, memory, read = measured(huge, 3, 200)

    assert window.lines == ("\0" * 2_000,)
    assert window.cut == (3,)
    assert window.endless
    assert memory < 2 * MEBIBYTE
    assert read <= 33 * MEBIBYTE


def test_a_place_too_far_into_a_huge_file_is_not_reached(huge: int) -> None:
    window, memory, read = measured(huge, 1_000_000, 200)

    assert window.lines == ()
    assert window.total is None
    assert window.counted == 3
    assert memory < 2 * MEBIBYTE
    assert read <= 81 * MEBIBYTE
