"""The workspace that these tests share, one for each worker: every turn there has its own conversation.

A process that was started again after a kill also serves the next test, so that a kill costs one start and not two.
"""

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowent.scripted.process import ScriptedProvider
from flowent.store.base import StoredEventRow
from flowent.store.database import open_sqlite
from recovery.script import FORMATS, Format, markers
from support.server import Server

SERVER = Path(__file__).with_name("server.py")


@dataclass
class Workspace:
    """A server, the provider that it asks, and the marks that its acting tool leaves."""

    server: Server
    provider: ScriptedProvider
    format: Format = "chat"
    crash_at: str = ""
    undisturbed: dict[str, Any] = field(default_factory=dict[str, Any])
    """The transcripts of turns to which nothing happens, by a name for each kind of turn."""
    failures: int = 0

    @property
    def marks(self) -> Path:
        return Path(self.server.extra["EFFECTS"])

    @property
    def clock_offset(self) -> Path:
        return Path(self.server.extra["CLOCK_OFFSET"])

    def effects(self) -> Counter[str]:
        """Count what the acting tool did."""
        return Counter(self.marks.read_text().split()) if self.marks.exists() else Counter()

    async def spawn(self, crash_at: str = "") -> None:
        """Have a process that dies at that place, perhaps before it answers; one that runs and would not is stopped."""
        if self.server.running and (crash_at or self.crash_at):
            await self.stop()
        if not self.server.running:
            self.crash_at = crash_at
            await self.server.spawn(**({"FLOWENT_CRASH_AT": crash_at} if crash_at else {}))

    async def ready(self) -> None:
        """Have a process that answers and dies nowhere, and knows the provider."""
        new = not self.server.database.exists()
        await self.spawn()
        assert await self.server.answers(), self.server.output()[-2000:]
        if new:
            for name, text in markers().items():
                (self.server.workdir / name).write_text(text)
            await self.server.add_provider(self.provider.base_url(self.format), FORMATS[self.format])

    @asynccontextmanager
    async def used(self) -> AsyncGenerator[None, None]:
        """Put the data aside when a test fails: what it left undone must not make others fail."""
        try:
            yield
        except BaseException:
            self.failures += 1
            await self.server.kill()
            if self.server.data_dir.exists():
                self.server.data_dir.rename(self.server.data_dir.with_name(f"failed-{self.failures}"))
            raise

    async def stop(self) -> None:
        """End the process in order, and look at the database that it leaves."""
        if self.server.running:
            assert await self.server.stop() == 0, self.server.output()[-2000:]
        if self.server.database.exists():
            assert await damage(self.server.database) is None

    async def begin(self) -> str:
        """Add a conversation; nothing has had an effect yet."""
        self.marks.unlink(missing_ok=True)
        return (await self.server.ask("POST", "/api/conversations", {}))["id"]

    async def send(self, conversation_id: str, text: str) -> None:
        """Send a message to a server that answers; while a turn runs, it waits."""
        body = {"content": text, "mode": "queue"}
        await self.server.ask("POST", f"/api/conversations/{conversation_id}/messages", body)

    async def view(self, conversation_id: str) -> dict[str, Any]:
        """Read a conversation as a person does."""
        return await self.server.ask("GET", f"/api/conversations/{conversation_id}")

    def rows(self, conversation_id: str) -> list[StoredEventRow]:
        """Read a conversation's events from the database file itself."""
        with closing(sqlite3.connect(f"file:{self.server.database}?mode=ro", uri=True)) as database:
            query = "SELECT seq, at, type, data FROM events WHERE conversation_id = ? ORDER BY seq"
            return [StoredEventRow(*row) for row in database.execute(query, (conversation_id,))]


@asynccontextmanager
async def serving(directory: Path, format: Format = "chat") -> AsyncGenerator[Workspace, None]:
    """Start a workspace with a provider of that wire format, and end both."""
    extra = {"EFFECTS": str(directory / "effects"), "CLOCK_OFFSET": str(directory / "clock_offset")}
    server = Server(directory, (sys.executable, str(SERVER)), extra)
    async with ScriptedProvider().start() as provider:
        workspace = Workspace(server, provider, format)
        try:
            await workspace.ready()
            yield workspace
            await workspace.stop()
        finally:
            await server.kill()


async def damage(database: Path) -> str | None:
    """Have SQLite and the store look at a database that nobody uses; gives what is wrong with it."""
    with closing(sqlite3.connect(database)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        return "; ".join(found)
    store = await open_sqlite(database)
    orderly = await store.stopped_orderly()
    try:
        return await store.check_integrity()
    finally:
        await store.close(orderly=orderly)


def parsed(row: StoredEventRow) -> dict[str, Any]:
    """Give an event's fields."""
    return json.loads(row.data)
