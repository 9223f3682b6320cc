"""The one owner of a conversation: a mailbox, and a state that is idle or running a turn.

Commands are carried out one after the other; the turn runs beside them and is ended only here. Whatever ends a turn and
whatever follows it (the next waiting message) are one commit, so that no crash can fall between the two.
If the journal breaks, the owner lets go: the conversation is loaded again from what is committed.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from flowent.conversations.commands import (
    Accepted,
    Change,
    ChangeQueue,
    Clear,
    Command,
    Regenerate,
    Resend,
    Resume,
    Retry,
    SaveEdit,
    Select,
    Send,
    SendQueued,
    Stop,
    Suspend,
)
from flowent.conversations.context import ContextKeeper
from flowent.conversations.errors import (
    MessageExistsError,
    NotPossibleError,
    ResponseInProgressError,
    UnavailableError,
    UnknownError,
)
from flowent.conversations.ports import Chosen, Workshop
from flowent.conversations.queue import Queue
from flowent.conversations.titles import title_of
from flowent.conversations.turns import TurnMaker, cause_of, crash_loop, internal_failure, storage_failure
from flowent.domain.events import (
    ConversationChanged,
    ConversationFields,
    HeadMoved,
    MessageAdded,
    MessageEdited,
    QueueChanged,
    StartCause,
    StoredEvent,
    TurnStarted,
)
from flowent.domain.failures import Failure
from flowent.domain.messages import Message, QueueItem
from flowent.domain.parts import ErrorPart, TextPart, UserPart
from flowent.domain.progress import OpenTurn
from flowent.domain.values import TurnStatus
from flowent.engine.closing import closing, error_part
from flowent.engine.turn import Turn
from flowent.journal.log import JournalBrokenError, Log
from flowent.observability.crashpoints import reached
from flowent.store.base import StoreError

_log = logging.getLogger(__name__)

CRASHES_ALLOWED = 2
"""How often in a row a turn is recovered without having got any further; after the next crash it is given up."""


@dataclass(slots=True)
class _Running:
    """A turn that runs, and the task that runs it."""

    turn: Turn
    task: asyncio.Task[Failure | None]


@dataclass(frozen=True, slots=True)
class _TurnFinished:
    """The turn's task is done. Sent by itself."""

    running: _Running


Reply = asyncio.Future[Accepted | None]


class Owner:
    """See the module. `do` is the only door."""

    def __init__(self, log: Log, workshop: Workshop, let_go: Callable[["Owner", Exception | None], None]) -> None:
        """Take over a loaded log; ``let_go`` is told once, when the owner is gone, and why."""
        self.log = log
        self._workshop = workshop
        self._let_go = let_go
        self._queue = Queue(log, workshop.ids)
        self._turns = TurnMaker(log, workshop, self._queue, ContextKeeper(log, workshop))
        self._running: _Running | None = None
        self._mailbox: asyncio.Queue[tuple[Command | _TurnFinished, Reply | None]] = asyncio.Queue()
        self._task = asyncio.create_task(self._work(), name=f"owner of {log.conversation_id}")

    @property
    def idle(self) -> bool:
        """Whether nothing runs, waits to be done, or watches: the owner could go without anyone noticing."""
        return self._running is None and self._mailbox.empty() and self.log.feed.watchers == 0

    async def do(self, command: Command) -> Accepted | None:
        """Carry out a command; raises ConversationError."""
        reply: Reply = asyncio.get_running_loop().create_future()
        if self._task.done():
            raise UnavailableError("The conversation is being loaded again.", "storage_failed")
        self._mailbox.put_nowait((command, reply))
        return await reply

    async def release(self) -> None:
        """Suspend and go."""
        if not self._task.done():
            await self.do(Suspend())
        await asyncio.wait([self._task])

    def dismiss(self) -> None:
        """Go, being idle."""
        self._mailbox.put_nowait((Suspend(), None))

    # The mailbox

    async def _work(self) -> None:
        error: Exception | None = None
        try:
            await self._carry_out_commands()
        except JournalBrokenError as broken:
            error = broken
        except Exception as bug:  # noqa: BLE001 - the boundary of everything an owner does
            _log.exception("owner failed", extra={"conversation_id": self.log.conversation_id})
            error = bug
        finally:
            if self._running is not None:
                self._running.task.cancel()
            self.log.feed.close()
            self._refuse_the_rest(error)
            self._let_go(self, error)

    async def _carry_out_commands(self) -> None:
        while True:
            command, reply = await self._mailbox.get()
            try:
                answer = await self._carry_out(command)
            except JournalBrokenError as broken:
                _answer(reply, UnavailableError(str(broken), broken.cause.code))
                raise
            except Exception as refusal:
                _answer(reply, refusal)
                if reply is None:
                    raise
            else:
                if reply is not None and not reply.done():
                    reply.set_result(answer)
            if isinstance(command, Suspend):
                return

    def _refuse_the_rest(self, error: Exception | None) -> None:
        code = error.cause.code if isinstance(error, JournalBrokenError) else "storage_failed"
        while not self._mailbox.empty():
            _, reply = self._mailbox.get_nowait()
            _answer(reply, UnavailableError("The conversation is being loaded again.", code))

    async def _carry_out(self, command: Command | _TurnFinished) -> Accepted | None:
        if not isinstance(command, Resume | Suspend | _TurnFinished):
            # After trouble with the storage a command can be here before the turn was told to go on.
            await self._resume(Resume("resumed"))
        match command:
            case Send():
                return await self._send(command)
            case Stop():
                return await self._stop()
            case Clear():
                return await self._clear()
            case SaveEdit():
                return await self._save_edit(command)
            case Resend():
                return await self._resend(command)
            case Regenerate():
                return await self._regenerate(command)
            case Retry():
                return await self._retry(command)
            case Select():
                return await self._select(command)
            case ChangeQueue():
                return await self._queue.change(command.items, command.seen_seq)
            case SendQueued():
                return await self._send_queued(command)
            case Change():
                return await self._change(command.fields)
            case Resume():
                return await self._resume(command)
            case Suspend():
                return await self._suspend()
            case _TurnFinished():
                return await self._turn_finished(command)

    # Messages

    async def _send(self, command: Send) -> Accepted:
        if receipt := self.log.receipts.get(command.message_id):
            if not receipt.same_body(command.parts):
                raise MessageExistsError
            return Accepted(receipt.message_id, receipt.turn_id, receipt.seq)
        if self.log.conversation.deleted:
            raise NotPossibleError("The conversation is deleted.", "Restore it first.")
        if self._running is None:
            turn_id = self._workshop.ids.new("turn")
            added = self._added(command.message_id, command.parts, self.log.conversation.head, turn_id, command.origin)
            titled = self._titled(command.parts)
            seen = command.origin != "channel"
            await self._begin(turn_id, command.message_id, "message", *titled, added, seen=seen)
        elif command.mode is None:
            raise ResponseInProgressError
        else:
            open_turn = self.log.progress.turn
            steers = command.mode == "steer" and open_turn is not None
            turn_id = open_turn.turn_id if steers and open_turn else self._workshop.ids.new("turn")
            seen = command.origin != "channel"
            await self._queue.add(command.message_id, command.parts, command.mode, turn_id, seen=seen)
        reached("turn.message_committed")
        return self._accepted(command.message_id)

    async def _save_edit(self, command: SaveEdit) -> None:
        self._own_message(command.message_id)
        await self.log.emit(MessageEdited(message_id=command.message_id, parts=command.parts), durable=True)

    async def _resend(self, command: Resend) -> Accepted:
        message = self._own_message(command.message_id)
        self._require_idle()
        turn_id = self._workshop.ids.new("turn")
        added = self._added(command.new_id, command.parts, message.parent_id, turn_id, "edit")
        await self._begin(turn_id, command.new_id, "message", added, seen=True)
        return self._accepted(command.new_id)

    async def _regenerate(self, command: Regenerate) -> Accepted:
        message = self._message(command.message_id)
        self._require_idle()
        parent = message.id if message.author == "user" else message.parent_id
        if parent is None:
            raise NotPossibleError("This answer has no message before it.", "Send a message instead.")
        turn_id = self._workshop.ids.new("turn")
        return await self._begin(turn_id, parent, "regenerate", seen=True)

    async def _retry(self, command: Retry) -> Accepted:
        message = self._message(command.message_id)
        if message.author != "assistant" or message.turn_id is None:
            raise NotPossibleError("Only an answer can be retried.", "Name the message that holds the error block.")
        if not any(isinstance(part, ErrorPart) and part.id == command.error_id for part in message.parts):
            raise UnknownError(
                f"The message has no error block with the id {command.error_id}.",
                "Read the conversation again: it may have been retried already.",
            )
        self._require_idle()
        turn = OpenTurn(message.turn_id, message.id, message.parent_id)
        return await self._launch(turn, "retry", error_id=command.error_id, seen=True)

    async def _select(self, command: Select) -> None:
        self._message(command.message_id)
        self._require_idle()
        head = self.log.conversation.latest_leaf(command.message_id)
        if head != self.log.conversation.head:
            await self.log.emit(HeadMoved(head=head, cause="select"), durable=True)

    async def _send_queued(self, command: SendQueued) -> Accepted:
        async with self._queue.lock:
            items = self._queue.items
            item = next((item for item in items if item.id == command.item_id), None)
            if item is None:
                return self._sent(command.item_id)
            rest = tuple(other for other in items if other.id != item.id)
            open_turn = self.log.progress.turn
            if self._running is not None and open_turn is not None:
                steering = QueueItem(id=item.id, turn_id=open_turn.turn_id, mode="steer", parts=item.parts)
                await self.log.emit(QueueChanged(items=(steering, *rest)), durable=True, seen=True)
                return Accepted(item.id, open_turn.turn_id, self.log.conversation.seq)
            await self._begin(*self._dequeued(item, rest), seen=True)
            return self._sent(item.id)

    def _sent(self, item_id: str) -> Accepted:
        receipt = self.log.receipts.get(item_id)
        if receipt is None or item_id not in self.log.conversation:
            raise self._queue.gone(item_id)
        return Accepted(item_id, self.log.conversation.message(item_id).turn_id, receipt.seq)

    async def _change(self, fields: ConversationFields) -> None:
        current = self.log.conversation
        if fields.deleted:
            await self._stop()
        if any(getattr(current, name) != getattr(fields, name) for name in fields.model_fields_set):
            await self.log.emit(ConversationChanged(changed=fields), durable=True)

    # Turns

    async def _stop(self) -> None:
        if running := self._running:
            await self._cancel(running)
            await self._end("stopped", running)

    async def _clear(self) -> None:
        events: list[StoredEvent] = []
        if running := self._running:
            await self._cancel(running)
            events += closing(self.log.progress, "discarded")
            self._running = None
        async with self._queue.lock:
            if self._queue.items:
                events.append(QueueChanged(items=()))
            if events or self.log.conversation.head is not None:
                await self.log.emit(*events, HeadMoved(head=None, cause="clear"), durable=True)

    async def _suspend(self) -> None:
        if running := self._running:
            await self._cancel(running)
            self._running = None

    async def _resume(self, command: Resume) -> None:
        turn = self.log.progress.turn
        if turn is None or self._running is not None:
            return
        if command.cause == "recovered" and self.log.progress.crashes >= CRASHES_ALLOWED:
            await self._end("failed", None, crash_loop())
            return
        reached("recovery.before_start")
        await self._launch(turn, command.cause)
        reached("recovery.after_start")

    async def _turn_finished(self, command: _TurnFinished) -> None:
        running = command.running
        if self._running is not running:
            return
        error = running.task.exception()
        match error and cause_of(error):
            case None:
                failure = running.task.result()
            case JournalBrokenError() as broken:
                raise broken
            case StoreError() as trouble:
                failure = storage_failure(trouble)
            case bug:
                _log.error("turn failed", extra={"conversation_id": self.log.conversation_id}, exc_info=bug)
                failure = internal_failure(bug)
        await self._end("failed" if failure else "completed", running, failure)

    async def _end(self, status: TurnStatus, running: _Running | None, failure: Failure | None = None) -> None:
        error = error_part(self._workshop.ids.new("error"), failure) if failure is not None else None
        partial = running.turn.partial() if running is not None else ()
        events = closing(self.log.progress, status, partial=partial, error=error)
        async with self._queue.lock:
            items = self._queue.items
            self._running = None
            reached("turn.before_end")
            if status == "completed" and items:
                turn_id, message_id, cause, *added = self._dequeued(items[0], items[1:])
                reached("queue.before_next")
                await self._begin(turn_id, message_id, cause, *events, *added)
                reached("queue.after_next")
            else:
                await self.log.emit(*events, durable=True)
            reached("turn.after_end")

    async def _cancel(self, running: _Running) -> None:
        running.task.cancel()
        await asyncio.wait([running.task])
        await self.log.settle()

    def _dequeued(
        self, item: QueueItem, rest: tuple[QueueItem, ...]
    ) -> tuple[str, str, StartCause, QueueChanged, MessageAdded]:
        turn_id = item.turn_id if item.mode == "queue" else self._workshop.ids.new("turn")
        added = self._added(item.id, item.parts, self.log.conversation.head, turn_id, "queue")
        return turn_id, item.id, "message", QueueChanged(items=rest), added

    async def _begin(
        self, turn_id: str, parent_id: str, cause: StartCause, *before: StoredEvent, seen: bool = False
    ) -> Accepted:
        turn = OpenTurn(turn_id, self._workshop.ids.new("msg"), parent_id)
        return await self._launch(turn, cause, *before, seen=seen)

    async def _launch(
        self, turn: OpenTurn, cause: StartCause, *before: StoredEvent, error_id: str | None = None, seen: bool = False
    ) -> Accepted:
        chosen = await self._turns.choose()
        running_turn = await self._turns.make(chosen)
        known = chosen if isinstance(chosen, Chosen) else None
        start = TurnStarted(
            turn_id=turn.turn_id,
            message_id=turn.message_id,
            parent_id=turn.parent_id,
            cause=cause,
            provider_id=known and known.provider_id,
            model=known and known.model_name,
            reasoning_effort=known and known.reasoning_effort,
            error_id=error_id,
        )
        await self.log.emit(*before, start, durable=True, seen=seen)
        seq = self.log.conversation.seq
        reached("turn.start_committed")
        running = _Running(running_turn, asyncio.create_task(running_turn.run(), name=f"turn {start.turn_id}"))
        self._running = running
        running.task.add_done_callback(lambda _: self._mailbox.put_nowait((_TurnFinished(running), None)))
        return Accepted(start.message_id, start.turn_id, seq)

    # Looking things up

    def _message(self, message_id: str) -> Message:
        if message_id not in self.log.conversation:
            raise UnknownError(f"There is no message with the id {message_id} here.", "Read the conversation again.")
        return self.log.conversation.message(message_id)

    def _own_message(self, message_id: str) -> Message:
        message = self._message(message_id)
        if message.author != "user":
            raise NotPossibleError("Only a person's message can be edited.", "Regenerate or retry an answer instead.")
        return message

    def _require_idle(self) -> None:
        if self._running is not None:
            raise ResponseInProgressError

    def _accepted(self, message_id: str) -> Accepted:
        receipt = self.log.receipts.get(message_id)
        if receipt is None:
            raise RuntimeError(f"message {message_id} was committed without a receipt")
        return Accepted(receipt.message_id, receipt.turn_id, receipt.seq)

    def _titled(self, parts: tuple[UserPart, ...]) -> list[StoredEvent]:
        if self.log.conversation.title is not None:
            return []
        title = next((found for part in parts if isinstance(part, TextPart) and (found := title_of(part.text))), None)
        return [ConversationChanged(changed=ConversationFields(title=title))] if title else []

    @staticmethod
    def _added(
        message_id: str, parts: tuple[UserPart, ...], parent_id: str | None, turn_id: str, origin: str
    ) -> MessageAdded:
        return MessageAdded.model_validate(
            {
                "message_id": message_id,
                "parent_id": parent_id,
                "origin": origin,
                "parts": parts,
                "turn_id": turn_id,
            }
        )


def _answer(reply: Reply | None, error: Exception) -> None:
    if reply is not None and not reply.done():
        reply.set_exception(error)
