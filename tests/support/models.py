"""Asking models in tests: an endpoint at the scripted provider, a request, and an answer put together again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from flowent.domain.failures import Failure
from flowent.domain.parts import OutputPart, ProviderPayload, TextPart, ThinkingPart, ToolPart, ToolResult
from flowent.domain.transcript import AssistantEntry, CallResult, Entry, PersonEntry, ResultsEntry
from flowent.models.base import (
    CallPiece,
    Endpoint,
    Finished,
    Format,
    Model,
    ModelError,
    ModelRequest,
    PayloadPiece,
    Piece,
    TextPiece,
    ThinkingPiece,
    Timeouts,
    ToolSpec,
)
from flowent.scripted.formats import FormatName
from flowent.scripted.process import ScriptedProvider

SCRIPTED: dict[Format, FormatName] = {
    "openai": "chat",
    "openai_responses": "responses",
    "anthropic": "anthropic",
    "gemini": "gemini",
}
"""What the scripted provider calls each format."""

NAMES: dict[Format, str] = {
    "openai": "gpt-5-mini",
    "openai_responses": "gpt-5",
    "anthropic": "claude-sonnet-4-6",
    "gemini": "gemini-2.5-pro",
}
"""A model of each format that can do everything."""

SIGNING: tuple[Format, ...] = ("openai_responses", "anthropic", "gemini")
"""The formats whose providers sign or encrypt reasoning, and check it."""

every_format = pytest.mark.parametrize("wire_format", list(SCRIPTED))
signing_formats = pytest.mark.parametrize("wire_format", SIGNING)

KEY = "sk-canary-0123456789abcdef"

READ = ToolSpec(
    "read_file",
    "Reads a file.",
    {
        "type": "object",
        "properties": {"path": {"type": "string"}, "limit": {"type": "integer", "default": 200}},
        "required": ["path"],
        "additionalProperties": False,
    },
)


@dataclass
class Answer:
    """One answer; ``finished`` is None where it failed."""

    parts: list[OutputPart] = field(default_factory=list[OutputPart])
    finished: Finished | None = None
    failure: Failure | None = None
    batches: int = 0

    @property
    def text(self) -> str:
        """All text, without reasoning."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def thinking(self) -> str:
        """All reasoning."""
        return "".join(part.text for part in self.parts if isinstance(part, ThinkingPart))

    @property
    def calls(self) -> list[ToolPart]:
        """The tool calls in order."""
        return [part for part in self.parts if isinstance(part, ToolPart)]

    def entry(self) -> AssistantEntry:
        """The answer as history."""
        return AssistantEntry(tuple(self.parts))

    def results(self, *texts: str) -> ResultsEntry:
        """Results of its calls, in order."""
        return ResultsEntry(
            tuple(
                CallResult(call.id, call.call_id, call.name, ToolResult(model_text=text), failed=False)
                for call, text in zip(self.calls, texts, strict=True)
            )
        )


def said(text: str, *, name: str = "p") -> PersonEntry:
    """What a person says."""
    return PersonEntry((TextPart(id=name, text=text),))


async def no_blobs(sha256: str) -> bytes:
    """Attachments of a request that has none."""
    raise KeyError(sha256)


def asking(wire_format: Format, *entries: Entry, tools: Sequence[ToolSpec] = ()) -> ModelRequest:
    """A request to the format's usual model."""
    return ModelRequest(NAMES[wire_format], ("You are tested.",), entries or (said("Hello?"),), tuple(tools), no_blobs)


def endpoint(wire_format: Format, base_url: str, *, timeouts: Timeouts | None = None, name: str = "p") -> Endpoint:
    """An endpoint with the usual key."""
    return Endpoint(f"{wire_format}-{name}", wire_format, base_url, KEY, timeouts=timeouts or Timeouts())


async def ask(model: Model, request: ModelRequest, *, step: str = "s") -> Answer:
    """Ask and put the parts together; a failure ends the answer and is kept. ``step`` keeps part ids apart."""
    answer = Answer()
    try:
        async for batch in model.stream(request):
            answer.batches += 1
            for piece in batch:
                _add(answer, piece, step)
    except ModelError as error:
        answer.failure = error.failure
    return answer


def _add(answer: Answer, piece: Piece, step: str) -> None:
    match piece:
        case Finished():
            assert answer.finished is None
            answer.finished = piece
        case PayloadPiece():
            answer.parts[piece.part] = answer.parts[piece.part].model_copy(update={"payload": piece.payload})
        case _:
            if piece.part == len(answer.parts):
                answer.parts.append(_begin(piece, step))
            else:
                answer.parts[piece.part] = _go_on(answer.parts[piece.part], piece)


def _begin(piece: TextPiece | ThinkingPiece | CallPiece, step: str) -> OutputPart:
    part_id = f"part_{step}.{piece.part}"
    match piece:
        case TextPiece():
            return TextPart(id=part_id, text=piece.text)
        case ThinkingPiece():
            return ThinkingPart(id=part_id, text=piece.text)
        case CallPiece():
            return ToolPart(id=part_id, call_id=piece.call_id, name=piece.name, input=piece.text)


def _go_on(part: OutputPart, piece: TextPiece | ThinkingPiece | CallPiece) -> OutputPart:
    match part, piece:
        case (TextPart(), TextPiece()) | (ThinkingPart(), ThinkingPiece()):
            return part.model_copy(update={"text": part.text + piece.text})
        case ToolPart(), CallPiece():
            assert (part.name, part.call_id) == (piece.name, piece.call_id)
            return part.model_copy(update={"input": part.input + piece.text})
        case _:
            raise AssertionError(f"{piece} does not go on with {part}")


def from_another_model(answer: Answer) -> Answer:
    """The same answer as if another model had given it."""
    parts: list[OutputPart] = []
    for part in answer.parts:
        payload = part.payload
        other = payload and ProviderPayload(adapter=payload.adapter, model="another-model", data=payload.data)
        changed: dict[str, object] = {"payload": other}
        if isinstance(part, ToolPart):
            changed["call_id"] = f"other-{part.call_id}"
        parts.append(part.model_copy(update=changed))
    return replace(answer, parts=parts)


async def body(provider: ScriptedProvider, number: int = -1) -> Any:
    """What a request held."""
    return (await provider.report()).requests[number].body


def effort_sent(wire_format: Format, sent: Any) -> Any:
    """How long the model was told to think; None where nothing was said."""
    match wire_format:
        case "openai":
            return sent.get("reasoning_effort")
        case "openai_responses":
            return sent.get("reasoning", {}).get("effort")
        case "anthropic":
            return sent.get("thinking") or sent.get("output_config")
        case "gemini":
            return sent.get("generationConfig", {}).get("thinkingConfig")
