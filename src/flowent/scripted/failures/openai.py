"""OpenAI's error object, shared by chat completions and Responses.

Source: https://platform.openai.com/docs/guides/error-codes and answers of the service itself.
"""

from pydantic import JsonValue

from flowent.scripted.failure import UNEXPECTED_REQUEST_CODE, Failure, FailureKind

_TYPES_AND_CODES: dict[FailureKind, tuple[str, str | None]] = {
    "invalid_request": ("invalid_request_error", None),
    "context_too_long": ("invalid_request_error", "context_length_exceeded"),
    "bad_key": ("invalid_request_error", "invalid_api_key"),
    "forbidden": ("invalid_request_error", "model_not_found"),
    "model_not_found": ("invalid_request_error", "model_not_found"),
    "rate_limited": ("tokens", "rate_limit_exceeded"),
    "quota_exceeded": ("insufficient_quota", "insufficient_quota"),
    "server_error": ("server_error", None),
    "unavailable": ("server_error", None),
    "overloaded": ("server_error", None),
    "unexpected_request": ("invalid_request_error", UNEXPECTED_REQUEST_CODE),
    "illegal_history": ("invalid_request_error", None),
}

STATUSES: dict[FailureKind, int] = {"overloaded": 503}
"""Where OpenAI's usual status differs from the others'."""


def error_body(failure: Failure, input_field: str) -> dict[str, JsonValue]:
    """The `error` object; `input_field` is the field that holds the conversation in this format."""
    error_type, code = _TYPES_AND_CODES[failure.kind]
    param = input_field if failure.kind == "context_too_long" else failure.param
    message = failure.message or _wording(failure, input_field)
    if failure.kind == "unexpected_request":
        message = f"{UNEXPECTED_REQUEST_CODE}: {message}"
    return {"message": message, "type": error_type, "param": param, "code": failure.code or code}


def _wording(failure: Failure, input_field: str) -> str:
    match failure.kind:
        case "bad_key":
            return (
                "Incorrect API key provided: scripted*********key. You can find your API key at "
                "https://platform.openai.com/account/api-keys."
            )
        case "forbidden":
            return f"Project `proj_scripted` does not have access to model `{failure.model}`"
        case "model_not_found":
            return f"The model `{failure.model}` does not exist or you do not have access to it."
        case "rate_limited":
            return (
                f"Rate limit reached for {failure.model} in organization org-scripted on tokens per min (TPM): "
                "Limit 30000, Used 29000, Requested 2000. Please try again in 2s. "
                "Visit https://platform.openai.com/account/rate-limits to learn more."
            )
        case "quota_exceeded":
            return (
                "You exceeded your current quota, please check your plan and billing details. For more information "
                "on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
            )
        case "context_too_long":
            return _too_long(input_field)
        case "server_error":
            return (
                "The server had an error while processing your request. Sorry about that! You can retry your request, "
                "or contact us through our help center at help.openai.com if the error persists."
            )
        case "unavailable" | "overloaded":
            return "The engine is currently overloaded, please try again later"
        case "invalid_request" | "unexpected_request" | "illegal_history":
            return "Invalid request."


def _too_long(input_field: str) -> str:
    if input_field == "input":
        return "Your input exceeds the context window of this model. Please adjust your input and try again."
    return (
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 128530 tokens. "
        "Please reduce the length of the messages."
    )
