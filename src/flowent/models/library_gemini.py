"""Gemini's generated content through the library.

Protocol: https://ai.google.dev/api/generate-content. Building a request costs the library about 0.3 ms a message.
"""

import ssl
from collections.abc import Sequence
from typing import Any

import httpx2
from google.genai.client import Client
from google.genai.types import HttpOptions
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import Model
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.settings import ModelSettings

from flowent.models.base import ModelFacts, ModelRequest
from flowent.models.library_dialect import Dialect, Place, common_settings

DROPPED_PATH = "/v1beta"
"""What the library puts between base URL and resource."""


class GeminiDialect:
    """One Gemini endpoint."""

    provider_name = "google"
    file_types = frozenset({"application/pdf", "image/heic", "image/heif", "image/jpeg", "image/png", "image/webp"})

    def __init__(self, place: Place) -> None:
        """Connect to nothing yet."""
        # The library would make clients of its own besides ours, and read the trusted certificates for each (40 ms).
        # They are never used; should they be, they trust nobody.
        unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        options = HttpOptions(
            base_url=place.base_url,
            api_version=DROPPED_PATH.removeprefix("/"),
            headers=place.endpoint.headers,
            httpx_async_client=place.http,
            httpx_client=httpx2.Client(transport=httpx2.BaseTransport(), trust_env=False),
            async_client_args={"verify": unused, "ssl": unused},
        )
        self._client = Client(vertexai=False, api_key=place.key, http_options=options)
        self._provider = GoogleProvider(client=self._client)
        self._models: dict[str, GoogleModel] = {}

    def model(self, name: str) -> Model[Any]:
        """Give the library's model."""
        if name not in self._models:
            self._models[name] = GoogleModel(name, provider=self._provider)
        return self._models[name]

    def settings(self, request: ModelRequest, messages: Sequence[ModelMessage]) -> ModelSettings:
        """Give the settings of a request; Gemini caches by itself."""
        return common_settings(request)

    async def list_models(self) -> list[ModelFacts]:
        """Ask for all pages of the list; only models that generate content count."""
        pager = await self._client.aio.models.list(config={"page_size": 1000})
        return [
            ModelFacts(
                id=(model.name or "").removeprefix("models/"),
                name=model.display_name,
                context_window=model.input_token_limit,
                max_output_tokens=model.output_token_limit,
            )
            async for model in pager
            if model.name and "generateContent" in (model.supported_actions or ["generateContent"])
        ]


def connect(place: Place) -> Dialect:
    """Speak Gemini's format at that place."""
    return GeminiDialect(place)
