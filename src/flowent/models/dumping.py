"""Requests to models, written to files on their way out where a person asked for it (`dump_requests`)."""

import asyncio

import httpx

from flowent.observability.dumps import RequestDumps


class DumpingTransport(httpx.AsyncBaseTransport):
    """Keeps what is sent, and sends it. A request is named by its host."""

    def __init__(self, transport: httpx.AsyncBaseTransport, dumps: RequestDumps) -> None:
        """Stand before a transport, which is closed with this one."""
        self._transport = transport
        self._dumps = dumps

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Write first: a request that is never answered is the one that is looked for. Raises OSError."""
        body = await request.aread()
        url = str(request.url)
        await asyncio.to_thread(self._dumps.save, request.url.host, request.method, url, request.headers, body)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport behind."""
        await self._transport.aclose()
