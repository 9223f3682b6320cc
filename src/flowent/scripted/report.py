"""What happened: the requests that came, how they were answered, and everything that was not as the script says.

Invariant: no secret is recorded; headers and query parameters that carry keys are masked before they are stored.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, JsonValue

from flowent.scripted.lanes import Slot

_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie"}
)
_SECRET_PARAMETERS = frozenset({"key", "api_key", "access_token"})
_MASK = "***"


class RecordedRequest(BaseModel):
    """One request and what became of it.

    Attributes:
        number: Counts from 1 since the script was loaded.
        format: The wire format, or None where the path belongs to none.
        method: HTTP method.
        path: Path and query, keys masked.
        headers: Keys masked.
        body: The JSON body; a body that is no JSON is given as text.
        model: The model asked for.
        step: The step that answered, for example `steps.0`.
        status: HTTP status of the answer; None while there is none.
        outcome: How the answer ended. `cut` is a connection that was dropped on purpose, `client_left` one that the
            client closed before the end.
        received_ns: When the request was complete, on the machine's monotonic clock in nanoseconds.
        chunk_times_ns: When each content chunk was handed to the network, on the same clock; only with `record_times`.
    """

    model_config = ConfigDict(extra="forbid")

    number: int
    format: str | None
    method: str
    path: str
    headers: dict[str, str]
    body: JsonValue
    model: str = ""
    step: str | None = None
    status: int | None = None
    outcome: str = "open"
    received_ns: int
    chunk_times_ns: list[int] = []


class Report(BaseModel):
    """Everything since the script was loaded.

    Attributes:
        requests: The requests kept, oldest first.
        request_count: All requests, also those no longer kept.
        used: Steps used as often as promised.
        unused: Steps used less often than promised.
        failures: Unexpected requests, failed expectations and illegal histories, one text each.
    """

    model_config = ConfigDict(extra="forbid")

    requests: list[RecordedRequest]
    request_count: int
    used: list[str]
    unused: list[str]
    failures: list[str]

    @property
    def problems(self) -> list[str]:
        """Failures and unused steps, one line each; empty when everything went as the script says."""
        return [*self.failures, *(f"Step not used: {step}." for step in self.unused)]


@dataclass
class Recorder:
    """Collects what happens until the report is asked for."""

    limit: int
    requests: deque[RecordedRequest] = field(init=False)
    count: int = 0
    failures: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.requests = deque(maxlen=self.limit)

    def add(self, request: RecordedRequest) -> None:
        """Keep a request, forgetting the oldest beyond the limit."""
        self.requests.append(request)

    def next_number(self) -> int:
        """The number of a request that has just come in."""
        self.count += 1
        return self.count

    def fail(self, request: RecordedRequest, text: str) -> None:
        """Put a failure on record."""
        self.failures.append(f"Request {request.number} ({request.method} {request.path}): {text}")

    def report(self, slots: Iterable[Slot]) -> Report:
        """The report as of now."""
        listed = list(slots)
        return Report(
            requests=list(self.requests),
            request_count=self.count,
            used=[slot.describe() for slot in listed if not slot.is_unused and slot.used],
            unused=[slot.describe() for slot in listed if slot.is_unused],
            failures=list(self.failures),
        )


def masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers without keys."""
    return {name: _MASK if name in _SECRET_HEADERS else value for name, value in headers.items()}


def masked_query(query: str) -> str:
    """A query string without keys."""
    pairs = [(name, _MASK if name in _SECRET_PARAMETERS else value) for name, value in parse_qsl(query, True)]
    return urlencode(pairs, safe="*")
