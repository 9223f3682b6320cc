"""A conversation in the library's messages."""

import gc
import weakref
from typing import Any

from pydantic_ai.messages import (
    BinaryContent,
    ModelRequest,
    ModelResponse,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.messages import TextPart as LibraryText
from pydantic_ai.messages import ThinkingPart as LibraryThinking
from pydantic_ai.messages import ToolCallPart as LibraryCall

from flowent.domain.parts import AttachmentPart, ProviderPayload, TextPart, ThinkingPart, ToolPart, ToolResult
from flowent.domain.transcript import AssistantEntry, CallResult, Entry, Note, PersonEntry, ResultsEntry
from flowent.models.library_history import CONVERSATIONS_KEPT, HistoryMapper

MODEL = "model-1"


def mapper() -> HistoryMapper:
    """A mapper of an adapter that takes PNG files."""
    return HistoryMapper("adapter", "provider", frozenset({"image/png"}))


def payload(*, model: str = MODEL, adapter: str = "adapter", **data: Any) -> ProviderPayload:
    """What the provider needs back."""
    return ProviderPayload(adapter=adapter, model=model, data=data)


def said(text: str = "Hello?") -> PersonEntry:
    """What a person says."""
    return PersonEntry((TextPart(id="p", text=text),))


def call(part_id: str, call_id: str = "") -> ToolPart:
    """A call."""
    return ToolPart(id=part_id, call_id=call_id, name="read_file", input="{}")


def result(part_id: str, call_id: str = "", *, failed: bool = False) -> CallResult:
    """Its answer."""
    return CallResult(part_id, call_id, "read_file", ToolResult(model_text="Content."), failed)


def responses(history: HistoryMapper, *entries: Entry) -> list[ModelResponse]:
    """The model's messages of a history."""
    return [message for message in history.map(entries, MODEL, {}) if isinstance(message, ModelResponse)]


def test_a_payload_becomes_the_part_that_it_came_from() -> None:
    details = {"thought_signature": "c2ln"}
    entry = AssistantEntry(
        (
            ThinkingPart(id="a", text="Hm.", payload=payload(id="rs_1", signature="sig")),
            TextPart(id="b", text="Yes.", payload=payload(id="msg_1")),
            call("c", "call_1").model_copy(update={"payload": payload(id="fc_1", details=details)}),
        )
    )

    (message,) = responses(mapper(), said(), entry)

    assert message.parts == [
        LibraryThinking("Hm.", id="rs_1", signature="sig", provider_name="provider"),
        LibraryText("Yes.", id="msg_1", provider_name="provider"),
        LibraryCall("read_file", "{}", "call_1", id="fc_1", provider_name="provider", provider_details=details),
    ]
    assert message.provider_name == "provider"


def test_reasoning_of_another_model_or_adapter_is_left_out_and_so_are_the_ids_that_refer_to_it() -> None:
    for foreign in (payload(model="model-2", signature="s"), payload(adapter="other", signature="s"), None):
        thinking = ThinkingPart(id="a", text="Secret.", payload=foreign)
        entry = AssistantEntry((thinking, TextPart(id="b", text="Yes.", payload=payload(id="msg_1"))))

        (message,) = responses(mapper(), said(), entry)

        assert message.parts == [LibraryText("Yes.")]


def test_reasoning_that_nothing_follows_is_left_out() -> None:
    thinking = ThinkingPart(id="a", text="Hm.", payload=payload(signature="s"))

    (message,) = responses(mapper(), said(), AssistantEntry((TextPart(id="b", text="Yes."), thinking)))

    assert message.parts == [LibraryText("Yes.")]
    assert responses(mapper(), said(), AssistantEntry((thinking,)), said()) == []


def test_neighbours_on_the_persons_side_are_one_message() -> None:
    history: tuple[Entry, ...] = (said(), AssistantEntry((call("c"),)), ResultsEntry((result("c"),)), said("And?"))

    messages = mapper().map(history, MODEL, {})

    assert [type(message) for message in messages] == [ModelRequest, ModelResponse, ModelRequest]
    assert [type(part) for part in messages[-1].parts] == [ToolReturnPart, UserPromptPart]


def test_a_failed_call_is_told_as_failed() -> None:
    history: tuple[Entry, ...] = (said(), AssistantEntry((call("c"),)), ResultsEntry((result("c", failed=True),)))

    (returned,) = mapper().map(history, MODEL, {})[-1].parts

    assert isinstance(returned, ToolReturnPart)
    assert returned.outcome == "failed"


def test_a_call_and_its_result_carry_the_same_new_id_where_the_providers_is_no_good() -> None:
    history: list[Entry] = [said()]
    for step, call_id in enumerate(("call_1", "call_1", "", "functions.read:0", "x" * 65)):
        part_id = f"part_{step}.0"
        history += [AssistantEntry((call(part_id, call_id),)), ResultsEntry((result(part_id, call_id),))]

    messages = mapper().map(history, MODEL, {})

    parts = [part for message in messages for part in message.parts]
    called = [part.tool_call_id for part in parts if isinstance(part, LibraryCall)]
    answered = [part.tool_call_id for part in parts if isinstance(part, ToolReturnPart)]
    assert called == ["call_1", "part_1_0", "part_2_0", "part_3_0", "part_4_0"]
    assert answered == called


def test_files_are_files_where_the_format_takes_them_and_words_elsewhere() -> None:
    def file(media_type: str, digest: str) -> AttachmentPart:
        return AttachmentPart(
            id=digest, attachment_id=digest, name=f"{digest}.x", media_type=media_type, size=3, sha256=digest
        )

    entry = PersonEntry(
        (
            Note("Restarted."),
            file("image/png", "a"),
            file("text/plain", "b"),
            file("application/json", "c"),
            file("video/mp4", "d"),
            file("image/png", "e"),
        )
    )
    files = {"a": b"png", "b": b"text \xff", "c": b"[1]", "d": b"mp4", "e": None}

    (prompt,) = mapper().map([entry], MODEL, files)[0].parts

    assert isinstance(prompt, UserPromptPart)
    assert prompt.content == [
        "Restarted.",
        BinaryContent(data=b"png", media_type="image/png"),
        "Attached file b.x:\n\ntext \N{REPLACEMENT CHARACTER}",
        "Attached file c.x:\n\n[1]",
        "[The attached file d.x (video/mp4, 3 bytes) cannot be shown to this model.]",
        "[The attached file e.x is no longer there.]",
    ]


def test_what_was_made_of_an_entry_is_kept_for_the_next_step() -> None:
    history = mapper()
    entries: list[Entry] = [said(), AssistantEntry((TextPart(id="a", text="Yes."),))]
    (first,) = responses(history, *entries)

    again = responses(history, *entries, said("And?"), AssistantEntry((TextPart(id="b", text="No."),)))

    assert again[0] is first
    assert [part.content for part in again[1].parts if isinstance(part, LibraryText)] == ["No."]


def test_another_branch_of_the_conversation_is_mapped_anew() -> None:
    history = mapper()
    start = said()
    responses(history, start, AssistantEntry((call("c", "call_1"),)), ResultsEntry((result("c", "call_1"),)))

    (message,) = responses(history, start, AssistantEntry((call("d", "call_1"),)), ResultsEntry((result("d"),)))

    assert [part.tool_call_id for part in message.parts if isinstance(part, LibraryCall)] == ["call_1"]


def test_old_conversations_are_forgotten() -> None:
    class Tracked(str):
        """A text whose end can be seen."""

    history = mapper()
    text = Tracked("Hello?")
    gone = weakref.ref(text)
    history.map([PersonEntry((TextPart.model_construct(id="p", text=text),))], MODEL, {})
    del text
    for number in range(CONVERSATIONS_KEPT):
        history.map([said(str(number))], MODEL, {})

    gc.collect()

    assert gone() is None
