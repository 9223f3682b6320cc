"""What only a server can do: go away, come back, accept no changes."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from contract.conftest import claimed, event, seqs
from flowent.store.base import Append, StorageReadOnlyError, StoreError
from flowent.store.database import SqlStore, open_postgresql
from flowent.store.postgresql import PostgresqlBackend
from flowent.store.transaction import transaction


@pytest.fixture
async def server_store(postgresql_schema: str) -> AsyncIterator[SqlStore]:
    store = await open_postgresql(postgresql_schema)
    yield store
    await store.close(orderly=False)


def administer(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def end_connections(url: str) -> None:
    """End the store's connections, as a restart of the server does."""
    administer(
        url,
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
        "WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()",
    )


async def test_a_lost_connection_is_made_anew(server_store: SqlStore, postgresql_schema: str) -> None:
    await claimed(server_store, "c")
    assert await seqs(server_store, "c") == [1]
    end_connections(postgresql_schema)
    await server_store.append(Append("c", 1, 1, [event(2)]))
    assert await seqs(server_store, "c") == [1, 2]
    end_connections(postgresql_schema)
    assert await seqs(server_store, "c") == [1, 2]


async def test_a_group_survives_a_lost_connection(server_store: SqlStore, postgresql_schema: str) -> None:
    await claimed(server_store, "c")
    end_connections(postgresql_schema)
    await asyncio.gather(*(server_store.append(Append("c", 1, seq, [event(seq + 1)])) for seq in range(1, 30)))
    assert await seqs(server_store, "c") == list(range(1, 31))


async def test_a_server_that_accepts_no_changes_is_told(postgresql_schema: str) -> None:
    role = f"flowent_{uuid4().hex}"
    schema = postgresql_schema.rsplit("%3D", 1)[1]
    url = make_url(postgresql_schema).set(username=role, password="password").render_as_string(hide_password=False)
    administer(postgresql_schema, f"CREATE ROLE {role} LOGIN PASSWORD 'password'")
    administer(postgresql_schema, f'GRANT ALL ON SCHEMA "{schema}" TO {role}')
    store = await open_postgresql(url)
    try:
        await claimed(store, "c")
        administer(postgresql_schema, f"ALTER ROLE {role} SET default_transaction_read_only TO on")
        end_connections(postgresql_schema)
        with pytest.raises(StorageReadOnlyError, match="accepts no changes"):
            await store.append(Append("c", 1, 1, [event(2)]))
        administer(postgresql_schema, f"ALTER ROLE {role} RESET default_transaction_read_only")
        end_connections(postgresql_schema)
        await store.append(Append("c", 1, 1, [event(2)]))
        assert await seqs(store, "c") == [1, 2]
    finally:
        await store.close(orderly=False)
        administer(postgresql_schema, f"DROP OWNED BY {role}")
        administer(postgresql_schema, f"DROP ROLE {role}")


async def test_text_with_a_null_character_fails_alone(server_store: SqlStore) -> None:
    await claimed(server_store, "c")
    with pytest.raises(StoreError, match="NUL"):
        await server_store.append(Append("c", 1, 1, [event(2, data="a\0b")]))
    await server_store.append(Append("c", 1, 1, [event(2)]))


@pytest.mark.parametrize("durable", [False, True])
def test_only_durable_commits_wait_for_the_disk(postgresql_schema: str, durable: bool) -> None:
    backend = PostgresqlBackend(postgresql_schema)
    engine = backend.writer_engine()
    with engine.connect() as connection, transaction(backend, connection, durable=durable):
        setting = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    engine.dispose()
    assert setting == ("on" if durable else "off")


async def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"No answer from the PostgreSQL database 'name' at 127\.0\.0\.1") as refused:
        await open_postgresql("postgresql://user:secret@127.0.0.1:1/name")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "flowent.db", "mysql://user@host/name", "sqlite:///flowent.db"])
async def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="postgresql://"):
        await open_postgresql(url)
