"""A conversation through each model of pydantic-ai: what it parses, and that what it sends back is legal."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.models.google import GoogleModel, GoogleModelSettings
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel, OpenAIResponsesModelSettings
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from flowent.scripted.process import ScriptedProvider

SCRIPT: dict[str, object] = {
    "steps": [
        {
            "thinking": "Let me think about it.",
            "text": "I will look.",
            "tool_calls": [{"name": "read", "arguments": {"path": "a.txt"}}, {"name": "list"}],
            "usage": {"input": 100, "cached": 40, "output": 50, "reasoning": 20},
            "expect": {"contains": ["Be brief."], "tools": ["read", "list"], "last_role": "user"},
        },
        {
            "thinking": "Both are there.",
            "text": "Done.",
            "expect": {"contains": ["I will look."], "last_contains": ["result of list"], "last_role": "tool"},
        },
        {"match": "thanks", "text": "Bye.", "expect": {"not_contains": ["nothing"], "last_role": "user"}},
    ]
}
TOOLS = ModelRequestParameters(function_tools=[ToolDefinition(name="read"), ToolDefinition(name="list")])


def chat(provider: ScriptedProvider) -> tuple[Model, ModelSettings]:
    connection = OpenAIProvider(base_url=provider.base_url("chat"), api_key="secret")
    return OpenAIChatModel("m", provider=connection), ModelSettings()


def responses(provider: ScriptedProvider) -> tuple[Model, ModelSettings]:
    connection = OpenAIProvider(base_url=provider.base_url("responses"), api_key="secret")
    settings = OpenAIResponsesModelSettings(
        openai_reasoning_effort="high", openai_reasoning_summary="detailed", openai_store=False
    )
    return OpenAIResponsesModel("gpt-5", provider=connection), settings


def anthropic(provider: ScriptedProvider) -> tuple[Model, ModelSettings]:
    connection = AnthropicProvider(base_url=provider.base_url("anthropic"), api_key="secret")
    settings = AnthropicModelSettings(anthropic_thinking={"type": "adaptive"}, max_tokens=1000)
    return AnthropicModel("claude-opus-5-5", provider=connection), settings


def gemini(provider: ScriptedProvider) -> tuple[Model, ModelSettings]:
    connection = GoogleProvider(base_url=provider.base_url("gemini"), api_key="secret")
    settings = GoogleModelSettings(google_thinking_config={"include_thoughts": True})
    return GoogleModel("gemini-3-pro", provider=connection), settings


MODELS = [chat, responses, anthropic, gemini]


async def answer(model: Model, history: list[ModelMessage], settings: ModelSettings) -> ModelResponse:
    stream = model_request_stream(model, history, model_settings=settings, model_request_parameters=TOOLS)
    async with stream as events:
        async for _ in events:
            pass
        return events.get()


@pytest.mark.parametrize("make", MODELS)
async def test_a_conversation_with_tools(
    provider: ScriptedProvider, make: Callable[[ScriptedProvider], tuple[Model, ModelSettings]]
) -> None:
    await provider.load(SCRIPT)
    model, settings = make(provider)
    history: list[ModelMessage] = [ModelRequest(parts=[SystemPromptPart("Be brief."), UserPromptPart("hi")])]

    async with model:
        first = await answer(model, history, settings)
        thinking, text, *calls = first.parts
        assert isinstance(thinking, ThinkingPart)
        assert thinking.content == "Let me think about it."
        assert isinstance(text, TextPart)
        assert text.content == "I will look."
        assert [(call.tool_name, call.args_as_dict()) for call in calls if isinstance(call, ToolCallPart)] == [
            ("read", {"path": "a.txt"}),
            ("list", {}),
        ]
        usage = first.usage
        assert (usage.input_tokens, usage.cache_read_tokens, usage.output_tokens) == (100, 40, 50)
        assert usage.output_reasoning_tokens == 20

        returns = [
            ToolReturnPart(call.tool_name, f"result of {call.tool_name}", call.tool_call_id)
            for call in calls
            if isinstance(call, ToolCallPart)
        ]
        history += [first, ModelRequest(parts=returns)]
        second = await answer(model, history, settings)
        history += [second, ModelRequest(parts=[UserPromptPart("thanks")])]
        third = await answer(model, history, settings)

    assert [second.finish_reason, third.finish_reason] == ["stop", "stop"]
    assert third.text == "Bye."
    await provider.assert_finished()


@pytest.mark.parametrize("make", MODELS)
async def test_a_lost_tool_result_is_refused(
    provider: ScriptedProvider, make: Callable[[ScriptedProvider], tuple[Model, ModelSettings]]
) -> None:
    await provider.load(SCRIPT)
    model, settings = make(provider)
    history: list[ModelMessage] = [ModelRequest(parts=[SystemPromptPart("Be brief."), UserPromptPart("hi")])]
    async with model:
        first = await answer(model, history, settings)
        history += [first, ModelRequest(parts=[UserPromptPart("go on")])]
        with pytest.raises(Exception, match="400"):
            await answer(model, history, settings)
    failures = (await provider.report()).failures
    assert len(failures) == 1
    assert "illegal history" in failures[0]


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("finish", ["length", "content_filter"])
async def test_finish_reasons(
    provider: ScriptedProvider, make: Callable[[ScriptedProvider], tuple[Model, ModelSettings]], finish: str
) -> None:
    await provider.load({"steps": [{"text": "Well", "finish": finish}]})
    model, settings = make(provider)
    async with model:
        response = await answer(model, [ModelRequest(parts=[UserPromptPart("hi")])], settings)
    assert response.finish_reason == finish


@pytest.mark.parametrize("make", [responses, anthropic])
async def test_reasoning_that_cannot_be_read_is_replayed(
    provider: ScriptedProvider, make: Callable[[ScriptedProvider], tuple[Model, ModelSettings]]
) -> None:
    hidden: dict[str, object] = {"type": "thinking", "redacted": True}
    await provider.load({"steps": [{"parts": [hidden, {"type": "text", "text": "a"}]}, {"text": "b"}]})
    model, settings = make(provider)
    history: list[ModelMessage] = [ModelRequest(parts=[UserPromptPart("hi")])]
    async with model:
        first = await answer(model, history, settings)
        history += [first, ModelRequest(parts=[UserPromptPart("and?")])]
        await answer(model, history, settings)
    sent = json.dumps((await provider.report()).requests[1].body)
    assert ("redacted_thinking" in sent) or ("encrypted_content" in sent)
    await provider.assert_finished()


async def test_changed_thinking_and_a_changed_system_prompt_are_refused(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"thinking": "hm", "text": "a"}]})
    # A model of which pydantic-ai does not know that it binds thinking: for the others it asks again by itself.
    connection = AnthropicProvider(base_url=provider.base_url("anthropic"), api_key="secret")
    model = AnthropicModel("claude-scripted", provider=connection)
    settings = AnthropicModelSettings(anthropic_thinking={"type": "enabled", "budget_tokens": 1024}, max_tokens=2000)
    question = ModelRequest(parts=[SystemPromptPart("Be brief."), UserPromptPart("hi")])
    changed_question = ModelRequest(parts=[SystemPromptPart("Be verbose."), UserPromptPart("hi")])
    more = ModelRequest(parts=[UserPromptPart("and?")])
    async with model:
        first = await answer(model, [question], settings)
        with pytest.raises(Exception, match="bound to a different conversation"):
            await answer(model, [changed_question, first, more], settings)
        thinking = first.parts[0]
        assert isinstance(thinking, ThinkingPart)
        changed = replace(first, parts=[replace(thinking, content="ha"), *first.parts[1:]])
        with pytest.raises(Exception, match="Invalid `signature` in `thinking` block"):
            await answer(model, [question, changed, more], settings)
