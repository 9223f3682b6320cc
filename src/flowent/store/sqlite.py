"""The store's database as one SQLite file.

The file and its ``-wal`` and ``-shm`` are readable by their owner only: the file is created so before SQLite opens it,
and SQLite gives the other two the mode of the file (``findCreateFileMode`` in its ``os_unix.c``). Once it is open, the
file is never opened by other means: closing any handle of it would drop this process's locks.
"""

import os
import shutil
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from flowent.store.base import StoreError
from flowent.store.errors import explain_os, full, read_only

_OLDEST = (3, 35, 0)
"""The first SQLite with RETURNING (``UPDATE … FROM`` came with 3.33)."""

_BUSY_SECONDS = 5.0
_NO_SPACE = 1 << 20
"""Bytes: with less than this free, a failed write is put down to the full disk whatever SQLite calls it."""

_COMMON = ("PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY")
_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    # A checkpoint syncs the disk while the appends wait: rarely, and the log's file does not stay large for ever.
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA journal_size_limit=67108864",
)
_READER = ("PRAGMA query_only=ON",)


class SqliteBackend:
    """A database file; see `flowent.store.backend.Backend`."""

    placeholder = "?"
    # Without "OR FAIL" SQLite copies every page that an insert of several rows touches, to undo it alone; the
    # writer undoes the whole transaction anyway.
    insert = "INSERT OR FAIL INTO"

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is opened yet."""
        self._path = path
        self._full_sync = False

    @property
    def where(self) -> str:
        """Name the file."""
        return f"the database {self._path}"

    def writer_engine(self) -> Engine:
        """Create the file if there is none, and give the writer's engine."""
        if sqlite3.sqlite_version_info < _OLDEST:
            oldest = ".".join(str(number) for number in _OLDEST[:2])
            raise StoreError(
                f"This Python comes with SQLite {sqlite3.sqlite_version}; Flowent needs {oldest} or newer. "
                "Run Flowent with a newer Python."
            )
        try:
            # SQLite puts -wal and -shm beside the file itself, not beside a link to it.
            self._path = self._path.resolve()
            self._protect()
        except OSError as error:
            raise explain_os(error, self.where) from error
        return self._engine(1, _COMMON + _WRITER)

    def reader_engine(self, connections: int) -> Engine:
        """Give an engine that cannot write."""
        return self._engine(connections, _COMMON + _READER)

    def begin(self, driver: DBAPIConnection, *, durable: bool) -> None:
        """Take the write lock; a durable commit syncs the log, and everything before it, to the disk."""
        with closing(driver.cursor()) as cursor:
            if durable != self._full_sync:
                cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._full_sync = durable
            cursor.execute("BEGIN IMMEDIATE")

    def lock_schema(self, connection: Connection) -> None:
        """Do nothing: the writer's transaction already keeps everybody else from writing."""

    def explain(self, error: Exception) -> StoreError:
        """Read SQLite's result code (https://sqlite.org/rescode.html)."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", None)
        if code is None:
            return StoreError(f"The {self.where[4:]} refused what was asked ({cause}).")
        name = f"{cause}, {getattr(cause, 'sqlite_errorname', code)}"
        match code & 0xFF:
            case sqlite3.SQLITE_FULL:
                return full(self.where)
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
                return read_only(self.where, name)
            case sqlite3.SQLITE_CANTOPEN if not self._writable():
                return read_only(self.where, name)
            case sqlite3.SQLITE_IOERR if self._disk_full():
                return full(self.where)
            case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
                return StoreError(f"Reading or writing {self.where} failed ({name}). Check its disk, then try again.")
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return StoreError(
                    f"The {self.where[4:]} is damaged or not a database ({name}). Put it aside, restore a backup, "
                    "and start again; `flowent doctor` tells what is wrong with it."
                )
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return StoreError(f"Another program keeps {self.where} locked. End it, then try again.")
            case _:
                return StoreError(f"The {self.where[4:]} refused what was asked ({name}).")

    def damage(self, connection: Connection, *, quick: bool) -> str | None:
        """Ask SQLite to read the whole file; quickly means without comparing indexes with tables."""
        check = "quick_check" if quick else "integrity_check"
        found = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA {check}(10)")]
        if found != ["ok"]:
            return "; ".join(found)
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(10)
        if orphans:
            return "; ".join(f"a row of {row[0]} names a missing row of {row[2]}" for row in orphans)
        return None

    def finish(self, connection: Connection) -> None:
        """Move the log into the database file; a reader elsewhere may keep a part of it, which is harmless."""
        with suppress(sqlite3.OperationalError):
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _protect(self) -> None:
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW, 0o600))
            # SQLite makes the names of its other files durable by itself, but this one is not new to it.
            directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        for suffix in ("", "-wal", "-shm"):
            file = self._path.with_name(self._path.name + suffix)
            with suppress(FileNotFoundError):
                mode = file.lstat().st_mode
                if stat.S_ISREG(mode) and stat.S_IMODE(mode) != 0o600:
                    file.chmod(0o600)

    def _engine(self, connections: int, pragmas: tuple[str, ...]) -> Engine:
        engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(self._path)),
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            # No implicit transactions: the writer says BEGIN IMMEDIATE itself, and a reader's statement is its own.
            connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        )

        def prepare(driver: Any, _record: object) -> None:
            for pragma in pragmas:
                driver.execute(pragma).fetchall()

        event.listen(engine, "connect", prepare)
        return engine

    def _writable(self) -> bool:
        return os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK | os.X_OK)

    def _disk_full(self) -> bool:
        with suppress(OSError):
            return shutil.disk_usage(self._path.parent).free < _NO_SPACE
        return False
