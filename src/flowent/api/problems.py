"""Errors as RFC 9457 problem details: every refusal has a stable ``code``, says what happened and what to do.

`ApiError` is what the edge itself refuses with; the errors of lower layers become problems through the one table in
`flowent.api.errors`. A problem never carries a traceback, a path of this machine's code or the value that was
refused: only the name of the field and what was expected.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from flowent.domain.values import JsonObject

PROBLEM_MEDIA_TYPE = "application/problem+json"
MAX_FIELD_NAME = 200


class FieldError(BaseModel):
    """What is wrong with one field; ``field`` is its dotted place in the body, or the parameter's name."""

    model_config = ConfigDict(frozen=True)

    field: str
    message: str


class ProblemDetails(BaseModel):
    """A refusal or a failure (RFC 9457).

    ``code`` is stable and meant for programs; ``detail`` and ``remedy`` are meant for persons. ``id`` is set on
    internal errors only and is also in the log.
    """

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    code: str
    detail: str
    remedy: str
    errors: tuple[FieldError, ...] | None = None
    id: str | None = None


class ApiError(Exception):
    """A request that the edge refuses."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        remedy: str,
        *,
        errors: Sequence[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
        error_id: str | None = None,
    ) -> None:
        """Keep what the problem will say; ``headers`` are sent with it."""
        super().__init__(detail)
        self.problem = ProblemDetails(
            type=f"urn:flowent:problem:{code}",
            title=title,
            status=status,
            code=code,
            detail=detail,
            remedy=remedy,
            errors=None if errors is None else tuple(errors),
            id=error_id,
        )
        self.headers = dict(headers or {})


class ProblemResponse(Response):
    """A problem on the wire."""

    media_type = PROBLEM_MEDIA_TYPE

    def __init__(self, error: ApiError) -> None:
        """Write the problem; absent members are left out."""
        body = error.problem.model_dump_json(exclude_none=True)
        super().__init__(body, status_code=error.problem.status, headers=error.headers)


_EXPECTED: dict[str, str] = {
    "extra_forbidden": "This field is not known here.",
    "missing": "This field is required.",
}
"""Messages for the kinds of mistake where the library's own words say too little."""


def validation_problem(error: RequestValidationError) -> ApiError:
    """Name every field that was refused; malformed JSON is a 400 of its own."""
    errors = cast(Sequence[JsonObject], error.errors())
    for item in errors:
        if item["type"] == "json_invalid":
            return malformed_json(cast(Sequence[int | str], item["loc"])[-1])
    return invalid_fields([_field_error(item) for item in errors])


def invalid_fields(errors: Sequence[FieldError]) -> ApiError:
    """Refuse a request whose fields are not what they must be."""
    names = ", ".join(dict.fromkeys(item.field for item in errors))
    return ApiError(
        422,
        "invalid_request",
        "The request is not valid.",
        f"Refused: {names}.",
        "Correct the fields that `errors` names and send the request again.",
        errors=errors,
    )


def malformed_json(position: int | str) -> ApiError:
    """Refuse a body that is not JSON."""
    return ApiError(
        400,
        "malformed_json",
        "The body is not JSON.",
        f"The body stops being JSON at character {position}.",
        "Send one JSON object in UTF-8.",
    )


def readable(name: str) -> str:
    """Make a field's name fit to be shown: a client may send a long one, or one that UTF-8 cannot carry."""
    return name.encode(errors="replace").decode()[:MAX_FIELD_NAME]


def _field_error(item: JsonObject) -> FieldError:
    place = [str(step) for step in cast(Sequence[int | str], item["loc"])]
    name = ".".join(place[1:]) or place[0]
    return FieldError(field=readable(name), message=_EXPECTED.get(str(item["type"])) or f"{item['msg']}.")
