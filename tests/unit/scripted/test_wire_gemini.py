"""Generated content as Google's own SDK reads it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, cast

import pytest_asyncio
from google import genai
from google.genai import types

from flowent.scripted.process import ScriptedProvider

ANSWER: dict[str, object] = {
    "thinking": "Let me see.",
    "text": "Zwei Wörter 🙂.",
    "tool_calls": [
        {"name": "read", "arguments": {"path": "a.txt"}, "id": "call_a"},
        {"name": "list"},
    ],
    "chunk_size": 4,
    "usage": {"input": 100, "cached": 40, "output": 50, "reasoning": 20},
}


@pytest_asyncio.fixture
async def client(provider: ScriptedProvider) -> AsyncGenerator[genai.Client]:
    async with opened(provider) as one:
        yield one


@asynccontextmanager
async def opened(provider: ScriptedProvider) -> AsyncGenerator[genai.Client]:
    one = genai.Client(api_key="secret", http_options=types.HttpOptions(base_url=provider.base_url("gemini")))
    try:
        yield one
    finally:
        await one.aio.aclose()
        one.close()


class Models(Protocol):
    """The part of the SDK's models that is used here; its own type is not fully known."""

    async def generate_content(self, *, model: str, contents: str) -> types.GenerateContentResponse: ...

    async def generate_content_stream(
        self, *, model: str, contents: str
    ) -> AsyncIterator[types.GenerateContentResponse]: ...


async def streamed(client: genai.Client) -> list[types.GenerateContentResponse]:
    stream = await cast(Models, client.aio.models).generate_content_stream(model="m", contents="hi")
    return [chunk async for chunk in stream]


async def whole(client: genai.Client) -> list[types.GenerateContentResponse]:
    return [await cast(Models, client.aio.models).generate_content(model="m", contents="hi")]


def parts(responses: list[types.GenerateContentResponse]) -> list[types.Part]:
    return [
        part
        for response in responses
        for candidate in response.candidates or []
        for part in (candidate.content.parts if candidate.content else None) or []
    ]


def finish(responses: list[types.GenerateContentResponse]) -> types.FinishReason | None:
    candidates = responses[-1].candidates or []
    return candidates[0].finish_reason


async def test_a_streamed_and_a_whole_answer_are_the_same(provider: ScriptedProvider, client: genai.Client) -> None:
    await provider.load({"steps": [{**ANSWER, "repeat": 2}]})
    for responses in (await streamed(client), await whole(client)):
        found = parts(responses)
        assert "".join(part.text or "" for part in found if part.thought) == "Let me see."
        assert "".join(part.text or "" for part in found if not part.thought) == "Zwei Wörter 🙂."
        calls = [part for part in found if part.function_call]
        assert [(c.function_call.name, c.function_call.args, c.function_call.id) for c in calls if c.function_call] == [
            ("read", {"path": "a.txt"}, "call_a"),
            ("list", {}, None),
        ]
        assert [part.thought_signature is not None for part in calls] == [True, False]
        assert finish(responses) == types.FinishReason.STOP
        usage = responses[-1].usage_metadata
        assert usage is not None
        assert (usage.prompt_token_count, usage.candidates_token_count, usage.thoughts_token_count) == (100, 30, 20)
        assert (usage.cached_content_token_count, usage.total_token_count) == (40, 150)
    await provider.assert_finished()


async def test_an_answer_without_calls_is_signed_on_an_empty_last_text(
    provider: ScriptedProvider, client: genai.Client
) -> None:
    await provider.load({"steps": [{"thinking": "hm", "text": "a"}]})
    last = parts(await streamed(client))[-1]
    assert last.text == ""
    assert last.thought_signature


async def test_finish_reasons(provider: ScriptedProvider, client: genai.Client) -> None:
    malformed = {"tool_calls": [{"name": "read", "arguments": "{"}]}
    await provider.load(
        {"steps": [{"text": "a", "finish": "length"}, {"text": "a", "finish": "content_filter"}, malformed]}
    )
    assert [finish(await streamed(client)) for _ in range(3)] == [
        types.FinishReason.MAX_TOKENS,
        types.FinishReason.SAFETY,
        types.FinishReason.MALFORMED_FUNCTION_CALL,
    ]


async def test_an_empty_answer_with_a_content_filter_is_a_blocked_prompt(
    provider: ScriptedProvider, client: genai.Client
) -> None:
    await provider.load({"steps": [{"empty": True, "finish": "content_filter"}]})
    (response,) = await streamed(client)
    assert response.prompt_feedback is not None
    assert response.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT
    assert not response.candidates


async def test_models_are_listed(provider: ScriptedProvider, client: genai.Client) -> None:
    await provider.load({"models": {"ids": ["gemini-one"]}})
    assert [model.name async for model in await client.aio.models.list()] == ["models/gemini-one"]
