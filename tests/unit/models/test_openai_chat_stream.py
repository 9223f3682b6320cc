"""How streamed chat completions are decoded, with the habits of many servers."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowent.domain.failures import FailureKind
from flowent.domain.parts import ProviderPayload
from flowent.domain.usage import Usage
from flowent.models.base import CallPiece, Finished, PayloadPiece, Piece, TextPiece, ThinkingPiece
from flowent.models.openai_chat_stream import ChatStreamDecoder

DONE = b"data: [DONE]\n\n"


def chunk(delta: object = None, finish: str | None = None, **more: object) -> bytes:
    """One event of a chat completion."""
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}] if delta is not None else []
    return (
        b"data: "
        + json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": choices, **more}).encode()
        + b"\n\n"
    )


def call(**fields: object) -> dict[str, object]:
    """A delta with one tool call; ``name`` and ``arguments`` belong to its function."""
    function = {key: fields.pop(key) for key in ("name", "arguments") if key in fields}
    return {"tool_calls": [{**fields, "function": function}]}


STOP = chunk({}, "stop") + DONE


def merged(pieces: list[Piece]) -> list[Piece]:
    """Join neighbouring pieces of one part: how much of it comes together depends on the network alone."""
    joined: list[Piece] = []
    for piece in pieces:
        match joined[-1] if joined else None, piece:
            case TextPiece(part, before), TextPiece(same, text) if part == same:
                joined[-1] = TextPiece(part, before + text)
            case ThinkingPiece(part, before), ThinkingPiece(same, text) if part == same:
                joined[-1] = ThinkingPiece(part, before + text)
            case CallPiece(part, call_id, name, before), CallPiece(same, _, _, text) if part == same:
                joined[-1] = CallPiece(part, call_id, name, before + text)
            case _:
                joined.append(piece)
    return joined


def decode(*reads: bytes) -> tuple[list[Piece], FailureKind | None]:
    """Decode a whole answer: its pieces, and how it failed."""
    decoder = ChatStreamDecoder("openai_chat", "m", ("sk-secret-key",))
    pieces: list[Piece] = []
    for read in reads:
        if not decoder.done:
            pieces += decoder.feed(read)
    pieces += decoder.finish()
    return merged(pieces), decoder.failure.kind if decoder.failure else None


def pieces_of(stream: bytes) -> list[Piece]:
    pieces, failure = decode(stream)
    assert failure is None
    return pieces


def payload(**data: object) -> ProviderPayload:
    return ProviderPayload.model_validate({"adapter": "openai_chat", "model": "m", "data": data})


COMPLETE = Finished("complete")
FIELD = payload(field="reasoning_content")


def test_text_of_one_read_is_one_piece() -> None:
    decoder = ChatStreamDecoder("openai_chat", "m")
    assert decoder.feed(chunk({"content": "a"}) + chunk({"content": "b"})) == [TextPiece(0, "ab")]


def test_text_comes_out_before_the_rest_of_the_answer() -> None:
    decoder = ChatStreamDecoder("openai_chat", "m")
    assert decoder.feed(chunk({"role": "assistant", "content": "a"})) == [TextPiece(0, "a")]


ANSWERS: dict[str, tuple[bytes, list[Piece]]] = {
    "text": (
        chunk({"role": "assistant", "content": ""}) + chunk({"content": "Hi"}) + chunk({"content": "!"}) + STOP,
        [TextPiece(0, "Hi!"), COMPLETE],
    ),
    "keepalives, then text": (
        b": OPENROUTER PROCESSING\n\n" + chunk({"content": "Hi"}) + STOP,
        [TextPiece(0, "Hi"), COMPLETE],
    ),
    "reasoning_content": (
        chunk({"reasoning_content": "hm", "content": None})
        + chunk({"content": "Hi", "reasoning_content": None})
        + STOP,
        [ThinkingPiece(0, "hm"), PayloadPiece(0, FIELD), TextPiece(1, "Hi"), COMPLETE],
    ),
    "reasoning": (
        chunk({"reasoning": "hm"}) + chunk({"content": "Hi"}) + STOP,
        [ThinkingPiece(0, "hm"), PayloadPiece(0, payload(field="reasoning")), TextPiece(1, "Hi"), COMPLETE],
    ),
    "the same reasoning in two fields": (
        chunk({"reasoning": "hm", "reasoning_content": "hm"}) + chunk({"content": "Hi"}) + STOP,
        [ThinkingPiece(0, "hm"), PayloadPiece(0, FIELD), TextPiece(1, "Hi"), COMPLETE],
    ),
    "reasoning and text in one chunk": (
        chunk({"reasoning_content": "hm", "content": "Hi"}) + STOP,
        [ThinkingPiece(0, "hm"), PayloadPiece(0, FIELD), TextPiece(1, "Hi"), COMPLETE],
    ),
    "interleaved reasoning": (
        b"".join(chunk({field: field[0]}) for field in ("reasoning_content", "content", "reasoning_content", "content"))
        + STOP,
        [
            ThinkingPiece(0, "r"),
            PayloadPiece(0, FIELD),
            TextPiece(1, "c"),
            ThinkingPiece(2, "r"),
            PayloadPiece(2, FIELD),
            TextPiece(3, "c"),
            COMPLETE,
        ],
    ),
    "content as a list": (
        chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]})
        + chunk({"content": [{"type": "text", "text": "Hi"}, 7]})
        + STOP,
        [ThinkingPiece(0, "hm"), TextPiece(1, "Hi"), COMPLETE],
    ),
    "refusal": (chunk({"refusal": "I "}) + chunk({"refusal": "won't."}) + STOP, [TextPiece(0, "I won't."), COMPLETE]),
    "a call": (
        chunk(call(index=0, id="c1", type="function", name="f", arguments=""))
        + chunk(call(index=0, arguments='{"a":'))
        + chunk(call(index=0, arguments="1}"))
        + chunk({}, "tool_calls")
        + DONE,
        [CallPiece(0, "c1", "f", '{"a":1}'), COMPLETE],
    ),
    "text, then parallel calls": (
        chunk({"content": "So:"})
        + chunk(call(index=0, id="c1", name="f", arguments="{}"))
        + chunk(call(index=1, id="c2", name="g", arguments="{}"))
        + chunk({}, "tool_calls"),
        [TextPiece(0, "So:"), CallPiece(1, "c1", "f", "{}"), CallPiece(2, "c2", "g", "{}"), COMPLETE],
    ),
    "interleaved calls": (
        chunk(call(index=0, id="c1", name="f", arguments='{"a'))
        + chunk(call(index=1, id="c2", name="g", arguments='{"b'))
        + chunk(call(index=0, arguments='":1}'))
        + chunk(call(index=1, arguments='":2}'))
        + STOP,
        [
            CallPiece(0, "c1", "f", '{"a'),
            CallPiece(1, "c2", "g", '{"b'),
            CallPiece(0, "c1", "f", '":1}'),
            CallPiece(1, "c2", "g", '":2}'),
            COMPLETE,
        ],
    ),
    "a call without arguments": (
        chunk(call(index=0, id="c1", name="f")) + STOP,
        [CallPiece(0, "c1", "f", ""), COMPLETE],
    ),
    "calls without arguments": (
        chunk(call(index=0, id="c1", name="f")) + chunk(call(index=1, id="c2", name="g")) + STOP,
        [CallPiece(0, "c1", "f", ""), CallPiece(1, "c2", "g", ""), COMPLETE],
    ),
    "calls without index": (
        chunk(call(id="c1", name="f", arguments='{"a":'))
        + chunk(call(id="c1", arguments="1}"))
        + chunk(call(id="c2", name="f", arguments="{}"))
        + STOP,
        [CallPiece(0, "c1", "f", '{"a":1}'), CallPiece(1, "c2", "f", "{}"), COMPLETE],
    ),
    "calls with neither index nor id": (
        chunk(call(name="f", arguments='{"a":'))
        + chunk(call(arguments="1}"))
        + chunk(call(name="f", arguments="{}"))
        + STOP,
        [CallPiece(0, "", "f", '{"a":1}'), CallPiece(1, "", "f", "{}"), COMPLETE],
    ),
    "every call at index 0": (
        chunk(call(index=0, id="c1", name="f", arguments="{}"))
        + chunk(call(index=0, id="c2", name="g", arguments="{}"))
        + STOP,
        [CallPiece(0, "c1", "f", "{}"), CallPiece(1, "c2", "g", "{}"), COMPLETE],
    ),
    "every call at index 0 with an empty id": (
        chunk(call(index=0, id="", name="f", arguments="{}"))
        + chunk(call(index=0, id="", name="f", arguments="{}"))
        + STOP,
        [CallPiece(0, "", "f", "{}"), CallPiece(1, "", "f", "{}"), COMPLETE],
    ),
    "the same id for two calls": (
        chunk(call(index=0, id="c", name="f", arguments="{}"))
        + chunk(call(index=1, id="c", name="g", arguments="{}"))
        + STOP,
        [CallPiece(0, "c", "f", "{}"), CallPiece(1, "c", "g", "{}"), COMPLETE],
    ),
    "a new id in every chunk": (
        chunk(call(index=0, id="c1", name="f", arguments='{"a":'))
        + chunk(call(index=0, id="c2", arguments="1}"))
        + STOP,
        [CallPiece(0, "c1", "f", '{"a":1}'), COMPLETE],
    ),
    "id and name in every chunk": (
        chunk(call(index=0, id="c1", name="f", arguments=""))
        + chunk(call(index=0, id="c1", name="f", arguments='{"a":'))
        + chunk(call(index=0, id="c1", name="f", arguments="1}"))
        + STOP,
        [CallPiece(0, "c1", "f", '{"a":1}'), COMPLETE],
    ),
    "a name in pieces": (
        chunk(call(index=0, id="c1", name="read_"))
        + chunk(call(index=0, name="file"))
        + chunk(call(index=0, arguments="{}"))
        + STOP,
        [CallPiece(0, "c1", "read_file", "{}"), COMPLETE],
    ),
    "the whole call once more": (
        chunk(call(index=0, id="c1", name="f", arguments="{}"))
        + chunk(call(index=0, id="c1", name="f", arguments="{}"), "tool_calls"),
        [CallPiece(0, "c1", "f", "{}"), COMPLETE],
    ),
    "arguments as an object": (
        chunk(call(index=0, id="c1", name="f", arguments={"a": 1})) + STOP,
        [CallPiece(0, "c1", "f", '{"a":1}'), COMPLETE],
    ),
    "text after a call": (
        chunk({"content": "a"})
        + chunk(call(index=0, id="c1", name="f", arguments="{}"))
        + chunk({"content": "b"})
        + STOP,
        [TextPiece(0, "a"), CallPiece(1, "c1", "f", "{}"), TextPiece(2, "b"), COMPLETE],
    ),
    "a call with Google's signature": (
        chunk(call(index=0, id="c1", name="f", arguments="{}", extra_content={"google": {"thought_signature": "S"}}))
        + STOP,
        [
            CallPiece(0, "c1", "f", "{}"),
            PayloadPiece(0, payload(extra_content={"google": {"thought_signature": "S"}})),
            COMPLETE,
        ],
    ),
    "no [DONE]": (chunk({"content": "Hi"}, "stop"), [TextPiece(0, "Hi"), COMPLETE]),
    "an end without a blank line": (
        chunk({"content": "Hi"}) + chunk({}, "stop").rstrip(),
        [TextPiece(0, "Hi"), COMPLETE],
    ),
    "something torn after the end": (chunk({"content": "Hi"}, "stop") + b'data: {"usa', [TextPiece(0, "Hi"), COMPLETE]),
    "something after [DONE]": (
        chunk({"content": "Hi"}, "stop") + DONE + chunk({"content": "no"}),
        [TextPiece(0, "Hi"), COMPLETE],
    ),
    "half a character": (
        b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n' + STOP,
        [TextPiece(0, "a\ufffd"), COMPLETE],
    ),
    "bytes that are no character": (
        b'data: {"choices":[{"delta":{"content":"a\xf0\x9f"}}]}\n\n' + STOP,
        [TextPiece(0, "a\ufffd"), COMPLETE],
    ),
    "empty events": (b"data: \n\n" + chunk({"content": "Hi"}) + STOP, [TextPiece(0, "Hi"), COMPLETE]),
    "Azure's chunk without a choice": (
        chunk(prompt_filter_results=[]) + chunk({"content": "Hi"}) + STOP,
        [TextPiece(0, "Hi"), COMPLETE],
    ),
    "an answer that is not streamed": (
        json.dumps(
            {
                "choices": [
                    {
                        "message": {
                            "content": "Hi",
                            "reasoning_content": "hm",
                            "tool_calls": [
                                {"id": "c1", "function": {"name": "f", "arguments": "{}"}},
                                {"id": "c2", "function": {"name": "f", "arguments": "{}"}},
                            ],
                        },
                        "finish_reason": "tool_calls",
                    }
                ],
                "usage": {"prompt_tokens": 3, "completion_tokens": 4},
            },
            indent=1,
        ).encode(),
        [
            ThinkingPiece(0, "hm"),
            PayloadPiece(0, FIELD),
            TextPiece(1, "Hi"),
            CallPiece(2, "c1", "f", "{}"),
            CallPiece(3, "c2", "f", "{}"),
            Finished("complete", Usage(input=3, output=4)),
        ],
    ),
    "nothing": (chunk({"role": "assistant", "content": ""}) + STOP, [COMPLETE]),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_is_decoded(case: str) -> None:
    stream, pieces = ANSWERS[case]
    assert pieces_of(stream) == pieces


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_with_other_line_ends_is_the_same(case: str) -> None:
    stream, pieces = ANSWERS[case]
    assert pieces_of(stream.replace(b"\n", b"\r\n")) == pieces


@given(st.sampled_from(sorted(ANSWERS)), st.booleans(), st.lists(st.integers(0, 1_500), max_size=30))
def test_any_cutting_gives_the_same_answer(case: str, windows: bool, cuts: list[int]) -> None:
    stream, pieces = ANSWERS[case]
    if windows:
        stream = stream.replace(b"\n", b"\r\n")
    ends = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert decode(*(stream[start:end] for start, end in pairwise(ends))) == (pieces, None)


@given(st.sampled_from(sorted(ANSWERS)), st.data())
def test_an_answer_that_is_cut_anywhere_never_ends_well_before_its_reason(case: str, data: st.DataObject) -> None:
    stream, whole = ANSWERS[case]
    end = data.draw(st.integers(0, max(0, stream.find(b'"finish_reason": "') - 1)))
    pieces, failure = decode(stream[:end])
    assert failure is not None
    assert not any(isinstance(piece, Finished) for piece in pieces)
    assert text_of(whole).startswith(text_of(pieces))


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1), st.lists(st.integers(0, 400)))
def test_no_character_is_torn(text: str, cuts: list[int]) -> None:
    event = {"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]}
    stream = b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"
    ends = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert decode(*(stream[start:end] for start, end in pairwise(ends))) == ([TextPiece(0, text), COMPLETE], None)


@pytest.mark.parametrize(
    ("reason", "finished"),
    [
        ("stop", "complete"),
        ("tool_calls", "complete"),
        ("function_call", "complete"),
        ("eos", "complete"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("model_length", "length"),
        ("content_filter", "filtered"),
        ("sensitive", "filtered"),
    ],
)
def test_the_servers_reason_is_told(reason: str, finished: str) -> None:
    last = pieces_of(chunk({"content": "Hi"}, reason))[-1]
    assert isinstance(last, Finished)
    assert last.reason == finished


HI = chunk({"content": "Hi"})
FAILURES: dict[str, tuple[bytes, FailureKind]] = {
    "no finish_reason": (HI, "stream_cut"),
    "[DONE] without a finish_reason": (HI + DONE, "stream_cut"),
    "a torn event": (HI + b'data: {"choices": [{"del', "stream_cut"),
    "a reason that means broken off": (HI + chunk({}, "insufficient_system_resource") + DONE, "stream_cut"),
    "garbled JSON": (HI + b"data: {nonsense}\n\n" + STOP, "malformed_stream"),
    "not an object": (HI + b"data: 7\n\n" + STOP, "malformed_stream"),
    "an endless event": (HI + b"data: " + b"x" * 8_400_000, "malformed_stream"),
    "an error": (HI + b'data: {"error":{"message":"Overloaded","code":502}}\n\n', "overloaded"),
    "an error in its own event": (
        HI + b'event: error\ndata: {"error":{"message":"Slow","code":429}}\n\n',
        "rate_limited",
    ),
    "a bare error": (
        HI + b'{"error":{"message":"Too long","type":"exceed_context_size_error"}}\n\n',
        "context_too_long",
    ),
    "vLLM's old error": (
        HI + b'data: {"object":"error","message":"no","type":"BadRequestError","code":400}\n\n',
        "bad_request",
    ),
    "OpenRouter's error chunk": (
        HI + chunk({"content": ""}, "error", error={"code": "server_error", "message": "Provider disconnected"}),
        "overloaded",
    ),
    "an error document": (b'{\n"error": {"message": "Rate limit", "code": 429}\n}', "rate_limited"),
    "a garbled document": (b'{\n"choices": nonsense\n}', "malformed_stream"),
}


@pytest.mark.parametrize("case", FAILURES)
@pytest.mark.parametrize("size", [5, 10_000_000])
def test_trouble_is_classified(case: str, size: int) -> None:
    stream, kind = FAILURES[case]
    reads = [stream[start : start + size] for start in range(0, min(len(stream), 60_000), size)]
    pieces, failure = decode(*reads, stream[len(b"".join(reads)) :])
    assert failure == kind
    assert not any(isinstance(piece, Finished) for piece in pieces)


@pytest.mark.parametrize("case", [case for case, (stream, _) in FAILURES.items() if stream.startswith(HI)])
def test_text_before_trouble_is_not_lost(case: str) -> None:
    assert decode(FAILURES[case][0])[0] == [TextPiece(0, "Hi")]


def test_what_a_server_writes_is_shown_without_the_key() -> None:
    decoder = ChatStreamDecoder("openai_chat", "m", ("sk-secret-key",))
    decoder.feed(b"data: {nonsense sk-secret-key\n\n")
    assert decoder.failure is not None
    assert "nonsense" in (decoder.failure.detail or "")
    assert "sk-secret-key" not in (decoder.failure.detail or "")


COUNTS = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
USAGES: dict[str, tuple[object, Usage | None]] = {
    "OpenAI": (
        {
            **COUNTS,
            "prompt_tokens_details": {"cached_tokens": 64},
            "completion_tokens_details": {"reasoning_tokens": 7},
        },
        Usage(input=100, cached=64, output=20, reasoning=7),
    ),
    "OpenRouter": (
        {**COUNTS, "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 30}},
        Usage(input=100, cached=64, cache_written=30, output=20),
    ),
    "DeepSeek": ({**COUNTS, "prompt_cache_hit_tokens": 64}, Usage(input=100, cached=64, output=20)),
    "Moonshot": ({**COUNTS, "cached_tokens": 64}, Usage(input=100, cached=64, output=20)),
    "xAI": (
        {**COUNTS, "total_tokens": 150, "completion_tokens_details": {"reasoning_tokens": 30}},
        Usage(input=100, output=50, reasoning=30),
    ),
    "nothing but counts": ({"prompt_tokens": 100, "completion_tokens": 20}, Usage(input=100, output=20)),
    "empty details": ({**COUNTS, "prompt_tokens_details": None}, Usage(input=100, output=20)),
    "nonsense": ({"prompt_tokens": -5, "completion_tokens": "many"}, None),
    "zeros": ({"prompt_tokens": 0, "completion_tokens": 0}, None),
    "none": (None, None),
}


@pytest.mark.parametrize("case", USAGES)
def test_tokens_are_counted(case: str) -> None:
    counts, usage = USAGES[case]
    stream = HI + chunk({}, "stop") + chunk(usage=counts) + DONE
    assert pieces_of(stream) == [TextPiece(0, "Hi"), Finished("complete", usage)]


def test_usage_in_every_chunk_counts_once() -> None:
    stream = chunk({"content": "Hi"}, usage={**COUNTS, "completion_tokens": 1}) + chunk({}, "stop", usage=COUNTS)
    assert pieces_of(stream)[-1] == Finished("complete", Usage(input=100, output=20))


def test_groq_and_moonshot_put_usage_elsewhere() -> None:
    expected = Finished("complete", Usage(input=100, output=20))
    assert pieces_of(chunk({}, "stop", x_groq={"usage": COUNTS}))[-1] == expected
    choice = {"choices": [{"delta": {}, "finish_reason": "stop", "usage": COUNTS}]}
    assert pieces_of(b"data: " + json.dumps(choice).encode() + b"\n\n")[-1] == expected


def test_reasoning_details_are_merged_and_given_at_the_end() -> None:
    details = [
        {"type": "reasoning.text", "index": 0, "text": "Let ", "format": "anthropic-claude-v1"},
        {"type": "reasoning.text", "index": 0, "text": "me"},
        {"type": "reasoning.text", "index": 0, "signature": "S", "text": None},
        {"type": "reasoning.encrypted", "index": 1, "data": "E", "id": "r1"},
    ]
    stream = (
        b"".join(chunk({"reasoning": detail.get("text") or "", "reasoning_details": [detail]}) for detail in details)
        + chunk({"content": "Hi"})
        + STOP
    )
    merged_details = [
        {"type": "reasoning.text", "index": 0, "text": "Let me", "format": "anthropic-claude-v1", "signature": "S"},
        {"type": "reasoning.encrypted", "index": 1, "data": "E", "id": "r1"},
    ]
    assert pieces_of(stream) == [
        ThinkingPiece(0, "Let me"),
        PayloadPiece(0, payload(field="reasoning")),
        TextPiece(1, "Hi"),
        PayloadPiece(0, payload(reasoning_details=merged_details)),
        COMPLETE,
    ]


def test_reasoning_details_that_hide_their_text_are_kept_too() -> None:
    detail = {"type": "reasoning.encrypted", "data": "E", "id": "r1", "index": 0}
    stream = chunk({"reasoning_details": [detail]}) + chunk(call(index=0, id="c1", name="f", arguments="{}")) + STOP
    assert pieces_of(stream) == [
        ThinkingPiece(0, ""),
        CallPiece(1, "c1", "f", "{}"),
        PayloadPiece(0, payload(reasoning_details=[detail])),
        COMPLETE,
    ]


def test_reasoning_details_speak_where_no_other_field_does() -> None:
    stream = chunk({"reasoning_details": [{"type": "reasoning.summary", "summary": "hm", "index": 0}]}) + STOP
    assert pieces_of(stream)[0] == ThinkingPiece(0, "hm")
