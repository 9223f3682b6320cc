"""What every model adapter promises (`flowent.models.base`), over all four formats: what goes wrong, and hanging up.

The other side is the scripted provider, a real HTTP server that words its refusals as the providers do.
"""

import asyncio
import socket
from typing import Any

import pytest

from flowent.domain.failures import FailureKind
from flowent.models.base import Format, Model, ModelError, Timeouts
from flowent.models.registry import Models
from flowent.scripted.process import ScriptedProvider
from support.models import KEY, SCRIPTED, Answer, ask, asking, endpoint, every_format

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATIENCE = Timeouts(connect=5, first_chunk=0.3, between_chunks=0.15)


async def answered(provider: ScriptedProvider, model: Model, wire_format: Format, step: dict[str, Any]) -> Answer:
    """Play one step."""
    await provider.load({"steps": [step]})
    return await ask(model, asking(wire_format))


async def outcome(provider: ScriptedProvider, wanted: str) -> None:
    """Wait until the last request has come and ended so; the provider can only be asked."""
    async with asyncio.timeout(10):
        while [request.outcome for request in (await provider.report()).requests][-1:] != [wanted]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


# Refusals


@every_format
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("bad_key", "bad_key"),
        ("forbidden", "forbidden"),
        ("model_not_found", "unknown_model"),
        ("rate_limited", "rate_limited"),
        ("overloaded", "overloaded"),
        ("unavailable", "overloaded"),
        ("server_error", "overloaded"),
        ("context_too_long", "context_too_long"),
        ("invalid_request", "bad_request"),
    ],
)
async def test_a_refusal_has_its_kind_and_says_what_to_do(
    wire_format: Format, error: str, kind: FailureKind, provider: ScriptedProvider, model: Model
) -> None:
    answer = await answered(provider, model, wire_format, {"error": error})

    assert answer.failure is not None
    assert answer.failure.kind == kind, answer.failure
    assert answer.failure.message
    assert answer.failure.remedy
    assert answer.failure.detail
    assert (await provider.report()).request_count == 1


@every_format
async def test_the_wait_that_a_provider_asks_for_is_known(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    answer = await answered(provider, model, wire_format, {"error": "rate_limited", "headers": {"Retry-After": "7"}})

    assert answer.failure is not None
    assert answer.failure.retry_after == 7


@every_format
async def test_a_proxys_page_is_no_mystery(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

    answer = await answered(provider, model, wire_format, {"status": 502, "raw_body": page})

    assert answer.failure is not None
    assert answer.failure.kind == "overloaded"
    assert answer.failure.detail == "HTTP 502: 502 Bad Gateway"


@every_format
async def test_no_key_is_in_a_failure(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    said = f"Incorrect API key provided: {KEY}. You can find it at home."

    answer = await answered(provider, model, wire_format, {"error": "bad_key", "error_message": said})

    assert answer.failure is not None
    assert KEY not in answer.failure.model_dump_json()
    assert "Incorrect API key provided" in (answer.failure.detail or "")


@every_format
async def test_a_refused_list_of_models_has_its_kind(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"models": {"error": "bad_key"}})

    with pytest.raises(ModelError) as raised:
        await model.list_models()

    assert raised.value.failure.kind == "bad_key"


@every_format
async def test_an_address_without_a_model_interface_says_so(
    wire_format: Format, provider: ScriptedProvider, models: Models
) -> None:
    await provider.load({"steps": []})
    model = models.get(endpoint(wire_format, f"{provider.address}/__scripted__/nothing#", name="wrong"))

    answer = await ask(model, asking(wire_format))

    assert answer.failure is not None
    assert answer.failure.kind == "bad_request"


# Connections


@every_format
async def test_nobody_at_the_address_is_a_failure_of_the_network(wire_format: Format, models: Models) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        model = models.get(endpoint(wire_format, f"http://127.0.0.1:{taken.getsockname()[1]}", name="nobody"))

        answer = await ask(model, asking(wire_format))

    assert answer.failure is not None
    assert answer.failure.kind == "network"
    assert "127.0.0.1" in answer.failure.message


@every_format
@pytest.mark.parametrize("fault", [{"cut_after": 2}, {"cut_after": 0}, {"end_early": 2}, {"end_early": True}])
async def test_an_answer_without_its_end_is_cut(
    wire_format: Format, fault: dict[str, Any], provider: ScriptedProvider, model: Model
) -> None:
    answer = await answered(provider, model, wire_format, {"text": "word " * 40, "thinking": "Hm.", **fault})

    assert answer.finished is None
    assert answer.failure is not None
    assert answer.failure.kind == "stream_cut", answer.failure


@every_format
async def test_what_came_before_the_cut_is_not_lost(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    answer = await answered(provider, model, wire_format, {"text": "0123456789" * 8, "chunk_size": 10, "cut_after": 3})

    assert answer.text == "0123456789" * 3
    assert answer.failure is not None


@every_format
async def test_what_cannot_be_read_is_malformed(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    answer = await answered(provider, model, wire_format, {"text": "word " * 40, "garble": 3})

    assert answer.finished is None
    assert answer.failure is not None
    assert answer.failure.kind == "malformed_stream", answer.failure


@every_format
@pytest.mark.parametrize(
    ("error", "kind"),
    [("overloaded", "overloaded"), ("server_error", "overloaded"), ("rate_limited", "rate_limited")],
)
@pytest.mark.parametrize("after", [0, 2])
async def test_an_error_within_the_stream_has_its_kind(
    wire_format: Format, error: str, kind: FailureKind, after: int, provider: ScriptedProvider, model: Model
) -> None:
    step = {"text": "word " * 40, "in_stream_error": {"after": after, "error": error}}

    answer = await answered(provider, model, wire_format, step)

    assert answer.finished is None
    assert bool(answer.text) is bool(after)
    assert answer.failure is not None
    assert answer.failure.kind == kind, answer.failure


@pytest.mark.parametrize("form", ["error", "failed"])
async def test_both_forms_of_an_error_in_a_responses_stream_are_known(
    form: str, provider: ScriptedProvider, models: Models
) -> None:
    model = models.get(endpoint("openai_responses", provider.base_url("responses")))
    step = {"text": "word " * 9, "in_stream_error": {"after": 2, "error": "rate_limited", "form": form}}

    answer = await answered(provider, model, "openai_responses", step)

    assert answer.failure is not None
    assert answer.failure.kind == "rate_limited"


async def test_a_call_that_gemini_calls_malformed_is_asked_for_again(
    provider: ScriptedProvider, models: Models
) -> None:
    model = models.get(endpoint("gemini", provider.base_url("gemini")))
    step = {"tool_calls": [{"name": "read_file", "arguments": '{"path": "a'}]}

    answer = await answered(provider, model, "gemini", step)

    assert answer.failure is not None
    assert answer.failure.kind == "malformed_stream"
    assert answer.failure.passing


# Silence


@every_format
async def test_a_provider_that_never_answers_is_not_waited_for(
    wire_format: Format, provider: ScriptedProvider, models: Models
) -> None:
    patience = Timeouts(connect=0.2, first_chunk=0.3)
    base_url = provider.base_url(SCRIPTED[wire_format])
    model = models.get(endpoint(wire_format, base_url, name="silent", timeouts=patience))

    answer = await answered(provider, model, wire_format, {"text": "Too late.", "delay": 30})

    assert answer.failure is not None
    assert answer.failure.kind == "first_chunk_timeout", answer.failure
    await outcome(provider, "client_left")


@every_format
async def test_a_provider_that_only_begins_is_not_waited_for(
    wire_format: Format, provider: ScriptedProvider, models: Models
) -> None:
    base_url = provider.base_url(SCRIPTED[wire_format])
    model = models.get(endpoint(wire_format, base_url, name="silent", timeouts=PATIENCE))

    answer = await answered(provider, model, wire_format, {"text": "Too late.", "hang_after": 0})

    assert answer.failure is not None
    assert answer.failure.kind in {"first_chunk_timeout", "chunk_timeout"}, answer.failure
    await outcome(provider, "hung")


@every_format
async def test_a_provider_that_falls_silent_is_not_waited_for(
    wire_format: Format, provider: ScriptedProvider, models: Models
) -> None:
    base_url = provider.base_url(SCRIPTED[wire_format])
    model = models.get(endpoint(wire_format, base_url, name="silent", timeouts=PATIENCE))

    answer = await answered(provider, model, wire_format, {"text": "word " * 20, "hang_after": 2})

    assert answer.text
    assert answer.failure is not None
    assert answer.failure.kind == "chunk_timeout", answer.failure


@every_format
async def test_a_slow_provider_is_waited_for(wire_format: Format, provider: ScriptedProvider, models: Models) -> None:
    base_url = provider.base_url(SCRIPTED[wire_format])
    model = models.get(endpoint(wire_format, base_url, name="slow", timeouts=Timeouts(5, 0.5, 0.5)))

    answer = await answered(
        provider, model, wire_format, {"text": "0123456789" * 8, "chunk_size": 10, "delay_between": 0.1}
    )

    assert answer.text == "0123456789" * 8, answer.failure


# Hanging up


@every_format
@pytest.mark.parametrize("way", ["close", "cancel"])
async def test_who_stops_reading_hangs_up(
    wire_format: Format, way: str, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"steps": [{"text": "word " * 40, "hang_after": 3}]})
    first = asyncio.Event()
    stream = model.stream(asking(wire_format))

    async def read() -> None:
        async for _ in stream:
            first.set()
            if way == "close":
                break
        await stream.aclose()

    reading = asyncio.create_task(read())
    await first.wait()
    if way == "cancel":
        reading.cancel()
    await asyncio.wait([reading])

    await outcome(provider, "hung")


@every_format
async def test_who_is_cancelled_before_an_answer_hangs_up(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"steps": [{"text": "Too late.", "delay": 30}]})
    reading = asyncio.create_task(ask(model, asking(wire_format)))
    await outcome(provider, "open")

    reading.cancel()

    await outcome(provider, "client_left")
    assert reading.done()


@every_format
async def test_a_reader_that_pauses_for_longer_than_the_time_outs_gets_everything(
    wire_format: Format, provider: ScriptedProvider, models: Models
) -> None:
    base_url = provider.base_url(SCRIPTED[wire_format])
    model = models.get(endpoint(wire_format, base_url, name="paused", timeouts=Timeouts(5, 0.5, 0.2)))
    await provider.load({"steps": [{"tokens": 5_000, "coalesce": 4}]})
    text = ""

    async for pieces in model.stream(asking(wire_format)):
        if not text:
            await asyncio.sleep(0.5)
        text += "".join(getattr(piece, "text", "") for piece in pieces)

    assert len(text.split()) == 5_000


@every_format
async def test_closing_everything_ends_a_running_answer(wire_format: Format, provider: ScriptedProvider) -> None:
    models = Models()
    model = models.get(endpoint(wire_format, provider.base_url(SCRIPTED[wire_format])))
    await provider.load({"steps": [{"text": "word " * 40, "hang_after": 3}]})
    stream = model.stream(asking(wire_format))
    await anext(stream)

    await models.aclose()

    with pytest.raises(ModelError) as raised:
        async for _ in stream:
            pass
    assert raised.value.failure.kind in {"stream_cut", "network"}
