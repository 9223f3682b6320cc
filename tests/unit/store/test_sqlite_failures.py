"""A disk that is full, files that cannot be written, files that are no database: a plain error, and no damage."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flowent.store.base import Append, Listing, StorageFullError, StorageReadOnlyError, StoredEventRow, StoreError
from flowent.store.database import SqlStore, open_sqlite

LISTING = Listing(title=None, workdir="/work", pinned=False, archived=False, deleted=False, status="idle")
LARGE = "x" * 50_000


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of two megabytes."""
    with tempfile.TemporaryDirectory() as directory:
        disk = Path(directory)
        mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]
        if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            pytest.skip("mounting a small file system needs root")
        yield disk
        # Lazily: what a failed test leaves open must not keep the directory for ever.
        subprocess.run(["umount", "--lazy", disk], check=True)


async def owned(path: Path) -> SqlStore:
    store = await open_sqlite(path)
    await store.create_conversation("c", LISTING, [], at=1)
    await store.claim("c")
    return store


async def fill(store: SqlStore, seq: int = 0, *, data: str = LARGE, durable: bool = False) -> int:
    """Append until it fails; gives the last acknowledged seq."""
    with pytest.raises(StorageFullError, match=r"No space is left for the database .* Free some space"):
        while True:
            append = Append("c", 1, seq, [StoredEventRow(seq + 1, 1, "message", data)], durable=durable)
            await store.append(append)
            seq += 1
    return seq


@pytest.mark.parametrize("durable", [False, True])
async def test_a_full_disk_loses_nothing_and_passes(small_disk: Path, durable: bool) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1 << 20))
    path = small_disk / "flowent.db"
    store = await owned(path)
    seq = await fill(store, durable=durable)
    assert seq > 0
    with pytest.raises(StorageFullError):
        await store.append(Append("c", 1, seq, [StoredEventRow(seq + 1, 1, "message", LARGE)]))
    assert [row.seq for row in await store.read_events("c", 0, 1000)] == list(range(1, seq + 1))

    ballast.unlink()
    await store.append(Append("c", 1, seq, [StoredEventRow(seq + 1, 1, "message", LARGE)], durable=durable))
    assert await store.check_integrity() is None
    await store.close(orderly=True)

    again = await open_sqlite(path)
    assert await again.check_integrity() is None
    assert [row.seq for row in await again.read_events("c", 0, 1000)] == list(range(1, seq + 2))
    assert await again.stopped_orderly()
    await again.close(orderly=True)


async def test_what_fits_on_a_full_disk_is_still_kept(small_disk: Path) -> None:
    """A group in which one append is too large keeps the others."""
    store = await owned(small_disk / "flowent.db")
    await store.create_conversation("small", LISTING, [], at=1)
    await store.claim("small")
    submitted = [
        store.append(Append("c", 1, 0, [StoredEventRow(1, 1, "message", "x" * (4 << 20))])),
        store.append(Append("small", 1, 0, [StoredEventRow(1, 1, "message", "{}")])),
    ]
    outcomes = await asyncio.gather(*submitted, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StorageFullError, type(None)]
    await store.close(orderly=True)


async def test_a_store_on_a_full_disk_closes_and_opens_again(small_disk: Path) -> None:
    path = small_disk / "flowent.db"
    store = await owned(path)
    seq = await fill(store)
    rest = small_disk / "rest"
    with pytest.raises(OSError, match="No space"), rest.open("wb", buffering=0) as file:
        while file.write(bytes(4096)) == 4096:
            pass
    orderly = True
    try:
        await store.close(orderly=True)
    except StorageFullError:
        # Whether the last word still finds room depends on the log's length.
        orderly = False
    rest.unlink()
    again = await open_sqlite(path)
    assert len(await again.read_events("c", 0, 1000)) == seq
    assert await again.stopped_orderly() is orderly
    assert await again.check_integrity() is None
    await again.close(orderly=False)


FILE_SIZE_LIMIT = """
import asyncio, resource, signal, sys
from pathlib import Path
from flowent.store.base import Append, Listing, StoredEventRow, StoreError
from flowent.store.database import open_sqlite

async def main():
    store = await open_sqlite(Path(sys.argv[1]))
    listing = Listing(title=None, workdir="/", pinned=False, archived=False, deleted=False, status="idle")
    await store.create_conversation("c", listing, [], at=1)
    await store.claim("c")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    seq = 0
    while True:
        try:
            await store.append(Append("c", 1, seq, [StoredEventRow(seq + 1, 1, "message", "x" * 20_000)]))
        except StoreError as error:
            print(type(error).__name__, seq)
            break
        seq += 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await store.append(Append("c", 1, seq, [StoredEventRow(seq + 1, 1, "message", "x" * 20_000)]))
    print(await store.check_integrity(), len(await store.read_events("c", 0, 1000)))
    await store.close(orderly=True)

asyncio.run(main())
"""


def test_writes_that_the_system_refuses_are_errors_that_pass(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FILE_SIZE_LIMIT, tmp_path / "flowent.db"], check=True, capture_output=True, text=True
    )
    failure, check = run.stdout.splitlines()
    kind, acknowledged = failure.split()
    assert kind == "StoreError"
    assert int(acknowledged) > 0
    assert check == f"None {int(acknowledged) + 1}"


AS_SOMEBODY = """
import asyncio, os, sys, tempfile
from pathlib import Path
from flowent.store.base import StoreError
from flowent.store.database import open_sqlite

async def main():
    # Once before it is somebody else, who may not be able to read Python's own files.
    with tempfile.TemporaryDirectory() as directory:
        await (await open_sqlite(Path(directory) / "flowent.db")).close(orderly=True)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        await (await open_sqlite(Path(sys.argv[1]))).close(orderly=True)
    except StoreError as error:
        print(type(error).__name__, error.code, error)

asyncio.run(main())
"""


def open_as_somebody(path: Path) -> str:
    """Open a database in another process, not as root, whom permissions do not stop; gives what it says."""
    run = subprocess.run([sys.executable, "-c", AS_SOMEBODY, path], check=True, capture_output=True, text=True)
    return run.stdout


@pytest.fixture
def somebodys() -> Iterator[Path]:
    """A directory of whoever the other process is."""
    # Not pytest's own directory, which is closed to others.
    with tempfile.TemporaryDirectory() as directory:
        if os.geteuid() == 0:
            os.chown(directory, 65534, 65534)
        yield Path(directory)


def test_a_database_that_cannot_be_written_is_told(somebodys: Path) -> None:
    path = somebodys / "flowent.db"
    assert open_as_somebody(path) == ""
    if os.geteuid() == 0:
        os.chown(path, 0, 0)
        path.chmod(0o444)
    else:
        somebodys.chmod(0o500)
    said = open_as_somebody(path)
    assert said.startswith("StorageReadOnlyError storage_read_only The database")
    assert "cannot be written" in said


def test_a_directory_that_cannot_be_written_is_told(somebodys: Path) -> None:
    somebodys.chmod(0o500)
    said = open_as_somebody(somebodys / "flowent.db")
    assert said.startswith("StorageReadOnlyError storage_read_only The database")


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


async def test_a_file_system_that_is_read_only_is_told(small_disk: Path) -> None:
    path = small_disk / "flowent.db"
    await (await owned(path)).close(orderly=True)
    make_read_only(small_disk)
    with pytest.raises(StorageReadOnlyError, match="cannot be written"):
        await open_sqlite(path)


async def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        await open_sqlite(tmp_path / "missing" / "flowent.db")


async def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "flowent.db"
    path.write_bytes(b"something else\n" * 1000)
    with pytest.raises(StoreError, match="damaged or not a database"):
        await open_sqlite(path)
    assert path.read_bytes() == b"something else\n" * 1000


async def test_damage_is_found_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "flowent.db"
    store = await owned(path)
    await store.append(Append("c", 1, 0, [StoredEventRow(seq, 1, "message", "x" * 900) for seq in range(1, 200)]))
    await store.close(orderly=True)
    content = bytearray(path.read_bytes())
    content[-12_288:-8_192] = b"\xff" * 4096
    path.write_bytes(content)
    again = await open_sqlite(path)
    assert await again.check_integrity() is not None
    await again.close(orderly=False)


async def test_a_database_that_another_program_keeps_locked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowent.store.sqlite._BUSY_SECONDS", 0.05)
    path = tmp_path / "flowent.db"
    store = await owned(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"keeps the database .* locked"):
            await store.append(Append("c", 1, 0, [StoredEventRow(1, 1, "message", "{}")]))
        other.execute("ROLLBACK")
    await store.append(Append("c", 1, 0, [StoredEventRow(1, 1, "message", "{}")]))
    await store.close(orderly=True)
