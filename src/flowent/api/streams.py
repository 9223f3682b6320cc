"""Server-sent events: bytes that were serialised once are written out, several events at a time.

A stream ends when its reader leaves, its login ends, the workspace stops, or there is nothing more to follow; whatever
ends it, its feed is cancelled and its iterators are closed before the request is over. A quiet stream carries a
comment every 15 seconds. A reader that takes nothing for a minute is let go: it comes back with its last id.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from flowent.api.auth import Logins, Principal
from flowent.api.limits import Limits
from flowent.api.open_streams import OpenStreams, Slot
from flowent.conversations.errors import ConversationError
from flowent.conversations.service import Conversations
from flowent.journal.feed import Frame
from flowent.store.base import StoreError

logger = logging.getLogger(__name__)

RETRY = b"retry: 1000\n\n"
"""Tells browsers to come back after one second (WHATWG HTML, "Server-sent events")."""
HEARTBEAT = b": \n\n"
FAREWELL_SECONDS = 1.0
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-cache"),
    # Asks nginx and its relatives not to collect the answer before passing it on.
    (b"x-accel-buffering", b"no"),
)


def render(event_id: bytes, event_type: bytes, data: bytes) -> bytes:
    """Give one event as it goes over the wire; ``data`` is JSON on one line."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (event_id, event_type, data)


class Outlet:
    """Where feeds write: one write at a time, in order, however many feeds there are."""

    def __init__(self, send: Send) -> None:
        """Write to one response."""
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._turn = asyncio.Lock()
        self._written_at = self._loop.time()
        self._blocked_since: float | None = None

    async def write(self, make: Callable[[], bytes]) -> None:
        """Write what ``make`` gives; it is called when it is this writer's turn, so that positions keep their order."""
        async with self._turn:
            self._blocked_since = self._loop.time()
            await self._send({"type": "http.response.body", "body": make(), "more_body": True})
            self._written_at = self._loop.time()
            self._blocked_since = None

    def quiet_for(self) -> float:
        """Give the seconds since something was written; 0 while something is being written."""
        return 0.0 if self._blocked_since is not None else self._loop.time() - self._written_at

    def blocked_for(self) -> float:
        """Give the seconds for which a write has been waiting for the reader."""
        return 0.0 if self._blocked_since is None else self._loop.time() - self._blocked_since


Feed = Callable[[Outlet], Awaitable[None]]
"""Writes events until there are no more; is cancelled when the stream ends earlier."""


class EventStream(Response):
    """One open stream."""

    media_type = "text/event-stream"

    def __init__(
        self, feed: Feed, principal: Principal, *, streams: OpenStreams, logins: Logins, limits: Limits
    ) -> None:
        """Follow a feed for whoever asked."""
        super().__init__()
        self.raw_headers = list(HEADERS)
        self._feed = feed
        self._principal = principal
        self._streams = streams
        self._logins = logins
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write until something ends the stream; raises ApiError if there is no room for it."""
        with self._streams.enter(self._principal) as slot:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            outlet = Outlet(send)
            await outlet.write(lambda: RETRY)
            tasks = [
                asyncio.create_task(self._follow(outlet)),
                asyncio.create_task(_departure(receive)),
                asyncio.create_task(self._pulse(outlet)),
                asyncio.create_task(_ending(slot)),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            await _finish(send)

    async def _follow(self, outlet: Outlet) -> None:
        # Half an answer is out already: the reader comes back with its last id and is told then what is wrong.
        try:
            await self._feed(outlet)
        except* (ConversationError, StoreError) as group:
            logger.info("stream ended early", extra={"reason": str(group.exceptions[0])})
        except* Exception:
            logger.exception("stream failed")

    async def _pulse(self, outlet: Outlet) -> None:
        """Keep the connection warm; return once the login has ended or the reader takes nothing any more."""
        loop = asyncio.get_running_loop()
        session = self._principal.session
        check_at = loop.time()
        while outlet.blocked_for() < self._limits.stalled_reader:
            if loop.time() >= check_at:
                if session is not None and not await self._logins.alive(session):
                    return
                check_at = loop.time() + self._limits.session_check
            if outlet.quiet_for() >= self._limits.heartbeat:
                # Not wait_for: before Python 3.12 it can swallow the cancellation that ends this task.
                async with asyncio.timeout(self._limits.stalled_reader):
                    await outlet.write(lambda: HEARTBEAT)
            await asyncio.sleep(max(self._limits.heartbeat - outlet.quiet_for(), 0.01))


def conversation_feed(conversations: Conversations, conversation_id: str, after: int) -> Feed:
    """Follow one conversation from a seq on; each event's id is its seq."""

    async def follow(outlet: Outlet) -> None:
        async with aclosing(conversations.watch(conversation_id, after)) as batches:
            async for batch in batches:
                await outlet.write(lambda batch=batch: _events(batch))

    return follow


def _events(batch: Sequence[Frame]) -> bytes:
    return b"".join([render(b"%d" % frame.seq, frame.type.encode(), frame.data) for frame in batch])


async def _ending(slot: Slot) -> None:
    """Return when the stream is told to end."""
    await slot.ended.wait()


async def _departure(receive: Receive) -> None:
    """Return when the reader is gone."""
    message: Message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()


async def _finish(send: Send) -> None:
    """End the answer in order; a reader that takes nothing is not waited for."""
    try:
        async with asyncio.timeout(FAREWELL_SECONDS):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        logger.info("stream reader stalled")
