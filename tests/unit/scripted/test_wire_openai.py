"""Chat completions and Responses as OpenAI's own SDK reads them."""

import json
from collections.abc import AsyncGenerator

import pytest_asyncio
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import (
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseIncompleteEvent,
    ResponseOutputMessage,
    ResponseReasoningItem,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
)

from flowent.scripted.process import ScriptedProvider

ANSWER: dict[str, object] = {
    "thinking": "Let me see.",
    "text": "Zwei Wörter 🙂.",
    "tool_calls": [
        {"name": "read", "arguments": {"path": "a.txt"}, "id": "call_a"},
        {"name": "list", "id": "call_b"},
    ],
    "chunk_size": 4,
    "usage": {"input": 100, "cached": 40, "output": 50, "reasoning": 20},
}


@pytest_asyncio.fixture
async def client(provider: ScriptedProvider) -> AsyncGenerator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=provider.base_url("chat"), api_key="secret", max_retries=0) as one:
        yield one


async def chat_chunks(client: AsyncOpenAI, *, usage: bool = True) -> list[ChatCompletionChunk]:
    stream = await client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "hi"}],
        stream=True,
        stream_options={"include_usage": usage},
    )
    return [chunk async for chunk in stream]


async def response_events(client: AsyncOpenAI) -> list[ResponseStreamEvent]:
    stream = await client.responses.create(
        model="m", input="hi", stream=True, include=["reasoning.encrypted_content"], store=False
    )
    return [event async for event in stream]


async def test_a_chat_stream(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"steps": [ANSWER]})
    chunks = await chat_chunks(client)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == "Zwei Wörter 🙂."
    reasoning = [str((delta.model_extra or {}).get("reasoning_content", "")) for delta in deltas]
    assert "".join(reasoning) == "Let me see."
    calls = [call for delta in deltas for call in delta.tool_calls or ()]
    assert [(call.index, call.id, call.function.name if call.function else None) for call in calls if call.id] == [
        (0, "call_a", "read"),
        (1, "call_b", "list"),
    ]
    arguments = ["".join(c.function.arguments or "" for c in calls if c.index == n and c.function) for n in (0, 1)]
    assert arguments == ['{"path":"a.txt"}', "{}"]
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "tool_calls"
    usage = chunks[-1].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (100, 50, 150)
    assert usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.cached_tokens == 40
    assert usage.completion_tokens_details is not None
    assert usage.completion_tokens_details.reasoning_tokens == 20
    assert len({chunk.id for chunk in chunks}) == 1
    await provider.assert_finished()


async def test_a_chat_stream_tells_usage_only_when_asked(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"steps": [{"text": "a"}, {"text": "a", "usage": "none"}]})
    assert all(chunk.usage is None for chunk in await chat_chunks(client, usage=False))
    assert all(chunk.usage is None for chunk in await chat_chunks(client))


async def test_a_whole_chat_completion(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"steps": [ANSWER, {"text": "cut", "finish": "length"}]})
    first = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    message = first.choices[0].message
    assert message.content == "Zwei Wörter 🙂."
    calls = [call.function for call in message.tool_calls or () if call.type == "function"]
    assert [(call.name, call.arguments) for call in calls] == [("read", '{"path":"a.txt"}'), ("list", "{}")]
    assert first.choices[0].finish_reason == "tool_calls"
    second = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    assert second.choices[0].finish_reason == "length"


async def test_generated_tokens_come_one_a_chunk(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"steps": [{"tokens": 40}]})
    chunks = await chat_chunks(client)
    assert len([chunk for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]) == 40


async def test_a_responses_stream(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"steps": [ANSWER]})
    events = await response_events(client)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    deltas = [event.delta for event in events if isinstance(event, ResponseTextDeltaEvent)]
    assert "".join(deltas) == "Zwei Wörter 🙂."
    last = events[-1]
    assert isinstance(last, ResponseCompletedEvent)
    reasoning, message, read, listing = last.response.output
    assert isinstance(reasoning, ResponseReasoningItem)
    assert reasoning.summary[0].text == "Let me see."
    assert reasoning.encrypted_content
    assert isinstance(message, ResponseOutputMessage)
    assert isinstance(read, ResponseFunctionToolCall)
    assert (read.call_id, json.loads(read.arguments)) == ("call_a", {"path": "a.txt"})
    assert isinstance(listing, ResponseFunctionToolCall)
    usage = last.response.usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (100, 50)
    assert usage.input_tokens_details.cached_tokens == 40
    assert usage.output_tokens_details.reasoning_tokens == 20
    done = [event.item for event in events if event.type == "response.output_item.done"]
    assert done == last.response.output


async def test_a_responses_helper_stream_accumulates(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"steps": [ANSWER]})
    async with client.responses.stream(model="m", input="hi") as stream:
        final = await stream.get_final_response()
    assert final.output_text == "Zwei Wörter 🙂."


async def test_an_incomplete_response(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"steps": [{"text": "a", "finish": "length"}, {"empty": True, "finish": "content_filter"}]})
    for reason in ("max_output_tokens", "content_filter"):
        last = (await response_events(client))[-1]
        assert isinstance(last, ResponseIncompleteEvent)
        assert last.response.incomplete_details is not None
        assert last.response.incomplete_details.reason == reason


async def test_a_whole_response(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"steps": [ANSWER]})
    response = await client.responses.create(model="m", input="hi")
    assert response.output_text == "Zwei Wörter 🙂."
    assert response.status == "completed"
    reasoning = response.output[0]
    assert isinstance(reasoning, ResponseReasoningItem)
    assert reasoning.encrypted_content is None


async def test_models_are_listed(provider: ScriptedProvider, client: AsyncOpenAI) -> None:
    await provider.load({"lanes": {"one": [], "two": []}})
    assert [model.id async for model in client.models.list()] == ["one", "two"]
