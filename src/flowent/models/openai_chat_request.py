"""Writes the request of a chat completion, as bytes.

Entries of a transcript never change, so what was written for one is kept: a request with 5,000 entries costs a look-up
for each and a copy of the bytes. Invariants:

- the bytes of an entry depend on the entry, the entries before it, the model and the dialect alone, so the beginning
  of a request stays the same from step to step and a provider can cache it;
- the id of a call and of its result are the provider's, or, where that is empty, repeated or illegal, one made from
  ours, for all calls of that entry and its results alike;
- what one model kept for itself (`ProviderPayload`) is never sent to another.
"""

import asyncio
import re
from dataclasses import dataclass
from hashlib import sha256

from pydantic import JsonValue
from pydantic_core import from_json

from flowent.domain.parts import OutputPart, ProviderPayload, TextPart, ThinkingPart, ToolPart
from flowent.domain.transcript import AssistantEntry, CallResult, Entry, PersonEntry, ResultsEntry
from flowent.domain.values import JsonObject
from flowent.models.base import ModelRequest, ToolSpec
from flowent.models.openai_chat_dialect import Dialect
from flowent.models.openai_chat_json import write_json
from flowent.models.openai_chat_person import encode_person

KEPT_BYTES = 16 * 1024 * 1024
"""Bytes of each of the two generations of entries that are kept."""

WRITTEN_AT_ONCE = 200
"""Entries that are written before others get their turn on the event loop: about 3 ms."""

NO_TEXT = "(no text)"
"""What an answer without text or calls is sent as: some servers refuse an empty one, others a missing one."""

NO_REASONING = "."

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST_CALL_ID = 40  # OpenAI refuses longer ones
_SHORT_CALL_ID = re.compile(r"[A-Za-z0-9]{9}")


@dataclass(frozen=True, slots=True)
class _Encoded:
    """What was written for an entry. It holds the entry, so that its identity is not given to another."""

    entry: Entry
    data: bytes
    call_ids: tuple[str, ...] | None = ()
    """The ids of an answer's calls; None where ours take their place in any case."""
    own_ids: bool | None = None
    """Whether ours took their place; None for an entry that has nothing to do with it."""
    model: str | None = None
    """The model whose payloads are in it; None where it suits every model."""

    def suits(self, model: str, *, own_ids: bool) -> bool:
        """Whether it is what would be written now."""
        return (self.own_ids is None or self.own_ids is own_ids) and (self.model is None or self.model == model)


class RequestEncoder:
    """Writes requests for one endpoint."""

    def __init__(self, adapter: str, dialect: Dialect) -> None:
        """Keep nothing yet; ``adapter`` is the tag of the payloads that may be sent."""
        self._adapter = adapter
        self._dialect = dialect
        self._young: dict[int, _Encoded] = {}
        self._old: dict[int, _Encoded] = {}
        self._young_bytes = 0

    @property
    def dialect(self) -> Dialect:
        """What the server wants to be sent."""
        return self._dialect

    def change_dialect(self, dialect: Dialect) -> None:
        """Write differently from now on."""
        self._dialect = dialect
        self._young, self._old, self._young_bytes = {}, {}, 0

    async def encode(self, request: ModelRequest) -> bytes:
        """Write a request's JSON."""
        fragments: list[bytes] = []
        if any(request.instructions):
            system = "\n\n".join(text for text in request.instructions if text)
            fragments.append(write_json({"role": "system", "content": system}))
        seen: set[str] = set()
        own_ids = False
        written = 0
        for entry in request.entries:
            known = self._young.get(id(entry)) or self._recall(entry)
            if isinstance(entry, AssistantEntry):
                call_ids = known.call_ids if known is not None else self._call_ids(entry)
                own_ids = call_ids is None or not seen.isdisjoint(call_ids)
                if not own_ids and call_ids:
                    seen.update(call_ids)
            if known is None or not known.suits(request.model, own_ids=own_ids):
                known = self._keep(await self._encode(entry, request, own_ids=own_ids))
                written += 1
                if written % WRITTEN_AT_ONCE == 0:
                    await asyncio.sleep(0)
            fragments.append(known.data)
        return b"".join((b'{"messages":[', b",".join(fragments), b"],", write_json(self._options(request))[1:]))

    def _options(self, request: ModelRequest) -> JsonObject:
        """Everything but the messages."""
        options: JsonObject = {"model": request.model, "stream": True}
        if self._dialect.include_usage:
            options["stream_options"] = {"include_usage": True}
        if request.tools:
            options["tools"] = list[JsonValue](_tool(tool) for tool in request.tools)
        if request.reasoning_effort != "default":
            options["reasoning_effort"] = request.reasoning_effort
        if request.max_output_tokens is not None:
            options[self._dialect.limit_field] = request.max_output_tokens
        return options

    # What is kept: two generations, of which the older one goes when the younger one is full

    def _recall(self, entry: Entry) -> _Encoded | None:
        known = self._old.pop(id(entry), None)
        return self._keep(known) if known is not None else None

    def _keep(self, encoded: _Encoded) -> _Encoded:
        if self._young_bytes + len(encoded.data) > KEPT_BYTES:
            self._young, self._old, self._young_bytes = {}, self._young, 0
        self._young[id(encoded.entry)] = encoded
        self._young_bytes += len(encoded.data)
        return encoded

    # Answers and results

    async def _encode(self, entry: Entry, request: ModelRequest, *, own_ids: bool) -> _Encoded:
        match entry:
            case PersonEntry():
                return _Encoded(entry, await encode_person(entry, request.read_blob))
            case ResultsEntry():
                data = b",".join(write_json(_result(result, own_ids=own_ids)) for result in entry.results)
                return _Encoded(entry, data, own_ids=own_ids)
            case AssistantEntry():
                personal = any(part.payload is not None for part in entry.parts)
                return _Encoded(
                    entry,
                    write_json(self._answer(entry, request.model, own_ids=own_ids)),
                    call_ids=self._call_ids(entry),
                    own_ids=own_ids,
                    model=request.model if personal else None,
                )

    def _answer(self, entry: AssistantEntry, model: str, *, own_ids: bool) -> JsonObject:
        text = "".join(part.text for part in entry.parts if isinstance(part, TextPart))
        calls = list[JsonValue](
            self._call(part, model, own_ids=own_ids) for part in entry.parts if isinstance(part, ToolPart)
        )
        message: JsonObject = {"role": "assistant", "content": text or (None if calls else NO_TEXT)}
        if self._dialect.send_reasoning:
            message |= self._reasoning(entry.parts, model)
        if self._dialect.fill_reasoning:
            message.setdefault("reasoning_content", NO_REASONING)
        if calls:
            message["tool_calls"] = calls
        return message

    def _reasoning(self, parts: tuple[OutputPart, ...], model: str) -> JsonObject:
        """Give reasoning in the fields in which this model's server gave it."""
        texts: dict[str, str] = {}
        details: list[JsonValue] = []
        for part in parts:
            if not isinstance(part, ThinkingPart):
                continue
            data = self._data(part.payload, model)
            if isinstance(kept := data.get("reasoning_details"), list):
                details += kept
            elif isinstance(field := data.get("field"), str) and part.text:
                texts[field] = texts.get(field, "") + part.text
        return {"reasoning_details": details} if details else dict(texts)

    def _call(self, part: ToolPart, model: str, *, own_ids: bool) -> JsonObject:
        call: JsonObject = {
            "id": _own_call_id(part.id) if own_ids else part.call_id,
            "type": "function",
            "function": {"name": part.name, "arguments": _arguments(part.input)},
        }
        if "extra_content" in (data := self._data(part.payload, model)):
            call["extra_content"] = data["extra_content"]
        return call

    def _data(self, payload: ProviderPayload | None, model: str) -> JsonObject:
        return payload.data if payload and payload.adapter == self._adapter and payload.model == model else {}

    def _call_ids(self, entry: AssistantEntry) -> tuple[str, ...] | None:
        """Give the provider's ids of an answer's calls, None where one of them cannot be used."""
        ids = tuple(part.call_id for part in entry.parts if isinstance(part, ToolPart))
        if len(set(ids)) != len(ids) or not all(0 < len(call_id) <= _LONGEST_CALL_ID for call_id in ids):
            return None
        if self._dialect.short_call_ids and not all(_SHORT_CALL_ID.fullmatch(call_id) for call_id in ids):
            return None
        return ids


def _result(result: CallResult, *, own_ids: bool) -> JsonObject:
    call_id = _own_call_id(result.part_id) if own_ids else result.call_id
    return {"role": "tool", "tool_call_id": call_id, "content": result.result.model_text}


def _own_call_id(part_id: str) -> str:
    """Make an id that every server takes, always the same for a part: nine letters and digits."""
    number = int.from_bytes(sha256(part_id.encode()).digest()[:8], "big")
    letters: list[str] = []
    for _ in range(9):
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "".join(letters)


def _arguments(written: str) -> str:
    """Give a call's arguments as the model wrote them where they are a JSON object; servers fail on anything else."""
    if not written.strip():
        return "{}"
    try:
        if isinstance(from_json(written), dict):
            return written
    except ValueError:
        pass
    return write_json({"invalid_arguments": written}).decode()


def _tool(tool: ToolSpec) -> JsonObject:
    function: JsonObject = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
