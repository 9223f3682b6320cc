"""Every fault, as a client on the other side of a socket meets it."""

import json
import time

import httpx
import pytest
from anthropic import AsyncAnthropic, OverloadedError
from openai import APIError, AsyncOpenAI, RateLimitError

from flowent.scripted.failure import FailureKind
from flowent.scripted.formats import FormatName
from flowent.scripted.process import ScriptedProvider
from unit.scripted.requests_of import FORMATS, HEADERS, body, post, url

TERMINAL_MARKS: dict[FormatName, str] = {
    "chat": "[DONE]",
    "responses": "response.completed",
    "anthropic": "message_stop",
    "gemini": '"finishReason"',
}


def payloads(text: str) -> list[str]:
    return [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]


@pytest.mark.parametrize(
    ("name", "kind", "status", "code"),
    [
        ("chat", "bad_key", 401, "invalid_api_key"),
        ("chat", "context_too_long", 400, "context_length_exceeded"),
        ("chat", "quota_exceeded", 429, "insufficient_quota"),
        ("chat", "overloaded", 503, "server_error"),
        ("responses", "rate_limited", 429, "rate_limit_exceeded"),
        ("responses", "context_too_long", 400, "Your input exceeds the context window"),
        ("responses", "model_not_found", 404, "model_not_found"),
        ("anthropic", "bad_key", 401, "authentication_error"),
        ("anthropic", "context_too_long", 400, "prompt is too long"),
        ("anthropic", "overloaded", 529, "overloaded_error"),
        ("anthropic", "server_error", 500, "api_error"),
        ("gemini", "bad_key", 400, "API_KEY_INVALID"),
        ("gemini", "rate_limited", 429, "RESOURCE_EXHAUSTED"),
        ("gemini", "unavailable", 503, "UNAVAILABLE"),
        ("gemini", "context_too_long", 400, "exceeds the maximum number of tokens allowed"),
    ],
)
async def test_a_failure_has_the_shape_of_its_format(
    provider: ScriptedProvider, name: FormatName, kind: FailureKind, status: int, code: str
) -> None:
    await provider.load({"steps": [{"error": kind, "headers": {"Retry-After": "7"}}]})
    response = await post(provider, name)
    assert response.status_code == status
    assert response.headers["retry-after"] == "7"
    assert code in response.text
    assert "error" in response.json()
    await provider.assert_finished()


async def test_a_status_alone_chooses_its_usual_failure(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"status": 429}, {"status": 502, "raw_body": "<html>Bad gateway</html>"}]})
    assert (await post(provider, "anthropic")).json()["error"]["type"] == "rate_limit_error"
    response = await post(provider, "anthropic")
    assert (response.status_code, response.headers["content-type"]) == (502, "text/html")
    assert response.text == "<html>Bad gateway</html>"


async def test_sdks_raise_their_own_errors(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"status": 429}, {"status": 529}]})
    async with AsyncOpenAI(base_url=provider.base_url("chat"), api_key="k", max_retries=0) as openai:
        with pytest.raises(RateLimitError, match="Rate limit reached for m"):
            await openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    async with AsyncAnthropic(base_url=provider.base_url("anthropic"), api_key="k", max_retries=0) as anthropic:
        with pytest.raises(OverloadedError):
            await anthropic.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "hi"}])


@pytest.mark.parametrize("name", FORMATS)
async def test_a_cut_connection_ends_after_the_stated_chunks(provider: ScriptedProvider, name: FormatName) -> None:
    await provider.load({"steps": [{"parts": [{"type": "text", "text": "abcdef"}], "chunk_size": 1, "cut_after": 3}]})
    received = bytearray()
    async with httpx.AsyncClient() as client:
        request = client.stream("POST", url(provider, name), json=body(name), headers=HEADERS[name])
        with pytest.raises(httpx.RemoteProtocolError):
            async with request as response:
                async for piece in response.aiter_bytes():
                    received += piece
    text = received.decode()
    assert '"c"' in text
    assert '"d"' not in text
    assert TERMINAL_MARKS[name] not in text
    assert (await provider.report()).requests[0].outcome == "cut"


@pytest.mark.parametrize("name", FORMATS)
async def test_an_early_end_is_a_clean_end_without_the_terminal_event(
    provider: ScriptedProvider, name: FormatName
) -> None:
    await provider.load(
        {"steps": [{"text": "abc", "chunk_size": 1, "end_early": 2}, {"text": "abc", "end_early": True}]}
    )
    first, second = await post(provider, name), await post(provider, name)
    assert '"b"' in first.text
    assert '"c"' not in first.text
    assert '"abc"' in second.text
    assert TERMINAL_MARKS[name] not in first.text + second.text


@pytest.mark.parametrize("name", FORMATS)
async def test_a_garbled_chunk_is_invalid_json(provider: ScriptedProvider, name: FormatName) -> None:
    await provider.load({"steps": [{"tokens": 3, "garble": 2}]})
    response = await post(provider, name)
    broken = 0
    for payload in payloads(response.text):
        try:
            json.loads(payload)
        except ValueError:
            broken += payload != "[DONE]"
    assert broken == 1


@pytest.mark.parametrize("name", FORMATS)
async def test_a_hanging_answer_ends_when_the_client_leaves(provider: ScriptedProvider, name: FormatName) -> None:
    await provider.load({"steps": [{"tokens": 5, "hang_after": 1}]})
    with pytest.raises(httpx.ReadTimeout):
        async with httpx.AsyncClient(timeout=0.2) as client:
            await client.post(url(provider, name), json=body(name), headers=HEADERS[name])
    await provider.wait_until(lambda report: report.requests[0].outcome == "hung")


@pytest.mark.parametrize("name", FORMATS)
async def test_a_held_answer_goes_on_when_it_is_released(provider: ScriptedProvider, name: FormatName) -> None:
    await provider.load({"steps": [{"text": "abcdef", "chunk_size": 1, "hold_after": 3}]})
    async with (
        httpx.AsyncClient() as client,
        client.stream("POST", url(provider, name), json=body(name), headers=HEADERS[name]) as response,
    ):
        received = ""
        released = False
        async for piece in response.aiter_text():
            received += piece
            assert released or '"d"' not in received
            if '"c"' in received and not released:
                released = True
                await provider.release()
    assert '"f"' in received and TERMINAL_MARKS[name] in received
    assert (await provider.report()).requests[0].outcome == "complete"


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("chat", '"type":"server_error"'),
        ("responses", "response.failed"),
        ("anthropic", "event: error"),
        ("gemini", '"status":"UNAVAILABLE"'),
    ],
)
async def test_an_error_inside_a_stream(provider: ScriptedProvider, name: FormatName, mark: str) -> None:
    await provider.load({"steps": [{"tokens": 5, "in_stream_error": {"after": 2, "error": "overloaded"}}]})
    response = await post(provider, name)
    assert response.status_code == 200
    assert mark in response.text
    assert TERMINAL_MARKS[name] not in response.text


async def test_events_of_a_failed_response_are_numbered_without_gaps(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"tokens": 5, "in_stream_error": {"after": 2}}]})
    events = [json.loads(payload) for payload in payloads((await post(provider, "responses")).text)]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[0]["response"]["id"] == events[-1]["response"]["id"]


async def test_an_sdk_raises_for_an_error_inside_a_stream(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"tokens": 5, "in_stream_error": {"after": 2, "message": "Boom"}}]})
    async with AsyncOpenAI(base_url=provider.base_url("chat"), api_key="k", max_retries=0) as client:
        stream = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "hi"}], stream=True
        )
        with pytest.raises(APIError, match="Boom"):
            async for _ in stream:
                pass


@pytest.mark.parametrize("name", FORMATS)
async def test_an_empty_answer_is_complete(provider: ScriptedProvider, name: FormatName) -> None:
    await provider.load({"steps": [{"empty": True}]})
    response = await post(provider, name)
    assert response.status_code == 200
    assert TERMINAL_MARKS[name] in response.text


@pytest.mark.parametrize("name", FORMATS)
async def test_faults_of_a_whole_answer(provider: ScriptedProvider, name: FormatName) -> None:
    await provider.load({"steps": [{"text": "abc", "garble": 1}, {"text": "abc", "cut_after": 1}]})
    garbled = await post(provider, name, stream=False)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|Invalid"):
        garbled.json()
    with pytest.raises(httpx.RemoteProtocolError):
        await post(provider, name, stream=False)


async def test_delay_and_pace(provider: ScriptedProvider) -> None:
    await provider.load({"record_times": True, "steps": [{"tokens": 5, "delay": 0.1, "tokens_per_second": 50}]})
    started = time.monotonic()
    await post(provider, "chat")
    assert time.monotonic() - started > 0.19
    request = (await provider.report()).requests[0]
    gaps = [later - earlier for earlier, later in zip(request.chunk_times_ns, request.chunk_times_ns[1:], strict=False)]
    assert len(gaps) == 4
    assert request.chunk_times_ns[0] - request.received_ns > 0.1e9
    assert sum(gaps) > 0.06e9


async def test_a_client_that_leaves_a_paced_stream_is_noticed(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"tokens": 1000, "delay_between": 0.01}]})
    async with (
        httpx.AsyncClient() as client,
        client.stream("POST", url(provider, "chat"), json=body("chat")) as response,
    ):
        async for _ in response.aiter_bytes():
            break
    await provider.wait_until(lambda report: report.requests[0].outcome == "client_left")


async def test_the_list_of_models_can_fail(provider: ScriptedProvider) -> None:
    await provider.load({"models": {"status": 403}})
    async with httpx.AsyncClient() as client:
        response = await client.get(f"{provider.base_url('chat')}/models")
    assert response.status_code == 403
