"""Decodes streamed chat completions into pieces; the hot path of every token.

Formats: https://platform.openai.com/docs/api-reference/chat-streaming and what compatible servers make of it.
Invariants:

- however the bytes are cut into reads, the same texts, calls and payloads come out in the same order; text of one
  part that arrives in one read is one piece;
- an answer is complete only once its ``finish_reason`` has come: `[DONE]` alone does not make it so;
- trouble ends the decoding and is kept in `failure`, so that the pieces before it are not lost.

A server that does not stream answers with one JSON document, whose ``message`` is read like one large delta.

Reasoning is kept for the next request as the server gave it: the name of the field that held it, or the merged
`reasoning_details` of OpenRouter and MiniMax; of a tool call, Google's `extra_content` (thought signatures).
"""

import re
from typing import Literal, cast

from pydantic import JsonValue
from pydantic_core import from_json

from flowent.domain.failures import Failure
from flowent.domain.parts import ProviderPayload
from flowent.domain.values import JsonObject
from flowent.models import failures
from flowent.models.base import Finished, FinishReason, PayloadPiece, Piece, TextPiece, ThinkingPiece
from flowent.models.openai_chat_calls import CallAssembler
from flowent.models.openai_chat_usage import read_usage
from flowent.models.sse import EventSplitter

_FINISH: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",  # Mistral
    "model_context_window_exceeded": "length",  # Z.ai
    "content_filter": "filtered",
    "sensitive": "filtered",  # Z.ai
}
"""Reasons that are not plain completions; whatever is unknown is one, for servers invent names for it."""

_BROKEN_OFF = frozenset({"error", "abort", "network_error", "insufficient_system_resource"})
"""Reasons by which OpenRouter, vLLM, Z.ai and DeepSeek say that the answer is not whole."""


class ChatStreamDecoder:
    """One answer, from its first byte to its end.

    ``done`` means that nothing more will come out of `feed`: the server said so, or `failure` is set. ``model`` is
    the name that opaque payloads are tagged with; ``secrets`` are kept out of failures.
    """

    def __init__(self, adapter: str, model: str, secrets: tuple[str, ...] = ()) -> None:
        """Start at the beginning of an answer."""
        self.failure: Failure | None = None
        self.done = False
        self.began = False
        """Whether any chunk of the answer has come."""
        self._adapter = adapter
        self._model = model
        self._secrets = secrets
        self._events = EventSplitter()
        self._reason: str | None = None
        self._usage: JsonValue = None
        self._parts = 0
        self._part = 0
        self._open: Literal["text", "thinking"] | None = None
        self._texts: list[str] = []
        self._field = ""
        self._details: list[JsonObject] = []
        self._details_part = 0
        self._calls = CallAssembler(self._next_part)

    @property
    def ended(self) -> bool:
        """Whether the server has said why it stopped; usage may still follow."""
        return self._reason is not None

    def feed(self, read: bytes) -> list[Piece]:
        """Decode the next bytes."""
        pieces: list[Piece] = []
        for event in self._events.feed(read):
            self._event(event, pieces)
            if self.done:
                break
        if self._events.overflowed and not self.done:
            self._fail(failures.malformed_stream("One event is longer than 8 MiB."))
        self._flush(pieces)
        return pieces

    def finish(self) -> list[Piece]:
        """End the answer; gives `Finished` last, or sets `failure` where the end is not the server's own."""
        pieces: list[Piece] = []
        if not self.done:
            for event in self._events.close():
                # What is left of an event that was torn off is no sign of a server that writes garbage.
                if self._events.document or event.strip() == b"[DONE]" or _parses(event):
                    self._event(event, pieces)
        if self.failure is not None:
            self._flush(pieces)
            return pieces
        if self._reason is None or self._reason in _BROKEN_OFF:
            self._flush(pieces)
            said = f"finish_reason: {self._reason}" if self._reason else ""
            self._fail(failures.stream_cut(said))
            return pieces
        self._close_part(pieces)
        self._calls.finish(self._adapter, self._model, pieces)
        if self._details:
            payload = self._payload({"reasoning_details": cast("list[JsonValue]", self._details)})
            pieces.append(PayloadPiece(self._details_part, payload))
        pieces.append(Finished(_FINISH.get(self._reason, "complete"), read_usage(self._usage)))
        return pieces

    def _event(self, event: bytes, pieces: list[Piece]) -> None:
        try:
            chunk = cast(JsonValue, from_json(event))
        except ValueError as error:
            if event.strip() == b"[DONE]":
                self.done = True
                return
            mended = _mend(event)
            if mended is None:
                if event.strip():
                    self._garbled(f"{error}: ", event)
                return
            chunk = mended
        if not isinstance(chunk, dict):
            self._garbled("Not an object: ", event)
            return
        if chunk.get("error") or chunk.get("object") == "error" or chunk.get("type") == "error":
            self._fail(failures.from_error_event(event.decode(errors="replace"), secrets=self._secrets))
            return
        self.began = True
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if isinstance(choice, dict):
            delta = choice.get("delta") or choice.get("message")
            if isinstance(delta, dict):
                self._delta(delta, pieces)
            reason = choice.get("finish_reason")
            if isinstance(reason, str) and reason:
                self._reason = reason
        usage = chunk.get("usage") or _elsewhere(chunk, choice)
        if usage:
            self._usage = usage

    def _delta(self, delta: JsonObject, pieces: list[Piece]) -> None:
        for field in ("reasoning_content", "reasoning"):
            reasoning = delta.get(field)
            if reasoning and isinstance(reasoning, str):
                self._say("thinking", reasoning, pieces)
                self._field = field
                break
        details = delta.get("reasoning_details")
        if details and isinstance(details, list):
            self._keep_details(details, pieces)
        content = delta.get("content")
        if content:
            if isinstance(content, str):
                self._say("text", content, pieces)
            elif isinstance(content, list):
                self._say_items(content, pieces)
        refusal = delta.get("refusal")
        if refusal and isinstance(refusal, str):
            self._say("text", refusal, pieces)
        calls = delta.get("tool_calls")
        if calls and isinstance(calls, list):
            self._close_part(pieces)
            self._calls.take(calls, pieces)

    def _say(self, kind: Literal["text", "thinking"], text: str, pieces: list[Piece]) -> None:
        if kind != self._open:
            self._close_part(pieces)
            self._open = kind
            self._part = self._next_part()
        self._texts.append(text)

    def _say_items(self, items: list[JsonValue], pieces: list[Piece]) -> None:
        """Take content that is a list: Mistral's thinking, and text of servers that wrap it."""
        for item in items:
            if not isinstance(item, dict):
                continue
            if isinstance(thinking := item.get("thinking"), list):
                for thought in thinking:
                    if isinstance(thought, dict) and isinstance(text := thought.get("text"), str) and text:
                        self._say("thinking", text, pieces)
            elif isinstance(text := item.get("text", item.get("refusal")), str) and text:
                self._say("text", text, pieces)

    def _keep_details(self, details: list[JsonValue], pieces: list[Piece]) -> None:
        """Merge the pieces of each detail; their text is shown only where no other field holds it."""
        spoken = bool(self._field)
        if not self._details:
            if self._open != "thinking":
                self._close_part(pieces)
                self._open = "thinking"
                self._part = self._next_part()
                pieces.append(ThinkingPiece(self._part, ""))
            self._details_part = self._part
        for detail in details:
            if not isinstance(detail, dict):
                continue
            shown = detail.get("text") or detail.get("summary")
            if not spoken and isinstance(shown, str) and shown:
                self._say("thinking", shown, pieces)
            _merge(self._details, detail)

    def _flush(self, pieces: list[Piece]) -> None:
        if self._texts:
            text = self._texts[0] if len(self._texts) == 1 else "".join(self._texts)
            self._texts.clear()
            pieces.append(TextPiece(self._part, text) if self._open == "text" else ThinkingPiece(self._part, text))
        self._calls.flush(pieces)

    def _close_part(self, pieces: list[Piece]) -> None:
        self._flush(pieces)
        if self._open == "thinking" and self._field:
            pieces.append(PayloadPiece(self._part, self._payload({"field": self._field})))
        self._open = None

    def _next_part(self) -> int:
        self._parts += 1
        return self._parts - 1

    def _payload(self, data: JsonObject) -> ProviderPayload:
        return ProviderPayload(adapter=self._adapter, model=self._model, data=data)

    def _garbled(self, why: str, event: bytes) -> None:
        self._fail(failures.malformed_stream(why + event[:500].decode(errors="replace"), secrets=self._secrets))

    def _fail(self, failure: Failure) -> None:
        self.failure = failure
        self.done = True


def _elsewhere(chunk: JsonObject, choice: JsonValue) -> JsonValue:
    """Find usage where Groq (`x_groq`) and Moonshot (in the choice) put it."""
    groq = chunk.get("x_groq")
    if isinstance(groq, dict) and groq.get("usage"):
        return groq["usage"]
    return choice.get("usage") if isinstance(choice, dict) else None


def _merge(details: list[JsonObject], detail: JsonObject) -> None:
    """Add a detail to the one with its index and type: texts grow, anything else is replaced."""
    key = (detail.get("index"), detail.get("type"))
    known = next((known for known in reversed(details) if (known.get("index"), known.get("type")) == key), None)
    if known is None or key[0] is None or known.get("id") not in (detail.get("id"), None):
        details.append(dict(detail))
        return
    for name, value in detail.items():
        before = known.get(name)
        if name in {"text", "summary", "data"} and isinstance(before, str) and isinstance(value, str):
            known[name] = before + value
        elif value is not None:
            known[name] = value


_HIGH = r"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW = r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_HALF_CHARACTERS = re.compile(rf"{_HIGH}(?!{_LOW})|(?<!{_HIGH}){_LOW}")


def _mend(event: bytes) -> JsonValue:
    """Read JSON whose only fault is half a character, which servers write that cut text between tokens.

    The half becomes a replacement character; None where that does not help.
    """
    try:
        return cast(JsonValue, from_json(_HALF_CHARACTERS.sub(r"\\ufffd", event.decode(errors="replace"))))
    except ValueError:
        return None


def _parses(event: bytes) -> bool:
    try:
        from_json(event)
    except ValueError:
        return False
    return True
