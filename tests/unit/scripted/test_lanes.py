"""Which step answers which request, and what an expectation finds wrong."""

import json

import pytest
from pydantic import JsonValue

from flowent.scripted.lanes import Lanes, unmet
from flowent.scripted.requests.base import Call
from flowent.scripted.requests.chat import ChatReader
from flowent.scripted.script import Expectation, parse_script


def body(text: str = "hello", model: str = "m") -> dict[str, JsonValue]:
    return {
        "model": model,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}],
        "tools": [{"type": "function", "function": {"name": "read"}}],
        "stream": True,
    }


def taken(lanes: Lanes, text: str = "hello", model: str = "m") -> str | None:
    slot = lanes.take(ChatReader().read(Call(body(text, model), {})))
    return slot.name if slot is not None else None


def lanes_of(script: object) -> Lanes:
    return Lanes(parse_script(json.dumps(script)))


def test_steps_answer_in_order_and_only_once() -> None:
    lanes = lanes_of({"steps": [{"text": "a"}, {"text": "b"}]})
    assert [taken(lanes), taken(lanes), taken(lanes)] == ["steps.0", "steps.1", None]


def test_a_lane_serves_its_model_and_the_steps_serve_all_others() -> None:
    lanes = lanes_of({"steps": [{"text": "a"}], "lanes": {"x": [{"text": "b"}]}})
    assert taken(lanes, model="x") == "lanes.x.0"
    assert taken(lanes, model="x") is None
    assert taken(lanes, model="y") == "steps.0"


def test_a_step_with_a_match_waits_for_its_request() -> None:
    lanes = lanes_of({"steps": [{"match": "blue", "text": "a"}, {"text": "b"}]})
    assert [taken(lanes, "red"), taken(lanes, "light blue")] == ["steps.1", "steps.0"]


def test_a_repeated_step_is_unused_until_its_last_time() -> None:
    lanes = lanes_of({"steps": [{"text": "a", "repeat": 2}, {"text": "b", "repeat": "always"}]})
    assert [taken(lanes), [slot.is_unused for slot in lanes.slots]] == ["steps.0", [True, True]]
    assert [taken(lanes), taken(lanes), taken(lanes)] == ["steps.0", "steps.1", "steps.1"]
    assert [slot.is_unused for slot in lanes.slots] == [False, False]


def test_an_optional_step_is_never_unused() -> None:
    assert not lanes_of({"steps": [{"text": "a", "optional": True}]}).slots[0].is_unused


def test_the_explanation_names_what_was_asked_and_what_remains() -> None:
    lanes = lanes_of({"steps": [{"match": "blue", "text": "a"}]})
    text = lanes.explain(ChatReader().read(Call(body("red"), {})))
    assert "'red'" in text
    assert "'blue'" in text


@pytest.mark.parametrize(
    ("expect", "fault"),
    [
        (Expectation(contains=("Be brief", "hello"), last_contains=("hello",), tools=("read",)), None),
        (Expectation(contains=("bye",)), "no text contains 'bye'"),
        (Expectation(contains=("user",)), "no text contains 'user'"),
        (Expectation(not_contains=("brief",)), "a text contains 'brief'"),
        (Expectation(last_contains=("brief",)), "the last message does not contain 'brief'"),
        (Expectation(tools=("write",)), "tool 'write' is not offered"),
        (Expectation(not_tools=("read",)), "tool 'read' is offered"),
        (Expectation(last_role="tool"), "the last message is from 'user', not 'tool'"),
        (Expectation(fields={"stream": False}), "field 'stream' is True, not False"),
        (Expectation(fields={"stream_options": {"include_usage": True}}), "field 'stream_options' is missing"),
    ],
)
def test_an_expectation_says_what_is_wrong(expect: Expectation, fault: str | None) -> None:
    request = body()
    found = unmet(expect, ChatReader().read(Call(request, {})), request)
    assert found == ([] if fault is None else [fault])
