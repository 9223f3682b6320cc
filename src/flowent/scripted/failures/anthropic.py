"""Anthropic's error object.

Source: https://platform.claude.com/docs/en/api/errors and answers of the service itself.
"""

import secrets

from pydantic import JsonValue

from flowent.scripted.failure import UNEXPECTED_REQUEST_CODE, Failure, FailureKind

_TYPES: dict[FailureKind, str] = {
    "invalid_request": "invalid_request_error",
    "context_too_long": "invalid_request_error",
    "bad_key": "authentication_error",
    "forbidden": "permission_error",
    "model_not_found": "not_found_error",
    "rate_limited": "rate_limit_error",
    "quota_exceeded": "invalid_request_error",
    "server_error": "api_error",
    "unavailable": "overloaded_error",
    "overloaded": "overloaded_error",
    "unexpected_request": "invalid_request_error",
    "illegal_history": "invalid_request_error",
}

_WORDINGS: dict[FailureKind, str] = {
    "invalid_request": "Invalid request.",
    "context_too_long": "prompt is too long: 209170 tokens > 200000 maximum",
    "bad_key": "invalid x-api-key",
    "forbidden": "Your API key does not have permission to use the specified resource.",
    "rate_limited": (
        "This request would exceed your organization's rate limit of 50,000 input tokens per minute. For details, "
        "refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage."
    ),
    "quota_exceeded": (
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
        "purchase credits."
    ),
    "server_error": "Internal server error",
    "unavailable": "Overloaded",
    "overloaded": "Overloaded",
    "unexpected_request": "Invalid request.",
    "illegal_history": "Invalid request.",
}

STATUSES: dict[FailureKind, int] = {"quota_exceeded": 400}
"""Where Anthropic's usual status differs from the others'."""


def error_body(failure: Failure) -> dict[str, JsonValue]:
    """The whole body. A request that the script lacks has its code in front of the message, as there is no code."""
    message = failure.message or (
        f"model: {failure.model}" if failure.kind == "model_not_found" else _WORDINGS[failure.kind]
    )
    if failure.kind == "unexpected_request":
        message = f"{UNEXPECTED_REQUEST_CODE}: {message}"
    return {
        "type": "error",
        "error": {"type": _TYPES[failure.kind], "message": message},
        "request_id": f"req_{secrets.token_hex(12)}",
    }
