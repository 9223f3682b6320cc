"""Every way in which a model call or a turn can fail, named once.

A failure is for the person: it says what happened and what to do. Only the passing kinds are asked again by
themselves; every failure can be retried by hand.
"""

from typing import Literal

from flowent.domain.values import Fact

FailureKind = Literal[
    "bad_key",
    "forbidden",
    "unknown_model",
    "rate_limited",
    "overloaded",
    "context_too_long",
    "bad_request",
    "network",
    "first_chunk_timeout",
    "chunk_timeout",
    "stream_cut",
    "malformed_stream",
    "empty_answer",
    "length_limit",
    "content_filter",
    "no_model",
    "step_limit",
    "time_limit",
    "repeated_calls",
    "crash_loop",
    "storage",
    "internal",
]

PASSING_KINDS: frozenset[FailureKind] = frozenset(
    {
        "rate_limited",
        "overloaded",
        "network",
        "first_chunk_timeout",
        "chunk_timeout",
        "stream_cut",
        "malformed_stream",
        "empty_answer",
    }
)


class Failure(Fact):
    """What went wrong, in a person's words.

    ``message`` says what happened, ``remedy`` what to do, ``detail`` what the other side said (redacted and
    capped). ``retry_after`` is in seconds, from the provider.
    """

    kind: FailureKind
    title: str
    message: str
    remedy: str
    detail: str | None = None
    retry_after: float | None = None

    @property
    def passing(self) -> bool:
        """Whether asking again by itself may help."""
        return self.kind in PASSING_KINDS
