"""How providers' errors are classified; the bodies are those that the providers send."""

import asyncio
import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from flowent.domain.failures import Failure, FailureKind
from flowent.models import failures
from flowent.models.base import Endpoint


def body(message: str, error_type: str | None = None, code: str | int | None = None, **more: object) -> str:
    """OpenAI's error object."""
    return json.dumps({"error": {"message": message, "type": error_type, "param": None, "code": code, **more}})


def google(code: int, message: str, status: str, *details: dict[str, str]) -> str:
    """Google's error object."""
    return json.dumps({"error": {"code": code, "message": message, "status": status, "details": list(details)}})


def anthropic(error_type: str, message: str) -> str:
    """Anthropic's error object."""
    return json.dumps({"type": "error", "error": {"type": error_type, "message": message}, "request_id": "req_1"})


OPENAI_KEY = "Incorrect API key provided: sk-no***here. You can find your API key at https://platform.openai.com."
OPENAI_QUOTA = "You exceeded your current quota, please check your plan and billing details."
OPENAI_LENGTH = (
    "This model's maximum context length is 4097 tokens. However, your messages resulted in 6988 tokens. "
    "Please reduce the length of the messages."
)
OPENAI_TOO_LARGE = (
    "Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 41234. "
    "The input or output tokens must be reduced in order to run successfully."
)
GOOGLE_KEY = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "API_KEY_INVALID",
    "domain": "googleapis.com",
}
GOOGLE_RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "36.5s"}
VLLM_LENGTH = (
    "You passed 1015 input tokens and requested 10 output tokens. However, the model's context length is only 1024 "
    "tokens, resulting in a maximum input length of 1014 tokens. Please reduce the length of the input prompt."
)
LM_STUDIO_LENGTH = (
    "Trying to keep the first 14538 tokens when context the overflows. However, the model is loaded with context "
    "length of only 2048 tokens, which is not enough."
)
LM_STUDIO_KEEP = (
    "The number of tokens to keep from the initial prompt is greater than the context length "
    "(n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input."
)
AZURE_FILTER = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."

CASES: dict[str, tuple[int, str, FailureKind]] = {
    "openai bad key": (401, body(OPENAI_KEY, "invalid_request_error", "invalid_api_key"), "bad_key"),
    "anthropic bad key": (401, anthropic("authentication_error", "invalid x-api-key"), "bad_key"),
    "gemini bad key": (
        400,
        google(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", GOOGLE_KEY),
        "bad_key",
    ),
    "gemini compatible bad key": (
        400,
        f"[{google(400, 'API key not valid. Please pass a valid API key.', 'INVALID_ARGUMENT', GOOGLE_KEY)}]",
        "bad_key",
    ),
    "gemini no key": (
        403,
        google(
            403,
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key.",
            "PERMISSION_DENIED",
        ),
        "bad_key",
    ),
    "xai bad key": (
        400,
        '{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***. You can obtain '
        'an API key from https://console.x.ai."}',
        "bad_key",
    ),
    "vllm bad key": (401, '{"error":"Unauthorized"}', "bad_key"),
    "mistral bad key": (401, '{"detail":"Unauthorized"}', "bad_key"),
    "openrouter bad key": (401, '{"error":{"message":"No auth credentials found","code":401}}', "bad_key"),
    "llama.cpp bad key": (
        401,
        '{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}',
        "bad_key",
    ),
    "anthropic forbidden": (
        403,
        anthropic("permission_error", "Your API key does not have permission to use the specified resource."),
        "forbidden",
    ),
    "openai forbidden model": (
        403,
        body("Project `proj_1` does not have access to model `gpt-9`", "invalid_request_error", "model_not_found"),
        "forbidden",
    ),
    "gemini forbidden country": (
        400,
        google(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"),
        "forbidden",
    ),
    "openai no quota": (429, body(OPENAI_QUOTA, "insufficient_quota", "insufficient_quota"), "forbidden"),
    "openrouter no credit": (402, '{"error":{"message":"Insufficient credits","code":402}}', "forbidden"),
    "deepseek no credit": (402, body("Insufficient Balance", "unknown_error", "invalid_request_error"), "forbidden"),
    "moonshot no credit": (
        429,
        body("Your account is suspended, please check your plan", "exceeded_current_quota_error"),
        "forbidden",
    ),
    "anthropic no credit": (
        400,
        anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
        "forbidden",
    ),
    "openai unknown model": (
        404,
        body(
            "The model `gpt-9` does not exist or you do not have access to it.",
            "invalid_request_error",
            "model_not_found",
        ),
        "unknown_model",
    ),
    "anthropic unknown model": (404, anthropic("not_found_error", "model: claude-99"), "unknown_model"),
    "gemini unknown model": (
        404,
        google(404, "models/gemini-99 is not found for API version v1beta.", "NOT_FOUND"),
        "unknown_model",
    ),
    "ollama unknown model": (
        404,
        body('model "llama9" not found, try pulling it first', "api_error"),
        "unknown_model",
    ),
    "vllm unknown model": (
        404,
        '{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}',
        "unknown_model",
    ),
    "deepseek unknown model": (
        400,
        body("Model Not Exist", "invalid_request_error", "invalid_request_error"),
        "unknown_model",
    ),
    "mistral unknown model": (
        400,
        '{"object":"error","message":"Invalid model: m","type":"invalid_model","param":null,"code":"1500"}',
        "unknown_model",
    ),
    "openrouter unknown model": (
        400,
        '{"error":{"message":"acme/nine is not a valid model ID","code":400},"user_id":"u"}',
        "unknown_model",
    ),
    "moonshot unknown model": (
        404,
        body("Not found the model kimi-9 or Permission denied", "resource_not_found_error"),
        "unknown_model",
    ),
    "openai rate limit": (429, body("Rate limit reached for gpt-4o", "tokens", "rate_limit_exceeded"), "rate_limited"),
    "anthropic rate limit": (
        429,
        anthropic("rate_limit_error", "This request would exceed your organization's rate limit."),
        "rate_limited",
    ),
    "gemini rate limit": (429, google(429, OPENAI_QUOTA, "RESOURCE_EXHAUSTED", GOOGLE_RETRY), "rate_limited"),
    "openrouter upstream rate limit": (
        429,
        '{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"m is temporarily rate-limited '
        'upstream","provider_name":"Acme"}}}',
        "rate_limited",
    ),
    "moonshot overloaded": (
        429,
        body("The engine is currently overloaded, please try again later", "engine_overloaded_error"),
        "overloaded",
    ),
    "openai server error": (500, body("The server had an error", "server_error"), "overloaded"),
    "anthropic overloaded": (529, anthropic("overloaded_error", "Overloaded"), "overloaded"),
    "gemini overloaded": (503, google(503, "The model is overloaded.", "UNAVAILABLE"), "overloaded"),
    "llama.cpp loading": (
        503,
        '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}',
        "overloaded",
    ),
    "proxy bad gateway": (502, "<html><head><title>502 Bad Gateway</title></head></html>", "overloaded"),
    "gateway time-out": (504, "", "overloaded"),
    "openai too long": (
        400,
        body(OPENAI_LENGTH, "invalid_request_error", "context_length_exceeded"),
        "context_too_long",
    ),
    "responses too long": (
        400,
        body(
            "Your input exceeds the context window of this model.", "invalid_request_error", "context_length_exceeded"
        ),
        "context_too_long",
    ),
    "openai never fits the limit": (429, body(OPENAI_TOO_LARGE, "tokens", "rate_limit_exceeded"), "context_too_long"),
    "groq never fits the limit": (413, body(OPENAI_TOO_LARGE, "tokens", "rate_limit_exceeded"), "context_too_long"),
    "anthropic too long": (
        400,
        anthropic("invalid_request_error", "prompt is too long: 209000 tokens > 200000 maximum"),
        "context_too_long",
    ),
    "anthropic too long with output": (
        400,
        anthropic(
            "invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"
        ),
        "context_too_long",
    ),
    "anthropic too large": (
        413,
        anthropic("request_too_large", "Request exceeds the maximum allowed number of bytes."),
        "context_too_long",
    ),
    "gemini too long": (
        400,
        google(
            400,
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "INVALID_ARGUMENT",
        ),
        "context_too_long",
    ),
    "openrouter too long": (
        400,
        body("This endpoint's maximum context length is 131072 tokens. However, you requested about 200000", None, 400),
        "context_too_long",
    ),
    "openrouter upstream too long": (
        400,
        json.dumps(
            {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": "prompt is too long"}}}
        ),
        "context_too_long",
    ),
    "vllm too long": (400, body(VLLM_LENGTH, "BadRequestError", 400), "context_too_long"),
    "old vllm too long": (
        400,
        '{"object":"error","message":"max_tokens must be at least 1, got -186.","type":"BadRequestError","code":400}',
        "context_too_long",
    ),
    "llama.cpp too long": (
        400,
        '{"error":{"code":400,"message":"the request exceeds the available context size. try increasing the context '
        'size or enable context shift","type":"exceed_context_size_error","n_prompt_tokens":14429,"n_ctx":8192}}',
        "context_too_long",
    ),
    "lm studio too long": (400, json.dumps({"error": LM_STUDIO_LENGTH}), "context_too_long"),
    "lm studio keeps too much": (400, json.dumps({"error": LM_STUDIO_KEEP}), "context_too_long"),
    "ollama too long": (400, '{"error":"the input length exceeds the context length"}', "context_too_long"),
    "sglang too long": (
        400,
        '{"object":"error","message":"The input (9000 tokens) is longer than the model\'s context length (8192 '
        'tokens).","type":"BadRequestError","code":400}',
        "context_too_long",
    ),
    "xai too long": (
        400,
        '{"code":"Client specified an invalid argument","error":"This model\'s maximum prompt length is 131072 but the '
        'request contains 537812 tokens."}',
        "context_too_long",
    ),
    "moonshot too long": (
        400,
        body("Invalid request: Your request exceeded model token limit: 8192", "invalid_request_error"),
        "context_too_long",
    ),
    "azure content filter": (
        400,
        body(AZURE_FILTER, None, "content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}),
        "content_filter",
    ),
    "openai bad request": (
        400,
        body(
            "Unsupported parameter: 'max_tokens' is not supported with this model.",
            "invalid_request_error",
            "unsupported_parameter",
        ),
        "bad_request",
    ),
    "ollama no tools": (
        400,
        body("registry.ollama.ai/library/gemma does not support tools", "invalid_request_error"),
        "bad_request",
    ),
    "fastapi validation": (
        422,
        '{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required","input":{"a":"prompt is too '
        'long"}}]}',
        "bad_request",
    ),
    "wrong path": (404, "404 page not found", "bad_request"),
    "moved": (307, "", "bad_request"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_error_answer_is_of_its_kind(case: str) -> None:
    status, text, kind = CASES[case]
    failure = failures.from_status(status, text, {})
    assert failure.kind == kind


@pytest.mark.parametrize("case", CASES)
def test_the_detail_says_what_the_provider_said(case: str) -> None:
    status, text, _ = CASES[case]
    failure = failures.from_status(status, text, {})
    assert failure.detail is not None
    assert failure.detail.startswith(f"HTTP {status}")
    assert "{" not in failure.detail


def test_no_quota_names_the_billing_and_is_not_retried() -> None:
    failure = failures.from_status(
        429, body(OPENAI_QUOTA, "insufficient_quota", "insufficient_quota"), {"retry-after": "1"}
    )
    assert "credit" in failure.remedy
    assert not failure.passing
    assert failure.retry_after is None


def test_a_wrong_path_points_to_the_base_url() -> None:
    assert "base URL" in failures.from_status(404, '{"detail":"Not Found"}', {}).remedy


def test_a_redirect_names_where_it_leads() -> None:
    failure = failures.from_status(308, "", {"Location": "https://elsewhere.example/v1"})
    assert "https://elsewhere.example/v1" in (failure.detail or "")


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({"Retry-After": "7"}, "", 7.0),
        ({"retry-after": "1.5"}, "", 1.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, "", 0.25),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=30)), "date": format_datetime(NOW)}, "", 30.0),
        ({"retry-after": format_datetime(NOW - timedelta(days=1)), "date": format_datetime(NOW)}, "", 0.0),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "-3"}, "", None),
        ({}, google(429, "Quota", "RESOURCE_EXHAUSTED", GOOGLE_RETRY), 36.5),
        ({}, body("Rate limit reached. Please try again in 11.054s. Visit …", "tokens"), 11.054),
        ({}, body("Rate limit reached. Please try again in 350ms.", "tokens"), 0.35),
        ({}, "", None),
    ],
)
def test_the_wait_that_a_provider_asks_for_is_obeyed(headers: dict[str, str], text: str, seconds: float | None) -> None:
    failure = failures.from_status(429, text, headers)
    assert failure.retry_after == seconds


def test_a_date_to_wait_for_counts_from_now_where_the_answer_has_no_date() -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    failure = failures.from_status(503, "", {"retry-after": format_datetime(until)})
    assert failure.retry_after == pytest.approx(3_600, abs=5)


EVENTS: dict[str, tuple[str, FailureKind]] = {
    "openai": (body("The server had an error", "server_error"), "overloaded"),
    "openrouter upstream": ('{"error":{"code":502,"message":"Upstream died"}}', "overloaded"),
    "openrouter word": ('{"error":{"code":"server_error","message":"Provider disconnected"}}', "overloaded"),
    "openrouter rate limit": ('{"error":{"code":429,"message":"Slow down"}}', "rate_limited"),
    "vllm": (body("bad guided grammar", "BadRequestError", 400), "bad_request"),
    "anthropic": (anthropic("overloaded_error", "Overloaded"), "overloaded"),
    "responses rate limit": (
        '{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached. '
        'Please try again in 2s."}}}',
        "rate_limited",
    ),
    "responses too long": (
        '{"type":"error","error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"Long"}}',
        "context_too_long",
    ),
    "flat": ('{"type":"error","code":"server_error","message":"Oh no"}', "overloaded"),
    "invalid": (body("Unknown field", "invalid_request_error"), "bad_request"),
}


@pytest.mark.parametrize("case", EVENTS)
def test_an_error_within_a_stream_is_of_its_kind(case: str) -> None:
    text, kind = EVENTS[case]
    assert failures.from_error_event(text).kind == kind


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "7", '"no"', '{"error":null}', '{"error":[1]}', "\x00\xff"])
def test_any_body_can_be_read(text: str) -> None:
    assert failures.from_status(500, text, {}).kind == "overloaded"
    assert failures.from_error_event(text).kind == "overloaded"


KEY = "sk-live-0123456789abcdef"


def test_the_key_is_taken_out_before_the_detail_is_cut() -> None:
    text = "x" * (failures.DETAIL_LIMIT - len("HTTP 400: ") - 5) + KEY + "y" * 3_000
    detail = failures.from_status(400, text, {}, secrets=[KEY]).detail or ""
    assert len(detail) == failures.DETAIL_LIMIT
    assert KEY[:5] not in detail


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (KEY, f"key {KEY} is wrong"),
        ("pa ss/wo+rd", "GET /?key=pa%20ss%2Fwo%2Brd"),
        ('quo"te\\d', r'{"key": "quo\"te\\d"}'),
    ],
)
def test_a_secret_is_redacted_in_every_form(secret: str, text: str) -> None:
    redacted = failures.redact(text, [secret])
    assert failures.REDACTED in redacted
    assert secret not in redacted
    assert secret[:3] not in redacted


def test_a_longer_secret_is_redacted_whole_although_it_begins_with_a_shorter_one() -> None:
    assert failures.redact("token abcdefgh", ["abcd", "abcdefgh"]) == f"token {failures.REDACTED}"


def test_an_endpoints_secrets_are_its_key_and_its_headers() -> None:
    endpoint = Endpoint("p", "openai", "https://example.org/v1", KEY, {"Authorization": "Basic QWxhZGRpbg==", "X": "1"})
    assert set(failures.secrets_of(endpoint)) == {KEY, "Basic QWxhZGRpbg==", "QWxhZGRpbg=="}


async def failure_of(url: str) -> Failure:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        with pytest.raises(httpx.HTTPError) as caught:
            await client.get(url)
    return failures.from_network(caught.value)


async def test_a_refused_connection_names_the_address() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        failure = await failure_of(f"http://127.0.0.1:{port}/v1")
    assert failure.kind == "network"
    assert f"127.0.0.1:{port}" in failure.message
    assert "Start the server" in failure.remedy


async def test_tls_towards_a_plain_server_says_so() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        failure = await failure_of(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
    assert failure.kind == "network"
    assert "http://" in failure.remedy


def wrapped(cause: Exception) -> httpx.ConnectError:
    """The exception as httpx raises it over its transport's one."""
    error = httpx.ConnectError("", request=httpx.Request("POST", "https://api.acme.example/v1/chat/completions"))
    error.__cause__ = ConnectionError("wrapped")
    error.__cause__.__context__ = ExceptionGroup("several", [cause])
    return error


def test_an_unknown_name_names_the_host() -> None:
    failure = failures.from_network(wrapped(socket.gaierror(-2, "Name or service not known")))
    assert "api.acme.example" in failure.message
    assert "Name or service not known" in (failure.detail or "")


def test_an_untrusted_certificate_says_why() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate"
    failure = failures.from_network(wrapped(cause))
    assert "self-signed certificate" in failure.message


@pytest.mark.parametrize("error", [httpx.ConnectTimeout("late"), httpx.ReadError("reset"), httpx.ProxyError("407")])
def test_every_other_trouble_on_the_way_is_passing(error: httpx.HTTPError) -> None:
    failure = failures.from_network(error, url="http://box.local:1234/v1")
    assert failure.kind == "network"
    assert failure.passing


def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    failure = failures.from_network(httpx.LocalProtocolError(f"Illegal header value b'Bearer {KEY}\\n'"))
    assert failure.kind == "bad_request"
    assert failure.detail is None


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (failures.first_chunk_timeout(120), "first_chunk_timeout"),
        (failures.chunk_timeout(2.5), "chunk_timeout"),
        (failures.stream_cut(), "stream_cut"),
        (failures.malformed_stream("{"), "malformed_stream"),
        (failures.empty_answer(), "empty_answer"),
        (failures.length_limit(), "length_limit"),
        (failures.content_filter(), "content_filter"),
    ],
)
def test_each_way_a_stream_fails_has_its_words(failure: Failure, kind: FailureKind) -> None:
    assert failure.kind == kind
    assert failure.title
    assert failure.message.endswith(".")
    assert failure.remedy.endswith(".")


def test_control_characters_leave_the_detail() -> None:
    assert failures.malformed_stream("a\x1b]52;c;b\x07\x9bc\nd").detail == "a]52;c;bc\nd"
