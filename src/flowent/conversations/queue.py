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

    async def add(
        self, message_id: str, parts: tuple[UserPart, ...], mode: SendMode, turn_id: str, *, seen: bool
    ) -> None:
        """Put a message at the end; ``seen`` as `Log.emit` has it."""
        async with self.lock:
            item = QueueItem(id=message_id, turn_id=turn_id, mode=mode, parts=parts)
            await self._log.emit(QueueChanged(items=(*self.items, item)), durable=True, seen=seen)

    async def change(self, entries: Sequence[QueueEntry], seen_seq: int | None) -> None:
        """Make the queue what the entries say, and keep what came after a seq; raises UnknownError and InvalidError.

        It is changed whole or not at all: an item that was sent meanwhile never comes back.
        """
        async with self.lock:
            known = {item.id: item for item in self.items}
            if len({entry.id for entry in entries}) < len(entries):
                raise InvalidError("items", "An item is named twice.", "Name every item once.")
            items: list[QueueItem] = []
            for entry in entries:
                if entry.id not in known:
                    raise self.gone(entry.id)
                items.append(self._changed(known.pop(entry.id), entry))
            items += [item for item in known.values() if self._unseen(item, seen_seq)]
            if tuple(items) != self.items:
                await self._log.emit(QueueChanged(items=tuple(items)), durable=True)

    def gone(self, item_id: str) -> UnknownError:
        """Say why an item does not wait, so that nobody loses what was written in it."""
        if item_id in self._log.conversation:
            return UnknownError(
                f"The message {item_id} does not wait any more: it was sent meanwhile.",
                "Nothing was changed. Edit the message in the conversation, or leave it out here.",
            )
        return UnknownError(
            f"Nothing with the id {item_id} waits in the queue.",
            "Nothing was changed. Read the queue again: somebody may have removed it. Send it anew, under a new id.",
        )

    def _unseen(self, item: QueueItem, seen_seq: int | None) -> bool:
        receipt = self._log.receipts.get(item.id)
        return seen_seq is not None and receipt is not None and receipt.seq > seen_seq

    def _changed(self, item: QueueItem, entry: QueueEntry) -> QueueItem:
        turn = self._log.progress.turn
        mode, turn_id = entry.mode or item.mode, item.turn_id
        if (item.mode, mode) == ("steer", "queue"):
            # It named the turn that it was to steer.
            turn_id = self._ids.new("turn")
        elif (item.mode, mode) == ("queue", "steer") and turn is not None:
            turn_id = turn.turn_id
        return QueueItem(id=item.id, turn_id=turn_id, mode=mode, parts=_parts(item, entry))

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


def _parts(item: QueueItem, entry: QueueEntry) -> tuple[UserPart, ...]:
    if entry.text is None:
        return item.parts
    attachments = tuple(part for part in item.parts if not isinstance(part, TextPart))
    text = (TextPart(id=f"{item.id}.text", text=entry.text),) if entry.text.strip() else ()
    if not text and not attachments:
        raise InvalidError("content", "A message needs text or an attachment.", "Remove the item instead.")
    return (*text, *attachments)
