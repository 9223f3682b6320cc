"""Requests for Gemini's generated content.

Rules: a turn of function calls comes directly after a user turn or function responses, and is answered by one turn
with as many function responses; a call of the current turn keeps its thought signature. Turns of one role that follow
each other count as one. Source of the wordings: the service's own answers and
https://ai.google.dev/gemini-api/docs/thought-signatures.
"""

from itertools import groupby
from typing import Literal

from pydantic import AliasGenerator, ConfigDict, Field, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

from flowent.scripted.answers.gemini import call_key
from flowent.scripted.failure import Failure
from flowent.scripted.requests.base import (
    BadRequestError,
    Call,
    Issued,
    ParsedRequest,
    WireModel,
    illegal,
    texts_of,
)
from flowent.scripted.script import Role
from flowent.scripted.signing import is_genuine

_UNCHECKED_SIGNATURES = frozenset(
    {
        # base64 of `skip_thought_signature_validator` and `context_engineering_is_the_way_to_go`, which the service
        # documents for calls that another model made.
        "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I",
        "Y29udGV4dF9lbmdpbmVlcmluZ19pc190aGVfd2F5X3RvX2dv",
    }
)


class _CamelModel(WireModel):
    """The service accepts camel case and snake case."""

    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel))


class _FunctionCall(_CamelModel):
    name: str
    args: dict[str, JsonValue] = Field(default_factory=dict)
    id: str | None = None


class _FunctionResponse(_CamelModel):
    name: str
    response: dict[str, JsonValue]
    id: str | None = None


class _Part(_CamelModel):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: _FunctionCall | None = None
    function_response: _FunctionResponse | None = None


class _Turn(_CamelModel):
    role: Literal["user", "model", "function"] = "user"
    parts: tuple[_Part, ...] = ()

    @property
    def calls(self) -> list[_Part]:
        return [part for part in self.parts if part.function_call is not None]

    @property
    def responses(self) -> list[_FunctionResponse]:
        return [part.function_response for part in self.parts if part.function_response is not None]

    @property
    def speaker(self) -> Role:
        if self.role == "model":
            return "assistant"
        last_is_response = bool(self.parts) and self.parts[-1].function_response is not None
        return "tool" if last_is_response else "user"


class _Declaration(_CamelModel):
    name: str


class _Tool(_CamelModel):
    function_declarations: tuple[_Declaration, ...] | None = None


class _GeminiRequest(_CamelModel):
    contents: tuple[_Turn, ...] = ()
    tools: tuple[_Tool, ...] | None = None


class GeminiReader:
    """Reads requests for generated content."""

    def read(self, call: Call) -> ParsedRequest:
        """Read one request; the model and whether to stream come from the path.

        Raises:
            BadRequestError: A field has a wrong type or there are no contents.
        """
        try:
            request = _GeminiRequest.model_validate(call.body)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"])
            raise BadRequestError(f"Invalid value at '{place}': {first['msg']}") from error
        if not request.contents:
            raise BadRequestError("* GenerateContentRequest.contents: contents is not specified\n")
        turns = _merged(request.contents)
        last = turns[-1]
        last_user = next((turn for turn in reversed(turns) if turn.role != "model" and _words(turn)), None)
        system = call.body.get("systemInstruction", call.body.get("system_instruction"))
        return ParsedRequest(
            model=call.model,
            stream=call.stream,
            texts=(*texts_of(system), *texts_of(call.body["contents"])),
            last_texts=(*_words(last), *(text for one in last.responses for text in texts_of(one.response))),
            last_user_texts=_words(last_user) if last_user else (),
            last_role=last.speaker,
            tools=frozenset(one.name for tool in request.tools or () for one in tool.function_declarations or ()),
            find_fault=lambda issued: _find_fault(turns, issued),
        )


def _words(turn: _Turn) -> tuple[str, ...]:
    return tuple(part.text for part in turn.parts if part.text is not None)


def _merged(contents: tuple[_Turn, ...]) -> tuple[_Turn, ...]:
    grouped = groupby(contents, key=lambda turn: turn.role == "model")
    return tuple(
        _Turn(role="model" if is_model else "user", parts=tuple(part for turn in turns for part in turn.parts))
        for is_model, turns in grouped
    )


def _find_fault(turns: tuple[_Turn, ...], issued: Issued) -> Failure | None:
    for number, turn in enumerate(turns):
        if not turn.parts:
            return illegal(f"* GenerateContentRequest.contents[{number}].parts: contents.parts must not be empty.\n")
        fault = _order_fault(turns, number)
        if fault is not None:
            return fault
    if turns[-1].role == "model" and turns[-1].calls:
        return _count_fault()
    return _signature_fault(turns, issued)


def _order_fault(turns: tuple[_Turn, ...], number: int) -> Failure | None:
    turn = turns[number]
    before = turns[number - 1] if number else None
    if turn.role == "model":
        if turn.calls and before is None:
            return illegal(
                "Please ensure that function call turn comes immediately after a user turn or after a function "
                "response turn."
            )
        return None
    calls = [part.function_call for part in before.calls if part.function_call is not None] if before else []
    if turn.responses and not calls:
        return illegal("Please ensure that function response turn comes immediately after a function call turn.")
    if len(turn.responses) != len(calls):
        return _count_fault()
    unanswered = list(calls)
    for response in turn.responses:
        match = next((call for call in unanswered if _answers(response, call)), None)
        if match is None:
            return illegal(f"Function response '{response.name}' does not match a function call of the turn before it.")
        unanswered.remove(match)
    return None


def _answers(response: _FunctionResponse, call: _FunctionCall) -> bool:
    same_id = call.id is None or response.id is None or call.id == response.id
    return same_id and call.name == response.name


def _count_fault() -> Failure:
    return illegal(
        "Please ensure that the number of function response parts is equal to the number of function call parts of "
        "the function call turn."
    )


def _signature_fault(turns: tuple[_Turn, ...], issued: Issued) -> Failure | None:
    """Signatures are checked wherever they are; that none is missing, only since the user last spoke."""
    spoken = max((number for number, turn in enumerate(turns) if turn.role != "model" and _words(turn)), default=0)
    for number, turn in enumerate(turns):
        for part in turn.parts:
            call = part.function_call
            key = call_key(call.name, call.args) if call is not None else ""
            if part.thought_signature is not None:
                signature = part.thought_signature
                known = signature.rstrip("=") in _UNCHECKED_SIGNATURES
                if not known and not is_genuine(signature, "thought", key):
                    return illegal("Thought signature is not valid.")
            elif call is not None and number > spoken and issued.recall(key):
                return illegal(
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools "
                    "to work correctly, and missing thought_signature may lead to degraded model performance. "
                    f"Additional data, function call `default_api:{call.name}` , position {number + 1}. Please refer "
                    "to https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
                )
    return None
