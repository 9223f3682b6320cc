"""How the libraries reach the network: over the same connections as everything else (`flowent.models.http`).

A view of the connections for each endpoint does what no library offers alike: it calls exactly the address that a
person typed, sends none of the libraries' own telemetry, waits for a silent provider as long as the endpoint's
time-outs say and no longer, and says when the reader has read everything. The libraries speak httpx2, the connections
httpx: requests, answers and exceptions are translated here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar

import httpx
import httpx2

from flowent.models.base import Timeouts
from flowent.models.http import HEADERS

_TELEMETRY = ("x-stainless-", "x-goog-api-client")

_EXCEPTIONS: dict[type[httpx.TransportError], type[httpx2.TransportError]] = {
    httpx.ConnectError: httpx2.ConnectError,
    httpx.ConnectTimeout: httpx2.ConnectTimeout,
    httpx.LocalProtocolError: httpx2.LocalProtocolError,
    httpx.ReadError: httpx2.ReadError,
    httpx.ReadTimeout: httpx2.ReadTimeout,
    httpx.RemoteProtocolError: httpx2.RemoteProtocolError,
    httpx.WriteError: httpx2.WriteError,
}


class Call:
    """One request under way: how long it may be silent, and what is done when its reader has read everything.

    Created and used on the library's loop. `answered` tells whether the provider accepted the request, `speaking`
    whether a piece of its answer has come.
    """

    def __init__(self, timeouts: Timeouts, deadline: asyncio.Timeout, before_waiting: Callable[[], None]) -> None:
        """Take charge of a deadline that is not armed yet."""
        self.answered = False
        self.speaking = False
        self._timeouts = timeouts
        self._deadline = deadline
        self._before_waiting = before_waiting
        self._loop = asyncio.get_running_loop()
        self._body: httpx2.AsyncByteStream | None = None

    def sending(self) -> None:
        """The request goes out: a connection and the first bytes of an answer are waited for."""
        self._wait(self._timeouts.connect + self._timeouts.first_chunk)

    def answering(self, body: httpx2.AsyncByteStream, *, accepted: bool) -> None:
        """The answer's headers are here."""
        self._body = body
        self.answered = accepted
        self.heard()

    def listening(self) -> None:
        """Everything was read; more is waited for. Providers also send signs of life before and between pieces."""
        self._before_waiting()
        self._wait(self._timeouts.between_chunks if self.speaking else self._timeouts.first_chunk)

    def heard(self) -> None:
        """Something arrived: the provider is not waited for while it is read."""
        self._deadline.reschedule(None)

    async def hang_up(self) -> None:
        """Close the connection, unless the answer was read to its end."""
        if self._body is not None:
            await self._body.aclose()

    def _wait(self, seconds: float) -> None:
        self._deadline.reschedule(self._loop.time() + seconds)


current_call: ContextVar[Call | None] = ContextVar("current_call", default=None)
"""The call that a request belongs to; none for a request that is not streamed."""


class EndpointTransport(httpx2.AsyncBaseTransport):
    """A view of the shared connections for one endpoint.

    `dropped` is the version path that the library puts between base URL and path; the base URL already has the one
    that is wanted.
    """

    def __init__(self, connections: httpx.AsyncBaseTransport, base_url: str, dropped: str, timeouts: Timeouts) -> None:
        """Look at connections that somebody else closes."""
        self._connections = connections
        self._base_path = httpx2.URL(base_url).raw_path.rstrip(b"/")
        self._dropped = dropped.encode()
        self._timeouts = timeouts

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request under its call's deadlines; raises httpx2.TransportError."""
        call = current_call.get()
        if call is not None:
            call.sending()
        try:
            answer = await self._connections.handle_async_request(await self._translate(request))
        except httpx.TransportError as error:
            raise _translated(error) from error
        if not isinstance(answer.stream, httpx.AsyncByteStream):
            raise TypeError("The connections gave a body that cannot be awaited.")
        body = _Body(answer.stream, call)
        if call is not None:
            call.answering(body, accepted=answer.is_success)
        return httpx2.Response(answer.status_code, headers=answer.headers.raw, stream=body)

    async def _translate(self, request: httpx2.Request) -> httpx.Request:
        url = httpx.URL(str(request.url))
        path = request.url.raw_path
        prefix = self._base_path + self._dropped + b"/"
        if self._dropped and path.startswith(prefix):
            url = url.copy_with(raw_path=self._base_path + b"/" + path[len(prefix) :])
        headers = [
            (name, value)
            for name, value in request.headers.multi_items()
            if not name.startswith(_TELEMETRY) and name not in HEADERS
        ]
        return httpx.Request(
            request.method,
            url,
            headers=[*headers, *HEADERS.items()],
            content=await request.aread(),
            extensions={"timeout": {"connect": self._timeouts.connect, "pool": self._timeouts.connect}},
        )


class _Body(httpx2.AsyncByteStream):
    """An answer's body that reports each read."""

    def __init__(self, stream: httpx.AsyncByteStream, call: Call | None) -> None:
        self._stream = stream
        self._call = call

    async def __aiter__(self) -> AsyncIterator[bytes]:
        call = self._call
        try:
            if call is not None:
                call.listening()
            async for part in self._stream:
                if call is not None:
                    call.heard()
                yield part
                if call is not None:
                    call.listening()
        except httpx.TransportError as error:
            raise _translated(error) from error

    async def aclose(self) -> None:
        await self._stream.aclose()


def _translated(error: httpx.TransportError) -> httpx2.TransportError:
    return _EXCEPTIONS.get(type(error), httpx2.ReadError)(str(error))
