"""The script's own rules: what is refused, and what shorthand stands for."""

import json
from pathlib import Path

import pytest

from flowent.scripted.script import Script, ScriptError, TextPart, ThinkingPart, ToolCallPart, parse_script, read_script


def refusal(script: object) -> str:
    with pytest.raises(ScriptError) as caught:
        parse_script(json.dumps(script))
    return str(caught.value)


def test_an_unknown_field_is_named() -> None:
    assert "steps.0.txt: unknown field" in refusal({"steps": [{"txt": "hello"}]})


def test_every_fault_is_named() -> None:
    message = refusal({"step": [], "lanes": {"a": [{"text": "x", "cut": 1}]}})
    assert "step: unknown field" in message
    assert "lanes.a.0.cut: unknown field" in message


def test_a_misspelt_field_of_a_part_is_named() -> None:
    assert "txt: unknown field" in refusal({"steps": [{"parts": [{"type": "text", "text": "a", "txt": "b"}]}]})


def test_a_value_of_a_wrong_type_is_refused() -> None:
    assert "steps.0.cut_after" in refusal({"steps": [{"text": "x", "cut_after": "2"}]})


def test_json_that_breaks_off_is_refused() -> None:
    with pytest.raises(ScriptError, match="Invalid JSON"):
        parse_script('{"steps": [')


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({}, "a step needs content"),
        ({"text": "x", "status": 500}, "a step is one of"),
        ({"empty": True, "text": "x"}, "a step is one of"),
        ({"text": "x", "tokens": 3}, "either `text` or `tokens`"),
        ({"text": "x", "parts": []}, "`parts` replaces"),
        ({"text": "x", "cut_after": 1, "hang_after": 2}, "give one of `cut_after`"),
        ({"text": "x", "tokens_per_second": 5, "delay_between": 1}, "either `tokens_per_second`"),
        ({"text": "x", "error_message": "no"}, "belong to an answer with"),
        ({"text": "x", "usage": {"input": 1, "cached": 2}}, "`input` includes"),
        ({"text": "x", "usage": {"output": 1, "reasoning": 2}}, "`output` includes"),
        ({"parts": [{"type": "text"}]}, "either `text` or `tokens`"),
    ],
)
def test_a_step_that_says_two_things_or_nothing_is_refused(step: dict[str, object], reason: str) -> None:
    assert reason in refusal({"steps": [step]})


def test_shorthand_stands_for_thinking_text_and_calls_in_this_order() -> None:
    script = parse_script('{"steps": [{"tool_calls": [{"name": "read"}], "text": "b", "thinking": "a"}]}')
    assert script.steps[0].content == (
        ThinkingPart(type="thinking", text="a"),
        TextPart(type="text", text="b"),
        ToolCallPart(type="tool_call", name="read"),
    )


def test_end_early_tells_zero_chunks_from_no_fault() -> None:
    script = parse_script('{"steps": [{"text": "a", "end_early": 0}, {"text": "a", "end_early": true}, {"text": "a"}]}')
    assert [step.end_early for step in script.steps] == [0, True, False]
    assert not isinstance(script.steps[0].end_early, bool)


def test_a_status_without_a_usual_kind_is_a_server_error_or_an_invalid_request() -> None:
    script = parse_script('{"steps": [{"status": 502}, {"status": 418}]}')
    assert [step.failure_kind for step in script.steps] == ["server_error", "invalid_request"]


def test_a_script_is_taken_as_value_data_text_or_file(tmp_path: Path) -> None:
    wanted = Script(steps=parse_script('{"steps": [{"text": "x"}]}').steps)
    file = tmp_path / "script.json"
    file.write_text('{"steps": [{"text": "x"}]}')
    for source in (wanted, {"steps": [{"text": "x"}]}, '{"steps": [{"text": "x"}]}', file):
        assert read_script(source) == wanted


def test_the_examples_of_the_guide_are_scripts() -> None:
    guide = Path(__file__).parents[3] / "docs" / "guide" / "scripted-provider.md"
    examples = [block.partition("```")[0] for block in guide.read_text().split("```json\n")[1:]]
    assert len(examples) == 2
    for example in examples:
        assert parse_script(example).steps
