"""A library's events, turned into pieces.

What the provider needs back with a part is told when the part ends, and once more at the end of the answer if it has
changed since: OpenAI encrypts a reasoning item only after its last summary. An answer is complete only if the provider
said how it ended; the library itself does not insist on that.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic_ai.messages import (
    ModelResponsePart,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models import StreamedResponse
from pydantic_ai.usage import RequestUsage
from pydantic_core import to_json

from flowent.domain.parts import ProviderPayload
from flowent.domain.usage import Usage
from flowent.domain.values import JsonObject
from flowent.models import failures
from flowent.models.base import (
    CallPiece,
    Finished,
    FinishReason,
    ModelError,
    PayloadPiece,
    Piece,
    TextPiece,
    ThinkingPiece,
)

_MADE_UP_ID = "pyd_ai_"
"""How an id begins that the library gave to a call without one."""


class AnswerReader:
    """Reads one answer; `read` each event, then `finish`."""

    def __init__(self, adapter: str, model: str) -> None:
        """Say whose payloads these are."""
        self._adapter = adapter
        self._model = model
        self._numbers: dict[int, int] = {}
        self._calls: dict[int, tuple[str, str]] = {}
        self._without_input: set[int] = set()
        self._told: dict[int, JsonObject] = {}

    def read(self, event: ModelResponseStreamEvent) -> Iterator[Piece]:
        """Give the pieces of an event."""
        match event:
            case PartDeltaEvent():
                yield from self._read_delta(event)
            case PartStartEvent():
                yield from self._read_start(event)
            case PartEndEvent():
                yield from self._read_end(event.index, event.part)
            case _:
                return

    def finish(self, stream: StreamedResponse) -> Iterator[Piece]:
        """Give what is left and the end; raises ModelError if the provider has not said how the answer ended."""
        answer = stream.get()
        for index, part in enumerate(answer.parts):
            yield from self._tell_payload(index, part)
        reason = _finish_reason(stream)
        if reason == "filtered":
            yield from self._refusal(answer.provider_details or {})
        yield Finished(reason, _usage(stream.usage))

    def _read_start(self, event: PartStartEvent) -> Iterator[Piece]:
        part = event.part
        if event.index in self._numbers or not isinstance(part, TextPart | ThinkingPart | ToolCallPart):
            return
        number = self._numbers[event.index] = len(self._numbers)
        match part:
            case TextPart():
                yield TextPiece(number, part.content)
            case ThinkingPart():
                yield ThinkingPiece(number, part.content)
            case ToolCallPart():
                call_id = "" if part.tool_call_id.startswith(_MADE_UP_ID) else part.tool_call_id
                self._calls[number] = call_id, part.tool_name
                yield self._call_piece(number, part.args)

    def _read_delta(self, event: PartDeltaEvent) -> Iterator[Piece]:
        number = self._numbers.get(event.index)
        if number is None:
            return
        match event.delta:
            case TextPartDelta() as delta if delta.content_delta:
                yield TextPiece(number, delta.content_delta)
            case ThinkingPartDelta() as delta if delta.content_delta:
                yield ThinkingPiece(number, delta.content_delta)
            case ToolCallPartDelta() as delta if delta.args_delta:
                yield self._call_piece(number, delta.args_delta)
            case _:
                return

    def _read_end(self, index: int, part: ModelResponsePart) -> Iterator[Piece]:
        number = self._numbers.get(index)
        if number in self._without_input:
            yield self._call_piece(number, "{}")
        yield from self._tell_payload(index, part)

    def _call_piece(self, number: int, arguments: str | Mapping[str, Any] | None) -> CallPiece:
        text = arguments if isinstance(arguments, str) else to_json(arguments).decode() if arguments else ""
        if text:
            self._without_input.discard(number)
        else:
            self._without_input.add(number)
        call_id, name = self._calls[number]
        return CallPiece(number, call_id, name, text)

    def _tell_payload(self, index: int, part: ModelResponsePart) -> Iterator[Piece]:
        number = self._numbers.get(index)
        data = _payload_data(part)
        if number is not None and data and self._told.get(number) != data:
            self._told[number] = data
            yield PayloadPiece(number, ProviderPayload(adapter=self._adapter, model=self._model, data=data))

    def _refusal(self, details: Mapping[str, Any]) -> Iterator[Piece]:
        """Show what the provider says about a refusal: OpenAI's model writes it in the answer's place."""
        said = details.get("refusal")
        if isinstance(said, str) and said:
            yield TextPiece(len(self._numbers), said)


def _payload_data(part: ModelResponsePart) -> JsonObject:
    """Give what must come back with a part, as plain JSON; `library_history` rebuilds the part from it."""
    match part:
        case TextPart() | ToolCallPart():
            fields = {"id": part.id, "details": part.provider_details}
        case ThinkingPart():
            fields = {"id": part.id, "signature": part.signature, "details": part.provider_details}
        case _:
            return {}
    return cast("JsonObject", {name: value for name, value in fields.items() if value})


def _finish_reason(stream: StreamedResponse) -> FinishReason:
    details = stream.provider_details or {}
    said = details.get("finish_reason")
    match stream.finish_reason:
        case "stop" | "tool_call":
            return "complete"
        case "length":
            return "length"
        case "content_filter":
            return "filtered"
        case "error":
            raise ModelError(failures.malformed_stream(f"The model ended its answer with {said}."))
        case None if said is not None:
            return "complete"  # an end that the library has no word for
        case None:
            raise ModelError(failures.stream_cut())


def _usage(usage: RequestUsage) -> Usage | None:
    """Count as the domain does; None where the provider gave no numbers, which some tell as zeros."""
    if not usage.input_tokens and not usage.output_tokens:
        return None
    reasoning = usage.output_reasoning_tokens or usage.details.get("reasoning_tokens", 0)
    return Usage(
        input=usage.input_tokens,
        cached=usage.cache_read_tokens,
        cache_written=usage.cache_write_tokens,
        output=usage.output_tokens,
        reasoning=reasoning or usage.details.get("thoughts_tokens", 0),
    )
