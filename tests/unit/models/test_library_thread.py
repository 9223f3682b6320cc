"""The thread that a library lives on."""

import asyncio
import threading

import pytest

from flowent.models.library_thread import LibraryThread


def nothing(loop: asyncio.AbstractEventLoop) -> None:
    """Prepare nothing."""


async def test_work_runs_on_the_thread() -> None:
    thread = LibraryThread("library", nothing)
    await thread.ready()

    async def name() -> str:
        return threading.current_thread().name

    assert await thread.call(name()) == "library"
    await thread.close()


async def test_what_goes_wrong_while_preparing_is_told_each_time() -> None:
    def fail(loop: asyncio.AbstractEventLoop) -> None:
        raise ImportError("no library")

    thread = LibraryThread("library", fail)

    for _ in range(2):
        with pytest.raises(ImportError, match="no library"):
            await thread.ready()
    await thread.close()


async def test_who_waits_may_be_cancelled_without_harm() -> None:
    go_on = threading.Event()

    def prepare(loop: asyncio.AbstractEventLoop) -> None:
        go_on.wait()

    thread = LibraryThread("library", prepare)
    waiting = asyncio.create_task(thread.ready())
    await asyncio.sleep(0)
    waiting.cancel()
    go_on.set()

    await thread.ready()

    assert waiting.cancelled()
    await thread.close()


async def test_a_cancelled_caller_cancels_the_work() -> None:
    thread = LibraryThread("library", nothing)
    await thread.ready()
    started, cancelled = threading.Event(), threading.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    calling = asyncio.create_task(thread.call(work()))
    await asyncio.to_thread(started.wait)
    calling.cancel()

    assert await asyncio.to_thread(cancelled.wait, 5)
    await thread.close()


async def test_closing_cancels_what_runs_and_refuses_more() -> None:
    thread = LibraryThread("library", nothing)
    await thread.ready()

    async def work() -> None:
        await asyncio.sleep(60)

    running = thread.submit(work())
    await thread.close()

    assert running.cancelled()
    with pytest.raises(RuntimeError):
        thread.submit(work())


async def test_a_thread_that_was_never_needed_can_be_closed() -> None:
    await LibraryThread("library", nothing).close()
