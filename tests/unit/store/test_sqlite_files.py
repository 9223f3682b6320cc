"""What a SQLite database leaves on the disk, and what its writer tells SQLite."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flowent.store.base import Append, Listing, StoredEventRow
from flowent.store.database import open_sqlite
from flowent.store.sqlite import SqliteBackend
from flowent.store.transaction import transaction

LISTING = Listing(title=None, workdir="/work", pinned=False, archived=False, deleted=False, status="idle")


def modes(directory: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}


async def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = await open_sqlite(tmp_path / "flowent.db")
        await store.create_conversation("c", LISTING, [], at=1)
    finally:
        os.umask(before)
    assert modes(tmp_path) == {"flowent.db": 0o600, "flowent.db-wal": 0o600, "flowent.db-shm": 0o600}
    await store.close(orderly=True)


async def test_files_that_others_could_read_are_closed_to_them(tmp_path: Path) -> None:
    await (await open_sqlite(tmp_path / "flowent.db")).close(orderly=True)
    for suffix in ("", "-wal", "-shm"):
        path = tmp_path / f"flowent.db{suffix}"
        path.touch()
        path.chmod(0o644)
    store = await open_sqlite(tmp_path / "flowent.db")
    assert set(modes(tmp_path).values()) == {0o600}
    await store.close(orderly=True)


async def test_closing_leaves_the_database_file_alone(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "flowent.db")
    await store.create_conversation("c", LISTING, [], at=1)
    assert await store.get_conversation("c") is not None
    await store.close(orderly=True)
    assert list(modes(tmp_path)) == ["flowent.db"]


async def test_a_link_to_the_database_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "flowent.db"
    link.symlink_to(tmp_path / "real" / "flowent.db")
    store = await open_sqlite(link)
    await store.create_conversation("c", LISTING, [], at=1)
    assert set(modes(tmp_path / "real")) == {"flowent.db", "flowent.db-wal", "flowent.db-shm"}
    await store.close(orderly=True)


@pytest.mark.parametrize(("durable", "level"), [(False, 1), (True, 2)])
def test_only_durable_commits_sync_the_disk(tmp_path: Path, durable: bool, level: int) -> None:
    backend = SqliteBackend(tmp_path / "flowent.db")
    engine = backend.writer_engine()
    with engine.connect() as connection:
        for before in (not durable, durable):
            with transaction(backend, connection, durable=before):
                found = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    engine.dispose()
    assert found == level


async def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "flowent.db")
    await store.create_conversation("c", LISTING, [], at=1)
    await store.claim("c")
    for seq in range(1, 120):
        await store.append(Append("c", 1, seq - 1, [StoredEventRow(seq, 1, "message", "x" * 500_000)]))
    assert (tmp_path / "flowent.db-wal").stat().st_size < 40_000_000
    await store.close(orderly=True)


OPENING = """
import asyncio, sys
from pathlib import Path
from flowent.store.database import open_sqlite

async def main():
    await (await open_sqlite(Path(sys.argv[1]))).close(orderly=True)

asyncio.run(main())
print(*(name for name in ("alembic", "psycopg", "sqlalchemy.orm") if name in sys.modules))
"""


def test_opening_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    for _ in ("a new database", "an existing one"):
        command = [sys.executable, "-c", OPENING, tmp_path / "flowent.db"]
        assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "\n"
