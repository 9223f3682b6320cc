"""Trouble with a model provider, turned into a `Failure` that a person can act on.

The one place that knows how providers word their errors: OpenAI (chat and Responses), Anthropic, Gemini and the
compatible servers. Invariants:

- what a kind's code or wording says counts before a bare status, for providers use one status for several things;
- `detail` is what the provider said: secrets are taken out of it before it is cut to `DETAIL_LIMIT`, because half
  a key would no longer be recognised;
- nothing is raised: an error body can be anything.
"""

import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from socket import gaierror
from typing import Literal, cast
from urllib.parse import quote, urlsplit

from flowent.domain.failures import PASSING_KINDS, Failure, FailureKind
from flowent.models.base import Endpoint
from flowent.models.provider_errors import ProviderError, read_error, retry_after

DETAIL_LIMIT = 2_000
"""Characters of `detail`."""

REDACTED = "[redacted]"

_SHORTEST_SECRET = 4

_Cause = FailureKind | Literal["billing", "wrong_address", "redirect"]
"""A kind of failure, or a special case of one that has a remedy of its own."""

_SPECIAL: dict[_Cause, FailureKind] = {
    "billing": "forbidden",
    "wrong_address": "bad_request",
    "redirect": "bad_request",
}

_WORDS: dict[_Cause, tuple[str, str, str]] = {
    "bad_key": (
        "The key was not accepted",
        "The provider does not accept the API key.",
        "Check the provider's key in the settings, or make a new one at the provider.",
    ),
    "forbidden": (
        "Access denied",
        "The provider knows the key but does not allow this request.",
        "Check at the provider what the key may do, whether the account may use this model, and from which countries.",
    ),
    "billing": (
        "No credit left",
        "The provider refused because the account has no credit or quota left.",
        "Add credit or raise the limit at the provider, or choose another provider.",
    ),
    "unknown_model": (
        "Unknown model",
        "The provider does not have this model, or the account may not use it.",
        "Choose a model from the provider's list; a local server may have to download or load it first.",
    ),
    "rate_limited": (
        "Too many requests",
        "The provider's rate limit is reached.",
        "Wait a little and retry; for higher limits, ask the provider.",
    ),
    "overloaded": (
        "The provider is having trouble",
        "The provider is overloaded or had an error of its own.",
        "Retry later, or choose another model or provider.",
    ),
    "context_too_long": (
        "The conversation is too long for this model",
        "The request does not fit into the model's context window or the provider's size limit.",
        "Compact the conversation, start a new one, or choose a model with a larger context window.",
    ),
    "bad_request": (
        "The provider refused the request",
        "The provider says that something in the request is wrong.",
        "Read what the provider said below; another model, reasoning effort or attachment may work.",
    ),
    "wrong_address": (
        "Nothing is served at this address",
        "The server answered, but it has no model interface at this address.",
        "Check the provider's base URL and format in the settings; a `#` at its end keeps it as typed.",
    ),
    "redirect": (
        "The provider's address has moved",
        "The server answered with a redirect, which is not followed so that the key goes to no other address.",
        "Set the provider's base URL to the new address if you trust it.",
    ),
    "content_filter": (
        "Stopped by the content filter",
        "The provider's content filter refused the request or the answer.",
        "Say it differently, remove what may have caused it, or choose another model.",
    ),
    "stream_cut": (
        "The answer was cut off",
        "The connection ended before the provider had finished its answer.",
        "Retry; if it happens again, check the network and any proxy between here and the provider.",
    ),
    "malformed_stream": (
        "The answer could not be read",
        "The provider sent something that does not fit the provider's format.",
        "Retry; if it happens again, check the format and the base URL in the provider's settings.",
    ),
    "empty_answer": (
        "The model gave no answer",
        "The provider ended the answer without text, reasoning or a tool call.",
        "Retry, or choose another model.",
    ),
    "length_limit": (
        "The answer was cut at its limit",
        "The model reached the largest number of tokens that it may write in one answer.",
        "Ask it to go on, or choose a model that may write more.",
    ),
}

_FORBIDDEN_PLACES = re.compile(r"user location is not supported|country, region, or territory not supported", re.I)


def from_status(status: int, body: str, headers: Mapping[str, str], *, secrets: Iterable[str] = ()) -> Failure:
    """Classify an answer with an error status; `secrets` are taken out of the detail."""
    error = read_error(body)
    location = next((value for name, value in headers.items() if name.lower() == "location"), "")
    cause = _cause(status, error)
    said = f"{error.message}\n{location}".strip() if cause == "redirect" else error.message
    return _failure(
        cause,
        detail=_detail(f"HTTP {status}: {said}" if said else f"HTTP {status}", secrets),
        wait=retry_after(error, headers),
    )


def from_error_event(body: str, *, secrets: Iterable[str] = ()) -> Failure:
    """Classify an error that a provider sent within a stream that began well."""
    error = read_error(body)
    return _failure(
        _cause(error.status or 0, error),
        detail=_detail(error.message, secrets),
        wait=retry_after(error, {}),
    )


def from_network(error: BaseException, *, url: str | None = None, secrets: Iterable[str] = ()) -> Failure:
    """Explain why a request got no answer; `url` names the host where the error itself does not know its request.

    Fits the exceptions of httpx, httpx2 and the providers' libraries, which wrap the operating system's ones.
    """
    chain = list(_chain(error))
    host, where = _host(chain, url)
    names = {name.__name__ for item in chain for name in type(item).__mro__}
    if names & {"LocalProtocolError", "UnicodeEncodeError"}:
        # No detail: these exceptions quote the header, and with it the key in a form that redaction may not know.
        return Failure(
            kind="bad_request",
            title="The request could not be sent",
            message="The key or an extra header holds a character that cannot be sent.",
            remedy="Enter the key and the extra headers again, without spaces, line breaks and special characters.",
        )
    message, remedy = _network_words(chain, names, host, where)
    return Failure(
        kind="network",
        title="No connection to the provider",
        message=message,
        remedy=remedy,
        detail=_detail("; ".join(dict.fromkeys(text for item in chain if (text := str(item)))), secrets) or None,
    )


def wrong_address(body: str = "", *, secrets: Iterable[str] = ()) -> Failure:
    """The server answered with something that no model interface sends, such as a web page."""
    return _failure("wrong_address", detail=_detail(read_error(body).message, secrets))


def first_chunk_timeout(seconds: float) -> Failure:
    """The provider took the request and sent nothing for that long."""
    return Failure(
        kind="first_chunk_timeout",
        title="The provider does not answer",
        message=f"The provider accepted the request but sent nothing for {seconds:g} seconds.",
        remedy="Retry; for a slow model or a local server, raise the provider's time-out in the settings.",
    )


def chunk_timeout(seconds: float) -> Failure:
    """The provider began to answer and then sent nothing for that long."""
    return Failure(
        kind="chunk_timeout",
        title="The provider stopped answering",
        message=f"The answer stopped arriving: nothing came for {seconds:g} seconds.",
        remedy="Retry; for a slow model or a local server, raise the provider's time-out in the settings.",
    )


def stream_cut(detail: str = "", *, secrets: Iterable[str] = ()) -> Failure:
    """The stream ended without the provider's own end mark."""
    return _failure("stream_cut", detail=_detail(detail, secrets))


def malformed_stream(detail: str = "", *, secrets: Iterable[str] = ()) -> Failure:
    """The provider sent what its format does not allow; `detail` quotes it."""
    return _failure("malformed_stream", detail=_detail(detail, secrets))


def empty_answer() -> Failure:
    """The provider ended well but said nothing."""
    return _failure("empty_answer")


def length_limit() -> Failure:
    """The answer was cut at the model's largest number of output tokens."""
    return _failure("length_limit")


def content_filter(detail: str = "", *, secrets: Iterable[str] = ()) -> Failure:
    """The provider's filter stopped the answer."""
    return _failure("content_filter", detail=_detail(detail, secrets))


def secrets_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Name what must never be shown of an endpoint: its key, its headers' values, and what follows a scheme in them."""
    values = [endpoint.api_key or ""]
    for value in endpoint.headers.values():
        values += [value, value.partition(" ")[2].strip()]
    return tuple(value for value in dict.fromkeys(values) if len(value) >= _SHORTEST_SECRET)


def redact(text: str, secrets: Iterable[str]) -> str:
    """Take secrets out of a text, also where they are percent-encoded or escaped as JSON.

    Values of fewer than 4 characters stay: they are placeholders for servers that check no key, and replacing them
    would tear the words around them apart.
    """
    forms = {
        form
        for secret in secrets
        if len(secret) >= _SHORTEST_SECRET
        for form in (secret, quote(secret, safe=""), quote(secret), secret.replace("\\", "\\\\").replace('"', '\\"'))
    }
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, REDACTED)
    return text


def _failure(cause: _Cause, *, detail: str | None = None, wait: float | None = None) -> Failure:
    title, message, remedy = _WORDS[cause]
    kind = _SPECIAL.get(cause, cause)
    if kind in PASSING_KINDS and wait is not None:
        message = f"{message} It asks to wait {wait:.3g} seconds."
    return Failure.model_validate(
        {
            "kind": kind,
            "title": title,
            "message": message,
            "remedy": remedy,
            "detail": detail or None,
            "retry_after": wait if kind in PASSING_KINDS else None,
        }
    )


def _cause(status: int, error: ProviderError) -> _Cause:
    """Decide; the order matters where a provider uses one status or code for several things."""
    if 300 <= status < 400:
        return "redirect"
    if error.says("context_too_long") and status not in {401, 403, 404}:
        return "context_too_long"
    if error.says("content_filter"):
        return "content_filter"
    if status == 401 or error.says("bad_key"):
        return "bad_key"
    if status == 402 or error.says("billing"):
        return "billing"
    if status == 403 or error.says("forbidden") or _FORBIDDEN_PLACES.search(error.message):
        return "forbidden"
    if error.says("unknown_model") or (status == 404 and "model" in error.message.lower()):
        return "unknown_model"
    if status in {404, 405}:
        return "wrong_address"
    if error.says("overloaded") and status in {0, 429}:
        return "overloaded"
    if status == 429 or error.says("rate_limited"):
        return "rate_limited"
    if status in {408, 0} or (status >= 500 and status not in {501, 505}):
        return "bad_request" if status == 0 and error.says("bad_request") else "overloaded"
    return "bad_request"


_CONTROL = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def _detail(text: str, secrets: Iterable[str]) -> str:
    """Redact first, then cut. Control characters go: the text may end up in a terminal."""
    text = redact(text.strip(), secrets).translate(_CONTROL)
    return text if len(text) <= DETAIL_LIMIT else text[: DETAIL_LIMIT - 1] + "…"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an exception and whatever caused it, groups opened, each once."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        item = waiting.pop(0)
        if id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        if isinstance(item, BaseExceptionGroup):
            waiting += cast("BaseExceptionGroup[BaseException]", item).exceptions
        waiting += [cause for cause in (item.__cause__, item.__context__) if cause is not None]


def _host(chain: list[BaseException], url: str | None) -> tuple[str, str]:
    """Give the host that was called, and the host with its port, as far as they are known."""
    for item in chain:
        request = vars(item).get("_request") or vars(item).get("request")
        address = url or str(getattr(request, "url", ""))
        try:
            split = urlsplit(address)
            host, port = split.hostname, split.port
        except ValueError:
            continue
        if host:
            return host, f"{host}:{port or (443 if split.scheme == 'https' else 80)}"
    return "the provider's host", "the provider's address"


def _network_words(chain: list[BaseException], names: set[str], host: str, where: str) -> tuple[str, str]:
    """Say what happened and what to do, for the most telling exception of the chain."""
    for item in chain:
        match item:
            case gaierror():
                return (
                    f"The name {host} could not be found.",
                    "Check the host in the provider's base URL, and that this machine has a network and a name server.",
                )
            case ssl.SSLCertVerificationError():
                return (
                    f"The certificate of {host} is not trusted: {item.verify_message or item.reason}.",
                    "Check the host in the base URL and this machine's clock; for a certificate of your own, start "
                    "Flowent with SSL_CERT_FILE naming the file of its authority.",
                )
            case ssl.SSLError():
                return (
                    f"No secure connection to {where} could be made.",
                    "If the server speaks plain HTTP, begin the base URL with http:// instead of https://.",
                )
            case ConnectionRefusedError():
                return (
                    f"Nothing accepts connections at {where}.",
                    "Start the server, or correct host and port in the provider's base URL.",
                )
            case _:
                continue
    if "ProxyError" in names:
        return ("The proxy did not let the request through.", "Check the proxy's address and access.")
    if names & {"ConnectTimeout", "PoolTimeout"}:
        return (
            f"{where} did not accept a connection in time.",
            "Check the base URL, the network and any firewall in between.",
        )
    if names & {"ConnectError"}:
        return (f"{where} cannot be reached.", "Check the base URL and that this machine has a network.")
    return (
        f"The connection to {where} broke off.",
        "Retry; if it happens again, check the network and any proxy in between.",
    )
