"""Listing a work directory's files: what ignore files leave out, strange names, links, and lists that grow old."""

import asyncio
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flowent.conversations.project_files import (
    KEPT_SECONDS,
    LONGEST_PATH,
    ProjectFiles,
    Reach,
    SearchUnavailableError,
    WorkdirGoneError,
)
from flowent.tools.beneath import Beneath, Denied
from flowent.tools.ripgrep import Ripgrep, find_ripgrep, has_descriptor_paths


@dataclass
class Clock:
    """A clock that a test moves."""

    time: float = 1000.0

    def monotonic(self) -> float:
        return self.time


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


@pytest.fixture
def reach() -> Reach:
    program = find_ripgrep()
    assert program is not None
    return Reach(Beneath(Denied((), frozenset())), Ripgrep(program, descriptor_paths=has_descriptor_paths()))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files(reach: Reach, clock: Clock) -> ProjectFiles:
    return ProjectFiles(lambda: reach, clock.monotonic)


def write(workdir: Path, *names: str) -> None:
    for name in names:
        path = workdir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")


async def listed(files: ProjectFiles, workdir: Path) -> set[str]:
    """Name all files that are listed, without directories."""
    found = await files.search(workdir, "", 1000)
    return {hit.path for hit in found.hits if hit.kind == "file"}


async def test_ignore_files_count_at_every_level_without_a_repository(files: ProjectFiles, workdir: Path) -> None:
    write(workdir, "a.py", "a.log", "build/x.py", "sub/b.py", "sub/b.tmp", "sub/kept.log", "sub/deep/c.tmp", ".env")
    (workdir / ".gitignore").write_text("*.log\n/build/\n")
    (workdir / "sub" / ".gitignore").write_text("*.tmp\n!kept.log\n")
    assert await listed(files, workdir) == {
        ".env",
        ".gitignore",
        "a.py",
        "sub/.gitignore",
        "sub/b.py",
        "sub/kept.log",
    }


async def test_a_repositorys_own_data_is_left_out(files: ProjectFiles, workdir: Path) -> None:
    write(workdir, ".git/config", "sub/.git/HEAD", "sub/.github/ci.yml", "module/.git")
    assert await listed(files, workdir) == {"sub/.github/ci.yml"}


async def test_links_are_not_followed(files: ProjectFiles, workdir: Path, tmp_path: Path) -> None:
    write(tmp_path, "outside/secret.txt")
    write(workdir, "a.py")
    (workdir / "out").symlink_to(tmp_path / "outside")
    (workdir / "file").symlink_to(tmp_path / "outside" / "secret.txt")
    (workdir / "loop").symlink_to(workdir)
    assert await listed(files, workdir) == {"a.py"}
    assert (await files.search(workdir, "secret", 10)).hits == []


async def test_names_that_cannot_be_shown_are_left_out(files: ProjectFiles, workdir: Path) -> None:
    write(
        workdir,
        "a.py",
        "two\nlines.py",
        "dir\n./x.py",
        os.fsdecode(b"latin-\xe9.py"),
        "tab\there.py",
        "größe 🎉.md",
        "-rf",
        "{a,b}.py",
    )
    assert await listed(files, workdir) == {"a.py", "größe 🎉.md", "-rf", "{a,b}.py"}


async def test_a_path_that_is_too_long_is_left_out(files: ProjectFiles, workdir: Path) -> None:
    deep = "/".join(["d" * 200] * (LONGEST_PATH // 200 + 1))
    write(workdir, "a.py", f"{deep}/x.py")
    assert await listed(files, workdir) == {"a.py"}


async def test_flowents_own_data_is_left_out(reach: Reach, clock: Clock, workdir: Path) -> None:
    write(workdir, "a.py", "data/flowent.db", "data2/x.py", "key", "key2.py")

    def guarded() -> Reach:
        return replace(reach, beneath=Beneath(Denied.of([workdir / "data"], [workdir / "key"])))

    files = ProjectFiles(guarded, clock.monotonic)
    assert await listed(files, workdir) == {"a.py", "data2/x.py", "key2.py"}


async def test_a_list_ends_where_there_are_too_many(reach: Reach, clock: Clock, workdir: Path) -> None:
    write(workdir, *(f"{number}.py" for number in range(30)))
    files = ProjectFiles(lambda: reach, clock.monotonic, most_files=10)
    found = await files.search(workdir, "py", 100)
    assert (len(found.hits), found.truncated) == (10, True)


async def test_what_was_changed_last_comes_first(files: ProjectFiles, workdir: Path) -> None:
    write(workdir, "old.py", "sub/deep/new.py", "sub/older.py")
    for name, time in (("old.py", 1_700_000_000), ("sub/older.py", 1_600_000_000), ("sub", 1_500_000_000)):
        os.utime(workdir / name, (time, time))
    found = await files.search(workdir, "", 10)
    assert [hit.path for hit in found.hits] == ["sub/deep/new.py", "old.py", "sub/older.py", "sub"]


async def test_in_a_fresh_checkout_the_shallow_ones_come_first(files: ProjectFiles, workdir: Path) -> None:
    write(workdir, "sub/deep/new.py", "sub/b.py", "a.py")
    for number, name in enumerate(("a.py", "sub/b.py", "sub/deep/new.py", "sub")):
        os.utime(workdir / name, (1_700_000_000 + number, 1_700_000_000 + number))
    found = await files.search(workdir, "", 10)
    assert [hit.path for hit in found.hits] == ["sub", "a.py", "sub/b.py", "sub/deep/new.py"]


async def test_a_new_file_is_found_soon(files: ProjectFiles, workdir: Path, clock: Clock) -> None:
    write(workdir, "a.py")
    await files.search(workdir, "a", 5)
    write(workdir, "another.py")
    assert len((await files.search(workdir, "a", 5)).hits) == 1
    clock.time += KEPT_SECONDS
    assert len((await files.search(workdir, "a", 5)).hits) == 2


async def test_an_old_list_answers_while_a_new_one_is_made(files: ProjectFiles, workdir: Path, clock: Clock) -> None:
    write(workdir, "a.py")
    await files.search(workdir, "a", 5)
    write(workdir, "another.py")
    clock.time += KEPT_SECONDS / 2
    counts = [len((await files.search(workdir, "a", 5)).hits)]
    while counts[-1] < 2:
        counts.append(len((await files.search(workdir, "a", 5)).hits))
    assert counts[0] == 1


@pytest.mark.parametrize("later", [0.0, KEPT_SECONDS / 2, KEPT_SECONDS])
async def test_a_directory_that_went_away_is_told_once_its_list_is_old(
    files: ProjectFiles, workdir: Path, clock: Clock, later: float
) -> None:
    write(workdir, "a.py")
    await files.search(workdir, "a", 5)
    shutil.rmtree(workdir)
    clock.time += later
    if later:
        with pytest.raises(WorkdirGoneError):
            await files.search(workdir, "a", 5)
    else:
        assert (await files.search(workdir, "a", 5)).hits


async def test_a_directory_that_was_never_there(files: ProjectFiles, workdir: Path) -> None:
    with pytest.raises(WorkdirGoneError, match="cannot be opened") as caught:
        await files.search(workdir / "none", "a", 5)
    assert "choose another project folder" in caught.value.remedy


async def test_without_ripgrep_it_is_said(reach: Reach, clock: Clock, workdir: Path) -> None:
    files = ProjectFiles(lambda: replace(reach, ripgrep=None), clock.monotonic)
    with pytest.raises(SearchUnavailableError):
        await files.search(workdir, "a", 5)


async def test_asking_twice_at_once_lists_once(reach: Reach, clock: Clock, workdir: Path) -> None:
    asked = 0

    def counted() -> Reach:
        nonlocal asked
        asked += 1
        return reach

    write(workdir, "a.py")
    files = ProjectFiles(counted, clock.monotonic)
    found = await asyncio.gather(*(files.search(workdir, "a", 5) for _ in range(5)))
    assert (asked, [len(each.hits) for each in found]) == (1, [1] * 5)
