"""What differs between the databases: how to connect, begin, and explain an error. Everything else is one code.

The adapters are `flowent.store.sqlite` and `flowent.store.postgresql`.
"""

from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection

from flowent.store.base import StoreError


class Backend(Protocol):
    """One database. Its methods block; they are called on the store's threads only."""

    @property
    def where(self) -> str:
        """Name the database to a person, without its password."""
        ...

    @property
    def placeholder(self) -> str:
        """How its driver writes a parameter in SQL text."""
        ...

    @property
    def insert(self) -> str:
        """The words that begin an insert which fails whole, at the least cost."""
        ...

    def writer_engine(self) -> Engine:
        """Prepare what is needed and give the writer's engine, which has one connection; raises StoreError."""
        ...

    def reader_engine(self, connections: int) -> Engine:
        """Give an engine whose statements each are a read of the last commit."""
        ...

    def begin(self, driver: DBAPIConnection, *, durable: bool) -> None:
        """Begin a transaction that writes, whose commit survives a power cut if ``durable``."""
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Keep other processes from changing the tables until the transaction ends."""
        ...

    def explain(self, error: Exception) -> StoreError:
        """Say in a person's words what went wrong and what to do."""
        ...

    def damage(self, connection: Connection, *, quick: bool) -> str | None:
        """Give what the database itself finds wrong with its files, or None."""
        ...

    def finish(self, connection: Connection) -> None:
        """Tidy up before the writer's connection is closed."""
        ...
