"""What every model adapter promises (`flowent.models.base`), over all four formats: what was said before.

The other side is the scripted provider, a real HTTP server that is as strict about histories as the providers are.
"""

from typing import Any

import pytest

from flowent.domain.parts import TextPart, ThinkingPart, ToolPart, ToolResult
from flowent.domain.transcript import AssistantEntry, CallResult, Note, PersonEntry, ResultsEntry
from flowent.models.base import Format, Model
from flowent.scripted.process import ScriptedProvider
from support.models import (
    READ,
    SIGNING,
    Answer,
    ask,
    asking,
    every_format,
    from_another_model,
    said,
    signing_formats,
)

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def step_and_back(
    wire_format: Format, provider: ScriptedProvider, model: Model, first: dict[str, Any], *results: str
) -> Answer:
    """Play a step with calls, and send it back with results to a provider that checks it."""
    last = {"text": "Done.", "expect": {"last_role": "tool", "contains": list(results)}}
    await provider.load({"steps": [first, last]})
    person = said("Look into both.")
    answer = await ask(model, asking(wire_format, person, tools=[READ]), step="1")
    assert answer.failure is None
    history = (person, answer.entry(), answer.results(*results))
    after = await ask(model, asking(wire_format, *history, tools=[READ]), step="2")
    assert after.failure is None, after.failure
    assert after.text == "Done."
    await provider.assert_finished()
    return answer


@every_format
async def test_reasoning_and_calls_come_back_as_the_provider_needs_them(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    calls = [{"name": "read_file", "arguments": {"path": path}} for path in ("a.txt", "b.txt")]
    step = {"thinking": "Both matter.", "text": "I look.", "tool_calls": calls}

    answer = await step_and_back(wire_format, provider, model, step, "Content of a.", "Content of b.")

    if wire_format in SIGNING:
        assert any(part.payload is not None for part in answer.parts)
        assert {part.payload.adapter for part in answer.parts if part.payload} == {model.adapter}


@signing_formats
async def test_reasoning_that_is_hidden_comes_back_too(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    parts = [
        {"type": "thinking", "redacted": True},
        {"type": "tool_call", "name": "read_file", "arguments": {"path": "a.txt"}},
    ]

    answer = await step_and_back(wire_format, provider, model, {"parts": parts}, "Content of a.")

    assert answer.thinking == ""
    assert any(part.payload is not None for part in answer.parts)


@signing_formats
async def test_several_thoughts_between_calls_keep_their_places(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    parts = [
        {"type": "thinking", "text": "First thought."},
        {"type": "text", "text": "I begin."},
        {"type": "thinking", "text": "Second thought."},
        {"type": "tool_call", "name": "read_file", "arguments": {"path": "a.txt"}},
    ]

    await step_and_back(wire_format, provider, model, {"parts": parts}, "Content of a.")


@every_format
async def test_reasoning_is_left_out_when_another_model_takes_over(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    call = {"name": "read_file", "arguments": {"path": "a.txt"}}
    expect = {"not_contains": ["Secret plan."], "contains": ["I look.", "Content of a."]}
    steps = [{"thinking": "Secret plan.", "text": "I look.", "tool_calls": [call]}, {"text": "Yes.", "expect": expect}]
    await provider.load({"steps": steps})
    answer = await ask(model, asking(wire_format))
    foreign = from_another_model(answer)

    after = await ask(model, asking(wire_format, said("Hello?"), foreign.entry(), foreign.results("Content of a.")))

    assert after.text == "Yes.", after.failure
    await provider.assert_finished()


@signing_formats
async def test_a_turn_that_was_stopped_while_thinking_can_go_on(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"steps": [{"thinking": "Long thoughts.", "text": "Never seen."}, {"text": "Yes."}]})
    answer = await ask(model, asking(wire_format))
    only_thinking = AssistantEntry(tuple(part for part in answer.parts if isinstance(part, ThinkingPart)))

    after = await ask(model, asking(wire_format, said("Hello?"), only_thinking, said("Go on.", name="q")))

    assert after.text == "Yes.", after.failure
    await provider.assert_finished()


@every_format
@pytest.mark.parametrize("call_id", ["", "call_0", "functions.read_file:0", "x" * 80])
async def test_ids_that_are_empty_repeated_or_strange_are_replaced(
    wire_format: Format, call_id: str, provider: ScriptedProvider, model: Model
) -> None:
    def calls(step: str) -> tuple[AssistantEntry, ResultsEntry]:
        parts = tuple(
            ToolPart(id=f"part_{step}.{n}", call_id=call_id, name="read_file", input=f'{{"path": "{n}"}}')
            for n in range(2)
        )
        results = tuple(
            CallResult(part.id, call_id, "read_file", ToolResult(model_text=f"Content {step}.{n}"), failed=False)
            for n, part in enumerate(parts)
        )
        return AssistantEntry(parts), ResultsEntry(results)

    await provider.load({"steps": [{"text": "Yes.", "expect": {"contains": ["Content a.0", "Content b.1"]}}]})

    answer = await ask(model, asking(wire_format, said("Hello?"), *calls("a"), *calls("b"), tools=[READ]))

    assert answer.text == "Yes.", answer.failure
    await provider.assert_finished()


@every_format
async def test_a_call_that_was_malformed_can_be_sent_back(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    call = ToolPart(id="part_1", call_id="call_1", name="read_file", input='{"path": "a.txt')
    result = CallResult("part_1", "call_1", "read_file", ToolResult(model_text="Error: not JSON."), failed=True)
    await provider.load({"steps": [{"text": "I see.", "expect": {"contains": ["Error: not JSON."]}}]})

    history = (said("Hello?"), AssistantEntry((call,)), ResultsEntry((result,)))
    answer = await ask(model, asking(wire_format, *history, tools=[READ]))

    assert answer.text == "I see."
    await provider.assert_finished()


@every_format
async def test_notes_and_words_between_results_and_the_next_step_arrive(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    call = ToolPart(id="part_1", call_id="call_1", name="read_file", input="{}")
    result = CallResult("part_1", "call_1", "read_file", ToolResult(model_text="Content."), failed=False)
    steering = PersonEntry((Note("The server was restarted."), TextPart(id="t", text="Look at b.txt instead.")))
    expect = {"last_role": "user", "last_contains": ["The server was restarted.", "Look at b.txt instead."]}
    await provider.load({"steps": [{"text": "Yes.", "expect": expect}]})

    history = (said("Hello?"), AssistantEntry((call,)), ResultsEntry((result,)), steering)
    answer = await ask(model, asking(wire_format, *history, tools=[READ]))

    assert answer.text == "Yes."
    await provider.assert_finished()


@every_format
async def test_a_history_that_grows_is_sent_whole_each_time(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    steps = [
        {"text": f"Answer {n}.", "expect": {"contains": [f"Question {past}?" for past in range(n + 1)]}}
        for n in range(4)
    ]
    await provider.load({"steps": steps})
    history: list[PersonEntry | AssistantEntry] = []
    for n in range(4):
        history.append(said(f"Question {n}?", name=f"q{n}"))
        answer = await ask(model, asking(wire_format, *history), step=str(n))
        history.append(answer.entry())

    other_branch = asking(wire_format, *history[:2], said("Another question?", name="x"))
    await provider.load({"steps": [{"text": "Yes.", "expect": {"not_contains": ["Question 1?"]}}]})
    assert (await ask(model, other_branch)).text == "Yes."
    await provider.assert_finished()
