"""What the library raises, in words for a person."""

import json

import httpx
import httpx2
import pytest
from pydantic_ai.exceptions import ModelAPIError, ModelConnectionError, ModelHTTPError, UnexpectedModelBehavior

from flowent.domain.failures import Failure
from flowent.models.library_failures import failure_of

KEY = "sk-canary-0123456789"


def explain(error: Exception, *, answered: bool = False) -> Failure:
    """Explain an exception of an endpoint with a key."""
    return failure_of(error, answered=answered, url="https://api.example.com/v1", secrets=(KEY,))


def caused(error: Exception, cause: Exception) -> Exception:
    """An exception with its cause, as `raise … from …` makes it."""
    error.__cause__ = cause
    return error


def test_an_answer_anywhere_in_the_chain_decides() -> None:
    body = {"error": {"message": f"Bad key {KEY}", "code": "invalid_api_key"}}
    client_error = RuntimeError("refused")
    client_error.response = httpx2.Response(401, json=body)  # type: ignore[attr-defined]

    failure = explain(caused(ModelHTTPError(401, "m", body), client_error))

    assert failure.kind == "bad_key"
    assert KEY not in failure.model_dump_json()


def test_an_error_within_a_stream_is_read_from_its_body() -> None:
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

    failure = explain(ModelHTTPError(529, "m", body, in_stream=True), answered=True)

    assert failure.kind == "overloaded"
    assert failure.detail == "Overloaded"


def test_an_error_within_a_stream_without_a_body_is_read_from_its_message() -> None:
    error = ModelAPIError("m", "Slow down", provider_error_code="rate_limit_exceeded", in_stream=True)

    failure = explain(error, answered=True)

    assert failure.kind == "rate_limited"


def test_a_broken_connection_is_the_networks_fault_before_an_answer_and_a_cut_after() -> None:
    broken = caused(httpx2.ReadError("reset"), httpx.ReadError("reset"))
    error = caused(ModelConnectionError("m", "Connection error."), broken)

    assert explain(error).kind == "network"
    assert explain(error, answered=True).kind == "stream_cut"


def test_a_stream_without_content_is_cut() -> None:
    assert explain(UnexpectedModelBehavior("ended without content"), answered=True).kind == "stream_cut"


@pytest.mark.parametrize("cause", [json.JSONDecodeError("x", "y", 0), AssertionError(), KeyError("candidates")])
def test_whatever_the_library_stumbles_over_in_an_answer_is_malformed(cause: Exception) -> None:
    assert explain(caused(ModelAPIError("m", "Failed to decode"), cause), answered=True).kind == "malformed_stream"


def test_a_request_that_cannot_be_built_says_so_without_the_key() -> None:
    failure = explain(ValueError(f"unsupported value near {KEY}"))

    assert failure.kind == "internal"
    assert failure.remedy
    assert failure.detail == "ValueError: unsupported value near [redacted]"
