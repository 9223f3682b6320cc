"""The port that every wire format reads requests through, and what a request is once its format is forgotten.

Invariant: a reader is as strict as the provider it stands for, and words a refusal as the provider does. Where the
provider's wording is not publicly known, the message says what is wrong in plain words.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from flowent.scripted.failure import Failure
from flowent.scripted.script import Role

_NOT_TEXT = frozenset(
    {
        "cache_control",
        "call_id",
        "data",
        "encrypted_content",
        "id",
        "media_type",
        "mimeType",
        "role",
        "signature",
        "status",
        "thoughtSignature",
        "thought_signature",
        "tool_call_id",
        "tool_use_id",
        "type",
    }
)

_REMEMBERED = 10_000


class BadRequestError(Exception):
    """A request that the provider would refuse before looking at its history."""

    def __init__(self, message: str, param: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.failure = Failure(kind="invalid_request", status=status, message=message, param=param)


class WireModel(BaseModel):
    """Base of what is read from a request: unknown fields are ignored, as providers gain fields all the time."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


@dataclass(slots=True)
class Issued:
    """What was issued and a client must replay, by a key of the format's choice; bounded."""

    _values: OrderedDict[str, tuple[str, ...]] = field(default_factory=OrderedDict[str, tuple[str, ...]])

    def remember(self, key: str, values: Iterable[str]) -> None:
        """Note that what has this key was issued together with these signatures or ids, unless they were waived."""
        if self._values.get(key) != ():
            self._keep(key, tuple(values))

    def waive(self, key: str) -> None:
        """Note that the same was issued without any as well, so that their absence proves nothing."""
        self._keep(key, ())

    def recall(self, key: str) -> tuple[str, ...]:
        """What was issued with it; empty when nothing was, or not by this playback."""
        return self._values.get(key, ())

    def _keep(self, key: str, values: tuple[str, ...]) -> None:
        self._values[key] = values
        self._values.move_to_end(key)
        if len(self._values) > _REMEMBERED:
            self._values.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Call:
    """The parts of an HTTP request that a reader needs.

    Attributes:
        body: The JSON body.
        headers: Lower-case names.
        model: The model named in the path (Gemini), else empty.
        stream: Whether the path asks for a stream (Gemini).
    """

    body: Mapping[str, JsonValue]
    headers: Mapping[str, str]
    model: str = ""
    stream: bool = False


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request without its format.

    Attributes:
        model: The model's name as the client gave it.
        stream: Whether a stream is asked for.
        texts: Every text of the system prompt and the messages.
        last_texts: The texts of the last message.
        last_user_texts: The texts of the last message from the user; tool results are not the user's.
        last_role: Who the last message is from.
        tools: Names of the tools offered.
        find_fault: Looks for an illegal history; gives the provider's refusal, or None.
        wants_usage: Whether usage belongs into a chat stream.
        wants_encrypted: Whether encrypted reasoning was asked for.
        binding: What thinking in the answer is bound to (Anthropic); costs something, so it is asked for when needed.
    """

    model: str
    stream: bool
    texts: tuple[str, ...]
    last_texts: tuple[str, ...]
    last_user_texts: tuple[str, ...]
    last_role: Role | None
    tools: frozenset[str]
    find_fault: Callable[[Issued], Failure | None]
    wants_usage: bool = True
    wants_encrypted: bool = True
    binding: Callable[[], tuple[str, ...]] = tuple


class RequestReader(Protocol):
    """Reads requests of one wire format."""

    def read(self, call: Call) -> ParsedRequest:
        """Read one request.

        Raises:
            BadRequestError: The body does not have the format's shape.
        """
        ...


def illegal(message: str, param: str | None = None, code: str | None = None, status: int = 400) -> Failure:
    """The refusal of a history that breaks the provider's rules."""
    return Failure(kind="illegal_history", status=status, message=message, param=param, code=code)


def openai_bad_request(error: ValidationError) -> BadRequestError:
    """The refusal of a body without the shape of an OpenAI request."""
    first = error.errors(include_url=False)[0]
    param = "".join(f"[{place}]" if isinstance(place, int) else f".{place}" for place in first["loc"]).lstrip(".")
    if first["type"] == "missing":
        return BadRequestError(f"Missing required parameter: '{param}'.", param)
    return BadRequestError(f"Invalid value for '{param}': {first['msg']}.", param)


def texts_of(value: JsonValue) -> Iterator[str]:
    """Every text in a JSON value, without ids, signatures, roles and the like."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from texts_of(item)
        case dict():
            for key, item in value.items():
                if key not in _NOT_TEXT:
                    yield from texts_of(item)
        case _:
            pass
