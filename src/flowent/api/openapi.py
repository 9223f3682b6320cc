"""The OpenAPI document: the routes, the problems that each may answer with, and every event of the streams."""

from typing import Any, cast, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, create_model
from pydantic.json_schema import models_json_schema

from flowent.api.documentation import EVERYWHERE, PROBLEM_SCHEMA, problem
from flowent.api.guard import PUBLIC
from flowent.api.problems import ProblemDetails
from flowent.api.views import ConversationListed
from flowent.domain.events import Event
from flowent.domain.values import JsonObject, NonNegative

DESCRIPTION = """\
A workspace for an AI agent. Log in with `Authorization: Bearer` and the workspace's token, or with the cookie that a
one-time link sets. Refusals are problem details (RFC 9457) with a stable `code` and a `remedy`. Unknown fields and
parameters are refused.

Conversations are followed as server-sent events: `id` is the event's `seq`, `event` its type, `data` its JSON
(`StreamEvent`). Deltas may be missing once their step is done: `output_done` holds the whole. A late reader may get
one `snapshot` in place of many events.
"""
_REF = "#/components/schemas/{model}"
_STREAMS = {"/api/conversations/{conversation_id}/stream": "StreamEvent", "/api/stream": "TabEvent"}


def document(app: FastAPI, version: str) -> JsonObject:
    """Describe an application; costs some 100 ms, so it is made when it is first asked for."""
    made = get_openapi(title="Flowent", version=version, description=DESCRIPTION, routes=app.routes)
    components = cast(dict[str, dict[str, Any]], made.setdefault("components", {}))
    _add_schemas(components)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "flowent_session_6873",
            "description": "Set by a login; its name ends in the workspace's port.",
        },
    }
    made["security"] = [{"token": []}, {"session": []}]
    for path, methods in cast(dict[str, dict[str, dict[str, Any]]], made["paths"]).items():
        for method, operation in methods.items():
            _complete(path, method.upper(), operation)
    return made


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = cast(dict[str, Any], operation["responses"])
    for status in EVERYWHERE:
        responses[str(status)] = problem(status)
    if (method, path) in PUBLIC:
        operation["security"] = []
    if event := _STREAMS.get(path):
        schema = {"$ref": _REF.format(model=event)}
        responses["200"] = {"description": "Events.", "content": {"text/event-stream": {"schema": schema}}}


def _add_schemas(components: dict[str, dict[str, Any]]) -> None:
    """Add the problem and the events. A model that routes use too must have one schema only."""
    events = [_streamed(event) for event in get_args(Event)]
    listed = create_model("ConversationListedEvent", __base__=ConversationListed)
    models: list[type[BaseModel]] = [ProblemDetails, *events, listed]
    _, definitions = models_json_schema([(model, "serialization") for model in models], ref_template=_REF)
    schemas = components.setdefault("schemas", {})
    for name, schema in cast(dict[str, JsonObject], definitions["$defs"]).items():
        _drop_null_defaults(schema)
        if schemas.setdefault(name, schema) != schema:
            raise ValueError(f"two schemas are named {name}")
    # The framework's own shape of a validation error: ours are problems.
    del schemas["HTTPValidationError"], schemas["ValidationError"]
    for schema in schemas.values():
        _require_tag(schema)
    mapping: JsonObject = {_tag(event): _REF.format(model=event.__name__) for event in events}
    one_of: list[Any] = [{"$ref": reference} for reference in mapping.values()]
    schemas["StreamEvent"] = {
        "description": "The JSON of one event's `data`.",
        "oneOf": one_of,
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    schemas["TabEvent"] = {
        "description": "An event of a conversation, or (`event: conversation_listed`) a changed line of the list.",
        "anyOf": [{"$ref": _REF.format(model="StreamEvent")}, {"$ref": _REF.format(model=listed.__name__)}],
    }
    assert PROBLEM_SCHEMA in schemas


def _drop_null_defaults(schema: JsonObject) -> None:
    """Leave out ``default: null``, as the framework does in the schemas that it makes."""
    for described in cast(dict[str, JsonObject], schema.get("properties", {})).values():
        if described.get("default", "") is None:
            del described["default"]


def _require_tag(schema: JsonObject) -> None:
    """Say that a tag is always there: it has a default in Python only, for whoever makes the fact."""
    tag = cast(dict[str, JsonObject], schema.get("properties", {})).get("type", {})
    if "const" in tag:
        tag.pop("default", None)
        schema["required"] = ["type", *cast(list[str], schema.get("required", []))]


def _streamed(event: type[BaseModel]) -> type[BaseModel]:
    """Put an event's place among its fields, as streams carry it."""
    return create_model(
        f"{event.__name__}Event",
        __base__=event,
        conversation_id=(str, ...),
        seq=(NonNegative, ...),
        at=(NonNegative, ...),
    )


def _tag(event: type[BaseModel]) -> str:
    return str(event.model_fields["type"].default)
