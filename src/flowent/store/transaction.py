"""One transaction of the writer, at the level of the driver.

Appends go to the driver directly: through SQLAlchemy's statement execution one costs about twice as much, which counts
between two deltas of a slow answer, when the machine's caches are cold (`docs/decisions/0002-one-writer-thread.md`).
Statements of other writes go through the same SQLAlchemy connection and fall into the same transaction.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from flowent.store.backend import Backend
from flowent.store.base import StoreError


class ConnectionLostError(StoreError):
    """The server went away; whether a commit took effect is unknown."""


@contextmanager
def transaction(backend: Backend, connection: Connection, *, durable: bool) -> Generator[DBAPIConnection]:
    """Begin, give the driver's connection, and commit; roll back on any error.

    A durable commit survives a power cut. Raises StoreError for the database's errors. Where the connection was lost,
    the next transaction connects anew.
    """
    try:
        driver = driver_of(connection)
        try:
            backend.begin(driver, durable=durable)
            yield driver
            if connection.in_transaction():
                connection.commit()
            else:
                driver.commit()
        except BaseException as error:
            _undo(connection, driver, lost=_lost(connection, driver, error))
            raise
    except (DBAPIError, connection.dialect.loaded_dbapi.Error) as error:
        explained = backend.explain(error)
        raise (ConnectionLostError(str(explained)) if connection.invalidated else explained) from error
    except UnicodeEncodeError as error:
        raise StoreError(f"Text that is not Unicode cannot be stored ({error}).") from error


def driver_of(connection: Connection) -> DBAPIConnection:
    """Give the driver's connection, connecting anew where it was lost."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    return driver


def _lost(connection: Connection, driver: DBAPIConnection, error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    dialect = connection.dialect
    return isinstance(error, dialect.loaded_dbapi.Error) and dialect.is_disconnect(error, driver, None)


def _undo(connection: Connection, driver: DBAPIConnection, *, lost: bool) -> None:
    if lost and not connection.invalidated:
        connection.invalidate()
    begun = connection.in_transaction()
    # Also where its commit has failed: SQLAlchemy calls it inactive then, and refuses everything until this.
    connection.rollback()
    if not begun and not lost:
        # An error of undoing would hide why; if anything were left open, the next BEGIN would say so.
        with suppress(connection.dialect.loaded_dbapi.Error):
            driver.rollback()
