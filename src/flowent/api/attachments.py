"""Uploaded files: the bytes are a blob, the row remembers their name and kind."""

from dataclasses import dataclass

from flowent.api.uploads import Upload
from flowent.engine.ports import Clock, Ids
from flowent.store.base import AttachmentRow, Blobs, SettingsStore


class UnknownFileError(Exception):
    """There is no such file, or its bytes are gone."""

    code = "file_not_found"


@dataclass(frozen=True, slots=True)
class Attachments:
    """Keeps uploads and gives them back."""

    store: SettingsStore
    blobs: Blobs
    clock: Clock
    ids: Ids

    async def add(self, upload: Upload) -> AttachmentRow:
        """Keep a file durably: its bytes first, so that a row never names what is not there."""
        sha256 = await self.blobs.put(upload.data)
        row = AttachmentRow(
            id=self.ids.new("att"),
            name=upload.name,
            media_type=upload.media_type,
            size=len(upload.data),
            sha256=sha256,
            created_at=self.clock.now(),
        )
        await self.store.add_attachment(row)
        return row

    async def get(self, attachment_id: str) -> tuple[AttachmentRow, bytes]:
        """Give an upload with its bytes; raises UnknownFileError."""
        row = await self.store.get_attachment(attachment_id)
        if row is None:
            raise UnknownFileError("There is no such attachment.")
        try:
            return row, await self.blobs.get(row.sha256)
        except KeyError as error:
            raise UnknownFileError("The attachment's bytes are no longer there.") from error
