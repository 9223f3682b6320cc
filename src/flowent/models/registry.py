"""The models that can be asked: one for each provider, made when it is first needed.

Providers change while answers run: a person enters another key. The changed one gets a model of its own at once; the
old one is forgotten, key included, and ends with its last answer. Connections are shared, and close when idle.
"""

import httpx

from flowent.models.base import Endpoint, Format, Model
from flowent.models.dumping import DumpingTransport
from flowent.models.http import SharedClient, new_client
from flowent.models.http_transport import DirectTransport
from flowent.models.library import Library, LibraryModel
from flowent.models.openai_chat import OpenAIChatModel
from flowent.observability.dumps import RequestDumps

KEPT = 64
"""Models that are kept; the one that was asked the longest ago goes first."""


class Models:
    """Makes models, and owns the connections and threads that they share."""

    def __init__(self, dumps: RequestDumps | None = None) -> None:
        """Connect to nothing and import nothing yet; with ``dumps``, what is sent is also written there."""
        self._dumps = dumps
        self._shared = SharedClient()
        self._dumping: httpx.AsyncClient | None = None
        self._libraries: dict[Format, Library] = {}
        self._models: dict[str, tuple[Endpoint, Model]] = {}

    def get(self, endpoint: Endpoint) -> Model:
        """Give the endpoint's model; raises ValueError that says what is wrong with its address."""
        known, model = self._models.pop(endpoint.provider_id, (None, None))
        if model is None or known != endpoint:
            model = self._make(endpoint)
        self._models[endpoint.provider_id] = endpoint, model
        if len(self._models) > KEPT:
            del self._models[next(iter(self._models))]
        return model

    async def warm(self, formats: frozenset[Format]) -> None:
        """Import what the formats need, in threads; raises ModelError where a library cannot be loaded."""
        for wire_format in sorted(formats - {"openai"}):
            await self._library(wire_format).ready()

    async def aclose(self) -> None:
        """Hang up everywhere and end the threads; answers that still run fail."""
        self._models.clear()
        await self._shared.aclose()
        if self._dumping is not None:
            await self._dumping.aclose()
        for library in self._libraries.values():
            await library.close()
        self._libraries.clear()

    def _make(self, endpoint: Endpoint) -> Model:
        if endpoint.format == "openai":
            return OpenAIChatModel(endpoint, self._client())
        return LibraryModel(endpoint, self._library(endpoint.format))

    def _client(self) -> httpx.AsyncClient:
        if self._dumps is None:
            return self._shared.get()
        if self._dumping is None:
            self._dumping = new_client(DumpingTransport(DirectTransport(), self._dumps))
        return self._dumping

    def _library(self, wire_format: Format) -> Library:
        if wire_format not in self._libraries:
            self._libraries[wire_format] = Library(wire_format, self._dumps)
        return self._libraries[wire_format]
