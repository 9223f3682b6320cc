"""What the library raises, turned into a `Failure`.

The library wraps what its clients raised, which wrap what the connection raised; the answer of the provider, or what
broke, is somewhere in that chain.
"""

import json
from collections.abc import Iterator, Sequence

import httpx2
from pydantic_ai.exceptions import ModelAPIError, UnexpectedModelBehavior

from flowent.domain.failures import Failure
from flowent.models import failures


def failure_of(error: Exception, *, answered: bool, url: str, secrets: Sequence[str]) -> Failure:
    """Classify; `answered` tells whether the provider had accepted the request."""
    chain = list(_causes(error))
    for item in chain:
        response = getattr(item, "response", None)
        if isinstance(response, httpx2.Response) and not response.is_success:
            return failures.from_status(response.status_code, _body(item, response), response.headers, secrets=secrets)
    for item in chain:
        if isinstance(item, ModelAPIError) and item.in_stream:
            return failures.from_error_event(_event(item), secrets=secrets)
    said = f"{type(error).__name__}: {error}"
    if any(isinstance(item, httpx2.TransportError) for item in chain):
        return (
            failures.stream_cut(said, secrets=secrets)
            if answered
            else failures.from_network(error, url=url, secrets=secrets)
        )
    if isinstance(error, UnexpectedModelBehavior):
        return failures.stream_cut(said, secrets=secrets)
    if answered:
        return failures.malformed_stream(said, secrets=secrets)
    return Failure(
        kind="internal",
        title="The request could not be made",
        message="The model library refused to build the request.",
        remedy="Try another model or another reasoning effort; if it happens again, report it with the detail below.",
        detail=failures.redact(said, secrets)[: failures.DETAIL_LIMIT],
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    item: BaseException | None = error
    while item is not None and id(item) not in seen:
        seen.add(id(item))
        yield item
        item = item.__cause__ or item.__context__


def _body(error: BaseException, response: httpx2.Response) -> str:
    """Give the answer's text; the clients have read it, or kept what they made of it."""
    try:
        return response.text
    except httpx2.ResponseNotRead:
        body = getattr(error, "body", None)
        return body if isinstance(body, str) else json.dumps(body, default=str)


def _event(error: ModelAPIError) -> str:
    """Give the error that came within a stream in the shape that all formats can be read in."""
    body = error.body
    if not isinstance(body, dict):
        return json.dumps({"error": {"message": error.message, "code": error.provider_error_code}})
    return json.dumps(body if "error" in body else {"error": body}, default=str)
