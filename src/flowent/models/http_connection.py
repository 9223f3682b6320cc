"""One HTTP/1.1 connection, for answers that arrive in many small pieces.

The usual stack of httpx costs 70–220 µs of CPU for each piece (docs/decisions/0003): every read passes three
libraries and several awaits. Here the event loop hands bytes to a C parser, and one read gives whatever has arrived
since the last one. Invariants:

- one exchange at a time; a connection may be used again only after an answer that was read to its end;
- a reader that is slower than the provider stops the socket at `BUFFER_LIMIT`;
- an answer that ends before its own length says so is an error, never a short answer.
"""

import asyncio
from collections.abc import Iterable
from typing import cast

import httptools
import httpx

BUFFER_LIMIT = 1024 * 1024
"""Bytes that may wait for the reader before the socket is paused."""

HEADERS_LIMIT = 64 * 1024
"""Bytes of headers after which no further read is waited for."""


class Connection(asyncio.Protocol):
    """The event loop's side of a connection, and the reader's."""

    def __init__(self) -> None:
        """Wait for the event loop to connect it."""
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: httpx.TransportError | None = None
        self._ended = True
        self._reusable = True
        self.used = False
        """Whether it has carried an exchange before the present one."""
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._headers_size = 0
        self._headed = False
        self._status = 0
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._paused = False

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._transport is None or self._transport.is_closing()

    @property
    def reusable(self) -> bool:
        """Whether another exchange may follow: the answer is whole, read, and both sides keep the connection."""
        return self._ended and not self._chunks and self._reusable and not self.closed

    @property
    def untouched(self) -> bool:
        """Whether no byte of an answer has come since the last request."""
        return self._headers_size == 0

    async def exchange(self, request: Iterable[bytes]) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Send a request; give status and headers of its answer. Raises httpx.TransportError."""
        if self._transport is None or not self.reusable:
            raise httpx.WriteError("The connection is closed.")
        self._begin()
        self._ended = False
        self._transport.writelines(request)
        while not self._headed:
            await self._wait()
        return self._status, self._headers

    async def read(self) -> bytes:
        """Give whatever has arrived of the answer's body, b"" at its end. Raises httpx.TransportError."""
        while not self._chunks:
            if self._ended:
                return b""
            await self._wait()
        chunks = self._chunks
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        chunks.clear()
        self._buffered = 0
        if self._paused and self._transport is not None and not self.closed:
            self._paused = False
            self._transport.resume_reading()
        return data

    def abort(self) -> None:
        """Hang up at once."""
        self._reusable = False
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, message: str) -> None:
        if self._error is None:
            self._error = httpx.RemoteProtocolError(message)
        self.abort()
        self._wake()

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, and wake the reader once for all of it."""
        if self._ended:  # an answer that nobody asked for
            self.abort()
            return
        if not self._headed:
            self._headers_size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"The server does not speak HTTP/1.1 as it should: {error}")
            return
        if not self._headed and self._headers_size > HEADERS_LIMIT:
            self._fail("The server sent more headers than allowed.")
            return
        if self._buffered > BUFFER_LIMIT and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """End an answer that lasts until the connection closes; anything else that is open is cut."""
        self._reusable = False
        if not self._ended:
            if self._headed and not self._has_length():
                self._ended = True
            elif self._error is None:
                self._error = httpx.RemoteProtocolError("The server closed the connection before its answer was whole.")
                self._error.__cause__ = exc
        self._wake()

    def _has_length(self) -> bool:
        return any(name.lower() in {b"content-length", b"transfer-encoding"} for name, _ in self._headers)

    # What the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Take the status; an interim answer (1xx) is followed by the real one."""
        status = self._parser.get_status_code()
        if status < 200:
            self._headers = []
            return
        self._status = status
        self._headed = True

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._chunks.append(body)
        self._buffered += len(body)

    def on_message_complete(self) -> None:
        """Note the end of the answer, and whether the server keeps the connection."""
        if self._headed:
            self._ended = True
            self._reusable = self._reusable and self._parser.should_keep_alive()
