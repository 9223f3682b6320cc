"""The whole database, on SQLite or PostgreSQL: `open_sqlite` and `open_postgresql` give a `SqlStore`.

SQLAlchemy runs synchronously, on one writer's thread and a few readers'; nothing blocks the event loop.
"""

import asyncio
from pathlib import Path

from sqlalchemy import Connection, exists, func, select

from flowent.store.backend import Backend
from flowent.store.base import Store, StoreError
from flowent.store.events import EventTables
from flowent.store.lists import ListTables
from flowent.store.postgresql import PostgresqlBackend
from flowent.store.schema import conversations, events
from flowent.store.sessions import SessionTables
from flowent.store.settings import SettingsTables
from flowent.store.sqlite import SqliteBackend


class SqlStore(EventTables, ListTables, SettingsTables, SessionTables):
    """Implements `flowent.store.base.Store`."""

    async def check_integrity(self, *, quick: bool = False) -> str | None:
        """Give what is wrong with the database, or None; ``quick`` leaves out what takes long in large databases."""

        def query(connection: Connection) -> str | None:
            return self._backend.damage(connection, quick=quick) or _contradictions(connection)

        try:
            return await self._read(query)
        except StoreError as error:
            # Damage may be such that the check itself cannot be made.
            return str(error)


async def open_sqlite(path: Path) -> SqlStore:
    """Open a database file, making it and its tables if need be. Its directory must exist. Raises StoreError."""
    return await _open(SqliteBackend(path))


async def open_postgresql(url: str) -> SqlStore:
    """Open a database on a server (``postgresql://user:password@host:port/name``). Raises StoreError."""
    return await _open(PostgresqlBackend(url))


async def _open(backend: Backend) -> SqlStore:
    store = SqlStore(backend, asyncio.get_running_loop())
    await store.open()
    _fits: Store = store
    return store


def _contradictions(connection: Connection) -> str | None:
    """Give what the tables say against each other, or None."""
    newer = exists().where(events.c.conversation_id == conversations.c.id, events.c.seq > conversations.c.seq)
    count = connection.execute(select(func.count()).select_from(conversations).where(newer)).scalar_one()
    return f"{count} conversations have events after their last one" if count else None
