"""A thread with an event loop of its own, on which one format's library lives.

The libraries build a request in one go: 20 to 400 ms of CPU for 400 messages. On the server's loop nothing else would
happen meanwhile; here only requests of the same format wait. The two loops meet in a `Relay`, and nowhere else: what
belongs to one of them is never touched on the other.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class LibraryThread:
    """One thread; it starts with the first use of `ready` and ends with `close`."""

    def __init__(self, name: str, prepare: Callable[[asyncio.AbstractEventLoop], None]) -> None:
        """Remember what to do on the thread before its loop runs; `prepare` may take seconds."""
        self._prepare = prepare
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._prepared: Future[asyncio.AbstractEventLoop] = Future()
        self._closed = False

    async def ready(self) -> None:
        """Return once the thread is prepared; raises what its preparation raised, again at each call."""
        if not self._thread.is_alive() and not self._prepared.done():
            self._thread.start()
        await asyncio.shield(asyncio.wrap_future(self._prepared))

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The thread's loop; only after `ready`."""
        return self._prepared.result(0)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run on the thread; only after `ready`. Cancelling the future cancels the task there, from any thread."""
        if self._closed:
            coroutine.close()
            raise RuntimeError("The thread has ended.")
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    async def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run on the thread and wait; only after `ready`. Being cancelled cancels it there."""
        return await asyncio.wrap_future(self.submit(coroutine))

    async def close(self) -> None:
        """Cancel what still runs, and end the thread."""
        self._closed = True
        if not self._thread.is_alive():
            return
        await asyncio.wait([asyncio.wrap_future(self._prepared)])
        if self._prepared.exception() is None:
            self.loop.call_soon_threadsafe(self.loop.stop)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        loop = _new_loop()
        asyncio.set_event_loop(loop)
        try:
            self._prepare(loop)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the thread
            loop.close()
            self._prepared.set_exception(error)
            return
        self._prepared.set_result(loop)
        try:
            loop.run_forever()
        finally:
            _cancel_all(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415 - not there on Windows

    return uvloop.new_event_loop()


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks))
