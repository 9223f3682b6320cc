"""JSON as it is sent: UTF-8 bytes, always valid."""

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError, to_json


def write_json(value: JsonValue) -> bytes:
    """Write JSON; halves of surrogate pairs, which UTF-8 cannot express, become question marks."""
    try:
        return to_json(value)
    except PydanticSerializationError:
        return to_json(_sendable(value))


def _sendable(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case list():
            return [_sendable(item) for item in value]
        case dict():
            return {key: _sendable(item) for key, item in value.items()}
        case _:
            return value
