"""Messages as Anthropic's own SDK reads them."""

from collections.abc import AsyncGenerator

import pytest_asyncio
from anthropic import AsyncAnthropic
from anthropic.types import Message, RawMessageStreamEvent

from flowent.scripted.process import ScriptedProvider
from flowent.scripted.signing import is_genuine

ANSWER: dict[str, object] = {
    "parts": [
        {"type": "thinking", "text": "Let me see."},
        {"type": "thinking", "redacted": True},
        {"type": "text", "text": "Zwei Wörter 🙂."},
        {"type": "tool_call", "name": "read", "arguments": {"path": "a.txt"}, "id": "toolu_a"},
        {"type": "tool_call", "name": "list", "id": "toolu_b"},
    ],
    "chunk_size": 4,
    "usage": {"input": 100, "cached": 40, "cache_write": 10, "output": 50, "reasoning": 20},
}


@pytest_asyncio.fixture
async def client(provider: ScriptedProvider) -> AsyncGenerator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=provider.base_url("anthropic"), api_key="secret", max_retries=0) as one:
        yield one


async def streamed(client: AsyncAnthropic) -> Message:
    async with client.messages.stream(
        model="m", max_tokens=100, messages=[{"role": "user", "content": "hi"}]
    ) as stream:
        return await stream.get_final_message()


async def whole(client: AsyncAnthropic) -> Message:
    return await client.messages.create(model="m", max_tokens=100, messages=[{"role": "user", "content": "hi"}])


async def events(client: AsyncAnthropic) -> list[RawMessageStreamEvent]:
    stream = await client.messages.create(
        model="m", max_tokens=100, messages=[{"role": "user", "content": "hi"}], stream=True
    )
    return [event async for event in stream]


async def test_a_streamed_and_a_whole_message_are_the_same(provider: ScriptedProvider, client: AsyncAnthropic) -> None:
    await provider.load({"steps": [{**ANSWER, "repeat": 2}]})
    for message in (await streamed(client), await whole(client)):
        thinking, redacted, text, read, listing = message.content
        assert thinking.type == "thinking"
        assert thinking.thinking == "Let me see."
        assert is_genuine(thinking.signature, "thinking", thinking.thinking)
        assert redacted.type == "redacted_thinking"
        assert text.type == "text"
        assert text.text == "Zwei Wörter 🙂."
        assert read.type == "tool_use"
        assert (read.id, read.name, read.input) == ("toolu_a", "read", {"path": "a.txt"})
        assert listing.type == "tool_use"
        assert listing.input == {}
        assert message.stop_reason == "tool_use"
        usage = message.usage
        assert (usage.input_tokens, usage.output_tokens) == (50, 50)
        assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (40, 10)
        assert usage.output_tokens_details is not None
        assert usage.output_tokens_details.thinking_tokens == 20
    await provider.assert_finished()


async def test_events_of_a_block_come_in_order(provider: ScriptedProvider, client: AsyncAnthropic) -> None:
    await provider.load({"steps": [{"thinking": "ab", "text": "cd", "chunk_size": 1}]})
    seen = [event.delta.type if event.type == "content_block_delta" else event.type for event in await events(client)]
    assert seen == [
        "message_start",
        *("content_block_start", "thinking_delta", "thinking_delta", "signature_delta", "content_block_stop"),
        *("content_block_start", "text_delta", "text_delta", "content_block_stop"),
        "message_delta",
        "message_stop",
    ]


async def test_stop_reasons(provider: ScriptedProvider, client: AsyncAnthropic) -> None:
    await provider.load(
        {
            "steps": [
                {"text": "a"},
                {"text": "a", "finish": "length"},
                {"empty": True, "finish": "content_filter"},
                {"text": "a", "raw_finish": "model_context_window_exceeded"},
            ]
        }
    )
    reasons = [(await streamed(client)).stop_reason for _ in range(4)]
    assert reasons == ["end_turn", "max_tokens", "refusal", "model_context_window_exceeded"]


async def test_malformed_arguments_are_streamed_as_they_are(provider: ScriptedProvider, client: AsyncAnthropic) -> None:
    await provider.load({"steps": [{"tool_calls": [{"name": "read", "arguments": '{"path": '}]}]})
    deltas = [event.delta for event in await events(client) if event.type == "content_block_delta"]
    assert "".join(delta.partial_json for delta in deltas if delta.type == "input_json_delta") == '{"path": '


async def test_models_are_listed(provider: ScriptedProvider, client: AsyncAnthropic) -> None:
    await provider.load({"models": {"ids": ["claude-one"]}})
    assert [model.id async for model in client.models.list()] == ["claude-one"]
