"""Puts streamed tool calls together, however a server numbers and names them.

OpenAI gives each call an index, and its id and name once. Seen elsewhere: no index; index 0 for every call (Gemini's
compatible interface); an id that is empty, repeated, or new in every chunk (older vLLM); the name in every chunk, or
in pieces; whole calls resent at the end; arguments as an object instead of its text.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from flowent.domain.parts import ProviderPayload
from flowent.domain.values import JsonObject
from flowent.models.base import CallPiece, PayloadPiece, Piece


@dataclass(slots=True)
class _Call:
    """A call as far as it has come; ``part`` is None until it has begun: its name may still grow."""

    id: str
    name: str = ""
    part: int | None = None
    arguments: list[str] = field(default_factory=list[str])
    given: int = 0
    """How many of the arguments' pieces have been given on."""
    extra: JsonObject | None = None

    @property
    def whole(self) -> bool:
        """Whether the arguments are a complete JSON object."""
        if not self.arguments or not self.arguments[-1].rstrip().endswith("}"):
            return False
        try:
            return isinstance(from_json("".join(self.arguments)), dict)
        except ValueError:
            return False


class CallAssembler:
    """The tool calls of one answer; ``next_part`` numbers a part that begins."""

    def __init__(self, next_part: Callable[[], int]) -> None:
        """Know no call yet."""
        self._next_part = next_part
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._running: _Call | None = None

    def take(self, deltas: list[JsonValue], pieces: list[Piece]) -> None:
        """Take a chunk's calls; `flush` gives the rest of what they say."""
        for delta in deltas:
            if isinstance(delta, dict):
                self._take(delta, pieces)

    def flush(self, pieces: list[Piece]) -> None:
        """Give the arguments that have come since the last time."""
        call = self._running
        if call is not None and call.part is not None and call.given < len(call.arguments):
            pieces.append(CallPiece(call.part, call.id, call.name, "".join(call.arguments[call.given :])))
            call.given = len(call.arguments)

    def finish(self, adapter: str, model: str, pieces: list[Piece]) -> None:
        """Begin whatever has no arguments, and give what the provider needs back."""
        self.flush(pieces)
        for call in self._calls:
            self._begin(call, pieces)
        for call in self._calls:
            if call.extra is not None and call.part is not None:
                payload = ProviderPayload(adapter=adapter, model=model, data={"extra_content": call.extra})
                pieces.append(PayloadPiece(call.part, payload))

    def _take(self, delta: JsonObject, pieces: list[Piece]) -> None:
        function = delta.get("function")
        function = function if isinstance(function, dict) else {}
        call_id, name = _text(delta.get("id")), _text(function.get("name"))
        arguments = function.get("arguments")
        text = _text(arguments) if isinstance(arguments, str) or arguments is None else to_json(arguments).decode()
        index = delta.get("index")
        call = self._find(index if isinstance(index, int) else None, call_id, name, text, pieces)
        if name and call_id and call.id == call_id and call.whole:
            return  # the whole call once more
        if not call.id:
            call.id = call_id
        if name and name != call.name and call.part is None:
            call.name += name
        extra = delta.get("extra_content")
        if isinstance(extra, dict):
            call.extra = extra
        if text:
            if call is not self._running:
                self.flush(pieces)
                self._running = call
            if call.part is None:
                call.part = self._next_part()
            call.arguments.append(text)

    def _find(self, index: int | None, call_id: str, name: str, text: str, pieces: list[Piece]) -> _Call:
        """Give the call that a delta continues, or a new one."""
        if index is not None:
            call = self._by_index.get(index)
        elif call_id:
            known = (call for call in self._calls if call.id == call_id)
            call = next(known, self._calls[-1] if self._calls and not name else None)
        else:
            call = self._calls[-1] if self._calls else None
        if call is not None and not _is_another(call, call_id, name, text):
            return call
        self.flush(pieces)
        for earlier in self._calls:  # parts are numbered in the order in which they began
            self._begin(earlier, pieces)
        new = _Call(call_id)
        self._calls.append(new)
        if index is not None:
            self._by_index[index] = new
        return new

    def _begin(self, call: _Call, pieces: list[Piece]) -> None:
        if call.part is None:
            call.part = self._next_part()
            pieces.append(CallPiece(call.part, call.id, call.name, ""))


def _is_another(call: _Call, call_id: str, name: str, text: str) -> bool:
    """Whether a delta that looks like it belongs to a call begins one of its own. Only a name can."""
    if not name:
        return False
    if call_id and call.id:
        return call_id != call.id
    return call.whole and (name != call.name or bool(text))


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
