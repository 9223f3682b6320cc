"""What differs between the formats that the library speaks for us: the client, the settings, the list of models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import Model as LibraryModelClass
from pydantic_ai.settings import ModelSettings, ThinkingLevel

from flowent.domain.values import ReasoningEffort
from flowent.models.base import Endpoint, ModelFacts, ModelRequest

NO_KEY = "no-key"
"""Sent where a server needs no key: the libraries insist on one, and would look for it in the environment."""

IMAGE_TYPES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dialect's client calls: `http` already does what the endpoint wants (`EndpointTransport`)."""

    endpoint: Endpoint
    base_url: str
    http: httpx2.AsyncClient

    @property
    def key(self) -> str:
        """The key, never empty."""
        return self.endpoint.api_key or NO_KEY


class Dialect(Protocol):
    """One endpoint in one format, on the library's thread."""

    @property
    def provider_name(self) -> str:
        """The name that the library gives to parts of this provider."""
        ...

    @property
    def file_types(self) -> frozenset[str]:
        """The media types that the format takes as files."""
        ...

    def model(self, name: str) -> LibraryModelClass[Any]:
        """Give the library's model of that name."""
        ...

    def settings(self, request: ModelRequest, messages: Sequence[ModelMessage]) -> ModelSettings:
        """Give the library's settings for a request with that history."""
        ...

    async def list_models(self) -> list[ModelFacts]:
        """Ask the provider; raises the library's exceptions."""
        ...


_THINKING: dict[ReasoningEffort, ThinkingLevel] = {
    "none": False,
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
}
"""How long the model may think, in the library's words; it takes the closest that a model knows."""


def common_settings(request: ModelRequest) -> ModelSettings:
    """Give the settings that all formats share; a default effort sends nothing."""
    # The library explains tags of its own to the model where a text looks like one; our prompts use none.
    settings = ModelSettings(framing_announcement="never")
    if request.reasoning_effort in _THINKING:
        settings["thinking"] = _THINKING[request.reasoning_effort]
    if request.max_output_tokens is not None:
        settings["max_tokens"] = request.max_output_tokens
    return settings
