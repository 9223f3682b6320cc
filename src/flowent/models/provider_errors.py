"""What providers' error bodies say: their shapes, their codes, their wording.

The shapes and texts are those of OpenAI, Anthropic, Gemini, Azure, OpenRouter, DeepSeek, Moonshot, Mistral, Groq, xAI,
Ollama, vLLM, SGLang, llama.cpp and LM Studio, taken from their documentation and from reported answers
(`tests/unit/models/test_failures.py` has one of each).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Literal, cast

from pydantic import JsonValue
from pydantic_core import from_json

from flowent.domain.values import JsonObject

Meaning = Literal[
    "context_too_long",
    "content_filter",
    "bad_key",
    "billing",
    "forbidden",
    "unknown_model",
    "overloaded",
    "rate_limited",
    "bad_request",
]

_CODES: dict[Meaning, frozenset[str]] = {
    "context_too_long": frozenset(
        {"context_length_exceeded", "exceed_context_size_error", "request_too_large", "string_above_max_length"}
    ),
    "content_filter": frozenset(
        {"content_filter", "content_policy_violation", "responsibleaipolicyviolation", "data_inspection_failed"}
    ),
    "bad_key": frozenset(
        {
            "invalid_api_key",
            "authentication_error",
            "api_key_invalid",
            "invalid_authentication_error",
            "unauthenticated",
        }
    ),
    "billing": frozenset(
        {
            "insufficient_quota",
            "billing_error",
            "billing_not_active",
            "billing_hard_limit_reached",
            "exceeded_current_quota_error",
        }
    ),
    "forbidden": frozenset({"permission_error", "permission_denied", "unsupported_country_region_territory"}),
    "unknown_model": frozenset({"model_not_found", "deploymentnotfound", "invalid_model", "resource_not_found_error"}),
    "overloaded": frozenset({"overloaded_error", "engine_overloaded_error", "overloaded", "unavailable"}),
    "rate_limited": frozenset({"rate_limit_exceeded", "rate_limit_error", "resource_exhausted"}),
    "bad_request": frozenset({"invalid_request_error", "invalid_argument", "invalid_prompt", "badrequesterror"}),
}

_WORDING: dict[Meaning, re.Pattern[str]] = {
    "context_too_long": re.compile(
        r"max(imum)? (context|prompt) length|context length (is|of) only|(than|exceeds) the (model's )?context length"
        r"|exceeds? (the )?(context (window|limit|size)|available context size)|prompt is too long|input is too long"
        r"|input token count.{0,40} exceeds the maximum|exceeded model token limit|request too large for"
        r"|range of input length should be|max_tokens must be at least 1, got -",
        re.I | re.S,
    ),
    "content_filter": re.compile(r"content management policy|requires moderation", re.I),
    "bad_key": re.compile(
        r"incorrect api key|invalid (x-)?api[- ]key|api key not valid|unregistered callers|reported as leaked", re.I
    ),
    "billing": re.compile(r"credit balance is too low|insufficient (balance|credits)", re.I),
    "unknown_model": re.compile(
        r"\bmodel\b.{0,80}\b(not found|not exist)|not found the model|not a valid model|invalid model|unknown model"
        r"|no endpoints found"
        r"|no models? (is |are )?loaded",
        re.I,
    ),
}
"""Texts that tell where no code does. A request that can never fit a per-minute limit counts as too long."""

_TRY_AGAIN = re.compile(r"try again in (\d+(?:\.\d+)?) ?(ms|s)\b", re.I)
_TITLE = re.compile(r"<title>(.*?)</title>", re.I | re.S)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)s")


@dataclass(frozen=True, slots=True)
class ProviderError:
    """What an error body says.

    `codes` are its machine-readable words in lower case, `status` an HTTP status that the body itself names, `wait`
    the seconds that it asks to wait.
    """

    message: str
    codes: frozenset[str]
    status: int | None = None
    wait: float | None = None

    def says(self, meaning: Meaning) -> bool:
        """Whether a code or the wording has that meaning."""
        if self.codes & _CODES[meaning]:
            return True
        wording = _WORDING.get(meaning)
        return wording is not None and wording.search(self.message) is not None


def read_error(body: str) -> ProviderError:
    """Read an error body of any shape; what is not JSON is taken as text."""
    try:
        document = cast(JsonValue, from_json(body))
    except ValueError:
        title = _TITLE.search(body) if "<html" in body[:2_000].lower() else None
        return ProviderError(message=(title[1] if title else body).strip(), codes=frozenset())
    if isinstance(document, list) and document:
        document = document[0]  # Gemini's compatible interface wraps its errors in a list
    if not isinstance(document, dict):
        return ProviderError(message=body.strip(), codes=frozenset())
    response = document.get("response")
    if isinstance(response, dict) and "error" in response:
        document = response  # a `response.failed` event of the Responses interface
    error = document.get("error")
    if not isinstance(error, dict):
        plain: JsonObject = {"message": error if isinstance(error, str) else _plain_message(document)}
        error = plain
    nested = _objects(error.get("details")) + _objects([error.get("innererror")])
    codes = [source.get(key) for source in (document, error, *nested) for key in ("type", "code", "status", "reason")]
    raw = _raw(error)
    return ProviderError(
        message=(_text(error.get("message")) + (f"\n{raw}" if raw else "")) or body.strip(),
        codes=frozenset(code.lower() for code in codes if isinstance(code, str)),
        status=next((code for code in codes if isinstance(code, int) and 400 <= code < 600), None),
        wait=next((wait for detail in nested if (wait := _seconds(detail.get("retryDelay"))) is not None), None),
    )


def retry_after(error: ProviderError, headers: Mapping[str, str]) -> float | None:
    """Give the seconds that a provider asks to wait: from its headers, the body's fields, or its sentence.

    `Retry-After` is RFC 9110's (seconds or a date, counted from the answer's own `Date`), `retry-after-ms` OpenAI's.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    milliseconds = _number(lowered.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1_000
    value = lowered.get("retry-after")
    if value is not None:
        seconds = _number(value)
        if seconds is None:
            until = _date(value)
            seconds = until and max(0.0, (until - (_date(lowered.get("date")) or datetime.now(UTC))).total_seconds())
        if seconds is not None:
            return seconds
    if error.wait is not None:
        return error.wait
    sentence = _TRY_AGAIN.search(error.message)
    return float(sentence[1]) / (1_000 if sentence[2].lower() == "ms" else 1) if sentence else None


def _plain_message(document: JsonObject) -> str:
    """Read an error without an `error` object: vLLM's `message`, FastAPI's `detail`."""
    message = document.get("message", document.get("detail"))
    if isinstance(message, list):
        return "; ".join(
            f"{'.'.join(str(name) for name in _list(item.get('loc')))}: {_text(item.get('msg'))}"
            for item in _objects(message)
        )
    return _text(message)


def _raw(error: JsonObject) -> str:
    """Give what stands behind OpenRouter's "Provider returned error": the other provider's own words."""
    metadata = error.get("metadata")
    return _text(metadata.get("raw")) if isinstance(metadata, dict) else ""


def _list(value: JsonValue | None) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _objects(value: JsonValue | None) -> list[JsonObject]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _text(value: JsonValue | None) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def _seconds(value: JsonValue | None) -> float | None:
    """Read a protobuf duration in JSON: "36s", "1.5s"."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) if found else None


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) and number >= 0 else None


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date is not None and date.tzinfo is None else date
