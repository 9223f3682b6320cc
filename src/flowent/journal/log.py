"""The journal of one conversation in its owner's hands: append, fold, publish; in that order, always.

- `emit` returns once the events are committed, every fold has seen them and watchers can.
- Events are numbered when they are submitted and committed in that order. If one append fails, every later one does:
  the log is then broken (`JournalBrokenError`), and whoever wants to go on opens it again from the store.
- Folds are applied when the store reports the commit, not by the task that waits for it: a task that is cancelled
  while it waits leaves nothing behind that was committed but not seen.
"""

import asyncio
from collections.abc import Callable

from flowent.domain.conversation import Conversation
from flowent.domain.events import (
    Delta,
    OutputDone,
    OutputStarted,
    Recorded,
    StoredEvent,
    ThinkingDelta,
    ToolInputDelta,
    decode,
    encode,
)
from flowent.domain.history import History
from flowent.domain.progress import Progress
from flowent.domain.receipts import Receipts
from flowent.journal.feed import Feed, Frame, frame
from flowent.journal.listing import NEW, listed
from flowent.store.base import Append, EventStore, Prune, StoredEventRow, StoreError

PAGE = 1000
"""How many events are read at once when a conversation is loaded."""


class JournalBrokenError(Exception):
    """An append failed; the message is the store's."""

    def __init__(self, cause: StoreError) -> None:
        """Keep the store's error for whoever tells a person."""
        super().__init__(str(cause))
        self.cause = cause


class Log:
    """A conversation's journal and its folds. All calls on the event loop."""

    def __init__(self, store: EventStore, now: Callable[[], int], conversation_id: str, epoch: int) -> None:
        """Use `open_log`."""
        self.conversation_id = conversation_id
        self.conversation = Conversation()
        self.history = History()
        self.progress = Progress()
        self.receipts = Receipts()
        self.listing = NEW
        """The line in the list as of the last event that was submitted."""
        self.feed = Feed(0)
        self.on_list_change: Callable[[], None] = lambda: None
        self.broken: JournalBrokenError | None = None
        self._store = store
        self._now = now
        self._epoch = epoch
        self._seq = 0
        self._at = 0
        self._output_started = 0
        self._last: asyncio.Future[None] | None = None

    async def emit(self, *events: StoredEvent, durable: bool = False, seen: bool = False) -> None:
        """Append events together; raises JournalBrokenError. ``seen``: a person who saw all before asked for them."""
        try:
            await asyncio.shield(self.submit(*events, durable=durable, seen=seen))
        except StoreError as error:
            self.broken = self.broken or JournalBrokenError(error)
            raise self.broken from error

    def submit(self, *events: StoredEvent, durable: bool = False, seen: bool = False) -> asyncio.Future[None]:
        """Number and submit events without waiting for the commit."""
        if self.broken is not None:
            raise self.broken
        expected = self._seq
        self._at = max(self._at, self._now())
        recorded: list[Recorded] = []
        rows: list[StoredEventRow] = []
        prune: Prune | None = None
        relist = seen
        for event in events:
            self._seq += 1
            recorded.append(Recorded.model_construct(seq=self._seq, at=self._at, event=event))
            rows.append(StoredEventRow(self._seq, self._at, event.type, encode(event)))
            match event:
                case Delta() | ThinkingDelta() | ToolInputDelta():
                    # Almost all events are these: nothing here may cost them anything.
                    pass
                case OutputStarted():
                    self._output_started = self._seq
                case OutputDone():
                    prune = Prune(after=self._output_started, before=self._seq)
                case _ if (listing := listed(self.listing, event, self._seq)) is not None:
                    self.listing = listing
                    relist = True
                case _:
                    pass

        def committed(list_seq: int | None) -> None:
            self._committed(recorded, rows)
            if list_seq is not None:
                self.on_list_change()

        self._last = self._store.append(
            Append(
                conversation_id=self.conversation_id,
                epoch=self._epoch,
                expected_seq=expected,
                events=rows,
                durable=durable,
                listing=self.listing if relist else None,
                seen=seen,
                prune=prune,
                on_commit=committed,
            )
        )
        return self._last

    async def settle(self) -> None:
        """Wait until everything submitted is committed; raises JournalBrokenError."""
        if self._last is not None and not self._last.done():
            await asyncio.wait([self._last])
        if self._last is not None and not self._last.cancelled():
            error = self._last.exception()
            if isinstance(error, StoreError):
                self.broken = self.broken or JournalBrokenError(error)
        if self.broken is not None:
            raise self.broken

    def _committed(self, recorded: list[Recorded], rows: list[StoredEventRow]) -> None:
        self._fold(recorded)
        self.feed.publish([frame(self.conversation_id, row.seq, row.at, row.type, row.data) for row in rows])

    def _fold(self, recorded: list[Recorded]) -> None:
        for item in recorded:
            self.conversation.apply(item)
            self.history.apply(item)
            self.progress.apply(item)
            self.receipts.apply(item)

    # Loading

    def load(self, rows: list[StoredEventRow]) -> None:
        """Fold stored events; used by `open_log` before anyone else sees the log."""
        recorded = [Recorded.model_construct(seq=row.seq, at=row.at, event=decode(row.data)) for row in rows]
        self._fold(recorded)
        for item in recorded:
            self._at = max(self._at, item.at)
            self.listing = listed(self.listing, item.event, item.seq) or self.listing
            if isinstance(item.event, OutputStarted):
                self._output_started = item.seq

    def loaded(self, seq: int) -> None:
        """Go on after the claimed seq."""
        self._seq = seq
        self.feed = Feed(seq)

    # Catching up

    async def catch_up(self, after: int) -> list[Frame]:
        """Give what a watcher missed: the events, or one snapshot where that is smaller."""
        if after > self.conversation.seq:
            after = 0
        count, size = await self._store.measure(self.conversation_id, after)
        if count > PAGE or size > 64 * 1024:
            snapshot = self.conversation.snapshot(after)
            seq = snapshot.state.seq
            whole = frame(self.conversation_id, seq, snapshot.state.updated_at, "snapshot", snapshot.model_dump_json())
            if len(whole.data) < size:
                return [whole]
        rows = await self._store.read_events(self.conversation_id, after, PAGE)
        # What is committed but not folded yet is left to the feed: a cursor beyond the fold would look like another
        # conversation's.
        known = [row for row in rows if row.seq <= self.conversation.seq]
        return [frame(self.conversation_id, row.seq, row.at, row.type, row.data) for row in known]


async def open_log(store: EventStore, now: Callable[[], int], conversation_id: str) -> Log:
    """Become a conversation's owner and load it; raises NotFoundError and StoreError."""
    claim = await store.claim(conversation_id)
    log = Log(store, now, conversation_id, claim.epoch)
    after = 0
    while rows := await store.read_events(conversation_id, after, PAGE):
        await asyncio.to_thread(log.load, rows)
        after = rows[-1].seq
    log.loaded(claim.seq)
    return log
