"""Gemini's generated content as this provider answers it, streamed (`alt=sse`) and whole.

Protocol: https://ai.google.dev/api/generate-content and .../docs/thought-signatures. Function calls come whole. The
first call of an answer carries the thought signature; an answer without calls carries it on an empty last text part.
A content filter on an empty answer is told as a blocked prompt, without a candidate. Arguments that are no JSON object
cannot be sent: the service says `MALFORMED_FUNCTION_CALL` then, and so does this provider.
"""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from flowent.scripted.answers.base import Answer, Block, Stream, StreamBuilder, dumps
from flowent.scripted.failure import USUAL_STATUS, Failure
from flowent.scripted.failures.gemini import STATUSES, error_body
from flowent.scripted.script import Finish, InStreamError, Usage
from flowent.scripted.signing import sign

_FINISH_REASONS: dict[Finish, str] = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
}
_EVENT_END = b"\r\n\r\n"


class GeminiRenderer:
    """Renders answers as Gemini's responses."""

    def stream(self, answer: Answer) -> Stream:
        """A response object per piece; the last one has the finish reason and the full usage."""
        builder = StreamBuilder()
        builder.opened()
        tail = _tail(answer)
        early = {} if answer.usage is None else {"usageMetadata": _early_usage(answer.usage)}
        end = b'],"role":"model"},"index":0}],' + dumps({**early, **tail})[1:] + _EVENT_END
        start = b'data: {"candidates":[{"content":{"parts":['
        signature = _Signature(answer)
        for block in answer.content.blocks:
            match block.kind:
                case "thinking":
                    builder.deltas(start + b'{"thought":true,"text":', block.chunks, b"}" + end)
                case "text":
                    builder.deltas(start + b'{"text":', block.chunks, b"}" + end)
                case "tool_call":
                    if block.arguments is not None:
                        builder.delta(start + dumps(_call(block, block.arguments, signature)) + end)
                case "redacted":
                    pass
        builder.event(b"data: " + dumps({**_last(answer, signature), **_full_usage(answer), **tail}) + _EVENT_END)
        return builder.built()

    def whole(self, answer: Answer) -> bytes:
        """One response object with all parts."""
        signature = _Signature(answer)
        parts: list[JsonValue] = []
        for block in answer.content.blocks:
            match block.kind:
                case "thinking":
                    parts.append({"thought": True, "text": block.text})
                case "text":
                    parts.append({"text": block.text})
                case "tool_call":
                    if block.arguments is not None:
                        parts.append(_call(block, block.arguments, signature))
                case "redacted":
                    pass
        last = _last(answer, signature, parts)
        return dumps({**last, **_full_usage(answer), **_tail(answer)})

    def model_list(self, ids: Sequence[str]) -> bytes:
        """One page of models, whose names begin with `models/`."""
        models: list[JsonValue] = [
            {
                "name": f"models/{name}",
                "version": "001",
                "displayName": name,
                "description": "A model that answers as a script says.",
                "inputTokenLimit": 1_048_576,
                "outputTokenLimit": 65_536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            }
            for name in ids
        ]
        return dumps({"models": models})

    def failure(self, failure: Failure) -> bytes:
        """The error object of Google."""
        return dumps(error_body(failure))

    def stream_error(self, error: InStreamError, answer: Answer, stream: Stream) -> bytes:
        """An error object in place of a response; the stream ends with it."""
        status = STATUSES.get(error.error, USUAL_STATUS[error.error])
        failure = Failure(kind=error.error, status=status, message=error.message, model=answer.model)
        return b"data: " + dumps(error_body(failure)) + _EVENT_END


class _Signature:
    """The one thought signature of an answer with thinking: taken by the first part that may carry it."""

    def __init__(self, answer: Answer) -> None:
        kinds = {block.kind for block in answer.content.blocks}
        self._is_due = bool(kinds & {"thinking", "redacted"})
        self._issued = answer.issued

    def for_call(self, name: str, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """The signature of a call, bound to it; empty when it was taken already."""
        bound_to = call_key(name, arguments)
        taken = self._take(bound_to)
        if taken:
            self._issued.remember(bound_to, taken.values())
        else:
            self._issued.waive(bound_to)
        return {**taken}

    def for_text(self) -> dict[str, JsonValue]:
        """The signature of a text part; empty when it was taken already."""
        return {**self._take("")}

    def _take(self, bound_to: str) -> dict[str, str]:
        if not self._is_due:
            return {}
        self._is_due = False
        return {"thoughtSignature": sign("thought", bound_to)}


def call_key(name: str, arguments: Mapping[str, JsonValue]) -> str:
    """What identifies a function call, which need not have an id."""
    return f"{name}{dumps({key: arguments[key] for key in sorted(arguments)}).decode()}"


def _call(block: Block, arguments: Mapping[str, JsonValue], signature: _Signature) -> dict[str, JsonValue]:
    call: dict[str, JsonValue] = {"name": block.name, "args": dict(arguments)}
    if block.call_id is not None:
        call["id"] = block.call_id
    return {"functionCall": call, **signature.for_call(block.name, arguments)}


def _last(answer: Answer, signature: _Signature, parts: list[JsonValue] | None = None) -> dict[str, JsonValue]:
    """What ends an answer: the finish reason, and a text part for a signature that no call has taken."""
    content = answer.content
    if content.finish == "content_filter" and not content.blocks and content.raw_finish is None:
        return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    malformed = [block for block in content.blocks if block.kind == "tool_call" and block.arguments is None]
    carried = signature.for_text()
    last_parts = list(parts or [])
    if carried or (parts is None and content.blocks):
        last_parts.append({"text": "", **carried})
    last_content: dict[str, JsonValue] = {"role": "model"}
    if last_parts:
        last_content["parts"] = last_parts
    candidate: dict[str, JsonValue] = {
        "content": last_content,
        "finishReason": content.raw_finish or _FINISH_REASONS[content.finish],
        "index": 0,
    }
    if malformed:
        candidate["finishReason"] = "MALFORMED_FUNCTION_CALL"
        candidate["finishMessage"] = f"Malformed function call: {malformed[0].name}({malformed[0].text})"
    return {"candidates": [candidate]}


def _tail(answer: Answer) -> dict[str, JsonValue]:
    return {"modelVersion": answer.model, "responseId": answer.identity}


def _early_usage(usage: Usage) -> dict[str, JsonValue]:
    return {"promptTokenCount": usage.input, "totalTokenCount": usage.input}


def _full_usage(answer: Answer) -> dict[str, JsonValue]:
    """Candidate tokens exclude thoughts; counts of zero are left out, as the service does."""
    usage = answer.usage
    if usage is None:
        return {}
    counts: dict[str, JsonValue] = {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": usage.output - usage.reasoning,
        "totalTokenCount": usage.input + usage.output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.input}],
    }
    if usage.cached:
        counts["cachedContentTokenCount"] = usage.cached
        counts["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage.cached}]
    if usage.reasoning:
        counts["thoughtsTokenCount"] = usage.reasoning
    return {"usageMetadata": counts}
