"""Model servers on this machine, recognised by what they answer.

All of them list their models in OpenAI's form at ``/v1/models``, so that is the only thing an unknown server is asked.
Who it is, is told by ``owned_by`` (vLLM, llama.cpp) or by a list of its own: ``/api/v0/models`` for LM Studio, which
answers every other path with 200 and an error, ``/api/tags`` for Ollama. Documented by docs.ollama.com,
lmstudio.ai/docs/developer/rest, docs.vllm.ai, and tools/server/README.md of llama.cpp.

Whatever listens on a port may be anybody's: an answer is capped, timed and parsed, and never followed elsewhere.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import httptools
from pydantic import BaseModel, ValidationError

from flowent.settings.provider_facts import ModelEntry
from flowent.settings.suggestions import chat_models

PORTS = (11434, 1234, 8080, 8000)
"""Where Ollama, LM Studio, llama.cpp and vLLM listen unless told otherwise."""

LARGEST_ANSWER = 1024 * 1024
"""Bytes of an answer; a longer one is not believed."""

MOST_MODELS = 200

ServerKind = Literal["ollama", "lm-studio", "llama-cpp", "vllm", "compatible"]

_HOST = "127.0.0.1"
_NAMES: dict[ServerKind, str] = {
    "ollama": "Ollama",
    "lm-studio": "LM Studio",
    "llama-cpp": "llama.cpp",
    "vllm": "vLLM",
    "compatible": "OpenAI-compatible server",
}


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that was found, with the models that can chat; those that are loaded come first."""

    kind: ServerKind
    port: int
    models: tuple[ModelEntry, ...]

    @property
    def name(self) -> str:
        """Its name for a person."""
        return _NAMES[self.kind]

    @property
    def base_url(self) -> str:
        """Where its OpenAI-compatible interface is."""
        return f"http://{_HOST}:{self.port}/v1"

    @property
    def provider_id(self) -> str:
        """The id that it gets as a provider."""
        return f"local-{self.port}" if self.kind == "compatible" else self.kind


class _Listed(BaseModel):
    id: str
    owned_by: str | None = None
    max_model_len: int | None = None


class _List(BaseModel):
    object: Literal["list"]
    data: list[_Listed] | None  # Ollama without models says null


class _LmStudioModel(BaseModel):
    id: str
    type: str | None = None
    state: str | None = None
    loaded_context_length: int | None = None


class _LmStudioList(BaseModel):
    data: list[_LmStudioModel]


class _OllamaModel(BaseModel):
    name: str
    model: str | None = None
    capabilities: list[str] | None = None


class _OllamaList(BaseModel):
    models: list[_OllamaModel]


class _LlamaCppGeneration(BaseModel):
    n_ctx: int


class _LlamaCppProps(BaseModel):
    default_generation_settings: _LlamaCppGeneration


async def find_servers(ports: Sequence[int], seconds: float) -> list[LocalServer]:
    """Ask all ports at once, each for at most that long; gives what answered, in the order of the ports."""
    found = await asyncio.gather(*(find_server(port, seconds) for port in ports))
    return [server for server in found if server is not None]


async def find_server(port: int, seconds: float) -> LocalServer | None:
    """Give the model server at a port, None where there is none that answers in time."""
    try:
        async with asyncio.timeout(seconds):
            return await _recognise(port)
    except TimeoutError:
        return None


async def _recognise(port: int) -> LocalServer | None:
    listed = await _get(port, "/v1/models", _List)
    if listed is None:
        return None
    models = listed.data or []
    owners = {model.owned_by for model in models}
    if owners == {"vllm"}:
        return _server("vllm", port, [(model.id, model.max_model_len) for model in models])
    if owners == {"llamacpp"}:
        props = await _get(port, "/props", _LlamaCppProps)
        window = props.default_generation_settings.n_ctx if props else None
        return _server("llama-cpp", port, [(model.id, window) for model in models])
    if (own := await _get(port, "/api/v0/models", _LmStudioList)) is not None:
        talking = [model for model in own.data if model.type != "embeddings"]
        talking.sort(key=lambda model: model.state != "loaded")
        return _server("lm-studio", port, [(model.id, model.loaded_context_length) for model in talking])
    if (tags := await _get(port, "/api/tags", _OllamaList)) is not None:
        able = [model for model in tags.models if model.capabilities is None or "completion" in model.capabilities]
        return _server("ollama", port, [(model.model or model.name, None) for model in able])
    return _server("compatible", port, [(model.id, None) for model in models])


def _server(kind: ServerKind, port: int, models: Sequence[tuple[str, int | None]]) -> LocalServer:
    windows = dict(models)
    entries: list[ModelEntry] = []
    for model in chat_models(windows)[:MOST_MODELS]:
        try:
            entries.append(ModelEntry(id=model, context_window=windows[model] or None))
        except ValidationError:
            # An id that no settings could hold cannot be chosen either.
            continue
    return LocalServer(kind, port, tuple(entries))


AnswerT = TypeVar("AnswerT", bound=BaseModel)


async def _get(port: int, path: str, answer: type[AnswerT]) -> AnswerT | None:
    """Give what is at a path, None where nothing of that form is."""
    try:
        body = await _fetch(port, path)
        return answer.model_validate_json(body) if body is not None else None
    except (OSError, httptools.HttpParserError, ValidationError):
        return None


async def _fetch(port: int, path: str) -> bytes | None:
    """Get one answer of status 200. Written on a bare connection: no proxy, redirect or cookie can come into it."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: {_HOST}:{port}",
            "Accept: application/json",
            "Connection: close",
            "",
            "",
        )
        writer.write("\r\n".join(lines).encode())
        answer = _Answer()
        parser = httptools.HttpResponseParser(answer)
        while not answer.complete and (read := await reader.read(64 * 1024)):
            parser.feed_data(read)
            if answer.size > LARGEST_ANSWER:
                return None
        ended = answer.complete or answer.until_close
        return b"".join(answer.body) if ended and parser.get_status_code() == 200 else None
    finally:
        writer.transport.abort()


@dataclass(slots=True)
class _Answer:
    """Collects a body; its methods are what httptools calls."""

    body: list[bytes] = field(default_factory=list[bytes])
    size: int = 0
    complete: bool = False
    until_close: bool = True

    def on_header(self, name: bytes, value: bytes) -> None:
        self.size += len(name) + len(value)
        if name.lower() in {b"content-length", b"transfer-encoding"}:
            self.until_close = False

    def on_body(self, body: bytes) -> None:
        self.body.append(body)
        self.size += len(body)

    def on_message_complete(self) -> None:
        self.complete = True
