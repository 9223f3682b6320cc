"""One endpoint's requests, on its library's thread: build, send, read, explain what went wrong."""

import asyncio
import importlib
from collections.abc import Sequence

import httpx
import httpx2
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import InstructionPart, ModelMessage
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from flowent.domain.failures import Failure
from flowent.models import catalogue, failures
from flowent.models.base import Endpoint, ModelError, ModelFacts, ModelRequest, ToolSpec
from flowent.models.library_attachments import Files
from flowent.models.library_dialect import Dialect, Place
from flowent.models.library_failures import failure_of
from flowent.models.library_history import HistoryMapper
from flowent.models.library_relay import Relay
from flowent.models.library_stream import AnswerReader
from flowent.models.library_transport import Call, EndpointTransport, current_call
from flowent.models.warm import DIALECTS

PIECES_UNBROKEN = 32
PAUSE_SECONDS = 0.001
"""A thread that is never idle takes the interpreter's lock again before the server's thread has woken up, so that the
server stands still for as long as an answer comes at full speed; a short wait after so many pieces lets it in."""


class LibraryWorker:
    """One endpoint; every method belongs to the library's thread."""

    def __init__(self, endpoint: Endpoint, base_url: str, adapter: str, connections: httpx.AsyncBaseTransport) -> None:
        """Make the format's client; connect to nothing yet."""
        self._endpoint = endpoint
        self._base_url = base_url
        self._adapter = adapter
        self._secrets = failures.secrets_of(endpoint)
        module = importlib.import_module(DIALECTS[endpoint.format])
        transport = EndpointTransport(connections, base_url, module.DROPPED_PATH, endpoint.timeouts)
        http = httpx2.AsyncClient(transport=transport, trust_env=False, timeout=None, follow_redirects=False)
        self._dialect: Dialect = module.connect(Place(endpoint, base_url, http))
        self._history = HistoryMapper(adapter, self._dialect.provider_name, self._dialect.file_types)

    async def answer(self, request: ModelRequest, files: Files, relay: Relay) -> None:
        """Ask, and give the answer to the relay, which is ended unless this is cancelled."""
        try:
            await self._answer(request, files, relay)
        except ModelError as error:
            relay.end(error.failure)
        else:
            relay.end(None)

    async def list_models(self) -> list[ModelFacts]:
        """Ask for the list; what the provider says counts before the catalogue. Raises ModelError."""
        timeouts = self._endpoint.timeouts
        try:
            async with asyncio.timeout(timeouts.connect + timeouts.first_chunk):
                listed = await self._dialect.list_models()
        except TimeoutError as error:
            raise ModelError(failures.first_chunk_timeout(timeouts.first_chunk)) from error
        except Exception as error:  # the clients' own exceptions have nothing in common
            raise ModelError(self._explain(error, answered=False)) from error
        return [catalogue.complete(facts, self._endpoint.format, self._base_url) for facts in listed]

    async def _answer(self, request: ModelRequest, files: Files, relay: Relay) -> None:
        deadline = asyncio.timeout(None)
        call = Call(self._endpoint.timeouts, deadline, relay.flush)
        current_call.set(call)
        try:
            async with deadline:
                await self._ask(request, files, relay, call)
        except TimeoutError as error:
            timeouts = self._endpoint.timeouts
            raise ModelError(
                failures.chunk_timeout(timeouts.between_chunks)
                if call.speaking
                else failures.first_chunk_timeout(timeouts.first_chunk)
            ) from error
        except ModelError:
            raise
        except Exception as error:  # whatever the library raises ends this answer, and is explained
            raise ModelError(self._explain(error, answered=call.answered)) from error
        finally:
            await call.hang_up()

    async def _ask(self, request: ModelRequest, files: Files, relay: Relay, call: Call) -> None:
        model = self._dialect.model(request.model)
        parameters = ModelRequestParameters(
            function_tools=[_tool(tool) for tool in request.tools],
            instruction_parts=[InstructionPart(content=text) for text in request.instructions if text],
        )
        history: Sequence[ModelMessage] = self._history.map(request.entries, request.model, files)
        messages = model.prepare_messages(list(history), parameters)
        settings = self._dialect.settings(request, messages)
        reader = AnswerReader(self._adapter, request.model)
        unbroken = 0
        async with model_request_stream(
            model, messages, model_settings=settings, model_request_parameters=parameters, instrument=False
        ) as stream:
            async for event in stream:
                for piece in reader.read(event):
                    call.speaking = True
                    relay.put(piece)
                    unbroken += 1
                if unbroken >= PIECES_UNBROKEN:
                    unbroken = 0
                    await asyncio.sleep(PAUSE_SECONDS)
                if relay.full:
                    await relay.room()
            for piece in reader.finish(stream):
                relay.put(piece)

    def _explain(self, error: Exception, *, answered: bool) -> Failure:
        return failure_of(error, answered=answered, url=self._base_url, secrets=self._secrets)


def _tool(tool: ToolSpec) -> ToolDefinition:
    return ToolDefinition(
        name=tool.name, description=tool.description, parameters_json_schema=tool.parameters, strict=False
    )
