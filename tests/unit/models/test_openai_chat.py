"""The adapter as a whole: over a real connection, and with the scripted provider's faults."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from flowent.domain.failures import Failure, FailureKind
from flowent.domain.parts import TextPart, ThinkingPart, ToolPart, ToolResult
from flowent.domain.transcript import AssistantEntry, CallResult, PersonEntry, ResultsEntry
from flowent.domain.usage import Usage
from flowent.models import openai_chat
from flowent.models.base import (
    CallPiece,
    Endpoint,
    Finished,
    Model,
    ModelError,
    ModelFacts,
    ModelRequest,
    PayloadPiece,
    Piece,
    TextPiece,
    ThinkingPiece,
    Timeouts,
    ToolSpec,
)
from flowent.models.http import SharedClient, new_client
from flowent.models.openai_chat import OpenAIChatModel
from flowent.scripted.process import ScriptedProvider
from unit.models.openai_chat_server import EVENT_STREAM, LAST, Exchange, answer, piece, serving

KEY = "sk-secret-0123456789"
ENDPOINT = Endpoint("p", "openai", "http://127.0.0.1:1", KEY)


async def no_blob(sha256: str) -> bytes:
    raise KeyError(sha256)


REQUEST = ModelRequest(
    model="m",
    instructions=("Be kind.",),
    entries=(PersonEntry((TextPart(id="u", text="Hello"),)),),
    tools=(ToolSpec("f", "Does f.", {"type": "object", "properties": {}}),),
    read_blob=no_blob,
)


def chunk(delta: object, finish: str | None = None) -> bytes:
    event = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps(event).encode() + b"\n\n"


HI = chunk({"content": "Hi"})
STOP = chunk({}, "stop")
DONE = b"data: [DONE]\n\n"
ERROR = json.dumps({"error": {"message": "Unrecognized request argument supplied: stream_options"}}).encode()


@pytest.fixture
async def model_at() -> AsyncGenerator[Callable[..., OpenAIChatModel]]:
    """Make a model at a URL; further fields are the endpoint's."""
    client = SharedClient()

    def make(url: str, **fields: Any) -> OpenAIChatModel:
        return OpenAIChatModel(replace(ENDPOINT, base_url=url, **fields), client.get())

    yield make
    await client.aclose()


ModelAt = Callable[..., OpenAIChatModel]


class Body(httpx.AsyncByteStream):
    """A body that is still to be read."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.data


def reply(body: bytes | str | dict[str, Any] | list[Any] = b"", status: int = 200, **headers: str) -> httpx.Response:
    """An answer; headers have underscores for hyphens."""
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, stream=Body(data))


def model_over(handler: Callable[[httpx.Request], httpx.Response], **fields: Any) -> OpenAIChatModel:
    """A model over answers that need no connection."""
    return OpenAIChatModel(replace(ENDPOINT, **fields), new_client(httpx.MockTransport(handler)))


async def pieces_of(model: OpenAIChatModel, request: ModelRequest = REQUEST) -> list[Piece]:
    return [piece async for batch in model.stream(request) for piece in batch]


async def failure_of(model: OpenAIChatModel, request: ModelRequest = REQUEST) -> tuple[list[Piece], Failure]:
    """The pieces before the failure, and the failure."""
    pieces: list[Piece] = []
    with pytest.raises(ModelError) as caught:
        async for batch in model.stream(request):
            pieces += batch
    assert KEY not in repr(caught.value.failure)
    return pieces, caught.value.failure


def test_it_is_a_model() -> None:
    model: Model = model_over(lambda _: reply())
    assert model.adapter == "openai_chat"
    assert KEY not in repr(model)


@pytest.mark.parametrize("url", ["nowhere", "http://\u00e4..b/v1", "http://ex\u2028ample.org"])
def test_a_base_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        model_over(lambda _: httpx.Response(200), base_url=url)


# The request


async def test_the_request_has_url_key_headers_and_body() -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return reply(HI + STOP)

    await pieces_of(model_over(handle, base_url="http://h/api", headers={"X-Title": "Flowent"}))
    [request] = seen
    assert str(request.url) == "http://h/api/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-title"] == "Flowent"
    assert request.headers["content-type"] == "application/json"
    assert [message["role"] for message in json.loads(request.content)["messages"]] == ["system", "user"]


async def test_an_extra_header_takes_the_keys_place() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.headers.get_list("authorization") == ["Basic abc"]
        return reply(HI + STOP)

    await pieces_of(model_over(handle, headers={"Authorization": "Basic abc"}))


async def test_no_key_is_sent_where_there_is_none() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return reply(HI + STOP)

    await pieces_of(model_over(handle, api_key=None))


@pytest.mark.parametrize("key", ["sk-\u2014secret-key", "sk-secret\nkey", "sk-secret-key\r\nadmin: yes"])
async def test_a_key_that_cannot_be_sent_says_so(model_at: ModelAt, key: str) -> None:
    async with serving(lambda exchange: exchange.send(answer(b"ok"))) as server:
        _, failure = await failure_of(model_at(server.url, api_key=key))
    assert failure.kind == "bad_request"
    assert "key" in failure.message
    assert server.requests == []


async def test_a_field_that_a_server_refuses_in_words_is_left_out_from_then_on() -> None:
    bodies: list[dict[str, Any]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return reply(ERROR, 400) if "stream_options" in bodies[-1] else reply(HI + STOP)

    model = model_over(handle)
    for _ in range(2):
        assert await pieces_of(model) == [TextPiece(0, "Hi"), Finished("complete")]
    assert ["stream_options" in body for body in bodies] == [True, False, False]


async def test_a_server_that_refuses_whatever_is_sent_is_not_asked_for_ever() -> None:
    asked = 0

    def handle(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        limit = "max_tokens" if "max_tokens" in json.loads(request.content) else "max_completion_tokens"
        return reply(f"unsupported: {limit}, use 'max_completion_tokens'", 400)

    _, failure = await failure_of(model_over(handle), replace(REQUEST, max_output_tokens=5))
    assert failure.kind == "bad_request"
    assert asked == 2


# The answer


async def test_text_is_given_while_the_rest_is_still_to_come(model_at: ModelAt) -> None:
    go_on = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(EVENT_STREAM, piece(HI))
        await go_on.wait()
        await exchange.send(piece(STOP), piece(DONE), LAST)

    async with serving(play) as server:
        stream = model_at(server.url).stream(REQUEST)
        assert await anext(stream) == [TextPiece(0, "Hi")]
        go_on.set()
        assert [batch async for batch in stream] == [[Finished("complete")]]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_server_that_compresses_all_the_same_is_understood(encoding: str) -> None:
    compressed = {"gzip": _gzip, "deflate": _deflate}[encoding](HI + STOP)
    model = model_over(lambda _: reply(compressed, content_encoding=encoding))
    assert await pieces_of(model) == [TextPiece(0, "Hi"), Finished("complete")]


def _gzip(data: bytes) -> bytes:
    import gzip

    return gzip.compress(data)


def _deflate(data: bytes) -> bytes:
    import zlib

    return zlib.compress(data)


async def test_the_next_step_uses_the_same_connection(model_at: ModelAt) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(EVENT_STREAM, piece(HI), piece(STOP), piece(DONE))
        await asyncio.sleep(0)
        await exchange.send(LAST)

    async with serving(play) as server:
        model = model_at(server.url)
        for _ in range(3):
            await pieces_of(model)
    assert server.connections == 1


async def test_a_server_that_never_ends_its_answer_does_not_hold_it_up(
    model_at: ModelAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_chat, "_AFTER_END", 0.01)
    monkeypatch.setattr(openai_chat, "_AFTER_FINISH", 0.01)
    for end in (STOP + DONE, STOP):

        async def play(exchange: Exchange, end: bytes = end) -> None:
            await exchange.send(EVENT_STREAM, piece(HI + end))
            await exchange.wait_for_hang_up()

        async with serving(play) as server:
            assert await pieces_of(model_at(server.url)) == [TextPiece(0, "Hi"), Finished("complete")]
            await server.hang_ups.wait()


async def test_a_connection_that_breaks_after_the_end_does_no_harm(model_at: ModelAt) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(EVENT_STREAM, piece(HI), piece(STOP))
        exchange.writer.close()

    async with serving(play) as server:
        assert await pieces_of(model_at(server.url)) == [TextPiece(0, "Hi"), Finished("complete")]


# Hanging up


async def test_closing_the_stream_hangs_up(model_at: ModelAt) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(EVENT_STREAM, piece(HI))
        await exchange.wait_for_hang_up()

    async with serving(play) as server:
        async with aclosing(model_at(server.url).stream(REQUEST)) as stream:
            await anext(stream)
        await server.hang_ups.wait()


@pytest.mark.parametrize("sent", [b"", EVENT_STREAM, EVENT_STREAM + piece(HI)], ids=["before", "headed", "streaming"])
async def test_cancelling_the_reader_hangs_up_at_once(model_at: ModelAt, sent: bytes) -> None:
    asked = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(sent)
        asked.set()
        await exchange.wait_for_hang_up()

    async def read() -> None:
        async for _ in model_at(server.url).stream(REQUEST):
            streaming.set()

    async with serving(play) as server:
        streaming = asyncio.Event()
        reader = asyncio.create_task(read())
        await asked.wait()
        if HI in sent:
            await streaming.wait()
        await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await server.hang_ups.wait()


# Time-outs


QUICK = {
    "first_chunk_timeout": Timeouts(first_chunk=0.05),
    "chunk_timeout": Timeouts(between_chunks=0.05),
}


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"", "first_chunk_timeout"),
        (EVENT_STREAM, "first_chunk_timeout"),
        (EVENT_STREAM + piece(b": keepalive\n\n"), "first_chunk_timeout"),
        (EVENT_STREAM + piece(HI), "chunk_timeout"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n{", "first_chunk_timeout"),
    ],
    ids=["silence", "headers", "comment", "text", "error cut short"],
)
async def test_silence_is_not_waited_for_for_ever(model_at: ModelAt, sent: bytes, kind: FailureKind) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(sent)
        await exchange.wait_for_hang_up()

    async with serving(play) as server:
        pieces, failure = await failure_of(model_at(server.url, timeouts=QUICK[kind]))
        await server.hang_ups.wait()
    assert failure.kind == kind
    assert pieces == ([TextPiece(0, "Hi")] if kind == "chunk_timeout" else [])


async def test_a_slow_reader_is_not_the_providers_silence(model_at: ModelAt) -> None:
    async with serving(lambda exchange: exchange.send(EVENT_STREAM, piece(HI), piece(STOP), LAST)) as server:
        stream = model_at(server.url, timeouts=QUICK["chunk_timeout"]).stream(REQUEST)
        assert await anext(stream) == [TextPiece(0, "Hi")]
        await asyncio.sleep(0.1)
        assert [batch async for batch in stream] == [[Finished("complete")]]


async def test_signs_of_life_keep_a_slow_answer_going(model_at: ModelAt) -> None:
    go_on = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(EVENT_STREAM)
        while not go_on.is_set():
            await exchange.send(piece(b": OPENROUTER PROCESSING\n\n"))
            await asyncio.sleep(0.05)
        await exchange.send(piece(HI + STOP), LAST)

    async with serving(play) as server:
        asyncio.get_running_loop().call_later(1, go_on.set)
        timeouts = Timeouts(first_chunk=0.6, between_chunks=0.6)
        assert await pieces_of(model_at(server.url, timeouts=timeouts)) == [TextPiece(0, "Hi"), Finished("complete")]


# Failures


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (reply(f'{{"error":{{"message":"Bad key {KEY}"}}}}', 401), "bad_key"),
        (reply("404 page not found", 404), "bad_request"),
        (reply("<html><title>Welcome</title></html>", content_type="text/html; charset=utf-8"), "bad_request"),
        (reply(status=307, location="http://elsewhere/"), "bad_request"),
        (reply(), "stream_cut"),
        (reply(HI + DONE), "stream_cut"),
        (reply("data: {oops\n\n"), "malformed_stream"),
        (reply({"error": {"message": "Overloaded", "code": 503}}), "overloaded"),
    ],
)
async def test_what_is_no_answer_is_a_failure_of_its_kind(response: httpx.Response, kind: FailureKind) -> None:
    _, failure = await failure_of(model_over(lambda _: response))
    assert failure.kind == kind


async def test_a_wait_that_is_asked_for_is_passed_on() -> None:
    response = reply({"error": {"message": "Slow down"}}, 429, retry_after="7")
    _, failure = await failure_of(model_over(lambda _: response))
    assert (failure.kind, failure.retry_after) == ("rate_limited", 7)


async def test_a_huge_error_page_is_read_in_part(model_at: ModelAt) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 900000000\r\n\r\n", b"x" * 200_000)
        await exchange.wait_for_hang_up()

    async with serving(play) as server:
        _, failure = await failure_of(model_at(server.url))
        await server.hang_ups.wait()
    assert failure.kind == "overloaded"


async def test_nobody_there_is_a_network_failure_that_names_the_address(model_at: ModelAt) -> None:
    async with serving(lambda exchange: exchange.send(b"")) as server:
        url = server.url
    _, failure = await failure_of(model_at(url))
    assert failure.kind == "network"
    assert url.removeprefix("http://") in failure.message


@pytest.mark.parametrize("sent", [EVENT_STREAM, EVENT_STREAM + piece(HI), EVENT_STREAM + piece(HI + b'data: {"ch')])
async def test_a_connection_that_breaks_in_mid_answer_is_a_cut(model_at: ModelAt, sent: bytes) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(sent)
        exchange.writer.close()

    async with serving(play) as server:
        pieces, failure = await failure_of(model_at(server.url))
    assert failure.kind == "stream_cut"
    assert pieces == ([TextPiece(0, "Hi")] if b"Hi" in sent else [])


# The list of models


async def test_models_are_listed_with_what_is_known_of_them() -> None:
    models = [
        {"id": "a", "object": "model"},
        {
            "id": "b",
            "name": "Model B",
            "context_length": 128_000,
            "top_provider": {"max_completion_tokens": 16_000},
            "pricing": {"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003"},
        },
        {"id": "c", "max_model_len": 4096, "name": "c", "pricing": {"prompt": "-1"}},
        {"id": "d", "meta": {"n_ctx": 2048}},
        {"id": "a"},
        {"name": "no id"},
    ]
    expected = [
        ModelFacts("a"),
        ModelFacts("b", "Model B", 128_000, 16_000, 3.0, 0.3, 15.0),
        ModelFacts("c", context_window=4096),
        ModelFacts("d", context_window=2048),
    ]
    for document in ({"object": "list", "data": models}, models):
        assert await model_over(lambda _, document=document: reply(document)).list_models() == expected


async def test_a_server_without_models_has_an_empty_list() -> None:
    model = model_over(lambda _: reply({"object": "list", "data": None}))
    assert await model.list_models() == []


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (reply({"error": "Unauthorized"}, 401), "bad_key"),
        (reply("<html></html>", content_type="text/html"), "bad_request"),
        (reply({"hello": 1}), "bad_request"),
        (reply("nonsense"), "bad_request"),
    ],
)
async def test_a_list_that_cannot_be_had_is_a_failure_of_its_kind(response: httpx.Response, kind: FailureKind) -> None:
    with pytest.raises(ModelError) as caught:
        await model_over(lambda _: response).list_models()
    assert caught.value.failure.kind == kind


async def test_a_list_of_nobody_is_a_network_failure(model_at: ModelAt) -> None:
    async with serving(lambda exchange: exchange.send(b"")) as server:
        url = server.url
    with pytest.raises(ModelError) as caught:
        await model_at(url).list_models()
    assert caught.value.failure.kind == "network"


async def test_a_list_that_does_not_come_is_not_waited_for_for_ever(
    model_at: ModelAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_chat, "_LIST_SECONDS", 0.05)
    async with serving(lambda exchange: exchange.wait_for_hang_up()) as server:
        with pytest.raises(ModelError) as caught:
            await model_at(server.url).list_models()
    assert caught.value.failure.kind == "first_chunk_timeout"


# With the scripted provider, which checks each history as strictly as a provider does


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncGenerator[ScriptedProvider]:
    async with ScriptedProvider().start() as running:
        yield running


async def test_a_turn_with_parallel_calls_is_legal(model_at: ModelAt, provider: ScriptedProvider) -> None:
    calls = [{"name": "f", "arguments": {"a": number}, "id": ""} for number in range(2)]
    usage = {"input": 10, "cached": 4, "output": 6, "reasoning": 2}
    await provider.load(
        {"steps": [{"thinking": "hm", "text": "So:", "tool_calls": calls, "usage": usage}, {"text": "Done."}]}
    )
    model = model_at(provider.base_url("chat"))
    pieces = await pieces_of(model)
    finished = pieces[-1]
    assert finished == Finished("complete", Usage(input=10, cached=4, output=6, reasoning=2))
    answered = assembled(pieces)
    asked = [part for part in answered.parts if isinstance(part, ToolPart)]
    assert [json.loads(part.input) for part in asked] == [{"a": 0}, {"a": 1}]
    results = tuple(CallResult(part.id, part.call_id, "f", ToolResult(model_text="ok"), failed=False) for part in asked)
    entries = (*REQUEST.entries, answered, ResultsEntry(results))
    assert text_of(await pieces_of(model, replace(REQUEST, entries=entries))) == "Done."
    await provider.assert_finished()


def assembled(pieces: list[Piece]) -> AssistantEntry:
    """What a step's pieces amount to, put together as the engine does."""
    parts: dict[int, Any] = {}
    for one in pieces:
        match one:
            case TextPiece(number, text):
                before = parts.get(number, TextPart(id=f"p{number}", text=""))
                parts[number] = before.model_copy(update={"text": before.text + text})
            case ThinkingPiece(number, text):
                before = parts.get(number, ThinkingPart(id=f"p{number}", text=""))
                parts[number] = before.model_copy(update={"text": before.text + text})
            case CallPiece(number, call_id, name, text):
                before = parts.get(number, ToolPart(id=f"p{number}", call_id=call_id, name=name, input=""))
                parts[number] = before.model_copy(update={"input": before.input + text})
            case PayloadPiece(number, payload):
                parts[number] = parts[number].model_copy(update={"payload": payload})
            case Finished():
                pass
    return AssistantEntry(tuple(parts[number] for number in sorted(parts)))


def text_of(pieces: list[Piece]) -> str:
    return "".join(one.text for one in pieces if isinstance(one, TextPiece))


SCRIPTED: dict[str, tuple[dict[str, Any], FailureKind]] = {
    "cut": ({"text": "a b c d e f g h", "chunk_size": 2, "cut_after": 3}, "stream_cut"),
    "ended early": ({"text": "a b c d e f g h", "chunk_size": 2, "end_early": 3}, "stream_cut"),
    "garbled": ({"text": "a b c d e f g h", "chunk_size": 2, "garble": 3}, "malformed_stream"),
    "hung": ({"text": "a b c d e f g h", "chunk_size": 2, "hang_after": 3}, "chunk_timeout"),
    "error in the stream": ({"text": "a b c", "in_stream_error": {"after": 1, "error": "overloaded"}}, "overloaded"),
    "bad key": ({"error": "bad_key"}, "bad_key"),
    "forbidden": ({"error": "forbidden"}, "forbidden"),
    "no quota": ({"error": "quota_exceeded"}, "forbidden"),
    "unknown model": ({"error": "model_not_found"}, "unknown_model"),
    "rate limit": ({"error": "rate_limited", "headers": {"Retry-After": "3"}}, "rate_limited"),
    "overloaded": ({"error": "overloaded"}, "overloaded"),
    "unavailable": ({"status": 503}, "overloaded"),
    "server error": ({"status": 500}, "overloaded"),
    "too long": ({"error": "context_too_long"}, "context_too_long"),
    "proxy page": ({"status": 502, "raw_body": "<html><title>Bad Gateway</title></html>"}, "overloaded"),
    "invalid": ({"error": "invalid_request"}, "bad_request"),
}


@pytest.mark.parametrize("case", SCRIPTED)
async def test_a_scripted_fault_is_of_its_kind(model_at: ModelAt, provider: ScriptedProvider, case: str) -> None:
    step, kind = SCRIPTED[case]
    await provider.load({"steps": [step]})
    timeouts = Timeouts(between_chunks=0.3) if case == "hung" else Timeouts()
    pieces, failure = await failure_of(model_at(provider.base_url("chat"), timeouts=timeouts))
    assert failure.kind == kind
    assert "a b c d e f g h".startswith(text_of(pieces))
    await provider.assert_finished()


@pytest.mark.parametrize(
    ("finish", "reason"), [("stop", "complete"), ("length", "length"), ("content_filter", "filtered")]
)
async def test_a_scripted_end_is_told(model_at: ModelAt, provider: ScriptedProvider, finish: str, reason: str) -> None:
    await provider.load({"steps": [{"text": "Hi", "raw_finish": finish}]})
    finished = (await pieces_of(model_at(provider.base_url("chat"))))[-1]
    assert isinstance(finished, Finished)
    assert finished.reason == reason


async def test_scripted_models_are_listed(model_at: ModelAt, provider: ScriptedProvider) -> None:
    await provider.load({"steps": [], "models": {"ids": ["a", "b"]}})
    assert [facts.id for facts in await model_at(provider.base_url("chat")).list_models()] == ["a", "b"]
