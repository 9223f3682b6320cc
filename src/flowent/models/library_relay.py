"""How pieces get from a library's loop to the server's loop.

Pieces are collected on the library's side and handed over when its reader is about to wait for the network, so that
the server's loop is woken once for whatever one read held. A reader that is not fast enough stops the writer, which
stops reading from the network: at most `LIMIT` pieces are under way.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from flowent.domain.failures import Failure
from flowent.models.base import CallPiece, Finished, ModelError, PayloadPiece, Piece, TextPiece, ThinkingPiece

LIMIT = 2_048
"""Pieces that may be under way before the writer waits."""

HANDED_OVER_AT = 64
"""Pieces after which the writer does not wait for the end of what it read: 64 take it about 20 ms."""


class Relay:
    """One answer on its way. `put`, `flush`, `room` and `end` belong to the library's loop, `take` to the server's."""

    def __init__(self, reader: asyncio.AbstractEventLoop, writer: asyncio.AbstractEventLoop) -> None:
        """Connect two loops that run in different threads."""
        self._reader = reader
        self._writer = writer
        self._written: list[Piece] = []
        self._sent = 0
        self._arrived: list[Piece] = []
        self._taken = 0
        self._wanted: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._ended = False
        self._failure: Failure | None = None

    def put(self, piece: Piece) -> None:
        """Add a piece."""
        self._written.append(piece)
        if len(self._written) >= HANDED_OVER_AT:
            self.flush()

    def flush(self) -> None:
        """Hand over what was collected."""
        if self._written:
            pieces, self._written = _joined(self._written), []
            self._sent += len(pieces)
            self._reader.call_soon_threadsafe(self._arrive, pieces)

    @property
    def full(self) -> bool:
        """Whether the writer should wait for `room`."""
        return self._sent - self._taken >= LIMIT

    async def room(self) -> None:
        """Wait while too much is under way."""
        while self.full:
            self._room = self._writer.create_future()
            # The reader may have taken everything before it could see that somebody waits.
            if self.full:
                await self._room

    def end(self, failure: Failure | None) -> None:
        """Say that nothing more comes, and why if it is not for the answer's own end."""
        self.flush()
        self._reader.call_soon_threadsafe(self._finish, failure)

    def abandon(self, failure: Failure) -> None:
        """End it from any thread, unless it has ended: a writer that was cancelled before it began says nothing."""
        if not self._reader.is_closed():
            self._reader.call_soon_threadsafe(self._finish, failure)

    async def take(self) -> Sequence[Piece] | None:
        """Give what has arrived, waiting for something; None at the end. Raises ModelError after the last piece."""
        while not self._arrived:
            if self._failure is not None:
                raise ModelError(self._failure)
            if self._ended:
                return None
            self._wanted = self._reader.create_future()
            await self._wanted
        pieces, self._arrived = self._arrived, []
        self._taken += len(pieces)
        if self._room is not None:
            self._writer.call_soon_threadsafe(self._resume)
        return pieces

    def _arrive(self, pieces: list[Piece]) -> None:
        if self._arrived:
            self._arrived += pieces
        else:
            self._arrived = pieces
        self._wake()

    def _finish(self, failure: Failure | None) -> None:
        if not self._ended:
            self._ended = True
            self._failure = failure
            self._wake()

    def _wake(self) -> None:
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_result(None)

    def _resume(self) -> None:
        if self._room is not None:
            if not self._room.done():
                self._room.set_result(None)
            self._room = None


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Make one piece of neighbours that only go on with the same part's text."""
    joined: list[Piece] = []
    texts: list[str] = []
    last: TextPiece | ThinkingPiece | CallPiece | None = None
    for piece in pieces:
        if isinstance(piece, PayloadPiece | Finished):
            _close(joined, last, texts)
            last = None
            joined.append(piece)
        elif last is not None and type(piece) is type(last) and piece.part == last.part:
            texts.append(piece.text)
        else:
            _close(joined, last, texts)
            last = piece
            texts.append(piece.text)
    _close(joined, last, texts)
    return joined


def _close(joined: list[Piece], last: TextPiece | ThinkingPiece | CallPiece | None, texts: list[str]) -> None:
    if last is not None:
        joined.append(last if len(texts) == 1 else replace(last, text="".join(texts)))
    texts.clear()
