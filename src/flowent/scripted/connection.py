"""One HTTP exchange over ASGI: what the application needs of it, and nothing more.

Invariant: a wait ends as soon as the client leaves or the server stops, so no answer keeps a connection for nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import parse_qsl

Scope = MutableMapping[str, object]
Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_SHORT_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, complete.

    Attributes:
        headers: Lower-case names; the last of equal names wins.
        query: Parameters by name; the last of equal names wins.
    """

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the query."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))


@dataclass(slots=True, eq=False)
class Connection:
    """The way back to the client.

    Attributes:
        gone: Set when the client has left or the server stops.
    """

    receive: Receive
    send: Send
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status line and the headers."""
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})

    async def write(self, body: bytes) -> None:
        """Send a piece of the body; more may follow."""
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self, body: bytes = b"") -> None:
        """Send the last piece of the body. An exchange that is never ended is dropped by the server."""
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    async def respond(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a whole response."""
        await self.start(status, {"content-length": str(len(body)), **headers})
        await self.end(body)

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than the client stays."""
        if seconds < _SHORT_SECONDS:
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.gone.wait()

    async def hold(self, released: asyncio.Event) -> None:
        """Wait for that, but no longer than the client stays."""
        waits = [asyncio.create_task(event.wait()) for event in (released, self.gone)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def watch(self) -> None:
        """Notice when the client leaves; runs beside the answer, after the request's body was read."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone.set()


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read a request to its end."""
    headers = cast("list[tuple[bytes, bytes]]", scope["headers"])
    pieces: list[bytes] = []
    more = True
    while more:
        message = await receive()
        pieces.append(cast("bytes", message.get("body", b"")))
        more = bool(message.get("more_body", False))
    return Request(
        method=cast("str", scope["method"]),
        path=cast("str", scope["path"]),
        query_string=cast("bytes", scope["query_string"]).decode("latin-1"),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers},
        body=b"".join(pieces),
    )
