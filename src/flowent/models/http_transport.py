"""An httpx transport for streamed answers: direct connections over HTTP/1.1, kept open between requests.

It does what a model provider needs and no more: GET and POST, bodies that are already bytes, no proxy, no redirects
(httpx decides on those), no cookies. Addresses of a host are tried in turn, so that a broken IPv6 route costs
`ADDRESS_PATIENCE` seconds and not the whole time-out.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import TypeVar, cast

import certifi
import httpx

from flowent.models.http_connection import Connection

IDLE_SECONDS = 60.0
"""How long a connection waits for its next request."""

IDLE_LIMIT = 16
"""Connections of one origin that wait for a next request."""

ADDRESS_PATIENCE = 2.0
"""Seconds for each address of a host but its last."""

_Origin = tuple[str, str, int]
_Waited = TypeVar("_Waited")


def trusted_certificates() -> ssl.SSLContext:
    """Trust what this machine trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` included) and Mozilla's list.

    Takes tens of milliseconds. Mozilla's list is there for slim images, which have none of their own.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class DirectTransport(httpx.AsyncBaseTransport):
    """Pools connections by origin; must be used on one event loop."""

    def __init__(self) -> None:
        """Connect to nothing yet."""
        self._idle: dict[_Origin, list[tuple[Connection, asyncio.TimerHandle]]] = {}
        self._open: set[Connection] = set()
        self._tls: asyncio.Task[ssl.SSLContext] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer's body is still to come. Raises httpx.TransportError."""
        message = _request(request, await request.aread())
        url = request.url
        origin = (url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))
        timeouts = cast("dict[str, float | None]", request.extensions.get("timeout", {}))
        while True:
            connection = self._take_idle(origin) or await self._connect(origin, timeouts.get("connect"))
            self._open.add(connection)
            try:
                status, headers = await _within(timeouts.get("read"), connection.exchange(message))
            except BaseException as error:
                self._open.discard(connection)
                connection.abort()
                # The server may close an idle connection in the moment in which it is used again: it has not taken
                # the request, and a new connection is no second one. Idle ones run out, so this ends.
                closed = isinstance(error, httpx.RemoteProtocolError | httpx.WriteError)
                if closed and connection.used and connection.untouched:
                    continue
                raise
            return httpx.Response(status, headers=headers, stream=_Body(self, origin, connection, timeouts.get("read")))

    async def aclose(self) -> None:
        """Hang up everywhere."""
        for connections in self._idle.values():
            for connection, timer in connections:
                timer.cancel()
                connection.abort()
        self._idle.clear()
        for connection in self._open:
            connection.abort()
        self._open.clear()
        if self._tls is not None:
            self._tls.cancel()

    def give_back(self, origin: _Origin, connection: Connection) -> None:
        """Keep a connection for its next request, or hang up where it cannot have one."""
        self._open.discard(connection)
        idle = self._idle.setdefault(origin, [])
        if not connection.reusable or len(idle) >= IDLE_LIMIT:
            connection.abort()
            return
        connection.used = True
        timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._expire, origin, connection)
        idle.append((connection, timer))

    def _take_idle(self, origin: _Origin) -> Connection | None:
        """Give the connection that was used last: it is the least likely to be closed already."""
        idle = self._idle.get(origin, [])
        while idle:
            connection, timer = idle.pop()
            timer.cancel()
            if connection.reusable:
                return connection
            connection.abort()
        return None

    def _expire(self, origin: _Origin, connection: Connection) -> None:
        self._idle[origin] = [pair for pair in self._idle.get(origin, []) if pair[0] is not connection]
        connection.abort()

    async def _connect(self, origin: _Origin, patience: float | None) -> Connection:
        scheme, host, port = origin
        try:
            async with asyncio.timeout(patience):
                context = await self._certificates() if scheme == "https" else None
                return await _connect(host, port, context)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(f"No connection within {patience:g} seconds.") from error
        except (OSError, UnicodeError) as error:  # refused, unknown or impossible name, no route, certificates
            raise httpx.ConnectError(str(error)) from error

    async def _certificates(self) -> ssl.SSLContext:
        """Load the certificates once, in a thread: it would stop the event loop."""
        if self._tls is None or self._tls.cancelled() or (self._tls.done() and self._tls.exception()):
            self._tls = asyncio.create_task(asyncio.to_thread(trusted_certificates))
        return await asyncio.shield(self._tls)


class _Body(httpx.AsyncByteStream):
    """The rest of an answer; closing it early hangs up."""

    def __init__(
        self, transport: DirectTransport, origin: _Origin, connection: Connection, patience: float | None
    ) -> None:
        self._transport = transport
        self._origin = origin
        self._connection = connection
        self._patience = patience
        self._given_back = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = self._connection.read
        if self._patience is None:
            while data := await read():
                yield data
        else:
            while data := await _within(self._patience, read()):
                yield data

    async def aclose(self) -> None:
        if not self._given_back:
            self._given_back = True
            self._transport.give_back(self._origin, self._connection)


async def _connect(host: str, port: int, context: ssl.SSLContext | None) -> Connection:
    """Try the host's addresses in the order in which the system gives them; raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    name = host if context is not None else None
    for address in addresses[:-1]:
        with suppress(OSError):  # a time-out is one too
            async with asyncio.timeout(ADDRESS_PATIENCE):
                _, connection = await loop.create_connection(
                    Connection, address, port, ssl=context, server_hostname=name
                )
                return connection
    _, connection = await loop.create_connection(Connection, addresses[-1], port, ssl=context, server_hostname=name)
    return connection


def _request(request: httpx.Request, body: bytes) -> list[bytes]:
    """Write a request; raises httpx.LocalProtocolError for a header that would break out of its line."""
    lines = [b"%s %s HTTP/1.1\r\n" % (request.method.encode(), request.url.raw_path)]
    for name, value in request.headers.raw:
        if any(forbidden in part for part in (name, value) for forbidden in (b"\r", b"\n", b"\0")):
            raise httpx.LocalProtocolError("A header contains a line break.")
        lines.append(b"%s: %s\r\n" % (name, value))
    lines.append(b"\r\n")
    head = b"".join(lines)
    return [head, body] if body else [head]


async def _within(seconds: float | None, waited: Awaitable[_Waited]) -> _Waited:
    """Wait that long; raises httpx.ReadTimeout."""
    try:
        async with asyncio.timeout(seconds):
            return await waited
    except TimeoutError as error:
        raise httpx.ReadTimeout(f"The server sent nothing for {seconds:g} seconds.") from error
