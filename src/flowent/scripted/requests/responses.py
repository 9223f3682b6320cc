"""Requests for OpenAI Responses.

Rules: every function call has exactly one output after it; reasoning is followed by the item it led to, and that item
comes with its reasoning; encrypted reasoning is replayed unchanged. Conversations are not stored, so
`previous_response_id` is unknown. Source of the wordings: the service's own answers.
"""

from pydantic import Field, JsonValue, ValidationError

from flowent.scripted.failure import Failure
from flowent.scripted.requests.base import (
    BadRequestError,
    Call,
    Issued,
    ParsedRequest,
    WireModel,
    illegal,
    openai_bad_request,
    texts_of,
)
from flowent.scripted.script import Role
from flowent.scripted.signing import is_genuine

_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_ID_PREFIXES = {"function_call": "fc", "reasoning": "rs"}
_LONGEST_CALL_ID = 64


class _Item(WireModel):
    type: str = "message"
    id: str | None = None
    role: str | None = None
    content: JsonValue = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: JsonValue = None
    summary: JsonValue = None
    encrypted_content: str | None = None

    @property
    def speaker(self) -> Role:
        if self.type == "message":
            return _ROLES.get(self.role or "user", "user")
        return "tool" if self.type.endswith("_output") else "assistant"


class _Tool(WireModel):
    type: str
    name: str | None = None


class _ResponsesRequest(WireModel):
    model: str
    input: str | tuple[_Item, ...]
    instructions: str | None = None
    tools: tuple[_Tool, ...] | None = None
    stream: bool | None = None
    store: bool | None = None
    include: tuple[str, ...] | None = Field(default=None)
    previous_response_id: str | None = None


class ResponsesReader:
    """Reads Responses requests."""

    def read(self, call: Call) -> ParsedRequest:
        """Read one request.

        Raises:
            BadRequestError: A field is missing or has a wrong type, or an earlier response is referred to.
        """
        try:
            request = _ResponsesRequest.model_validate(call.body)
        except ValidationError as error:
            raise openai_bad_request(error) from error
        if request.previous_response_id is not None:
            message = f"Previous response with id '{request.previous_response_id}' not found."
            raise BadRequestError(message, "previous_response_id")
        items = _as_items(request.input)
        last_user = next((item for item in reversed(items) if item.speaker == "user"), None)
        return ParsedRequest(
            model=request.model,
            stream=bool(request.stream),
            texts=(*texts_of(request.instructions), *texts_of(call.body["input"])),
            last_texts=tuple(texts_of([items[-1].content, items[-1].output])) if items else (),
            last_user_texts=tuple(texts_of(last_user.content)) if last_user else (),
            last_role=items[-1].speaker if items else None,
            tools=frozenset(tool.name or tool.type for tool in request.tools or ()),
            find_fault=lambda issued: _find_fault(items, issued, stored=request.store is not False),
            wants_encrypted="reasoning.encrypted_content" in (request.include or ()),
        )


def _as_items(value: str | tuple[_Item, ...]) -> tuple[_Item, ...]:
    return (_Item(role="user", content=value),) if isinstance(value, str) else value


def _find_fault(items: tuple[_Item, ...], issued: Issued, *, stored: bool) -> Failure | None:
    return _id_fault(items) or _pairing_fault(items) or _reasoning_fault(items, issued, stored=stored)


def _id_fault(items: tuple[_Item, ...]) -> Failure | None:
    for number, item in enumerate(items):
        prefix = _ID_PREFIXES.get(item.type)
        if prefix is not None and item.id is not None and not item.id.startswith(prefix):
            return illegal(
                f"Invalid 'input[{number}].id': '{item.id}'. Expected an ID that begins with '{prefix}'.",
                f"input[{number}].id",
                "invalid_value",
            )
        if item.type not in {"function_call", "function_call_output"}:
            continue
        place = f"input[{number}].call_id"
        if item.call_id is None:
            return illegal(f"Missing required parameter: '{place}'.", place, "missing_required_parameter")
        if not item.call_id:
            return illegal(
                f"Invalid '{place}': empty string. Expected a string with minimum length 1, but got an empty string "
                "instead.",
                place,
                "empty_string",
            )
        if len(item.call_id) > _LONGEST_CALL_ID:
            return illegal(
                f"Invalid '{place}': string too long. Expected a string with maximum length {_LONGEST_CALL_ID}, but "
                f"got a string with length {len(item.call_id)} instead.",
                place,
                "string_above_max_length",
            )
    return None


def _pairing_fault(items: tuple[_Item, ...]) -> Failure | None:
    called: set[str] = set()
    answered: set[str] = set()
    for item in items:
        call_id = item.call_id or ""
        if item.type == "function_call":
            if call_id in called:
                return illegal(f"Duplicate function call with call_id {call_id}.", "input")
            called.add(call_id)
        elif item.type == "function_call_output":
            if call_id not in called:
                return illegal(f"No tool call found for function call output with call_id {call_id}.", "input")
            if call_id in answered:
                return illegal(f"Duplicate function call output with call_id {call_id}.", "input")
            answered.add(call_id)
    missing = next(
        (item.call_id for item in items if item.type == "function_call" and item.call_id not in answered), None
    )
    return illegal(f"No tool output found for function call {missing}.", "input") if missing is not None else None


def _reasoning_fault(items: tuple[_Item, ...], issued: Issued, *, stored: bool) -> Failure | None:
    present = {item.id for item in items if item.type == "reasoning"}
    for number, item in enumerate(items):
        if item.type == "reasoning":
            fault = _encryption_fault(item, stored=stored)
            if fault is not None:
                return fault
            following = items[number + 1] if number + 1 < len(items) else None
            if following is None or following.speaker != "assistant":
                return illegal(
                    f"Item '{item.id}' of type 'reasoning' was provided without its required following item.", "input"
                )
            continue
        for required in issued.recall(item.id or ""):
            if required not in present:
                return illegal(
                    f"Item '{item.id}' of type '{item.type}' was provided without its required 'reasoning' item: "
                    f"'{required}'.",
                    "input",
                )
    return None


def _encryption_fault(item: _Item, *, stored: bool) -> Failure | None:
    if item.encrypted_content is not None:
        if is_genuine(item.encrypted_content, "encrypted", item.id or ""):
            return None
        shown = f"{item.encrypted_content[:4]}...{item.encrypted_content[-4:]}"
        return illegal(
            f"The encrypted content {shown} could not be verified. Reason: Encrypted content could not be decrypted "
            "or parsed.",
            code="invalid_encrypted_content",
        )
    if stored:
        return None
    return illegal(
        f"Item with id '{item.id}' not found. Items are not persisted when `store` is set to false. Try again with "
        "`store` set to true, or remove this item from your input.",
        "input",
        status=404,
    )
