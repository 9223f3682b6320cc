"""Gemini's error object, which is Google's common one with typed details.

Source: https://ai.google.dev/gemini-api/docs/troubleshooting, google.rpc.ErrorInfo, QuotaFailure and RetryInfo, and
answers of the service itself. A wrong API key is status 400 there, not 401.
"""

from pydantic import JsonValue

from flowent.scripted.failure import UNEXPECTED_REQUEST_CODE, Failure, FailureKind

STATUSES: dict[FailureKind, int] = {"bad_key": 400, "overloaded": 503}
"""Where Gemini's usual status differs from the others'."""

_STATUS_NAMES: dict[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

_WORDINGS: dict[FailureKind, str] = {
    "invalid_request": "Request contains an invalid argument.",
    "context_too_long": "The input token count (1048890) exceeds the maximum number of tokens allowed (1048576).",
    "bad_key": "API key not valid. Please pass a valid API key.",
    "forbidden": "The caller does not have permission",
    "rate_limited": (
        "You exceeded your current quota, please check your plan and billing details. For more information on this "
        "error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.\nPlease retry in 2s."
    ),
    "quota_exceeded": (
        "You exceeded your current quota, please check your plan and billing details. For more information on this "
        "error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
    ),
    "server_error": (
        "An internal error has occurred. Please retry or report in "
        "https://developers.generativeai.google/guide/troubleshooting"
    ),
    "unavailable": "The model is overloaded. Please try again later.",
    "overloaded": "The model is overloaded. Please try again later.",
}


def error_body(failure: Failure) -> dict[str, JsonValue]:
    """The whole body. A request that the script lacks has its code in front of the message, as there is no code."""
    # Inside a stream there is no HTTP status of its own, so the usual one of the kind is told.
    status = failure.status
    message = failure.message or _wording(failure)
    if failure.kind == "unexpected_request":
        message = f"{UNEXPECTED_REQUEST_CODE}: {message}"
    error: dict[str, JsonValue] = {
        "code": status,
        "message": message,
        "status": _STATUS_NAMES.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT"),
    }
    if details := _details(failure):
        error["details"] = details
    return {"error": error}


def _wording(failure: Failure) -> str:
    if failure.kind == "model_not_found":
        return (
            f"models/{failure.model} is not found for API version v1beta, or is not supported for generateContent. "
            "Call ListModels to see the list of available models and their supported methods."
        )
    return _WORDINGS.get(failure.kind, "Request contains an invalid argument.")


def _details(failure: Failure) -> list[JsonValue]:
    if failure.kind == "bad_key":
        return [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            }
        ]
    if failure.kind in {"rate_limited", "quota_exceeded"}:
        per = "Minute" if failure.kind == "rate_limited" else "Day"
        violation: dict[str, JsonValue] = {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": f"GenerateRequestsPer{per}PerProjectPerModel-FreeTier",
            "quotaDimensions": {"location": "global", "model": failure.model},
            "quotaValue": "10",
        }
        details: list[JsonValue] = [
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]},
        ]
        if failure.kind == "rate_limited":
            details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"})
        return details
    return []
