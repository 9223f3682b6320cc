"""Which event streams are open, and for whom: their number is capped, and a logout or a stop ends them.

Everything runs on the event loop, so plain sets are enough.
"""

import asyncio
from collections import Counter
from types import TracebackType

from flowent.api import refusals
from flowent.api.auth import Principal
from flowent.api.limits import Limits


class Slot:
    """One open stream's place; leaving it frees the place. ``ended`` is set once the stream must end."""

    def __init__(self, streams: "OpenStreams", session: str | None) -> None:
        """Take the place for a session, or for a program."""
        self._streams = streams
        self.session = session
        self.ended = asyncio.Event()

    def __enter__(self) -> "Slot":
        """Enter."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Free the place."""
        self._streams.leave(self)


class OpenStreams:
    """Counts streams and ends them."""

    def __init__(self, limits: Limits) -> None:
        """Start with none open."""
        self._limits = limits
        self._open: set[Slot] = set()
        self._by_session: Counter[str] = Counter()
        self._closing = False

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def enter(self, principal: Principal) -> Slot:
        """Take a place; raises ApiError (429, 503) if there is none left."""
        if self._closing:
            raise refusals.shutting_down()
        if len(self._open) >= self._limits.streams:
            raise refusals.too_many_streams(overall=True)
        session = principal.session
        if session is not None and self._by_session[session] >= self._limits.streams_per_session:
            raise refusals.too_many_streams(overall=False)
        slot = Slot(self, session)
        self._open.add(slot)
        if session is not None:
            self._by_session[session] += 1
        return slot

    def leave(self, slot: Slot) -> None:
        """Free a place."""
        self._open.discard(slot)
        if slot.session is not None:
            self._by_session[slot.session] -= 1
            if not self._by_session[slot.session]:
                del self._by_session[slot.session]

    def end_session(self, session: str) -> None:
        """End the streams of a session that was logged out."""
        for slot in self._open:
            if slot.session == session:
                slot.ended.set()

    def end_all(self) -> None:
        """End every stream and open none any more: the workspace is stopping."""
        self._closing = True
        for slot in self._open:
            slot.ended.set()
