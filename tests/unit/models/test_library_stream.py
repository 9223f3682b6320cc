"""A library's events as pieces: what the scripted provider cannot be made to send."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic_ai.messages import BinaryContent as Binary
from pydantic_ai.messages import (
    FilePart,
    FinishReason,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models import ModelRequestParameters, StreamedResponse

from flowent.domain.parts import ProviderPayload
from flowent.models.base import CallPiece, Finished, ModelError, PayloadPiece, Piece, TextPiece, ThinkingPiece
from flowent.models.library_stream import AnswerReader


@dataclass
class Ended(StreamedResponse):
    """A stream that was read to its end."""

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        return
        yield

    @property
    def model_name(self) -> str:
        return "model"

    @property
    def provider_name(self) -> str:
        return "provider"

    @property
    def provider_url(self) -> str:
        return "https://api.example.com"

    @property
    def timestamp(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


def ended(reason: FinishReason | None = "stop", **details: Any) -> Ended:
    """A stream that ended for a reason."""
    stream = Ended(ModelRequestParameters())
    stream.finish_reason = reason
    stream.provider_details = details or None
    return stream


def read(*events: ModelResponseStreamEvent) -> list[Piece]:
    """Read events."""
    reader = AnswerReader("adapter", "model")
    return [piece for event in events for piece in reader.read(event)]


def told(part: int, **data: Any) -> PayloadPiece:
    """What the provider needs back with a part."""
    return PayloadPiece(part, ProviderPayload(adapter="adapter", model="model", data=data))


def test_what_must_come_back_is_told_again_when_it_has_changed() -> None:
    first = ThinkingPart("First summary.", id="rs_1", provider_name="provider")
    second = ThinkingPart("Second summary.", id="rs_1", provider_name="provider")
    reader = AnswerReader("adapter", "model")
    events = (
        PartStartEvent(index=0, part=first),
        PartEndEvent(index=0, part=first),
        PartStartEvent(index=1, part=second),
        PartEndEvent(index=1, part=second),
    )
    pieces = [piece for event in events for piece in reader.read(event)]
    stream = ended()
    for number, part in enumerate((ThinkingPart("First summary.", id="rs_1", signature="sealed"), second)):
        list(
            stream._parts_manager.handle_thinking_delta(  # pyright: ignore[reportPrivateUsage]
                vendor_part_id=number, content=part.content, id=part.id, signature=part.signature
            )
        )

    pieces += reader.finish(stream)

    assert [piece for piece in pieces if isinstance(piece, PayloadPiece)] == [
        told(0, id="rs_1"),
        told(1, id="rs_1"),
        told(0, id="rs_1", signature="sealed"),
    ]
    assert pieces[-1] == Finished("complete", None)


def test_parts_that_are_not_shown_do_not_count() -> None:
    image = FilePart(content=Binary(data=b"png", media_type="image/png"))

    pieces = read(
        PartStartEvent(index=0, part=image),
        PartStartEvent(index=1, part=TextPart("Yes")),
        PartDeltaEvent(index=1, delta=TextPartDelta(".")),
        PartDeltaEvent(index=0, delta=TextPartDelta("lost")),
    )

    assert pieces == [TextPiece(0, "Yes"), TextPiece(0, ".")]


def test_hidden_reasoning_is_a_part_without_text() -> None:
    sealed = ThinkingPart("", id="redacted_thinking", signature="sealed")

    pieces = read(PartStartEvent(index=0, part=sealed), PartEndEvent(index=0, part=sealed))

    assert pieces == [ThinkingPiece(0, ""), told(0, id="redacted_thinking", signature="sealed")]


def test_a_call_without_arguments_has_an_empty_object() -> None:
    part = ToolCallPart("list_dir", None, "call_1")

    pieces = read(PartStartEvent(index=0, part=part), PartEndEvent(index=0, part=part))

    assert pieces == [CallPiece(0, "call_1", "list_dir", ""), CallPiece(0, "call_1", "list_dir", "{}")]


def test_arguments_in_pieces_are_not_completed() -> None:
    part = ToolCallPart("list_dir", "", "call_1")

    pieces = read(
        PartStartEvent(index=0, part=part),
        PartDeltaEvent(index=0, delta=ToolCallPartDelta(args_delta='{"a":')),
        PartDeltaEvent(index=0, delta=ToolCallPartDelta(args_delta="1}")),
        PartEndEvent(index=0, part=part),
    )

    assert "".join(piece.text for piece in pieces if isinstance(piece, CallPiece)) == '{"a":1}'


def test_an_id_that_the_library_made_up_is_none() -> None:
    part = ToolCallPart("list_dir", {"path": "ä"})

    (piece,) = read(PartStartEvent(index=0, part=part))

    assert piece == CallPiece(0, "", "list_dir", '{"path":"ä"}')


def test_a_refusal_says_what_the_model_said() -> None:
    reader = AnswerReader("adapter", "model")

    pieces = list(reader.finish(ended("content_filter", refusal="I cannot help with that.")))

    assert pieces == [TextPiece(0, "I cannot help with that."), Finished("filtered", None)]


def test_an_end_that_nobody_announced_is_a_cut() -> None:
    with pytest.raises(ModelError) as raised:
        list(AnswerReader("adapter", "model").finish(ended(None)))

    assert raised.value.failure.kind == "stream_cut"


def test_an_end_of_an_unknown_kind_is_an_end() -> None:
    pieces = list(AnswerReader("adapter", "model").finish(ended(None, finish_reason="paused")))

    assert pieces == [Finished("complete", None)]
