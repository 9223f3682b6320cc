"""Requests for OpenAI chat completions.

Rules: every tool call is answered by exactly one `tool` message directly after the assistant's message; an assistant
message has text or tool calls. Source of the wordings: the service's own answers.
"""

from typing import Literal

from pydantic import Field, JsonValue, ValidationError

from flowent.scripted.failure import Failure
from flowent.scripted.requests.base import (
    Call,
    Issued,
    ParsedRequest,
    WireModel,
    illegal,
    openai_bad_request,
    texts_of,
)
from flowent.scripted.script import Role

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}

_LONGEST_CALL_ID = 40


class _Function(WireModel):
    name: str
    arguments: str = ""


class _ToolCall(WireModel):
    id: str
    function: _Function


class _Message(WireModel):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: JsonValue = None
    tool_calls: tuple[_ToolCall, ...] | None = None
    tool_call_id: str | None = None

    @property
    def calls(self) -> tuple[_ToolCall, ...]:
        return self.tool_calls or ()


class _Named(WireModel):
    name: str


class _Tool(WireModel):
    function: _Named


class _StreamOptions(WireModel):
    include_usage: bool | None = None


class _ChatRequest(WireModel):
    model: str
    messages: tuple[_Message, ...] = Field(min_length=1)
    tools: tuple[_Tool, ...] | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None


class ChatReader:
    """Reads chat completion requests."""

    def read(self, call: Call) -> ParsedRequest:
        """Read one request.

        Raises:
            BadRequestError: A field is missing or has a wrong type.
        """
        try:
            request = _ChatRequest.model_validate(call.body)
        except ValidationError as error:
            raise openai_bad_request(error) from error
        raw_messages = call.body["messages"]
        last = request.messages[-1]
        last_user = next((message for message in reversed(request.messages) if message.role == "user"), None)
        return ParsedRequest(
            model=request.model,
            stream=bool(request.stream),
            texts=tuple(texts_of(raw_messages)),
            last_texts=tuple(texts_of(last.content)),
            last_user_texts=tuple(texts_of(last_user.content)) if last_user else (),
            last_role=_ROLES[last.role],
            tools=frozenset(tool.function.name for tool in request.tools or ()),
            find_fault=lambda issued: _find_fault(request.messages, issued),
            wants_usage=bool(request.stream_options and request.stream_options.include_usage),
        )


def _find_fault(messages: tuple[_Message, ...], _issued: Issued) -> Failure | None:
    open_calls: list[str] = []
    opened_at = 0
    for number, message in enumerate(messages):
        if message.role == "tool":
            fault = _tool_result_fault(number, message, open_calls, follows_calls=opened_at > 0)
            if fault is not None:
                return fault
            open_calls.remove(message.tool_call_id or "")
            continue
        if open_calls:
            return _unanswered(opened_at, open_calls)
        opened_at = 0
        if message.role == "assistant":
            if message.content in (None, "", []) and not message.calls:
                return illegal(
                    "Invalid value for 'content': expected a string, got null.", f"messages.[{number}].content"
                )
            open_calls = [call.id for call in message.calls]
            too_long = next((index for index, one in enumerate(open_calls) if len(one) > _LONGEST_CALL_ID), None)
            if too_long is not None:
                place = f"messages[{number}].tool_calls[{too_long}].id"
                return illegal(
                    f"Invalid '{place}': string too long. Expected a string with maximum length {_LONGEST_CALL_ID}, "
                    f"but got a string with length {len(open_calls[too_long])} instead.",
                    place,
                    "string_above_max_length",
                )
            if len(set(open_calls)) != len(open_calls):
                return illegal(
                    f"Duplicate value for 'tool_call_id' of '{_repeated(open_calls)}'.",
                    f"messages.[{number}].tool_calls",
                )
            opened_at = number + 1 if open_calls else 0
        elif message.content is None:
            return illegal("Invalid value for 'content': expected a string, got null.", f"messages.[{number}].content")
    return _unanswered(opened_at, open_calls) if open_calls else None


def _tool_result_fault(number: int, message: _Message, open_calls: list[str], *, follows_calls: bool) -> Failure | None:
    if not follows_calls:
        return illegal(
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
            "'tool_calls'.",
            f"messages.[{number}].role",
        )
    if message.tool_call_id is None:
        return illegal("Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.")
    if message.tool_call_id not in open_calls:
        return illegal(
            f"Invalid parameter: 'tool_call_id' of '{message.tool_call_id}' not found in 'tool_calls' of previous "
            "message, or answered already.",
            f"messages.[{number}].tool_call_id",
        )
    if message.content is None:
        return illegal("Invalid value for 'content': expected a string, got null.", f"messages.[{number}].content")
    return None


def _unanswered(opened_at: int, open_calls: list[str]) -> Failure:
    return illegal(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
        f"The following tool_call_ids did not have response messages: {', '.join(open_calls)}",
        f"messages.[{opened_at}].role",
    )


def _repeated(values: list[str]) -> str:
    return next(value for value in values if values.count(value) > 1)
