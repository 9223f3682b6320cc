"""The journal as it is stored, for readers who do not follow it: no owner is needed to look back."""

from dataclasses import dataclass

from flowent.conversations.errors import explained, no_conversation
from flowent.journal.feed import Frame, frame
from flowent.store.base import Store

LARGEST_PAGE = 4 * 1024 * 1024
"""Bytes of events; a page that would be larger ends earlier."""


@dataclass(frozen=True, slots=True)
class JournalPage:
    """A piece of the journal; ``next`` is what to go on after, None at the end, ``last`` the last event's seq."""

    frames: list[Frame]
    next: int | None
    last: int


async def read_journal(store: Store, conversation_id: str, after: int, limit: int) -> JournalPage:
    """Give at most ``limit`` events after a seq; raises UnknownError and UnavailableError."""
    with explained():
        row = await store.get_conversation(conversation_id)
        if row is None:
            raise no_conversation()
        events = await store.read_page(conversation_id, after, limit, LARGEST_PAGE)
    # What was committed since the row was read is left to the next page.
    frames = [frame(conversation_id, item.seq, item.at, item.type, item.data) for item in events if item.seq <= row.seq]
    more = bool(frames) and frames[-1].seq < row.seq
    return JournalPage(frames, frames[-1].seq if more else None, row.seq)
