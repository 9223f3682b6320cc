"""A bare HTTP server whose answers a test writes byte by byte, for what no well-behaved server does."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

EVENT_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"


def piece(data: bytes) -> bytes:
    """One piece of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def answer(body: bytes, status: int = 200, **headers: str) -> bytes:
    """A whole answer of known length."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Request:
    """A request as it came; ``connection`` counts connections from 1."""

    connection: int
    line: str
    headers: dict[str, str]
    body: bytes


Play = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One request and the way to answer it."""

    request: Request
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader

    async def send(self, *data: bytes) -> None:
        self.writer.write(b"".join(data))
        await self.writer.drain()

    async def wait_for_hang_up(self) -> None:
        """Wait until the client closes the connection."""
        with suppress(ConnectionError):
            await self.reader.read()

    def hang_up(self) -> None:
        self.writer.transport.abort()


@dataclass
class Server:
    """Plays ``play`` for each request; a connection ends when it returns after hanging up."""

    play: Play
    url: str = ""
    requests: list[Request] = field(default_factory=list[Request])
    connections: int = 0
    hang_ups: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a client has closed a connection."""

    writers: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])
    tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        self.tasks.append(asyncio.create_task(self.serve(self.connections, reader, writer)))

    async def close(self) -> None:
        """Hang up everywhere."""
        for writer in self.writers:
            writer.transport.abort()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(*(writer.wait_closed() for writer in self.writers), return_exceptions=True)

    async def serve(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.transport.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                line, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                length = re.search(r"content-length: (\d+)", head, re.I)
                body = await reader.readexactly(int(length[1])) if length else b""
                self.requests.append(Request(number, line, headers, body))
                await self.play(Exchange(self.requests[-1], writer, reader))
        self.hang_ups.set()
        writer.transport.abort()


@asynccontextmanager
async def serving(play: Play, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Server]:
    """Serve on a free port of this machine."""
    server = Server(play)
    listener = await asyncio.start_server(server.accept, "127.0.0.1", 0, ssl=tls)
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        await server.close()
