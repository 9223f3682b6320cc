"""The journal's tables: conversations with their owners, and events."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from flowent.store.access import Access
from flowent.store.base import Append, Claim, Listing, NotFoundError, StoredEventRow, StoreError
from flowent.store.functions import byte_length
from flowent.store.listing import listing_columns, next_list_seqs
from flowent.store.schema import TURN_MARKS, conversations, events
from flowent.store.transaction import driver_of

_AFTER = (events.c.conversation_id == bindparam("conversation"), events.c.seq > bindparam("after"))

_READ = (
    select(events.c.seq, events.c.at, events.c.type, events.c.data)
    .where(*_AFTER)
    .order_by(events.c.seq)
    .limit(bindparam("limit"))
)

_LENGTHS = (
    select(events.c.seq, byte_length(events.c.data)).where(*_AFTER).order_by(events.c.seq).limit(bindparam("limit"))
)

_MEASURE = select(func.count(), func.coalesce(func.sum(byte_length(events.c.data)), 0)).where(*_AFTER)

_CLAIM = (
    update(conversations)
    .where(conversations.c.id == bindparam("conversation"))
    .values(epoch=conversations.c.epoch + 1)
    .returning(conversations.c.epoch, conversations.c.seq)
)

_LAST_TURN_MARK = (
    select(events.c.type)
    .where(events.c.conversation_id == conversations.c.id, TURN_MARKS)
    .order_by(events.c.seq.desc())
    .limit(literal_column("1"))
    .scalar_subquery()
)

_OPEN_TURNS = select(conversations.c.id).where(_LAST_TURN_MARK == "start").order_by(conversations.c.id)


class EventTables(Access):
    """See `flowent.store.base.EventStore`."""

    async def create_conversation(
        self, conversation_id: str, listing: Listing, events: Sequence[StoredEventRow], *, at: int
    ) -> int:
        """Add a conversation; raises StoreError if there is one of that id."""

        def write(connection: Connection) -> int:
            list_seq = next_list_seqs(connection, 1)[0]
            row = {
                "id": conversation_id,
                "seq": events[-1].seq if events else 0,
                "read_seq": events[-1].seq if events else 0,
                "epoch": 0,
                "list_seq": list_seq,
                "created_at": at,
                "updated_at": at,
                "deleted_at": at if listing.deleted else None,
                **listing_columns(listing),
            }
            try:
                connection.execute(insert(conversations), row)
            except IntegrityError as error:
                raise StoreError(f"There is already a conversation {conversation_id}.") from error
            self._statements.insert_events(
                driver_of(connection),
                [(conversation_id, event.seq, event.at, event.type, event.data) for event in events],
            )
            return list_seq

        return await self._write(write)

    async def claim(self, conversation_id: str) -> Claim:
        """Raise the epoch, after whatever was submitted before."""

        def write(connection: Connection) -> Claim:
            row = connection.execute(_CLAIM, {"conversation": conversation_id}).one_or_none()
            if row is None:
                raise NotFoundError(f"There is no conversation {conversation_id}.")
            return Claim(epoch=row.epoch, seq=row.seq)

        # Not durable: every durable commit after it carries it along, and without one it fences nothing that is kept.
        return await self._write(write, durable=False)

    def append(self, append: Append) -> asyncio.Future[None]:
        """Submit events; raises ValueError if they are not in order after the expected seq."""
        return self._writer.append(append)

    async def read_events(self, conversation_id: str, after: int, limit: int) -> list[StoredEventRow]:
        """Give events in order."""

        def query(connection: Connection) -> list[StoredEventRow]:
            found = connection.execute(_READ, {"conversation": conversation_id, "after": after, "limit": limit})
            return [StoredEventRow(*row) for row in found]

        return await self._read(query)

    async def read_page(self, conversation_id: str, after: int, limit: int, size: int) -> list[StoredEventRow]:
        """Look at the lengths first, so that no more is read than is given."""

        def query(connection: Connection) -> list[StoredEventRow]:
            wanted = {"conversation": conversation_id, "after": after, "limit": limit}
            count = _fitting([length for _, length in connection.execute(_LENGTHS, wanted)], size)
            return [StoredEventRow(*row) for row in connection.execute(_READ, {**wanted, "limit": count})]

        return await self._read(query)

    async def measure(self, conversation_id: str, after: int) -> tuple[int, int]:
        """Count events and the bytes of their data in UTF-8."""

        def query(connection: Connection) -> tuple[int, int]:
            count, size = connection.execute(_MEASURE, {"conversation": conversation_id, "after": after}).one()
            return count, int(size)

        return await self._read(query)

    async def open_turns(self) -> list[str]:
        """Name conversations in the order of their ids, deleted ones too."""
        return await self._read(lambda connection: list(connection.execute(_OPEN_TURNS).scalars()))

    async def stopped_orderly(self) -> bool:
        """Give what the last `close` said; true for a new database."""
        return self._was_orderly


def _fitting(lengths: Sequence[int], size: int) -> int:
    """Count the first ones that are not more than a size together; the first one always is."""
    total = 0
    for count, length in enumerate(lengths):
        total += length
        if count > 0 and total > size:
            return count
    return len(lengths)
