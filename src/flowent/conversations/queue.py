"""The messages that wait for a running turn: added by the owner, taken by the turn at its step boundaries.

Both change the queue by reading it, deciding and emitting; a lock keeps the two from deciding on the same state.
"""

import asyncio
from collections.abc import Sequence

from flowent.conversations.commands import QueueEntry, SendMode
from flowent.conversations.errors import InvalidError, UnknownError
from flowent.domain.events import AnswerDone, MessageAdded, QueueChanged, StoredEvent, TurnStarted
from flowent.domain.messages import QueueItem
from flowent.domain.parts import TextPart, UserPart
from flowent.engine.ports import Ids
from flowent.journal.log import Log


class Queue:
    """One conversation's queue; it is the `Steering` of its turns."""

    def __init__(self, log: Log, ids: Ids) -> None:
        """Keep the log that holds the items."""
        self.lock = asyncio.Lock()
        self._log = log
        self._ids = ids

    @property
    def items(self) -> tuple[QueueItem, ...]:
        """What waits, in order."""
        return self._log.conversation.queue

    async def add(self, message_id: str, parts: tuple[UserPart, ...], mode: SendMode, turn_id: str) -> None:
        """Put a message at the end."""
        async with self.lock:
            item = QueueItem(id=message_id, turn_id=turn_id, mode=mode, parts=parts)
            await self._log.emit(QueueChanged(items=(*self.items, item)), durable=True)

    async def change(self, entries: Sequence[QueueEntry]) -> None:
        """Make the queue what the entries say; raises UnknownError and InvalidError."""
        async with self.lock:
            known = {item.id: item for item in self.items}
            if len({entry.id for entry in entries}) < len(entries):
                raise InvalidError("items", "An item is named twice.", "Name every item once.")
            items: list[QueueItem] = []
            for entry in entries:
                if entry.id not in known:
                    raise UnknownError(
                        f"Nothing with the id {entry.id} waits in the queue.",
                        "Read the queue again: the message may have been sent meanwhile.",
                    )
                items.append(_changed(known[entry.id], entry))
            if tuple(items) != self.items:
                await self._log.emit(QueueChanged(items=tuple(items)), durable=True)

    async def take(self) -> bool:
        """Add the steering messages to the running turn: they end its answer and begin the next one."""
        async with self.lock:
            steering = [item for item in self.items if item.mode == "steer"]
            turn = self._log.progress.turn
            if not steering or turn is None:
                return False
            events: list[StoredEvent] = [
                AnswerDone(
                    turn_id=turn.turn_id,
                    message_id=turn.message_id,
                    status="completed",
                    usage=self._log.progress.answer_usage,
                ),
                QueueChanged(items=tuple(item for item in self.items if item.mode != "steer")),
            ]
            parent = turn.message_id
            for item in steering:
                events.append(
                    MessageAdded(
                        message_id=item.id, parent_id=parent, origin="steer", parts=item.parts, turn_id=turn.turn_id
                    )
                )
                parent = item.id
            events.append(
                TurnStarted(
                    turn_id=turn.turn_id,
                    message_id=self._ids.new("msg"),
                    parent_id=parent,
                    cause="steer",
                    provider_id=self._log.progress.provider_id,
                    model=self._log.progress.model,
                )
            )
            await self._log.emit(*events, durable=True)
            return True


def _changed(item: QueueItem, entry: QueueEntry) -> QueueItem:
    parts = item.parts
    if entry.text is not None:
        attachments = tuple(part for part in parts if not isinstance(part, TextPart))
        text = (TextPart(id=f"{item.id}.text", text=entry.text),) if entry.text.strip() else ()
        parts = (*text, *attachments)
        if not parts:
            raise InvalidError("content", "A message needs text or an attachment.", "Remove the item instead.")
    return QueueItem(id=item.id, turn_id=item.turn_id, mode=entry.mode or item.mode, parts=parts)
