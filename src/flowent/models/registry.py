"""The models that can be asked: one for each endpoint, made when it is first needed.

Endpoints change while answers run: a person enters another key. A changed endpoint is another endpoint, with a model of
its own; the old one is forgotten once it is not asked any more and ends with its last answer.
"""

from collections import OrderedDict
from dataclasses import astuple

from flowent.models.base import Endpoint, Format, Model
from flowent.models.http import SharedClient
from flowent.models.library import Library, LibraryModel
from flowent.models.openai_chat import OpenAIChatModel

KEPT = 64
"""Models that are kept; the one that was asked the longest ago goes first."""


class Models:
    """Makes models, and owns the connections and threads that they share."""

    def __init__(self) -> None:
        """Connect to nothing and import nothing yet."""
        self._client = SharedClient()
        self._libraries: dict[Format, Library] = {}
        self._models: OrderedDict[tuple[object, ...], Model] = OrderedDict()

    def get(self, endpoint: Endpoint) -> Model:
        """Give the endpoint's model; raises ValueError that says what is wrong with its address."""
        key = _key(endpoint)
        model = self._models.get(key)
        if model is None:
            model = self._models[key] = self._make(endpoint)
        self._models.move_to_end(key)
        if len(self._models) > KEPT:
            self._models.popitem(last=False)
        return model

    async def warm(self, formats: frozenset[Format]) -> None:
        """Import what the formats need, in threads; raises ModelError where a library cannot be loaded."""
        for wire_format in sorted(formats - {"openai"}):
            await self._library(wire_format).ready()

    async def aclose(self) -> None:
        """Hang up everywhere and end the threads; answers that still run fail."""
        self._models.clear()
        await self._client.aclose()
        for library in self._libraries.values():
            await library.close()
        self._libraries.clear()

    def _make(self, endpoint: Endpoint) -> Model:
        if endpoint.format == "openai":
            return OpenAIChatModel(endpoint, self._client.get())
        return LibraryModel(endpoint, self._library(endpoint.format))

    def _library(self, wire_format: Format) -> Library:
        if wire_format not in self._libraries:
            self._libraries[wire_format] = Library(wire_format)
        return self._libraries[wire_format]


def _key(endpoint: Endpoint) -> tuple[object, ...]:
    """Everything that makes an endpoint another one."""
    return (*astuple(endpoint)[:4], tuple(sorted(endpoint.headers.items())), endpoint.timeouts)
