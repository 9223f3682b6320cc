"""What asks for a commit that survives a power cut gets one, and nothing else pays for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.engine.interfaces import DBAPIConnection

from flowent.store.base import Append, AttachmentRow, Listing, ProviderRow, StoredEventRow
from flowent.store.database import SqlStore
from flowent.store.sqlite import SqliteBackend

LISTING = Listing(title=None, workdir="/work", pinned=False, archived=False, deleted=False, status="idle")


class Watched(SqliteBackend):
    """Remembers how each transaction began."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.begun: list[bool] = []

    def begin(self, driver: DBAPIConnection, *, durable: bool) -> None:
        self.begun.append(durable)
        super().begin(driver, durable=durable)


@pytest.fixture
def backend(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "flowent.db")


@pytest.fixture
async def store(backend: Watched) -> AsyncIterator[SqlStore]:
    opened = SqlStore(backend, asyncio.get_running_loop())
    await opened.open()
    await opened.create_conversation("c", LISTING, [], at=1)
    await opened.claim("c")
    backend.begun.clear()
    yield opened
    await opened.close(orderly=False)


def append(seq: int, *, durable: bool) -> Append:
    return Append("c", 1, seq - 1, [StoredEventRow(seq, 1, "delta", "{}")], durable=durable)


@pytest.mark.parametrize("durable", [False, True])
async def test_an_append_is_as_durable_as_it_asks(store: SqlStore, backend: Watched, durable: bool) -> None:
    await store.append(append(1, durable=durable))
    assert backend.begun == [durable]


async def test_a_durable_append_makes_its_group_durable(store: SqlStore, backend: Watched) -> None:
    await asyncio.gather(*(store.append(append(seq, durable=seq == 60)) for seq in range(1, 61)))
    assert backend.begun[-1]


async def test_durability_ends_with_the_group_that_asked(store: SqlStore, backend: Watched) -> None:
    await store.append(append(1, durable=True))
    await store.append(append(2, durable=False))
    assert backend.begun == [True, False]


async def test_what_a_person_set_is_durable(store: SqlStore, backend: Watched) -> None:
    await store.put_settings({"model": "a"})
    await store.put_provider(ProviderRow("p", "P", "openai", "https://example.com", b""))
    await store.delete_provider("p")
    await store.add_attachment(AttachmentRow("a", "a", "text/plain", 1, "0" * 64, 1))
    await store.add_session("token", at=1, expires_at=2)
    await store.delete_session("token")
    await store.create_conversation("d", LISTING, [], at=1)
    await store.purge_conversation("d")
    assert backend.begun == [True] * 8
