"""Local model servers: recognised by their answers, and nothing worse than "not there" from anybody else."""

import asyncio
import socket
from collections.abc import Callable

import pytest
from pydantic import JsonValue

from flowent.settings.local_servers import LARGEST_ANSWER, find_server, find_servers

from .servers import Answer, LittleServer, empty_ollama, listed, llama_cpp, lm_studio, ollama, vllm

SECONDS = 5.0


@pytest.mark.parametrize(
    ("server", "name", "provider_id", "models"),
    [
        (ollama, "Ollama", "ollama", [("qwen3:8b", None), ("gemma:4b", None)]),
        (empty_ollama, "Ollama", "ollama", []),
        (lm_studio, "LM Studio", "lm-studio", [("seen-7b", 8_192), ("big-8b", None)]),
        (llama_cpp, "llama.cpp", "llama-cpp", [("qwen3-30b", 65_536)]),
        (vllm, "vLLM", "vllm", [("Qwen/Qwen3-32B", 40_960)]),
    ],
)
async def test_each_server_is_recognised_on_any_port(
    server: Callable[[], LittleServer], name: str, provider_id: str, models: list[tuple[str, int | None]]
) -> None:
    async with server() as little:
        found = await find_server(little.port, SECONDS)
    assert found is not None
    assert (found.name, found.provider_id) == (name, provider_id)
    assert [(entry.id, entry.context_window) for entry in found.models] == models
    assert found.base_url == f"http://127.0.0.1:{little.port}/v1"


async def test_another_compatible_server_is_named_after_its_port() -> None:
    async with LittleServer({"/v1/models": listed({"id": "m", "owned_by": "somebody"})}) as little:
        found = await find_server(little.port, SECONDS)
    assert found is not None
    assert (found.name, found.provider_id) == ("OpenAI-compatible server", f"local-{little.port}")


async def test_an_unknown_server_is_asked_one_thing_only() -> None:
    async with LittleServer({"/": {"hello": "world"}}) as little:
        assert await find_server(little.port, SECONDS) is None
    assert little.asked == ["/v1/models"]
    assert b"authorization" not in little.requests[0].lower()


def whole(body: bytes, status: bytes = b"200 OK", headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\n%s\r\n%s" % (status, headers, body)


LIST = b'{"object":"list","data":[]}'


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"",
        whole(b"<html></html>"),
        whole(b"[]"),
        whole(b'{"data":[]}'),
        whole(b'{"object":"list","data":[{"id":7}]}'),
        whole(LIST, b"401 Unauthorized"),
        whole(b"", b"302 Found", b"Location: http://127.0.0.1:1/\r\n"),
        whole(LIST, headers=b"Content-Length: 1000\r\n"),
        whole(b" " * (LARGEST_ANSWER + 1) + LIST),
        whole(LIST, headers=b"".join(b"X-%d: %s\r\n" % (number, b"a" * 60_000) for number in range(20))),
    ],
    ids=["ssh", "silence", "page", "array", "no-object", "number", "login", "redirect", "cut", "long", "headers"],
)
async def test_whatever_else_answers_is_no_model_server(answer: Answer) -> None:
    async with LittleServer({"/v1/models": answer}) as little:
        assert await find_server(little.port, SECONDS) is None


async def test_an_answer_without_length_ends_with_the_connection() -> None:
    async with LittleServer({"/v1/models": whole(LIST)}) as little:
        assert await find_server(little.port, SECONDS) is not None


async def test_a_server_that_hangs_is_given_up() -> None:
    async with LittleServer({}, hangs=True) as little:
        assert await find_server(little.port, 0.05) is None


async def test_nothing_listening_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert await find_server(free.getsockname()[1], SECONDS) is None


async def test_all_ports_are_asked_at_once() -> None:
    both = asyncio.Barrier(2)

    class Waiting(LittleServer):
        async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            async with asyncio.timeout(SECONDS):
                await both.wait()
            await super()._serve(reader, writer)

    paths: dict[str, Answer] = {"/v1/models": listed({"id": "m", "owned_by": "vllm"})}
    async with Waiting(paths) as first, Waiting(paths) as second:
        found = await find_servers([second.port, first.port], SECONDS)
    assert [server.port for server in found] == [second.port, first.port]


async def test_ids_that_cannot_be_kept_and_too_many_are_left_out() -> None:
    ids = [" ", "a" * 201, *map(str, range(300))]
    entries: list[JsonValue] = [{"id": each, "owned_by": "vllm"} for each in ids]
    async with LittleServer({"/v1/models": listed(*entries)}) as little:
        found = await find_server(little.port, SECONDS)
    assert found is not None
    assert len(found.models) == 198
    assert found.models[0].id == "0"
