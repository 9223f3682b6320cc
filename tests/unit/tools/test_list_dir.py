"""The tool that lists directories, as the model meets it."""

import asyncio
import os
from pathlib import Path

import pytest

from flowent.tools.base import Output, ToolError
from flowent.tools.beneath import Beneath, Denied
from flowent.tools.list_dir import SCAN_LIMIT, ListDir, ListDirArguments

from .fakes import NOTHING_DENIED, at


async def listed(
    workdir: Path,
    arguments: ListDirArguments | None = None,
    denied: Denied = NOTHING_DENIED,
    scan_limit: int = SCAN_LIMIT,
) -> Output:
    tool = await asyncio.to_thread(ListDir, Beneath(denied), scan_limit)
    return await tool.run(arguments or ListDirArguments(), at(workdir))


async def test_directories_come_first_and_everything_is_marked(workdir: Path) -> None:
    (workdir / "zoo").mkdir()
    (workdir / ".hidden").write_text("x")
    (workdir / "b.txt").write_text("x" * 2_048)
    (workdir / "run.sh").write_text("x" * 10)
    (workdir / "run.sh").chmod(0o755)
    (workdir / "to_zoo").symlink_to("zoo")
    (workdir / "to_nowhere").symlink_to("../nowhere")
    os.mkfifo(workdir / "pipe")

    output = await listed(workdir)

    assert output.model_text.splitlines() == [
        "zoo/",
        ".hidden  1 B",
        "b.txt  2.0 KB",
        "pipe  (device, pipe or socket)",
        "run.sh*  10 B",
        "to_nowhere -> ../nowhere",
        "to_zoo -> zoo",
    ]
    assert output.title == "Listed ."
    assert output.data == {
        "kind": "directory",
        "path": ".",
        "entries": [
            {"name": "zoo", "type": "directory"},
            {"name": ".hidden", "type": "file", "size": 1},
            {"name": "b.txt", "type": "file", "size": 2_048},
            {"name": "pipe", "type": "other"},
            {"name": "run.sh", "type": "file", "size": 10},
            {"name": "to_nowhere", "type": "symlink", "target": "../nowhere"},
            {"name": "to_zoo", "type": "symlink", "target": "zoo"},
        ],
        "first": 1,
        "total": 7,
    }


async def test_deeper_levels_follow_their_directory(workdir: Path) -> None:
    (workdir / "a" / "b" / "c").mkdir(parents=True)
    (workdir / "a" / "file").touch()
    (workdir / "z").touch()

    output = await listed(workdir, ListDirArguments(depth=2))

    assert output.model_text.splitlines() == ["a/", "a/b/", "a/file  0 B", "z  0 B"]


async def test_neither_links_nor_git_are_entered(workdir: Path) -> None:
    (workdir / ".git").mkdir()
    (workdir / ".git" / "config").touch()
    (workdir / "up").symlink_to("..")

    output = await listed(workdir, ListDirArguments(depth=5))

    assert output.model_text.splitlines() == [".git/", "up -> .."]


async def test_git_is_listed_when_asked_for(workdir: Path) -> None:
    (workdir / ".git").mkdir()
    (workdir / ".git" / "config").touch()

    assert (await listed(workdir, ListDirArguments(path=".git"))).model_text == "config  0 B\n"


@pytest.mark.parametrize(
    ("offset", "limit", "lines"),
    [
        (1, 2, ["1  0 B", "2  0 B", "[Entries 1-2 of 5: 3 more. To go on, give offset 3.]"]),
        (3, 2, ["3  0 B", "4  0 B", "[Entries 3-4 of 5: 1 more. To go on, give offset 5.]"]),
        (4, 2, ["4  0 B", "5  0 B", "[Entries 4-5 of 5: the end of the list.]"]),
    ],
)
async def test_a_long_list_comes_in_parts(workdir: Path, offset: int, limit: int, lines: list[str]) -> None:
    for number in range(1, 6):
        (workdir / str(number)).touch()

    output = await listed(workdir, ListDirArguments(offset=offset, limit=limit))

    assert output.model_text.splitlines() == lines


async def test_two_hundred_entries_are_listed_by_default(workdir: Path) -> None:
    for number in range(201):
        (workdir / f"{number:03}").touch()

    output = await listed(workdir)

    assert output.model_text.splitlines()[-2:] == [
        "199  0 B",
        "[Entries 1-200 of 201: 1 more. To go on, give offset 201.]",
    ]


async def test_a_list_ends_before_it_is_cut_by_the_gate(workdir: Path) -> None:
    for number in range(500):
        (workdir / (f"{number:03}" + "x" * 200)).touch()

    output = await listed(workdir, ListDirArguments(limit=500))

    assert 29_000 < len(output.model_text) < 32 * 1024
    assert "To go on, give offset 144.]" in output.model_text


async def test_an_offset_past_the_end_says_how_many_entries_there_are(workdir: Path) -> None:
    (workdir / "one").touch()

    with pytest.raises(ToolError, match=r'There is no entry 2 in "\.": it has 1 entry at depth 1\.'):
        await listed(workdir, ListDirArguments(offset=2))


async def test_an_empty_directory_says_so(workdir: Path) -> None:
    assert (await listed(workdir)).model_text == '"." is empty.'


async def test_a_huge_tree_is_not_looked_at_whole(workdir: Path) -> None:
    for number in range(20):
        (workdir / str(number)).touch()

    output = await listed(workdir, ListDirArguments(limit=3), scan_limit=10)

    assert "[Entries 1-3 of more than 10. To go on, give offset 4.]" in output.model_text
    assert "[Only 10 entries were looked at;" in output.model_text
    assert isinstance(output.data, dict)
    assert output.data["total"] is None


async def test_own_data_is_named_but_not_entered(workdir: Path) -> None:
    (workdir / "data").mkdir()
    (workdir / "data" / "key").touch()
    (workdir / "data" / "blobs").mkdir()

    denied = await asyncio.to_thread(Denied.of, [workdir / "data"])
    output = await listed(workdir, ListDirArguments(depth=3), denied)

    assert output.model_text == "data/  (Flowent's own data, never read)\n"


async def test_odd_names_are_quoted(workdir: Path) -> None:
    (workdir / "two\nlines").touch()
    (workdir / "flip\u202ecod.exe").touch()
    os.close(os.open(os.fsencode(workdir) + b"/bad\xff", os.O_CREAT, 0o600))

    output = await listed(workdir)

    assert output.model_text.splitlines() == [
        '"bad\\udcff"  0 B',
        '"flip\\u202ecod.exe"  0 B',
        '"two\\nlines"  0 B',
    ]


async def test_a_file_is_refused(workdir: Path) -> None:
    (workdir / "file").touch()

    with pytest.raises(ToolError, match="use read_file"):
        await listed(workdir, ListDirArguments(path="file"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every directory")
async def test_what_cannot_be_entered_is_counted(workdir: Path) -> None:
    (workdir / "closed").mkdir(mode=0)

    output = await listed(workdir, ListDirArguments(depth=2))

    assert "[Could not be opened: 1 directory.]" in output.model_text
