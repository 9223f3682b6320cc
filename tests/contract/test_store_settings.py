"""What settings keep: values, providers, attachments and logins."""

from dataclasses import replace

import pytest

from contract.conftest import Database
from flowent.domain.values import JsonObject
from flowent.store.base import AttachmentRow, ProviderRow, StoreError
from flowent.store.database import SqlStore

PROVIDER = ProviderRow(
    id="p",
    name="Prövider",
    format="openai",
    base_url="https://example.com",
    secrets=bytes(range(256)),
    models={"listed": ["a", "b"], "ä": None},
    created_at=5,
)
ATTACHMENT = AttachmentRow(
    id="a", name="ein Bild.png", media_type="image/png", size=1 << 40, sha256="0" * 64, created_at=3
)


async def test_settings_are_merged_and_a_null_deletes(store: SqlStore) -> None:
    assert await store.get_settings() == {}
    values: JsonObject = {"model": "a", "window": 5, "nested": {"x": [1, None, "ä"]}, "off": False}
    await store.put_settings(values)
    await store.put_settings({"model": "b", "off": None, "missing": None})
    assert await store.get_settings() == {"model": "b", "window": 5, "nested": {"x": [1, None, "ä"]}}


async def test_a_provider_reads_back_exactly(store: SqlStore) -> None:
    await store.put_provider(PROVIDER)
    assert await store.list_providers() == [PROVIDER]


async def test_a_replaced_provider_stays_as_old_as_it_was(store: SqlStore) -> None:
    await store.put_provider(PROVIDER)
    await store.put_provider(replace(PROVIDER, id="younger", created_at=6))
    await store.put_provider(replace(PROVIDER, name="Other", secrets=b"", models={}, created_at=7))
    first, second = await store.list_providers()
    assert first == replace(PROVIDER, name="Other", secrets=b"", models={})
    assert second.id == "younger"


async def test_a_deleted_provider_is_gone(store: SqlStore) -> None:
    await store.put_provider(PROVIDER)
    assert await store.delete_provider("p")
    assert not await store.delete_provider("p")
    assert await store.list_providers() == []


async def test_an_attachment_reads_back_exactly(store: SqlStore) -> None:
    await store.add_attachment(ATTACHMENT)
    assert await store.get_attachment("a") == ATTACHMENT
    assert await store.get_attachment("b") is None


async def test_an_attachment_is_never_replaced(store: SqlStore) -> None:
    await store.add_attachment(ATTACHMENT)
    with pytest.raises(StoreError):
        await store.add_attachment(replace(ATTACHMENT, name="another"))
    assert await store.get_attachment("a") == ATTACHMENT


async def test_a_login_is_valid_until_it_expires_or_ends(store: SqlStore) -> None:
    await store.add_session("token", at=10, expires_at=20)
    assert await store.session_valid("token", at=19)
    assert not await store.session_valid("token", at=20)
    assert not await store.session_valid("another", at=19)
    await store.delete_session("token")
    assert not await store.session_valid("token", at=19)
    await store.delete_session("token")


async def test_expired_logins_are_forgotten(store: SqlStore) -> None:
    await store.add_session("old", at=10, expires_at=20)
    await store.add_session("new", at=20, expires_at=30)
    assert not await store.session_valid("old", at=19)
    assert await store.session_valid("new", at=20)


async def test_settings_survive_reopening(database: Database) -> None:
    store = await database.open()
    await store.put_settings({"model": "a"})
    await store.put_provider(PROVIDER)
    await store.add_attachment(ATTACHMENT)
    await store.add_session("token", at=10, expires_at=20)
    await store.close(orderly=True)
    again = await database.open()
    assert await again.get_settings() == {"model": "a"}
    assert await again.list_providers() == [PROVIDER]
    assert await again.get_attachment("a") == ATTACHMENT
    assert await again.session_valid("token", at=19)
