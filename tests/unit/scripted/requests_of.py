"""One plain request of each wire format, for tests that look at bytes."""

from collections.abc import Mapping

import httpx

from flowent.scripted.formats import FormatName
from flowent.scripted.process import ScriptedProvider

FORMATS: tuple[FormatName, ...] = ("chat", "responses", "anthropic", "gemini")

HEADERS: Mapping[FormatName, dict[str, str]] = {
    "chat": {"authorization": "Bearer secret"},
    "responses": {"authorization": "Bearer secret"},
    "anthropic": {"x-api-key": "secret", "anthropic-version": "2023-06-01"},
    "gemini": {"x-goog-api-key": "secret"},
}


def url(provider: ScriptedProvider, name: FormatName, *, stream: bool = True) -> str:
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    paths: Mapping[FormatName, str] = {
        "chat": "/chat/completions",
        "responses": "/responses",
        "anthropic": "/v1/messages",
        "gemini": f"/v1beta/models/m:{method}",
    }
    return provider.base_url(name) + paths[name]


def body(name: FormatName, *, stream: bool = True, text: str = "hi") -> dict[str, object]:
    messages = [{"role": "user", "content": text}]
    bodies: Mapping[FormatName, dict[str, object]] = {
        "chat": {"model": "m", "stream": stream, "messages": messages},
        "responses": {"model": "m", "stream": stream, "input": text},
        "anthropic": {"model": "m", "stream": stream, "max_tokens": 10, "messages": messages},
        "gemini": {"contents": [{"role": "user", "parts": [{"text": text}]}]},
    }
    return bodies[name]


async def post(
    provider: ScriptedProvider, name: FormatName, *, stream: bool = True, text: str = "hi"
) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        request = body(name, stream=stream, text=text)
        return await client.post(url(provider, name, stream=stream), json=request, headers=HEADERS[name])
