"""What each provider refuses in a conversation, in its own words; a legal conversation of each passes."""

from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from flowent.scripted.requests.anthropic import AnthropicReader
from flowent.scripted.requests.base import BadRequestError, Call, Issued, RequestReader
from flowent.scripted.requests.chat import ChatReader
from flowent.scripted.requests.gemini import GeminiReader
from flowent.scripted.requests.responses import ResponsesReader
from flowent.scripted.signing import sign

Json = dict[str, JsonValue]
Cases = list[tuple[list[JsonValue], str | None]]
HEADERS = {"anthropic-version": "2023-06-01"}


def fault(reader: RequestReader, body: Mapping[str, JsonValue], issued: Issued | None = None) -> str | None:
    failure = reader.read(Call(body, HEADERS, model="m")).find_fault(issued or Issued())
    return failure.message if failure is not None else None


# Chat completions


def chat(*messages: JsonValue) -> Json:
    return {"model": "m", "messages": [{"role": "user", "content": "hi"}, *messages]}


def chat_calls(*ids: str) -> Json:
    calls: list[JsonValue] = [
        {"id": one, "type": "function", "function": {"name": "f", "arguments": "{}"}} for one in ids
    ]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def chat_result(call_id: str) -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": "done"}


USER: Json = {"role": "user", "content": "and?"}


CHAT_CASES: Cases = [
    ([chat_calls("a", "b"), chat_result("b"), chat_result("a"), USER], None),
    ([chat_calls("a", "b"), chat_result("a")], "did not have response messages: b"),
    ([chat_calls("a"), USER], "did not have response messages: a"),
    ([chat_result("a")], "must be a response to a preceeding message with 'tool_calls'"),
    ([chat_calls("a"), chat_result("b")], "'tool_call_id' of 'b' not found"),
    ([chat_calls("a"), chat_result("a"), chat_result("a")], "answered already"),
    ([chat_calls("a", "a"), chat_result("a")], "Duplicate value"),
    ([{"role": "assistant", "content": ""}, USER], "expected a string, got null"),
    ([chat_calls("a" * 41), chat_result("a" * 41)], "maximum length 40"),
]


@pytest.mark.parametrize(("messages", "wording"), CHAT_CASES)
def test_chat(messages: list[JsonValue], wording: str | None) -> None:
    found = fault(ChatReader(), chat(*messages))
    assert (found is None) if wording is None else (wording in (found or ""))


def test_chat_names_a_missing_parameter() -> None:
    with pytest.raises(BadRequestError, match=r"Missing required parameter: 'messages'\."):
        ChatReader().read(Call({"model": "m"}, {}))


# Responses


def call_item(call_id: str, item_id: str = "fc_1") -> Json:
    return {"type": "function_call", "id": item_id, "call_id": call_id, "name": "f", "arguments": "{}"}


def output_item(call_id: str) -> Json:
    return {"type": "function_call_output", "call_id": call_id, "output": "done"}


def reasoning_item(sealed_for: str = "rs_1") -> Json:
    return {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": sign("encrypted", sealed_for)}


RESPONSES_CASES: Cases = [
    ([reasoning_item(), call_item("a"), call_item("b"), output_item("a"), output_item("b"), USER], None),
    ([call_item("a"), USER], "No tool output found for function call a."),
    ([output_item("a")], "No tool call found for function call output with call_id a."),
    ([call_item("a"), output_item("a"), output_item("a")], "Duplicate function call output"),
    ([reasoning_item(), USER], "without its required following item"),
    ([reasoning_item("rs_2"), call_item("a"), output_item("a")], "could not be verified"),
    (
        [{"type": "reasoning", "id": "rs_1", "summary": []}, call_item("a"), output_item("a")],
        "Items are not persisted",
    ),
    ([call_item("", "fc_1"), output_item("")], "empty string"),
    ([call_item("a", "call_1"), output_item("a")], "begins with 'fc'"),
]


@pytest.mark.parametrize(("items", "wording"), RESPONSES_CASES)
def test_responses(items: list[JsonValue], wording: str | None) -> None:
    found = fault(ResponsesReader(), {"model": "m", "input": items, "store": False})
    assert (found is None) if wording is None else (wording in (found or ""))


def test_responses_demands_the_reasoning_that_led_to_an_item() -> None:
    issued = Issued()
    issued.remember("fc_1", ["rs_1"])
    body: Json = {"model": "m", "input": [call_item("a"), output_item("a")]}
    assert "without its required 'reasoning' item: 'rs_1'" in (fault(ResponsesReader(), body, issued) or "")
    body = {"model": "m", "input": [reasoning_item(), call_item("a"), output_item("a")]}
    assert fault(ResponsesReader(), body, issued) is None


def test_responses_knows_no_earlier_response() -> None:
    with pytest.raises(BadRequestError, match="Previous response with id 'resp_1' not found"):
        ResponsesReader().read(Call({"model": "m", "input": "hi", "previous_response_id": "resp_1"}, {}))


# Anthropic


def anthropic(*messages: JsonValue, system: str = "Be brief.", thinking: Json | None = None) -> Json:
    return {
        "model": "m",
        "max_tokens": 100,
        "system": system,
        "messages": [{"role": "user", "content": "hi"}, *messages],
        **({"thinking": thinking} if thinking is not None else {}),
    }


def use(*ids: str, before: tuple[JsonValue, ...] = ()) -> Json:
    calls: list[JsonValue] = [{"type": "tool_use", "id": one, "name": "f", "input": {}} for one in ids]
    return {"role": "assistant", "content": [*before, *calls]}


def results(*ids: str, before: tuple[JsonValue, ...] = ()) -> Json:
    blocks: list[JsonValue] = [{"type": "tool_result", "tool_use_id": one, "content": "done"} for one in ids]
    return {"role": "user", "content": [*before, *blocks]}


def thinking_block(text: str, signed_text: str | None = None) -> Json:
    signature = sign("thinking", text if signed_text is None else signed_text)
    return {"type": "thinking", "thinking": text, "signature": signature}


TEXT: Json = {"type": "text", "text": "well"}


ANTHROPIC_CASES: Cases = [
    ([use("a", "b", before=(thinking_block("hm"),)), results("b"), results("a"), USER], None),
    ([use("a", "b"), results("a")], "`tool_use` ids were found without `tool_result` blocks immediately after: b"),
    ([use("a"), results("a", before=(TEXT,))], "without `tool_result` blocks immediately after: a"),
    ([use("a"), results("a", "b")], "unexpected `tool_use_id` found in `tool_result` blocks: b"),
    ([results("a")], "unexpected `tool_use_id`"),
    ([use("a"), results("a", "a")], "each tool_use must have a single result"),
    ([use("a", "a"), results("a")], "`tool_use` ids must be unique"),
    ([use("a.b"), results("a.b")], "should match pattern"),
    ([use("")], "must end with a user message"),
    ([{"role": "assistant", "content": []}, USER], "non-empty content"),
    ([{"role": "assistant", "content": ""}, USER], "text content blocks must be non-empty"),
    ([use("a", before=(thinking_block("hm", "ha"),)), results("a")], "Invalid `signature` in `thinking` block"),
    ([use("a", before=({"type": "redacted_thinking", "data": "AAAA"},)), results("a")], "Invalid `data`"),
    ([use("a", before=({"type": "thinking", "thinking": "x"},)), results("a")], "signature: Field required"),
]


@pytest.mark.parametrize(("messages", "wording"), ANTHROPIC_CASES)
def test_anthropic(messages: list[JsonValue], wording: str | None) -> None:
    found = fault(AnthropicReader(), anthropic(*messages))
    assert (found is None) if wording is None else (wording in (found or ""))


def test_anthropic_demands_a_user_first() -> None:
    body: Json = {**anthropic(), "messages": [use("a"), results("a")]}
    assert "first message must use" in (fault(AnthropicReader(), body) or "")


def test_anthropic_demands_the_thinking_of_the_current_turn_only() -> None:
    issued = Issued()
    issued.remember("a", ["seal"])
    running = anthropic(use("a"), results("a"))
    assert "Expected `thinking` or `redacted_thinking`" in (fault(AnthropicReader(), running, issued) or "")
    assert fault(AnthropicReader(), anthropic(use("a"), results("a"), USER), issued) is None
    off = anthropic(use("a"), results("a"), thinking={"type": "disabled"})
    assert fault(AnthropicReader(), off, issued) is None


def test_anthropic_binds_thinking_to_the_conversation_before_it() -> None:
    issued = Issued()
    block = thinking_block("hm")
    answered = AnthropicReader().read(Call(anthropic(), HEADERS))
    issued.remember(str(block["signature"]), answered.binding())

    def replay(system: str, thinking: Json | None = None) -> str | None:
        messages = (use("a", before=(block,)), results("a"))
        return fault(AnthropicReader(), anthropic(*messages, system=system, thinking=thinking), issued)

    assert replay("Be brief.") is None
    assert "bound to a different conversation" in (replay("Be verbose.") or "")
    binding: Json = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
    assert replay("Be verbose.", binding) is None


def test_anthropic_ignores_cache_markers_when_it_compares_conversations() -> None:
    plain, marked = anthropic(), anthropic()
    text: Json = {"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}
    marked["messages"] = [{"role": "user", "content": [text]}]
    bindings = [AnthropicReader().read(Call(body, HEADERS)).binding() for body in (plain, marked)]
    assert bindings[0] == bindings[1]


def test_anthropic_demands_its_header_and_max_tokens() -> None:
    with pytest.raises(BadRequestError, match="anthropic-version: header is required"):
        AnthropicReader().read(Call(anthropic(), {}))
    with pytest.raises(BadRequestError, match="max_tokens: Field required"):
        AnthropicReader().read(Call({"model": "m", "messages": [USER]}, HEADERS))


# Gemini


def gemini(*contents: JsonValue) -> Json:
    return {"contents": [{"role": "user", "parts": [{"text": "hi"}]}, *contents]}


def model_calls(*names: str, signature: str | None = None, key: str = "thoughtSignature") -> Json:
    parts: list[JsonValue] = [
        {"functionCall": {"name": name, "args": {}}, **({key: signature} if signature and not number else {})}
        for number, name in enumerate(names)
    ]
    return {"role": "model", "parts": parts}


def responses_turn(*names: str) -> Json:
    return {"role": "user", "parts": [{"functionResponse": {"name": one, "response": {"result": 1}}} for one in names]}


SAID: Json = {"role": "user", "parts": [{"text": "and?"}]}


GEMINI_CASES: Cases = [
    ([model_calls("f", "g", signature=sign("thought", "f{}")), responses_turn("g", "f"), SAID], None),
    ([model_calls("f", signature="c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="), responses_turn("f")], None),
    ([model_calls("f", signature=sign("thought", "f{}"), key="thought_signature"), responses_turn("f")], None),
    ([model_calls("f", "g"), responses_turn("f")], "number of function response parts is equal"),
    ([model_calls("f"), SAID], "number of function response parts is equal"),
    ([model_calls("f")], "number of function response parts is equal"),
    ([responses_turn("f")], "comes immediately after a function call turn"),
    ([model_calls("f"), responses_turn("g")], "does not match a function call"),
    ([model_calls("g", signature=sign("thought", "f{}")), responses_turn("g")], "Thought signature is not valid"),
    ([{"role": "model", "parts": []}, SAID], "contents.parts must not be empty"),
]


@pytest.mark.parametrize(("contents", "wording"), GEMINI_CASES)
def test_gemini(contents: list[JsonValue], wording: str | None) -> None:
    found = fault(GeminiReader(), gemini(*contents))
    assert (found is None) if wording is None else (wording in (found or ""))


def test_gemini_demands_a_call_to_follow_a_user() -> None:
    found = fault(GeminiReader(), {"contents": [model_calls("f"), responses_turn("f")]})
    assert "comes immediately after a user turn" in (found or "")


def test_gemini_demands_the_signatures_of_the_current_turn_only() -> None:
    issued = Issued()
    issued.remember("f{}", ["seal"])
    assert "missing a thought_signature" in (
        fault(GeminiReader(), gemini(model_calls("f"), responses_turn("f")), issued) or ""
    )
    assert fault(GeminiReader(), gemini(model_calls("f"), responses_turn("f"), SAID), issued) is None


def test_gemini_demands_no_signature_of_a_call_that_was_also_issued_without_one() -> None:
    issued = Issued()
    issued.waive("f{}")
    issued.remember("f{}", ["seal"])
    assert fault(GeminiReader(), gemini(model_calls("f"), responses_turn("f")), issued) is None


def test_gemini_demands_contents() -> None:
    with pytest.raises(BadRequestError, match="contents is not specified"):
        GeminiReader().read(Call({"contents": []}, {}, model="m"))
