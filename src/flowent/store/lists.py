"""The list of conversations: pages, changes, deletion for good."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, tuple_, update

from flowent.store.access import Access
from flowent.store.base import ConversationRow, Listing, NotFoundError, Page
from flowent.store.listing import folded, next_list_seqs
from flowent.store.schema import conversations, events

_COLUMNS = (
    conversations.c.id,
    conversations.c.seq,
    conversations.c.list_seq,
    conversations.c.read_seq,
    conversations.c.created_at,
    conversations.c.updated_at,
    conversations.c.title,
    conversations.c.workdir,
    conversations.c.pinned,
    conversations.c.archived,
    conversations.c.deleted,
    conversations.c.status,
    conversations.c.outcome,
    conversations.c.answered_seq,
)

_GET = select(*_COLUMNS).where(conversations.c.id == bindparam("conversation"))

_SEQS = (
    select(conversations.c.seq, conversations.c.read_seq)
    .where(conversations.c.id == bindparam("conversation"))
    .with_for_update()
)

_MARK_READ = update(conversations).where(conversations.c.id == bindparam("conversation"))
"""Takes read_seq and list_seq as further parameters."""

_CHANGES = (
    select(*_COLUMNS)
    .where(conversations.c.list_seq > bindparam("after"))
    .order_by(conversations.c.list_seq)
    .limit(bindparam("limit"))
)

_PLACE = (conversations.c.pinned, conversations.c.updated_at, conversations.c.id)
"""What the list is ordered by, each falling."""

_DELETED = (conversations.c.deleted, conversations.c.deleted_at < bindparam("before"))


class ListTables(Access):
    """See `flowent.store.base.ListStore`."""

    async def get_conversation(self, conversation_id: str) -> ConversationRow | None:
        """Give a row, also of a deleted conversation."""

        def query(connection: Connection) -> ConversationRow | None:
            row = connection.execute(_GET, {"conversation": conversation_id}).one_or_none()
            return None if row is None else _conversation(row)

        return await self._read(query)

    async def list_conversations(
        self, *, limit: int, cursor: str | None, archived: bool, deleted: bool, search: str | None
    ) -> Page:
        """Give a page. The deleted ones are one list, archived or not; ValueError if the cursor is none of ours.

        The search ignores case, accents and how letters are composed; every character of it stands for itself.
        """
        wanted = select(*_COLUMNS).where(conversations.c.deleted == deleted)
        if not deleted:
            wanted = wanted.where(conversations.c.archived == archived)
        if search:
            wanted = wanted.where(conversations.c.title_folded.contains(folded(search), autoescape=True))
        if cursor is not None:
            wanted = wanted.where(tuple_(*_PLACE) < tuple_(*_read_cursor(cursor)))
        # One more than wanted tells whether there is another page.
        wanted = wanted.order_by(*(column.desc() for column in _PLACE)).limit(limit + 1)

        rows = await self._read(lambda connection: [_conversation(row) for row in connection.execute(wanted)])
        more = len(rows) > limit
        return Page(rows[:limit], _cursor(rows[limit - 1]) if more else None)

    async def list_changes(self, after: int, limit: int) -> list[ConversationRow]:
        """Give changed rows, the latest change of each."""

        def query(connection: Connection) -> list[ConversationRow]:
            return [_conversation(row) for row in connection.execute(_CHANGES, {"after": after, "limit": limit})]

        return await self._read(query)

    async def mark_read(self, conversation_id: str, seq: int) -> int | None:
        """Move read_seq on, and give the row its next number in the list, where that changes anything."""

        def write(connection: Connection) -> int | None:
            row = connection.execute(_SEQS, {"conversation": conversation_id}).one_or_none()
            if row is None:
                raise NotFoundError(f"There is no conversation {conversation_id}.")
            reached = min(seq, row.seq)
            if reached <= row.read_seq:
                return None
            list_seq = next_list_seqs(connection, 1)[0]
            connection.execute(_MARK_READ, {"conversation": conversation_id, "read_seq": reached, "list_seq": list_seq})
            return list_seq

        return await self._write(write, durable=False)

    async def purge_conversation(self, conversation_id: str) -> None:
        """Delete a conversation and its events for good."""

        def write(connection: Connection) -> None:
            connection.execute(delete(events).where(events.c.conversation_id == conversation_id))
            gone = connection.execute(delete(conversations).where(conversations.c.id == conversation_id))
            if gone.rowcount == 0:
                raise NotFoundError(f"There is no conversation {conversation_id}.")

        await self._write(write)

    async def purge_deleted(self, before: int) -> int:
        """Purge one conversation after the other, so that appends can pass between them."""
        expired = select(conversations.c.id).where(*_DELETED)
        found: Sequence[str] = await self._read(
            lambda connection: connection.execute(expired, {"before": before}).scalars().all()
        )
        return sum([await self._purge_expired(conversation_id, before) for conversation_id in found])

    async def _purge_expired(self, conversation_id: str, before: int) -> bool:
        expired = select(conversations.c.id).where(conversations.c.id == conversation_id, *_DELETED).with_for_update()

        def write(connection: Connection) -> bool:
            # Asked again: somebody may have taken it out of the bin since.
            if connection.execute(expired, {"before": before}).one_or_none() is None:
                return False
            connection.execute(delete(events).where(events.c.conversation_id == conversation_id))
            connection.execute(delete(conversations).where(conversations.c.id == conversation_id))
            return True

        return await self._write(write)


def _conversation(row: Row[*tuple[Any, ...]]) -> ConversationRow:
    return ConversationRow(
        id=row.id,
        seq=row.seq,
        list_seq=row.list_seq,
        read_seq=row.read_seq,
        created_at=row.created_at,
        updated_at=row.updated_at,
        listing=Listing(
            title=row.title,
            workdir=row.workdir,
            pinned=row.pinned,
            archived=row.archived,
            deleted=row.deleted,
            status=row.status,
            outcome=row.outcome,
            answered_seq=row.answered_seq,
        ),
    )


def _cursor(row: ConversationRow) -> str:
    place = json.dumps([row.listing.pinned, row.updated_at, row.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[bool, int, str]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise ValueError(_BAD_CURSOR) from error
    match place:
        case [bool(pinned), int(updated_at), str(identity)]:
            return pinned, updated_at, identity
        case _:
            raise ValueError(_BAD_CURSOR)


_BAD_CURSOR = "The cursor is not one that a page of this list gave. Start again without one."
