"""The store's database on a PostgreSQL server, by psycopg 3.

A commit that need not survive a power cut does not wait for the server's disk: the session says
``synchronous_commit = off`` and a durable transaction says ``on`` for itself. Commits reach the disk in their order
either way.
"""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from flowent.store.base import StorageFullError, StorageReadOnlyError, StoreError

_SCHEMA_LOCK = 0x666C6F77656E74
"""The advisory lock that is held while the tables are made or changed: "flowent" in ASCII."""

_SESSION = (
    "SET synchronous_commit TO off; "
    "SET lock_timeout TO '10s'; "
    "SET idle_in_transaction_session_timeout TO '60s'; "
    "SET client_encoding TO 'UTF8'"
)

# A server that vanished without a word is noticed within about a minute, not after the system's two hours.
_CONNECTION = {
    "application_name": "flowent",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class PostgresqlBackend:
    """A database on a server; see `flowent.store.backend.Backend`."""

    placeholder = "%s"
    insert = "INSERT INTO"

    def __init__(self, url: str) -> None:
        """Read the address; raises StoreError if it is not one of PostgreSQL. Nothing is connected yet."""
        try:
            parsed = make_url(url.replace("postgres://", "postgresql://", 1))
        except ArgumentError as error:
            raise StoreError(_BAD_URL) from error
        if parsed.get_backend_name() != "postgresql":
            raise StoreError(_BAD_URL)
        self._url: URL = parsed.set(drivername="postgresql+psycopg")

    @property
    def where(self) -> str:
        """Name database and server."""
        return f"the PostgreSQL database {self._url.database!r} at {self._url.host or 'the local socket'}"

    def writer_engine(self) -> Engine:
        """Give the writer's engine."""
        return self._engine(1, None)

    def reader_engine(self, connections: int) -> Engine:
        """Give an engine without transactions."""
        return self._engine(connections, "AUTOCOMMIT")

    def begin(self, driver: DBAPIConnection, *, durable: bool) -> None:
        """Let the first statement begin; a durable commit waits for the server's disk."""
        if durable:
            driver.cursor().execute("SET LOCAL synchronous_commit TO on")

    def lock_schema(self, connection: Connection) -> None:
        """Wait until no other process changes the tables."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")

    def explain(self, error: Exception) -> StoreError:
        """Read the server's error code (PostgreSQL manual, appendix A)."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = " ".join(str(cause).split())
        code = getattr(cause, "sqlstate", None) or ""
        match code:
            case "53100":
                return StorageFullError(f"The server of {self.where} has no space left. Free some, then try again.")
            case "25006":
                return StorageReadOnlyError(
                    f"The server of {self.where} accepts no changes ({said}). "
                    "It may be a standby: name the primary in the database's address."
                )
            case "42501":
                return StorageReadOnlyError(f"The user has no right to change {self.where} ({said}). Grant it.")
            case "" | "57P01" | "57P02" | "57P03" | "08000" | "08003" | "08006" | "08001" | "08004":
                return StoreError(f"No answer from {self.where} ({said}). It is tried again with the next request.")
            case _:
                return StoreError(f"Refused by {self.where} ({said}).")

    def damage(self, connection: Connection, *, quick: bool) -> str | None:
        """Give None: the server watches over its files itself."""
        return None

    def finish(self, connection: Connection) -> None:
        """Do nothing."""

    def _engine(self, connections: int, isolation_level: Any) -> Engine:
        try:
            engine = create_engine(
                self._url,
                poolclass=QueuePool,
                pool_size=connections,
                max_overflow=0,
                # What the person wrote into the address counts.
                connect_args={name: value for name, value in _CONNECTION.items() if name not in self._url.query},
                **({"isolation_level": isolation_level} if isolation_level else {}),
            )
        except ModuleNotFoundError as error:
            raise StoreError(
                "PostgreSQL needs a library that is not installed. Install Flowent as `flowent[postgresql]`."
            ) from error

        def prepare(driver: Any, _record: object) -> None:
            was = driver.autocommit
            driver.autocommit = True
            driver.execute(_SESSION)
            driver.autocommit = was

        event.listen(engine, "connect", prepare)
        return engine


_BAD_URL = "The database's address is not one of PostgreSQL. Write it as postgresql://user:password@host:5432/database."
