"""Which problem each error of the layers below becomes: one table, by class.

A class that is not in the table takes its nearest base's rule. What matches no rule is a bug and ends in the guard as a
500 (`flowent.api.guard`).
"""

import re
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from flowent.api import refusals
from flowent.api.attachments import UnknownFileError
from flowent.api.auth import TooManyAttemptsError, WrongCredentialsError
from flowent.api.guard import BodyTooLargeError
from flowent.api.problems import ApiError, FieldError, ProblemResponse, validation_problem
from flowent.conversations.errors import (
    ConversationError,
    InvalidError,
    MessageExistsError,
    NotPossibleError,
    ResponseInProgressError,
    UnavailableError,
    UnknownError,
)
from flowent.models.base import ModelError
from flowent.settings.errors import InvalidInputError, SettingsError, UnknownOfferError, UnknownProviderError
from flowent.store.base import NotFoundError, StorageFullError, StorageReadOnlyError, StoreError


@dataclass(frozen=True, slots=True)
class Rule:
    """How errors of a class are told. ``code`` None takes the error's own; ``remedy`` is for errors without one."""

    status: int
    title: str
    code: str | None = None
    remedy: str = "Read what happened above, correct the request and send it again."


_INDEX = re.compile(r"\[(\d+)\]")
"""An item's number as some layers write it; here it is a step of a dotted path."""

_MEND_STORAGE = "Mend the storage (`flowent doctor` tells more) and try again; nothing that was confirmed is lost."

RULES: dict[type[Exception], Rule] = {
    ConversationError: Rule(400, "That cannot be done."),
    UnknownError: Rule(404, "There is no such thing."),
    ResponseInProgressError: Rule(409, "A response is in progress."),
    MessageExistsError: Rule(409, "That message id is taken."),
    NotPossibleError: Rule(400, "That cannot be done."),
    InvalidError: Rule(422, "The request is not valid.", "invalid_request"),
    UnavailableError: Rule(503, "The conversation cannot be changed right now."),
    SettingsError: Rule(503, "The settings cannot be used right now."),
    InvalidInputError: Rule(422, "The request is not valid.", "invalid_request"),
    UnknownOfferError: Rule(404, "There is no such offer."),
    UnknownProviderError: Rule(404, "There is no such provider."),
    StoreError: Rule(503, "The storage failed.", remedy=_MEND_STORAGE),
    StorageFullError: Rule(507, "The storage is full.", remedy="Free disk space and try again; nothing is lost."),
    StorageReadOnlyError: Rule(503, "The storage cannot be written.", remedy=_MEND_STORAGE),
    NotFoundError: Rule(404, "There is no such thing.", remedy="Look it up in the list again."),
    UnknownFileError: Rule(404, "There is no such file.", remedy="Upload it again, or look its id up again."),
}

HTTP_RULES: dict[int, Rule] = {
    400: Rule(400, "The request cannot be read.", "bad_request", "Check the body: it must be one JSON object."),
    404: Rule(404, "There is no such address.", "no_such_route", "GET /api/openapi.json lists every address."),
    405: Rule(405, "That method is not possible here.", "method_not_allowed", "The header Allow names what is."),
    408: Rule(408, "The body stopped arriving.", "body_timeout", "Send the request again."),
    415: Rule(415, "This kind of body is not read here.", "unsupported_media_type", "Send application/json."),
}
"""What the framework itself refuses."""


def problem_of(error: Exception) -> ApiError | None:
    """Give the problem for an error, None if it is a bug."""
    match error:
        case ApiError():
            return error
        case RequestValidationError():
            return validation_problem(error)
        case BodyTooLargeError():
            return refusals.body_too_large(error.limit)
        case HTTPException():
            return _http(error)
        case WrongCredentialsError():
            return refusals.wrong_credentials(str(error))
        case TooManyAttemptsError():
            return refusals.too_many_attempts(error.retry_after)
        case ModelError(failure=failure):
            detail = f"{failure.message} {failure.detail or ''}".strip()
            return ApiError(502, f"provider_{failure.kind}", failure.title, detail, failure.remedy)
        case _:
            rule = next((RULES[base] for base in type(error).__mro__ if base in RULES), None)
            return None if rule is None else _ruled(error, rule)


def install(app: FastAPI) -> None:
    """Have an application answer these errors with problems."""
    classes = (ApiError, RequestValidationError, HTTPException, WrongCredentialsError, TooManyAttemptsError, ModelError)
    for error_class in (*classes, *RULES):
        app.add_exception_handler(error_class, _answer)


async def _answer(_: Request, error: Exception) -> ProblemResponse:
    problem = problem_of(error)
    if problem is None:
        raise error
    return ProblemResponse(problem)


def _ruled(error: Exception, rule: Rule) -> ApiError:
    code: str = rule.code or getattr(error, "code", "error")
    field: str | None = getattr(error, "field", None)
    message: str = getattr(error, "message", None) or str(error)
    status = 507 if code == StorageFullError.code else rule.status
    return ApiError(
        status,
        code,
        rule.title,
        message,
        getattr(error, "remedy", "") or rule.remedy,
        errors=None if field is None else [FieldError(field=_INDEX.sub(r".\1", field), message=message)],
        headers={"Retry-After": "5"} if status == 503 else None,
    )


def _http(error: HTTPException) -> ApiError:
    rule = HTTP_RULES.get(error.status_code)
    if rule is None:
        rule = Rule(error.status_code, "The request was refused.", "refused")
    detail = "The body could not be read." if error.status_code == 400 else rule.title
    return ApiError(
        rule.status, rule.code or "refused", rule.title, detail, rule.remedy, headers=dict(error.headers or {})
    )
