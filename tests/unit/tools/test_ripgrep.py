"""Running the search program: what it is given, how its output is read, and how it ends."""

import asyncio
import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import uvloop

from flowent.tools.base import ToolError
from flowent.tools.ripgrep import MAX_LINE_BYTES, Ended, Ripgrep, Source, find_ripgrep

FOREVER = 60.0


@contextlib.contextmanager
def opened(path: Path) -> Generator[Source]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield Source(descriptor, path.is_dir())
    finally:
        os.close(descriptor)


def running(program: Path) -> Ripgrep:
    return Ripgrep(program, descriptor_paths=sys.platform == "linux")


def script(path: Path, text: str) -> Path:
    """Write a shell script to be run in the search program's place."""
    program = path / "program"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return program


async def run(ripgrep: Ripgrep, source: Path, *arguments: str, seconds: float = FOREVER) -> tuple[list[bytes], Ended]:
    lines: list[bytes] = []

    def take(line: bytes) -> bool:
        lines.append(line)
        return True

    with opened(source) as given:
        return lines, await ripgrep.run(arguments, given, take, seconds)


def test_the_program_that_came_with_the_package_is_found(program: Path) -> None:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)

    assert said.stdout.startswith("ripgrep ")


def test_the_program_is_found_through_its_package(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    def nowhere(_: str) -> str:
        return str(tmp_path)

    monkeypatch.setattr("sysconfig.get_path", nowhere)

    found = find_ripgrep()

    assert found is not None
    assert found.samefile(program)


@pytest.mark.parametrize("descriptor_paths", [True, False])
async def test_a_directory_is_where_the_program_starts(tmp_path: Path, descriptor_paths: bool) -> None:
    if descriptor_paths and sys.platform != "linux":
        pytest.skip("descriptors have paths on Linux only")
    workdir = tmp_path / "work"
    workdir.mkdir()
    program = script(tmp_path, 'pwd; echo "$@"')

    lines, ended = await run(Ripgrep(program, descriptor_paths=descriptor_paths), workdir, "a b", "$HOME")

    assert lines == [os.fsencode(workdir.resolve()), b"a b $HOME"]
    assert ended == Ended(0, "", timed_out=False, long_lines=0)


async def test_a_file_is_the_programs_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content\n")

    lines, _ = await run(running(script(tmp_path, "/bin/cat")), tmp_path / "file")

    assert lines == [b"content"]


async def test_the_environment_is_not_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "secret")
    monkeypatch.setenv("RIPGREP_CONFIG_PATH", "/somewhere")

    lines, _ = await run(running(script(tmp_path, "/usr/bin/env")), tmp_path)

    assert b"PWD" in lines[0]
    assert not [line for line in lines if line.split(b"=")[0] not in (b"PWD", b"OLDPWD", b"SHLVL", b"_")]


async def test_complaints_and_status_are_told(tmp_path: Path) -> None:
    lines, ended = await run(running(script(tmp_path, "echo wrong >&2; exit 2")), tmp_path)

    assert lines == []
    assert ended == Ended(2, "wrong", timed_out=False, long_lines=0)


async def test_endless_complaints_hold_nothing_up(tmp_path: Path) -> None:
    program = script(tmp_path, "i=0; while [ $i -lt 20000 ]; do echo complaint >&2; i=$((i+1)); done; echo done")

    lines, ended = await run(running(program), tmp_path)

    assert lines == [b"done"]
    assert 8_000 < len(ended.errors) <= 8 * 1024


async def test_a_program_that_cannot_be_started_is_an_error_for_the_model(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be started"):
        await run(running(tmp_path / "missing"), tmp_path)


async def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    program = script(tmp_path, f"echo first; /usr/bin/head -c {3 * MAX_LINE_BYTES} /dev/zero; echo; echo last")

    lines, ended = await run(running(program), tmp_path)

    assert lines == [b"first", b"last"]
    assert ended.long_lines == 1


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_enough_ends_an_endless_program(tmp_path: Path, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """The program fills the pipe while nobody reads, which is when waiting for its end is a trap."""
    taken: list[bytes] = []

    def take(line: bytes) -> bool:
        taken.append(line)
        return len(taken) < 3

    async def search() -> Ended:
        return await running(program).run((), source, take, FOREVER)

    program = script(tmp_path, "exec /usr/bin/yes")
    with opened(tmp_path) as source, asyncio.Runner(loop_factory=loop) as runner:
        ended = runner.run(search())

    assert taken == [b"y"] * 3
    assert ended.status is None
    assert not ended.timed_out


def hanging(path: Path) -> tuple[Ripgrep, str]:
    """Give a program that waits for ever with a child, and what only that child has in its command line."""
    seconds = f"30.{os.getpid()}{uuid.uuid4().int % 10**9}"
    return running(script(path, f"echo started; /bin/sleep {seconds} & wait")), seconds


def survivors(words: str) -> list[int]:
    found: list[int] = []
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdigit() and words.encode() in (path / "cmdline").read_bytes():
                found.append(int(path.name))
    return found


async def test_time_ends_the_program_and_its_children(tmp_path: Path) -> None:
    ripgrep, words = hanging(tmp_path)

    _, ended = await run(ripgrep, tmp_path, seconds=0.1)

    assert ended.timed_out
    assert await asyncio.to_thread(survivors, words) == []


async def test_cancelling_ends_the_program_and_its_children(tmp_path: Path) -> None:
    ripgrep, words = hanging(tmp_path)
    started = asyncio.Event()

    def take(_: bytes) -> bool:
        started.set()
        return True

    with opened(tmp_path) as source:
        task = asyncio.create_task(ripgrep.run((), source, take, FOREVER))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert await asyncio.to_thread(survivors, words) == []


@pytest.mark.parametrize("turns", range(8))
async def test_cancelling_the_start_ends_the_program_and_its_children(tmp_path: Path, turns: int) -> None:
    ripgrep, words = hanging(tmp_path)

    with opened(tmp_path) as source:
        task = asyncio.create_task(ripgrep.run((), source, lambda _: True, FOREVER))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert await asyncio.to_thread(survivors, words) == []


def test_it_runs_on_the_products_event_loop(program: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("needle\n")

    async def search() -> list[bytes]:
        lines, _ = await run(running(program), tmp_path, "--no-config", "needle", "./")
        return lines

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(search()) == [b"./file:needle"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
async def test_a_line_of_gigabytes_ends_the_search_and_not_the_machine(program: Path, tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.write(b"needle")
        file.truncate(1024 * 1024 * 1024)

    lines, ended = await run(running(program), tmp_path / "file", "--no-config", "--text", "needle", "-")

    assert lines == []
    assert ended.status is not None
    assert ended.status < 0
