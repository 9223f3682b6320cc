"""From the JSON text that a model wrote to a tool's arguments, or to a complaint that tells the model what to change.

One thing is forgiven: null for an argument that may be left out means that it is left out, as several models write
it so.
"""

import difflib
import json
from collections.abc import Iterable
from types import NoneType
from typing import Final, get_args

from pydantic import JsonValue, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, from_json

from flowent.domain.values import JsonObject
from flowent.tools.base import Arguments, ToolError
from flowent.tools.text import clean

_SHOWN_ERRORS: Final = 8
_SHOWN_CHARACTERS: Final = 80

_EXPECTED: Final = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "an object",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "an integer",
    "int_parsing": "an integer",
    "int_type": "an integer",
    "list_type": "an array",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "a string",
    "tuple_type": "an array",
}


def parse_arguments(tool: str, arguments: type[Arguments], text: str) -> Arguments:
    """Validate a call's raw JSON text, where empty means no arguments; raises ToolError with the complaint."""
    given = _parse_object(tool, clean(text))
    fields = arguments.model_fields
    given = {
        name: value
        for name, value in given.items()
        if value is not None or name not in fields or fields[name].is_required() or _takes_null(fields[name])
    }
    try:
        return arguments.model_validate(given)
    except ValidationError as error:
        raise ToolError(_complaint(tool, arguments, error)) from error


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Give the name that resembles the given one most, None if none does."""
    near = difflib.get_close_matches(name[:100], sorted(names), n=1, cutoff=0.6)
    return near[0] if near else None


def _takes_null(field: FieldInfo) -> bool:
    return NoneType in get_args(field.annotation)


def _parse_object(tool: str, text: str) -> JsonObject:
    if not text.strip():
        return {}
    try:
        value: JsonValue = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise ToolError(f"{tool}: the arguments are not valid JSON: {error}. Nothing was run.") from error
    if not isinstance(value, dict):
        raise ToolError(f"{tool}: the arguments must be a JSON object, got {_shown(value)}.")
    return value


def _complaint(tool: str, arguments: type[Arguments], error: ValidationError) -> str:
    details = error.errors(include_url=False)
    complaints = [_complain(detail, arguments) for detail in details[:_SHOWN_ERRORS]]
    if len(details) > _SHOWN_ERRORS:
        complaints.append(f"and {len(details) - _SHOWN_ERRORS} more")
    return f"{tool}: {'; '.join(complaints)}."


def _complain(detail: ErrorDetails, arguments: type[Arguments]) -> str:
    """Say of one field what was expected and what was given."""
    field = _field(detail["loc"])
    kind = detail["type"]
    if kind == "missing":
        return f"{field} is required"
    if kind == "extra_forbidden":
        return _unknown(detail, arguments)
    if kind == "value_error":
        said = str(detail.get("ctx", {}).get("error", detail["msg"]))
        return f"{field}: {said}" if field else said
    expected = _EXPECTED.get(kind) or _expectation(detail["msg"])
    return (
        f"{field} {expected if expected.startswith('must') else f'must be {expected}'}, got {_shown(detail['input'])}"
    )


def _expectation(message: str) -> str:
    """Turn the library's sentence into what follows a field's name."""
    for beginning, replaced in (
        ("Input should be ", "must be "),
        ("String should ", "must "),
        ("Tuple should ", "must "),
        ("List should ", "must "),
        ("Value should ", "must "),
    ):
        if message.startswith(beginning):
            return replaced + message.removeprefix(beginning)
    return f"must be valid ({message[:1].lower()}{message[1:]})"


def _unknown(detail: ErrorDetails, arguments: type[Arguments]) -> str:
    """Complain of an argument that does not exist; what does is known for those of the call itself."""
    *above, last = detail["loc"]
    name = _cut(str(last))
    if above:
        return f'{_field(tuple(above))} has no "{name}"'
    near = nearest(name, arguments.model_fields)
    if near is not None:
        return f'unknown argument "{name}" (did you mean "{near}"?)'
    names = ", ".join(arguments.model_fields)
    return f'unknown argument "{name}" (there are: {names or "none"})'


def _field(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f"{'.' if path else ''}{part}"
    return f'"{path}"' if path else ""


def _shown(value: object) -> str:
    """Show a value as the model wrote it, cut."""
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
