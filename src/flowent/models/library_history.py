"""What a model is shown of a conversation, in the library's messages.

Rules that providers enforce and this module keeps:

- a call and its result carry the same id, unique in the whole history and in the characters that every provider takes:
  the provider's own where it is so, ours where it is empty, repeated or foreign;
- what a provider needs back (`ProviderPayload`) is rebuilt exactly for the adapter and model that it came from, and
  left out for any other; reasoning without it is left out too, for no provider accepts it unsigned;
- reasoning that nothing follows is left out, and where reasoning was left out, the ids of what followed it are too,
  for a provider that knows the ids would miss it.

What was made of an entry is kept with its conversation (entries never change and are compared by identity).
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.messages import TextPart as LibraryText
from pydantic_ai.messages import ThinkingPart as LibraryThinking
from pydantic_ai.messages import ToolCallPart as LibraryCall
from pydantic_ai.messages import ToolReturnPart as LibraryReturn

from flowent.domain.parts import AttachmentPart, OutputPart, ProviderPayload, TextPart, ThinkingPart, ToolPart
from flowent.domain.transcript import AssistantEntry, CallResult, Entry, PersonEntry, ResultsEntry
from flowent.models.library_attachments import Files, file_as_text

CONVERSATIONS_KEPT = 16
"""Conversations whose mapped entries are kept; the least recently asked one goes first."""

_GOOD_CALL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What Anthropic and OpenAI both accept as the id of a call."""


@dataclass(slots=True)
class _Mapped:
    """What became of the entries of one conversation, in order, and the ids that its calls got."""

    entries: list[Entry] = field(default_factory=list[Entry])
    parts: list[Sequence[ModelRequestPart] | ModelResponse | None] = field(
        default_factory=list[Sequence[ModelRequestPart] | ModelResponse | None]
    )
    call_ids: dict[str, str] = field(default_factory=dict[str, str])
    taken: set[str] = field(default_factory=set[str])


class HistoryMapper:
    """Maps histories for one adapter; used on one thread."""

    def __init__(self, adapter: str, provider_name: str, file_types: frozenset[str]) -> None:
        """Name the payloads' adapter, the library's provider, and the media types that the format takes as files."""
        self._adapter = adapter
        self._provider_name = provider_name
        self._file_types = file_types
        self._kept: OrderedDict[tuple[str, int], _Mapped] = OrderedDict()

    def map(self, entries: Sequence[Entry], model: str, files: Files) -> list[ModelMessage]:
        """Give the messages; `files` holds the bytes of all attachments."""
        mapped = self._recall(entries, model)
        for entry in entries[len(mapped.entries) :]:
            mapped.entries.append(entry)
            mapped.parts.append(self._map_entry(entry, model, mapped))
        messages: list[ModelMessage] = []
        said: list[ModelRequestPart] = []
        for entry, parts in zip(mapped.entries, mapped.parts, strict=True):
            if isinstance(parts, ModelResponse):
                if said:
                    messages.append(ModelRequest(parts=said))
                    said = []
                messages.append(parts)
            elif parts is not None:
                said += parts
            elif isinstance(entry, PersonEntry):
                said.append(self._map_files(entry, files))
        if said:
            messages.append(ModelRequest(parts=said))
        return messages

    def _recall(self, entries: Sequence[Entry], model: str) -> _Mapped:
        """Give what is known of this conversation, if it begins with what was mapped before."""
        key = (model, id(entries[0]))
        mapped = self._kept.get(key)
        if (
            mapped is None
            or len(mapped.entries) > len(entries)
            or any(old is not new for old, new in zip(mapped.entries, entries, strict=False))
        ):
            mapped = self._kept[key] = _Mapped()
        self._kept.move_to_end(key)
        if len(self._kept) > CONVERSATIONS_KEPT:
            self._kept.popitem(last=False)
        return mapped

    def _map_entry(
        self, entry: Entry, model: str, mapped: _Mapped
    ) -> Sequence[ModelRequestPart] | ModelResponse | None:
        """Map an entry; None for one that shows nothing, and for one with files, whose bytes are not kept."""
        match entry:
            case PersonEntry():
                texts = [part.text for part in entry.parts if not isinstance(part, AttachmentPart)]
                return [UserPromptPart(content=texts)] if len(texts) == len(entry.parts) else None
            case AssistantEntry():
                return self._map_output(entry.parts, model, mapped)
            case ResultsEntry():
                return [_map_result(result, mapped) for result in entry.results]

    def _map_files(self, entry: PersonEntry, files: Files) -> UserPromptPart:
        content: list[UserContent] = []
        for part in entry.parts:
            if not isinstance(part, AttachmentPart):
                content.append(part.text)
                continue
            data = files.get(part.sha256)
            if data is not None and part.media_type in self._file_types:
                content.append(BinaryContent(data=data, media_type=part.media_type))
            else:
                content.append(file_as_text(part, data))
        return UserPromptPart(content=content)

    def _map_output(self, parts: Sequence[OutputPart], model: str, mapped: _Mapped) -> ModelResponse | None:
        shown = [part for part in parts if not isinstance(part, ThinkingPart) or self._payload(part.payload, model)]
        complete = len(shown) == len(parts)
        while shown and isinstance(shown[-1], ThinkingPart):
            shown.pop()
        made: list[ModelResponsePart] = []
        for part in shown:
            payload = self._payload(part.payload, model) or {}
            if not complete:
                payload.pop("id", None)
            made.append(self._map_part(part, payload, mapped))
        return ModelResponse(parts=made, provider_name=self._provider_name, model_name=model) if made else None

    def _map_part(self, part: OutputPart, payload: dict[str, Any], mapped: _Mapped) -> ModelResponsePart:
        item_id: str | None = payload.get("id")
        details: dict[str, Any] | None = payload.get("details")
        provider = self._provider_name if payload else None
        match part:
            case TextPart():
                return LibraryText(part.text, id=item_id, provider_name=provider, provider_details=details)
            case ThinkingPart():
                signature: str | None = payload.get("signature")
                return LibraryThinking(
                    part.text, id=item_id, signature=signature, provider_name=provider, provider_details=details
                )
            case ToolPart():
                call_id = _choose_call_id(part, mapped)
                return LibraryCall(
                    part.name, part.input, call_id, id=item_id, provider_name=provider, provider_details=details
                )

    def _payload(self, payload: ProviderPayload | None, model: str) -> dict[str, Any] | None:
        """Give a copy of what the provider needs back, if it is this adapter's and this model's."""
        if payload is None or payload.adapter != self._adapter or payload.model != model:
            return None
        return dict(cast("dict[str, Any]", payload.data))


def _map_result(result: CallResult, mapped: _Mapped) -> LibraryReturn:
    return LibraryReturn(
        result.name,
        result.result.model_text,
        mapped.call_ids.get(result.part_id, result.part_id),
        outcome="failed" if result.failed else "success",
    )


def _choose_call_id(part: ToolPart, mapped: _Mapped) -> str:
    """Take the provider's id where it is good and new; make one of ours otherwise."""
    chosen = part.call_id
    if not _GOOD_CALL_ID.fullmatch(chosen) or chosen in mapped.taken:
        ours = re.sub(r"[^A-Za-z0-9_-]", "_", part.id)[-60:]
        chosen = ours
        number = 1
        while chosen in mapped.taken:
            number += 1
            chosen = f"{ours}-{number}"
    mapped.taken.add(chosen)
    mapped.call_ids[part.id] = chosen
    return chosen
