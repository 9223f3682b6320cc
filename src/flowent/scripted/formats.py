"""The four wire formats, and which of them a request is for.

Any prefix before the last part of the path is accepted, so `/v1/chat/completions` and `/openai/v1/chat/completions`
are the same. The list of models has the same path in three formats: it is Anthropic's with an `anthropic-version`
header, Gemini's with a `x-goog-api-key` header, a `key` parameter or a `/v1beta` path, and OpenAI's otherwise.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flowent.scripted.answers.anthropic import AnthropicRenderer
from flowent.scripted.answers.base import Renderer
from flowent.scripted.answers.chat import ChatRenderer
from flowent.scripted.answers.gemini import GeminiRenderer
from flowent.scripted.answers.responses import ResponsesRenderer
from flowent.scripted.failure import FailureKind
from flowent.scripted.failures import anthropic, gemini, openai
from flowent.scripted.requests.anthropic import AnthropicReader
from flowent.scripted.requests.base import RequestReader
from flowent.scripted.requests.chat import ChatReader
from flowent.scripted.requests.gemini import GeminiReader
from flowent.scripted.requests.responses import ResponsesReader

FormatName = Literal["chat", "responses", "anthropic", "gemini"]

_GEMINI_CALL = re.compile(r"/models/(?P<model>.+):(?P<method>streamGenerateContent|generateContent)$")


@dataclass(frozen=True, slots=True)
class WireFormat:
    """One wire format: how its requests are read and how its answers are written.

    `statuses` tells where the provider's usual status of a failure differs from the others'.
    """

    name: FormatName
    reader: RequestReader
    renderer: Renderer
    statuses: Mapping[FailureKind, int]


@dataclass(frozen=True, slots=True)
class Route:
    """What a path asks for.

    Attributes:
        format: The wire format spoken.
        lists_models: Whether the list of models is asked for, not an answer.
        model: The model named in the path.
        stream: Whether the path asks for a stream.
    """

    format: WireFormat
    lists_models: bool = False
    model: str = ""
    stream: bool = False


FORMATS: Mapping[FormatName, WireFormat] = {
    "chat": WireFormat("chat", ChatReader(), ChatRenderer(), openai.STATUSES),
    "responses": WireFormat("responses", ResponsesReader(), ResponsesRenderer(), openai.STATUSES),
    "anthropic": WireFormat("anthropic", AnthropicReader(), AnthropicRenderer(), anthropic.STATUSES),
    "gemini": WireFormat("gemini", GeminiReader(), GeminiRenderer(), gemini.STATUSES),
}


def route(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Route | None:
    """Which format and what a request is for; None when no format has such a path."""
    if method == "GET" and path.endswith("/models"):
        return Route(FORMATS[_listing_format(path, query, headers)], lists_models=True)
    if method != "POST":
        return None
    if path.endswith("/chat/completions"):
        return Route(FORMATS["chat"])
    if path.endswith("/responses"):
        return Route(FORMATS["responses"])
    if path.endswith("/messages"):
        return Route(FORMATS["anthropic"])
    if call := _GEMINI_CALL.search(path):
        return Route(FORMATS["gemini"], model=call["model"], stream=call["method"] == "streamGenerateContent")
    return None


def _listing_format(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> FormatName:
    if "anthropic-version" in headers:
        return "anthropic"
    if "x-goog-api-key" in headers or "key" in query or "v1beta" in path.split("/"):
        return "gemini"
    return "chat"
