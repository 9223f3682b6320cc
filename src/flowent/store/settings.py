"""Settings, providers and attachments. Everything here is kept durably: a person set it once."""

import json
from dataclasses import asdict

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from flowent.domain.values import JsonObject
from flowent.store.access import Access
from flowent.store.base import AttachmentRow, ProviderRow
from flowent.store.schema import attachments, providers, settings

_PUT_SETTING = update(settings).where(settings.c.key == bindparam("setting"))


class SettingsTables(Access):
    """See `flowent.store.base.SettingsStore`."""

    async def get_settings(self) -> JsonObject:
        """Give all settings."""

        def query(connection: Connection) -> JsonObject:
            return {row.key: json.loads(row.value) for row in connection.execute(select(settings))}

        return await self._read(query)

    async def put_settings(self, values: JsonObject) -> None:
        """Set the given ones together; a null deletes."""

        def write(connection: Connection) -> None:
            for key, value in values.items():
                if value is None:
                    connection.execute(delete(settings).where(settings.c.key == key))
                    continue
                encoded = json.dumps(value, ensure_ascii=False)
                if connection.execute(_PUT_SETTING, {"setting": key, "value": encoded}).rowcount == 0:
                    connection.execute(insert(settings), {"key": key, "value": encoded})

        await self._write(write)

    async def list_providers(self) -> list[ProviderRow]:
        """Give all providers, oldest first."""

        def query(connection: Connection) -> list[ProviderRow]:
            found = connection.execute(select(providers).order_by(providers.c.created_at, providers.c.id))
            return [
                ProviderRow(
                    id=row.id,
                    name=row.name,
                    format=row.format,
                    base_url=row.base_url,
                    secrets=row.secrets,
                    models=json.loads(row.models),
                    created_at=row.created_at,
                )
                for row in found
            ]

        return await self._read(query)

    async def put_provider(self, row: ProviderRow) -> None:
        """Add or replace; a provider that is replaced stays as old as it was."""
        columns = asdict(row) | {"models": json.dumps(row.models, ensure_ascii=False)}
        kept = {name: value for name, value in columns.items() if name not in ("id", "created_at")}

        def write(connection: Connection) -> None:
            replaced = connection.execute(update(providers).where(providers.c.id == row.id).values(kept))
            if replaced.rowcount == 0:
                connection.execute(insert(providers), columns)

        await self._write(write)

    async def delete_provider(self, provider_id: str) -> bool:
        """Delete; False if there was none."""

        def write(connection: Connection) -> bool:
            return connection.execute(delete(providers).where(providers.c.id == provider_id)).rowcount > 0

        return await self._write(write)

    async def add_attachment(self, row: AttachmentRow) -> None:
        """Remember an upload."""

        def write(connection: Connection) -> None:
            connection.execute(insert(attachments), asdict(row))

        await self._write(write)

    async def get_attachment(self, attachment_id: str) -> AttachmentRow | None:
        """Give an upload."""

        def query(connection: Connection) -> AttachmentRow | None:
            found = connection.execute(select(attachments).where(attachments.c.id == attachment_id)).one_or_none()
            return None if found is None else AttachmentRow(*found)

        return await self._read(query)
