"""Time-outs that cost little: they bite when they should, and leave cancellations alone."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from flowent.models.watchdog import Watchdog


@pytest.fixture
async def watchdog() -> AsyncGenerator[Watchdog]:
    watching = Watchdog()
    yield watching
    watching.close()


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_wait_that_ends_in_time_gives_its_result(watchdog: Watchdog) -> None:
    assert await watchdog.wait(asyncio.sleep(0, "result"), 5) == "result"


async def test_a_wait_that_lasts_too_long_is_ended(watchdog: Watchdog) -> None:
    with pytest.raises(TimeoutError):
        await watchdog.wait(never(), 0.01)


async def test_the_task_goes_on_after_a_time_out_as_if_never_cancelled(watchdog: Watchdog) -> None:
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await watchdog.wait(never(), 0.01)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_later_wait_has_its_own_time(watchdog: Watchdog) -> None:
    """The timer of the first wait goes off during the second, which has time left."""
    loop = asyncio.get_running_loop()
    await watchdog.wait(asyncio.sleep(0), 0.03)
    began = loop.time()
    with pytest.raises(TimeoutError):
        await watchdog.wait(never(), 0.1)
    assert loop.time() - began > 0.09


async def test_a_shorter_wait_is_not_as_long_as_the_one_before(watchdog: Watchdog) -> None:
    await watchdog.wait(asyncio.sleep(0), 60)
    with pytest.raises(TimeoutError):
        await watchdog.wait(never(), 0.01)


async def test_a_cancellation_from_outside_stays_one(watchdog: Watchdog) -> None:
    waits = asyncio.create_task(watchdog.wait(never(), 60))
    await asyncio.sleep(0)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits


async def test_time_between_waits_does_not_count(watchdog: Watchdog) -> None:
    """The timer goes off while nothing is waited for, and a cancellation after that is still one from outside."""
    failed: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failed.append(context))
    await watchdog.wait(asyncio.sleep(0), 0.01)
    await asyncio.sleep(0.03)
    waits = asyncio.create_task(watchdog.wait(never(), 60))
    await asyncio.sleep(0)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    assert failed == []
