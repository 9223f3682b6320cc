"""The conversations: what every door (web, terminal, channel, program) calls.

Each loaded conversation has one owner (`flowent.conversations.owner`). An owner that lets go, because the journal could
not be written, is replaced when the conversation is next asked for, and at the latest by the retries here as long as a
turn is open: a turn goes on by itself once the trouble is over.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from flowent.conversations import forking
from flowent.conversations.commands import (
    Accepted,
    Change,
    ChangeQueue,
    Command,
    QueueEntry,
    Resend,
    Resume,
    SaveEdit,
    Send,
    SendMode,
)
from flowent.conversations.errors import (
    InvalidError,
    NotPossibleError,
    UnavailableError,
    UnknownError,
    explained,
    no_conversation,
)
from flowent.conversations.owner import Owner
from flowent.conversations.past import JournalPage, read_journal
from flowent.conversations.ports import Workshop
from flowent.conversations.workplaces import Workplaces
from flowent.domain.events import (
    ConversationChanged,
    ConversationFields,
    MessageOrigin,
    StoredEvent,
    encode,
)
from flowent.domain.messages import ConversationState, Message
from flowent.domain.parts import AttachmentPart, TextPart, UserPart
from flowent.journal.feed import Bell, FeedClosedError, Frame
from flowent.journal.log import JournalBrokenError, Log, open_log
from flowent.store.base import (
    ConversationRow,
    Page,
    Store,
    StoredEventRow,
)

_log = logging.getLogger(__name__)

LOADED = 32
"""How many conversations that nobody uses stay loaded."""
LONGEST_MESSAGE = 1_000_000
"""Characters of one message's text; larger things are attachments."""
LIST_PAGE = 200
_FIRST_RETRY, _LAST_RETRY = 1.0, 30.0


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation with a page of a branch, all as of ``state.seq``.

    ``open_parts`` names the parts that still arrive. ``before`` names the message that an older page ends at.
    """

    id: str
    state: ConversationState
    messages: tuple[Message, ...]
    open_parts: tuple[str, ...]
    before: str | None


@dataclass(frozen=True, slots=True)
class FinalAnswer:
    """How a turn ended, and the text of its last message."""

    status: str
    text: str
    message: Message


class Conversations:
    """See the module."""

    def __init__(self, store: Store, workshop: Workshop, workplaces: Workplaces) -> None:
        """Keep what conversations are made of; `start` goes on with open turns."""
        self._store = store
        self._workshop = workshop
        self._workplaces = workplaces
        self._owners: dict[str, Owner] = {}
        self._loading: dict[str, asyncio.Task[Owner]] = {}
        self._mending: dict[str, asyncio.Task[None]] = {}
        self._purging: set[str] = set()
        self._list_bell = Bell()
        self._closed = False

    # Life

    async def start(self) -> int:
        """Go on with every turn that was open when the last process ended; gives how many there were."""
        cause = "resumed" if await self._store.stopped_orderly() else "recovered"
        open_turns = await self._store.open_turns()
        for conversation_id in open_turns:
            self._mend(conversation_id, Resume(cause), 0.0)
        return len(open_turns)

    async def suspend(self) -> None:
        """Let go of everything in order: model streams are cut, turns stay open for the next start."""
        self._closed = True
        for task in [*self._mending.values(), *self._loading.values()]:
            task.cancel()
        await asyncio.gather(*[owner.release() for owner in list(self._owners.values())], return_exceptions=True)
        self._list_bell.close()

    @property
    def loaded(self) -> int:
        """How many conversations are in memory."""
        return len(self._owners)

    # The list

    async def create(self, *, workdir: str | None = None, title: str | None = None) -> str:
        """Begin a conversation; raises InvalidError."""
        fields = {"workdir": str(await self._workplaces.check(workdir))}
        if title is not None and (named := _title(title)) is not None:
            fields["title"] = named
        return await self._add([ConversationChanged(changed=ConversationFields.model_validate(fields))])

    async def page(
        self,
        *,
        limit: int,
        cursor: str | None = None,
        archived: bool = False,
        deleted: bool = False,
        search: str | None = None,
    ) -> Page:
        """Give a page of the list, newest first; raises InvalidError for a cursor that is none."""
        try:
            return await self._store.list_conversations(
                limit=limit, cursor=cursor, archived=archived, deleted=deleted, search=search
            )
        except ValueError as error:
            raise InvalidError("cursor", str(error), "Use the cursor of the page before, unchanged.") from error

    async def watch_list(self, after: int) -> AsyncGenerator[list[ConversationRow], None]:
        """Give the rows that changed after a list_seq, then go on with what changes; ends when the process does."""
        cursor = after
        while True:
            known = self._list_bell.count
            rows = await self._store.list_changes(cursor, LIST_PAGE)
            if rows:
                cursor = rows[-1].list_seq
                yield rows
                continue
            try:
                await self._list_bell.wait(known)
            except FeedClosedError:
                return

    async def mark_read(self, conversation_id: str, seq: int) -> None:
        """Note that a person has looked as far as ``seq``; raises UnknownError and UnavailableError."""
        with explained():
            list_seq = await self._store.mark_read(conversation_id, seq)
        if list_seq is not None:
            self._list_changed()

    # Reading

    async def view(self, conversation_id: str, *, before: str | None = None, limit: int = 100) -> ConversationView:
        """Give a conversation with the newest messages of its branch, or those that led to one; raises UnknownError."""
        conversation = (await self.owner(conversation_id)).log.conversation
        # Nothing is awaited from here on: everything is as of one seq.
        if before is None:
            branch = conversation.branch()
        elif before in conversation:
            branch = conversation.path(before)[:-1]
        else:
            raise UnknownError(f"There is no message {before} here.", "Read the conversation again.")
        first = max(0, len(branch) - limit)
        return ConversationView(
            id=conversation_id,
            state=conversation.state(),
            messages=tuple(conversation.message(name) for name in branch[first:]),
            open_parts=conversation.open_parts(),
            before=branch[first] if first > 0 else None,
        )

    async def journal(self, conversation_id: str, *, after: int, limit: int) -> JournalPage:
        """Give what is stored of the events after a seq; raises UnknownError and UnavailableError."""
        return await read_journal(self._store, conversation_id, after, limit)

    async def watch(self, conversation_id: str, after: int) -> AsyncGenerator[list[Frame], None]:
        """Give the events after a seq, then live ones, in batches, until the process ends; raises UnknownError."""
        cursor = after
        while not self._closed:
            log = (await self.owner(conversation_id)).log
            log.feed.watchers += 1
            try:
                while True:
                    frames = log.feed.since(cursor)
                    if frames is None or cursor > log.conversation.seq:
                        reachable = log.conversation.seq
                        frames = await log.catch_up(cursor)
                        cursor = frames[-1].seq if frames else reachable
                    elif frames:
                        cursor = frames[-1].seq
                    else:
                        await log.feed.wait(cursor)
                        continue
                    if frames:
                        yield frames
            except FeedClosedError:
                continue
            finally:
                log.feed.watchers -= 1

    async def names_blob(self, conversation_id: str, sha256: str) -> bool:
        """Whether a tool result of this conversation, on whichever branch, is kept whole under that SHA-256."""
        return (await self.owner(conversation_id)).log.conversation.names_blob(sha256)

    # Doing

    async def do(self, conversation_id: str, command: Command) -> Accepted | None:
        """Have a conversation's owner carry out a command; raises ConversationError."""
        return await (await self.owner(conversation_id)).do(command)

    async def send(
        self,
        conversation_id: str,
        text: str,
        *,
        message_id: str | None = None,
        mode: SendMode | None = None,
        attachments: Sequence[str] = (),
        origin: MessageOrigin = "send",
    ) -> Accepted:
        """Send a message; the same id twice is one turn. Raises ConversationError."""
        message_id = message_id or self._workshop.ids.new("msg")
        parts = await self.parts(message_id, text, attachments)
        return _accepted(await self.do(conversation_id, Send(message_id, parts, mode, origin)))

    async def change_queue(
        self, conversation_id: str, entries: Sequence[QueueEntry], seen_seq: int | None = None
    ) -> None:
        """Reorder, edit and remove waiting messages (`ChangeQueue`); raises ConversationError."""
        redact = self._workshop.redactor.redact
        clean = [entry if entry.text is None else replace(entry, text=redact(entry.text)) for entry in entries]
        await self.do(conversation_id, ChangeQueue(tuple(clean), seen_seq))

    async def edit(self, conversation_id: str, message_id: str, text: str, *, resend: bool) -> Accepted | None:
        """Save another text for a message, or answer it in the message's place; attachments stay with it."""
        log = (await self.owner(conversation_id)).log
        kept: tuple[UserPart, ...] = ()
        if message_id in log.conversation:
            message = log.conversation.message(message_id)
            kept = tuple(part for part in message.parts if isinstance(part, AttachmentPart))
        new_id = self._workshop.ids.new("msg") if resend else message_id
        parts = (*self._text_parts(new_id, text, required=not kept), *kept)
        command = Resend(message_id, new_id, parts) if resend else SaveEdit(message_id, parts)
        return await self.do(conversation_id, command)

    async def change(self, conversation_id: str, fields: ConversationFields) -> None:
        """Set title, pin, archive, work directory, model, effort or mode; raises ConversationError."""
        changed = {name: getattr(fields, name) for name in fields.model_fields_set}
        if "workdir" in changed:
            changed["workdir"] = str(await self._workplaces.check(fields.workdir))
        if fields.title is not None:
            changed["title"] = _title(fields.title)
        await self.do(conversation_id, Change(ConversationFields(**changed)))

    async def fork(self, conversation_id: str, message_id: str) -> str:
        """Begin a new conversation with this one's branch up to a message; gives its id."""
        log = (await self.owner(conversation_id)).log
        branch = forking.branch_to(log.conversation, message_id)
        events: list[StoredEvent] = [forking.first_event(log.conversation)]
        kept: list[StoredEventRow] = []
        after = 0
        while rows := await self._store.read_events(conversation_id, after, LIST_PAGE):
            kept += [row for row in rows if forking.belongs(row, branch)]
            after = rows[-1].seq
        return await self._add(events, kept)

    async def purge(self, conversation_id: str) -> None:
        """Delete a deleted conversation for good; raises ConversationError."""
        owner = await self.owner(conversation_id)
        if not owner.log.conversation.deleted:
            raise NotPossibleError("Only a deleted conversation can be purged.", "Delete it first.")
        self._purging.add(conversation_id)
        try:
            await owner.release()
            await self._store.purge_conversation(conversation_id)
        finally:
            self._purging.discard(conversation_id)
        self._list_changed()

    async def run_turn(self, conversation_id: str, text: str, *, origin: MessageOrigin = "channel") -> FinalAnswer:
        """Send a message and wait for the end of its turn: what a channel does. Raises ConversationError."""
        accepted = await self.send(conversation_id, text, mode="queue", origin=origin)
        async for frames in self.watch(conversation_id, accepted.seq):
            if any(frame.type in ("turn_ended", "snapshot") for frame in frames):
                log = (await self.owner(conversation_id)).log
                if (ended := log.conversation.last_answer(accepted.message_id)) is not None:
                    text = "\n\n".join(part.text for part in ended.parts if isinstance(part, TextPart))
                    return FinalAnswer(ended.status, text, ended)
        raise UnavailableError("The workspace is stopping; the turn goes on at its next start.", "suspended")

    async def parts(self, message_id: str, text: str, attachments: Sequence[str]) -> tuple[UserPart, ...]:
        """Make a message's parts; raises InvalidError."""
        parts: list[UserPart] = [*self._text_parts(message_id, text, required=not attachments)]
        for number, attachment_id in enumerate(attachments):
            row = await self._store.get_attachment(attachment_id)
            if row is None:
                raise InvalidError(
                    f"attachments[{number}]", f"There is no attachment {attachment_id}.", "Upload the file first."
                )
            parts.append(
                AttachmentPart(
                    id=f"{message_id}.attachment.{number}",
                    attachment_id=row.id,
                    name=row.name,
                    media_type=row.media_type,
                    size=row.size,
                    sha256=row.sha256,
                )
            )
        return tuple(parts)

    def _text_parts(self, message_id: str, text: str, *, required: bool) -> tuple[TextPart, ...]:
        """Make the text part, without the secrets that a person may have pasted: the journal holds none."""
        if len(text) > LONGEST_MESSAGE:
            raise InvalidError(
                "content",
                f"The message has {len(text):,} characters; the limit is {LONGEST_MESSAGE:,}.",
                "Attach it as a file instead.",
            )
        if text.strip():
            return (TextPart(id=f"{message_id}.text", text=self._workshop.redactor.redact(text)),)
        if required:
            raise InvalidError("content", "The message is empty.", "Write something, or attach a file.")
        return ()

    # Owners

    async def owner(self, conversation_id: str) -> Owner:
        """Give the owner, loading the conversation if needed; raises UnknownError and UnavailableError."""
        if owner := self._owners.get(conversation_id):
            self._owners[conversation_id] = self._owners.pop(conversation_id)
            return owner
        if self._closed:
            raise UnavailableError("The workspace is stopping.", "suspended")
        if conversation_id in self._purging:
            raise no_conversation()
        loading = self._loading.get(conversation_id)
        if loading is None:
            loading = asyncio.create_task(self._load(conversation_id))
            self._loading[conversation_id] = loading
            loading.add_done_callback(lambda _: self._loading.pop(conversation_id, None))
        with explained():
            return await asyncio.shield(loading)

    async def _load(self, conversation_id: str) -> Owner:
        log = await open_log(self._store, self._workshop.clock.now, conversation_id)
        log.on_list_change = self._list_changed
        owner = Owner(log, self._workshop, self._let_go)
        self._owners[conversation_id] = owner
        self._unload_idle()
        return owner

    def _unload_idle(self) -> None:
        idle = [owner for owner in self._owners.values() if owner.idle]
        for owner in idle[: max(0, len(idle) - LOADED)]:
            self._owners.pop(owner.log.conversation_id)
            owner.dismiss()

    def _let_go(self, owner: Owner, error: Exception | None) -> None:
        conversation_id = owner.log.conversation_id
        if self._owners.get(conversation_id) is owner:
            self._owners.pop(conversation_id)
        if error is not None and not self._closed and owner.log.progress.turn is not None:
            cause = "resumed" if isinstance(error, JournalBrokenError) else "recovered"
            self._mend(conversation_id, Resume(cause), _FIRST_RETRY)

    def _mend(self, conversation_id: str, command: Resume, wait: float) -> None:
        if conversation_id in self._mending:
            return
        task = asyncio.create_task(self._resume(conversation_id, command, wait))
        self._mending[conversation_id] = task
        task.add_done_callback(lambda _: self._mending.pop(conversation_id, None))

    async def _resume(self, conversation_id: str, command: Resume, wait: float) -> None:
        while True:
            await self._workshop.clock.sleep(wait)
            try:
                await self.do(conversation_id, command)
            except UnknownError:
                return
            except UnavailableError as error:
                _log.warning("a turn cannot go on yet: %s", error, extra={"conversation_id": conversation_id})
                wait = min(_LAST_RETRY, max(_FIRST_RETRY, wait * 2))
            else:
                return

    async def _add(self, events: list[StoredEvent], rows: Sequence[StoredEventRow] = ()) -> str:
        conversation_id = self._workshop.ids.new("conv")
        at = self._workshop.clock.now()
        first = [StoredEventRow(0, at, event.type, encode(event)) for event in events]
        numbered = [replace(row, seq=seq) for seq, row in enumerate([*first, *rows], start=1)]
        preview = Log(self._store, self._workshop.clock.now, conversation_id, 0)
        preview.load(numbered)
        with explained():
            await self._store.create_conversation(conversation_id, preview.listing, numbered, at=at)
        self._list_changed()
        return conversation_id

    def _list_changed(self) -> None:
        self._list_bell.ring()


def _title(title: str) -> str | None:
    title = " ".join(title.split())
    if len(title) > 200:
        raise InvalidError("title", "A title has at most 200 characters.", "Shorten it.")
    return title or None


def _accepted(answer: Accepted | None) -> Accepted:
    if answer is None:
        raise RuntimeError("the command gave no receipt")
    return answer
