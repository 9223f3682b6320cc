"""What ends a turn that would not end by itself, and how long a failed step waits before it is asked again."""

from dataclasses import dataclass

from flowent.domain.failures import Failure
from flowent.domain.progress import Progress


@dataclass(frozen=True, slots=True)
class Limits:
    """A turn's limits: complete steps, seconds since it was begun or went on, steps in a row with the same calls,
    and how often a passing failure is asked again by itself."""

    steps: int = 100
    wall_seconds: float = 3600.0
    identical_calls: int = 5
    retries: int = 5


LONGEST_WAIT = 120.0
"""Seconds; a provider that asks for a longer wait fails the step with its own words instead."""


def reached(limits: Limits, progress: Progress, seconds: float) -> Failure | None:
    """Say which limit a turn has reached before its next step, if any."""
    if progress.same_calls >= limits.identical_calls:
        return Failure(
            kind="repeated_calls",
            title="The agent repeats itself",
            message=f"The same tool calls were asked for {progress.same_calls} times in a row.",
            remedy="Retry to go on, or say what to do differently. The limit is in the settings.",
        )
    if progress.steps >= limits.steps:
        return Failure(
            kind="step_limit",
            title="Step limit reached",
            message=f"This turn has taken {progress.steps} steps, which is its limit.",
            remedy="Retry to go on for as many steps again. The limit is in the settings.",
        )
    if seconds >= limits.wall_seconds:
        return Failure(
            kind="time_limit",
            title="Time limit reached",
            message=f"This turn has run for {round(seconds)} seconds; its limit is {round(limits.wall_seconds)}.",
            remedy="Retry to go on for as long again. The limit is in the settings.",
        )
    return None


def wait_before(failures: int, retry_after: float | None, jitter: float) -> float:
    """Give the seconds to wait after so many failures (from 1): doubling from half a second to 30, spread by half."""
    backoff = min(30.0, 0.5 * 2.0 ** (failures - 1))
    return max(retry_after or 0.0, backoff * (0.5 + jitter / 2))
