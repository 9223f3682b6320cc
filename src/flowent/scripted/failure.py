"""The kinds of failure that a provider can answer with, before each format gives them its own shape.

Invariant: every kind has exactly one usual HTTP status, and every status named here has exactly one usual kind,
so a script may name either of the two.
"""

from dataclasses import dataclass
from typing import Literal

FailureKind = Literal[
    "invalid_request",
    "context_too_long",
    "bad_key",
    "forbidden",
    "model_not_found",
    "rate_limited",
    "quota_exceeded",
    "server_error",
    "unavailable",
    "overloaded",
    "unexpected_request",
    "illegal_history",
]

USUAL_STATUS: dict[FailureKind, int] = {
    "invalid_request": 400,
    "context_too_long": 400,
    "bad_key": 401,
    "forbidden": 403,
    "model_not_found": 404,
    "rate_limited": 429,
    "quota_exceeded": 429,
    "server_error": 500,
    "unavailable": 503,
    "overloaded": 529,
    "unexpected_request": 400,
    "illegal_history": 400,
}

USUAL_KIND: dict[int, FailureKind] = {
    400: "invalid_request",
    401: "bad_key",
    403: "forbidden",
    404: "model_not_found",
    429: "rate_limited",
    500: "server_error",
    503: "unavailable",
    529: "overloaded",
}

UNEXPECTED_REQUEST_CODE = "scripted_unexpected_request"
"""The code, or where a format has no codes the beginning of the message, of a request that the script lacks."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure, still without the shape of a format.

    Attributes:
        kind: What went wrong.
        status: HTTP status of the answer.
        message: Replaces the provider's usual wording.
        model: The model that was asked for, for wordings that name it.
        param: The field of the request that is at fault, where the format says so.
        code: Replaces the format's usual machine-readable code.
    """

    kind: FailureKind
    status: int
    message: str | None = None
    model: str = ""
    param: str | None = None
    code: str | None = None
