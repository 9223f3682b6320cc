"""What every model adapter promises (`flowent.models.base`), over all four formats: what comes back.

The other side is the scripted provider, a real HTTP server that is as strict about histories as the providers are.
"""

import asyncio

import pytest
from pydantic_core import from_json

from flowent.domain.parts import TextPart, ThinkingPart, ToolPart
from flowent.domain.usage import Usage
from flowent.models.base import Finished, Format, Model
from flowent.scripted.process import ScriptedProvider
from support.models import (
    READ,
    ask,
    asking,
    every_format,
    said,
)

pytestmark = pytest.mark.asyncio(loop_scope="package")


@every_format
async def test_text_arrives_whole_and_the_usage_with_it(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    text = "Grüße aus München, 東京 and 🚀. " * 20
    usage = {"input": 120, "cached": 40, "output": 60, "reasoning": 25}
    await provider.load({"steps": [{"text": text, "thinking": "Hm.", "usage": usage}]})

    answer = await ask(model, asking(wire_format))

    assert answer.text == text, answer.failure
    assert answer.finished == Finished("complete", Usage(input=120, cached=40, output=60, reasoning=25))
    await provider.assert_finished()


@every_format
async def test_reasoning_comes_before_the_text_in_a_part_of_its_own(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"steps": [{"thinking": "First I think about it.", "text": "Then I speak."}]})

    answer = await ask(model, asking(wire_format))

    assert [type(part) for part in answer.parts] == [ThinkingPart, TextPart]
    assert (answer.thinking, answer.text) == ("First I think about it.", "Then I speak.")


@every_format
async def test_no_usage_is_not_a_usage_of_zero(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    await provider.load({"steps": [{"text": "Yes.", "usage": "none"}]})

    answer = await ask(model, asking(wire_format))

    assert answer.finished == Finished("complete", None)


@every_format
async def test_an_empty_answer_ends_without_pieces(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"steps": [{"empty": True}]})

    answer = await ask(model, asking(wire_format))

    assert answer.text == answer.thinking == ""
    assert answer.finished is not None
    assert answer.finished.reason == "complete"


@every_format
@pytest.mark.parametrize(("finish", "reason"), [("length", "length"), ("content_filter", "filtered")])
async def test_an_end_before_the_end_says_why(
    wire_format: Format, finish: str, reason: str, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"steps": [{"text": "Once upon a", "finish": finish}]})

    answer = await ask(model, asking(wire_format))

    assert answer.text.startswith("Once upon a")
    assert answer.finished is not None
    assert answer.finished.reason == reason


@every_format
async def test_a_blocked_prompt_is_filtered(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    await provider.load({"steps": [{"empty": True, "finish": "content_filter"}]})

    answer = await ask(model, asking(wire_format))

    assert answer.failure is None
    assert answer.finished is not None
    assert answer.finished.reason == "filtered"


@every_format
async def test_an_unknown_reason_to_stop_is_an_end(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    if wire_format == "openai_responses":
        pytest.skip("the Responses format has a status, which is a closed set")
    await provider.load({"steps": [{"text": "Done.", "raw_finish": "OTHER" if wire_format == "gemini" else "new_one"}]})

    answer = await ask(model, asking(wire_format))

    assert answer.text == "Done."
    assert answer.finished is not None
    assert answer.finished.reason == "complete"


@every_format
async def test_parallel_calls_are_parts_with_names_ids_and_arguments(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    calls = [{"name": "read_file", "arguments": {"path": path, "limit": 3}} for path in ("a.txt", "b.txt")]
    await provider.load({"steps": [{"text": "I look.", "tool_calls": [*calls, {"name": "list_dir"}], "chunk_size": 4}]})

    answer = await ask(model, asking(wire_format, tools=[READ]))

    assert [call.name for call in answer.calls] == ["read_file", "read_file", "list_dir"]
    assert [part_json(call) for call in answer.calls] == [call["arguments"] for call in calls] + [{}]
    ids = [call.call_id for call in answer.calls]
    assert ids == ["", "", ""] if wire_format == "gemini" else len(set(ids)) == 3
    assert answer.finished is not None
    assert answer.finished.reason == "complete"


def part_json(call: ToolPart) -> object:
    """A call's arguments; some providers send nothing where there are none."""
    return from_json(call.input or "{}")


@every_format
async def test_a_long_answer_comes_in_few_batches_and_loses_nothing(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"steps": [{"tokens": 1_000}]})

    answer = await ask(model, asking(wire_format))

    assert len(answer.text.split()) == 1_000
    assert answer.batches < 500


@every_format
async def test_answers_side_by_side_do_not_mix(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    steps = [{"match_last": f"number {n};", "text": f"<{n}>" * 50, "repeat": 1} for n in range(12)]
    await provider.load({"steps": steps})

    answers = await asyncio.gather(*(ask(model, asking(wire_format, said(f"number {n};"))) for n in range(12)))

    assert [answer.text for answer in answers] == [f"<{n}>" * 50 for n in range(12)]
    await provider.assert_finished()
