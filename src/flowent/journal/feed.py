"""The newest events of one conversation, shared by everyone who watches it.

A watcher keeps a cursor, not a queue: however slow it is, it costs nothing while it does not read, and once it is
behind what is kept here it is caught up from the store or by a snapshot. Each event is serialised once for all.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

KEPT_BYTES = 256 * 1024
"""How much of the newest events stays in memory for each conversation that is loaded."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as watchers get it: its JSON carries conversation_id, seq and at."""

    seq: int
    type: str
    data: bytes


def frame(conversation_id: str, seq: int, at: int, type_: str, data: str) -> Frame:
    """Put an event's place in front of its stored JSON text."""
    return Frame(seq, type_, f'{{"conversation_id":"{conversation_id}","seq":{seq},"at":{at},{data[1:]}'.encode())


class FeedClosedError(Exception):
    """The owner has let go of the conversation; whoever watches must ask for it again."""


class Bell:
    """Wakes everyone who waits for a counter to move on. All calls on the event loop."""

    def __init__(self, count: int = 0) -> None:
        """Start at a count."""
        self.count = count
        self._waiting: set[asyncio.Future[None]] = set()
        self._closed = False

    def ring(self, count: int | None = None) -> None:
        """Move on to a count, or by one."""
        self.count = self.count + 1 if count is None else count
        self._wake()

    async def wait(self, after: int) -> None:
        """Wait until the count is larger; raises FeedClosedError."""
        if not self._closed and self.count <= after:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            try:
                await waiter
            finally:
                self._waiting.discard(waiter)
        if self._closed:
            raise FeedClosedError

    def close(self) -> None:
        """Send everyone away."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)


class Feed:
    """See the module. All calls on the event loop."""

    def __init__(self, seq: int) -> None:
        """Start after ``seq``, with nothing kept."""
        self._floor = seq
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._bell = Bell(seq)
        self.watchers = 0

    @property
    def seq(self) -> int:
        """The newest event's."""
        return self._bell.count

    def publish(self, frames: list[Frame]) -> None:
        """Keep committed events and wake everyone who waits."""
        for item in frames:
            self._frames.append(item)
            self._bytes += len(item.data)
        while self._bytes > KEPT_BYTES:
            dropped = self._frames.popleft()
            self._bytes -= len(dropped.data)
            self._floor = dropped.seq
        self._bell.ring(frames[-1].seq)

    def since(self, after: int) -> list[Frame] | None:
        """Give what came after a seq, or None where that is no longer all kept here."""
        if after < self._floor:
            return None
        if after >= self.seq:
            return []
        if after == self._floor:
            return list(self._frames)
        newest: list[Frame] = []
        for item in reversed(self._frames):
            if item.seq <= after:
                break
            newest.append(item)
        newest.reverse()
        return newest

    async def wait(self, after: int) -> None:
        """Wait until there is something after a seq; raises FeedClosedError."""
        await self._bell.wait(after)

    def close(self) -> None:
        """Send every watcher away."""
        self._bell.close()
