"""What the workspace is compared with: relays that store nothing. Run as `python -m benchmarks.relay PORT`.

`POST /bare` passes a provider's stream on as it comes. `POST /library` has the model library read the stream, and
passes the text on, one event for each piece that the library gives. Both are a few lines over the same server (uvicorn,
raw ASGI) that the workspace uses.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import uvicorn
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import ModelRequest, PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from starlette.types import Message, Receive, Scope, Send

KEY = "k" * 24


class Relays:
    """The ASGI application."""

    def __init__(self) -> None:
        """Connect to nothing yet."""
        self._client: httpx.AsyncClient | None = None
        self._models: dict[tuple[str, str, str], Model[Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        wanted: dict[str, Any] = json.loads(await _body(receive))
        pieces = self._bare(wanted) if scope["path"] == "/bare" else self._library(wanted)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _bare(self, wanted: dict[str, Any]) -> AsyncGenerator[bytes, None]:
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, timeout=None)
        body = {"model": wanted["model"], "stream": True, "messages": [{"role": "user", "content": "Go on."}]}
        headers = {"Authorization": f"Bearer {KEY}"}
        async with self._client.stream(
            "POST", f"{wanted['base_url']}/chat/completions", json=body, headers=headers
        ) as answer:
            async for piece in answer.aiter_raw():
                yield piece

    async def _library(self, wanted: dict[str, Any]) -> AsyncGenerator[bytes, None]:
        key = (wanted["format"], wanted["base_url"], wanted["model"])
        if key not in self._models:
            self._models[key] = _model(*key)
        messages = [ModelRequest.user_text_prompt("Go on.")]
        async with model_request_stream(self._models[key], messages) as stream:
            async for event in stream:
                match event:
                    case PartStartEvent(part=TextPart(content=text)):
                        yield b'data: {"text":%b}\n\n' % json.dumps(text).encode()
                    case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                        yield b'data: {"text":%b}\n\n' % json.dumps(text).encode()
                    case _:
                        pass


def _model(wire_format: str, base_url: str, name: str) -> Model[Any]:
    match wire_format:
        case "openai":
            return OpenAIChatModel(name, provider=OpenAIProvider(base_url=base_url, api_key=KEY))
        case "openai_responses":
            return OpenAIResponsesModel(name, provider=OpenAIProvider(base_url=base_url, api_key=KEY))
        case "anthropic":
            return AnthropicModel(name, provider=AnthropicProvider(base_url=base_url, api_key=KEY))
        case _:
            return GoogleModel(name, provider=GoogleProvider(base_url=base_url, api_key=KEY))


async def _body(receive: Receive) -> bytes:
    body = b""
    message: Message = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


def main() -> None:
    """Serve until SIGTERM."""
    config = uvicorn.Config(Relays(), port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
    os.environ["NO_PROXY"] = "*"
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
