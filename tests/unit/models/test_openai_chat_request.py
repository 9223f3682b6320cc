"""What is sent: legal for every server, and the same bytes for the same history."""

import asyncio
import gc
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from flowent.domain.parts import AttachmentPart, ProviderPayload, TextPart, ThinkingPart, ToolPart, ToolResult
from flowent.domain.transcript import AssistantEntry, CallResult, Entry, Note, PersonEntry, ResultsEntry
from flowent.domain.values import JsonObject, ReasoningEffort
from flowent.models import openai_chat_request
from flowent.models.base import ModelRequest, ToolSpec
from flowent.models.openai_chat_dialect import Dialect, dialect_of, learn
from flowent.models.openai_chat_request import RequestEncoder

BLOBS = {
    "png": b"\x89PNG\x00",
    "pdf": b"%PDF-1.7",
    "text": "grüße".encode(),
    "latin": "grüße".encode("latin-1"),
    "svg": b"<svg/>",
    "json": b'{"a": 1}',
    "zip": b"PK\x03\x04\x00",
}


async def read_blob(sha256: str) -> bytes:
    return BLOBS[sha256]


def request(*entries: Entry, **more: Any) -> ModelRequest:
    fields: dict[str, Any] = {"model": "m", "instructions": (), "tools": (), "read_blob": read_blob, **more}
    return ModelRequest(entries=entries, **fields)


async def body_of(asked: ModelRequest, dialect: Dialect | None = None) -> dict[str, Any]:
    return json.loads(await RequestEncoder("openai_chat", dialect or Dialect()).encode(asked))


async def messages_of(*entries: Entry, dialect: Dialect | None = None, model: str = "m") -> list[dict[str, Any]]:
    return (await body_of(request(*entries, model=model), dialect))["messages"]


def text(value: str) -> TextPart:
    return TextPart(id="t", text=value)


def attached(sha256: str, media_type: str, name: str = "a.bin") -> AttachmentPart:
    size = len(BLOBS.get(sha256, b""))
    return AttachmentPart(id="a", attachment_id="x", name=name, media_type=media_type, size=size, sha256=sha256)


def asks(part_id: str, call_id: str, written: str = "{}", payload: ProviderPayload | None = None) -> ToolPart:
    return ToolPart(id=part_id, call_id=call_id, name="f", input=written, payload=payload)


def answered(*calls: ToolPart) -> ResultsEntry:
    return ResultsEntry(
        tuple(
            CallResult(call.id, call.call_id, call.name, ToolResult(model_text=f"result of {call.id}"), failed=False)
            for call in calls
        )
    )


def kept(model: str = "m", adapter: str = "openai_chat", **data: Any) -> ProviderPayload:
    return ProviderPayload(adapter=adapter, model=model, data=data)


HELLO = PersonEntry((text("Hello"),))


async def test_instructions_are_one_system_message() -> None:
    body = await body_of(request(HELLO, instructions=("Be kind.", "", "Be brief.")))
    assert body["messages"] == [
        {"role": "system", "content": "Be kind.\n\nBe brief."},
        {"role": "user", "content": "Hello"},
    ]


async def test_nothing_is_sent_that_was_not_asked_for() -> None:
    body = await body_of(request(HELLO))
    assert set(body) == {"model", "messages", "stream", "stream_options"}
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


async def test_tools_are_functions() -> None:
    schema: JsonObject = {"type": "object", "properties": {}}
    body = await body_of(request(HELLO, tools=(ToolSpec("f", "Does f.", schema),)))
    function = {"name": "f", "description": "Does f.", "parameters": schema}
    assert body["tools"] == [{"type": "function", "function": function}]


@pytest.mark.parametrize("effort", ["none", "minimal", "low", "medium", "high", "xhigh"])
async def test_an_effort_is_sent_as_it_is(effort: ReasoningEffort) -> None:
    assert (await body_of(request(HELLO, reasoning_effort=effort)))["reasoning_effort"] == effort


@pytest.mark.parametrize(
    ("host", "field"),
    [
        ("api.openai.com", "max_completion_tokens"),
        ("acme.openai.azure.com", "max_completion_tokens"),
        ("api.deepseek.com", "max_tokens"),
        ("notopenai.com", "max_tokens"),
        ("localhost", "max_tokens"),
    ],
)
async def test_the_limit_has_the_name_that_the_host_knows(host: str, field: str) -> None:
    body = await body_of(request(HELLO, max_output_tokens=77), dialect_of(host))
    assert body[field] == 77


async def test_mistral_is_not_asked_for_usage() -> None:
    assert "stream_options" not in await body_of(request(HELLO), dialect_of("api.mistral.ai"))


# What a person said


async def test_texts_and_notes_are_one_text() -> None:
    entry = PersonEntry((text("Hello"), Note("The directory changed."), text("Go on")))
    assert await messages_of(entry) == [{"role": "user", "content": "Hello\n\nThe directory changed.\n\nGo on"}]


async def test_an_image_is_a_data_url_among_the_text() -> None:
    [message] = await messages_of(PersonEntry((text("What is this?"), attached("png", "image/png"))))
    assert message["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORwA="}},
    ]


async def test_a_pdf_is_a_file_with_its_name() -> None:
    [message] = await messages_of(PersonEntry((attached("pdf", "application/pdf", 'a"b.pdf'),)))
    file = {"filename": 'a"b.pdf', "file_data": "data:application/pdf;base64,JVBERi0xLjc="}
    assert message["content"] == [{"type": "file", "file": file}]


@pytest.mark.parametrize(
    ("blob", "media_type", "content"),
    [
        ("text", "text/plain", "Attached file a.bin:\n\ngrüße"),
        ("latin", "text/plain", "Attached file a.bin:\n\ngr\ufffd\ufffde"),
        ("svg", "image/svg+xml", "Attached file a.bin:\n\n<svg/>"),
        ("json", "application/json", 'Attached file a.bin:\n\n{"a": 1}'),
        ("json", "application/octet-stream", 'Attached file a.bin:\n\n{"a": 1}'),
        (
            "zip",
            "application/zip",
            "[The attached file a.bin (application/zip, 5 bytes) cannot be shown to this model.]",
        ),
        (
            "latin",
            "application/x-unknown",
            "[The attached file a.bin (application/x-unknown, 5 bytes) cannot be shown to this model.]",
        ),
        ("json", "image/tiff", "[The attached file a.bin (image/tiff, 8 bytes) cannot be shown to this model.]"),
        ("gone", "image/png", "[The attached file a.bin is no longer there.]"),
    ],
)
async def test_other_files_are_text_or_named(blob: str, media_type: str, content: str) -> None:
    assert await messages_of(PersonEntry((attached(blob, media_type),))) == [{"role": "user", "content": content}]


async def test_half_characters_do_not_make_a_request_impossible() -> None:
    entries = (PersonEntry((Note("a\ud83d"), attached("png", "image/png"))),)
    body = await body_of(request(*entries, instructions=("b\udc00",)))
    assert body["messages"][0]["content"] == "b?"
    assert body["messages"][1]["content"][0]["text"] == "a?"


# What the model said


async def test_texts_of_an_answer_are_joined_and_thinking_is_not_sent() -> None:
    answer = AssistantEntry((ThinkingPart(id="r", text="hm"), text("Hello"), text(" there")))
    assert (await messages_of(HELLO, answer, HELLO))[1] == {"role": "assistant", "content": "Hello there"}


async def test_calls_and_results_belong_together_in_order() -> None:
    one, two = asks("p1", "c1", '{"a": 1}'), asks("p2", "c2")
    messages = await messages_of(HELLO, AssistantEntry((text("So:"), one, two)), answered(one, two))
    assert messages[1:] == [
        {
            "role": "assistant",
            "content": "So:",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}},
                {"id": "c2", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "result of p1"},
        {"role": "tool", "tool_call_id": "c2", "content": "result of p2"},
    ]


async def test_calls_alone_have_no_content() -> None:
    call = asks("p1", "c1")
    assert (await messages_of(HELLO, AssistantEntry((call,)), answered(call)))[1]["content"] is None


async def test_an_answer_of_thinking_alone_is_not_empty() -> None:
    messages = await messages_of(HELLO, AssistantEntry((ThinkingPart(id="r", text="hm"),)), HELLO)
    assert messages[1] == {"role": "assistant", "content": "(no text)"}


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ("", "{}"),
        ("  ", "{}"),
        ('{"a":', r'{"invalid_arguments":"{\"a\":"}'),
        ("[1]", '{"invalid_arguments":"[1]"}'),
    ],
)
async def test_arguments_are_always_a_json_object(written: str, sent: str) -> None:
    call = asks("p1", "c1", written)
    messages = await messages_of(HELLO, AssistantEntry((call,)), answered(call))
    assert messages[1]["tool_calls"][0]["function"]["arguments"] == sent


def ids_of(messages: Sequence[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """The ids of all calls, and of all results."""
    calls = [call["id"] for message in messages for call in message.get("tool_calls", ())]
    return calls, [message["tool_call_id"] for message in messages if message["role"] == "tool"]


@pytest.mark.parametrize(
    "call_ids",
    [["", ""], ["c", "c"], ["", "c"], ["c" * 41, "d"]],
    ids=["empty", "repeated", "one empty", "too long"],
)
async def test_ids_that_cannot_be_used_are_replaced_in_calls_and_results(call_ids: list[str]) -> None:
    parts = [asks(f"p{number}", call_id) for number, call_id in enumerate(call_ids)]
    calls, results = ids_of(await messages_of(HELLO, AssistantEntry(tuple(parts)), answered(*parts)))
    assert calls == results
    assert len(set(calls)) == 2
    assert all(re.fullmatch("[A-Za-z0-9]{9}", call_id) for call_id in calls)


async def test_an_id_that_an_earlier_step_used_is_replaced() -> None:
    steps = [asks(f"p{number}", "call_0") for number in range(3)]
    entries = [entry for step in steps for entry in (AssistantEntry((step,)), answered(step))]
    calls, results = ids_of(await messages_of(HELLO, *entries))
    assert calls == results
    assert calls[0] == "call_0"
    assert len(set(calls)) == 3


async def test_mistral_gets_ids_of_its_own_form() -> None:
    call, good = asks("p1", "toolu_01"), asks("p2", "a1B2c3D4e")
    entries = [entry for step in (call, good) for entry in (AssistantEntry((step,)), answered(step))]
    calls, results = ids_of(await messages_of(HELLO, *entries, dialect=dialect_of("api.mistral.ai")))
    assert calls == results
    assert re.fullmatch("[A-Za-z0-9]{9}", calls[0])
    assert calls[1] == "a1B2c3D4e"


# What a server needs back


def thought(value: str, payload: ProviderPayload | None) -> ThinkingPart:
    return ThinkingPart(id="r", text=value, payload=payload)


async def test_reasoning_goes_back_in_the_field_that_it_came_in() -> None:
    call = asks("p1", "c1")
    answer = AssistantEntry(
        (thought("a", kept(field="reasoning_content")), thought("b", kept(field="reasoning_content")), call)
    )
    assert (await messages_of(HELLO, answer, answered(call)))[1]["reasoning_content"] == "ab"


async def test_reasoning_details_go_back_whole_and_alone() -> None:
    details = [{"type": "reasoning.encrypted", "data": "E"}]
    answer = AssistantEntry(
        (thought("a", kept(reasoning_details=details)), thought("b", kept(field="reasoning")), text("Hi"))
    )
    message = (await messages_of(HELLO, answer, HELLO))[1]
    assert message == {"role": "assistant", "content": "Hi", "reasoning_details": details}


async def test_a_calls_signature_goes_back_with_it() -> None:
    extra = {"google": {"thought_signature": "S"}}
    call = asks("p1", "c1", payload=kept(extra_content=extra))
    messages = await messages_of(HELLO, AssistantEntry((call,)), answered(call))
    assert messages[1]["tool_calls"][0]["extra_content"] == extra


@pytest.mark.parametrize(
    "payload", [kept(model="other", field="reasoning"), kept(adapter="anthropic", field="reasoning")]
)
async def test_what_another_model_kept_is_not_sent(payload: ProviderPayload) -> None:
    call = asks("p1", "c1", payload=payload)
    messages = await messages_of(HELLO, AssistantEntry((thought("a", payload), call)), answered(call))
    assert set(messages[1]) == {"role", "content", "tool_calls"}
    assert "extra_content" not in messages[1]["tool_calls"][0]


async def test_a_server_that_refuses_reasoning_gets_none() -> None:
    answer = AssistantEntry((thought("a", kept(field="reasoning")), text("Hi")))
    assert "reasoning" not in (await messages_of(HELLO, answer, HELLO, dialect=Dialect(send_reasoning=False)))[1]


async def test_a_server_that_demands_reasoning_gets_a_placeholder_where_there_is_none() -> None:
    answers = (
        AssistantEntry((text("Hi"),)),
        AssistantEntry((thought("a", kept(field="reasoning_content")), text("Ho"))),
    )
    messages = await messages_of(HELLO, answers[0], HELLO, answers[1], HELLO, dialect=Dialect(fill_reasoning=True))
    assert [messages[1]["reasoning_content"], messages[3]["reasoning_content"]] == [".", "a"]


@pytest.mark.parametrize(
    ("refusal", "learnt"),
    [
        ("Unrecognized request argument supplied: stream_options", Dialect(include_usage=False)),
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
            Dialect(limit_field="max_completion_tokens"),
        ),
        (
            "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2",
            Dialect(fill_reasoning=True),
        ),
        ("The `reasoning_content` in the thinking mode must be passed back to the API.", Dialect(fill_reasoning=True)),
        ("'messages.2' : property 'reasoning' is unsupported", Dialect(send_reasoning=False)),
        ("Unsupported parameter: messages[1].reasoning_details", Dialect(send_reasoning=False)),
        ("body.messages.1.reasoning_content: Extra inputs are not permitted", Dialect(send_reasoning=False)),
        ("Something else entirely", None),
    ],
)
def test_a_refusal_in_words_teaches(refusal: str, learnt: Dialect | None) -> None:
    assert learn(Dialect(), refusal) == learnt


def test_a_server_that_does_not_know_the_new_limit_gets_the_old_one() -> None:
    dialect = dialect_of("api.openai.com")
    assert learn(dialect, "max_completion_tokens: Extra inputs are not permitted") == Dialect()


def test_what_is_known_already_is_not_learnt_again() -> None:
    assert learn(Dialect(include_usage=False), "Unknown field stream_options") is None


# What is kept


async def test_an_entry_is_written_once() -> None:
    reads: list[str] = []

    async def counted(sha256: str) -> bytes:
        reads.append(sha256)
        return BLOBS[sha256]

    encoder = RequestEncoder("openai_chat", Dialect())
    entry = PersonEntry((attached("png", "image/png"),))
    asked = request(entry, read_blob=counted)
    assert await encoder.encode(asked) == await encoder.encode(asked)
    assert reads == ["png"]


async def test_the_beginning_of_a_request_stays_the_same_as_the_history_grows() -> None:
    encoder = RequestEncoder("openai_chat", Dialect())
    entries: list[Entry] = [HELLO]
    before = b""
    for number in range(6):
        body = await encoder.encode(request(*entries, instructions=("Be kind.",)))
        messages = body[: body.rindex(b'],"model"')]
        assert messages.startswith(before)
        before = messages
        call = asks(f"p{number}", "" if number % 2 else f"c{number % 3}")
        entries += [AssistantEntry((thought("a", kept(field="reasoning")), call)), answered(call)]


async def test_kept_bytes_of_one_model_are_not_sent_to_another() -> None:
    encoder = RequestEncoder("openai_chat", Dialect())
    answer = AssistantEntry((thought("a", kept(field="reasoning")), text("Hi")))
    bodies = [await encoder.encode(request(HELLO, answer, HELLO, model=model)) for model in ("m", "other", "m")]
    assert [b'"reasoning":"a"' in body for body in bodies] == [True, False, True]


async def test_kept_bytes_do_not_depend_on_what_was_asked_before() -> None:
    """The same entries after a different beginning, where the id of their call is taken already."""
    encoder = RequestEncoder("openai_chat", Dialect())
    first, second = asks("p1", "c"), asks("p2", "c")
    later = (AssistantEntry((second,)), answered(second))
    alone = request(HELLO, *later)
    after = request(HELLO, AssistantEntry((first,)), answered(first), *later)
    bodies = [await encoder.encode(asked) for asked in (alone, after, alone, after)]
    assert bodies == [await RequestEncoder("openai_chat", Dialect()).encode(asked) for asked in (alone, after) * 2]


async def test_no_more_is_kept_than_two_generations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_chat_request, "KEPT_BYTES", 1_000)
    encoder = RequestEncoder("openai_chat", Dialect())
    entries = [PersonEntry((text(f"kept {number} " + "x" * 100),)) for number in range(100)]
    for start in range(90):
        window = entries[start : start + 10]
        fresh = await RequestEncoder("openai_chat", Dialect()).encode(request(*window))
        assert await encoder.encode(request(*window)) == fresh
    entries, window = [], []
    gc.collect()
    left = [entry for entry in gc.get_objects() if isinstance(entry, PersonEntry) and _says_kept(entry)]
    assert 0 < len(left) * 100 <= 2_000


def _says_kept(entry: PersonEntry) -> bool:
    return any(isinstance(part, TextPart) and part.text.startswith("kept ") for part in entry.parts)


async def test_a_long_history_lets_others_have_their_turn() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(count())
    entries = [PersonEntry((text(f"{number}"),)) for number in range(1_000)]
    await RequestEncoder("openai_chat", Dialect()).encode(request(*entries))
    other.cancel()
    assert turns >= 4
