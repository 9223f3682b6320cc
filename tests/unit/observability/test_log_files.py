"""Log files: a new one each day and when one is full, and old ones go."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from flowent.observability.log_files import LogFiles

TODAY = date(2026, 11, 23)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[LogFiles]:
    files = LogFiles(tmp_path, retention_days=2, max_file=100, max_total=400)
    yield files
    files.close()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_each_day_has_its_file(files: LogFiles, tmp_path: Path) -> None:
    files.write(TODAY, b"a\n")
    files.write(TODAY + timedelta(days=1), b"b\n")
    assert names(tmp_path) == ["flowent-2026-11-23.jsonl", "flowent-2026-11-24.jsonl"]


def test_a_clock_that_jumps_back_goes_on_in_the_earlier_file(files: LogFiles, tmp_path: Path) -> None:
    for day, line in ((TODAY, b"a\n"), (TODAY + timedelta(days=1), b"b\n"), (TODAY, b"c\n")):
        files.write(day, line)
    assert (tmp_path / "flowent-2026-11-23.jsonl").read_bytes() == b"a\nc\n"


def test_a_full_file_is_followed_by_another(files: LogFiles, tmp_path: Path) -> None:
    for _ in range(3):
        files.write(TODAY, b"x" * 60)
    assert names(tmp_path) == ["flowent-2026-11-23.2.jsonl", "flowent-2026-11-23.3.jsonl", "flowent-2026-11-23.jsonl"]


def test_a_new_start_goes_on_in_the_last_file(files: LogFiles, tmp_path: Path) -> None:
    for _ in range(11):
        files.write(TODAY, b"x" * 90)
        files.close()
    files.write(TODAY, b"end\n")
    assert (tmp_path / "flowent-2026-11-23.11.jsonl").read_bytes() == b"x" * 90 + b"end\n"


def test_files_past_the_retention_are_deleted(files: LogFiles, tmp_path: Path) -> None:
    for name in ("flowent-2026-11-20.jsonl", "flowent-2026-11-21.3.jsonl", "notes.jsonl", "flowent-x.jsonl"):
        (tmp_path / name).touch()
    files.write(TODAY, b"a\n")
    assert names(tmp_path) == [
        "flowent-2026-11-21.3.jsonl",
        "flowent-2026-11-23.jsonl",
        "flowent-x.jsonl",
        "notes.jsonl",
    ]


def test_the_oldest_go_where_all_take_too_much_room(files: LogFiles, tmp_path: Path) -> None:
    for _ in range(12):
        files.write(TODAY, b"x" * 100)
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert sum(sizes) == 400
    assert names(tmp_path) == [f"flowent-2026-11-23.{number}.jsonl" for number in (10, 11, 12, 9)]


def test_a_file_that_others_could_read_is_closed_to_them(files: LogFiles, tmp_path: Path) -> None:
    path = tmp_path / "flowent-2026-11-23.jsonl"
    path.touch(mode=0o644)
    files.write(TODAY, b"a\n")
    assert path.stat().st_mode & 0o777 == 0o600
