"""One stream for a browser tab: list changes, and the events of the conversations that it names.

A browser opens six connections to a host at most, over all its tabs, so a tab follows everything with one. Each event's
id is a cursor that holds every position of the stream: whoever comes back with it misses nothing and gets nothing
twice. The cursor is opaque to clients; it fits only the same address it was given for.
"""

import asyncio
import re
import zlib
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from flowent.api.problems import FieldError, invalid_fields
from flowent.api.streams import Feed, Outlet, render
from flowent.api.views import ConversationListed
from flowent.conversations.service import Conversations
from flowent.journal.feed import Frame
from flowent.store.base import ConversationRow

LIST_EVENT = b"conversation_listed"
MAX_SEQ = 2**53 - 1
MAX_WATCHED = 32
"""How many conversations one stream follows at most."""
_WATCH = re.compile(r"([A-Za-z0-9_-]{1,64}):([0-9]{1,16})")
_CURSOR = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,16})*")


@dataclass(slots=True)
class Positions:
    """Where a stream is: the list's counter (None: not followed), and each conversation's seq, in the named order."""

    conversations: tuple[str, ...]
    list_seq: int | None
    seqs: list[int]
    mark: int = field(init=False)
    """Tells one choice of conversations from another."""

    def __post_init__(self) -> None:
        """Sum up what is followed."""
        followed = ",".join(self.conversations) + ("" if self.list_seq is None else ",list")
        self.mark = zlib.crc32(followed.encode())

    def cursor(self) -> bytes:
        """Write the positions down, behind the mark."""
        numbers = [self.mark, *self.seqs, *([] if self.list_seq is None else [self.list_seq])]
        return ".".join(map(str, numbers)).encode()

    def resume(self, cursor: str) -> None:
        """Go on where a cursor was; raises ApiError (422) if it is not one of this stream."""
        numbers = [int(number) for number in cursor.split(".")] if _CURSOR.fullmatch(cursor) else []
        expected = len(self.seqs) + (1 if self.list_seq is None else 2)
        if len(numbers) != expected or numbers[0] != self.mark or max(numbers) > MAX_SEQ:
            raise invalid_fields([FieldError(field="Last-Event-ID", message="This id is not one of this stream.")])
        self.seqs[:] = numbers[1 : len(self.seqs) + 1]
        if self.list_seq is not None:
            self.list_seq = numbers[-1]


def parse_positions(watch: Sequence[str], list_after: int | None) -> Positions:
    """Read ``watch=<id>:<after>`` parameters; raises ApiError (422)."""
    found: dict[str, int] = {}
    for text in watch:
        match = _WATCH.fullmatch(text)
        if match is None or int(match[2]) > MAX_SEQ:
            raise invalid_fields([FieldError(field="watch", message="Write <conversation id>:<after>.")])
        if match[1] in found:
            raise invalid_fields([FieldError(field="watch", message="A conversation is named twice.")])
        found[match[1]] = int(match[2])
    if not found and list_after is None:
        message = "Name a conversation to watch, or follow the list with list=0."
        raise invalid_fields([FieldError(field="watch", message=message)])
    return Positions(tuple(found), list_after, list(found.values()))


def multiplexed(conversations: Conversations, positions: Positions) -> Feed:
    """Follow everything that the positions name, from there on."""

    async def follow(outlet: Outlet) -> None:
        async with asyncio.TaskGroup() as group:
            for index in range(len(positions.conversations)):
                group.create_task(_follow_conversation(conversations, positions, index, outlet))
            if positions.list_seq is not None:
                group.create_task(_follow_list(conversations, positions, positions.list_seq, outlet))

    return follow


async def _follow_conversation(conversations: Conversations, positions: Positions, index: int, outlet: Outlet) -> None:
    watched = conversations.watch(positions.conversations[index], positions.seqs[index])
    async with aclosing(watched) as batches:
        async for batch in batches:
            await outlet.write(lambda batch=batch: _conversation_events(positions, index, batch))


async def _follow_list(conversations: Conversations, positions: Positions, after: int, outlet: Outlet) -> None:
    async with aclosing(conversations.watch_list(after)) as batches:
        async for rows in batches:
            await outlet.write(lambda rows=rows: _list_events(positions, rows))


def _conversation_events(positions: Positions, index: int, batch: Sequence[Frame]) -> bytes:
    events: list[bytes] = []
    for frame in batch:
        positions.seqs[index] = frame.seq
        events.append(render(positions.cursor(), frame.type.encode(), frame.data))
    return b"".join(events)


def _list_events(positions: Positions, rows: Sequence[ConversationRow]) -> bytes:
    events: list[bytes] = []
    for row in rows:
        positions.list_seq = row.list_seq
        data = ConversationListed.of(row).model_dump_json().encode()
        events.append(render(positions.cursor(), LIST_EVENT, data))
    return b"".join(events)
