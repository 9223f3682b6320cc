"""Time and chance, as the operating system gives them."""

import asyncio
import secrets
import time


class SystemClock:
    """The system's clocks."""

    def now(self) -> int:
        """Milliseconds since 1970 UTC; may jump."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; may be cancelled."""
        await asyncio.sleep(seconds)


class RandomIds:
    """Ids of 96 random bits: they do not collide, and cannot be guessed."""

    def new(self, kind: str) -> str:
        """Give an id that was never given before."""
        return f"{kind}_{secrets.token_hex(12)}"

    def jitter(self) -> float:
        """Give a number from 0 to 1."""
        return secrets.randbelow(1_000_001) / 1_000_000
