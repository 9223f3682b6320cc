"""The script: what the provider answers, in which order, and what it expects of each request.

A script is JSON. It is parsed once, here; everything behind this module trusts its types. Unknown fields are
refused, because a misspelt fault would otherwise make a test pass for the wrong reason.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    NonNegativeInt,
    PositiveInt,
    ValidationError,
    model_validator,
)

from flowent.scripted.failure import USUAL_KIND, USUAL_STATUS, FailureKind

Finish = Literal["stop", "length", "tool_calls", "content_filter"]
Role = Literal["system", "user", "assistant", "tool"]
Seconds = Annotated[float, Field(ge=0)]


class ScriptError(ValueError):
    """A script that cannot be played; the message names every field at fault."""


class ScriptModel(BaseModel):
    """Base of everything in a script: frozen, strictly typed, without unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ThinkingPart(ScriptModel):
    """Reasoning, signed by the provider where the format signs it.

    `redacted` reasoning has no readable text: Anthropic sends `redacted_thinking`, Responses an item without a
    summary, Gemini a signature only, and chat nothing.
    """

    type: Literal["thinking"]
    text: str = ""
    redacted: bool = False


class TextPart(ScriptModel):
    """Text of the answer: either `text`, or `tokens` generated short words that are sent one per chunk."""

    type: Literal["text"]
    text: str | None = None
    tokens: PositiveInt | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.text is None) == (self.tokens is None):
            raise ValueError("a text part has either `text` or `tokens`")
        return self


class ToolCall(ScriptModel):
    """One tool call. `arguments` given as a string are sent as they are, so that they can be malformed.

    Without `id` the provider makes a unique one in its own style (Gemini sends none). An empty `id` is sent empty.
    """

    name: str
    arguments: dict[str, JsonValue] | str = Field(default_factory=dict)
    id: str | None = None


class ToolCallPart(ToolCall):
    """A tool call at its place in `parts`."""

    type: Literal["tool_call"]


Part = Annotated[ThinkingPart | TextPart | ToolCallPart, Field(discriminator="type")]


class Usage(ScriptModel):
    """Tokens of one answer, counted one way for all formats.

    `input` includes `cached` and `cache_write`; `output` includes `reasoning`. The formats that count these apart
    get the differences.
    """

    input: NonNegativeInt = 0
    cached: NonNegativeInt = 0
    cache_write: NonNegativeInt = 0
    output: NonNegativeInt = 0
    reasoning: NonNegativeInt = 0

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.cached + self.cache_write > self.input:
            raise ValueError("`input` includes `cached` and `cache_write` and cannot be less than them")
        if self.reasoning > self.output:
            raise ValueError("`output` includes `reasoning` and cannot be less than it")
        return self


class Expectation(ScriptModel):
    """What a request must look like. Texts are searched in the system prompt and all messages, not in the tools.

    Attributes:
        contains: Texts that must occur somewhere.
        not_contains: Texts that must occur nowhere.
        last_contains: Texts that must occur in the last message.
        tools: Names of tools that must be offered.
        not_tools: Names of tools that must not be offered.
        last_role: Who the last message is from; a tool result is `tool` in every format.
        fields: A part of the body that must be there; objects are compared by the given keys only.
    """

    contains: tuple[str, ...] = ()
    not_contains: tuple[str, ...] = ()
    last_contains: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    not_tools: tuple[str, ...] = ()
    last_role: Role | None = None
    fields: dict[str, JsonValue] | None = None


class FailureFields(ScriptModel):
    """An HTTP failure: by `status`, by `error` kind, or both.

    Attributes:
        status: HTTP status; from `error` when absent.
        error: Kind of failure; from `status` when absent.
        error_message: Replaces the provider's usual wording.
        headers: Sent with the answer, for example `Retry-After`.
        raw_body: Sent instead of the provider's error body, for example a proxy's HTML page.
    """

    status: Annotated[int, Field(ge=400, le=599)] | None = None
    error: FailureKind | None = None
    error_message: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    raw_body: str | None = None

    @property
    def fails(self) -> bool:
        """Whether the answer is a failure."""
        return self.status is not None or self.error is not None

    @property
    def failure_kind(self) -> FailureKind:
        """The kind of failure; a status without a usual kind counts as a server error or an invalid request."""
        if self.error is not None:
            return self.error
        status = self.status or 500
        return USUAL_KIND.get(status, "server_error" if status >= 500 else "invalid_request")

    def failure_status(self, usual: Mapping[FailureKind, int]) -> int:
        """HTTP status of the failure; `usual` tells where the format's own differs from what is usual."""
        if self.status is not None:
            return self.status
        return usual.get(self.failure_kind, USUAL_STATUS[self.failure_kind])

    @model_validator(mode="after")
    def _details_have_a_failure(self) -> Self:
        if not self.fails and (self.error_message is not None or self.raw_body is not None):
            raise ValueError("`error_message` and `raw_body` belong to an answer with `status` or `error`")
        return self


class InStreamError(ScriptModel):
    """An error that the provider reports inside a stream that began well, after `after` content chunks.

    `form` matters to Responses only: the `error` event, the `response.failed` event, or both in this order.
    """

    after: NonNegativeInt = 0
    error: FailureKind = "server_error"
    message: str | None = None
    form: Literal["both", "error", "failed"] = "both"


class Step(FailureFields):
    """One answer, with what it is for and how it is sent. `docs/guide/scripted-provider.md` explains every field.

    A *content chunk* is one piece of thinking, text or arguments. `cut_after`, `hang_after` and `end_early` count
    content chunks that are still sent; `garble` names the chunk, from 1, that is sent as invalid JSON. `hold_after`
    waits there until it is told to go on.
    """

    match: str | None = None
    match_last: str | None = None
    expect: Expectation | None = None
    repeat: PositiveInt | Literal["always"] = 1
    optional: bool = False

    parts: tuple[Part, ...] | None = None
    thinking: str | None = None
    text: str | None = None
    tokens: PositiveInt | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    empty: bool = False

    chunk_size: PositiveInt = 16
    tokens_per_second: Annotated[float, Field(gt=0)] | None = None
    coalesce: PositiveInt | None = None
    usage: Usage | Literal["none"] | None = None
    finish: Finish | None = None
    raw_finish: str | None = None

    delay: Seconds = 0
    delay_between: Seconds = 0
    cut_after: NonNegativeInt | None = None
    end_early: bool | NonNegativeInt = False
    garble: PositiveInt | None = None
    hang_after: NonNegativeInt | None = None
    hold_after: NonNegativeInt | None = None
    in_stream_error: InStreamError | None = None

    @property
    def content(self) -> tuple[ThinkingPart | TextPart | ToolCallPart, ...]:
        """The parts in the order they are sent; the shorthand fields go thinking, text, tool calls."""
        if self.parts is not None:
            return self.parts
        parts: list[ThinkingPart | TextPart | ToolCallPart] = []
        if self.thinking is not None:
            parts.append(ThinkingPart(type="thinking", text=self.thinking))
        if self.text is not None:
            parts.append(TextPart(type="text", text=self.text))
        if self.tokens is not None:
            parts.append(TextPart(type="text", tokens=self.tokens))
        parts.extend(
            ToolCallPart(type="tool_call", name=call.name, arguments=call.arguments, id=call.id)
            for call in self.tool_calls
        )
        return tuple(parts)

    @property
    def paced(self) -> bool:
        """Whether chunks are sent at a stated pace instead of as fast as possible."""
        return self.tokens_per_second is not None or self.delay_between > 0

    @model_validator(mode="after")
    def _one_clear_answer(self) -> Self:
        shorthand = self.thinking is not None or self.text is not None or self.tokens is not None
        if self.parts is not None and (shorthand or self.tool_calls):
            raise ValueError("`parts` replaces `thinking`, `text`, `tokens` and `tool_calls`; give one or the other")
        if self.text is not None and self.tokens is not None:
            raise ValueError("give either `text` or `tokens`")
        answers = bool(self.content)
        if sum((answers, self.empty, self.fails)) > 1:
            raise ValueError("a step is one of: content, `empty`, or a failure (`status`, `error`)")
        if not (answers or self.empty or self.fails or self.in_stream_error is not None):
            raise ValueError("a step needs content, `empty: true`, or a failure (`status`, `error`)")
        if self.tokens_per_second is not None and self.delay_between > 0:
            raise ValueError("give either `tokens_per_second` or `delay_between`")
        ends = (self.cut_after is not None, self.end_early is not False, self.hang_after is not None)
        if sum((*ends, self.in_stream_error is not None)) > 1:
            raise ValueError("give one of `cut_after`, `end_early`, `hang_after` and `in_stream_error`")
        return self


class ModelList(FailureFields):
    """The answer to a request for the list of models; without `ids`, the names of the script's lanes."""

    ids: tuple[str, ...] | None = None
    delay: Seconds = 0


class Script(ScriptModel):
    """Everything the provider does.

    Attributes:
        steps: Answers for every model that has no lane.
        lanes: Answers by model name, each lane with an order of its own.
        models: The answer to a request for the list of models.
        strict: Check each request's history as the provider would.
        bind_thinking: Refuse Anthropic thinking blocks after a change of the conversation before them, as the newest
            models do. Has no effect without `strict`.
        api_key: When given, any other key is refused.
        record_times: Note when each content chunk was sent.
        max_recorded: How many requests the report keeps; the oldest are forgotten first.
    """

    steps: tuple[Step, ...] = ()
    lanes: dict[str, tuple[Step, ...]] = Field(default_factory=dict)
    models: ModelList = Field(default_factory=ModelList)
    strict: bool = True
    bind_thinking: bool = True
    api_key: str | None = None
    record_times: bool = False
    max_recorded: NonNegativeInt = 1000


def parse_script(source: str | bytes) -> Script:
    """Parse the JSON of a script.

    Raises:
        ScriptError: The JSON is not valid, a field is unknown, or a value does not fit; every fault is named.
    """
    try:
        return Script.model_validate_json(source)
    except ValidationError as error:
        faults = [
            f"  {'.'.join(str(place) for place in fault['loc']) or 'script'}: {_wording(fault['type'], fault['msg'])}"
            for fault in error.errors(include_url=False)
        ]
        raise ScriptError("The script cannot be used:\n" + "\n".join(faults)) from error


def read_script(source: Script | Mapping[str, object] | Path | str) -> Script:
    """Take a script as a value, as plain data, as the path of a file, or as JSON text.

    Raises:
        ScriptError: As for `parse_script`.
        OSError: The file cannot be read.
    """
    if isinstance(source, Script):
        return source
    if isinstance(source, Path):
        return parse_script(source.read_bytes())
    return parse_script(source if isinstance(source, str) else json.dumps(source))


def _wording(kind: str, message: str) -> str:
    return "unknown field" if kind == "extra_forbidden" else message.removeprefix("Value error, ")
