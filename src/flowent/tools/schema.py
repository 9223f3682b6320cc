"""Tool arguments as models are told of them: a small JSON Schema, the same bytes in every run.

What helps no model is left out: titles, docstrings written for developers, and references, which some providers do
not follow. Nothing is said of unknown arguments but that there are none.
"""

from typing import cast

from pydantic import BaseModel, JsonValue

from flowent.domain.values import JsonObject

_REFERENCE = "#/$defs/"


def parameters_schema(arguments: type[BaseModel]) -> JsonObject:
    """Give the schema of a tool's arguments; raises ValueError where they contain themselves."""
    whole = cast("JsonObject", arguments.model_json_schema())
    definitions = cast("JsonObject", whole.pop("$defs", {}))
    schema = _model(whole, definitions, ())
    schema.setdefault("properties", {})
    return schema


def _model(schema: JsonObject, definitions: JsonObject, within: tuple[str, ...]) -> JsonObject:
    """Simplify the schema of a model, whose own description is its docstring."""
    return _simplify({key: value for key, value in schema.items() if key != "description"}, definitions, within)


def _simplify(schema: JsonObject, definitions: JsonObject, within: tuple[str, ...]) -> JsonObject:
    result: JsonObject = {}
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(_REFERENCE)
        if name in within:
            raise ValueError(f"{name} contains itself; a model cannot be told of it without references")
        result |= _model(cast("JsonObject", definitions[name]), definitions, (*within, name))
    for key, value in schema.items():
        if key in ("title", "$ref"):
            continue
        if key == "properties":
            # Here the keys are names, which may well be "title".
            properties = cast("JsonObject", value)
            result[key] = {name: _simplify_any(each, definitions, within) for name, each in properties.items()}
        else:
            result[key] = _simplify_any(value, definitions, within)
    if result.get("type") == "object" and "properties" in result:
        result["additionalProperties"] = False
    return result


def _simplify_any(value: JsonValue, definitions: JsonObject, within: tuple[str, ...]) -> JsonValue:
    if isinstance(value, dict):
        return _simplify(value, definitions, within)
    if isinstance(value, list):
        return [_simplify_any(each, definitions, within) for each in value]
    return value
