"""Anthropic messages through the library.

Protocol: https://platform.claude.com/docs/en/api/messages. The prefix that does not change (tools, system prompt) and
the history up to the last message are marked for the provider's cache, each with a mark of its own, which compatible
servers know too. Where no largest number of tokens is asked for, the library sends what it knows of the model (4,096
to 128,000), or 16,384.
"""

from collections.abc import Sequence
from typing import Any, cast

from anthropic import AsyncAnthropic
from pydantic_ai.messages import ModelMessage, ModelResponse, ThinkingPart, ToolReturnPart
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.profiles.anthropic import AnthropicModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.settings import ModelSettings

from flowent.models.base import ModelFacts, ModelRequest
from flowent.models.library_dialect import IMAGE_TYPES, Dialect, Place, common_settings

DROPPED_PATH = "/v1"
"""What the library puts between base URL and resource."""


class AnthropicDialect:
    """One Anthropic endpoint."""

    provider_name = "anthropic"
    file_types = IMAGE_TYPES | {"application/pdf"}

    def __init__(self, place: Place) -> None:
        """Connect to nothing yet."""
        self._client = AsyncAnthropic(
            api_key=place.key,
            base_url=place.base_url,
            max_retries=0,
            default_headers=place.endpoint.headers,
            open_telemetry=False,
            http_client=place.http,
        )
        # The library adds what ANTHROPIC_CUSTOM_HEADERS holds, which may be meant for another address than this one.
        self._client._custom_headers = place.endpoint.headers  # pyright: ignore[reportPrivateUsage]
        self._provider = AnthropicProvider(anthropic_client=self._client)
        self._models: dict[str, AnthropicModel] = {}

    def model(self, name: str) -> Model[Any]:
        """Give the library's model; tool schemas are sent as they are."""
        if name not in self._models:
            profile = AnthropicModelProfile(json_schema_transformer=None)
            self._models[name] = AnthropicModel(name, provider=self._provider, profile=profile)
        return self._models[name]

    def settings(self, request: ModelRequest, messages: Sequence[ModelMessage]) -> ModelSettings:
        """Give the settings of a request, with the cache marks.

        A model that is given a budget to think insists that calls which wait for its answer come with the reasoning
        that led to them. Where there is none, for another model made them, it goes on without thinking.
        """
        settings = AnthropicModelSettings(
            anthropic_cache_tool_definitions=True,
            anthropic_cache_instructions=True,
            anthropic_cache_messages=True,
            **common_settings(request),
        )
        profile = cast("AnthropicModelProfile", self.model(request.model).profile)
        if not profile.get("anthropic_supports_adaptive_thinking", False) and _goes_on_without_reasoning(messages):
            settings.pop("thinking", None)
        return settings

    async def list_models(self) -> list[ModelFacts]:
        """Ask for all pages of the list."""
        return [
            ModelFacts(
                id=model.id,
                name=model.display_name,
                context_window=model.max_input_tokens,
                max_output_tokens=model.max_tokens,
            )
            async for model in self._client.models.list(limit=1000)
        ]


def _goes_on_without_reasoning(messages: Sequence[ModelMessage]) -> bool:
    """Whether the last thing in the history are results of calls that came without reasoning."""
    if len(messages) < 2 or not isinstance(messages[-2], ModelResponse):
        return False
    answered = all(isinstance(part, ToolReturnPart) for part in messages[-1].parts)
    return answered and not any(isinstance(part, ThinkingPart) for part in messages[-2].parts)


def connect(place: Place) -> Dialect:
    """Speak Anthropic's format at that place."""
    return AnthropicDialect(place)
