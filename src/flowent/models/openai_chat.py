"""OpenAI's chat completions, and every server that speaks them: our own adapter, for it is the hot path.

Why it is ours, and what it costs: docs/decisions/0003-own-openai-chat-adapter.md. It raises nothing but `ModelError`
(and ValueError for a base URL that cannot be used). One request is asked once; only where a server refuses a field
in words is it asked again without that field, which has had no effect before.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import suppress

import httpx

from flowent.domain.failures import Failure
from flowent.models import failures
from flowent.models.base import Endpoint, ModelError, ModelFacts, ModelRequest, Piece
from flowent.models.openai_chat_dialect import dialect_of, learn
from flowent.models.openai_chat_models import read_models
from flowent.models.openai_chat_request import RequestEncoder
from flowent.models.openai_chat_stream import ChatStreamDecoder
from flowent.models.sse import EVENT_LIMIT
from flowent.models.urls import parse_base_url
from flowent.models.watchdog import Watchdog

ADAPTER = "openai_chat"

_ERROR_LIMIT = 64 * 1024
_LIST_SECONDS = 30.0
_AFTER_FINISH = 5.0
"""Seconds for usage and end mark once the server has said why it stopped; the answer is whole without them."""
_AFTER_END = 0.1
"""Seconds for the end of the HTTP message after the end mark, so that the connection can be used again."""


class OpenAIChatModel:
    """One endpoint that speaks chat completions."""

    def __init__(self, endpoint: Endpoint, client: httpx.AsyncClient) -> None:
        """Check the base URL (raises ValueError); connect to nothing yet."""
        base = parse_base_url(endpoint.base_url, "openai")
        try:
            self._chat_url = httpx.URL(f"{base.full}/chat/completions")
            self._models_url = httpx.URL(f"{base.full}/models")
        except httpx.InvalidURL:
            raise ValueError("base_url: the host's name is not a valid one. Correct it.") from None
        self._client = client
        self._timeouts = endpoint.timeouts
        self._timeout = httpx.Timeout(None, connect=endpoint.timeouts.connect)
        self._secrets = failures.secrets_of(endpoint)
        self._headers = {"content-type": "application/json"}
        if endpoint.api_key:
            self._headers["authorization"] = f"Bearer {endpoint.api_key}"
        self._headers |= {name.lower(): value for name, value in endpoint.headers.items()}
        self._encoder = RequestEncoder(ADAPTER, dialect_of(base.host))

    @property
    def adapter(self) -> str:
        """The tag of this adapter's opaque payloads."""
        return ADAPTER

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        """Ask; text of one part that arrives together is one piece. Raises ModelError."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeouts.first_chunk
        response = await self._ask(request)
        decoder = ChatStreamDecoder(ADAPTER, request.model, self._secrets)
        watchdog = Watchdog()
        try:
            reader = _reader(response)
            patience = max(0.0, deadline - loop.time())
            while not decoder.done:
                read = await self._read(reader, decoder, watchdog, patience)
                if read is None:
                    break
                if pieces := decoder.feed(read):
                    yield pieces
                patience = self._patience(decoder)
            if pieces := decoder.finish():
                yield pieces
            if decoder.failure is not None:
                raise ModelError(decoder.failure)
            with suppress(TimeoutError, httpx.HTTPError):
                while await watchdog.wait(anext(reader, None), _AFTER_END) is not None:
                    pass
        finally:
            watchdog.close()
            await response.aclose()

    async def list_models(self) -> list[ModelFacts]:
        """Ask which models there are; raises ModelError."""
        try:
            async with asyncio.timeout(_LIST_SECONDS):
                response = await self._send("GET", self._models_url, b"")
                try:
                    if refusal := await self._refusal(response):
                        raise ModelError(refusal)
                    body = await _read_up_to(EVENT_LIMIT, response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise ModelError(failures.first_chunk_timeout(_LIST_SECONDS)) from None
        except httpx.HTTPError as error:
            raise ModelError(self._network(error)) from error
        try:
            return read_models(body)
        except ValueError as error:
            detail = f"{error}: {body[:500].decode(errors='replace')}"
            raise ModelError(failures.wrong_address(detail, secrets=self._secrets)) from None

    # Asking

    async def _ask(self, request: ModelRequest) -> httpx.Response:
        """Give an answer that has begun well; its body is still to come."""
        tried = {self._encoder.dialect}
        try:
            async with asyncio.timeout(self._timeouts.first_chunk):
                while True:
                    response = await self._send("POST", self._chat_url, await self._encoder.encode(request))
                    try:
                        refusal = await self._refusal(response)
                    except BaseException:
                        await response.aclose()
                        raise
                    if refusal is None:
                        return response
                    await response.aclose()
                    learnt = learn(self._encoder.dialect, refusal.detail or "")
                    if refusal.kind != "bad_request" or learnt is None or learnt in tried:
                        raise ModelError(refusal)
                    tried.add(learnt)
                    self._encoder.change_dialect(learnt)
        except TimeoutError:
            raise ModelError(failures.first_chunk_timeout(self._timeouts.first_chunk)) from None
        except httpx.HTTPError as error:
            raise ModelError(self._network(error)) from error

    async def _send(self, method: str, url: httpx.URL, body: bytes) -> httpx.Response:
        try:
            request = self._client.build_request(
                method, url, headers=self._headers, content=body, timeout=self._timeout
            )
        except UnicodeEncodeError as error:
            raise ModelError(failures.from_network(error)) from None
        return await self._client.send(request, stream=True, follow_redirects=False)

    async def _refusal(self, response: httpx.Response) -> Failure | None:
        """Give the failure that an answer's status, or its being a web page, amounts to."""
        if response.is_success and "text/html" not in response.headers.get("content-type", ""):
            return None
        body = (await _read_up_to(_ERROR_LIMIT, response)).decode(errors="replace")
        if response.is_success:
            return failures.wrong_address(body, secrets=self._secrets)
        return failures.from_status(response.status_code, body, response.headers, secrets=self._secrets)

    def _network(self, error: httpx.HTTPError) -> Failure:
        return failures.from_network(error, url=str(self._chat_url), secrets=self._secrets)

    # Reading

    async def _read(
        self, reader: AsyncIterator[bytes], decoder: ChatStreamDecoder, watchdog: Watchdog, patience: float
    ) -> bytes | None:
        """Give what has arrived; None at the end, or where nothing that matters can follow."""
        try:
            return await watchdog.wait(anext(reader, None), patience)
        except TimeoutError:
            if decoder.ended:
                return None
            if decoder.began:
                raise ModelError(failures.chunk_timeout(self._timeouts.between_chunks)) from None
            raise ModelError(failures.first_chunk_timeout(self._timeouts.first_chunk)) from None
        except httpx.HTTPError as error:
            if decoder.ended:
                return None
            raise ModelError(failures.stream_cut(str(error), secrets=self._secrets)) from error

    def _patience(self, decoder: ChatStreamDecoder) -> float:
        """Give how long the next bytes may take. Comments are signs of life, but no first chunk."""
        if decoder.ended:
            return min(self._timeouts.between_chunks, _AFTER_FINISH)
        return self._timeouts.between_chunks if decoder.began else self._timeouts.first_chunk


def _reader(response: httpx.Response) -> AsyncIterator[bytes]:
    """Give the body's bytes as they arrive; a server may compress although it was asked not to."""
    encoding = response.headers.get("content-encoding", "identity")
    return response.aiter_raw() if encoding == "identity" else response.aiter_bytes()


async def _read_up_to(limit: int, response: httpx.Response) -> bytes:
    """Read a body, and no more than its first bytes; raises httpx.HTTPError."""
    body = bytearray()
    async for read in _reader(response):
        body += read
        if len(body) >= limit:
            break
    return bytes(body[:limit])
