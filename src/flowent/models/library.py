"""OpenAI Responses, Anthropic and Gemini, through the Model layer of pydantic-ai.

The library runs on a thread of its own for each format, for it builds a request in one go and would stop the server
meanwhile; what it reads arrives here in batches (`Relay`). Nothing here imports it: importing takes seconds, and
happens on that thread. What runs there is in `library_worker` and the modules that it imports.
"""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import httpx

from flowent.domain.failures import Failure
from flowent.models import failures
from flowent.models.base import Endpoint, Format, ModelError, ModelFacts, ModelRequest, Piece
from flowent.models.dumping import DumpingTransport
from flowent.models.http_transport import DirectTransport
from flowent.models.library_attachments import read_files
from flowent.models.library_relay import Relay
from flowent.models.library_thread import LibraryThread
from flowent.models.urls import parse_base_url
from flowent.models.warm import prepare
from flowent.observability.dumps import RequestDumps

if TYPE_CHECKING:
    from flowent.models.library_worker import LibraryWorker


_CLOSED = "The connection was closed on this side."


class Library:
    """A format's library: the thread that it lives on, and the connections that its endpoints share."""

    def __init__(self, wire_format: Format, dumps: RequestDumps | None = None) -> None:
        """Start nothing yet; with ``dumps``, what is sent is also written there."""
        self.thread = LibraryThread(f"flowent-{wire_format}", partial(prepare, wire_format))
        self._dumps = dumps
        self._connections: httpx.AsyncBaseTransport | None = None

    async def ready(self) -> None:
        """Import the library, if it is not there yet; raises ModelError."""
        try:
            await self.thread.ready()
        except ImportError as error:
            raise ModelError(_not_there(error)) from error

    def connections(self) -> httpx.AsyncBaseTransport:
        """Give the connections; on the thread only."""
        if self._connections is None:
            direct = DirectTransport()
            self._connections = direct if self._dumps is None else DumpingTransport(direct, self._dumps)
        return self._connections

    async def close(self) -> None:
        """Hang up, and end the thread."""
        if self._connections is not None:
            await self.thread.call(self._connections.aclose())
        await self.thread.close()


class LibraryModel:
    """One endpoint in a format that a library speaks."""

    def __init__(self, endpoint: Endpoint, library: Library) -> None:
        """Check the address; raises ValueError that says what is wrong with it."""
        self._endpoint = endpoint
        self._library = library
        self._base_url = parse_base_url(endpoint.base_url, endpoint.format).full
        self._worker: LibraryWorker | None = None
        self._making = asyncio.Lock()

    @property
    def adapter(self) -> str:
        """The tag of this adapter's payloads. OpenAI encrypts reasoning for one account: each provider has its own."""
        return f"{self._endpoint.format}:{self._endpoint.provider_id}"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        """Ask; raises ModelError. Closing the generator hangs up."""
        files = await read_files(request.entries, request.read_blob)
        worker = await self._get_worker()
        thread = self._library.thread
        relay = Relay(asyncio.get_running_loop(), thread.loop)
        answer = thread.submit(worker.answer(request, files, relay))
        answer.add_done_callback(lambda _: relay.abandon(failures.stream_cut(_CLOSED)))
        try:
            while (pieces := await relay.take()) is not None:
                yield pieces
        finally:
            answer.cancel()

    async def list_models(self) -> list[ModelFacts]:
        """Ask the provider which models it has, and the catalogue what is known of them; raises ModelError."""
        worker = await self._get_worker()
        return await self._library.thread.call(worker.list_models())

    async def _get_worker(self) -> "LibraryWorker":
        async with self._making:
            if self._worker is None:
                await self._library.ready()
                self._worker = await self._library.thread.call(self._make_worker())
            return self._worker

    async def _make_worker(self) -> "LibraryWorker":
        worker = importlib.import_module("flowent.models.library_worker")
        return worker.LibraryWorker(self._endpoint, self._base_url, self.adapter, self._library.connections())


def _not_there(error: ImportError) -> Failure:
    return Failure(
        kind="internal",
        title="A part of Flowent is missing",
        message="The library for this provider's format cannot be loaded.",
        remedy="Install Flowent again; its own packages must not be removed or replaced by other versions.",
        detail=str(error),
    )
