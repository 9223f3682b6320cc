"""How routes say which problems they answer with, for the OpenAPI document."""

from typing import Any

from flowent.api.problems import PROBLEM_MEDIA_TYPE
from flowent.domain.values import JsonObject

PROBLEM_SCHEMA = "ProblemDetails"

Responses = dict[int | str, dict[str, Any]]

_TITLES: dict[int, str] = {
    400: "The request cannot be read, or what was asked cannot be done.",
    401: "Nobody is logged in.",
    403: "The request was started by another site.",
    404: "There is no such thing.",
    405: "That method is not possible here.",
    408: "The body stopped arriving.",
    409: "What was asked does not fit the present state.",
    413: "The request is too large.",
    415: "This kind of body or file is not read here.",
    421: "The Host header names another address.",
    422: "A field or parameter was refused; `errors` names it.",
    429: "Too much was asked; `Retry-After` tells when to try again.",
    500: "A bug; `id` is also in the log.",
    502: "The model's provider failed.",
    503: "This cannot be done right now.",
    507: "The storage is full.",
}

EVERYWHERE = (400, 401, 403, 405, 408, 413, 415, 421, 422, 429, 500, 503)
"""What every route under /api may answer."""


def problem(status: int) -> JsonObject:
    """Describe a problem of that status."""
    schema: JsonObject = {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}
    return {"description": _TITLES[status], "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}}}


def problems(*statuses: int) -> Responses:
    """Describe a route's own problems, besides those that every route has."""
    return {status: dict[str, Any](problem(status)) for status in statuses}
