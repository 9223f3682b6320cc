"""OpenAI chat completions as this provider answers them, streamed and whole.

Protocol: https://platform.openai.com/docs/api-reference/chat. `reasoning_content` is not OpenAI's but what DeepSeek
and most compatible servers send. The stream ends with a chunk that has a finish reason, a usage chunk without choices
when the client asked for it, and `data: [DONE]`.
"""

import secrets
from collections.abc import Sequence

from pydantic import JsonValue

from flowent.scripted.answers.base import Answer, Block, Stream, StreamBuilder, dumps
from flowent.scripted.failure import Failure
from flowent.scripted.failures.openai import error_body
from flowent.scripted.script import InStreamError, Usage


class ChatRenderer:
    """Renders answers as chat completions."""

    def stream(self, answer: Answer) -> Stream:
        """Chunks of one choice; tool calls are numbered by their own index."""
        head = dumps(
            {
                "id": f"chatcmpl-{answer.identity}",
                "object": "chat.completion.chunk",
                "created": answer.created,
                "model": answer.model,
                "service_tier": "default",
                "system_fingerprint": "fp_scripted",
            }
        )[:-1]
        tail = b',"usage":null}\n\n' if answer.wants_usage else b"}\n\n"
        start = b"data: " + head + b',"choices":[{"index":0,"delta":{'
        end = b'},"logprobs":null,"finish_reason":null}]' + tail

        builder = StreamBuilder()
        builder.event(start + b'"role":"assistant","content":"","refusal":null' + end)
        builder.opened()
        calls = 0
        for block in answer.content.blocks:
            match block.kind:
                case "thinking":
                    builder.deltas(start + b'"reasoning_content":', block.chunks, end)
                case "text":
                    builder.deltas(start + b'"content":', block.chunks, end)
                case "tool_call":
                    opening = dumps(
                        [{**_call(block), "index": calls, "function": {"name": block.name, "arguments": ""}}]
                    )
                    builder.event(start + b'"tool_calls":' + opening + end)
                    arguments = b'"tool_calls":[{"index":%d,"function":{"arguments":' % calls
                    builder.deltas(start + arguments, block.chunks, b"}}]" + end)
                    calls += 1
                case "redacted":
                    pass
        reason = dumps(answer.content.raw_finish or answer.content.finish)
        choice = b',"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":' + reason + b"}]"
        builder.event(b"data: " + head + choice + tail)
        if answer.wants_usage and answer.usage is not None:
            builder.event(b"data: " + head + b',"choices":[],"usage":' + dumps(_usage(answer.usage)) + b"}\n\n")
        builder.event(b"data: [DONE]\n\n")
        return builder.built()

    def whole(self, answer: Answer) -> bytes:
        """One completion; `content` is null when the answer has no text."""
        blocks = answer.content.blocks
        text = "".join(block.text for block in blocks if block.kind == "text")
        thinking = "".join(block.text for block in blocks if block.kind == "thinking")
        calls = [
            {**_call(block), "function": {"name": block.name, "arguments": block.text}}
            for block in blocks
            if block.kind == "tool_call"
        ]
        message: dict[str, object] = {
            "role": "assistant",
            "content": text if text or not calls else None,
            "refusal": None,
            "annotations": [],
        }
        if thinking:
            message["reasoning_content"] = thinking
        if calls:
            message["tool_calls"] = calls
        finish = answer.content.raw_finish or answer.content.finish
        body: dict[str, object] = {
            "id": f"chatcmpl-{answer.identity}",
            "object": "chat.completion",
            "created": answer.created,
            "model": answer.model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
            "service_tier": "default",
            "system_fingerprint": "fp_scripted",
        }
        if answer.usage is not None:
            body["usage"] = _usage(answer.usage)
        return dumps(body)

    def model_list(self, ids: Sequence[str]) -> bytes:
        """OpenAI's list, which has no pages."""
        models = [{"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "scripted"} for name in ids]
        return dumps({"object": "list", "data": models})

    def failure(self, failure: Failure) -> bytes:
        """The error object of OpenAI."""
        return dumps({"error": error_body(failure, "messages")})

    def stream_error(self, error: InStreamError, answer: Answer, stream: Stream) -> bytes:
        """An error object in place of a chunk; nothing follows it, not even `[DONE]`."""
        failure = Failure(kind=error.error, status=200, message=error.message, model=answer.model)
        return b"data: " + dumps({"error": error_body(failure, "messages")}) + b"\n\n"


def _call(block: Block) -> dict[str, JsonValue]:
    call_id = f"call_{secrets.token_hex(12)}" if block.call_id is None else block.call_id
    return {"id": call_id, "type": "function"}


def _usage(usage: Usage) -> dict[str, JsonValue]:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached,
            "cache_write_tokens": usage.cache_write,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
