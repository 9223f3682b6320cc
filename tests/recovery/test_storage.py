"""Storage that fails in mid-turn: whoever asks is told what to do, nothing breaks, and the turn goes on by itself."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recovery import laws
from recovery.figures import Figures
from recovery.ride import RIDE, Ride
from recovery.script import EFFECTS, FIRST, SECOND
from recovery.watching import Watcher
from recovery.workspace import Workspace, damage, serving
from support.server import Server

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

DISK_MEGABYTES = 16
DAY = 24 * 3600 * 1000


def needs(reason: str, met: bool) -> None:
    """Skip a test where the machine does not allow what it does to it; CI has to allow it."""
    if not met:
        assert "CI" not in os.environ, reason
        pytest.skip(reason)


def run(*command: str | Path) -> bool:
    return shutil.which(str(command[0])) is not None and subprocess.run(command, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A workspace's directory whose data are on a small disk of their own."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    mounted = run("mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=700", "tmpfs", data)
    needs("Mounting a small disk needs root.", mounted)
    yield tmp_path
    assert run("umount", "-l", data)


@contextmanager
def full(data: Path) -> Generator[None]:
    """Leave no space for anything."""
    filler = data / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def read_only(data: Path) -> Generator[None]:
    """Let nobody write the database's files, not even who has them open."""
    # Not the third file: it is mapped into memory, and a write there would be a SIGBUS and no error.
    files = [file for suffix in ("", "-wal") if (file := data / f"flowent.db{suffix}").exists()]
    needs("Making files immutable needs root and a file system that knows it.", run("chattr", "+i", *files))
    try:
        yield
    finally:
        assert run("chattr", "-i", *files)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with the storage, and how the API says so."""

    begin: Callable[[Path], AbstractContextManager[None]]
    status: int
    code: str


async def goes_on_by_itself(workspace: Workspace, trouble: Trouble) -> None:
    """Have the trouble in the middle of a turn, ask meanwhile, and look at everything once it is over."""
    await Ride(workspace, Figures()).go()
    conversation_id = await workspace.begin()
    path = f"/api/conversations/{conversation_id}/messages"
    async with Watcher(workspace.server, conversation_id).watching() as watcher, workspace.server.client() as client:
        await workspace.send(conversation_id, FIRST)
        await watcher.until(lambda: watcher.completed_calls >= 5)
        with trouble.begin(workspace.server.data_dir):
            second = {"content": SECOND, "mode": "queue", "id": "second"}
            problems = [await refused(client.post(path, json=second)) for _ in range(3)]
            problems.append(await refused(client.post("/api/conversations", json={})))
            assert {(problem["status"], problem["code"]) for problem in problems} == {(trouble.status, trouble.code)}
            assert all(problem["remedy"] and problem["detail"] for problem in problems)
            for readable in ("/api/health", "/api/conversations", "/api/settings"):
                assert (await client.get(readable)).status_code == 200
            # Long enough for a first attempt to go on with the turn, which fails.
            await asyncio.sleep(1.5)
            assert workspace.server.running
        await watcher.until(lambda: watcher.types.count("start") >= 2)
        assert (await client.post(path, json=second)).status_code == 202
        await watcher.ended(2)
        await look(workspace, watcher, "resumed")
    assert "Traceback" not in workspace.server.output()


async def look(workspace: Workspace, watcher: Watcher, cause: str) -> None:
    """Look at everything after both turns: the first one went on, for that cause."""
    causes = laws.hold(watcher.conversation_id, workspace.rows(watcher.conversation_id), watcher.seen)
    assert cause in causes
    assert set(causes) == {"message", cause}
    view = await workspace.view(watcher.conversation_id)
    report = await workspace.provider.report()
    laws.the_provider_was_asked_properly(report)
    interrupted = laws.effects_are_honest(view, workspace.effects(), EFFECTS, report.requests)
    laws.same_transcript(laws.transcript(view), workspace.undisturbed[RIDE], interrupted)


async def refused(request: Any) -> dict[str, Any]:
    """Give the problem that a request was answered with."""
    response = await request
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.json()


async def test_a_turn_goes_on_by_itself_after_the_disk_was_full(small_disk: Path) -> None:
    async with serving(small_disk) as workspace:
        await goes_on_by_itself(workspace, Trouble(full, 507, "storage_full"))


async def test_a_turn_goes_on_by_itself_after_the_database_could_not_be_written(tmp_path: Path) -> None:
    async with serving(tmp_path) as workspace:
        await goes_on_by_itself(workspace, Trouble(read_only, 503, "storage_failed"))


async def test_a_stop_on_a_full_disk_says_so_and_the_turn_goes_on_afterwards(small_disk: Path) -> None:
    async with serving(small_disk) as workspace:
        await Ride(workspace, Figures()).go()
        conversation_id = await workspace.begin()
        async with Watcher(workspace.server, conversation_id).watching() as watcher:
            await workspace.send(conversation_id, FIRST)
            await watcher.until(lambda: watcher.completed_calls >= 5)
            with full(workspace.server.data_dir):
                assert await workspace.server.stop() == 1
            assert "No space is left" in workspace.server.output()
            await workspace.ready()
            await workspace.send(conversation_id, SECOND)
            await watcher.ended(2)
            await look(workspace, watcher, "recovered")


async def test_a_clock_that_jumps_back_changes_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as workspace:
        await Ride(workspace, Figures()).go()
        conversation_id = await workspace.begin()
        async with Watcher(workspace.server, conversation_id).watching() as watcher:
            await workspace.send(conversation_id, FIRST)
            await watcher.until(lambda: watcher.completed_calls >= 5)
            workspace.clock_offset.write_text(str(-DAY))
            await watcher.until(lambda: watcher.completed_calls >= 9)
            await watcher.until(lambda: watcher.types[-1] in ("delta", "turn_ended"))
            workspace.clock_offset.write_text(str(-2 * DAY))
            await workspace.server.kill()
            await workspace.ready()
            await workspace.send(conversation_id, SECOND)
            await watcher.ended(2)
            await look(workspace, watcher, "recovered")
        newer = await workspace.begin()
        listed = await workspace.server.ask("GET", "/api/conversations")
        assert {conversation_id, newer} <= {row["id"] for row in listed["items"]}


# What keeps a workspace from starting is one plain sentence: the real command is run here.


async def refuses_to_start(server: Server) -> str:
    """Start the real command, which must not come up; gives what it says."""
    before = len(server.output())
    await server.spawn()
    status = await server.gone()
    said = server.output()[before:]
    assert status == 1, said
    assert said.startswith("flowent: ")
    assert "Traceback" not in said
    return said


@pytest.fixture
async def stopped(tmp_path: Path) -> Server:
    """A workspace that ran once."""
    server = Server(tmp_path)
    await server.start()
    assert await server.stop() == 0
    return server


@pytest.fixture
async def started(tmp_path: Path) -> AsyncGenerator[Server]:
    """A workspace that runs."""
    server = Server(tmp_path)
    await server.start()
    yield server
    assert await server.stop() == 0


async def test_a_data_directory_has_one_process(started: Server) -> None:
    assert started.process is not None
    other = Server(started.directory)
    said = await refuses_to_start(other)
    assert f"in use by process {started.process.pid}, which listens on {started.url}" in said
    assert (await started.ask("GET", "/api/health"))["status"] == "ok"


async def test_a_database_of_a_newer_version_is_left_alone(stopped: Server) -> None:
    with closing(sqlite3.connect(stopped.database)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = stopped.database.read_bytes()
    assert "A newer Flowent" in await refuses_to_start(stopped)
    assert stopped.database.read_bytes() == before


async def test_a_data_directory_on_a_read_only_disk_is_refused(small_disk: Path) -> None:
    server = Server(small_disk)
    await server.start()
    assert await server.stop() == 0
    assert run("mount", "-o", "remount,ro", server.data_dir)
    assert "cannot be written" in await refuses_to_start(server)
    assert run("mount", "-o", "remount,rw", server.data_dir)
    assert await damage(server.database) is None


async def test_a_database_that_cannot_be_written_is_refused(stopped: Server) -> None:
    with read_only(stopped.data_dir):
        said = await refuses_to_start(stopped)
    assert "cannot be written" in said
    assert await damage(stopped.database) is None
