"""What the engine needs from outside: it knows no database, network, clock or randomness by name.

Models and tools have ports of their own (`flowent.models.base`, `flowent.tools.base`).
"""

from typing import Protocol

from flowent.domain.events import StoredEvent
from flowent.domain.usage import Cost, Usage


class EventSink(Protocol):
    """The way into a conversation's journal."""

    async def emit(self, *events: StoredEvent, durable: bool = False) -> None:
        """Return once the events are committed, together, and every fold has seen them; watchers see them then."""
        ...


class Clock(Protocol):
    """Time that a test can move."""

    def now(self) -> int:
        """Milliseconds since 1970 UTC; may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; may be cancelled."""
        ...


class Ids(Protocol):
    """Names for new things."""

    def new(self, kind: str) -> str:
        """Give an id that was never given before, starting with ``kind`` and an underscore."""
        ...

    def jitter(self) -> float:
        """Give a number from 0 to 1, to spread retries."""
        ...


class Redactor(Protocol):
    """Takes known secrets out of text before it reaches the journal."""

    def redact(self, text: str) -> str:
        """Give the text with every known secret replaced."""
        ...

    def held_back(self, text: str) -> int:
        """Give how many characters at the end of the text may be the beginning of a secret."""
        ...


class Pricing(Protocol):
    """What a model's tokens cost."""

    def __call__(self, usage: Usage) -> Cost | None:
        """Give the cost of a step, or None where the price is unknown."""
        ...


class Steering(Protocol):
    """Messages that a person sent into the running turn."""

    async def take(self) -> bool:
        """Add the waiting messages to the conversation and begin the next answer of the turn; False if none wait."""
        ...
