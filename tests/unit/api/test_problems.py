"""Errors as problems: complete, stable, and never with what must not be shown."""

import inspect
import json
from types import ModuleType

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from flowent.api.attachments import UnknownFileError
from flowent.api.auth import TooManyAttemptsError, WrongCredentialsError
from flowent.api.errors import problem_of
from flowent.api.guard import BodyTooLargeError
from flowent.api.problems import FieldError, ProblemResponse, invalid_fields
from flowent.conversations import errors as conversation_errors
from flowent.domain.failures import Failure
from flowent.models.base import ModelError
from flowent.settings import errors as settings_errors
from flowent.store import base as store_errors


def error_classes(module: ModuleType) -> list[type[Exception]]:
    found = [value for value in vars(module).values() if inspect.isclass(value) and issubclass(value, Exception)]
    return [value for value in found if value.__module__ == module.__name__]


def example(error_class: type[Exception]) -> Exception:
    """Make an error of a class, whatever it asks for."""
    names = [
        name for name in inspect.signature(error_class.__init__).parameters if name not in {"self", "args", "kwargs"}
    ]
    return error_class(*[f"the {name}" for name in names])


DOMAIN_ERRORS = [
    error_class
    for module in (conversation_errors, settings_errors, store_errors)
    for error_class in error_classes(module)
]


@pytest.mark.parametrize("error_class", DOMAIN_ERRORS, ids=lambda error_class: error_class.__name__)
def test_every_error_of_the_layers_below_is_a_complete_problem(error_class: type[Exception]) -> None:
    problem = problem_of(example(error_class))
    assert problem is not None
    assert problem.problem.status in range(400, 600)
    assert problem.problem.status != 500
    assert problem.problem.type == f"urn:flowent:problem:{problem.problem.code}"
    assert all([problem.problem.code, problem.problem.title, problem.problem.remedy])


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (conversation_errors.UnknownError("x"), 404, "not_found"),
        (conversation_errors.ResponseInProgressError(), 409, "response_in_progress"),
        (conversation_errors.MessageExistsError(), 409, "message_exists"),
        (conversation_errors.NotPossibleError("x"), 400, "not_possible"),
        (conversation_errors.InvalidError("title", "x"), 422, "invalid_request"),
        (conversation_errors.UnavailableError("x", "storage_full"), 507, "storage_full"),
        (conversation_errors.UnavailableError("x", "storage_read_only"), 503, "storage_read_only"),
        (conversation_errors.UnavailableError("x", "stale_owner"), 503, "stale_owner"),
        (store_errors.StorageFullError("x"), 507, "storage_full"),
        (store_errors.StorageReadOnlyError("x"), 503, "storage_read_only"),
        (settings_errors.UnknownProviderError("x"), 404, "provider_not_found"),
        (settings_errors.UnknownOfferError("offer_id", "x", "y"), 404, "offer_not_found"),
        (settings_errors.InvalidInputError("base_url", "x", "y"), 422, "invalid_request"),
        (UnknownFileError("x"), 404, "file_not_found"),
        (WrongCredentialsError("x"), 401, "wrong_credentials"),
        (TooManyAttemptsError(7), 429, "too_many_attempts"),
        (BodyTooLargeError(100), 413, "body_too_large"),
        (HTTPException(404), 404, "no_such_route"),
        (HTTPException(405), 405, "method_not_allowed"),
        (HTTPException(400), 400, "bad_request"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_codes_and_statuses_are_stable(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error)
    assert problem is not None
    assert (problem.problem.status, problem.problem.code) == (status, code)


def test_the_words_of_a_domain_error_reach_the_person() -> None:
    problem = problem_of(conversation_errors.ResponseInProgressError())
    assert problem is not None
    assert problem.problem.detail == "Response in progress"
    assert "queue" in problem.problem.remedy


def test_a_refused_field_is_named() -> None:
    problem = problem_of(settings_errors.InvalidInputError("models.0.id", "Too long.", "Shorten it."))
    assert problem is not None
    assert problem.problem.errors == (FieldError(field="models.0.id", message="Too long."),)


def test_a_provider_failure_keeps_its_kind_and_remedy() -> None:
    failure = Failure(kind="bad_key", title="Bad key", message="Refused.", remedy="Check the key.", detail="401")
    problem = problem_of(ModelError(failure))
    assert problem is not None
    assert (problem.problem.status, problem.problem.code, problem.problem.remedy) == (
        502,
        "provider_bad_key",
        "Check the key.",
    )


def test_a_bug_is_no_problem_of_the_table() -> None:
    assert problem_of(RuntimeError("x")) is None


def test_a_method_that_is_not_possible_names_those_that_are() -> None:
    problem = problem_of(HTTPException(405, headers={"Allow": "GET"}))
    assert problem is not None
    assert ProblemResponse(problem).headers["allow"] == "GET"


def invalid(kind: str, *place: str | int, **more: object) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": place, "msg": "Wrong", "input": "sk-canary", **more}])


def test_a_refused_value_is_not_quoted() -> None:
    problem = problem_of(invalid("string_type", "body", "api_key"))
    assert problem is not None
    assert b"sk-canary" not in ProblemResponse(problem).body


def test_an_unknown_field_is_named_however_strange() -> None:
    problem = problem_of(invalid("extra_forbidden", "body", "items", 3, "\ud800" + "x" * 5000))
    assert problem is not None
    answer = json.loads(bytes(ProblemResponse(problem).body))
    assert answer["errors"][0]["field"].startswith("items.3.?xxx")
    assert len(answer["errors"][0]["field"]) == 200


def test_a_body_that_is_not_json_is_a_400() -> None:
    problem = problem_of(invalid("json_invalid", "body", 17))
    assert problem is not None
    assert (problem.problem.status, problem.problem.code) == (400, "malformed_json")
    assert "17" in problem.problem.detail


def test_absent_members_are_left_out() -> None:
    body = json.loads(bytes(ProblemResponse(invalid_fields([FieldError(field="a", message="b")])).body))
    assert "id" not in body
    assert ProblemResponse(invalid_fields([])).media_type == "application/problem+json"
