"""Requests for Anthropic messages: their shape and what they say.

Protocol: https://platform.claude.com/docs/en/api/messages. `anthropic_history` has the rules for the conversation.
"""

from typing import Literal

from pydantic import Field, JsonValue, PositiveInt, ValidationError

from flowent.scripted.requests.anthropic_history import History, Message, find_fault
from flowent.scripted.requests.base import BadRequestError, Call, ParsedRequest, WireModel, texts_of
from flowent.scripted.script import Role


class _Tool(WireModel):
    name: str


class _BlockBinding(WireModel):
    prefix_mismatch_behavior: Literal["error", "drop_block"] | None = None


class _Thinking(WireModel):
    type: str
    block_binding: _BlockBinding | None = None

    @property
    def drops_blocks(self) -> bool:
        return self.block_binding is not None and self.block_binding.prefix_mismatch_behavior == "drop_block"


class _AnthropicRequest(WireModel):
    model: str
    max_tokens: PositiveInt
    messages: tuple[Message, ...] = Field(min_length=1)
    tools: tuple[_Tool, ...] | None = None
    system: JsonValue = None
    stream: bool | None = None
    thinking: _Thinking | None = None


class AnthropicReader:
    """Reads Anthropic requests."""

    def read(self, call: Call) -> ParsedRequest:
        """Read one request.

        Raises:
            BadRequestError: The version header is missing, or a field is missing or has a wrong type.
        """
        if "anthropic-version" not in call.headers:
            raise BadRequestError("anthropic-version: header is required")
        try:
            request = _AnthropicRequest.model_validate(call.body)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            message = "Field required" if first["type"] == "missing" else first["msg"]
            raise BadRequestError(f"{'.'.join(str(step) for step in first['loc'])}: {message}") from error
        history = History(
            messages=request.messages,
            raw_messages=call.body["messages"],
            setup=(call.body.get("system"), call.body.get("tools")),
            thinking_is_off=request.thinking is not None and request.thinking.type == "disabled",
            drops_stale_thinking=request.thinking is not None and request.thinking.drops_blocks,
        )
        last = request.messages[-1]
        last_user = next((one for one in reversed(request.messages) if one.role == "user" and one.words), None)
        return ParsedRequest(
            model=request.model,
            stream=bool(request.stream),
            texts=(*texts_of(request.system), *texts_of(call.body["messages"])),
            last_texts=(*last.words, *(text for block in last.results for text in texts_of(block.content))),
            last_user_texts=last_user.words if last_user else (),
            last_role=_role(last),
            tools=frozenset(tool.name for tool in request.tools or ()),
            find_fault=lambda issued: find_fault(history, issued),
            binding=history.binding,
        )


def _role(message: Message) -> Role:
    is_result = bool(message.blocks) and message.blocks[-1].type == "tool_result"
    return "tool" if message.role == "user" and is_result else message.role
