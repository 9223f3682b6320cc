"""The port to a model: one request in, a stream of typed pieces out.

An adapter yields batches of pieces in the order in which the provider sent them (a batch is whatever one read from the
network held, so that a token costs no switch of tasks) and ends with exactly one `Finished`; anything else is raised
as `ModelError`. A stream that ends without the provider's own end mark is a failure (``stream_cut``), never a success.
Adapters do not retry: the engine does, visibly. Cancelling the task that reads the stream closes the connection at
once.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from flowent.domain.failures import Failure
from flowent.domain.parts import ProviderPayload
from flowent.domain.transcript import Entry
from flowent.domain.usage import Usage
from flowent.domain.values import JsonObject, ReasoningEffort

Format = Literal["openai", "openai_responses", "anthropic", "gemini"]


class ModelError(Exception):
    """A model call failed; `failure` is written for the person."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure that ends the call."""
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model is told of it; ``parameters`` is a JSON Schema of type object."""

    name: str
    description: str
    parameters: JsonObject


BlobReader = Callable[[str], Awaitable[bytes]]
"""Gives the bytes of a blob by its SHA-256; raises KeyError if there is none."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model.

    ``instructions`` are the system prompt's fragments in order. ``read_blob`` loads attachments, which are sent as
    images, documents or text as the format allows. ``max_output_tokens`` None leaves it to the provider or, where
    the format demands a number, to the catalogue.
    """

    model: str
    instructions: tuple[str, ...]
    entries: Sequence[Entry]
    tools: tuple[ToolSpec, ...]
    read_blob: BlobReader
    reasoning_effort: ReasoningEffort = "default"
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Text arrived for the part of that number; parts are numbered from 0 in the order in which they began."""

    part: int
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingPiece:
    """Reasoning arrived for that part; ``text`` may be empty where a provider hides it."""

    part: int
    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A tool call begins or goes on: ``text`` is the next piece of its arguments' JSON text.

    ``name`` is complete from the first piece of a call on, ``call_id`` is the provider's and may be empty.
    """

    part: int
    call_id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PayloadPiece:
    """What the provider needs back with that part; the last one of a part counts."""

    part: int
    payload: ProviderPayload


FinishReason = Literal["complete", "length", "filtered"]


@dataclass(frozen=True, slots=True)
class Finished:
    """The provider's own end of the answer. ``usage`` is None where it gave no numbers."""

    reason: FinishReason
    usage: Usage | None = None


Piece = TextPiece | ThinkingPiece | CallPiece | PayloadPiece | Finished


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the catalogue knows of a model; None is unknown. Prices are in US dollars for a million tokens."""

    id: str
    name: str | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None
    input_price: float | None = None
    cached_price: float | None = None
    output_price: float | None = None


class Model(Protocol):
    """A provider's endpoint in one wire format."""

    @property
    def adapter(self) -> str:
        """The tag of this adapter's opaque payloads."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        """Ask; raises ModelError. Close the generator (or cancel the reader) to hang up."""
        ...

    async def list_models(self) -> list[ModelFacts]:
        """Ask the provider which models it has; raises ModelError."""
        ...


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a silent provider is waited for, in seconds."""

    connect: float = 10.0
    first_chunk: float = 120.0
    between_chunks: float = 60.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how a provider is reached. ``base_url`` is as a person typed it; see `flowent.models.urls`."""

    provider_id: str
    format: Format
    base_url: str
    api_key: str | None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    timeouts: Timeouts = Timeouts()

    def __repr__(self) -> str:
        """Show neither key nor headers: they are secrets."""
        return f"Endpoint({self.provider_id!r}, {self.format!r}, {self.base_url!r})"
