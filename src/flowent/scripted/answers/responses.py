"""OpenAI Responses as this provider answers them, streamed and whole.

Protocol: https://platform.openai.com/docs/api-reference/responses-streaming. Events are numbered without gaps; every
item, and every part of it, is added, filled by deltas and done. Reasoning is an item with one summary part and, when
the client asked for it, encrypted content bound to the item's id.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from flowent.scripted.answers.base import Answer, Block, Stream, StreamBuilder, dumps
from flowent.scripted.answers.chat import ChatRenderer
from flowent.scripted.failure import Failure
from flowent.scripted.failures.openai import error_body
from flowent.scripted.script import Finish, InStreamError, Usage
from flowent.scripted.signing import sign

_INCOMPLETE_REASONS: dict[Finish, str] = {"length": "max_output_tokens", "content_filter": "content_filter"}

Item = dict[str, JsonValue]


class ResponsesRenderer:
    """Renders answers as responses."""

    def stream(self, answer: Answer) -> Stream:
        """Lifecycle events around the events of each item."""
        events = _Events()
        started = _response(answer, "in_progress", [])
        events.add("response.created", {"response": started})
        events.add("response.in_progress", {"response": started})
        events.builder.opened()
        items = _items(answer)
        for index, (block, item) in enumerate(zip(answer.content.blocks, items, strict=True)):
            events.item(index, block, item)
        status = _status(answer)
        events.add(f"response.{status}", {"response": _response(answer, status, items)})
        return events.builder.built()

    def whole(self, answer: Answer) -> bytes:
        """One response with all items."""
        return dumps(_response(answer, _status(answer), _items(answer)))

    def model_list(self, ids: Sequence[str]) -> bytes:
        """OpenAI's list, the same as for chat."""
        return ChatRenderer().model_list(ids)

    def failure(self, failure: Failure) -> bytes:
        """The error object of OpenAI."""
        return dumps({"error": error_body(failure, "input")})

    def stream_error(self, error: InStreamError, answer: Answer, stream: Stream) -> bytes:
        """An `error` event, a `response.failed` event, or both; the stream ends with it."""
        failure = Failure(kind=error.error, status=200, message=error.message, model=answer.model)
        body = error_body(failure, "input")
        sent = [stream.opening, *stream.chunks[: error.after]]
        number = sum(piece.count(b'"sequence_number":') for piece in sent)
        told = b""
        if error.form != "failed":
            told += _event("error", {"sequence_number": number, "error": body})
        if error.form != "error":
            failed = _response(answer, "failed", [])
            failed["error"] = {"code": body["code"] or "server_error", "message": body["message"]}
            number += error.form == "both"
            told += _event("response.failed", {"sequence_number": number, "response": failed})
        return told


@dataclass
class _Events:
    """Collects events and numbers them."""

    builder: StreamBuilder = field(default_factory=StreamBuilder)
    number: int = 0

    def add(self, name: str, fields: Mapping[str, JsonValue]) -> None:
        """Add one structural event."""
        self.builder.event(_event(name, {"sequence_number": self.number, **fields}))
        self.number += 1

    def deltas(self, name: str, place: Mapping[str, JsonValue], chunks: Sequence[bytes]) -> None:
        """Add one event per chunk; only chunk and number differ, so nothing is serialised again."""
        head = dumps({"type": name, **place})[:-1]
        before = b"event: " + name.encode() + b"\ndata: " + head + b',"delta":'
        for chunk in chunks:
            self.builder.delta(before + chunk + b',"sequence_number":%d}\n\n' % self.number)
            self.number += 1

    def item(self, index: int, block: Block, item: Item) -> None:
        """Add all events of one item."""
        place: Item = {"output_index": index}
        inside: Item = {"item_id": item["id"], "output_index": index}
        match block.kind:
            case "thinking" | "redacted":
                self.add("response.output_item.added", {**place, "item": {**item, "summary": []}})
                if item["summary"]:
                    self._summary({**inside, "summary_index": 0}, block)
            case "text":
                started: Item = {**item, "status": "in_progress", "content": []}
                self.add("response.output_item.added", {**place, "item": started})
                self._text({**inside, "content_index": 0}, block)
            case "tool_call":
                started = {**item, "status": "in_progress", "arguments": ""}
                self.add("response.output_item.added", {**place, "item": started})
                self.deltas("response.function_call_arguments.delta", inside, block.chunks)
                done: Item = {**inside, "name": block.name, "arguments": block.text}
                self.add("response.function_call_arguments.done", done)
        self.add("response.output_item.done", {**place, "item": item})

    def _summary(self, place: Item, block: Block) -> None:
        part: Item = {"type": "summary_text", "text": ""}
        self.add("response.reasoning_summary_part.added", {**place, "part": part})
        self.deltas("response.reasoning_summary_text.delta", place, block.chunks)
        self.add("response.reasoning_summary_text.done", {**place, "text": block.text})
        self.add("response.reasoning_summary_part.done", {**place, "part": {**part, "text": block.text}})

    def _text(self, place: Item, block: Block) -> None:
        self.add("response.content_part.added", {**place, "part": _output_text("")})
        self.deltas("response.output_text.delta", {**place, "logprobs": []}, block.chunks)
        self.add("response.output_text.done", {**place, "text": block.text, "logprobs": []})
        self.add("response.content_part.done", {**place, "part": _output_text(block.text)})


def _event(name: str, fields: Mapping[str, JsonValue]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + dumps({"type": name, **fields}) + b"\n\n"


def _items(answer: Answer) -> list[Item]:
    """The finished items; an answer that was cut has an incomplete last one."""
    items: list[Item] = []
    reasoning_id = ""
    is_cut = _status(answer) == "incomplete"
    for number, block in enumerate(answer.content.blocks):
        is_last = number == len(answer.content.blocks) - 1
        status = "incomplete" if is_cut and is_last else "completed"
        item: Item
        match block.kind:
            case "thinking" | "redacted":
                item = _reasoning(answer, block)
                reasoning_id = str(item["id"])
            case "text":
                item_id = f"msg_{secrets.token_hex(16)}"
                content: list[JsonValue] = [_output_text(block.text)]
                item = {"id": item_id, "type": "message", "status": status, "role": "assistant", "content": content}
            case "tool_call":
                call_id = f"call_{secrets.token_hex(12)}" if block.call_id is None else block.call_id
                item = {
                    "id": f"fc_{secrets.token_hex(16)}",
                    "type": "function_call",
                    "status": status,
                    "arguments": block.text,
                    "call_id": call_id,
                    "name": block.name,
                }
        if reasoning_id and item["type"] != "reasoning":
            answer.issued.remember(str(item["id"]), [reasoning_id])
        items.append(item)
    return items


def _reasoning(answer: Answer, block: Block) -> Item:
    item_id = f"rs_{secrets.token_hex(16)}"
    readable = block.kind == "thinking" and block.text
    summary: list[JsonValue] = [{"type": "summary_text", "text": block.text}] if readable else []
    item: Item = {"id": item_id, "type": "reasoning", "summary": summary}
    if answer.wants_encrypted:
        item["encrypted_content"] = sign("encrypted", item_id)
    return item


def _output_text(text: str) -> Item:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def _status(answer: Answer) -> str:
    is_cut = answer.content.finish in _INCOMPLETE_REASONS or answer.content.raw_finish is not None
    return "incomplete" if is_cut else "completed"


def _response(answer: Answer, status: str, items: Sequence[Item]) -> Item:
    ended = status in {"completed", "incomplete"}
    reason = answer.content.raw_finish or _INCOMPLETE_REASONS.get(answer.content.finish)
    return {
        "id": f"resp_{answer.identity}",
        "object": "response",
        "created_at": answer.created,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": reason} if status == "incomplete" else None,
        "instructions": None,
        "max_output_tokens": None,
        "model": answer.model,
        "output": list(items),
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default" if ended else "auto",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _usage(answer.usage) if ended and answer.usage is not None else None,
        "user": None,
        "metadata": {},
    }


def _usage(usage: Usage) -> Item:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": usage.cache_write},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }
