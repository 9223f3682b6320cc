"""The databases that the store's contract is tested on: a SQLite file and a schema on a real PostgreSQL server.

The server is the one of FLOWENT_TEST_POSTGRESQL (a URL of a database where schemas may be made), or a private one that
is started for the session where its programs are installed. Where neither exists its tests are skipped, but fail
under CI.
"""

import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from flowent.store.base import Claim, Listing, StoredEventRow
from flowent.store.database import SqlStore, open_postgresql, open_sqlite

LISTING = Listing(title=None, workdir="/work", pinned=False, archived=False, deleted=False, status="idle")


def event(seq: int, kind: str = "delta", *, at: int | None = None, data: str = "{}") -> StoredEventRow:
    """An event row; its time is its seq unless said otherwise."""
    return StoredEventRow(seq, seq if at is None else at, kind, data)


async def claimed(store: SqlStore, conversation_id: str, listing: Listing = LISTING, *, at: int = 1) -> Claim:
    """Make a conversation with one event, and own it."""
    first = event(1, "conversation_changed", at=at)
    await store.create_conversation(conversation_id, listing, [first], at=at)
    return await store.claim(conversation_id)


async def seqs(store: SqlStore, conversation_id: str) -> list[int]:
    """The numbers of all events."""
    return [row.seq for row in await store.read_events(conversation_id, 0, 10_000)]


@dataclass
class Database:
    """A database that can be opened more than once; whatever a test leaves open is closed after it."""

    kind: str
    location: str
    opener: Callable[[str], Awaitable[SqlStore]]
    stores: list[SqlStore] = field(default_factory=list[SqlStore])

    async def open(self) -> SqlStore:
        store = await self.opener(self.location)
        self.stores.append(store)
        return store

    def query(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements past the store; gives the rows of the last one."""
        rows: list[tuple[Any, ...]] = []
        if self.kind == "sqlite":
            with closing(sqlite3.connect(self.location)) as connection, connection:
                for statement in statements:
                    rows = connection.execute(statement).fetchall()
        else:
            with psycopg.connect(self.location) as connection:
                for statement in statements:
                    cursor = connection.execute(statement.encode())
                    rows = cursor.fetchall() if cursor.description else []
        return rows

    async def close(self) -> None:
        for store in self.stores:
            await store.close(orderly=False)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A new, empty database of each kind."""
    if request.param == "sqlite":
        found = Database("sqlite", str(tmp_path / "flowent.db"), lambda path: open_sqlite(Path(path)))
    else:
        found = Database("postgresql", request.getfixturevalue("postgresql_schema"), open_postgresql)
    yield found
    await found.close()


@pytest.fixture
async def store(database: Database) -> SqlStore:
    """An open store on a new database."""
    return await database.open()


@pytest.fixture
def postgresql_schema(postgresql_url: str) -> Iterator[str]:
    """The URL of a new, empty schema."""
    name = f"flowent_{uuid4().hex}"
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"'.encode())
        join = "&" if "?" in postgresql_url else "?"
        yield f"{postgresql_url}{join}application_name={name}&options={quote(f'-csearch_path={name}')}"
        connection.execute(f'DROP SCHEMA "{name}" CASCADE'.encode())


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a database on a real server."""
    given = os.environ.get("FLOWENT_TEST_POSTGRESQL")
    if given:
        yield given
        return
    programs = _programs()
    if programs is None:
        reason = "no PostgreSQL: set FLOWENT_TEST_POSTGRESQL to a URL, or install its server"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Not pytest's own directory: the server's user must reach it, and a socket's path must be short.
    home = Path(tempfile.mkdtemp(prefix="flowent-postgresql-"))
    server = None
    try:
        user = _server_user()
        if user is not None:
            shutil.chown(home, user)
        server, url = _start(programs, home, user)
        yield url
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(home)


def _programs() -> Path | None:
    """The directory of the newest server's programs."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    if installed:
        return installed[-1].parent
    return Path(on_path).resolve().parent if on_path else None


def _server_user() -> str | None:
    """The user who runs the server: it refuses to be root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


# The server ends when its input does: when it is told to, and also when the tests are killed.
_GUARD = '"$@" </dev/null & server=$!; read -r _; kill -INT $server 2>/dev/null; wait $server'


def _stop(server: "subprocess.Popen[bytes]") -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.wait(30)


def _start(programs: Path, home: Path, user: str | None) -> tuple["subprocess.Popen[bytes]", str]:
    directory = home / "data"
    initdb = [programs / "initdb", "-D", directory, "-U", "flowent", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*initdb, "--locale=C.UTF-8"], check=True, capture_output=True, user=user, cwd=home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": home,
        "fsync": "off",
        "full_page_writes": "off",
        "autovacuum": "off",
        "shared_buffers": "16MB",
    }
    switches = [f"-c{name}={value}" for name, value in options.items()]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "sh", programs / "postgres", "-D", directory, *switches],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            user=user,
            cwd=home,
        )
    url = f"postgresql://flowent@127.0.0.1:{port}/postgres"
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                _stop(server)
                raise RuntimeError(f"PostgreSQL did not start:\n{(home / 'log').read_text()}") from None
            time.sleep(0.02)
        else:
            return server, url
