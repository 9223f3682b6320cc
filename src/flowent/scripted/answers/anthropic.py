"""Anthropic messages as this provider answers them, streamed and whole.

Protocol: https://platform.claude.com/docs/en/build-with-claude/streaming. Every event has a name and the same name as
its `type`. A thinking block ends with one signature delta; redacted thinking comes whole in its start event. A tool
without arguments streams an empty piece of JSON and nothing else, as the service does.
"""

import secrets
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from flowent.scripted.answers.base import Answer, Block, Stream, StreamBuilder, dumps
from flowent.scripted.failure import Failure
from flowent.scripted.failures.anthropic import error_body
from flowent.scripted.script import Finish, InStreamError, Usage
from flowent.scripted.signing import sign

_STOP_REASONS: dict[Finish, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


class AnthropicRenderer:
    """Renders answers as Anthropic messages."""

    def stream(self, answer: Answer) -> Stream:
        """Numbered content blocks between `message_start` and `message_stop`."""
        builder = StreamBuilder()
        message = _message(answer, [], None, _usage(answer.usage, output=1))
        builder.event(_event("message_start", {"message": message}))
        builder.event(_event("ping", {}))
        builder.opened()
        signatures = _signatures(answer)
        for index, block in enumerate(answer.content.blocks):
            match block.kind:
                case "thinking":
                    _start(builder, index, {"type": "thinking", "thinking": "", "signature": ""})
                    builder.deltas(*_around(index, b'"type":"thinking_delta","thinking":', block.chunks))
                    builder.event(_delta(index, {"type": "signature_delta", "signature": signatures[index]}))
                case "redacted":
                    _start(builder, index, {"type": "redacted_thinking", "data": signatures[index]})
                case "text":
                    _start(builder, index, {"type": "text", "text": ""})
                    builder.deltas(*_around(index, b'"type":"text_delta","text":', block.chunks))
                case "tool_call":
                    call: dict[str, JsonValue] = {"id": _call_id(block), "name": block.name, "input": {}}
                    _start(builder, index, {"type": "tool_use", **call})
                    _remember(answer, str(call["id"]), signatures)
                    builder.event(_delta(index, {"type": "input_json_delta", "partial_json": ""}))
                    chunks = () if block.text == "{}" else block.chunks
                    builder.deltas(*_around(index, b'"type":"input_json_delta","partial_json":', chunks))
            builder.event(_event("content_block_stop", {"index": index}))
        builder.event(_event("message_delta", {"delta": _stop(answer), "usage": _usage(answer.usage)}))
        builder.event(_event("message_stop", {}))
        return builder.built()

    def whole(self, answer: Answer) -> bytes:
        """One message. Arguments that are not a JSON object become an empty one, as the format has no other."""
        signatures = _signatures(answer)
        content: list[JsonValue] = []
        for index, block in enumerate(answer.content.blocks):
            match block.kind:
                case "thinking":
                    content.append({"type": "thinking", "thinking": block.text, "signature": signatures[index]})
                case "redacted":
                    content.append({"type": "redacted_thinking", "data": signatures[index]})
                case "text":
                    content.append({"type": "text", "text": block.text})
                case "tool_call":
                    call_id = _call_id(block)
                    _remember(answer, call_id, signatures)
                    arguments = dict(block.arguments or {})
                    content.append({"type": "tool_use", "id": call_id, "name": block.name, "input": arguments})
        return dumps(_message(answer, content, _stop(answer), _usage(answer.usage)))

    def model_list(self, ids: Sequence[str]) -> bytes:
        """One page of models."""
        models: list[JsonValue] = [
            {
                "type": "model",
                "id": name,
                "display_name": name,
                "created_at": "2026-01-01T00:00:00Z",
                "lifecycle": "active",
                "max_input_tokens": 200_000,
                "max_tokens": 64_000,
            }
            for name in ids
        ]
        first, last = (ids[0], ids[-1]) if ids else (None, None)
        return dumps({"data": models, "has_more": False, "first_id": first, "last_id": last})

    def failure(self, failure: Failure) -> bytes:
        """The error object of Anthropic."""
        return dumps(error_body(failure))

    def stream_error(self, error: InStreamError, answer: Answer, stream: Stream) -> bytes:
        """An `error` event; the stream ends with it."""
        failure = Failure(kind=error.error, status=200, message=error.message, model=answer.model)
        return b"event: error\ndata: " + dumps(error_body(failure)) + b"\n\n"


def _event(name: str, fields: Mapping[str, JsonValue]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + dumps({"type": name, **fields}) + b"\n\n"


def _start(builder: StreamBuilder, index: int, block: Mapping[str, JsonValue]) -> None:
    builder.event(_event("content_block_start", {"index": index, "content_block": dict(block)}))


def _delta(index: int, delta: Mapping[str, JsonValue]) -> bytes:
    return _event("content_block_delta", {"index": index, "delta": dict(delta)})


def _around(index: int, field: bytes, chunks: Sequence[bytes]) -> tuple[bytes, Sequence[bytes], bytes]:
    """What stands before and after each chunk of a block's deltas."""
    before = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":{' % index
    return before + field, chunks, b"}}\n\n"


def _message(
    answer: Answer, content: list[JsonValue], stop: dict[str, JsonValue] | None, usage: dict[str, JsonValue]
) -> dict[str, JsonValue]:
    return {
        "id": f"msg_{answer.identity}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        **(stop or {"stop_reason": None, "stop_sequence": None, "stop_details": None}),
        "usage": usage,
    }


def _stop(answer: Answer) -> dict[str, JsonValue]:
    reason = answer.content.raw_finish or _STOP_REASONS[answer.content.finish]
    details: JsonValue = {"type": "refusal", "category": None, "explanation": None} if reason == "refusal" else None
    return {"stop_reason": reason, "stop_sequence": None, "stop_details": details}


def _usage(usage: Usage | None, output: int | None = None) -> dict[str, JsonValue]:
    """Input tokens exclude what was read from or written to the cache. No usage is told as zeros."""
    told = usage or Usage()
    return {
        "input_tokens": told.input - told.cached - told.cache_write,
        "cache_creation_input_tokens": told.cache_write,
        "cache_read_input_tokens": told.cached,
        "output_tokens": told.output if output is None else min(output, told.output),
        "output_tokens_details": {"thinking_tokens": told.reasoning if output is None else 0},
        "service_tier": "standard",
    }


def _signatures(answer: Answer) -> dict[int, str]:
    """A signature for each block of thinking, by index, each bound to the conversation that led to it."""
    signatures: dict[int, str] = {}
    binding = answer.binding() if any(block.kind in {"thinking", "redacted"} for block in answer.content.blocks) else ()
    for index, block in enumerate(answer.content.blocks):
        if block.kind == "thinking":
            signature = sign("thinking", block.text)
        elif block.kind == "redacted":
            signature = sign("redacted", "")
        else:
            continue
        signatures[index] = signature
        answer.issued.remember(signature, binding)
        binding = (*binding[:1], signature)
    return signatures


def _remember(answer: Answer, call_id: str, signatures: Mapping[int, str]) -> None:
    answer.issued.remember(call_id, signatures.values())


def _call_id(block: Block) -> str:
    return f"toolu_{secrets.token_hex(12)}" if block.call_id is None else block.call_id
