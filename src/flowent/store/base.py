"""The port to the database: the conversations' events and list, settings, providers, attachments.

Appends of all conversations go through one writer and are committed in groups, in the order in which they were
submitted. An append carries the owner's epoch and the seq that it expects to follow; a stale owner is refused
(`StaleOwnerError`) and nothing of its append is written. A committed append is reported on the event loop, in
order, before its future is resolved: `Append.on_commit` runs even if nobody awaits the future any more.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from flowent.domain.values import ConversationStatus, JsonObject, Outcome


class StoreError(Exception):
    """The database could not do what was asked; the message says why and what to do."""

    code = "storage_failed"


class StorageFullError(StoreError):
    """No space is left."""

    code = "storage_full"


class StorageReadOnlyError(StoreError):
    """The database or its directory cannot be written."""

    code = "storage_read_only"


class NewerDatabaseError(StoreError):
    """The database was written by a newer Flowent."""

    code = "storage_newer"


class StaleOwnerError(StoreError):
    """Another owner has claimed the conversation, or the expected seq is not the last one."""

    code = "stale_owner"


class NotFoundError(StoreError):
    """There is no such row."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class StoredEventRow:
    """An event as it is stored; ``data`` is its JSON text with its type, ``at`` in milliseconds since 1970 UTC."""

    seq: int
    at: int
    type: str
    data: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list of conversations shows; a projection of the journal, written with the events that change it.

    ``outcome`` is how the last turn ended, None before the first and after a clear. ``answered_seq`` is the seq of
    the last event that ended a turn by itself, which a person should hear of; 0 before the first.
    """

    title: str | None
    workdir: str
    pinned: bool
    archived: bool
    deleted: bool
    status: ConversationStatus
    outcome: Outcome | None = None
    answered_seq: int = 0


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation in the list. ``list_seq`` counts the changes of the whole list.

    ``read_seq`` is how far a person has looked. It is no event: looking changes nothing in the conversation, and the
    journal must not grow with it.
    """

    id: str
    seq: int
    list_seq: int
    read_seq: int
    created_at: int
    updated_at: int
    listing: Listing


@dataclass(frozen=True, slots=True)
class Prune:
    """Deltas to delete, in the append's own transaction: those between two seqs, both excluded."""

    after: int
    before: int


@dataclass(frozen=True, slots=True)
class Append:
    """Events for one conversation. ``durable`` asks for a commit that survives a power cut.

    ``listing`` replaces the conversation's row in the list (and gives it the next ``list_seq``) where it is not
    None. ``seen`` says that a person asked for these events, and so has seen everything before them; it needs a
    listing. ``on_commit`` gets the row's new ``list_seq``, or None where the list did not change.
    """

    conversation_id: str
    epoch: int
    expected_seq: int
    events: Sequence[StoredEventRow]
    durable: bool = False
    listing: Listing | None = None
    seen: bool = False
    prune: Prune | None = None
    on_commit: Callable[[int | None], None] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Ownership of a conversation: only appends with this epoch are accepted from now on."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the conversation list; ``next`` continues it, None at its end."""

    rows: list[ConversationRow]
    next: str | None


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An uploaded file; its bytes are the blob of that SHA-256. ``size`` in bytes."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: int


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider as stored. ``secrets`` is the sealed JSON of key and headers; only settings can open it."""

    id: str
    name: str
    format: str
    base_url: str
    secrets: bytes
    models: JsonObject = field(default_factory=dict[str, JsonValue])
    created_at: int = 0


class EventStore(Protocol):
    """The journal's tables."""

    async def create_conversation(
        self, conversation_id: str, listing: Listing, events: Sequence[StoredEventRow], *, at: int
    ) -> int:
        """Add a conversation with its first events (seq 1, 2, …), all of them read, durably; gives its list_seq."""
        ...

    async def claim(self, conversation_id: str) -> Claim:
        """Become the owner; raises NotFoundError."""
        ...

    def append(self, append: Append) -> asyncio.Future[None]:
        """Submit events; must be called on the event loop. Its future ends after the commit or raises StoreError."""
        ...

    async def read_events(self, conversation_id: str, after: int, limit: int) -> list[StoredEventRow]:
        """Give events after a seq, oldest first: the first ``limit`` ones."""
        ...

    async def measure(self, conversation_id: str, after: int) -> tuple[int, int]:
        """Count the events after a seq, and their bytes."""
        ...

    async def open_turns(self) -> list[str]:
        """Name the conversations whose last ``start`` has no ``turn_ended`` after it; the journal alone says so."""
        ...

    async def stopped_orderly(self) -> bool:
        """Whether the process before this one closed the store in order."""
        ...


class ListStore(Protocol):
    """The list of conversations."""

    async def get_conversation(self, conversation_id: str) -> ConversationRow | None:
        """Give a row, also of a deleted conversation."""
        ...

    async def list_conversations(
        self, *, limit: int, cursor: str | None, archived: bool, deleted: bool, search: str | None
    ) -> Page:
        """Give a page: pinned ones first, then newest change first.

        ``search`` is text in the title; case, accents and how letters are composed do not matter.
        """
        ...

    async def list_changes(self, after: int, limit: int) -> list[ConversationRow]:
        """Give the rows whose list_seq is larger, in its order."""
        ...

    async def mark_read(self, conversation_id: str, seq: int) -> int | None:
        """Note that a person has looked as far as ``seq`` (at most to the last event), never less far than before.

        Gives the row's new list_seq, None where nothing changed; raises NotFoundError. A power cut may undo it.
        """
        ...

    async def purge_conversation(self, conversation_id: str) -> None:
        """Delete a conversation and its events for good; raises NotFoundError."""
        ...

    async def purge_deleted(self, before: int) -> int:
        """Purge what was deleted before that time (milliseconds since 1970 UTC); gives how many."""
        ...


class PastStore(Protocol):
    """The journal for readers who do not follow it."""

    async def read_page(self, conversation_id: str, after: int, limit: int, size: int) -> list[StoredEventRow]:
        """Give events after a seq, oldest first: the first ``limit`` ones, fewer where ``size`` bytes are full.

        The first one is given however large it is.
        """
        ...


class SettingsStore(Protocol):
    """Small tables that settings keep."""

    async def get_settings(self) -> JsonObject:
        """Give all settings."""
        ...

    async def put_settings(self, values: JsonObject) -> None:
        """Set the given ones, durably; a null deletes."""
        ...

    async def list_providers(self) -> list[ProviderRow]:
        """Give all providers, oldest first."""
        ...

    async def put_provider(self, row: ProviderRow) -> None:
        """Add or replace."""
        ...

    async def delete_provider(self, provider_id: str) -> bool:
        """Delete; False if there was none."""
        ...

    async def add_attachment(self, row: AttachmentRow) -> None:
        """Remember an upload, durably."""
        ...

    async def get_attachment(self, attachment_id: str) -> AttachmentRow | None:
        """Give an upload."""
        ...


class SessionStore(Protocol):
    """Logins: what a browser's cookie stands for. Only the SHA-256 of a token is stored."""

    async def add_session(self, token_sha256: str, *, at: int, expires_at: int) -> None:
        """Remember a login."""
        ...

    async def session_valid(self, token_sha256: str, *, at: int) -> bool:
        """Whether that login exists and has not expired."""
        ...

    async def delete_session(self, token_sha256: str) -> None:
        """Log out."""
        ...


class Store(EventStore, ListStore, PastStore, SettingsStore, SessionStore, Protocol):
    """The whole database."""

    async def check_integrity(self) -> str | None:
        """Give what is wrong with the database, or None."""
        ...

    async def close(self, *, orderly: bool) -> None:
        """Write out what was submitted and close; ``orderly`` is remembered for the next start."""
        ...


class Blobs(Protocol):
    """Content-addressed files, named by their SHA-256 in hexadecimal."""

    async def put(self, data: bytes, *, durable: bool = True) -> str:
        """Keep bytes; gives their SHA-256. Durable ones survive a power cut once this returns."""
        ...

    async def get(self, sha256: str) -> bytes:
        """Give the bytes; raises KeyError."""
        ...
