"""The port that every wire format renders answers through, and what an answer is before it has a format.

Invariants: a chunk of a rendered stream carries exactly one content delta, together with the structural events that
come before it; nothing that the client must see is outside `opening`, `chunks` and `closing`, in this order.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import JsonValue

from flowent.scripted.failure import Failure
from flowent.scripted.requests.base import Issued
from flowent.scripted.script import Finish, InStreamError, Step, Usage

BlockKind = Literal["thinking", "redacted", "text", "tool_call"]

_WORDS = ("the ", "plan ", "holds ", "and ", "each ", "step ", "is ", "small ", "so ", "work ", "goes ", "on ")


@dataclass(frozen=True, slots=True)
class Block:
    """One part of an answer, cut into chunks that are already JSON strings (with quotes) in bytes."""

    kind: BlockKind
    text: str
    chunks: tuple[bytes, ...]
    name: str = ""
    call_id: str | None = None
    arguments: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a step answers, prepared once however often the step is repeated."""

    blocks: tuple[Block, ...]
    finish: Finish
    raw_finish: str | None
    usage: Usage | None
    usage_is_estimated: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one request.

    Attributes:
        content: What is answered.
        identity: Unique; each format puts its own prefix before it.
        model: The model's name as the client gave it.
        created: Unix time in seconds.
        issued: Takes what a client must replay later.
        usage: Tokens, or None where the provider says nothing about them.
        wants_usage: Whether a chat client asked for usage in the stream.
        wants_encrypted: Whether a Responses client asked for encrypted reasoning.
        binding: What signatures of thinking are bound to besides the thinking itself (Anthropic).
    """

    content: Content
    identity: str
    model: str
    created: int
    issued: Issued
    usage: Usage | None
    wants_usage: bool = True
    wants_encrypted: bool = True
    binding: Callable[[], tuple[str, ...]] = tuple


@dataclass(frozen=True, slots=True)
class Stream:
    """A rendered stream: `chunks` hold one content delta each."""

    opening: bytes
    chunks: Sequence[bytes]
    closing: bytes


@dataclass(slots=True)
class StreamBuilder:
    """Collects server-sent events into a `Stream`."""

    _opening: bytes | None = None
    _pending: list[bytes] = field(default_factory=list[bytes])
    _chunks: list[bytes] = field(default_factory=list[bytes])

    def event(self, event: bytes) -> None:
        """Add a structural event; it travels with the next content delta, or with the end."""
        self._pending.append(event)

    def opened(self) -> None:
        """Say that everything so far is sent at once, before any content."""
        self._opening = b"".join(self._pending)
        self._pending.clear()

    def delta(self, event: bytes) -> None:
        """Add an event with one piece of content."""
        if self._pending:
            self._pending.append(event)
            event = b"".join(self._pending)
            self._pending.clear()
        self._chunks.append(event)

    def deltas(self, before: bytes, chunks: Sequence[bytes], after: bytes) -> None:
        """Add one content event per chunk; only the chunk differs, so nothing is serialised again."""
        if not chunks:
            return
        self.delta(before + chunks[0] + after)
        self._chunks.extend([before + chunk + after for chunk in chunks[1:]])

    def built(self) -> Stream:
        """The stream; events after the last content delta become its closing."""
        return Stream(opening=self._opening or b"", chunks=self._chunks, closing=b"".join(self._pending))


class Renderer(Protocol):
    """Gives an answer the shape of one wire format."""

    def stream(self, answer: Answer) -> Stream:
        """The answer as server-sent events."""
        ...

    def whole(self, answer: Answer) -> bytes:
        """The answer as one JSON body."""
        ...

    def model_list(self, ids: Sequence[str]) -> bytes:
        """The JSON body of the list of models."""
        ...

    def failure(self, failure: Failure) -> bytes:
        """The JSON body of a failed request."""
        ...

    def stream_error(self, error: InStreamError, answer: Answer, stream: Stream) -> bytes:
        """The events that report an error inside a stream, in place of the rest of it."""
        ...


def prepare(step: Step) -> Content:
    """Cut a step's parts into chunks and settle its finish reason and usage."""
    blocks = tuple(_blocks(step))
    calls_tools = any(block.kind == "tool_call" for block in blocks)
    estimated = step.usage is None
    usage = _estimate(blocks) if step.usage is None else (None if step.usage == "none" else step.usage)
    return Content(
        blocks=blocks,
        finish=step.finish or ("tool_calls" if calls_tools else "stop"),
        raw_finish=step.raw_finish,
        usage=usage,
        usage_is_estimated=estimated,
    )


def dumps(value: object) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _blocks(step: Step) -> Iterator[Block]:
    for part in step.content:
        match part.type:
            case "thinking":
                kind: BlockKind = "redacted" if part.redacted else "thinking"
                yield Block(kind=kind, text=part.text, chunks=_cut(part.text, step.chunk_size))
            case "text":
                if part.tokens is not None:
                    words = [_WORDS[number % len(_WORDS)] for number in range(part.tokens)]
                    yield Block(kind="text", text="".join(words), chunks=tuple(dumps(word) for word in words))
                else:
                    yield Block(kind="text", text=part.text or "", chunks=_cut(part.text or "", step.chunk_size))
            case "tool_call":
                raw = isinstance(part.arguments, str)
                text = part.arguments if isinstance(part.arguments, str) else dumps(part.arguments).decode()
                yield Block(
                    kind="tool_call",
                    text=text,
                    chunks=_cut(text, step.chunk_size),
                    name=part.name,
                    call_id=part.id,
                    arguments=None if raw or isinstance(part.arguments, str) else part.arguments,
                )


def _cut(text: str, size: int) -> tuple[bytes, ...]:
    return tuple(dumps(text[start : start + size]) for start in range(0, len(text), size))


def _estimate(blocks: Sequence[Block]) -> Usage:
    """Output at four characters a token, or a chunk a token for generated text; the request adds its input."""
    reasoning = sum(-(-len(block.text) // 4) for block in blocks if block.kind in {"thinking", "redacted"})
    rest = sum(-(-len(block.text) // 4) for block in blocks if block.kind not in {"thinking", "redacted"})
    return Usage(output=reasoning + rest, reasoning=reasoning)
