"""One request that goes nowhere, so that the first real one is as fast as the others.

What the libraries load, build and compile only when it is first used costs 60 to 150 ms. Here it happens at once, on
the thread that imports them: a small conversation is sent to a stage that answers from a book.
"""

import asyncio

import httpx

from flowent.domain.parts import TextPart, ToolPart, ToolResult
from flowent.domain.transcript import AssistantEntry, CallResult, PersonEntry, ResultsEntry
from flowent.models.base import Endpoint, Format, ModelRequest, ToolSpec
from flowent.models.library_relay import Relay
from flowent.models.library_worker import LibraryWorker

_ANSWERS: dict[Format, bytes] = {
    "openai_responses": b"""data: {"type":"response.created","sequence_number":0,"response":{"id":"r",\
"object":"response","created_at":1,"model":"m","status":"in_progress","output":[],"tools":[],"tool_choice":"auto",\
"parallel_tool_calls":true}}

data: {"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"msg_1","type":"message",\
"role":"assistant","status":"in_progress","content":[]}}

data: {"type":"response.output_text.delta","sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,\
"delta":"Yes.","logprobs":[]}

data: {"type":"response.completed","sequence_number":3,"response":{"id":"r","object":"response","created_at":1,\
"model":"m","status":"completed","output":[],"tools":[],"tool_choice":"auto","parallel_tool_calls":true,"usage":{\
"input_tokens":1,"output_tokens":1,"total_tokens":2,"input_tokens_details":{"cached_tokens":0},\
"output_tokens_details":{"reasoning_tokens":0}}}}

""",
    "anthropic": b"""event: message_start
data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],\
"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Yes."}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":1}}

event: message_stop
data: {"type":"message_stop"}

""",
    "gemini": b"""data: {"candidates":[{"content":{"parts":[{"text":"Yes."}],"role":"model"},"finishReason":"STOP",\
"index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2},"modelVersion":"m"}

""",
}

_CALL = ToolPart(id="c", call_id="call", name="tool", input="{}")
_HISTORY = (
    PersonEntry((TextPart(id="p", text="Ready?"),)),
    AssistantEntry((TextPart(id="a", text="I look."), _CALL)),
    ResultsEntry((CallResult("c", "call", "tool", ToolResult(model_text="Yes."), failed=False),)),
)
_TOOL = ToolSpec("tool", "Looks.", {"type": "object", "properties": {}})


async def rehearse(wire_format: Format) -> None:
    """Ask once, on the library's loop; whatever comes of it is of no interest."""
    endpoint = Endpoint("rehearsal", wire_format, "http://rehearsal.invalid#", None)
    worker = LibraryWorker(endpoint, "http://rehearsal.invalid", "rehearsal", _Stage(_ANSWERS[wire_format]))
    loop = asyncio.get_running_loop()
    request = ModelRequest("model", ("You are ready.",), _HISTORY, (_TOOL,), _no_blob)
    await worker.answer(request, {}, Relay(loop, loop))


class _Stage(httpx.AsyncBaseTransport):
    """Answers every request alike."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=self._answer)


async def _no_blob(sha256: str) -> bytes:
    raise KeyError(sha256)
