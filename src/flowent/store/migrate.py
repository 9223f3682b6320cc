"""Brings the tables up to date when the database is opened, in one transaction.

A new database gets its tables from `flowent.store.schema` and is marked as up to date; an older one goes through the
revisions. Alembic is imported only then: it costs about a second of CPU.
"""

from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, update

from flowent.store.backend import Backend
from flowent.store.base import NewerDatabaseError, StoreError
from flowent.store.schema import (
    LIST_SEQ,
    REVISION,
    STOPPED_ORDERLY,
    WRITTEN_BY,
    alembic_version,
    conversations,
    meta,
    metadata,
)
from flowent.store.transaction import transaction

_MIGRATIONS = Path(__file__).with_name("migrations")


def open_database(backend: Backend, connection: Connection) -> bool:
    """Make or change the tables if need be, and remember that the database is open.

    Gives whether it had been closed in order, which a new one had. Raises NewerDatabaseError, or StoreError for
    tables that are not Flowent's.
    """
    with transaction(backend, connection, durable=True):
        backend.lock_schema(connection)
        found = _stored_revision(connection)
        if found is None:
            _create(backend, connection)
        elif found > REVISION:
            raise _newer(backend, connection, found)
        elif found < REVISION:
            _upgrade(connection)
        return _note_opening(connection)


def note_closing(connection: Connection, *, orderly: bool) -> None:
    """Remember how the database is left."""
    connection.execute(update(meta).where(meta.c.key == STOPPED_ORDERLY).values(number=int(orderly)))


def _stored_revision(connection: Connection) -> str | None:
    """Give the revision of the tables, None if there are none yet. Revisions compare as text."""
    if not inspect(connection).has_table(alembic_version.name):
        return None
    return connection.execute(select(alembic_version.c.version_num)).scalar() or ""


def _create(backend: Backend, connection: Connection) -> None:
    if inspect(connection).has_table(conversations.name):
        raise StoreError(
            f"There are tables in {backend.where} that Flowent did not make. Give Flowent a database of its own."
        )
    metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(meta), [{"key": LIST_SEQ, "number": 0}, {"key": STOPPED_ORDERLY, "number": 1}])
    connection.execute(insert(alembic_version).values(version_num=REVISION))


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _note_opening(connection: Connection) -> bool:
    orderly = connection.execute(select(meta.c.number).where(meta.c.key == STOPPED_ORDERLY)).scalar_one()
    note_closing(connection, orderly=False)
    by = version("flowent")
    if connection.execute(update(meta).where(meta.c.key == WRITTEN_BY).values(text=by)).rowcount == 0:
        connection.execute(insert(meta).values(key=WRITTEN_BY, text=by))
    return bool(orderly)


def _newer(backend: Backend, connection: Connection, found: str) -> NewerDatabaseError:
    by = connection.execute(select(meta.c.text).where(meta.c.key == WRITTEN_BY)).scalar()
    return NewerDatabaseError(
        f"A newer Flowent ({by or 'of unknown version'}, tables {found}) wrote {backend.where}; "
        f"this is Flowent {version('flowent')}, which knows tables up to {REVISION}. "
        "Install that version or a later one, or start this one with another data directory or database."
    )
