"""Real HTTP servers on free loopback ports that answer as the local model servers do."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType

from pydantic import JsonValue

Answer = JsonValue | bytes
"""What a path gives: a value is sent as JSON, bytes as they are (the whole answer, status line included)."""


class LittleServer:
    """Answers each path with what it was told; any other with 404, or as LM Studio does."""

    def __init__(self, paths: Mapping[str, Answer], *, other: Answer | None = None, hangs: bool = False) -> None:
        self.paths = paths
        self.other = other
        self.hangs = hangs
        self.asked: list[str] = []
        self.requests: list[bytes] = []
        self._release = asyncio.Event()

    async def __aenter__(self) -> "LittleServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release.set()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(request)
            path = request.split(b" ")[1].decode()
            self.asked.append(path)
            if self.hangs:
                await self._release.wait()
                return
            answer = self.paths.get(path, self.other)
            writer.write(answer if isinstance(answer, bytes) else _http(answer))
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


def _http(answer: JsonValue) -> bytes:
    if answer is None:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    body = json.dumps(answer).encode()
    # In chunks, as most of these servers send it.
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:]) if part)
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunks
        + b"0\r\n\r\n"
    )


def listed(*models: JsonValue) -> JsonValue:
    return {"object": "list", "data": list(models)}


def ollama() -> LittleServer:
    return LittleServer(
        {
            "/v1/models": listed({"id": "qwen3:8b", "object": "model", "created": 1, "owned_by": "library"}),
            "/api/tags": {
                "models": [
                    {"name": "qwen3:8b", "model": "qwen3:8b", "size": 1, "digest": "d", "details": {"family": "qwen3"}},
                    {"name": "vectors:1b", "model": "vectors:1b", "capabilities": ["embedding"]},
                    {"name": "gemma:4b", "model": "gemma:4b", "capabilities": ["completion", "tools"]},
                ]
            },
        }
    )


def empty_ollama() -> LittleServer:
    return LittleServer({"/v1/models": {"object": "list", "data": None}, "/api/tags": {"models": []}})


def lm_studio() -> LittleServer:
    entry = {"object": "model", "arch": "llama", "max_context_length": 131_072}
    return LittleServer(
        {
            "/v1/models": listed({"id": "big-8b", "object": "model", "owned_by": "organization_owner"}),
            "/api/v0/models": listed(
                {**entry, "id": "big-8b", "type": "llm", "state": "not-loaded"},
                {**entry, "id": "nomic-v1.5", "type": "embeddings", "state": "loaded"},
                {**entry, "id": "seen-7b", "type": "vlm", "state": "loaded", "loaded_context_length": 8_192},
            ),
        },
        other={"error": "Unexpected endpoint or method. (GET /)"},
    )


def llama_cpp() -> LittleServer:
    return LittleServer(
        {
            "/v1/models": {
                "models": [{"name": "qwen3-30b"}],
                "object": "list",
                "data": [
                    {"id": "qwen3-30b", "object": "model", "owned_by": "llamacpp", "meta": {"n_ctx_train": 262_144}}
                ],
            },
            "/props": {"default_generation_settings": {"n_ctx": 65_536}, "total_slots": 4, "model_path": "/m.gguf"},
        }
    )


def vllm() -> LittleServer:
    return LittleServer(
        {
            "/v1/models": listed(
                {
                    "id": "Qwen/Qwen3-32B",
                    "object": "model",
                    "owned_by": "vllm",
                    "max_model_len": 40_960,
                    "permission": [],
                }
            ),
            "/version": {"version": "0.28.0"},
        }
    )
