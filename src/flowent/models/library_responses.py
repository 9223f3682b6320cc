"""OpenAI Responses through the library.

Protocol: https://platform.openai.com/docs/api-reference/responses. Nothing is stored at the provider: reasoning comes
encrypted and is sent back. The client's own walk through a request, which renames nothing in it, is left out: it
costs 0.4 s of CPU for 400 messages, twenty times the rest (`docs/decisions/0004`).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast, get_args

import httpx2
from openai import AsyncOpenAI, AsyncStream, Omit
from openai._types import NotGiven
from openai.types.responses import Response, ResponseStreamEvent
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIResponsesModel, OpenAIResponsesModelSettings
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings

from flowent.models.base import ModelFacts, ModelRequest
from flowent.models.library_dialect import IMAGE_TYPES, Dialect, Place, common_settings

DROPPED_PATH = ""
"""The library puts nothing between base URL and resource."""

_THOUGHTLESS = ("gpt-3.5", "gpt-4", "gpt-5-chat", "chatgpt-", "computer-use")
"""How the names of OpenAI's models begin that do not reason and refuse to be asked to."""


class _PlainResponses:
    """The `responses.create` of the client without the walk through the request."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def create(self, *, stream: bool, extra_headers: Any = None, **parameters: Any) -> Any:
        """Post what was given as it is."""
        for name in ("timeout", "extra_body", "extra_query"):
            parameters.pop(name, None)
        body = {name: value for name, value in parameters.items() if not isinstance(value, Omit | NotGiven)}
        return await self._client.post(
            "/responses",
            cast_to=Response,
            body={**body, "stream": stream},
            options={"headers": extra_headers or {}},
            stream=stream,
            stream_cls=AsyncStream[ResponseStreamEvent],
        )


_EVENTS: dict[str, Any] = {
    get_args(event.model_fields["type"].annotation)[0]: event for event in get_args(get_args(ResponseStreamEvent)[0])
}
"""The classes of a stream's events by their type."""


class _Client(AsyncOpenAI):
    """The client without what costs much and changes nothing.

    Should a later version of the library no longer call what is replaced here, it is only slower and larger.
    """

    def _process_response_data(self, *, data: object, cast_to: Any, response: httpx2.Response) -> Any:
        """Find an event's class by its type: to try them all, the library builds a validator of 20 MB."""
        if cast_to is ResponseStreamEvent and isinstance(data, dict):
            fields = cast("dict[str, Any]", data)
            event = _EVENTS.get(fields.get("type", ""))
            if event is not None:
                return event.construct(**fields)
        return super()._process_response_data(data=cast("object", data), cast_to=cast_to, response=response)

    @cached_property
    def responses(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Replace the client's own."""
        return _PlainResponses(self)


class ResponsesDialect:
    """One endpoint with the Responses interface."""

    provider_name = "openai"
    file_types = IMAGE_TYPES | {"application/pdf"}

    def __init__(self, place: Place) -> None:
        """Connect to nothing yet."""
        self._client = _Client(
            api_key=place.key,
            base_url=place.base_url,
            max_retries=0,
            default_headers=place.endpoint.headers,
            http_client=place.http,
        )
        # From the environment, and perhaps meant for another address than this one.
        self._client.organization = None
        self._client.project = None
        self._provider = OpenAIProvider(openai_client=self._client)
        self._models: dict[str, OpenAIResponsesModel] = {}

    def model(self, name: str) -> Model[Any]:
        """Give the library's model; tool schemas are sent as they are. One of unknown family may reason."""
        if name not in self._models:
            profile = OpenAIModelProfile(json_schema_transformer=None)
            if not name.startswith(_THOUGHTLESS):
                profile["supports_thinking"] = True
                profile["openai_supports_reasoning"] = True
                profile["openai_supports_encrypted_reasoning_content"] = True
            self._models[name] = OpenAIResponsesModel(name, provider=self._provider, profile=profile)
        return self._models[name]

    def settings(self, request: ModelRequest, messages: Sequence[ModelMessage]) -> ModelSettings:
        """Give the settings of a request. Who chooses an effort wants to see the reasoning, as far as it is shown."""
        settings = OpenAIResponsesModelSettings(openai_store=False, **common_settings(request))
        if request.reasoning_effort not in {"default", "none"}:
            settings["openai_reasoning_summary"] = "auto"
        return settings

    async def list_models(self) -> list[ModelFacts]:
        """Ask for the list; it has nothing but names."""
        return [ModelFacts(id=model.id) async for model in self._client.models.list()]


def connect(place: Place) -> Dialect:
    """Speak the Responses format at that place."""
    return ResponsesDialect(place)
