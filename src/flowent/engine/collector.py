"""Gathers one step's output: what to tell watchers next, and the complete parts at its end.

Known secrets are taken out here, before anything is journalled: text that may be the beginning of a secret is held
back until more of it has arrived. The parts are made of exactly what the deltas said.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from flowent.domain.events import Delta, StoredEvent, ThinkingDelta, ToolInputDelta
from flowent.domain.parts import OutputPart, ProviderPayload, TextPart, ThinkingPart, ToolPart
from flowent.engine.ports import Redactor
from flowent.models.base import CallPiece, Finished, PayloadPiece, Piece, TextPiece, ThinkingPiece


@dataclass(slots=True)
class _Part:
    """One part as it arrives: ``fresh`` has not been told to anyone, ``told`` has."""

    kind: Literal["text", "thinking", "tool"]
    name: str = ""
    call_id: str = ""
    fresh: list[str] = field(default_factory=list[str])
    told: list[str] = field(default_factory=list[str])
    payload: ProviderPayload | None = None
    begun: float = 0
    ended: float | None = None


class Collector:
    """One attempt of one step; see the module."""

    def __init__(
        self, message_id: str, index: int, attempt: int, redactor: Redactor, monotonic: Callable[[], float]
    ) -> None:
        """Start with nothing arrived; ``monotonic`` tells seconds."""
        self.size = 0
        """Bytes (at least characters) that arrived since the last `take`."""
        self.finished: Finished | None = None
        self._message_id = message_id
        self._index = index
        self._attempt = attempt
        self._redactor = redactor
        self._monotonic = monotonic
        self._parts: dict[int, _Part] = {}
        self._latest: _Part | None = None

    def add(self, piece: Piece) -> None:
        """Keep a piece. Called for every token: it only appends."""
        match piece:
            case TextPiece():
                part = self._parts.get(piece.part) or self._begin(piece.part, "text")
            case ThinkingPiece():
                part = self._parts.get(piece.part) or self._begin(piece.part, "thinking")
            case CallPiece():
                part = self._parts.get(piece.part) or self._begin(piece.part, "tool")
                part.name = piece.name
                part.call_id = piece.call_id or part.call_id
            case PayloadPiece():
                part = self._parts.get(piece.part) or self._begin(piece.part, "thinking")
                part.payload = piece.payload
                return
            case Finished():
                self.finished = piece
                self._end(self._monotonic())
                return
        part.fresh.append(piece.text)
        self.size += len(piece.text)

    def take(self, *, last: bool = False) -> list[StoredEvent]:
        """Give what arrived since the last time as deltas; ``last`` lets out what was held back."""
        self.size = 0
        deltas: list[StoredEvent] = []
        for number, part in self._parts.items():
            if not part.fresh:
                continue
            text = "".join(part.fresh)
            kept = 0 if last else self._redactor.held_back(text)
            part.fresh = [text[len(text) - kept :]] if kept else []
            out = self._redactor.redact(text[: len(text) - kept])
            if out or (part.kind == "tool" and not part.told):
                part.told.append(out)
                deltas.append(self._delta(number, part, out))
        return deltas

    def parts(self) -> tuple[OutputPart, ...]:
        """Give the complete parts; after `take` with ``last``. Empty ones that no provider needs are left out."""
        parts: list[OutputPart] = []
        for number, part in sorted(self._parts.items()):
            text = "".join(part.told)
            part_id = self._part_id(number)
            match part.kind:
                case "text" if text or part.payload:
                    parts.append(TextPart(id=part_id, text=text, payload=part.payload))
                case "thinking" if text or part.payload:
                    ended = self._monotonic() if part.ended is None else part.ended
                    took = max(0, round((ended - part.begun) * 1000))
                    parts.append(ThinkingPart(id=part_id, text=text, payload=part.payload, duration_ms=took))
                case "tool":
                    call_id = self._redactor.redact(part.call_id)
                    parts.append(
                        ToolPart(id=part_id, call_id=call_id, name=part.name, input=text, payload=part.payload)
                    )
                case _:
                    pass
        return tuple(parts)

    def partial(self) -> tuple[OutputPart, ...]:
        """Give what arrived of an output that was cut: a call that was still being written is not part of it."""
        self.take(last=True)
        return tuple(part for part in self.parts() if not isinstance(part, ToolPart))

    def _begin(self, number: int, kind: Literal["text", "thinking", "tool"]) -> _Part:
        now = self._monotonic()
        self._end(now)
        part = self._parts[number] = self._latest = _Part(kind, begun=now)
        return part

    def _end(self, now: float) -> None:
        """A part is over when the next one begins, or the output ends."""
        if self._latest is not None and self._latest.ended is None:
            self._latest.ended = now

    def _part_id(self, number: int) -> str:
        return f"{self._message_id}.{self._index}.{self._attempt}.{number}"

    def _delta(self, number: int, part: _Part, text: str) -> StoredEvent:
        part_id = self._part_id(number)
        match part.kind:
            case "text":
                return Delta(
                    message_id=self._message_id, index=self._index, attempt=self._attempt, part_id=part_id, text=text
                )
            case "thinking":
                return ThinkingDelta(
                    message_id=self._message_id, index=self._index, attempt=self._attempt, part_id=part_id, text=text
                )
            case "tool":
                return ToolInputDelta(
                    message_id=self._message_id,
                    index=self._index,
                    attempt=self._attempt,
                    part_id=part_id,
                    name=part.name,
                    text=text,
                )
