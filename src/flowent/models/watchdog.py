"""Time-outs for waits that nearly never time out.

`asyncio.timeout` sets and cancels a timer for every wait, which costs a stream 10–20 µs a token. Here one timer is
set for many waits: when it goes off early, it is set again for what is left.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Waited = TypeVar("Waited")


class Watchdog:
    """Watches the waits of one reader, one at a time; `close` it at the end."""

    def __init__(self) -> None:
        """Belong to the running event loop; watch nothing yet."""
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._deadline = 0.0
        self._task: asyncio.Task[object] | None = None
        self._bitten = False

    async def wait(self, waited: Awaitable[Waited], seconds: float) -> Waited:
        """Wait that long; raises TimeoutError. Cancelling the task from outside stays a cancellation."""
        task = asyncio.current_task()
        assert task is not None
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer_at > self._deadline:
            self._set_timer()
        cancellations = task.cancelling()
        self._task = task
        try:
            return await waited
        except asyncio.CancelledError:
            if self._bitten and task.uncancel() <= cancellations:
                raise TimeoutError from None
            raise
        finally:
            self._task = None

    def close(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = self._deadline
        self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() < self._deadline:
            self._set_timer()
            return
        self._bitten = True
        self._task.cancel()
